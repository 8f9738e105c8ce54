"""What models learn from: every invoice and credit note of the customers whose money is known, as arrays.

All of it is in one currency, the one that most of these customers have their figures in; store/scoring.py has brought
the others together in the home currency, or said why it could not. An amount that was invoiced in another currency
comes at the rate of its day, as everywhere.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import currencies, entries
from store.entries import Entries
from store.money import minor_digits
from store.sources import Coverage
from store.tables import customer_values, customers, exchange_rates
from value.histories import Floats, Ints
from value.order_log import NOT_KNOWN, Log, log_of


@dataclass(frozen=True, slots=True)
class Book:
    """One entry for each invoice; amounts in units of the currency. A profit that is not known is NaN."""

    currency: str
    customer: Ints
    day: Ints
    amount: Floats
    profit: Floats

    def of(self, chosen: Ints) -> "Book":
        """Of these customers only; the ids in rising order."""
        kept = np.isin(self.customer, chosen, kind="sort")
        return Book(self.currency, self.customer[kept], self.day[kept], self.amount[kept], self.profit[kept])

    def by_customers(self, at_once: int) -> Iterator["Book"]:
        """In parts of so many customers, their ids rising from part to part."""
        order = np.argsort(self.customer, kind="stable")
        customers = np.unique(self.customer)
        firsts = np.searchsorted(self.customer, customers[::at_once], sorter=order)
        for rows in np.split(order, firsts[1:]) if len(customers) else ():
            yield Book(self.currency, self.customer[rows], self.day[rows], self.amount[rows], self.profit[rows])

    def log(self, known_since: dict[int, int]) -> Log:
        """As the engine takes it; `known_since` are the days of true first purchases that are known from elsewhere."""
        if not known_since:
            return log_of(self.customer, self.day, self.amount)
        known = np.array(sorted(known_since.items()), dtype=np.int64)
        place = np.minimum(np.searchsorted(known[:, 0], self.customer), len(known) - 1)
        since = np.where(known[place, 0] == self.customer, known[place, 1], NOT_KNOWN)
        return log_of(self.customer, self.day, self.amount, since)


@dataclass(frozen=True, slots=True)
class Standings:
    """A row for each customer, in rising order of id: what scoring has found. `end_day` is its observation end."""

    customer: Ints
    currency: Sequence[str | None]
    unknown_reason: Sequence[str | None]
    end_day: Ints
    known_since: dict[int, int]

    def take(self, places: Ints | npt.NDArray[np.bool_]) -> "Standings":
        """Of the customers at these places, or where the mask is true."""
        currency, reason = (
            np.array(column, dtype=object)[places].tolist() for column in (self.currency, self.unknown_reason)
        )
        return Standings(self.customer[places], currency, reason, self.end_day[places], self.known_since)

    def in_currency(self, currency: str) -> Ints:
        """The places of those whose money is in it."""
        return np.flatnonzero(np.array([one == currency for one in self.currency], dtype=np.bool_))


def commonest_currency(connection: Connection) -> str | None:
    """The currency that most customers have their figures in: the home currency, where there is one."""
    counted = (
        sa.select(customer_values.c.currency, sa.func.count().label("customers"))
        .where(customer_values.c.currency.is_not(None), customer_values.c.invoices > 0)
        .group_by(customer_values.c.currency)
    )
    return currencies.commonest({row.currency: row.customers for row in connection.execute(counted)})


def commonest(currency: Sequence[str | None], invoices: Sequence[int]) -> str | None:
    """The same of customers whose figures are not written yet, from their columns."""
    counted = Counter(one for one, bought in zip(currency, invoices, strict=True) if one is not None and bought > 0)
    return currencies.commonest(counted)


def standings(connection: Connection, only: sa.ColumnElement[bool] | None = None) -> Standings:
    """Of all customers, or of those that meet `only`."""
    values = customer_values.c
    statement = (
        sa.select(
            values.customer_id,
            values.currency,
            values.unknown_reason,
            values.observation_end_on,
        )
        .where(sa.true() if only is None else only)
        .order_by(values.customer_id)
    )
    columns = list(zip(*connection.execute(statement), strict=True)) or [()] * 4
    ends = {day: day.toordinal() if day else 0 for day in set(columns[3])}
    end_day = np.array([ends[day] for day in columns[3]], dtype=np.int64)
    return standings_of(connection, np.array(columns[0], dtype=np.int64), columns[1], columns[2], end_day)


def standings_of(
    connection: Connection,
    customer: Ints,
    currency: Sequence[str | None],
    unknown_reason: Sequence[str | None],
    end_day: Ints,
) -> Standings:
    """Of customers of whom these are known."""
    since = sa.select(customers.c.id, customers.c.customer_since_on).where(customers.c.customer_since_on.is_not(None))
    known_since = {row.id: row.customer_since_on.toordinal() for row in connection.execute(since)}
    return Standings(customer, currency, unknown_reason, end_day, known_since)


def read(
    connection: Connection,
    covered: Coverage,
    currency: str,
    totals: sa.CTE,
    only: sa.ColumnElement[bool] | None = None,
) -> Book:
    """Every invoice in `totals` of the customers whose money is in `currency`, those only who meet `only`."""
    values = customer_values.c
    who = sa.select(values.customer_id).where(values.currency == currency, sa.true() if only is None else only)
    chosen = np.array(connection.execute(who.order_by(values.customer_id)).scalars().all(), dtype=np.int64)
    return book_of(connection, covered, currency, entries.read(connection, totals), chosen)


def book_of(connection: Connection, covered: Coverage, currency: str, ledger: Entries, chosen: Ints) -> Book:
    """The entries of the customers in `chosen`, ids in rising order, all of whose money is in `currency`."""
    place = np.searchsorted(chosen, ledger.customer)
    kept = chosen[np.minimum(place, len(chosen) - 1)] == ledger.customer if len(chosen) else place < 0
    day, of = ledger.day[kept], ledger.currency[kept]
    unit = np.array([10.0 ** -minor_digits(one) for one in ledger.currencies])[of]
    if any(one != currency for one in ledger.currencies):
        unit = unit * _rates(connection, ledger.currencies, of, day, into=currency)
    profit = _profit(covered, ledger)[kept] * unit
    return Book(currency, ledger.customer[kept], day, ledger.revenue[kept] * unit, profit)


def _profit(covered: Coverage, ledger: Entries) -> Floats:
    """In minor units; NaN where a line without a cost meets a source without a margin assumption."""
    margins = {source.id: source.margin_assumption for source in covered.sources}
    sources, place = np.unique(ledger.source, return_inverse=True)
    # A missing margin becomes NaN; where every cost is known it is not asked for.
    told = [np.nan if (one := margins.get(source)) is None else float(one) for source in sources.tolist()]
    margin = np.array(told, dtype=np.float64)[place]
    earned = np.where(ledger.lines_assumed > 0, ledger.assumed * margin, 0.0)
    return np.asarray(ledger.known_profit + earned, dtype=np.float64)


def _rates(connection: Connection, currencies: Sequence[str], place: Ints, day: Ints, *, into: str) -> Floats:
    """What one unit of each entry's currency, given by its place, was worth on its day, as scoring kept it."""
    known = sa.select(exchange_rates.c.base, exchange_rates.c.rate_on, exchange_rates.c.rate)
    rate = {
        (row.base, row.rate_on.toordinal()): float(row.rate)
        for row in connection.execute(known.where(exchange_rates.c.quote == into))
    }
    keys, entry = np.unique(np.vstack([place, day]), axis=1, return_inverse=True)
    # A customer with an invoice that has no rate has no money that is known, and is not here.
    each = [1.0 if currencies[of] == into else rate[currencies[of], on] for of, on in keys.T.tolist()]
    return np.asarray(np.array(each)[entry.reshape(-1)], dtype=np.float64)
