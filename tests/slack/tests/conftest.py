"""The stand-in's own tests use it as every other test does, with Slack's own clients."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack.fixtures import slack
from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.apps import SocketApp, web_client
from tests.slack.world import Channel

__all__ = ["slack"]

Refused = Callable[..., SlackApiError]


@pytest.fixture
def client(slack: Slack) -> WebClient:
    """Slack's own client with the bot's token."""
    return web_client(slack)


@pytest.fixture
def anna(slack: Slack) -> Person:
    return slack.member("Anna")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


@pytest.fixture
def app(slack: Slack) -> Iterator[SocketApp]:
    """An app in Socket Mode, connected."""
    with SocketApp(slack) as connected:
        slack.sockets.wait_for(1)
        yield connected


@pytest.fixture
def refused(slack: Slack, client: WebClient) -> Refused:
    """Call a method that Slack must refuse: refused("channel_not_found", "chat.postMessage", channel="C0")."""

    def call(error: str, method: str, /, by: WebClient | None = None, **args: Any) -> SlackApiError:
        with pytest.raises(SlackApiError) as raised:
            (by or client).api_call(method, json=args)
        answer = raised.value.response
        assert answer["error"] == error, answer.data
        slack.expect_complaint(error, method)
        return raised.value

    return call
