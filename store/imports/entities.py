"""The customers, products and reps of an import, each with what is known of them, from the rows or from their file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from store.imports import dates
from store.imports.arrays import EMPTY, AnyArray, Codes, Integers
from store.imports.cells import Column, Pool
from store.imports.gathering import Gathering
from store.imports.joins import Joined, Lookup
from store.imports.mapping_keys import Mapping
from store.imports.mapping_rules import described_in, number_of
from store.imports.meaning import Interpreter
from store.imports.settling import TAKEN
from store.imports.variants import Variants

PARTS = ("customer", "product", "rep")
ATTRIBUTES = {
    "customer": ("name", "country", "place", "since", "currency", "owner"),
    "product": ("name", "category"),
    "rep": ("name", "email"),
}


@dataclass(frozen=True, slots=True)
class Described:
    """One customer, product or rep: `code` is how the invoices and lines refer to it."""

    code: int
    number: str
    attributes: dict[str, str | None]


class Entities:
    """All customers, products and reps met. The rows of the ledger describe them, where no file of their own does."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter, lookups: dict[str, Lookup]) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self.lookups = lookups
        self.attributes = {part: _mapped(mapping, part) for part in PARTS}
        self.file = {part: described_in(mapping, part) for part in PARTS}
        self.variants = {part: Variants(() if self.file[part] else self.attributes[part]) for part in PARTS}

    def numbers(self, part: str) -> Pool:
        """The numbers of all customers, products or reps by their code."""
        return self.variants[part].numbers

    def add(self, joined: Joined) -> dict[str, tuple[Codes, Codes]]:
        """For each row of a block the codes of its customer, product and rep, and of what the row says of them."""
        found = {}
        for part, variants in self.variants.items():
            ref = number_of(self.mapping, part)
            rows = len(joined.block.lines)
            number = joined.column(ref) if ref else Column([], np.full(rows, EMPTY, dtype=np.int32))
            attributes = [self._attribute(part, name, joined) for name in variants.attributes]
            found[part] = variants.add(number, attributes)
        return found

    def of_rows(self, part: str, ranks: Integers) -> list[Described]:
        """Those that taken rows refer to, described by the rows; `ranks` as for Variants.latest."""
        names, texts = self.variants[part].attributes, self.numbers(part).texts
        return [
            Described(code, texts[code], dict(zip(names, values, strict=True)))
            for code, values in sorted(self.variants[part].latest(ranks).items())
        ]

    def of_file(self, part: str) -> list[Described]:
        """All that stand in their own file."""
        described = self.file[part]
        assert described is not None
        file, number_ref = described
        lookup = self.lookups[file]
        numbers = lookup.columns[number_ref.column]
        columns = {name: self._text(part, name, lookup) for name in self.attributes[part]}
        found: dict[str, Described] = {}
        for row in lookup.rows.values():
            number = numbers.text(row)
            if number:
                code = int(self.numbers(part).numbers([number])[0])
                values = {name: column.text(row) or None for name, column in columns.items()}
                found[number] = Described(code, number, values)
        return list(found.values())

    def _attribute(self, part: str, name: str, joined: Joined) -> Column:
        columns = _columns(self.mapping, part, name)
        return self._as_text(name, [joined.column(self.mapping.ref(column)) for column in columns])

    def _text(self, part: str, name: str, lookup: Lookup) -> Column:
        columns = _columns(self.mapping, part, name)
        return self._as_text(name, [lookup.columns[self.mapping.ref(column).column] for column in columns])

    def _as_text(self, name: str, columns: Sequence[Column]) -> Column:
        if name == "since":
            days = self.interpreter.days(columns[0])[:-1].tolist()
            texts = ["" if day == dates.NO_DAY else dates.from_day_number(day).isoformat() for day in days]
            return Column(texts, columns[0].codes)
        return columns[0] if len(columns) == 1 else _listed(columns)


def ranks_of(gathered: Gathering, fate: AnyArray, place: int, variants: Variants) -> Integers:
    """When each variant was last seen in a taken invoice: by the invoice's day, then by the row's place in the files.

    `place` is the variant's column in the row index. -1 for a variant of no taken invoice.
    """
    columns = gathered.row_index.columns()
    invoice, variant = columns[0], columns[place]
    rows = np.flatnonzero((invoice != EMPTY) & (variant != EMPTY))
    rows = rows[fate[invoice[rows]] == TAKEN]
    rows = rows[np.argsort(gathered.invoices.day[invoice[rows]], kind="stable")]
    ranks = np.full(len(variants), -1, dtype=np.int64)
    ranks[variant[rows]] = np.arange(len(rows))
    return ranks


def _mapped(mapping: Mapping, part: str) -> list[str]:
    """The attributes that the mapping has a column for."""
    return [name for name in ATTRIBUTES[part] if _columns(mapping, part, name)]


def _columns(mapping: Mapping, part: str, name: str) -> tuple[str, ...]:
    found = getattr(getattr(mapping, part), name)
    return (found,) if isinstance(found, str) else tuple(found or ())


def _listed(columns: Sequence[Column]) -> Column:
    """Several columns as one text, such as "Seattle, Washington"; empty cells are left out."""
    combined = np.stack([column.codes for column in columns], axis=1)
    distinct, codes = np.unique(combined, axis=0, return_inverse=True)
    texts = [
        ", ".join(column.texts[code] for column, code in zip(columns, row, strict=True) if code != EMPTY)
        for row in distinct.tolist()
    ]
    renumbered = np.array([place if text else EMPTY for place, text in enumerate(texts)], dtype=np.int32)
    return Column(texts, renumbered[codes.reshape(-1)])
