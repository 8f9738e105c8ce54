"""The index of names after customers came, changed, and went."""

import pytest
import sqlalchemy as sa

from store import names, tables
from store.database import Database
from store.name_index import BATCH_ROWS
from tests.store.customer_list import add_alias, add_customers, find


def index(db: Database) -> int:
    with db.writing() as connection:
        return names.index_missing(connection)


def rename(db: Database, customer_id: int, name: str) -> None:
    with db.writing() as connection:
        connection.execute(tables.customers.update().where(tables.customers.c.id == customer_id).values(name=name))


def rows(db: Database, customer_id: int) -> list[tuple[str, str]]:
    table = tables.customer_names
    with db.reading() as connection:
        found = connection.execute(
            sa.select(table.c.kind, table.c.text).where(table.c.customer_id == customer_id).order_by(table.c.text)
        )
        return [(kind, text) for kind, text in found]


def test_indexing_again_changes_nothing(db: Database) -> None:
    add_customers(db, "Sparrow", "Wren", "  ")
    assert index(db) == 0


def test_a_renamed_customer_is_found_by_the_new_name_and_by_the_old_one(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow")
    rename(db, one, "Kingfisher")
    assert index(db) == 1
    assert rows(db, one) == [("name", "Kingfisher"), ("alias", "Sparrow")]
    new, old = find(db, "kingfisher").certain, find(db, "sparrow").certain
    assert new is not None
    assert old is not None
    assert (new.customer_id, new.via) == (one, "")
    assert (old.customer_id, old.name, old.via) == (one, "Kingfisher", "Sparrow")


def test_a_customer_that_takes_back_its_old_name_has_it_as_the_name(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow")
    for name in ("Kingfisher", "Sparrow"):
        rename(db, one, name)
        index(db)
    assert rows(db, one) == [("alias", "Kingfisher"), ("name", "Sparrow")]


def test_a_name_that_changes_only_in_its_spelling_leaves_no_alias(db: Database) -> None:
    (one,) = add_customers(db, "SPARROW LTD")
    rename(db, one, "Sparrow Ltd.")
    assert index(db) == 1
    assert rows(db, one) == [("name", "Sparrow Ltd.")]


def test_an_alias_that_says_nothing_new_changes_nothing(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow")
    add_alias(db, one, "SPARROW, Inc.")
    add_alias(db, one, "Birdie")
    add_alias(db, one, "birdie")
    assert rows(db, one) == [("alias", "Birdie"), ("name", "Sparrow")]


def test_a_blank_alias_is_refused(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow")
    with pytest.raises(ValueError, match="write the name"):
        add_alias(db, one, " \0")


def test_an_alias_is_found_by_its_words_and_misspelt(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow")
    add_alias(db, one, "Metropolitan Birds")
    for typed, how in (("birds", "words"), ("metropoltian birds", "misspelt")):
        found = find(db, typed)
        assert (found.how, found.candidates[0].via) == (how, "Metropolitan Birds")


def test_a_customer_that_is_deleted_leaves_nothing_to_be_found(db: Database) -> None:
    (one,) = add_customers(db, "Sparrow Bikes")
    with db.writing() as connection:
        connection.execute(tables.customers.delete().where(tables.customers.c.id == one))
    for typed in ("sparrow bikes", "spar", "bikes", "sparow"):
        assert find(db, typed).candidates == []


def test_more_customers_than_one_batch_are_all_indexed(sqlite_db: Database) -> None:
    add_customers(sqlite_db, *(f"Customer {number:05}" for number in range(BATCH_ROWS + 5)))
    with sqlite_db.reading() as connection:
        for table in (tables.customer_names, tables.name_words):
            indexed = connection.scalar(sa.select(sa.func.count()).select_from(table))
            assert indexed == (BATCH_ROWS + 5) * (1 if table is tables.customer_names else 2)
    assert find(sqlite_db, "customer 20004").certain is not None
