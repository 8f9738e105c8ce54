"""What Slack delivers, answered: acknowledge, find out who asks and where, run the command, send what it says.

A listener of bolt's only acknowledges and hands on: the work is done in a pool of its own, so that slow commands take
no thread that an acknowledgement needs. A dialogue is opened before that, since Slack allows three seconds for it.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import replace
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack
from slack_sdk import WebClient

import commands
from bot import forms, sharing
from bot.access import refusal
from bot.answer import Unanswered, attempt, guarded
from bot.buttons import Press, pressed
from bot.directory import Directory
from bot.log import Log
from bot.send import TROUBLE, Heard, Sender
from bot.typed import typed, without_code_marks, without_mention
from commands._reply import Action, Invalid, Option, Place, Reply, Request
from store import people, receipts
from store.database import Database

Json = Mapping[str, Any]

# A submitted form is answered within Slack's three seconds, or first with a word and then with the answer.
SUBMISSION_SECONDS = 2.0
SUGGESTION_SECONDS = 2.5
REMEMBERED_MOST = 10_000
LOCALE = "en_US"
HOME = "home"
# For strangers and other bots Slack takes no Home tab.
HAVE_A_HOME = ("member", "guest", "nobody")


class Listener:
    """One method for each thing that Slack delivers. `clock` gives the moment in UTC."""

    def __init__(
        self,
        db: Database,
        client: WebClient,
        directory: Directory,
        workers: Executor,
        log: Log,
        *,
        bot_user_id: str,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.db = db
        self.client = client
        self.directory = directory
        self.workers = workers
        self.log = log
        self.bot_user_id = bot_user_id
        self.clock = clock
        self.sender = Sender(client, log)
        self.sharing = sharing.Sharing(db, directory, self.sender, log, clock)
        self.triggers = _Once(REMEMBERED_MOST)
        self.answered = _Once(REMEMBERED_MOST)

    # --- what people do ----------------------------------------------------------------------------------------------

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
        self._hand_on(f"{body['command']} {typed(body.get('text') or '')}", heard)

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
        if heard.way == "view" or press.opens_form:
            opened = self._open(press, heard, is_in_a_dialogue=body.get("view", {}).get("type") == "modal")
            if opened is None:
                return
            heard = opened
        self._hand_on(Action(press.command, "", press.values), heard)

    def submit(self, ack: Ack, body: Json) -> None:
        """A form that was filled in: errors beside the fields, or what became of it in place of the form."""
        view, user_id = body["view"], body["user"]["id"]
        heard = Heard(user_id, "form", "view", view_id=view["id"], receipt=f"view {view['id']}")
        running = self.workers.submit(self._submitted, view, heard)
        try:
            reply, locale = running.result(SUBMISSION_SECONDS)
        except StillRunning:
            ack(response_action="update", view=forms.loading("One moment"))
            running.add_done_callback(lambda done: self.workers.submit(self._fill_in_later, done, view, heard))
            return
        except Unanswered as unanswered:
            beside = forms.errors(unanswered.errors, view)
            if beside:
                ack(response_action="errors", errors=beside)
            else:
                ack(response_action="update", view=forms.told(unanswered.reply))
            return
        ack(response_action="update", view=forms.view(reply.form, locale) if reply.form else forms.told(reply, locale))
        self.workers.submit(self._publish_home, user_id)

    def suggest(self, ack: Ack, body: Json) -> None:
        """What may follow the letters typed so far, for a live search; nothing where that cannot be said in time."""
        running = self.workers.submit(self._options, body)
        try:
            ack(options=forms.options(running.result(SUGGESTION_SECONDS)))
        except (StillRunning, Unanswered):
            ack(options=[])

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
        keys = (f"event {body['event_id']}", str(heard.receipt))
        self._hand_on(line or "/melktert", heard, keys)

    def home_opened(self, ack: Ack, body: Json) -> None:
        """Somebody looks at the Home tab."""
        ack()
        if body["event"].get("tab") == HOME:
            self.workers.submit(self._publish_home, body["event"]["user"])

    def person_changed(self, ack: Ack, body: Json) -> None:
        """Slack tells of a new or a changed member."""
        ack()
        profile = self.directory.read(body["event"]["user"])
        self.directory.learn(profile)
        self.workers.submit(self._remember, profile)

    # --- the work ----------------------------------------------------------------------------------------------------

    def _hand_on(self, asked: str | Action, heard: Heard, keys: tuple[str, ...] = ()) -> None:
        self.workers.submit(self._work, asked, heard, keys)

    def _work(self, asked: str | Action, heard: Heard, keys: tuple[str, ...]) -> None:
        """Answer one thing that was asked. `keys` are the names under which Slack may deliver it again."""
        locale, reply = LOCALE, None
        try:
            with guarded(self.log, asked=str(asked)):
                if keys and not self._is_first(keys):
                    return
                request = self._request(heard)
                locale = request.person.locale
                reply = self._reply(asked, request, heard)
        except Unanswered as unanswered:
            reply = unanswered.reply
        if reply is not None:
            self.sender.answer(reply, heard, locale)
        if heard.way == "view":
            self._publish_home(heard.user_id)

    def _reply(self, asked: str | Action, request: Request, heard: Heard) -> Reply | None:
        if isinstance(asked, Action) and asked.command == sharing.COMMAND:
            return self.sharing.share(asked.values, request, heard)
        reply = attempt(self.db, asked, request, self.log)
        if reply.again is not None and self.answered.is_new(heard.user_id):
            self.workers.submit(self._was_answered, request)
        return self.sharing.offered(reply, request.place)

    def _submitted(self, view: Json, heard: Heard) -> tuple[Reply, str]:
        """What became of a submitted form, and the person's locale. Errors: Unanswered."""
        with guarded(self.log, asked="a form"):
            try:
                press = forms.submitted(view)
            except Invalid as invalid:
                raise Unanswered.because(str(invalid)) from None
            request = replace(self._request(heard), values=press.values)
            return attempt(self.db, Action(press.command, "", press.values), request, self.log), request.person.locale

    def _fill_in_later(self, done: "Future[tuple[Reply, str]]", view: Json, heard: Heard) -> None:
        """The end of a submission that took longer than Slack waits."""
        try:
            reply, locale = done.result()
        except Unanswered as unanswered:
            if unanswered.errors:
                self._show(forms.again(view, unanswered.errors), unanswered.reply, heard)
            else:
                self.sender.answer(unanswered.reply, heard, LOCALE)
            return
        self.sender.answer(reply, heard, locale)
        self._publish_home(heard.user_id)

    def _show(self, view: Json, otherwise: Reply, heard: Heard) -> None:
        try:
            self.client.views_update(view_id=heard.view_id, view=dict(view))
        except TROUBLE:
            self.sender.answer(otherwise, heard, LOCALE)

    def _options(self, body: Json) -> Sequence[Option]:
        """Errors: Unanswered."""
        with guarded(self.log, asked="a live search"):
            asked = forms.asked(body)
            routed = commands.route(asked.command, "")
            if routed is None or routed[0].suggest is None:
                return ()
            command = routed[0]
            request = replace(self._request(Heard(body["user"]["id"], "form", "view")), values=asked.values)
            if refusal(command.policy, request.person, request.place) or command.suggest is None:
                return ()
            return command.suggest(request, self.db, asked.field, asked.typed)

    def _publish_home(self, user_id: str) -> None:
        heard = Heard(user_id, "home", "home")
        locale = LOCALE
        try:
            with guarded(self.log, asked="the Home tab"):
                request = self._request(heard)
                locale = request.person.locale
                if request.person.kind not in HAVE_A_HOME:
                    return
                reply = attempt(self.db, HOME, request, self.log)
        except Unanswered as unanswered:
            reply = unanswered.reply
        self.sender.answer(reply, heard, locale)

    def _remember(self, profile: people.Person) -> None:
        try:
            with guarded(self.log, asked=f"remember {profile.slack_user_id}"), self.db.writing() as connection:
                people.remember(connection, [profile], self.clock())
        except Unanswered as unanswered:
            self.log.note("somebody was not remembered", unanswered)

    # --- who, where, when, and whether before -------------------------------------------------------------------------

    def _request(self, heard: Heard) -> Request:
        """Errors: sqlalchemy.exc.OperationalError."""
        now = self.clock()
        person = self.directory.person(heard.user_id)
        in_private = heard.way in ("view", "home") or heard.channel_id is None
        return Request(
            now=now,
            today=now.astimezone(ZoneInfo(person.zone)).date(),
            person=person,
            place=Place("home") if in_private else self.directory.place(str(heard.channel_id)),
            origin=heard.origin,
            receipt=heard.receipt,
        )

    def _is_first(self, keys: tuple[str, ...]) -> bool:
        """Slack delivers an event twice, also under another id; each of its names is taken in one transaction."""
        with self.db.writing() as connection:
            claimed = [receipts.claim(connection, key, self.clock()) for key in keys]
        return all(claimed)

    def _was_answered(self, request: Request) -> None:
        """Remember who has seen a customer's figures at least once: the Home tab's first steps end there."""
        known = self.directory.profile(str(request.person.slack_user_id))
        if known is None:
            return
        try:
            with guarded(self.log, asked="first answer"), self.db.writing() as connection:
                people.remember(connection, [known], request.now)
                people.answered(connection, known.slack_user_id, request.now)
        except Unanswered as unanswered:
            self.log.note("a first answer was not remembered", unanswered)

    def _open(self, press: Press, heard: Heard, *, is_in_a_dialogue: bool) -> Heard | None:
        """A dialogue that says "One moment …", to be filled; None where Slack opens none, which the person is told."""
        if is_in_a_dialogue and not press.opens_form:
            return heard
        open_view = self.client.views_push if is_in_a_dialogue else self.client.views_open
        try:
            answer = open_view(trigger_id=heard.trigger_id, view=forms.loading("Melktert"))
        except TROUBLE as error:
            reference = self.log.failure(error, opening=press.command)
            said = f"Slack did not open the dialogue; that is noted under {reference}."
            way = heard if heard.way == "url" else replace(heard, way="message", channel_id=None)
            self._tell(Unanswered.because(said, "Press the button once more.").reply, way)
            return None
        return replace(heard, way="view", view_id=answer["view"]["id"])

    def _tell(self, reply: Reply, heard: Heard) -> None:
        self.workers.submit(self.sender.answer, reply, heard, LOCALE)


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
