import datetime as dt
import threading
from decimal import Decimal

import pytest
import sqlalchemy as sa

from store import database, tables
from store.database import Database


def test_two_writers_who_read_first_lose_no_update(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(tables.sources.insert().values(name="counter", title="0"))

    def add(times: int) -> None:
        for _ in range(times):
            with db.writing() as connection:
                row = sa.select(tables.sources.c.title)
                title = connection.execute(row.with_for_update() if db.dialect == "postgresql" else row).scalar_one()
                connection.execute(tables.sources.update().values(title=str(int(title) + 1)))

    threads = [threading.Thread(target=add, args=(50,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as connection:
        assert connection.execute(sa.select(tables.sources.c.title)).scalar_one() == "200"


def test_a_reader_does_not_wait_for_a_writer(db: Database) -> None:
    with db.writing() as writer:
        writer.execute(tables.sources.insert().values(name="a", title="a"))
        with db.reading() as reader:
            assert reader.execute(sa.select(sa.func.count()).select_from(tables.sources)).scalar_one() == 0


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def write_and_fail() -> None:
        with db.writing() as connection:
            connection.execute(tables.sources.insert().values(name="a", title="a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with db.reading() as connection:
        assert connection.execute(sa.select(tables.sources)).first() is None


def test_decimals_and_instants_come_back_as_they_went_in(db: Database) -> None:
    moment = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    exact = Decimal("0.1000000000000000055511151231257827")
    with db.writing() as connection:
        connection.execute(
            tables.sources.insert().values(name="a", title="a", margin_assumption=exact, refreshed_at=moment)
        )
    with db.reading() as connection:
        row = connection.execute(sa.select(tables.sources)).one()
    assert row.margin_assumption == exact
    assert row.refreshed_at == moment
    assert row.refreshed_at.utcoffset() == dt.timedelta(0)


def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    naive = dt.datetime(2026, 3, 1)  # noqa: DTZ001
    insert = tables.sources.insert().values(name="a", title="a", refreshed_at=naive)
    with db.writing() as connection, pytest.raises(sa.exc.StatementError, match="time zone"):
        connection.execute(insert)


def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), db.writing() as connection:
        connection.execute(tables.customer_references.insert().values(source_id=7, number="1", customer_id=7))


def test_another_kind_of_database_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="SQLite or PostgreSQL, not in mysql"):
        Database("mysql://nowhere/x")


def test_a_reader_cannot_write_to_postgresql(postgresql_db: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-only"), postgresql_db.reading() as connection:
        connection.execute(tables.sources.insert().values(name="a", title="a"))


def test_who_waits_for_somebody_else_is_told_so_in_the_end(
    postgresql_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    other = Database(postgresql_db.url.render_as_string(hide_password=False))
    with postgresql_db.writing() as first:
        database.lock_figures(first)
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"), other.writing() as second:
            database.lock_figures(second)
    other.close()


def test_what_was_read_often_is_not_planned_anew_for_every_reader(postgresql_db: Database) -> None:
    for _ in range(10):
        with postgresql_db.reading() as connection:
            connection.execute(sa.select(tables.sources)).all()
    with postgresql_db.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements"))


@pytest.mark.parametrize("way", ["reading", "writing"])
def test_connections_that_the_server_closed_are_opened_anew(postgresql_db: Database, way: str) -> None:
    use = getattr(postgresql_db, way)
    with postgresql_db.engine.connect() as other:
        with use() as first, use() as second:
            lost = [connection.scalar(sa.text("SELECT pg_backend_pid()")) for connection in (first, second)]
        other.execute(sa.text("SELECT pg_terminate_backend(pid, 5000) FROM unnest(:lost) pid"), {"lost": lost})
    for _ in lost:
        with use() as connection:
            assert connection.scalar(sa.text("SELECT pg_backend_pid()")) not in lost
