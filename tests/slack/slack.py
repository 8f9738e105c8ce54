"""The stand-in for Slack: one workspace with one app in it, its server, and whatever a test wants to know of it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Literal, TypeVar

from tests.slack import events, payloads, shapes
from tests.slack.clock import Clock
from tests.slack.complaints import Complaint, Complaints
from tests.slack.courier import Courier, Parcel
from tests.slack.faults import Faults
from tests.slack.http_delivery import HttpDelivery
from tests.slack.installation import Installation
from tests.slack.interactions import Interaction, parcel_for
from tests.slack.modals import Modals
from tests.slack.people import Person
from tests.slack.rate_limits import RateLimits
from tests.slack.response_urls import ResponseUrls, Uploads
from tests.slack.screen import Seen
from tests.slack.server import SlackServer
from tests.slack.socket_mode import Sockets
from tests.slack.triggers import Triggers
from tests.slack.web_api import Call
from tests.slack.world import Channel, File, Json, Message, Team, User, World

Found = TypeVar("Found")
Sharing = Literal["", "external", "pending"]


class Slack:
    """A workspace that runs while this is open: `with Slack() as slack`."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World(self.clock)
        team = self._team("Melktert Test", "melktert-test")
        bot = User(self.world.new_id("U"), team, "melktert", "Melktert", is_bot=True)
        self.world.users[bot.id] = bot
        self.app = Installation(team, bot, self.world.new_id("A"), self.world.new_id("B"))
        self.complaints = Complaints()
        self.faults = Faults()
        self.rate_limits = RateLimits(self.clock)
        self.triggers = Triggers(self.clock)
        self.modals = Modals(self.world)
        self.response_urls = ResponseUrls(self)
        self.uploads = Uploads(self)
        self.sockets = Sockets(self)
        self.http = HttpDelivery(self)
        self.courier = Courier(self)
        self.server = SlackServer(self)
        self.threads = ThreadPoolExecutor(32, "slack-delivery")
        self.under_way = 0
        self.calls: list[Call] = []
        self.unacknowledged: list[tuple[Parcel, str]] = []
        # How long Slack waits for an acknowledgement (docs.slack.dev/interactivity/handling-user-interaction).
        self.ack_limit_seconds = 3.0
        # Fewer items a page than an app asks for, which Slack may always give.
        self.page_size: int | None = None

    def __enter__(self) -> "Slack":
        self.server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Break every connection and stop."""
        self.server.close()
        self.threads.shutdown(wait=False, cancel_futures=True)

    # --- what the app is told ----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL, and base_url of a WebClient, must be."""
        return f"{self.server.url}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which an app talks to this Slack."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.app.bot_token,
            "SLACK_APP_TOKEN": self.app.app_token,
            "SLACK_SIGNING_SECRET": self.app.signing_secret,
        }

    def install(self, manifest: Mapping[str, Any]) -> None:
        """Let the app have only the commands, shortcuts, events and scopes of this manifest."""
        self.app.register(manifest)

    # --- who and what there is ---------------------------------------------------------------------------------------

    def member(self, name: str, email: str | None = None, **more: Any) -> Person:
        """A full member of the workspace: member("Anna", is_admin=True, zone="Europe/Paris", locale="fr-FR")."""
        return self._person(self.app.team, name, email or f"{_handle(name)}@example.com", **more)

    def guest(self, name: str, *, one_channel: bool = False, **more: Any) -> Person:
        """A guest, of several channels (is_restricted) or of one (is_ultra_restricted as well)."""
        more = {"is_restricted": True, "is_ultra_restricted": one_channel, **more}
        return self._person(self.app.team, name, f"{_handle(name)}@guest.example", **more)

    def stranger(self, name: str, team: str = "Globex", **more: Any) -> Person:
        """Somebody of another workspace, who meets this one in shared channels."""
        known = next((one for one in self.world.teams.values() if one.name == team), None)
        other = known or self._team(team, team.lower())
        return self._person(other, name, f"{_handle(name)}@{other.domain}.example", **more)

    def other_bot(self, name: str, **more: Any) -> Person:
        """A bot that is not this app's."""
        return self._person(self.app.team, name, None, is_bot=True, **more)

    @property
    def bot(self) -> Person:
        """The app's own bot user."""
        return Person(self, self.app.bot)

    def channel(
        self,
        name: str,
        members: list[Person] | None = None,
        *,
        private: bool = False,
        shared: Sharing = "",
        archived: bool = False,
        bot: bool = True,
    ) -> Channel:
        """A channel; the app is a member unless `bot` is False."""
        people = [*(members or []), *([self.bot] if bot else [])]
        ids = [one.id for one in people]
        creator = ids[0] if ids else self.app.bot.id
        channel = self.world.add_channel("private" if private else "public", name, creator=creator, members=ids)
        channel.is_archived, channel.is_ext_shared = archived, shared == "external"
        channel.is_pending_ext_shared = shared == "pending"
        teams = {one.user.team.id: one.user.team for one in people} | {self.app.team.id: self.app.team}
        channel.teams = list(teams.values())
        return channel

    def group_dm(self, members: list[Person], *, bot: bool = True) -> Channel:
        """A direct message of several people."""
        ids = [*(one.id for one in members), *([self.app.bot.id] if bot else [])]
        return self.world.add_channel("mpim", f"mpdm-{'--'.join(ids).lower()}-1", creator=ids[0], members=ids)

    def dm(self, one: Person, other: Person) -> Channel:
        """The direct message of two people; that with the app is `person.dm`."""
        return self.world.open_im(one.id, other.id)

    def posts(self, person: Person, at: Channel, text: str, thread_ts: str | None = None) -> Seen:
        """A message that simply stands there: no event goes to the app."""
        message = Message(at, self.world.new_ts(), person.id, text, thread_ts=thread_ts)
        return Seen(self.world.add_message(message), self)

    # --- what there is to see ----------------------------------------------------------------------------------------

    def messages(self, at: Channel) -> list[Seen]:
        """What stands in a channel for all its members, oldest first."""
        return [Seen(one, self) for one in self.world.messages_in(at.id)]

    def ephemerals(self, person: Person) -> list[Seen]:
        """What only this person sees, oldest first."""
        return [Seen(one, self) for one in self.world.messages if one.only_for == person.id and not one.deleted]

    def view_of(self, person: Person) -> Json | None:
        """The topmost modal of a person as the app knows it, None where none lies open."""
        stack = self.world.stack_of(person.id)
        return shapes.view(stack[-1], self.app) if stack else None

    @property
    def files(self) -> list[File]:
        """The files whose upload is complete."""
        return [one for one in self.world.files.values() if one.is_complete]

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method that reached Slack, refused ones too."""
        return [call for call in self.calls if call.method == method]

    def wait_for(self, find: Callable[[], Found], timeout_seconds: float = 15) -> Found:
        """Wait until `find` gives something true, and give it. Errors: AssertionError."""
        found = self.world.wait_for(find, timeout_seconds)
        assert found, f"Waited {timeout_seconds} seconds in vain."
        return found

    def expect_complaint(self, error: str, where: str | None = None, timeout_seconds: float = 15) -> Complaint:
        """Wait for a complaint that this test is about, and take it away. Errors: AssertionError."""
        return self.complaints.take(error, where, timeout_seconds)

    # --- what happens of itself --------------------------------------------------------------------------------------

    def sends_event(
        self, subscription: str, body: Mapping[str, Any], by: Person, at: Channel | None = None
    ) -> Interaction:
        """Any other event: sends_event("user_change", {"type": "user_change", "user": …}, by=anna)."""
        payload = payloads.event_callback(self, {"event_ts": self.world.new_ts(), **body}, at)
        return Interaction(self, by, "event", parcel_for("event", payload), subscription).run()

    def retry_events(self) -> int:
        """Send the events that were not acknowledged once more, as Slack does after a minute and after five."""
        waiting, self.unacknowledged = self.unacknowledged, []
        for parcel, reason in waiting:
            self.courier.retry_event(parcel, reason)
        return len(waiting)

    def echo(self, message: Message) -> None:
        """The app hears of its own messages too, if it listens to the conversation."""
        if self.courier.is_connected:
            for event in events.of_message(self, message):
                parcel = parcel_for("event", payloads.event_callback(self, event.body, message.channel))
                self.in_background(self.courier.deliver_event, parcel)

    def in_background(self, what: Callable[..., object], *args: object) -> None:
        """Do something on a thread of its own; a defect of the stand-in's own is complained of."""

        def run() -> None:
            try:
                what(*args)
            except Exception as error:
                self.complaints.add(Complaint("stand-in", type(error).__name__, str(error)))
                raise
            finally:
                with self.world.changing():
                    self.under_way -= 1

        with self.world.changing():
            self.under_way += 1
        self.threads.submit(run)

    def wait_until_delivered(self, timeout_seconds: float = 15) -> None:
        """Wait until nothing is on its way to the app any more."""
        self.world.wait_for(lambda: self.under_way == 0, timeout_seconds)

    def record(self, call: Call) -> None:
        with self.world.changing():
            self.calls.append(call)

    def shares_a_channel(self, user_id: str) -> bool:
        """Whether the app is in some conversation with this user."""
        bot = self.app.bot.id
        return any(user_id in one.members and bot in one.members for one in self.world.channels.values())

    def shares_a_channel_with_team(self, team_id: str) -> bool:
        return any(one.team.id == team_id and self.shares_a_channel(one.id) for one in self.world.users.values())

    def _team(self, name: str, domain: str) -> Team:
        team = Team(self.world.new_id("T"), name, domain)
        self.world.teams[team.id] = team
        return team

    def _person(self, team: Team, name: str, email: str | None, **more: Any) -> Person:
        user = User(self.world.new_id("U"), team, _handle(name), name, email, **more)
        with self.world.changing():
            self.world.users[user.id] = user
        return Person(self, user)


def _handle(name: str) -> str:
    return name.lower().replace(" ", ".")
