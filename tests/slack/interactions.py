"""What follows when somebody does something: the delivery, what the app answers in its acknowledgement, what is seen.

Acknowledgements: docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response; of a submitted modal
docs.slack.dev/surfaces/modals#response_actions; of a suggestion docs.slack.dev/reference/interaction-payloads/
block_suggestion-payload.
"""

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from tests.slack.block_kit.objects import OPTION_GROUP, PLAIN_OPTION
from tests.slack.block_kit.rules import Items, Shape, one_of_fields
from tests.slack.complaints import Complaint
from tests.slack.content import refuse
from tests.slack.courier import Ack, Kind, NotAcknowledged, Parcel
from tests.slack.refusal import Refusal
from tests.slack.screen import Modal, Seen
from tests.slack.world import Json, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.slack.people import Person
    from tests.slack.slack import Slack

What = Literal["command", "press", "submit", "close", "shortcut", "suggest", "event"]

OPTIONS_ANSWER = Shape(
    "https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload",
    must={},
    may={"options": Items(PLAIN_OPTION, most=100), "option_groups": Items(OPTION_GROUP, most=100)},
    also=(one_of_fields("options", "option_groups"),),
)
TROUBLE = {
    "command": '{name} failed with the error "{reason}"',
    "press": "This app is not responding.",
    "submit": "We had some trouble connecting. Try again?",
    "shortcut": "{name} didn't work: {reason}",
    "suggest": "Could not load results.",
    "close": "",
    "event": "",
}


class Interaction:
    """One thing that a person did. It is over when the app has acknowledged it, or has failed to."""

    def __init__(self, slack: "Slack", person: "Person", what: What, parcel: Parcel, name: str = "") -> None:
        self.slack = slack
        self.person = person
        self.what = what
        self.parcel = parcel
        self.name = name
        self.began = slack.world.tick
        self.errors: dict[str, str] = {}
        self.options: list[Json] = []
        self._over: Future[Ack | None] = Future()
        self._error: str | None = None
        self.then: Callable[[Ack], None] | None = None

    # --- what a test asks --------------------------------------------------------------------------------------------

    @property
    def ack(self) -> Ack | None:
        """The app's acknowledgement, once it is there; None where there was none."""
        return self._over.result(30)

    @property
    def error(self) -> str | None:
        """Why Slack says that it did not work: operation_timeout, dispatch_failed; None where it worked."""
        self._over.result(30)
        return self._error

    @property
    def payload(self) -> Json:
        return dict(self.parcel.payload)

    def answer(self, *, until: "Callable[[Seen], Any] | None" = None, timeout_seconds: float = 15) -> Seen:
        """Wait for a message of the app's, new or changed since, that this person can see; the latest of them.

        Errors: AssertionError.
        """
        found = self.slack.world.wait_for(lambda: self._seen(until), timeout_seconds)
        assert found is not None, f"{self.person.name} saw no {'such ' if until else ''}answer to {self}."
        return found

    def modal(self, timeout_seconds: float = 15) -> Modal:
        """Wait for the modal that this opened, pushed or changed. Errors: AssertionError."""
        found = self.slack.world.wait_for(self._opened, timeout_seconds)
        assert found is not None, f"{self.person.name} saw no modal after {self}."
        return Modal(self.person, found)

    def again(self, *, as_another: bool = False) -> "Interaction":
        """Let Slack deliver the same once more, as duplicates come; an event as another one with `as_another`."""
        payload = self.payload
        retry = None if as_another or self.parcel.kind != "events_api" else (1, "http_timeout")
        if as_another and self.parcel.kind == "events_api":
            payload["event_id"] = self.slack.world.new_id("Ev")
        copy = Interaction(self.slack, self.person, self.what, replace(self.parcel, payload=payload, retry=retry))
        copy.name, copy.then = self.name, self.then
        return copy.run()

    def __str__(self) -> str:
        return f"{self.what} {self.name}".strip()

    # --- how it goes -------------------------------------------------------------------------------------------------

    def run(self, *, wait: bool = True) -> "Interaction":
        """Deliver; without `wait`, on a thread of its own."""
        if wait:
            self._deliver()
        else:
            self.slack.in_background(self._deliver)
        return self

    def refuse(self, errors: dict[str, str]) -> "Interaction":
        """Slack itself asks the person for something, and delivers nothing."""
        self.errors = errors
        self._over.set_result(None)
        return self

    def _deliver(self) -> None:
        ack: Ack | None = None
        try:
            if self.what == "event":
                ack = self.slack.courier.deliver_event(self.parcel)
            else:
                ack = self.slack.courier.deliver(self.parcel)
                self._take(ack)
        except NotAcknowledged as missed:
            self._fail(missed.reason)
        except Refusal as refusal:
            self._fail(refusal.error, "; ".join(refusal.messages))
        finally:
            self._over.set_result(ack)

    def _fail(self, reason: str, detail: str = "") -> None:
        self._error = reason
        self.slack.complaints.add(Complaint("ack", reason, detail or str(self), self.parcel.payload))
        if notice := TROUBLE[self.what].format(name=self.name, reason=reason):
            self.person.notice(notice)

    def _take(self, ack: Ack) -> None:
        """Do what the acknowledgement says. Errors: Refusal."""
        payload = {} if ack.payload in (None, "") else ack.payload
        if self.what == "command" and payload:
            message = {"text": payload} if isinstance(payload, str) else payload
            name = str(self.parcel.payload["response_url"]).rpartition("/")[2]
            self.slack.response_urls.apply(name, message)
        elif self.what == "suggest":
            refuse(list(OPTIONS_ANSWER.check(payload, "")), "invalid_options")
            groups = payload.get("option_groups") or []
            self.options = payload.get("options") or [one for group in groups for one in group["options"]]
        elif self.what == "submit" and self.then is not None:
            self.then(replace(ack, payload=payload))
        elif payload and self.what in ("press", "shortcut", "close"):
            raise Refusal(
                "unexpected_payload", f"an acknowledgement of a {self.what} carries nothing: {payload!r}"[:200]
            )

    def _seen(self, until: "Callable[[Seen], Any] | None") -> Seen | None:
        for message in reversed(self.slack.world.messages):
            is_new = message.changed_at > self.began and message.user == self.slack.app.bot.id
            if is_new and self.person.can_see(message):
                seen = Seen(message, self.slack)
                if until is None or until(seen):
                    return seen
        return None

    def _opened(self) -> View | None:
        stack = self.slack.world.stack_of(self.person.id)
        trigger_id = self.parcel.payload.get("trigger_id")
        for view in reversed(stack):
            if view.changed_at > self.began and (
                view.trigger_id in (None, trigger_id) or self.what in ("press", "submit")
            ):
                return view
        return None


KINDS: dict[What, Kind] = {"command": "slash_commands", "event": "events_api"}
TAKES_ANSWER = ("command", "submit", "suggest", "press", "shortcut")


def parcel_for(what: What, payload: Json) -> Parcel:
    """The envelope of a payload: Slack says in it whether the acknowledgement may carry something."""
    return Parcel(KINDS.get(what, "interactive"), payload, what in TAKES_ANSWER)
