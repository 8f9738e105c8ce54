"""Everything a person can ask or do, one file for each; ALL lists them."""

from commands import clv, melktert, top
from commands._reply import Command

_SHORT = (clv.COMMAND, top.COMMAND)

ALL: tuple[Command, ...] = (*_SHORT, melktert.command_for(_SHORT))


def route(name: str, text: str) -> tuple[Command, str] | None:
    """The command that `/name text` means, and the text that is left to it; None where there is no such command.

    `/melktert top 5` is `/top 5`: another app in the workspace may own the short name.
    """
    by_name = {command.name: command for command in ALL}
    command = by_name.get(name.casefold())
    if command is None:
        return None
    first, _, rest = text.strip().partition(" ")
    if command.name == melktert.NAME and first.casefold() in by_name:
        return by_name[first.casefold()], rest.strip()
    return command, text.strip()
