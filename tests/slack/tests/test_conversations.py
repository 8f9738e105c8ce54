"""Conversations as Slack's own client meets them."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.tests.conftest import Refused
from tests.slack.world import Channel


def fails(slack: Slack, client: WebClient, error: str, method: str, **args: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        client.api_call(method, data=args)
    slack.expect_complaint(error, method)


def test_a_channel_says_how_it_is_shared(slack: Slack, client: WebClient) -> None:
    otto = slack.stranger("Otto")
    shared = slack.channel("shared", [otto], shared="external")
    pending = slack.channel("pending", shared="pending")
    own = slack.channel("own", archived=True)
    info = {one.name: client.conversations_info(channel=one.id)["channel"] for one in (shared, pending, own)}
    assert info["shared"]["is_ext_shared"]
    assert otto.user.team.id in info["shared"]["shared_team_ids"]
    assert (info["pending"]["is_ext_shared"], info["pending"]["is_pending_ext_shared"]) == (False, True)
    assert (info["own"]["is_ext_shared"], info["own"]["is_archived"]) == (False, True)


def test_a_private_channel_is_not_there_for_whom_it_does_not_hold(
    slack: Slack, client: WebClient, anna: Person
) -> None:
    board = slack.channel("board", [anna], private=True, bot=False)
    for method in ("conversations.info", "conversations.members", "conversations.history"):
        fails(slack, client, "channel_not_found", method, channel=board.id)
    listed = client.conversations_list(types="public_channel,private_channel")["channels"]
    assert board.id not in [one["id"] for one in listed]


def test_a_public_channel_can_be_looked_at_from_outside_but_not_read(slack: Slack, client: WebClient) -> None:
    other = slack.channel("other", bot=False)
    assert not client.conversations_info(channel=other.id)["channel"]["is_member"]
    fails(slack, client, "not_in_channel", "conversations.history", channel=other.id)


def test_members_come_in_pages(slack: Slack, client: WebClient) -> None:
    people = [slack.member(f"Rep {n}") for n in range(5)]
    team = slack.channel("team", people)
    assert [len(page["members"]) for page in client.conversations_members(channel=team.id, limit=4)] == [4, 2]
    assert client.conversations_info(channel=team.id, include_num_members=True)["channel"]["num_members"] == 6


def test_lists_take_kinds_and_leave_out_what_is_archived(slack: Slack, client: WebClient, anna: Person) -> None:
    slack.channel("one")
    slack.channel("two", private=True)
    slack.channel("old", archived=True)
    dm = anna.dm

    def names(**args: Any) -> set[str]:
        return {one.get("name") or one["id"] for one in client.conversations_list(**args)["channels"]}

    assert names() == {"one", "old"}
    assert names(exclude_archived="true") == {"one"}
    assert names(types="private_channel,im") == {"two", dm.id}
    fails(slack, client, "invalid_types", "conversations.list", types="secret")


def test_the_conversations_of_a_user_are_those_that_the_app_shares(
    slack: Slack, client: WebClient, anna: Person, sales: Channel
) -> None:
    slack.channel("board", [anna], private=True, bot=False)
    public = slack.channel("public", [anna], bot=False)
    mine = client.users_conversations(user=anna.id, types="public_channel,private_channel")["channels"]
    assert {one["id"] for one in mine} == {sales.id, public.id}
    assert {one["id"] for one in client.users_conversations()["channels"]} == {sales.id}


def test_a_direct_message_is_opened_once(slack: Slack, client: WebClient, anna: Person) -> None:
    first = client.conversations_open(users=anna.id)
    again = client.conversations_open(users=[anna.id], return_im=True)
    assert first["channel"]["id"] == again["channel"]["id"] == anna.dm.id
    assert (again["already_open"], again["channel"]["user"]) == (True, anna.id)
    group = client.conversations_open(users=[anna.id, slack.member("Ben").id])["channel"]["id"]
    assert client.conversations_open(channel=group)["channel"]["id"] == group


def test_a_direct_message_that_cannot_be_is_refused(
    slack: Slack, client: WebClient, refused: Refused, sales: Channel
) -> None:
    gone = slack.member("Lea", deleted=True)
    refused("users_list_not_supplied", "conversations.open")
    refused("user_not_found", "conversations.open", users="U0")
    refused("user_disabled", "conversations.open", users=gone.id)
    refused("too_many_users", "conversations.open", users=[slack.member(f"Rep {n}").id for n in range(9)])
    refused("method_not_supported_for_channel_type", "conversations.open", channel=sales.id)
    slack.app.bot_scopes.remove("im:write")
    refused("missing_scope", "conversations.open", users=slack.member("Ben").id)


def test_history_is_newest_first_without_replies_and_with_metadata_only_on_request(
    client: WebClient, sales: Channel
) -> None:
    metadata = {"event_type": "digest", "event_payload": {"slot": "2026-11-23"}}
    first = client.chat_postMessage(channel=sales.id, text="first", metadata=metadata)["ts"]
    client.chat_postMessage(channel=sales.id, text="reply", thread_ts=first)
    last = client.chat_postMessage(channel=sales.id, text="last")["ts"]
    messages = client.conversations_history(channel=sales.id)["messages"]
    assert [one["text"] for one in messages] == ["last", "first"]
    assert messages[1]["reply_count"] == 1
    assert "metadata" not in messages[1]
    [found] = client.conversations_history(channel=sales.id, include_all_metadata=True, latest=last)["messages"]
    assert found["metadata"] == metadata
    thread = client.conversations_replies(channel=sales.id, ts=first)["messages"]
    assert [one["text"] for one in thread] == ["first", "reply"]


def test_history_takes_a_range_and_pages(client: WebClient, sales: Channel) -> None:
    stamps = [client.chat_postMessage(channel=sales.id, text=str(n))["ts"] for n in range(5)]

    def texts(**args: object) -> list[str]:
        pages = client.conversations_history(channel=sales.id, **args)  # type: ignore[arg-type]
        return [one["text"] for page in pages for one in page["messages"]]

    assert texts(oldest=stamps[1], latest=stamps[3]) == ["2"]
    assert texts(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["3", "2", "1"]
    assert texts(limit=2) == ["4", "3", "2", "1", "0"]


def test_history_refuses_what_it_cannot_find(slack: Slack, client: WebClient, sales: Channel) -> None:
    fails(slack, client, "channel_not_found", "conversations.history", channel="C0")
    fails(slack, client, "invalid_ts_oldest", "conversations.history", channel=sales.id, oldest="yesterday")
    fails(slack, client, "invalid_ts_latest", "conversations.history", channel=sales.id, latest="now")
    fails(slack, client, "thread_not_found", "conversations.replies", channel=sales.id, ts="1.000001")
