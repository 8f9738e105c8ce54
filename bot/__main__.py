"""python -m bot: wiring only. Each command line is a function of its own room, loaded only when it is used."""

import importlib
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

ROOMS = {
    "ask": ("bot.ask:ask", 'Ask one question, such as "/clv acme".'),
    "deliver": ("bot.delivering:deliver", "Post what is due, once."),
    "demo": ("bot.demo:demo", "Ask about the bundled ledger, at a prompt."),
    "digest": ("bot.digest:digest", "Show the weekly digest, or post those that are due."),
    "doctor": ("bot.doctor:doctor", "Say what is wrong, and what to do about it."),
    "import": ("bot.importing:import_files", "Import a ledger."),
    "model": ("bot.model:model", "Say which model of customer value would have been right."),
    "run": ("bot.running:run", "Answer in Slack."),
    "score": ("bot.score:score", "Score every customer anew, and learn from the past."),
}


class Rooms(TyperGroup):
    """The command lines by name. A question must not wait for the libraries of an import, nor must help."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(ROOMS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """What help shows of a command line."""
        return _command(cmd_name, lambda: None, ROOMS[cmd_name][1]) if cmd_name in ROOMS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command line itself, loaded."""
        name, shown, rest = super().resolve_command(ctx, args)
        if name not in ROOMS:
            return name, shown, rest
        module, function = ROOMS[name][0].split(":")
        return name, _command(name, getattr(importlib.import_module(module), function)), rest


def _command(name: str, function: Callable[..., None], summary: str | None = None) -> Any:
    room = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    room.command(name, help=summary)(function)
    return typer.main.get_command(room)


app = typer.Typer(
    cls=Rooms,
    name="python -m bot",
    help="Melktert, from the terminal.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _rooms() -> None:
    """Melktert, from the terminal."""


if __name__ == "__main__":
    app()
