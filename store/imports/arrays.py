"""What the arrays of an import are called."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]  # places in a list of distinct texts, EMPTY for an empty cell
Days = NDArray[np.int32]  # since 1 January 1970
Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
AnyArray = NDArray[Any]

EMPTY = -1


def places(mask: AnyArray) -> list[int]:
    """Where the mask is true, as plain integers."""
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def mask_of(count: int, rows: Iterable[int]) -> Mask:
    """A mask that is true at the given rows."""
    mask = np.zeros(count, dtype=bool)
    mask[np.fromiter(rows, dtype=np.int64)] = True
    return mask
