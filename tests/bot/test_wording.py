"""Values as a person reads them."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import plain, spell, spell_day, spell_fact
from commands._reply import Code, Count, Date, Fact, Mention, Money, Ratio, Strong, Text, Unknown, Value


def usd(amount: str, style: Any = "whole") -> Money:
    return Money(Decimal(amount), "USD", style)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (usd("3049220.17", "short"), "$3.05M"),
        (usd("131200", "short"), "$131K"),
        (usd("9999", "short"), "$9,999"),
        (usd("999499.99", "short"), "$999K"),
        (usd("999690.07", "short"), "$1M"),
        (usd("-999690.07", "short"), "-$1M"),
        (usd("999994999", "short"), "$999.99M"),
        (usd("999995000.01", "short"), "$1B"),
        (usd("999999999999999.99", "short"), "more than $999T"),
        (usd("999000000000000", "short"), "$999T"),
        (usd("1e15", "short"), "more than $999T"),
        (usd("-1e24", "short"), "less than -$999T"),
        (usd("0.0099"), "less than $0.01"),
        (usd("1e-9", "short"), "less than $0.01"),
        (usd("0.01", "exact"), "$0.01"),
        (usd("0", "exact"), "$0.00"),
        (usd("-0.004", "exact"), "more than -$0.01"),
        (Money(Decimal("0.4"), "JPY"), "less than ¥1"),
        (usd("1284300.50"), "$1,284,301"),
        (usd("-1284300.50"), "-$1,284,301"),
        (usd("219.99"), "$219.99"),
        (usd("-219.99"), "-$219.99"),
        (usd("27.5", "exact"), "$27.50"),
        (usd("482282.01", "exact"), "$482,282.01"),
        (Money(Decimal(1234), "JPY", "exact"), "¥1,234"),
        (Money(Decimal("1.234"), "KWD", "exact"), "KWD1.234"),
        (Count(1, "unit"), "1 unit"),
        (Count(2113, "unit"), "2,113 units"),
        (Count(0, "invoice"), "0 invoices"),
        (Count(2, "company", "companies"), "2 companies"),
        (Count(Decimal("1.5"), "hour"), "1.5 hours"),
        (Count(20), "20"),
        (Ratio(Decimal("0.05")), "5 %"),
        (Ratio(Decimal("0.1234")), "12.34 %"),
        (Ratio(Decimal(41), "times"), "41×"),
        (Ratio(Decimal("7.3"), "times"), "7.3×"),
        (Date(dt.date(2026, 5, 4)), "May 4, 2026"),
        (Text("Acme"), "Acme"),
        (Unknown("no cost is known"), "not known: no cost is known"),
    ],
)
def test_a_value_reads_as(value: Value, words: str) -> None:
    assert spell(value) == words


@pytest.mark.parametrize(
    "locale",
    ["en_US", "en_ZA", "en_IN", "de_DE", "de_CH", "fr_FR", "nl_NL", "ja_JP", "ar_EG", "fa_IR", "he_IL", "bg_BG"],
)
@pytest.mark.parametrize("currency", ["USD", "EUR", "ZAR", "CHF", "JPY", "KWD", "XXX"])
def test_an_amount_is_written_as_babel_writes_it(locale: str, currency: str) -> None:
    for amount in map(Decimal, ("0", "25", "-1234567.891", "999.995", "12345678901")):
        assert spell(Money(amount, currency, "exact"), locale) == format_currency(amount, currency, locale=locale)


SHORT = re.compile(r"-?\$([1-9]\d{0,2})(\.\d{1,2})?([KMBT])")
UNITS = {"K": 3, "M": 6, "B": 9, "T": 12}


@given(st.decimals(Decimal(10_000), Decimal("999994999999999"), places=2), st.booleans())
def test_a_short_amount_has_three_digits_before_its_unit_and_is_the_amount(amount: Decimal, is_loss: bool) -> None:
    words = spell(Money(-amount if is_loss else amount, "USD", "short"))
    found = SHORT.fullmatch(words)
    assert found, words
    whole, part, unit = found.groups()
    shown = Decimal(whole + (part or "")).scaleb(UNITS[unit])
    assert abs(shown - amount) <= Decimal("0.5").scaleb(UNITS[unit] - (0 if amount < 999_500 else 2))
    assert words.startswith("-") == is_loss


def test_nothing_has_no_sign_whatever_was_spelled_before() -> None:
    unspelled = "en_BW"  # in no other test, so that nothing of it is kept yet
    for nothing in (Decimal("-0.00"), Decimal(0)):
        assert spell(Money(nothing, "USD", "exact"), unspelled) == "US$0.00"
        assert spell(Ratio(nothing), unspelled) == "0 %"
        assert spell(Count(nothing), unspelled) == "0"


def test_a_locale_writes_in_its_own_way() -> None:
    assert spell(usd("1284300"), "de_DE") == "1.284.300\xa0$"
    assert spell(Date(dt.date(2026, 5, 4)), "en_GB") == "4 May 2026"
    assert spell_day(dt.date(2026, 5, 4), "de_DE") == "4 Mai 2026"


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Fact("revenue", "revenue", usd("1284300")), "$1,284,300 revenue"),
        (Fact("units", "", Count(2113, "unit")), "2,113 units"),
        (Fact("hour", "", usd("70", "exact"), per="working hour"), "$70.00 a working hour"),
        (Fact("k", "profit", usd("1200"), usd("1000"), usd("1500")), "$1,200 profit (likely $1,000 to $1,500)"),
        (Fact("k", "profit", usd("1200"), basis="at an assumed margin"), "$1,200 profit, at an assumed margin"),
        (Fact("k", "profit", Unknown("no cost is known")), "profit not known: no cost is known"),
    ],
)
def test_a_figure_reads_as(fact: Fact, words: str) -> None:
    assert spell_fact(fact) == words


def test_a_sentence_reads_without_any_markup() -> None:
    sentence = (
        "*",
        Strong("Owner"),
        " ",
        Mention("Thandi Nkosi", "U1"),
        " has ",
        Strong(usd("1200")),
        " ",
        Code("/clv"),
    )
    assert plain(sentence) == "*Owner Thandi Nkosi has $1,200 /clv"


def test_a_small_multiple_is_no_zero() -> None:
    assert spell(Ratio(Decimal("0.04"), "times")) == "less than 0.1×"
    assert spell(Ratio(Decimal("0.1"), "times")) == "0.1×"
    assert spell(Ratio(Decimal(0), "times")) == "0×"
