"""What stands in the fields of a view, what a person may put there, and what Slack asks of them before it submits.

The shape of each value: docs.slack.dev/reference/interaction-payloads/view-interactions-payload (`view.state.values`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from tests.slack.block_kit import all_blocks, elements_of
from tests.slack.world import Json

# For each element: the key of its value, and the field that it starts with.
VALUES = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", "files"),
}
REQUIRED = "Please complete this required field."


def is_many(kind: str) -> bool:
    """Whether an element holds a list."""
    return kind.startswith("multi_") or kind in ("checkboxes", "file_input")


def starting_state(blocks: Sequence[Json], channel_id: str | None = None) -> dict[str, dict[str, Json]]:
    """What `view.state.values` holds before anybody has touched a field."""
    state: dict[str, dict[str, Json]] = {}
    for _, block in all_blocks(blocks, ""):
        for _, element in elements_of(block):
            if element["type"] in VALUES:
                state.setdefault(block["block_id"], {})[element["action_id"]] = _start(element, channel_id)
    return state


def _start(element: Json, channel_id: str | None) -> Json:
    key, initial = VALUES[element["type"]]
    value = element.get(initial, [] if is_many(element["type"]) else None)
    if element.get("default_to_current_conversation") and not value and channel_id:
        value = [channel_id] if is_many(element["type"]) else channel_id
    return {"type": element["type"], key: value}


def filled(element: Json, what: Any, offered: Sequence[Json]) -> Json:
    """The value of a field when a person puts `what` into it: words, the label of an option, a date, a person …

    `offered` are the options that a suggestion has shown. Errors: AssertionError where Slack offers no such thing.
    """
    kind = element["type"]
    key, _ = VALUES[kind]
    if not is_many(kind):
        return {"type": kind, key: None if what is None else _one(element, what, offered)}
    many = [what] if isinstance(what, str) or not isinstance(what, Iterable) else list(what)
    most = element.get("max_selected_items")
    assert most is None or len(many) <= most, f"Slack lets no more than {most} be chosen."
    return {"type": kind, key: [_one(element, one, offered) for one in many]}


def _one(element: Json, what: Any, offered: Sequence[Json]) -> Any:
    kind = element["type"].removeprefix("multi_")
    if kind in ("static_select", "external_select", "radio_buttons", "checkboxes"):
        return chosen(element, what, offered)
    if kind in ("users_select", "conversations_select", "channels_select"):
        return what.id if hasattr(what, "id") else str(what)
    if isinstance(what, datetime):
        return int(what.timestamp())
    if isinstance(what, date):
        return what.isoformat()
    if isinstance(what, time):
        return what.strftime("%H:%M")
    return what if isinstance(what, dict | int) and kind in ("rich_text_input", "datetimepicker") else str(what)


def chosen(element: Json, label: str, offered: Sequence[Json]) -> Json:
    """The option with this label. Errors: AssertionError that lists the labels there are."""
    options = list(offered) if "external" in element["type"] else options_of(element)
    for option in options:
        if label in (plain(option["text"]), option.get("value")):
            return option
    raise AssertionError(f"There is no option {label!r}, but {[plain(one['text']) for one in options]}.")


def options_of(element: Mapping[str, Any]) -> list[Json]:
    """The options of a menu, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return list(element.get("options") or []) + grouped


def plain(text: Any) -> str:
    """The words of a text object as a person reads them."""
    words = text["text"] if isinstance(text, dict) else str(text)
    return str(words).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def what_slack_asks(blocks: Sequence[Json], state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """By block_id, what Slack tells a person who submits: nothing of it reaches the app."""
    asked: dict[str, str] = {}
    for _, block in all_blocks(blocks, ""):
        if block["type"] == "input":
            element = block["element"]
            value = state[block["block_id"]][element["action_id"]][VALUES[element["type"]][0]]
            if value in (None, "", []):
                if not block.get("optional"):
                    asked[block["block_id"]] = REQUIRED
            elif message := _wrong(element, value):
                asked[block["block_id"]] = message
    return asked


def _wrong(element: Json, value: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please enter no more than {element.get('max_length', 3000)} characters."
    if kind == "number_input":
        return _wrong_number(element, value)
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not re.match(r"https?://\S+$", value):
        return "Please enter a valid URL."
    return None


def _wrong_number(element: Json, value: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+", value):
        return "Please enter a valid number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Please enter a number greater than or equal to {low}."
    if high is not None and float(value) > float(high):
        return f"Please enter a number less than or equal to {high}."
    return None
