"""Signed HTTP, received by an app that verifies with Slack's own code."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.slack.interactions import parcel_for
from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.apps import HttpApp
from tests.slack.world import Channel


@pytest.fixture
def app(slack: Slack) -> Iterator[HttpApp]:
    with HttpApp(slack) as running:
        yield running


def test_the_app_proves_its_address(slack: Slack, app: HttpApp) -> None:
    slack.http.verify_url()
    assert app.received[0][1]["type"] == "url_verification"


def test_a_command_is_a_signed_form_and_the_answer_may_be_plain(app: HttpApp, anna: Person, sales: Channel) -> None:
    app.answer = lambda _payload: "Acme & Co"
    done = anna.types("/clv acme", at=sales)
    headers, payload = app.received[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-slack-signature"].startswith("v0=")
    assert (payload["command"], payload["channel_id"], payload["user_id"]) == ("/clv", sales.id, anna.id)
    assert (done.answer().text, done.answer().is_ephemeral) == ("Acme & Co", True)


def test_a_command_may_be_answered_for_all(app: HttpApp, anna: Person, sales: Channel) -> None:
    app.answer = lambda _payload: {"text": "for all", "response_type": "in_channel"}
    assert not anna.types("/clv acme", at=sales).answer().is_ephemeral


def test_an_event_is_signed_json(app: HttpApp, anna: Person) -> None:
    anna.says("hello")
    headers, payload = app.received[0]
    assert headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in headers
    assert payload["event"]["text"] == "hello"


def test_an_event_that_fails_comes_again_and_says_so(slack: Slack, app: HttpApp, anna: Person) -> None:
    app.status = 500
    anna.says("hello")
    slack.expect_complaint("dispatch_failed", "ack")
    assert slack.retry_events() == 1
    slack.expect_complaint("dispatch_failed", "ack")
    numbers = [headers.get("x-slack-retry-num") for headers, _ in app.received]
    assert numbers == [None, "1", "2"]
    assert app.received[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({payload["event_id"] for _, payload in app.received}) == 1


def test_an_app_may_ask_for_no_retry(slack: Slack, app: HttpApp, anna: Person) -> None:
    app.status, app.headers = 500, {"X-Slack-No-Retry": "1"}
    anna.says("hello")
    slack.expect_complaint("dispatch_failed", "ack")
    assert len(app.received) == 1


@pytest.mark.parametrize(("error", "how"), [("dispatch_failed", (500, 0)), ("operation_timeout", (200, 0.4))])
def test_a_command_that_fails_does_so_before_the_persons_eyes(
    slack: Slack, app: HttpApp, anna: Person, error: str, how: tuple[int, float]
) -> None:
    slack.ack_limit_seconds = 0.2
    app.status, app.wait_seconds = how
    assert anna.types("/clv acme").error == error
    assert anna.notices == [f'/clv failed with the error "{error}"']
    slack.expect_complaint(error, "ack")


def test_an_app_that_is_not_there_fails_too(slack: Slack, app: HttpApp, anna: Person) -> None:
    slack.http.request_url = "http://127.0.0.1:1/slack/events"
    assert anna.types("/clv acme").error == "dispatch_failed"
    slack.expect_complaint("dispatch_failed", "ack")


@pytest.mark.parametrize("how", ["wrong_secret", "old", "no_signature", "no_timestamp", "changed_body"])
@pytest.mark.parametrize("kind", ["command", "press", "event"])
def test_what_slack_never_sent_can_be_sent(slack: Slack, app: HttpApp, how: Any, kind: Any) -> None:
    assert slack.http.send_forged(how, parcel_for(kind, {"command": "/clv", "text": "acme"})).status == 401
    assert app.received == []


def test_the_signature_is_of_the_computers_time_not_of_the_moved_clock(
    slack: Slack, app: HttpApp, anna: Person
) -> None:
    slack.clock.advance(days=400)
    assert anna.types("/clv acme").error is None
    assert abs(int(app.received[0][0]["x-slack-request-timestamp"]) - time.time()) < 5
