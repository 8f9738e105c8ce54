"""response_url: whom it reaches, how often, how long, and what it refuses."""

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.world import Channel


@pytest.fixture
def webhook(slack: Slack, anna: Person, sales: Channel) -> WebhookClient:
    """The response_url of a command that Anna typed."""
    return WebhookClient(slack.response_urls.give(anna.id, sales))


def test_an_answer_is_seen_by_the_asker_alone(
    slack: Slack, webhook: WebhookClient, anna: Person, sales: Channel
) -> None:
    ben = slack.member("Ben")
    sales.members.append(ben.id)
    answer = webhook.send(text="for Anna")
    assert (answer.status_code, answer.body) == (200, "ok")
    assert [one.text for one in anna.sees(sales)] == ["for Anna"]
    assert ben.sees(sales) == []


def test_an_answer_may_be_for_all_even_where_the_app_is_not(slack: Slack, anna: Person) -> None:
    ben = slack.member("Ben")
    board = slack.channel("board", [anna, ben], private=True, bot=False)
    WebhookClient(slack.response_urls.give(anna.id, board)).send(text="for all", response_type="in_channel")
    assert [one.text for one in ben.sees(board)] == ["for all"]


def test_five_answers_and_no_more(slack: Slack, webhook: WebhookClient, anna: Person) -> None:
    assert [webhook.send(text=str(n)).status_code for n in range(5)] == [200] * 5
    late = webhook.send(text="6")
    assert (late.status_code, "used_url" in late.body) == (404, True)
    slack.expect_complaint("used_url", "response_url")
    assert len(slack.ephemerals(anna)) == 5


def test_thirty_minutes_and_no_longer(slack: Slack, webhook: WebhookClient) -> None:
    slack.clock.advance(minutes=29)
    assert webhook.send(text="in time").status_code == 200
    slack.clock.advance(minutes=1)
    late = webhook.send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)
    slack.expect_complaint("expired_url", "response_url")


def test_an_answer_can_replace_and_delete_what_was_pressed(
    slack: Slack, client: WebClient, anna: Person, sales: Channel
) -> None:
    client.chat_postEphemeral(channel=sales.id, user=anna.id, text="one")
    [card] = slack.ephemerals(anna)
    webhook = WebhookClient(slack.response_urls.give(anna.id, sales, card.message))
    webhook.send(text="two", replace_original=True)
    assert [(one.text, one.ts) for one in anna.sees(sales)] == [("two", card.ts)]
    webhook.send(text="beside")
    webhook.send(delete_original=True)
    assert [one.text for one in anna.sees(sales)] == ["beside"]
    assert webhook.send(delete_original=True).status_code == 400
    slack.expect_complaint("message_not_found", "response_url")


def test_what_a_command_answered_first_can_be_replaced(webhook: WebhookClient, anna: Person, sales: Channel) -> None:
    webhook.send(text="working", replace_original=True)
    webhook.send(text="done", replace_original=True)
    assert [one.text for one in anna.sees(sales)] == ["done"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"text": "x", "colour": "red"}, "invalid_payload"),
        ({"text": "x", "channel": "C1"}, "invalid_payload"),
        ({"text": "x", "response_type": "everybody"}, "invalid_payload"),
        ({"mrkdwn": True}, "no_text"),
        ({"blocks": [{"type": "zap"}]}, "invalid_blocks"),
    ],
    ids=str,
)
def test_a_malformed_answer_is_refused(
    slack: Slack, webhook: WebhookClient, anna: Person, payload: dict[str, object], error: str
) -> None:
    assert webhook.send_dict(payload).status_code == 400
    slack.expect_complaint(error, "response_url")
    assert slack.ephemerals(anna) == []


def test_an_address_that_slack_never_gave_is_refused(slack: Slack) -> None:
    assert WebhookClient(f"{slack.url}/commands/T0.000001").send(text="x").status_code == 404
    slack.expect_complaint("invalid_url", "response_url")
