"""Socket Mode: docs.slack.dev/apis/events-api/using-socket-mode.

apps.connections.open gives an address for one connection. On it come hello, envelopes with an envelope_id, which the
app acknowledges within three seconds, and disconnect, when the app has to connect anew. An app may hold ten
connections; each envelope goes to one of them.
"""

import asyncio
import itertools
import json
import time
import uuid
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.slack.complaints import Complaint
from tests.slack.courier import Ack, NotAcknowledged, Parcel
from tests.slack.gateway import before
from tests.slack.world import Json

if TYPE_CHECKING:
    from tests.slack.slack import Slack

MOST_CONNECTIONS = 10
Reason = Literal["warning", "refresh_requested", "link_disabled"]


@dataclass
class Pending:
    """An envelope that is under way."""

    parcel: Parcel
    sent_at: float
    ack: "Future[Ack]" = field(default_factory=Future)
    is_late: bool = False


@dataclass(eq=False)
class Connection:
    """One WebSocket; one that `is_leaving` is sent nothing more, but may still acknowledge."""

    socket: WebSocket
    number: int
    is_leaving: bool = False


class Sockets:
    """The WebSockets of the app."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._open: list[Connection] = []
        self._pending: dict[str, Pending] = {}
        self._turn = itertools.count()
        self.opened = 0

    @property
    def count(self) -> int:
        """How many connections take envelopes."""
        return sum(not one.is_leaving for one in self._open)

    def new_url(self) -> str:
        """The address of one connection: a ticket that is good once."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        address = self._slack.url.replace("http://", "ws://")
        return f"{address}/link/?ticket={ticket}&app_id={self._slack.app.app_id}"

    def wait_for(self, count: int = 1, timeout_seconds: float = 15) -> None:
        """Wait until just so many connections take envelopes. Errors: AssertionError."""
        self._slack.world.wait_for(lambda: self.count == count, timeout_seconds)
        assert self.count == count, f"The app holds {self.count} connections, not {count}."

    def wait_for_opened(self, count: int, timeout_seconds: float = 15) -> None:
        """Wait until so many connections have been opened in all, and greeted. Errors: AssertionError."""
        self._slack.world.wait_for(lambda: self.opened >= count, timeout_seconds)
        assert self.opened >= count, f"The app has opened {self.opened} connections, not {count}."

    # --- what Slack does to a connection -----------------------------------------------------------------------------

    def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Tell every connection that it will end: the app connects anew, and may still acknowledge on the old one."""
        for one in [each for each in self._open if not each.is_leaving]:
            self._leave(one)
            self._say(one, {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-test"}})

    def cut(self) -> None:
        """Break every connection without a word."""
        for one in list(self._open):
            self._leave(one)
            self._on_loop(self._slack.server.abort, one.socket.scope.get("client"))

    # --- sending -----------------------------------------------------------------------------------------------------

    def send(self, parcel: Parcel, limit_seconds: float) -> Ack:
        """Send an envelope and wait. Errors: NotAcknowledged."""
        ready = [one for one in self._open if not one.is_leaving]
        if not ready:
            raise NotAcknowledged("dispatch_failed", "connection_failed")
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": parcel.kind,
            "payload": parcel.payload,
            "accepts_response_payload": parcel.takes_answer,
        }
        if parcel.kind == "events_api":
            number, reason = parcel.retry or (0, "")
            envelope |= {"retry_attempt": number, "retry_reason": "timeout" if reason == "http_timeout" else reason}
        pending = self._pending[envelope_id] = Pending(parcel, time.monotonic())
        self._say(ready[next(self._turn) % len(ready)], envelope)
        try:
            return pending.ack.result(limit_seconds)
        except NoAnswer:
            pending.is_late = True
            raise NotAcknowledged("operation_timeout", "http_timeout") from None

    def _say(self, connection: Connection, message: Json) -> None:
        async def send() -> None:
            try:
                await connection.socket.send_text(json.dumps(message))
            except (RuntimeError, WebSocketDisconnect):
                self._leave(connection)

        asyncio.run_coroutine_threadsafe(send(), self._slack.server.loop)

    def _on_loop(self, what: Any, *args: Any) -> None:
        self._slack.server.loop.call_soon_threadsafe(what, *args)

    def _leave(self, connection: Connection) -> None:
        with self._slack.world.changing():
            connection.is_leaving = True

    # --- receiving ---------------------------------------------------------------------------------------------------

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        delay_seconds, instead = before(self._slack, "link")
        await asyncio.sleep(delay_seconds)
        if instead is not None:
            self._slack.server.abort(socket.scope.get("client"))
            return
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            self._slack.complaints.add(Complaint("link", "invalid_ticket", "a WebSocket address is good once"))
            await socket.close(4403)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if self.count >= MOST_CONNECTIONS:
            self._slack.complaints.add(Complaint("link", "too_many_websockets"))
            await socket.send_text(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return
        connection = Connection(socket, next(self._numbers))
        hello = json.dumps(self._hello())
        # Before hello is sent: whoever has been greeted can count on being sent what comes.
        with self._slack.world.changing():
            self._open.append(connection)
            self.opened += 1
        try:
            await socket.send_text(hello)
            # A connection that was told to end does end once another has taken its place.
            for old in [one for one in self._open if one.is_leaving]:
                await old.socket.close()
            while True:
                self._receive(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError, KeyError):
            pass  # the app has gone, or the test has cut the connection
        finally:
            with self._slack.world.changing():
                connection.is_leaving = True
                self._open.remove(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.count + 1,
            "debug_info": {"host": "applink-test", "build_number": 1, "approximate_connection_time": 3600},
            "connection_info": {"app_id": self._slack.app.app_id},
        }

    def _receive(self, text: str) -> None:
        try:
            ack = json.loads(text)
            envelope_id = ack["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._complain("invalid_acknowledgement", text[:200])
            return
        if unknown := set(ack) - {"envelope_id", "payload"}:
            self._complain("invalid_acknowledgement", f"unknown fields: {sorted(unknown)}")
        pending = self._pending.get(envelope_id)
        if pending is None:
            self._complain("unknown_envelope", str(envelope_id))
        elif pending.is_late:
            self._complain("late_acknowledgement", f"{time.monotonic() - pending.sent_at:.1f} s")
        elif pending.ack.done():
            self._complain("already_acknowledged", str(envelope_id))
        else:
            if ack.get("payload") and not pending.parcel.takes_answer:
                self._complain("unexpected_payload", f"{pending.parcel.kind} takes no payload")
            pending.ack.set_result(Ack(ack.get("payload"), time.monotonic() - pending.sent_at))

    def _complain(self, error: str, detail: str) -> None:
        self._slack.complaints.add(Complaint("ack", error, detail))
