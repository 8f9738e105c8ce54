"""/clv NAME chart: the quarters of a customer, in words for whoever cannot see the picture."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from bot.wording import plain
from commands import _clv_chart
from commands._reply import Bar, Place
from store import quarters
from store.database import Database
from store.quarters import Quarter, Quarters
from tests.commands.asking import ask, read
from tests.ledger import END, Ledger, Line


def test_quarters_of_13_weeks_are_counted_back_from_the_observation_end(db: Database) -> None:
    books = Ledger(db, start=date(2024, 12, 2))
    acme, other = books.customer("Acme"), books.customer("Other")
    books.invoice(acme, END, Line("100", "50"))
    books.invoice(acme, date(2026, 3, 2), Line("40", "20"))  # the first day of the last 91
    books.invoice(acme, date(2026, 3, 1), Line("7", "5"))
    books.invoice(acme, date(2026, 3, 1), Line("-2", "-1"), kind="credit")
    books.invoice(other, END, Line("1000", "50"))
    books.done()
    with db.reading() as connection:
        found = quarters.of(connection, acme, "USD", (date(2024, 12, 2), END))
    assert [round(one.revenue, 2) for one in found.past] == [0, 0, 0, 0, 5, 140]
    assert [one.end_on.isoformat() for one in found.past[-2:]] == ["2026-03-01", "2026-05-31"]
    assert found.ahead == ()


def test_the_picture_says_the_same_as_the_words(books: SimpleNamespace) -> None:
    reply = ask(books.db, "/clv metropolitan chart")
    words = read(reply)
    assert words.startswith("Metropolitan Bicycle Supply  ·  revenue by quarter\n")
    assert "The last 4 quarters of 13 weeks: $259,900 in all, the best of 9 was $259,900." in words
    assert "What is ahead no model can tell yet." in words
    assert reply.chart is not None
    assert reply.chart.past[-2] == Bar(date(2026, 3, 1), Decimal(259_900))
    assert reply.chart.of == "Metropolitan Bicycle Supply"
    assert reply.chart.name == "metropolitan-bicycle-supply.png"
    assert reply.chart.alt == "Metropolitan Bicycle Supply, revenue by quarter, as bars"


def test_it_says_where_the_picture_is(books: SimpleNamespace) -> None:
    assert "The picture is in a file of its own:" in read(ask(books.db, "/clv metropolitan chart"))
    in_a_channel = ask(books.db, "/clv metropolitan chart", place=Place("channel", "C1"))
    assert "The picture comes to you as a direct message from Melktert" in read(in_a_channel)


def test_a_customer_without_money_or_without_a_purchase_has_no_chart(books: SimpleNamespace) -> None:
    reply = ask(books.db, "/clv never bought chart")
    assert reply.chart is None
    assert "There is no chart: nothing has been bought in the period covered." in read(reply)


def test_where_nothing_is_expected_it_is_said_once() -> None:
    nothing = Quarters((Quarter(END, 70.0),), tuple(Quarter(END, 0.1, 0.0, 0.2) for _ in range(4)))
    assert plain(_clv_chart._in_words(nothing, "USD")) == (
        "The last 13 weeks: $70 in all, the best of 1 was $70. Of the next 4 no revenue is expected."
    )
