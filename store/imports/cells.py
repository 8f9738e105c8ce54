"""Columns of cells as distinct texts and a code for each row: a text is read once, however many rows hold it."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from store.imports.arrays import EMPTY, Codes, Hashes, Mask

T = TypeVar("T")


@dataclass(slots=True)
class Column:
    """One column of some rows. `codes` index `texts`, EMPTY where the cell is empty.

    An array with one entry for each text, and one more at the end for the empty cell, is brought to the rows by
    indexing it with `codes`: EMPTY is the last entry.
    """

    texts: list[str]
    codes: Codes
    _memory: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, read: Callable[[list[str]], T]) -> T:
        """What `read` makes of the texts, remembered, since many columns share the texts of a joined file."""
        if key not in self._memory:
            self._memory[key] = read(self.texts)
        result: T = self._memory[key]
        return result

    def at(self, rows: Any) -> "Column":
        """The same texts for other rows: `rows` are indices, EMPTY where there is no row."""
        return Column(self.texts, np.append(self.codes, np.int32(EMPTY))[rows], self._memory)

    def text(self, row: int) -> str:
        """The cell of one row."""
        code = int(self.codes[row])
        return "" if code == EMPTY else self.texts[code]

    @property
    def is_empty(self) -> Mask:
        """Which rows have nothing in this column."""
        return np.equal(self.codes, EMPTY)


def clean(texts: Sequence[str], codes: Codes, missing: frozenset[str]) -> Column:
    """A column whose texts lost the blanks around them and are distinct again; `missing` texts are empty cells."""
    places: dict[str, int] = {}
    renumbered = np.empty(len(texts) + 1, dtype=np.int32)
    for index, raw in enumerate(texts):
        text = raw.strip()
        renumbered[index] = EMPTY if text in missing else places.setdefault(text, len(places))
    renumbered[-1] = EMPTY
    return Column(list(places), renumbered[codes])


def factorized(cells: Sequence[str] | NDArray[np.object_]) -> tuple[list[str], Codes]:
    """The distinct cells and a code for each."""
    codes, texts = pd.factorize(np.asarray(cells, dtype=object))
    return texts.tolist(), codes.astype(np.int32)


class Pool:
    """Texts numbered in the order in which they first came, over all blocks of all files."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._codes: dict[str, int] = {}
        self._hashes = np.empty((0, 2), dtype=np.uint64)

    def __len__(self) -> int:
        return len(self.texts)

    def __contains__(self, text: str) -> bool:
        return text in self._codes

    def add(self, column: Column) -> Codes:
        """The number of each row's text, EMPTY where the cell is empty."""
        return self.numbers(column.texts)[column.codes]

    def numbers(self, texts: Iterable[str]) -> Codes:
        """The number of each text, and one EMPTY at the end."""
        codes, known = self._codes, self.texts
        found = []
        for text in texts:
            code = codes.setdefault(text, len(known))
            if code == len(known):
                known.append(text)
            found.append(code)
        return np.array([*found, EMPTY], dtype=np.int32)

    def hashes(self) -> Hashes:
        """128 bits for each text as two columns, and one row more at the end for the empty cell."""
        known = len(self._hashes) - 1 if len(self._hashes) else 0
        new = b"".join(blake2b(text.encode(), digest_size=16).digest() for text in self.texts[known:])
        fresh = np.frombuffer(new, dtype="<u8").reshape(-1, 2)
        self._hashes = np.vstack([self._hashes[:known], fresh, np.zeros((1, 2), dtype=np.uint64)])
        return self._hashes
