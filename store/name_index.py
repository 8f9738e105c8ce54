"""Keeping the index of names: each name of each customer by its key, the words of the keys, and each word backwards."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.name_keys import clean, key_of
from store.tables import customer_names as names
from store.tables import customers, name_words

# Few enough rows at once to stay small in memory, many enough that the round trips do not count.
BATCH_ROWS = 20_000
# From here on, PostgreSQL's planner should not wait for the next automatic analysis.
ANALYZE_FROM_ROWS = 1_000

_KEEP_AS_ALIAS = sa.text(
    "UPDATE customer_names SET kind = 'alias' WHERE kind = 'name' AND EXISTS"
    " (SELECT 1 FROM customers WHERE customers.id = customer_names.customer_id"
    " AND customers.name <> customer_names.text)"
)
_NAMES = ("customer_names", ("customer_id bigint", "kind text", "text text", "key text"))
_NAMES_CONFLICT = "(customer_id, key) DO UPDATE SET kind = excluded.kind, text = excluded.text"
_WORDS = ("name_words", ("word text", "name_id bigint"))
_VOCABULARY = ("name_vocabulary", ("word text", "backwards text"))


def index_missing(connection: Connection) -> int:
    """Index the name of every customer whose name is not indexed yet, or was changed; how many that were.

    A changed customer keeps the old name as an alias. Part of the transaction that `connection` is in.
    """
    connection.execute(_KEEP_AS_ALIAS)
    indexed = _index_names(connection)
    if indexed:
        _index_words(connection)
    if indexed >= ANALYZE_FROM_ROWS and connection.dialect.name == "postgresql":
        connection.execute(sa.text("ANALYZE customer_names, name_words, name_vocabulary"))
    return indexed


def add_alias(connection: Connection, customer_id: int, text: str) -> None:
    """Let the customer be found by `text` too; nothing where it is found by it already.

    Errors: ValueError where `text` is blank.
    """
    key = key_of(text)
    if not key:
        raise ValueError("An alias needs at least one letter; write the name that the customer is also known by.")
    _insert(connection, _NAMES, [(customer_id, "alias", clean(text), key)], "DO NOTHING")
    name_id = connection.scalar(sa.select(names.c.id).where(names.c.customer_id == customer_id, names.c.key == key))
    assert name_id is not None
    _insert_words(connection, [(name_id, key)])


def _index_names(connection: Connection) -> int:
    is_indexed = sa.exists().where(names.c.customer_id == customers.c.id, names.c.kind == "name")
    unindexed = (
        sa.select(customers.c.id, customers.c.name)
        .where(customers.c.id > sa.bindparam("after"), ~is_indexed)
        .order_by(customers.c.id)
        .limit(BATCH_ROWS)
    )
    indexed, after = 0, -1
    while rows := connection.execute(unindexed, {"after": after}).all():
        keyed = [(customer_id, "name", name, key_of(name)) for customer_id, name in rows]
        _insert(connection, _NAMES, keyed, _NAMES_CONFLICT)
        indexed, after = indexed + len(rows), rows[-1][0]
    return indexed


def _index_words(connection: Connection) -> None:
    has_words = sa.exists().where(name_words.c.name_id == names.c.id)
    unindexed = (
        sa.select(names.c.id, names.c.key)
        .where(names.c.id > sa.bindparam("after"), names.c.key != "", ~has_words)
        .order_by(names.c.id)
        .limit(BATCH_ROWS)
    )
    after = -1
    while rows := connection.execute(unindexed, {"after": after}).all():
        _insert_words(connection, [(name_id, key) for name_id, key in rows])
        after = rows[-1][0]


def _insert_words(connection: Connection, keys: Iterable[tuple[int, str]]) -> None:
    words = sorted({(word, name_id) for name_id, key in keys for word in key.split()})
    _insert(connection, _WORDS, words, "DO NOTHING")
    vocabulary = sorted({word for word, _ in words})
    _insert(connection, _VOCABULARY, [(word, word[::-1]) for word in vocabulary], "DO NOTHING")


def _insert(
    connection: Connection, table: tuple[str, Sequence[str]], rows: Sequence[tuple[Any, ...]], on_conflict: str
) -> None:
    """All rows at once, by each database's quickest way that is still an INSERT."""
    if not rows:
        return
    name, typed_columns = table
    columns = ", ".join(column.split()[0] for column in typed_columns)
    head, tail = f"INSERT INTO {name} ({columns})", f"ON CONFLICT {on_conflict}"
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{column.split()[1]}[]" for column in typed_columns)
        values = tuple(list(column) for column in zip(*rows, strict=True))
        connection.exec_driver_sql(f"{head} SELECT * FROM unnest({arrays}) {tail}", values)
    else:
        marks = ", ".join("?" for _ in typed_columns)
        connection.exec_driver_sql(f"{head} VALUES ({marks}) {tail}", list(rows))
