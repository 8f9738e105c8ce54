"""Reading an amount as a rep types it: 15000, 15,000, $15k, R15k, 1.5M, 2 million, USD 20 000."""

import re
import unicodedata
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_symbol, list_currencies

from store.money import is_currency

_AMOUNT = re.compile(
    r"""(?P<before>[A-Za-z]{3}\s*|[A-Za-z]{0,2}[^\w\s.,+-]\s*|[Rr]\s?)?  # USD, $, US$ or the R of a rand
        (?P<digits>\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+|\d{1,15})  # 15,000 or 15000
        (?P<decimals>\.(?!\d{3}(?!\d|[kKmM]))\d{1,6})?
        \s?(?P<scale>[kKmM]|(?i:thousand|million|mio|mn))?
        (?P<after>\s*[A-Za-z]{3}|\s*[^\w\s.,+-])?               # EUR or €, as much of the world writes it""",
    re.VERBOSE | re.ASCII,
)
_SCALES = {"": 1, "k": 1_000, "thousand": 1_000, **dict.fromkeys(("m", "mn", "mio", "million"), 1_000_000)}
_LOCALES = ("en_US", "en_GB", "en_AU", "en_CA", "en_ZA")


def amount(text: str) -> tuple[Decimal, str] | None:
    """The amount and the currency or sign typed beside it ("" for none); None where the text is not an amount.

    A comma is read only where it parts thousands, a point only where it parts decimals: 15,5 and 1.500 could mean two
    things and are no amount.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    currency = (found["before"] or found["after"] or "").strip().upper()
    if (found["before"] and found["after"]) or (currency and not _means_a_currency(currency)):
        return None
    digits = re.sub(r"\D", "", found["digits"]) + (found["decimals"] or "")
    scale = _SCALES[(found["scale"] or "").casefold()]
    return Decimal(digits) * scale, currency


def _means_a_currency(beside: str) -> bool:
    """Whether what stands beside the digits is a code or a sign such as €, R or US$: neither % nor a smile."""
    if len(beside) == 1 and not beside.isalpha():
        return unicodedata.category(beside) == "Sc"
    return is_currency(beside) if len(beside) == 3 and beside.isalpha() else beside in _every_sign()


def is_below_zero(text: str) -> bool:
    """Whether the text is an amount with a minus: -5, -$5k."""
    positive = re.sub("[-\u2212]", "", text, count=1)
    return positive != text and amount(positive) is not None


def looks_like_an_amount(word: str) -> bool:
    """Whether somebody who typed this word last will have meant money: 1.500, 500,50, -5."""
    return amount(word) is None and re.fullmatch(r"[^\w\s]{0,2}\d[\d.,']*[kKmM]?[^\w\s]?", word) is not None


def signs(currency: str) -> tuple[str, ...]:
    """The signs that mean this currency to those who use it: $ for USD, € for EUR."""
    return tuple(sorted({get_currency_symbol(currency, locale).upper() for locale in _LOCALES}))


@cache
def _every_sign() -> frozenset[str]:
    return frozenset(sign for currency in list_currencies() for sign in signs(currency))
