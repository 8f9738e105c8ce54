"""Whom nobody has been to see: customers past their cadence, the most money first, and those who are due next.

An answer takes two queries, however many customers there are: the totals, and the entries that are shown.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import currencies, large_sums
from store.customers import OWNER_COLUMNS, Owner, owner_of
from store.models import IS_EARNED
from store.money import from_minor, to_minor
from store.scoring import covers_12_months, twelve_months_before
from store.standing_rows import SINCE_EVER
from store.standings import Standing, standing_of
from store.tables import (
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    due_days,
    fitted_models,
    owner_due_days,
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
class Totals:
    """How many customers there are to look after, how many of them nobody has seen in time, and what those are worth in
    `currency`; how many more are left out, since they are snoozed or their money is in another currency.
    """

    customers: int
    neglected: int
    at_stake: Decimal | None
    currency: str | None
    snoozed: int
    elsewhere: int


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
_TODAY = sa.bindparam("today", type_=sa.Date())
# Written so that no index on these columns is used: the index by value gives the first of the list at once.
_DUE = sa.func.coalesce(_s.due_on, NEVER)
_IS_AWAKE = sa.func.coalesce(_s.snoozed_until_on, SINCE_EVER) <= _TODAY
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


# --- the totals -----------------------------------------------------------------------------------------------------


def totals(connection: Connection, asked: Asked) -> Totals:
    """How many there are, and what they come to together."""
    rows = connection.execute(_totals(asked.owner_rep_id is not None, asked.quiet_days is not None), _values(asked))
    sums: dict[str, list[int]] = {}
    for row in rows:
        of = sums.setdefault(row.currency or "", [0] * 5)
        for at, more in enumerate(row[1:]):
            of[at] += int(more or 0)
    monies = [currency for currency in sums if currency]
    currency = currencies.commonest({one: sums[one][0] for one in monies})
    shown = [sums[one] for one in ("", currency) if one in sums]
    neglected = sum(of[1] for of in shown)
    at_stake = None
    if currency is not None:
        _, _, parts, rest, _ = sums[currency]
        at_stake = from_minor(large_sums.whole(parts, rest), currency)
    return Totals(
        customers=sum(of[0] for of in sums.values()),
        neglected=neglected,
        at_stake=at_stake,
        currency=currency,
        snoozed=sum(of[4] for of in sums.values()),
        elsewhere=sum(of[1] for of in sums.values()) - neglected,
    )


def _values(asked: Asked) -> dict[str, Any]:
    quiet_since = asked.today - dt.timedelta(days=asked.quiet_days or 0)
    return {"today": asked.today, "owner": asked.owner_rep_id, "quiet_since": quiet_since}


@cache
def _totals(of_owner: bool, is_quiet: bool) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """By currency: customers, neglected, what these have at stake in two parts, snoozed. Rows of one add up."""
    if is_quiet:
        return _counted(of_owner)
    day = (owner_due_days if of_owner else due_days).c
    is_past, many = day.due_on < _TODAY, _sum(day.customers)
    by_day = sa.select(
        day.currency,
        many,
        *(_sum(column, is_past) for column in (day.customers, day.at_stake_parts, day.at_stake_rest_minor)),
        sa.literal(0),
    ).group_by(day.currency)
    # The days of whoever was here before stay, with nobody: what these have at stake is not 0, there is none.
    by_day = by_day.having(many > 0)
    if of_owner:
        by_day = by_day.where(owner_due_days.c.owner_rep_id == _OWNER)
    # They are among the ones counted by day. Grouped so that no index by currency is used, which has every customer.
    of_currency = sa.func.coalesce(_s.currency, "")
    snoozed = sa.select(of_currency, sa.literal(0), -_COUNT, *(-part for part in _parts(None)), _COUNT)
    is_snoozed = [_s.snoozed_until_on > _TODAY, _s.due_on < _TODAY]
    if of_owner:
        # Nor one by owner: few are snoozed.
        is_snoozed.append(sa.func.coalesce(_s.owner_rep_id, 0) == _OWNER)
    return by_day.union_all(snoozed.where(*is_snoozed).group_by(of_currency))


def _counted(of_owner: bool) -> sa.Select[Any]:
    """Of those without a touch for so many days, who are counted one by one."""
    is_late = _is_late(is_quiet=True) & _IS_AWAKE
    counted = sa.select(
        _s.currency,
        _COUNT,
        _sum(sa.literal(1), is_late),
        *_parts(is_late),
        _sum(sa.literal(1), _is_late(is_quiet=True) & ~_IS_AWAKE),
    ).where(_s.due_on.is_not(None), *([_OF_OWNER] if of_owner else []))
    return counted.group_by(_s.currency)


_COUNT: sa.ColumnElement[int] = sa.func.count()
_OWNER = sa.bindparam("owner", type_=sa.BigInteger())
_OF_OWNER = _s.owner_rep_id == _OWNER


def _sum(column: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[Any]:
    counted = column if where is None else sa.case((where, column), else_=0)
    return sa.cast(sa.func.sum(counted), sa.BigInteger)


def _parts(where: sa.ColumnElement[bool] | None) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    whole, rest = large_sums.parts(_s.at_stake_minor)
    return _sum(whole, where), _sum(rest, where)


def past(asked: Asked) -> tuple[list[sa.ColumnElement[bool]], dict[str, Any]]:
    """The conditions that a standing is one of those asked for, snoozed or not, and the parameters that they have."""
    chosen = [_is_late(asked.quiet_days is not None)]
    if asked.owner_rep_id is not None:
        chosen.append(_OF_OWNER)
    return chosen, _values(asked)


def _is_late(is_quiet: bool) -> sa.ColumnElement[bool]:
    if is_quiet:
        quiet = sa.func.coalesce(_s.last_touch_on, SINCE_EVER) <= sa.bindparam("quiet_since", type_=sa.Date())
        return quiet & _s.due_on.is_not(None)
    return _DUE < _TODAY


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
    values = {**_values(asked), "currency": currency or "", "most": most, **_after(after)}
    return [_entry(row) for row in connection.execute(query, values)]


def upcoming(connection: Connection, asked: Asked, most: int, after: Place | None = None) -> list[Entry]:
    """Those who are still within their cadence, the next due first."""
    query = _upcoming(asked.owner_rep_id is not None, after is not None)
    values = {**_values(asked), "most": most, **_after(after)}
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
    chosen = [_is_late(is_quiet), _IS_AWAKE, *([_OF_OWNER] if of_owner else [])]
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
    room = _MOST - sa.select(_COUNT).select_from(first).scalar_subquery()
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
    chosen = [due_on >= _TODAY, ~is_hidden, *([_OF_OWNER] if of_owner else [])]
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
