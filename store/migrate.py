"""Bringing a database to the tables that this version needs (Alembic), safely beside other processes."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.database import WRITES, Database

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number serves, so long as every Melktert uses the same: it names the lock in PostgreSQL.
ADVISORY_LOCK = 0x6D656C6B


class NewerDatabaseError(Exception):
    """The database was made by a later version of Melktert than this one."""


def head() -> str:
    """The revision that this version needs."""
    return _revisions()[-1]


def current(db: Database) -> str | None:
    """The revision that the database is at, None where it is empty."""
    with db.reading() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return found


def upgrade(db: Database, revision: str = "head") -> bool:
    """Bring the database to `revision`; True where something was done. Two processes at once do it once.

    Errors: NewerDatabaseError where the database is ahead of this version.
    """
    at = current(db)
    if at == (head() if revision == "head" else revision):
        return False
    if at is not None and at not in _revisions():
        raise NewerDatabaseError(
            f"The database is at revision {at}, which this version of Melktert does not know; "
            "start the version that was used last, or a later one."
        )
    with db.engine.execution_options(**{WRITES: True}).connect() as connection:
        if db.dialect == "sqlite":
            _without_foreign_keys(connection, revision)
        else:
            with connection.begin():
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
                _run(connection, revision)
    return True


def _without_foreign_keys(connection: Connection, revision: str) -> None:
    """Batch mode copies a table and drops the old one: with foreign keys on, SQLite would delete every child row by
    cascade. The pragma does nothing inside a transaction, so it goes to the driver before SQLAlchemy begins one.
    """
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        # Begun here, or Alembic would begin and commit by itself, before the check.
        with connection.begin():
            _run(connection, revision)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration would leave {len(broken)} rows without their parent: {broken[:3]}")
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _revisions() -> list[str]:
    """Read off the files' names, 0001_… to the newest: every start compares them, and few need Alembic itself."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _run(connection: Connection, revision: str) -> None:
    # Loaded here: it takes longer than most questions.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
