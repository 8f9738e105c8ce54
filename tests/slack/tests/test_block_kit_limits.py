"""What Slack's pages say of Block Kit, number by number, held against the stand-in.

The numbers stand here a second time, written from the pages, so that a slip in the rules cannot agree with itself.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.slack.block_kit import check_blocks, check_view

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "a", **more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": action_id, **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str = "x", value: str = "v", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(n), str(n)) for n in range(count)]


def menu(kind: str = "static_select", **more: Any) -> Json:
    return actions({"type": kind, "action_id": "a", **more})


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}


def field(element: Json | None = None, **more: Any) -> Json:
    text_input = {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "label": plain(), "element": element or text_input, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks) or [section()], **more}


def asked(**more: Any) -> list[Json]:
    return [actions(button(confirm=confirm(**more)))]


def card(text: str = "x") -> Json:
    return {"type": "card", "title": plain(text)}


def container(*children: Json) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": list(children)}


def table(rows: int, columns: int = 1, text: str = "x") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]}


def chart(count: int) -> Json:
    segments = [{"label": str(n), "value": 1} for n in range(count)]
    return {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": segments}}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x", **more}


ELEMENT, OBJECT = "block-kit/block-elements/", "block-kit/composition-objects/"
CONFIRM_PAGE = OBJECT + "confirmation-dialog-object"

# The page below docs.slack.dev/reference, the limit, and a message whose blocks reach just so far.
MESSAGE_LIMITS: list[tuple[str, int, Callable[[int], list[Json]]]] = [
    ("block-kit/blocks", 50, lambda n: [{"type": "divider"}] * n),
    ("block-kit/blocks/section-block", 3000, lambda n: [section("x" * n)]),
    ("block-kit/blocks/section-block", 10, lambda n: [{"type": "section", "fields": [mrkdwn()] * n}]),
    ("block-kit/blocks/section-block", 2000, lambda n: [{"type": "section", "fields": [mrkdwn("x" * n)]}]),
    ("block-kit/blocks/section-block", 255, lambda n: [section(block_id="x" * n)]),
    ("block-kit/blocks/header-block", 150, lambda n: [{"type": "header", "text": plain("x" * n)}]),
    ("block-kit/blocks/context-block", 10, lambda n: [{"type": "context", "elements": [mrkdwn()] * n}]),
    ("block-kit/blocks/actions-block", 25, lambda n: [actions(*(button(str(i)) for i in range(n)))]),
    ("block-kit/blocks/image-block", 3000, lambda n: [image(image_url="x" * n)]),
    ("block-kit/blocks/image-block", 2000, lambda n: [image(alt_text="x" * n)]),
    ("block-kit/blocks/image-block", 2000, lambda n: [image(title=plain("x" * n))]),
    ("block-kit/blocks/input-block", 2000, lambda n: [field(label=plain("x" * n))]),
    ("block-kit/blocks/input-block", 2000, lambda n: [field(hint=plain("x" * n))]),
    ("block-kit/blocks/markdown-block", 12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    ("block-kit/blocks/table-block", 100, lambda n: [table(n)]),
    ("block-kit/blocks/table-block", 20, lambda n: [table(1, n)]),
    ("block-kit/blocks/table-block", 10_000, lambda n: [table(1, 1, "x" * n)]),
    ("block-kit/blocks/table-block", 20, lambda n: [{**table(1), "column_settings": [{"align": "right"}] * n}]),
    ("block-kit/blocks/data-visualization-block", 12, lambda n: [chart(n)]),
    ("block-kit/blocks/data-visualization-block", 50, lambda n: [{**chart(1), "title": "x" * n}]),
    ("block-kit/blocks/card-block", 150, lambda n: [card("x" * n)]),
    ("block-kit/blocks/card-block", 200, lambda n: [{"type": "card", "body": plain("x" * n)}]),
    ("block-kit/blocks/carousel-block", 10, lambda n: [{"type": "carousel", "elements": [card()] * n}]),
    ("block-kit/blocks/container-block", 10, lambda n: [container(*[section()] * n)]),
    (ELEMENT + "button-element", 75, lambda n: [actions(button(text=plain("x" * n)))]),
    (ELEMENT + "button-element", 2000, lambda n: [actions(button(value="x" * n))]),
    (ELEMENT + "button-element", 3000, lambda n: [actions(button(url="x" * n))]),
    (ELEMENT + "button-element", 255, lambda n: [actions(button("x" * n))]),
    (ELEMENT + "button-element", 75, lambda n: [actions(button(accessibility_label="x" * n))]),
    (ELEMENT + "select-menu-element", 100, lambda n: [menu(options=options(n))]),
    (ELEMENT + "select-menu-element", 150, lambda n: [menu(options=options(1), placeholder=plain("x" * n))]),
    (
        ELEMENT + "select-menu-element",
        100,
        lambda n: [menu(option_groups=[{"label": plain(str(i)), "options": options(1)} for i in range(n)])],
    ),
    (ELEMENT + "multi-select-menu-element", 100, lambda n: [menu("multi_static_select", options=options(n))]),
    (ELEMENT + "overflow-menu-element", 5, lambda n: [menu("overflow", options=options(n))]),
    (ELEMENT + "checkboxes-element", 10, lambda n: [menu("checkboxes", options=options(n))]),
    (ELEMENT + "radio-button-group-element", 10, lambda n: [menu("radio_buttons", options=options(n))]),
    (OBJECT + "option-object", 75, lambda n: [menu(options=[option("x" * n)])]),
    (OBJECT + "option-object", 150, lambda n: [menu(options=[option(value="x" * n)])]),
    (OBJECT + "option-object", 75, lambda n: [menu(options=[option(description=plain("x" * n))])]),
    (OBJECT + "option-object", 3000, lambda n: [menu("overflow", options=[option(url="x" * n)])]),
    (
        OBJECT + "option-group-object",
        75,
        lambda n: [menu(option_groups=[{"label": plain("x" * n), "options": options(1)}])],
    ),
    (CONFIRM_PAGE, 100, lambda n: asked(title=plain("x" * n))),
    (CONFIRM_PAGE, 300, lambda n: asked(text=plain("x" * n))),
    (CONFIRM_PAGE, 30, lambda n: asked(confirm=plain("x" * n))),
    (CONFIRM_PAGE, 30, lambda n: asked(deny=plain("x" * n))),
]
VIEW_LIMITS: list[tuple[str, int, Callable[[int], Json]]] = [
    ("views/modal-views", 24, lambda n: modal(title=plain("x" * n))),
    ("views/modal-views", 24, lambda n: modal(submit=plain("x" * n))),
    ("views/modal-views", 24, lambda n: modal(close=plain("x" * n))),
    ("views/modal-views", 3000, lambda n: modal(private_metadata="x" * n)),
    ("views/modal-views", 255, lambda n: modal(callback_id="x" * n)),
    ("views/modal-views", 255, lambda n: modal(external_id="x" * n)),
    ("views/modal-views", 100, lambda n: modal(*[{"type": "divider"}] * n)),
    ("views/home-tab-views", 100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
    ("views/home-tab-views", 3000, lambda n: {"type": "home", "blocks": [], "private_metadata": "x" * n}),
    (ELEMENT + "plain-text-input-element", 3000, lambda n: modal(field({"type": "plain_text_input", "max_length": n}))),
    (
        ELEMENT + "plain-text-input-element",
        150,
        lambda n: modal(field({"type": "plain_text_input", "placeholder": plain("x" * n)})),
    ),
    (ELEMENT + "file-input-element", 10, lambda n: modal(field({"type": "file_input", "max_files": n}))),
]


def name(case: tuple[str, int, Any]) -> str:
    return f"{case[0].rpartition('/')[2]}-{case[1]}"


@pytest.mark.parametrize(("page", "most", "blocks"), MESSAGE_LIMITS, ids=map(name, MESSAGE_LIMITS))
def test_a_message_may_reach_a_limit_and_not_pass_it(page: str, most: int, blocks: Callable[[int], list[Json]]) -> None:
    assert check_blocks(blocks(most), "message") == []
    assert check_blocks(blocks(most + 1), "message"), page


@pytest.mark.parametrize(("page", "most", "view"), VIEW_LIMITS, ids=map(name, VIEW_LIMITS))
def test_a_view_may_reach_a_limit_and_not_pass_it(page: str, most: int, view: Callable[[int], Json]) -> None:
    assert check_view(view(most), "modal", "home") == []
    assert check_view(view(most + 1), "modal", "home"), page


SELECT = {"type": "static_select", "action_id": "a"}
REFUSED: dict[str, list[Json]] = {
    "an unknown block": [{"type": "zap"}],
    "a block without a type": [{"text": plain()}],
    "a field that no block has": [section(colour="red")],
    "a section with neither text nor fields": [{"type": "section"}],
    "an empty text": [section("")],
    "mrkdwn in a header": [{"type": "header", "text": mrkdwn()}],
    "mrkdwn in a button": [actions(button(text=mrkdwn()))],
    "emoji in mrkdwn": [{"type": "section", "text": {**mrkdwn(), "emoji": True}}],
    "verbatim in plain text": [{"type": "section", "text": {**plain(), "verbatim": True}}],
    "actions without elements": [actions()],
    "a context without elements": [{"type": "context", "elements": []}],
    "an image in actions": [actions({"type": "image", "image_url": "x", "alt_text": "x"})],
    "a button in a context": [{"type": "context", "elements": [button()]}],
    "a text input beside a section": [section(accessory={"type": "plain_text_input"})],
    "a button in an input": [field(button())],
    "an image without alt_text": [{"type": "image", "image_url": "https://example.com"}],
    "an image of two sources": [image(slack_file={"id": "F1"})],
    "an image of no source": [{"type": "image", "alt_text": "x"}],
    "a select without options": [menu()],
    "a select with options and groups": [
        menu(options=options(1), option_groups=[{"label": plain(), "options": options(1)}])
    ],
    "an empty list of options": [menu(options=[])],
    "an initial option that is not offered": [menu(options=options(1), initial_option=option("other"))],
    "initial options that are not offered": [menu("checkboxes", options=options(1), initial_options=[option("other")])],
    "an option without a value": [menu(options=[{"text": plain()}])],
    "a url in the option of a select": [menu(options=[option(url="https://example.com")])],
    "mrkdwn in the option of a select": [menu(options=[{"text": mrkdwn(), "value": "v"}])],
    "an unknown style": [actions(button(style="green"))],
    "a confirmation without a title": [actions(button(confirm={"text": plain(), "confirm": plain(), "deny": plain()}))],
    "a date that is none": [menu("datepicker", initial_date="22/11/2026")],
    "a time that is none": [menu("timepicker", initial_time="25:00")],
    "two blocks of one name": [section(block_id="b"), section(block_id="b")],
    "two elements of one name in a block": [actions(button("a"), button("a"))],
    "two elements that take the focus": [
        menu(options=options(1), focus_on_load=True),
        actions({**SELECT, "options": options(1), "focus_on_load": True}),
    ],
    "a file input in a message": [field({"type": "file_input"})],
    "an alert in a message": [{"type": "alert", "text": plain()}],
    "a response_url outside of a modal": [menu("conversations_select", response_url_enabled=True)],
    "more markdown than fits together": [{"type": "markdown", "text": "x" * 6001}] * 2,
    "three charts": [chart(1)] * 3,
    "a data table of a header alone": [{"type": "data_table", "caption": "x", "rows": table(1)["rows"]}],
    "a data table with ragged rows": [
        {"type": "data_table", "caption": "x", "rows": [*table(1)["rows"], *table(1, 2)["rows"]]}
    ],
    "a container in a container": [container(container(section()))],
    "a number input whose limits cross": [
        field({"type": "number_input", "is_decimal_allowed": False, "min_value": "2", "max_value": "1"})
    ],
    "a text input whose limits cross": [field({"type": "plain_text_input", "min_length": 2, "max_length": 1})],
}


@pytest.mark.parametrize("blocks", REFUSED.values(), ids=REFUSED.keys())
def test_slack_refuses_in_a_message(blocks: list[Json]) -> None:
    assert check_blocks(blocks, "message")


REFUSED_VIEWS: dict[str, Any] = {
    "a view without blocks": {"type": "modal", "title": plain()},
    "a modal without a title": {"type": "modal", "blocks": [section()]},
    "an unknown type": {"type": "window", "title": plain(), "blocks": [section()]},
    "a field that no view has": modal(colour="red"),
    "inputs without a submit": {"type": "modal", "title": plain(), "blocks": [field()]},
    "a Home tab with a title": {"type": "home", "title": plain(), "blocks": [section()]},
    "a Home tab with a submit": {"type": "home", "submit": plain(), "blocks": [section()]},
    "a table in a modal": modal(table(1)),
    "markdown in a modal": modal({"type": "markdown", "text": "x"}),
    "a context_actions block in a modal": modal({"type": "context_actions", "elements": []}),
    "mrkdwn in a title": modal(title=mrkdwn()),
    "no object at all": "modal",
}


@pytest.mark.parametrize("view", REFUSED_VIEWS.values(), ids=REFUSED_VIEWS.keys())
def test_slack_refuses_as_a_view(view: Any) -> None:
    assert check_view(view, "modal", "home")


def test_one_table_a_message_and_the_error_has_a_name_of_its_own() -> None:
    [problem] = check_blocks([table(1), table(1)], "message")
    assert (problem.error, problem.message) == ("invalid_attachments", "only_one_table_allowed")


def test_all_blocks_together_have_a_limit_that_no_page_states() -> None:
    assert check_blocks([section("x" * 3000)] * 4, "message") == []
    [problem] = check_blocks([section("x" * 3000)] * 4 + [section("x" * 801)], "message")
    assert problem.error == "msg_blocks_too_long"


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    large = modal(*[section("x" * 3000) for _ in range(90)])
    assert len(json.dumps(large)) > 250_000
    assert [one.error for one in check_view(large, "modal")] == ["view_too_large"]


def test_a_problem_says_what_and_where() -> None:
    [problem] = check_blocks([section(), section("")], "message")
    assert str(problem) == "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]"


def test_letters_beyond_the_first_plane_count_twice() -> None:
    assert check_blocks([{"type": "header", "text": plain("😀" * 75)}], "message") == []
    assert check_blocks([{"type": "header", "text": plain("😀" * 76)}], "message")
