"""The rows of a block as the lines of invoices: exact amounts, kinds and costs, and why a row cannot be taken."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from store.imports.arrays import EMPTY, AnyArray, Codes, Days, Integers, Mask, mask_of, places
from store.imports.cells import Column, Pool
from store.imports.exact import Digits, Exact, to_decimal
from store.imports.joins import Joined
from store.imports.mapping_keys import Mapping, Ref, Use
from store.imports.meaning import Interpreter, Reason
from store.imports.patterns import matcher
from store.money import is_currency, minor_digits

QUANTITY_DECIMALS = 3
# A million million in one line, in units of a thousandth or a cent: a sum of them stays far within the database.
MOST = 10**14

GOODS, CHARGE = 0, 1
ASSUMED, STANDARD, LEDGER = 0, 1, 2

_LEDGER_PARTS = ("invoice", "line", "customer", "product", "rep")


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one block, an entry of each array for each row.

    `faults` are the rows that cannot be taken and why: what the arrays hold for them means nothing. `is_nameless`
    rows have no customer; of those only the day and, where `is_amount_known`, the amount are of use.
    """

    numbers: Integers
    invoice: Column
    currency: Codes
    day: Days
    due: Days
    is_cancelled: Mask
    is_nameless: Mask
    kind: AnyArray
    product: Codes
    quantity: Integers
    price: Codes
    amount: Integers
    discount: Integers
    cost: Integers
    basis: AnyArray
    is_rounded: Mask
    is_amount_known: Mask
    faults: dict[int, list[Reason]]


class LineReader:
    """Turns blocks into lines. The pools number products, unit prices and currencies over all blocks."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self.products = Pool()
        self.prices = Pool()
        self.currencies = Pool()
        self.charges = matcher(mapping.line.charges)
        self.cancelled = frozenset(value.strip() for value in mapping.invoice.cancelled_values)
        used = [(one.ref, one.use) for one in mapping.used() if one.key.split(".")[0] in _LEDGER_PARTS]
        self.uses: list[tuple[Ref, Use]] = list(dict.fromkeys(used))

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
        quantity, price = self.quantity(), self.price(kind)
        amount, is_rounded = self.amounts(quantity, price)
        cost, basis = self.costs(quantity)
        discount = self.number(mapping.line.discount) or Exact(np.zeros(self.rows, dtype=np.int64), 0)
        return Lines(
            numbers=self.joined.block.lines,
            invoice=self.column(mapping.invoice.number),
            currency=self.currency,
            day=self.days(mapping.invoice.date),
            due=self.days(mapping.invoice.due),
            is_cancelled=self.cancelled(),
            is_nameless=self.nameless(),
            kind=kind,
            product=self.reader.products.add(product),
            quantity=self.small("the quantity", quantity.rounded(QUANTITY_DECIMALS)[0]),
            price=self.price_codes(),
            amount=amount,
            discount=self.minor("the discount", discount)[0],
            cost=cost,
            basis=basis,
            is_rounded=is_rounded,
            is_amount_known=self.amount_known(),
            faults=self.all_faults(),
        )

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

    def kinds(self, product: Column) -> AnyArray:
        kinds = [CHARGE if self.reader.charges.match(text) else GOODS for text in product.texts]
        return np.array([*kinds, GOODS], dtype=np.int8)[product.codes]

    def quantity(self) -> Exact:
        """The quantities; where the ledger has none, each line is one."""
        name = self.mapping.line.quantity
        quantity = self.number(name)
        if quantity is None:
            return Exact(np.ones(self.rows, dtype=np.int64), 0)
        self.complain(quantity.rounded(QUANTITY_DECIMALS)[1], name, f"has more than {QUANTITY_DECIMALS} decimals")
        return quantity

    def price(self, kind: AnyArray) -> Exact | None:
        name = self.mapping.line.unit_price
        price = self.number(name)
        if price is not None and self.mapping.line.negative_prices == "reject":
            problem = 'is a negative price; say negative_prices = "accept" under [line] if that is meant'
            self.complain((price.digits < 0) & (kind == GOODS), name, problem)
        return price

    def price_codes(self) -> Codes:
        """The unit prices as codes of their exact decimal texts."""
        column = self.column(self.mapping.line.unit_price)
        numbers = self.interpreter.numbers(column).numbers
        texts = [format(to_decimal(int(digits), numbers.scale), "f") for digits in numbers.digits[:-1]]
        return self.reader.prices.numbers(texts)[column.codes]

    def amounts(self, quantity: Exact, price: Exact | None) -> tuple[Integers, Mask]:
        """Each line's amount, and which ones the ledger gives more exactly than its currency can hold."""
        line = self.mapping.line
        given = self.number(line.amount)
        if given is not None:
            return self.minor("the amount", given)
        assert price is not None
        discount = self.number(line.discount)
        computed = quantity * price if discount is None else quantity * price - discount
        return self.minor("quantity × unit price", computed)[0], np.zeros(self.rows, dtype=bool)

    def amount_known(self) -> Mask:
        """Which rows have readable cells for all that makes their amount."""
        line = self.mapping.line
        codes, texts = self.currency, self.reader.currencies.texts
        known: Mask = np.array([*map(is_currency, texts), False])[codes]
        for name in (line.amount,) if line.amount else (line.quantity, line.unit_price):
            column = self.column(name)
            known &= self.interpreter.numbers(column).is_number[column.codes] & ~column.is_empty
        return known

    def costs(self, quantity: Exact) -> tuple[Integers, AnyArray]:
        """Each line's cost, and what it rests on; zero where there is none."""
        cost, basis = np.zeros(self.rows, dtype=np.int64), np.full(self.rows, ASSUMED, dtype=np.int8)
        standard = self.mapping.line.unit_cost or self.mapping.product.unit_cost
        unit_cost = self.number(standard)
        if unit_cost is not None:
            is_known = ~self.column(standard).is_empty
            cost = np.where(is_known, self.minor("the cost", quantity * unit_cost)[0], cost)
            basis[is_known] = STANDARD
        own = self.number(self.mapping.line.cost)
        if own is not None:
            is_known = ~self.column(self.mapping.line.cost).is_empty
            cost = np.where(is_known, self.minor("the cost", own)[0], cost)
            basis[is_known] = LEDGER
        return cost, basis

    def cancelled(self) -> Mask:
        column = self.column(self.mapping.invoice.cancelled)
        return np.array([*(text in self.reader.cancelled for text in column.texts), False])[column.codes]

    def nameless(self) -> Mask:
        """Which rows have no customer, though nothing else keeps them from being understood."""
        if self.joined.block.fault:
            return np.zeros(self.rows, dtype=bool)
        ref = self.mapping.ref(self.mapping.invoice.customer)
        return self.joined.column(ref).is_empty & ~self.joined.is_lost(ref)

    def minor(self, what: str, number: Exact) -> tuple[Integers, Mask]:
        """The number in minor units of each row's currency, and which rows were rounded."""
        codes, texts = self.currency, self.reader.currencies.texts
        digits = np.array([*(minor_digits(text) if is_currency(text) else 0 for text in texts), 0])[codes]
        minor: Digits = np.zeros(self.rows, dtype=np.int64)
        is_rounded = np.zeros(self.rows, dtype=bool)
        for scale in np.unique(digits).tolist():
            rows = digits == scale
            amounts, changed = number[rows].rounded(scale)
            minor = minor.astype(object) if amounts.dtype == object else minor
            minor[rows], is_rounded[rows] = amounts, changed
        return self.small(what, minor), is_rounded

    def small(self, what: str, digits: Digits) -> Integers:
        """The integers, and a complaint about those that are larger than any line of a ledger is."""
        is_large = np.greater(abs(digits), MOST).astype(bool)
        self.complain(is_large, None, f"{what} is larger than any line can be")
        return np.where(is_large, 0, digits).astype(np.int64)

    def complain(self, rows: Mask, name: str | None, problem: str) -> None:
        """Every row of the mask is rejected for this problem of a column."""
        for row in places(rows):
            cell = (self.column(name).text(row) or None) if name else None
            shown = str(self.mapping.ref(name)) if name else ""
            self.faults.setdefault(row, []).append(Reason(shown, problem, cell))

    def all_faults(self) -> dict[int, list[Reason]]:
        """References to nothing, cells that mean nothing or must not be empty; else what follows from the cells."""
        if self.joined.block.fault:
            return {row: [Reason("", self.joined.block.fault)] for row in range(self.rows)}
        following, self.faults = self.faults, {}
        columns = [(ref, use, self.joined.column(ref)) for ref, use in self.reader.uses]
        self.faults = {row: list(reasons) for row, reasons in self.joined.unknown.items()}
        is_known = ~mask_of(self.rows, self.faults)
        for name in self.required():
            self.complain(self.column(name).is_empty & is_known, name, "is empty")
        for ref, use, column in columns:
            troubles = self.interpreter.troubles(ref, column, use)
            for row in places(np.isin(column.codes, list(troubles))) if troubles else ():
                self.faults.setdefault(row, []).append(troubles[int(column.codes[row])])
        for row, reasons in following.items():
            self.faults.setdefault(row, reasons)
        return self.faults

    def required(self) -> list[str]:
        """The columns that must not be empty in a line that has a customer."""
        invoice, line = self.mapping.invoice, self.mapping.line
        priced = line.unit_price if line.amount is None else None
        found = (invoice.number, invoice.date, invoice.currency, line.quantity, line.amount, priced)
        return [name for name in found if name is not None]
