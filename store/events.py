"""Events: days out for customers, who is invited, who is coming, and who came.

An invitation is a touch on the day on which it was made, of the kind invitation; whoever came is a touch on the event's
own day, of the kind visit. Each counts once, and goes when the invitation is taken back, or it turns out that they did
not come. store/event_reading.py reads events and their guests, store/guests.py proposes whom to invite.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit, touches
from store.audit import RefusedError
from store.care import NO_CUSTOMER, may_be_greeted
from store.event_reading import (
    NOT_THERE,
    STATES,
    Event,
    Guest,
    State,
    called,
    coming,
    existing,
    get,
    guest,
    guests,
    is_guest,
    of_customer,
    past,
)
from store.tables import contacts, customers, event_guests, events
from store.tables import touches as touch_table
from store.touches import Kind, NewTouch
from store.who import Who

__all__ = [
    "AFTERWARDS",
    "NOT_THERE",
    "STATES",
    "Event",
    "Guest",
    "NewEvent",
    "State",
    "called",
    "coming",
    "existing",
    "get",
    "guests",
    "invite",
    "make",
    "of_customer",
    "past",
    "set_cancelled",
    "set_state",
    "take_back",
]

# What can be said of a guest only once the day has come.
AFTERWARDS: tuple[State, ...] = ("came", "missed")
CHANGED = "event.guest"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to make; `seats` is how many customers there is room for."""

    title: str
    held_on: dt.date
    place: str | None = None
    seats: int | None = None


def make(connection: Connection, new: NewEvent, *, by: str, at: dt.datetime, receipt: str | None = None) -> Event:
    """Keep a new event; of the same receipt there is one, however often it comes."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"title": new.title, "held_on": new.held_on, "place": new.place, "seats": new.seats}
    added = insert(events).values(**row, made_at=at, made_by=by, receipt=receipt)
    event_id = connection.scalar(added.on_conflict_do_nothing(index_elements=[events.c.receipt]).returning(events.c.id))
    if event_id is None:
        event_id = connection.scalar(sa.select(events.c.id).where(events.c.receipt == receipt))
    return existing(connection, event_id)


def set_cancelled(
    connection: Connection, event_id: int, *, is_cancelled: bool, by: str, at: dt.datetime, receipt: str | None = None
) -> Event:
    """Call the event off, or on again; nothing where it is so already. Errors: RefusedError."""
    before = _locked(connection, event_id)
    if before.is_cancelled != is_cancelled and audit.done(connection, receipt, "event.cancel") is None:
        details = {"was": before.is_cancelled, "became": is_cancelled}
        audit.record(connection, at, by, "event.cancel", f"event {event_id}", details=details, receipt=receipt)
        cancelled_at = at if is_cancelled else None
        connection.execute(events.update().where(events.c.id == event_id).values(cancelled_at=cancelled_at))
    return existing(connection, event_id)


# --- guests ---------------------------------------------------------------------------------------------------------


def invite(
    connection: Connection,
    event_id: int,
    customer_id: int,
    *,
    who: Who,
    contact_id: int | None = None,
    on: dt.date,
    by: str,
    at: dt.datetime,
) -> Guest:
    """Invite a customer, which is a touch of whoever invites; nothing where they are invited already.

    Errors: RefusedError where the event is over or off, and where an exit or an open complaint forbids it.
    """
    event = _locked(connection, event_id)
    known = guest(connection, event_id, customer_id)
    if known is not None:
        return known
    if event.is_cancelled or event.held_on < on:
        raise RefusedError(f"{event.title} is {'off' if event.is_cancelled else 'over'}; choose another event.")
    welcome = sa.select(customers.c.name, may_be_greeted().label("is_welcome")).where(customers.c.id == customer_id)
    row = connection.execute(welcome).one_or_none()
    if row is None:
        raise RefusedError(NO_CUSTOMER)
    if not row.is_welcome:
        raise RefusedError(f"{row.name} is an exit, or has a complaint that is still open; settle that first.")
    if contact_id is not None:
        at_customer = sa.select(contacts.c.customer_id).where(contacts.c.id == contact_id)
        if connection.scalar(at_customer) != customer_id:
            raise RefusedError("That contact is not at this customer; choose another, or none.")
    state = {"state": "invited", "changed_at": at, "changed_by": by}
    connection.execute(
        event_guests.insert().values(event_id=event_id, customer_id=customer_id, contact_id=contact_id, **state)
    )
    _touch(connection, event, customer_id, "invitation", on, contact_id=contact_id, who=who, by=by, at=at)
    found = guest(connection, event_id, customer_id)
    assert found is not None
    return found


def take_back(connection: Connection, event_id: int, customer_id: int, *, by: str, at: dt.datetime) -> bool:
    """Take an invitation back, as if it had never been; False where there is none.

    Errors: RefusedError where it has been answered since, or they came.
    """
    _locked(connection, event_id)
    known = guest(connection, event_id, customer_id)
    if known is None:
        return False
    if known.state != "invited":
        said = "has answered or come since, so the invitation stays; the event's card shows it."
        raise RefusedError(f"{known.customer} {said}")
    # Both before the first of them counts for nothing: whoever edits the other waits, and holds nothing meanwhile.
    theirs = (touch_table.c.event_id == event_id) & (touch_table.c.customer_id == customer_id)
    connection.execute(sa.select(touch_table.c.id).where(theirs).order_by(touch_table.c.id).with_for_update())
    for kind in ("invitation", "visit"):
        _untouch(connection, event_id, customer_id, kind, by=by, at=at)
    _recorded(connection, known, "taken back", by=by, at=at)
    connection.execute(event_guests.delete().where(is_guest(event_id, customer_id)))
    return True


def set_state(
    connection: Connection,
    event_id: int,
    customer_id: int,
    state: State,
    *,
    who: Who,
    today: dt.date,
    by: str,
    at: dt.datetime,
) -> tuple[Guest, State]:
    """What a guest answered, or whether they came; and what it was before. That they came is a touch on that day.

    Errors: RefusedError where they are not invited, or the day has not come, or the event was called off.
    """
    event = _locked(connection, event_id)
    known = guest(connection, event_id, customer_id)
    if known is None:
        raise RefusedError("They are not invited any more; invite them first.")
    if state in AFTERWARDS and event.held_on > today:
        raise RefusedError(f"{event.title} is still to come; say then who came.")
    if state in AFTERWARDS and event.is_cancelled:
        raise RefusedError(f"{event.title} was called off, so nobody came; if it took place after all, say that first.")
    if known.state == state:
        return known, state
    if state == "came":
        _touch(
            connection, event, customer_id, "visit", event.held_on, contact_id=known.contact_id, who=who, by=by, at=at
        )
    elif known.state == "came":
        _untouch(connection, event_id, customer_id, "visit", by=by, at=at)
    _recorded(connection, known, state, by=by, at=at)
    changed = {"state": state, "changed_at": at, "changed_by": by}
    connection.execute(event_guests.update().where(is_guest(event_id, customer_id)).values(changed))
    found = guest(connection, event_id, customer_id)
    assert found is not None
    return found, known.state


def _touch(
    connection: Connection,
    event: Event,
    customer_id: int,
    kind: Kind,
    on: dt.date,
    *,
    contact_id: int | None,
    who: Who,
    by: str,
    at: dt.datetime,
) -> None:
    """The touch of a guest, of which one of each kind counts. What was deleted counts again only where it is the same:
    of that day, by the same person, and about the same contact.
    """
    known = connection.execute(_touches_of(event.id, customer_id, kind)).all()
    if any(one.deleted_at is None for one in known):
        return
    for one in known:
        if (one.happened_on, one.author, one.contact_id) == (on, by, contact_id):
            touches.restore(connection, one.id, by=by, at=at)
            return
    note = f"{'Invited to' if kind == 'invitation' else 'Came to'} {event.title}"
    people = (who,) if who.is_known else ()
    new = NewTouch(customer_id, kind, on, by, at, people, contact_id, event.id, note=note)
    touches.log(connection, new)


def _untouch(connection: Connection, event_id: int, customer_id: int, kind: str, *, by: str, at: dt.datetime) -> None:
    for row in connection.execute(_touches_of(event_id, customer_id, kind)).all():
        touches.delete(connection, row.id, by=by, at=at, reason="the event's list of guests was changed")


def _touches_of(event_id: int, customer_id: int, kind: str) -> sa.Select[Any]:
    of = touch_table.c
    chosen = (of.event_id == event_id) & (of.customer_id == customer_id) & (of.kind == kind)
    return sa.select(of.id, of.happened_on, of.author, of.contact_id, of.deleted_at).where(chosen).order_by(of.id)


def _recorded(connection: Connection, was: Guest, became: str, *, by: str, at: dt.datetime) -> None:
    subject, details = f"event {was.event_id}", {"customer_id": was.customer_id, "was": was.state, "became": became}
    audit.record(connection, at, by, CHANGED, subject, details=details)


def _locked(connection: Connection, event_id: int) -> Event:
    """The event, whose guests nobody else changes before this transaction ends. Errors: RefusedError."""
    connection.execute(sa.select(events.c.id).where(events.c.id == event_id).with_for_update())
    return existing(connection, event_id)
