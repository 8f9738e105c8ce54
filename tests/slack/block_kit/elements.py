"""Block elements: what can be pressed, chosen or filled in, and the image.

The page of each is below docs.slack.dev/reference/block-kit/block-elements and stands in its shape.
"""

from collections.abc import Mapping
from typing import Any

from tests.slack.block_kit.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    DOCS,
    ID,
    LINK_OPTION,
    OPTION_GROUP,
    PLAIN_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    initial_option,
    plain,
)
from tests.slack.block_kit.rich_text import RICH_TEXT
from tests.slack.block_kit.rules import (
    Flag,
    Items,
    Number,
    Problem,
    Problems,
    Rule,
    Shape,
    Text,
    kind,
    one_of_fields,
)

ELEMENT_DOCS = f"{DOCS}/block-elements"

ACTION: Mapping[str, Rule] = {"action_id": ID}
CONFIRMED: Mapping[str, Rule] = {**ACTION, "confirm": CONFIRM}
FOCUSED: Mapping[str, Rule] = {**ACTION, "focus_on_load": Flag()}
PICKED: Mapping[str, Rule] = {**CONFIRMED, "focus_on_load": Flag()}
PLACED: Mapping[str, Rule] = {**PICKED, "placeholder": plain(150)}
TYPED: Mapping[str, Rule] = {**FOCUSED, "placeholder": plain(150), "dispatch_action_config": DISPATCH}
STYLE = Text(one_of=("primary", "danger"))


def ordered(low: str, high: str) -> Any:
    """The first of two limits must not lie beyond the second."""

    def check(value: Mapping[str, Any], at: str) -> Problems:
        try:
            if low in value and high in value and float(value[low]) > float(value[high]):
                yield Problem(f"{low} cannot be greater than {high}", at)
        except (TypeError, ValueError):
            yield Problem(f"{low} and {high} must be numbers", at)

    return check


def element(page: str, name: str, may: Mapping[str, Rule], must: Mapping[str, Rule] | None = None, *also: Any) -> Shape:
    return Shape(f"{ELEMENT_DOCS}/{page}", must={"type": kind(name), **(must or {})}, may=may, also=also)


def select(name: str, *also: Any, **may: Rule) -> Shape:
    """A menu; a multi-select takes max_selected_items as well."""
    is_multi = name.startswith("multi_")
    page = "multi-select-menu-element" if is_multi else "select-menu-element"
    most: Mapping[str, Rule] = {"max_selected_items": Number(least=1)} if is_multi else {}
    return element(page, name, {**PLACED, **most, **may}, None, *also)


_STATIC: Mapping[str, Rule] = {
    "options": Items(PLAIN_OPTION, least=1, most=100),
    "option_groups": Items(OPTION_GROUP, least=1, most=100),
}
_HERE: Mapping[str, Rule] = {"default_to_current_conversation": Flag(), "filter": CONVERSATION_FILTER}
_RESPOND: Mapping[str, Rule] = {"response_url_enabled": Flag()}
_QUERY: Mapping[str, Rule] = {"min_query_length": Number(least=0)}
_IDS = Items(Text(least=1))
_EITHER = one_of_fields("options", "option_groups")
_IMAGE_URL = Text(most=3000, least=1)

SELECTS = {
    "static_select": select("static_select", _EITHER, initial_option, initial_option=PLAIN_OPTION, **_STATIC),
    "external_select": select("external_select", initial_option=PLAIN_OPTION, **_QUERY),
    "users_select": select("users_select", initial_user=Text(least=1)),
    "conversations_select": select("conversations_select", initial_conversation=Text(least=1), **_HERE, **_RESPOND),
    "channels_select": select("channels_select", initial_channel=Text(least=1), **_RESPOND),
}
MULTI_SELECTS = {
    "multi_static_select": select(
        "multi_static_select", _EITHER, initial_option, initial_options=Items(PLAIN_OPTION, least=1), **_STATIC
    ),
    "multi_external_select": select("multi_external_select", initial_options=Items(PLAIN_OPTION), **_QUERY),
    "multi_users_select": select("multi_users_select", initial_users=_IDS),
    "multi_conversations_select": select("multi_conversations_select", initial_conversations=_IDS, **_HERE),
    "multi_channels_select": select("multi_channels_select", initial_channels=_IDS),
}

TEXT_INPUTS = {
    "plain_text_input": element(
        "plain-text-input-element",
        "plain_text_input",
        {
            **TYPED,
            "initial_value": Text(most=3000),
            "multiline": Flag(),
            "min_length": Number(least=0, most=3000),
            "max_length": Number(least=1, most=3000),
        },
        None,
        ordered("min_length", "max_length"),
    ),
    "email_text_input": element("email-input-element", "email_text_input", {**TYPED, "initial_value": Text()}),
    "url_text_input": element("url-input-element", "url_text_input", {**TYPED, "initial_value": Text()}),
    "number_input": element(
        "number-input-element",
        "number_input",
        {**TYPED, "initial_value": Text(), "min_value": Text(), "max_value": Text()},
        {"is_decimal_allowed": Flag()},
        ordered("min_value", "max_value"),
    ),
    "rich_text_input": element(
        "rich-text-input-element",
        "rich_text_input",
        {
            **TYPED,
            "initial_value": RICH_TEXT,
            "min_lines": Number(least=1, most=100),
            "max_lines": Number(least=1, most=100),
        },
    ),
}

_WORKFLOW = Shape(
    f"{DOCS}/composition-objects/workflow-object",
    must={
        "trigger": Shape(
            f"{DOCS}/composition-objects/trigger-object",
            must={"url": Text(least=1)},
            may={
                "customizable_input_parameters": Items(
                    Shape(f"{DOCS}/composition-objects/trigger-object", must={"name": Text(), "value": Text()})
                )
            },
        )
    },
)

BUTTONS = {
    "button": element(
        "button-element",
        "button",
        {
            **CONFIRMED,
            "url": Text(most=3000, least=1),
            "value": Text(most=2000),
            "style": STYLE,
            "accessibility_label": Text(most=75),
            "agent_prompt": Text(most=4000),
        },
        {"text": plain(75)},
    ),
    "workflow_button": element(
        "workflow-button-element",
        "workflow_button",
        {**ACTION, "style": STYLE, "accessibility_label": Text(most=75)},
        {"text": plain(75), "workflow": _WORKFLOW},
    ),
}
CHOICES = {
    "checkboxes": element(
        "checkboxes-element",
        "checkboxes",
        {**PICKED, "initial_options": Items(RICH_OPTION, least=1)},
        {"options": Items(RICH_OPTION, least=1, most=10)},
        initial_option,
    ),
    "radio_buttons": element(
        "radio-button-group-element",
        "radio_buttons",
        {**PICKED, "initial_option": RICH_OPTION},
        {"options": Items(RICH_OPTION, least=1, most=10)},
        initial_option,
    ),
    # One option suffices today: the page says "up to five" and no longer names a minimum of two.
    "overflow": element(
        "overflow-menu-element", "overflow", CONFIRMED, {"options": Items(LINK_OPTION, least=1, most=5)}
    ),
}

PICKERS = {
    "datepicker": element(
        "date-picker-element", "datepicker", {**PLACED, "initial_date": Text(pattern=r"\d{4}-\d\d-\d\d")}
    ),
    "timepicker": element(
        "time-picker-element",
        "timepicker",
        {**PLACED, "initial_time": Text(pattern=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": Text(least=1)},
    ),
    "datetimepicker": element(
        "datetime-picker-element",
        "datetimepicker",
        {**PICKED, "initial_date_time": Number(least=1_000_000_000, most=9_999_999_999)},
    ),
}

FILE_INPUT = element(
    "file-input-element",
    "file_input",
    {**ACTION, "filetypes": Items(Text(least=1), least=1), "max_files": Number(least=1, most=10)},
)

IMAGE = element(
    "image-element",
    "image",
    {"image_url": _IMAGE_URL, "slack_file": SLACK_FILE},
    {"alt_text": Text(most=2000)},
    one_of_fields("image_url", "slack_file"),
)

_FEEDBACK = Shape(
    f"{ELEMENT_DOCS}/feedback-buttons-element",
    must={"text": plain(75), "value": Text(most=2000)},
    may={"accessibility_label": Text(most=75)},
)
CONTEXT_BUTTONS = {
    "feedback_buttons": element(
        "feedback-buttons-element",
        "feedback_buttons",
        ACTION,
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
    ),
    "icon_button": element(
        "icon-button-element",
        "icon_button",
        {
            **CONFIRMED,
            "value": Text(most=2000),
            "accessibility_label": Text(most=75),
            "visible_to_user_ids": Items(Text(least=1), most=10),
        },
        {"icon": Text(least=1), "text": plain(75)},
    ),
}

ELEMENTS: Mapping[str, Shape] = {
    **SELECTS,
    **MULTI_SELECTS,
    **TEXT_INPUTS,
    **BUTTONS,
    **CHOICES,
    **PICKERS,
    **CONTEXT_BUTTONS,
    "file_input": FILE_INPUT,
    "image": IMAGE,
}

# Where an element may stand: the page of the block that holds it.
_PRESSED = {*SELECTS, *MULTI_SELECTS, *BUTTONS, *CHOICES}
IN_SECTION = frozenset({*_PRESSED, "datepicker", "timepicker", "image"})
IN_ACTIONS = frozenset({*_PRESSED, *PICKERS, "rich_text_input"})
IN_INPUT = frozenset({*SELECTS, *MULTI_SELECTS, *TEXT_INPUTS, *PICKERS, "checkboxes", "radio_buttons", "file_input"})
