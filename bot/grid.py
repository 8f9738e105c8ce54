"""Tables as Slack draws them best.

Slack's table block wraps and scrolls on a phone, where aligned monospace breaks at some forty characters, and its
cells hold plain text, so that nothing in them is ever parsed. But a message may hold only one, and each cell costs some
hundred characters of it. So tables that follow each other become one, each under its caption, of two columns where more
would be too long; where they stand apart, or are too long even so, all of them are aligned monospace, which a section
always takes. Cells are rich_text: Slack has refused raw_text, and a cell without text, for some.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from bot import limits, shapes
from bot.mrkdwn import ELLIPSIS, clean, clusters, cut, escape
from bot.shapes import Json
from bot.wording import plain
from commands._reply import Strong, Table, Text, Value

NATIVE_CHARACTERS = 8_500
CELL_TEXT = 200
MONOSPACE_CELLS = 28  # the widest column; three of them and the gaps still fit a desktop
_GAP = "  "
_FENCE = "```"
_NOTHING = " "


@dataclass(frozen=True, slots=True)
class Monospace:
    """A code block of mrkdwn, empty where nothing fits, and how many rows found no place in it."""

    text: str
    rows_left_out: int


def native(tables: Sequence[Table], block_id: str, locale: str) -> Json | None:
    """The tables as one of Slack's; where they are too long or too different for that, in two columns: what there is
    between the first and the last one of a row is read on with the first. None where that is too long, too.
    """
    return _native(tables, block_id, locale) or _native([_in_two(table, locale) for table in tables], block_id, locale)


def _in_two(table: Table, locale: str) -> Table:
    if len(table.columns) < 3:
        return table
    rows = tuple(_row_in_two(row, locale) if len(row) == len(table.columns) else row for row in table.rows)
    return replace(table, columns=(table.columns[0], table.columns[-1]), rows=rows)


def _row_in_two(row: Sequence[Value | Strong], locale: str) -> tuple[Value | Strong, ...]:
    """`invoiced · 290 lines` and `projected × 44.07` beside the amount."""
    words, *between = (_text(value, locale).strip() for value in row[:-1])
    for more in filter(None, between):
        words += f" · {more}" if more[0].isalnum() else f" {more}"
    return (Strong(words) if isinstance(row[0], Strong) else Text(words), row[-1])


def _native(tables: Sequence[Table], block_id: str, locale: str) -> Json | None:
    layouts = {tuple(column.align for column in table.columns) for table in tables}
    rows_total = sum(len(table.rows) + 1 for table in tables)
    if len(layouts) != 1 or rows_total > limits.TABLE_ROWS:
        return None
    (aligns,) = layouts
    if not 0 < len(aligns) <= limits.TABLE_COLUMNS or any(len(row) != len(aligns) for t in tables for row in t.rows):
        return None
    rows: list[list[Json]] = []
    for table in tables:
        labels = [table.caption or table.columns[0].label, *(column.label for column in table.columns[1:])]
        rows.append([_cell(label, is_bold=True) for label in labels])
        for row in table.rows:
            rows.append([_cell(_text(value, locale), is_bold=isinstance(value, Strong)) for value in row])
    block = shapes.table(block_id, rows, aligns)
    return block if len(json.dumps(block)) <= NATIVE_CHARACTERS else None


def monospace(table: Table, room: int, locale: str) -> Monospace:
    """The table in aligned columns within `room` characters."""
    aligns = [column.align for column in table.columns]
    lines = [[_inert(column.label) for column in table.columns]] if table.columns else []
    headings = len(lines)
    lines += [[_inert(_text(value, locale)) for value in row] for row in table.rows[: limits.TABLE_ROWS]]
    lines = [row[: limits.TABLE_COLUMNS] for row in lines]
    columns = range(max(map(len, lines), default=0))
    widths = [max(cell_len(row[at]) for row in lines if at < len(row)) for at in columns]
    room -= 2 * len(_FENCE) + 1
    kept: list[str] = []
    for row in lines:
        line = escape(_aligned(row, widths, aligns))
        room -= limits.size(line) + 1
        if room < 0:
            break
        kept.append(line)
    if not any(line.strip() for line in kept):
        return Monospace("", len(table.rows))
    return Monospace("\n".join([_FENCE, *kept, _FENCE]), len(table.rows) - max(0, len(kept) - headings))


def _text(value: Value | Strong, locale: str) -> str:
    return plain((value,), locale)


def _cell(text: str, *, is_bold: bool) -> Json:
    return shapes.cell(cut(clean(text).strip() or _NOTHING, CELL_TEXT), is_bold=is_bold)


def _inert(text: str) -> str:
    """A cell that cannot end the code block, no wider than a column may be."""
    text = clean(text).strip().replace("`", "ˋ")
    if cell_len(text) <= MONOSPACE_CELLS:
        return text
    kept = ""
    for cluster in clusters(text):
        if cell_len(kept + cluster) > MONOSPACE_CELLS - 1 or len(kept + cluster) > CELL_TEXT:
            break
        kept += cluster
    return kept.rstrip() + ELLIPSIS


def _aligned(row: Sequence[str], widths: Sequence[int], aligns: Sequence[str]) -> str:
    cells = []
    for at, text in enumerate(row):
        space = " " * (widths[at] - cell_len(text))
        cells.append(space + text if at < len(aligns) and aligns[at] == "right" else text + space)
    return _GAP.join(cells).rstrip()
