"""python -m benchmarks care [--quick] [--only KIND] [--in-process]: /neglected and Home on a large portfolio.

First in this process: the CPU, the time and the queries of an answer. Then, unless --in-process, /neglected and the
Home tab through Slack as `python -m benchmarks clv` measures /clv, beside the same comparator. Care is invented
(benchmarks/caring.py), in a portfolio of this benchmark's own.
"""

import argparse
import asyncio
import datetime as dt
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa

import commands
from benchmarks import caring, portfolio
from benchmarks.clv import Pair, Size
from benchmarks.clv_runs import Question
from benchmarks.orders import END
from benchmarks.slack_load import HOME, PEOPLE, Slack
from commands._reply import Person, Reply, Request, Role
from store import standings, tables
from store.database import Database

NEGLECTED = "/neglected"
P50_MS_MOST_ABOVE = 15.0
CPU_MS_MOST = 6.0
ROUNDS, ANSWERS = 5, 40
TODAY = END + dt.timedelta(days=1)
NOW = dt.datetime(TODAY.year, TODAY.month, TODAY.day, 7, tzinfo=dt.UTC)
FULL = Size(portfolio.CUSTOMERS, portfolio.LINES // 5, rounds=5, seconds=12, step_seconds=3)
QUICK = Size(customers=10_000, lines=100_000, rounds=3, seconds=4, step_seconds=2)
REP, MANAGER = Person(PEOPLE[0], "T0BENCH", 1), Person("U0MANAGER", "T0BENCH", role=Role.MANAGER)
# What is asked, by whom, and whether it is held to CPU_MS_MOST.
ASKED = (
    ("neglected", "", REP, True),
    ("neglected", "team", MANAGER, True),
    ("neglected", "team upcoming", MANAGER, False),
    ("neglected", "team days 60", MANAGER, False),
    ("home", "", REP, False),
    ("home", "", MANAGER, False),
    ("clv", "", REP, False),
)


def main() -> None:
    """Measure both databases, print, and exit 1 where a limit does not hold."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small portfolio and short runs")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    parser.add_argument("--in-process", action="store_true", help="nothing through Slack")
    parser.add_argument("--rate", type=float, help="so many requests a second, instead of half of what is found")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    met = []
    for kind in [options.only] if options.only else ["sqlite", "postgresql"]:
        db = filled(kind, size)
        try:
            print(f"\n{kind}: {size.customers:,} customers", flush=True)
            met.append(in_process(db))
            for what in () if options.in_process else (NEGLECTED, HOME):
                met.append(asyncio.run(_through_slack(db, what, size, options.rate)))
        finally:
            db.close()
    sys.exit(0 if all(met) else 1)


def filled(kind: str, size: Size) -> Database:
    """A portfolio with care, kept from run to run; the people of the benchmark are the first of its reps."""
    db = portfolio.cached(kind, size.customers, size.lines)
    with db.writing() as connection:
        if connection.scalar(sa.select(tables.touches.c.id).limit(1)) is None:
            caring.fill(connection, portfolio.SEED)
            rep_ids = connection.scalars(sa.select(tables.reps.c.id).order_by(tables.reps.c.id).limit(len(PEOPLE)))
            for rep_id, slack_user_id in zip(rep_ids.all(), PEOPLE, strict=False):
                one = tables.reps.update().where(tables.reps.c.id == rep_id)
                connection.execute(one.values(slack_user_id=slack_user_id))
            standings.refresh(connection)
    portfolio.settle(db)
    return db


# --- in this process ------------------------------------------------------------------------------------------------


def in_process(db: Database) -> bool:
    """Print what an answer takes; whether those that are held to a limit keep it."""
    met = True
    with db.reading() as connection:
        name = connection.scalar(sa.select(tables.customers.c.name).limit(1))
    print(f"{'in this process':<34}{'CPU ms':>9}{'p50 ms':>9}{'queries':>9}")
    for command, text, person, is_held in ASKED:
        typed = str(name) if command == "clv" else text
        answer = partial(_ask, db, command, typed, person)
        (cpu_ms, p50_ms), queries = _measured(answer), _queries(db, answer)
        who = "manager" if person is MANAGER else "rep"
        print(f"  /{f'{command} {text}'.strip()} ({who})".ljust(34) + f"{cpu_ms:>9.2f}{p50_ms:>9.2f}{queries:>9}")
        met = met and (not is_held or cpu_ms <= CPU_MS_MOST)
    print(f"/neglected within {CPU_MS_MOST:g} ms of CPU: {'met' if met else 'missed'}", flush=True)
    return met


def _ask(db: Database, name: str, text: str, person: Person) -> Reply:
    routed = commands.route(name, text)
    assert routed is not None
    return routed[0].run(Request(now=NOW, today=TODAY, text=routed[1], person=person), db)


def _measured(answer: Callable[[], Reply]) -> tuple[float, float]:
    """CPU of an answer, and the median of the time that it takes; the median of the rounds."""
    answer()
    cpus, times = [], []
    for _ in range(ROUNDS):
        cpu, took = time.process_time(), []
        for _ in range(ANSWERS):
            begun = time.perf_counter()
            answer()
            took.append(time.perf_counter() - begun)
        cpus.append((time.process_time() - cpu) / ANSWERS)
        times.append(statistics.median(took))
    return statistics.median(cpus) * 1000, statistics.median(times) * 1000


def _queries(db: Database, answer: Callable[[], Reply]) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_about: object) -> None:
        seen.append(statement)

    engines = {db.engine, db._readers}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    answer()
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
    return sum(not statement.startswith("BEGIN") for statement in seen)


# --- through Slack --------------------------------------------------------------------------------------------------


async def _through_slack(db: Database, what: str, size: Size, rate: float | None) -> bool:
    print(f"\n{'Home' if what == HOME else what} through Slack", flush=True)
    gc.freeze()
    gc.disable()  # a pause in the generator would be charged to the servers
    with tempfile.TemporaryDirectory(prefix="melktert-care-") as folder:
        async with Slack() as slack:
            slack.command = what
            pair = CarePair(slack, db, Path(folder), size, processes=1)
            try:
                await pair.start()
                return await pair.compare(rate or await pair.half_of_saturation())
            finally:
                pair.stop()
                gc.enable()


class CarePair(Pair):
    """The same two servers, asked for the neglected, half of the time one's own, else the team's; or looked at."""

    most_above_ms = P50_MS_MOST_ABOVE

    def asked(self, count: int) -> Sequence[Question]:
        """So many questions."""
        return [Question("exact", self._rng.choice(("", "team"))) for _ in range(count)]
