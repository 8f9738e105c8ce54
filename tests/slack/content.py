"""What a message may carry, whichever way it comes: chat.*, an acknowledgement, a response_url.

Limits: docs.slack.dev/reference/methods/chat.postMessage (errors, "Truncating content", attachments) and
docs.slack.dev/messaging/message-metadata.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.slack.block_kit import Problem, all_blocks, check_blocks, elements_of, size
from tests.slack.refusal import Refusal
from tests.slack.world import Json

# chat.postMessage truncates beyond 40,000; chat.update has been seen to refuse beyond 4,000
# (seratch/ChatGPT-in-Slack issue 102). The stand-in refuses both.
POST_CHARACTERS = 40_000
UPDATE_CHARACTERS = 4_000
ATTACHMENTS = 100
MARKDOWN_TEXT_CHARACTERS = 12_000


@dataclass
class Content:
    """The checked content of a message; what was not given is None."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None


def check_content(
    source: Mapping[str, Any], most: int = POST_CHARACTERS, *, may_be_empty: bool = False, make_id: Any = None
) -> Content:
    """Read text, blocks, attachments and metadata.

    Errors: Refusal named as chat.postMessage names it.
    """
    text = source.get("text")
    markdown = source.get("markdown_text")
    if markdown is not None:
        if source.get("blocks") or text:
            raise Refusal("markdown_text_conflict")
        if size(str(markdown)) > MARKDOWN_TEXT_CHARACTERS:
            raise Refusal("msg_too_long")
        text = markdown
    if text is not None and size(str(text)) > most:
        raise Refusal("msg_too_long")
    content = Content(
        None if text is None else str(text),
        _blocks(source, "blocks", make_id),
        _attachments(source),
        _metadata(source),
    )
    if not (may_be_empty or (content.text or "").strip() or content.blocks or content.attachments):
        raise Refusal("no_text")
    return content


def load(source: Mapping[str, Any], name: str, error: str) -> Any:
    """A JSON argument, which a form carries as text."""
    value = source.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise Refusal(error) from None


def _blocks(source: Mapping[str, Any], name: str, make_id: Any) -> list[Json] | None:
    blocks = load(source, name, "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    refuse(check_blocks(blocks, "message"), "invalid_blocks")
    return with_ids(blocks, make_id)


def refuse(problems: list[Problem], error: str) -> None:
    """Errors: Refusal with all problems, named by the first of them that has a name of its own."""
    if problems:
        named = next((one.error for one in problems if one.error), error)
        raise Refusal(named, *problems, errors=[one.message for one in problems])


def with_ids(blocks: list[Json], make_id: Any) -> list[Json]:
    """A copy in which every block has a block_id and every element an action_id, as Slack gives them back."""
    copy: list[Json] = json.loads(json.dumps(blocks))
    for _, block in all_blocks(copy, ""):
        block.setdefault("block_id", make_id("b"))
        for _, element in elements_of(block):
            if element["type"] != "image":
                element.setdefault("action_id", make_id("a"))
    return copy


def _attachments(source: Mapping[str, Any]) -> list[Json] | None:
    attachments = load(source, "attachments", "invalid_attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise Refusal("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for number, one in enumerate(attachments):
        if "blocks" in one:
            refuse(check_blocks(one["blocks"], "message", f"/attachments/{number}/blocks"), "invalid_attachments")
    return attachments


def _metadata(source: Mapping[str, Any]) -> Json | None:
    metadata = load(source, "metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    if not metadata:
        return {}
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not event_type or not isinstance(payload, dict):
        raise Refusal("invalid_metadata_schema")
    if unknown := set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refusal("invalid_metadata_schema", *sorted(unknown))
    return metadata
