"""What Slack keeps: workspaces, people, channels, messages, views and files, and who is in which channel."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from tests.slack.clock import Clock

Json = dict[str, Any]
Found = TypeVar("Found")
LOOK_AGAIN_SECONDS = 0.02
ChannelKind = Literal["public", "private", "im", "mpim"]


@dataclass
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass
class User:
    """Somebody, or a bot, of some workspace."""

    id: str
    team: Team
    handle: str
    real_name: str
    email: str | None = None
    zone: str = "Africa/Johannesburg"
    zone_offset_seconds: int = 7200
    locale: str = "en-US"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False


@dataclass
class Channel:
    """A conversation: public, private, with one person (im) or with several (mpim)."""

    id: str
    kind: ChannelKind
    name: str
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    is_archived: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False


@dataclass
class File:
    """Something uploaded; shared once the upload is completed."""

    id: str
    name: str
    size: int
    created: int
    user: str
    title: str = ""
    alt_text: str | None = None
    content: bytes | None = None
    is_complete: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass
class Message:
    """A message; where `only_for` names a user it is ephemeral, and nobody else ever sees it."""

    channel: Channel
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    edited_ts: str | None = None
    only_for: str | None = None
    deleted: bool = False
    changed_at: int = 0
    versions: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)

    @property
    def is_ephemeral(self) -> bool:
        return self.only_for is not None


@dataclass
class View:
    """A modal, or the Home tab, that one user sees."""

    id: str
    user: User
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    is_open: bool = True
    changed_at: int = 0
    trigger_id: str | None = None
    channel_id: str | None = None
    # What the person has chosen so far, as view.state.values would carry it: {block_id: {action_id: value}}.
    state: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.body["type"])


class World:
    """Everything above, behind one lock. Change it inside `changing()`, so that whoever waits looks again."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.tick = 0
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, File] = {}
        self._numbers = itertools.count(1)
        self._last_ts = 0

    @contextmanager
    def changing(self) -> Iterator[int]:
        """Hold the lock; the number of this change is what `changed_at` of a thing takes."""
        with self.changed:
            self.tick += 1
            yield self.tick
            self.changed.notify_all()

    def wait_for(self, find: Callable[[], Found], timeout_seconds: float) -> Found:
        """What `find` gives as soon as it is something, or what it gives at the end of the time."""
        end = time.monotonic() + timeout_seconds
        with self.changed:
            while not (found := find()):
                left = end - time.monotonic()
                if left <= 0:
                    break
                # What is waited for may also lie in the app, which tells nobody of its changes.
                self.changed.wait(min(left, LOOK_AGAIN_SECONDS))
            return found

    def new_id(self, prefix: str) -> str:
        with self.changed:
            return f"{prefix}{next(self._numbers):08d}"

    def new_ts(self) -> str:
        """A message's timestamp: it is its name in the channel, so none comes twice, and later ones are greater."""
        with self.changed:
            self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # --- finding -----------------------------------------------------------------------------------------------------

    def message(self, channel_id: str, ts: str) -> Message | None:
        """A message that everybody in the channel can see; an ephemeral one is not found by its timestamp."""
        for one in reversed(self.messages):
            if one.ts == ts and one.channel.id == channel_id and not one.deleted and not one.is_ephemeral:
                return one
        return None

    def messages_in(self, channel_id: str) -> list[Message]:
        """What stands in a channel for all to see, oldest first."""
        return [one for one in self.messages if one.channel.id == channel_id and not one.deleted and not one.only_for]

    def im(self, one: str, other: str) -> Channel | None:
        for channel in self.channels.values():
            if channel.kind == "im" and sorted(channel.members) == sorted((one, other)):
                return channel
        return None

    def open_im(self, one: str, other: str) -> Channel:
        """The conversation of two people, made where there is none yet."""
        with self.changing():
            channel = self.im(one, other)
            if channel is None:
                channel = self.add_channel("im", "", creator=one, members=[one, other])
            return channel

    def stack_of(self, user_id: str) -> list[View]:
        """The modals that lie open before somebody, the topmost last."""
        return [view for view in list(self.views.values()) if view.is_open and view.user.id == user_id]

    # --- adding ------------------------------------------------------------------------------------------------------

    def add_channel(self, kind: ChannelKind, name: str, *, creator: str, members: list[str]) -> Channel:
        with self.changing():
            prefix = {"public": "C", "private": "C", "im": "D", "mpim": "G"}[kind]
            channel = Channel(self.new_id(prefix), kind, name, int(self.clock.now()), creator, list(members))
            self.channels[channel.id] = channel
            return channel

    def add_message(self, message: Message) -> Message:
        with self.changing() as tick:
            message.changed_at = tick
            self.messages.append(message)
            return message

    def change_message(self, message: Message, **to: Any) -> None:
        """Edit a message in place, and remember what it said."""
        with self.changing() as tick:
            message.versions.append(message.text)
            for name, value in to.items():
                setattr(message, name, value)
            message.changed_at = tick

    def delete_message(self, message: Message) -> None:
        with self.changing() as tick:
            message.deleted = True
            message.changed_at = tick

    def close_views(self, views: list[View]) -> None:
        with self.changing() as tick:
            for view in views:
                view.is_open = False
                view.changed_at = tick
