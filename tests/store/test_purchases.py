"""The currency that figures are in, told before they are written and after."""

import datetime as dt

import pytest

from store import bulk, purchases, tables
from store.database import Database

DAY = dt.date(2026, 5, 31)
FEW: list[tuple[str | None, int]] = [("USD", 1), ("EUR", 2), ("EUR", 0), (None, 9)]


@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        ([], None),
        ([(None, 3), ("EUR", 0)], None),
        (FEW, "EUR"),  # as many as in dollars, and first in the alphabet
        ([*FEW, ("USD", 1)], "USD"),
    ],
)
def test_the_commonest_currency_is_the_same_before_and_after(
    db: Database, customers: list[tuple[str | None, int]], expected: str | None
) -> None:
    currency, invoices = [one for one, _ in customers], [bought for _, bought in customers]
    ids, nothing = list(range(1, len(customers) + 1)), [0] * len(customers)
    with db.writing() as connection:
        bulk.insert(connection, tables.customers, {"id": ids, "name": [f"Customer {one}" for one in ids]})
        values = {"customer_id": ids, "currency": currency, "invoices": invoices, "credits": nothing}
        bulk.insert(connection, tables.customer_values, values | {"units_thousandths": nothing})
        assert purchases.commonest_currency(connection) == expected
    assert purchases.commonest(currency, invoices) == expected
