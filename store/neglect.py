"""Whom nobody has been to see: customers past their cadence, the most money first, and those who are due next.

An answer takes two queries, however many customers there are: the totals (store/neglect_totals.py), and the entries
that are shown.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.customers import OWNER_COLUMNS, Owner, owner_of
from store.models import IS_EARNED
from store.money import to_minor
from store.scoring import covers_12_months, twelve_months_before
from store.standing_rows import SINCE_EVER
from store.standings import Standing, standing_of
from store.tables import (
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    fitted_models,
    people,
    reps,
    touch_people,
    touches,
)
from store.who import Who
from value.lifetime import NoProjection, why_no_projection

NEVER = dt.date(9999, 12, 31)
# Of a projection that assumptions or amounts make larger than any customer's; its card says which of them.
BEYOND_MEASURE = "the projection is beyond all measure"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which customers: of one rep or of all; past their cadence, or without a touch for `quiet_days` days."""

    today: dt.date
    owner_rep_id: int | None = None
    quiet_days: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer in the list. `touched_by` is who was there at the last touch, None where nobody ever was, and
    `next_due_on` when its next order is due by its rhythm, None where none is known. `value_unknown` says why it is not
    known what is at stake; where nothing is, that is known, and it is None. An invoice of nothing is no purchase.
    """

    name: str
    owner: Owner | None
    standing: Standing
    kind: str | None
    touched_by: Who | None
    invoices: int
    has_bought: bool
    value_unknown: str | None
    next_due_on: dt.date | None
    observation_end_on: dt.date | None
    is_invented: bool


_s = customer_standings.c
_first = touch_people.alias("first_there")
_rep_there, _person_there = reps.alias("rep_there"), people.alias("person_there")
# Whoever logged the touch counts where nobody is said to have been there.
_THERE_USER_ID = sa.func.coalesce(_first.c.slack_user_id, touches.c.author)
TODAY = sa.bindparam("today", type_=sa.Date())
# Written so that no index on these columns is used: the index by value gives the first of the list at once.
_DUE = sa.func.coalesce(_s.due_on, NEVER)
IS_AWAKE = sa.func.coalesce(_s.snoozed_until_on, SINCE_EVER) <= TODAY
_VALUE = (
    "invoices",
    "credits",
    "unknown_reason",
    "revenue_12_months_minor",
    "gross_profit_12_months_minor",
    "projected_value_minor",
    "last_purchase_on",
    "period_start_on",
    "observation_end_on",
)
_ENTRY: sa.Select[Any] = (
    sa.select(
        customer_standings,
        *(customers.c.name, *OWNER_COLUMNS, touches.c.kind, touches.c.is_invented.label("touch_is_invented")),
        *(_first.c.rep_id.label("there_rep_id"), _THERE_USER_ID.label("there_user_id")),
        *(_rep_there.c.name.label("rep_there"), _rep_there.c.slack_user_id.label("rep_there_user_id")),
        _person_there.c.name.label("person_there"),
        *(customer_values.c[name] for name in _VALUE),
        *(customer_expectations.c.next_due_on, customer_expectations.c.residual_value_minor),
        IS_EARNED.label("is_earned"),
    )
    .join_from(customer_standings, customers, customers.c.id == _s.customer_id)
    .outerjoin(reps, reps.c.id == _s.owner_rep_id)
    .outerjoin(touches, touches.c.id == _s.last_touch_id)
    .outerjoin(_first, (_first.c.touch_id == _s.last_touch_id) & (_first.c.ordinal == 1))
    .outerjoin(_rep_there, _rep_there.c.id == _first.c.rep_id)
    .outerjoin(_person_there, _person_there.c.slack_user_id == _THERE_USER_ID)
    .outerjoin(customer_values, customer_values.c.customer_id == _s.customer_id)
    .outerjoin(customer_expectations, customer_expectations.c.customer_id == _s.customer_id)
    .outerjoin(fitted_models, fitted_models.c.id == customer_expectations.c.model_id)
)


# --- who is asked for -------------------------------------------------------------------------------------------------

OWNER = sa.bindparam("owner", type_=sa.BigInteger())
OF_OWNER = _s.owner_rep_id == OWNER


def values_of(asked: Asked) -> dict[str, Any]:
    """The parameters of the conditions here."""
    quiet_since = asked.today - dt.timedelta(days=asked.quiet_days or 0)
    return {"today": asked.today, "owner": asked.owner_rep_id, "quiet_since": quiet_since}


def past(asked: Asked) -> tuple[list[sa.ColumnElement[bool]], dict[str, Any]]:
    """The conditions that a standing is one of those asked for, snoozed or not, and the parameters that they have."""
    chosen = [is_late(asked.quiet_days is not None)]
    if asked.owner_rep_id is not None:
        chosen.append(OF_OWNER)
    return chosen, values_of(asked)


def is_late(is_quiet: bool) -> sa.ColumnElement[bool]:
    """That a standing is past its cadence, or has had no touch for so many days; never that of an exit."""
    if is_quiet:
        quiet = sa.func.coalesce(_s.last_touch_on, SINCE_EVER) <= sa.bindparam("quiet_since", type_=sa.Date())
        return quiet & _s.due_on.is_not(None)
    return _DUE < TODAY


# --- the entries ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands, so that a page can begin after it. What is at stake is None where it is not known."""

    at_stake_minor: int | None
    due_on: dt.date
    customer_id: int


def place_of(entry: Entry) -> Place:
    """Where this entry stands."""
    standing = entry.standing
    assert standing.due_on is not None, "an exit is in no list"
    minor = None
    if standing.at_stake is not None and standing.currency is not None:
        minor = to_minor(standing.at_stake, standing.currency)
    return Place(minor, standing.due_on, standing.customer_id)


def neglected(
    connection: Connection, asked: Asked, currency: str | None, most: int, after: Place | None = None
) -> list[Entry]:
    """The first so many, the most money in `currency` first; those whose value is not known come last, the longest
    neglected first.
    """
    query = _neglected(
        asked.owner_rep_id is not None, asked.quiet_days is not None, None if after is None else _is_valued(after)
    )
    values = {**values_of(asked), "currency": currency or "", "most": most, **_after(after)}
    return [_entry(row) for row in connection.execute(query, values)]


def upcoming(connection: Connection, asked: Asked, most: int, after: Place | None = None) -> list[Entry]:
    """Those who are still within their cadence, the next due first."""
    query = _upcoming(asked.owner_rep_id is not None, after is not None)
    values = {**values_of(asked), "most": most, **_after(after)}
    return [_entry(row) for row in connection.execute(query, values)]


def _is_valued(after: Place) -> bool:
    return after.at_stake_minor is not None


def _after(after: Place | None) -> dict[str, Any]:
    if after is None:
        return {}
    minor = UNKNOWN_MINOR if after.at_stake_minor is None else after.at_stake_minor
    return {"after_minor": minor, "after_due": after.due_on, "after_id": after.customer_id}


# Below every value that there is.
UNKNOWN_MINOR = -1
_AFTER_MINOR = sa.bindparam("after_minor", type_=sa.BigInteger())
_AFTER_DUE = sa.bindparam("after_due", type_=sa.Date())
_AFTER_ID = sa.bindparam("after_id", type_=sa.BigInteger())
_MOST = sa.bindparam("most", type_=sa.Integer())


@cache
def _neglected(of_owner: bool, is_quiet: bool, after_valued: bool | None) -> sa.Select[Any]:
    chosen = [is_late(is_quiet), IS_AWAKE, *([OF_OWNER] if of_owner else [])]
    minor, due_on, customer_id = _s.at_stake_minor, _s.due_on, _s.customer_id
    some = sa.select(customer_id, minor.label("minor"), due_on.label("due_on"))
    in_currency = minor.is_not(None) & (_s.currency == sa.bindparam("currency", type_=sa.Text()))
    valued = some.where(in_currency, *chosen).order_by(minor.desc(), customer_id).limit(_MOST)
    unvalued = some.where(minor.is_(None), *chosen).order_by(due_on, customer_id)
    if after_valued is True:
        valued = valued.where((minor < _AFTER_MINOR) | ((minor == _AFTER_MINOR) & (customer_id > _AFTER_ID)))
    elif after_valued is False:
        valued = valued.where(sa.false())
        unvalued = unvalued.where((due_on > _AFTER_DUE) | ((due_on == _AFTER_DUE) & (customer_id > _AFTER_ID)))
    first = valued.cte("valued")
    room = _MOST - sa.select(sa.func.count()).select_from(first).scalar_subquery()
    rest = unvalued.limit(room).cte("unvalued")
    both = sa.union_all(sa.select(first), sa.select(rest)).subquery("shown")
    return (
        _ENTRY.join(both, both.c.customer_id == customer_id)
        .order_by(both.c.minor.is_(None), both.c.minor.desc(), both.c.due_on, both.c.customer_id)
        .limit(_MOST)
    )


@cache
def _upcoming(of_owner: bool, is_after: bool) -> sa.Select[Any]:
    minor, due_on, customer_id = sa.func.coalesce(_s.at_stake_minor, UNKNOWN_MINOR), _s.due_on, _s.customer_id
    is_hidden = sa.func.coalesce(_s.snoozed_until_on, SINCE_EVER) > due_on
    chosen = [due_on >= TODAY, ~is_hidden, *([OF_OWNER] if of_owner else [])]
    if is_after:
        is_less = (minor < _AFTER_MINOR) | ((minor == _AFTER_MINOR) & (customer_id > _AFTER_ID))
        chosen.append((due_on > _AFTER_DUE) | ((due_on == _AFTER_DUE) & is_less))
    return _ENTRY.where(*chosen).order_by(due_on, minor.desc(), customer_id).limit(_MOST)


def _entry(row: sa.Row[Any]) -> Entry:
    by = None
    if row.kind is not None and row.rep_there is not None:
        by = Who(row.there_rep_id, row.rep_there_user_id, row.rep_there)
    elif row.kind is not None:
        by = Who(None, row.there_user_id, row.person_there or "")
    return Entry(
        name=row.name,
        owner=owner_of(row),
        standing=standing_of(row),
        kind=row.kind,
        touched_by=by,
        invoices=row.invoices or 0,
        has_bought=row.last_purchase_on is not None,
        value_unknown=_why_unknown(row),
        next_due_on=row.next_due_on,
        observation_end_on=row.observation_end_on,
        is_invented=bool(row.touch_is_invented),
    )


def _why_unknown(row: sa.Row[Any]) -> str | None:
    """Why nothing is known of what is to come, as /clv has it; None where that is known, or known to be no profit."""
    if row.unknown_reason or (row.is_earned and row.residual_value_minor is not None):
        return row.unknown_reason or None
    start, end = row.period_start_on, row.observation_end_on
    reason = why_no_projection(
        documents=(row.invoices or 0) + (row.credits or 0),
        profit_12_months=_decimal(row.gross_profit_12_months_minor),
        revenue_12_months=_decimal(row.revenue_12_months_minor) or Decimal(0),
        covers_12_months=bool(start and end and covers_12_months(start, end)),
        bought_in_12_months=bool(end and row.last_purchase_on and row.last_purchase_on > twelve_months_before(end)),
    )
    if reason is None and row.projected_value_minor is None:
        return BEYOND_MEASURE
    return None if reason in (None, NoProjection.LOSS_IN_12_MONTHS) else reason.value


def _decimal(minor: int | None) -> Decimal | None:
    return None if minor is None else Decimal(minor)
