"""Actions as Slack's buttons and menus, and what was pressed back again.

A button's action_id is its command and its place in the message ("clv:2.1"); its value is the JSON of the action's
values. A menu has one action_id for several commands, so each of its options carries its command: ["clv",{…}].
Where the answer has a form, Slack has to open it before anything is read, so the payload says it: "settings+form:2.1"
in a button, ["settings",{…},"form"] in a menu.
Slack sends & < > of a value back escaped or not, depending on the element, so they are written \\u0026 and the like.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from slackblocks import ConfirmationDialogue, PlainText

from bot import limits, shapes
from bot.mrkdwn import plain_text
from bot.shapes import Json
from commands._carried import written
from commands._reply import Action, Invalid

BUTTONS_A_ROW = 5
_MENU = "menu"
_FORM = "form"
_COMMAND = re.compile(r"[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """What somebody chose or submitted: a command and its values, and whether the answer will have a form."""

    command: str
    values: Mapping[str, str]
    opens_form: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of buttons, None where there is none, and how many actions found no place in it."""

    block: Json | None
    left_out: int


def pressed(element: Mapping[str, Any]) -> Press:
    """The press that Slack reports in `actions` of a block_actions payload. Errors: Invalid where it is not ours."""
    try:
        if element["type"] == "overflow":
            command, values, *form = json.loads(element["selected_option"]["value"])
        else:
            command, *form = element["action_id"].rpartition(":")[0].split("+")
            values = json.loads(element["value"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        command, values, form = "", None, []
    if not (is_command(command) and isinstance(values, dict) and form in ([], [_FORM])):
        raise Invalid(button="This button is from an older message. Type the command again for a fresh one.")
    return Press(command, texts(values), opens_form=bool(form))


def is_command(name: object) -> bool:
    """Whether this can be a command's name."""
    return isinstance(name, str) and _COMMAND.fullmatch(name) is not None


def texts(values: Mapping[Any, object]) -> dict[str, str]:
    """The values of an action or a form as text, whatever somebody made of them on the way."""
    return {storable(str(name)): storable(str(value)) for name, value in values.items()}


def storable(text: str) -> str:
    """The text without what no database keeps and no keyboard types: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def accessory(actions: Sequence[Action], place: str) -> Json | None:
    """What stands at the right of a list entry: one button, or a menu; None where they need a row of their own."""
    if len(actions) == 1:
        return _button(actions[0], f"{place}.1", is_primary=False)
    return _menu(actions, place)


def row(actions: Sequence[Action], place: str, *, is_primary_free: bool, room: int) -> Row:
    """The actions side by side within `room` characters of JSON: five buttons, or four and a menu of the others."""
    drawn: list[tuple[Action, Json]] = []
    for number, action in enumerate(actions, start=1):
        is_primary = is_primary_free and action.style == "primary"
        button = _button(action, f"{place}.{number}", is_primary=is_primary)
        takes = limits.size(json.dumps(button, ensure_ascii=False, separators=(",", ":")))
        if button is not None and takes <= room:
            room -= takes
            is_primary_free = is_primary_free and not is_primary
            drawn.append((action, button))
    elements = [button for _, button in drawn[:BUTTONS_A_ROW]]
    shown = len(elements)
    if len(drawn) > BUTTONS_A_ROW:
        others = [action for action, _ in drawn[BUTTONS_A_ROW - 1 :] if _option(action) and not action.confirm]
        menu = _menu(others[: limits.MENU_OPTIONS], place)
        if menu is not None:
            elements[-1] = menu
            shown += len(others[: limits.MENU_OPTIONS]) - 1
    block = shapes.actions(f"actions-{place}", elements) if elements else None
    return Row(block, len(actions) - shown)


def _button(action: Action, place: str, *, is_primary: bool) -> Json | None:
    form = f"+{_FORM}" if action.opens_form else ""
    action_id, value = f"{action.command}{form}:{place}", written(dict(action.values))
    label = _label(action, limits.BUTTON_TEXT)
    if not (is_command(action.command) and label):
        return None
    if len(action_id) > limits.ACTION_ID or limits.size(value) > limits.BUTTON_VALUE:
        return None
    style: Literal["primary", "danger"] | None = "primary" if is_primary else None
    if action.style == "danger":
        style = "danger"
    return shapes.button(label, action_id, value, style, _confirm(action))


def _confirm(action: Action) -> ConfirmationDialogue | None:
    if not action.confirm:
        return None
    question = plain_text((action.confirm,), limits.CONFIRM_TEXT) or "Shall this be done?"
    return ConfirmationDialogue(
        title=PlainText("Are you sure?"),
        text=PlainText(question),
        confirm=PlainText(_label(action, limits.CONFIRM_BUTTON)),
        deny=PlainText("Cancel"),
        style="danger" if action.style == "danger" else None,
    )


def _menu(actions: Sequence[Action], place: str) -> Json | None:
    """A menu, or None: it has five places, a confirmation only for all of them, and values short and each its own."""
    options = [_option(action) for action in actions]
    if not 1 < len(options) <= limits.MENU_OPTIONS or any(action.confirm for action in actions):
        return None
    known = {option["value"]: option for option in options if option is not None}
    if len(known) < len(options):
        return None
    return shapes.menu(f"{_MENU}:{place}", list(known.values()))


def _option(action: Action) -> Json | None:
    form = [_FORM] if action.opens_form else []
    value, label = written([action.command, dict(action.values), *form]), _label(action, limits.OPTION_TEXT)
    if not (is_command(action.command) and label) or limits.size(value) > limits.OPTION_VALUE:
        return None
    return shapes.option(label, value)


def _label(action: Action, room: int) -> str:
    return plain_text((action.label,), room) or plain_text((action.command,), room)
