"""Days of every year as people type and read them: 12 June, June 12 1966, 12.6., 1966-06-12."""

import datetime as dt
import re

from commands._reply import Invalid
from value.anniversaries import YearlyDay

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
OLDEST_YEARS = 120
HINT = "Such as 12 June, or 12 June 1966 where the year is known."
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<month>[a-z]{3,9})\.?,?(?:\s+(?P<year>\d{4}))?"
)
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(?P<year>\d{4}))?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.?(?:\s?(?P<year>\d{4}))?", re.ASCII)
_SLASHED = re.compile(r"(?P<one>\d{1,2})\s?/\s?(?P<two>\d{1,2})(?:\s?/\s?(?P<year>\d{4}))?", re.ASCII)


def read(text: str, field: str, today: dt.date) -> YearlyDay | None:
    """The day that was typed, None for nothing. Errors: Invalid beside `field` for what is no day, or two."""
    typed = " ".join(text.casefold().split())
    if not typed:
        return None
    slashed = _SLASHED.fullmatch(typed)
    if slashed and slashed["one"] != slashed["two"] and max(int(slashed["one"]), int(slashed["two"])) <= len(MONTHS):
        raise Invalid(**{field: f"“{text.strip()}” could be two days; write the month's name, such as 12 June."})
    found = next((one for one in map(_parts, _candidates(typed)) if one is not None), None)
    if found is None:
        raise Invalid(**{field: f"“{text.strip()[:40]}” is no day; write it such as 12 June or 12 June 1966."})
    day, month, year = found
    if year is not None and not today.year - OLDEST_YEARS <= year <= today.year:
        raise Invalid(**{field: f"{year} cannot be the year; leave the year out where it is not known."})
    try:
        return YearlyDay(month, day, year)
    except ValueError:
        raise Invalid(**{field: f"There is no {day} {MONTHS[month - 1].capitalize()}{_in(year)}."}) from None


def typed(day: YearlyDay | None) -> str:
    """The day as somebody would type it, which `read` reads back."""
    if day is None:
        return ""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()}" + (f" {day.year}" if day.year is not None else "")


def _candidates(typed: str) -> list[dict[str, str | None]]:
    found = [pattern.fullmatch(typed) for pattern in (_DAY_FIRST, _MONTH_FIRST, _ISO, _DOTTED)]
    parts: list[dict[str, str | None]] = [match.groupdict() for match in found if match]
    slashed = _SLASHED.fullmatch(typed)
    if slashed:
        day, month = sorted((slashed["one"], slashed["two"]), key=int, reverse=True)
        parts.append({"day": day, "month": month, "year": slashed["year"]})
    return parts


def _parts(found: dict[str, str | None]) -> tuple[int, int, int | None] | None:
    """Day, month and year; None where the month is none."""
    month = found["month"] or ""
    if month.isdigit():
        number = int(month)
    else:
        # Three letters tell the months apart.
        number = next((at for at, name in enumerate(MONTHS, 1) if name.startswith(month)), 0)
    if not 1 <= number <= len(MONTHS):
        return None
    return int(found["day"] or 0), number, int(found["year"]) if found["year"] else None


def _in(year: int | None) -> str:
    return "" if year is None else f" in {year}"
