"""Excel workbooks. A cell knows whether it is a date or a number; it is written down as the mapping says, to be read
like any other text.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from store.imports import workbook_errors
from store.imports.cells import factorized
from store.imports.delimited import RawBlock
from store.imports.errors import UnreadableFileError
from store.imports.mapping_keys import Format

WORKBOOK_ERRORS = (CalamineError,)
# What calamine breaks off with where its own code gives up. It is no Exception, and has no module to import it from.
PANIC = "PanicException"
BLOCK_ROWS = 20_000
# The error that a formula gives where a table has no such row; it stands for all of them.
_ERROR = "#N/A"
# What Excel itself keeps of a number: the 0.30000000000000004 of a formula is 0.3 on the screen.
_SIGNIFICANT_DIGITS = 15


def is_one(path: Path) -> bool:
    """Whether the file is a workbook, by its name."""
    return path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"}


def rows(path: Path, fmt: Format) -> Iterator[tuple[int, list[str]]]:
    """Each row of the sheet that is not blank, with its number, from the header on.

    Errors: UnreadableFileError where the sheet is not there; one of WORKBOOK_ERRORS.
    """
    with CalamineWorkbook.from_path(path) as book:
        names = book.sheet_names
        if fmt.sheet is not None and fmt.sheet not in names:
            raise UnreadableFileError(f'{path.name} has no sheet "{fmt.sheet}"; its sheets are {", ".join(names)}.')
        sheet = book.get_sheet_by_name(fmt.sheet) if fmt.sheet is not None else book.get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number < fmt.header_line:
                continue
            texts = [cell if type(cell) is str else _text(cell, fmt) for cell in cells]
            if any(texts):
                yield number, texts


def blocks(path: Path, fmt: Format, wanted: Sequence[int], progress: Callable[[int, int], None]) -> Iterator[RawBlock]:
    """The rows after the header, some thousands at a time; each that has an error such as #N/A in one of these columns
    by itself, unless the mapping says that it stands for an empty cell. Errors: as those of `rows`.
    """
    size = path.stat().st_size
    errors = {} if _ERROR in fmt.missing else workbook_errors.places(path, fmt.sheet)
    numbers: list[int] = []
    kept: list[list[str]] = []
    following = rows(path, fmt)
    _, header = next(following, (0, []))
    for number, texts in following:
        if wrong := errors.get(number, set()) & set(wanted):
            fault = f"{header[min(wrong)].strip()} is an error of Excel, such as {_ERROR}"
            yield _block([number], [[texts[place] for place in wanted]], fault)
            continue
        numbers.append(number)
        kept.append([texts[place] for place in wanted])
        if len(kept) == BLOCK_ROWS:
            yield _block(numbers, kept)
            numbers, kept = [], []
    if kept:
        yield _block(numbers, kept)
    progress(size, size)


def _block(numbers: list[int], kept: list[list[str]], fault: str = "") -> RawBlock:
    columns = [factorized(column) for column in zip(*kept, strict=True)]
    return RawBlock(np.array(numbers, dtype=np.int64), columns, fault)


def _text(cell: object, fmt: Format) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        plain = format(Decimal(format(cell, f".{_SIGNIFICANT_DIGITS}g")), "f") if isinstance(cell, float) else str(cell)
        return plain.replace(".", fmt.decimal)
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.strftime(fmt.dates[0])
    return str(cell)
