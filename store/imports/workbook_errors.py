"""Cells of an Excel workbook that hold an error such as #N/A or #REF!.

calamine gives them as empty cells. An empty cost is a cost that nobody knows, and an empty customer is none; what an
error stands for is neither, and nobody can say. So they are looked for in the workbook itself.
"""

import html
import re
import zipfile
from pathlib import Path
from typing import IO

# The zipped XML of these; the older .xls and OpenDocument's .ods are written otherwise.
_ZIPPED = {".xlsx", ".xlsm"}
_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_IS_ERROR = b't="e"'
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_BLOCK_BYTES = 1 << 20
# No tag of a cell is longer, so that none is lost between two blocks.
_TAG_BYTES = 1_000

Places = dict[int, set[int]]


def places(path: Path, sheet: str | None) -> Places:
    """In which columns, counted from 0, each row of the sheet, or of the first one, has such a cell; rows are numbered
    as Excel does.

    Nothing is found where a workbook is not written as Excel writes them.
    """
    if path.suffix.lower() not in _ZIPPED:
        return {}
    try:
        with zipfile.ZipFile(path) as parts:
            part = _part_of(parts, sheet)
            if part is None:
                return {}
            with parts.open(part) as xml:
                return _in(xml)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, UnicodeError):
        return {}


def _part_of(parts: zipfile.ZipFile, sheet: str | None) -> str | None:
    """The name of the XML in which the sheet is."""
    relations = {}
    for one in _attributes(_RELATION, parts.read("xl/_rels/workbook.xml.rels")):
        relations[one.get("Id")] = one.get("Target", "")
    for one in _attributes(_SHEET, parts.read("xl/workbook.xml")):
        target = relations.get(one.get("r:id"))
        if sheet in (None, one.get("name")) and target:
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _attributes(tag: re.Pattern[str], xml: bytes) -> list[dict[str, str]]:
    found = tag.findall(xml.decode())
    return [{name: html.unescape(value) for name, value in _ATTRIBUTE.findall(one)} for one in found]


def _in(xml: IO[bytes]) -> Places:
    found: Places = {}
    rest = b""
    while block := xml.read(_BLOCK_BYTES):
        text = rest + block
        for tag in _CELL.findall(text) if _IS_ERROR in text else ():
            place = _PLACE.search(tag) if _IS_ERROR in tag else None
            if place is not None:
                found.setdefault(int(place[2]), set()).add(_column(place[1]))
        rest = text[-_TAG_BYTES:]
    return found


def _column(letters: bytes) -> int:
    """A is 0, Z is 25, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
