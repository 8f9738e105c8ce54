"""Real imports in processes of their own, watched from outside and killed.

The instants count from what the database shows, not from the start of the interpreter: that the process has opened it,
and that it holds the lock of a write. Neither is asked of the process itself, so nothing in the product serves a test.
"""

import enum
import fcntl
import itertools
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from store import tables
from store.database import Database

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.002
# SQLite's WAL index: the writer locks this one byte of the file -shm.
WAL_WRITE_LOCK_BYTE = 120


class Place(Protocol):
    """A database that is not opened by this process while an import runs on it."""

    url: str

    def is_open(self) -> bool:
        """Whether another process has it open."""

    def is_written(self) -> bool:
        """Whether another process holds a write on it."""

    def wait_until_left(self) -> None:
        """Return when nothing that the killed process asked for can still happen."""

    def close(self) -> None:
        """Remove it."""


@dataclass(frozen=True)
class Course:
    """The seconds of an import left alone, from the moment at which it has the database open until it closes it."""

    until_it_writes: float
    until_it_has_written: float
    until_it_leaves: float


class Since(enum.Enum):
    """What can be seen of an import from outside, in this order."""

    OPENED = 1
    WRITES = 2
    WRITTEN = 3


@dataclass(frozen=True)
class Kill:
    """When to kill: so many seconds after something was seen."""

    after_seconds: float
    since: Since


class SqlitePlace:
    """A copy of a SQLite file."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.path = folder / "melktert.sqlite3"
        folder.mkdir()
        shutil.copy(template, self.path)
        self.shm = self.path.with_name(f"{self.path.name}-shm")
        self.url = f"sqlite:///{self.path}"

    def is_open(self) -> bool:
        return self.shm.exists()

    def is_written(self) -> bool:
        # Whoever opens a database that was not closed takes the writer's lock too, for less than a millisecond.
        if not self._is_locked():
            return False
        time.sleep(0.001)
        return self._is_locked()

    def _is_locked(self) -> bool:
        try:
            opened = self.shm.open("rb+")
        except FileNotFoundError:
            return False
        with opened:
            return _is_locked_by_another(opened.fileno(), WAL_WRITE_LOCK_BYTE)

    def wait_until_left(self) -> None:
        """Its locks died with the process."""

    def close(self) -> None:
        shutil.rmtree(self.path.parent)


class PostgresqlPlace:
    """A database made from a template, in a server that lives on when the process is killed."""

    _numbers = itertools.count()

    def __init__(self, server: sa.URL, template: str) -> None:
        self.name = f"killed_{next(self._numbers)}"
        self.engine = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
        self.watcher = self.engine.connect()
        self.watcher.execute(sa.text(f"CREATE DATABASE {self.name} TEMPLATE {template}"))
        self.url = server.set(database=self.name).render_as_string(hide_password=False)
        self.tables = self._numbers_of_tables()
        self.wait_until_left()

    def is_open(self) -> bool:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND backend_type = 'client backend'"
        return bool(self.watcher.scalar(sa.text(statement), {"name": self.name}))

    def is_written(self) -> bool:
        # Ordinary tables only: a temporary one is locked too, but nobody else can see what is written to it.
        statement = """
            SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
            WHERE datname = :name AND mode = 'RowExclusiveLock' AND relation = ANY(:tables)
        """
        return bool(self.watcher.scalar(sa.text(statement), {"name": self.name, "tables": self.tables}))

    def wait_until_left(self) -> None:
        """The server finishes or undoes what it was doing before it notices that nobody listens."""
        _wait(lambda: not self.is_open(), "the server still works for a process that is dead")

    def _numbers_of_tables(self) -> list[int]:
        db = Database(self.url)
        with db.reading() as connection:
            statement = sa.text("SELECT oid FROM pg_class WHERE relname = ANY(:names)")
            numbers = list(connection.scalars(statement, {"names": list(tables.metadata.tables)}))
        db.close()
        return numbers

    def close(self) -> None:
        self.watcher.execute(sa.text(f"DROP DATABASE {self.name} WITH (FORCE)"))
        self.watcher.close()
        self.engine.dispose()


def start(url: str, ledger: Path, mapping: str) -> subprocess.Popen[bytes]:
    """The import as an operator starts it."""
    command = [sys.executable, "-m", "bot", "import", str(ledger), "--mapping", mapping]
    environment = {**os.environ, "DATABASE_URL": url}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )


def watch(place: Place, ledger: Path, mapping: str) -> Course:
    """Leave an import alone and note its course."""
    process = start(place.url, ledger, mapping)
    _wait(lambda: place.is_open() or process.poll() is not None, "the import never opened its database")
    opened = time.perf_counter()
    _wait(lambda: place.is_written() or process.poll() is not None, "the import never wrote")
    writes = time.perf_counter()
    _wait(lambda: not place.is_written(), "the import never finished to write")
    written = time.perf_counter()
    _wait(lambda: not place.is_open(), "the import never left its database")
    left = time.perf_counter()
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors.decode()
    return Course(writes - opened, written - opened, left - opened)


def kill(place: Place, ledger: Path, mapping: str, when: Kill) -> str:
    """Start an import and kill it; what it was doing: 'preparing', 'writing', 'finishing' or 'ended'."""
    process = start(place.url, ledger, mapping)
    wrote = False

    def writes() -> bool:
        nonlocal wrote
        now = place.is_written()
        wrote = wrote or now
        return now

    def ended() -> bool:
        return process.poll() is not None

    _wait(lambda: place.is_open() or ended(), "the import never opened its database")
    if when.since in (Since.WRITES, Since.WRITTEN):
        _wait(lambda: writes() or ended(), "the import never wrote")
    if when.since is Since.WRITTEN:
        _wait(lambda: not writes(), "the import never finished to write")
    instant = time.perf_counter() + when.after_seconds
    while time.perf_counter() < instant:
        writes()
        time.sleep(POLL_SECONDS)
    doing = "ended" if ended() else "writing" if writes() else "finishing" if wrote else "preparing"
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    place.wait_until_left()
    return doing


def _wait(until: Callable[[], bool], otherwise: str) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not until():
        if time.perf_counter() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(POLL_SECONDS)


def _is_locked_by_another(descriptor: int, byte: int) -> bool:
    """Ask the system who holds the lock on one byte, without taking it."""
    if sys.platform == "darwin":
        order, question = "qqihh", (byte, 1, 0, fcntl.F_WRLCK, os.SEEK_SET)
        kind = 3
    else:
        order, question = "hhqqi", (fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
        kind = 0
    answer = struct.unpack(order, fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(order, *question)))
    return bool(answer[kind] != fcntl.F_UNLCK)
