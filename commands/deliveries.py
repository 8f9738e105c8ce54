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
from store import audit, deliveries, delivery_figures
from store.database import Database
from store.delivery_figures import Held

NAME = "deliveries"
SHOWN_MOST = 10
AGAIN, LET_GO = "again", "let_go"
BUTTON_IS_OLD = "This button cannot be read; ask /melktert deliveries again."
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
            return _told(connection, _id(request))
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
        headline=(f"{_what(one)} is held back",),
        summary=(f"{_what(one)} is held back: {one.trouble}",),
        parts=(Note((one.trouble or "",), "warning"), Note(("It was to go to ", *_to(one), "."))),
        actions=_actions(one),
    )


def _decided(request: Request, connection: Connection, do: str) -> Reply:
    """Do it, once for each receipt."""
    delivery_id, is_again = _id(request), do == AGAIN
    subject, action = f"delivery {delivery_id}", f"delivery.{do}"
    is_new = audit.record(
        connection, request.now, acting(request), action, subject, details={}, receipt=request.receipt
    )
    if is_new:
        done = (
            deliveries.post_again(connection, delivery_id, request.now)
            if is_again
            else deliveries.let_go(connection, delivery_id)
        )
        if not done:
            raise Invalid(button=DECIDED)
    says = "It will be posted within a few seconds" if is_again else "It will not be posted"
    rest = "If that fails again, you will be told." if is_again else "That is kept, with your name."
    return Reply(headline=(says,), summary=(f"{says}.",), parts=(Note((rest,)),))


def _title(one: Held) -> Sentence:
    return (Strong(_what(one)), " to ", *_to(one))


def _to(one: Held) -> Sentence:
    to = Mention("a colleague", one.slack_user_id) if one.slack_user_id else f"channel {one.channel_id}"
    return (to, ", due on ", Date(one.due_at.date()))


def _what(one: Held) -> str:
    return _WHAT.get(one.kind, one.kind.replace("_", " ").capitalize())


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
