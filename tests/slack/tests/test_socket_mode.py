"""Socket Mode with Slack's own client: envelopes, acknowledgements, refreshes, redelivery."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.apps import SocketApp
from tests.slack.world import Channel


def address(slack: Slack, client: WebClient) -> str:
    return str(client.apps_connections_open(app_token=slack.app.app_token)["url"])


@contextmanager
def raw(slack: Slack, client: WebClient) -> Iterator[ClientConnection]:
    """A connection without a client around it, after its hello."""
    with connect(address(slack, client)) as connection:
        hello = receive(connection)
        assert (hello["type"], hello["connection_info"]["app_id"]) == ("hello", slack.app.app_id)
        slack.sockets.wait_for(hello["num_connections"])
        yield connection


def receive(connection: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(connection.recv(5)))


def acknowledge(connection: ClientConnection, envelope: dict[str, Any], **more: Any) -> None:
    connection.send(json.dumps({"envelope_id": envelope["envelope_id"], **more}))


def test_a_command_comes_in_an_envelope_and_is_answered_in_the_acknowledgement(
    app: SocketApp, anna: Person, sales: Channel
) -> None:
    app.answer = lambda _payload: {"text": "Acme is worth a visit"}
    done = anna.types("/clv acme", at=sales)
    assert app.received[0].type == "slash_commands"
    assert (app.payloads[0]["command"], app.payloads[0]["text"]) == ("/clv", "acme")
    assert done.answer().text == "Acme is worth a visit"
    assert done.ack is not None
    assert done.ack.seconds < 1


def test_an_event_comes_in_an_envelope_that_takes_no_answer(slack: Slack, app: SocketApp, anna: Person) -> None:
    app.answer = lambda _payload: {"text": "no"}
    anna.says("clv acme")
    assert app.received[0].type == "events_api"
    assert app.payloads[0]["event"]["text"] == "clv acme"
    slack.expect_complaint("unexpected_payload", "ack")


def test_who_does_not_acknowledge_in_time_fails_before_the_persons_eyes(
    slack: Slack, app: SocketApp, anna: Person
) -> None:
    slack.ack_limit_seconds = 0.2
    app.is_mute = True
    done = anna.types("/clv acme")
    assert done.error == "operation_timeout"
    assert anna.notices == ['/clv failed with the error "operation_timeout"']
    slack.expect_complaint("operation_timeout", "ack")
    app.client.send_socket_mode_response(SocketModeResponse(app.received[0].envelope_id))
    slack.expect_complaint("late_acknowledgement", "ack")


def test_without_a_connection_a_command_fails(slack: Slack, anna: Person) -> None:
    assert anna.types("/clv acme").error == "dispatch_failed"
    slack.expect_complaint("dispatch_failed", "ack")


def test_an_event_that_is_not_acknowledged_comes_again(slack: Slack, client: WebClient, anna: Person) -> None:
    slack.ack_limit_seconds = 0.2
    with raw(slack, client) as connection:
        anna.says("hello", wait=False)
        first, second = receive(connection), receive(connection)
        acknowledge(connection, second)
        assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")
        assert first["envelope_id"] != second["envelope_id"]
        assert first["payload"]["event_id"] == second["payload"]["event_id"]


def test_an_event_that_is_never_acknowledged_is_complained_of_and_kept_for_later(
    slack: Slack, client: WebClient, anna: Person
) -> None:
    slack.ack_limit_seconds = 0.1
    with raw(slack, client) as connection:
        anna.says("hello")
        slack.expect_complaint("operation_timeout", "ack")
        assert slack.retry_events() == 1
        slack.expect_complaint("operation_timeout", "ack")
        assert [receive(connection)["retry_attempt"] for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("no JSON", "invalid_acknowledgement"),
        ('{"payload": {}}', "invalid_acknowledgement"),
        ('{"envelope_id": "never-sent"}', "unknown_envelope"),
    ],
)
def test_an_acknowledgement_of_nothing_is_complained_of(
    slack: Slack, client: WebClient, message: str, error: str
) -> None:
    with raw(slack, client) as connection:
        connection.send(message)
        slack.expect_complaint(error, "ack")


def test_an_acknowledgement_has_two_fields_and_comes_once(slack: Slack, client: WebClient, anna: Person) -> None:
    with raw(slack, client) as connection:
        done = anna.types("/clv acme", wait=False)
        envelope = receive(connection)
        acknowledge(connection, envelope, colour="red")
        slack.expect_complaint("invalid_acknowledgement", "ack")
        assert done.error is None
        acknowledge(connection, envelope)
        slack.expect_complaint("already_acknowledged", "ack")


def test_an_address_is_good_for_one_connection(slack: Slack, client: WebClient) -> None:
    url = address(slack, client)
    with connect(url), pytest.raises(InvalidStatus), connect(url):
        pass
    slack.expect_complaint("invalid_ticket", "link")


def test_ten_connections_and_no_more(slack: Slack, client: WebClient) -> None:
    with ExitStack() as connections:
        for _ in range(10):
            connections.enter_context(raw(slack, client))
        with connect(address(slack, client)) as eleventh:
            assert receive(eleventh)["reason"] == "too_many_websockets"
            with pytest.raises(ConnectionClosed):
                eleventh.recv(5)
    slack.expect_complaint("too_many_websockets", "link")
    slack.sockets.wait_for(0)


def test_each_envelope_goes_to_one_of_several_connections(slack: Slack, client: WebClient, anna: Person) -> None:
    with raw(slack, client) as one, raw(slack, client) as other:
        for connection in (one, other):
            anna.types("/clv acme", wait=False)
            acknowledge(connection, receive(connection))


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_a_client_that_is_told_to_go_comes_back(slack: Slack, app: SocketApp, anna: Person, reason: Any) -> None:
    slack.sockets.disconnect(reason)
    slack.sockets.wait_for(1)
    assert slack.sockets.opened == 2
    assert anna.types("/clv acme").error is None


def test_what_is_under_way_may_be_acknowledged_on_the_old_connection(
    slack: Slack, client: WebClient, anna: Person
) -> None:
    with raw(slack, client) as connection:
        done = anna.types("/clv acme", wait=False)
        envelope = receive(connection)
        slack.sockets.disconnect()
        assert receive(connection)["type"] == "disconnect"
        assert slack.sockets.count == 0
        acknowledge(connection, envelope)
        assert done.error is None


def test_a_client_that_is_cut_off_comes_back(slack: Slack, app: SocketApp, anna: Person) -> None:
    slack.sockets.cut()
    slack.wait_for(lambda: slack.sockets.opened == 2)
    slack.sockets.wait_for(1)
    assert anna.types("/clv acme").error is None


def test_the_opening_of_a_connection_can_fail(slack: Slack, client: WebClient) -> None:
    slack.faults.drop("link")
    with pytest.raises((ConnectionError, InvalidMessage)), connect(address(slack, client)):
        pass
    assert slack.sockets.opened == 0


def test_the_app_hears_its_own_messages_too(slack: Slack, app: SocketApp, anna: Person) -> None:
    app.web.chat_postMessage(channel=anna.dm.id, text="Hello")
    slack.wait_for(lambda: app.received)
    event = app.received[0].payload["event"]
    assert (event["bot_id"], event["channel_type"]) == (slack.app.bot_id, "im")


def test_starting_and_stopping_takes_next_to_no_time() -> None:
    began = time.perf_counter()
    with Slack() as running:
        web = WebClient(running.app.bot_token, base_url=running.api_url)
        assert web.auth_test()["ok"]
    assert time.perf_counter() - began < 0.2
