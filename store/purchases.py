"""What models learn from: every invoice and credit note of the customers whose money is known, as arrays.

All of it is in one currency, the one that most of these customers have their figures in; store/scoring.py has brought
the others together in the home currency, or said why it could not. An amount that was invoiced in another currency
comes at the rate of its day, as everywhere.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.money import minor_digits
from store.sources import Coverage
from store.tables import customer_values, customers, exchange_rates, invoices
from value.histories import Floats, Ints
from value.order_log import NOT_KNOWN, Log, log_of

BATCH_ROWS = 20_000
# Of julianday(), at midnight of the day before the first of January of the year 1: what date.toordinal() counts from.
JULIAN_DAY_0 = 1_721_424.5


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

    def in_currency(self, currency: str) -> Ints:
        """The places of those whose money is in it."""
        return np.flatnonzero(np.array([one == currency for one in self.currency], dtype=np.bool_))


def commonest_currency(connection: Connection) -> str | None:
    """The currency that most customers have their figures in: the home currency, where there is one."""
    counted = (
        sa.select(customer_values.c.currency)
        .where(customer_values.c.currency.is_not(None), customer_values.c.invoices > 0)
        .group_by(customer_values.c.currency)
        .order_by(sa.func.count().desc(), customer_values.c.currency)
        .limit(1)
    )
    found: str | None = connection.scalar(counted)
    return found


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
    since = sa.select(customers.c.id, customers.c.customer_since_on).where(customers.c.customer_since_on.is_not(None))
    return Standings(
        customer=np.array(columns[0], dtype=np.int64),
        currency=columns[1],
        unknown_reason=columns[2],
        end_day=np.array([ends[day] for day in columns[3]], dtype=np.int64),
        known_since={row.id: row.customer_since_on.toordinal() for row in connection.execute(since)},
    )


def read(
    connection: Connection,
    covered: Coverage,
    currency: str,
    totals: sa.FromClause,
    only: sa.ColumnElement[bool] | None = None,
) -> Book:
    """Every invoice of the customers whose money is in `currency`, those only who meet `only` (of customer_values)."""
    invoiced_in = [currency, *_others(connection, currency)]
    statement = _statement(connection, covered, totals, invoiced_in).where(
        customer_values.c.currency == currency, sa.true() if only is None else only
    )
    parts = [np.zeros((0, 5))]
    # The driver's own cursor: rows that only become numbers of an array need no SQLAlchemy around each.
    compiled = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    cursor: Any = connection.connection.cursor()
    cursor.execute(compiled)
    while rows := cursor.fetchmany(BATCH_ROWS):
        parts.append(np.array(rows, dtype=np.float64))
    cursor.close()
    found = np.concatenate(parts)
    day, place = found[:, 1].astype(np.int64), found[:, 4].astype(np.int64)
    unit = np.array([10.0 ** -minor_digits(one) for one in invoiced_in])[place]
    if len(invoiced_in) > 1:
        unit = unit * _rates(connection, currency, invoiced_in, place, day)
    return Book(currency, found[:, 0].astype(np.int64), day, found[:, 2] * unit, found[:, 3] * unit)


def _others(connection: Connection, currency: str) -> list[str]:
    invoiced = sa.select(invoices.c.currency).distinct().where(invoices.c.currency != currency)
    return sorted(connection.execute(invoiced).scalars())


def _statement(
    connection: Connection, covered: Coverage, total: sa.FromClause, invoiced_in: Sequence[str]
) -> sa.Select[Any]:
    invoice, values = invoices.c, customer_values.c
    assumed = {source.id: float(source.margin_assumption) for source in covered.sources if source.margin_assumption}
    margin = sa.case(assumed, value=invoice.source_id) if assumed else sa.null()
    has_margin = invoice.source_id.in_(assumed) if assumed else sa.false()
    profit = sa.case(
        (total.c.lines_assumed == 0, total.c.known_profit),
        (has_margin, total.c.known_profit + total.c.assumed * margin),
    )
    number = {one: place for place, one in enumerate(invoiced_in)}
    place = sa.case(number, value=invoice.currency) if len(number) > 1 else sa.literal_column("0")
    return (
        sa.select(
            invoice.customer_id,
            _ordinal(connection, invoice.issued_on),
            total.c.revenue,
            sa.cast(profit, sa.Float(53)),
            place,
        )
        .join_from(invoices, total, total.c.invoice_id == invoice.id)
        .join(customer_values, values.customer_id == invoice.customer_id)
        .where(sa.not_(invoice.is_cancelled))
    )


def _ordinal(connection: Connection, day: sa.ColumnElement[dt.date]) -> sa.ColumnElement[int]:
    """date.toordinal(), told by the database."""
    if connection.dialect.name == "postgresql":
        return sa.type_coerce(day - sa.literal_column("DATE '0001-01-01'", sa.Date), sa.Integer) + 1
    return sa.cast(sa.func.julianday(day) - JULIAN_DAY_0, sa.Integer)


def _rates(connection: Connection, currency: str, invoiced_in: Sequence[str], place: Ints, day: Ints) -> Floats:
    """What one unit of each entry's currency was worth on its day, as scoring kept it."""
    known = sa.select(exchange_rates.c.base, exchange_rates.c.rate_on, exchange_rates.c.rate)
    rate = {
        (row.base, row.rate_on.toordinal()): float(row.rate)
        for row in connection.execute(known.where(exchange_rates.c.quote == currency))
    }
    keys, entry = np.unique(np.vstack([place, day]), axis=1, return_inverse=True)
    # A customer with an invoice that has no rate has no money that is known, and is not here.
    each = [1.0 if not of else rate[invoiced_in[of], on] for of, on in keys.T.tolist()]
    return np.asarray(np.array(each)[entry.reshape(-1)], dtype=np.float64)
