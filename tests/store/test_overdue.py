"""What a customer owes past its day."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest

from store import overdue, tables
from store.database import Database
from store.overdue import Debt
from tests.ledger import END, Ledger, Line

_numbers = itertools.count(1)


class Debtors(Ledger):
    """Books that know when invoices are due, and what was paid."""

    def owed(self, customer_id: int, amount: str, days_overdue: int | None, *, currency: str = "USD") -> int:
        """An invoice of this amount, due so many days before the books end; its id."""
        kind = "credit" if amount.startswith("-") else "invoice"
        self.invoice(customer_id, dt.date(2026, 1, 1), Line(amount, "1"), currency=currency, kind=kind)
        due_on = None if days_overdue is None else END - dt.timedelta(days=days_overdue)
        with self.db.writing() as connection:
            last = tables.invoices.select().order_by(tables.invoices.c.id.desc()).limit(1)
            invoice_id = int(connection.execute(last).one().id)
            connection.execute(tables.invoices.update().where(tables.invoices.c.id == invoice_id).values(due_on=due_on))
        return invoice_id

    def paid(self, customer_id: int, amount_minor: int, invoice_id: int | None = None) -> None:
        """A payment, for one invoice or without saying for which."""
        with self.db.writing() as connection:
            connection.execute(
                tables.payments.insert().values(
                    source_id=self.source_id,
                    number=f"P{next(_numbers)}",
                    customer_id=customer_id,
                    invoice_id=invoice_id,
                    paid_on=END,
                    amount_minor=amount_minor,
                    currency="USD",
                )
            )


@pytest.fixture
def books(db: Database) -> Debtors:
    return Debtors(db)


def of(books: Debtors, customer_id: int) -> overdue.Overdue:
    with books.db.reading() as connection:
        return overdue.of_customer(connection, customer_id)


def test_what_no_payment_covers_is_overdue_since_the_oldest_was_due(books: Debtors) -> None:
    acme = books.customer("Acme")
    paid = books.owed(acme, "500", 60)
    partly = books.owed(acme, "300", 34)
    books.owed(acme, "200", 5)
    books.owed(acme, "900", -10)
    books.paid(acme, 50000, paid)
    books.paid(acme, 10000, partly)
    found = of(books, acme)
    assert found.debts == (Debt(Decimal("400.00"), "USD", 2, 34),)
    assert found.as_of_on == END


def test_due_on_the_day_that_the_books_end_is_not_overdue(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "500", 0)
    books.paid(acme, 1)
    assert of(books, acme).debts == ()


def test_what_was_paid_without_an_invoice_credited_or_too_much_pays_the_oldest(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "100", 90)
    books.owed(acme, "100", 60)
    books.owed(acme, "100", 30)
    books.owed(acme, "-40", 20)
    overpaid = books.owed(acme, "10", 10)
    books.paid(acme, 6000)
    books.paid(acme, 3000, overpaid)
    # 60 + 40 + 20 pay the oldest and a fifth of the next.
    assert of(books, acme).debts == (Debt(Decimal("180.00"), "USD", 2, 60),)


def test_an_invoice_that_is_due_nobody_knows_when_is_paid_in_its_turn_by_the_day_it_was_issued(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "100", None)  # issued 150 days before the books end
    books.owed(acme, "100", 115)
    books.paid(acme, 10000)
    # The payment settles the one without a due date, which is older; that the other is due later does not matter.
    assert of(books, acme).debts == (Debt(Decimal("100.00"), "USD", 1, 115),)
    blue = books.customer("Blue")
    books.owed(blue, "100", 160)
    books.owed(blue, "100", None)
    books.paid(blue, 10000)
    assert of(books, blue).debts == ()


def test_currencies_are_not_added(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "100", 9)
    books.owed(acme, "300", 8, currency="EUR")
    books.paid(acme, 1000)
    assert of(books, acme).debts == (Debt(Decimal("300.00"), "EUR", 1, 8), Debt(Decimal("90.00"), "USD", 1, 9))


def test_without_payments_nothing_is_known_and_that_is_said(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "100", 90)
    assert of(books, acme).unknown == "no payments were imported"
    books.paid(books.customer("Zephyr"), 100)
    assert of(books, acme).debts[0].amount == 100


def test_books_that_do_not_say_when_something_is_due_leave_it_unknown(books: Debtors) -> None:
    acme = books.customer("Acme")
    books.owed(acme, "100", None)
    books.paid(acme, 100)
    assert of(books, acme).unknown == "the books do not say when invoices are due"
