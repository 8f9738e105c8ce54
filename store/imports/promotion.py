"""From staging to the ledger's tables in one transaction, with one statement for each whole set of rows.

Inside it nothing waits for Python but the index of names and the scores.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import names, newcomers, scoring, tables
from store.imports import owners, payments, staging
from store.imports.comparing import CHANGED, NEW, line_values
from store.imports.report import Report


@dataclass(frozen=True, slots=True)
class Source:
    """The source as this import knows it."""

    name: str
    title: str
    period_start_on: dt.date | None
    period_end_on: dt.date | None
    margin_assumption: Decimal | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the mapping tells of customers, products and reps: the attributes that it has columns for.

    `customers_in_file` says that a file of customers is what is known of them now; else the lines of invoices are,
    which is not more than what the latest lines say.
    """

    customer: Collection[str]
    product: Collection[str]
    rep: Collection[str]
    customers_in_file: bool
    has_reps: bool


def promote(connection: Connection, source: Source, knowledge: Knowledge, report: Report, now: dt.datetime) -> None:
    """Make what is staged and compared the ledger, within the caller's transaction."""
    margin = _margin_assumption(connection, source)
    source_id = _source(connection, source, now)
    import_id = _note_import(connection, source_id, report, now)
    _reps(connection, source_id, knowledge)
    _products(connection, source_id, knowledge)
    _customers(connection, source_id, knowledge)
    _note_touched_customers(connection)
    _invoices(connection, source_id)
    _lines(connection)
    _held(connection, source_id, import_id)
    payments.promote(connection, source.name)
    owners.settle(connection, says_owners="owner" in knowledge.customer, has_reps=knowledge.has_reps)
    names.index_missing(connection)
    # Another margin changes what everybody has earned.
    scoring.score(connection, _touched() if margin == source.margin_assumption else None)


def _margin_assumption(connection: Connection, source: Source) -> Decimal | None:
    """The one that holds for this source so far."""
    held = sa.select(tables.sources.c.margin_assumption).where(tables.sources.c.name == source.name)
    found: Decimal | None = connection.scalar(held)
    return found


def _touched() -> sa.CompoundSelect[tuple[int]]:
    """The customers whose ledger this import has changed."""
    head, stored = staging.invoices, tables.invoices
    gaining = sa.select(stored.c.customer_id).join(head, head.c.id == stored.c.id)
    return sa.union(gaining.where(head.c.state.in_((NEW, CHANGED))), sa.select(staging.touched.c.customer_id))


def _source(connection: Connection, source: Source, now: dt.datetime) -> int:
    columns = tables.sources.c
    stored = connection.execute(sa.select(tables.sources).where(columns.name == source.name)).first()
    starts = [day for day in (source.period_start_on, stored and stored.period_start_on) if day]
    ends = [day for day in (source.period_end_on, stored and stored.period_end_on) if day]
    values = {
        "title": source.title,
        "period_start_on": min(starts, default=None),
        "period_end_on": max(ends, default=None),
        "margin_assumption": source.margin_assumption,
        "refreshed_at": now,
    }
    if stored is None:
        inserted = connection.execute(tables.sources.insert().values(name=source.name, **values))
        assert inserted.inserted_primary_key is not None
        return int(inserted.inserted_primary_key[0])
    connection.execute(tables.sources.update().where(columns.id == stored.id).values(values))
    return int(stored.id)


def _note_import(connection: Connection, source_id: int, report: Report, now: dt.datetime) -> int:
    inserted = connection.execute(
        tables.imports.insert().values(
            source_id=source_id,
            finished_at=now,
            files=[{"name": file.name, "sha256": file.sha256, "rows": file.rows} for file in report.files],
            rows_read=report.rows_read,
            rows_new=report.rows_new,
            rows_changed=report.rows_changed,
            rows_unchanged=report.rows_unchanged,
            rows_rejected=report.rows_rejected,
            rows_without_customer=report.rows_without_customer,
            without_customer=dict(report.without_customer),
        )
    )
    assert inserted.inserted_primary_key is not None
    return int(inserted.inserted_primary_key[0])


def _number_new(connection: Connection, staged: sa.Table, table: sa.Table, only: sa.ColumnElement[bool]) -> None:
    """Give each staged row for which `only` holds the id that it will have."""
    if connection.dialect.name == "postgresql":
        # In the order of the files, so that the same import gives the same ids whatever way the rows are found.
        in_order = sa.select(staged.c.code).where(only).order_by(staged.c.code).subquery("in_order")
        following = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
        numbered = sa.select(in_order.c.code, following.label("id")).subquery("numbered")
        connection.execute(staged.update().where(staged.c.code == numbered.c.code).values(id=numbered.c.id))
        return
    # An old button of a customer that was taken back must not mean another one.
    is_customers = table is tables.customers
    last = newcomers.last_id(connection) if is_customers else connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
    rank = sa.func.row_number().over(order_by=staged.c.code)
    ranked = sa.select(staged.c.code, rank.label("rank")).where(only).subquery("ranked")
    connection.execute(staged.update().where(staged.c.code == ranked.c.code).values(id=last + ranked.c.rank))


def _insert(connection: Connection, table: sa.Table, values: dict[str, object], chosen: sa.Select[tuple[()]]) -> None:
    """INSERT … SELECT with the values given for each column."""
    labelled = [
        (value if isinstance(value, sa.ColumnElement) else sa.literal(value)).label(name)
        for name, value in values.items()
    ]
    connection.execute(table.insert().from_select(list(values), chosen.add_columns(*labelled), include_defaults=False))


def _reps(connection: Connection, source_id: int, knowledge: Knowledge) -> None:
    staged, reps, references = staging.reps, tables.reps, tables.rep_references
    connection.execute(
        staged.update().where(staged.c.id.is_(None), reps.c.email == staged.c.email).values(id=reps.c.id)
    )
    unknown = (
        sa.select(references.c.number)
        .where(references.c.source_id == source_id, references.c.number == staged.c.number)
        .exists()
    )
    first = sa.select(sa.func.min(staged.c.code)).group_by(sa.func.coalesce(staged.c.email, staged.c.number))
    is_new = staged.c.id.is_(None) & staged.c.code.in_(first)
    connection.execute(staged.update().values(is_new=sa.case((is_new, 1), else_=0)))
    _number_new(connection, staged, reps, staged.c.is_new == 1)
    name = sa.func.coalesce(staged.c.name, staged.c.default_name)
    _insert(
        connection,
        reps,
        {"id": staged.c.id, "name": name, "email": staged.c.email, "is_invented": False},
        sa.select().where(staged.c.is_new == 1),
    )
    connection.execute(
        staged.update().where(staged.c.id.is_(None), reps.c.email == staged.c.email).values(id=reps.c.id)
    )
    _insert(
        connection,
        references,
        {"source_id": source_id, "number": staged.c.number, "rep_id": staged.c.id},
        sa.select().where(~unknown),
    )
    if "name" in knowledge.rep:
        connection.execute(
            reps.update()
            .where(reps.c.id == staged.c.id, staged.c.name.is_not(None), reps.c.name != staged.c.name)
            .values(name=staged.c.name)
        )


def _products(connection: Connection, source_id: int, knowledge: Knowledge) -> None:
    staged, products = staging.products, tables.products
    connection.execute(staged.update().values(is_new=sa.case((staged.c.id.is_(None), 1), else_=0)))
    _number_new(connection, staged, products, staged.c.is_new == 1)
    values = {name: staged.c[name] for name in ("id", "number", "name", "category")}
    _insert(connection, products, {"source_id": source_id, **values}, sa.select().where(staged.c.is_new == 1))
    for name in knowledge.product:
        connection.execute(
            products.update()
            .where(
                products.c.id == staged.c.id,
                staged.c.is_new == 0,
                staged.c[name].is_not(None),
                products.c[name].is_distinct_from(staged.c[name]),
            )
            .values({name: staged.c[name]})
        )


_CUSTOMER_COLUMNS = {
    "name": "name",
    "country": "country",
    "place": "place",
    "currency": "currency",
    "since": "customer_since_on",
}


def _customers(connection: Connection, source_id: int, knowledge: Knowledge) -> None:
    staged, customers, references = staging.customers, tables.customers, tables.customer_references
    connection.execute(staged.update().values(is_new=sa.case((staged.c.id.is_(None), 1), else_=0)))
    _number_new(connection, staged, customers, staged.c.is_new == 1)
    values: dict[str, object] = {stored: staged.c[given] for given, stored in _CUSTOMER_COLUMNS.items()}
    values["name"] = sa.func.coalesce(staged.c.name, staged.c.default_name)
    new = sa.select().where(staged.c.is_new == 1)
    _insert(connection, customers, {"id": staged.c.id, "status": "active", **values}, new)
    reference = {
        "source_id": source_id,
        "number": staged.c.number,
        "customer_id": staged.c.id,
        "described_on": staged.c.described_on,
    }
    _insert(connection, references, reference, new)
    same = (references.c.source_id == source_id) & (references.c.number == staged.c.number)
    # A corrected file of an old year must not undo what a newer one said, only add to it.
    is_latest = staged.c.described_on >= sa.func.coalesce(references.c.described_on, staged.c.described_on)
    connection.execute(staged.update().where(same).values(is_latest=sa.case((is_latest, 1), else_=0)))
    for given, stored in _CUSTOMER_COLUMNS.items():
        if given in knowledge.customer:
            value, known = staged.c[given], customers.c[stored]
            is_blank = known == staged.c.default_name if given == "name" else known.is_(None)
            is_news: sa.ColumnElement[bool] = value.is_not(None) & sa.or_(staged.c.is_latest == 1, is_blank)
            if knowledge.customers_in_file:
                is_news = value.is_not(None) if given == "name" else sa.true()
            is_changed = (customers.c.id == staged.c.id) & (staged.c.is_new == 0) & known.is_distinct_from(value)
            connection.execute(customers.update().where(is_changed, is_news).values({stored: value}))
    dated = same & (staged.c.is_latest == 1)
    connection.execute(references.update().where(dated).values(described_on=staged.c.described_on))


def _note_touched_customers(connection: Connection) -> None:
    """Remember from whom a changed invoice may be taken away."""
    head, stored = staging.invoices, tables.invoices
    losing = sa.select(stored.c.customer_id).distinct().join(head, head.c.id == stored.c.id)
    connection.execute(staging.touched.insert().from_select(["customer_id"], losing.where(head.c.state == CHANGED)))


def _invoices(connection: Connection, source_id: int) -> None:
    staged, stored = staging.invoices, tables.invoices
    _number_new(connection, staged, stored, staged.c.state == NEW)
    customer = sa.select(staging.customers.c.id).where(staging.customers.c.code == staged.c.customer)
    rep = sa.select(staging.reps.c.id).where(staging.reps.c.code == staged.c.rep)
    copied = ("kind", "issued_on", "due_on", "currency", "is_cancelled", "content_hash")
    values: dict[str, object] = {
        "customer_id": customer.scalar_subquery(),
        "rep_id": rep.scalar_subquery(),
        **{name: staged.c[name] for name in copied},
    }
    identity = {"id": staged.c.id, "source_id": source_id, "number": staged.c.number}
    chosen = sa.select().where(staged.c.state == NEW).order_by(staged.c.code)
    _insert(connection, stored, {**identity, **values}, chosen)
    is_changed = (stored.c.id == staged.c.id) & (staged.c.state == CHANGED)
    connection.execute(stored.update().where(is_changed).values(values))
    changed = sa.select(staged.c.id).where(staged.c.state == CHANGED)
    connection.execute(tables.invoice_lines.delete().where(tables.invoice_lines.c.invoice_id.in_(changed)))


def _lines(connection: Connection) -> None:
    head, line, price, product = staging.invoices, staging.lines, staging.prices, staging.products
    values: dict[str, object] = {
        "invoice_id": head.c.id,
        "ordinal": line.c.ordinal,
        "product_id": product.c.id,
        "unit_price": price.c.price,
        **line_values(line),
    }
    chosen = (
        sa.select()
        .select_from(head)
        .join(line, line.c.invoice == head.c.code)
        .outerjoin(product, product.c.code == line.c.product)
        .outerjoin(price, price.c.code == line.c.price)
        .where(head.c.state.in_((NEW, CHANGED)))
        .order_by(head.c.code, line.c.ordinal)
    )
    _insert(connection, tables.invoice_lines, values, chosen)


def _held(connection: Connection, source_id: int, import_id: int) -> None:
    held, staged = tables.held_invoices, staging.held
    mine = held.c.source_id == source_id
    for numbers in (sa.select(staging.invoices.c.number), sa.select(staged.c.number)):
        connection.execute(held.delete().where(mine, held.c.number.in_(numbers)))
    values = {name: staged.c[name] for name in ("number", "customer_number", "reason")}
    _insert(connection, held, {"source_id": source_id, "import_id": import_id, **values}, sa.select())
