"""Reps with invented names, for a ledger that knows them by number only."""

import pytest
import sqlalchemy as sa

from store.database import Database
from store.reps import invent_names
from store.tables import reps
from tests.ledger import Ledger


def named(db: Database) -> list[tuple[str, bool]]:
    with db.reading() as connection:
        rows = connection.execute(sa.select(reps.c.name, reps.c.is_invented).order_by(reps.c.id))
        return [(row.name, row.is_invented) for row in rows]


def test_every_rep_gets_a_name_of_its_own_and_is_marked(db: Database) -> None:
    ledger = Ledger(db)
    for number in ("281", "282"):
        ledger.rep(number)
    with db.writing() as connection:
        assert invent_names(connection, ["Thandi", "Pieter", "Anna"]) == 2
    assert named(db) == [("Thandi", True), ("Pieter", True)]


def test_too_few_names_change_nothing(db: Database) -> None:
    ledger = Ledger(db)
    for number in ("281", "282"):
        ledger.rep(number)
    with pytest.raises(ValueError, match="2 reps, and there are only 1"), db.writing() as connection:
        invent_names(connection, ["Thandi"])
    assert named(db) == [("281", False), ("282", False)]
