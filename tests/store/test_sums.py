"""Whatever sources, currencies and margins come together: the figures are those of a plain walk over the lines."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from store import bulk, entries, purchases, scoring, sources, tables, workspace
from store.database import Database
from store.money import minor_digits
from store.sums import twelve_months_before
from store.workspace import TeamSettings

START, END = dt.date(2024, 1, 1), dt.date(2026, 5, 31)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MARGINS = (None, Decimal(0), Decimal("0.305"))
CUSTOMERS = (1, 2, 3)
# Two currencies with a rate, and one that no central bank publishes.
RATES = {("EUR", "USD"): Decimal("1.0837"), ("JPY", "USD"): Decimal("0.0066453"), ("JPY", "EUR"): Decimal("0.00613")}
DAYS = (START, dt.date(2025, 5, 31), dt.date(2025, 6, 1), END)


class Line(NamedTuple):
    """One line; money in minor units, quantity in thousandths, no cost where only the margin can tell."""

    kind: str
    quantity: int
    amount: int
    cost: int | None


class Invoice(NamedTuple):
    """One invoice with its lines."""

    customer: int
    source: int
    currency: str
    issued_on: dt.date
    kind: str
    is_cancelled: bool
    lines: list[Line]


minor = st.integers(-20_000, 10**9)
a_line = st.builds(Line, st.sampled_from(["goods", "charge"]), st.integers(-5_000, 9_000), minor, st.none() | minor)
an_invoice = st.builds(
    Invoice,
    st.sampled_from(CUSTOMERS),
    st.integers(1, len(MARGINS)),
    st.sampled_from(["USD", "USD", "EUR", "JPY", "ARS"]),
    st.sampled_from(DAYS),
    st.sampled_from(["invoice", "invoice", "credit"]),
    st.sampled_from([False, False, True]),
    st.lists(a_line, min_size=1, max_size=4),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledger=st.lists(an_invoice, min_size=1, max_size=12), home=st.sampled_from([None, "USD", "EUR"]))
def test_the_figures_of_every_customer_are_those_of_its_lines(
    db: Database, ledger: list[Invoice], home: str | None
) -> None:
    with rolled_back(db) as connection:
        write(connection, ledger, home)
        assert scoring.score(connection) == len(CUSTOMERS)
        stored = {row.customer_id: row for row in connection.execute(sa.select(tables.customer_values))}
        currencies = {invoice.currency for invoice in ledger}
        team = home or (next(iter(currencies)) if len(currencies) == 1 else None)
        for customer in CUSTOMERS:
            expected = walk(
                [invoice for invoice in ledger if invoice.customer == customer and not invoice.is_cancelled], team
            )
            assert {name: getattr(stored[customer], name) for name in expected} == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledger=st.lists(an_invoice, min_size=1, max_size=12), home=st.sampled_from([None, "USD", "EUR"]))
def test_what_models_learn_from_comes_to_the_same_figures(
    db: Database, ledger: list[Invoice], home: str | None
) -> None:
    with rolled_back(db) as connection:
        write(connection, ledger, home)
        scoring.score(connection)
        covered, currency = sources.coverage(connection), purchases.commonest_currency(connection)
        assert covered is not None
        if currency is None:
            return
        book = purchases.read(connection, covered, currency, entries.per_invoice())
        values = tables.customer_values.c
        told = sa.select(values.customer_id, values.revenue_minor, values.gross_profit_minor)
        for customer, revenue, profit in connection.execute(told.where(values.currency == currency)):
            unit, its = 10 ** minor_digits(currency), book.customer == customer
            # Scoring rounds each day's sum and its margin to a minor unit.
            assert book.amount[its].sum() * unit == pytest.approx(revenue, rel=1e-9, abs=2 * len(ledger))
            if profit is None:
                assert np.isnan(book.profit[its].sum())
            else:
                assert book.profit[its].sum() * unit == pytest.approx(profit, rel=1e-9, abs=2 * len(ledger))


def test_opposite_sums_beyond_all_measure_come_to_no_figure(db: Database) -> None:
    huge = [Line("goods", 1, 9 * 10**18, 0)]
    ledger = [Invoice(1, source, "USD", END, kind, False, huge) for source, kind in ((1, "invoice"), (2, "invoice"))]
    ledger[1] = ledger[1]._replace(lines=[Line("goods", 1, -9 * 10**18, 0)])
    with rolled_back(db) as connection:
        write(connection, ledger, "USD")
        scoring.score(connection)
        row = connection.execute(
            sa.select(tables.customer_values).where(tables.customer_values.c.customer_id == 1)
        ).one()
    assert row.revenue_minor is None
    assert "larger" in row.unknown_reason


@dataclass
class Money:
    """Minor units of the lines of one source, currency and day: all, of the last 12 months, and whether known."""

    revenue: int = 0
    known_profit: int = 0
    assumed: int = 0
    has_assumed: bool = False


def walk(ledger: list[Invoice], team: str | None) -> dict[str, Any]:
    """The row of customer_values of one customer, its period and projection aside."""
    currencies = {invoice.currency for invoice in ledger}
    currency = team or (currencies.copy().pop() if len(currencies) == 1 else None)
    if team:
        unrated = {one for one in currencies if one != team and (one, team) not in known_rates(team)}
        rated = [invoice for invoice in ledger if invoice.currency not in unrated]
        known = not unrated
    else:
        rated, known = ledger, currency is not None
    bought = [one.issued_on for one in ledger if one.kind == "invoice" and sum(line.amount for line in one.lines) > 0]
    figures: dict[str, Any] = {
        "currency": currency if known else None,
        "invoices": sum(invoice.kind == "invoice" for invoice in ledger),
        "credits": sum(invoice.kind == "credit" for invoice in ledger),
        "units_thousandths": sum(line.quantity for invoice in ledger for line in invoice.lines if line.kind == "goods"),
        "first_purchase_on": min(bought, default=None),
        "last_purchase_on": max(bought, default=None),
    }
    recent = [invoice for invoice in rated if invoice.issued_on > dt.date(2025, 5, 31)]
    ever, lately = money(rated, currency), money(recent, currency)
    return figures | {
        "revenue_minor": ever[0] if known else None,
        "gross_profit_minor": ever[1] if known else None,
        "assumed_cost_revenue_minor": ever[2] if known else None,
        "revenue_12_months_minor": lately[0] if known else None,
        "gross_profit_12_months_minor": lately[1] if known else None,
    }


def money(ledger: list[Invoice], currency: str | None) -> tuple[int, int | None, int]:
    """Revenue, gross profit, revenue without a cost: each day's sum converted and rounded, then the margin's share."""
    by_day: dict[tuple[int, str, dt.date | None], Money] = defaultdict(Money)
    for invoice in ledger:
        day = invoice.issued_on if invoice.currency != currency else None
        part = by_day[invoice.source, invoice.currency, day]
        for line in invoice.lines:
            part.revenue += line.amount
            if line.cost is None:
                part.assumed += line.amount
                part.has_assumed = True
            else:
                part.known_profit += line.amount - line.cost
    revenue, assumed, profit = 0, 0, Decimal(0)
    is_known = True
    for (source, of, day), part in by_day.items():
        rate = Decimal(1)
        if day and currency:
            rate = known_rates(currency)[of, currency].scaleb(minor_digits(currency) - minor_digits(of))
        revenue += rounded(part.revenue * rate)
        assumed += rounded(part.assumed * rate)
        margin = MARGINS[source - 1]
        is_known &= margin is not None or not part.has_assumed
        profit += rounded(part.known_profit * rate) + rounded(rounded(part.assumed * rate) * (margin or Decimal(0)))
    return revenue, int(profit) if is_known else None, assumed


def known_rates(quote: str) -> dict[tuple[str, str], Decimal]:
    """The rates into `quote`; the dollar's into euros is written out here, the others stand in RATES."""
    rates = RATES | {("USD", "EUR"): Decimal("0.9228")}
    return {pair: rate for pair, rate in rates.items() if pair[1] == quote}


def rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


@contextmanager
def rolled_back(db: Database) -> Iterator[Connection]:
    with db.engine.connect() as connection:
        yield connection
        connection.rollback()


def write(connection: Connection, ledger: list[Invoice], home: str | None) -> None:
    """The ledger, its sources, customers, rates and the home currency, straight into the tables."""
    sources = range(1, len(MARGINS) + 1)
    bulk.insert(
        connection,
        tables.sources,
        {
            "id": sources,
            "name": [f"source {source}" for source in sources],
            "title": [f"Source {source}" for source in sources],
            "period_start_on": [START] * len(sources),
            "period_end_on": [END] * len(sources),
            "margin_assumption": MARGINS,
        },
    )
    names = [f"Customer {customer}" for customer in CUSTOMERS]
    bulk.insert(connection, tables.customers, {"id": CUSTOMERS, "name": names})
    rates = [(pair, day, rate) for quote in ("USD", "EUR") for pair, rate in known_rates(quote).items() for day in DAYS]
    bulk.insert(
        connection,
        tables.exchange_rates,
        {
            "base": [base for (base, _), _, _ in rates],
            "quote": [quote for (_, quote), _, _ in rates],
            "rate_on": [day for _, day, _ in rates],
            "rate": [rate for _, _, rate in rates],
            "published_on": [day for _, day, _ in rates],
        },
    )
    numbers = range(1, len(ledger) + 1)
    bulk.insert(
        connection,
        tables.invoices,
        {
            "id": numbers,
            "source_id": [invoice.source for invoice in ledger],
            "number": [str(number) for number in numbers],
            "kind": [invoice.kind for invoice in ledger],
            "customer_id": [invoice.customer for invoice in ledger],
            "issued_on": [invoice.issued_on for invoice in ledger],
            "currency": [invoice.currency for invoice in ledger],
            "is_cancelled": [invoice.is_cancelled for invoice in ledger],
            "content_hash": [b""] * len(ledger),
        },
    )
    lines = [
        (number, ordinal, line)
        for number, invoice in zip(numbers, ledger, strict=True)
        for ordinal, line in enumerate(invoice.lines, 1)
    ]
    bulk.insert(
        connection,
        tables.invoice_lines,
        {
            "invoice_id": [number for number, _, _ in lines],
            "ordinal": [ordinal for _, ordinal, _ in lines],
            "kind": [line.kind for _, _, line in lines],
            "quantity_thousandths": [line.quantity for _, _, line in lines],
            "amount_minor": [line.amount for _, _, line in lines],
            "cost_minor": [line.cost for _, _, line in lines],
            "cost_basis": ["assumed" if line.cost is None else "ledger" for _, _, line in lines],
        },
    )
    if home:
        workspace.change(connection, TeamSettings(home_currency=home), by="test", at=NOW)


@pytest.mark.parametrize("year", range(1999, 2009))
def test_12_months_have_each_day_of_the_calendar_once(year: int) -> None:
    """Counted out day by day, to each day of the year; 29 February where it comes, and then once too."""
    for day in (dt.date(year, 1, 1) + dt.timedelta(days=one) for one in range(366)):
        before = twelve_months_before(day)
        counted = [before + dt.timedelta(days=one + 1) for one in range((day - before).days)]
        of_the_calendar = [(one.month, one.day) for one in counted]
        assert len(set(of_the_calendar)) == len(of_the_calendar), day
        assert len(set(of_the_calendar) - {(2, 29)}) == 365, day
        assert counted[-1] == day


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", range(2019, 2026))
def test_12_months_that_end_with_a_month_are_12_whole_ones(year: int, month: int) -> None:
    """By the lengths of the months: those of this year up to it, and those of the year before after it."""
    months = [(year, one) for one in range(1, month + 1)] + [(year - 1, one) for one in range(month + 1, 13)]
    day = dt.date(year, month, calendar.monthrange(year, month)[1])
    assert (day - twelve_months_before(day)).days == sum(calendar.monthrange(*one)[1] for one in months)


@pytest.mark.parametrize(
    "day", [dt.date(2022, 2, 28), dt.date(2021, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 2, 28)]
)
def test_two_years_are_12_months_and_the_12_before(day: dt.date) -> None:
    assert twelve_months_before(day, years=2) == twelve_months_before(twelve_months_before(day))
