"""Forms as Slack's modals, and what was filled in back again.

A field is an input block whose block_id is the field's name; the modal's private_metadata carries the command and its
values. Both come back from Slack, and somebody may have changed them on the way: what is read here is checked for its
shape, and the command checks what it means.

A number is an ordinary line of text: Slack's own number_input refuses "5 %", "1 200" and "1,200.50" with a sentence of
Slack's, where the command knows what the person meant.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackblocks import (
    DatePicker,
    Element,
    ExternalSelectMenu,
    InputBlock,
    OptionGroup,
    PlainText,
    PlainTextInput,
    StaticSelectMenu,
    UserMultiSelectMenu,
    UserSelectMenu,
)
from slackblocks import Option as Choice

from bot import limits
from bot.buttons import Press, is_command, storable, texts
from bot.fitting import MODAL
from bot.mrkdwn import ELLIPSIS, clean, cut, is_slack_user_id, plain_text
from bot.render import blocks, notes
from bot.shapes import Json, drawn
from commands._carried import written
from commands._reply import Field, Form, Invalid, Note, Option, Reply

CALLBACK_ID = "form"
# The action_id of every field: its block_id says which one it is.
FIELD = "field"
_WARNINGS = "wrong"
_STALE = "This form is from an older version of Melktert. Close it and open it again."


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody types into a field that suggests: of which command, in which field, and with the form's values."""

    command: str
    field: str
    typed: str
    values: Mapping[str, str]


# --- drawing --------------------------------------------------------------------------------------------------------


def view(form: Form, locale: str = "en_US", *, errors: Mapping[str, str] | None = None) -> Json:
    """The modal of a form; `errors` stand above its fields, for an answer that came too late to stand beside them.

    Errors: ValueError where Slack cannot carry the form.
    """
    body = [
        *_warnings(errors or {}, locale),
        *notes(form.intro, "intro", locale),
        *(drawn(_input(field)) for field in form.fields),
    ]
    metadata = written({"command": form.command, "values": dict(form.values)})
    if limits.size(metadata) > limits.METADATA:
        raise ValueError(f"The form of {form.command} carries {len(metadata):,} characters, of {limits.METADATA:,}.")
    if len(body) > limits.VIEW_BLOCKS:
        raise ValueError(f"The form of {form.command} has {len(body)} blocks, of {limits.VIEW_BLOCKS}.")
    return {
        **_modal(form.title, body or notes((Note(("There is nothing to fill in.",)),), "empty", locale), "Cancel"),
        "submit": _words(form.submit, "Save"),
        "callback_id": CALLBACK_ID,
        "private_metadata": metadata,
    }


def again(filled: Mapping[str, Any], wrong: Mapping[str, str], locale: str = "en_US") -> Json:
    """A submitted form once more, with what was filled in, and above it what is wrong: for an answer that came when the
    form had already made way for "One moment …".
    """
    state = _state(filled)
    body = [dict(block) for block in filled["blocks"] if not block["block_id"].startswith(f"{_WARNINGS}-")]
    for block in body:
        if block["type"] == "input":
            block["element"] = _refilled(block["element"], state.get(block["block_id"], {}))
    warnings = _warnings(wrong, locale)[: limits.VIEW_BLOCKS - len(body)]
    kept = ("type", "title", "close", "submit", "callback_id", "private_metadata")
    return {**{name: filled[name] for name in kept if filled.get(name)}, "blocks": [*warnings, *body]}


def typed(filled_again: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands in the lines of text of a form that was drawn with what was filled in: label and text of each."""
    inputs = [block for block in filled_again["blocks"] if block["type"] == "input"]
    found = [(block["label"]["text"], block["element"].get("initial_value", "")) for block in inputs]
    return [(label, text) for label, text in found if text]


def loading(title: str) -> Json:
    """What is seen between the press of a button and its form."""
    return {**_modal(title, notes((Note(("One moment …",)),), "loading", "en_US"), "Cancel"), "callback_id": "loading"}


def told(reply: Reply, locale: str = "en_US", *, title: str = "Melktert") -> Json:
    """A reply that has nothing to fill in, in a modal: what became of it, and its buttons."""
    return {**_modal(title, blocks(reply, locale, MODAL), "Done"), "callback_id": "told"}


def options(found: Sequence[Option]) -> list[Json]:
    """Suggestions as the options of a menu; those that Slack cannot carry are left out."""
    carried = [option for option in found if _can_carry(option.value)]
    return [drawn(_choice(option)) for option in carried[: limits.SELECT_OPTIONS]]


def _modal(title: str, body: Sequence[Json], close: str) -> Json:
    return {"type": "modal", "title": _words(title, "Melktert"), "close": _words(close, close), "blocks": list(body)}


def _words(text: str, otherwise: str) -> Json:
    """A title or a button of a modal, of 24 characters; cut after a word, unless that leaves little of it."""
    start = " ".join(clean(text).split())
    by_word = start[: limits.VIEW_TITLE].rpartition(" ")[0].rstrip(" ,.;:·–-") + ELLIPSIS
    by_letter = [cut(start, limits.VIEW_TITLE), cut(start, limits.VIEW_TITLE - 2)]  # as two may be isolates
    tried = [start, *([by_word] if len(by_word) > limits.VIEW_TITLE // 2 else []), *by_letter]
    drawn_ones = (plain_text((one,), limits.INPUT_LABEL) for one in tried)
    shown = next(one for one in drawn_ones if limits.size(one) <= limits.VIEW_TITLE)
    return {"type": "plain_text", "text": shown or otherwise, "emoji": False}


def _warnings(errors: Mapping[str, str], locale: str) -> list[Json]:
    return notes([Note((sentence,), "warning") for sentence in errors.values()], _WARNINGS, locale)


def _input(field: Field) -> InputBlock:
    hint = plain_text((field.hint,), limits.INPUT_LABEL)
    return InputBlock(
        label=PlainText(plain_text((field.label,), limits.INPUT_LABEL) or field.name),
        element=_element(field),
        block_id=field.name,
        hint=PlainText(hint) if hint else None,
        optional=not field.required,
    )


def _element(field: Field) -> Element:
    match field.kind:
        case "text" | "number":
            return PlainTextInput(action_id=FIELD, initial_value=_typed(clean(field.initial)))
        case "long":
            lines = "\n".join(clean(line) for line in field.initial.splitlines())
            return PlainTextInput(action_id=FIELD, initial_value=_typed(lines), multiline=True)
        case "choice":
            return _menu(field)
        case "person" | "people":
            return _members(field)
        case "customer":
            return ExternalSelectMenu(
                action_id=FIELD,
                initial_option=_choice(_named(field)) if _can_carry(field.initial) else None,
                min_query_length=1,
                placeholder=PlainText("Type a name"),
            )
        case "date":
            return DatePicker(action_id=FIELD, initial_date=_day(field.initial))


def _members(field: Field) -> UserSelectMenu | UserMultiSelectMenu:
    known = [one for one in field.initial.split() if is_slack_user_id(one)]
    if field.kind == "people":
        return UserMultiSelectMenu(action_id=FIELD, initial_users=known or None)
    return UserSelectMenu(action_id=FIELD, initial_user=known[0] if known else None)


def _menu(field: Field) -> StaticSelectMenu:
    """A menu; of more options than fit into one list, in groups."""
    choices = [_choice(option) for option in field.options]
    initial = next((choices[at] for at, one in enumerate(field.options) if one.value == field.initial), None)
    if not 1 <= len(choices) <= limits.SELECT_OPTIONS * limits.OPTION_GROUPS:
        raise ValueError(f"The field {field.name} has {len(choices)} options to choose from.")
    if len(choices) <= limits.SELECT_OPTIONS:
        return StaticSelectMenu(action_id=FIELD, options=choices, initial_option=initial)
    starts = range(0, len(choices), limits.SELECT_OPTIONS)
    groups = [
        OptionGroup(PlainText(f"{start + 1} to {start + len(chunk)}"), chunk)
        for start, chunk in ((start, choices[start : start + limits.SELECT_OPTIONS]) for start in starts)
    ]
    menu = StaticSelectMenu(action_id=FIELD, option_groups=groups)
    menu.initial_option = initial  # which its constructor takes for a whole group
    return menu


def _named(field: Field) -> Option:
    """What a field begins with, under the name that its options give it."""
    named = (option for option in field.options if option.value == field.initial)
    return next(named, Option(field.initial, field.initial))


def _choice(option: Option) -> Choice:
    hint = plain_text((option.hint,), limits.OPTION_TEXT)
    label = plain_text((option.label,), limits.OPTION_TEXT) or plain_text((option.value,), limits.OPTION_TEXT)
    return Choice(PlainText(label), option.value, PlainText(hint) if hint else None)


def _can_carry(value: str) -> bool:
    """Whether Slack takes this for the value of an option, and gives it back as it was."""
    return 0 < limits.size(value) <= limits.OPTION_VALUE and value == clean(value).strip()


def _typed(text: str) -> str | None:
    return cut(text, limits.INPUT_TEXT) or None


def _day(text: str) -> str | None:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return None


# --- reading --------------------------------------------------------------------------------------------------------


def submitted(filled: Mapping[str, Any]) -> Press:
    """The command and values of a submitted modal: the form's, and over them each field as text, "" where nothing was
    given. Errors: Invalid where it is not a form of ours.
    """
    command, values = _carried(filled)
    state = _state(filled)
    given = {name: _given(state.get(name, {}).get(FIELD)) for name in [*_names(filled), *state]}
    return Press(command, {**values, **texts(given)})


def asked(payload: Mapping[str, Any]) -> Asked:
    """What a block_suggestion asks for. Errors: Invalid where it does not come from a form of ours."""
    shown, field, typed = payload.get("view"), payload.get("block_id"), payload.get("value")
    if not (isinstance(shown, Mapping) and isinstance(field, str) and isinstance(typed, str)):
        raise Invalid(form=_STALE)
    command, values = _carried(shown)
    return Asked(command, field, storable(typed), values)


def errors(wrong: Mapping[str, str], filled: Mapping[str, Any]) -> dict[str, str]:
    """By block_id, the sentences of an Invalid to stand beside their fields. One about no field of the form stands at
    the first, so that nothing is lost; there are none where the form has no fields.
    """
    names = _names(filled)
    found: dict[str, str] = {}
    for name, sentence in wrong.items():
        for place in [name] if name in names else names[:1]:
            found[place] = f"{found[place]} {sentence}" if place in found else sentence
    return {name: plain_text((text,), limits.INPUT_LABEL) for name, text in found.items()}


def _carried(shown: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    try:
        carried = json.loads(shown["private_metadata"])
        command, values = carried["command"], carried["values"]
    except (KeyError, TypeError, ValueError, RecursionError):
        command, values = "", None
    if not (is_command(command) and isinstance(values, dict)):
        raise Invalid(form=_STALE)
    return command, texts(values)


def _names(shown: Mapping[str, Any]) -> list[str]:
    """The names of the fields, in order."""
    found = shown.get("blocks")
    inputs = [block for block in found if isinstance(block, Mapping)] if isinstance(found, list) else []
    return [str(block.get("block_id")) for block in inputs if block.get("type") == "input"]


def _state(shown: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What stands in the elements, by block_id and action_id."""
    match shown.get("state"):
        case {"values": dict(values)}:
            return {str(name): value for name, value in values.items() if isinstance(value, Mapping)}
    return {}


def _given(value: object) -> str:
    match value:
        case {"selected_option": {"value": str(text)}}:
            return text
        case {"value": str(text)} | {"selected_user": str(text)} | {"selected_date": str(text)}:
            return text
        case {"selected_users": list(users)}:
            return " ".join(str(user) for user in users)
    return ""


def _refilled(element: Mapping[str, Any], state: Mapping[str, Any]) -> Json:
    """The element with what was put into it at its beginning."""
    value = state.get(FIELD)
    value = value if isinstance(value, Mapping) else {}
    kept = {name: what for name, what in element.items() if not name.startswith("initial_")}
    for name, initial in (
        ("value", "initial_value"),
        ("selected_option", "initial_option"),
        ("selected_user", "initial_user"),
        ("selected_users", "initial_users"),
        ("selected_date", "initial_date"),
    ):
        if value.get(name):
            kept[initial] = value[name]
    return kept
