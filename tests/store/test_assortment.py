"""What a customer buys, against the year before."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from store import assortment, tables
from store.database import Database
from tests.ledger import END, START, Ledger, Line

RECENT, BEFORE, LONG_AGO = dt.date(2026, 3, 1), dt.date(2025, 3, 1), dt.date(2024, 3, 1)


class Shop(Ledger):
    """Books that name their products."""

    def product(self, name: str | None, category: str | None, number: str) -> int:
        with self.db.writing() as connection:
            row = tables.products.insert().values(source_id=self.source_id, number=number, name=name, category=category)
            return int(connection.execute(row.returning(tables.products.c.id)).scalar_one())

    def sold(self, customer_id: int, on: dt.date, product_id: int, amount: str, **more: str | bool) -> None:
        kind = "credit" if amount.startswith("-") else "invoice"
        self.invoice(customer_id, on, Line(amount, "0", quantity="2"), kind=kind, **more)  # type: ignore[arg-type]
        with self.db.writing() as connection:
            newest = sa.select(sa.func.max(tables.invoices.c.id)).scalar_subquery()
            line = tables.invoice_lines.c.invoice_id == newest
            connection.execute(tables.invoice_lines.update().where(line).values(product_id=product_id))


@pytest.fixture
def shop(db: Database) -> Shop:
    return Shop(db)


def test_categories_come_with_their_trend_and_what_stopped(shop: Shop) -> None:
    acme = shop.customer("Acme")
    road, mountain = shop.product("Road 150", "Bikes", "1"), shop.product("Mountain 200", "Bikes", "2")
    helmet, glove = shop.product("Sport 100", "Helmets", "3"), shop.product("Half-finger", "Gloves", "4")
    shop.sold(acme, BEFORE, road, "1000")
    shop.sold(acme, RECENT, mountain, "1200")
    shop.sold(acme, RECENT, road, "300")
    shop.sold(acme, RECENT, road, "-100")
    shop.sold(acme, RECENT, glove, "50")
    shop.sold(acme, BEFORE, helmet, "400")
    shop.sold(acme, LONG_AGO, helmet, "9000")
    shop.sold(acme, RECENT, helmet, "9000", cancelled=True)
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (START, END))
    assert found is not None
    assert found.by == "category"
    assert [(one.name, one.revenue, one.trend) for one in found.bought] == [
        ("Bikes", Decimal(1400), Decimal("0.40")),
        ("Gloves", Decimal(50), None),
    ]
    assert [(one.name, one.revenue_before) for one in found.stopped] == [("Helmets", Decimal(400))]
    with shop.db.reading() as connection:
        by_product = assortment.of_customer(connection, acme, (START, END), by_product=True)
    assert by_product is not None
    assert [one.name for one in by_product.bought] == ["Mountain 200", "Road 150", "Half-finger"]


def test_products_without_a_category_are_named_and_without_a_name_numbered(shop: Shop) -> None:
    acme = shop.customer("Acme")
    shop.sold(acme, RECENT, shop.product("Teapot", None, "22"), "10")
    shop.sold(acme, RECENT, shop.product(None, None, "85123A"), "5")
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (START, END))
    assert found is not None
    assert (found.by, [one.name for one in found.bought]) == ("product", ["Teapot", "85123A"])


def test_currencies_are_not_added(shop: Shop) -> None:
    acme = shop.customer("Acme")
    tea, pot = shop.product("Tea", "Tea", "1"), shop.product("Pot", "Pots", "2")
    shop.sold(acme, RECENT, tea, "10")
    shop.sold(acme, RECENT, pot, "10")
    shop.sold(acme, RECENT, tea, "9000", currency="JPY")
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (START, END))
    assert found is not None
    assert (found.currency, found.others) == ("USD", ("JPY",))
    assert [one.revenue for one in found.bought] == [10, 10]


def test_who_bought_nothing_in_two_years_has_none(shop: Shop) -> None:
    acme = shop.customer("Acme")
    shop.sold(acme, LONG_AGO, shop.product("Tea", None, "1"), "10")
    with shop.db.reading() as connection:
        assert assortment.of_customer(connection, acme, (START, END)) is None


def test_with_a_year_that_the_data_does_not_hold_nothing_is_compared(shop: Shop) -> None:
    acme = shop.customer("Acme")
    tea, pot, cup = (shop.product(name, None, name) for name in ("Tea", "Pot", "Cup"))
    shop.sold(acme, RECENT, tea, "10")
    shop.sold(acme, RECENT, cup, "5")
    shop.sold(acme, BEFORE, tea, "1")
    shop.sold(acme, BEFORE, pot, "100")

    def found(start_on: dt.date) -> assortment.Assortment:
        with shop.db.reading() as connection:
            bought = assortment.of_customer(connection, acme, (start_on, END))
        assert bought is not None
        return bought

    two_years = found(dt.date(2024, 6, 1))
    assert [(one.name, one.trend, one.is_new) for one in two_years.bought] == [
        ("Tea", Decimal(9), False),
        ("Cup", None, True),
    ]
    assert [one.name for one in two_years.stopped] == ["Pot"]
    less = found(dt.date(2024, 6, 2))
    assert [(one.name, one.trend, one.is_new) for one in less.bought] == [("Tea", None, False), ("Cup", None, False)]
    assert (less.stopped, less.has_year, less.has_year_before) == ((), True, False)
    half = found(dt.date(2025, 12, 1))
    assert (half.from_on, half.has_year) == (dt.date(2025, 12, 1), False)


def test_what_is_bought_in_another_currency_is_neither_new_nor_bought_no_longer(shop: Shop) -> None:
    acme = shop.customer("Acme")
    tea, pot, cup = (shop.product(name, None, name) for name in ("Tea", "Pot", "Cup"))
    shop.sold(acme, BEFORE, tea, "10")
    shop.sold(acme, RECENT, tea, "10", currency="EUR")
    shop.sold(acme, BEFORE, pot, "10", currency="EUR")
    shop.sold(acme, RECENT, pot, "10")
    shop.sold(acme, RECENT, cup, "10")
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (START, END))
    assert found is not None
    assert (found.currency, found.others, found.stopped) == ("USD", ("EUR",), ())
    assert [(one.name, one.is_new) for one in found.bought] == [("Cup", True), ("Pot", False)]


def test_the_currency_is_that_of_what_is_bought_now(shop: Shop) -> None:
    acme = shop.customer("Acme")
    shop.sold(acme, BEFORE, shop.product("Tea", None, "1"), "10")
    shop.sold(acme, BEFORE, shop.product("Pot", None, "2"), "10")
    shop.sold(acme, RECENT, shop.product("Cup", None, "3"), "10", currency="EUR")
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (START, END))
    assert found is not None
    assert found.currency == "EUR"


def test_a_leap_day_is_in_the_year_before_the_12_months_to_the_next_february(db: Database) -> None:
    end = dt.date(2021, 2, 28)
    shop = Shop(db, start=dt.date(2018, 1, 1), end=end)
    acme, road = shop.customer("Acme"), shop.product("Road 150", "Bikes", "1")
    shop.sold(acme, dt.date(2019, 2, 28), road, "7000")
    shop.sold(acme, dt.date(2019, 3, 1), road, "300")
    shop.sold(acme, dt.date(2020, 2, 29), road, "100")
    shop.sold(acme, dt.date(2020, 3, 1), road, "500")
    with shop.db.reading() as connection:
        found = assortment.of_customer(connection, acme, (dt.date(2018, 1, 1), end))
    assert found is not None
    assert [(one.revenue, one.revenue_before) for one in found.bought] == [(Decimal(500), Decimal(400))]
    assert found.from_on == dt.date(2020, 3, 1)
