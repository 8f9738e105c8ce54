"""The rows of a block as the lines of invoices: exact amounts, kinds and costs, and why a row cannot be taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from store.imports.cells import EMPTY, Codes, Column, Pool
from store.imports.dates import Days
from store.imports.exact import Digits, Exact, to_decimal
from store.imports.joins import Joined
from store.imports.mapping import Mapping, Ref, Use
from store.imports.mapping_rules import ledger_file
from store.imports.meaning import Interpreter, Mask, Reason
from store.imports.patterns import matcher
from store.money import minor_digits

QUANTITY_DECIMALS = 3
# A million million dollars in one line: beyond it a sum could leave the database's integers.
MOST = 10**14

GOODS, CHARGE = 0, 1
ASSUMED, STANDARD, LEDGER = 0, 1, 2

Integers = NDArray[np.int64]


@dataclass(slots=True)
class Lines:
    """The rows of one block, all of them, one entry for each row; a row with `faults` has no meaning elsewhere."""

    numbers: Integers
    invoice: Column
    customer: Column
    rep: Column
    currency: Codes
    day: Days
    due: Days
    is_cancelled: Mask
    product: Codes
    kind: NDArray[np.int8]
    quantity: Integers
    price: Codes
    amount: Integers
    discount: Integers
    cost: Integers
    basis: NDArray[np.int8]
    amounts_rounded: Mask
    is_amount_known: Mask
    faults: dict[int, list[Reason]] = field(default_factory=dict)
    is_untrusted: bool = False


class LineReader:
    """Turns blocks into lines. The pools number products, unit prices and currencies over all blocks."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self.products = Pool()
        self.prices = Pool()
        self.currencies = Pool()
        self._ledger = ledger_file(mapping)
        self._charges = matcher(mapping.line.charges)
        self._cancelled = frozenset(value.strip() for value in mapping.invoice.cancelled_values)
        described = [part for part in ("invoice", "line", "customer", "product", "rep")]
        self._uses: list[tuple[Ref, Use]] = list(
            dict.fromkeys((used.ref, used.use) for used in mapping.used() if used.key.split(".")[0] in described)
        )

    def read(self, joined: Joined) -> Lines:
        """The lines of one block, with the reason for each row that cannot be taken."""
        return _Reading(self, joined).lines()


class _Reading:
    """One block on its way to lines."""

    def __init__(self, reader: LineReader, joined: Joined) -> None:
        self.reader = reader
        self.mapping = reader.mapping
        self.interpreter = reader.interpreter
        self.joined = joined
        self.rows = len(joined.block.lines)
        self.faults: dict[int, list[Reason]] = {}

    def lines(self) -> Lines:
        mapping = self.mapping
        product = self.column(mapping.line.product)
        kind = self.kinds(product)
        quantity, price = self.quantity(), self.prices(kind)
        amount, rounded = self.amounts(quantity, price)
        cost, basis = self.costs(quantity)
        discount = self.number(mapping.line.discount)
        discounted = self.minor("line.discount", discount)[0] if discount else np.zeros(self.rows, dtype=np.int64)
        lines = Lines(
            numbers=self.joined.block.lines,
            invoice=self.column(mapping.invoice.number),
            customer=self.column(mapping.invoice.customer),
            rep=self.column(mapping.invoice.rep),
            currency=self.currency,
            day=self.days(mapping.invoice.date),
            due=self.days(mapping.invoice.due),
            is_cancelled=self.cancelled(),
            product=self.reader.products.add(product),
            kind=kind,
            quantity=self.small("line.quantity", quantity.rounded(QUANTITY_DECIMALS)[0]),
            price=self.price_codes(),
            amount=amount,
            discount=discounted,
            cost=cost,
            basis=basis,
            amounts_rounded=rounded,
            is_amount_known=self.amount_known(),
            is_untrusted=bool(self.joined.block.fault),
        )
        self.complain_of_cells(lines)
        lines.faults = self.faults
        return lines

    def column(self, name: str | None) -> Column:
        """A column of the mapping, all empty where it names none."""
        if name is None:
            return Column([], np.full(self.rows, EMPTY, dtype=np.int32))
        return self.joined.column(self.mapping.ref(name))

    def number(self, name: str | None) -> Exact | None:
        """The numbers of a column, zero where a cell is empty or no number; None where the mapping names none."""
        if name is None:
            return None
        column = self.column(name)
        return self.interpreter.numbers(column).numbers[column.codes]

    def days(self, name: str | None) -> Days:
        column = self.column(name)
        return self.interpreter.days(column)[column.codes]

    @cached_property
    def currency(self) -> Codes:
        if self.mapping.currency is not None:
            return np.full(self.rows, self.reader.currencies.numbers([self.mapping.currency])[0], dtype=np.int32)
        return self.reader.currencies.add(self.column(self.mapping.invoice.currency))

    def kinds(self, product: Column) -> NDArray[np.int8]:
        charges = self.reader._charges
        kinds = [CHARGE if charges.match(text) else GOODS for text in product.texts]
        return np.array([*kinds, GOODS], dtype=np.int8)[product.codes]

    def quantity(self) -> Exact:
        """The quantities; where the ledger has none, each line is one."""
        quantity = self.number(self.mapping.line.quantity)
        if quantity is None:
            return Exact(np.ones(self.rows, dtype=np.int64), 0)
        self.complain(
            quantity.has_decimals_beyond(QUANTITY_DECIMALS),
            self.mapping.line.quantity,
            f"has more than {QUANTITY_DECIMALS} decimals",
        )
        return quantity

    def prices(self, kind: NDArray[np.int8]) -> Exact | None:
        price = self.number(self.mapping.line.unit_price)
        if price is not None and self.mapping.line.negative_prices == "reject":
            problem = 'is a negative price; say [line] negative_prices = "accept" if that is meant'
            self.complain((price.digits < 0) & (kind == GOODS), self.mapping.line.unit_price, problem)
        return price

    def price_codes(self) -> Codes:
        """The unit prices as codes of their exact decimal texts."""
        column = self.column(self.mapping.line.unit_price)
        parsed = self.interpreter.numbers(column) if column.texts else None
        if parsed is None:
            return column.codes
        texts = [format(to_decimal(int(digits), parsed.numbers.scale), "f") for digits in parsed.numbers.digits[:-1]]
        return self.reader.prices.numbers(texts)[column.codes]

    def amounts(self, quantity: Exact, price: Exact | None) -> tuple[Integers, Mask]:
        line = self.mapping.line
        amount = self.number(line.amount)
        if amount is None:
            assert price is not None
            amount = quantity * price
            if (discount := self.number(line.discount)) is not None:
                amount = amount - discount
            minor, _ = self.minor("the line's amount", amount)
            return minor, np.zeros(self.rows, dtype=bool)
        return self.minor("line.amount", amount)

    def amount_known(self) -> Mask:
        """Which rows have readable cells for all that makes their amount."""
        line = self.mapping.line
        known = self.currency != EMPTY
        for name in (line.amount,) if line.amount else (line.quantity, line.unit_price):
            column = self.column(name)
            known &= self.interpreter.numbers(column).is_number[column.codes] & ~column.is_empty
        if self.mapping.invoice.currency:
            column = self.column(self.mapping.invoice.currency)
            known &= ~np.isin(
                column.codes,
                list(self.interpreter.troubles(self.mapping.ref(self.mapping.invoice.currency), column, "currency")),
            )
        return known

    def costs(self, quantity: Exact) -> tuple[Integers, NDArray[np.int8]]:
        """Each line's cost, and what it rests on; zero where there is none."""
        cost, basis = np.zeros(self.rows, dtype=np.int64), np.full(self.rows, ASSUMED, dtype=np.int8)
        standard = self.mapping.line.unit_cost or self.mapping.product.unit_cost
        unit_cost = self.number(standard)
        if unit_cost is not None:
            is_known = ~self.column(standard).is_empty
            cost = np.where(is_known, self.minor("the line's cost", quantity * unit_cost)[0], cost)
            basis[is_known] = STANDARD
        own = self.number(self.mapping.line.cost)
        if own is not None:
            is_known = ~self.column(self.mapping.line.cost).is_empty
            cost = np.where(is_known, self.minor("line.cost", own)[0], cost)
            basis[is_known] = LEDGER
        return cost, basis

    def cancelled(self) -> Mask:
        column = self.column(self.mapping.invoice.cancelled)
        values = [text in self.reader._cancelled for text in column.texts]
        return np.array([*values, False], dtype=bool)[column.codes]

    def minor(self, key: str, number: Exact) -> tuple[Integers, Mask]:
        """The number in minor units of each row's currency, and which rows were rounded."""
        texts = self.reader.currencies.texts
        digits = np.array([minor_digits(text) if text.isalpha() else 2 for text in texts] + [2], dtype=np.int64)
        scales = digits[self.currency]
        minor: Digits = np.zeros(self.rows, dtype=np.int64)
        rounded = np.zeros(self.rows, dtype=bool)
        for scale in np.unique(scales):
            rows = scales == scale
            amounts, changed = number[rows].rounded(int(scale))
            minor = minor.astype(amounts.dtype) if amounts.dtype == object else minor
            minor[rows], rounded[rows] = amounts, changed
        return self.small(key, minor), rounded

    def small(self, key: str, digits: Digits) -> Integers:
        """The integers, and a complaint about those that are larger than any line of a ledger is."""
        is_large = (abs(digits) > MOST).astype(bool)
        if is_large.any():
            self.complain(is_large, None, f"{key} is larger than any line can be")
        return np.where(is_large, 0, digits).astype(np.int64)

    def complain(self, rows: Mask, column: str | None, problem: str) -> None:
        """Every row of the mask is rejected for this problem of a column."""
        for row in np.flatnonzero(rows):
            cell = (self.column(column).text(row) or None) if column else None
            name = str(self.mapping.ref(column)) if column else ""
            self.faults.setdefault(int(row), []).append(Reason(name, problem, cell))

    def complain_of_cells(self, lines: Lines) -> None:
        """Cells that mean nothing, empty ones that must not be, and references to nothing, before all else."""
        before, self.faults = self.faults, {}
        if self.joined.block.fault:
            self.faults = {row: [Reason("", self.joined.block.fault)] for row in range(self.rows)}
            return
        for column in self.required():
            self.complain(self.column(column).is_empty, column, "is empty")
        for ref, use in self.reader._uses:
            column = self.joined.column(ref)
            troubles = self.interpreter.troubles(ref, column, use)
            for row in np.flatnonzero(np.isin(column.codes, list(troubles))) if troubles else ():
                self.faults.setdefault(int(row), []).append(troubles[int(column.codes[row])])
        for row, reasons in (*self.joined.unknown.items(), *before.items()):
            if row not in self.faults or row in self.joined.unknown:
                self.faults.setdefault(row, []).extend(reasons)

    def required(self) -> Iterable[str]:
        """The columns that must not be empty in a line that has a customer."""
        invoice, line = self.mapping.invoice, self.mapping.line
        priced = line.unit_price if line.amount is None else None
        found = (invoice.number, invoice.date, invoice.currency, line.quantity, line.amount, priced)
        return [column for column in found if column is not None]
