import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from store import migrate, tables
from store.database import Database


def test_the_migrations_make_the_tables_that_the_code_uses(empty_url: str) -> None:
    db = Database(empty_url)
    assert migrate.upgrade(db)
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    db.close()


def test_migrating_twice_does_nothing(db: Database) -> None:
    assert not migrate.upgrade(db)
    assert migrate.current(db) == migrate.head()


def test_two_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    program = (
        "import sys; from store import migrate; from store.database import Database;"
        "print(migrate.upgrade(Database(sys.argv[1])))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, empty_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    finished = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0], finished


def test_a_database_of_a_later_version_is_left_alone(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.NewerDatabaseError, match="start the version that was used last"):
        migrate.upgrade(db)
