import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import due_days, migrate, tables, workspace
from store.database import Database
from tests.ledger import Ledger, Line


def test_the_migrations_make_the_tables_that_the_code_uses(empty_url: str) -> None:
    db = Database(empty_url)
    assert migrate.upgrade(db)
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    db.close()


def test_the_files_names_tell_the_newest_revision() -> None:
    assert migrate.head() == ScriptDirectory(str(migrate.MIGRATIONS)).get_current_head()


def test_migrating_twice_does_nothing(own_db: Database) -> None:
    assert not migrate.upgrade(own_db)
    assert migrate.current(own_db) == migrate.head()


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


def test_a_database_of_a_later_version_is_left_alone(own_db: Database) -> None:
    with own_db.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.NewerDatabaseError, match="start the version that was used last"):
        migrate.upgrade(own_db)


def fill(db: Database) -> None:
    """A ledger in the tables of the first migration."""
    books = Ledger(db)
    rep = books.rep("Thandi Nkosi")
    for name in ("Acme", "Other"):
        customer = books.customer(name, owner=rep)
        books.invoice(customer, dt.date(2026, 1, 1), Line("10", "5"), Line("20"))
    books.holds_back("I9", "N1", "a reason")


Contents = dict[str, list[dict[str, str]]]


def contents(db: Database) -> Contents:
    """Every row of every table but Alembic's own."""
    found = {}
    with db.reading() as connection:
        for name in sorted(set(sa.inspect(connection).get_table_names()) - {"alembic_version"}):
            rows = connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()
            found[name] = sorted(({key: str(value) for key, value in row.items()} for row in rows), key=str)
    return found


def only_columns_of(before: Contents, after: Contents) -> Contents:
    """What became of the tables and columns that there were before."""
    return {
        name: [{key: row[key] for key in rows[0]} if rows else row for row in after[name]]
        for name, rows in before.items()
    }


def test_a_filled_database_keeps_every_row_through_all_migrations(empty_url: str) -> None:
    db = Database(empty_url)
    migrate.upgrade(db, "0001")
    fill(db)
    with db.writing() as connection:
        connection.execute(sa.text("INSERT INTO workspace (id, home_currency) VALUES (1, 'EUR')"))
    before = contents(db)
    assert before.pop("workspace")
    assert len(before["invoice_lines"]) == 4
    migrate.upgrade(db)
    after = contents(db)
    assert only_columns_of(before, after) == before
    with db.reading() as connection:
        assert workspace.settings(connection).home_currency == "EUR"
    db.close()


BATCH = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9000", "{head}", None, None


def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("invoices", recreate=recreate) as batch:
        batch.add_column(sa.Column("remark", sa.Text()))
{more}
"""


def with_a_later_migration(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """A copy of the migrations with one more, that copies the table of invoices as SQLite needs it."""
    later = folder / "migrations"
    shutil.copytree(migrate.MIGRATIONS, later)
    (later / "versions" / "9000_remark.py").write_text(BATCH.format(head=migrate.head(), more=more))
    monkeypatch.setattr(migrate, "MIGRATIONS", later)


def test_a_table_that_is_copied_keeps_its_children(
    own_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(own_db)
    with_a_later_migration(tmp_path, monkeypatch)
    assert migrate.upgrade(own_db)
    assert len(contents(own_db)["invoice_lines"]) == 4
    with own_db.writing() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(tables.customer_references.insert().values(source_id=77, number="1", customer_id=77))


def test_a_migration_that_would_orphan_rows_changes_nothing(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlite_db)
    before = contents(sqlite_db)
    with_a_later_migration(tmp_path, monkeypatch, "    op.execute('DELETE FROM invoices')")
    with pytest.raises(RuntimeError, match="4 rows without their parent"):
        migrate.upgrade(sqlite_db)
    assert contents(sqlite_db) == before


def test_the_due_days_of_each_rep_begin_with_where_customers_stand(empty_url: str) -> None:
    db = Database(empty_url)
    migrate.upgrade(db, "0005")
    books = Ledger(db)
    anna, ben = books.rep("Anna"), books.rep("Ben")
    may_1, large = dt.date(2026, 5, 1), 7 * 10**17
    owned = [(anna, may_1, large), (anna, may_1, large + 1), (anna, may_1, None), (ben, may_1, 5), (None, may_1, 5)]
    with db.writing() as connection:
        for number, (owner, due_on, minor) in enumerate([*owned, (anna, None, 5)]):
            kept = tables.customers.insert().values(name=f"Shop {number}").returning(tables.customers.c.id)
            row = {"customer_id": connection.scalar(kept), "owner_rep_id": owner, "due_on": due_on}
            stake = {"at_stake_minor": minor, "currency": None if minor is None else "USD"}
            connection.execute(
                tables.customer_standings.insert().values(care_class="retain", class_rule="x", **row, **stake)
            )
    migrate.upgrade(db)
    days = sa.select(tables.owner_due_days).order_by(*tables.owner_due_days.primary_key)
    with db.writing() as connection:
        first = connection.execute(days).all()
        due_days.count_anew(connection)
        assert connection.execute(days).all() == first
    assert [tuple(row) for row in first] == [
        (anna, may_1, "", 1, 0, 0),
        (anna, may_1, "USD", 2, 2 * (large // 10**9), 1),
        (ben, may_1, "USD", 1, 0, 5),
    ]
    db.close()
