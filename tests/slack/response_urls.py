"""response_url: five answers within thirty minutes to whoever interacted, in any conversation.

docs.slack.dev/interactivity/handling-user-interaction, "Message responses". Used or expired addresses answer 404 with
used_url or expired_url, as Slack's servers do.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.slack.complaints import Complaint
from tests.slack.content import check_content
from tests.slack.gateway import Answer, after
from tests.slack.http_body import JSON, form, json_object
from tests.slack.refusal import Refusal
from tests.slack.world import Channel, Json, Message

if TYPE_CHECKING:
    from tests.slack.slack import Slack

USES = 5
MINUTES = 30
FIELDS = frozenset(
    {"text", "blocks", "attachments", "metadata", "response_type", "replace_original", "delete_original", "thread_ts"}
    | {"mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media"}
)


@dataclass
class ResponseUrl:
    """One address: to whom, where, and what "the original" is."""

    name: str
    user_id: str
    channel: Channel
    made_at: float
    original: Message | None
    uses: int = 0


class ResponseUrls:
    """The addresses that Slack has handed out."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack
        self._numbers = itertools.count(1)
        self._given: dict[str, ResponseUrl] = {}

    def give(self, user_id: str, channel: Channel, original: Message | None = None) -> str:
        name = f"{self._slack.app.team.id}.{next(self._numbers):06d}"
        self._given[name] = ResponseUrl(name, user_id, channel, self._slack.clock.now(), original)
        return f"{self._slack.url}/commands/{name}"

    def answer(self, name: str, content_type: str, body: bytes) -> Answer:
        """Answer one post to an address."""
        try:
            self._take(name, content_type, body)
        except Refusal as refusal:
            status = 404 if refusal.error in ("used_url", "expired_url", "invalid_url") else 400
            self._slack.complaints.add(Complaint("response_url", refusal.error, "; ".join(refusal.messages)))
            return after(self._slack, "response_url", Answer.of(refusal.answer(), status))
        # Slack answers a response_url with the bare text "ok".
        return after(self._slack, "response_url", Answer(200, b"ok", {"Content-Type": "text/html"}))

    def _take(self, name: str, content_type: str, body: bytes) -> None:
        url = self._given.get(name)
        if url is None:
            raise Refusal("invalid_url")
        if self._slack.clock.now() - url.made_at > MINUTES * 60:
            raise Refusal("expired_url")
        if url.uses >= USES:
            raise Refusal("used_url")
        is_json = content_type.partition(";")[0].strip().lower() == JSON
        payload = json_object(body) if is_json else json_object(form(body).get("payload", "").encode())
        with self._slack.world.changing():
            self.apply(url.name, payload)
        url.uses += 1

    def apply(self, name: str, payload: Mapping[str, Any]) -> Message | None:
        """Do what a payload says; also used for the answer that stands in an acknowledgement.

        Errors: Refusal.
        """
        url = self._given[name]
        if unknown := sorted(set(payload) - FIELDS):
            raise Refusal("invalid_payload", *(f"[ERROR] invalid additional property: {one}" for one in unknown))
        if payload.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
            raise Refusal("invalid_payload", f"[ERROR] unsupported value: {payload['response_type']}")
        if payload.get("delete_original"):
            self._delete(url)
            return None
        content = check_content(payload, make_id=self._slack.world.new_id)
        original = url.original
        if payload.get("replace_original") and original is not None and not original.deleted:
            changes: Json = {"text": content.text or "", "blocks": content.blocks or []}
            changes |= {"attachments": content.attachments or [], "edited_ts": self._slack.world.new_ts()}
            self._slack.world.change_message(original, **changes)
            return original
        app = self._slack.app
        message = Message(url.channel, self._slack.world.new_ts(), app.bot.id, content.text or "")
        message.blocks, message.attachments = content.blocks or [], content.attachments or []
        message.metadata, message.bot_id, message.app_id = content.metadata, app.bot_id, app.app_id
        message.thread_ts = str(payload["thread_ts"]) if payload.get("thread_ts") else None
        message.only_for = None if payload.get("response_type") == "in_channel" else url.user_id
        self._slack.world.add_message(message)
        if url.original is None:
            url.original = message
        return message

    def _delete(self, url: ResponseUrl) -> None:
        if url.original is None or url.original.deleted:
            raise Refusal("message_not_found")
        self._slack.world.delete_message(url.original)


class Uploads:
    """The addresses that files.getUploadURLExternal gives."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack

    def answer(self, file_id: str, content_type: str, body: bytes) -> Answer:
        from tests.slack.http_body import MULTIPART, parts
        from tests.slack.web_api.files import take_upload

        try:
            file = self._slack.world.files.get(file_id)
            if file is None:
                raise Refusal("invalid_url")
            if content_type.partition(";")[0].strip().lower() == MULTIPART:
                body = next(iter(parts(content_type, body).values()))
            take_upload(file, body)
        except Refusal as refusal:
            self._slack.complaints.add(Complaint("upload", refusal.error, "; ".join(refusal.messages)))
            return after(self._slack, "upload", Answer(400, refusal.error.encode(), {"Content-Type": "text/plain"}))
        return after(self._slack, "upload", Answer(200, f"OK - {len(body)}".encode(), {"Content-Type": "text/plain"}))
