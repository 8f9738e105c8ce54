"""Staging tables: temporary, on the import's own connection, so that a killed import leaves nothing.

In SQLite they live in a file of their own and take no lock on the database; in PostgreSQL they are filled by COPY.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.imports.arrays import AnyArray
from store.imports.gathering import StagedLines
from store.tables import ExactDecimal

metadata = sa.MetaData()


def _temporary(name: str, *columns: sa.schema.SchemaItem, **options: Any) -> sa.Table:
    return sa.Table(name, metadata, *columns, prefixes=["TEMPORARY"], **options)


def _code() -> sa.Column[int]:
    return sa.Column("code", sa.Integer, primary_key=True, autoincrement=False)


# A line's columns, in the order in which they are written; all are integers.
LINE_COLUMNS = (
    "invoice",
    "ordinal",
    "kind",
    "product",
    "quantity",
    "price",
    "amount",
    "discount",
    "cost",
    "basis",
)
lines = _temporary(
    "staged_lines",
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in LINE_COLUMNS),
    sa.PrimaryKeyConstraint("invoice", "ordinal"),
    sqlite_with_rowid=False,
)
prices = _temporary("staged_prices", _code(), sa.Column("price", ExactDecimal))
invoices = _temporary(
    "staged_invoices",
    _code(),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("customer", sa.Integer, nullable=False),
    sa.Column("rep", sa.Integer, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("is_cancelled", sa.Boolean, nullable=False),
    sa.Column("content_hash", sa.LargeBinary(16), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("id", sa.BigInteger),
    sa.Column("state", sa.Integer),
)


def _entity(name: str, *columns: sa.Column[Any]) -> sa.Table:
    found = (sa.Column("id", sa.BigInteger), sa.Column("is_new", sa.Integer))
    return _temporary(name, _code(), sa.Column("number", sa.Text, nullable=False), *columns, *found)


customers = _entity(
    "staged_customers",
    sa.Column("name", sa.Text),
    sa.Column("default_name", sa.Text, nullable=False),
    sa.Column("country", sa.Text),
    sa.Column("place", sa.Text),
    sa.Column("since", sa.Date),
    sa.Column("currency", sa.Text),
    sa.Column("owner", sa.Integer, nullable=False),
    sa.Column("described_on", sa.Date),
    sa.Column("is_latest", sa.Integer),
)
reps = _entity(
    "staged_reps",
    sa.Column("name", sa.Text),
    sa.Column("default_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
)
products = _entity(
    "staged_products",
    sa.Column("name", sa.Text),
    sa.Column("category", sa.Text),
)
held = _temporary(
    "staged_held",
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("customer_number", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
)
payments = _temporary(
    "staged_payments",
    _code(),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("customer_number", sa.Text),
    sa.Column("invoice_number", sa.Text),
    sa.Column("paid_on", sa.Date, nullable=False),
    sa.Column("amount_minor", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("customer_id", sa.BigInteger),
    sa.Column("invoice_id", sa.BigInteger),
    sa.Column("id", sa.BigInteger),
)
touched = _temporary("staged_touched", sa.Column("customer_id", sa.BigInteger, primary_key=True, autoincrement=False))
nameless = _temporary("staged_nameless", sa.Column("number", sa.Text, primary_key=True))


def create(connection: Connection) -> None:
    """Make the staging tables on this connection."""
    metadata.create_all(connection, checkfirst=False)
    if connection.dialect.name == "postgresql":
        # There an index would only slow the COPY down: the lines are joined once, all of them.
        connection.execute(sa.text("ALTER TABLE staged_lines DROP CONSTRAINT staged_lines_pkey"))


def add_lines(connection: Connection, block: StagedLines) -> None:
    """Stage the good rows of a block."""
    columns = [getattr(block, name) for name in LINE_COLUMNS]
    if not len(columns[0]):
        return
    if connection.dialect.name == "postgresql":
        _copy_integers(connection, "staged_lines", columns)
    else:
        marks = ", ".join("?" * len(columns))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        _cursor(connection).executemany(f"INSERT INTO staged_lines VALUES ({marks})", rows)


def add(connection: Connection, table: sa.Table, rows: Iterable[Sequence[object]]) -> None:
    """Stage rows, their values in the order of the table's columns; those left out at the end are NULL."""
    kept = list(rows)
    if not kept:
        return
    columns = list(table.columns)[: len(kept[0])]
    names = ", ".join(column.name for column in columns)
    if connection.dialect.name == "postgresql":
        with _cursor(connection).copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in kept:
                copy.write_row(row)
        return
    processors = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns]
    values = [
        map(processor, column) if processor else column
        for processor, column in zip(processors, zip(*kept, strict=True), strict=True)
    ]
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(repeat('?', len(columns)))})"
    _cursor(connection).executemany(statement, zip(*values, strict=True))


def _copy_integers(connection: Connection, table: str, columns: Sequence[AnyArray]) -> None:
    """COPY in PostgreSQL's binary form, written as one array: a count of fields, then length and value of each."""
    fields = [("count", ">i2")]
    for place in range(len(columns)):
        fields += [(f"length{place}", ">i4"), (f"value{place}", ">i8")]
    rows = np.zeros(len(columns[0]), dtype=fields)
    rows["count"] = len(columns)
    for place, column in enumerate(columns):
        rows[f"length{place}"] = 8
        rows[f"value{place}"] = column
    with _cursor(connection).copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor, in the transaction that the connection is in."""
    if not connection.in_transaction():
        connection.begin()
    raw = connection.connection.dbapi_connection
    assert raw is not None
    return raw.cursor()
