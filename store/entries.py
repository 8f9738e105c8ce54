"""The ledger as arrays: an entry for each invoice and credit note that counts, with what its lines come to.

The database adds up the lines of each invoice, which are many, in one pass; all else that is added up, converted and
seen over time is so from these arrays (store/sums.py, store/purchases.py), so that nothing is read twice.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.database import SQLITE_MAPPED_BYTES
from store.tables import invoice_lines, invoices
from value.histories import Ints

# Few enough to be turned into columns within the processor's cache.
BATCH_ROWS = 1_000
Key = TypeVar("Key")
# What is read of the invoices in `per_invoice`. CROSS JOIN, as in benchmarks/scoring.py, is for SQLite, which then adds
# the lines up as it goes, without keeping a table of them; to PostgreSQL it is like any other join.
COLUMNS = (
    *("customer_id", "source_id", "currency", "issued_on", "CASE WHEN kind = 'credit' THEN 1 ELSE 0 END"),
    *("revenue", "cost", "assumed", "lines_assumed", "units"),
)
_JOINED = "per_invoice CROSS JOIN invoices"
_COUNTED = "invoices.id = per_invoice.invoice_id AND NOT invoices.is_cancelled"


@dataclass(frozen=True, slots=True)
class Entries:
    """In rising order of customer, then of day. Money in minor units of `currencies[currency]`, days are ordinals.

    `known_profit` is of the lines with a cost, `assumed` the revenue of the `lines_assumed` without one; `units` are
    thousandths.
    """

    currencies: tuple[str, ...]
    customer: Ints
    source: Ints
    currency: Ints
    day: Ints
    is_credit: npt.NDArray[np.bool_]
    revenue: Ints
    known_profit: Ints
    assumed: Ints
    lines_assumed: Ints
    units: Ints

    def __len__(self) -> int:
        return len(self.customer)


@contextmanager
def reading_all(connection: Connection) -> Iterator[None]:
    """While whole tables are read once: a mapped SQLite file would only fill the process, its pages count as memory."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA mmap_size = 0")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA mmap_size = {SQLITE_MAPPED_BYTES}")


def per_invoice(customer_id: int | None = None) -> sa.CTE:
    """What the lines of each invoice come to, by its id; of one customer's where one is given."""
    lines = invoice_lines.c
    own = sa.select(invoices.c.id).where(invoices.c.customer_id == customer_id)
    without_cost = lines.cost_minor.is_(None)
    return (
        sa.select(
            lines.invoice_id,
            _added(lines.amount_minor).label("revenue"),
            _added(lines.cost_minor).label("cost"),
            _added(sa.case((without_cost, lines.amount_minor))).label("assumed"),
            (sa.func.count() - sa.func.count(lines.cost_minor)).label("lines_assumed"),
            _added(sa.case((lines.kind == "goods", lines.quantity_thousandths))).label("units"),
        )
        .where(sa.true() if customer_id is None else lines.invoice_id.in_(own))
        .group_by(lines.invoice_id)
        .cte("per_invoice")
    )


def _added(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The sum of `column` as an integer, of nothing 0: PostgreSQL would make it a slower NUMERIC."""
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


def read(connection: Connection, totals: sa.CTE) -> Entries:
    """The entries of the invoices in `totals` (`per_invoice`) that are not cancelled."""
    currency, day = _Numbers[str](), _Days()
    numbered: dict[str, Callable[[Any], int]] = {"currency": currency.__getitem__, "issued_on": day.__getitem__}
    batches = _from_postgresql if connection.dialect.name == "postgresql" else _from_sqlite
    parts = [
        [
            column
            if isinstance(column, np.ndarray)
            else np.fromiter(map(numbered[name], column) if name in numbered else column, np.int64, len(column))
            for name, column in zip(COLUMNS, columns, strict=True)
        ]
        for columns in batches(connection, totals)
    ] or [[np.zeros(0, dtype=np.int64) for _ in COLUMNS]]
    # One column after the other, each given up once it is whole: together they are the most that scoring holds.
    found = [np.concatenate([part.pop(0) for part in parts]) for _ in COLUMNS]
    in_order = np.lexsort((found[COLUMNS.index("issued_on")], found[COLUMNS.index("customer_id")]))
    customer, source, of, days, credit, revenue, cost, assumed, lines, units = (found.pop(0)[in_order] for _ in COLUMNS)
    return Entries(
        currencies=tuple(currency),
        customer=customer,
        source=source,
        currency=of,
        day=days,
        is_credit=credit == 1,
        revenue=revenue,
        known_profit=revenue - assumed - cost,
        assumed=assumed,
        lines_assumed=lines,
        units=units,
    )


Batches = Iterator[Iterable[Sequence[Any] | Ints]]


def _from_sqlite(connection: Connection, totals: sa.CTE) -> Batches:
    """The columns of the rows, so many rows at a time."""
    statement = sa.select(*map(sa.text, COLUMNS)).add_cte(totals).select_from(sa.text(_JOINED)).where(sa.text(_COUNTED))
    cursor = _executed(connection, statement)
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield zip(*rows, strict=True)
    cursor.close()


def _from_postgresql(connection: Connection, totals: sa.CTE) -> Batches:
    """The same at once: one row with a column in each cell, as the server keeps an array.

    To send, and to take apart, half a million rows of ten numbers takes as long as to add up the lines.
    """
    cells = {name: sa.text(f"array_send(array_agg(CAST({name} AS BIGINT)))") for name in COLUMNS}
    cells["issued_on"] = sa.text("array_send(array_agg(CAST(issued_on - DATE '0001-01-01' + 1 AS BIGINT)))")
    cells["currency"] = sa.text("string_agg(currency, ',')")
    statement = sa.select(*cells.values()).add_cte(totals).select_from(sa.text(_JOINED)).where(sa.text(_COUNTED))
    cursor = _executed(connection, statement, binary=True)
    left = list(cursor.fetchone())
    cursor.close()
    if left[0] is not None:
        told = (left.pop(0) for _ in COLUMNS)
        yield (cell.split(",") if isinstance(cell, str) else _array(cell) for cell in told)


# An array of big integers on the wire: five numbers of its own, then the length and the value of each.
_HEADER_BYTES, _ELEMENT = 20, np.dtype([("length", ">i4"), ("value", ">i8")])


def _array(sent: bytes) -> Ints:
    return np.frombuffer(sent, _ELEMENT, offset=_HEADER_BYTES)["value"].astype(np.int64)


def _executed(connection: Connection, statement: sa.Select[Any], **options: Any) -> Any:
    """The driver's own cursor: what only becomes numbers of an array needs no SQLAlchemy around each."""
    cursor: Any = connection.connection.cursor(**options)
    cursor.execute(str(statement.compile(connection, compile_kwargs={"literal_binds": True})))
    return cursor


class _Numbers(dict[Key, int], Generic[Key]):
    """What is asked for, numbered in the order in which it is first asked for."""

    def __missing__(self, key: Key) -> int:
        return self.setdefault(key, len(self))


class _Days(dict[str, int]):
    """Ordinals of days as SQLite writes them. A few come again and again."""

    def __missing__(self, key: str) -> int:
        return self.setdefault(key, dt.date.fromisoformat(key).toordinal())
