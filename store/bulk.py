"""Many rows at once, by the quickest way that each database has: COPY, or one prepared INSERT."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection


def insert(connection: Connection, table: sa.Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add rows to `table`, given as columns of one length by name, their values as SQLAlchemy's types take them.

    Part of the transaction that `connection` is in, or begins.
    """
    values = [_bound(connection, table.columns[name], column) for name, column in columns.items()]
    rows = zip(*values, strict=True)
    if not connection.in_transaction():
        connection.begin()  # the driver's own cursor would not
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows)
    cursor.close()


@contextmanager
def inserting(connection: Connection, table: sa.Table, columns: Mapping[str, Sequence[Any]]) -> Iterator[None]:
    """The same while the caller reckons: most of it is waiting for the database. Until the end of the block nobody
    else may use `connection`. A database in memory belongs to one thread, so there it is done before.
    """
    if connection.engine.url.database in (None, "", ":memory:"):
        insert(connection, table, columns)
        yield
        return
    with ThreadPoolExecutor(max_workers=1) as beside:
        inserted = beside.submit(insert, connection, table, columns)
        yield
        inserted.result()


def dates(days: npt.NDArray[np.int64]) -> list[dt.date | None]:
    """A column of dates, from their ordinals; None for 0."""
    distinct, place = np.unique(days, return_inverse=True)
    each = np.array([dt.date.fromordinal(day) if day else None for day in distinct.tolist()], dtype=object)
    found: list[dt.date | None] = each[place].tolist()
    return found


def _bound(connection: Connection, column: sa.Column[Any], values: Sequence[Any]) -> Iterable[Any]:
    """The values as the driver takes them: SQLite has no dates and no decimals of its own."""
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if processor is None:
        return values
    # A few days come again and again. Decimals cannot share a cache: 1.0 and 1.00 are equal, and written differently.
    return map(cache(processor) if isinstance(column.type, sa.Date) else processor, values)
