"""Values as a person reads them, in their locale: what every drawing of a Reply shares."""

import copy
import datetime as dt
import functools
from decimal import ROUND_HALF_UP, Context, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import (
    NumberPattern,
    format_compact_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
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
# Beyond a thousand trillions no language has a short word, and nobody a picture: $1000T, $1000000T.
SHORT_MOST, BEYOND_SHORT = Decimal(999 * 10**12), Decimal(10**15)
# For amounts of any length: a Decimal of more digits than the context has cannot be rounded.
_WIDE = Context(prec=60)
_ZERO = Decimal(0)  # also for −0, which is equal to it: what is kept of one may be given for the other


_TIMES, _MANY_TIMES = parse_pattern("#,##0.#"), parse_pattern("#,##0")
_PERCENT = parse_pattern("#,##0.## %")

# A card says the same figure, day or share three times or more, and babel takes 5 to 30 µs for each.
_SPELLINGS = 4_096


def spell(value: Value, locale: str = "en_US") -> str:  # noqa: PLR0911 - one return for each kind of value
    """The value in words and digits, without any markup."""
    match value:
        case Money(amount, currency, style):
            return _money(amount or _ZERO, currency, style, locale)
        case Count(number, noun, plural):
            digits = _count(number or 0, locale)
            if not noun:
                return digits
            return f"{digits} {noun if abs(number) == 1 else plural or noun + 's'}"
        case Ratio(number, "times") if 0 < number < TIMES_LEAST:
            return "less than " + spell(Ratio(TIMES_LEAST, "times"), locale)
        case Ratio(number, style):
            return _ratio(number or _ZERO, style, locale)
        case Date(day):
            return spell_day(day, locale)
        case Text(text):
            return text
        case Unknown(reason):
            return f"not known: {reason}"


@functools.lru_cache(_SPELLINGS)
def spell_day(day: dt.date, locale: str = "en_US") -> str:
    """A day with its year, such as 4 May 2026; in the United States May 4, 2026."""
    pattern = "MMM d, y" if locale == "en_US" else "d MMM y"
    return format_date(day, format=pattern, locale=_known(locale))


@functools.lru_cache(_SPELLINGS)
def _money(amount: Decimal, currency: str, style: str, locale: str) -> str:
    least = Decimal(1).scaleb(-get_currency_precision(currency))
    if 0 < abs(amount) < least:
        bound = _written(least.copy_sign(amount), _exact(currency, locale), locale)
        return f"less than {bound}" if amount > 0 else f"more than {bound}"
    if style == "short":
        amount = _without_a_thousand(amount)
    if style == "short" and abs(amount) >= BEYOND_SHORT:
        bound = format_compact_currency(SHORT_MOST.copy_sign(amount), currency, locale=_known(locale))
        return f"more than {bound}" if amount > 0 else f"less than {bound}"
    if style == "short" and abs(amount) >= SHORT_FROM:
        digits = 0 if abs(amount) < 1_000_000 else 2
        return format_compact_currency(amount, currency, locale=_known(locale), fraction_digits=digits)
    if style == "exact" or (abs(amount) < WHOLE_FROM and amount != amount.to_integral_value()):
        return _written(amount, _exact(currency, locale), locale)
    return _written(amount.quantize(Decimal(1), ROUND_HALF_UP), _whole(currency, locale), locale)


def _without_a_thousand(amount: Decimal) -> Decimal:
    """The amount as it is; where what is shown of it is rounded up to a thousand of its unit, one of the next unit:
    999,690 is $1M, and not $1000K.
    """
    if abs(amount) < SHORT_FROM:
        return amount
    digits = amount.adjusted()
    unit = digits - digits % 3
    rounded = amount.quantize(Decimal(1).scaleb(unit if unit < 6 else unit - 2), context=_WIDE)
    return rounded if rounded.adjusted() == unit + 3 else amount


@functools.lru_cache(_SPELLINGS)
def _count(number: int | Decimal, locale: str) -> str:
    return format_decimal(number, locale=_known(locale))


@functools.lru_cache(_SPELLINGS)
def _ratio(number: Decimal, style: str, locale: str) -> str:
    if style == "times":
        return format_decimal(number, _MANY_TIMES if abs(number) >= 10 else _TIMES, _known(locale)) + "×"
    return format_percent(number, _PERCENT, _known(locale))


# --- what babel looks up, looked up once -----------------------------------------------------------------------------


@functools.lru_cache
def _known(locale: str) -> Locale:
    """babel reads the name of a locale anew in each of its functions, several times."""
    return Locale.parse(locale)


@functools.lru_cache
def _exact(currency: str, locale: str) -> NumberPattern:
    """How an amount with its minor units is written."""
    pattern = _with_symbol(_known(locale).currency_formats["standard"], currency, locale)
    pattern.frac_prec = (get_currency_precision(currency),) * 2
    return pattern


@functools.lru_cache
def _whole(currency: str, locale: str) -> NumberPattern:
    """How an amount without minor units is written."""
    pattern = _known(locale).currency_formats["standard"].pattern
    return _with_symbol(parse_pattern(pattern.replace("0.00", "0")), currency, locale)


def _with_symbol(pattern: NumberPattern, currency: str, locale: str) -> NumberPattern:
    """The pattern with the currency's symbol for ¤.

    Where babel finds ¤ it looks up the currency's name too, in the plural that the amount asks for, whether the pattern
    has a name or not: 11 µs for each amount, where 5 are enough.
    """
    symbol = get_currency_symbol(currency, _known(locale))
    found = copy.copy(pattern)
    found.prefix = (found.prefix[0].replace("¤", symbol), found.prefix[1].replace("¤", symbol))
    found.suffix = (found.suffix[0].replace("¤", symbol), found.suffix[1].replace("¤", symbol))
    return found


def _written(amount: Decimal, pattern: NumberPattern, locale: str) -> str:
    written: str = pattern.apply(amount, _known(locale))
    return written


# --- sentences -------------------------------------------------------------------------------------------------------


def spell_fact(fact: Fact, locale: str = "en_US") -> str:
    """A figure with its label, interval, basis and what it was before, as one line of a card: $1,284,300 revenue."""
    if isinstance(fact.value, Unknown):
        return f"{fact.label} not known: {fact.value.reason}"
    words = spell(fact.value, locale)
    if fact.per:
        words += f" a {fact.per}"
    if fact.label:
        words += f" {fact.label}"
    if fact.low is not None and fact.high is not None:
        words += f" (likely {spell(fact.low, locale)} to {spell(fact.high, locale)})"
    if fact.basis:
        words += f", {fact.basis}"
    if fact.before is not None:
        words += f", was {spell(fact.before, locale)}"
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
