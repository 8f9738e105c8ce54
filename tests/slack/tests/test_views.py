"""Modals and Home tabs: what opens them, what changes them, and what Slack refuses."""

import pytest
from slack_sdk import WebClient

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.conftest import Refused
from tests.slack.tests.pieces import field, home, modal, plain


@pytest.fixture
def trigger(slack: Slack, anna: Person) -> str:
    return slack.triggers.give(anna.id)


def test_a_trigger_opens_a_modal(slack: Slack, client: WebClient, anna: Person, trigger: str) -> None:
    view = client.views_open(trigger_id=trigger, view=modal(private_metadata="secret", callback_id="log"))["view"]
    assert anna.modal is not None
    assert (anna.modal.title, anna.modal.fields, anna.modal.view.id) == ("A modal", {"Note": None}, view["id"])
    assert view["root_view_id"] == view["id"]
    assert view["state"]["values"] == {"note": {"typed": {"type": "plain_text_input", "value": None}}}
    assert view["private_metadata"] == "secret"


def test_a_trigger_is_good_once(client: WebClient, refused: Refused, trigger: str) -> None:
    client.views_open(trigger_id=trigger, view=modal())
    refused("exchanged_trigger_id", "views.open", trigger_id=trigger, view=modal())


def test_a_trigger_is_good_for_three_seconds(
    slack: Slack, client: WebClient, refused: Refused, anna: Person, trigger: str
) -> None:
    slack.clock.advance(seconds=3.1)
    refused("expired_trigger_id", "views.open", trigger_id=trigger, view=modal())
    slack.clock.stop()
    in_time = slack.triggers.give(anna.id)
    slack.clock.advance(seconds=2.9)
    assert client.views_open(trigger_id=in_time, view=modal())["ok"]


def test_a_trigger_must_be_one(refused: Refused) -> None:
    refused("invalid_trigger_id", "views.open", trigger_id="12345.98765.abcd", view=modal())
    refused("invalid_arguments", "views.open", view=modal())


def test_a_view_that_is_refused_leaves_the_trigger_unused(client: WebClient, refused: Refused, trigger: str) -> None:
    error = refused("invalid_arguments", "views.open", trigger_id=trigger, view=modal(title="x" * 25))
    message = "must be less than 25 characters [json-pointer:/view/title/text]"
    assert error.response["response_metadata"]["messages"] == [f"[ERROR] {message}"]
    refused("invalid_arguments", "views.open", trigger_id=trigger, view=home())
    refused("invalid_arguments", "views.open", trigger_id=trigger, view="no JSON")
    assert client.views_open(trigger_id=trigger, view=modal())["ok"]


def test_a_view_may_be_too_large(refused: Refused, trigger: str) -> None:
    blocks = [{"type": "section", "text": plain("x" * 3000)}] * 90
    refused("view_too_large", "views.open", trigger_id=trigger, view=modal(*blocks))


def test_an_update_changes_the_view_and_keeps_what_was_filled_in(client: WebClient, anna: Person, trigger: str) -> None:
    view = client.views_open(trigger_id=trigger, view=modal(field(), field("Amount", "amount")))["view"]
    assert anna.modal is not None
    anna.modal.fill(Note="hello", Amount="7")
    changed = client.views_update(
        view_id=view["id"], hash=view["hash"], view=modal(field(), field("Amount", "other"), title="Another")
    )["view"]
    assert (anna.modal.title, anna.modal.fields) == ("Another", {"Note": "hello", "Amount": None})
    assert changed["hash"] != view["hash"]


def test_an_update_with_an_old_hash_is_refused(client: WebClient, refused: Refused, trigger: str) -> None:
    view = client.views_open(trigger_id=trigger, view=modal())["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=modal(title="First"))
    refused("hash_conflict", "views.update", view_id=view["id"], hash=view["hash"], view=modal(title="Second"))


def test_an_update_needs_a_view_that_is_still_open(
    client: WebClient, refused: Refused, anna: Person, trigger: str
) -> None:
    view = client.views_open(trigger_id=trigger, view=modal())["view"]
    assert anna.modal is not None
    anna.modal.close()
    refused("not_found", "views.update", view_id=view["id"], view=modal())
    refused("invalid_arguments", "views.update", view=modal())
    refused("not_found", "views.update", external_id="other", view=modal())


def test_a_view_may_be_named_by_the_app_once(
    slack: Slack, client: WebClient, refused: Refused, anna: Person, trigger: str
) -> None:
    client.views_open(trigger_id=trigger, view=modal(external_id="mine"))
    assert client.views_update(external_id="mine", view=modal(external_id="mine", title="Changed"))["ok"]
    other = slack.triggers.give(anna.id)
    refused("duplicate_external_id", "views.open", trigger_id=other, view=modal(external_id="mine"))


def test_modals_lie_three_deep(slack: Slack, client: WebClient, refused: Refused, anna: Person, trigger: str) -> None:
    root = client.views_open(trigger_id=trigger, view=modal(title="1"))["view"]
    top = root
    for number in ("2", "3"):
        within = slack.triggers.give(anna.id, top["id"])
        top = client.views_push(trigger_id=within, view=modal(title=number))["view"]
    assert anna.modal is not None
    assert (anna.modal.title, top["root_view_id"]) == ("3", root["id"])
    within = slack.triggers.give(anna.id, top["id"])
    refused("push_limit_reached", "views.push", trigger_id=within, view=modal(title="4"))
    anna.modal.close()
    assert anna.modal.title == "2"
    anna.modal.close(all_of_them=True)
    assert anna.modal is None


def test_a_push_needs_a_trigger_from_a_modal(refused: Refused, trigger: str) -> None:
    refused("not_found", "views.push", trigger_id=trigger, view=modal())


def test_a_new_modal_closes_what_lay_open(slack: Slack, client: WebClient, anna: Person, trigger: str) -> None:
    client.views_open(trigger_id=trigger, view=modal(title="1"))
    client.views_open(trigger_id=slack.triggers.give(anna.id), view=modal(title="2"))
    assert [view.body["title"]["text"] for view in slack.world.stack_of(anna.id)] == ["2"]


def test_a_home_tab_is_published_for_one_person(
    slack: Slack, client: WebClient, refused: Refused, anna: Person
) -> None:
    assert anna.home is None
    first = client.views_publish(user_id=anna.id, view=home("Welcome"))["view"]
    second = client.views_publish(user_id=anna.id, view=home("Again"), hash=first["hash"])["view"]
    assert anna.home is not None
    assert (anna.home.words, second["id"]) == ("Again", first["id"])
    assert slack.member("Ben").home is None
    refused("hash_conflict", "views.publish", user_id=anna.id, view=home(), hash=first["hash"])
    assert client.views_update(view_id=first["id"], view=home("Updated"))["ok"]
    refused("invalid_arguments", "views.update", view_id=first["id"], view=modal())


def test_a_home_tab_is_refused(slack: Slack, refused: Refused, anna: Person) -> None:
    refused("invalid_arguments", "views.publish", user_id="U0", view=home())
    refused("invalid_arguments", "views.publish", user_id=slack.bot.id, view=home())
    refused("invalid_arguments", "views.publish", user_id=anna.id, view=modal())
    refused("invalid_arguments", "views.publish", user_id=anna.id, view=home(close=plain("x")))
    slack.app.has_home_tab = False
    refused("not_enabled", "views.publish", user_id=anna.id, view=home())
