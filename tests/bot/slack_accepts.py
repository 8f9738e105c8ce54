"""What Slack accepts and what it obeys, written from its reference pages and from nothing of this project.

`faults` names everything for which Slack would refuse a payload; `read` reads mrkdwn as Slack's clients do, but for
emphasis more eagerly than any of them: what it does not take for markup, Slack does not either.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.slack.block_kit import check_view

KEYS = {
    "header": {"type", "block_id", "text"},
    "section": {"type", "block_id", "text", "fields", "accessory"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "table": {"type", "block_id", "rows", "column_settings"},
    "button": {"type", "text", "action_id", "value", "style", "confirm"},
    "overflow": {"type", "action_id", "options"},
}
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\ufeff\ud800-\udfff]"
)
OURS = re.compile(r"<@[UW][A-Z0-9]+>")


def units(text: str) -> int:
    """Length as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def faults(payload: dict[str, Any]) -> list[str]:
    """Why Slack would refuse the payload, or obey something in it that is data; empty where it is good."""
    return list(_faults(payload))


def _faults(payload: dict[str, Any]) -> Iterator[str]:
    if set(payload) != {"text", "blocks", "response_type"}:
        yield f"keys are {sorted(payload)}"
    if payload["response_type"] not in {"ephemeral", "in_channel"}:
        yield f"response_type is {payload['response_type']}"
    json.dumps(payload, ensure_ascii=False).encode()
    yield from _mrkdwn(payload["text"], 4_000, "text")
    blocks = payload["blocks"]
    if not 1 <= len(blocks) <= 50:
        yield f"{len(blocks)} blocks"
    for block in blocks:
        yield from _block(block)
    ids = Counter(block["block_id"] for block in blocks)
    yield from (f"block_id {name!r} twice" for name, count in ids.items() if count > 1)
    actions = Counter(element["action_id"] for element in elements(payload))
    yield from (f"action_id {name!r} twice" for name, count in actions.items() if count > 1)
    if sum(element.get("style") == "primary" for element in elements(payload)) > 1:
        yield "two primary buttons"
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield "two tables"
    text = sum(units(found) for found in texts(blocks)) + 100 * len(blocks)
    if text > 13_000 or units(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > 13_000:
        yield "msg_blocks_too_long"


def view_faults(view: dict[str, Any]) -> list[str]:
    """Why Slack would refuse the modal or Home tab, or obey something in it that is data."""
    json.dumps(view, ensure_ascii=False).encode()
    problems = [str(problem) for problem in check_view(view, "modal", "home")]
    return [*problems, *_anywhere(view)]


def _anywhere(value: object) -> Iterator[str]:
    """What is wrong with any text or value, wherever it stands; its limit is for `check_view` to know."""
    if isinstance(value, list):
        for inner in value:
            yield from _anywhere(inner)
    elif isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield from _text(value, value["type"], 3_000, "view")
        for name, inner in value.items():
            if name in ("value", "initial_value", "text") and isinstance(inner, str) and INVISIBLE.search(inner):
                yield f"control in {name}: {inner!r}"
            yield from _anywhere(inner)


def elements(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every button and menu of the message."""
    for block in payload["blocks"]:
        if block["type"] == "actions":
            yield from block["elements"]
        elif "accessory" in block:
            yield block["accessory"]


def texts(value: object) -> Iterator[str]:
    """Every text of the blocks, as it was sent."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def spaced(text: str) -> str:
    """The text with ordinary blanks, where only the line breaks differ."""
    return text.replace("\u00a0", " ")


def _block(block: dict[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if not set(block) <= KEYS.get(kind, set()):
        yield f"{kind} has {sorted(block)}"
    if not 1 <= len(block["block_id"]) <= 255:
        yield f"block_id of {len(block['block_id'])}"
    match kind:
        case "header":
            yield from _text(block["text"], "plain_text", 150, "header")
        case "section":
            yield from _section(block)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                yield "context elements"
            for element in block["elements"]:
                yield from _text(element, "mrkdwn", 3_000, "context")
        case "actions":
            if not 1 <= len(block["elements"]) <= 25:
                yield "actions elements"
            for element in block["elements"]:
                yield from _element(element)
        case "table":
            yield from _table(block)


def _section(block: dict[str, Any]) -> Iterator[str]:
    if not ("text" in block or block.get("fields")):
        yield "section without text"
    if "text" in block:
        yield from _text(block["text"], "mrkdwn", 3_000, "section")
    if len(block.get("fields", ())) > 10:
        yield "section fields"
    for field in block.get("fields", ()):
        yield from _text(field, "mrkdwn", 2_000, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _element(element: dict[str, Any]) -> Iterator[str]:
    if not set(element) <= KEYS.get(element["type"], set()):
        yield f"{element['type']} has {sorted(element)}"
    if not 1 <= len(element["action_id"]) <= 255:
        yield "action_id"
    if element["type"] == "overflow":
        options = element["options"]
        if not 2 <= len(options) <= 5 or len({option["value"] for option in options}) < len(options):
            yield "options"
        for option in options:
            yield from _text(option["text"], "plain_text", 75, "option")
            yield from _value(option["value"], 150)
        return
    yield from _text(element["text"], "plain_text", 75, "button")
    yield from _value(element["value"], 2_000)
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "style"
    if "confirm" in element:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            yield from _text(element["confirm"][name], "plain_text", most, f"confirm {name}")


def _value(value: str, most: int) -> Iterator[str]:
    if not 1 <= units(value) <= most or INVISIBLE.search(value) or re.search("[&<>]", value):
        yield f"value {value[:50]!r}"


def _table(block: dict[str, Any]) -> Iterator[str]:
    rows = block["rows"]
    if not 1 <= len(rows) <= 100 or len({len(row) for row in rows}) != 1 or not 1 <= len(rows[0]) <= 20:
        yield "table rows"
    if len(block["column_settings"]) > 20:
        yield "column settings"
    runs = [run for row in rows for cell in row for section in cell["elements"] for run in section["elements"]]
    if any(cell["type"] != "rich_text" for row in rows for cell in row) or not all(run["text"] for run in runs):
        yield "table cell"
    if sum(units(run["text"]) for run in runs) > 10_000:
        yield "table text"
    if any(INVISIBLE.search(run["text"]) for run in runs):
        yield "control in a table"


def _text(text: dict[str, Any], kind: str, most: int, where: str) -> Iterator[str]:
    if text["type"] != kind:
        yield f"{where} is {text['type']}"
    if kind == "mrkdwn":
        if set(text) != {"type", "text", "verbatim"} or text["verbatim"] is not True:
            yield f"{where} lets Slack make links"
        yield from _mrkdwn(text["text"], most, where)
        return
    if set(text) != {"type", "text", "emoji"} or text["emoji"] is not False:
        yield f"{where} lets Slack make emoji"
    if not 1 <= units(text["text"]) <= most or "\n" in text["text"]:
        yield f"{where} of {units(text['text'])}"
    if INVISIBLE.search(text["text"]):
        yield f"control in {where}: {text['text']!r}"


def _mrkdwn(text: str, most: int, where: str) -> Iterator[str]:
    if not 1 <= units(text) <= most or not text.strip():
        yield f"{where} of {units(text)}"
    if re.search("[<>]", OURS.sub("", text)):
        yield f"unescaped in {where}: {text!r}"
    if re.search("&(?!amp;|lt;|gt;)", text):
        yield f"a broken escape in {where}: {text!r}"
    if INVISIBLE.search(text):
        yield f"control in {where}: {text!r}"
    if text.count("\u2068") != text.count("\u2069"):
        yield f"an open isolate in {where}: {text!r}"
    if re.search("(?m)^\\s*(&gt;|＞)", re.sub("(?s)```.*?```", "", text)):
        yield f"a quote in {where}: {text!r}"
    if text.replace("```", "").count("`") % 2 or text.count("```") % 2:
        yield f"an open code span in {where}: {text!r}"


# --- reading --------------------------------------------------------------------------------------------------------

MARKUP = re.compile(
    r"""(?P<mention><@[UW][A-Z0-9]+>) | (?P<command><[^>]*>) | `(?P<code>[^`\n]+)` | \*(?P<bold>[^*\n]+)\*
    | (?<![^\W_])_(?P<italic>[^_\n]+)_(?![^\W_]) | [~～](?P<struck>[^~～\n]+)[~～] | (?P<emoji>:[^\s:*`<>\u200b]+:)""",
    re.VERBOSE,
)


def read(mrkdwn: str) -> list[tuple[str, str]]:
    """What a person sees: (kind, text) of each stretch, kind "" for ordinary text. Isolates and edges are not seen."""
    found: list[tuple[str, str]] = []
    at = 0
    for match in MARKUP.finditer(mrkdwn):
        kind = str(match.lastgroup)
        found += [("", _seen(mrkdwn[at : match.start()])), (kind, _seen(match[kind]))]
        at = match.end()
    found.append(("", _seen(mrkdwn[at:])))
    return [(kind, text) for kind, text in found if text]


def _seen(text: str) -> str:
    text = re.sub("[\u2068\u2069\u200b]", "", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
