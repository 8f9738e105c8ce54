"""Whom to invite: loyal customers whom nobody has ever invited come first, and among equals the most valuable.

Loyal is who buys still, has bought for two years, and not just once or twice. Never proposed: an exit, whoever has a
complaint that is still open, who has left a habit of buying, who stopped paying, and who is invited already.
"""

import datetime as dt
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import currencies, large_sums, overdue
from store.care import may_be_greeted
from store.customers import OWNER_COLUMNS, Owner, owner_of
from store.money import from_minor
from store.overdue import Debt
from store.sources import coverage
from store.sums import twelve_months_before
from store.tables import customer_standings, customer_values, customers, event_guests, events, reps

# Few enough that little is read for the first of them, who are mostly all that is wanted.
AT_ONCE = 25
LOYAL_YEARS = 2
LOYAL_PURCHASES = 4
# Rules of value/classes.py: of somebody who had a habit of buying, and has left it.
STOPPED_RULES = ("gone", "late")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A customer to invite, with why. `last_event` and the rest are of the last invitation, None where there was none.
    `at_stake` is what the customer is ranked by.
    """

    customer_id: int
    name: str
    owner: Owner | None
    at_stake: Decimal
    currency: str
    is_loyal: bool
    purchases: int
    first_purchase_on: dt.date
    last_event: str | None
    last_event_on: dt.date | None
    last_state: str | None


@dataclass(frozen=True, slots=True)
class NeverInvited:
    """Of `buying` customers, who bought in the last 12 months of the data, so many were never invited to anything."""

    never: int
    buying: int


@dataclass(frozen=True, slots=True)
class Worth:
    """So many customers, and what they have at stake together."""

    customers: int
    at_stake: Decimal


def propose(
    connection: Connection,
    event_id: int | None,
    most: int,
    *,
    passing_over: int = 0,
    only_never: bool = False,
) -> list[Proposal]:
    """Whom to invite to this event, at most so many: first the loyal whom nobody ever invited, then the loyal who were
    invited before, then whoever buys and was never invited; the most valuable of each first. Or those alone who were
    never invited.
    """
    covered, currency = coverage(connection), currencies.of_most_customers(connection)
    if covered is None or currency is None:
        return []
    end = covered.observation_end_on
    value = customer_values.c
    is_loyal = _is_loyal(end)
    last = _last_invitation()
    standing = customer_standings.c
    rank = sa.case((is_loyal & ~_WAS_INVITED, 0), (is_loyal, 1), else_=2)
    chosen = [*_worth_inviting(end, currency), is_loyal | ~_WAS_INVITED]
    if only_never:
        chosen.append(~_WAS_INVITED)
    if event_id is not None:
        invited = sa.select(event_guests.c.customer_id).where(event_guests.c.event_id == event_id)
        chosen.append(customers.c.id.not_in(invited))
    ranked = (
        sa.select(
            *(customers.c.id, customers.c.name, *OWNER_COLUMNS),
            *(standing.at_stake_minor, standing.currency),
            *(value.invoices, value.first_purchase_on, is_loyal.label("is_loyal")),
            *(last.c.title, last.c.held_on, last.c.state),
        )
        .join_from(customers, customer_standings, standing.customer_id == customers.c.id)
        .join(customer_values, value.customer_id == customers.c.id)
        .outerjoin(reps, reps.c.id == customers.c.owner_rep_id)
        .outerjoin(last, (last.c.customer_id == customers.c.id) & (last.c.newest == 1))
        .where(*chosen)
        .order_by(rank, standing.at_stake_minor.desc(), standing.customer_id)
    )
    return [_proposal(row) for row in _paying(connection, ranked, currency, passing_over + most)[passing_over:]]


def _paying(connection: Connection, ranked: sa.Select[Any], currency: str, most: int) -> list[sa.Row[Any]]:
    """The first so many of these who have not stopped paying, which is known of some customers at a time only."""
    found: list[sa.Row[Any]] = []
    for start in itertools.count(0, AT_ONCE):
        rows = connection.execute(ranked.limit(AT_ONCE).offset(start)).all()
        owing = overdue.stopped_paying(connection, [row.id for row in rows], currency)
        found += [row for row in rows if row.id not in owing]
        if len(found) >= most or len(rows) < AT_ONCE:
            break
    return found[:most]


def owing(connection: Connection, customer_ids: Sequence[int]) -> dict[int, Debt]:
    """Those of these customers who would not be proposed since they stopped paying, each with what they owe."""
    return overdue.stopped_paying(connection, customer_ids, currencies.of_most_customers(connection))


def never_invited(connection: Connection) -> NeverInvited:
    """How many of the customers who buy were never invited to anything; exits do not count."""
    covered = coverage(connection)
    if covered is None:
        return NeverInvited(0, 0)
    was_invited = sa.exists().where(event_guests.c.customer_id == customers.c.id)
    row = connection.execute(
        sa.select(sa.func.count().label("buying"), sa.func.count(sa.case((~was_invited, 1))).label("never"))
        .join_from(customers, customer_values, customer_values.c.customer_id == customers.c.id)
        .where(
            customers.c.status == "active",
            customer_values.c.last_purchase_on > twelve_months_before(covered.observation_end_on),
        )
    ).one()
    return NeverInvited(row.never, row.buying)


def loyal_never_invited(
    connection: Connection,
    currency: str,
    most: int | None,
    *,
    owner_rep_ids: Sequence[int] = (),
    but_for: Collection[int] = (),
) -> Worth:
    """Of the loyal whom nobody ever invited the most valuable, at most so many: of these reps or of all, but for some
    customers.
    """
    covered = coverage(connection)
    if covered is None:
        return Worth(0, Decimal(0))
    end, standing = covered.observation_end_on, customer_standings.c
    chosen = [*_worth_inviting(end, currency), _is_loyal(end), ~_WAS_INVITED]
    if owner_rep_ids:
        chosen.append(standing.owner_rep_id.in_(owner_rep_ids))
    if but_for:
        chosen.append(standing.customer_id.not_in(but_for))
    best = (
        sa.select(standing.at_stake_minor.label("minor"))
        .join_from(customers, customer_standings, standing.customer_id == customers.c.id)
        .join(customer_values, customer_values.c.customer_id == customers.c.id)
        .where(*chosen)
        .order_by(standing.at_stake_minor.desc(), standing.customer_id)
        .limit(most)
        .subquery("best")
    )
    together = map(sa.func.sum, large_sums.parts(best.c.minor))
    count, *sums = connection.execute(sa.select(sa.func.count(), *together).select_from(best)).one()
    return Worth(count, from_minor(large_sums.whole(*sums), currency))


def _last_invitation() -> sa.Subquery:
    """Each customer's invitations, the newest as number 1."""
    newest = sa.func.row_number().over(
        partition_by=event_guests.c.customer_id, order_by=(events.c.held_on.desc(), events.c.id.desc())
    )
    return (
        sa.select(
            event_guests.c.customer_id, events.c.title, events.c.held_on, event_guests.c.state, newest.label("newest")
        )
        .join_from(event_guests, events, events.c.id == event_guests.c.event_id)
        .subquery()
    )


_WAS_INVITED = sa.exists().where(event_guests.c.customer_id == customer_standings.c.customer_id)


def _is_loyal(end: dt.date) -> sa.ColumnElement[bool]:
    """Whether somebody has bought often enough, and for long enough, when the data ended."""
    value = customer_values.c
    since = twelve_months_before(end, years=LOYAL_YEARS)
    return (value.invoices >= LOYAL_PURCHASES) & (value.first_purchase_on <= since)


def _worth_inviting(end: dt.date, currency: str) -> list[sa.ColumnElement[bool]]:
    """What holds of everybody who is proposed."""
    standing = customer_standings.c
    return [
        may_be_greeted(),
        standing.currency == currency,
        standing.at_stake_minor > 0,
        standing.class_rule.not_in(STOPPED_RULES),
        customer_values.c.last_purchase_on > twelve_months_before(end),
    ]


def _proposal(row: sa.Row[Any]) -> Proposal:
    return Proposal(
        customer_id=row.id,
        name=row.name,
        owner=owner_of(row),
        at_stake=from_minor(row.at_stake_minor, row.currency),
        currency=row.currency,
        is_loyal=bool(row.is_loyal),
        purchases=row.invoices,
        first_purchase_on=row.first_purchase_on,
        last_event=row.title,
        last_event_on=row.held_on,
        last_state=row.state,
    )
