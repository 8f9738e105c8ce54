"""Customers that somebody added by hand."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import contacts, dossiers, names, newcomers, scoring, standings, tables
from store.audit import RefusedError
from store.contacts import About
from store.database import Database
from store.newcomers import Newcomer
from tests.ledger import NOW, Ledger, Line
from tests.store.imports.ledgers import GOOD, imported

ON = dt.date(2026, 6, 4)


def add(db: Database, name: str, place: str | None = None, receipt: str | None = None) -> int:
    with db.writing() as connection:
        return newcomers.add(connection, Newcomer(name, place), on=ON, by="U1", at=NOW, receipt=receipt)


def books(db: Database) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("Route 66", place="Austin"), dt.date(2026, 3, 1), Line("1000", "400"))
    ledger.done()


def test_a_newcomer_is_found_by_name_has_a_class_and_no_figures(db: Database) -> None:
    books(db)
    acme = add(db, "Acme Ltd")
    with db.reading() as connection:
        certain = names.find(connection, "acme").certain
        known = dossiers.get(connection, acme)
        standing = standings.get(connection, acme)
    assert certain is not None
    assert certain.customer_id == acme
    assert known is not None
    assert (known.value.invoices, known.value.revenue, known.value.projected_value) == (0, Decimal(0), None)
    assert standing.care_class.value == "new"
    assert standing.due_on == ON


def test_the_next_scoring_gives_a_newcomer_the_same_figures(db: Database) -> None:
    books(db)
    acme = add(db, "Acme Ltd")
    with db.reading() as connection:
        before = dossiers.get(connection, acme)
    with db.writing() as connection:
        scoring.score(connection)
    with db.reading() as connection:
        assert dossiers.get(connection, acme) == before


def test_a_newcomer_before_any_ledger_is_kept(db: Database) -> None:
    acme = add(db, "Acme Ltd")
    with db.reading() as connection:
        known = dossiers.get(connection, acme)
    assert known is not None
    assert known.coverage is None
    assert known.value.revenue is None


def test_the_number_of_a_newcomer_that_was_taken_back_is_nobody_elses(db: Database) -> None:
    """An old button would mean somebody else."""
    books(db)
    alpha = add(db, "Alpha Lodge")
    with db.writing() as connection:
        assert newcomers.remove(connection, alpha, by="U1", at=NOW)
    assert add(db, "Beta Works") != alpha


def test_the_number_of_a_newcomer_that_was_taken_back_is_no_customers_of_a_ledger(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, GOOD)
    taken_back = [add(db, name) for name in ("Alpha Lodge", "Beta Works")]
    with db.writing() as connection:
        for customer_id in taken_back:
            assert newcomers.remove(connection, customer_id, by="U1", at=NOW)
    imported(db, tmp_path, ["4;01.03.2025;9;Cyan;NL;r1;P;1;5;", "5;01.03.2025;10;Dune;NL;r1;P;1;5;"])
    with db.reading() as connection:
        assert not set(taken_back) & set(connection.scalars(sa.select(tables.customers.c.id)))


def test_a_form_submitted_twice_is_one_customer(db: Database) -> None:
    assert add(db, "Acme", receipt="view 1") == add(db, "Acme", receipt="view 1")
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.customers)) == 1


def test_a_namesake_is_refused_unless_it_is_elsewhere(db: Database) -> None:
    books(db)
    with pytest.raises(RefusedError, match="Route 66 in Austin is there already"):
        add(db, "Route 66 Inc.")
    with pytest.raises(RefusedError, match="there already"):
        add(db, "route 66", "Austin")
    assert add(db, "Route 66", "Boston")


def test_a_name_without_a_letter_is_refused(db: Database) -> None:
    with pytest.raises(RefusedError, match="at least one letter"):
        add(db, "…")


def test_a_newcomer_is_taken_back_while_nothing_is_logged_for_it(db: Database) -> None:
    books(db)
    acme, zephyr = add(db, "Acme"), add(db, "Zephyr")
    with db.writing() as connection:
        assert newcomers.remove(connection, acme, by="U1", at=NOW)
        assert not newcomers.remove(connection, acme, by="U1", at=NOW)
        assert names.find(connection, "Acme", misspelt=False).certain is None
        contacts.add(connection, zephyr, About("Anna"), by="U1", at=NOW)
        with pytest.raises(RefusedError, match="Something is logged for Zephyr"):
            newcomers.remove(connection, zephyr, by="U1", at=NOW)
        ledgers_own = names.find(connection, "Route 66").certain
        assert ledgers_own is not None
        with pytest.raises(RefusedError, match="of a ledger"):
            newcomers.remove(connection, ledgers_own.customer_id, by="U1", at=NOW)
