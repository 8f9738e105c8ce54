"""The blocks that a message, a modal and a Home tab are made of.

The page of each is below docs.slack.dev/reference/block-kit/blocks and stands in its shape.
"""

from collections.abc import Mapping
from typing import Any

from tests.slack.block_kit.elements import (
    CONTEXT_BUTTONS,
    ELEMENTS,
    IMAGE,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from tests.slack.block_kit.newer_blocks import NEWER_BLOCKS
from tests.slack.block_kit.objects import DOCS, ID, SLACK_FILE, mrkdwn, plain, words
from tests.slack.block_kit.rich_text import RICH_TEXT
from tests.slack.block_kit.rules import (
    Flag,
    Items,
    Kinds,
    Rule,
    Shape,
    Text,
    kind,
    one_of_fields,
    some_of_fields,
)

BLOCK_DOCS = f"{DOCS}/blocks"
NAMED: Mapping[str, Rule] = {"block_id": ID}


def block(page: str, name: str, must: Mapping[str, Rule], may: Mapping[str, Rule] | None = None, *also: Any) -> Shape:
    return Shape(f"{BLOCK_DOCS}/{page}", must={"type": kind(name), **must}, may={**NAMED, **(may or {})}, also=also)


_URL = Text(most=3000, least=1)
_IN_CONTEXT = Kinds({"image": IMAGE, "plain_text": plain(), "mrkdwn": mrkdwn()})

BLOCKS: Mapping[str, Shape] = {
    "section": block(
        "section-block",
        "section",
        {},
        {
            "text": words(3000),
            "fields": Items(words(2000), least=1, most=10),
            "accessory": Kinds(ELEMENTS, IN_SECTION),
            "expand": Flag(),
        },
        some_of_fields("text", "fields"),
    ),
    "header": block("header-block", "header", {"text": plain(150)}),
    "divider": block("divider-block", "divider", {}),
    "context": block("context-block", "context", {"elements": Items(_IN_CONTEXT, least=1, most=10)}),
    "actions": block("actions-block", "actions", {"elements": Items(Kinds(ELEMENTS, IN_ACTIONS), least=1, most=25)}),
    "context_actions": block(
        "context-actions-block",
        "context_actions",
        {"elements": Items(Kinds(CONTEXT_BUTTONS), least=1, most=5)},
    ),
    "image": block(
        "image-block",
        "image",
        {"alt_text": Text(most=2000)},
        {"image_url": _URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        one_of_fields("image_url", "slack_file"),
    ),
    "input": block(
        "input-block",
        "input",
        {"label": plain(2000), "element": Kinds(ELEMENTS, IN_INPUT)},
        {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
    ),
    "markdown": block("markdown-block", "markdown", {"text": Text(most=12_000, least=1)}),
    "rich_text": RICH_TEXT,
    "file": block("file-block", "file", {"external_id": Text(least=1), "source": Text(one_of=("remote",))}),
    "video": block(
        "video-block",
        "video",
        {"alt_text": Text(), "title": plain(200), "thumbnail_url": _URL, "video_url": _URL},
        {
            "author_name": Text(most=50),
            "description": plain(200),
            "provider_icon_url": Text(),
            "provider_name": Text(),
            "title_url": Text(pattern=r"https://.+"),
        },
    ),
    **NEWER_BLOCKS,
}

# Which surface takes which block: the line "Available in surfaces" of each block's page.
EVERYWHERE = frozenset(
    {"actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
ON_SURFACE: Mapping[str, frozenset[str]] = {
    "message": EVERYWHERE
    | {"carousel", "container", "context_actions", "data_table", "data_visualization", "file", "markdown", "plan"}
    | {"table", "task_card"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"carousel", "container", "data_table", "data_visualization", "table"},
}


def blocks_of(surface: str) -> Items:
    """50 in a message (docs.slack.dev/reference/block-kit/blocks), 100 in a modal or Home tab (…/reference/views)."""
    return Items(Kinds(BLOCKS, ON_SURFACE[surface]), most=50 if surface == "message" else 100)
