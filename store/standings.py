"""Where each customer stands in our care: its class, the last touch, until when it is within its cadence, what is at
stake. One row each, computed anew after whatever it follows from has changed, in the same transaction.

Whoever computes all of them keeps everybody else out of the table; whoever computes some locks their rows. Both come
after any lock on customers (docs/decisions/0016-one-order-of-locks.md).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import bulk, due_days, workspace
from store.database import lock_figures
from store.money import from_minor
from store.one_of import one_of_ids
from store.standing_rows import COLUMNS, KNOWN, Row, cadence_days, columns_of, rows, signals_of
from store.tables import customer_standings, customers
from value.classes import CareClass, Signals

__all__ = ["Standing", "cadence_days", "follow_owners", "forget", "get", "refresh", "signals", "standing_of"]

# Looked up and written with one statement.
AT_ONCE = 500
# Where more than this part of all rows is new, all are written anew, and counted anew.
SOME = 0.1
_OWNER = COLUMNS.index("owner_rep_id")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands. `due_on` is the last day within the cadence, None for an exit; of a customer whom nobody
    has touched, the day on which it became one. `at_stake` is what it is ranked by, None where that is not known.
    """

    customer_id: int
    owner_rep_id: int | None
    care_class: CareClass
    class_rule: str
    at_stake: Decimal | None
    currency: str | None
    last_touch_id: int | None
    last_touch_on: dt.date | None
    due_on: dt.date | None
    snoozed_until_on: dt.date | None
    has_complaint: bool

    def days_since_last_touch(self, today: dt.date) -> int | None:
        """As whoever asks counts them; None where nobody has touched the customer."""
        return None if self.last_touch_on is None else max(0, (today - self.last_touch_on).days)


_OF_CUSTOMER = sa.select(customer_standings).where(
    customer_standings.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger())
)


def get(connection: Connection, customer_id: int) -> Standing:
    """The standing of one customer. Errors: LookupError where there is no such customer."""
    row = connection.execute(_OF_CUSTOMER, {"customer": customer_id}).one_or_none()
    if row is None:
        raise LookupError(f"customer {customer_id} has no standing")
    return standing_of(row)


# The columns that `standing_of` reads, for a query that has others of the same names.
PREFIX = "standing_"
LABELLED = tuple(customer_standings.c[name].label(PREFIX + name) for name in COLUMNS)


def standing_of(row: sa.Row[Any], prefix: str = "") -> Standing:
    """The standing in a row that has the columns of `customer_standings`, or those with the prefix before each."""
    told = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    known = {name: told[prefix + name] for name in COLUMNS}
    minor, currency = known.pop("at_stake_minor"), known["currency"]
    known["care_class"] = CareClass(known["care_class"])
    return Standing(**known, at_stake=None if minor is None else from_minor(minor, currency))


def signals(connection: Connection, customer_id: int) -> Signals | None:
    """What the class of one customer rests on, to say what would change it; None where there is no such customer."""
    rows = connection.execute(KNOWN.where(one_of_ids(customers.c.id, "ids")), {"ids": [customer_id]}).all()
    return signals_of(columns_of(rows)) if rows else None


# --- computing ------------------------------------------------------------------------------------------------------

_STANDINGS = sa.select(*(customer_standings.c[name] for name in COLUMNS))
_ASKED_FOR = one_of_ids(customer_standings.c.customer_id, "ids")
_LOCKED = (
    sa.select(customer_standings.c.customer_id)
    .where(_ASKED_FOR)
    .order_by(customer_standings.c.customer_id)
    .with_for_update(key_share=True)
)


def refresh(connection: Connection, customer_ids: Iterable[int] | None = None) -> None:
    """Compute the standings of these customers anew, of all where none are given, in the caller's transaction.

    Once for all customers of a transaction, after everything else that it changes of them.
    """
    if customer_ids is None:
        _refresh_all(connection)
    else:
        _refresh_some(connection, sorted(set(customer_ids)))


def forget(connection: Connection, customer_ids: Collection[int]) -> None:
    """Drop the standings of customers that are about to be deleted, in the caller's transaction."""
    _lock_table(connection, "ROW EXCLUSIVE")
    asked = {"ids": sorted(customer_ids)}
    _lock_rows(connection, asked)
    due_days.count(connection, connection.execute(_STANDINGS.where(_ASKED_FOR), asked).all(), ())
    connection.execute(customer_standings.delete().where(_ASKED_FOR), asked)


def follow_owners(connection: Connection) -> None:
    """Take over who owns whom now, after customers have changed hands, in the caller's transaction."""
    # As for all of them: it meets their rows in no order.
    _lock_table(connection, "SHARE ROW EXCLUSIVE")
    owner = (
        sa.select(customers.c.owner_rep_id).where(customers.c.id == customer_standings.c.customer_id).scalar_subquery()
    )
    is_stale = customer_standings.c.owner_rep_id.is_distinct_from(owner)
    stale = connection.execute(_STANDINGS.add_columns(owner.label("new_owner")).where(is_stale)).all()
    connection.execute(customer_standings.update().where(is_stale).values(owner_rep_id=owner))
    were = [tuple(row[:-1]) for row in stale]
    due_days.count(connection, were, [(*row[:_OWNER], row.new_owner, *row[_OWNER + 1 : -1]) for row in stale])


def _refresh_some(connection: Connection, ids: list[int]) -> None:
    _lock_table(connection, "ROW EXCLUSIVE")
    # Only now, since whoever changes a cadence computes all of them, and was perhaps waited for.
    settings = workspace.settings(connection)
    gone: set[Row] = set()
    came: list[Row] = []
    for start in range(0, len(ids), AT_ONCE):
        asked = {"ids": ids[start : start + AT_ONCE]}
        # Whoever logs a second touch of the same customer meanwhile waits here, and then sees the first one.
        _lock_rows(connection, asked)
        found = rows(connection.execute(KNOWN.where(one_of_ids(customers.c.id, "ids")), asked).all(), settings)
        were = {tuple(row) for row in connection.execute(_STANDINGS.where(_ASKED_FOR), asked)}
        gone |= were.difference(found)
        came += [row for row in found if row not in were]
    _put(connection, came)
    due_days.count(connection, gone, came)


def _refresh_all(connection: Connection) -> None:
    lock_figures(connection)
    # A touch that is logged meanwhile waits, and then finds its customer's row here.
    _lock_table(connection, "SHARE ROW EXCLUSIVE")
    found = rows(connection.execute(KNOWN).all(), workspace.settings(connection))
    were = {tuple(row) for row in connection.execute(_STANDINGS)}
    changed = [row for row in found if row not in were]
    if len(changed) <= SOME * len(found):
        _put(connection, changed)
        due_days.count(connection, were.difference(found), changed)
    else:
        connection.execute(customer_standings.delete())
        columns: Sequence[Sequence[Any]] = list(zip(*found, strict=True))
        bulk.insert(connection, customer_standings, dict(zip(COLUMNS, columns, strict=True)))
        due_days.count_anew(connection)


def _lock_table(connection: Connection, mode: str) -> None:
    """Wait for whoever computes all of them, or else for everybody. (In SQLite there is one writer at a time.)"""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"LOCK TABLE customer_standings IN {mode} MODE"))


def _lock_rows(connection: Connection, asked: Mapping[str, Sequence[int]]) -> None:
    """Wait for whoever computes one of these, in the order of their ids. They are there: a customer and its standing
    become visible to others at once.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCKED, asked)


def _put(connection: Connection, found: Sequence[Row]) -> None:
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(customer_standings)
    became = {name: insert.excluded[name] for name in COLUMNS if name != "customer_id"}
    upsert = insert.on_conflict_do_update(index_elements=["customer_id"], set_=became)
    if found:
        connection.execute(upsert, [dict(zip(COLUMNS, row, strict=True)) for row in found])
