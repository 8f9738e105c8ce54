"""A phrase that names one day: yesterday, last friday, friday the 4th, 12 May, 5/12, in 2 weeks, end of the month."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from dateutil.relativedelta import relativedelta

from value import weekdays
from value.minutes import UnclearError
from value.weekdays import WEEKDAY

Side = Literal["past", "future"]

# A day without a year is looked for this far; beyond, the year has to be written.
NEAR_DAYS = 183
# Further away it is a slip of the finger.
YEARS_MOST = 20
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = {"sept": 9} | {name[:3]: at for at, name in enumerate(_MONTHS, 1)} | {n: at for at, n in enumerate(_MONTHS, 1)}
# Of more days or weeks nobody counts, and no calendar holds them all.
DIGITS_MOST = 3
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = {"a": 1, "an": 1} | {name: at for at, name in enumerate(_NUMBERS, 1)}
_DAYS_AWAY = {
    **dict.fromkeys(("today", "now", "just now", "this morning", "this afternoon", "this evening", "tonight"), 0),
    **dict.fromkeys(("yesterday", "last night", "yday", "y'day", "y’day", "yest", "yest."), -1),
    **dict.fromkeys(("day before yesterday", "the day before yesterday"), -2),
    **dict.fromkeys(("tomorrow", "tmrw", "tmr", "tmw"), 1),
    **dict.fromkeys(("day after tomorrow", "the day after tomorrow"), 2),
}
# "on friday" and, of a promise, "by friday".
_BEFORE = {"past": re.compile(r"^on (?:the )?"), "future": re.compile(r"^(?:on|by|until|till|due|for) (?:the )?")}
_PART_OF_A_DAY = re.compile(r"(?<=[a-z]) (?:morning|afternoon|evening|night)$")
_SEVERAL = re.compile(r",? (?:or|and|to|through|-|–|/|&) ")


@dataclass(frozen=True, slots=True)
class Dates:
    """Reads the days that somebody writes whose day is `today`; `day_first` is whether they take 5/12 for a day in
    December, None where that is not known.
    """

    today: dt.date
    side: Side
    day_first: bool | None = None

    def read(self, phrase: str) -> dt.date | None:
        """The day that the whole phrase, in small letters, means, on either side of today; None where it is none.

        Errors: UnclearError for what may be two days, or is so far away that it is a slip of the finger.
        """
        phrase = _BEFORE[self.side].sub("", phrase)
        if phrase in _DAYS_AWAY:
            return self._days_away(_DAYS_AWAY[phrase])
        phrase = _PART_OF_A_DAY.sub("", phrase)
        if phrase in ("yesterday", "tomorrow"):
            return self._days_away(_DAYS_AWAY[phrase])
        self._refuse_several(phrase)
        readers: tuple[Callable[[str], dt.date | None], ...] = (
            self._away,
            self._of_one_week,
            self._beside_a_date,
            self._weekday,
            self._end,
            self._written_out,
            self._in_figures,
        )
        return next((day for day in (read(phrase) for read in readers) if day is not None), None)

    def _away(self, phrase: str) -> dt.date | None:
        """3 days ago, in two weeks, a month from now."""
        number = rf"(?P<number>\d+|{'|'.join(_NUMBER)})"
        unit = r"(?P<unit>day|week|fortnight|month|year)s?"
        found = re.fullmatch(rf"(?P<ahead>in )?{number} {unit}(?P<how> ago| from now| from today)?", phrase)
        if found is None or bool(found["ahead"]) == bool(found["how"]):
            return None
        if len(found["number"].lstrip("0")) > DIGITS_MOST and found["number"] not in _NUMBER:
            raise UnclearError(f"“{phrase}” is too far away; write the day as 2026-05-12.")
        number_of = _NUMBER.get(found["number"]) or int(found["number"])
        number_of *= -1 if found["how"] == " ago" else 1
        match found["unit"]:
            case "day" | "week" | "fortnight":
                return self._days_away(number_of * {"day": 1, "week": 7, "fortnight": 14}[found["unit"]])
            case "month":
                return self._days_away((self.today + relativedelta(months=number_of) - self.today).days)
        if abs(number_of) > YEARS_MOST:
            raise UnclearError(f"“{phrase}” is too far away; write the day as 2026-05-12.")
        return self.today + relativedelta(years=number_of)

    def _refuse_several(self, phrase: str) -> None:
        """Errors: UnclearError for "friday or monday", and for what people read differently: "friday after next"."""
        if weekdays.is_not_one_day(phrase):
            raise UnclearError(f"“{phrase}” is not one day; write the date, such as 12 May.")
        for parted in _SEVERAL.finditer(phrase):
            if all(self._is_a_day(part) for part in (phrase[: parted.start()], phrase[parted.end() :])):
                raise UnclearError(f"“{phrase}” is more than one day; write one of them.")

    def _is_a_day(self, phrase: str) -> bool:
        try:
            return self.read(phrase) is not None
        except UnclearError:
            return True

    def _days_away(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    def _of_one_week(self, phrase: str) -> dt.date | None:
        """Friday next week, next week friday; of a promise also friday week."""
        possible = weekdays.in_week(phrase, self.today)
        if possible is None and self.side == "future":
            possible = weekdays.weeks_later(phrase, self.today)
        return None if possible is None else self._either(phrase, *possible)

    def _beside_a_date(self, phrase: str) -> dt.date | None:
        """Friday the 4th, friday 4/12, friday 12 june 2026; 4 december, friday. Errors: where they do not agree."""
        dated = weekdays.beside_a_date(phrase)
        if dated is None:
            return None
        if dated.date in _DAYS_AWAY:
            read: dt.date | None = self._days_away(_DAYS_AWAY[dated.date])
        else:
            read = self._written_out(dated.date) or self._in_figures(dated.date) or self._of_a_month(dated.date)
        if read is not None and read.weekday() != dated.weekday:
            meant = weekdays.NAMES[dated.weekday].title()
            raise UnclearError(f"{_short(read)} is a {read:%A}, not a {meant}; write which.")
        return read

    def _of_a_month(self, phrase: str) -> dt.date | None:
        """The 4th: of the nearest month that has one on its side."""
        found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", phrase)
        if found is None:
            return None
        ahead = 1 if self.side == "future" else -1
        for months in range(13):
            first = self.today.replace(day=1) + relativedelta(months=ahead * months)
            day = first + dt.timedelta(days=int(found[1]) - 1)
            if day.month == first.month and self._is_on_its_side(day):
                return day
        raise UnclearError(f"There is no {phrase}; write the day as 12 May or 2026-05-12.")

    def _weekday(self, phrase: str) -> dt.date | None:
        """Friday, on fri, last friday, next tuesday; of a week before or after, only where it can be but one day."""
        found = re.fullmatch(r"(?:(last|past|next|coming|this) )?([a-z]+)\.?", phrase)
        if found is None:
            return None
        which, name = found[1], found[2]
        if which in ("last", "next") and name in ("week", "month", "year"):
            raise UnclearError(f"“{phrase}” is not one day; write the day, such as {which} tuesday or 12 May.")
        return self._of_week(phrase, which, WEEKDAY[name]) if name in WEEKDAY else None

    def _of_week(self, phrase: str, which: str | None, weekday: int) -> dt.date:
        in_this_week = self.today + dt.timedelta(days=weekday - self.today.weekday())
        week = dt.timedelta(days=7)
        before = in_this_week if in_this_week < self.today else in_this_week - week
        after = in_this_week if in_this_week > self.today else in_this_week + week
        found = {"this": in_this_week, "past": before, "coming": after}
        if which in found:
            return found[which]
        if which is not None:
            last, following = (before, in_this_week - week), (after, in_this_week + week)
            return self._either(phrase, *(last if which == "last" else following))
        nearest = before if self.side == "past" else after
        if in_this_week == self.today:
            raise UnclearError(f"Today is {self.today:%A}: write today, or {_short(nearest)}.")
        return nearest

    def _either(self, phrase: str, one: dt.date, other: dt.date) -> dt.date:
        """The day that two ways of speaking agree on: "next friday" is the first one to come, or the one next week."""
        possible = sorted({day for day in (one, other) if self._is_on_its_side(day)})
        if len(possible) == 2:
            raise UnclearError(f"“{phrase}” may be {_short(possible[0])} or {_short(possible[1])}; write which.")
        return possible[0] if possible else one

    def _end(self, phrase: str) -> dt.date | None:
        """End of the month, end of june, month end; the end of a week is its Friday."""
        found = re.fullmatch(
            r"(?:the )?end of (?:the )?(?:(this|next|last) )?([a-z]+)|(month|week|year)[ -]end", phrase
        )
        if found is None:
            return None
        unit, shift = found[2] or found[3], {"next": 1, "last": -1}.get(found[1] or "", 0)
        first = self.today.replace(day=1)
        match unit:
            case "week":
                return self.today + dt.timedelta(days=4 - self.today.weekday() + 7 * shift)
            case "month":
                return first + relativedelta(months=1 + shift, days=-1)
            case "year":
                return dt.date(self.today.year + shift, 12, 31)
        if unit not in _MONTH or shift:
            return None
        ends = [dt.date(year, _MONTH[unit], 1) + relativedelta(months=1, days=-1) for year in self._years()]
        return self._nearest(phrase, ends)

    def _written_out(self, phrase: str) -> dt.date | None:
        """12 May, May 12th, 12 june 2026."""
        day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
        month, year = r"(?P<month>[a-z]+)\.?", r"(?:,? (?P<year>\d{4}))?"
        for order in (rf"{day} (?:of )?{month}{year}", rf"{month} {day}{year}"):
            found = re.fullmatch(order, phrase)
            if found and found["month"] in _MONTH:
                return self._dated(phrase, found["year"], _MONTH[found["month"]], int(found["day"]))
        return None

    def _in_figures(self, phrase: str) -> dt.date | None:
        """2026-05-12, 12.5., 12.5.26, 12.5. 2026, 5/12, 5/12/2026. Two digits apart are no year: 12.5. 30 crates."""
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", phrase, re.ASCII):
            return self._dated(phrase, found[1], int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4})|(\d\d))?", phrase, re.ASCII):
            return self._dated(phrase, found[3] or found[4], int(found[2]), int(found[1]))
        found = re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?", phrase, re.ASCII)
        if found is None:
            return None
        first, second = int(found[1]), int(found[2])
        is_day_first = self.day_first if first <= 12 and second <= 12 and first != second else first > 12
        if is_day_first is None:
            either = f"{first} {_name(second)} or {second} {_name(first)}"
            raise UnclearError(f"“{phrase}” may be {either}; write the month's name.")
        day, month = (first, second) if is_day_first else (second, first)
        return self._dated(phrase, found[3], month, day)

    # --- which year ---------------------------------------------------------------------------------------------------

    def _dated(self, phrase: str, year: str | None, month: int, day: int) -> dt.date:
        years = self._years() if year is None else [int(year) + (2000 if len(year) == 2 else 0)]
        possible = []
        for one in years:
            try:
                possible.append(dt.date(one, month, day))
            except ValueError:
                continue
        if not possible:
            raise UnclearError(f"There is no {phrase}; write the day as 12 May or 2026-05-12.")
        return possible[0] if year is not None else self._nearest(phrase, possible)

    def _years(self) -> list[int]:
        return [self.today.year - 1, self.today.year, self.today.year + 1]

    def _nearest(self, phrase: str, possible: Sequence[dt.date]) -> dt.date:
        """Of the same day in several years the nearest on its side. Errors: UnclearError where that is far away."""
        nearest = min((day for day in possible if self._is_on_its_side(day)), key=self._distance, default=None)
        if nearest is None:
            raise UnclearError(f"“{phrase}” is in none of the years around this one; write its year too.")
        if self._distance(nearest) > NEAR_DAYS:
            far = f"without a year is {_full(nearest)}, more than half a year away"
            raise UnclearError(f"“{phrase}” {far}; write the year too if you mean that.")
        return nearest

    def _distance(self, day: dt.date) -> int:
        return abs((day - self.today).days)

    def _is_on_its_side(self, day: dt.date) -> bool:
        return day <= self.today if self.side == "past" else day >= self.today

    def on_its_side(self, day: dt.date) -> dt.date:
        """Errors: UnclearError for a day on the wrong side of today, or decades away."""
        if not self._is_on_its_side(day):
            said = "is still to come; write the day on which it was" if self.side == "past" else "is over; write a day"
            more = "" if self.side == "past" else " to come"
            raise UnclearError(f"{_full(day)} {said}{more}.")
        if self._distance(day) > YEARS_MOST * 366:
            raise UnclearError(f"{_full(day)} is too far away; check the year.")
        return day


def _name(month: int) -> str:
    return _MONTHS[month - 1].title()


def _short(day: dt.date) -> str:
    return f"{day.day} {_name(day.month)}"


def _full(day: dt.date) -> str:
    return f"{day.day} {_name(day.month)} {day.year}"
