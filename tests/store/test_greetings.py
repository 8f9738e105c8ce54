"""Whose day is near, and who is not congratulated."""

import datetime as dt
from types import SimpleNamespace

import pytest

from store import care, contacts, greetings, touches
from store.contacts import About
from store.database import Database
from store.touches import NewTouch
from store.who import Who
from tests.ledger import NOW, Ledger
from value.anniversaries import YearlyDay

DEC_29 = dt.date(2026, 12, 29)
JAN_4 = dt.date(2027, 1, 4)


@pytest.fixture
def people(db: Database) -> SimpleNamespace:
    """Acme's Anna on New Year's Eve, Zephyr's Ben on New Year's Day, and Cora in June."""
    ledger = Ledger(db)
    thandi = ledger.rep("Thandi Nkosi")
    acme, zephyr = ledger.customer("Acme", owner=thandi), ledger.customer("Zephyr")
    ledger.done()
    with db.writing() as connection:
        anna = contacts.add(connection, acme, About("Anna", birthday=YearlyDay(12, 31, 1966)), by="U1", at=NOW)
        ben = contacts.add(
            connection, zephyr, About("Ben", anniversary=YearlyDay(1, 1), anniversary_of="wedding"), by="U1", at=NOW
        )
        contacts.add(connection, acme, About("Cora", birthday=YearlyDay(6, 1)), by="U1", at=NOW)
    return SimpleNamespace(db=db, thandi=thandi, acme=acme, zephyr=zephyr, anna=anna, ben=ben)


def names(
    people: SimpleNamespace, from_on: dt.date = DEC_29, to_on: dt.date = JAN_4, who: Who | None = None
) -> list[str]:
    with people.db.reading() as connection:
        return [one.contact.name for one in greetings.within(connection, from_on, to_on, who)]


def test_a_week_over_new_year_has_both_in_order(people: SimpleNamespace) -> None:
    with people.db.reading() as connection:
        found = greetings.within(connection, DEC_29, JAN_4)
    assert [(one.contact.name, one.what, one.on.isoformat(), one.years, one.customer) for one in found] == [
        ("Anna", "birthday", "2026-12-31", 60, "Acme"),
        ("Ben", "anniversary", "2027-01-01", None, "Zephyr"),
    ]
    assert found[0].owner is not None
    assert found[0].owner.name == "Thandi Nkosi"
    assert found[1].owner is None


def test_a_rep_sees_the_people_of_their_own_customers(people: SimpleNamespace) -> None:
    assert names(people, who=Who(people.thandi)) == ["Anna"]
    assert names(people, who=Who(None, "U9")) == []


def test_a_whole_year_has_everybody(people: SimpleNamespace) -> None:
    assert names(people, dt.date(2026, 1, 2), dt.date(2027, 1, 1)) == ["Cora", "Anna", "Ben"]


def test_who_was_born_on_a_leap_day_is_congratulated_on_the_28th(people: SimpleNamespace) -> None:
    with people.db.writing() as connection:
        contacts.add(connection, people.acme, About("Leah", birthday=YearlyDay(2, 29, 2000)), by="U1", at=NOW)
    day = dt.date(2027, 2, 28)
    assert names(people, day, day) == ["Leah"]
    assert names(people, dt.date(2028, 2, 28), dt.date(2028, 2, 28)) == []


def test_the_gone_are_never_congratulated(people: SimpleNamespace) -> None:
    with people.db.writing() as connection:
        contacts.set_gone(connection, people.anna.id, dt.date(2026, 5, 1), by="U1", at=NOW)
    assert names(people) == ["Ben"]


def test_an_exit_and_an_open_complaint_are_not_congratulated(people: SimpleNamespace) -> None:
    with people.db.writing() as connection:
        care.mark_exit(connection, people.zephyr, "never pays", on=DEC_29, by="U1", at=NOW)
        touches.log(connection, NewTouch(people.acme, "call", DEC_29, "U1", NOW, outcome="complaint"))
    assert names(people) == []
    with people.db.writing() as connection:
        touches.log(connection, NewTouch(people.acme, "visit", DEC_29, "U1", NOW, outcome="settled"))
    assert names(people) == ["Anna"]
