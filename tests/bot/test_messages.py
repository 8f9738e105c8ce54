"""What a command is told of the message whose shortcut somebody chose."""

from typing import Any

import pytest

from bot.messages import SAID_MOST, values_of


def said(**message: Any) -> str:
    """The message's words, as a form begins with them; Anna, U1, chose the shortcut."""
    return values_of({"message": message, "user": {"id": "U1", "name": "anna"}})["said"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<@U1> please send Zephyr the quote", "@anna please send Zephyr the quote"),
        ("<@U2> please", "@somebody please"),
        ("<@U2|ben> please", "@ben please"),
        ("see <#C1|general> and <#C2>", "see #general and #a-channel"),
        ("<!subteam^S1|@team> <!subteam^S2> <!here>", "@team @a-group @here"),
        ("by <!date^1700000000^{date}|14 November>", "by 14 November"),
        ("<https://acme.com|acme.com> &amp; <mailto:b@acme.com|b@acme.com> 3 &lt; 4", "acme.com & b@acme.com 3 < 4"),
    ],
)
def test_names_stand_where_slack_writes_ids(text: str, read: str) -> None:
    assert said(text=text) == read


RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Zephyr wants "},
                {"type": "link", "url": "https://x.example", "text": "40 frames"},
                {"type": "text", "text": ", says "},
                {"type": "user", "user_id": "U1"},
            ],
        },
        {
            "type": "rich_text_list",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "red"}]}],
        },
    ],
}
SECTION = {
    "type": "section",
    "text": {"type": "mrkdwn", "text": "Zephyr wants 40 frames"},
    "fields": [{"type": "plain_text", "text": "by Friday"}],
}


def test_a_message_without_a_text_is_read_from_its_blocks() -> None:
    assert said(text="", blocks=[RICH]) == "Zephyr wants 40 frames, says @anna\nred"
    assert said(blocks=[SECTION, {"type": "divider"}]) == "Zephyr wants 40 frames\nby Friday"
    assert said(text="Zephyr", blocks=[RICH]) == "Zephyr", "blocks say the same as the text beside them"


def test_what_is_forwarded_or_written_by_an_app_is_read_from_attachments() -> None:
    app = {"fallback": "Zephyr wants 40", "title": "Order", "text": "Zephyr wants 40 frames"}
    assert said(attachments=[app]) == "Order\nZephyr wants 40 frames"
    assert said(attachments=[{"fallback": "Zephyr wants 40"}]) == "Zephyr wants 40"
    forwarded = {"is_share": True, "message_blocks": [{"message": {"blocks": [SECTION]}}], "fallback": "[a message]"}
    assert said(text="have a look", attachments=[forwarded]) == "have a look\nZephyr wants 40 frames\nby Friday"
    preview = {"from_url": "https://acme.com", "title": "Acme, the shop", "text": "Buy here"}
    assert said(text="see acme.com", attachments=[preview]) == "see acme.com"


@pytest.mark.parametrize("message", [{}, {"text": None, "blocks": None, "attachments": "x"}, {"blocks": [1, {}]}])
def test_a_message_that_says_nothing_is_empty(message: dict[str, Any]) -> None:
    assert said(**message) == ""


def test_a_long_message_is_cut() -> None:
    assert len(said(text="Zephyr " * 1_000)) == SAID_MOST
