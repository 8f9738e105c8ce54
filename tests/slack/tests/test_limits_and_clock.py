"""Rate limits where a test asks for them, and the clock that nobody waits for."""

from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack.slack import Slack
from tests.slack.world import Channel


def test_nothing_is_limited_unless_a_test_asks(client: WebClient, sales: Channel) -> None:
    for n in range(5):
        assert client.chat_postMessage(channel=sales.id, text=str(n))["ok"]


def test_one_message_a_second_and_channel(slack: Slack, client: WebClient, sales: Channel) -> None:
    other = slack.channel("other")
    slack.clock.stop()
    slack.rate_limits.enforce()
    client.chat_postMessage(channel=sales.id, text="1")
    client.chat_postMessage(channel=other.id, text="1")
    with pytest.raises(SlackApiError) as raised:
        client.chat_postMessage(channel=sales.id, text="2")
    answer = raised.value.response
    assert (answer.status_code, answer["error"], answer.headers["retry-after"]) == (429, "ratelimited", "1")
    slack.expect_complaint("ratelimited")
    slack.clock.advance(seconds=1)
    assert client.chat_postMessage(channel=sales.id, text="2")["ok"]


def test_every_answer_says_what_time_it_is_at_slack(slack: Slack, client: WebClient) -> None:
    slack.clock.stop(datetime(2026, 11, 22, 8, tzinfo=UTC))
    assert client.api_test().headers["date"] == "Sun, 22 Nov 2026 08:00:00 GMT"
    slack.clock.advance(minutes=7)
    assert client.api_test().headers["date"] == "Sun, 22 Nov 2026 08:07:00 GMT"


def test_a_short_burst_may_be_let_through(slack: Slack, client: WebClient, sales: Channel) -> None:
    slack.clock.stop()
    slack.rate_limits.enforce(burst=3)
    for n in range(3):
        client.chat_postMessage(channel=sales.id, text=str(n))
    with pytest.raises(SlackApiError, match="ratelimited"):
        client.chat_postMessage(channel=sales.id, text="4")
    slack.expect_complaint("ratelimited")


@pytest.mark.parametrize(
    ("method", "most"), [("users.list", 20), ("conversations.history", 50), ("conversations.members", 100)]
)
def test_each_tier_has_its_calls_a_minute(
    slack: Slack, client: WebClient, sales: Channel, method: str, most: int
) -> None:
    args = {} if method == "users.list" else {"channel": sales.id}
    slack.clock.stop()
    slack.rate_limits.enforce()
    for _ in range(most):
        client.api_call(method, data=args)
    with pytest.raises(SlackApiError) as raised:
        client.api_call(method, data=args)
    assert raised.value.response.headers["retry-after"] == "60"
    slack.expect_complaint("ratelimited")
    slack.clock.advance(minutes=1)
    assert client.api_call(method, data=args)["ok"]
    slack.rate_limits.relax()
    for _ in range(most + 1):
        client.api_call(method, data=args)


def test_the_clock_stops_moves_and_runs(slack: Slack, client: WebClient, sales: Channel) -> None:
    moment = datetime(2026, 11, 22, 9, tzinfo=UTC)
    slack.clock.stop(moment)
    stamps = [float(client.chat_postMessage(channel=sales.id, text="x")["ts"]) for _ in range(2)]
    assert stamps == [moment.timestamp(), pytest.approx(moment.timestamp() + 0.000001)]
    slack.clock.advance(days=1)
    slack.clock.run()
    assert float(client.chat_postMessage(channel=sales.id, text="x")["ts"]) >= moment.timestamp() + 86_400
