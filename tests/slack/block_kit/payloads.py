"""Whole payloads: the blocks of a message or view together, and the view itself.

What a block's own page cannot say: names that must differ, one table a message, the size of all blocks together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.slack.block_kit.blocks import blocks_of
from tests.slack.block_kit.objects import plain
from tests.slack.block_kit.rules import Anything, Flag, Problem, Problems, Shape, Text, kind, size

# Undocumented: slackapi/bolt-js issues 2509 and 2867 found msg_blocks_too_long at some 13,200 characters, where each
# further block takes about 100.
ALL_BLOCKS_CHARACTERS = 13_200
EACH_BLOCK_CHARACTERS = 100
# docs.slack.dev/reference/block-kit/blocks/markdown-block: "cumulative limit for all markdown blocks in one payload".
ALL_MARKDOWN_CHARACTERS = 12_000
# docs.slack.dev/reference/block-kit/blocks/data-visualization-block
CHARTS_A_MESSAGE = 2
# docs.slack.dev/reference/methods/views.open: view_too_large
VIEW_BYTES = 250_000


def check_blocks(blocks: Any, surface: str, at: str = "/blocks") -> list[Problem]:
    """What Slack would refuse in these blocks on this surface ("message", "modal" or "home"); empty where nothing."""
    problems = list(blocks_of(surface).check(blocks, at))
    return problems or list(_together(blocks, surface, at))


def check_view(view: Any, *kinds: str) -> list[Problem]:
    """What Slack would refuse in a view; `kinds` are the types that the method takes."""
    name = view.get("type") if isinstance(view, dict) else None
    if name not in VIEWS or name not in kinds:
        return [Problem(f"unsupported type: {name}", "/view/type")]
    problems = list(VIEWS[name].check(view, "/view"))
    if "blocks" in view:
        problems += check_blocks(view["blocks"], name, "/view/blocks")
    if not problems and len(json.dumps(view).encode()) > VIEW_BYTES:
        problems.append(Problem("view is too large", "/view", error="view_too_large"))
    return problems


# --- views: docs.slack.dev/reference/views ---------------------------------------------------------------------------


def _submit_for_inputs(view: Mapping[str, Any], at: str) -> Problems:
    blocks = view.get("blocks")
    kinds = [one.get("type") for one in blocks if isinstance(one, dict)] if isinstance(blocks, list) else []
    if "input" in kinds and "submit" not in view:
        yield Problem("a modal with input blocks must have a submit", at)


_PAGE = "https://docs.slack.dev/reference/views"
_ANY_VIEW = {"private_metadata": Text(most=3000), "callback_id": Text(most=255), "external_id": Text(most=255)}
VIEWS = {
    "modal": Shape(
        f"{_PAGE}/modal-views",
        must={"type": kind("modal"), "title": plain(24), "blocks": Anything()},
        may={
            **_ANY_VIEW,
            "close": plain(24),
            "submit": plain(24),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
        },
        also=(_submit_for_inputs,),
    ),
    "home": Shape(f"{_PAGE}/home-tab-views", must={"type": kind("home"), "blocks": Anything()}, may=_ANY_VIEW),
}


# --- blocks together -------------------------------------------------------------------------------------------------


def elements_of(block: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a block and where in it they stand: accessory, element, elements/0 …"""
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict):
            yield name, block[name]
    if block.get("type") in ("actions", "context_actions"):
        for number, one in enumerate(block["elements"]):
            yield f"elements/{number}", one
    for number, one in enumerate(block.get("actions") or []):
        yield f"actions/{number}", one


def all_blocks(blocks: Sequence[Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block and the blocks inside it, with pointers."""
    for number, block in enumerate(blocks):
        yield f"{at}/{number}", block
        inner = "child_blocks" if block["type"] == "container" else "elements"
        if block["type"] in ("container", "carousel"):
            yield from all_blocks(block[inner], f"{at}/{number}/{inner}")


def _together(blocks: Sequence[Any], surface: str, at: str) -> Problems:
    every = list(all_blocks(blocks, at))
    yield from _names_differ(every)
    elements = [(f"{where}/{place}", one) for where, block in every for place, one in elements_of(block)]
    if sum(bool(one.get("focus_on_load")) for _, one in elements) > 1:
        yield Problem("only one element can have focus_on_load", at)
    for where, one in elements:
        if one["type"] == "file_input" and surface != "modal":
            yield Problem("unsupported type: file_input", f"{where}/type")
        if one.get("response_url_enabled") and surface != "modal":
            yield Problem("response_url_enabled is only allowed in modals", where)
    if surface == "message":
        yield from _fits_a_message(every, at)


def _names_differ(every: Sequence[tuple[str, dict[str, Any]]]) -> Problems:
    # "block_id should be unique for each message"; "action_id … unique among all others in the containing block".
    block_ids: set[str] = set()
    for where, block in every:
        name = block.get("block_id")
        if name is not None and name in block_ids:
            yield Problem(f"block_id `{name}` already exists", f"{where}/block_id")
        block_ids.add(name or "")
        action_ids: set[str] = set()
        for place, one in elements_of(block):
            action = one.get("action_id")
            if action is not None and action in action_ids:
                yield Problem(f"action_id `{action}` already exists in this block", f"{where}/{place}/action_id")
            action_ids.add(action or "")


def _fits_a_message(every: Sequence[tuple[str, dict[str, Any]]], at: str) -> Problems:
    kinds = [block["type"] for _, block in every]
    # docs.slack.dev/reference/block-kit/blocks/table-block: one table a message, else invalid_attachments.
    if kinds.count("table") + kinds.count("data_table") > 1:
        yield Problem("only_one_table_allowed", at, error="invalid_attachments")
    if kinds.count("data_visualization") > CHARTS_A_MESSAGE:
        yield Problem(f"no more than {CHARTS_A_MESSAGE} data_visualization blocks allowed", at)
    if sum(size(block["text"]) for _, block in every if block["type"] == "markdown") > ALL_MARKDOWN_CHARACTERS:
        yield Problem(f"no more than {ALL_MARKDOWN_CHARACTERS} characters of markdown allowed", at)
    for where, block in every:
        if block["type"] == "task_card" and block["status"] == "pending":
            yield Problem("pending is only allowed for a task of a plan", f"{where}/status")
    characters = sum(_characters(block) + EACH_BLOCK_CHARACTERS for _, block in every)
    if characters > ALL_BLOCKS_CHARACTERS:
        yield Problem(f"{characters} characters in all blocks", at, error="msg_blocks_too_long")


def _characters(block: Mapping[str, Any]) -> int:
    """The words of a block that somebody reads; a table has a limit of its own."""
    return 0 if block["type"] in ("table", "data_table") else _words(block)


def _words(piece: Any) -> int:
    if isinstance(piece, dict):
        return sum(
            size(one) if name == "text" and isinstance(one, str) else _words(one)
            for name, one in piece.items()
            if name != "child_blocks"  # counted as blocks of their own
        )
    return sum(map(_words, piece)) if isinstance(piece, list) else 0
