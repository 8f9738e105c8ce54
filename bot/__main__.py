"""python -m bot: wiring only. Each command line is a function of its own room, loaded only when it is used."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

ROOMS = {"ask": "bot.ask:ask", "demo": "bot.demo:demo", "import": "bot.importing:import_files"}


class Rooms(TyperGroup):
    """The command lines by name. A question must not wait for the libraries of an import."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(ROOMS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in ROOMS:
            return None
        module, function = ROOMS[cmd_name].split(":")
        room = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        room.command(cmd_name)(getattr(importlib.import_module(module), function))
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


def main() -> None:
    """Run the command line; a reader that leaves early (`| head`) ends it quietly."""
    try:
        app()
    except BrokenPipeError:
        # The interpreter flushes standard output once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
