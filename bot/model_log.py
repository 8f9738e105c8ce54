"""Any log of purchases as a file: customers, days and amounts, for `python -m bot model LOG.csv`."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pandas as pd

from bot.answer import Unanswered
from value.order_log import Log, log_of

COMPACT = re.compile(r"\d{8}")
ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T].*)?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold customer, date and amount: by heading, or by number from 1 in a file without headings."""

    customer: str
    date: str
    amount: str

    @property
    def are_numbers(self) -> bool:
        """Whether the file has no headings."""
        return all(name.isdigit() for name in (self.customer, self.date, self.amount))


@dataclass(frozen=True, slots=True)
class LogFile:
    """The log, the customers' names by code, and how many rows named no customer."""

    log: Log
    customers: list[str]
    rows_without_customer: int


def read(path: Path, columns: Columns) -> LogFile:
    """The log in a file. Errors: Unanswered, with a sentence that names the line."""
    table = _table(path, columns)
    customer, date, amount = (table[name].str.strip() for name in ("customer", "date", "amount"))
    named = customer != ""
    first_line = 1 if columns.are_numbers else 2
    lines = np.arange(len(table)) + first_line
    codes, names = pd.factorize(customer[named], sort=True)
    log = log_of(
        codes.astype(np.int64),
        _days(date[named].to_numpy(), lines[named.to_numpy()]),
        _amounts(amount[named].to_numpy(), lines[named.to_numpy()]),
    )
    return LogFile(log, [str(name) for name in names], int((~named).sum()))


def _table(path: Path, columns: Columns) -> pd.DataFrame:
    wanted = (columns.customer, columns.date, columns.amount)
    try:
        head = pd.read_csv(path, nrows=1, header=None, sep="\0", dtype=str, engine="python", encoding="utf-8-sig")
        line = str(head.iloc[0, 0])
        separator = max(",;\t", key=line.count)
        heading = None if columns.are_numbers else 0
        table = pd.read_csv(
            path,
            header=heading,
            sep=separator if separator in line else r"\s+",
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
        )
    except FileNotFoundError:
        raise Unanswered.because(f"There is no file {path}.") from None
    except (pd.errors.EmptyDataError, IndexError):
        raise Unanswered.because(f"The file {path} is empty.") from None
    except (OSError, UnicodeError, pd.errors.ParserError, ValueError):
        raise Unanswered.because(f"The file {path} cannot be read as a table in UTF-8, such as a CSV file.") from None
    names = [str(place + 1) if heading is None else str(name).strip() for place, name in enumerate(table.columns)]
    table.columns = pd.Index(names)
    for name in wanted:
        if name not in names:
            has = ", ".join(names[:12])
            raise Unanswered.because(f"The file {path.name} has no column “{name}”; it has {has}.")
    return pd.DataFrame({role: table[name] for role, name in zip(("customer", "date", "amount"), wanted, strict=True)})


def _days(texts: np.ndarray, lines: np.ndarray) -> np.ndarray:
    each, place = np.unique(texts.astype(str), return_inverse=True)
    slashed = [match for match in map(SLASHED.fullmatch, each.tolist()) if match]
    day_first = any(int(match[1]) > 12 for match in slashed)
    if day_first and any(int(match[2]) > 12 for match in slashed):
        raise Unanswered.because("Some dates have the day first, others the month; write them as YYYY-MM-DD.")
    found = np.zeros(len(each), dtype=np.int64)
    for number, text in enumerate(each.tolist()):
        try:
            found[number] = _day(text, day_first=day_first).toordinal()
        except ValueError:
            line = int(lines[np.argmax(place == number)])
            raise Unanswered.because(f"Line {line}: “{text}” is no date; write it as YYYY-MM-DD.") from None
    return found[place]


def _day(text: str, *, day_first: bool) -> dt.date:
    if COMPACT.fullmatch(text):
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    if match := SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        return dt.date(int(match[3]), second, first) if day_first else dt.date(int(match[3]), first, second)
    if match := ISO.match(text):
        year, month, day = map(int, match[0].split("-"))
        return dt.date(year, month, day)
    raise ValueError(text)


def _amounts(texts: np.ndarray, lines: np.ndarray) -> np.ndarray:
    each, place = np.unique(texts.astype(str), return_inverse=True)
    found = np.zeros(len(each))
    for number, text in enumerate(each.tolist()):
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite() or not np.isfinite(float(amount)):
            line = int(lines[np.argmax(place == number)])
            raise Unanswered.because(f"Line {line}: “{text}” is no amount; write it as 1234.50.")
        found[number] = float(amount)
    return found[place]
