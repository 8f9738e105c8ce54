"""How fine a currency's amounts are kept, beside how fine people write them."""

from decimal import Decimal

import pytest
from babel.numbers import get_currency_precision, list_currencies

from store.money import from_minor, minor_digits, to_minor


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        *(("USD", 2), ("EUR", 2), ("HUF", 2), ("IDR", 2), ("JPY", 0), ("KRW", 0), ("XOF", 0), ("KWD", 3), ("CLF", 4)),
        # Nobody writes these any more, and ledgers have them.
        *((currency, 2) for currency in ("AFN", "ALL", "IRR", "LAK", "LBP", "MMK", "RSD", "SOS", "SYP", "YER")),
        ("IQD", 3),
    ],
)
def test_an_amount_is_kept_in_the_minor_unit_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert to_minor(Decimal("-1234.56"), currency) == {0: -1235, 2: -123456, 3: -1234560, 4: -12345600}[digits]
    assert from_minor(to_minor(Decimal(7), currency), currency) == 7


def test_nothing_is_written_finer_than_it_is_kept() -> None:
    currencies = list_currencies()
    assert [one for one in sorted(currencies) if get_currency_precision(one) > minor_digits(one)] == []
