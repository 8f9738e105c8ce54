"""Days as reps write them: yesterday, last friday, 12 May, 5/12, in 2 weeks, end of the month.

Pure: today is the day of whoever writes. What could mean two days is refused with both, never guessed; a visit is never
in the future and a promise never in the past, so a weekday or a day without a year means the nearest on that side.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from babel import Locale, UnknownLocaleError
from dateutil.relativedelta import relativedelta
from rapidfuzz.distance import OSA

from value.minutes import WORDS_MOST, UnclearError, at_start

__all__ = ["Reader", "Side", "UnclearError", "misspelt", "reads_day_first"]

Side = Literal["past", "future"]

# A day without a year is looked for this far; beyond, the year has to be written.
NEAR_DAYS = 183
# Further away it is a slip of the finger.
YEARS_MOST = 20
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {name[:3]: at for at, name in enumerate(_WEEKDAYS)}
_WEEKDAY = _WEEKDAY_SHORT | {name: at for at, name in enumerate(_WEEKDAYS)}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = {"sept": 9} | {name[:3]: at for at, name in enumerate(_MONTHS, 1)} | {n: at for at, n in enumerate(_MONTHS, 1)}
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = {"a": 1, "an": 1} | {name: at for at, name in enumerate(_NUMBERS, 1)}
_DAYS_AWAY = {
    **dict.fromkeys(("today", "now", "just now", "this morning", "this afternoon", "this evening", "tonight"), 0),
    **dict.fromkeys(("yesterday", "last night"), -1),
    **dict.fromkeys(("day before yesterday", "the day before yesterday"), -2),
    "tomorrow": 1,
    **dict.fromkeys(("day after tomorrow", "the day after tomorrow"), 2),
}
# "on friday" and, of a promise, "by friday".
_BEFORE = {"past": re.compile(r"^on (?:the )?"), "future": re.compile(r"^(?:on|by|until|till|due|for) (?:the )?")}
_PART_OF_A_DAY = re.compile(r"(?<=[a-z]) (?:morning|afternoon|evening)$")
# What is so short is another word rather than one of these misspelt; a long one may have two slips ("yestrdy").
_MISSPELT_LEAST, _TWO_SLIPS_FROM = 5, 7
_SPELT = ("yesterday", "today", "tomorrow", *_WEEKDAYS)
# Words that are also a verb or a star, so that alone they name a day only where no sentence goes on.
_ALSO_A_WORD = {"sat", "sun"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the days that somebody writes whose day is `today`; `day_first` is whether they take 5/12 for a day in
    December, None where that is not known.
    """

    today: dt.date
    side: Side
    day_first: bool | None = None

    def day(self, text: str) -> dt.date:
        """The day that the whole text means. Errors: UnclearError."""
        found = self.at_start(text.split(), ends=True)
        if found is None:
            shown = " ".join(text.split())[:40]
            example = "yesterday, last friday or 12 May" if self.side == "past" else "friday, in 2 weeks or 12 May"
            raise UnclearError(f"“{shown}” is not a day that I can read; write {example}.")
        return found[0]

    def at_start(self, words: Sequence[str], *, ends: bool = False) -> tuple[dt.date, int] | None:
        """The day at the beginning of these words, by as many of them as can be; None where there is none. Of a text
        that `ends` with it all words are the day. Errors: UnclearError.
        """
        most = min(WORDS_MOST, len(words))
        for count in range(most, (len(words) if ends else 1) - 1, -1):
            phrase = " ".join(words[:count]).casefold().rstrip(",:;–—-").strip()
            is_sentence = phrase in _ALSO_A_WORD and count < len(words) and at_start(words[count:]) is None
            day = None if is_sentence else self._read(phrase)
            if day is not None:
                return self._on_its_side(day), count
        return None

    def at_end(self, words: Sequence[str]) -> tuple[dt.date, int] | None:
        """The day at the end of these words, as in "send the quote by friday". Errors: UnclearError."""
        for count in range(min(WORDS_MOST, len(words)), 0, -1):
            words_then = [*words[-count:-1], words[-1].rstrip("!?")]
            found = self.at_start(words_then, ends=True)
            if found is None:
                found = self.at_start([*words_then[:-1], words_then[-1].rstrip(".")], ends=True)
            if found is not None:
                return found
        return None

    # --- what the words may be --------------------------------------------------------------------------------------

    def _read(self, phrase: str) -> dt.date | None:
        phrase = _BEFORE[self.side].sub("", phrase)
        if phrase in _DAYS_AWAY:
            return self._days_away(_DAYS_AWAY[phrase])
        phrase = _PART_OF_A_DAY.sub("", phrase)
        if phrase in ("yesterday", "tomorrow"):
            return self._days_away(_DAYS_AWAY[phrase])
        readers: tuple[Callable[[str], dt.date | None], ...] = (
            self._away,
            self._weekday,
            self._end,
            self._written_out,
            self._in_figures,
        )
        return next((day for day in (read(phrase) for read in readers) if day is not None), None)

    def _away(self, phrase: str) -> dt.date | None:
        """3 days ago, in two weeks, a month from now."""
        number = rf"(?P<number>\d{{1,3}}|{'|'.join(_NUMBER)})"
        unit = r"(?P<unit>day|week|fortnight|month|year)s?"
        found = re.fullmatch(rf"(?P<ahead>in )?{number} {unit}(?P<how> ago| from now| from today)?", phrase)
        if found is None or bool(found["ahead"]) == bool(found["how"]):
            return None
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

    def _days_away(self, days: int) -> dt.date:
        return self.today + dt.timedelta(days=days)

    def _weekday(self, phrase: str) -> dt.date | None:
        """Friday, on fri, last friday, next tuesday; of a week before or after, only where it can be but one day."""
        found = re.fullmatch(r"(?:(last|past|next|coming|this) )?([a-z]+)\.?", phrase)
        if found is None:
            return None
        which, name = found[1], found[2]
        if which in ("last", "next") and name in ("week", "month", "year"):
            raise UnclearError(f"“{phrase}” is not one day; write the day, such as {which} tuesday or 12 May.")
        return self._of_week(phrase, which, _WEEKDAY[name]) if name in _WEEKDAY else None

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
        return one

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
        """12 May, May 12th, friday 12 june 2026."""
        weekday = r"(?:(?P<weekday>[a-z]+),? )?"
        day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
        month, year = r"(?P<month>[a-z]+)\.?", r"(?:,? (?P<year>\d{4}))?"
        for order in (rf"{weekday}{day} (?:of )?{month}{year}", rf"{weekday}{month} {day}{year}"):
            found = re.fullmatch(order, phrase)
            if found and found["month"] in _MONTH and (found["weekday"] or "monday") in _WEEKDAY:
                read = self._dated(phrase, found["year"], _MONTH[found["month"]], int(found["day"]))
                if found["weekday"] and read.weekday() != _WEEKDAY[found["weekday"]]:
                    raise UnclearError(f"{_short(read)} is a {read:%A}, not a {found['weekday'].title()}; write which.")
                return read
        return None

    def _in_figures(self, phrase: str) -> dt.date | None:
        """2026-05-12, 12.5., 12.5.26, 5/12, 5/12/2026."""
        if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", phrase, re.ASCII):
            return self._dated(phrase, found[1], int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d\d))?", phrase, re.ASCII):
            return self._dated(phrase, found[3], int(found[2]), int(found[1]))
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

    def _on_its_side(self, day: dt.date) -> dt.date:
        """Errors: UnclearError for a day on the wrong side of today, or decades away."""
        if not self._is_on_its_side(day):
            said = "is still to come; write the day on which it was" if self.side == "past" else "is over; write a day"
            more = "" if self.side == "past" else " to come"
            raise UnclearError(f"{_full(day)} {said}{more}.")
        if self._distance(day) > YEARS_MOST * 366:
            raise UnclearError(f"{_full(day)} is too far away; check the year.")
        return day


def misspelt(word: str) -> str | None:
    """The day word that this one is a slip of the finger away from: yesterday for "yesterdy"; None for any other word,
    and for one that is spelt well.
    """
    typed = word.casefold().rstrip(",:;.–—-")
    if len(typed) < _MISSPELT_LEAST or not typed.isalpha() or typed.removesuffix("s") in _SPELT:
        return None
    slips = {one: OSA.distance(typed, one) for one in _SPELT}
    nearest = min(slips, key=lambda one: slips[one])
    return nearest if slips[nearest] <= (2 if len(nearest) >= _TWO_SLIPS_FROM else 1) else None


def reads_day_first(locale: str) -> bool | None:
    """Whether who reads in this locale takes 5/12 for 5 December; None where that is not known: where the year is
    written first, the rest may stand in either order without it.
    """
    try:
        pattern = str(Locale.parse(locale.replace("-", "_")).date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return None
    return None if pattern.startswith("y") else pattern.index("d") < pattern.index("M")


def _name(month: int) -> str:
    return _MONTHS[month - 1].title()


def _short(day: dt.date) -> str:
    return f"{day.day} {_name(day.month)}"


def _full(day: dt.date) -> str:
    return f"{day.day} {_name(day.month)} {day.year}"
