"""Payments from a file of their own. Each is taken or rejected by itself: it belongs to no invoice's rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import tables
from store.imports import dates, staging
from store.imports.arrays import places
from store.imports.cells import Column
from store.imports.joins import BadRow, troubles_of, uses_of, wanted_columns
from store.imports.lines import MOST
from store.imports.mapping_keys import Mapping, Payment
from store.imports.meaning import Interpreter, Reason
from store.imports.reading import Block, Progress, Table
from store.money import is_currency, minor_digits

# number, customer's number, invoice's number, day, minor units, currency
Row = tuple[str, str | None, str | None, int, int, str]


@dataclass(slots=True)
class Payments:
    """The payments of some files, each by its number, with the file and line that it stands in."""

    rows: dict[str, Row] = field(default_factory=dict)
    places: dict[str, tuple[Table, int]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    read: int = 0


def read(tables_: Sequence[Table], mapping: Mapping, interpreter: Interpreter, progress: Progress) -> Payments:
    """Read every payment; of one that stands in several files the later counts. Errors: UnreadableFileError."""
    payments = Payments()
    assert mapping.payment is not None
    file = mapping.ref(mapping.payment.number).file
    for table in tables_:
        seen: dict[str, int] = {}
        for block in table.blocks(wanted_columns(mapping, file), progress):
            payments.read += len(block.lines)
            reading = _Reading(block, mapping, mapping.payment, interpreter)
            troubles = troubles_of([block], uses_of(mapping, file), interpreter)
            for place, row in enumerate(reading.rows()):
                line, number = int(block.lines[place]), row[0]
                reasons = [*troubles.get(place, ()), *(reading.empty(place) if not block.fault else ())]
                reasons = reasons or reading.too_large(place)
                if number in seen and row != payments.rows.get(number):
                    reasons.append(Reason("", f"payment {number} stands in line {seen[number]} too, and differs"))
                    if payments.rows.pop(number, None):
                        both = Reason("", f"payment {number} stands in line {line} too, and differs")
                        payments.bad.append(BadRow(table, seen[number], (both,)))
                if reasons:
                    payments.bad.append(BadRow(table, line, tuple(reasons)))
                    continue
                seen[number] = line
                payments.rows[number] = row
                payments.places[number] = (table, line)
    return payments


def stage(connection: Connection, payments: Payments, source: str) -> list[BadRow]:
    """Stage the payments; those of customers or invoices that nobody knows are given back as bad rows."""
    staged = staging.payments
    days = {row[3]: dates.from_day_number(row[3]) for row in payments.rows.values()}
    rows = ((code, *row[:3], days[row[3]], *row[4:]) for code, row in enumerate(payments.rows.values()))
    staging.add(connection, staged, rows)
    bad = []
    for number, reason in _strangers(connection, _source_id(connection, source)):
        table, line = payments.places[number]
        bad.append(BadRow(table, line, (reason,)))
        connection.execute(staged.delete().where(staged.c.number == number))
    return bad


def resolve(connection: Connection, source: str) -> tuple[int, int, int]:
    """Note the ids of customers, invoices and stored payments in staging; how many are new, changed, the same."""
    source_id = _source_id(connection, source)
    staged, stored, invoice = staging.payments, tables.payments, tables.invoices
    reference = tables.customer_references
    mine = (stored.c.source_id == source_id) & (stored.c.number == staged.c.number)
    paid = (invoice.c.source_id == source_id) & (invoice.c.number == staged.c.invoice_number)
    payer = (reference.c.source_id == source_id) & (reference.c.number == staged.c.customer_number)
    by_number = sa.select(reference.c.customer_id).where(payer).scalar_subquery()
    by_invoice = sa.select(invoice.c.customer_id).where(paid).scalar_subquery()
    connection.execute(
        staged.update().values(
            id=sa.select(stored.c.id).where(mine).scalar_subquery(),
            invoice_id=sa.select(invoice.c.id).where(paid).scalar_subquery(),
            customer_id=sa.func.coalesce(by_number, by_invoice),
        )
    )
    same = sa.and_(*(stored.c[name].is_not_distinct_from(staged.c[name]) for name in _COPIED))
    counts = sa.select(
        sa.func.count(),
        sa.func.count(staged.c.id),
        sa.func.sum(sa.case((staged.c.id.is_not(None) & same, 1), else_=0)),
    ).select_from(staged.outerjoin(stored, stored.c.id == staged.c.id))
    total, known, unchanged = connection.execute(counts).one()
    return total - known, known - int(unchanged or 0), int(unchanged or 0)


def promote(connection: Connection, source: str) -> None:
    """Store the staged payments, after the invoices, within the caller's transaction."""
    resolve(connection, source)
    staged, stored = staging.payments, tables.payments
    values = {name: staged.c[name] for name in _COPIED}
    connection.execute(stored.update().where(stored.c.id == staged.c.id).values(values))
    source_id = sa.literal(_source_id(connection, source))
    chosen = sa.select(source_id, staged.c.number, *values.values()).where(staged.c.id.is_(None))
    connection.execute(stored.insert().from_select(["source_id", "number", *values], chosen.order_by(staged.c.code)))


_COPIED = ("customer_id", "invoice_id", "paid_on", "amount_minor", "currency")


class _Reading:
    """One block on its way to payments."""

    def __init__(self, block: Block, mapping: Mapping, payment: Payment, interpreter: Interpreter) -> None:
        self.block = block
        self.mapping = mapping
        self.payment = payment
        self.amount = self.column(payment.amount)
        amounts = interpreter.numbers(self.amount).numbers[self.amount.codes]
        self.days = interpreter.days(self.column(payment.date))[self.column(payment.date).codes].tolist()
        self.currencies = self.texts(payment.currency) or [mapping.currency] * len(block.lines)
        self.minor = [0] * len(block.lines)
        for currency in {code for code in self.currencies if code and is_currency(code)}:
            digits, _ = amounts.rounded(minor_digits(currency))
            for place in places(np.array(self.currencies, dtype=object) == currency):
                self.minor[place] = int(digits[place])

    def column(self, name: str) -> Column:
        return self.block.columns[self.mapping.ref(name).column]

    def texts(self, name: str | None) -> list[str | None]:
        if name is None:
            return []
        column = self.column(name)
        return [column.text(place) or None for place in range(len(self.block.lines))]

    def rows(self) -> Iterator[Row]:
        nobody: list[str | None] = [None] * len(self.block.lines)
        customers = self.texts(self.payment.customer) or nobody
        invoices = self.texts(self.payment.invoice) or nobody
        numbers = self.texts(self.payment.number)
        for place, number in enumerate(numbers):
            currency = self.currencies[place] or ""
            yield (number or "", customers[place], invoices[place], self.days[place], self.minor[place], currency)

    def empty(self, place: int) -> list[Reason]:
        payment = self.payment
        needed = [name for name in (payment.number, payment.date, payment.amount, payment.currency) if name]
        found = [name for name in needed if not self.column(name).text(place)]
        whose = [name for name in (payment.customer, payment.invoice) if name]
        if not any(self.column(name).text(place) for name in whose):
            found += whose[:1]
        return [Reason(str(self.mapping.ref(name)), "is empty") for name in found]

    def too_large(self, place: int) -> list[Reason]:
        return [Reason("", "the amount is larger than any payment can be")] if abs(self.minor[place]) > MOST else []


def _source_id(connection: Connection, source: str) -> int:
    return connection.scalar(sa.select(tables.sources.c.id).where(tables.sources.c.name == source)) or 0


def _strangers(connection: Connection, source_id: int) -> list[tuple[str, Reason]]:
    """Payments whose customer or invoice is neither staged nor stored, or that pay somebody else's invoice."""
    staged, head, customer = staging.payments, staging.invoices, staging.customers
    invoice, reference = tables.invoices, tables.customer_references
    is_staged = sa.exists().where(customer.c.number == staged.c.customer_number)
    is_stored = sa.exists().where(reference.c.source_id == source_id, reference.c.number == staged.c.customer_number)
    staged_payer = (
        sa.select(customer.c.number)
        .join(head, head.c.customer == customer.c.code)
        .where(head.c.number == staged.c.invoice_number)
    )
    stored_payer = (
        sa.select(sa.func.min(reference.c.number))
        .join(invoice, invoice.c.customer_id == reference.c.customer_id)
        .where(reference.c.source_id == source_id, invoice.c.source_id == source_id)
        .where(invoice.c.number == staged.c.invoice_number)
    )
    whose = sa.func.coalesce(staged_payer.scalar_subquery(), stored_payer.scalar_subquery())
    columns = (staged.c.number, staged.c.customer_number, staged.c.invoice_number)
    found = []
    for number, payer, paid, is_known, owner in connection.execute(
        sa.select(*columns, sa.or_(is_staged, is_stored), whose).order_by(staged.c.code)
    ):
        if payer is not None and not is_known:
            found.append((number, Reason("the customer", "is not known", payer)))
        elif payer is None and owner is None:
            found.append((number, Reason("the invoice", "is not known, nor is whose payment it is", paid)))
        elif payer is not None and owner is not None and owner != payer:
            found.append((number, Reason("the invoice", "is another customer's", paid)))
    return found
