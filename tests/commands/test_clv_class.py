"""/clv: the class of a customer, the rule that gave it, and how long nobody was there."""

import datetime as dt
from types import SimpleNamespace

import pytest

from commands._reply import Count, Text
from store import standings, tables
from store.database import Database
from tests.commands.asking import ask, facts, read
from tests.ledger import NOW, Ledger, Line


@pytest.fixture
def acme(db: Database) -> SimpleNamespace:
    """A customer that earned 300 in the 12 months before the last ones, and 200 in them."""
    ledger = Ledger(db)
    customer = ledger.customer("Acme")
    ledger.invoice(customer, dt.date(2024, 5, 1), Line("1000", "700"))
    ledger.invoice(customer, dt.date(2026, 3, 1), Line("1000", "800"))
    ledger.done()
    return SimpleNamespace(db=db, ledger=ledger, id=customer)


def visited(of: SimpleNamespace, on: dt.date) -> None:
    with of.db.writing() as connection:
        row = {"customer_id": of.id, "kind": "visit", "happened_on": on, "author": "U1", "logged_at": NOW}
        connection.execute(tables.touches.insert().values(row))
        standings.refresh(connection, [of.id])


def test_the_card_says_what_the_customer_needs_and_when_somebody_was_there(acme: SimpleNamespace) -> None:
    assert "Restore: ask what has changed  ·  never touched, due every 28 days" in read(ask(acme.db, "/clv acme"))
    visited(acme, dt.date(2026, 5, 1))
    reply = ask(acme.db, "/clv acme")
    assert "Restore: ask what has changed  ·  34 days since the last touch, due every 28 days" in read(reply)
    found = facts(reply)
    assert found["customer_class"].value == Text("Restore")
    assert found["days_since_last_touch"].value == Count(34, "day")


def test_why_names_the_rule_and_the_figures_at_which_it_would_be_another_class(acme: SimpleNamespace) -> None:
    words = read(ask(acme.db, "/clv acme why"))
    assert "Class Restore: the last 12 months brought less than 75 % of its usual year." in words
    assert "It becomes Regain after 364 days without an order; Retain from $2" in words
    assert " of profit in 12 months." in words


def test_a_customer_whose_cost_is_not_known_is_judged_by_revenue_and_that_is_said(acme: SimpleNamespace) -> None:
    other = acme.ledger.customer("Uncosted")
    acme.ledger.invoice(other, dt.date(2024, 5, 1), Line("1000"))
    acme.ledger.invoice(other, dt.date(2026, 3, 1), Line("100"))
    acme.ledger.done()
    words = read(ask(acme.db, "/clv uncosted why"))
    assert "Class Restore" in words
    assert " of revenue in 12 months" in words


def test_an_exit_is_said_and_no_visit_is_due(acme: SimpleNamespace) -> None:
    with acme.db.writing() as connection:
        connection.execute(tables.customers.update().values(status="exit"))
        standings.refresh(connection, [acme.id])
    words = read(ask(acme.db, "/clv acme"))
    assert "Exit: no visit is due  ·  never touched\n" in words
    assert "A manager has let them go, so no frown here costs us anything." in words
    assert "A frown here" not in words
    assert "Class Exit: a manager has marked it as an exit." in read(ask(acme.db, "/clv acme why"))


def test_the_edge_of_no_profit_at_all_is_said_in_words(acme: SimpleNamespace) -> None:
    losing = acme.ledger.customer("Losing")
    acme.ledger.invoice(losing, dt.date(2025, 1, 1), Line("1000", "900"))
    acme.ledger.invoice(losing, dt.date(2026, 3, 1), Line("1000", "1200"))
    acme.ledger.done()
    words = read(ask(acme.db, "/clv losing why"))
    assert "Class Restore: the last 12 months earned us nothing." in words
    assert "Retain with any profit in 12 months" in words
