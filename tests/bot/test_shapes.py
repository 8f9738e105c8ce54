"""Every block is what slackblocks draws of the same words, and what it takes."""

import json
from typing import Any

from hypothesis import given, settings
from slackblocks import (
    ActionsBlock,
    Block,
    Button,
    ColumnSettings,
    ConfirmationDialogue,
    ContextBlock,
    Element,
    HeaderBlock,
    Markdown,
    Option,
    OverflowMenu,
    PlainText,
    RichText,
    RichTextObject,
    RichTextSection,
    SectionBlock,
    TableBlock,
)

from bot import shapes
from bot.render import payload
from commands._reply import Action, Column, Item, Note, Panel, Reply, Strong, Table, Text
from tests.bot.hostile import replies

WORDS = "<!channel> *x* :tada: Müller & Söhne"
LINK = Action("clv", WORDS, {"customer": "31"}, "primary")
EVERY_SHAPE = Reply(
    (WORDS,),
    parts=(
        Note((WORDS,), "quiet"),
        Panel(WORDS, (((WORDS,),),)),
        Panel(WORDS, (((WORDS,),),)),
        Note((WORDS,), "warning"),
        Item((WORDS,), actions=(LINK,)),
        Item((WORDS,), actions=(LINK, Action("top", "Best"))),
        Table((Column("who"), Column("how many", "right")), ((Text(WORDS), Strong("7")),)),
        Note((WORDS,), "quiet"),
    ),
    actions=(
        LINK,
        Action("forget", WORDS, style="danger", confirm=WORDS),
        Action("drop", WORDS, confirm=WORDS),
        *(Action("top", f"{count}", {"count": f"{count}"}) for count in (10, 20, 30)),
    ),
)


def test_a_card_of_every_shape_is_what_slackblocks_draws() -> None:
    blocks = payload(EVERY_SHAPE)["blocks"]
    assert {block["type"] for block in blocks} == {"header", "context", "section", "table", "actions"}
    for block in blocks:
        assert json.dumps(block) == json.dumps(shapes.drawn(by_slackblocks(block)))  # in the same order too


@given(replies)
@settings(max_examples=30, deadline=None)
def test_any_reply_is_what_slackblocks_draws_and_takes(reply: Reply) -> None:
    for block in payload(reply)["blocks"]:
        assert shapes.drawn(by_slackblocks(block)) == block


def test_a_block_shares_nothing_with_the_next() -> None:
    first = shapes.section("one", "first", shapes.button("Show", "clv:1", "{}"))
    second = shapes.section("two", "second")
    assert first["text"]["text"] == "first"
    assert second == shapes.drawn(SectionBlock(Markdown("second", verbatim=True), "two"))


# --- the same block built by slackblocks, which checks it -----------------------------------------------------------


def by_slackblocks(block: dict[str, Any]) -> Block:
    name = block["block_id"]
    match block:
        case {"type": "header"}:
            return HeaderBlock(PlainText(block["text"]["text"]), name)
        case {"type": "context", "elements": texts}:
            return ContextBlock([_mrkdwn(text) for text in texts], name)
        case {"type": "section", "fields": texts}:
            return SectionBlock(fields=[_mrkdwn(text) for text in texts], block_id=name)
        case {"type": "section"}:
            beside = _element(block["accessory"]) if "accessory" in block else None
            return SectionBlock(_mrkdwn(block["text"]), name, accessory=beside)
        case {"type": "actions", "elements": elements}:
            return ActionsBlock([_element(element) for element in elements], name)
        case {"type": "table", "rows": rows, "column_settings": columns}:
            settings = [ColumnSettings(align=one["align"], is_wrapped=one["is_wrapped"]) for one in columns]
            return TableBlock([[_cell(cell) for cell in row] for row in rows], settings, name)
    raise AssertionError(f"no shape of ours: {block['type']}")


def _mrkdwn(text: dict[str, Any]) -> Markdown:
    return Markdown(text["text"], verbatim=text["verbatim"])


def _plain(text: dict[str, Any]) -> PlainText:
    return PlainText(text["text"])


def _element(element: dict[str, Any]) -> Element:
    action_id = element["action_id"]
    if element["type"] == "overflow":
        return OverflowMenu(action_id, [Option(_plain(one["text"]), one["value"]) for one in element["options"]])
    ask = element.get("confirm")
    asks = ask and ConfirmationDialogue(
        _plain(ask["title"]), _plain(ask["text"]), _plain(ask["confirm"]), _plain(ask["deny"]), ask.get("style")
    )
    style = element.get("style")
    return Button(_plain(element["text"]), action_id, value=element["value"], style=style, confirm=asks)


def _cell(cell: dict[str, Any]) -> RichTextObject:
    ((words,),) = [line["elements"] for line in cell["elements"]]
    return RichTextSection([RichText(words["text"], **words.get("style", {}))])
