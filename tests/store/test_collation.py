"""Texts are ordered letter by letter on both databases, whatever order PostgreSQL was set up with."""

import sqlalchemy as sa

from store.collation import by_letters
from store.database import Database

NAMES = ["a", "B", "_", "A b", "Ab", "10", "1 x", "é", "z"]


def test_names_come_in_the_order_of_their_letters(db: Database) -> None:
    asked = sa.union_all(*(sa.select(sa.literal(one).label("name")) for one in NAMES)).subquery()
    query = sa.select(asked.c.name).order_by(by_letters(asked.c.name))
    with db.reading() as connection:
        assert list(connection.scalars(query)) == sorted(NAMES, key=str.encode)
    # The PostgreSQL of the tests orders so by itself; others do not, and have to be told.
    assert ('COLLATE "C"' in str(query.compile(db.engine))) is (db.dialect == "postgresql")
