"""The same visit logged twice, typed or from one message: logged again only if somebody says that it was another."""

from sqlalchemy.engine import Connection

from commands import _care_line, _visit_form
from commands._carried import carried
from commands._reply import Action, Note, Reply, Request, Sentence, Strong
from commands._visit_form import Begins
from commands._visit_read import Filled
from commands._visit_said import KINDS, by, told, undo_and_edit
from store import touches
from store.database import take_turns
from store.touches import NewTouch, Touch

# The touches of a customer among which the first try is looked for.
LOOKED_THROUGH = 50


def logged_before(connection: Connection, new: NewTouch, request: Request, receipt: str | None) -> Touch | None:
    """What the same person logged of the same customer, kind, day and note just now by another request."""
    if touches.of_receipt(connection, receipt) is not None:
        return None
    take_turns(connection, f"{new.author} and customer {new.customer_id}")
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


def of_message(connection: Connection, permalink: str) -> dict[str, str]:
    """What a form of this message keeps, so that what is logged from it meanwhile can be told."""
    return {"permalink": permalink, "logged": str(len(touches.of_message(connection, permalink)) if permalink else 0)}


def logged_meanwhile(connection: Connection, permalink: str, request: Request) -> Touch | None:
    """What was logged from the same message since the form was opened, if anything was."""
    of_it = touches.of_message_alone(connection, permalink) if permalink else []
    count = request.values.get("logged", "")
    seen = int(count) if count.isascii() and count.isdigit() and len(count) < 7 else 0
    return max(of_it, key=lambda touch: touch.id) if len(of_it) > seen else None


def once_more(connection: Connection, before: Touch, filled: Filled, permalink: str, request: Request) -> Reply:
    """The form as it was filled in, and what was logged meanwhile: whoever submits it again means another touch."""
    already: Sentence = ("This message was logged meanwhile, for ", Strong(before.customer), ", by ")
    rest = ". What you filled in is still here; Log it logs another one."
    notes = (
        Note((*already, by(connection, before.author), rest), "warning"),
        Note(told(before, request.today), "quiet"),
    )
    values = {"once": request.values.get("once", ""), **of_message(connection, permalink)}
    form = _visit_form.new(connection, Begins(filled.customer, filled.day), values, *notes)
    return _visit_form.again(form, request.values, filled.customer, list(request.values))
