import sqlalchemy as sa

from store.database import Database
from store.one_of import one_of_ids, one_of_texts
from store.tables import customers
from tests.store.customer_list import add_customers


def test_the_rows_with_one_of_the_values_are_found_however_many_are_asked_for(db: Database) -> None:
    wren, sparrow, finch = add_customers(db, "Wren", 'Spar"row', "Finch ☃")
    named = sa.select(customers.c.id).where(one_of_texts(customers.c.name, "names")).order_by(customers.c.id)
    known = sa.select(customers.c.id).where(one_of_ids(customers.c.id, "ids")).order_by(customers.c.id)
    with db.reading() as connection:
        assert connection.scalars(named, {"names": ["Finch ☃", 'Spar"row', "Nobody"]}).all() == [sparrow, finch]
        assert connection.scalars(named, {"names": []}).all() == []
        assert connection.scalars(known, {"ids": [wren, finch, 404]}).all() == [wren, finch]


def test_sqlite_looks_the_values_up_in_the_index(sqlite_db: Database) -> None:
    known = sa.select(customers.c.name).where(one_of_ids(customers.c.id, "ids"))
    explained = f"EXPLAIN QUERY PLAN {known.compile(sqlite_db.engine)}"
    with sqlite_db.reading() as connection:
        plan = connection.exec_driver_sql(explained, ("[1]",)).all()
    assert plan[0].detail == "SEARCH customers USING INTEGER PRIMARY KEY (rowid=?)"
