"""Any log of purchases as a file: customers, days and amounts, for `python -m bot model LOG.csv`."""

import csv
import datetime as dt
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.answer import Unanswered
from value.order_log import Log, log_of

SEPARATORS = ",;\t|"
QUOTED = re.compile(r'"[^"]*"')
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T].*)?")
ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[ T].*)?")
SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T].*)?")
# 1,234.50 and 1.234,50; a column that could be either is not read.
POINTED = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
COMMAED = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", re.ASCII)
# Squares and sums of what is smaller are still floats.
LARGEST_AMOUNT = 10**18
# As in an import: before it there was no ledger on a computer; 0001-01-01 is what programs write for "no date".
FIRST_YEAR = 1900


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
    """The log, the customers' names by code, how many rows named no customer, and what was assumed in reading it."""

    log: Log
    customers: list[str]
    rows_without_customer: int
    notes: list[str]


class Row(NamedTuple):
    """What a line says; the line is where the row begins, as an editor counts."""

    line: int
    customer: str
    date: str
    amount: str


class Text(NamedTuple):
    """A cell that is not read yet."""

    line: int
    text: str


def read(path: Path, columns: Columns) -> LogFile:
    """The log in a file. Errors: Unanswered, with a sentence that names the line."""
    rows = list(_rows(path, columns))
    named = [row for row in rows if row.customer]
    customers = sorted({row.customer for row in named})
    codes = {name: code for code, name in enumerate(customers)}
    notes: list[str] = []
    log = log_of(
        np.array([codes[row.customer] for row in named], dtype=np.int64),
        _days([Text(row.line, row.date) for row in named], notes),
        _amounts([Text(row.line, row.amount) for row in named]),
    )
    return LogFile(log, customers, len(rows) - len(named), notes)


def _rows(path: Path, columns: Columns) -> Iterator[Row]:
    """The three cells of each row that is not empty."""
    lines = _lines(path)
    first = next(lines, None)
    if first is None:
        raise Unanswered.because(f"The file {path} is empty.")
    heading = [cell.strip() for cell in first[1]]
    if columns.are_numbers:
        places = _places(path, columns, [str(place + 1) for place in range(len(heading))])
        yield _row(*first, places)
    else:
        places = _places(path, columns, heading)
    for line, cells in lines:
        if any(cell.strip() for cell in cells[len(heading) :]):
            raise Unanswered.because(
                f"Line {line} has {len(cells)} cells, the first line {len(heading)}; "
                "a cell with a separator in it stands in quotation marks."
            )
        yield _row(line, cells, places)


def _row(line: int, cells: Sequence[str], places: Sequence[int]) -> Row:
    return Row(line, *(cells[place].strip() if place < len(cells) else "" for place in places))


def _places(path: Path, columns: Columns, heading: Sequence[str]) -> list[int]:
    """Where the columns stand; upper and lower case do not matter where that leaves no doubt."""
    folded = [name.casefold() for name in heading]
    places = []
    for name in (columns.customer, columns.date, columns.amount):
        found = [place for place, one in enumerate(heading) if one == name.strip()]
        found = found or [place for place, one in enumerate(folded) if one == name.strip().casefold()]
        if not found:
            has = ", ".join(heading[:12])
            raise Unanswered.because(f"The file {path.name} has no column “{name}”; it has {has}.")
        if len(found) > 1:
            raise Unanswered.because(f"The file {path.name} has {len(found)} columns “{name}”; name each its own way.")
        places.append(found[0])
    return places


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row that has any, and the line at which it begins."""
    text = _text(path)
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    bare = QUOTED.sub("", first)
    separator = max(SEPARATORS, key=bare.count)
    if separator not in bare:
        yield from ((at, line.split()) for at, line in enumerate(text.splitlines(), 1) if line.strip())
        return
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    begins = 1
    try:
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = table.line_num + 1
    except csv.Error:
        raise Unanswered.because(
            f"Line {begins}: a quotation mark is not closed where a cell ends; one within quotes is written twice."
        ) from None


def _text(path: Path) -> str:
    """The file in UTF-8, or in UTF-16 where it begins so; perhaps packed with gzip."""
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        return content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except FileNotFoundError:
        raise Unanswered.because(f"There is no file {path}.") from None
    except (OSError, EOFError, UnicodeError, zlib.error):
        raise Unanswered.because(f"The file {path} cannot be read as a table in UTF-8, such as a CSV file.") from None


def _days(cells: Sequence[Text], notes: list[str]) -> np.ndarray:
    slashed = {cell.text: match for cell in cells if (match := SLASHED.fullmatch(cell.text))}
    day_first = any(int(match[1]) > 12 for match in slashed.values())
    month_first = any(int(match[3]) > 12 for match in slashed.values())
    if day_first and month_first:
        raise Unanswered.because("Some dates have the day first, others the month; write them as YYYY-MM-DD.")
    if slashed and not day_first and not month_first:
        # With points it is the day first wherever people write so; with strokes nothing says which.
        shown, match = next(iter(slashed.items()))
        day_first = match[2] == "."
        first = "day" if day_first else "month"
        notes.append(f"Dates such as {shown} are read with the {first} first; YYYY-MM-DD leaves no doubt.")
    known: dict[str, int] = {}
    for line, text in cells:
        if text not in known:
            try:
                day = _day(text, day_first=day_first)
            except ValueError:
                raise Unanswered.because(f"Line {line}: {_said(text)} is no date; write it as YYYY-MM-DD.") from None
            if day.year < FIRST_YEAR:
                raise Unanswered.because(
                    f"Line {line}: {_said(text)} is before {FIRST_YEAR}; correct it, or leave it out."
                )
            known[text] = day.toordinal()
    return np.array([known[cell.text] for cell in cells], dtype=np.int64)


def _day(text: str, *, day_first: bool) -> dt.date:
    if match := COMPACT.fullmatch(text):
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    if match := ISO.fullmatch(text):
        return dt.date(int(match[1]), int(match[3]), int(match[4]))
    if match := SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        return dt.date(int(match[4]), second, first) if day_first else dt.date(int(match[4]), first, second)
    raise ValueError(text)


def _amounts(cells: Sequence[Text]) -> np.ndarray:
    """The amounts, in the one notation that fits the whole column."""
    first = {text: line for line, text in reversed(cells)}
    known = {text: _decimal(text) for text in first}
    if None in known.values():
        pointed = all(amount is not None or POINTED.fullmatch(text) for text, amount in known.items())
        commaed = all(COMMAED.fullmatch(text) for text in known)
        if pointed and not commaed:
            known = {text: _decimal(text.replace(",", "")) for text in known}
        elif commaed and not pointed:
            known = {text: _decimal(text.replace(".", "").replace(",", ".")) for text in known}
        unread = [text for text, amount in known.items() if amount is None]
        if unread:
            # What is an amount in neither notation is at fault before one in the other's.
            text = min(unread, key=lambda text: (_is_amount(text), first[text]))
            fault = "could mean two amounts" if pointed and commaed and "," in text else "is no amount"
            raise Unanswered.because(f"Line {first[text]}: {_said(text)} {fault}; write it as 1234.50.")
    return np.array([known[cell.text] for cell in cells], dtype=np.float64)


def _decimal(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST_AMOUNT else None


def _is_amount(text: str) -> bool:
    return bool(POINTED.fullmatch(text) or COMMAED.fullmatch(text))


def _said(text: str) -> str:
    return f"“{text[:40]}”" if text else "an empty cell"
