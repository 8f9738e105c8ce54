"""Who a customer is."""

import datetime as dt

from store import customers, tables
from store.customers import Owner, Reference
from store.database import Database
from tests.store.customer_list import add_customers, add_number


def test_a_customer_has_its_names_place_owner_and_numbers(db: Database) -> None:
    sparrow, wren = add_customers(db, "Sparrow Bikes", "Wren Bikes")
    add_number(db, sparrow, "17850", source="shop")
    add_number(db, sparrow, "A-1", source="books")
    add_number(db, wren, "A-2", source="books")
    with db.writing() as connection:
        rep = {"id": 5, "name": "Thandi Nkosi", "slack_user_id": "U123", "is_invented": True}
        connection.execute(tables.reps.insert().values(rep))
        connection.execute(
            tables.customers.update()
            .where(tables.customers.c.id == sparrow)
            .values(
                owner_rep_id=5,
                place="Seattle, Washington",
                country="United States",
                currency="USD",
                customer_since_on=dt.date(1999, 5, 1),
                status="exit",
            )
        )
    with db.reading() as connection:
        assert customers.get(connection, sparrow) == customers.Customer(
            id=sparrow,
            name="Sparrow Bikes",
            place="Seattle, Washington",
            country="United States",
            currency="USD",
            owner=Owner(5, "Thandi Nkosi", "U123", is_invented=True),
            customer_since_on=dt.date(1999, 5, 1),
            status="exit",
        )
        assert customers.references(connection, sparrow) == (Reference("books", "A-1"), Reference("shop", "17850"))


def test_what_is_not_known_of_a_customer_is_empty(db: Database) -> None:
    (wren,) = add_customers(db, "Wren Bikes")
    with db.reading() as connection:
        assert customers.get(connection, wren) == customers.Customer(
            wren, "Wren Bikes", None, None, None, None, None, "active"
        )
        assert customers.references(connection, wren) == ()


def test_no_customer_has_an_id_that_was_never_given(db: Database) -> None:
    with db.reading() as connection:
        assert customers.get(connection, 404) is None
