"""Events: what the app hears of because it has subscribed. docs.slack.dev/reference/events has a page for each.

The name of a subscription is that in a manifest: message.im, though its `type` is message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.slack import shapes
from tests.slack.world import Channel, Json, Message, User

if TYPE_CHECKING:
    from tests.slack.slack import Slack

CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
SUBSCRIPTIONS = {"public": "message.channels", "private": "message.groups", "im": "message.im", "mpim": "message.mpim"}
# docs.slack.dev/reference/events: the scope that each needs.
SCOPES = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "app_mention": "app_mentions:read",
}


@dataclass(frozen=True)
class Event:
    """What happened, and the subscription under which the app hears of it."""

    subscription: str
    body: Json


def of_message(slack: "Slack", message: Message) -> Iterator[Event]:
    """The events of a new message: one as a message, one more where it mentions the app; only where it is a member."""
    channel, bot = message.channel, slack.app.bot.id
    if bot not in channel.members:
        return
    sender = slack.world.users[message.user]
    body = {**shapes.message(message, slack.app), "team": sender.team.id}
    if sender.team is not slack.app.team:
        # docs.slack.dev/apis/slack-connect: where a message of another workspace comes from.
        body |= {"user_team": sender.team.id, "source_team": sender.team.id}
    common = {"channel": channel.id, "event_ts": message.ts}
    subscription = SUBSCRIPTIONS[channel.kind]
    if _may_hear(slack, subscription):
        yield Event(subscription, {**body, **common, "channel_type": CHANNEL_TYPES[channel.kind]})
    if f"<@{bot}>" in message.text and message.user != bot and channel.kind != "im" and _may_hear(slack, "app_mention"):
        yield Event("app_mention", {**body, **common, "type": "app_mention"})


def _may_hear(slack: "Slack", subscription: str) -> bool:
    return slack.app.subscribes_to(subscription) and SCOPES[subscription] in slack.app.bot_scopes


def home_opened(slack: "Slack", user: User, channel: Channel, tab: str) -> Event:
    """docs.slack.dev/reference/events/app_home_opened; `view` is there once something has been published."""
    ts = slack.world.new_ts()
    body: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab, "event_ts": ts}
    home = slack.world.homes.get(user.id)
    if home is not None and tab == "home":
        body["view"] = shapes.view(home, slack.app)
    return Event("app_home_opened", body)


def joined(slack: "Slack", user: User, channel: Channel) -> Event | None:
    """docs.slack.dev/reference/events/member_joined_channel; the app hears of its own joining too."""
    return _membership(slack, "member_joined_channel", user, channel)


def left(slack: "Slack", user: User, channel: Channel) -> Event | None:
    """docs.slack.dev/reference/events/member_left_channel"""
    return _membership(slack, "member_left_channel", user, channel)


def _membership(slack: "Slack", name: str, user: User, channel: Channel) -> Event | None:
    if slack.app.bot.id not in (user.id, *channel.members):
        return None
    body = {"type": name, "user": user.id, "channel": channel.id, "team": user.team.id}
    kind = "C" if channel.kind == "public" else "G"
    return Event(name, {**body, "channel_type": kind, "event_ts": slack.world.new_ts()})
