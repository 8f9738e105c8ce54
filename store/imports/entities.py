"""The customers, products and reps of an import, each with what is known of them, from the rows or from their file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from store.imports import dates
from store.imports.arrays import EMPTY, Codes, Integers, Mask
from store.imports.cells import Column, Pool
from store.imports.gathering import Gathering
from store.imports.joins import Joined, Lookup
from store.imports.mapping_keys import Mapping
from store.imports.mapping_rules import described_in, number_of
from store.imports.meaning import Interpreter
from store.imports.variants import Variants

PARTS = ("customer", "product", "rep")
ATTRIBUTES = {
    "customer": ("name", "country", "place", "since", "currency", "owner"),
    "product": ("name", "category"),
    "rep": ("name", "email"),
}


@dataclass(slots=True)
class Described:
    """One customer, product or rep: `code` is how the invoices and lines refer to it.

    `day` is that of the latest invoice of the lines that describe it, None where a file of its own does.
    """

    code: int
    number: str
    attributes: dict[str, str | None]
    day: int | None = None


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

    def of_rows(self, part: str, gathered: Gathering, is_sound: Mask) -> list[Described]:
        """Those that sound invoices refer to, as their rows describe them, file by file.

        A customer is described by the latest invoice's rows, whatever their file, as promotion does it from import to
        import; a product and a rep by the latest file's.
        """
        variants = self.variants[part]
        found: dict[int, Described] = {}
        for file in range(len(gathered.nameless_numbers)):
            days, ranks = last_seen(gathered, is_sound, PARTS.index(part), variants, file)
            for code, (day, values) in variants.latest(days, ranks).items():
                attributes = dict(zip(variants.attributes, values, strict=True))
                known = found.setdefault(code, Described(code, variants.numbers.texts[code], attributes, day))
                is_news = part != "customer" or known.day is None or day >= known.day
                for name, value in attributes.items():
                    if value is not None and (is_news or known.attributes[name] is None):
                        known.attributes[name] = value
                known.day = day if known.day is None else max(day, known.day)
        return [found[code] for code in sorted(found)]

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


def last_seen(
    gathered: Gathering, is_sound: Mask, place: int, variants: Variants, file: int | None = None
) -> tuple[Integers, Integers]:
    """For each variant its last day in a sound invoice, and its rank by that day and then by its last row.

    `place` is that of the part in PARTS; with `file` only that file's rows count. The rank is -1 where no row does.
    """
    invoice, _, *seen = gathered.row_index.columns()
    variant = seen[place]
    rows = np.flatnonzero((invoice != EMPTY) & (variant != EMPTY))
    counts = is_sound if file is None else is_sound & (gathered.invoices.file == file)
    rows = rows[counts[invoice[rows]]]
    rows = rows[np.argsort(gathered.invoices.day[invoice[rows]], kind="stable")]
    ranks, days = np.full((2, len(variants)), -1, dtype=np.int64)
    ranks[variant[rows]] = np.arange(len(rows))
    days[variant[rows]] = gathered.invoices.day[invoice[rows]]
    return days, ranks


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
