"""Days that come back every year: birthdays and anniversaries, of which the year may not be known.

Who was born on 29 February is congratulated on 28 February in a common year: a greeting may come a day early, never a
day late.
"""

import calendar
import datetime as dt
from dataclasses import dataclass

# A leap year, in which every day that there is can be checked.
_LEAP_YEAR = 2000
_FEBRUARY, _LEAP_DAY = 2, 29


@dataclass(frozen=True, slots=True, order=True)
class YearlyDay:
    """A day of every year; `year` is the first one, where known. Errors: ValueError where there is no such day."""

    month: int
    day: int
    year: int | None = None

    def __post_init__(self) -> None:
        dt.date(_LEAP_YEAR if self.year is None else self.year, self.month, self.day)

    def in_year(self, year: int) -> dt.date:
        """The day on which it is kept in that year."""
        if (self.month, self.day) == (_FEBRUARY, _LEAP_DAY) and not calendar.isleap(year):
            return dt.date(year, _FEBRUARY, _LEAP_DAY - 1)
        return dt.date(year, self.month, self.day)

    def next_on(self, from_on: dt.date) -> dt.date:
        """The first day at or after `from_on` on which it is kept."""
        this_year = self.in_year(from_on.year)
        return this_year if this_year >= from_on else self.in_year(from_on.year + 1)

    def within(self, from_on: dt.date, to_on: dt.date) -> tuple[dt.date, ...]:
        """The days on which it is kept from `from_on` to `to_on`, both included; none before its first year."""
        kept = (self.in_year(year) for year in range(from_on.year, to_on.year + 1))
        return tuple(day for day in kept if from_on <= day <= to_on and (self.year is None or day.year >= self.year))

    def years_on(self, day: dt.date) -> int | None:
        """How many years it is on that day, such as the age reached; None where the year is not known, or not past."""
        return day.year - self.year if self.year is not None and day.year > self.year else None


def months_and_days(from_on: dt.date, to_on: dt.date) -> frozenset[tuple[int, int]]:
    """Every (month, day) that is kept from `from_on` to `to_on`: what to look for in a table of such days."""
    length_days = min((to_on - from_on).days, 366)
    found = {(day.month, day.day) for day in (from_on + dt.timedelta(n) for n in range(length_days + 1))}
    if any(YearlyDay(_FEBRUARY, _LEAP_DAY).within(from_on, to_on)):
        found.add((_FEBRUARY, _LEAP_DAY))
    return frozenset(found)
