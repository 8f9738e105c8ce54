"""Touches: logged once, kept with their true author, edited and deleted with their history."""

import datetime as dt
import threading
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from store import people, standings, tables, touches
from store.audit import RefusedError
from store.database import Database
from store.people import Person
from store.touches import Changes, NewTouch, Touch
from store.who import Who
from tests.ledger import NOW, Ledger

MONDAY = dt.date(2026, 6, 1)
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def acme(db: Database) -> SimpleNamespace:
    """Two customers, a contact at each, a rep and a manager who is no rep."""
    ledger = Ledger(db)
    anna = ledger.rep("Anna Botha")
    acme, other = ledger.customer("Acme", owner=anna), ledger.customer("Zephyr")
    ledger.done()
    with db.writing() as connection:
        contacts = [
            connection.execute(
                tables.contacts.insert()
                .values(customer_id=customer, name=name, added_at=NOW, added_by="U1")
                .returning(tables.contacts.c.id)
            ).scalar_one()
            for customer, name in ((acme, "Ben the buyer"), (other, "Zola"))
        ]
        people.remember(connection, [Person("U2", "T1", "Cara")], NOW)
    return SimpleNamespace(id=acme, other=other, rep=anna, buyer=contacts[0], zola=contacts[1])


def new(customer_id: int, on: dt.date = MONDAY, **more: Any) -> NewTouch:
    return NewTouch(
        **{"customer_id": customer_id, "kind": "visit", "happened_on": on, "author": "U1", "at": NOW} | more
    )


def log(db: Database, customer_id: int, on: dt.date = MONDAY, receipt: str | None = None, **more: Any) -> Touch:
    with db.writing() as connection:
        return touches.log(connection, new(customer_id, on, **more), receipt=receipt)


def edit(db: Database, touch: Touch, receipt: str | None = None, **changes: Any) -> Touch:
    with db.writing() as connection:
        return touches.edit(connection, touch.id, Changes(**changes), by="U2", at=LATER, receipt=receipt)


def delete(db: Database, touch: Touch, **more: Any) -> Touch:
    with db.writing() as connection:
        return touches.delete(connection, touch.id, by="U2", at=LATER, **more)


def last(db: Database, customer_id: int, most: int = 9) -> list[int]:
    with db.reading() as connection:
        return [touch.id for touch in touches.last(connection, customer_id, most)]


def last_touch_on(db: Database, customer_id: int) -> dt.date | None:
    with db.reading() as connection:
        return standings.get(connection, customer_id).last_touch_on


def has_open_complaint(db: Database, customer_id: int) -> bool:
    customers = tables.customers
    with db.reading() as connection:
        condition = sa.select(customers.c.id).where(
            customers.c.id == customer_id, touches.has_open_complaint(customers.c.id)
        )
        return connection.scalar(condition) is not None


# --- logging --------------------------------------------------------------------------------------------------------


def test_a_touch_is_read_back_as_it_was_logged_with_the_names_of_who_was_there(
    db: Database, acme: SimpleNamespace
) -> None:
    about = {
        "kind": "gift",
        "contact_id": acme.buyer,
        "minutes": 45,
        "cost": Decimal("12.50"),
        "currency": "ZAR",
        "outcome": "good",
        "note": "Took them a melktert",
        "learned": "They open in Durban",
        "permalink": "https://example.slack.com/archives/C1/p1",
    }
    touch = log(db, acme.id, people=(Who(acme.rep), Who(None, "U2")), **about)
    assert {name: getattr(touch, name) for name in about} == about
    assert (touch.customer, touch.contact, touch.happened_on) == ("Acme", "Ben the buyer", MONDAY)
    assert [one.name for one in touch.people] == ["Anna Botha", "Cara"]
    assert (touch.author, touch.logged_at, touch.deleted_at) == ("U1", NOW, None)


def test_whoever_is_named_twice_was_there_once(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, people=(Who(acme.rep, "U1"), Who(None, "U1"), Who(), Who(None, "U2")))
    assert len(touch.people) == 2


def test_one_submission_is_one_touch_however_often_it_comes(db: Database, acme: SimpleNamespace) -> None:
    first = log(db, acme.id, receipt="view V1 h1", note="first")
    again = log(db, acme.id, receipt="view V1 h1", note="second")
    assert again == first
    assert last(db, acme.id) == [first.id]
    assert log(db, acme.id, receipt="view V1 h2").id != first.id


def test_a_touch_without_a_receipt_is_always_another_one(db: Database, acme: SimpleNamespace) -> None:
    assert log(db, acme.id).id != log(db, acme.id).id


def test_a_touch_of_a_customer_who_is_gone_is_refused(db: Database, acme: SimpleNamespace) -> None:
    with pytest.raises(RefusedError, match="no longer in the database"):
        log(db, 404)


def test_a_contact_of_another_customer_is_refused(db: Database, acme: SimpleNamespace) -> None:
    with pytest.raises(RefusedError, match="not at this customer"):
        log(db, acme.id, contact_id=acme.zola)


def test_any_touch_resets_the_clock_and_an_older_one_does_not_set_it_back(db: Database, acme: SimpleNamespace) -> None:
    log(db, acme.id, MONDAY, kind="message")
    log(db, acme.id, MONDAY - dt.timedelta(days=30))
    assert last_touch_on(db, acme.id) == MONDAY


def test_the_last_touches_come_newest_day_first(db: Database, acme: SimpleNamespace) -> None:
    monday = log(db, acme.id, MONDAY)
    before = log(db, acme.id, MONDAY - dt.timedelta(days=7))
    after = log(db, acme.id, MONDAY + dt.timedelta(days=1))
    log(db, acme.other, MONDAY)
    assert last(db, acme.id) == [after.id, monday.id, before.id]
    assert last(db, acme.id, 2) == [after.id, monday.id]


def test_a_reps_touches_are_those_at_which_they_were_whoever_logged_them(db: Database, acme: SimpleNamespace) -> None:
    mine = log(db, acme.id, author="U9", people=(Who(None, "U8"), Who(acme.rep)))
    log(db, acme.id, author="U1", people=(Who(None, "U8"),))
    with db.reading() as connection:
        found = touches.of(connection, Who(acme.rep, "U1"), MONDAY)
        assert [touch.id for touch in found] == [mine.id]
        assert touches.of(connection, Who(acme.rep, "U1"), MONDAY + dt.timedelta(days=1)) == []


def test_the_touches_logged_from_a_message_are_found_by_it(db: Database, acme: SimpleNamespace) -> None:
    link = "https://example.slack.com/archives/C1/p1"
    first, second, gone = (log(db, acme.id, permalink=link) for _ in range(3))
    delete(db, gone)
    with db.reading() as connection:
        assert [touch.id for touch in touches.of_message(connection, link)] == [first.id, second.id]


# --- complaints -----------------------------------------------------------------------------------------------------


def test_two_who_log_a_message_at_once_know_of_each_other(db: Database, acme: SimpleNamespace) -> None:
    link = "https://example.slack.com/archives/C1/p1700000000000100"
    has_logged, found = threading.Event(), []

    def log_it() -> None:
        with db.writing() as connection:
            found.append(len(touches.of_message_alone(connection, link)))
            touches.log(connection, new(acme.id, permalink=link))
            has_logged.set()
            threading.Event().wait(0.3)

    first, second = threading.Thread(target=log_it), threading.Thread(target=log_it)
    first.start()
    has_logged.wait()
    second.start()
    first.join()
    second.join()
    assert found == [0, 1]


def test_a_complaint_is_open_until_a_later_touch_has_settled_it(db: Database, acme: SimpleNamespace) -> None:
    assert not has_open_complaint(db, acme.id)
    log(db, acme.id, MONDAY - dt.timedelta(days=1), outcome="settled")
    log(db, acme.id, MONDAY, outcome="complaint")
    assert has_open_complaint(db, acme.id)
    log(db, acme.id, MONDAY, outcome="good")
    log(db, acme.other, MONDAY, outcome="settled")
    assert has_open_complaint(db, acme.id)
    settling = log(db, acme.id, MONDAY, outcome="settled")
    assert not has_open_complaint(db, acme.id)
    delete(db, settling)
    assert has_open_complaint(db, acme.id)


def test_a_complaint_that_was_deleted_is_not_open(db: Database, acme: SimpleNamespace) -> None:
    delete(db, log(db, acme.id, outcome="complaint"))
    assert not has_open_complaint(db, acme.id)


# --- editing, deleting, restoring -----------------------------------------------------------------------------------


def test_an_edit_keeps_the_author_and_what_was(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, people=(Who(acme.rep),), minutes=30, cost=Decimal(5), currency="USD")
    there = (Who(None, "U2"),)
    edited = edit(db, touch, minutes=45, note="More", people=there, happened_on=MONDAY, cost=None, currency=None)
    assert (edited.minutes, edited.note, edited.cost, edited.author) == (45, "More", None, "U1")
    assert [one.name for one in edited.people] == ["Cara"]
    with db.reading() as connection:
        (entry,) = touches.history(connection, touch.id)
    assert (entry.what, entry.by, entry.at) == ("edited", "U2", LATER)
    assert entry.details["was"] == {
        "minutes": 30,
        "note": None,
        "cost": "5.00",
        "currency": "USD",
        "people": [{"rep_id": acme.rep, "slack_user_id": None}],
    }
    assert "happened_on" not in entry.details["became"]


def test_an_edit_that_changes_nothing_leaves_no_trace(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, minutes=30, people=(Who(acme.rep),))
    assert edit(db, touch, minutes=30, people=(Who(acme.rep),)) == touch
    with db.reading() as connection:
        assert touches.history(connection, touch.id) == []


def test_an_edit_is_undone_to_the_letter(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, people=(Who(acme.rep),), contact_id=acme.buyer, cost=Decimal("5.25"), currency="USD")
    changes = {"cost": Decimal(7), "currency": "ZAR", "people": (), "happened_on": MONDAY - dt.timedelta(days=2)}
    edit(db, touch, customer_id=acme.other, **changes)
    with db.writing() as connection:
        (entry,) = touches.history(connection, touch.id)
        undone = touches.undo_edit(connection, touch.id, entry.id, by="U2", at=LATER)
        assert len(touches.history(connection, touch.id)) == 2
        with pytest.raises(RefusedError, match="not known"):
            touches.undo_edit(connection, touch.id, 404, by="U2", at=LATER)
    assert undone == touch


def edits_of(db: Database, touch: Touch) -> int:
    with db.reading() as connection:
        return touches.edits(connection, touch.id)


def edit_of_a_form(db: Database, touch: Touch, edits_seen: int, **changes: Any) -> Touch:
    with db.writing() as connection:
        of_form = Changes(**changes)
        return touches.edit(connection, touch.id, of_form, by="U1", at=LATER, edits_seen=edits_seen)


def test_what_others_changed_meanwhile_stays_where_the_form_left_it_alone(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, people=(Who(acme.rep),), minutes=30, note="First", cost=Decimal(5), currency="USD")
    seen = edits_of(db, touch)
    theirs = {"outcome": "complaint", "note": "They complained", "people": (Who(None, "U2"),), "cost": Decimal(6)}
    edit(db, touch, **theirs)
    edit(db, touch, note="They complained badly")
    form = {"outcome": None, "note": "First", "people": (Who(acme.rep),), "cost": Decimal(5), "currency": "USD"}
    after = edit_of_a_form(db, touch, seen, minutes=45, **form)
    assert (after.minutes, after.outcome, after.note) == (45, "complaint", "They complained badly")
    assert [one.name for one in after.people] == ["Cara"]
    assert (after.cost, after.currency) == (Decimal("6.00"), "USD")


def test_what_two_change_to_the_same_is_no_clash_and_what_was_put_back_neither(
    db: Database, acme: SimpleNamespace
) -> None:
    touch = log(db, acme.id, minutes=30, note="First")
    edit(db, touch, minutes=45, note="Other")
    edit(db, touch, note="First")
    after = edit_of_a_form(db, touch, 0, minutes=45, note="Mine")
    assert (after.minutes, after.note) == (45, "Mine")


@pytest.mark.parametrize(
    ("theirs", "mine", "names"),
    [
        ({"note": "Theirs"}, {"note": "Mine", "minutes": 45}, ("note",)),
        ({"cost": Decimal(6)}, {"cost": Decimal(5), "currency": "ZAR"}, ("cost", "currency")),
        ({"people": ()}, {"people": (Who(None, "U2"),)}, ("people",)),
    ],
)
def test_what_two_change_otherwise_is_refused_and_nothing_kept(
    db: Database, acme: SimpleNamespace, theirs: dict[str, Any], mine: dict[str, Any], names: tuple[str, ...]
) -> None:
    touch = log(db, acme.id, people=(Who(acme.rep),), minutes=30, note="First", cost=Decimal(5), currency="USD")
    now = edit(db, touch, **theirs)
    with pytest.raises(touches.ClashError) as clash:
        edit_of_a_form(db, touch, 0, **mine)
    assert clash.value.names == names
    with db.reading() as connection:
        assert touches.existing(connection, touch.id) == now


def test_an_edit_is_not_undone_over_a_later_one_of_the_same(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, minutes=30, note="A")
    edit(db, touch, note="B")
    edit(db, touch, minutes=45)
    with db.writing() as connection:
        first, *_ = touches.history(connection, touch.id)
        undone = touches.undo_edit(connection, touch.id, first.id, by="U2", at=LATER)
        assert (undone.note, undone.minutes) == ("A", 45)
        again = touches.undo_edit(connection, touch.id, first.id, by="U2", at=LATER)
        assert again == undone
    edit(db, touch, note="C")
    with db.writing() as connection, pytest.raises(RefusedError, match="has changed that since"):
        touches.undo_edit(connection, touch.id, first.id, by="U2", at=LATER)


def test_the_clocks_of_both_customers_follow_a_touch_that_moves(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id, contact_id=acme.buyer)
    moved = edit(db, touch, customer_id=acme.other)
    assert (last_touch_on(db, acme.id), last_touch_on(db, acme.other)) == (None, MONDAY)
    assert moved.contact is None
    with pytest.raises(RefusedError, match="not at this customer"):
        edit(db, touch, contact_id=acme.buyer)
    with pytest.raises(RefusedError, match="no longer in the database"):
        edit(db, touch, customer_id=404)


def test_the_same_edit_submitted_twice_is_one(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id)
    edit(db, touch, receipt="V1", minutes=5)
    edit(db, touch, minutes=6)
    assert edit(db, touch, receipt="V1", minutes=5).minutes == 6


def test_a_deleted_touch_counts_for_nothing_until_it_is_restored(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.id)
    assert delete(db, touch, reason="another customer").deleted_at == LATER
    assert delete(db, touch).deleted_at == LATER
    assert last(db, acme.id) == []
    assert last_touch_on(db, acme.id) is None
    with pytest.raises(RefusedError, match="restore it first"):
        edit(db, touch, minutes=1)
    with db.writing() as connection:
        touches.restore(connection, touch.id, by="U2", at=LATER)
        told = touches.history(connection, touch.id)
    assert [(one.what, one.reason) for one in told] == [("deleted", "another customer"), ("restored", None)]
    assert last(db, acme.id) == [touch.id]
    assert last_touch_on(db, acme.id) == MONDAY


def test_a_touch_that_never_was_is_told_apart(db: Database, acme: SimpleNamespace) -> None:
    with db.writing() as connection:
        assert touches.get(connection, 404) is None
        with pytest.raises(RefusedError, match="not there any more"):
            touches.delete(connection, 404, by="U1", at=NOW)


def test_touches_go_with_their_customer(db: Database, acme: SimpleNamespace) -> None:
    touch = log(db, acme.other, people=(Who(acme.rep),))
    with db.writing() as connection:
        connection.execute(sa.delete(tables.contacts).where(tables.contacts.c.id == acme.zola))
        connection.execute(sa.delete(tables.customer_references).where(sa.true()))
        connection.execute(sa.delete(tables.customers).where(tables.customers.c.id == acme.other))
        assert touches.get(connection, touch.id) is None
