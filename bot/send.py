"""Sending an answer to where it is read: a response_url, a conversation, a dialogue, the Home tab.

Slack has no idempotency key, so nothing is sent a second time by itself but what Slack refused with 429, and what fills
a dialogue, which is the same however often it is filled. Where Slack refuses an answer, or breaks off, it goes another
way to the same person, and says so: at worst it is read twice, which a private answer may be, but it is never missing
(docs/decisions/0005).
"""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from http.client import HTTPException
from threading import Event
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.web import SlackResponse

from bot import forms
from bot.answer import Unanswered, guarded
from bot.log import Log
from bot.posting import RETRIES_MOST, BriefRateLimitHandler, Posting
from bot.render import home, payload
from bot.wording import plain
from commands._reply import Chart, Note, Reply

Json = dict[str, Any]

# Slack refuses, does not answer, answers nonsense, or breaks off.
TROUBLE = (SlackClientError, OSError, HTTPException)
TIMEOUT_SECONDS = 10
# So often, and after such a pause, is a dialogue filled again that Slack did not take.
FILLED_AGAIN_MOST = 3
FILLED_AGAIN_SECONDS = 1.0
PRESS_AGAIN = "Close it, and press the button once more."
# What Slack says, if it says anything, where the same may go well a moment later.
_PASSING = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
# What Slack says to blocks that it cannot draw; the words alone it will take.
_OF_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments")


class NotTakenError(Exception):
    """Slack answered a response_url with an error."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"Slack answered {status} {words[:200]}")
        self.words = words


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that somebody did in Slack, and the way on which they wait for an answer.

    `way` is "url" (its response_url), "message" (a conversation with the bot), "ephemeral" (in a channel), "view" (a
    dialogue) or "home". `receipt` is Slack's own id of it; `message_ts` the message whose button was pressed,
    `view_hash` Slack's name for the dialogue as it was then.
    """

    user_id: str
    origin: Literal["command", "message", "button", "form", "shortcut", "home"]
    way: Literal["url", "message", "ephemeral", "view", "home"]
    channel_id: str | None = None
    response_url: str = ""
    trigger_id: str = ""
    view_id: str = ""
    view_hash: str = ""
    thread_ts: str | None = None
    message_ts: str = ""
    receipt: str | None = None


def posting_client(token: str, base_url: str, *, is_patient: bool = False) -> WebClient:
    """A client that never posts twice; slack_sdk's own does where the connection breaks after Slack took the post.

    A patient one waits after a 429 for as long as Slack says.
    """
    return WebClient(token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=_retries(is_patient=is_patient))


def _retries(*, is_patient: bool = False) -> list[RetryHandler]:
    handler = RateLimitErrorRetryHandler if is_patient else BriefRateLimitHandler
    return [handler(max_retry_count=RETRIES_MOST)]


class Sender:
    """Sends replies. Errors: none; what cannot be sent on any way is in the log.

    `patient` runs what has to wait for Slack, with a client of its own; everybody else goes on meanwhile.
    """

    def __init__(self, client: WebClient, patient_client: WebClient, patient: Executor, log: Log) -> None:
        self.client = client
        self.patient_client = patient_client
        self.patient = patient
        self.log = log
        self.posting = Posting(timeout_seconds=TIMEOUT_SECONDS)

    def answer(self, reply: Reply, to: Heard, locale: str) -> None:
        """Show the reply to the person who waits for it, and to nobody else."""
        try:
            with guarded(self.log, drawing=to.way):
                message = _draw(reply, to, locale)
        except Unanswered as unanswered:
            reply = unanswered.reply
            message = _draw(reply, to, locale)
        try:
            self._send(message, to, self.client)
        except NotTakenError as error:
            self.patient.submit(self._otherwise, reply, to, locale, error, error.words)
        except TROUBLE as error:
            if to.way == "view" and _may_pass(error):
                self.patient.submit(self._fill_later, message, reply, to, locale, error)
            else:
                self.patient.submit(self._otherwise, reply, to, locale, error, _error_of(error))
        if reply.chart is not None:
            self.patient.submit(self._picture, reply.chart, to, locale)

    def fill(self, view: Json, otherwise: Reply, to: Heard, locale: str) -> None:
        """Put this view into the dialogue of a submitted form, at last `otherwise` where Slack does not take it."""
        try:
            self.client.views_update(view_id=to.view_id, view=view)
        except TROUBLE as error:
            self.patient.submit(self._fill_later, view, otherwise, to, locale, error)

    def share(self, reply: Reply, heard: Heard, locale: str) -> None:
        """Show the reply to everybody in the channel. Errors: NotTakenError, TROUBLE."""
        self._to_url(payload(reply, locale, seen_by="channel", shared_by=heard.user_id), heard)

    def _send(self, message: Json, to: Heard, client: WebClient) -> None:
        match to.way:
            case "url":
                self._to_url(message, to)
            case "message":
                where = to.channel_id or to.user_id
                client.chat_postMessage(channel=where, **_posted(message, to), unfurl_links=False, unfurl_media=False)
            case "ephemeral":
                client.chat_postEphemeral(channel=str(to.channel_id), user=to.user_id, **_posted(message, to))
            case "view":
                client.views_update(view_id=to.view_id, view=message)
            case "home":
                client.views_publish(user_id=to.user_id, view=message)

    def _picture(self, chart: Chart, to: Heard, locale: str) -> None:
        # Loaded here: to draw takes libraries that most answers do not need.
        from bot import pictures  # noqa: PLC0415

        try:
            with guarded(self.log, drawing=chart.name):
                try:
                    pictures.send(self.patient_client, chart, to.user_id, locale)
                except TROUBLE as error:
                    reference = self.log.failure(error, sending=chart.name)
                    said = f"Slack did not take the picture; that is noted under {reference}. Ask for it once more."
                    raise Unanswered.because(said) from error
        except Unanswered as unanswered:
            self.answer(unanswered.reply, replace(to, way="message", channel_id=None, thread_ts=None), locale)

    def _to_url(self, message: Json, to: Heard) -> None:
        thread = {"thread_ts": to.thread_ts} if to.thread_ts else {}
        answered = self.posting.post(to.response_url, {**message, **thread, "replace_original": False})
        if answered.status != 200:
            raise NotTakenError(answered.status, answered.words)

    def _fill_later(self, view: Json, otherwise: Reply, to: Heard, locale: str, error: Exception) -> None:
        """The same view again, while Slack may yet take it; else the reply on another way."""
        self.log.note("a dialogue could not be filled at once", error)
        for _ in range(FILLED_AGAIN_MOST):
            Event().wait(FILLED_AGAIN_SECONDS)
            try:
                self._update(view, to)
                return
            except TROUBLE as trouble:
                error = trouble
                if not _may_pass(trouble):
                    break
        # The dialogue is not any more what it was: it was filled after all, or the person has gone on in it.
        if otherwise.form is None or _error_of(error) != "hash_conflict":
            self._otherwise(otherwise, to, locale, error, _error_of(error))

    def _update(self, view: Json, to: Heard) -> None:
        """Fill a dialogue, unless the person has gone on in it since."""
        self.patient_client.views_update(view_id=to.view_id, view=view, hash=to.view_hash or None)

    def _otherwise(self, reply: Reply, to: Heard, locale: str, error: Exception, words: str) -> None:
        """The same reply on another way; its words alone, where it is the drawing that is at fault."""
        reference = self.log.failure(error, sending=to.way, origin=to.origin)
        if reply.form is not None:
            reply = Unanswered.because(f"Slack did not fill the dialogue “{reply.form.title}”.", PRESS_AGAIN).reply
        is_drawing = any(word in words for word in _OF_BLOCKS)
        if is_drawing:
            reply = Reply((plain(reply.headline, locale),), (plain(reply.summary or reply.headline, locale),))
        said = Note((f"Slack did not take this answer at first; that is noted under {reference}.",), "quiet")
        reply = replace(reply, parts=(*reply.parts, said))
        private = replace(to, way="message", channel_id=None, thread_ts=None)
        other = [replace(to, way="ephemeral")] if to.way == "url" and to.channel_id else []
        # What Slack does not draw in a dialogue is told there in words, lest it say "One moment …" for ever.
        other = [to] if to.way == "view" and is_drawing else other
        for way in [] if to.way == "home" else [*other, private]:
            try:
                if way.way == "view":
                    self._update(_draw(reply, way, locale), way)
                else:
                    self._send(_draw(reply, way, locale), way, self.patient_client)
                return
            except TROUBLE as trouble:
                self.log.note("an answer did not get through on another way either", trouble, reference=reference)


def _posted(message: Json, to: Heard) -> Json:
    return {"text": message["text"], "blocks": message["blocks"], "thread_ts": to.thread_ts}


def _draw(reply: Reply, to: Heard, locale: str) -> Json:
    """What Slack is sent on this way."""
    match to.way:
        case "view":
            return forms.view(reply.form, locale) if reply.form else forms.told(reply, locale)
        case "home":
            return home(reply, locale)
        case "message":
            return payload(reply, locale, seen_by="dm")
    return payload(reply, locale)


def _may_pass(error: Exception) -> bool:
    """Whether the same call may go well a moment later: not where Slack has said what it does not like about it."""
    if not isinstance(error, SlackApiError):
        return True
    status = error.response.status_code if isinstance(error.response, SlackResponse) else 0
    return status >= 500 or _error_of(error) in _PASSING


def _error_of(error: BaseException) -> str:
    response: Mapping[str, Any] | Any = error.response if isinstance(error, SlackApiError) else {}
    return str(response.get("error", "")) if hasattr(response, "get") else ""
