"""Invented care for the customers of a portfolio: twenty reps, touches, promises, contacts and an event, in bulk."""

import datetime as dt

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.orders import END
from store import bulk, standings, tables

REPS = 20
TOUCHED_SHARE = 0.6
TOUCHES_EACH = 2.5
TOUCHED_WITHIN_DAYS = 400
PROMISES = 4_000
CONTACTS = 30_000
AUTHOR = "benchmark"
KINDS = ("visit", "call", "message", "conversation", "gift")
AT = dt.datetime.combine(END, dt.time(8), dt.UTC)


def fill(connection: Connection, seed: int) -> None:
    """Give every customer to one of the first twenty reps, and care to most; in the caller's transaction."""
    rng = np.random.default_rng([seed, 7])
    count = connection.scalar(sa.select(sa.func.count()).select_from(tables.customers)) or 0
    connection.execute(tables.customers.update().values(owner_rep_id=tables.customers.c.id % REPS + 1))
    _touches(connection, rng, count)
    _promises(connection, rng, count)
    _contacts(connection, rng, count)
    event = {"title": "Race day", "held_on": END + dt.timedelta(days=20), "seats": 40, "made_at": AT, "made_by": AUTHOR}
    connection.execute(tables.events.insert().values(event))
    standings.refresh(connection)


def _touches(connection: Connection, rng: np.random.Generator, count: int) -> None:
    touched = rng.choice(np.arange(1, count + 1), int(count * TOUCHED_SHARE), replace=False)
    customers = rng.choice(touched, int(len(touched) * TOUCHES_EACH))
    days = rng.integers(0, TOUCHED_WITHIN_DAYS, len(customers))
    rows = len(customers)
    bulk.insert(
        connection,
        tables.touches,
        {
            "customer_id": customers.tolist(),
            "kind": rng.choice(KINDS, rows).tolist(),
            "happened_on": [END - dt.timedelta(days=int(day)) for day in days],
            "author": [AUTHOR] * rows,
            "logged_at": [AT] * rows,
            "is_invented": [True] * rows,
        },
    )


def _promises(connection: Connection, rng: np.random.Generator, count: int) -> None:
    is_open = rng.random(PROMISES) < 0.2
    due = [END + dt.timedelta(days=int(day)) for day in rng.integers(-90, 30, PROMISES)]
    customers = rng.integers(1, count + 1, PROMISES)
    bulk.insert(
        connection,
        tables.promises,
        {
            "customer_id": customers.tolist(),
            "text": ["send the quote"] * PROMISES,
            "due_on": due,
            "first_due_on": due,
            "rep_id": (customers % REPS + 1).tolist(),
            "state": ["open" if one else "kept" for one in is_open],
            "closed_on": [None if one else day for one, day in zip(is_open, due, strict=True)],
            "is_late": [False] * PROMISES,
            "made_at": [AT] * PROMISES,
            "made_by": [AUTHOR] * PROMISES,
            "is_invented": [True] * PROMISES,
        },
    )


def _contacts(connection: Connection, rng: np.random.Generator, count: int) -> None:
    bulk.insert(
        connection,
        tables.contacts,
        {
            "customer_id": rng.integers(1, count + 1, CONTACTS).tolist(),
            "name": [f"Contact {number}" for number in range(CONTACTS)],
            "birthday_month": rng.integers(1, 13, CONTACTS).tolist(),
            "birthday_day": rng.integers(1, 29, CONTACTS).tolist(),
            "added_at": [AT] * CONTACTS,
            "added_by": [AUTHOR] * CONTACTS,
            "is_invented": [True] * CONTACTS,
        },
    )
