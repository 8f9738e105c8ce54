"""Who looks after a customer once an import is in: as the file of customers says, else the rep of the latest invoice.

A customer whom somebody gave to a rep stays there, and what falls to a rep who has left goes to the successor.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import succession, tables
from store.collation import by_letters
from store.imports import staging
from store.imports.comparing import CHANGED, NEW


def settle(connection: Connection, *, says_owners: bool, has_reps: bool) -> None:
    """Set the owners that what is staged tells of: `says_owners` where customers have a column for them, `has_reps`
    where invoices have one.
    """
    if says_owners:
        _as_said(connection)
    elif has_reps:
        _of_latest_invoices(connection)
    succession.pass_on(connection)


def _as_said(connection: Connection) -> None:
    customers, staged = tables.customers, staging.customers
    rep = sa.select(staging.reps.c.id).where(staging.reps.c.code == staged.c.owner).scalar_subquery()
    connection.execute(
        customers.update()
        .where(
            customers.c.id == staged.c.id,
            customers.c.owner_settled_at.is_(None),
            customers.c.owner_rep_id.is_distinct_from(rep),
        )
        .values(owner_rep_id=rep)
    )


def _of_latest_invoices(connection: Connection) -> None:
    customers, staged, invoices = tables.customers, staging.customers, tables.invoices
    latest = (
        sa.select(invoices.c.rep_id)
        .where(invoices.c.customer_id == customers.c.id, invoices.c.rep_id.is_not(None), ~invoices.c.is_cancelled)
        .order_by(
            invoices.c.issued_on.desc(), sa.func.length(invoices.c.number).desc(), by_letters(invoices.c.number).desc()
        )
        .limit(1)
        .scalar_subquery()
    )
    head = staging.invoices
    renewed = (
        sa.select(staged.c.id).join(head, head.c.customer == staged.c.code).where(head.c.state.in_((NEW, CHANGED)))
    )
    is_touched = sa.or_(customers.c.id.in_(renewed), customers.c.id.in_(sa.select(staging.touched.c.customer_id)))
    # Looked for once, though it is both compared and written.
    told = (
        sa.select(customers.c.id, latest.label("rep_id"))
        .where(is_touched, customers.c.owner_settled_at.is_(None))
        .cte("told")
        .prefix_with("MATERIALIZED")
    )
    # A row that is written, though nothing changes, keeps everybody waiting who changes its customer.
    is_changed = (customers.c.id == told.c.id) & customers.c.owner_rep_id.is_distinct_from(told.c.rep_id)
    connection.execute(customers.update().where(is_changed).values(owner_rep_id=told.c.rep_id))
