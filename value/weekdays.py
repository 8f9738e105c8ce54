"""Weekdays as reps write them, with what qualifies them: friday next week, friday week, friday the 4th, 4 Dec, fri."""

import datetime as dt
import re
from dataclasses import dataclass

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3} | {name[:3]: at for at, name in enumerate(NAMES)}
# Every spelling, and which day of the week it is, from 0 for Monday.
WEEKDAY = _SHORT | {name: at for at, name in enumerate(NAMES)}
# Words that are also a verb or a star, so that alone they name a day only where no sentence goes on.
ALSO_A_WORD = frozenset({"sat", "sun"})
# What makes a day out of one of these whatever goes on: "last sat".
_TAKES_A_WEEKDAY = frozenset(
    {"last", "past", "next", "this", "coming", "on", "by", "or", "until", "till", "due", "for"}
)

_ANY = "|".join(sorted(WEEKDAY, key=len, reverse=True))
_SHIFTS = {"last": -1, "this": 0, "next": 1}
_IN_WEEK = re.compile(
    rf"(?P<weekday>{_ANY})\.?,? (?:of |in )?(?:the )?(?P<which>last|this|next) week"
    rf"|(?P<which_first>last|this|next) week,? (?:on )?(?P<weekday_last>{_ANY})\.?"
)
_WEEKS_LATER = re.compile(rf"(?P<weekday>{_ANY})\.? (?P<unit>week|fortnight)")
_NUMBER = r"(?:\d{1,3}|an?|one|two|three|four|five|six)"
_NOT_ONE = re.compile(
    rf"(?:{_ANY})\.?,? (?:after next|before last|or so|in {_NUMBER} (?:week|month)s?"
    rf"|{_NUMBER} (?:week|month)s? (?:ago|later|from now)|(?:of |in )?(?:last|this|next) (?:month|year))"
    rf"|(?:in )?{_NUMBER} weeks? (?:ago )?(?:on |from |after |before )?(?:{_ANY})"
    rf"|(?:{_ANY})[-–/](?:{_ANY})"
)
_FIRST = re.compile(rf"(?P<weekday>{_ANY})\.?,? (?:the )?(?P<date>\d.*|[a-z]+\.? \d.*)")
_LAST = re.compile(rf"(?P<date>.*\d.*|today|yesterday|tomorrow),? (?P<weekday>{_ANY})\.?")


@dataclass(frozen=True, slots=True)
class Dated:
    """A weekday with the date that stands beside it."""

    weekday: int
    date: str


def is_a_verb(words: list[str]) -> bool:
    """Whether the last of these words is more likely a verb or a star than a day, where a sentence goes on after it."""
    return words[-1:] != [] and words[-1] in ALSO_A_WORD and words[-2:-1] != [] and words[-2] not in _TAKES_A_WEEKDAY


def is_not_one_day(phrase: str) -> bool:
    """Whether the phrase qualifies a weekday in a way that different people read differently."""
    return _NOT_ONE.fullmatch(phrase) is not None


def in_week(phrase: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The day of "friday next week", for those whose weeks begin on Monday and for those whose begin on Sunday."""
    found = _IN_WEEK.fullmatch(phrase)
    if found is None:
        return None
    weekday, which = found["weekday"] or found["weekday_last"], found["which"] or found["which_first"]
    weeks = dt.timedelta(days=7 * _SHIFTS[which])
    of_monday = today - dt.timedelta(days=today.weekday()) + dt.timedelta(days=WEEKDAY[weekday])
    since_sunday = (today.weekday() + 1) % 7
    of_sunday = today - dt.timedelta(days=since_sunday) + dt.timedelta(days=(WEEKDAY[weekday] + 1) % 7)
    return of_monday + weeks, of_sunday + weeks


def weeks_later(phrase: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The day of "friday week", a week after the Friday to come; two where today is that weekday."""
    found = _WEEKS_LATER.fullmatch(phrase)
    if found is None:
        return None
    later = dt.timedelta(days=7 if found["unit"] == "week" else 14)
    coming = today + dt.timedelta(days=(WEEKDAY[found["weekday"]] - today.weekday()) % 7)
    return coming + later, (coming + dt.timedelta(days=7) if coming == today else coming) + later


def beside_a_date(phrase: str) -> Dated | None:
    """Friday 4/12, friday the 4th, 4 december, friday: the weekday and what may be a date beside it."""
    found = _FIRST.fullmatch(phrase)
    if found is None:
        found = _LAST.fullmatch(phrase)
        if found is None or found["weekday"] in ALSO_A_WORD:
            return None
    return Dated(WEEKDAY[found["weekday"]], found["date"].rstrip(","))
