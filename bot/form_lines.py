"""A form drawn for a terminal, where it cannot be filled in: what it asks for, and what stands there now."""

from rich.text import Text

from bot import layout
from bot.ink import QUIET, Screen
from bot.legible import legible
from commands._reply import Field, Form

# A menu of more is not read to its end.
OPTIONS_MOST = 12
NOT_GIVEN = "nothing yet"
IN_SLACK = "Fill in this form in Slack."


def draw_form(form: Form, intro: list[Text], screen: Screen) -> list[Text]:
    """The form's title, what it says first as lines, and its fields in order."""
    lines = layout.wrap(Text(legible(form.title), "bold"), screen.width) if form.title.strip() else []
    lines += intro
    for field in form.fields:
        lines += _field(field, screen)
    return [*lines, *layout.wrap(Text(IN_SLACK, QUIET), screen.width)]


def _field(field: Field, screen: Screen) -> list[Text]:
    value = Text(legible(_value(field))) if field.initial.strip() else Text(NOT_GIVEN, QUIET)
    label = Text(legible(field.label), "bold")
    if not field.required:
        label.append(" (may be left out)", QUIET)
    lines = layout.wrap(Text.assemble(label, ": ", value), screen.width)
    for words in (field.hint, _options(field)):
        if words.strip():
            blanks = Text(" " * layout.GAP)
            lines += layout.hang(blanks, layout.wrap(Text(legible(words), QUIET), screen.width - layout.GAP))
    return lines


def _value(field: Field) -> str:
    """What stands in the field, under the name that its options give it."""
    return next((option.label for option in field.options if option.value == field.initial), field.initial)


def _options(field: Field) -> str:
    if field.kind != "choice":
        return ""
    shown = [option.label.strip() for option in field.options[:OPTIONS_MOST]]
    left_out = len(field.options) - len(shown)
    return " · ".join([*shown, *([f"… and {left_out} more"] if left_out else [])])
