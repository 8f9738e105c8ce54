"""Actions as buttons and menus, and back again when they are pressed."""

import html
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.buttons import pressed
from bot.buttons import texts as kept
from bot.render import payload
from commands._reply import (
    Action,
    Invalid,
    Item,
    Reply,
)
from tests.bot.hostile import actions as some_actions
from tests.bot.slack_accepts import elements, faults, texts


def clicks(drawn: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What Slack would send for each thing that can be clicked, with & < > of a value escaped, as it does for some."""
    for element in elements(json.loads(json.dumps(drawn))):
        for option in element.pop("options", [None]):
            if option is None:
                yield {**element, "value": html.escape(element["value"], quote=False)}
            else:
                chosen = {**option, "value": html.escape(option["value"], quote=False)}
                yield {**element, "selected_option": chosen}


def test_several_actions_of_an_entry_are_a_menu() -> None:
    actions = (
        Action("visit", "Log a visit", {"customer": "31"}),
        Action("promise", "Make a promise", {"customer": "31"}),
    )
    menu = payload(Reply(("x",), parts=(Item(("Acme",), actions=actions),)))["blocks"][1]["accessory"]
    assert menu["type"] == "overflow"
    assert [option["text"]["text"] for option in menu["options"]] == ["Log a visit", "Make a promise"]


@pytest.mark.parametrize(
    "second",
    [
        Action("drop", "Drop", confirm="Really?"),
        Action("drop", "Drop", {"note": "x" * 200}),
        Action("visit", "Visit again", {"customer": "31"}),
    ],
    ids=["a confirmation of its own", "values too long for a menu", "the same values twice"],
)
def test_what_a_menu_cannot_hold_becomes_a_row_of_buttons(second: Action) -> None:
    actions = (Action("visit", "Visit", {"customer": "31"}), second)
    drawn = payload(Reply(("x",), parts=(Item(("Acme",), actions=actions),)))
    assert [element["text"]["text"] for element in drawn["blocks"][2]["elements"]] == [a.label for a in actions]
    assert faults(drawn) == []


def test_of_many_actions_four_are_buttons_five_a_menu_and_the_others_are_counted() -> None:
    drawn = payload(Reply(("x",), actions=tuple(Action("clv", f"Show {n}", {"n": str(n)}) for n in range(12))))
    assert len(list(clicks(drawn))) == 9
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and 3 more actions"


def test_an_action_that_slack_cannot_carry_is_left_out_and_counted() -> None:
    drawn = payload(Reply(("x",), actions=(Action("clv", "Show", {"name": "x" * 3_000}), Action("top", "Best"))))
    assert [pressed(click).command for click in clicks(drawn)] == ["top"]
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and 1 more action"


@pytest.mark.parametrize("letters", ["обсудили новый заказ ", "新しい注文について ", "שלום עולם "])
def test_letters_of_every_script_are_carried_as_they_are(letters: str) -> None:
    rest = (letters * 100)[:600]
    drawn = payload(Reply(("x",), actions=tuple(Action("visit", f"{n}", {"rest": f"{n} {rest}"}) for n in range(3))))
    assert [pressed(click).values["rest"] for click in clicks(drawn)] == [f"{n} {rest}" for n in range(3)]
    assert faults(drawn) == []


def test_only_one_button_is_the_primary_one() -> None:
    actions = tuple(Action("clv", f"Show {n}", style="primary") for n in range(3))
    item = Item(("Acme",), actions=(Action("clv", "Open", style="primary"),))
    assert [element.get("style") for element in elements(payload(Reply(("x",), parts=(item,), actions=actions)))] == [
        None,
        "primary",
        None,
        None,
    ]


def test_a_button_or_menu_says_at_once_that_its_answer_has_a_form() -> None:
    change = Action("settings", "Change visits…", {"part": "visits"}, opens_form=True)
    show = Action("settings", "Show", {"part": "all"})
    drawn = payload(Reply(("x",), parts=(Item(("Visits",), actions=(change, show)),), actions=(change, show)))
    presses = [pressed(click) for click in clicks(drawn)]
    assert [(press.command, press.values["part"], press.opens_form) for press in presses] == [
        ("settings", "visits", True),
        ("settings", "all", False),
    ] * 2


def test_a_button_drawn_before_there_were_forms_still_works() -> None:
    assert pressed({"type": "button", "action_id": "clv:2.1", "value": "{}"}).opens_form is False
    menu = {"type": "overflow", "action_id": "menu:2", "selected_option": {"value": '["clv",{}]'}}
    assert (pressed(menu).command, pressed(menu).opens_form) == ("clv", False)


@pytest.mark.parametrize(
    "element",
    [
        {"type": "button", "action_id": "clv", "value": "{}"},
        {"type": "button", "action_id": "clv:card.1", "value": "c_31"},
        {"type": "button", "action_id": "clv:card.1", "value": "[]"},
        {"type": "button", "action_id": "clv:card.1"},
        {"type": "button", "action_id": "clv+view:card.1", "value": "{}"},
        {"type": "button", "action_id": "clv+form+form:card.1", "value": "{}"},
        {"type": "button", "action_id": "a b:card.1", "value": "{}"},
        {"type": "button", "action_id": 7, "value": "{}"},
        {"type": "button", "action_id": "clv:card.1", "value": "[" * 2_000},
        {"type": "overflow", "action_id": "menu:1", "selected_option": {"value": '["clv",{},"x"]'}},
        {"type": "overflow", "action_id": "menu:1", "selected_option": {"value": "v"}},
        {"type": "overflow", "action_id": "menu:1", "selected_option": None},
        {"type": "datepicker"},
        {},
    ],
)
def test_a_button_that_is_not_ours_is_refused_with_what_to_do(element: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Type the command again"):
        pressed(element)


@given(st.lists(some_actions, max_size=12).map(tuple))
@settings(deadline=None)
def test_what_is_pressed_comes_back_as_the_action_that_was_drawn(some: tuple[Action, ...]) -> None:
    drawn = payload(Reply(("x",), parts=(Item(("x",), actions=some[:5]),), actions=some))
    presses = [(press.command, dict(press.values)) for press in map(pressed, clicks(drawn))]
    possible = [(action.command, kept(action.values)) for action in some]
    assert all(press in possible for press in presses)
    left_out = sum(
        int("".join(filter(str.isdigit, text))) for text in texts(drawn["blocks"]) if text.startswith("… and ")
    )
    assert len(presses) + left_out == len(some[:5]) + len(some)
