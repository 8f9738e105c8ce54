"""python -m benchmarks scoring [--customers N] [--lines N] [--rounds N] [--only KIND] [--refit]: beside a GROUP BY.

The two run in turn, each in a process of its own on the same built database (benchmarks/portfolio.py). A time runs from
the beginning of the transaction to its end; a peak is the process's own resident memory (PostgreSQL's server is not in
it). A model is learned first, where none is kept with the database or --refit says so; that is reported by itself.
"""

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import portfolio
from store import learning, models
from store.database import Database

ROUNDS = 5
MOST_TIMES_THE_BASELINE = 2.5
MOST_PEAK_MB = 400.0
MOST_REFIT_SECONDS = 600.0

# CROSS JOIN gives SQLite the order of the loops that it is quicker in; to PostgreSQL it is like any other join.
BASELINE = """\
SELECT invoices.customer_id, count(*) AS lines, sum(quantity_thousandths) AS units, sum(amount_minor) AS revenue,
       sum(cost_minor) AS cost, min(issued_on) AS first_on, max(issued_on) AS last_on
FROM invoice_lines CROSS JOIN invoices
WHERE invoices.id = invoice_lines.invoice_id AND NOT is_cancelled
GROUP BY invoices.customer_id"""
EXPLANATION = f"""\
baseline  this query, every row of it fetched:

{BASELINE}

score     python -m bot score with a model that holds: the same lines added up by invoice, then by customer, source and
          currency; margin assumptions, exchange rates and the projection; what the model expects of each customer, with
          its likely range; standings, and the month's values. Old rows deleted, new ones inserted, committed.

refit     python -m bot score --refit: the same, and before it the models fitted, back-tested and chosen.
"""


@dataclass(frozen=True)
class Run:
    """One process: the seconds that its transaction took, its peak memory, and how many customers it had."""

    seconds: float
    peak_mb: float
    customers: int


def main() -> None:
    """Measure, print, and exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--customers", type=int, default=portfolio.CUSTOMERS)
    parser.add_argument("--lines", type=int, default=portfolio.LINES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--refit", action="store_true", help="learn anew, though a model is kept")
    options = parser.parse_args()
    print(EXPLANATION)
    print(f"{options.customers:,} customers, {options.lines:,} lines, median of {options.rounds} rounds\n")
    print(f"{'':<12}{'':<10}{'seconds':>9}  {'rounds':<32}{'peak MB':>9}{'customers':>11}", flush=True)
    kinds = [options.only] if options.only else ["sqlite", "postgresql"]
    met = [measured(kind, options.customers, options.lines, options.rounds, refit=options.refit) for kind in kinds]
    sys.exit(0 if all(met) else 1)


def measured(kind: str, customers: int, lines: int, rounds: int, *, refit: bool) -> bool:
    """Measure one kind of database and print its figures; whether the targets are met."""
    db = portfolio.cached(kind, customers, lines)
    url = db.url.render_as_string(hide_password=False)
    learned = learned_in_time(kind, url) if refit or not has_model(db) else True
    runs: dict[str, list[Run]] = {"baseline": [], "score": []}
    for _ in range(rounds):
        for what, done in runs.items():
            done.append(run(what, url))
    for what, done in runs.items():
        every = " ".join(f"{one.seconds:.2f}" for one in done)
        print(f"{kind:<12}{what:<10}{median(done):>9.2f}  {every:<32}{highest(done):>9.0f}{done[0].customers:>11,}")
    ratio = median(runs["score"]) / median(runs["baseline"])
    peak = highest(runs["score"])
    met = ratio <= MOST_TIMES_THE_BASELINE and peak <= MOST_PEAK_MB and learned
    print(
        f"{kind:<12}{ratio:.2f} times the baseline (at most {MOST_TIMES_THE_BASELINE:g}), {peak:.0f} MB at most "
        f"(at most {MOST_PEAK_MB:g}): {'met' if met else 'missed'}\n",
        flush=True,
    )
    return met


def has_model(db: Database) -> bool:
    """Whether a model that this version can read holds."""
    with db.reading() as connection:
        model = models.newest(connection)
    return model is not None and not model.gate and model.choice() is not None


def learned_in_time(kind: str, url: str) -> bool:
    """Learn, and print what it took; whether the target is met."""
    done = run("refit", url)
    print(f"{kind:<12}{'refit':<10}{done.seconds:>9.2f}  {'':<32}{done.peak_mb:>9.0f}{done.customers:>11,}", flush=True)
    return done.seconds <= MOST_REFIT_SECONDS


def median(runs: list[Run]) -> float:
    """The median time."""
    return statistics.median(one.seconds for one in runs)


def highest(runs: list[Run]) -> float:
    """The highest peak, in MB."""
    return max(one.peak_mb for one in runs)


def run(what: str, url: str) -> Run:
    """One of the two in a process of its own, which says what it measured of itself."""
    command = [sys.executable, "-m", "benchmarks.scoring", what, url]
    return Run(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def measure_here(what: str, url: str) -> Run:
    """Run one of the two in this process."""
    db = Database(url)
    started = time.perf_counter()
    if what == "baseline":
        with db.reading() as connection:
            customers = len(connection.exec_driver_sql(BASELINE).fetchall())
    else:
        done = learning.learn(db, now=dt.datetime.now(dt.UTC), refit=what == "refit", rescore=True)
        customers = done.customers
    seconds = time.perf_counter() - started
    db.close()
    return Run(seconds, peak_mb(), customers)


def peak_mb() -> float:
    """The most resident memory that this process has had. Linux counts a parent's in ru_maxrss, and not in VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)


if __name__ == "__main__":
    print(json.dumps(vars(measure_here(*sys.argv[1:]))))
