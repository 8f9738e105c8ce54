"""What Slack delivers: acknowledged, told apart, and handed on to whoever does the work (docs/decisions/0006).

A listener runs in the thread that took the delivery, and Slack has its acknowledgement when it returns; so it waits for
nothing. Only a submitted form and a live search, whose acknowledgement is the answer, may take their seconds.
"""

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import replace
from threading import BoundedSemaphore, Lock
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot import forms
from bot.answer import Unanswered, apology, guarded
from bot.buttons import Press, pressed
from bot.messages import OF_MESSAGE, values_of
from bot.pools import Pools
from bot.send import TROUBLE, Heard
from bot.typed import typed, without_code_marks, without_mention
from bot.working import HOME, LOCALE, Work
from commands._reply import Action, Invalid, Reply

Json = Mapping[str, Any]

SUGGESTION_SECONDS = 2.5
# Each letter that somebody types into a live search holds a thread; the others are left for acknowledgements.
SUGGESTIONS_AT_ONCE = 8
REMEMBERED_MOST = 10_000


class Listener:
    """One method for each thing that Slack delivers. `opening` opens dialogues, and so must not wait long."""

    def __init__(self, work: Work, pools: Pools, opening: WebClient, *, bot_user_id: str) -> None:
        self.work = work
        self.pools = pools
        self.opening = opening
        self.bot_user_id = bot_user_id
        self.triggers = _Once(REMEMBERED_MOST)
        self.searches = BoundedSemaphore(SUGGESTIONS_AT_ONCE)

    def command(self, ack: Ack, body: Json) -> None:
        """A slash command."""
        ack()
        if not self.triggers.is_new(body["trigger_id"]):
            return
        heard = Heard(
            user_id=body["user_id"],
            origin="command",
            way="url",
            channel_id=body["channel_id"],
            response_url=body["response_url"],
            trigger_id=body["trigger_id"],
            receipt=body["trigger_id"],
        )
        line = f"{body['command']} {typed(body.get('text') or '')}"
        self.pools.workers.submit(self.work.answer, line, heard)

    def press(self, ack: Ack, body: Json) -> None:
        """A button or a menu, in a message, a dialogue or the Home tab."""
        ack()
        if not self.triggers.is_new(body["trigger_id"]):
            return
        heard = _of_press(body)
        try:
            press = pressed(body["actions"][0])
        except Invalid as invalid:
            self._tell(Unanswered.because(str(invalid)).reply, heard)
            return
        self._hand_on(press, heard)

    def shortcut(self, ack: Ack, body: Json) -> None:
        """A shortcut: its callback_id is the command whose form it opens."""
        ack()
        if not self.triggers.is_new(body["trigger_id"]):
            return
        trigger_id = body["trigger_id"]
        heard = Heard(body["user"]["id"], "shortcut", "view", trigger_id=trigger_id, receipt=trigger_id)
        self._hand_on(Press(body["callback_id"], {}, opens_form=True), heard)

    def message_shortcut(self, ack: Ack, body: Json) -> None:
        """A shortcut in a message's own menu: the form that it opens begins with what the message says."""
        ack()
        if not self.triggers.is_new(body["trigger_id"]):
            return
        trigger_id = body["trigger_id"]
        heard = Heard(body["user"]["id"], "shortcut", "view", trigger_id=trigger_id, receipt=trigger_id)
        command = body["callback_id"].removesuffix(OF_MESSAGE)
        self._hand_on(Press(command, values_of(body), opens_form=True), heard)

    def suggest(self, ack: Ack, body: Json) -> None:
        """What may follow the letters typed so far, for a live search; nothing where that cannot be said in time."""
        if not self.searches.acquire(blocking=False):
            ack(options=[])
            return
        try:
            running = self.pools.workers.submit(self.work.options, body)
            try:
                ack(options=forms.options(running.result(SUGGESTION_SECONDS)))
            except (StillRunning, Unanswered):
                running.cancel()
                ack(options=[])
        finally:
            self.searches.release()

    def message(self, ack: Ack, body: Json) -> None:
        """A direct message to the bot, or a mention of it in a channel."""
        ack()
        event = body["event"]
        if event.get("bot_id") or event.get("subtype") not in (None, "file_share", "thread_broadcast"):
            return
        is_direct = event.get("channel_type") == "im" or event["channel"].startswith("D")
        heard = Heard(
            user_id=event["user"],
            origin="message",
            way="message" if is_direct else "ephemeral",
            channel_id=event["channel"],
            thread_ts=event.get("thread_ts"),
            receipt=f"message {body['team_id']} {event['channel']} {event['ts']}",
        )
        line = without_code_marks(typed(without_mention(event.get("text") or "", self.bot_user_id)))
        self.pools.receivers.submit(self._receive, line or "/melktert", heard, f"event {body['event_id']}")

    def home_opened(self, ack: Ack, body: Json) -> None:
        """Somebody looks at the Home tab."""
        ack()
        if body["event"].get("tab") == HOME:
            self.pools.workers.submit(self.work.publish_home, body["event"]["user"])

    def person_changed(self, ack: Ack, body: Json) -> None:
        """Slack tells of a new or a changed member."""
        ack()
        self.pools.receivers.submit(self.work.remember, self.work.directory.learn(body["event"]["user"]))

    def failed(self, error: Exception, body: Json) -> None:
        """What bolt calls where a listener raised: a defect, or something that Slack has never sent before. Whoever did
        it is told by direct message, since no other way is known to be there.
        """
        reference = self.work.log.failure(error, delivered=str(body.get("type") or body.get("command") or ""))
        user = body.get("user")
        user_id = user.get("id") if isinstance(user, Mapping) else body.get("user_id")
        if isinstance(user_id, str) and user_id:
            self._tell(apology(reference, self.work.log).reply, Heard(user_id, "message", "message"))

    def _receive(self, line: str, heard: Heard, event: str) -> None:
        """Hand on what was not delivered before. This may wait for the database, and so has threads of its own."""
        try:
            with guarded(self.work.log, asked=line):
                if not self.work.is_first((event, str(heard.receipt))):
                    return
        except Unanswered as unanswered:
            self._tell(unanswered.reply, heard)
            return
        self.pools.workers.submit(self.work.answer, line, heard)

    def _hand_on(self, press: Press, heard: Heard) -> None:
        """What answers in a dialogue has one first: a new one, or the one in which the button was."""
        if not heard.view_id and (heard.way == "view" or press.opens_form):
            self.pools.openers.submit(self._open, press, heard)
        else:
            self.pools.workers.submit(self.work.answer, Action(press.command, "", press.values), heard)

    def _open(self, press: Press, heard: Heard) -> None:
        """A dialogue that says "One moment …", and the work that fills it; where Slack opens none, the person is told.

        Slack allows three seconds for it, however busy the workers are, so openers have threads of their own.
        """
        try:
            client = self.opening
            answer = client.views_open(trigger_id=heard.trigger_id, view=forms.loading("Melktert"))
        except TROUBLE as error:
            reference = self.work.log.failure(error, opening=press.command)
            said = f"Slack did not open the dialogue; that is noted under {reference}."
            way = heard if heard.way == "url" else replace(heard, way="message", channel_id=None)
            self._tell(Unanswered.because(said, "Press the button once more.").reply, way)
            return
        heard = replace(heard, way="view", view_id=answer["view"]["id"], view_hash=answer["view"].get("hash", ""))
        self.pools.workers.submit(self.work.answer, Action(press.command, "", press.values), heard)

    def _tell(self, reply: Reply, heard: Heard) -> None:
        self.pools.workers.submit(self.work.sender.answer, reply, heard, LOCALE)


def _of_press(body: Json) -> Heard:
    message, view, channel = body.get("message") or {}, body.get("view") or {}, body.get("channel") or {}
    container = body.get("container") or {}
    return Heard(
        user_id=body["user"]["id"],
        origin="button",
        way="view" if view else "url",
        channel_id=None if view else channel.get("id") or container.get("channel_id"),
        response_url=body.get("response_url") or "",
        trigger_id=body["trigger_id"],
        view_id=view.get("id", "") if view.get("type") == "modal" else "",
        view_hash=view.get("hash", ""),
        thread_ts=None if view else container.get("thread_ts") or message.get("thread_ts"),
        message_ts=str(message.get("ts") or container.get("message_ts") or ""),
        receipt=body["trigger_id"],
    )


class _Once:
    """Which of the last things are new. Forgotten with the process, which is enough for what Slack may send twice
    within seconds; what must never be done twice has a receipt in the database.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: OrderedDict[str, None] = OrderedDict()
        self.lock = Lock()

    def is_new(self, key: str) -> bool:
        with self.lock:
            if key in self.seen:
                return False
            self.seen[key] = None
            if len(self.seen) > self.most:
                self.seen.popitem(last=False)
            return True
