"""Who asks, and where: found out from Slack and from the database, for bot/access.py to decide on.

What Slack says of a person or a conversation is believed for BELIEVED_SECONDS and no longer; what it does not say is
never believed: then it is nobody, or a closed conversation. Role and rep are read from the database each time.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.buttons import storable
from bot.log import Log
from bot.send import TROUBLE
from commands._reply import Person, Place, Role
from store import people
from store.database import Database

Json = Mapping[str, Any]
Kept = TypeVar("Kept")

BELIEVED_SECONDS = 60.0
# Of a channel with more members nobody is asked who is a guest: sharing into it asks first anyway.
MEMBERS_ASKED_MOST = 25
KEPT_MOST = 10_000
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Told:
    """What Slack told of somebody, and when."""

    person: people.Person
    at: dt.datetime


class Directory:
    """People and conversations, asked of Slack. `client` should neither wait long nor ask twice: somebody waits.

    `first_admin` is the Slack user id, or the e-mail, of whom is an admin whatever the database says.
    """

    def __init__(
        self,
        client: WebClient,
        db: Database,
        log: Log,
        *,
        team_id: str,
        first_admin: str | None,
        clock: Callable[[], dt.datetime],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self.db = db
        self.log = log
        self.team_id = team_id
        self.clock = clock
        self.first_admin = (first_admin or "").strip().casefold()
        self.profiles: _Kept[Told] = _Kept(elapsed)
        self.places: _Kept[Place] = _Kept(elapsed)

    def person(self, user_id: str) -> Person:
        """The person, with the role and the rep that they are now; the kind "nobody" where Slack does not tell."""
        told = self.told(user_id)
        if told is None:
            return Person(user_id, kind="nobody")
        found = told.person
        if found.kind != "member":
            return Person(user_id, found.team_id, None, Role.REP, found.zone, found.locale, found.kind)
        with self.db.reading() as connection:
            given, rep_id = people.standing(connection, user_id)
        is_first = self.first_admin in {user_id.casefold(), found.email} - {None}
        role = Role.ADMIN if is_first else Role(given)
        return Person(user_id, found.team_id, rep_id, role, found.zone, found.locale)

    def told(self, user_id: str) -> Told | None:
        """What Slack says of the user, None where it does not tell."""
        return self.profiles.get(user_id, self._ask_of_user)

    def place(self, channel_id: str) -> Place:
        """The conversation; "closed" where Slack does not tell of it."""
        return self.places.get(channel_id, self._ask_of_channel) or Place("closed", channel_id)

    def forget_place(self, channel_id: str) -> None:
        """Believe nothing of a conversation any more: what everybody in it will read is not sent on an old belief."""
        self.places.drop(channel_id)

    def with_guests(self, place: Place) -> Place:
        """The place, with the number of its members and whether any is a guest, where both can be found out."""
        if place.channel_id is None or place.kind != "channel":
            return place
        try:
            answer = self.client.conversations_members(channel=place.channel_id, limit=MEMBERS_ASKED_MOST + 1)
        except TROUBLE as error:
            self.log.note("Slack does not tell who is in a channel", error)
            return place
        ids = answer["members"]
        # Slack may give fewer than were asked for, and say that there are more.
        if len(ids) > MEMBERS_ASKED_MOST or _next(answer):
            return place
        found = [self.told(user_id) for user_id in ids]
        kinds = {one.person.kind if one else "guest" for one in found}
        return replace(place, members=len(ids), has_guests=bool(kinds & {"guest", "stranger"}))

    def everybody(self, client: WebClient) -> list[people.Person]:
        """Everybody in the workspace, asked by a client that waits where Slack says so. Errors: bot.send.TROUBLE."""
        found: list[people.Person] = []
        cursor = ""
        while True:
            page = client.users_list(limit=200, cursor=cursor, include_locale=True)
            found += [self.read(user) for user in page["members"]]
            cursor = _next(page)
            if not cursor:
                return found

    def read(self, user: Json) -> people.Person:
        """A user object of Slack's."""
        profile = user.get("profile") or {}
        name = (
            profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name") or ""
        )
        return people.Person(
            slack_user_id=str(user["id"]),
            team_id=str(user.get("team_id") or ""),
            kind=self._kind(user),
            name=storable(str(name)),
            email=storable(str(profile["email"])).casefold() if profile.get("email") else None,
            zone=_zone(user.get("tz")),
            locale=_locale(user.get("locale")),
        )

    def learn(self, user: Json) -> Told:
        """Slack has told of a change: what was believed before is not any more."""
        told = Told(self.read(user), self.clock())
        self.profiles.put(told.person.slack_user_id, told)
        return told

    def _kind(self, user: Json) -> people.Kind:
        if user.get("is_stranger") or user.get("team_id") != self.team_id:
            return "stranger"
        if user.get("deleted"):
            return "left"
        if user.get("is_bot") or user.get("id") == SLACKBOT:
            return "bot"
        return "guest" if user.get("is_restricted") or user.get("is_ultra_restricted") else "member"

    def _ask_of_user(self, user_id: str) -> Told | None:
        at = self.clock()
        try:
            return Told(self.read(self.client.users_info(user=user_id, include_locale=True)["user"]), at)
        except TROUBLE as error:
            self.log.note("Slack does not tell who somebody is", error)
            return None

    def _ask_of_channel(self, channel_id: str) -> Place | None:
        try:
            channel = self.client.conversations_info(channel=channel_id, include_num_members=True)["channel"]
        except TROUBLE as error:
            self.log.note("Slack does not tell of a conversation", error)
            return None
        return read_place(channel, channel_id)


class _Kept(Generic[Kept]):
    """What was found out, for as long as it is believed. What could not be found out is not kept."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self.elapsed = elapsed
        self.lock = threading.Lock()
        self.known: dict[str, tuple[float, Kept]] = {}

    def get(self, key: str, find: Callable[[str], Kept | None]) -> Kept | None:
        with self.lock:
            at, found = self.known.get(key, (float("-inf"), None))
        if found is not None and self.elapsed() - at < BELIEVED_SECONDS:
            return found
        found = find(key)
        if found is not None:
            self.put(key, found)
        return found

    def put(self, key: str, found: Kept) -> None:
        with self.lock:
            if len(self.known) >= KEPT_MOST:
                self.known.clear()
            self.known[key] = (self.elapsed(), found)

    def drop(self, key: str) -> None:
        with self.lock:
            self.known.pop(key, None)


def read_place(channel: Json, channel_id: str) -> Place:
    """A conversation object of Slack's."""
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared") or channel.get("pending_shared"):
        return Place("shared", channel_id)
    if channel.get("is_im"):
        return Place("dm", channel_id)
    return Place("channel", channel_id, channel.get("num_members"))


def _next(page: SlackResponse) -> str:
    """Where the next page begins, empty where there is none."""
    return (page.get("response_metadata") or {}).get("next_cursor") or ""


def _zone(name: object) -> str:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return str(name)


def _locale(name: object) -> str:
    """Slack's en-US as babel knows it."""
    try:
        return str(Locale.parse(str(name), sep="-"))
    except (UnknownLocaleError, ValueError):
        return "en_US"
