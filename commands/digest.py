"""/digest: the weekly digest as it would be now, and when this channel receives it."""

from collections.abc import Callable, Mapping

from sqlalchemy.engine import Connection

from commands import _digest_post, _digest_schedule, _digest_take
from commands._digest_read import my_reader, of_channel, preview
from commands._naming import short
from commands._reply import Action, Code, Command, Invalid, Note, Policy, Reply, Request
from store.database import Database

NAME = "digest"
USAGE = "[mine|schedule|send|pause|resume|history]"
OLD = "That button is from an older message; ask /digest."


def run(request: Request, db: Database) -> Reply:
    """A preview, what to do about the schedule, or what became of a line's button."""
    do = request.values.get("do") or request.text.strip().casefold()
    if do in READING:
        with db.reading() as connection:
            return READING[do](request, connection)
    if do in WRITING:
        with db.writing() as connection:
            return WRITING[do](request, connection)
    if request.values.get("do"):
        raise Invalid(button=OLD)
    said = f"“{short(request.text.strip())}” is nothing that /digest does; after it may follow "
    raise Invalid(text=f"{said}{USAGE[1:-1].replace('|', ', ')}, or nothing, which shows it as it would be now.")


def _preview(request: Request, connection: Connection) -> Reply:
    return preview(request, connection, of_channel(connection, request.place.channel_id))


def _mine(request: Request, connection: Connection) -> Reply:
    reader = my_reader(request)
    if reader is None:
        said = "Your own digest is about your customers, and you are linked to no rep of the ledger."
        return Reply(
            headline=(said,),
            summary=(said,),
            parts=(Note((Code("/melktert me"), " says how you are linked.")),),
            actions=(Action("me", "Who am I?"),),
        )
    return preview(request, connection, reader)


_Doing = Callable[[Request, Connection], Reply]
READING: Mapping[str, _Doing] = {
    "": _preview,
    "preview": _preview,
    "mine": _mine,
    "history": _digest_schedule.history,
    "details": _digest_post.details,
}
WRITING: Mapping[str, _Doing] = {
    "schedule": _digest_schedule.schedule,
    "pause": _digest_schedule.pause,
    "resume": _digest_schedule.resume,
    "send": _digest_schedule.send,
    "post": _digest_post.post,
    "take": _digest_take.take,
    "taken": _digest_take.taken,
    "give_back": _digest_take.give_back,
    "given_back": _digest_take.given_back,
    "snooze": _digest_take.snooze,
    "drop": _digest_take.drop,
    "show_again": _digest_take.show_again,
}

COMMAND = Command(
    name=NAME,
    summary="The weekly digest: whom to visit, follow up or invite. As it would be now, and when it is sent.",
    usage=USAGE,
    examples=("/digest", "/digest mine", "/digest history"),
    policy=Policy.CUSTOMER,
    run=run,
)
