"""Composition objects: text, option, option group, confirmation, filter, Slack file.

Each shape carries the page that states its fields and limits, below docs.slack.dev/reference/block-kit.
"""

from collections.abc import Mapping
from typing import Any

from tests.slack.block_kit.rules import (
    Flag,
    Items,
    Kinds,
    Problem,
    Problems,
    Rule,
    Shape,
    Text,
    kind,
    one_of_fields,
    some_of_fields,
)

DOCS = "https://docs.slack.dev/reference/block-kit"
OBJECTS = f"{DOCS}/composition-objects"

ID = Text(most=255, least=1)


def plain(most: int = 3000, least: int = 1) -> Shape:
    """A plain_text object. `emoji` stands only here, `verbatim` only in mrkdwn."""
    return Shape(
        f"{OBJECTS}/text-object",
        must={"type": kind("plain_text"), "text": Text(most, least)},
        may={"emoji": Flag()},
    )


def mrkdwn(most: int = 3000, least: int = 1) -> Shape:
    """A mrkdwn object."""
    return Shape(
        f"{OBJECTS}/text-object",
        must={"type": kind("mrkdwn"), "text": Text(most, least)},
        may={"verbatim": Flag()},
    )


def words(most: int = 3000, least: int = 1) -> Kinds:
    """A text object of either kind."""
    return Kinds({"plain_text": plain(most, least), "mrkdwn": mrkdwn(most, least)})


def option(*, is_plain: bool, has_url: bool = False) -> Shape:
    """An option; its text may be mrkdwn in radio buttons and checkboxes, its url stands in overflow menus only."""
    text: Rule = plain(75) if is_plain else words(75)
    may: dict[str, Rule] = {"description": plain(75) if is_plain else words(75)}
    if has_url:
        may["url"] = Text(most=3000, least=1)
    return Shape(f"{OBJECTS}/option-object", must={"text": text, "value": Text(most=150)}, may=may)


PLAIN_OPTION = option(is_plain=True)
RICH_OPTION = option(is_plain=False)
LINK_OPTION = option(is_plain=True, has_url=True)

OPTION_GROUP = Shape(
    f"{OBJECTS}/option-group-object",
    must={"label": plain(75), "options": Items(PLAIN_OPTION, least=1, most=100)},
)

CONFIRM = Shape(
    f"{OBJECTS}/confirmation-dialog-object",
    must={"title": plain(100), "text": plain(300), "confirm": plain(30), "deny": plain(30)},
    may={"style": Text(one_of=("primary", "danger"))},
)

CONVERSATION_FILTER = Shape(
    f"{OBJECTS}/conversation-filter-object",
    must={},
    may={
        "include": Items(Text(one_of=("im", "mpim", "private", "public")), least=1),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    also=(some_of_fields("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

DISPATCH = Shape(
    f"{OBJECTS}/dispatch-action-configuration-object",
    must={},
    may={
        "trigger_actions_on": Items(Text(one_of=("on_enter_pressed", "on_character_entered")), least=1, most=2),
    },
)

SLACK_FILE = Shape(
    f"{OBJECTS}/slack-file-object",
    must={},
    may={"id": Text(least=1), "url": Text(least=1)},
    also=(one_of_fields("id", "url"),),
)


def initial_option(value: Mapping[str, Any], at: str) -> Problems:
    """What is chosen at first must be one of the options, letter for letter."""
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options") or [] if isinstance(group, dict) else []
    chosen = [value["initial_option"]] if "initial_option" in value else value.get("initial_options") or []
    for one in chosen if isinstance(chosen, list) else []:
        if one not in offered:
            yield Problem("initial option must exactly match one of the options", at)
