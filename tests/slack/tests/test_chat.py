"""Messages as Slack's own client posts, changes and deletes them."""

from typing import Any

import pytest
from slack_sdk import WebClient

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.conftest import Refused
from tests.slack.world import Channel

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Acme* &amp; Co"}}


def test_a_posted_message_stands_in_the_channel(slack: Slack, client: WebClient, sales: Channel) -> None:
    answer = client.chat_postMessage(channel=sales.id, text="Acme", blocks=[SECTION])
    [seen] = slack.messages(sales)
    assert answer["message"]["blocks"][0]["block_id"], "Slack names each block that has no name"
    assert (seen.ts, seen.text, seen.words) == (answer["ts"], "Acme", "*Acme* & Co")
    assert client.chat_getPermalink(channel=sales.id, message_ts=seen.ts)["permalink"].endswith(
        seen.ts.replace(".", "")
    )


def test_to_post_to_a_user_is_to_post_into_the_direct_message(
    slack: Slack, client: WebClient, anna: Person, refused: Refused
) -> None:
    assert client.chat_postMessage(channel=anna.id, text="Hello")["channel"] == anna.dm.id
    assert anna.latest().text == "Hello"
    refused("channel_not_found", "chat.postMessage", channel=slack.bot.id, text="to myself")


def test_a_message_can_be_changed_and_deleted(slack: Slack, client: WebClient, sales: Channel) -> None:
    metadata = {"event_type": "digest", "event_payload": {}}
    ts = client.chat_postMessage(channel=sales.id, text="one", blocks=[SECTION], metadata=metadata)["ts"]
    changed = client.chat_update(channel=sales.id, ts=ts, text="two")
    assert (changed["text"], changed["message"]["metadata"]) == ("two", metadata)
    [seen] = slack.messages(sales)
    assert (seen.words, seen.message.versions) == ("two", ["one"])
    assert client.chat_update(channel=sales.id, ts=ts, text="two", metadata={})["message"].get("metadata") is None
    client.chat_delete(channel=sales.id, ts=ts)
    assert slack.messages(sales) == []


def test_an_ephemeral_message_is_seen_by_one_person_and_is_nowhere_else(
    slack: Slack, client: WebClient, anna: Person, sales: Channel, refused: Refused
) -> None:
    ben = slack.member("Ben")
    sales.members.append(ben.id)
    ts = client.chat_postEphemeral(channel=sales.id, user=anna.id, text="for you")["message_ts"]
    assert [one.text for one in slack.ephemerals(anna)] == ["for you"]
    assert ben.sees(sales) == []
    assert client.conversations_history(channel=sales.id)["messages"] == []
    refused("message_not_found", "chat.update", channel=sales.id, ts=ts, text="x")
    refused("message_not_found", "chat.delete", channel=sales.id, ts=ts)
    anna.reloads()
    assert anna.sees(sales) == []


def test_an_ephemeral_message_reaches_only_members(slack: Slack, refused: Refused, sales: Channel) -> None:
    ben = slack.member("Ben")
    refused("user_not_in_channel", "chat.postEphemeral", channel=sales.id, user=ben.id, text="x")
    outside = slack.channel("outside", [ben], bot=False)
    refused("not_in_channel", "chat.postEphemeral", channel=outside.id, user=ben.id, text="x")
    old = slack.channel("old", [ben], archived=True)
    refused("is_archived", "chat.postEphemeral", channel=old.id, user=ben.id, text="x")


def test_a_message_cannot_be_posted_where_the_app_is_not(slack: Slack, client: WebClient, refused: Refused) -> None:
    outside = slack.channel("outside", bot=False)
    closed = slack.channel("closed", private=True, bot=False)
    old = slack.channel("old", archived=True)
    refused("channel_not_found", "chat.postMessage", channel="C0", text="x")
    refused("channel_not_found", "chat.postMessage", channel=closed.id, text="x")
    refused("not_in_channel", "chat.postMessage", channel=outside.id, text="x")
    refused("is_archived", "chat.postMessage", channel=old.id, text="x")
    slack.app.bot_scopes.add("chat:write.public")
    assert client.chat_postMessage(channel=outside.id, text="x")["ok"]


def test_the_messages_tab_can_be_off(slack: Slack, refused: Refused, anna: Person) -> None:
    slack.app.has_messages_tab = False
    refused("messages_tab_disabled", "chat.postMessage", channel=anna.dm.id, text="x")


CONTENT: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing at all": ("no_text", {}),
    "only blanks": ("no_text", {"text": "  "}),
    "a text of 40,001 characters": ("msg_too_long", {"text": "x" * 40_001}),
    "blocks that are no list": ("invalid_blocks_format", {"blocks": {"type": "section"}}),
    "blocks that are no JSON": ("invalid_blocks_format", {"blocks": "[{"}),
    "an unknown block": ("invalid_blocks", {"blocks": [{"type": "zap"}]}),
    "an unknown field of a block": ("invalid_blocks", {"blocks": [{**SECTION, "colour": "red"}]}),
    "51 blocks": ("invalid_blocks", {"blocks": [{"type": "divider"}] * 51}),
    "too much in all blocks": (
        "msg_blocks_too_long",
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 5},
    ),
    "two tables": (
        "invalid_attachments",
        {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2},
    ),
    "101 attachments": ("too_many_attachments", {"attachments": [{"text": "x"}] * 101}),
    "attachments that are none": ("invalid_attachments", {"attachments": ["x"]}),
    "an unknown block in an attachment": ("invalid_attachments", {"attachments": [{"blocks": [{"type": "zap"}]}]}),
    "metadata that is no object": ("invalid_metadata_format", {"text": "x", "metadata": [1]}),
    "metadata without an event": ("invalid_metadata_schema", {"text": "x", "metadata": {"event_payload": {}}}),
    "metadata without a payload": ("invalid_metadata_schema", {"text": "x", "metadata": {"event_type": "x"}}),
    "metadata with more": (
        "invalid_metadata_schema",
        {"text": "x", "metadata": {"event_type": "x", "event_payload": {}, "more": 1}},
    ),
    "markdown beside text": ("markdown_text_conflict", {"text": "x", "markdown_text": "x"}),
    "markdown of 12,001 characters": ("msg_too_long", {"markdown_text": "x" * 12_001}),
}


@pytest.mark.parametrize(("error", "content"), CONTENT.values(), ids=CONTENT.keys())
def test_slack_refuses_to_post(refused: Refused, sales: Channel, error: str, content: dict[str, Any]) -> None:
    answer = refused(error, "chat.postMessage", channel=sales.id, **content).response
    if "blocks" in error:
        assert answer.get("response_metadata", {}).get("messages") or error == "invalid_blocks_format"


def test_the_problem_of_a_block_is_named_with_its_place(refused: Refused, sales: Channel) -> None:
    blocks = [SECTION, {"type": "section", "text": {"type": "mrkdwn", "text": ""}}]
    answer = refused("invalid_blocks", "chat.postMessage", channel=sales.id, blocks=blocks).response
    where = "must be more than 0 characters [json-pointer:/blocks/1/text/text]"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {where}"]


def test_a_change_takes_less_text_than_a_post(client: WebClient, refused: Refused, sales: Channel) -> None:
    ts = client.chat_postMessage(channel=sales.id, text="x" * 40_000)["ts"]
    assert client.chat_update(channel=sales.id, ts=ts, text="x" * 4000)["ok"]
    refused("msg_too_long", "chat.update", channel=sales.id, ts=ts, text="x" * 4001)


def test_only_the_apps_own_messages_can_be_changed(
    slack: Slack, client: WebClient, refused: Refused, anna: Person, sales: Channel
) -> None:
    hers = slack.posts(anna, sales, "mine")
    refused("cant_update_message", "chat.update", channel=sales.id, ts=hers.ts, text="x")
    refused("cant_delete_message", "chat.delete", channel=sales.id, ts=hers.ts)
    refused("message_not_found", "chat.update", channel=sales.id, ts="1.000001", text="x")
    own = client.chat_postMessage(channel=sales.id, text="x")["ts"]
    sales.is_archived = True
    refused("is_inactive", "chat.update", channel=sales.id, ts=own, text="x")


def test_another_name_or_face_needs_its_scope(
    slack: Slack, client: WebClient, refused: Refused, sales: Channel
) -> None:
    refused("missing_scope", "chat.postMessage", channel=sales.id, text="x", username="Somebody")
    refused("as_user_not_supported", "chat.postMessage", channel=sales.id, text="x", as_user=True)
    slack.app.bot_scopes.add("chat:write.customize")
    assert client.chat_postMessage(channel=sales.id, text="x", username="Somebody")["message"]["username"] == "Somebody"


def test_who_would_be_notified_can_be_asked(client: WebClient, slack: Slack, anna: Person, sales: Channel) -> None:
    client.chat_postMessage(channel=sales.id, text=f"<!channel> and {anna.mention}")
    client.chat_postMessage(channel=sales.id, text="&lt;!channel&gt;")
    loud, quiet = slack.messages(sales)
    assert (loud.calls, quiet.calls) == (["!channel", f"@{anna.id}"], [])
