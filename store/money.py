"""Between the database's integer minor units and the decimals that a person reads.

A minor unit is ISO 4217's. What babel knows, from CLDR, is how many decimals people write: none where a para or a fils
buys nothing any more, and ledgers have them all the same. A database from before this was minded holds whole dinars and
liras as if those were minor units. All files of its ledgers in such currencies have to be imported anew: each of their
invoices and payments then differs from what is stored, and is replaced. The doctor cannot tell, since nothing in an
amount says which scale it was written in.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import list_currencies

# No figure is larger: it fits the columns of both databases, with room to add a few up.
MINOR_MOST = 10**18
# The codes with an X that are no metals, units of account or placeholders: francs, dollars and a guilder.
_MONEY_OF_SEVERAL_COUNTRIES = frozenset({"XAF", "XCD", "XCG", "XOF", "XPF"})
# The exponents of ISO 4217 that are not 2. A currency that was withdrawn has 2 here, which is no less than it had.
_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


@cache
def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency code in capitals."""
    return code in list_currencies()


@cache
def is_money(code: str) -> bool:
    """Whether people pay in this currency: neither gold (XAU), a unit of account (XDR), a test (XTS) nor none (XXX)."""
    return is_currency(code) and (not code.startswith("X") or code in _MONEY_OF_SEVERAL_COUNTRIES)


def minor_digits(currency: str) -> int:
    """Digits of the minor unit: 2 for USD and RSD, 0 for JPY, 3 for KWD; people may write fewer."""
    return _MINOR_DIGITS.get(currency, 2)


def from_minor(minor: int, currency: str) -> Decimal:
    """21999 USD is 219.99."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """219.99 USD is 21999; what is finer than a minor unit is rounded half up, away from zero."""
    return int(amount.scaleb(minor_digits(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def margin_on(revenue: Decimal, margin: Decimal, currency: str) -> Decimal:
    """The profit that a margin assumption gives to revenue without a cost, rounded half up to minor units."""
    return (revenue * margin).quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)
