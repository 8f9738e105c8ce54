"""Slack's side of the benchmark: commands sent at times fixed beforehand, and what comes back on their response_url.

Or Home tabs opened, each answered by the next views.publish for that person.

An open loop: a request goes out when it is due, whether or not earlier ones have been answered, and its time runs from
when it was due. So a server that stalls is charged for everybody who would have waited meanwhile. (A generator that
waits for one answer before the next request leaves those out: coordinated omission.)

It is lean, since it shares the computer with the server under test: one thread, plain sockets, no parsing beyond the
lengths. The bodies are looked at after a run.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

BOT_TOKEN, SIGNING_SECRET = "xoxb-bench", "of-the-benchmark"
TEAM, APP, BOT_USER = "T0BENCH", "A0BENCH", "U0BOT"
PEOPLE = [f"U0REP{n:02}" for n in range(20)]
CHANNELS = [f"C0SALES{n}" for n in range(5)]
EVENTS_PATH = "/slack/events"
RESPONSE_PATH = b"/response/"
API_PATH = b"/api/"
# Sent in the place of a command.
HOME = "home"
# A server closes a connection that idles for long; Slack would not send on one that may be about to close either.
IDLE_SECONDS_MOST = 2.0


@dataclass
class Call:
    """One command and what became of it; times in seconds of the loop's clock, None where it has not come."""

    text: str
    due: float
    sent: float = 0.0
    acknowledged: float | None = None
    status: int = 0
    answered: float | None = None
    answer: bytes = b""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come. (Bolt acknowledges in steps of 10 ms: often after the answer.)"""
        return self.answered is not None and self.acknowledged is not None


class Slack:
    """The Web API, the response_urls, and the sender of commands, on one event loop: `async with Slack() as slack`."""

    def __init__(self) -> None:
        self.command = "/clv"
        self._looking: dict[str, deque[int]] = {user: deque() for user in PEOPLE}
        self.calls: list[Call] = []
        self.asked: dict[str, int] = {}
        self.port = 0
        self.open: set[_Http] = set()
        self._idle: dict[int, list[_Sending]] = {}

    async def __aenter__(self) -> "Slack":
        """Listen on a free port of this computer."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Receiving(self), "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for connection in list(self.open):
            connection.transport.close()
        while self.open:
            await asyncio.sleep(0.01)

    @property
    def api_url(self) -> str:
        """What a bot takes for Slack's Web API."""
        return f"http://127.0.0.1:{self.port}{API_PATH.decode()}"

    async def send(self, port: int, texts: Sequence[str], due: Sequence[float], patience_seconds: float) -> list[Call]:
        """Send the command with each text to the server at `port`, `due` seconds from now; wait for acks and
        answers, but not longer than `patience_seconds` after the last was due.
        """
        loop = asyncio.get_running_loop()
        first = len(self.calls)
        begin = loop.time() + 0.1
        calls = [Call(text, begin + at) for text, at in zip(texts, due, strict=True)]
        self.calls += calls
        for number, call in enumerate(calls, start=first):
            wait = call.due - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            await self._send(port, number, call)
        give_up = calls[-1].due + patience_seconds
        while loop.time() < give_up and not all(call.is_over for call in calls):
            await asyncio.sleep(0.05)
        return calls

    def arrived(self, number: int, body: bytes) -> None:
        """A whole answer has reached the response_url of call `number`; later ones on the same url do not count."""
        call = self.calls[number]
        if call.answered is None:
            call.answered, call.answer = asyncio.get_running_loop().time(), body

    def web_api(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What Slack says to a method: always the same, and that all is well."""
        self.asked[method] = self.asked.get(method, 0) + 1
        if method == "views.publish" and self._looking[arguments["user_id"]]:
            self.arrived(self._looking[arguments["user_id"]].popleft(), json.dumps(arguments["view"]).encode())
        return {"ok": True, **_said(method, arguments)}

    async def _send(self, port: int, number: int, call: Call) -> None:
        loop = asyncio.get_running_loop()
        idle = self._idle.setdefault(port, [])
        connection = idle.pop() if idle else None
        if connection is None or connection not in self.open or loop.time() - connection.idle_since > IDLE_SECONDS_MOST:
            # What lies below it in the pile has idled for longer still.
            for other in (connection, *idle):
                if other is not None:
                    other.transport.close()
            idle.clear()
            _, connection = await loop.create_connection(lambda: _Sending(self, idle), "127.0.0.1", port)
        request = self._opening(number) if self.command == HOME else self._typing(number, call.text)
        call.sent = loop.time()
        connection.send(call, request)

    def _opening(self, number: int) -> bytes:
        user = PEOPLE[number % len(PEOPLE)]
        self._looking[user].append(number)
        event = {"type": "app_home_opened", "user": user, "channel": "D0BENCH", "tab": "home", "event_ts": str(number)}
        body = {
            "token": "old",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}],
        }
        return _signed(json.dumps(body).encode(), "application/json")

    def _typing(self, number: int, text: str) -> bytes:
        fields = urlencode(
            {
                "token": "old",
                "team_id": TEAM,
                "team_domain": "bench",
                "api_app_id": APP,
                "command": self.command,
                "channel_id": CHANNELS[number % len(CHANNELS)],
                "channel_name": "sales",
                "user_id": PEOPLE[number % len(PEOPLE)],
                "user_name": "rep",
                "text": text,
                "is_enterprise_install": "false",
                "trigger_id": f"{number}.1.bench",
                "response_url": f"http://127.0.0.1:{self.port}{RESPONSE_PATH.decode()}{number}",
            }
        )
        return _signed(fields.encode(), "application/x-www-form-urlencoded")


def _signed(body: bytes, kind: str) -> bytes:
    at = str(int(time.time()))
    signature = hmac.new(SIGNING_SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0\r\nAccept: */*\r\n"
        f"Content-Type: {kind}\r\n"
        f"X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Http(asyncio.Protocol):
    """Cuts what arrives into HTTP messages: a first line, headers, and a body of Content-Length."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.transport: Any = None
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.slack.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.slack.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._unread[:end])
            length = _content_length(head)
            if len(self._unread) < end + 4 + length:
                return
            body = bytes(self._unread[end + 4 : end + 4 + length])
            del self._unread[: end + 4 + length]
            self.message(head, body)

    def message(self, head: bytes, body: bytes) -> None:
        """A whole message has come."""
        raise NotImplementedError


class _Sending(_Http):
    """A connection to the server under test, used for one request at a time and then put back on the pile."""

    def __init__(self, slack: Slack, pile: list["_Sending"]) -> None:
        super().__init__(slack)
        self.idle_since = 0.0
        self._pile = pile
        self._call: Call | None = None

    def send(self, call: Call, request: bytes) -> None:
        self._call = call
        self.transport.write(request)

    def message(self, head: bytes, body: bytes) -> None:  # noqa: ARG002
        now = asyncio.get_running_loop().time()
        if self._call is not None:
            self._call.acknowledged, self._call.status = now, int(head[9:12])
        self._call, self.idle_since = None, now
        if b"connection: close" in head.lower():
            self.transport.close()
        else:
            self._pile.append(self)


class _Receiving(_Http):
    """A connection from the server under test: to a response_url or to the Web API."""

    def message(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if path.startswith(RESPONSE_PATH):
            self.slack.arrived(int(path.removeprefix(RESPONSE_PATH)), body)
            content, kind = b"ok", b"text/html"
        else:
            method, _, query = path.removeprefix(API_PATH).decode().partition("?")
            said = self.slack.web_api(method, _arguments(head, body, query))
            content, kind = json.dumps(said).encode(), b"application/json"
        closing = b"connection: close" in head.lower()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b\r\n%b"
            % (kind, len(content), b"Connection: close\r\n" if closing else b"", content)
        )
        if closing:
            self.transport.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def _arguments(head: bytes, body: bytes, query: str) -> dict[str, Any]:
    if b"application/json" in head.lower():
        return dict(json.loads(body or b"{}"))
    return {name: values[-1] for name, values in parse_qs(f"{query}&{body.decode()}").items()}


def _said(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if method == "auth.test":
        return {
            "url": "https://bench.slack.com/",
            "team": "Bench",
            "team_id": TEAM,
            "user": "melktert",
            "user_id": BOT_USER,
            "bot_id": "B0BOT",
            "is_enterprise_install": False,
            "app_id": APP,
        }
    if method == "users.info":
        return {"user": _user(arguments.get("user", ""))}
    if method == "users.list":
        return {"members": [_user(user) for user in PEOPLE], "response_metadata": {"next_cursor": ""}}
    if method == "conversations.info":
        return {"channel": _channel(arguments.get("channel", ""))}
    return {}


def _user(user_id: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "team_id": TEAM,
        "name": user_id.lower(),
        "real_name": user_id.title(),
        "deleted": False,
        "tz": "Africa/Johannesburg",
        "tz_offset": 7200,
        "locale": "en-US",
        "is_admin": False,
        "is_owner": False,
        "is_bot": False,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "profile": {"real_name": user_id.title(), "email": f"{user_id.lower()}@bench.example", "team": TEAM},
    }


def _channel(channel_id: str) -> dict[str, Any]:
    return {
        "id": channel_id,
        "name": "sales",
        "is_channel": True,
        "is_private": False,
        "is_im": False,
        "is_mpim": False,
        "is_group": False,
        "is_archived": False,
        "is_member": True,
        "num_members": 20,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": TEAM,
        "shared_team_ids": [TEAM],
        "pending_shared": [],
        "pending_connected_team_ids": [],
    }
