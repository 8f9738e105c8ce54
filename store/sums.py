"""What the ledger adds up to for each customer: SQL adds up each source and currency, and here these come together.

A purchase is an invoice, neither cancelled nor a credit note, whose lines come to more than zero. Revenue is net of
credit notes; cancelled invoices count nowhere. Where a line has no cost, its source's margin assumption stands in.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.engine import Connection

from store import exchange
from store.database import SQLITE_MAPPED_BYTES
from store.money import minor_digits
from store.sources import Coverage, customer_periods
from store.tables import invoice_lines, invoices

BATCH_ROWS = 5_000
ONE: sa.ColumnElement[int] = sa.literal_column("1", sa.Integer)
# The money of a Part.
CONVERTED = (
    "revenue",
    "known_profit",
    "assumed",
    "revenue_12_months",
    "known_profit_12_months",
    "assumed_12_months",
)
# Where the totals of invoices are kept while they are used.
_KEPT = sa.table(
    "kept_invoice_totals",
    *(sa.column(name, sa.BigInteger) for name in ("invoice_id", "revenue", "known_profit", "assumed")),
    *(sa.column(name, sa.BigInteger) for name in ("lines_assumed", "units")),
)


class Part(NamedTuple):
    """The part of a customer's ledger that is of one source and currency, and of one day where it has to be converted.

    Money in minor units of that currency. `known_profit` is of the lines with a cost, `assumed` the revenue of those
    without; a purchase's day is None where nothing was bought.
    """

    customer_id: int
    source_id: int
    currency: str
    converted_on: dt.date | None
    invoices: int
    credits: int
    units_thousandths: int
    first_purchase_on: dt.date | None
    last_purchase_on: dt.date | None
    revenue: int
    known_profit: int
    assumed: int
    lines_assumed: int
    revenue_12_months: int
    known_profit_12_months: int
    assumed_12_months: int
    lines_assumed_12_months: int


@dataclass(slots=True)
class Sums:
    """What the ledger adds up to for one customer; money in minor units of one currency, quantities in thousandths.

    Profit is None from the moment that a line without a cost meets a source without a margin assumption.
    """

    currencies: tuple[str, ...] = ()
    without_rate: tuple[str, ...] = ()
    invoices: int = 0
    credits: int = 0
    units_thousandths: int = 0
    first_purchase_on: dt.date | None = None
    last_purchase_on: dt.date | None = None
    revenue: int = 0
    revenue_12_months: int = 0
    assumed_cost_revenue: int = 0
    gross_profit: int | None = 0
    gross_profit_12_months: int | None = 0


def add_up(
    connection: Connection, covered: Coverage, home: str | None, totals: sa.FromClause | None = None
) -> dict[int, Sums]:
    """The sums of every customer that has an invoice, by its id; money in `home`, where there is a home currency.

    `totals` are what each invoice comes to, where they have been kept (`invoice_totals`).
    """
    margins = {source.id: source.margin_assumption for source in covered.sources}
    rates = _rates(connection, home) if home else {}
    parts = _parts(covered, home, per_invoice() if totals is None else totals)
    sums: dict[int, Sums] = {}
    for rows in connection.execute(parts).partitions(BATCH_ROWS):
        for part in map(Part._make, rows):
            customer = sums.get(part.customer_id)
            if customer is None:
                customer = sums[part.customer_id] = Sums()
            if part.currency not in customer.currencies:
                customer.currencies += (part.currency,)
            _count(customer, part)
            if part.converted_on is None:
                _add(customer, part, margins[part.source_id])
            elif rate := rates.get((part.currency, part.converted_on)):
                _add(customer, _converted(part, rate), margins[part.source_id])
            elif part.currency not in customer.without_rate:
                customer.without_rate += (part.currency,)
    return sums


@lru_cache(maxsize=1_024)
def twelve_months_before(day: dt.date) -> dt.date:
    """The day after which the 12 months that end at `day` begin: 31 May 2019 for 31 May 2020."""
    return day - relativedelta(years=1)


def per_invoice(customer_id: int | None = None) -> sa.CTE:
    """What the lines of each invoice come to, by its id; of one customer's where one is given."""
    lines = invoice_lines.c
    own = sa.select(invoices.c.id).where(invoices.c.customer_id == customer_id)
    has_cost = lines.cost_minor.is_not(None)
    return (
        sa.select(
            lines.invoice_id,
            _added(lines.amount_minor).label("revenue"),
            _added(lines.amount_minor - lines.cost_minor, has_cost).label("known_profit"),
            _added(lines.amount_minor, ~has_cost).label("assumed"),
            _added(ONE, ~has_cost).label("lines_assumed"),
            _added(lines.quantity_thousandths, lines.kind == "goods").label("units"),
        )
        .where(sa.true() if customer_id is None else lines.invoice_id.in_(own))
        .group_by(lines.invoice_id)
        .cte("per_invoice")
    )


@contextmanager
def invoice_totals(connection: Connection) -> Iterator[sa.FromClause]:
    """The same, kept while the caller uses it, in a transaction that may write: lines are many, and added up once."""
    if connection.dialect.name == "sqlite":
        # Read through this once, a mapped file would only fill the process: its pages count as memory in use.
        connection.exec_driver_sql("PRAGMA mmap_size = 0")
    connection.execute(sa.text(f"CREATE TEMPORARY TABLE {_KEPT.name} AS {_compiled(connection, per_invoice())}"))
    yield _KEPT
    connection.execute(sa.text(f"DROP TABLE {_KEPT.name}"))
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA mmap_size = {SQLITE_MAPPED_BYTES}")


def _compiled(connection: Connection, totals: sa.CTE) -> str:
    return str(sa.select(totals).compile(connection, compile_kwargs={"literal_binds": True}))


def _parts(covered: Coverage, home: str | None, total: sa.FromClause) -> sa.Select[tuple[Any, ...]]:
    """One row for each customer, source and currency; for each day too where the currency has to be converted."""
    invoice, periods = invoices.c, customer_periods().subquery("periods")
    rows = sa.join(invoices, total, total.c.invoice_id == invoice.id)
    ends = {source.period_end_on for source in covered.sources if source.period_end_on}
    after = sa.literal(twelve_months_before(covered.observation_end_on), sa.Date)
    if len(ends) > 1:
        rows = rows.outerjoin(periods, periods.c.customer_id == invoice.customer_id)
        since = ((periods.c.end_on == end, sa.literal(twelve_months_before(end), sa.Date)) for end in sorted(ends))
        recent = invoice.issued_on > sa.case(*since, else_=after)
    else:
        recent = invoice.issued_on > after
    bought_on = sa.case(((invoice.kind == "invoice") & (total.c.revenue > 0), invoice.issued_on))
    # Grouped by its label: PostgreSQL takes the same expression with another bound value for another expression.
    day = sa.case((invoice.currency == home, None), else_=invoice.issued_on) if home else sa.null()
    # In the order of the fields of Part.
    return (
        sa.select(
            invoice.customer_id,
            invoice.source_id,
            invoice.currency,
            sa.type_coerce(day, sa.Date).label("converted_on"),
            _added(ONE, invoice.kind == "invoice"),
            _added(ONE, invoice.kind == "credit"),
            _added(total.c.units),
            sa.func.min(bought_on),
            sa.func.max(bought_on),
            _added(total.c.revenue),
            _added(total.c.known_profit),
            _added(total.c.assumed),
            _added(total.c.lines_assumed),
            _added(total.c.revenue, recent),
            _added(total.c.known_profit, recent),
            _added(total.c.assumed, recent),
            _added(total.c.lines_assumed, recent),
        )
        .select_from(rows)
        .where(sa.not_(invoice.is_cancelled))
        .group_by(invoice.customer_id, invoice.source_id, invoice.currency, sa.literal_column("converted_on"))
    )


def _added(column: sa.ColumnElement[int], only: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
    """The sum of `column` over the rows that meet `only`, as an integer: PostgreSQL would make it a slower NUMERIC."""
    return sa.cast(sa.func.sum(column if only is None else sa.case((only, column), else_=0)), sa.BigInteger)


def _rates(connection: Connection, home: str) -> dict[tuple[str, dt.date], Decimal]:
    """By currency and day, what a minor unit is in minor units of the home currency; none where there is no rate."""
    foreign = (
        sa.select(invoices.c.currency, invoices.c.issued_on)
        .distinct()
        .where(sa.not_(invoices.c.is_cancelled), invoices.c.currency != home)
    )
    pairs = [(currency, home, day) for currency, day in connection.execute(foreign)]
    return {
        (currency, day): rate.scaleb(minor_digits(home) - minor_digits(currency))
        for (currency, _, day), rate in exchange.rates(connection, pairs).items()
    }


def _converted(part: Part, rate: Decimal) -> Part:
    return part._replace(**{name: _rounded(getattr(part, name) * rate) for name in CONVERTED})  # type: ignore[arg-type]


def _count(customer: Sums, part: Part) -> None:
    """What needs no rate: whoever bought in a currency without one has bought all the same."""
    customer.invoices += part.invoices
    customer.credits += part.credits
    customer.units_thousandths += part.units_thousandths
    customer.first_purchase_on = _one_of(min, customer.first_purchase_on, part.first_purchase_on)
    customer.last_purchase_on = _one_of(max, customer.last_purchase_on, part.last_purchase_on)


def _add(customer: Sums, part: Part, margin: Decimal | None) -> None:
    customer.revenue += part.revenue
    customer.revenue_12_months += part.revenue_12_months
    customer.assumed_cost_revenue += part.assumed
    customer.gross_profit = _profit(customer.gross_profit, part.known_profit, part.assumed, part.lines_assumed, margin)
    customer.gross_profit_12_months = _profit(
        customer.gross_profit_12_months,
        part.known_profit_12_months,
        part.assumed_12_months,
        part.lines_assumed_12_months,
        margin,
    )


def _one_of(
    choose: Callable[[dt.date, dt.date], dt.date], one: dt.date | None, other: dt.date | None
) -> dt.date | None:
    return choose(one, other) if one and other else one or other


def _profit(before: int | None, known: int, assumed: int, lines_assumed: int, margin: Decimal | None) -> int | None:
    if before is None or (lines_assumed and margin is None):
        return None
    return before + known + (_rounded(assumed * margin) if assumed and margin is not None else 0)


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
