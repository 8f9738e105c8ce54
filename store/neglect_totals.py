"""How many customers are past their cadence, and what they have at stake together, without counting them one by one."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import currencies, large_sums
from store.money import from_minor
from store.neglect import IS_AWAKE, OF_OWNER, OWNER, TODAY, Asked, is_late, values_of
from store.tables import customer_standings, due_days, owner_due_days

_s = customer_standings.c
_COUNT: sa.ColumnElement[int] = sa.func.count()


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


def totals(connection: Connection, asked: Asked) -> Totals:
    """How many there are, and what they come to together."""
    rows = connection.execute(_totals(asked.owner_rep_id is not None, asked.quiet_days is not None), values_of(asked))
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


@cache
def _totals(of_owner: bool, is_quiet: bool) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """By currency: customers, neglected, what these have at stake in two parts, snoozed. Rows of one add up."""
    if is_quiet:
        return _counted(of_owner)
    day = (owner_due_days if of_owner else due_days).c
    is_past, many = day.due_on < TODAY, _sum(day.customers)
    by_day = sa.select(
        day.currency,
        many,
        *(_sum(column, is_past) for column in (day.customers, day.at_stake_parts, day.at_stake_rest_minor)),
        sa.literal(0),
    ).group_by(day.currency)
    # The days of whoever was here before stay, with nobody: what these have at stake is not 0, there is none.
    by_day = by_day.having(many > 0)
    if of_owner:
        by_day = by_day.where(owner_due_days.c.owner_rep_id == OWNER)
    # They are among the ones counted by day. Grouped so that no index by currency is used, which has every customer.
    of_currency = sa.func.coalesce(_s.currency, "")
    snoozed = sa.select(of_currency, sa.literal(0), -_COUNT, *(-part for part in _parts(None)), _COUNT)
    is_snoozed = [_s.snoozed_until_on > TODAY, _s.due_on < TODAY]
    if of_owner:
        # Nor one by owner: few are snoozed.
        is_snoozed.append(sa.func.coalesce(_s.owner_rep_id, 0) == OWNER)
    return by_day.union_all(snoozed.where(*is_snoozed).group_by(of_currency))


def _counted(of_owner: bool) -> sa.Select[Any]:
    """Of those without a touch for so many days, who are counted one by one."""
    late = is_late(is_quiet=True)
    shown = late & IS_AWAKE
    counted = sa.select(
        _s.currency,
        _COUNT,
        _sum(sa.literal(1), shown),
        *_parts(shown),
        _sum(sa.literal(1), late & ~IS_AWAKE),
    ).where(_s.due_on.is_not(None), *([OF_OWNER] if of_owner else []))
    return counted.group_by(_s.currency)


def _sum(column: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[Any]:
    counted = column if where is None else sa.case((where, column), else_=0)
    return sa.cast(sa.func.sum(counted), sa.BigInteger)


def _parts(where: sa.ColumnElement[bool] | None) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    whole, rest = large_sums.parts(_s.at_stake_minor)
    return _sum(whole, where), _sum(rest, where)
