"""What a delivery says, and whether its reader may still read it: found out at the last moment."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

import commands
from bot.access import WHERE, WHO, refusal
from bot.answer import Unanswered, guarded
from bot.directory import Directory, read_place
from bot.log import Log
from bot.outcomes import NotKnown, NotNow, Refused, told_apart
from bot.render import payload
from commands._reply import Action, Invalid, NothingToSay, Person, Place, Reply, Request
from store import deliveries, rep_hours
from store.database import Database
from store.deliveries import Delivery
from value import reminders


class CannotBe(Exception):  # noqa: N818 - it says what became of the message
    """The message must not be posted there, or cannot be composed; the text says why."""


class NotTheirHour(Exception):  # noqa: N818
    """Its reader wants to hear nothing now: it is a day off, leave or quiet hours. `until` is their next morning."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(f"Its reader is written to again at {until.isoformat()}.")
        self.until = until


# What stands below a message goes where that was posted just now: Slack is not asked of that channel again, since it
# answers fifty such questions a minute.
BELIEVED_SECONDS = 60
# Why there is no draft: it is pointless; it comes at another hour; it is impossible until somebody does something; it
# may go better later.
TROUBLES = (NothingToSay, NotTheirHour, CannotBe, Refused, Invalid, NotNow, NotKnown, Unanswered)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as it will be posted, and the values of those that stand below it."""

    channel_id: str
    text: str
    blocks: list[dict[str, Any]] | None
    below: tuple[Mapping[str, str], ...] = ()


class Drafting:
    """Composes deliveries. `client` asks once and never again by itself; `clock` gives the moment in UTC."""

    def __init__(
        self,
        db: Database,
        directory: Directory,
        client: WebClient,
        log: Log,
        *,
        clock: Callable[[], dt.datetime],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.db = db
        self.directory = directory
        self.client = client
        self.log = log
        self.clock = clock
        self.elapsed = elapsed
        self.checked: dict[str, tuple[float, Place]] = {}

    def draft(self, one: Delivery) -> Draft:
        """The message as it is now. Errors: those of TROUBLES."""
        is_private = one.slack_user_id is not None
        person, place = self._reader(one.slack_user_id, one.channel_id) if is_private else self._channel(one)
        assert place.channel_id is not None, "both ways find it"
        self._keep_to_hours(one, person)
        reply = self._composed(one, person, place)
        with guarded(self.log, delivering=one.key):
            drawn = payload(reply, person.locale, seen_by="dm" if is_private else "channel")
        return Draft(place.channel_id, drawn["text"], drawn["blocks"], tuple(map(_values, reply.thread)))

    def _reader(self, user_id: str | None, channel_id: str | None) -> tuple[Person, Place]:
        """The person as they are now, and the conversation with them."""
        assert user_id is not None
        with told_apart():
            user = self.client.users_info(user=user_id, include_locale=True)["user"]
        self.directory.learn(user)
        person = self.directory.person(user_id)
        if person.kind != "member":
            raise CannotBe(f"{user.get('real_name') or user_id}: {' '.join(WHO[person.kind])}")
        if channel_id is None:
            with told_apart():
                channel_id = self.client.conversations_open(users=user_id)["channel"]["id"]
        return person, Place("dm", channel_id)

    def _channel(self, one: Delivery) -> tuple[Person, Place]:
        """The channel as it is now; what is composed there is what any rep may see."""
        assert one.channel_id is not None, "the table requires it of what goes to nobody"
        zone, locale = one.values.get("zone", "UTC"), one.values.get("locale", "en_US")
        reader = Person(team_id=self.directory.team_id, zone=zone, locale=locale)
        checked_seconds, place = self.checked.get(one.channel_id, (float("-inf"), None))
        if one.thread_ts is not None and place is not None and self.elapsed() - checked_seconds < BELIEVED_SECONDS:
            return reader, place
        with told_apart():
            channel = self.client.conversations_info(channel=one.channel_id, include_num_members=True)["channel"]
        if channel.get("is_archived"):
            raise Refused("is_archived")
        if channel.get("is_member") is False:
            raise Refused("not_in_channel")
        place = read_place(channel, one.channel_id)
        if place.kind == "shared":
            raise CannotBe(WHERE["shared"][0])
        self.checked[one.channel_id] = self.elapsed(), place
        return reader, place

    def _keep_to_hours(self, one: Delivery, person: Person) -> None:
        """Hours, leave and zone may have changed since it was put, or nothing ran when it was due.

        Errors: NotTheirHour. What stands in a thread comes with the message above it.
        """
        if one.kind not in deliveries.IN_HOURS or one.thread_of_id is not None or person.slack_user_id is None:
            return
        with self.db.reading() as connection:
            hours = rep_hours.get(connection, person.slack_user_id).in_zone(person.zone)
        now = self.clock()
        until = reminders.free_moment(now, hours)
        if until is not None and until > now:
            raise NotTheirHour(until)

    def _composed(self, one: Delivery, person: Person, place: Place) -> Reply:
        routed = commands.route(one.values["command"], one.values.get("text", ""))
        if routed is None:
            raise CannotBe(f"There is no command {one.values['command']} any more.")
        command, text = routed
        refused = refusal(command.policy, person, place)
        if refused is not None:
            raise CannotBe(" ".join(refused))
        with guarded(self.log, delivering=one.key):
            now = self.clock()
            request = Request(
                now=now,
                today=now.astimezone(ZoneInfo(person.zone)).date(),
                text=text,
                values=one.values,
                person=person,
                place=place,
                origin="delivery",
                receipt=f"delivery {one.key}",
            )
            try:
                return command.run(request, self.db)
            except (NothingToSay, Invalid) as said:
                why = said
        raise why


def _values(action: Action) -> Mapping[str, str]:
    return {**action.values, "command": action.command}
