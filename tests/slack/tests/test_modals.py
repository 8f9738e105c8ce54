"""Modals as a person meets them: filling in, submitting, what the app answers, what Slack itself asks."""

from datetime import date
from typing import Any

import pytest

from tests.slack.people import Person
from tests.slack.screen import Modal
from tests.slack.slack import Slack
from tests.slack.tests.apps import SocketApp
from tests.slack.tests.pieces import Json, button, card, field, modal, opened, option, plain
from tests.slack.world import Channel


@pytest.fixture
def shown(app: SocketApp, anna: Person) -> Modal:
    """A modal with a field, before Anna."""
    return opened(app, anna, modal(field(), callback_id="log", private_metadata="m", notify_on_close=True))


def test_a_modal_is_filled_in_and_submitted(slack: Slack, app: SocketApp, anna: Person, shown: Modal) -> None:
    shown.fill(Note="Bought a lot")
    view = slack.view_of(anna)
    assert view is not None
    assert view["state"]["values"]["note"]["typed"]["value"] == "Bought a lot"
    done = shown.submit()
    assert slack.view_of(anna) is None
    payload = app.payloads[-1]
    assert (payload["type"], payload["view"]["callback_id"]) == ("view_submission", "log")
    assert payload["view"]["state"]["values"]["note"]["typed"]["value"] == "Bought a lot"
    assert (done.error, done.errors, shown.is_open) == (None, {}, False)


def test_slack_itself_asks_for_what_is_missing(app: SocketApp, shown: Modal) -> None:
    received = len(app.payloads)
    assert shown.submit().errors == {"Note": "Please complete this required field."}
    assert (len(app.payloads), shown.is_open) == (received, True)


@pytest.mark.parametrize(
    ("element", "wrong", "right"),
    [
        ({"type": "plain_text_input", "min_length": 3}, "ab", "abc"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "abc"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "1"),
        ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1"}, "0.5", "1.5"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1.5", "0.5"),
        ({"type": "email_text_input"}, "anna", "anna@example.com"),
        ({"type": "url_text_input"}, "example", "https://example.com"),
    ],
)
def test_slack_itself_checks_what_the_field_says(
    app: SocketApp, anna: Person, element: Json, wrong: str, right: str
) -> None:
    shown = opened(app, anna, modal(field(**element)))
    assert list(shown.fill(Note=wrong).submit().errors) == ["Note"]
    assert shown.fill(Note=right).submit().errors == {}


def test_every_kind_of_field_can_be_filled_in(
    slack: Slack, app: SocketApp, anna: Person, sales: Channel
) -> None:  # fmt: skip
    ben = slack.member("Ben")
    fields: dict[str, tuple[Json, Any, Any]] = {
        "Customer": ({"type": "static_select", "options": [option("Acme")]}, "Acme", "Acme"),
        "Kinds": ({"type": "checkboxes", "options": [option("A"), option("B")]}, ["A", "B"], ["A", "B"]),
        "Kind": ({"type": "radio_buttons", "options": [option("A")]}, "A", "A"),
        "Many": ({"type": "multi_static_select", "options": [option("A")]}, ["A"], ["A"]),
        "Day": ({"type": "datepicker"}, date(2026, 11, 22), "2026-11-22"),
        "Time": ({"type": "timepicker"}, "09:30", "09:30"),
        "Who": ({"type": "users_select"}, ben, ben.id),
        "All": ({"type": "multi_users_select"}, [anna, ben], [anna.id, ben.id]),
        "Where": ({"type": "conversations_select"}, sales, sales.id),
        "Amount": ({"type": "number_input", "is_decimal_allowed": False}, 7, "7"),
    }
    blocks = [field(label, label.lower(), **one) for label, (one, _, _) in fields.items()]
    shown = opened(app, anna, modal(*blocks))
    shown.fill({label: what for label, (_, what, _) in fields.items()})
    assert shown.fields == {label: value for label, (_, _, value) in fields.items()}
    assert shown.submit().errors == {}
    with pytest.raises(AssertionError, match="no option 'Globex'"):
        opened(app, anna, modal(*blocks)).fill(Customer="Globex")
    with pytest.raises(AssertionError, match="no field 'Colour'"):
        opened(app, anna, modal(*blocks)).fill(Colour="red")


def test_the_app_may_answer_with_errors_by_field(app: SocketApp, shown: Modal) -> None:
    app.answer = lambda _payload: {"response_action": "errors", "errors": {"note": "Too short."}}
    assert shown.fill(Note="x").submit().errors == {"Note": "Too short."}
    assert shown.is_open


def test_the_app_may_answer_with_another_view(app: SocketApp, anna: Person, shown: Modal) -> None:
    app.answer = lambda _payload: {"response_action": "update", "view": modal(title="Next")}
    shown.fill(Note="x").submit()
    assert (shown.title, shown.is_open) == ("Next", True)
    app.answer = lambda _payload: {"response_action": "push", "view": modal(title="Above")}
    assert shown.submit().modal().title == "Above"
    app.answer = lambda _payload: {"response_action": "clear"}
    assert anna.modal is not None
    anna.modal.fill(Note="x").submit()
    assert anna.modal is None


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"other": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"note": 7}},
        {"response_action": "explode"},
        {"response_action": "clear", "view": {}},
        {"response_action": "errors", "errors": {"note": "x"}, "more": 1},
        {"text": "not a response"},
    ],
    ids=str,
)
def test_a_malformed_answer_to_a_modal_is_complained_of(
    slack: Slack, app: SocketApp, anna: Person, shown: Modal, answer: Json
) -> None:
    app.answer = lambda _payload: answer
    assert shown.fill(Note="x").submit().error == "invalid_response_action"
    slack.expect_complaint("invalid_response_action", "ack")
    assert anna.notices == ["We had some trouble connecting. Try again?"]


def test_a_view_in_an_answer_is_checked_too(slack: Slack, app: SocketApp, shown: Modal) -> None:
    app.answer = lambda _payload: {"response_action": "update", "view": modal(title="x" * 25)}
    assert shown.fill(Note="x").submit().error == "invalid_arguments"
    slack.expect_complaint("invalid_arguments", "ack")


def test_an_attacker_can_send_another_view(app: SocketApp, shown: Modal) -> None:
    shown.fill(Note="x").submit(tampered={"private_metadata": "another's"})
    assert app.payloads[-1]["view"]["private_metadata"] == "another's"


def test_closing_is_told_where_the_view_asks_for_it(app: SocketApp, anna: Person, shown: Modal) -> None:
    shown.close()
    assert (app.payloads[-1]["type"], app.payloads[-1]["is_cleared"]) == ("view_closed", False)
    received = len(app.payloads)
    opened(app, anna, modal(field())).close()
    assert len(app.payloads) == received + 1, "only the shortcut that opened it"


def test_a_menu_can_ask_the_app_for_its_options(slack: Slack, app: SocketApp, anna: Person) -> None:
    shown = opened(app, anna, modal(field("Customer", type="external_select", min_query_length=2)))
    app.answer = lambda payload: {"options": [option(payload["value"].title())]}
    assert shown.type_into("Customer", "a") == []
    assert shown.type_into("Customer", "acme") == ["Acme"]
    asked = app.payloads[-1]
    assert (asked["type"], asked["value"], asked["block_id"]) == ("block_suggestion", "acme", "note")
    app.answer = lambda _payload: None
    shown.fill(Customer="Acme").submit()
    assert app.payloads[-1]["view"]["state"]["values"]["note"]["typed"]["selected_option"]["value"] == "acme"


def test_a_menu_of_a_message_can_ask_the_app_too(app: SocketApp, anna: Person, sales: Channel) -> None:
    app.web.chat_postMessage(channel=sales.id, text="x", blocks=card({"type": "external_select", "action_id": "who"}))
    app.answer = lambda payload: {"options": [option("Acme")]} if payload["type"] == "block_suggestion" else None
    assert anna.searches("who", "acm", on=anna.latest(sales)) == ["Acme"]
    assert app.payloads[-1]["container"]["message_ts"] == anna.latest(sales).ts


@pytest.mark.parametrize(
    "answer",
    [
        {"options": [option("x")] * 101},
        {"options": [{"text": plain("x" * 76), "value": "x"}]},
        {"options": [], "option_groups": []},
        {},
    ],
    ids=["101 options", "a long label", "both", "neither"],
)
def test_a_malformed_suggestion_is_complained_of(slack: Slack, app: SocketApp, anna: Person, answer: Json) -> None:
    shown = opened(app, anna, modal(field("Customer", type="external_select")))
    app.answer = lambda _payload: answer
    assert shown.type_into("Customer", "acme") == []
    slack.expect_complaint("invalid_options", "ack")


def test_a_field_may_tell_the_app_at_once(app: SocketApp, anna: Person) -> None:
    block = {**field("Customer", type="static_select", options=[option("Acme")]), "dispatch_action": True}
    shown = opened(app, anna, modal(block))
    shown.fill(Customer="Acme")
    payload = app.payloads[-1]
    assert (payload["type"], payload["actions"][0]["selected_option"]["value"]) == ("block_actions", "acme")
    assert payload["view"]["state"]["values"]["note"]["typed"]["selected_option"]["value"] == "acme"


def test_a_modal_can_give_a_response_url(app: SocketApp, anna: Person, sales: Channel) -> None:
    where = field("Where", type="conversations_select", response_url_enabled=True, default_to_current_conversation=True)
    done = anna.types("/clv", at=sales)
    app.web.views_open(trigger_id=done.payload["trigger_id"], view=modal(where))
    assert done.modal().fields == {"Where": sales.id}
    done.modal().submit()
    [target] = app.payloads[-1]["response_urls"]
    assert target["channel_id"] == sales.id


def test_a_press_in_a_modal_gives_a_trigger_that_can_push(app: SocketApp, anna: Person) -> None:
    shown = opened(app, anna, modal(field(), *card(button("More"))))
    done = shown.press("More")
    app.web.views_push(trigger_id=done.payload["trigger_id"], view=modal(title="Above"))
    assert done.modal().title == "Above"


def test_two_people_have_a_modal_each(slack: Slack, app: SocketApp, anna: Person) -> None:
    ben = slack.member("Ben")
    opened(app, anna, modal(title="Anna's"))
    opened(app, ben, modal(title="Ben's"))
    assert (anna.modal and anna.modal.title, ben.modal and ben.modal.title) == ("Anna's", "Ben's")
