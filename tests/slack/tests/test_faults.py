"""Faults on demand: each does what it says, so often as it says, and no more."""

import time
import urllib.error
from dataclasses import replace

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.apps import SocketApp
from tests.slack.web_api import METHODS
from tests.slack.world import Channel

BROKEN = (urllib.error.URLError, ConnectionError, OSError)


def test_a_connection_breaks_before_a_post_is_taken(slack: Slack, client: WebClient, sales: Channel) -> None:
    slack.faults.drop("chat.postMessage")
    with pytest.raises(BROKEN):
        client.chat_postMessage(channel=sales.id, text="lost")
    assert slack.messages(sales) == []
    assert client.chat_postMessage(channel=sales.id, text="there")["ok"]


def test_a_connection_breaks_after_a_post_is_taken(slack: Slack, client: WebClient, sales: Channel) -> None:
    slack.faults.drop("chat.postMessage", accepted=True)
    with pytest.raises(BROKEN):
        client.chat_postMessage(channel=sales.id, text="there")
    assert [one.text for one in slack.messages(sales)] == ["there"]


def test_a_client_that_sends_again_after_a_break_posts_twice(slack: Slack, sales: Channel) -> None:
    """Why this project posts without retries on broken connections."""
    handler = ConnectionErrorRetryHandler(max_retry_count=1)
    eager = WebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[handler])
    slack.faults.drop("chat.postMessage", accepted=True)
    eager.chat_postMessage(channel=sales.id, text="twice")
    assert [one.text for one in slack.messages(sales)] == ["twice", "twice"]


def test_429_names_the_seconds_to_wait(slack: Slack, client: WebClient, sales: Channel) -> None:
    slack.faults.limit("chat.postMessage", retry_after_seconds=7)
    with pytest.raises(SlackApiError) as raised:
        client.chat_postMessage(channel=sales.id, text="x")
    answer = raised.value.response
    assert (answer.status_code, answer["error"], answer.headers["retry-after"]) == (429, "ratelimited", "7")
    slack.faults.limit("chat.postMessage", retry_after_seconds=0)
    patient = WebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[RateLimitErrorRetryHandler()])
    assert patient.chat_postMessage(channel=sales.id, text="x")["ok"]


def test_a_fault_comes_as_often_as_asked_and_is_then_over(slack: Slack, client: WebClient) -> None:
    fault = slack.faults.fail("auth.test", status=503, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            client.auth_test()
    assert client.auth_test()["ok"]
    assert (fault.happened, slack.faults.pending) == (2, [])


def test_a_fault_may_be_for_good_and_for_every_method(slack: Slack, client: WebClient) -> None:
    slack.faults.refuse("*", "internal_error", times=None)
    for _ in range(3):
        with pytest.raises(SlackApiError, match="internal_error"):
            client.auth_test()
    slack.faults.clear()
    assert client.auth_test()["ok"]


def test_slack_can_be_slow(slack: Slack, client: WebClient) -> None:
    for accepted in (False, True):
        slack.faults.delay("auth.test", 0.1, accepted=accepted)
        began = time.monotonic()
        client.auth_test()
        assert time.monotonic() - began >= 0.1


def test_a_call_can_arrive_late_without_anybody_waiting(slack: Slack, client: WebClient, anna: Person) -> None:
    slack.faults.arrive_late("views.open", seconds=4)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        client.views_open(trigger_id=slack.triggers.give(anna.id), view=view)
    slack.expect_complaint("expired_trigger_id")


def test_response_urls_and_uploads_fail_too(slack: Slack, client: WebClient, anna: Person, sales: Channel) -> None:
    webhook = WebhookClient(slack.response_urls.give(anna.id, sales))
    slack.faults.fail("response_url")
    assert webhook.send(text="x").status_code == 500
    slack.faults.limit("response_url")
    assert webhook.send(text="x").status_code == 429
    slack.faults.drop("response_url", accepted=True)
    with pytest.raises(BROKEN):
        WebhookClient(webhook.url, retry_handlers=[]).send(text="there")
    assert [one.text for one in slack.ephemerals(anna)] == ["there"]
    slack.faults.drop("upload")
    with pytest.raises(BROKEN):
        client.files_upload_v2(channel=sales.id, content=b"x", filename="x.txt")
    assert slack.files == []


def test_a_delivery_can_come_twice(slack: Slack, app: SocketApp, anna: Person, sales: Channel) -> None:
    slack.faults.deliver_twice()
    anna.types("/clv acme")
    first, second = app.payloads
    assert first == second
    assert app.received[0].envelope_id != app.received[1].envelope_id


def test_an_event_can_come_twice_as_the_same_or_as_another(slack: Slack, app: SocketApp, anna: Person) -> None:
    slack.faults.deliver_twice()
    slack.faults.deliver_twice(as_another=True)
    anna.says("one")
    anna.says("two")
    same, again, one, other = app.payloads
    assert same["event_id"] == again["event_id"]
    assert app.received[1].retry_attempt == 1
    assert one["event_id"] != other["event_id"]
    assert one["event"] == other["event"]


def test_an_interaction_can_be_delivered_again(slack: Slack, app: SocketApp, anna: Person) -> None:
    anna.types("/clv acme").again()
    anna.says("hello").again(as_another=True)
    assert app.payloads[0] == app.payloads[1]
    assert app.payloads[2]["event_id"] != app.payloads[3]["event_id"]


def test_a_fault_is_no_complaint_and_a_refused_call_is_one(slack: Slack, client: WebClient) -> None:
    slack.faults.refuse("auth.test", "internal_error")
    with pytest.raises(SlackApiError):
        client.auth_test()
    slack.complaints.check()
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C0", text="x")
    with pytest.raises(AssertionError, match="channel_not_found"):
        slack.complaints.check()
    slack.expect_complaint("channel_not_found")
    with pytest.raises(AssertionError, match="did not complain of no_text, but of nothing"):
        slack.expect_complaint("no_text", timeout_seconds=0.05)


def test_a_defect_of_the_stand_in_itself_is_complained_of(
    slack: Slack, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> dict[str, object]:
        raise ZeroDivisionError("broken")

    monkeypatch.setitem(METHODS, "auth.test", replace(METHODS["auth.test"], run=defect))
    with pytest.raises(SlackApiError):
        client.auth_test()
    assert slack.expect_complaint("ZeroDivisionError", "stand-in").detail == "auth.test: broken"
    slack.in_background(defect)
    slack.expect_complaint("ZeroDivisionError", "stand-in")


def test_many_at_once_are_served_at_once(slack: Slack, app: SocketApp, anna: Person) -> None:
    app.answer = lambda _payload: time.sleep(0.1)
    began = time.monotonic()
    done = [anna.types(f"/clv {n}", wait=False) for n in range(8)]
    assert [one.error for one in done] == [None] * 8
    assert time.monotonic() - began < 0.6
