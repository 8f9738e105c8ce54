"""What the rows of a ledger say of their customers, products and reps, which may change from row to row."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pandas as pd

from store.imports.arrays import EMPTY, Codes, Integers
from store.imports.cells import Column, Pool


class Variants:
    """Numbers with their attributes: each different set of attributes of a number is a variant, and has a code."""

    def __init__(self, attributes: Sequence[str]) -> None:
        self.attributes = list(attributes)
        self.numbers = Pool()
        self._pools = [Pool() for _ in attributes]
        self._codes: dict[tuple[int, ...], int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def add(self, numbers: Column, attributes: Sequence[Column]) -> tuple[Codes, Codes]:
        """For each row the code of its number and that of its variant, EMPTY where the number's cell is empty."""
        columns = [self.numbers.add(numbers)]
        columns += [pool.add(column) for pool, column in zip(self._pools, attributes, strict=True)]
        combined, _ = pd.factorize(columns[0].astype(np.int64))
        for column in columns[1:]:
            combined, _ = pd.factorize(combined * (int(column.max(initial=0)) + 2) + column + 1)
        _, first = np.unique(combined, return_index=True)
        rows = np.stack([column[first] for column in columns], axis=1).tolist() if len(first) else []
        found = [EMPTY if row[0] == EMPTY else self._codes.setdefault(tuple(row), len(self._codes)) for row in rows]
        return columns[0], np.array([*found, EMPTY], dtype=np.int32)[combined]

    def number_of(self, variant: int) -> str:
        """The number that a variant is of."""
        return self.numbers.texts[next(islice(self._codes, variant, None))[0]]

    def latest(self, days: Integers, ranks: Integers) -> dict[int, tuple[int, list[str | None]]]:
        """The last day of each number, and its attributes, each from its latest variant that has it.

        `days` and `ranks` say when each variant was last seen; one with a negative rank was not.
        """
        described: dict[int, tuple[int, list[str | None]]] = {}
        variants = list(self._codes)
        for code in np.argsort(ranks, kind="stable").tolist():
            if ranks[code] < 0:
                continue
            number, *values = variants[code]
            _, known = described.get(number, (0, [None] * len(values)))
            told = zip(known, values, self._pools, strict=True)
            texts = [before if value == EMPTY else pool.texts[value] for before, value, pool in told]
            described[number] = int(days[code]), texts
        return described

    def several(self, ranks: Integers, attribute: str) -> int:
        """How many numbers have more than one value of an attribute."""
        if attribute not in self.attributes:
            return 0
        place = self.attributes.index(attribute) + 1
        seen: dict[int, set[int]] = {}
        for variant, code in self._codes.items():
            if ranks[code] >= 0 and variant[place] != EMPTY:
                seen.setdefault(variant[0], set()).add(variant[place])
        return sum(len(values) > 1 for values in seen.values())
