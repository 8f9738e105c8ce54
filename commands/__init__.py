"""Everything a person can ask or do, one file for each; ALL lists them."""

from commands._reply import Command
from commands.assume import COMMAND as ASSUME
from commands.clv import COMMAND as CLV
from commands.contact import COMMAND as CONTACT
from commands.customer import COMMAND as CUSTOMER
from commands.deliveries import COMMAND as DELIVERIES
from commands.digest import COMMAND as DIGEST
from commands.event import COMMAND as EVENT
from commands.home import COMMAND as HOME
from commands.hours import COMMAND as HOURS
from commands.me import COMMAND as ME
from commands.melktert import NAME as MELKTERT
from commands.melktert import command_for
from commands.neglected import COMMAND as NEGLECTED
from commands.people import COMMAND as PEOPLE
from commands.promise import COMMAND as PROMISE
from commands.promises import COMMAND as PROMISES
from commands.settings import COMMAND as SETTINGS
from commands.top import COMMAND as TOP
from commands.touch import COMMAND as TOUCH
from commands.visit import COMMAND as VISIT

_NAMED = (
    CLV,
    TOP,
    NEGLECTED,
    CUSTOMER,
    EVENT,
    CONTACT,
    VISIT,
    PROMISE,
    PROMISES,
    TOUCH,
    DIGEST,
    HOME,
    ME,
    HOURS,
    PEOPLE,
    ASSUME,
    SETTINGS,
    DELIVERIES,
)

ALL: tuple[Command, ...] = (*_NAMED, command_for(_NAMED))


def route(name: str, text: str) -> tuple[Command, str] | None:
    """The command that `/name text` means, and the text that is left to it; None where there is no such command.

    `/melktert top 5` is `/top 5`: another app in the workspace may own the short name.
    """
    by_name = {command.name: command for command in ALL}
    command = by_name.get(name.casefold())
    if command is None:
        return None
    first, _, rest = text.strip().partition(" ")
    if command.name == MELKTERT and first.casefold() in by_name:
        return by_name[first.casefold()], rest.strip()
    return command, text.strip()
