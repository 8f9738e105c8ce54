"""From the ledger to one row of values for each customer: SQL adds up, value/ projects, the rows are written back.

A purchase is an invoice, neither cancelled nor a credit note, whose lines come to more than zero. Revenue is net of
credit notes; cancelled invoices count nowhere. Where a line has no cost, its source's margin assumption stands in.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.engine import Connection

from store import exchange, workspace
from store.money import minor_digits
from store.sources import Coverage, coverage
from store.tables import customer_values, customers, invoice_lines, invoices
from value.projection import project

BATCH_ROWS = 5_000


@dataclass(slots=True)
class Sums:
    """What the ledger adds up to for one customer; money in minor units of one currency, quantities in thousandths.

    Profit is None from the moment that a line without a cost meets a source without a margin assumption.
    """

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
    currencies: set[str] = field(default_factory=set)
    without_rate: set[str] = field(default_factory=set)


def score(connection: Connection) -> int:
    """Recompute customer_values for every customer, in the caller's transaction; the number of customers."""
    covered = coverage(connection)
    home = workspace.home_currency(connection)
    sums = _add_up(connection, covered, home) if covered else {}
    ids = connection.execute(sa.select(customers.c.id)).scalars().all()
    rows = [_row(customer_id, sums.get(customer_id, Sums()), home) for customer_id in ids]
    _project(connection, rows, covered)
    connection.execute(customer_values.delete())
    for start in range(0, len(rows), BATCH_ROWS):
        connection.execute(customer_values.insert(), rows[start : start + BATCH_ROWS])
    return len(rows)


def twelve_months_before(day: dt.date) -> dt.date:
    """The day after which the 12 months that end at `day` begin: 31 May 2019 for 31 May 2020."""
    return day - relativedelta(years=1)


def _per_invoice() -> sa.CTE:
    lines = invoice_lines.c
    has_cost = lines.cost_minor.is_not(None)
    return (
        sa.select(
            lines.invoice_id,
            sa.func.sum(lines.amount_minor).label("revenue"),
            sa.func.sum(sa.case((has_cost, lines.amount_minor - lines.cost_minor), else_=0)).label("known_profit"),
            sa.func.sum(sa.case((has_cost, 0), else_=lines.amount_minor)).label("assumed"),
            sa.func.sum(sa.case((has_cost, 0), else_=1)).label("lines_assumed"),
            sa.func.sum(sa.case((lines.kind == "goods", lines.quantity_thousandths), else_=0)).label("units"),
        )
        .group_by(lines.invoice_id)
        .cte("per_invoice")
    )


def _totals(covered: Coverage, home: str | None) -> sa.Select[tuple[object, ...]]:
    """One row for each customer, source and currency; for each day too where the currency has to be converted."""
    invoice, total = invoices.c, _per_invoice()
    recent = invoice.issued_on > twelve_months_before(covered.observation_end_on)
    is_purchase = (invoice.kind == "invoice") & (total.c.revenue > 0)
    # Grouped by its label: PostgreSQL takes the same expression with another bound value for another expression.
    day = sa.case((invoice.currency == home, None), else_=invoice.issued_on) if home else sa.null()

    def added(column: sa.ColumnElement[int], only: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
        counted = column if only is None else sa.case((only, column), else_=0)
        return sa.cast(sa.func.sum(counted), sa.BigInteger)

    one: sa.ColumnElement[int] = sa.literal(1)
    return (
        sa.select(
            invoice.customer_id,
            invoice.source_id,
            invoice.currency,
            day.label("converted_on"),
            added(one, invoice.kind == "invoice").label("invoices"),
            added(one, invoice.kind == "credit").label("credits"),
            added(total.c.units).label("units"),
            sa.func.min(sa.case((is_purchase, invoice.issued_on))).label("first_purchase_on"),
            sa.func.max(sa.case((is_purchase, invoice.issued_on))).label("last_purchase_on"),
            added(total.c.revenue).label("revenue"),
            added(total.c.known_profit).label("known_profit"),
            added(total.c.assumed).label("assumed"),
            added(total.c.lines_assumed).label("lines_assumed"),
            added(total.c.revenue, recent).label("revenue_12"),
            added(total.c.known_profit, recent).label("known_profit_12"),
            added(total.c.assumed, recent).label("assumed_12"),
            added(total.c.lines_assumed, recent).label("lines_assumed_12"),
        )
        .join_from(invoices, total, total.c.invoice_id == invoice.id)
        .where(sa.not_(invoice.is_cancelled))
        .group_by(invoice.customer_id, invoice.source_id, invoice.currency, sa.literal_column("converted_on"))
    )


def _add_up(connection: Connection, covered: Coverage, home: str | None) -> dict[int, Sums]:
    margins = {source.id: source.margin_assumption for source in covered.sources}
    rows = connection.execute(_totals(covered, home)).all()
    rates = exchange.rates(
        connection, ((row.currency, home, _day(row.converted_on)) for row in rows if home and row.converted_on)
    )
    sums: dict[int, Sums] = {}
    for row in rows:
        customer = sums.setdefault(row.customer_id, Sums())
        customer.currencies.add(row.currency)
        if home is None or row.currency == home:
            rate = None
        else:
            rate = rates.get((row.currency, home, _day(row.converted_on)))
            if rate is None:
                customer.without_rate.add(row.currency)
                continue
            rate = rate.scaleb(minor_digits(home) - minor_digits(row.currency))
        _add(customer, row, margins[row.source_id], rate)
    return sums


def _day(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _add(customer: Sums, row: sa.Row[tuple[object, ...]], margin: Decimal | None, rate: Decimal | None) -> None:
    figures = row._mapping  # the public name of a row's columns by label, in spite of the underscore

    def money(key: str) -> int:
        amount = int(figures[key])
        return amount if rate is None else _rounded(amount * rate)

    customer.invoices += figures["invoices"]
    customer.credits += figures["credits"]
    customer.units_thousandths += figures["units"]
    customer.first_purchase_on = min(_present(customer.first_purchase_on, figures["first_purchase_on"]), default=None)
    customer.last_purchase_on = max(_present(customer.last_purchase_on, figures["last_purchase_on"]), default=None)
    customer.revenue += money("revenue")
    customer.revenue_12_months += money("revenue_12")
    customer.assumed_cost_revenue += money("assumed")
    customer.gross_profit = _profit(
        customer.gross_profit, money("known_profit"), money("assumed"), figures["lines_assumed"], margin
    )
    customer.gross_profit_12_months = _profit(
        customer.gross_profit_12_months,
        money("known_profit_12"),
        money("assumed_12"),
        figures["lines_assumed_12"],
        margin,
    )


def _present(*days: dt.date | str | None) -> Iterable[dt.date]:
    return [_day(day) for day in days if day is not None]


def _profit(before: int | None, known: int, assumed: int, lines_assumed: int, margin: Decimal | None) -> int | None:
    if before is None or (lines_assumed and margin is None):
        return None
    return before + known + (_rounded(assumed * margin) if margin is not None else 0)


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _row(customer_id: int, sums: Sums, home: str | None) -> dict[str, object]:
    currency = home if home or len(sums.currencies) != 1 else next(iter(sums.currencies))
    reason = None
    if sums.without_rate:
        reason = f"there is no exchange rate from {_listed(sums.without_rate)} to {home} for some of the invoices"
    elif currency is None and sums.currencies:
        reason = f"the invoices are in {_listed(sums.currencies)} and no home currency is set"
    known = reason is None and currency is not None
    return {
        "customer_id": customer_id,
        "currency": currency if known else None,
        "unknown_reason": reason,
        "invoices": sums.invoices,
        "credits": sums.credits,
        "units_thousandths": sums.units_thousandths,
        "first_purchase_on": sums.first_purchase_on,
        "last_purchase_on": sums.last_purchase_on,
        "revenue_minor": sums.revenue if known else None,
        "gross_profit_minor": sums.gross_profit if known else None,
        "assumed_cost_revenue_minor": sums.assumed_cost_revenue if known else None,
        "revenue_12_months_minor": sums.revenue_12_months if known else None,
        "gross_profit_12_months_minor": sums.gross_profit_12_months if known else None,
    }


def _listed(currencies: Iterable[str]) -> str:
    return " and ".join(sorted(currencies))


def _project(connection: Connection, rows: list[dict[str, object]], covered: Coverage | None) -> None:
    """Add the period and the projection to each row; no projection where the data covers less than 12 months."""
    profits = np.array([_or_nan(row["gross_profit_12_months_minor"]) for row in rows], dtype=np.float64)
    revenues = np.array([_or_nan(row["revenue_12_months_minor"]) for row in rows], dtype=np.float64)
    projection = project(profits, revenues, workspace.assumptions(connection))
    whole_year = covered is not None and covers_12_months(covered.period_start_on, covered.observation_end_on)
    for row, value, cap in zip(rows, projection.present_value, projection.cap_from_year, strict=True):
        projected = whole_year and not np.isnan(value)
        row["period_start_on"] = covered.period_start_on if covered else None
        row["observation_end_on"] = covered.observation_end_on if covered else None
        row["projected_value_minor"] = round(float(value)) if projected else None
        row["cap_from_year"] = int(cap) if projected and cap else None


def _or_nan(value: object) -> object:
    return np.nan if value is None else value


def covers_12_months(period_start_on: dt.date, observation_end_on: dt.date) -> bool:
    """Whether the 12 months that end at the observation end lie wholly in the period."""
    return period_start_on <= twelve_months_before(observation_end_on) + dt.timedelta(days=1)
