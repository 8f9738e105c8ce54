"""What the ledger adds up to for each customer, of all its sources and currencies together.

A purchase is an invoice, neither cancelled nor a credit note, whose lines come to more than zero. Revenue is net of
credit notes; cancelled invoices count nowhere. Where a line has no cost, its source's margin assumption stands in.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from dateutil.relativedelta import relativedelta
from sqlalchemy.engine import Connection

from store import exchange
from store.entries import Entries
from store.money import MINOR_MOST, minor_digits
from value.histories import Ints

Flags = npt.NDArray[np.bool_]
# By the place of a part, and by the id of a source; None is not known.
Rates = Mapping[int, Decimal | None]
Margins = Mapping[int, Decimal | None]
# What is larger is kept as this: more than any figure may be, and little enough that an integer holds the sum of two.
BEYOND_ALL_MEASURE = 4 * MINOR_MOST
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Sums:
    """What the ledger adds up to: a row for each customer that has an entry, in rising order of id.

    Money in minor units of one currency, quantities in thousandths, days as ordinals: `first_day` is NEVER and
    `last_day` 0 of whoever bought nothing. A profit is known from no line without a cost that meets a source without a
    margin assumption. `currency` is the place of one of a customer's currencies; by the customer's place, `several`
    has them where they are more than one, and `without_rate` those that could not be converted.
    """

    customer: Ints
    currency: Ints
    several: Mapping[int, list[str]]
    without_rate: Mapping[int, list[str]]
    invoices: Ints
    credits: Ints
    units: Ints
    first_day: Ints
    last_day: Ints
    revenue: Ints
    revenue_12_months: Ints
    assumed: Ints
    profit: Ints
    profit_12_months: Ints
    has_profit: Flags
    has_profit_12_months: Flags


def add_up(connection: Connection, entries: Entries, margins: Margins, home: str | None, since_day: Ints) -> Sums:
    """The sums of every customer that has an entry; money in `home`, where there is a home currency.

    `margins` are the sources' margin assumptions, `since_day` the day of each entry after which the last 12 months of
    its customer begin.
    """
    parts = _Parts.of(entries, home)
    rates = _rates(connection, parts, entries.currencies, home) if home else {}
    ever = _money(entries, parts, rates, margins, None)
    recent = _money(entries, parts, rates, margins, entries.day > since_day)
    starts = _starts(entries.customer)
    bought = ~entries.is_credit & (entries.revenue > 0)
    unrated = np.array([place for place, rate in rates.items() if rate is None], dtype=np.int64)
    return Sums(
        customer=entries.customer[starts],
        currency=entries.currency[starts],
        several=_several(parts, entries.currencies),
        without_rate=_named(parts, unrated, entries.currencies),
        invoices=_added((~entries.is_credit).astype(np.int64), starts),
        credits=_added(entries.is_credit.astype(np.int64), starts),
        units=_added(entries.units, starts),
        first_day=np.minimum.reduceat(np.where(bought, entries.day, NEVER), starts) if len(starts) else starts,
        last_day=np.maximum.reduceat(np.where(bought, entries.day, 0), starts) if len(starts) else starts,
        revenue=ever.revenue,
        revenue_12_months=recent.revenue,
        assumed=ever.assumed,
        profit=ever.profit,
        profit_12_months=recent.profit,
        has_profit=ever.has_profit,
        has_profit_12_months=recent.has_profit,
    )


@lru_cache(maxsize=1_024)
def twelve_months_before(day: dt.date, *, years: int = 1) -> dt.date:
    """The day after which the 12 months that end at `day` begin: 31 May 2019 for 31 May 2020; of 24 for two `years`.

    What ends with a February begins with a March, so that 29 February is in the 12 months to one February only.
    """
    next_day = day + dt.timedelta(days=1)
    return max(day - relativedelta(years=years), next_day - relativedelta(years=years, days=1))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of customers' ledgers that are of one source and currency, and of one day where that is converted.

    An amount is converted, a margin applied, and the result rounded, part by part. `day` is 0 where nothing is
    converted; `order` puts entries into parts, which begin at `starts`, and customers' parts at `of_customer`.
    """

    customer: Ints
    source: Ints
    currency: Ints
    day: Ints
    order: Ints
    starts: Ints
    of_customer: Ints

    @classmethod
    def of(cls, entries: Entries, home: str | None) -> "_Parts":
        foreign = np.array([home is not None and one != home for one in entries.currencies], dtype=np.bool_)
        day = np.where(foreign[entries.currency], entries.day, 0)
        columns = (entries.customer, entries.source, entries.currency, day)
        order = np.lexsort(columns[::-1])
        starts = _starts(*(column[order] for column in columns))
        customer, source, currency, day = (column[order[starts]] for column in columns)
        return cls(customer, source, currency, day, order, starts, _starts(customer))

    def added(self, column: Ints) -> Ints:
        """What a column of the entries comes to in each part."""
        return _added(column[self.order], self.starts)


@dataclass(frozen=True, slots=True)
class _Money:
    """A row for each customer; the profit is not known where it meets no margin."""

    revenue: Ints
    assumed: Ints
    profit: Ints
    has_profit: Flags


def _money(entries: Entries, parts: _Parts, rates: Rates, margins: Margins, only: Flags | None) -> _Money:
    """Of the entries in `only`, all by default; without the parts that have no rate."""
    columns = (entries.revenue, entries.known_profit, entries.assumed, entries.lines_assumed)
    revenue, known, assumed, lines = (
        parts.added(column if only is None else np.where(only, column, 0)) for column in columns
    )
    for place, rate in rates.items():
        for column in (revenue, known, assumed):
            column[place] = _rounded(Decimal(int(column[place])) * (rate or 0))
    has_margin = np.array([margins[source] is not None for source in parts.source.tolist()], dtype=np.bool_)
    is_known = (lines == 0) | has_margin
    earned = known.copy()
    for place in np.flatnonzero(has_margin & (assumed != 0)).tolist():
        margin = margins[int(parts.source[place])] or Decimal(0)
        earned[place] += _rounded(Decimal(int(assumed[place])) * margin)
    starts = parts.of_customer
    return _Money(
        _added(revenue, starts),
        _added(assumed, starts),
        _added(earned, starts),
        np.logical_and.reduceat(is_known, starts) if len(starts) else is_known,
    )


def _rates(connection: Connection, parts: _Parts, currencies: Sequence[str], home: str) -> Rates:
    """By the place of each part that has to be converted, what a minor unit is in minor units of the home currency."""
    foreign = np.flatnonzero(parts.day)
    keys = [
        (currencies[currency], home, dt.date.fromordinal(day))
        for currency, day in zip(parts.currency[foreign].tolist(), parts.day[foreign].tolist(), strict=True)
    ]
    known = {
        (currency, day): rate.scaleb(minor_digits(home) - minor_digits(currency))
        for (currency, _, day), rate in exchange.rates(connection, sorted(set(keys))).items()
    }
    return {place: known.get((currency, day)) for place, (currency, _, day) in zip(foreign.tolist(), keys, strict=True)}


def _several(parts: _Parts, currencies: Sequence[str]) -> dict[int, list[str]]:
    """The currencies of whoever has more than one, by the customer's place."""
    customer, currency = parts.customer[1:], parts.currency[1:]
    another = (customer == parts.customer[:-1]) & (currency != parts.currency[:-1])
    with_several = np.unique(customer[another])
    return _named(parts, np.flatnonzero(np.isin(parts.customer, with_several)), currencies)


def _named(parts: _Parts, places: Ints, currencies: Sequence[str]) -> dict[int, list[str]]:
    """The currencies of these parts, by the customer's place."""
    found: dict[int, set[str]] = defaultdict(set)
    whose = np.searchsorted(parts.of_customer, places, side="right") - 1
    for customer, currency in zip(whose.tolist(), parts.currency[places].tolist(), strict=True):
        found[customer].add(currencies[currency])
    return {customer: sorted(named) for customer, named in found.items()}


def _starts(*columns: Ints) -> Ints:
    """Where rows begin that differ from the row before in one of these columns."""
    is_new = np.ones(len(columns[0]), dtype=np.bool_)
    if len(is_new):
        is_new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(is_new)


def _added(column: Ints, starts: Ints) -> Ints:
    """The sum from each start to the next; BEYOND_ALL_MEASURE where it is more, or a part of it was: an integer would
    begin anew, and what is beyond all measure comes to no figure together with another such.
    """
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    about = np.add.reduceat(np.abs(column.astype(np.float64)), starts)
    return np.where(about < BEYOND_ALL_MEASURE, np.add.reduceat(column, starts), BEYOND_ALL_MEASURE)


def _rounded(amount: Decimal) -> int:
    whole = int(amount.quantize(Decimal(1), ROUND_HALF_UP))
    return max(-BEYOND_ALL_MEASURE, min(whole, BEYOND_ALL_MEASURE))
