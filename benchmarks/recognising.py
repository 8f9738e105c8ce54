"""How long it takes to recognise the customer in a message among 100,000, and how often that is right.

The names are those of benchmarks/names.py, the messages sentences about one of them, in the ways that reps name a
customer. The baseline reads the message for every name there is, which is what a bot without an index does.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from benchmarks.names import CUSTOMERS, SEED, fill, invented_companies, misspell, postgresql
from store import migrate, tables
from store.database import Database
from store.name_keys import fold, key_of
from store.recognition import recognise

MESSAGES = 200
BASELINE_MESSAGES = 5
LIMIT_MS = 50
SENTENCES = (
    "Visited {} this morning, the buyer wants a new price list before the season starts",
    "spoke to {} about the renewal. They will decide on Friday, and want 40 more",
    "Good news: {} ordered again! Delivery is on the 12th, please check the stock in the warehouse",
    "Lunch with {}, 45 minutes, all good.\nThey asked for better terms and a visit from the manager next month.",
)


def main() -> None:
    """Build both databases and read the same messages with each."""
    companies = invented_companies(random.Random(SEED), CUSTOMERS)
    print(f"{CUSTOMERS:,} customers, {MESSAGES} messages of each kind, milliseconds")
    with tempfile.TemporaryDirectory() as folder:
        worst_ms = _measure(f"sqlite:///{Path(folder) / 'names.sqlite3'}", companies)
        with postgresql(Path(folder) / "pg") as url:
            worst_ms = max(worst_ms, _measure(url, companies))
    if worst_ms > LIMIT_MS:
        raise SystemExit(f"Nine messages of ten took up to {worst_ms:.0f} ms; {LIMIT_MS} ms is the most allowed.")


def _measure(url: str, companies: Sequence[str]) -> float:
    db = Database(url)
    migrate.upgrade(db)
    fill(db, companies)
    print(f"\n{db.dialect}")
    with db.reading() as connection:
        recognise(connection, "Hello")
    worst_ms = max(_read(db, kind, named, companies) for kind, named in _kinds().items())
    _baseline(db, companies)
    db.close()
    return worst_ms


def _kinds() -> dict[str, Callable[[random.Random, str], str]]:
    return {
        "whole name": lambda _rng, name: name,
        "small letters": lambda _rng, name: name.casefold(),
        "first word": lambda _rng, name: name.split()[0],
        "misspelt": misspell,
        "nobody": lambda _rng, _name: "them",
    }


def _read(db: Database, kind: str, named: Callable[[random.Random, str], str], companies: Sequence[str]) -> float:
    """Read messages of one kind; up to what nine of ten took, in milliseconds."""
    rng = random.Random(SEED)
    took_ms, filled, right = [], 0, 0
    for _ in range(MESSAGES):
        name = rng.choice(companies)
        message = rng.choice(SENTENCES).format(named(rng, name))
        started = time.perf_counter()
        with db.reading() as connection:
            match = recognise(connection, message).customer
        took_ms.append((time.perf_counter() - started) * 1000)
        filled += match is not None
        right += match is not None and kind != "nobody" and key_of(match.name) == key_of(name)
    nine_of_ten_ms = statistics.quantiles(took_ms, n=10)[-1]
    share = f"{right / filled:6.1%} right" if filled else "none"
    times = f"median {statistics.median(took_ms):6.1f}   90 % {nine_of_ten_ms:6.1f}   worst {max(took_ms):6.1f}"
    print(f"  {kind:15} {times}   {filled:3} filled in, {share}")
    return nine_of_ten_ms


def _baseline(db: Database, companies: Sequence[str]) -> None:
    """Look for every name in the message."""
    took_ms = []
    for name in companies[:BASELINE_MESSAGES]:
        message = f" {fold(SENTENCES[0].format(name))} "
        started = time.perf_counter()
        with db.reading() as connection:
            keys = connection.scalars(sa.select(tables.customer_names.c.key)).all()
        sum(f" {key} " in message for key in keys)
        took_ms.append((time.perf_counter() - started) * 1000)
    print(f"  {'every name':15} median {statistics.median(took_ms):6.1f}   (the baseline: whole names only)")


if __name__ == "__main__":
    main()
