"""What a cell means, or why it means nothing: numbers, dates, currencies and texts, each distinct text read once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from store.imports import dates, exact
from store.imports.arrays import Days, Mask, places
from store.imports.cells import Column
from store.imports.mapping_keys import Format, Ref, Use
from store.money import is_currency

# Longer texts cannot be indexed by PostgreSQL, and are not what they should be.
LONGEST_NUMBER = 200
LONGEST_NAME = 500
_SHOWN = 60


class Reason(NamedTuple):
    """Why a row is rejected: `problem` is the same for all rows of a kind, `value` is the cell's own."""

    column: str
    problem: str
    value: str | None = None

    def __str__(self) -> str:
        if self.value is None:
            return self.kind
        shown = self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"
        return f'{self.column} "{shown}" {self.problem}'

    @property
    def kind(self) -> str:
        """The reason without the cell."""
        return f"{self.column} {self.problem}".strip()


class Interpreter:
    """Reads the cells of a mapping's files.

    `latest` is the last day that can have been, anywhere; `shift_days` is added to every date.
    """

    def __init__(self, fmt: Format, latest: int, shift_days: int) -> None:
        self.format = fmt
        self.latest = latest
        self.shift_days = shift_days

    def numbers(self, column: Column) -> exact.Parsed:
        """The number of each text."""
        return column.once("number", lambda texts: exact.parse(texts, self.format.decimal, self.format.thousands))

    def days(self, column: Column) -> Days:
        """The day of each text, dates.NO_DAY where there is none."""
        return column.once("days", lambda _texts: self._shifted(column))

    def troubles(self, ref: Ref, column: Column, use: Use) -> dict[int, Reason]:
        """The texts that cannot be used so, by their index, and why."""
        check = getattr(self, f"_{use}_troubles")
        found: dict[int, Reason] = column.once(("trouble", use), lambda _texts: check(str(ref), column))
        return found

    def _shifted(self, column: Column) -> Days:
        days = self._dates(column).days
        return np.where(days == dates.NO_DAY, days, days + np.int32(self.shift_days))

    def _dates(self, column: Column) -> dates.Parsed:
        return column.once("date", lambda texts: dates.parse(texts, self.format.dates))

    def _number_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        fmt = self.format
        between = f' and "{fmt.thousands}" between thousands' if fmt.thousands else ""
        problem = f'is not a number written with the decimal sign "{fmt.decimal}"{between}'
        return _reasons(name, column, ~self.numbers(column).is_number, problem)

    def _date_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        parsed, days = self._dates(column), self.days(column)
        formats = " or ".join(self.format.dates)
        return {
            **_reasons(name, column, ~parsed.is_date, f"is not a date written as {formats}"),
            **_reasons(name, column, parsed.is_ambiguous, f"is two different dates, read as {formats}"),
            **_reasons(
                name,
                column,
                (days < dates.day_number(dates.EARLIEST)) & (days != dates.NO_DAY),
                f"is before {dates.EARLIEST.year}",
            ),
        }

    def _past_date_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        future = _reasons(name, column, self.days(column) > self.latest, "is in the future")
        return {**future, **self._date_troubles(name, column)}

    def _currency_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        return _reasons(name, column, _each(column, lambda text: not is_currency(text)), "is not an ISO 4217 currency")

    def _text_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        return _too_long(name, column, LONGEST_NUMBER)

    def _words_troubles(self, _name: str, _column: Column) -> dict[int, Reason]:
        return {}

    def _name_troubles(self, name: str, column: Column) -> dict[int, Reason]:
        return _too_long(name, column, LONGEST_NAME)


def _too_long(name: str, column: Column, longest: int) -> dict[int, Reason]:
    return _reasons(
        name, column, _each(column, lambda text: len(text) > longest), f"is longer than {longest} characters"
    )


def _each(column: Column, test: Callable[[str], bool]) -> Mask:
    return np.fromiter((*map(test, column.texts), False), dtype=bool, count=len(column.texts) + 1)


def _reasons(name: str, column: Column, wrong: Mask, problem: str) -> dict[int, Reason]:
    return {index: Reason(name, problem, column.texts[index]) for index in places(wrong[:-1])}
