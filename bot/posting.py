"""Posting JSON to the addresses that Slack gives for answers, over connections that stay open for the next answer.

To open a connection costs more than to post on it: by TLS two journeys to Slack and back, while somebody waits. Nothing
is posted a second time by itself but what Slack refused with 429: where a connection breaks, Slack may have taken it.
"""

import json
import select
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient

# Whoever waits for an answer waits this long for a busy Slack; then the answer goes another way.
BRIEF_SECONDS = 3
RETRIES_MOST = 2

# A connection that has idled for longer may be about to be closed at Slack's end, just as we write.
IDLE_SECONDS_MOST = 5.0
KEPT_MOST = 8
HEADERS = {"Content-Type": "application/json;charset=utf-8", "User-Agent": "Melktert"}

Address = tuple[str, str]  # https, hooks.slack.com


@dataclass(frozen=True, slots=True)
class Answered:
    """What Slack said to a post."""

    status: int
    words: str


class BriefRateLimitHandler(RateLimitErrorRetryHandler):
    """Waits after a 429 where that is short: whoever waits for longer waits in nobody's way (`Sender.patient`)."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or not super()._can_retry(state=state, request=request, response=response, error=error):
            return False
        headers = {name.lower(): values for name, values in response.headers.items()}
        return _brief_seconds(next(iter(headers.get("retry-after", [])), "")) is not None


class Posting:
    """Posts, each again where Slack refuses it with a 429 and asks for no more than BRIEF_SECONDS, RETRIES_MOST times.

    Safe to share between threads.
    """

    def __init__(self, *, timeout_seconds: int) -> None:
        self.timeout_seconds = timeout_seconds
        self._proxies = getproxies()
        self._tls = ssl.create_default_context()
        self._lock = threading.Lock()
        self._idle: dict[Address, list[tuple[HTTPConnection, float]]] = {}

    def post(self, url: str, message: Mapping[str, Any]) -> Answered:
        """Post the message, and wait for what Slack says. Errors: OSError, http.client.HTTPException."""
        parts = urlsplit(url)
        if parts.scheme in self._proxies and not proxy_bypass(parts.netloc):
            return self._by_proxy(url, message)
        body = json.dumps(message).encode()
        answered, wait_seconds = self._once(url, body)
        for _ in range(RETRIES_MOST):
            if answered.status != 429 or wait_seconds is None:
                break
            time.sleep(wait_seconds)
            answered, wait_seconds = self._once(url, body)
        return answered

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection, _ in connections:
                connection.close()

    def _once(self, url: str, body: bytes) -> tuple[Answered, int | None]:
        """What Slack says, and for how long to wait before the next try, where it says that and it is not too long."""
        parts = urlsplit(url)
        address = (parts.scheme, parts.netloc)
        connection = self._take(address)
        try:
            connection.request("POST", f"{parts.path}?{parts.query}".rstrip("?"), body, HEADERS)
            answer = connection.getresponse()
            answered = Answered(answer.status, answer.read().decode("utf-8", "replace"))
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._put(address, connection)
        return answered, _brief_seconds(answer.headers.get("retry-after") or "")

    def _take(self, address: Address) -> HTTPConnection:
        """The connection used last, since it is the least likely to have been closed; else a new one."""
        while True:
            with self._lock:
                idle = self._idle.get(address)
                kept, since = idle.pop() if idle else (None, 0.0)
            if kept is None:
                scheme, place = address
                if scheme == "http":
                    return HTTPConnection(place, timeout=self.timeout_seconds)
                return HTTPSConnection(place, timeout=self.timeout_seconds, context=self._tls)
            if time.monotonic() - since <= IDLE_SECONDS_MOST and not _has_news(kept):
                return kept
            kept.close()

    def _put(self, address: Address, connection: HTTPConnection) -> None:
        with self._lock:
            idle = self._idle.setdefault(address, [])
            idle.append((connection, time.monotonic()))
            oldest = idle.pop(0)[0] if len(idle) > KEPT_MOST else None
        if oldest is not None:
            oldest.close()

    def _by_proxy(self, url: str, message: Mapping[str, Any]) -> Answered:
        """By slack_sdk, which knows proxies, on a connection of its own."""
        retries: list[RetryHandler] = [BriefRateLimitHandler(max_retry_count=RETRIES_MOST)]
        hook = WebhookClient(url, timeout=self.timeout_seconds, retry_handlers=retries)
        answer = hook.send_dict(dict(message))
        return Answered(answer.status_code, str(answer.body))


def _brief_seconds(retry_after: str) -> int | None:
    """For how long Slack asks to wait, None where that is too long or not said."""
    is_brief = retry_after.isascii() and retry_after.isdigit() and int(retry_after) <= BRIEF_SECONDS
    return int(retry_after) if is_brief else None


def _has_news(connection: HTTPConnection) -> bool:
    """Whether something came that nobody asked for: the other end has hung up."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
