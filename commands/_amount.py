"""Reading an amount as a rep types it: 15000, 15,000, $15k, 1.5M, USD 20 000."""

import re
from decimal import Decimal

_AMOUNT = re.compile(
    r"""(?P<currency>[A-Za-z]{3}\s*|[^\w\s.,+-]\s*)?            # USD or $
        (?P<digits>\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+|\d{1,15})  # 15,000 or 15000
        (?P<decimals>\.\d{1,6})?
        \s?(?P<scale>[kKmM])?""",
    re.VERBOSE | re.ASCII,
)
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000}


def amount(text: str) -> tuple[Decimal, str] | None:
    """The amount and the currency or sign typed before it ("" for none); None where the text is not an amount.

    A comma is read only where it parts thousands; 15,5 or 15.000,50 could mean two things and is no amount.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["digits"]) + (found["decimals"] or "")
    scale = _SCALES[(found["scale"] or "").casefold()]
    return Decimal(digits) * scale, (found["currency"] or "").strip().upper()
