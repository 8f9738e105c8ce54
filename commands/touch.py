"""/melktert touch NUMBER: one touch with its history; edited, deleted and restored by its author or a manager."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from commands import _naming, _visit_form, _visit_read
from commands import _visit_said as said
from commands._figures import acting
from commands._reply import (
    Action,
    Command,
    Date,
    Inline,
    Invalid,
    Note,
    Option,
    Part,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from store import contacts, promises, touches
from store.audit import RefusedError
from store.database import Database
from store.promises import MADE, Doing, Promise
from store.touches import Changes, ClashError, Touch

NAME = "touch"
BUTTON_IS_OLD = "That button is from an older message; ask /melktert touch with the touch's number."
HISTORY_SHOWN = 8
# What a change of each is called.
FIELDS = {
    "customer_id": "the customer",
    "kind": "what it was",
    "happened_on": "the day",
    "people": "who was there",
    "contact_id": "with whom",
    "minutes": "the minutes",
    "cost": "the cost",
    "currency": "the currency",
    "outcome": "how it went",
    "note": "the note",
    "learned": "what was learned",
}
# Long, or an id that says nothing to anybody: the history names them without what they were.
NOT_SPELT_OUT = ("customer_id", "people", "contact_id", "note", "learned")


def run(request: Request, db: Database) -> Reply:
    """The touch, its form, or what became of a change."""
    do = request.values.get("do", "")
    try:
        if do == "":
            with db.reading() as connection:
                return _card(connection, _meant(connection, request), request)
        if do == "edit":
            with db.reading() as connection:
                return _form(connection, _meant(connection, request), request)
        with db.writing() as connection:
            touch = _meant(connection, request)
            said.refuse_others(touch, request)
            return _change(connection, touch, request, do)
    except ClashError as clash:
        with db.reading() as connection:
            return _form_once_more(connection, _meant(connection, request), request, clash)
    except RefusedError as refused:
        raise Invalid(customer=str(refused)) from None


def _meant(connection: Connection, request: Request) -> Touch:
    number = request.values.get("touch") or request.text.strip().lstrip("#")
    if not number:
        where = "the button Touches of /customer shows them"
        raise Invalid(touch=f"Say which touch by its number, such as /melktert touch 12; {where}.")
    return said.of_button(connection, number)


# --- changes --------------------------------------------------------------------------------------------------------


def _change(connection: Connection, touch: Touch, request: Request, do: str) -> Reply:
    by, at, receipt = acting(request), request.now, request.receipt
    match do:
        case "delete":
            gone = touches.delete(connection, touch.id, by=by, at=at, receipt=receipt)
            return said.deleted(connection, gone, request, *_take_back(connection, touch, request))
        case "restore":
            people = _people_put_back(connection, touch, request)
            back = touches.restore(connection, touch.id, by=by, at=at, receipt=receipt)
            return said.logged(connection, back, request, *_put_back(connection, touch, request), *people)
        case "save":
            return _saved(connection, touch, request)
        case "undo":
            entry = request.values.get("entry", "")
            if not (entry.isascii() and entry.isdigit() and len(entry) < 19):
                raise Invalid(touch=BUTTON_IS_OLD)
            undone = touches.undo_edit(connection, touch.id, int(entry), by=by, at=at, receipt=receipt)
            return _undone(connection, undone, int(entry), request)
    raise Invalid(touch=BUTTON_IS_OLD)


def _take_back(connection: Connection, touch: Touch, request: Request) -> tuple[Sentence, ...]:
    """What becomes of the promise that was made in the same form, and of whom it added to the people."""
    number = request.values.get("promise", "")
    is_id = number.isascii() and number.isdigit() and len(number) < 19
    promise = promises.get(connection, int(number)) if is_id else None
    with_it: list[int] = []
    told: list[Sentence] = []
    if promise is not None and promise.touch_id == touch.id and promise.is_open:
        try:
            promises.undo(connection, promise.id, MADE, Doing(acting(request), request.now, request.today))
            with_it.append(promise.id)
            told.append((f"So is the promise: {promise.text}",))
        except RefusedError:
            told.append(("The promise made with it stays; /promises shows it.",))
    return (*told, *_people_taken_back(connection, touch, request, with_it))


def _people_taken_back(
    connection: Connection, touch: Touch, request: Request, promise_ids: Sequence[int]
) -> tuple[Sentence, ...]:
    """Whoever the form of the touch added goes with it, unless it is with somebody else since, or more came of them."""
    added = _visit_read.added_receipt(touches.receipt_of(connection, touch.id))
    who = contacts.of_receipt(connection, added)
    if added is None or who is None or who.id != touch.contact_id or touch.deleted_at is not None:
        return ()
    by, at = acting(request), request.now
    gone = contacts.take_back(connection, added, by=by, at=at, touch_id=touch.id, promise_ids=promise_ids)
    return () if gone is None else ((Strong(gone.name), f" is not among the people of {touch.customer} any more."),)


def _people_put_back(connection: Connection, touch: Touch, request: Request) -> tuple[Sentence, ...]:
    if touch.deleted_at is None:
        return ()
    back = contacts.put_back(connection, touch.id, touch.deleted_at, by=acting(request), at=request.now)
    return () if back is None else ((Strong(back.name), f" is among the people of {touch.customer} again."),)


def _put_back(connection: Connection, touch: Touch, request: Request) -> tuple[Promise | None, *tuple[Sentence, ...]]:
    """What was promised in the same form and taken back with the touch is promised again."""
    promised: list[Promise] = []
    if touch.deleted_at is not None:
        for one in promises.taken_back_with(connection, touch.id, touch.deleted_at):
            doing = Doing(acting(request), request.now, request.today)
            promised.append(promises.put_back(connection, one.id, doing).promise)
    return next(iter(promised), None), *((f"So is the promise: {one.text}",) for one in promised[1:])


def _saved(connection: Connection, touch: Touch, request: Request) -> Reply:
    edits_seen = _edits_seen(request)
    before = touch if edits_seen is None else touches.before_later_edits(connection, touch, edits_seen)
    filled = _visit_read.read(connection, request, before)
    contact_id = _visit_read.add_contact(connection, filled, request, request.receipt)
    changes = Changes(
        customer_id=filled.customer.id,
        kind=filled.kind,
        happened_on=filled.day,
        people=filled.there,
        contact_id=contact_id,
        minutes=filled.minutes,
        cost=filled.cost,
        currency=filled.currency,
        outcome=filled.outcome,
        note=filled.note,
        learned=filled.learned,
    )
    by, at, receipt = acting(request), request.now, request.receipt
    edited = touches.edit(connection, touch.id, changes, by=by, at=at, receipt=receipt, edits_seen=edits_seen)
    added: tuple[Sentence, ...] = ()
    if filled.new_contact is not None:
        added = ((Strong(filled.new_contact), f" is added to the people of {edited.customer}."),)
    return _changed(connection, edited, request, *added)


def _edits_seen(request: Request) -> int | None:
    """How often the touch had been edited when the form was opened; None for a form that does not say."""
    text = request.values.get("edits", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _form_once_more(connection: Connection, touch: Touch, request: Request, clash: ClashError) -> Reply:
    """The form as the touch is now, but with what was typed where somebody else has changed the same meanwhile: whoever
    submits it again writes over that knowingly.
    """
    edits_seen = _edits_seen(request) or 0
    later = [entry.by for entry in touches.history(connection, touch.id) if entry.what == "edited"][edits_seen:]
    others: list[Inline] = []
    for at, one in enumerate(dict.fromkeys(later)):
        others += [*([" and "] if at else []), said.by(connection, one)]
    what = " and ".join(dict.fromkeys(FIELDS[name] for name in clash.names))
    how = " meanwhile; this is how it stands now. What you filled in is still here, and Save writes it over theirs."
    notes = (
        Note((*others, " changed ", what, how), "warning"),
        Note(said.told(touch, request.today), "quiet"),
    )
    form = _visit_form.edit(connection, touch, _naming.of_button(connection, str(touch.customer_id)), *notes)
    shown = touches.before_later_edits(connection, touch, edits_seen)
    chosen = _naming.of_button(connection, request.values["customer"])
    return _visit_form.again(form, request.values, chosen, _visit_read.changed(shown, request.values))


def _undone(connection: Connection, touch: Touch, entry_id: int, request: Request) -> Reply:
    """That an edit is undone, and with it whoever it added to the people of the customer. Then it cannot be made once
    more by undoing this, since it would be with nobody.
    """
    entry = next(one for one in touches.history(connection, touch.id) if one.id == entry_id)
    added = _visit_read.added_receipt(entry.receipt)
    gone = contacts.take_back(connection, added, by=acting(request), at=request.now) if added else None
    if gone is None:
        return _changed(connection, touch, request)
    reply = _changed(connection, touch, request, (Strong(gone.name), " is not among the people there any more."))
    edit = Action(NAME, "Edit…", _values(touch, do="edit"), opens_form=True)
    return replace(reply, actions=(edit, *(one for one in reply.actions if one.label != "Undo")))


def _changed(connection: Connection, touch: Touch, request: Request, *more: Sentence) -> Reply:
    headline: Sentence = (f"{said.KINDS[touch.kind]} changed: ", *said.clock(connection, touch, request.today))
    mine = [entry for entry in touches.history(connection, touch.id) if _is_of(request, entry)]
    undo = [Action(NAME, "Undo", _values(touch, do="undo", entry=str(mine[-1].id)))] if mine else []
    return Reply(
        headline=headline,
        summary=(*headline, "; ", touch.customer, "."),
        parts=(Note(said.told(touch, request.today)), *(Note(sentence) for sentence in more)),
        actions=(*undo, Action(NAME, "History", _values(touch))),
    )


def _is_of(request: Request, entry: touches.Entry) -> bool:
    """Whether this request made the edit: one that changed nothing must not offer to take back another one."""
    is_same = entry.at == request.now if request.receipt is None else entry.receipt == request.receipt
    return entry.what == "edited" and is_same


def _values(touch: Touch, **more: str) -> Mapping[str, str]:
    return {"touch": str(touch.id), **more}


def _form(connection: Connection, touch: Touch, request: Request) -> Reply:
    said.refuse_others(touch, request)
    if touch.deleted_at is not None:
        raise Invalid(touch="That touch was taken back; put it back first.")
    return _visit_form.edit(connection, touch, _naming.of_button(connection, str(touch.customer_id)))


# --- the card -------------------------------------------------------------------------------------------------------


def _card(connection: Connection, touch: Touch, request: Request) -> Reply:
    headline: Sentence = (f"{said.KINDS[touch.kind]}: ", Strong(touch.customer))
    logged = ("Logged by ", said.by(connection, touch.author), " on ", _day_of(touch.logged_at, request), ".")
    parts: list[Part] = [Note(said.told(touch, request.today, names_customer=False))]
    if touch.deleted_at is not None:
        parts.append(Note(("It was taken back and counts for nothing.",), "warning"))
    if touch.permalink is not None:
        parts.append(Note((f"From the message {touch.permalink}",), "quiet"))
    parts.append(Note(logged, "quiet"))
    entries = touches.history(connection, touch.id)
    parts += [Note(_entry(connection, entry, request), "quiet") for entry in entries[-HISTORY_SHOWN:]]
    return Reply(headline=headline, summary=(*headline, "."), parts=tuple(parts), actions=_actions(touch, request))


def _actions(touch: Touch, request: Request) -> tuple[Action, ...]:
    if not said.may_change(touch, request):
        return ()
    if touch.deleted_at is not None:
        return (Action(NAME, "Put it back", _values(touch, do="restore")),)
    return (
        Action(NAME, "Edit…", _values(touch, do="edit"), opens_form=True),
        Action(NAME, "Delete", _values(touch, do="delete"), style="danger"),
    )


def _entry(connection: Connection, entry: Any, request: Request) -> Sentence:
    """A line of the history: who did what, when, and what it was before."""
    what: list[Inline] = []
    was, became = entry.details.get("was", {}), entry.details.get("became", {})
    for name in [one for one in FIELDS if one in was]:
        spelt = "" if name in NOT_SPELT_OUT else f" ({was[name] or 'nothing'} → {became.get(name) or 'nothing'})"
        what += [", " if what else ": ", FIELDS[name], spelt]
    reason = f", since {entry.reason}" if entry.reason else ""
    day = _day_of(entry.at, request)
    return (entry.what.title(), " by ", said.by(connection, entry.by), " on ", day, *what, reason, ".")


def _day_of(at: dt.datetime, request: Request) -> Date:
    """The day on the clock of whoever reads."""
    return Date(at.astimezone(ZoneInfo(request.person.zone)).date())


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers for the form, by their id."""
    return _naming.completed(db, typed, by_id=True) if field == "customer" else ()


COMMAND = Command(
    name=NAME,
    summary="One visit, call or message as it was logged, with what was changed since.",
    usage="NUMBER",
    examples=("/melktert touch 1",),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=suggest,
    has_own_name=False,
)
