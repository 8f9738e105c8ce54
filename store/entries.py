"""The ledger as arrays: an entry for each invoice and credit note that counts, with what its lines come to.

The database adds up the lines of each invoice, which are many, in one pass; all else that is added up, converted and
seen over time is so from these arrays (store/sums.py, store/purchases.py), so that nothing is read twice.
"""

import datetime as dt
from collections.abc import Callable, Iterator
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

BATCH_ROWS = 20_000
Key = TypeVar("Key")
# What is read of the invoices in `per_invoice`. CROSS JOIN, as in benchmarks/scoring.py, is for SQLite, which then adds
# the lines up as it goes, without keeping a table of them; to PostgreSQL it is like any other join.
COLUMNS = (
    *("customer_id", "source_id", "currency", "issued_on", "kind"),
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
    statement = sa.select(*map(sa.text, COLUMNS)).add_cte(totals).select_from(sa.text(_JOINED)).where(sa.text(_COUNTED))
    currency, day, kind = _Numbers[str](), _Days(), _Numbers[str]()
    numbered: dict[str, Callable[[Any], int]] = {
        "currency": currency.__getitem__,
        "issued_on": day.__getitem__,
        "kind": kind.__getitem__,
    }
    parts = [
        [
            np.array(list(map(numbered[name], column)) if name in numbered else column, dtype=np.int64)
            for name, column in zip(COLUMNS, columns, strict=True)
        ]
        for columns in _batches(connection, statement)
    ] or [[np.zeros(0, dtype=np.int64) for _ in COLUMNS]]
    # One column after the other, each given up once it is whole: together they are the most that scoring holds.
    found = {name: np.concatenate([part.pop(0) for part in parts]) for name in COLUMNS}
    order = np.lexsort((found["issued_on"], found["customer_id"]))
    of = {name: found.pop(name)[order] for name in COLUMNS}
    return Entries(
        currencies=tuple(currency),
        customer=of["customer_id"],
        source=of["source_id"],
        currency=of["currency"],
        day=of["issued_on"],
        is_credit=of["kind"] == kind["credit"],
        revenue=of["revenue"],
        known_profit=of["revenue"] - of["assumed"] - of["cost"],
        assumed=of["assumed"],
        lines_assumed=of["lines_assumed"],
        units=of["units"],
    )


def _batches(connection: Connection, statement: sa.Select[Any]) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The columns of the rows, so many rows at a time."""
    # The driver's own cursor: rows that only become numbers of an array need no SQLAlchemy around each.
    cursor: Any = connection.connection.cursor()
    cursor.execute(str(statement.compile(connection, compile_kwargs={"literal_binds": True})))
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield zip(*rows, strict=True)
    cursor.close()


class _Numbers(dict[Key, int], Generic[Key]):
    """What is asked for, numbered in the order in which it is first asked for."""

    def __missing__(self, key: Key) -> int:
        return self.setdefault(key, len(self))


class _Days(dict[Any, int]):
    """Ordinals of days: SQLite gives them as text, PostgreSQL as dates. A few come again and again."""

    def __missing__(self, key: str | dt.date) -> int:
        return self.setdefault(key, (dt.date.fromisoformat(key) if isinstance(key, str) else key).toordinal())
