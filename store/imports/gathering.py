"""The ledger as it comes together from block to block: which rows make an invoice, and what it comes to.

Nothing here is a row of Python for a row of the ledger: an invoice is a place in some arrays. Invoices are numbered
anew in each file, so that a later file's version of an invoice can be told from an earlier one's.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from store.imports import dates
from store.imports.cells import EMPTY, Codes, Column, Pool
from store.imports.lines import Integers, Lines
from store.imports.meaning import Mask, Reason

UNSET = -2
# Due dates are kept as days since this one, so that none is EMPTY or UNSET.
FIRST_DAY = dates.day_number(dates.EARLIEST)
SEEDS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_FACTOR, _SHIFT = np.uint64(0xFF51AFD7ED558CCD), np.uint64(32)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of the ledger that cannot be taken. `invoice` is EMPTY where it cannot be told."""

    file: int
    line: int
    invoice: int
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class StagedLines:
    """Good rows of a block, ready to be staged; `invoice` and `ordinal` identify a line."""

    invoice: Codes
    ordinal: Codes
    kind: NDArray[np.int8]
    product: Codes
    quantity: Integers
    price: Codes
    amount: Integers
    discount: Integers
    cost: Integers
    basis: NDArray[np.int8]


@dataclass(slots=True)
class RowIndex:
    """For each row of the ledger, kept in the order of the files: a few small integers, not its cells."""

    pieces: list[tuple[NDArray[np.int64], ...]] = field(default_factory=list)

    def add(self, *columns: NDArray[np.generic]) -> None:
        """Some rows more."""
        self.pieces.append(tuple(columns))

    def columns(self, count: int) -> list[NDArray[np.int64]]:
        """All rows, column by column."""
        if not self.pieces:
            return [np.empty(0, dtype=np.int64)] * count
        return [np.concatenate(column) for column in zip(*self.pieces, strict=True)]


class Invoices:
    """Every invoice met, by its code; `attributes` hold UNSET until a row tells."""

    ATTRIBUTES = ("customer", "rep", "currency", "due", "cancelled")

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.file = np.empty(0, dtype=np.int32)
        self.day = np.empty(0, dtype=np.int32)
        self.rows = np.empty(0, dtype=np.int32)
        self.first_line = np.empty(0, dtype=np.int64)
        self.total = np.empty(0, dtype=np.int64)
        self.hashes = np.empty((0, 2), dtype=np.uint64)
        self.attributes = {name: np.empty(0, dtype=np.int32) for name in self.ATTRIBUTES}

    def __len__(self) -> int:
        return len(self.numbers)

    def grow(self, numbers: list[str], file: int) -> None:
        """Room for more invoices of a file."""
        count = len(numbers)
        self.numbers += numbers
        self.file = _extended(self.file, count, file)
        self.day = _extended(self.day, count, np.iinfo(np.int32).max)
        self.rows = _extended(self.rows, count, 0)
        self.first_line = _extended(self.first_line, count, 0)
        self.total = _extended(self.total, count, 0)
        self.hashes = np.concatenate([self.hashes, np.zeros((count, 2), dtype=np.uint64)])
        for name, values in self.attributes.items():
            self.attributes[name] = _extended(values, count, UNSET)


class Gathering:
    """The ledger so far. `first_day` and `last_day` are those of all rows that have a date."""

    def __init__(self) -> None:
        self.invoices = Invoices()
        self.rejected: list[RejectedRow] = []
        self.row_index = RowIndex()
        self.nameless = RowIndex()
        self.nameless_numbers: list[Pool] = []
        self.amounts_rounded = 0
        self.rows_read = 0
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

    def code_of(self, number: str) -> int | None:
        """The code of an invoice of this file."""
        return self._offset + int(self._numbers.numbers([number])[0]) if number in self._numbers else None

    def take(self, lines: Lines, latest: int, variants: tuple[Codes, ...], customer: Codes, rep: Codes) -> StagedLines:
        """Take in a block: rows without a customer aside, bad rows out, the rest to their invoices."""
        self.rows_read += len(lines.numbers)
        self._note_days(lines.day, latest)
        is_aside = lines.customer.is_empty & (not lines.is_untrusted)
        is_bad = np.zeros(len(is_aside), dtype=bool)
        is_bad[list(lines.faults)] = True
        is_bad &= ~is_aside
        self._set_aside(lines, np.flatnonzero(is_aside))
        invoice = self._invoice_codes(lines.invoice, ~is_aside)
        rows = np.flatnonzero(~is_aside)
        self.row_index.add(invoice[rows], lines.numbers[rows], *(codes[rows] for codes in variants))
        self.rejected += [
            RejectedRow(self._file, int(lines.numbers[row]), int(invoice[row]), tuple(lines.faults[row]))
            for row in np.flatnonzero(is_bad).tolist()
        ]
        return self._add(lines, np.flatnonzero(~is_aside & ~is_bad), invoice, customer, rep)

    def _add(self, lines: Lines, rows: NDArray[np.int64], invoice: Codes, customer: Codes, rep: Codes) -> StagedLines:
        code, state = invoice[rows], self.invoices
        unset = state.rows[code] == 0
        state.first_line[code[unset][::-1]] = lines.numbers[rows][unset][::-1]
        given = {
            "customer": customer[rows],
            "rep": rep[rows],
            "currency": lines.currency[rows],
            "due": np.where(lines.due[rows] == dates.NO_DAY, EMPTY, lines.due[rows] - FIRST_DAY),
            "cancelled": lines.is_cancelled[rows].astype(np.int32),
        }
        for name, values in given.items():
            self._agree(name, code, values, lines.numbers[rows])
        ordinal = _ordinals(code) + state.rows[code]
        np.add.at(state.rows, code, 1)
        np.minimum.at(state.day, code, lines.day[rows])
        np.add.at(state.total, code, lines.amount[rows])
        self.amounts_rounded += int(lines.amounts_rounded[rows].sum())
        return StagedLines(
            code,
            ordinal.astype(np.int32),
            lines.kind[rows],
            lines.product[rows],
            lines.quantity[rows],
            lines.price[rows],
            lines.amount[rows],
            lines.discount[rows],
            lines.cost[rows],
            lines.basis[rows],
        )

    def hash_lines(self, lines: StagedLines, products: NDArray[np.uint64], prices: NDArray[np.uint64]) -> None:
        """Add the lines to their invoices' hashes. The order within an invoice counts, that of invoices does not."""
        numbers = (lines.ordinal, lines.kind, lines.quantity, lines.amount, lines.discount, lines.cost, lines.basis)
        for lane, seed in enumerate(SEEDS):
            parts = [products[lines.product, lane], prices[lines.price, lane], *numbers]
            np.add.at(self.invoices.hashes[:, lane], lines.invoice, mixed(parts, seed))

    def _invoice_codes(self, numbers: Column, wanted: Mask) -> Codes:
        used = Column(numbers.texts, np.where(wanted, numbers.codes, np.int32(EMPTY)))
        present = np.zeros(len(numbers.texts) + 1, dtype=bool)
        present[used.codes] = True
        before = len(self._numbers)
        chosen = np.flatnonzero(present[:-1])
        codes = np.full(len(numbers.texts) + 1, EMPTY, dtype=np.int32)
        codes[chosen] = self._numbers.numbers([numbers.texts[index] for index in chosen])[:-1] + self._offset
        self.invoices.grow(self._numbers.texts[before:], self._file)
        return codes[used.codes]

    def _set_aside(self, lines: Lines, rows: NDArray[np.int64]) -> None:
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
        for row in np.flatnonzero(tells & (known[code] != values)).tolist():
            other = int(self.invoices.first_line[code[row]])
            reason = Reason("", f"line {other} of the same invoice names another {_WORDS[name]}")
            self.rejected.append(RejectedRow(self._file, int(numbers[row]), int(code[row]), (reason,)))

    def _note_days(self, days: NDArray[np.int32], latest: int) -> None:
        known = days[(days <= latest) & (days >= FIRST_DAY)]
        if known.size:
            low, high = int(known.min()), int(known.max())
            self.first_day = low if self.first_day is None else min(low, self.first_day)
            self.last_day = high if self.last_day is None else max(high, self.last_day)


_WORDS = {
    "customer": "customer",
    "rep": "rep",
    "currency": "currency",
    "due": "due date",
    "cancelled": "state of being cancelled",
}


def mixed(parts: list[NDArray[np.generic]], seed: np.uint64) -> NDArray[np.uint64]:
    """64 bits that depend on every part and on their order."""
    state = np.full(len(parts[0]), seed, dtype=np.uint64)
    for part in parts:
        state ^= part.astype(np.int64).view(np.uint64) if part.dtype != np.uint64 else part
        state *= _FACTOR
        state ^= state >> _SHIFT
    return state


def _ordinals(code: Codes) -> NDArray[np.int64]:
    """1 for the first row of each code, 2 for the next, whether or not they stand together."""
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(code) else order
    lengths = np.diff(np.concatenate([starts, [len(code)]]))
    ordinals = np.empty(len(code), dtype=np.int64)
    ordinals[order] = np.arange(len(code)) - np.repeat(starts, lengths) + 1
    return ordinals


def _extended(values: NDArray[np.generic], count: int, value: int) -> NDArray[np.generic]:
    return np.concatenate([values, np.full(count, value, dtype=values.dtype)])
