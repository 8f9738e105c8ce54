"""The headline of a card and the sum below it add up as they are drawn."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.wording import spell
from commands._clv_expected import percent
from commands._clv_headline import style_that_adds_up
from commands._reply import Money
from tests.commands.asking import ask, read
from tests.commands.test_clv_expected import learn, tell

SCALES = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000, "T": 1_000_000_000_000}


def drawn(amount: Decimal, style: str) -> Decimal:
    """What a reader takes the drawn amount for."""
    text = spell(Money(amount, "USD", style), "en_US").replace("$", "").replace(",", "")  # type: ignore[arg-type]
    return Decimal(text[:-1]) * SCALES[text[-1]] if text[-1] in SCALES else Decimal(text)


def unit(headline: str) -> Decimal:
    """The last place of a headline such as $57K or $1.15M."""
    digits, scale = headline.strip("-$KMBT"), SCALES.get(headline[-1], 1)
    return Decimal(scale).scaleb(-len(digits.partition(".")[2]))


AMOUNTS = st.decimals(Decimal(-10_000_000), Decimal(10_000_000), places=2, allow_nan=False)


@given(AMOUNTS, AMOUNTS)
@example(Decimal("38640.49"), Decimal("18684.20"))
@example(Decimal("4878.38"), Decimal("2608.31"))
@example(Decimal("2154.68"), Decimal("573.78"))
def test_two_parts_as_they_are_drawn_come_to_their_sum_as_it_is_drawn(one: Decimal, other: Decimal) -> None:
    style = style_that_adds_up(one, other)
    headline = spell(Money(one + other, "USD", "short"), "en_US")
    last_place = unit(headline)
    came_to = drawn(one, style) + drawn(other, style)
    # Of exactly half a thousand either way of rounding is right.
    assert abs(came_to - drawn(one + other, "short")) <= last_place / 2, (style, headline)


def test_parts_are_drawn_in_thousands_where_these_add_up() -> None:
    assert style_that_adds_up(Decimal(48_228), Decimal(30_846)) == "short"
    assert style_that_adds_up(Decimal(38_640), Decimal(18_684)) == "whole"
    assert style_that_adds_up(Decimal("4878.38"), Decimal("2608.31")) == "exact"


@pytest.mark.parametrize(
    ("residual_minor", "expected"),
    [(4_000_000, "$30K profit so far + $40K expected"), (2_750_400, "$29,990 profit so far + $27,504 expected")],
)
def test_the_card_and_the_brief_add_up(books: SimpleNamespace, residual_minor: int, expected: str) -> None:
    learn(books.db)
    tell(books.db, books.best, residual_value_minor=residual_minor)
    assert expected in read(ask(books.db, "/clv metropolitan"))
    assert expected.removesuffix(" expected") in read(ask(books.db, "/customer metropolitan"))


def test_a_loss_that_is_expected_is_taken_off_what_was_earned(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best, residual_value_minor=-500_000, profit_12_months_minor=-100_000, value_at_risk_minor=0)
    assert "$30K profit so far - $5,000 expected over 20 years" in read(ask(books.db, "/clv metropolitan"))
    assert "$30K profit so far, and a loss of $5,000 to come" in read(ask(books.db, "/customer metropolitan"))


@pytest.mark.parametrize("cents", [2, 0, -2])
def test_cents_that_are_left_of_a_customer_who_has_gone_are_no_loss_to_fear(books: SimpleNamespace, cents: int) -> None:
    learn(books.db)
    tell(books.db, books.best, residual_value_minor=cents, profit_12_months_minor=0, value_at_risk_minor=0)
    words = read(ask(books.db, "/clv metropolitan"))
    assert "No more profit is expected of them. The last 12 months earned $25,990. Ask what we did wrong." in words
    assert "A frown" not in words


@pytest.mark.parametrize(
    ("margin", "expected"),
    [("0.0401", "4 %"), ("0.0416", "4.2 %"), ("0.00024", "0.02 %"), ("-0.00009", "-0.01 %"), ("0", "0 %")],
)
def test_a_margin_that_is_something_is_not_drawn_as_nothing(margin: str, expected: str) -> None:
    assert spell(percent(Decimal(margin))) == expected
