"""What could stand in a digest: whom to visit, what was promised, who stopped, whom to talk to, whom to invite.

Each list has the most money first and is as long as a digest could ever want, `beside` those who are not to be shown;
beside it stands how many there are. The number of queries is the same however many customers and reps there are.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import guests, overdue
from store.customers import OWNER_COLUMNS, Owner, owner_of
from store.guests import Worth
from store.money import from_minor
from store.neglect import NEVER
from store.overdue import Debt
from store.standing_rows import SINCE_EVER
from store.tables import (
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    event_guests,
    events,
    reps,
    touches,
)
from value.classes import CareClass

# Beyond these, a list is read with /neglected or /promises.
MOST = 100
# Whoever is worth a talk about value: those who buy, and whom nothing has gone wrong with.
GOING_WELL = (CareClass.RETAIN.value, CareClass.RAMP_UP.value)
STOPPED_RULES = guests.STOPPED_RULES
EVENTS_WITHIN = dt.timedelta(weeks=8)
# Nobody is asked the same questions twice in half a year.
CONVERSATION_EVERY = dt.timedelta(weeks=26)
# One a week, until the first may be asked again.
TALKS_MOST = 26


@dataclass(frozen=True, slots=True)
class Covered:
    """Whose customers a digest covers, everybody's where there are no `rep_ids`; money counts in `currency` only."""

    rep_ids: Sequence[int]
    currency: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """A customer in a list: where it stands, and what the reason for its line is made of."""

    customer_id: int
    customer: str
    owner_rep_id: int | None
    at_stake: Decimal | None
    currency: str | None
    care_class: CareClass
    class_rule: str
    last_touch_on: dt.date | None
    last_touch_kind: str | None
    due_on: dt.date | None
    has_complaint: bool
    last_purchase_on: dt.date | None
    next_due_on: dt.date | None
    observation_end_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Coming:
    """An event to come, with the customers worth inviting who have never been invited to anything. `asked` is how many
    were invited so far, whatever they answered.
    """

    event_id: int
    title: str
    held_on: dt.date
    asked: int
    invited: int
    seats: int | None
    guests: int
    at_stake: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How long the lists are of which a digest tells the rest."""

    to_visit: int
    stopped: int


def counts(connection: Connection, covered: Covered, today: dt.date) -> Counts:
    """Both with one look at every customer."""
    row = connection.execute(
        sa.select(
            sa.func.count(sa.case((_is_past(today) & ~_has_stopped(), 1))).label("to_visit"),
            sa.func.count(sa.case((_has_stopped() & ~_is_asked(today), 1))).label("stopped"),
        )
        .select_from(customer_standings)
        .where(is_covered(covered), _is_awake(today), IS_NO_EXIT)
    ).one()
    return Counts(row.to_visit, row.stopped)


def to_visit(connection: Connection, covered: Covered, today: dt.date, beside: int = 0) -> list[Person]:
    """The customers past their cadence who are not snoozed; who stopped is in the other list."""
    return _list(connection, covered, _is_past(today) & ~_has_stopped() & _is_awake(today), MOST + beside)


def stopped(connection: Connection, covered: Covered, today: dt.date, beside: int = 0) -> list[Person]:
    """The customers who had a habit of buying, and have left it: past their order by more than half of their rhythm.
    Whom somebody has touched since that order was due is not among them until the cadence is over.
    """
    return _list(connection, covered, _has_stopped() & ~_is_asked(today) & _is_awake(today), MOST + beside)


def debtors(connection: Connection, covered: Covered, today: dt.date, beside: int = 0) -> list[tuple[Person, Debt]]:
    """Of the most valuable customers those who stopped paying, each with what is longest overdue in the currency."""
    valued = _list(connection, covered, _s.at_stake_minor.is_not(None) & _is_awake(today), MOST + beside)
    owing = overdue.stopped_paying(connection, [one.customer_id for one in valued], covered.currency)
    return [(one, owing[one.customer_id]) for one in valued if one.customer_id in owing]


def to_talk_to(connection: Connection, covered: Covered, today: dt.date, beside: int = 0) -> list[Person]:
    """The customers with whom all goes well, and with whom nobody had a value conversation in the last half-year."""
    talk = touches.alias("talk")
    had_one = sa.exists().where(
        talk.c.customer_id == _s.customer_id,
        talk.c.kind == "conversation",
        talk.c.deleted_at.is_(None),
        talk.c.happened_on > today - CONVERSATION_EVERY,
    )
    return _list(connection, covered, _goes_well() & ~had_one & _is_awake(today), TALKS_MOST + beside)


def coming(connection: Connection, covered: Covered, today: dt.date, but_for: Collection[int] = ()) -> list[Coming]:
    """The events of the next weeks for which there is somebody to invite and a seat left; these customers are no guests
    of any.
    """
    is_near = events.c.held_on.between(today, today + EVENTS_WITHIN) & events.c.cancelled_at.is_(None)
    theirs = sa.select(sa.func.count()).where(event_guests.c.event_id == events.c.id)
    asked, invited = (some.scalar_subquery() for some in (theirs, theirs.where(event_guests.c.state != "declined")))
    rows = connection.execute(
        sa.select(
            *(events.c.id, events.c.title, events.c.held_on, events.c.seats),
            *(asked.label("asked"), invited.label("invited")),
        )
        .where(is_near)
        .order_by(events.c.held_on, events.c.id)
    ).all()
    currency = covered.currency
    if currency is None:
        return []
    left = {row.id: None if row.seats is None else max(0, row.seats - row.invited) for row in rows}
    worth = {
        seats: guests.loyal_never_invited(connection, currency, seats, owner_rep_ids=covered.rep_ids, but_for=but_for)
        for seats in set(left.values())
    }
    found = (_coming(row, worth[left[row.id]], currency) for row in rows)
    return [one for one in found if one.guests]


def owners(connection: Connection, rep_ids: Sequence[int]) -> dict[int, Owner]:
    """These reps by their id."""
    rows: Iterable[Any] = connection.execute(sa.select(*OWNER_COLUMNS).where(reps.c.id.in_(rep_ids)))
    return {owner.rep_id: owner for row in rows if (owner := owner_of(row)) is not None}


def _list(connection: Connection, covered: Covered, chosen: sa.ColumnElement[bool], most: int = MOST) -> list[Person]:
    """The head of a list, the most money first; those whose value is not known come last.

    First the customers alone, along the index by value, then what is told of the few that are listed.
    """
    some = sa.select(_s.customer_id, _s.at_stake_minor.label("minor")).where(chosen, is_covered(covered), IS_NO_EXIT)
    in_currency = _s.at_stake_minor.is_not(None) & (_s.currency == covered.currency)
    valued = some.where(in_currency).order_by(_s.at_stake_minor.desc(), _s.customer_id).limit(most).cte("valued")
    room = most - sa.select(sa.func.count()).select_from(valued).scalar_subquery()
    unvalued = some.where(_s.at_stake_minor.is_(None)).order_by(_s.customer_id).limit(room).cte("unvalued")
    both = sa.union_all(sa.select(valued), sa.select(unvalued)).subquery("listed")
    rows = connection.execute(
        _PEOPLE.join(both, both.c.customer_id == _s.customer_id)
        .order_by(both.c.minor.is_(None), both.c.minor.desc(), both.c.customer_id)
        .limit(most)
    )
    return [_person(row, covered.currency) for row in rows]


_s = customer_standings.c
# An exit is due on no day; the indexes have the day, not the class.
IS_NO_EXIT = _s.due_on.is_not(None)
_PEOPLE: sa.Select[Any] = (
    sa.select(
        customer_standings,
        customers.c.name.label("customer"),
        touches.c.kind.label("last_touch_kind"),
        customer_values.c.last_purchase_on,
        customer_values.c.observation_end_on,
        customer_expectations.c.next_due_on,
    )
    .join(customers, customers.c.id == _s.customer_id)
    .outerjoin(customer_values, customer_values.c.customer_id == _s.customer_id)
    .outerjoin(customer_expectations, customer_expectations.c.customer_id == _s.customer_id)
    .outerjoin(touches, touches.c.id == _s.last_touch_id)
)


def _is_past(today: dt.date) -> sa.ColumnElement[bool]:
    # Written so that the index by value is used, which gives the first of the list at once.
    return sa.func.coalesce(_s.due_on, NEVER) < today


def _has_stopped() -> sa.ColumnElement[bool]:
    return _s.class_rule.in_(STOPPED_RULES)


def _is_asked(today: dt.date) -> sa.ColumnElement[bool]:
    """Whether somebody could ask why the order stayed away: touched since it was due, and still within the cadence."""
    expected = customer_expectations.c
    order_due_on = sa.select(expected.next_due_on).where(expected.customer_id == _s.customer_id).scalar_subquery()
    touched_on = sa.func.coalesce(_s.last_touch_on, SINCE_EVER)
    return (_s.due_on >= today) & (touched_on > sa.func.coalesce(order_due_on, SINCE_EVER))


def is_covered(covered: Covered) -> sa.ColumnElement[bool]:
    """The condition that a standing is that of a customer who is covered."""
    return _s.owner_rep_id.in_(covered.rep_ids) if covered.rep_ids else sa.true()


def _is_awake(today: dt.date) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(_s.snoozed_until_on, SINCE_EVER) <= today


def _goes_well() -> sa.ColumnElement[bool]:
    return _s.care_class.in_(GOING_WELL) & ~_s.has_complaint


def _person(row: sa.Row[Any], currency: str | None) -> Person:
    known = row.at_stake_minor is not None and row.currency == currency
    return Person(
        customer_id=row.customer_id,
        customer=row.customer,
        owner_rep_id=row.owner_rep_id,
        at_stake=from_minor(row.at_stake_minor, row.currency) if known else None,
        currency=row.currency if known else None,
        care_class=CareClass(row.care_class),
        class_rule=row.class_rule,
        last_touch_on=row.last_touch_on,
        last_touch_kind=row.last_touch_kind,
        due_on=row.due_on,
        has_complaint=row.has_complaint,
        last_purchase_on=row.last_purchase_on,
        next_due_on=row.next_due_on,
        observation_end_on=row.observation_end_on,
    )


def _coming(row: Any, worth: Worth, currency: str) -> Coming:
    return Coming(
        event_id=row.id,
        title=row.title,
        held_on=row.held_on,
        asked=row.asked,
        invited=row.invited,
        seats=row.seats,
        guests=worth.customers,
        at_stake=worth.at_stake,
        currency=currency,
    )
