"""Values as a person reads them, in their locale: what every drawing of a Reply shares."""

import datetime as dt
import functools
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    NumberPattern,
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    parse_pattern,
)

from commands._reply import (
    Code,
    Count,
    Date,
    Fact,
    Inline,
    Mention,
    Money,
    Ratio,
    Sentence,
    Strong,
    Text,
    Unknown,
    Value,
)

# Below this a whole amount is drawn with its minor units, since rounding would be a visible part of it.
WHOLE_FROM = Decimal(1_000)
# A small return is no zero.
TIMES_LEAST = Decimal("0.1")
SHORT_FROM = Decimal(10_000)


@functools.lru_cache
def _known(locale: str) -> Locale:
    """babel reads the name of a locale anew in each of its functions, several times."""
    return Locale.parse(locale)


@functools.lru_cache
def _whole(locale: str) -> NumberPattern:
    """How an amount without minor units is written."""
    return parse_pattern(_known(locale).currency_formats["standard"].pattern.replace("0.00", "0"))


def spell(value: Value, locale: str = "en_US") -> str:  # noqa: PLR0911 - one return for each kind of value
    """The value in words and digits, without any markup."""
    match value:
        case Money():
            return _money(value, locale)
        case Count(number, noun, plural):
            digits = format_decimal(number, locale=_known(locale))
            if not noun:
                return digits
            return f"{digits} {noun if abs(number) == 1 else plural or noun + 's'}"
        case Ratio(number, "times") if 0 < number < TIMES_LEAST:
            return "less than " + spell(Ratio(TIMES_LEAST, "times"), locale)
        case Ratio(number, "times"):
            return (
                format_decimal(number, format="#,##0" if abs(number) >= 10 else "#,##0.#", locale=_known(locale)) + "×"
            )
        case Ratio(number):
            return format_percent(number, format="#,##0.## %", locale=_known(locale))
        case Date(day):
            return spell_day(day, locale)
        case Text(text):
            return text
        case Unknown(reason):
            return f"not known: {reason}"


def spell_day(day: dt.date, locale: str = "en_US") -> str:
    """A day with its year, such as 4 May 2026; in the United States May 4, 2026."""
    pattern = "MMM d, y" if locale == "en_US" else "d MMM y"
    return format_date(day, format=pattern, locale=_known(locale))


def _money(money: Money, locale: str) -> str:
    amount, currency = money.amount, money.currency
    if money.style == "short" and abs(amount) >= SHORT_FROM:
        digits = 0 if abs(amount) < 1_000_000 else 2
        return format_compact_currency(amount, currency, locale=_known(locale), fraction_digits=digits)
    if money.style == "exact" or (abs(amount) < WHOLE_FROM and amount != amount.to_integral_value()):
        return format_currency(amount, currency, locale=_known(locale))
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return format_currency(whole, currency, format=_whole(locale), locale=_known(locale), currency_digits=False)


def spell_fact(fact: Fact, locale: str = "en_US") -> str:
    """A figure with its label, interval and basis, as one line of a card: $1,284,300 revenue."""
    if isinstance(fact.value, Unknown):
        return f"{fact.label} not known: {fact.value.reason}"
    words = spell(fact.value, locale)
    if fact.per:
        words += f" a {fact.per}"
    if fact.label:
        words += f" {fact.label}"
    if fact.low is not None and fact.high is not None:
        words += f" (80 %: {spell(fact.low, locale)} to {spell(fact.high, locale)})"
    if fact.basis:
        words += f", {fact.basis}"
    return words


def plain(sentence: Sentence, locale: str = "en_US") -> str:
    """A sentence without any markup, for a notification, a screen reader or a file."""
    return "".join(_plain_part(part, locale) for part in sentence)


def _plain_part(part: Inline, locale: str) -> str:
    match part:
        case str():
            return part
        case Strong(inner):
            return inner if isinstance(inner, str) else spell(inner, locale)
        case Code(text):
            return text
        case Mention(name):
            return name
        case _:
            return spell(part, locale)
