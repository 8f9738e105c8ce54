"""The entries of who changed what, and the receipts that make a request that comes twice one change."""

import threading

import pytest
import sqlalchemy as sa

from store import audit, receipts, tables
from store.database import Database
from tests.ledger import NOW


def record(db: Database, receipt: str | None, details: dict[str, str]) -> bool:
    with db.writing() as connection:
        return audit.record(
            connection, NOW, "U1", "rep.link", "rep 7", details=details, reason="asked for", receipt=receipt
        )


def test_an_entry_says_who_when_what_and_why(db: Database) -> None:
    assert record(db, None, {"was": "a", "became": "b"})
    with db.reading() as connection:
        row = connection.execute(sa.select(tables.audit_entries)).one()
    assert (row.at, row.by, row.action, row.subject, row.reason) == (NOW, "U1", "rep.link", "rep 7", "asked for")
    assert row.details == {"was": "a", "became": "b"}


def test_a_receipt_counts_once_and_tells_what_was_done(db: Database) -> None:
    assert record(db, "V1", {"became": "first"})
    assert not record(db, "V1", {"became": "second"})
    assert record(db, None, {})
    assert record(db, None, {})
    with db.reading() as connection:
        assert audit.done(connection, "V1", "rep.link") == {"became": "first"}
        assert audit.done(connection, "V2", "rep.link") is None
        assert audit.done(connection, None, "rep.link") is None


def test_a_receipt_of_a_change_of_another_kind_is_refused(db: Database) -> None:
    assert record(db, "V1", {"became": "first"})
    with db.reading() as connection, pytest.raises(audit.RefusedError, match="open it anew"):
        audit.done(connection, "V1", "rep.leave")


def test_a_receipt_of_a_change_that_failed_may_come_again(db: Database) -> None:
    def record_and_fail() -> None:
        with db.writing() as connection:
            audit.record(connection, NOW, "U1", "rep.link", "rep 7", details={}, receipt="V1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record_and_fail()
    assert record(db, "V1", {})


def test_of_many_who_claim_one_key_at_once_one_gets_it(db: Database) -> None:
    got: list[bool] = []
    start = threading.Barrier(4)

    def claim() -> None:
        start.wait()
        with db.writing() as connection:
            got.append(receipts.claim(connection, "Ev1", NOW))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_old_keys_are_forgotten_and_may_be_claimed_again(db: Database) -> None:
    with db.writing() as connection:
        assert receipts.claim(connection, "Ev1", NOW)
        assert receipts.claim(connection, "Ev2", NOW.replace(year=2027))
        assert receipts.forget(connection, NOW.replace(day=2)) == 1
        assert receipts.claim(connection, "Ev1", NOW)
        assert not receipts.claim(connection, "Ev2", NOW)
