"""What a rep types after /clv on a phone: questions, marks at the end, views in any place, money as people say it."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from commands._amount import amount
from commands._reply import Invalid, Item, Money
from commands.clv import Asked, readings
from store.database import Database
from tests.commands.asking import ask, facts, read
from tests.commands.conftest import RECENT
from tests.ledger import Ledger, Line

CARD = "/clv metropolitan"


@pytest.mark.parametrize(
    "line",
    [
        "/clv metropolitan?",
        "/clv what is metropolitan worth?",
        "/clv What's Metropolitan Bicycle Supply worth to us?",
        "/clv what’s metropolitan worth",
        "/clv how much is metropolitan worth",
        "/clv show me metropolitan",
        '/clv "metropolitan"?',
    ],
)
def test_a_question_is_answered_as_the_name_in_it_is(books: SimpleNamespace, line: str) -> None:
    assert read(ask(books.db, line)) == read(ask(books.db, CARD))


def test_a_customer_whose_name_is_like_a_question_is_found_by_it(db: Database) -> None:
    ledger = Ledger(db)
    for name in ("What Is Route Worth", "Route", "Yahoo!"):
        ledger.invoice(ledger.customer(name), RECENT, Line("1000", "400"))
    ledger.done()
    for name in ("What Is Route Worth", "Route", "Yahoo!"):
        assert read(ask(db, f"/clv {name}")).startswith(name)


@pytest.mark.parametrize("end", ["?", ".", "!", "…", " ?", "?!"])
def test_marks_at_the_end_belong_to_neither_the_deal_nor_the_view(books: SimpleNamespace, end: str) -> None:
    for asked in ("15000", "15k", "why", "chart"):
        assert read(ask(books.db, f"{CARD} {asked}{end}")) == read(ask(books.db, f"{CARD} {asked}"))
        assert read(ask(books.db, f'/clv "metropolitan" {asked}{end}')) == read(ask(books.db, f"{CARD} {asked}"))


@pytest.mark.parametrize("mark", [",", ":", " ,"])
def test_a_mark_behind_a_name_in_quotes_belongs_to_neither_the_deal_nor_the_view(
    books: SimpleNamespace, mark: str
) -> None:
    for asked in ("15000", "why"):
        assert read(ask(books.db, f'/clv "metropolitan"{mark} {asked}')) == read(ask(books.db, f"{CARD} {asked}"))


@pytest.mark.parametrize("view", ["why", "chart"])
def test_the_view_may_stand_first(books: SimpleNamespace, view: str) -> None:
    assert read(ask(books.db, f"/clv {view} metropolitan")) == read(ask(books.db, f"{CARD} {view}"))
    assert read(ask(books.db, f"/clv {view} metropolitan 15000")) == read(ask(books.db, f"{CARD} 15000 {view}"))
    assert read(ask(books.db, f'/clv "metropolitan" {view} 15000')) == read(ask(books.db, f"{CARD} 15000 {view}"))


@pytest.mark.parametrize(
    "line",
    [
        "/clv metropolitan why chart",
        "/clv metropolitan 15000 why chart",
        "/clv metropolitan why 15000 chart?",
        "/clv why metropolitan chart",
        "/clv why chart metropolitan",
        '/clv "metropolitan" why chart',
        '/clv "metropolitan" chart 15000 why',
    ],
)
def test_two_views_at_once_are_refused_with_what_to_type_however_they_are_mixed(
    books: SimpleNamespace, line: str
) -> None:
    with pytest.raises(Invalid, match=r"One view at a time: /clv .*etropolitan.* why, or /clv .*etropolitan.* chart\."):
        ask(books.db, line)


def test_an_amount_that_could_mean_two_things_is_named_without_the_mark_behind_it(books: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match=r"“15\.000” is not an amount that means one thing"):
        ask(books.db, f"{CARD} 15.000?")


def test_a_deal_in_a_question_about_a_misspelt_name_is_kept_by_its_button(books: SimpleNamespace) -> None:
    (item,) = (part for part in ask(books.db, "/clv metropolitn 20k?").parts if isinstance(part, Item))
    assert item.actions[0].values["deal"] == "20000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R15000", (Decimal(15_000), "R")),
        ("r15k", (Decimal(15_000), "R")),
        ("R 15 000", (Decimal(15_000), "R")),
        ("US$15,000", (Decimal(15_000), "US$")),
        ("R$5", (Decimal(5), "R$")),
        ("x$5", None),
        ("K5", None),
        ("1.5 million", (Decimal(1_500_000), "")),
        ("2 mio", (Decimal(2_000_000), "")),
        ("EUR 15 thousand", (Decimal(15_000), "EUR")),
        ("1.500 million", None),
        ("15 men", None),
    ],
)
def test_an_amount_is_read_as_people_say_it(text: str, expected: tuple[Decimal, str] | None) -> None:
    assert amount(text) == expected


def test_a_deal_in_rand_stands_beside_a_lifetime_in_rand(db: Database, books: SimpleNamespace) -> None:
    ledger = Ledger(db, title="Cape books")
    ledger.invoice(ledger.customer("Cape Tarts"), RECENT, Line("1000", "400"), currency="ZAR")
    ledger.done()
    assert facts(ask(db, "/clv cape tarts R15000"))["deal"].value == Money(Decimal(15_000), "ZAR")
    with pytest.raises(Invalid, match="in USD; write the deal in USD"):
        ask(books.db, "/clv metropolitan R15000")


def test_the_words_as_they_were_typed_are_a_name_before_anything_else() -> None:
    assert readings("why not?")[0] == Asked("why not?")
    assert readings("what is up?")[0] == Asked("what is up?")


@pytest.mark.parametrize("typed", ["help", "HELP", "?", "--help"])
def test_help_is_how_to_ask_and_not_a_customer_whose_name_begins_so(db: Database, typed: str) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("Helpful Sales"), RECENT, Line("1000", "400"))
    ledger.done()
    with pytest.raises(Invalid, match="Type a customer's name, and perhaps a deal, why or chart behind it"):
        ask(db, f"/clv {typed}")
    ledger.invoice(ledger.customer("Help"), RECENT, Line("1000", "400"))
    ledger.done()
    if typed.casefold() == "help":
        assert read(ask(db, f"/clv {typed}")).startswith("Help  ·")
