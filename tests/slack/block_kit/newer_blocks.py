"""The blocks that came since 2025: tables, charts, cards, containers, alerts, plans.

The page of each is below docs.slack.dev/reference/block-kit/blocks and stands in its shape.
"""

from collections.abc import Mapping
from typing import Any

from tests.slack.block_kit.elements import BUTTONS, IMAGE
from tests.slack.block_kit.objects import DOCS, ID, plain, words
from tests.slack.block_kit.rich_text import RICH_TEXT
from tests.slack.block_kit.rules import (
    Flag,
    Items,
    Kinds,
    Later,
    Number,
    Problem,
    Problems,
    Rule,
    Shape,
    Text,
    kind,
    some_of_fields,
)

BLOCK_DOCS = f"{DOCS}/blocks"


def _block(page: str, name: str, must: Mapping[str, Rule], may: Mapping[str, Rule] | None = None, *also: Any) -> Shape:
    return Shape(
        f"{BLOCK_DOCS}/{page}", must={"type": kind(name), **must}, may={"block_id": ID, **(may or {})}, also=also
    )


def cell_text(value: Mapping[str, Any]) -> int:
    """How many characters the cells of a table hold together."""
    return sum(_letters(cell) for row in _lists(value.get("rows")) for cell in row)


def _lists(rows: Any) -> list[list[Any]]:
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _letters(piece: Any) -> int:
    if isinstance(piece, dict):
        text = piece.get("text")
        return len(text) if isinstance(text, str) else sum(map(_letters, piece.values()))
    return sum(map(_letters, piece)) if isinstance(piece, list) else 0


def _as_wide(value: Mapping[str, Any], at: str) -> Problems:
    if len({len(row) for row in _lists(value.get("rows"))}) > 1:
        yield Problem("all rows must have the same number of cells", f"{at}/rows")


def _no_rich_header(value: Mapping[str, Any], at: str) -> Problems:
    for number, cell in enumerate((_lists(value.get("rows")) or [[]])[0]):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            yield Problem("rich_text cannot be used for header cells", f"{at}/rows/0/{number}")


def _at_most(letters: int) -> Any:
    def check(value: Mapping[str, Any], at: str) -> Problems:
        if cell_text(value) > letters:
            yield Problem(f"no more than {letters} characters allowed in all cells", f"{at}/rows")

    return check


_CELL_PAGE = f"{BLOCK_DOCS}/table-block"
CELL = Kinds(
    {
        "raw_text": Shape(_CELL_PAGE, must={"type": kind("raw_text"), "text": Text(least=1)}),
        "raw_number": Shape(
            _CELL_PAGE,
            must={"type": kind("raw_number"), "value": Number(is_whole=False)},
            may={"text": Text(least=1)},
        ),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = Shape(
    f"{BLOCK_DOCS}/table-block#schema-for-column_settings",
    must={},
    may={"align": Text(one_of=("left", "center", "right")), "is_wrapped": Flag()},
)

_CHART_PAGE = f"{BLOCK_DOCS}/data-visualization-block"
_SEGMENT = Shape(_CHART_PAGE, must={"label": Text(20, 1), "value": Number(above=0, is_whole=False)})
_POINT = Shape(_CHART_PAGE, must={"label": Text(20, 1), "value": Number(is_whole=False)})
_SERIES = Shape(_CHART_PAGE, must={"name": Text(20, 1), "data": Items(_POINT, least=1, most=20)})
_AXES = Shape(
    _CHART_PAGE,
    must={"categories": Items(Text(20, 1), least=1, most=20)},
    may={"x_label": Text(50), "y_label": Text(50)},
)
CHARTS = {
    "pie": Shape(_CHART_PAGE, must={"type": kind("pie"), "segments": Items(_SEGMENT, least=1, most=12)}),
    **{
        name: Shape(
            _CHART_PAGE,
            must={"type": kind(name), "series": Items(_SERIES, least=1, most=12), "axis_config": _AXES},
        )
        for name in ("bar", "area", "line")
    },
}

CARD = _block(
    "card-block",
    "card",
    {},
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": words(150),
        "subtitle": words(150),
        "body": words(200),
        "subtext": words(200),
        "actions": Items(Kinds(BUTTONS), least=1, most=3),
    },
    some_of_fields("hero_image", "title", "actions", "body"),
)

_SOURCE = Shape(
    f"{DOCS}/block-elements/url-source-element",
    must={"type": kind("url"), "url": Text(least=1), "text": Text(least=1)},
)
TASK = _block(
    "task-card-block",
    "task_card",
    {
        "task_id": Text(least=1),
        "title": Text(least=1),
        "status": Text(one_of=("pending", "in_progress", "complete", "error")),
    },
    {"details": RICH_TEXT, "output": RICH_TEXT, "sources": Items(_SOURCE)},
)


def _divider_or_fold(value: Mapping[str, Any], at: str) -> Problems:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        yield Problem("has_header_divider cannot be set when is_collapsible is true", at)
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        yield Problem("default_collapsed requires is_collapsible", at)


def _children() -> Rule:
    from tests.slack.block_kit.blocks import BLOCKS

    return Kinds(BLOCKS, frozenset(BLOCKS) - {"container"})


NEWER_BLOCKS: Mapping[str, Shape] = {
    "table": _block(
        "table-block",
        "table",
        {"rows": Items(Items(CELL, least=1, most=20), least=1, most=100)},
        {"column_settings": Items(_COLUMN, most=20)},
        _at_most(10_000),
    ),
    "data_table": _block(
        "data-table-block",
        "data_table",
        {"caption": Text(least=1), "rows": Items(Items(CELL, least=1, most=20), least=2, most=201)},
        {"page_size": Number(least=1, most=100), "row_header_column_index": Number(least=0)},
        _as_wide,
        _no_rich_header,
        _at_most(20_000),
    ),
    "data_visualization": _block(
        "data-visualization-block", "data_visualization", {"title": Text(50, 1), "chart": Kinds(CHARTS)}
    ),
    "card": CARD,
    "carousel": _block("carousel-block", "carousel", {"elements": Items(Kinds({"card": CARD}), least=1, most=10)}),
    "alert": _block(
        "alert-block",
        "alert",
        {"text": words(200)},
        {"level": Text(one_of=("default", "info", "warning", "error", "success"))},
    ),
    "container": _block(
        "container-block",
        "container",
        {"child_blocks": Items(Later(_children), least=1, most=10)},
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": words(150),
            "width": Text(one_of=("narrow", "standard", "wide", "full")),
            "icon": IMAGE,
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        some_of_fields("title", "rich_text_title"),
        _divider_or_fold,
    ),
    "task_card": TASK,
    "plan": _block(
        "plan-block", "plan", {"title": Text(least=1)}, {"tasks": Items(Kinds({"task_card": TASK}), most=50)}
    ),
}
