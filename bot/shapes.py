"""The blocks of a message, in the shapes that slackblocks gives them.

slackblocks draws each shape once, when this is imported; the words of a card are put into a copy. A card built through
slackblocks takes 0.3 ms of CPU for its blocks, a copy a twentieth of that, and nothing is lost: lengths are cut before
(bot/limits.py), and the tests hold what is drawn here against what slackblocks draws and checks of the same.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ColumnSettings,
    ConfirmationDialogue,
    ContextBlock,
    HeaderBlock,
    Markdown,
    Option,
    OverflowMenu,
    PlainText,
    RichText,
    RichTextSection,
    SectionBlock,
    TableBlock,
)

Json = dict[str, Any]


def drawn(thing: Block | ConfirmationDialogue | Option) -> Json:
    """A block, a question or the option of a menu that slackblocks has built, as Slack is sent it."""
    found: Json = json.loads(repr(thing))
    _switch_emoji_off(found)
    return found


def _switch_emoji_off(value: object) -> None:
    """Slack draws :code: in plain_text unless `emoji` is false, and slackblocks leaves it out when it is."""
    if isinstance(value, dict):
        if value.get("type") == "plain_text":
            value["emoji"] = False
        for inner in value.values():
            _switch_emoji_off(inner)
    elif isinstance(value, list):
        for inner in value:
            _switch_emoji_off(inner)


# --- each shape once -------------------------------------------------------------------------------------------------

_TEXT = Markdown("x", verbatim=True)
_HEADER = drawn(HeaderBlock(PlainText("x"), block_id="x"))
_SECTION = drawn(SectionBlock(_TEXT, block_id="x"))
_FIELDS = drawn(SectionBlock(fields=[_TEXT], block_id="x"))
_CONTEXT = drawn(ContextBlock([_TEXT], block_id="x"))
_ACTIONS = drawn(
    ActionsBlock(
        [
            Button(PlainText("x"), "x", value="x"),
            Button(PlainText("x"), "x", value="x", style="primary"),
            OverflowMenu("x", [Option(PlainText("x"), "x"), Option(PlainText("y"), "y")]),
        ],
        "x",
    )
)
_BUTTON, _STYLED_BUTTON, _MENU = _ACTIONS["elements"]
_OPTION = _MENU["options"][0]
_PLAIN, _MRKDWN = _HEADER["text"], _SECTION["text"]

_TABLE = drawn(
    TableBlock(
        [[RichTextSection([RichText("x")]), RichTextSection([RichText("x", bold=True)])]],
        [ColumnSettings(align="left", is_wrapped=True), ColumnSettings(align="right", is_wrapped=False)],
        block_id="x",
    )
)
_CELL, _BOLD_CELL = _TABLE["rows"][0]
_LEFT, _RIGHT = _TABLE["column_settings"]


# --- and a card's words in copies of them ----------------------------------------------------------------------------


def header(block_id: str, text: str) -> Json:
    """The headline, in plain text."""
    return {**_HEADER, "block_id": block_id, "text": _plain(text)}


def section(block_id: str, text: str, accessory: Json | None = None) -> Json:
    """A paragraph of mrkdwn, with a button or menu at its right."""
    block = {**_SECTION, "block_id": block_id, "text": _mrkdwn(text)}
    return block if accessory is None else {**block, "accessory": accessory}


def fields(block_id: str, texts: Sequence[str]) -> Json:
    """Paragraphs in two columns."""
    return {**_FIELDS, "block_id": block_id, "fields": [_mrkdwn(text) for text in texts]}


def context(block_id: str, text: str) -> Json:
    """A paragraph in small grey letters."""
    return {**_CONTEXT, "block_id": block_id, "elements": [_mrkdwn(text)]}


def actions(block_id: str, elements: Sequence[Json]) -> Json:
    """Buttons and menus side by side."""
    return {**_ACTIONS, "block_id": block_id, "elements": list(elements)}


def button(
    label: str,
    action_id: str,
    value: str,
    style: Literal["primary", "danger"] | None = None,
    confirm: ConfirmationDialogue | None = None,
) -> Json:
    """A button, which asks first where it has a question to confirm."""
    shape = _BUTTON if style is None else {**_STYLED_BUTTON, "style": style}
    found = {**shape, "text": _plain(label), "action_id": action_id, "value": value}
    if confirm is not None:
        found["confirm"] = drawn(confirm)
    return found


def menu(action_id: str, options: Sequence[Json]) -> Json:
    """Three dots that open a menu."""
    return {**_MENU, "action_id": action_id, "options": list(options)}


def option(label: str, value: str) -> Json:
    """A choice in a menu."""
    return {**_OPTION, "text": _plain(label), "value": value}


def table(block_id: str, rows: Sequence[Sequence[Json]], aligns: Sequence[Literal["left", "right"]]) -> Json:
    """Rows of cells; what stands at the left is wrapped."""
    settings = [_LEFT if align == "left" else _RIGHT for align in aligns]
    return {**_TABLE, "block_id": block_id, "rows": [list(row) for row in rows], "column_settings": settings}


def cell(text: str, *, is_bold: bool) -> Json:
    """The cell of a table, of plain text."""
    rich_text = _BOLD_CELL if is_bold else _CELL
    (line,) = rich_text["elements"]
    (words,) = line["elements"]
    return {**rich_text, "elements": [{**line, "elements": [{**words, "text": text}]}]}


def _plain(text: str) -> Json:
    return {**_PLAIN, "text": text}


def _mrkdwn(text: str) -> Json:
    return {**_MRKDWN, "text": text}
