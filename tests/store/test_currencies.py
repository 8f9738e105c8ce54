"""One team reads one currency everywhere, also where as many customers have another."""

import datetime as dt

from store import currencies, neglect_totals, purchases
from store.database import Database
from store.neglect import Asked
from tests.ledger import Ledger, Line


def bought(ledger: Ledger, name: str, currency: str) -> None:
    customer = ledger.customer(name)
    for year in (2024, 2025, 2026):
        ledger.invoice(customer, dt.date(year, 3, 1), Line("1000", "500"), currency=currency)


def test_the_currency_of_most_customers_counts(db: Database) -> None:
    ledger = Ledger(db)
    for name, currency in (("Paris", "EUR"), ("Boston", "USD"), ("Austin", "USD")):
        bought(ledger, name, currency)
    ledger.done()
    with db.reading() as connection:
        assert currencies.of_most_customers(connection) == "USD"


def test_of_as_many_customers_the_first_by_name_counts_wherever_it_is_asked(db: Database) -> None:
    ledger = Ledger(db)
    for name, currency in (("Boston", "USD"), ("Paris", "EUR")):
        bought(ledger, name, currency)
    ledger.done()
    with db.reading() as connection:
        chosen = {
            currencies.of_most_customers(connection),
            purchases.commonest_currency(connection),
            neglect_totals.totals(connection, Asked(dt.date(2026, 6, 1))).currency,
        }
    assert chosen == {"EUR"}


def test_where_nobody_has_anything_at_stake_there_is_none(db: Database) -> None:
    with db.reading() as connection:
        assert currencies.of_most_customers(connection) is None
