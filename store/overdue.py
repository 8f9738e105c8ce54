"""What a customer owes past its day, as the books stood when they ended: what was paid since is not known."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.money import from_minor
from store.one_of import one_of_ids
from store.tables import invoice_lines, invoices, payments, sources


@dataclass(frozen=True, slots=True)
class Debt:
    """What is overdue in one currency; `days` is since the oldest of these invoices was due."""

    amount: Decimal
    currency: str
    invoices: int
    days: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue on `as_of_on`, when the books ended; `unknown` says why that is not known, empty where it is."""

    debts: tuple[Debt, ...] = ()
    as_of_on: dt.date | None = None
    unknown: str = ""


# An invoice a few days late is nobody's news.
STOPPED_DAYS_LEAST = 30
_PAID = sa.func.coalesce(
    sa.select(sa.func.sum(payments.c.amount_minor))
    .where(payments.c.invoice_id == invoices.c.id, payments.c.currency == invoices.c.currency)
    .scalar_subquery(),
    0,
)
_BILLED = sa.func.coalesce(
    sa.select(sa.func.sum(invoice_lines.c.amount_minor))
    .where(invoice_lines.c.invoice_id == invoices.c.id)
    .scalar_subquery(),
    0,
)
_has_payments = sa.exists().where(payments.c.source_id == sources.c.id)
# The invoices of those sources that have payments at all: elsewhere nothing is known of what was paid.
_INVOICES: sa.Select[Any] = (
    sa.select(
        invoices.c.customer_id,
        invoices.c.source_id,
        invoices.c.currency,
        invoices.c.due_on,
        sources.c.period_end_on,
        sa.cast(_BILLED - _PAID, sa.BigInteger).label("open"),
    )
    .join_from(invoices, sources, sources.c.id == invoices.c.source_id)
    .where(
        one_of_ids(invoices.c.customer_id, "ids"),
        sa.not_(invoices.c.is_cancelled),
        sources.c.period_end_on.is_not(None),
        _has_payments,
    )
    .order_by(sa.func.coalesce(invoices.c.due_on, invoices.c.issued_on), invoices.c.id)
)
_UNMATCHED: sa.Select[Any] = (
    sa.select(
        payments.c.customer_id,
        payments.c.source_id,
        payments.c.currency,
        sa.cast(sa.func.sum(payments.c.amount_minor), sa.BigInteger).label("paid"),
    )
    .where(one_of_ids(payments.c.customer_id, "ids"), payments.c.invoice_id.is_(None))
    .group_by(payments.c.customer_id, payments.c.source_id, payments.c.currency)
)
_ANY_PAYMENT = sa.select(payments.c.id).limit(1)


def of_customer(connection: Connection, customer_id: int) -> Overdue:
    """What the customer owes past its day: of each invoice what no payment covers, the oldest paid first by what came
    without an invoice's number, by credit notes, and by what was paid too much.
    """
    return of_customers(connection, [customer_id])[customer_id]


def of_customers(connection: Connection, customer_ids: Sequence[int]) -> dict[int, Overdue]:
    """What each of these customers owes past its day, with at most three queries."""
    ids = {"ids": sorted(customer_ids)}
    invoiced: dict[int, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(_INVOICES, ids):
        invoiced[row.customer_id].append(row)
    if not invoiced:
        unknown = "no payments were imported" if connection.scalar(_ANY_PAYMENT) is None else ""
        return dict.fromkeys(customer_ids, Overdue(unknown=unknown))
    spare: dict[int, dict[tuple[int, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(_UNMATCHED, ids):
        spare[row.customer_id][row.source_id, row.currency] += row.paid
    return {one: _overdue(invoiced[one], spare[one]) if one in invoiced else Overdue() for one in customer_ids}


def stopped_paying(connection: Connection, customer_ids: Sequence[int], currency: str | None) -> dict[int, Debt]:
    """Those of these customers who stopped paying, as a digest and an invitation take it: who owe in this currency what
    was due so long ago that it is no slip.
    """
    owed = of_customers(connection, customer_ids)
    late = ((one, debt) for one in customer_ids for debt in owed[one].debts if debt.currency == currency)
    return {one: debt for one, debt in late if debt.days >= STOPPED_DAYS_LEAST}


def _overdue(rows: Sequence[sa.Row[Any]], spare: dict[tuple[int, str], int]) -> Overdue:
    """What no payment covers, the oldest invoice paid first by `spare`, which is used up."""
    if all(row.due_on is None for row in rows):
        return Overdue(unknown="the books do not say when invoices are due")
    for row in rows:
        spare[row.source_id, row.currency] += max(0, -row.open)
    owed: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        covered = min(max(0, row.open), spare[row.source_id, row.currency])
        spare[row.source_id, row.currency] -= covered
        if row.open > covered and row.due_on is not None and row.due_on < row.period_end_on:
            owed[row.currency].append((row.open - covered, (row.period_end_on - row.due_on).days))
    debts = (
        Debt(
            from_minor(sum(minor for minor, _ in found), currency), currency, len(found), max(days for _, days in found)
        )
        for currency, found in owed.items()
    )
    return Overdue(
        tuple(sorted(debts, key=lambda debt: (-debt.amount, debt.currency))), max(row.period_end_on for row in rows)
    )
