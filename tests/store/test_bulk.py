"""Many rows at once arrive as they were given."""

import datetime as dt
import sqlite3
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa

from store import bulk, tables
from store.database import Database

MONDAY = dt.date(2026, 6, 1)


def test_days_instants_exact_decimals_and_nothing_come_back_as_they_were_given(db: Database) -> None:
    now = dt.datetime(2026, 6, 1, 6, 30, 15, 250, tzinfo=dt.UTC)
    columns: dict[str, list[Any]] = {
        "name": ["one", "two", "three"],
        "title": ["Tab\there", "Back\\slash\nline", r"\N"],
        "period_start_on": [MONDAY, MONDAY, None],
        "margin_assumption": [Decimal("0.30"), Decimal("0.3"), None],
        "refreshed_at": [now, None, now],
    }
    with db.writing() as connection:
        bulk.insert(connection, tables.sources, columns)
        rows = connection.execute(sa.select(tables.sources).order_by(tables.sources.c.id)).all()
    for name, given in columns.items():
        assert [getattr(row, name) for row in rows] == given
    assert [str(row.margin_assumption) for row in rows] == ["0.30", "0.3", "None"]


def test_no_rows_are_no_rows(db: Database) -> None:
    with db.writing() as connection:
        bulk.insert(connection, tables.reps, {"name": []})
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.reps)) == 0


def test_the_rows_are_part_of_the_transaction(db: Database) -> None:
    with db.engine.connect() as connection:
        bulk.insert(connection, tables.reps, {"name": ["Robin"]})
        connection.rollback()
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.reps)) == 0


def test_rows_arrive_while_something_else_is_done(db: Database) -> None:
    with db.writing() as connection:
        with bulk.inserting(connection, tables.reps, {"name": ["Robin", "Kim"]}):
            pass
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.reps)) == 2


def test_rows_that_the_database_refuses_are_not_passed_over_in_silence(db: Database) -> None:
    with (
        pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)),
        db.engine.connect() as connection,
        bulk.inserting(connection, tables.reps, {"name": [None]}),
    ):
        pass


def test_days_become_dates_and_0_is_none() -> None:
    assert bulk.dates(np.array([0, MONDAY.toordinal(), 0])) == [None, MONDAY, None]


def test_a_database_in_memory_is_written_before_what_is_reckoned_beside_it() -> None:
    db = Database("sqlite://")
    with db.writing() as connection:
        tables.reps.create(connection)
        with bulk.inserting(connection, tables.reps, {"name": ["Anna", "Ben"]}):
            assert connection.scalar(sa.select(sa.func.count()).select_from(tables.reps)) == 2
