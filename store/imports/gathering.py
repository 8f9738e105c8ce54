"""The ledger as it comes together from block to block: which rows make an invoice, and what it comes to.

Nothing here is a step of Python for a row of the ledger: an invoice is a place in some arrays. Invoices are numbered
anew in each file, so that a later file's version of an invoice can be told from an earlier one's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from store.imports import dates
from store.imports.arrays import EMPTY, AnyArray, Codes, Hashes, Integers, Mask, mask_of, places
from store.imports.cells import Column, Pool
from store.imports.lines import Lines
from store.imports.meaning import Reason

UNSET = -2
NO_LINE = 0
# Due dates are kept as days since this one, so that none is EMPTY or UNSET.
FIRST_DAY = dates.day_number(dates.EARLIEST)
LARGEST_DAY = np.iinfo(np.int32).max
SEEDS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_FACTOR, _SHIFT = np.uint64(0xFF51AFD7ED558CCD), np.uint64(32)

_SINGULAR = {
    "customer": "customer",
    "rep": "rep",
    "currency": "currency",
    "due": "due date",
    "cancelled": "state of being cancelled",
}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of the ledger that cannot be taken. `invoice` is EMPTY where it cannot be told."""

    file: int
    line: int
    invoice: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class StagedLines:
    """Good rows of a block, ready to be staged; `invoice` and `ordinal` identify a line."""

    invoice: Codes
    ordinal: Codes
    kind: AnyArray
    product: Codes
    quantity: Integers
    price: Codes
    amount: Integers
    discount: Integers
    cost: Integers
    basis: AnyArray


@dataclass(slots=True)
class RowIndex:
    """A few integers for each row of the ledger, in the order of the files: what can be kept of them all."""

    width: int
    pieces: list[tuple[AnyArray, ...]] = field(default_factory=list)

    def add(self, *columns: AnyArray) -> None:
        """Some rows more."""
        self.pieces.append(columns)

    def columns(self) -> list[Integers]:
        """All rows, column by column."""
        if not self.pieces:
            return [np.empty(0, dtype=np.int64)] * self.width
        return [np.concatenate(column) for column in zip(*self.pieces, strict=True)]


class Invoices:
    """Every invoice met, by its code; `attributes` hold UNSET until a row tells, and dues are days since FIRST_DAY."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.file = np.empty(0, dtype=np.int32)
        self.day = np.empty(0, dtype=np.int32)
        self.rows = np.empty(0, dtype=np.int32)
        self.first_line = np.empty(0, dtype=np.int64)
        self.total = np.empty(0, dtype=np.int64)
        self.hashes: Hashes = np.empty((0, len(SEEDS)), dtype=np.uint64)
        self.attributes = {name: np.empty(0, dtype=np.int32) for name in _SINGULAR}

    def __len__(self) -> int:
        return len(self.numbers)

    def grow(self, numbers: Sequence[str], file: int) -> None:
        """Room for more invoices of a file."""
        count = len(numbers)
        self.numbers.extend(numbers)
        self.file = np.append(self.file, np.full(count, file, dtype=np.int32))
        self.day = np.append(self.day, np.full(count, LARGEST_DAY, dtype=np.int32))
        self.rows = np.append(self.rows, np.zeros(count, dtype=np.int32))
        self.first_line = np.append(self.first_line, np.full(count, NO_LINE, dtype=np.int64))
        self.total = np.append(self.total, np.zeros(count, dtype=np.int64))
        self.hashes = np.concatenate([self.hashes, np.zeros((count, len(SEEDS)), dtype=np.uint64)])
        for name, values in self.attributes.items():
            self.attributes[name] = np.append(values, np.full(count, UNSET, dtype=np.int32))


class Gathering:
    """The ledger so far.

    `row_index` has for each row with a customer: invoice, line, and the variants of its customer, product and rep;
    `line_contents` for each good row: invoice, and a hash of what the line says of it;
    `nameless` for each row without a customer: file, number, line, amount, currency (EMPTY where that is not known).
    `first_day` and `last_day` are those of all rows that have a date.
    """

    def __init__(self) -> None:
        self.invoices = Invoices()
        self.rejected: list[RejectedRow] = []
        self.row_index = RowIndex(5)
        self.nameless = RowIndex(5)
        self.nameless_numbers: list[Pool] = []
        self.line_contents = RowIndex(2)
        self.rows_read = 0
        self.rows_rounded = 0
        self.first_day: int | None = None
        self.last_day: int | None = None
        self._numbers = Pool()
        self._offset = 0
        self._file = -1

    def begin_file(self, file: int) -> None:
        """The rows that follow are those of the file with this number."""
        self._file = file
        self._offset = len(self.invoices)
        self._numbers = Pool()
        self.nameless_numbers.append(Pool())

    def take(self, lines: Lines, customer: Codes, rep: Codes, variants: Sequence[Codes], latest: int) -> StagedLines:
        """Take in a block: rows without a customer aside, bad rows out, the rest to their invoices."""
        self.rows_read += len(lines.numbers)
        self._note_days(lines.day, latest)
        self._set_aside(lines)
        named = np.flatnonzero(~lines.is_nameless)
        invoice = self._invoice_codes(lines.invoice, lines.is_nameless)
        self.row_index.add(invoice[named], lines.numbers[named], *(codes[named] for codes in variants))
        self._note_first_lines(invoice[named], lines.numbers[named])
        is_bad = mask_of(len(lines.numbers), lines.faults)
        self.rejected += [
            RejectedRow(self._file, int(lines.numbers[row]), int(invoice[row]), tuple(lines.faults[row]))
            for row in places(is_bad & ~lines.is_nameless)
        ]
        return self._add(lines, np.flatnonzero(~is_bad & ~lines.is_nameless), invoice, customer, rep)

    def hash_lines(self, lines: StagedLines, products: Hashes, prices: Hashes) -> None:
        """Add the lines to their invoices' hashes. The order within an invoice counts, that of invoices does not."""
        contents = (lines.kind, lines.quantity, lines.amount, lines.discount, lines.cost, lines.basis)
        for lane, seed in enumerate(SEEDS):
            content = mixed([products[lines.product, lane], prices[lines.price, lane], *contents], seed)
            np.add.at(self.invoices.hashes[:, lane], lines.invoice, mixed([content, lines.ordinal], seed))
        self.line_contents.add(lines.invoice, mixed([content, lines.invoice], SEEDS[0]))

    def _add(self, lines: Lines, rows: Integers, invoice: Codes, customer: Codes, rep: Codes) -> StagedLines:
        code, state = invoice[rows], self.invoices
        due = lines.due[rows]
        attributes = {
            "customer": customer[rows],
            "rep": rep[rows],
            "currency": lines.currency[rows],
            "due": np.where(due == dates.NO_DAY, EMPTY, due - FIRST_DAY),
            "cancelled": lines.is_cancelled[rows].astype(np.int32),
        }
        for name, values in attributes.items():
            self._agree(name, code, values, lines.numbers[rows])
        ordinal = (ordinals(code) + state.rows[code]).astype(np.int32)
        np.add.at(state.rows, code, 1)
        np.minimum.at(state.day, code, lines.day[rows])
        np.add.at(state.total, code, lines.amount[rows])
        self.rows_rounded += int(lines.is_rounded[rows].sum())
        names = ("kind", "product", "quantity", "price", "amount", "discount", "cost", "basis")
        return StagedLines(code, ordinal, *(getattr(lines, name)[rows] for name in names))

    def _invoice_codes(self, numbers: Column, is_nameless: Mask) -> Codes:
        """The invoice of each row that has a customer, EMPTY where its number is."""
        used = np.where(is_nameless, EMPTY, numbers.codes)
        is_present = np.zeros(len(numbers.texts) + 1, dtype=bool)
        is_present[used] = True
        chosen = np.flatnonzero(is_present[:-1])
        before = len(self._numbers)
        codes = np.full(len(numbers.texts) + 1, EMPTY, dtype=np.int32)
        codes[chosen] = self._numbers.numbers([numbers.texts[place] for place in chosen])[:-1] + self._offset
        self.invoices.grow(self._numbers.texts[before:], self._file)
        return codes[used]

    def _note_first_lines(self, invoice: Codes, numbers: Integers) -> None:
        first = self.invoices.first_line
        rows = np.flatnonzero(invoice != EMPTY)
        rows = rows[first[invoice[rows]] == NO_LINE][::-1]
        first[invoice[rows]] = numbers[rows]

    def _set_aside(self, lines: Lines) -> None:
        rows = np.flatnonzero(lines.is_nameless)
        number = self.nameless_numbers[-1].add(Column(lines.invoice.texts, lines.invoice.codes[rows]))
        file = np.full(len(rows), self._file, dtype=np.int32)
        currency = np.where(lines.is_amount_known, lines.currency, EMPTY)[rows]
        self.nameless.add(file, number, lines.numbers[rows], lines.amount[rows], currency)

    def _agree(self, name: str, code: Codes, values: Codes, numbers: Integers) -> None:
        """Note the first row's value of each invoice; a row that says otherwise is rejected."""
        known = self.invoices.attributes[name]
        tells = values != EMPTY
        first = np.flatnonzero((known[code] == UNSET) & tells)[::-1]
        known[code[first]] = values[first]
        for row in places(tells & (known[code] != values)):
            reason = Reason("", f"another {_SINGULAR[name]} than an earlier line of the same invoice")
            self.rejected.append(RejectedRow(self._file, int(numbers[row]), int(code[row]), (reason,)))

    def _note_days(self, days: Codes, latest: int) -> None:
        known = days[(days <= latest) & (days >= FIRST_DAY)]
        if known.size:
            low, high = int(known.min()), int(known.max())
            self.first_day = low if self.first_day is None else min(low, self.first_day)
            self.last_day = high if self.last_day is None else max(high, self.last_day)


def mixed(parts: Sequence[AnyArray], seed: np.uint64) -> Hashes:
    """64 bits that depend on every part and on their order."""
    state = np.full(len(parts[0]), seed, dtype=np.uint64)
    for part in parts:
        state ^= part if part.dtype == np.uint64 else part.astype(np.int64).view(np.uint64)
        state *= _FACTOR
        state ^= state >> _SHIFT
    return state


def ordinals(code: Codes) -> Integers:
    """1 for the first row of each code, 2 for the next, whether or not they stand together."""
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    is_start = np.ones(len(code), dtype=bool)
    is_start[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_start)
    lengths = np.diff(np.append(starts, len(code)))
    numbered = np.empty(len(code), dtype=np.int64)
    numbered[order] = np.arange(len(code)) - np.repeat(starts, lengths) + 1
    return numbered
