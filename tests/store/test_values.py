"""The best customers of all, and of one rep: found the short way and the long way alike."""

import datetime as dt

import pytest

from store import values
from store.database import Database
from tests.ledger import Ledger, Line

RECENT = dt.date(2026, 3, 1)


@pytest.mark.parametrize("first_of_all", [1, 3, 4, 7, 100])
def test_the_best_of_a_rep_are_those_of_all_that_are_theirs_however_few_are_looked_through_first(
    db: Database, monkeypatch: pytest.MonkeyPatch, first_of_all: int
) -> None:
    books = Ledger(db)
    anna, ben = books.rep("Anna"), books.rep("Ben")
    # Two are worth as much as one another, and as a third one's; one is worth nothing that is known, one is in pounds.
    for name, owner, profit in (
        *(("Acme", anna, 900), ("Bolt", ben, 800), ("Cogs", ben, 700), ("Zinc", anna, 600), ("Dyes", anna, 600)),
        *(("Echo", None, 600), ("Figs", ben, 500), ("Glue", anna, 400), ("Hemp", anna, -1)),
    ):
        books.invoice(books.customer(name, owner=owner), RECENT, Line("1000", str(1000 - profit)))
    books.invoice(books.customer("Ivy", owner=anna), RECENT, Line("9000"), currency="GBP")
    books.done()
    monkeypatch.setattr(values, "_FIRST_OF_ALL", first_of_all)
    with db.reading() as connection:
        every = values.best(connection, "USD", 30)
        assert [one.name for one in every] == ["Acme", "Bolt", "Cogs", "Dyes", "Echo", "Zinc", "Figs", "Glue"]
        for rep in (anna, ben):
            theirs = [one for one in every if one.owner and one.owner.rep_id == rep]
            for count in range(1, 7):
                assert values.best(connection, "USD", count, rep) == theirs[:count]
