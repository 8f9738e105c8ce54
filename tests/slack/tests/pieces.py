"""Pieces of messages and views to try the stand-in with."""

from typing import Any

from tests.slack.people import Person
from tests.slack.screen import Modal
from tests.slack.tests.apps import SocketApp

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def field(label: str = "Note", block_id: str = "note", **element: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "typed", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def modal(*blocks: Json, title: str = "A modal", **more: Any) -> Json:
    return {"type": "modal", "title": plain(title), "submit": plain("Go"), "blocks": list(blocks) or [field()], **more}


def home(text: str = "Welcome", **more: Any) -> Json:
    return {"type": "home", "blocks": [{"type": "section", "text": plain(text)}], **more}


def button(label: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": f"do-{label}", **more}


def option(label: str) -> Json:
    return {"text": plain(label), "value": label.lower()}


def card(*elements: Json) -> list[Json]:
    return [{"type": "actions", "block_id": "row", "elements": list(elements)}]


def opened(app: SocketApp, person: Person, view: Json) -> Modal:
    done = person.runs_shortcut("log-visit")
    app.web.views_open(trigger_id=done.payload["trigger_id"], view=view)
    return done.modal()
