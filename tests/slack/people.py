"""People: what they do in Slack, and what Slack shows them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.slack import events, payloads
from tests.slack.filling import filled, plain
from tests.slack.interactions import Interaction, What, parcel_for
from tests.slack.screen import Home, Modal, Seen
from tests.slack.submissions import respond, shown_errors
from tests.slack.world import Channel, Json, Message, User, View
from tests.slack.writing import escaped, with_ids

if TYPE_CHECKING:
    from tests.slack.slack import Slack


class Person:
    """Somebody in Slack. A verb delivers to the app and, unless told not to wait, returns once it is acknowledged."""

    def __init__(self, slack: "Slack", user: User) -> None:
        self.slack = slack
        self.user = user
        self.notices: list[str] = []
        # When this person last pressed, submitted or ran a shortcut: what changed later is what came of it.
        self.acted_at = -1

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.real_name

    @property
    def mention(self) -> str:
        """How this person is named in a text."""
        return f"<@{self.user.id}>"

    @property
    def dm(self) -> Channel:
        """The conversation of this person with the app."""
        return self.slack.world.open_im(self.user.id, self.slack.app.bot.id)

    # --- doing -------------------------------------------------------------------------------------------------------

    def types(self, line: str, at: Channel | None = None, *, wait: bool = True) -> Interaction:
        """Type a slash command: types("/clv acme", at=sales). Without `at`, in the conversation with the app.

        Errors: AssertionError where the app has registered no such command.
        """
        command, _, text = line.partition(" ")
        known = self.slack.app.commands
        assert known is None or command in known, (
            f"{command} is not a valid command; the app has {sorted(known or ())}."
        )
        if known is None or known.get(command):
            text = with_ids(text, self.slack.world)
        place = at or self.dm
        ids = {
            "response_url": self.slack.response_urls.give(self.id, place),
            "trigger_id": self.slack.triggers.give(self.id, channel_id=place.id),
        }
        payload = payloads.slash_command(self.slack, self.user, place, command, escaped(text), **ids)
        return self._does("command", payload, command).run(wait=wait)

    def says(
        self, text: str, to: Channel | None = None, *, thread: Seen | None = None, wait: bool = True
    ) -> Interaction:
        """Write a message; without `to`, to the app. The app hears of it where it is a member and has subscribed."""
        place = to or self.dm
        message = Message(place, self.slack.world.new_ts(), self.id, escaped(text))
        message.thread_ts = (thread.message.thread_ts or thread.ts) if thread else None
        began = self.slack.world.tick
        self.slack.world.add_message(message)
        done = [self._hears(one, place).run(wait=wait) for one in events.of_message(self.slack, message)]
        if not done:
            return self._does("event", {}, "says").refuse({})
        for one in done:
            one.began = began
        return done[-1]

    def presses(
        self,
        label: str,
        on: Seen | Modal | Home,
        *,
        value: str | None = None,
        declining: bool = False,
        wait: bool = True,
    ) -> Interaction:
        """Press the button, or choose the option, with this label. `value` is what an attacker sends in its place."""
        block, element, given = on.find(label)
        if value is not None:
            given = {**given, "value": value} if "selected_option" not in given else _another(given, value)
        place = on.message if isinstance(on, Seen) else on.view
        if declining:
            assert "confirm" in element, f"Slack does not ask before {label!r}."
            return self._does("press", {}, label).refuse({})
        return self.act(place, block, element, given, wait=wait, name=label)

    def picks(self, action: str, what: Any, on: Seen | Modal | Home, *, wait: bool = True) -> Interaction:
        """Choose a date, a person, a channel … in the element with this action_id."""
        for block, element in on.elements():
            if element.get("action_id") == action:
                value = {key: one for key, one in filled(element, what, []).items() if key != "type"}
                place = on.message if isinstance(on, Seen) else on.view
                return self.act(place, block, element, value, wait=wait, name=action)
        raise AssertionError(f"There is no element {action!r}.")

    def searches(self, action: str, typed: str, on: Seen | Home) -> list[str]:
        """Type into a menu of a message or Home tab that the app fills (its action_id), and read what it suggests."""
        for block, element in on.elements():
            if element.get("action_id") == action:
                place = on.message if isinstance(on, Seen) else on.view
                return [plain(one["text"]) for one in self.ask(place, block["block_id"], action, typed).options]
        raise AssertionError(f"There is no element {action!r}.")

    def runs_shortcut(self, callback_id: str, on: Seen | None = None, *, wait: bool = True) -> Interaction:
        """Run a global shortcut, or a message shortcut on a message. Ephemeral messages have none."""
        kind = "global" if on is None else "message"
        known = self.slack.app.shortcuts
        assert known is None or known.get(callback_id, {}).get("type") == kind, f"No {kind} shortcut {callback_id!r}."
        if on is None:
            trigger_id = self.slack.triggers.give(self.id)
            payload = payloads.shortcut(self.slack, self.user, callback_id, trigger_id)
        else:
            assert not on.is_ephemeral, "Slack offers no shortcuts on a message that only one person sees."
            assert self.can_see(on.message), f"{self.name} cannot see that message."
            ids = {
                "response_url": self.slack.response_urls.give(self.id, on.message.channel, on.message),
                "trigger_id": self.slack.triggers.give(self.id, channel_id=on.message.channel.id),
            }
            payload = payloads.message_shortcut(self.slack, self.user, callback_id, on.message, **ids)
        return self._does("shortcut", payload, callback_id).run(wait=wait)

    def opens_home(self, *, tab: str = "home", wait: bool = True) -> Interaction:
        """Open the app's Home tab (or its messages tab); the app hears of it and may publish."""
        event = events.home_opened(self.slack, self.user, self.dm, tab)
        return self._hears(event, self.dm).run(wait=wait)

    def joins(self, channel: Channel, *, wait: bool = True) -> Interaction:
        """Become a member of a channel."""
        with self.slack.world.changing():
            channel.members.append(self.id)
        return self._hears(events.joined(self.slack, self.user, channel), channel).run(wait=wait)

    def leaves(self, channel: Channel, *, wait: bool = True) -> Interaction:
        """Cease to be a member of a channel."""
        with self.slack.world.changing():
            channel.members.remove(self.id)
        return self._hears(events.left(self.slack, self.user, channel), channel).run(wait=wait)

    def reloads(self) -> None:
        """Open Slack anew: ephemeral messages are gone."""
        for message in self.slack.world.messages:
            if message.only_for == self.id:
                self.slack.world.delete_message(message)

    # --- seeing ------------------------------------------------------------------------------------------------------

    def can_see(self, message: Message) -> bool:
        """Whether Slack shows this person the message: a public channel to every full member of the workspace."""
        if message.deleted:
            return False
        if message.only_for is not None:
            return message.only_for == self.id
        user, channel = self.user, message.channel
        is_full = user.team is self.slack.app.team and not user.is_restricted and not user.is_ultra_restricted
        return user.id in channel.members or (channel.kind == "public" and is_full)

    def sees(self, at: Channel | None = None) -> list[Seen]:
        """The messages in a channel, or everywhere, that this person can see, oldest first."""
        every = [one for one in self.slack.world.messages if at is None or one.channel is at]
        return [Seen(one, self.slack) for one in every if self.can_see(one)]

    def latest(self, at: Channel | None = None) -> Seen:
        """The last of them. Errors: AssertionError where there is none."""
        seen = self.sees(at)
        assert seen, f"{self.name} sees no message."
        return seen[-1]

    @property
    def modal(self) -> Modal | None:
        """The topmost modal before this person."""
        stack = self.slack.world.stack_of(self.id)
        return Modal(self, stack[-1]) if stack else None

    @property
    def home(self) -> Home | None:
        """The Home tab as it was last published."""
        view = self.slack.world.homes.get(self.id)
        return Home(view) if view else None

    def notice(self, text: str) -> None:
        """What Slack itself tells this person."""
        with self.slack.world.changing():
            self.notices.append(text)

    # --- for the screens ---------------------------------------------------------------------------------------------

    def act(
        self,
        place: Message | View,
        block: Json,
        element: Json,
        given: Mapping[str, Any],
        *,
        wait: bool = True,
        name: str = "",
    ) -> Interaction:
        """Send block_actions for an element of a message or view."""
        response_url = None
        if isinstance(place, Message):
            assert self.can_see(place), f"{self.name} cannot see that message."
            response_url = self.slack.response_urls.give(self.id, place.channel, place)
            trigger_id = self.slack.triggers.give(self.id, channel_id=place.channel.id)
        else:
            assert place.user is self.user, f"{self.name} cannot see that view."
            trigger_id = self.slack.triggers.give(self.id, place.id if place.kind == "modal" else None)
            if element["action_id"] in place.state.get(block["block_id"], {}) and given:
                place.state[block["block_id"]][element["action_id"]] = {"type": element["type"], **given}
        action = payloads.action_of(block["block_id"], element, given, self.slack.world.new_ts())
        payload = payloads.block_actions(
            self.slack, self.user, place, action, trigger_id=trigger_id, response_url=response_url
        )
        return self._does("press", payload, name or element["action_id"]).run(wait=wait)

    def ask(self, place: Message | View, block_id: str, action_id: str, typed: str) -> Interaction:
        """Ask the app for the options of a menu."""
        payload = payloads.block_suggestion(
            self.slack, self.user, place, block_id=block_id, action_id=action_id, typed=typed
        )
        return self._does("suggest", payload, action_id).run()

    def submit(self, view: View, asked: dict[str, str], tampered: Json, *, wait: bool) -> Interaction:
        """Send view_submission, unless Slack itself asks for something first."""
        trigger_id = self.slack.triggers.give(self.id, view.id)
        urls = [
            {"block_id": block, "action_id": action, "channel_id": channel_id, "response_url": self._url(channel_id)}
            for block, action, channel_id in payloads.response_targets(view)
        ]
        payload = payloads.view_submission(self.slack, view, trigger_id, urls)
        payload["view"] |= tampered
        submission = self._does("submit", payload, str(view.body.get("callback_id", "")))
        if asked:
            return submission.refuse(shown_errors(view, asked))
        submission.then = lambda ack: respond(view, submission, ack.payload, trigger_id)
        return submission.run(wait=wait)

    def close(self, view: View, *, all_of_them: bool) -> Interaction | None:
        """Close a modal, or all that lie open; view_closed goes out for the one that asked to be told."""
        stack = self.slack.world.stack_of(self.id)
        is_all = all_of_them or bool(view.body.get("clear_on_close"))
        self.slack.world.close_views(stack if is_all else [view])
        if not view.body.get("notify_on_close"):
            return None
        return self._does("close", payloads.view_closed(self.slack, view, is_cleared=is_all)).run()

    def _url(self, channel_id: str) -> str:
        return self.slack.response_urls.give(self.id, self.slack.world.channels[channel_id])

    def _does(self, what: What, payload: Json, name: str = "") -> Interaction:
        if what in ("press", "submit", "shortcut"):
            self.acted_at = self.slack.world.tick
        return Interaction(self.slack, self, what, parcel_for(what, payload), name)

    def _hears(self, event: events.Event | None, channel: Channel) -> Interaction:
        if event is None or not self.slack.app.subscribes_to(event.subscription):
            return _Unheard(self.slack, self, "event", parcel_for("event", {}))
        payload = payloads.event_callback(self.slack, event.body, channel)
        return self._does("event", payload, event.subscription)

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"


class _Unheard(Interaction):
    """What happened, but Slack tells the app nothing of."""

    def run(self, *, wait: bool = True) -> Interaction:  # noqa: ARG002
        return self.refuse({})


def _another(given: Json, value: str) -> Json:
    return {"selected_option": {**given["selected_option"], "value": value}}
