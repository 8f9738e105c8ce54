"""Who was invoiced or credited on which day, for how much: what the value engine learns from."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import invoice_lines, invoices

BATCH_ROWS = 10_000


class Order(NamedTuple):
    """What one invoice comes to, in minor units of its currency; at or below zero it is a credit."""

    customer_id: int
    issued_on: dt.date
    currency: str
    amount_minor: int


def every(connection: Connection) -> Iterator[Order]:
    """The invoices and credit notes of all customers, without the cancelled ones."""
    statement = (
        sa.select(
            invoices.c.customer_id,
            invoices.c.issued_on,
            invoices.c.currency,
            sa.cast(sa.func.sum(invoice_lines.c.amount_minor), sa.BigInteger).label("amount_minor"),
        )
        .join_from(invoices, invoice_lines, invoice_lines.c.invoice_id == invoices.c.id)
        .where(sa.not_(invoices.c.is_cancelled))
        .group_by(invoices.c.id, invoices.c.customer_id, invoices.c.issued_on, invoices.c.currency)
        .order_by(invoices.c.customer_id, invoices.c.issued_on, invoices.c.id)
    )
    for rows in connection.execute(statement).partitions(BATCH_ROWS):
        yield from map(Order._make, rows)
