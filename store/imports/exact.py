"""Exact decimals in arrays: integer digits over a power of ten, never a float.

Digits are int64 as long as everything fits, and Python integers in an object array where something does not, so that
a single odd number costs speed for its block of rows and never a cent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from store.imports.arrays import AnyArray, Mask

Digits = AnyArray  # of int64, or of object where a number is too large for it

# One below the largest int64, so that a sum of two bounds can be compared without care.
_BOUND = 2**63 - 1
# A number of at most so many characters has at most so many digits, which int64 holds.
_SHORT = 18
_MOST_SCALE = 60


@dataclass(frozen=True, slots=True)
class Exact:
    """Numbers digits ÷ 10**scale, one for each row."""

    digits: Digits
    scale: int

    def __mul__(self, other: Self) -> "Exact":
        left, right = _both(self.digits, other.digits, _most(self.digits) * _most(other.digits))
        return Exact(left * right, self.scale + other.scale)

    def __sub__(self, other: Self) -> "Exact":
        scale = max(self.scale, other.scale)
        mine, theirs = self.rescaled(scale).digits, other.rescaled(scale).digits
        left, right = _both(mine, theirs, _most(mine) + _most(theirs))
        return Exact(left - right, scale)

    def __getitem__(self, rows: Any) -> "Exact":
        return Exact(self.digits[rows], self.scale)

    def rescaled(self, scale: int) -> "Exact":
        """The same numbers with more decimals."""
        factor = 10 ** (scale - self.scale)
        digits, _ = _both(self.digits, self.digits, max(_most(self.digits), 1) * factor)
        return Exact(digits * factor, scale)

    def rounded(self, scale: int) -> tuple[Digits, Mask]:
        """The digits at `scale` decimals, rounded half up (away from zero), and which rows that changed."""
        if scale >= self.scale:
            return self.rescaled(scale).digits, np.zeros(len(self.digits), dtype=bool)
        factor = 10 ** (self.scale - scale)
        digits, _ = _both(self.digits, self.digits, _most(self.digits) + factor)
        size = abs(digits)
        rounded = (size + factor // 2) // factor
        return np.where(digits < 0, -rounded, rounded), (size % factor != 0).astype(bool)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Numbers read from distinct texts, with one entry more at the end: zero, for a cell that is empty.

    `numbers` is zero where `is_number` is not true.
    """

    numbers: Exact
    is_number: Mask


def parse(texts: Sequence[str], decimal: str = ".", thousands: str = "") -> Parsed:
    """The numbers that the texts are, written with this decimal sign and this sign between thousands.

    Accepted: an optional sign, digits, and a decimal sign with digits; thousands in groups of three, all or none.
    """
    texts = [*texts, "0"]
    digits, scales, is_number = _parse_short(texts, decimal)
    numbers: Digits = digits
    for index in np.flatnonzero(~is_number):
        exact = parse_one(texts[index], decimal, thousands)
        if exact is None:
            continue
        if not -_BOUND <= exact[0] <= _BOUND and numbers.dtype != object:
            numbers = numbers.astype(object)
        numbers[index], scales[index] = exact
        is_number[index] = True
    scale = int(scales.max())
    factors = 10 ** (scale - scales.astype(object))
    if _most(numbers) * int(factors.max()) <= _BOUND:
        return Parsed(Exact(numbers * factors.astype(np.int64), scale), is_number)
    return Parsed(Exact(numbers.astype(object) * factors, scale), is_number)


def parse_one(text: str, decimal: str, thousands: str) -> tuple[int, int] | None:
    """Digits and scale of one number, None where the text is not one."""
    group = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{_between(thousands)}[0-9]{{3}})+)" if thousands else "[0-9]+"
    match = re.fullmatch(rf"([+-]?)({group}|(?=\{decimal}))(?:\{decimal}([0-9]+))?", text)
    if match is None:
        return None
    sign, whole, fraction = match[1], re.sub("[^0-9]", "", match[2]), (match[3] or "")
    fraction = fraction.rstrip("0")
    if len(whole) + len(fraction) > _MOST_SCALE:
        return None
    size = int((whole + fraction) or "0")
    return (-size if sign == "-" else size), len(fraction)


def to_decimal(digits: int, scale: int) -> Decimal:
    """The number as a decimal without trailing zeros behind the point."""
    while scale > 0 and digits % 10 == 0:
        digits, scale = digits // 10, scale - 1
    # From text, since arithmetic on a Decimal rounds to the context's 28 digits.
    return Decimal(f"{digits}E-{scale}")


def _parse_short(texts: list[str], decimal: str) -> tuple[NDArray[np.int64], NDArray[np.int64], Mask]:
    """All texts at once, one character position after the other; what is long or odd comes back as no number."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    width = min(int(lengths.max()), _SHORT)
    characters = np.array(texts, dtype=f"U{width}").view(np.uint32).reshape(len(texts), width).T.astype(np.int64)
    digits = np.zeros(len(texts), dtype=np.int64)
    scales = np.zeros(len(texts), dtype=np.int64)
    is_negative = characters[0] == ord("-")
    is_number = (lengths > 0) & (lengths <= width)
    is_fraction = np.zeros(len(texts), dtype=bool)
    last_is_digit = np.zeros(len(texts), dtype=bool)
    for position, column in enumerate(characters):
        inside = position < lengths
        value = column - ord("0")
        is_digit = (value >= 0) & (value <= 9) & inside
        is_point = (column == ord(decimal)) & ~is_fraction
        is_sign = is_negative if position == 0 else False
        is_number &= is_digit | is_point | is_sign | ~inside
        digits = np.where(is_digit, digits * 10 + value, digits)
        scales += is_digit & is_fraction
        is_fraction |= is_point
        last_is_digit = np.where(inside, is_digit, last_is_digit)
    is_number &= last_is_digit
    digits = np.where(is_negative, -digits, digits)
    return np.where(is_number, digits, 0), np.where(is_number, scales, 0), is_number


def _between(thousands: str) -> str:
    # Spreadsheets write the space between thousands as one that does not break.
    return "[ \u00a0\u202f]" if thousands == " " else re.escape(thousands)


def _most(digits: Digits) -> int:
    return max(int(digits.max()), -int(digits.min())) if len(digits) else 0


def _both(left: Digits, right: Digits, bound: int) -> tuple[Digits, Digits]:
    """Both as they are where `bound` fits int64, both as Python integers where it does not."""
    if bound <= _BOUND:
        return left, right
    return left.astype(object), right.astype(object)
