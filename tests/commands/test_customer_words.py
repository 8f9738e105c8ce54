"""What several cards of care say in one way: trends, made-up rows, anniversaries."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.wording import plain
from commands._customer_panels import trend
from store import contacts, tables
from store.assortment import Bought
from store.contacts import About
from tests.commands.asking import ask, read
from tests.ledger import NOW
from value.anniversaries import YearlyDay

TEA = Bought("Tea", Decimal(112), Decimal(100), Decimal(1), is_new=False)


@pytest.mark.parametrize(
    ("revenue", "said"),
    [
        ("112", " (+12 %)"),
        ("88", " (-12 %)"),
        ("300", " (+200 %)"),
        ("302", " (3× the year before)"),
        ("2300", " (23× the year before)"),
    ],
)
def test_what_is_more_than_three_times_as_much_is_not_said_in_percent(revenue: str, said: str) -> None:
    assert plain(trend(replace(TEA, revenue=Decimal(revenue)))) == said


def test_what_cannot_be_compared_has_no_trend() -> None:
    assert trend(replace(TEA, revenue_before=None)) == ()
    assert plain(trend(replace(TEA, revenue_before=None, is_new=True))) == " (new)"


@pytest.mark.parametrize(
    ("married", "said"),
    [
        (2025, "the 1st"),
        (2024, "the 2nd"),
        (2023, "the 3rd"),
        (2015, "the 11th"),
        (2013, "the 13th"),
        (2005, "the 21st"),
    ],
)
def test_which_anniversary_it_is(books: SimpleNamespace, married: int, said: str) -> None:
    anna = About("Anna", anniversary=YearlyDay(6, 12, married), anniversary_of="wedding")
    with books.db.writing() as connection:
        contacts.add(connection, books.best, anna, by="U1", at=NOW)
    shown = read(ask(books.db, "/melktert contact metropolitan"))
    assert f"wedding anniversary Jun 12, 2026 (in 8 days, {said})" in shown


def test_what_is_made_up_is_marked_once_where_all_of_it_is(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        for day in (date(2026, 5, 1), date(2026, 5, 2)):
            made = {"kind": "call", "happened_on": day, "author": "demo", "logged_at": NOW, "is_invented": True}
            connection.execute(tables.touches.insert().values(customer_id=books.best, **made))
    once = read(ask(books.db, "/customer metropolitan"))
    assert once.count("invented for the demo") == 1
    with books.db.writing() as connection:
        contacts.add(connection, books.best, About("Anna"), by="U1", at=NOW)
    each = read(ask(books.db, "/customer metropolitan"))
    assert each.count("(invented for the demo)") == 2
    assert "touches, people and promises here are invented" not in each
