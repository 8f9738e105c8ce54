"""python -m bot ask: one question from the command line, answered as text, as Slack's payload, or as data.

Exit 0, or 1 with one sentence on standard error. There is never a traceback: the log has it.
"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer

from bot.answer import Unanswered, attempt, guarded
from bot.console import for_a_reader_that_may_leave, open_console
from bot.entries import numbered
from bot.json_reply import as_json, dump
from bot.legible import harmless
from bot.log import Log
from bot.terminal import draw
from bot.usable import opened, terminal_settings
from commands._reply import Person, Reply, Request, Role
from store import people
from store.database import Database

FORMATS = ("text", "slack", "json")
FIRST_YEAR, LAST_YEAR = 1970, 2199
LOG = Log(Path("melktert.log"))


def ask(
    line: Annotated[str, typer.Argument(metavar="COMMAND", help='Such as "/clv acme".', show_default=False)],
    as_: Annotated[str | None, typer.Option("--as", metavar="SLACK_USER_ID", help="Who asks; else an admin.")] = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="The day it is; now, unless said.")] = None,
    format_: Annotated[str, typer.Option("--format", metavar="text|slack|json", help="How to answer.")] = "text",
    press: Annotated[list[int] | None, typer.Option(metavar="N", help="Then press button N; may be repeated.")] = None,
) -> None:
    """Ask one question: python -m bot ask "/clv acme"."""
    try:
        with for_a_reader_that_may_leave(), guarded(LOG, asked=line):
            if format_ not in FORMATS:
                raise Unanswered.because(f"--format is one of {', '.join(FORMATS)}, not “{format_}”.")
            day = _day(today) if today is not None else None
            _write(*_ask(line, as_, day, press or []), format_)
    except Unanswered as unanswered:
        open_console(sys.stderr).print(harmless(str(unanswered)), soft_wrap=True)
        raise typer.Exit(1) from None


def _ask(line: str, as_: str | None, today: dt.date | None, presses: list[int]) -> tuple[Reply, str]:
    """The reply, and the locale to draw it in."""
    now = dt.datetime.now(dt.UTC)
    db = _open()
    try:
        person = Person(role=Role.ADMIN) if as_ is None else _person(db, as_)
        request = Request(now=now, today=today or now.astimezone(ZoneInfo(person.zone)).date(), person=person)
        reply = attempt(db, line, request, LOG)
        for number in presses:
            actions = numbered(reply)
            if not 1 <= number <= len(actions):
                # What was asked has happened all the same, so its answer is not withheld.
                draw(reply, open_console(), person.locale)
                raise Unanswered.because(f"There is no button {number}; the answer has {len(actions)}.")
            reply = attempt(db, actions[number - 1], request, LOG)
        return reply, person.locale
    finally:
        db.close()


def _person(db: Database, slack_user_id: str) -> Person:
    """The member of the team for whom the operator asks, with the role and rep that they have in Slack."""
    with db.reading() as connection:
        known = people.get(connection, slack_user_id)
        role, rep_id = people.standing(connection, slack_user_id)
    if known is None:
        return Person(slack_user_id, rep_id=rep_id, role=Role(role))
    return Person(slack_user_id, known.team_id, rep_id, Role(role), known.zone, known.locale, known.kind)


def _write(reply: Reply, locale: str, format_: str) -> None:
    if format_ == "text":
        draw(reply, open_console(), locale)
        return
    if format_ == "slack":
        # Only here, since drawing for Slack brings libraries that the other formats do not need.
        from bot.render import payload  # noqa: PLC0415

        sys.stdout.write(dump(payload(reply, locale)) + "\n")
        return
    sys.stdout.write(as_json(reply) + "\n")


def _day(text: str) -> dt.date:
    try:
        day = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise Unanswered.because(f"--today is a day such as 2026-05-31, not “{text[:40]}”.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unanswered.because(f"--today is a day from {FIRST_YEAR} to {LAST_YEAR}, not {day.year:04}.")
    return day


def _open() -> Database:
    """The database of the settings. A question makes no database: where there is none, that is the answer."""
    settings = terminal_settings()
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        assert url.database is not None
        if not Path(url.database).exists():
            raise Unanswered.because(
                f"There is no database {url.database}; python -m bot import makes it, or DATABASE_URL names another."
            )
    return opened(settings)
