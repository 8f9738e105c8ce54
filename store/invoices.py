"""Invoices of one customer, added up so that a figure can be taken apart again."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.collation import by_letters
from store.money import from_minor
from store.tables import customer_references, held_invoices, invoice_lines, invoices, sources


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a customer's ledger that is of one source, currency, kind of invoice, kind of line and cost basis."""

    source: str
    margin_assumption: Decimal | None
    currency: str
    invoice_kind: str
    is_cancelled: bool
    line_kind: str
    cost_basis: str
    invoices: int
    lines: int
    units: Decimal
    revenue: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Turnover:
    """What a stretch of time brought."""

    currency: str
    revenue: Decimal
    gross_profit: Decimal


@dataclass(frozen=True, slots=True)
class Held:
    """An invoice of which a row was rejected at import. It is in no figure, unless an earlier version `is_stored`."""

    number: str
    source: str
    reason: str
    is_stored: bool


def shares(connection: Connection, customer_id: int) -> list[Share]:
    """The customer's whole ledger, cancelled invoices included; the shares are disjoint and add up to it."""
    invoice, line = invoices.c, invoice_lines.c
    keys = (
        sources.c.title,
        sources.c.margin_assumption,
        invoice.currency,
        invoice.kind,
        invoice.is_cancelled,
        line.kind,
        line.cost_basis,
    )
    rows = connection.execute(
        sa.select(
            *keys[:3],
            invoice.kind.label("invoice_kind"),
            invoice.is_cancelled,
            line.kind.label("line_kind"),
            line.cost_basis,
            sa.func.count(invoice.id.distinct()).label("invoices"),
            sa.func.count().label("lines"),
            sa.cast(sa.func.sum(line.quantity_thousandths), sa.BigInteger).label("units"),
            sa.cast(sa.func.sum(line.amount_minor), sa.BigInteger).label("revenue"),
            sa.cast(sa.func.coalesce(sa.func.sum(line.cost_minor), 0), sa.BigInteger).label("cost"),
        )
        .join_from(invoices, invoice_lines, line.invoice_id == invoice.id)
        .join(sources, sources.c.id == invoice.source_id)
        .where(invoice.customer_id == customer_id)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        Share(
            source=row.title,
            margin_assumption=row.margin_assumption,
            currency=row.currency,
            invoice_kind=row.invoice_kind,
            is_cancelled=row.is_cancelled,
            line_kind=row.line_kind,
            cost_basis=row.cost_basis,
            invoices=row.invoices,
            lines=row.lines,
            units=Decimal(row.units).scaleb(-3),
            revenue=from_minor(row.revenue, row.currency),
            cost=from_minor(row.cost, row.currency),
        )
        for row in rows
    ]


_CUSTOMER = sa.bindparam("customer", type_=sa.BigInteger())
_TURNOVER = (
    sa.select(
        invoices.c.currency,
        sa.cast(sa.func.sum(invoice_lines.c.amount_minor), sa.BigInteger).label("revenue"),
        sa.cast(sa.func.sum(invoice_lines.c.amount_minor - invoice_lines.c.cost_minor), sa.BigInteger).label("profit"),
        (sa.func.count() - sa.func.count(invoice_lines.c.cost_minor)).label("lines_assumed"),
    )
    .join_from(invoices, invoice_lines, invoice_lines.c.invoice_id == invoices.c.id)
    .where(
        invoices.c.customer_id == _CUSTOMER,
        sa.not_(invoices.c.is_cancelled),
        invoices.c.issued_on > sa.bindparam("after", type_=sa.Date()),
        invoices.c.issued_on <= sa.bindparam("until", type_=sa.Date()),
    )
    .group_by(invoices.c.currency)
)
_HELD = (
    sa.select(
        held_invoices.c.number,
        sources.c.title,
        held_invoices.c.reason,
        invoices.c.id.is_not(None).label("is_stored"),
    )
    .join(
        customer_references,
        (customer_references.c.source_id == held_invoices.c.source_id)
        & (customer_references.c.number == held_invoices.c.customer_number),
    )
    .join(sources, sources.c.id == held_invoices.c.source_id)
    .outerjoin(
        invoices,
        (invoices.c.source_id == held_invoices.c.source_id) & (invoices.c.number == held_invoices.c.number),
    )
    .where(customer_references.c.customer_id == _CUSTOMER)
    .order_by(by_letters(held_invoices.c.number))
)


def turnover(connection: Connection, customer_id: int, after: dt.date, until: dt.date) -> Turnover | None:
    """Revenue and gross profit of the invoices dated after `after` and not after `until`; None where a cost is not
    recorded, or where the invoices are in several currencies.
    """
    rows = connection.execute(_TURNOVER, {"customer": customer_id, "after": after, "until": until}).all()
    if len(rows) != 1 or rows[0].lines_assumed:
        return None
    currency = rows[0].currency
    return Turnover(currency, from_minor(rows[0].revenue, currency), from_minor(rows[0].profit, currency))


def is_held(customer_id: sa.ColumnElement[int]) -> sa.Exists:
    """Whether `held` has any invoice of this customer, as a column of a query."""
    return (
        sa.exists()
        .where(
            held_invoices.c.source_id == customer_references.c.source_id,
            held_invoices.c.customer_number == customer_references.c.number,
            customer_references.c.customer_id == customer_id,
        )
        .correlate_except(held_invoices, customer_references)
    )


def held(connection: Connection, customer_id: int) -> list[Held]:
    """Invoices of this customer that were rejected at import, and whether an earlier version is in the figures."""
    rows = connection.execute(_HELD, {"customer": customer_id})
    return [Held(row.number, row.title, row.reason, bool(row.is_stored)) for row in rows]
