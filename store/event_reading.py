"""Events and their guests as they are read; store/events.py makes and changes them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.audit import RefusedError
from store.care import may_be_greeted
from store.tables import contacts, customers, event_guests, events, touches

State = Literal["invited", "coming", "declined", "came", "missed"]
STATES: tuple[State, ...] = get_args(State)
NOT_THERE = "That event is not there any more; /event lists those that are."


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


def guests(connection: Connection, event_id: int) -> list[Guest]:
    """Who is invited: those who are coming first, then the others by what they said and by name."""
    return _guests(connection, event_guests.c.event_id == event_id)


def of_customer(connection: Connection, customer_id: int) -> list[Guest]:
    """What the customer was invited to."""
    return _guests(connection, event_guests.c.customer_id == customer_id)


def is_guest(event_id: int, customer_id: int) -> sa.ColumnElement[bool]:
    """The condition, in a query of event_guests, that it is this customer at this event."""
    return (event_guests.c.event_id == event_id) & (event_guests.c.customer_id == customer_id)


def guest(connection: Connection, event_id: int, customer_id: int) -> Guest | None:
    """The guest, None for whoever is not invited."""
    return next(iter(_guests(connection, is_guest(event_id, customer_id))), None)


def _state() -> sa.ColumnElement[str]:
    """What a guest said, or did. Whose visit was deleted, or turned out to be another customer's, did not come as far
    as anybody says now.
    """
    came = (touches.c.event_id == event_guests.c.event_id) & (touches.c.customer_id == event_guests.c.customer_id)
    visit = sa.exists().where(came, touches.c.kind == "visit", touches.c.deleted_at.is_(None))
    return sa.case(((event_guests.c.state == "came") & ~visit, "invited"), else_=event_guests.c.state)


def _guests(connection: Connection, chosen: sa.ColumnElement[bool]) -> list[Guest]:
    order: dict[str, int] = {"came": 0, "coming": 0, "invited": 1, "missed": 2, "declined": 3}
    rows = connection.execute(
        sa.select(
            event_guests.c.event_id,
            event_guests.c.customer_id,
            event_guests.c.contact_id,
            _state().label("state"),
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
        sa.func.count(sa.case((_state() == state, 1))).label(state) for state in STATES
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
