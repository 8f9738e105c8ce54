"""python -m benchmarks digest [--customers N] [--lines N] [--rounds N]: the digests of twenty reps and of their team.

On the portfolio with care of `python -m benchmarks care`. A round composes and draws the team's digest and each rep's
own; the seconds are those of the whole round. The number of queries must be the same for every rep, and for a portfolio
of any size.
"""

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks import care, caring
from benchmarks.orders import END
from commands._digest_compose import Reader, compose
from commands._digest_draw import draw
from commands._digest_read import EVERYBODY, of_rep, shown

ROUNDS = 5
MOST_SECONDS = 2.0
TODAY = END + dt.timedelta(days=1)
KINDS = ("sqlite", "postgresql")


def main() -> None:
    """Measure, print, and exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=care.FULL.customers)
    parser.add_argument("--lines", type=int, default=care.FULL.lines)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    print(
        f"{options.customers:,} customers, the team's digest and those of {caring.REPS} reps, {options.rounds} rounds"
    )
    kinds = [options.only] if options.only else KINDS
    met = [measured(kind, options.customers, options.lines, options.rounds) for kind in kinds]
    sys.exit(0 if all(met) else 1)


def measured(kind: str, customers: int, lines: int, rounds: int) -> bool:
    """Measure one kind of database and print its figures; whether the target is met."""
    db = care.filled(kind, replace(care.FULL, customers=customers, lines=lines))
    readers = [EVERYBODY, *(of_rep(rep, f"U{rep}") for rep in range(1, caring.REPS + 1))]
    try:
        with db.reading() as connection:
            seconds = [sum(_seconds(connection, reader) for reader in readers) for _ in range(rounds)]
            queries = {_queries(connection, reader) for reader in readers[1:]}
    finally:
        db.close()
    median = statistics.median(seconds)
    met = median <= MOST_SECONDS and len(queries) == 1
    every = " ".join(f"{one:.2f}" for one in seconds)
    print(f"{kind:<12}{median:.2f} s (at most {MOST_SECONDS:g}; {every}), {sorted(queries)} queries a rep: ", end="")
    print("met" if met else "missed", flush=True)
    return met


def _seconds(connection: Connection, reader: Reader) -> float:
    began = time.perf_counter()
    digest = compose(connection, reader, slot_on=TODAY, today=TODAY)
    draw(digest, shown(connection, digest, None, is_preview=True))
    return time.perf_counter() - began


def _queries(connection: Connection, reader: Reader) -> int:
    with _counting(connection) as counted:
        _seconds(connection, reader)
    return len(counted)


@contextmanager
def _counting(connection: Connection) -> Iterator[list[str]]:
    counted: list[str] = []

    def note(*about: object) -> None:
        counted.append(str(about[2]))

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
