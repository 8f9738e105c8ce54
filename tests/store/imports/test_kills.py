"""An import that is killed at any instant leaves the database exactly as it was before, or exactly as it is after.

Every kill is a SIGKILL of `python -m bot import` in a process of its own, on a database that holds an earlier,
incomplete export of the same ledger: the import has invoices to add, to replace and to leave alone.
"""

import gzip
import hashlib
import logging
import random
import statistics
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database
from tests.store.imports import independent, killing
from tests.store.imports.independent_comparison import differences, imported, stored_figures

LEDGER = Path(__file__).parents[2] / "data" / "online_retail_excerpt.csv.gz"
MAPPING = "online-retail"
# On each of the two databases: when nothing is in doubt, and when something is.
FEW = {killing.Since.OPENED: 3, killing.Since.WRITES: 5, killing.Since.WRITTEN: 1}
MANY = {killing.Since.OPENED: 20, killing.Since.WRITES: 24, killing.Since.WRITTEN: 8}
SEED = 2
# Two processes import at once: what is tested is the kill, and a machine has two cores.
AT_ONCE = 2
# When an import ran, which no two imports share.
CLOCK_COLUMNS = {"finished_at", "refreshed_at"}
# What an import learns from the past after its own transaction, in others that a kill may fall between.
LEARNT = {
    *(tables.fitted_models.name, tables.customer_expectations.name, tables.portfolio_totals.name),
    *(tables.value_history.name, tables.customer_standings.name, tables.due_days.name),
    tables.owner_due_days.name,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ground:
    """A database to copy for each kill, and what it must be found to be: as before, or as after."""

    copy: Callable[[], killing.Place]
    before: str
    after: str


@pytest.fixture(scope="module")
def earlier_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same ledger, with every third invoice missing and every fifth short of its last line."""
    header, *lines = gzip.decompress(LEDGER.read_bytes()).splitlines(keepends=True)
    invoices: dict[bytes, list[bytes]] = {}
    for line in lines:
        invoices.setdefault(line.split(b",", 1)[0], []).append(line)
    kept = [header]
    for position, its_lines in enumerate(invoices.values()):
        if position % 3:
            kept += its_lines[:-1] if position % 5 == 0 and len(its_lines) > 1 else its_lines
    path = tmp_path_factory.mktemp("earlier") / LEDGER.name
    path.write_bytes(gzip.compress(b"".join(kept), mtime=0))
    return path


@pytest.fixture
def sqlite_ground(sqlite_db: Database, earlier_export: Path, tmp_path: Path) -> Ground:
    """Copies of a SQLite file."""
    imported(sqlite_db, [earlier_export], MAPPING)
    before = digest(sqlite_db)
    sqlite_db.close()
    template = Path(str(sqlite_db.url.database))
    assert not template.with_name(f"{template.name}-wal").exists()
    folders = (tmp_path / f"copy_{number}" for number in range(1_000))

    def copy() -> killing.Place:
        return killing.SqlitePlace(template, next(folders))

    return Ground(copy, before, after(copy))


@pytest.fixture
def postgresql_ground(postgresql_db: Database, earlier_export: Path) -> Ground:
    """Databases made from a template."""
    imported(postgresql_db, [earlier_export], MAPPING)
    before = digest(postgresql_db)
    postgresql_db.close()

    def copy() -> killing.Place:
        return killing.PostgresqlPlace(postgresql_db.url, str(postgresql_db.url.database))

    return Ground(copy, before, after(copy))


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest) -> Ground:
    """The test runs once on each kind of database."""
    found = request.getfixturevalue(f"{request.param}_ground")
    assert isinstance(found, Ground)
    return found


@pytest.mark.parametrize("kills", [FEW, pytest.param(MANY, marks=pytest.mark.soak)], ids=["few", "many"])
def test_an_import_killed_at_any_instant_is_wholly_there_or_not_at_all_and_the_next_one_succeeds(
    ground: Ground, kills: Mapping[killing.Since, int]
) -> None:
    expected = independent.online_retail(LEDGER)
    course = undisturbed(ground)
    found: Counter[tuple[str, str]] = Counter()

    def one(when: killing.Kill) -> None:
        place = ground.copy()
        doing = killing.kill(place, LEDGER, MAPPING, when)
        db = Database(place.url)
        state = {ground.before: "as before", ground.after: "as after"}.get(digest(db), "neither")
        found[doing, state] += 1
        imported(db, [LEDGER], MAPPING)
        assert differences(stored_figures(db, MAPPING), expected) == {}, f"after a kill while {doing}"
        db.close()
        place.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(one, instants(course, kills)))

    log.info("kills on this database, by what the import did and how it left the database: %s", dict(found))
    assert sum(found.values()) == sum(kills.values())
    assert {state for _, state in found} == {"as before", "as after"}
    assert {doing for doing, _ in found} >= {"preparing", "writing"}


def test_the_digest_sees_a_single_changed_value(sqlite_db: Database, earlier_export: Path) -> None:
    imported(sqlite_db, [earlier_export], MAPPING)
    as_imported = digest(sqlite_db)
    for table, column in (("customer_values", "revenue_minor"), ("customer_names", "key"), ("invoices", "number")):
        with sqlite_db.writing() as connection:
            one = f"rowid = (SELECT min(rowid) FROM {table})"
            connection.execute(sa.text(f"UPDATE {table} SET {column} = {column} || '1' WHERE {one}"))
        changed = digest(sqlite_db)
        assert changed != as_imported
        as_imported = changed


def undisturbed(ground: Ground) -> killing.Course:
    """What an import takes here when it is left alone, beside as many others as in the test."""

    def one(place: killing.Place) -> killing.Course:
        course = killing.watch(place, LEDGER, MAPPING)
        place.close()
        return course

    with ThreadPoolExecutor(AT_ONCE) as threads:
        courses = list(threads.map(one, [ground.copy() for _ in range(AT_ONCE)]))
    course = killing.Course(*(statistics.median(times) for times in zip(*map(astuple, courses), strict=True)))
    log.info("left alone: %s", course)
    return course


def instants(course: killing.Course, kills: Mapping[killing.Since, int]) -> list[killing.Kill]:
    """Kills anywhere from the opening to the write, anywhere in the write, a little later than each, and just after.

    Each is random within a slice of its own, so that a machine which is now faster, now slower, is hit everywhere. The
    first of each comes at once: however fast the import is now, it is still where it was seen to be.
    """
    chance = random.Random(SEED)
    write_seconds = course.until_it_has_written - course.until_it_writes
    spans = {
        killing.Since.OPENED: 1.2 * course.until_it_writes,
        killing.Since.WRITES: 1.3 * write_seconds,
        killing.Since.WRITTEN: 0.5 * write_seconds,
    }
    chosen = []
    for since, slices in kills.items():
        for number in range(slices):
            share = chance.uniform(number, number + 1) / slices if number else 0.0
            chosen.append(killing.Kill(share * spans[since], since))
    chance.shuffle(chosen)
    return chosen


def after(copy: Callable[[], killing.Place]) -> str:
    """The digest of a database on which the import was left alone."""
    place = copy()
    db = Database(place.url)
    imported(db, [LEDGER], MAPPING)
    found = digest(db)
    db.close()
    place.close()
    return found


def digest(db: Database) -> str:
    """One hash over every value of every table, apart from when an import ran, and from what is learnt after it."""
    hashed = hashlib.sha256()
    with db.reading() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in LEARNT:
                continue
            columns = [column for column in table.columns if column.name not in CLOCK_COLUMNS]
            rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(*columns)))
            hashed.update(f"{table.name} {len(rows)}\n".encode())
            hashed.update("\n".join(rows).encode())
    return hashed.hexdigest()
