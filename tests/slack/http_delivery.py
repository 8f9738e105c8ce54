"""Signed HTTP: docs.slack.dev/authentication/verifying-requests-from-slack and docs.slack.dev/apis/events-api.

Everything is signed with the app's signing secret (v0) over the moment and the body, and must be answered within three
seconds. Slack signs with the time of the computer: the app reads its own clock, not the one that a test moves.
"""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urlsplit

from tests.slack.courier import Ack, NotAcknowledged, Parcel

if TYPE_CHECKING:
    from tests.slack.slack import Slack

USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
Forgery = Literal["wrong_secret", "old", "no_signature", "no_timestamp", "changed_body"]
OLD_SECONDS = 6 * 60


@dataclass(frozen=True)
class Reply:
    """What the app answered to something forged."""

    status: int
    body: bytes


class HttpDelivery:
    """Posts to the app's Request URL; where there is none, the app is in Socket Mode."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack
        self.request_url: str | None = None

    def send(self, parcel: Parcel, limit_seconds: float) -> Ack:
        """Post and read the answer. Errors: NotAcknowledged."""
        kind, body = encode(parcel)
        headers = self.signed(body, int(time.time())) | {"Content-Type": kind}
        if parcel.retry:
            headers |= {"X-Slack-Retry-Num": str(parcel.retry[0]), "X-Slack-Retry-Reason": parcel.retry[1]}
        began = time.monotonic()
        try:
            status, answered, content = self._post(body, headers, limit_seconds)
        except TimeoutError:
            raise NotAcknowledged("operation_timeout", "http_timeout") from None
        except (OSError, http.client.HTTPException):
            raise NotAcknowledged("dispatch_failed", "connection_failed") from None
        seconds = time.monotonic() - began
        if seconds > limit_seconds:
            raise NotAcknowledged("operation_timeout", "http_timeout")
        if not 200 <= status < 300:
            may_retry = answered.get("x-slack-no-retry") != "1"
            raise NotAcknowledged("dispatch_failed", "http_error", may_retry=may_retry)
        return Ack(_read(answered.get("content-type", ""), content), seconds, status, answered)

    def verify_url(self) -> None:
        """Send the challenge that Slack sends when a Request URL is entered. Errors: AssertionError."""
        challenge = self._slack.world.new_id("challenge")
        body = json.dumps(
            {"token": self._slack.app.verification_token, "challenge": challenge, "type": "url_verification"}
        ).encode()
        headers = self.signed(body, int(time.time())) | {"Content-Type": "application/json"}
        status, answered, content = self._post(body, headers, self._slack.ack_limit_seconds)
        given = _read(answered.get("content-type", ""), content)
        value = given.get("challenge") if isinstance(given, dict) else given
        assert (status, value) == (200, challenge), f"The Request URL did not answer the challenge: {status} {given!r}"

    def send_forged(self, how: Forgery, parcel: Parcel) -> Reply:
        """Post what Slack never sent; a correct app answers 401 or so, and does nothing."""
        kind, body = encode(parcel)
        moment = int(time.time()) - (OLD_SECONDS if how == "old" else 0)
        headers = self.signed(body, moment, "another-secret" if how == "wrong_secret" else None)
        if how == "no_signature":
            del headers["X-Slack-Signature"]
        if how == "no_timestamp":
            del headers["X-Slack-Request-Timestamp"]
        if how == "changed_body":
            body += b" " if kind == "application/json" else b"&text=changed"
        status, _, content = self._post(body, headers | {"Content-Type": kind}, self._slack.ack_limit_seconds)
        return Reply(status, content)

    def signed(self, body: bytes, moment: int, secret: str | None = None) -> dict[str, str]:
        """The headers with which Slack proves that a body comes from it."""
        key = (secret or self._slack.app.signing_secret).encode()
        digest = hmac.new(key, b"v0:%d:%s" % (moment, body), hashlib.sha256).hexdigest()
        return {
            "User-Agent": USER_AGENT,
            "X-Slack-Request-Timestamp": str(moment),
            "X-Slack-Signature": f"v0={digest}",
        }

    def _post(self, body: bytes, headers: dict[str, str], limit_seconds: float) -> tuple[int, dict[str, str], bytes]:
        assert self.request_url is not None, "Tell the stand-in the app's address: slack.http.request_url = …"
        url = urlsplit(self.request_url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=limit_seconds)
        try:
            connection.request("POST", url.path or "/", body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()


def encode(parcel: Parcel) -> tuple[str, bytes]:
    """How each kind is posted: a command as a form, an interaction as JSON in a form, an event as JSON."""
    if parcel.kind == "events_api":
        return "application/json", json.dumps(parcel.payload).encode()
    form = dict(parcel.payload) if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def _read(content_type: str, content: bytes) -> Any:
    text = content.decode()
    if content_type.startswith("application/json") and text.strip():
        return json.loads(text)
    return text or None
