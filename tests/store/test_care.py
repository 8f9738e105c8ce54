"""What is settled about a customer: an exit, that they are difficult, that they may be named as a reference."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import care, customers, standings, tables, touches
from store.audit import RefusedError
from store.database import Database
from store.touches import NewTouch
from tests.ledger import NOW, Ledger

ON = dt.date(2026, 6, 4)
DAY = dt.timedelta(days=1)


@pytest.fixture
def acme(db: Database) -> int:
    ledger = Ledger(db)
    acme = ledger.customer("Acme")
    ledger.done()
    return acme


@pytest.fixture
def connection(db: Database, acme: int) -> Iterator[Connection]:
    with db.writing() as connection:
        yield connection


def entries(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(tables.audit_entries)) or 0


def test_an_exit_has_a_reason_and_is_out_of_every_list_until_it_is_undone(connection: Connection, acme: int) -> None:
    marked = care.mark_exit(connection, acme, "never pays", on=ON, by="U1", at=NOW)
    assert (marked.became.exit_reason, marked.became.exit_on, marked.became.exit_by) == ("never pays", ON, "U1")
    known = customers.get(connection, acme)
    assert known is not None
    assert known.status == "exit"
    assert standings.get(connection, acme).care_class.value == "exit"
    assert marked.entry_id is not None
    kind, undone = care.undo(connection, acme, marked.entry_id, by="U1", at=NOW)
    assert (kind, undone.became.exit_on) == ("exit", None)
    assert standings.get(connection, acme).care_class.value != "exit"


def test_an_exit_marked_twice_keeps_the_first_reason(connection: Connection, acme: int) -> None:
    care.mark_exit(connection, acme, "never pays", on=ON, by="U1", at=NOW, receipt="view 1")
    care.mark_exit(connection, acme, "never pays", on=ON, by="U1", at=NOW, receipt="view 1")
    care.mark_exit(connection, acme, "another", on=ON, by="U2", at=NOW, receipt="view 2")
    assert care.get(connection, acme).exit_reason == "never pays"
    assert entries(connection) == 1


def test_an_undo_is_refused_once_somebody_else_has_changed_it(connection: Connection, acme: int) -> None:
    first = care.mark_difficult(connection, acme, is_difficult=True, by="U1", at=NOW)
    assert first.entry_id is not None
    care.undo(connection, acme, first.entry_id, by="U1", at=NOW)
    care.undo(connection, acme, first.entry_id, by="U1", at=NOW)  # pressed twice
    assert entries(connection) == 2
    marked = care.mark_exit(connection, acme, "never pays", on=ON, by="U1", at=NOW)
    care.take_back_exit(connection, acme, by="U2", at=NOW)
    care.mark_exit(connection, acme, "rude", on=ON, by="U2", at=NOW)
    assert marked.entry_id is not None
    with pytest.raises(RefusedError, match="changed that since"):
        care.undo(connection, acme, marked.entry_id, by="U1", at=NOW)


def test_what_is_no_change_of_this_customer_is_not_undone(connection: Connection, acme: int) -> None:
    with pytest.raises(RefusedError, match="cannot be undone"):
        care.undo(connection, acme, 999, by="U1", at=NOW)
    with pytest.raises(RefusedError, match="no longer in the database"):
        care.mark_difficult(connection, 999, is_difficult=True, by="U1", at=NOW)


def test_nobody_is_asked_to_be_a_reference_twice_within_a_year(connection: Connection, acme: int) -> None:
    care.ask_reference(connection, acme, None, on=ON, by="U1", at=NOW, receipt="view 1")
    care.ask_reference(connection, acme, None, on=ON, by="U1", at=NOW, receipt="view 1")
    care.answer_reference(connection, acme, is_referenceable=True, by="U1", at=NOW)
    now = care.get(connection, acme)
    assert (now.is_referenceable, now.reference_asked_on, now.may_be_asked_from_on) == (True, ON, dt.date(2027, 6, 4))
    with pytest.raises(RefusedError, match="ask again from 4 June 2027"):
        care.ask_reference(connection, acme, None, on=dt.date(2027, 6, 3), by="U2", at=NOW)
    asked = care.ask_reference(connection, acme, None, on=dt.date(2027, 6, 4), by="U2", at=NOW)
    assert asked.became.reference_asked_on == dt.date(2027, 6, 4)
    assert asked.entry_id is not None
    care.undo(connection, acme, asked.entry_id, by="U2", at=NOW)
    assert care.get(connection, acme).reference_asked_on == ON


def test_a_complaint_is_open_until_a_later_touch_settles_it(connection: Connection, acme: int) -> None:
    def logged(outcome: str, on: dt.date) -> None:
        touches.log(connection, NewTouch(acme, "call", on, "U1", NOW, outcome=outcome))  # type: ignore[arg-type]

    assert not care.has_complaint(connection, acme)
    logged("settled", ON - DAY)
    logged("complaint", ON)
    assert care.has_complaint(connection, acme)
    logged("settled", ON)
    assert not care.has_complaint(connection, acme)
