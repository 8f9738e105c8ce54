"""People at a customer, as they are kept."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from store import contacts, tables, touches
from store.audit import RefusedError
from store.contacts import About
from store.database import Database
from store.touches import NewTouch
from tests.ledger import NOW, Ledger
from value.anniversaries import YearlyDay

ANNA = About(
    "Anna Smit",
    "buyer",
    "anna@acme.example",
    "555 0100",
    YearlyDay(2, 29),
    YearlyDay(6, 12, 1999),
    "wedding",
    "Rooibos, no chocolate",
)


@pytest.fixture
def acme(db: Database) -> int:
    return Ledger(db).customer("Acme")


def test_what_is_known_of_somebody_comes_back_as_it_was_kept(db: Database, acme: int) -> None:
    with db.writing() as connection:
        added = contacts.add(connection, acme, ANNA, by="U1", at=NOW)
    with db.reading() as connection:
        assert contacts.get(connection, added.id) == added
    assert added.about == ANNA
    assert (added.customer_id, added.gone_on, added.is_invented) == (acme, None, False)


def test_a_form_submitted_twice_is_one_contact(db: Database, acme: int) -> None:
    found = []
    for _ in range(2):
        with db.writing() as connection:
            found.append(contacts.add(connection, acme, ANNA, by="U1", at=NOW, receipt="view 1"))
    assert found[0] == found[1]
    with db.reading() as connection:
        assert len(contacts.of_customer(connection, acme)) == 1


def test_two_who_add_somebody_at_once_know_of_each_other(db: Database, acme: int) -> None:
    has_added, found = threading.Event(), []

    def add() -> None:
        with db.writing() as connection:
            known = contacts.called(connection, acme, "anna smit")
            found.append([one.name for one in known])
            if not known:
                contacts.add(connection, acme, ANNA, by="U1", at=NOW)
            has_added.set()
            threading.Event().wait(0.3)

    first, second = threading.Thread(target=add), threading.Thread(target=add)
    first.start()
    has_added.wait()
    second.start()
    first.join()
    second.join()
    assert found == [[], ["Anna Smit"]]


def test_who_was_added_is_taken_back_unless_something_came_of_it(db: Database, acme: int) -> None:
    with db.writing() as connection:
        bob = contacts.add(connection, acme, About("Bob"), by="U1", at=NOW, receipt="view 1")
        contacts.add(connection, acme, ANNA, by="U1", at=NOW, receipt="view 2")
        zola = contacts.add(connection, acme, About("Zola"), by="U1", at=NOW, receipt="view 3")
        contacts.edit(connection, zola.id, About("Zola", "buyer"), by="U1", at=NOW)
        assert contacts.take_back(connection, "view 1", by="U2", at=NOW) == bob
        assert contacts.take_back(connection, "view 1", by="U2", at=NOW) is None
        assert contacts.take_back(connection, "view 3", by="U2", at=NOW) is None
        assert [one.name for one in contacts.of_customer(connection, acme)] == ["Anna Smit", "Zola"]


def test_whoever_went_with_a_touch_comes_back_with_it_as_they_were(db: Database, acme: int) -> None:
    with db.writing() as connection:
        anna = contacts.add(connection, acme, ANNA, by="U1", at=NOW, receipt="view 1 contact")
        new = NewTouch(acme, "visit", NOW.date(), "U1", NOW, contact_id=anna.id)
        touch_id = touches.log(connection, new, receipt="view 1").id
        assert contacts.take_back(connection, "view 1 contact", by="U1", at=NOW) is None, "the touch is with her"
        assert contacts.take_back(connection, "view 1 contact", by="U1", at=NOW, touch_id=touch_id) == anna
        assert contacts.of_customer(connection, acme) == []
        assert contacts.put_back(connection, touch_id, NOW, by="U1", at=NOW) == anna
        assert contacts.put_back(connection, touch_id, NOW, by="U1", at=NOW) is None
        assert touches.existing(connection, touch_id).contact_id == anna.id
        assert contacts.add(connection, acme, ANNA, by="U1", at=NOW, receipt="view 2").id > anna.id


def test_a_contact_of_a_customer_that_is_gone_is_refused(db: Database) -> None:
    with db.writing() as connection, pytest.raises(RefusedError, match="no longer"):
        contacts.add(connection, 12, ANNA, by="U1", at=NOW)


def test_an_edit_keeps_what_it_was(db: Database, acme: int) -> None:
    with db.writing() as connection:
        anna = contacts.add(connection, acme, ANNA, by="U1", at=NOW)
        changed = replace(ANNA, role="director", birthday=YearlyDay(3, 1, 1970))
        after = contacts.edit(connection, anna.id, changed, by="U2", at=NOW, receipt="view 2")
        again = contacts.edit(connection, anna.id, ANNA, by="U2", at=NOW, receipt="view 2")
    assert after.about == changed
    assert again == after
    with db.reading() as connection:
        entries = connection.execute(sa.select(tables.audit_entries)).all()
    assert [(one.by, one.details["was"]["role"], one.details["became"]["role"]) for one in entries] == [
        ("U2", "buyer", "director")
    ]
    assert entries[0].details["was"]["birthday"] == {"month": 2, "day": 29, "year": None}


def test_what_others_changed_meanwhile_stays_where_the_form_left_it_alone(db: Database, acme: int) -> None:
    with db.writing() as connection:
        anna = contacts.add(connection, acme, ANNA, by="U1", at=NOW)
        seen = contacts.edits(connection, anna.id)
        moved = replace(ANNA, phone="555 0200", birthday=YearlyDay(3, 1, 1970), role="director")
        contacts.edit(connection, anna.id, moved, by="U2", at=NOW)
        contacts.edit(connection, anna.id, replace(moved, phone="555 0300"), by="U2", at=NOW)
        filled = replace(ANNA, email="a.smit@acme.example", role="owner")
        after = contacts.edit(connection, anna.id, filled, by="U1", at=NOW, edits_seen=seen)
    assert after.about == replace(moved, phone="555 0300", email="a.smit@acme.example", role="owner")


def test_an_edit_that_changes_nothing_is_no_change(db: Database, acme: int) -> None:
    with db.writing() as connection:
        anna = contacts.add(connection, acme, ANNA, by="U1", at=NOW)
        assert contacts.edit(connection, anna.id, ANNA, by="U2", at=NOW) == anna
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.audit_entries)) == 0


def test_who_is_gone_stands_last_and_may_come_back(db: Database, acme: int) -> None:
    with db.writing() as connection:
        anna = contacts.add(connection, acme, ANNA, by="U1", at=NOW)
        ben = contacts.add(connection, acme, About("Ben"), by="U1", at=NOW)
        contacts.set_gone(connection, anna.id, dt.date(2026, 5, 1), by="U1", at=NOW)
        assert [one.name for one in contacts.of_customer(connection, acme)] == ["Ben", "Anna Smit"]
        assert contacts.of_customer(connection, acme, with_gone=False) == [ben]
        assert contacts.set_gone(connection, anna.id, None, by="U1", at=NOW).gone_on is None
        assert contacts.of_customer(connection, acme) == [anna, ben]


def test_a_contact_that_is_not_there_is_refused(db: Database) -> None:
    with db.writing() as connection:
        with pytest.raises(RefusedError, match="not there any more"):
            contacts.edit(connection, 7, ANNA, by="U1", at=NOW)
        with pytest.raises(RefusedError, match="not there any more"):
            contacts.set_gone(connection, 7, None, by="U1", at=NOW)
