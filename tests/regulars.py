"""A ledger of customers who order in rhythm, and of some who left: enough of a past for models to learn from."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from store import scoring, tables
from store.database import Database
from tests.ledger import Ledger

FIRST = dt.date(2023, 6, 1)
LAST = dt.date(2026, 5, 31)
CUSTOMERS = 60


@dataclass(frozen=True)
class Regulars:
    """The ledger, and the ids of its customers."""

    ledger: Ledger
    customers: list[int]


def regulars(db: Database, *, customers: int = CUSTOMERS, currency: str = "USD", end: dt.date = LAST) -> Regulars:
    """Written in bulk and scored, the same every time."""
    ledger = Ledger(db, start=FIRST, end=end)
    draws = np.random.default_rng(4)
    ids = [ledger.customer(f"Regular {number}") for number in range(customers)]
    heads, lines = [], []
    for place, customer in enumerate(ids):
        every = draws.uniform(25, 70)
        day = FIRST.toordinal() + draws.integers(0, 200)
        until = end.toordinal() if place % 4 else FIRST.toordinal() + draws.integers(300, 900)
        size = draws.lognormal(7, 0.6)
        while day <= min(until, end.toordinal()):
            amount = round(size * draws.gamma(6, 1 / 6) * 100) + 1
            heads.append((customer, dt.date.fromordinal(int(day)), amount, round(amount * draws.uniform(0.6, 0.9))))
            day += max(1, round(every * draws.gamma(8, 1 / 8)))
    rows = [
        {
            "source_id": ledger.source_id,
            "number": f"R{place}",
            "kind": "invoice",
            "customer_id": customer,
            "issued_on": day,
            "currency": currency,
            "is_cancelled": False,
            "content_hash": b"",
        }
        for place, (customer, day, _, _) in enumerate(heads)
    ]
    with db.writing() as connection:
        connection.execute(tables.invoices.insert(), rows)
        numbers = sa.select(tables.invoices.c.number, tables.invoices.c.id)
        id_of = {row.number: row.id for row in connection.execute(numbers)}
        for place, (_, _, amount, cost) in enumerate(heads):
            lines.append(
                {
                    "invoice_id": id_of[f"R{place}"],
                    "ordinal": 1,
                    "kind": "goods",
                    "quantity_thousandths": 1000,
                    "amount_minor": amount,
                    "cost_minor": cost,
                    "cost_basis": "ledger",
                }
            )
        connection.execute(tables.invoice_lines.insert(), lines)
        scoring.score(connection)
    return Regulars(ledger, ids)
