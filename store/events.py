"""Events: days out for customers, who is invited, who is coming, and who came.

An invitation is a touch on the day on which it was made, of the kind invitation; whoever came is a touch on the event's
own day, of the kind visit. Each counts once, and goes when the invitation is taken back, or it turns out that they did
not come. store/guests.py proposes whom to invite.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit, touches
from store.audit import RefusedError
from store.care import NO_CUSTOMER, may_be_greeted
from store.tables import contacts, customers, event_guests, events
from store.tables import touches as touch_table
from store.touches import Kind, NewTouch
from store.who import Who

State = Literal["invited", "coming", "declined", "came", "missed"]
STATES: tuple[State, ...] = get_args(State)
# What can be said of a guest only once the day has come.
AFTERWARDS: tuple[State, ...] = ("came", "missed")
CHANGED = "event.guest"
NOT_THERE = "That event is not there any more; /event lists those that are."


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to make; `seats` is how many customers there is room for."""

    title: str
    held_on: dt.date
    place: str | None = None
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event, with how many customers are in each state."""

    id: int
    title: str
    held_on: dt.date
    place: str | None
    seats: int | None
    made_by: str
    is_cancelled: bool
    is_invented: bool
    guests: dict[State, int]

    @property
    def invited(self) -> int:
        """How many were invited, whatever they answered."""
        return sum(self.guests.values())

    @property
    def coming(self) -> int:
        """How many said that they come, or came."""
        return self.guests["coming"] + self.guests["came"]


@dataclass(frozen=True, slots=True)
class Guest:
    """A customer who is invited. `is_welcome` is False where it became an exit, or complained, since."""

    event_id: int
    customer_id: int
    customer: str
    contact_id: int | None
    contact: str | None
    state: State
    is_welcome: bool


def make(connection: Connection, new: NewEvent, *, by: str, at: dt.datetime, receipt: str | None = None) -> Event:
    """Keep a new event; of the same receipt there is one, however often it comes."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"title": new.title, "held_on": new.held_on, "place": new.place, "seats": new.seats}
    added = insert(events).values(**row, made_at=at, made_by=by, receipt=receipt)
    event_id = connection.scalar(added.on_conflict_do_nothing(index_elements=[events.c.receipt]).returning(events.c.id))
    if event_id is None:
        event_id = connection.scalar(sa.select(events.c.id).where(events.c.receipt == receipt))
    return existing(connection, event_id)


def get(connection: Connection, event_id: int) -> Event | None:
    """The event, cancelled or not; None where there is none of this id."""
    return next(iter(_read(connection, events.c.id == event_id)), None)


def existing(connection: Connection, event_id: int) -> Event:
    """The event. Errors: RefusedError where there is none of this id."""
    event = get(connection, event_id)
    if event is None:
        raise RefusedError(NOT_THERE)
    return event


def coming(connection: Connection, today: dt.date) -> list[Event]:
    """The events from today on that were not cancelled, the nearest first."""
    found = _read(connection, (events.c.held_on >= today) & events.c.cancelled_at.is_(None))
    return sorted(found, key=lambda event: (event.held_on, event.id))


def past(connection: Connection, today: dt.date, most: int = 3) -> list[Event]:
    """The last events before today, the newest first."""
    found = _read(connection, (events.c.held_on < today) & events.c.cancelled_at.is_(None), most)
    return sorted(found, key=lambda event: (event.held_on, event.id), reverse=True)


def called(connection: Connection, title: str) -> list[Event]:
    """The events whose titles contain these letters, whatever their capitals; the newest first."""
    every = _read(connection, sa.true())
    exact = [event for event in every if event.title.casefold() == title.casefold()]
    return exact or [event for event in every if title.casefold() in event.title.casefold()]


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


def guests(connection: Connection, event_id: int) -> list[Guest]:
    """Who is invited: those who are coming first, then the others by what they said and by name."""
    return _guests(connection, event_guests.c.event_id == event_id)


def of_customer(connection: Connection, customer_id: int) -> list[Guest]:
    """What the customer was invited to."""
    return _guests(connection, event_guests.c.customer_id == customer_id)


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
    known = _guest(connection, event_id, customer_id)
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
    found = _guest(connection, event_id, customer_id)
    assert found is not None
    return found


def take_back(connection: Connection, event_id: int, customer_id: int, *, by: str, at: dt.datetime) -> bool:
    """Take an invitation back, as if it had never been; False where there is none. Errors: RefusedError."""
    _locked(connection, event_id)
    known = _guest(connection, event_id, customer_id)
    if known is None:
        return False
    # Both before the first of them counts for nothing: whoever edits the other waits, and holds nothing meanwhile.
    theirs = (touch_table.c.event_id == event_id) & (touch_table.c.customer_id == customer_id)
    connection.execute(sa.select(touch_table.c.id).where(theirs).order_by(touch_table.c.id).with_for_update())
    for kind in ("invitation", "visit"):
        _untouch(connection, event_id, customer_id, kind, by=by, at=at)
    _recorded(connection, known, "taken back", by=by, at=at)
    connection.execute(event_guests.delete().where(_is_guest(event_id, customer_id)))
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

    Errors: RefusedError where they are not invited, or the day has not come.
    """
    event = _locked(connection, event_id)
    known = _guest(connection, event_id, customer_id)
    if known is None:
        raise RefusedError("They are not invited any more; invite them first.")
    if state in AFTERWARDS and event.held_on > today:
        raise RefusedError(f"{event.title} is still to come; say then who came.")
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
    connection.execute(event_guests.update().where(_is_guest(event_id, customer_id)).values(changed))
    found = _guest(connection, event_id, customer_id)
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
    """The touch of a guest, which counts again where it was deleted before: there is one of each kind."""
    known = connection.execute(_touches_of(event.id, customer_id, kind)).first()
    if known is not None:
        touches.restore(connection, known.id, by=by, at=at)
        return
    note = f"{'Invited to' if kind == 'invitation' else 'Came to'} {event.title}"
    people = (who,) if who.is_known else ()
    new = NewTouch(customer_id, kind, on, by, at, people, contact_id, event.id, note=note)
    touches.log(connection, new)


def _untouch(connection: Connection, event_id: int, customer_id: int, kind: str, *, by: str, at: dt.datetime) -> None:
    for row in connection.execute(_touches_of(event_id, customer_id, kind)).all():
        touches.delete(connection, row.id, by=by, at=at, reason="the event's list of guests was changed")


def _touches_of(event_id: int, customer_id: int, kind: str) -> sa.Select[tuple[int]]:
    return sa.select(touch_table.c.id).where(
        touch_table.c.event_id == event_id, touch_table.c.customer_id == customer_id, touch_table.c.kind == kind
    )


def _recorded(connection: Connection, was: Guest, became: str, *, by: str, at: dt.datetime) -> None:
    subject, details = f"event {was.event_id}", {"customer_id": was.customer_id, "was": was.state, "became": became}
    audit.record(connection, at, by, CHANGED, subject, details=details)


# --- reading --------------------------------------------------------------------------------------------------------


def _is_guest(event_id: int, customer_id: int) -> sa.ColumnElement[bool]:
    return (event_guests.c.event_id == event_id) & (event_guests.c.customer_id == customer_id)


def _guest(connection: Connection, event_id: int, customer_id: int) -> Guest | None:
    return next(iter(_guests(connection, _is_guest(event_id, customer_id))), None)


def _guests(connection: Connection, chosen: sa.ColumnElement[bool]) -> list[Guest]:
    order: dict[str, int] = {"came": 0, "coming": 0, "invited": 1, "missed": 2, "declined": 3}
    rows = connection.execute(
        sa.select(
            event_guests,
            customers.c.name.label("customer"),
            contacts.c.name.label("contact"),
            may_be_greeted().label("is_welcome"),
        )
        .join_from(event_guests, customers, customers.c.id == event_guests.c.customer_id)
        .outerjoin(contacts, contacts.c.id == event_guests.c.contact_id)
        .where(chosen)
    )
    found = [
        Guest(
            *(row.event_id, row.customer_id, row.customer, row.contact_id, row.contact),
            *(row.state, bool(row.is_welcome)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (order[one.state], one.customer.casefold(), one.customer_id, one.event_id))


def _read(connection: Connection, chosen: sa.ColumnElement[bool], most: int | None = None) -> list[Event]:
    """The events that were chosen, the newest first."""
    counted: list[sa.ColumnElement[Any]] = [
        sa.func.count(sa.case((event_guests.c.state == state, 1))).label(state) for state in STATES
    ]
    rows = connection.execute(
        sa.select(events, *counted)
        .outerjoin(event_guests, event_guests.c.event_id == events.c.id)
        .where(chosen)
        .group_by(events.c.id)
        .order_by(events.c.held_on.desc(), events.c.id.desc())
        .limit(most)
    )
    return [
        Event(
            id=row.id,
            title=row.title,
            held_on=row.held_on,
            place=row.place,
            seats=row.seats,
            made_by=row.made_by,
            is_cancelled=row.cancelled_at is not None,
            is_invented=row.is_invented,
            guests={state: row._mapping[state] for state in STATES},  # a row's columns by label
        )
        for row in rows
    ]


def _locked(connection: Connection, event_id: int) -> Event:
    """The event, whose guests nobody else changes before this transaction ends. Errors: RefusedError."""
    connection.execute(sa.select(events.c.id).where(events.c.id == event_id).with_for_update())
    return existing(connection, event_id)
