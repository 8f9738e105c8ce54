"""Opening the database, and the two ways to use it: reading() and writing().

SQLite runs in WAL with foreign keys on. A write begins IMMEDIATE, so that two read-then-write transactions queue
instead of losing an update; a read begins plain, so that readers never wait for one another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

SQLITE_BUSY_TIMEOUT_MS = 10_000
WRITES = "melktert_writes"
# Any number serves, so long as all that rewrite the figures use the same: it names the lock in PostgreSQL.
ADVISORY_LOCK = 0x6D656C6C


class Database:
    """One database and its pool of connections. Safe to share between threads.

    Errors: sqlalchemy.exc.OperationalError where the database cannot be reached or stays locked.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.engine = _engine(self.url)

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot, rolled back at the end."""
        engine = self.engine
        if self.dialect == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back where the block raises."""
        with self.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def lock_figures(connection: Connection) -> None:
    """Let nobody else import or score before this transaction ends. (In SQLite it has the write lock already.)"""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"Melktert keeps its data in SQLite or PostgreSQL, not in {url.get_backend_name()}.")
    engine = sa.create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_MS / 1000})
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # Python's sqlite3 would otherwise begin by itself, and only before a write: a read-then-write then loses updates.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
