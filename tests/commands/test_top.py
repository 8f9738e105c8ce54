"""/top: the best customers, with what they come to together."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from commands._reply import Action, Count, Invalid, Item, Money
from store import care
from store.database import Database
from tests.commands.asking import ask, facts, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line


def titles(db: Database, line: str) -> list[str]:
    from bot.wording import plain

    return [plain(part.title) for part in ask(db, line).parts if isinstance(part, Item)]


def test_the_customers_stand_by_projected_value(books: SimpleNamespace) -> None:
    assert titles(books.db, "/top") == ["1  Metropolitan Bicycle Supply", "2  Route 66", "3  Turned Around"]


def test_customers_without_a_profit_to_project_are_not_ranked(books: SimpleNamespace) -> None:
    assert not {"Losing Ltd", "Lapsed Cycles", "Uncosted"} & set(titles(books.db, "/top 30"))


def let_go(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        care.mark_exit(connection, books.best, "They shout at our people.", on=NOW.date(), by="U1", at=NOW)


def test_whom_a_manager_has_let_go_is_nobodys_best_and_is_counted_as_left_out(books: SimpleNamespace) -> None:
    let_go(books)
    assert titles(books.db, "/top") == ["1  Route 66", "2  Turned Around"]
    words = read(ask(books.db, "/top"))
    assert "100 % of all projected value, which is $27K from 2 customers  ·  1 exit left out" in words
    home = read(ask(books.db, "/melktert home"))
    assert "Metropolitan" not in home
    assert "/clv Route 66" in home


def test_where_only_exits_are_worth_something_nobody_is_ranked(books: SimpleNamespace) -> None:
    for customer in (books.best, books.second, books.turned):
        with books.db.writing() as connection:
            care.mark_exit(connection, customer, "They shout at our people.", on=NOW.date(), by="U1", at=NOW)
    assert "Nobody to rank" in read(ask(books.db, "/top"))


def test_the_sum_is_that_of_the_customers_shown(books: SimpleNamespace) -> None:
    reply = ask(books.db, "/top 2")
    shown = [fact.value for part in reply.parts if isinstance(part, Item) for fact in part.facts[:1]]
    assert len(shown) == 2
    total = sum((value.amount for value in shown if isinstance(value, Money)), Decimal(0))
    assert facts(reply)["projected_value_total"].value == Money(total, "USD")
    assert facts(reply)["customers"].value == Count(2, "customer")
    assert "of all projected value, which is $1.17M from 3 customers" in read(reply)


def test_each_has_what_an_hour_and_a_visit_are_worth(books: SimpleNamespace) -> None:
    assert "$1,145,318 present value\n$27.53 a working hour\n46× visit return" in read(ask(books.db, "/top 1"))


def test_the_assumptions_stand_beside_the_figures(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/top"))
    assert "over 20 years: the profit of the last 12 months, 5 % growth, 5 % better margin, 3 % discount" in words
    assert "a visit is taken to cost $142" in words


def test_each_opens_its_card(books: SimpleNamespace) -> None:
    first = next(part for part in ask(books.db, "/top").parts if isinstance(part, Item))
    assert dict(first.actions[0].values) == {"customer": str(books.best)}


def test_a_list_goes_on_where_a_page_ended(books: SimpleNamespace) -> None:
    whole, rest = ask(books.db, "/top 3"), ask(books.db, "/top", values={"count": "3", "after": "1"})
    assert [part for part in rest.parts if isinstance(part, Item)] == [
        part for part in whole.parts if isinstance(part, Item)
    ][1:]
    assert read(rest).splitlines()[:2] == read(whole).splitlines()[:2]
    assert whole.again == Action("top", "", {"count": "3"})
    assert rest.again == Action("top", "", {"count": "3", "after": "1"})


@pytest.mark.parametrize("after", ["3", "-1", "x", "99999", "１"])
def test_a_page_that_is_not_there_is_refused(books: SimpleNamespace, after: str) -> None:
    with pytest.raises(Invalid, match="not there; ask /top again"):
        ask(books.db, "/top", values={"count": "3", "after": after})


@pytest.mark.parametrize("count", ["0", "31", "-1", "ten", "1.5", "99999999999", "１"])
def test_a_number_that_cannot_be_shown_is_refused_with_the_range(books: SimpleNamespace, count: str) -> None:
    with pytest.raises(Invalid, match="from 1 to 30"):
        ask(books.db, f"/top {count}")


def test_currencies_without_a_common_one_are_not_ranked_together(db: Database) -> None:
    ledger = Ledger(db)
    for name, currency in (("A", "USD"), ("B", "USD"), ("C", "EUR")):
        ledger.invoice(ledger.customer(name), RECENT, Line("100", "60"), currency=currency)
    ledger.done()
    assert len(titles(db, "/top")) == 2
    assert "1 customer with figures in EUR cannot be ranked with these" in read(ask(db, "/top"))


def test_old_data_is_said_to_be_old_on_every_page(books: SimpleNamespace) -> None:
    old = "Old data: it ends 36 days before today."
    assert "Old data" not in read(ask(books.db, "/top", today=date(2026, 7, 5)))
    for values in ({}, {"count": "3", "after": "1"}):
        assert old in read(ask(books.db, "/top", today=date(2026, 7, 6), values=values))


def test_less_than_a_year_of_data_is_the_reason_why_nobody_is_ranked(db: Database) -> None:
    ledger = Ledger(db, start=date(2026, 1, 1))
    ledger.invoice(ledger.customer("Acme"), RECENT, Line("1000", "100"))
    ledger.done()
    why = "The data covers less than 12 months, Jan 1, 2026 to May 31, 2026, so nothing is projected from it yet."
    assert why in read(ask(db, "/top"))
    assert why in read(ask(db, "/home", origin="home"))


def test_where_nobody_earns_it_says_so(db: Database) -> None:
    assert "No ledger has been imported yet" in read(ask(db, "/top"))
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("A"), RECENT, Line("100", "160"))
    ledger.done()
    assert "No customer earned a profit in the 12 months to May 31, 2026" in read(ask(db, "/top"))
