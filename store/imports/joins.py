"""Files that the ledger's rows refer to: customers, products, reps, the heads of invoices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from store.imports.arrays import EMPTY, Codes, Mask, places
from store.imports.cells import Column, Pool
from store.imports.mapping_keys import Mapping, Ref, Use
from store.imports.mapping_rules import join_of
from store.imports.meaning import Interpreter, Reason
from store.imports.reading import Block, Progress, Table


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a joined file that cannot be used."""

    table: Table
    line: int
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class Lookup:
    """All rows of one kind of joined file, found by their key.

    `rows` are the rows that can be used by their key, `bad` the first row of each key that cannot.
    """

    file: str
    key: str
    names: str
    columns: dict[str, Column]
    rows: dict[str, int] = field(default_factory=dict)
    bad: dict[str, BadRow] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def find(self, keys: Column) -> Codes:
        """The row that each key refers to, EMPTY where there is none."""
        found = np.array([*(self.rows.get(text, EMPTY) for text in keys.texts), EMPTY], dtype=np.int32)[keys.codes]
        self.used.update(np.unique(found).tolist())
        return found

    @property
    def rows_unused(self) -> int:
        """How many rows nothing referred to so far."""
        return len(set(self.rows.values()) - self.used)

    def why_not(self, column: str, key: str) -> Reason:
        """Why a key refers to no row."""
        if key in self.bad:
            bad = self.bad[key]
            return Reason(column, f"was rejected in {bad.table.name}", key)
        return Reason(column, f"is not in {self.names}", key)

    def reject(self, bad: BadRow, key: str) -> None:
        """Let nothing refer to this row."""
        self.bad_rows.append(bad)
        if key:
            self.bad.setdefault(key, bad)
            self.rows.pop(key, None)


def load(file: str, tables: Sequence[Table], mapping: Mapping, interpreter: Interpreter, progress: Progress) -> Lookup:
    """Read a joined file whole. Where several are given, a later one's rows go before an earlier one's.

    Within one file, a key that stands twice with different contents is rejected, as is a row with a cell that cannot
    be read. Errors: UnreadableFileError.
    """
    wanted = wanted_columns(mapping, file)
    _, key = join_of(mapping, file)
    pools = {column: Pool() for column in wanted}
    pieces: dict[str, list[Codes]] = {column: [np.empty(0, dtype=np.int32)] for column in wanted}
    rejected: list[tuple[BadRow, str]] = []
    total = 0
    usable: dict[str, int] = {}
    for table in tables:
        blocks = list(table.blocks(wanted, progress))
        codes = {
            column: np.concatenate([pieces[column][0], *(pools[column].add(block.columns[column]) for block in blocks)])
            for column in wanted
        }
        lines = [line for block in blocks for line in block.lines.tolist()]
        reasons = troubles_of(blocks, uses_of(mapping, file), interpreter)
        keys = Column(pools[key.column].texts, codes[key.column])
        for row in places(keys.is_empty):
            reasons.setdefault(row, []).append(Reason(key.column, "is empty"))
        for row, first in _contradictions(keys.codes, codes.values()):
            reason = Reason(key.column, f"stands in line {lines[first]} too, with other contents", keys.text(row))
            reasons.setdefault(row, []).append(reason)
        rejected += [(BadRow(table, lines[row], tuple(why)), keys.text(row)) for row, why in sorted(reasons.items())]
        usable |= {keys.text(row): total + row for row in range(len(lines)) if row not in reasons}
        for column in wanted:
            pieces[column].append(codes[column])
        total += len(lines)
    columns = {column: Column(pools[column].texts, np.concatenate(pieces[column])) for column in wanted}
    lookup = Lookup(file, key.column, " or ".join(table.name for table in tables), columns, usable)
    for bad, text in rejected:
        lookup.reject(bad, text)
    return lookup


def wanted_columns(mapping: Mapping, file: str) -> dict[str, str]:
    """The columns of a file that the mapping uses, with the first key that uses each."""
    wanted: dict[str, str] = {}
    for used in mapping.used():
        if used.ref.file == file:
            wanted.setdefault(used.ref.column, used.key)
    return wanted


def uses_of(mapping: Mapping, file: str) -> list[tuple[Ref, Use]]:
    """What the cells of a file's columns have to be."""
    return list(dict.fromkeys((used.ref, used.use) for used in mapping.used() if used.ref.file == file))


class Joined:
    """A block of the ledger's rows, together with what they refer to. Columns are asked for by their Ref.

    `unknown` collects the rows that refer to nothing, and why, as columns are asked for.
    """

    def __init__(self, block: Block, ledger: str, lookups: dict[str, Lookup], mapping: Mapping) -> None:
        self.block = block
        self.unknown: dict[int, list[Reason]] = {}
        self._ledger = ledger
        self._lookups = lookups
        self._mapping = mapping
        self._found: dict[str, Codes] = {}
        self._lost: dict[str, Mask] = {}

    def column(self, ref: Ref) -> Column:
        """The cells of a column, one for each row of the block."""
        if ref.file == self._ledger:
            return self.block.columns[ref.column]
        return self._lookups[ref.file].columns[ref.column].at(self._rows_of(ref.file))

    def is_lost(self, ref: Ref) -> Mask:
        """Which rows have nothing in this column because they refer to something that is not there."""
        lost = np.zeros(len(self.block.lines), dtype=bool)
        file = ref.file
        while file != self._ledger:
            self._rows_of(file)
            lost |= self._lost[file]
            file = join_of(self._mapping, file)[0].file
        return lost

    def _rows_of(self, file: str) -> Codes:
        if file not in self._found:
            refers, _ = join_of(self._mapping, file)
            keys = self.column(refers)
            lookup = self._lookups[file]
            found = self._found[file] = lookup.find(keys)
            self._lost[file] = np.equal(found, EMPTY) & ~keys.is_empty
            for row in places(self._lost[file]):
                self.unknown.setdefault(row, []).append(lookup.why_not(str(refers), keys.text(row)))
        return self._found[file]


def troubles_of(
    blocks: Sequence[Block], uses: Sequence[tuple[Ref, Use]], interpreter: Interpreter
) -> dict[int, list[Reason]]:
    """What is wrong with the cells of each row, by its place in all the blocks."""
    reasons: dict[int, list[Reason]] = {}
    before = 0
    for block in blocks:
        for row in range(len(block.lines)) if block.fault else ():
            reasons.setdefault(before + row, []).append(Reason("", block.fault))
        for ref, use in uses:
            column = block.columns[ref.column]
            troubles = interpreter.troubles(ref, column, use)
            for row in places(np.isin(column.codes, list(troubles))) if troubles else ():
                reasons.setdefault(before + row, []).append(troubles[int(column.codes[row])])
        before += len(block.lines)
    return reasons


def _contradictions(keys: Codes, columns: Iterable[Codes]) -> list[tuple[int, int]]:
    """Rows whose key stands twice with different contents, and the other row of it."""
    counts = np.bincount(keys[keys != EMPTY]) if len(keys) else np.empty(0, dtype=np.int64)
    contents = np.stack(list(columns), axis=1)
    by_key: dict[int, list[int]] = {}
    for row in places((keys != EMPTY) & (counts[keys] > 1)) if counts.size else ():
        by_key.setdefault(int(keys[row]), []).append(row)
    return [
        (row, rows[1] if row == rows[0] else rows[0])
        for rows in by_key.values()
        if len(np.unique(contents[rows], axis=0)) > 1
        for row in rows
    ]
