"""Dates in arrays: days since 1 January 1970, read strictly by the formats that the mapping gives."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from store.imports.arrays import Days, Mask

NO_DAY = np.iinfo(np.int32).min
EPOCH = dt.date(1970, 1, 1)
# Before it there was no ledger on a computer: 1753-01-01 and 0001-01-01 are what programs write for "no date".
EARLIEST = dt.date(1900, 1, 1)
_ADJOINING = re.compile(r"%[YymdHIMSj]%[YymdHIMSj]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Days read from distinct texts, NO_DAY where there is none, with one entry more at the end for an empty cell."""

    days: Days
    is_date: Mask
    is_ambiguous: Mask


def parse(texts: Sequence[str], formats: Sequence[str]) -> Parsed:
    """The dates that the texts are. A text that two of the formats read as two different dates is ambiguous."""
    days = np.full(len(texts) + 1, NO_DAY, dtype=np.int32)
    is_ambiguous = np.zeros(len(texts) + 1, dtype=bool)
    for date_format in formats:
        found = _parse(texts, date_format)
        is_ambiguous[:-1] |= (found != NO_DAY) & (days[:-1] != NO_DAY) & (found != days[:-1])
        days[:-1] = np.where(days[:-1] == NO_DAY, found, days[:-1])
    is_date = days != NO_DAY
    is_date[-1] = True
    return Parsed(days, is_date, is_ambiguous)


def day_number(day: dt.date) -> int:
    """Days since 1 January 1970."""
    return (day - EPOCH).days


def from_day_number(number: int) -> dt.date:
    """The date so many days after 1 January 1970."""
    return EPOCH + dt.timedelta(days=int(number))


def _parse(texts: Sequence[str], date_format: str) -> Days:
    # Where two numbers adjoin, a short one would be a guess.
    length = len(dt.date(2000, 10, 10).strftime(date_format)) if _ADJOINING.search(date_format) else None
    candidates = [text if _may_be_a_date(text, date_format) and length in {None, len(text)} else None for text in texts]
    moments = pd.to_datetime(pd.Series(candidates, dtype=object), format=date_format, errors="coerce")
    days = moments.to_numpy().astype("datetime64[D]")
    numbers = days.astype(np.int64)
    return np.where(np.isnat(days), NO_DAY, numbers).astype(np.int32)


def _may_be_a_date(text: str, date_format: str) -> bool:
    """Pandas also takes "now" and "today" for dates, and -2000-01-01 for one in the year -2000."""
    return any(map(str.isdigit, text)) and (text[0] not in "+-" or text[0] == date_format[0])
