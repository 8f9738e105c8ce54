"""/melktert: what can be asked, generated from the commands' own declarations."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from commands._naming import short
from commands._reply import Code, Command, Item, Note, Policy, Reply, Request, Sentence
from store.database import Database

NAME = "melktert"
# A letter wrong, missing or too many, or two that have changed places.
SLIPS_MOST = 1


def _listed(examples: Sequence[str]) -> Sentence:
    first, *others = (Code(example) for example in examples)
    return (first, *(part for example in others for part in (", ", example)))


def _typed(command: Command) -> str:
    return f"/{command.name}" if command.has_own_name else f"/{NAME} {command.name}"


def _line(command: Command) -> str:
    """How the command is asked, with what may follow."""
    return f"{_typed(command)} {command.usage}".strip()


def _no_such(unknown: str, commands: Sequence[Command]) -> Note:
    """That there is no such command, and which one is spelt much like it."""
    by_name = {command.name: command for command in commands}
    word = unknown.split(maxsplit=1)[0].casefold()
    slips = {name: OSA.distance(word, name) for name in by_name}
    nearest = min(slips, key=slips.__getitem__)
    meant: Sentence = ("Did you mean ", Code(_typed(by_name[nearest])), "? ") if slips[nearest] <= SLIPS_MOST else ()
    return Note((f"There is no command “{short(unknown)}”. ", *meant, "These there are:"), "warning")


def command_for(commands: Sequence[Command]) -> Command:
    """The help of these commands. Every command also answers as `/melktert top 5`; commands.route sees to that."""

    def run(request: Request, _db: Database) -> Reply:
        unknown = request.text.strip()
        items = tuple(
            Item(
                title=(Code(_line(command)),),
                reason=(f"{command.summary} Such as ", *_listed(command.examples)),
            )
            for command in commands
        )
        opening = (_no_such(unknown, commands),) if unknown and unknown.casefold() != "help" else ()
        return Reply(
            headline=("Every customer is a lifetime, not the next deal",),
            summary=("What you can ask Melktert.",),
            parts=(
                *opening,
                *items,
                Note((Code("acme"), " stands for a customer of yours: type the name, or its beginning."), "quiet"),
                Note(
                    (
                        "Where another app owns a short name, put ",
                        Code(f"/{NAME}"),
                        " before it: ",
                        Code(f"/{NAME} {commands[0].name}"),
                        ".",
                    ),
                    "quiet",
                ),
            ),
        )

    return Command(
        name=NAME,
        summary="What you can ask, and every command under one name.",
        usage="[COMMAND …]",
        examples=(f"/{NAME} help",),
        policy=Policy.OPEN,
        run=run,
    )
