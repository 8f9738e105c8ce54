"""The same visit typed twice: answered with the one that was logged, unless somebody says that it was another."""

from sqlalchemy.engine import Connection

from commands import _care_line
from commands._carried import carried
from commands._reply import Action, Note, Reply, Request, Sentence
from commands._visit_said import KINDS, told, undo_and_edit
from store import touches
from store.touches import NewTouch, Touch

# The touches of a customer among which the first try is looked for.
LOOKED_THROUGH = 50


def logged_before(connection: Connection, new: NewTouch, request: Request, receipt: str | None) -> Touch | None:
    """What the same person logged of the same customer, kind, day and note just now by another request."""
    if touches.of_receipt(connection, receipt) is not None:
        return None
    what = (new.author, new.kind, new.happened_on, new.note)
    for one in touches.last(connection, new.customer_id, LOOKED_THROUGH):
        is_same = (one.author, one.kind, one.happened_on, one.note) == what
        if is_same and _care_line.is_recent(one.logged_at, request):
            return one
    return None


def already(before: Touch, new: NewTouch, rest: str, request: Request) -> Reply:
    """That it is logged, and a button for whoever means another one."""
    headline: Sentence = (f"{KINDS[before.kind]} already logged ", _care_line.ago(before.logged_at, request))
    notes: list[Note] = [Note(told(before, request.today))]
    if new.minutes is not None and new.minutes != before.minutes:
        notes.append(Note(("Its minutes are as they were; Edit… changes them.",), "warning"))
    again = []
    if carried(rest) <= _care_line.LONGEST_REST:
        as_note = {"as_note": "yes"} if request.values.get("as_note") else {}
        values = {**as_note, **_care_line.again(request), "customer": str(before.customer_id), "rest": rest}
        again.append(Action("visit", "Log it again", values))
    return Reply(
        headline=headline,
        summary=(*headline, "; ", before.customer, "."),
        parts=tuple(notes),
        actions=(*undo_and_edit(before), *again),
    )
