"""Opening the database, and the two ways to use it: reading() and writing().

SQLite runs in WAL with foreign keys on. A write begins IMMEDIATE, so that two read-then-write transactions queue
instead of losing an update; a read begins plain, so that readers never wait for one another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

# So long a statement waits for somebody else to finish; then whoever asked is told, instead of holding a thread.
BUSY_TIMEOUT_MS = 10_000
# So much of the file is read where the computer caches it anyway, instead of being copied page by page.
SQLITE_MAPPED_BYTES = 2**30
# Kept open for the next use, and beyond them opened for one use and closed again: together at least as many as the
# threads of bot/pools.py, of which few write. PostgreSQL lets in only so many, from all processes together.
READERS_KEPT, READERS_BEYOND = 12, 8
WRITERS_KEPT, WRITERS_BEYOND = 4, 4
# What one process may hold at its busiest.
CONNECTIONS_MOST = READERS_KEPT + READERS_BEYOND + WRITERS_KEPT + WRITERS_BEYOND
# A firewall that forgets silent connections, or a server that is gone, is noticed within minutes instead of hours.
KEEPALIVE_AFTER_SECONDS = 60
WRITES = "melktert_writes"
# Any number serves, so long as all that rewrite the figures use the same: it names the lock in PostgreSQL.
ADVISORY_LOCK = 0x6D656C6C
# And a lock of two numbers, which is another one: whose turn it is, and what they do.
TURNS = 1


class Database:
    """One database and its pool of connections. Safe to share between threads.

    Errors: sqlalchemy.exc.OperationalError where the database cannot be reached or stays locked.
    """

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.engine = _engine(self.url)
        # SQLite's readers and writers differ by how they begin; those of PostgreSQL by how they were opened, since to
        # change a connection at every use takes as long as a query.
        self._readers = _read_only(self.url) if self.dialect == "postgresql" else self.engine
        self._writers = self.engine.execution_options(**{WRITES: True})

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot, in which nothing is changed."""
        with self._readers.connect() as connection:
            yield connection
            if self.dialect == "postgresql":
                # At a rollback psycopg forgets its prepared statements, and PostgreSQL would plan each query anew.
                connection.commit()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end, rolled back where the block raises."""
        with self._writers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give every connection back."""
        self._readers.dispose()
        self.engine.dispose()


def lock_figures(connection: Connection) -> None:
    """Let nobody else import or score before this transaction ends. The first lock of a transaction that takes it
    (docs/decisions/0016-one-order-of-locks.md). (In SQLite it has the write lock already.)
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})


def take_turns(connection: Connection, what: str) -> None:
    """Let nobody else who says the same begin before this transaction ends. Before anything else that it locks. (In
    SQLite there is one writer at a time.)
    """
    if connection.dialect.name == "postgresql":
        locked = sa.func.pg_advisory_xact_lock(TURNS, sa.func.hashtext(what))
        connection.execute(sa.select(locked))


def _pool(kept: int, beyond: int) -> dict[str, Any]:
    """The connection used last is used next: its statements are prepared and its cache is warm."""
    return {"pool_size": kept, "max_overflow": beyond, "pool_use_lifo": True}


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, **_pool(WRITERS_KEPT, WRITERS_BEYOND))
    if url.get_backend_name() != "sqlite":
        raise ValueError(f"Melktert keeps its data in SQLite or PostgreSQL, not in {url.get_backend_name()}.")
    in_memory = url.database in (None, "", ":memory:")  # where there is no pool to configure
    pool = {} if in_memory else _pool(READERS_KEPT + WRITERS_KEPT, READERS_BEYOND + WRITERS_BEYOND)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **pool)
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: sa.URL, **options: Any) -> Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"keepalives_idle": KEEPALIVE_AFTER_SECONDS},
        **options,
    )
    lost = engine.dialect.loaded_dbapi.OperationalError

    @sa.event.listens_for(engine, "connect")
    def _wait_no_longer(dbapi_connection: Any, _record: Any) -> None:
        # Not when it is opened, since a pooler before PostgreSQL takes no options then.
        dbapi_connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        dbapi_connection.commit()

    @sa.event.listens_for(engine, "checkout")
    def _open_a_lost_one_anew(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
        if _is_lost(dbapi_connection, lost):
            raise sa.exc.InvalidatePoolError

    return engine


def _read_only(url: sa.URL) -> Engine:
    pool = _pool(READERS_KEPT, READERS_BEYOND)
    engine = _postgresql(url, isolation_level="REPEATABLE READ", **pool)

    @sa.event.listens_for(engine, "connect")
    def _read_only_from_now_on(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.read_only = True

    return engine


def _is_lost(dbapi_connection: Any, lost: type[Exception]) -> bool:
    """What a ping would tell, without asking the server: whether it has closed the connection meanwhile."""
    try:
        dbapi_connection.pgconn.consume_input()  # the server's last words, if any
        dbapi_connection.pgconn.consume_input()  # and that it has hung up
    except lost:
        return True
    return False


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # Python's sqlite3 would otherwise begin by itself, and only before a write: a read-then-write then loses updates.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA mmap_size = {SQLITE_MAPPED_BYTES}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # It waits for no lock, so that it cannot fail; past SQLAlchemy, which takes longer for it than for a query.
        connection.connection.cursor().execute("BEGIN")
