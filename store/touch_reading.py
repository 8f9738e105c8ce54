"""Reading touches: one, the last of a customer, those of a rep, and whether a complaint is still open."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.audit import RefusedError
from store.database import take_turns
from store.money import from_minor
from store.tables import contacts, customers, touch_people, touches
from store.who import Who, complete, is_theirs

Kind = Literal["visit", "call", "message", "gift", "invitation", "conversation"]
Outcome = Literal["good", "neutral", "complaint", "settled"]


@dataclass(frozen=True, slots=True)
class Touch:
    """A touch as it is kept, with the names of who was there, of the contact and of the customer."""

    id: int
    customer_id: int
    customer: str
    kind: Kind
    happened_on: dt.date
    people: tuple[Who, ...]
    contact_id: int | None
    contact: str | None
    event_id: int | None
    minutes: int | None
    cost: Decimal | None
    currency: str | None
    outcome: Outcome | None
    note: str | None
    learned: str | None
    permalink: str | None
    author: str
    logged_at: dt.datetime
    deleted_at: dt.datetime | None
    is_invented: bool


def get(connection: Connection, touch_id: int) -> Touch | None:
    """The touch, deleted or not; None where there never was one of this id, or its customer is gone."""
    return next(iter(_read(connection, touches.c.id == touch_id)), None)


def existing(connection: Connection, touch_id: int) -> Touch:
    """The touch. Errors: RefusedError where there is none of this id."""
    touch = get(connection, touch_id)
    if touch is None:
        raise RefusedError("That touch is not there any more; /customer shows the last ones.")
    return touch


def of_receipt(connection: Connection, receipt: str | None) -> Touch | None:
    """The touch that this request logged before."""
    return None if receipt is None else next(iter(_read(connection, touches.c.receipt == receipt)), None)


def receipt_of(connection: Connection, touch_id: int) -> str | None:
    """Of which request the touch is, None where that is not known."""
    return connection.scalar(sa.select(touches.c.receipt).where(touches.c.id == touch_id))


def of_message(connection: Connection, permalink: str) -> list[Touch]:
    """The touches that were logged from this Slack message, oldest first."""
    found = _read(connection, (touches.c.permalink == permalink) & touches.c.deleted_at.is_(None))
    return found[::-1]


def of_message_alone(connection: Connection, permalink: str) -> list[Touch]:
    """The same, and whoever asks this next of the message waits until this transaction ends: two who log it at once
    know of each other.
    """
    take_turns(connection, permalink)
    return of_message(connection, permalink)


def last(connection: Connection, customer_id: int, most: int = 3, *, passing_over: int = 0) -> list[Touch]:
    """The last touches of a customer, the newest first, without the very last `passing_over`."""
    of_customer = (touches.c.customer_id == customer_id) & touches.c.deleted_at.is_(None)
    return _read(connection, of_customer, most, passing_over)


def of(connection: Connection, who: Who, since_on: dt.date, most: int = 100) -> list[Touch]:
    """The touches since a day at which somebody was there, the newest first."""
    theirs = sa.exists().where(
        touch_people.c.touch_id == touches.c.id,
        is_theirs(touch_people.c.rep_id, touch_people.c.slack_user_id, who),
    )
    return _read(connection, theirs & (touches.c.happened_on >= since_on) & touches.c.deleted_at.is_(None), most)


# Made once: an alias takes longer to make than most queries to answer.
_COMPLAINT, _SETTLING = touches.alias("complaint"), touches.alias("settling")


def has_open_complaint(customer_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition that a complaint of the customer was not settled by a later touch; on one day, the one logged last
    is the later.
    """
    complaint, settling = _COMPLAINT, _SETTLING
    is_later = (settling.c.happened_on > complaint.c.happened_on) | (
        (settling.c.happened_on == complaint.c.happened_on) & (settling.c.id > complaint.c.id)
    )
    is_settled = sa.exists().where(
        settling.c.customer_id == complaint.c.customer_id,
        settling.c.outcome == "settled",
        settling.c.deleted_at.is_(None),
        is_later,
    )
    return sa.exists().where(
        complaint.c.customer_id == customer_id,
        complaint.c.outcome == "complaint",
        complaint.c.deleted_at.is_(None),
        ~is_settled,
    )


# --- reading --------------------------------------------------------------------------------------------------------


def _read(
    connection: Connection, matching: sa.ColumnElement[bool], most: int | None = None, passing_over: int = 0
) -> list[Touch]:
    """The touches that match, the newest first."""
    query = (
        sa.select(touches, customers.c.name.label("customer"), contacts.c.name.label("contact"))
        .join_from(touches, customers, customers.c.id == touches.c.customer_id)
        .outerjoin(contacts, contacts.c.id == touches.c.contact_id)
        .where(matching)
        .order_by(touches.c.happened_on.desc(), touches.c.id.desc())
        .limit(most)
        .offset(passing_over)
    )
    rows = connection.execute(query).all()
    there = _people(connection, [row.id for row in rows])
    return [_touch(row, there.get(row.id, ())) for row in rows]


def _people(connection: Connection, touch_ids: Collection[int]) -> dict[int, tuple[Who, ...]]:
    """Who was there, by touch."""
    query = (
        sa.select(touch_people)
        .where(touch_people.c.touch_id.in_(touch_ids))
        .order_by(touch_people.c.touch_id, touch_people.c.ordinal)
    )
    rows = connection.execute(query).all() if touch_ids else []
    found: dict[int, tuple[Who, ...]] = {}
    known = complete(connection, [Who(row.rep_id, row.slack_user_id) for row in rows]) if rows else []
    for row, who in zip(rows, known, strict=True):
        found[row.touch_id] = (*found.get(row.touch_id, ()), who)
    return found


def _touch(row: Any, there: tuple[Who, ...]) -> Touch:
    return Touch(
        id=row.id,
        customer_id=row.customer_id,
        customer=row.customer,
        kind=row.kind,
        happened_on=row.happened_on,
        people=there,
        contact_id=row.contact_id,
        contact=row.contact,
        event_id=row.event_id,
        minutes=row.minutes,
        cost=None if row.cost_minor is None else from_minor(row.cost_minor, row.currency),
        currency=row.currency,
        outcome=row.outcome,
        note=row.note,
        learned=row.learned,
        permalink=row.permalink,
        author=row.author,
        logged_at=row.logged_at,
        deleted_at=row.deleted_at,
        is_invented=row.is_invented,
    )
