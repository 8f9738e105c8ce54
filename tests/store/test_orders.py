import datetime as dt

from store import orders
from store.database import Database
from tests.ledger import Ledger, Line

DAY = dt.date(2025, 3, 4)


def test_an_order_is_what_an_invoice_comes_to(db: Database) -> None:
    ledger = Ledger(db)
    acme = ledger.customer("Acme")
    ledger.invoice(acme, DAY, Line("100.00"), Line("-20.50"), Line("5.00", kind="charge"))
    ledger.invoice(acme, DAY + dt.timedelta(days=1), Line("-30.00"), kind="credit")
    with db.reading() as connection:
        found = list(orders.every(connection))
    assert found == [(acme, DAY, "USD", 8_450), (acme, DAY + dt.timedelta(days=1), "USD", -3_000)]


def test_a_cancelled_invoice_is_no_order(db: Database) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("Acme"), DAY, Line("100.00"), cancelled=True)
    with db.reading() as connection:
        assert list(orders.every(connection)) == []
