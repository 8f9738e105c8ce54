"""The demo's care data: the same from the same seed, by its stated rules, and marked as made up."""

import datetime as dt
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from store import greetings, guests, invented, promises, tables
from store.database import Database
from tests.ledger import NOW, Ledger, Line

TODAY = dt.date(2026, 6, 4)
CUSTOMERS = 120
CARE = (
    *(tables.contacts, tables.events, tables.event_guests, tables.touches, tables.touch_people),
    *(tables.promises, tables.customer_care, tables.snoozes),
)


def ledger(db: Database, customers: int) -> None:
    """Enough customers for every rule, of four reps, the first ones loyal and worth most."""
    books = Ledger(db)
    reps = [books.rep(name) for name in ("Thandi", "Pieter", "Anna", "Sipho")]
    for number in range(customers):
        customer = books.customer(f"Customer {number}", owner=reps[number % 4])
        first_on = dt.date(2024, 2, 1) if number < customers / 2 else dt.date(2025, 9, 1)
        for month in range(4 if number < customers / 2 else 1):
            on = first_on if not month else dt.date(2026, month + 1, 1)
            books.invoice(customer, on, Line(str(9000 - 50 * number), "4000"))
    books.done()


@pytest.fixture(scope="module")
def file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger, which takes longer to write than to read."""
    path = tmp_path_factory.mktemp("invented") / "books.sqlite3"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    ledger(db, CUSTOMERS)
    db.close()
    return path


@pytest.fixture
def books(file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(file, tmp_path / "books.sqlite3")
    db = Database(f"sqlite:///{tmp_path / 'books.sqlite3'}")
    yield db
    db.close()


def made(db: Database, seed: int = 1) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that was made up, by table."""
    with db.writing() as connection:
        invented.invent(connection, today=TODAY, at=NOW, seed=seed)
        return {table.name: [tuple(row) for row in connection.execute(sa.select(table))] for table in CARE}


def rows(db: Database, table: sa.Table) -> list[sa.Row[Any]]:
    with db.reading() as connection:
        return list(connection.execute(sa.select(table)))


def emptied(db: Database) -> None:
    with db.writing() as connection:
        for table in reversed(CARE):
            connection.execute(table.delete())
        connection.execute(tables.customers.update().values(status="active"))


def test_the_same_seed_gives_the_same_rows_and_another_one_others(books: Database) -> None:
    first = made(books)
    emptied(books)
    second = made(books)
    emptied(books)
    other = made(books, seed=2)
    assert all(first.values())
    assert first == second
    assert all(first[name] != other[name] for name in ("contacts", "touches", "promises"))


def test_it_is_made_up_in_postgresql_as_well(postgresql_db: Database) -> None:
    ledger(postgresql_db, 40)
    assert all(made(postgresql_db).values())


def test_everything_is_marked_and_nothing_lies_ahead_but_what_may(books: Database) -> None:
    made(books)
    for table in (tables.contacts, tables.events, tables.touches, tables.promises):
        assert all(row.is_invented for row in rows(books, table))
    assert all(row.happened_on <= TODAY and row.happened_on.weekday() < 5 for row in rows(books, tables.touches))
    assert all(row.closed_on is None or row.closed_on < TODAY for row in rows(books, tables.promises))
    assert all(row.due_on.weekday() < 5 for row in rows(books, tables.promises))


def test_the_more_valuable_are_touched_more_and_some_never(books: Database) -> None:
    made(books)
    touched = [row.customer_id for row in rows(books, tables.touches) if row.event_id is None]
    counts = [touched.count(customer_id) for customer_id in range(1, CUSTOMERS + 1)]
    best, others = counts[: CUSTOMERS // 10], counts[CUSTOMERS // 2 :]
    assert sum(best) / len(best) > 1.5 * sum(others) / len(others)
    assert 3 <= counts.count(0) <= CUSTOMERS / 3
    standings = rows(books, tables.customer_standings)
    neglected = sum(row.due_on is not None and row.due_on < TODAY for row in standings)
    assert CUSTOMERS / 10 < neglected < CUSTOMERS


def test_there_are_promises_of_every_fate(books: Database) -> None:
    made(books)
    with books.reading() as connection:
        waiting = promises.of(connection)
        kept = promises.kept_on_time(connection, None, since_on=TODAY - dt.timedelta(days=90), today=TODAY)
    fates = {(row.state, row.is_late) for row in rows(books, tables.promises)}
    assert fates == {("kept", False), ("kept", True), ("open", False)}
    assert waiting
    assert 0.5 < kept.on_time / kept.of < 1


def test_birthdays_are_near_an_event_is_to_come_and_somebody_complained(books: Database) -> None:
    made(books)
    with books.reading() as connection:
        near = greetings.within(connection, TODAY, TODAY + dt.timedelta(days=14))
        proposed = guests.propose(connection, 2, 10)
    assert len(near) >= 8
    assert {"birthday", "anniversary"} == {one.what for one in near}
    assert proposed
    assert [row.held_on > TODAY for row in rows(books, tables.events)] == [False, True]
    states = {row.state for row in rows(books, tables.event_guests)}
    assert {"coming", "invited", "declined", "came", "missed"} == states
    assert sum(row.has_complaint for row in rows(books, tables.customer_standings)) == 1
    assert [row.status for row in rows(books, tables.customers)].count("exit") == 1
    is_leap_day = [row.birthday_month == 2 and row.birthday_day == 29 for row in rows(books, tables.contacts)]
    assert any(is_leap_day)


def test_invitations_and_whoever_came_are_touches(books: Database) -> None:
    made(books)
    touched = {(row.event_id, row.customer_id, row.kind) for row in rows(books, tables.touches) if row.event_id}
    for guest in rows(books, tables.event_guests):
        assert (guest.event_id, guest.customer_id, "invitation") in touched
        assert ((guest.event_id, guest.customer_id, "visit") in touched) == (guest.state == "came")


def test_the_words_hold_no_word_that_the_glossary_forbids() -> None:
    from store import invented_words as words

    said = itertools.chain(*words.NOTES.values(), words.LEARNED, words.PROMISES, words.SNOOZES, words.PREFERENCES)
    assert not [text for text in said if {"client", "lead", "account"} & set(text.casefold().split())]
