"""A Reply as data, for other programs: `python -m bot ask --format json` (DESIGN §9).

Amounts are exact JSON number literals (482282.01, never 482282.0100000001), an unknown figure has the value null and
its reason, and a string is what the Reply holds, letter by letter.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.wording import plain
from commands._reply import (
    Action,
    Chart,
    Count,
    Date,
    Fact,
    Field,
    Form,
    Item,
    Money,
    Note,
    Panel,
    Ratio,
    Reply,
    Strong,
    Table,
    Text,
    Unknown,
    Value,
)


def as_json(reply: Reply) -> str:
    """The reply as JSON, indented; ASCII only, so that no terminal and no pipe can spoil it."""
    return dump(as_data(reply))


def as_data(reply: Reply) -> dict[str, Any]:
    """The reply as dicts, lists, strings and exact numbers."""
    return {
        "headline": plain(reply.headline),
        "summary": plain(reply.summary),
        "facts": _facts(reply.all_facts()),
        "items": [_item(part) for part in reply.parts if isinstance(part, Item)],
        "notes": [_note(part) for part in reply.parts if isinstance(part, Note)],
        "panels": [_panel(part) for part in reply.parts if isinstance(part, Panel)],
        "tables": [_table(part) for part in reply.parts if isinstance(part, Table)],
        "actions": [_action(action) for action in reply.actions],
        "audience": reply.audience,
        "again": _action(reply.again) if reply.again else None,
        "form": _form(reply.form) if reply.form else None,
        "chart": _chart(reply.chart) if reply.chart else None,
    }


def _chart(chart: Chart) -> dict[str, Any]:
    bars = {
        when: [{"until": bar.until.isoformat(), "value": bar.value, "low": bar.low, "high": bar.high} for bar in given]
        for when, given in (("past", chart.past), ("ahead", chart.ahead))
    }
    return {"title": chart.title, "unit": chart.unit, "alt": chart.alt, "name": chart.name, **bars}


def _facts(facts: Iterable[Fact]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in facts:
        found.setdefault(fact.key, _fact(fact))
    return found


def _fact(fact: Fact) -> dict[str, Any]:
    value = figure(fact.value)
    if fact.per and value["unit"]:
        value["unit"] = f"{value['unit']}/{fact.per}"
    unknown = {"unknown": value.pop("unknown")} if "unknown" in value else {}
    return {
        "label": fact.label,
        **value,
        "low": None if fact.low is None else figure(fact.low)["value"],
        "high": None if fact.high is None else figure(fact.high)["value"],
        "basis": fact.basis,
        **({} if fact.before is None else {"before": figure(fact.before)["value"]}),
        **unknown,
    }


def figure(value: Value) -> dict[str, Any]:
    """A value with its unit and, for money, its currency; for what is not known, null and the reason."""
    amount: Any
    match value:
        case Money():
            return {"value": value.amount, "unit": "money", "currency": value.currency}
        case Count(number, noun, plural):
            amount, unit = number, plural or (f"{noun}s" if noun else "count")
        case Ratio(number, style):
            amount, unit = number, "times" if style == "times" else "ratio"
        case Date(day):
            amount, unit = day.isoformat(), "date"
        case Text(text):
            amount, unit = text, "text"
        case Unknown(reason):
            return {"value": None, "unit": None, "currency": None, "unknown": reason}
    return {"value": amount, "unit": unit, "currency": None}


def _note(note: Note) -> dict[str, Any]:
    return {"text": plain(note.text), "tone": note.tone}


def _item(item: Item) -> dict[str, Any]:
    return {
        "title": plain(item.title),
        "reason": plain(item.reason),
        "facts": _facts(item.facts),
        "actions": [_action(action) for action in item.actions],
    }


def _panel(panel: Panel) -> dict[str, Any]:
    rows = [[cell.key if isinstance(cell, Fact) else plain(cell) for cell in row] for row in panel.rows]
    return {"title": panel.title, "rows": rows}


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [column.label for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


def _cell(cell: Value | Strong) -> dict[str, Any]:
    value = cell.part if isinstance(cell, Strong) else cell
    return figure(Text(value) if isinstance(value, str) else value)


def _action(action: Action) -> dict[str, Any]:
    return {
        "command": action.command,
        "label": action.label,
        "values": dict(action.values),
        "style": action.style,
        "confirm": action.confirm,
        "opens_form": action.opens_form,
    }


def _form(form: Form) -> dict[str, Any]:
    return {
        "command": form.command,
        "title": form.title,
        "intro": [_note(note) for note in form.intro],
        "fields": [_field(field) for field in form.fields],
        "values": dict(form.values),
        "submit": form.submit,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "kind": field.kind,
        "required": field.required,
        "initial": field.initial,
        "options": [{"value": one.value, "label": one.label, "hint": one.hint} for one in field.options],
        "hint": field.hint,
    }


def dump(data: object, indent: int = 0) -> str:
    """JSON whose decimals are exact: the standard library would send them through a float.

    Errors: ValueError for a number that JSON does not have; TypeError for what is no data.
    """
    blanks = "\n" + "  " * (indent + 1)
    if isinstance(data, Decimal):
        if not data.is_finite():
            raise ValueError(f"JSON has no number {data}")
        return format(data, "f")
    if isinstance(data, Mapping):
        pairs = [f"{json.dumps(str(key))}: {dump(value, indent + 1)}" for key, value in data.items()]
        return "{" + blanks + ("," + blanks).join(pairs) + blanks[:-2] + "}" if pairs else "{}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        entries = [dump(value, indent + 1) for value in data]
        return "[" + blanks + ("," + blanks).join(entries) + blanks[:-2] + "]" if entries else "[]"
    return json.dumps(data, allow_nan=False)
