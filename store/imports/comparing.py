"""What is staged beside what is stored: new, changed or the same, told before any lock is taken."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import tables
from store.imports import staging

NEW, CHANGED, UNCHANGED = 0, 1, 2


@dataclass(slots=True)
class Difference:
    """How staging differs from what is stored. `last_import_id` tells whether that may have changed since."""

    last_import_id: int
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_removed: int = 0
    invoices_new: int = 0
    invoices_changed: int = 0
    now_without_customer: int = 0


def compare(connection: Connection, source: str) -> Difference:
    """Find what is staged among what is stored: note ids and states in staging, and count rows."""
    source_id = connection.scalar(sa.select(tables.sources.c.id).where(tables.sources.c.name == source)) or 0
    difference = Difference(last_import_id=last_import(connection))
    for staged, references, key in _REFERENCES:
        found = sa.select(references.c[key]).where(
            references.c.source_id == source_id, references.c.number == staged.c.number
        )
        connection.execute(staged.update().values(id=found.scalar_subquery()))
    staged, stored = staging.invoices, tables.invoices
    same = (stored.c.source_id == source_id) & (stored.c.number == staged.c.number)
    connection.execute(staged.update().values(id=sa.select(stored.c.id).where(same).scalar_subquery(), state=NEW))
    connection.execute(
        staged.update()
        .where(stored.c.id == staged.c.id)
        .values(state=sa.case((stored.c.content_hash == staged.c.content_hash, UNCHANGED), else_=CHANGED))
    )
    counted = sa.select(staged.c.state, sa.func.count(), sa.func.sum(staged.c.rows)).group_by(staged.c.state)
    for state, invoices, rows in connection.execute(counted):
        if state == NEW:
            difference.invoices_new, difference.rows_new = invoices, int(rows)
        elif state == CHANGED:
            difference.invoices_changed = invoices
        else:
            difference.rows_unchanged = int(rows)
    if difference.invoices_changed:
        _compare_lines(connection, difference)
    difference.now_without_customer = (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(staging.nameless)
            .join(stored, (stored.c.number == staging.nameless.c.number) & (stored.c.source_id == source_id))
        )
        or 0
    )
    return difference


_REFERENCES = (
    (staging.customers, tables.customer_references, "customer_id"),
    (staging.reps, tables.rep_references, "rep_id"),
    (staging.products, tables.products, "id"),
)


def last_import(connection: Connection) -> int:
    """The id of the latest import of any source, 0 before the first."""
    return connection.scalar(sa.select(sa.func.max(tables.imports.c.id))) or 0


def _compare_lines(connection: Connection, difference: Difference) -> None:
    """Count, within changed invoices, the lines that are new, changed, the same and gone, each by its ordinal."""
    head, line, price, product = staging.invoices, staging.lines, staging.prices, staging.products
    customer, rep = staging.customers, staging.reps
    old_head, old = tables.invoices.c, tables.invoice_lines.c

    def differs(left: sa.ColumnElement[object], right: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
        return left.is_distinct_from(right)

    moved = sa.or_(
        differs(customer.c.id, old_head.customer_id),
        differs(rep.c.id, old_head.rep_id),
        *(
            differs(head.c[name], old_head[name])
            for name in ("kind", "issued_on", "due_on", "currency", "is_cancelled")
        ),
    )
    edited = sa.or_(
        differs(product.c.id, old.product_id),
        differs(price.c.price, old.unit_price),
        *(differs(given, old[name]) for name, given in line_values(line).items() if name in old),
    )
    staged = (
        sa.select(
            sa.func.count().label("staged"),
            sa.func.count(old.ordinal).label("matched"),
            sa.func.sum(sa.case((old.ordinal.is_not(None) & sa.or_(moved, edited), 1), else_=0)).label("changed"),
        )
        .select_from(head)
        .join(line, line.c.invoice == head.c.code)
        .join(tables.invoices, old_head.id == head.c.id)
        .join(customer, customer.c.code == head.c.customer)
        .outerjoin(rep, rep.c.code == head.c.rep)
        .outerjoin(product, product.c.code == line.c.product)
        .outerjoin(price, price.c.code == line.c.price)
        .outerjoin(tables.invoice_lines, (old.invoice_id == head.c.id) & (old.ordinal == line.c.ordinal))
        .where(head.c.state == CHANGED)
    )
    counts = connection.execute(staged).one()
    before = connection.scalar(
        sa.select(sa.func.count())
        .select_from(head)
        .join(tables.invoice_lines, old.invoice_id == head.c.id)
        .where(head.c.state == CHANGED)
    )
    difference.rows_new += counts.staged - counts.matched
    difference.rows_changed += int(counts.changed)
    difference.rows_unchanged += counts.matched - int(counts.changed)
    difference.rows_removed += (before or 0) - counts.matched


def line_values(line: sa.Table) -> dict[str, sa.ColumnElement[object]]:
    """A staged line as the columns of a stored one, its product and price excepted."""
    return {
        "kind": sa.case((line.c.kind == 0, "goods"), else_="charge"),
        "quantity_thousandths": line.c.quantity,
        "amount_minor": line.c.amount,
        "discount_minor": line.c.discount,
        "cost_minor": sa.case((line.c.basis == 0, sa.null()), else_=line.c.cost),
        "cost_basis": sa.case((line.c.basis == 0, "assumed"), (line.c.basis == 1, "standard"), else_="ledger"),
    }
