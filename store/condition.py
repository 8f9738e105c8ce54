"""The state that the database is in: what whoever runs Melktert looks at first when something seems wrong."""

import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import receipts
from store.database import WRITES, Database
from store.tables import customer_values, customers, held_invoices, imports


@dataclass(frozen=True, slots=True)
class LastImport:
    """The latest import of a source. `invoices_held` are those of the source that are held back still."""

    finished_at: dt.datetime
    rows_rejected: int
    invoices_held: int


def try_to_write(db: Database) -> None:
    """Write something and take it back. Errors: sqlalchemy.exc.DBAPIError where that cannot be done."""
    with db.engine.execution_options(**{WRITES: True}).connect() as connection:
        receipts.claim(connection, f"tried {secrets.token_hex(8)}", dt.datetime.now(dt.UTC))
        connection.rollback()


def connections_let_in(connection: Connection) -> int | None:
    """How many connections the server lets in that are no administrator's; None where that is not limited."""
    if connection.dialect.name != "postgresql":
        return None
    every, reserved = (
        int(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
        for name in ("max_connections", "superuser_reserved_connections")
    )
    return every - reserved


def last_import(connection: Connection, source_id: int) -> LastImport | None:
    """The latest import of this source, None where there was none."""
    row = connection.execute(
        sa.select(imports.c.finished_at, imports.c.rows_rejected)
        .where(imports.c.source_id == source_id)
        .order_by(imports.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    held = sa.select(sa.func.count()).select_from(held_invoices).where(held_invoices.c.source_id == source_id)
    return LastImport(row.finished_at, row.rows_rejected, connection.scalar(held) or 0)


def customers_in_all(connection: Connection) -> int:
    """How many customers there are."""
    return connection.scalar(sa.select(sa.func.count()).select_from(customers)) or 0


def customers_scored(connection: Connection) -> int:
    """How many customers have values, be they known or not."""
    return connection.scalar(sa.select(sa.func.count()).select_from(customer_values)) or 0
