"""Invented customers and their business as rows of the tables, written in bulk."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.engine import Connection

from benchmarks import companies
from benchmarks.orders import DAYS, END, START, Catalogue, Ints, Lines, Orders, catalogue, discounts_percent, lines_of
from store import bulk, tables
from store.name_keys import key_of

CURRENCY = "USD"
MARGIN_ASSUMPTION = Decimal("0.3")
SOURCE_ID = 1
CUSTOMERS_PER_REP = 400
CUSTOMERS_PER_ALIAS = 20
BY_ANOTHER_REP = 0.1
DUE_AFTER_DAYS = 30
# Rows at once: few enough to stay small in memory, many enough for whole arrays to pay.
ROWS_AT_ONCE = 100_000

Columns = dict[str, Sequence[Any]]


def customers(connection: Connection, rng: np.random.Generator, count: int) -> Ints:
    """The source, the reps, the customers, their numbers and aliases; the rep of each customer."""
    bulk.insert(
        connection,
        tables.sources,
        {
            "id": [SOURCE_ID],
            "name": ["invented"],
            "title": ["Invented books"],
            "period_start_on": [START],
            "period_end_on": [END],
            "margin_assumption": [MARGIN_ASSUMPTION],
            "refreshed_at": [dt.datetime.combine(END, dt.time(22), dt.UTC)],
        },
    )
    reps = range(1, 2 + count // CUSTOMERS_PER_REP)
    bulk.insert(connection, tables.reps, {"id": reps, "name": [f"Rep {rep}" for rep in reps]})
    numbers: Columns = {"source_id": [SOURCE_ID] * len(reps), "number": [f"R{rep}" for rep in reps], "rep_id": reps}
    bulk.insert(connection, tables.rep_references, numbers)

    owners = rng.integers(1, len(reps) + 1, count)
    towns = companies.town_names(rng)
    company = companies.company_names(rng, count + count // CUSTOMERS_PER_ALIAS, towns)
    ids = range(1, count + 1)
    bulk.insert(
        connection,
        tables.customers,
        {
            "id": ids,
            "name": company[:count],
            "owner_rep_id": owners.tolist(),
            "place": [towns[at] for at in rng.integers(0, len(towns), count).tolist()],
            "country": companies.countries(rng, count),
            "currency": [CURRENCY] * count,
        },
    )
    numbers = {"source_id": [SOURCE_ID] * count, "number": [f"C{100_000 + id_}" for id_ in ids], "customer_id": ids}
    bulk.insert(connection, tables.customer_references, numbers)
    # Former names; index_missing adds the names themselves, and the words of both.
    former = company[count:]
    aliases: Columns = {
        "customer_id": range(1, 1 + len(former) * CUSTOMERS_PER_ALIAS, CUSTOMERS_PER_ALIAS),
        "kind": ["alias"] * len(former),
        "text": former,
        "key": [key_of(name) for name in former],
    }
    bulk.insert(connection, tables.customer_names, aliases)
    return owners


def products(connection: Connection, rng: np.random.Generator) -> Catalogue:
    """The products, and what the lines need to know of them."""
    sold = catalogue(rng)
    count = len(sold.price_minor)
    bulk.insert(
        connection,
        tables.products,
        {
            "id": range(1, count + 1),
            "source_id": [SOURCE_ID] * count,
            "number": [f"P{at:05}" for at in range(count)],
            "name": [f"{'Charge' if charge else 'Product'} {at}" for at, charge in enumerate(sold.is_charge)],
            "category": [None if charge else f"Category {at % 12}" for at, charge in enumerate(sold.is_charge)],
        },
    )
    return sold


def invoices(connection: Connection, rng: np.random.Generator, made: Orders, owners: Ints) -> None:
    """One invoice, or credit note, for each order."""
    count = len(made.customer)
    reps = np.where(rng.random(count) < BY_ANOTHER_REP, rng.integers(1, owners.max() + 1, count), owners[made.customer])
    hashes = rng.bytes(16 * count)
    days = [START + dt.timedelta(days=day) for day in range(DAYS + DUE_AFTER_DAYS)]
    for start in range(0, count, ROWS_AT_ONCE):
        part = slice(start, min(start + ROWS_AT_ONCE, count))
        numbers = range(part.start, part.stop)
        bulk.insert(
            connection,
            tables.invoices,
            {
                "id": [at + 1 for at in numbers],
                "source_id": [SOURCE_ID] * len(numbers),
                "number": [f"I{at:07}" for at in numbers],
                "kind": np.where(made.is_credit[part], "credit", "invoice").tolist(),
                "customer_id": (made.customer[part] + 1).tolist(),
                "rep_id": reps[part].tolist(),
                "issued_on": [days[day] for day in made.day[part].tolist()],
                "due_on": [days[day + DUE_AFTER_DAYS] for day in made.day[part].tolist()],
                "currency": [CURRENCY] * len(numbers),
                "is_cancelled": made.is_cancelled[part].tolist(),
                "content_hash": [hashes[16 * at : 16 * at + 16] for at in numbers],
            },
        )


def lines(connection: Connection, rng: np.random.Generator, made: Orders, sold: Catalogue, customers: int) -> None:
    """The lines of every order, a stretch of the orders at a time."""
    discounts = discounts_percent(rng, customers)
    prices = np.array([Decimal(price).scaleb(-2) for price in sold.price_minor.tolist()], dtype=object)
    for stretch in _stretches(made):
        lines = lines_of(rng, made, stretch, sold, discounts)
        bulk.insert(connection, tables.invoice_lines, _line_columns(lines, sold, prices))


def _line_columns(lines: Lines, sold: Catalogue, prices: npt.NDArray[np.object_]) -> Columns:
    cost = lines.cost_minor.astype(object)
    cost[~lines.has_cost] = None
    known = np.where(sold.at_standard_cost[lines.product], "standard", "ledger")
    return {
        "invoice_id": (lines.order + 1).tolist(),
        "ordinal": lines.ordinal.tolist(),
        "kind": np.where(sold.is_charge[lines.product], "charge", "goods").tolist(),
        "product_id": (lines.product + 1).tolist(),
        "quantity_thousandths": lines.quantity_thousandths.tolist(),
        "unit_price": prices[lines.product].tolist(),
        "amount_minor": lines.amount_minor.tolist(),
        "discount_minor": lines.discount_minor.tolist(),
        "cost_minor": cost.tolist(),
        "cost_basis": np.where(lines.has_cost, known, "assumed").tolist(),
    }


def _stretches(made: Orders) -> Iterator[slice]:
    """The orders in stretches of about ROWS_AT_ONCE lines."""
    reached = np.cumsum(made.lines)
    cuts = np.searchsorted(reached, np.arange(ROWS_AT_ONCE, reached[-1], ROWS_AT_ONCE)) + 1
    edges = np.unique(np.concatenate(([0], cuts, [len(reached)]))).tolist()
    for start, stop in itertools.pairwise(edges):
        yield slice(start, stop)
