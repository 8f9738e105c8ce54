"""/melktert deliveries: the messages that could not be posted, and what is to become of each. For admins.

An admin is told of each, once, by a direct message that this command composes too.
"""

from sqlalchemy.engine import Connection

from commands._figures import acting
from commands._reply import (
    Action,
    Command,
    Count,
    Date,
    Invalid,
    Item,
    Mention,
    Note,
    NothingToSay,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from store import audit, deliveries, delivery_figures, digest_schedules
from store.database import Database
from store.deliveries import Delivery
from store.delivery_figures import Held

NAME = "deliveries"
SHOWN_MOST = 10
AGAIN, LET_GO = "again", "let_go"
BUTTON_IS_OLD = "This button cannot be read; ask /melktert deliveries again."
IN_HOURS = "It will be posted in its reader's working hours"
AT_ONCE = "It will be posted within a few seconds"
PAUSED = (
    "Somebody has paused the digest of this channel since, so it was not posted, and is still held back. "
    "Say /digest resume in the channel, then press Post it again once more; or let it go."
)
DECIDED = "Somebody has decided that already; /melktert deliveries shows what is left."
_WHAT = {
    "promise_due": "A reminder of a promise",
    "hand_over": "The news of a promise handed over",
    "team_digest": "The team's digest",
    "rep_digest": "A rep's digest",
    deliveries.REPORT: "A report to an admin",
}


def run(request: Request, db: Database) -> Reply:
    """The list of those that are held; one of them, for the message about it; or what became of a button."""
    do = request.values.get("do", "")
    if do in (AGAIN, LET_GO):
        with db.writing() as connection:
            return _decided(request, connection, do)
    if do:
        raise Invalid(button=BUTTON_IS_OLD)
    with db.reading() as connection:
        if request.origin == "delivery":
            is_dropped = request.values.get("dropped")
            return _told_of_drop(connection, _id(request)) if is_dropped else _told(connection, _id(request))
        return _listed(connection)


def _listed(connection: Connection) -> Reply:
    held = delivery_figures.held(connection, SHOWN_MOST)
    counts = delivery_figures.counts(connection)
    sent: Sentence = ("Sent last on ", Date(counts.last_sent_at.date()), ".") if counts.last_sent_at else ()
    missed = (Count(counts.missed, "message"), " were not posted in time, so far.") if counts.missed else ()
    notes = tuple(Note(line, "quiet") for line in (sent, missed) if line)
    if not held:
        return Reply(
            headline=("Nothing is held back",),
            summary=("No message waits for a decision.",),
            parts=(Note(("Every message that was due has been posted, or will be by itself.",)), *notes),
        )
    number = Count(counts.by_state["held"], "message")
    return Reply(
        headline=(number, " held back"),
        summary=(number, " held back; decide what is to become of each."),
        parts=(*(Item(_title(one), (one.trouble or "",), actions=_actions(one)) for one in held), *notes),
    )


def _told(connection: Connection, delivery_id: int) -> Reply:
    """The message to an admin. Errors: NothingToSay where it is decided meanwhile."""
    one = delivery_figures.held_one(connection, delivery_id)
    if one is None:
        raise NothingToSay("It is not held any more.")
    return Reply(
        headline=(f"{_what(one.kind)} is held back",),
        summary=(f"{_what(one.kind)} is held back: {one.trouble}",),
        parts=(Note((one.trouble or "",), "warning"), Note(("It was to go to ", *_to(one), "."))),
        actions=_actions(one),
    )


def _told_of_drop(connection: Connection, delivery_id: int) -> Reply:
    """The message to whoever had one posted again that then was not. Errors: NothingToSay where it stands there now."""
    one = deliveries.by_id(connection, delivery_id)
    if one is None or one.state != "dropped":
        raise NothingToSay("It was posted after all.")
    what = _what(one.kind)
    return Reply(
        headline=(f"{what} was not posted",),
        summary=(f"{what} was not posted: {one.trouble}",),
        parts=(Note((one.trouble or "",), "warning"), Note(("You had it posted again; nothing more becomes of it.",))),
    )


def _decided(request: Request, connection: Connection, do: str) -> Reply:
    """Do it, once for each receipt."""
    delivery_id, is_again = _id(request), do == AGAIN
    subject, action = deliveries.subject(delivery_id), deliveries.AGAIN if is_again else deliveries.LET_GO
    one = deliveries.by_id(connection, delivery_id)
    is_new = audit.record(
        connection, request.now, acting(request), action, subject, details={}, receipt=request.receipt
    )
    if is_new:
        if is_again and one is not None and one.state == "held" and _is_paused(connection, one):
            raise Invalid(button=PAUSED)
        done = (
            deliveries.post_again(connection, delivery_id, request.now)
            if is_again
            else deliveries.let_go(connection, delivery_id)
        )
        if not done:
            raise Invalid(button=DECIDED)
    posted = IN_HOURS if one is not None and one.kind in deliveries.IN_HOURS else AT_ONCE
    says = posted if is_again else "It will not be posted"
    rest = "If it is not, you will be told." if is_again else "That is kept, with your name."
    return Reply(headline=(says,), summary=(f"{says}.",), parts=(Note((rest,)),))


def _is_paused(connection: Connection, one: Delivery) -> bool:
    """Whether a person has paused the digest that this is; what Melktert paused itself, posting it again resumes."""
    kind, _, number = one.values.get("reader", "").partition(" ")
    kept = digest_schedules.get(connection, int(number)) if kind == "team" else None
    return kept is not None and kept.is_paused and kept.paused_because is None


def _title(one: Held) -> Sentence:
    return (Strong(_what(one.kind)), " to ", *_to(one))


def _to(one: Held) -> Sentence:
    to = Mention("a colleague", one.slack_user_id) if one.slack_user_id else f"channel {one.channel_id}"
    return (to, ", due on ", Date(one.due_at.date()))


def _what(kind: str) -> str:
    return _WHAT.get(kind, kind.replace("_", " ").capitalize())


def _actions(one: Held) -> tuple[Action, ...]:
    return (
        Action(NAME, "Post it again", {"do": AGAIN, "id": str(one.id)}),
        Action(NAME, "Let it go", {"do": LET_GO, "id": str(one.id)}),
    )


def _id(request: Request) -> int:
    text = request.values.get("id", "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Invalid(button=BUTTON_IS_OLD)
    return int(text)


COMMAND = Command(
    name=NAME,
    summary="Messages that could not be posted, and what is to become of them.",
    usage="",
    examples=("/melktert deliveries",),
    policy=Policy.ADMIN,
    run=run,
    has_own_name=False,
)
