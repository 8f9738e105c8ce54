"""python -m bot digest: the team's digest as it would be now, or post the digests that are due."""

from typing import Annotated

import typer

from bot.ask import ask
from bot.delivering import deliver


def digest(
    preview: Annotated[bool, typer.Option("--preview", help="Show the team's digest as it would be now.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Post the digests, and all else, that are due.")] = False,
    as_: Annotated[str | None, typer.Option("--as", metavar="SLACK_USER_ID", help="Show that rep's own.")] = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day it is; now, unless said.")] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|slack|json", help="How to show it.")] = "text",
) -> None:
    """The weekly digest: python -m bot digest --preview."""
    if preview == due:
        raise typer.BadParameter("Say either --preview or --due.")
    if due:
        deliver(once=True)
    else:
        ask("/digest mine" if as_ else "/digest", as_=as_, today=today, format_=format_, press=None)
