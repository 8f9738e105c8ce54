"""The smallest of apps, to try the stand-in with: what it is sent it keeps, and answers what it was told to answer."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.slack.slack import Slack

Json = dict[str, Any]
Answer = Callable[[Json], Any]


class SocketApp:
    """An app in Socket Mode, with Slack's own client."""

    def __init__(self, slack: Slack, answer: Answer = lambda _payload: None) -> None:
        self._slack = slack
        self.received: list[SocketModeRequest] = []
        self.answer = answer
        self.is_mute = False
        self.web = web_client(slack)
        self.client = SocketModeClient(slack.app.app_token, web_client=self.web, ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self._take)

    def __enter__(self) -> "SocketApp":
        before = self._slack.sockets.opened
        self.client.connect()
        self._slack.sockets.wait_for_opened(before + 1)
        return self

    def __exit__(self, *_: object) -> None:
        close(self.client)

    @property
    def payloads(self) -> list[Json]:
        """What people did: without the app's own messages, which it hears of too, whenever that may be."""
        return [one.payload for one in self.received if "bot_id" not in one.payload.get("event", {})]

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.received.append(request)
        if not self.is_mute:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer(request.payload)))


class HttpApp:
    """An app behind a Request URL, that verifies signatures with Slack's own code."""

    def __init__(self, slack: Slack, answer: Answer = lambda _payload: None) -> None:
        self.received: list[tuple[dict[str, str], Json]] = []
        self.answer = answer
        self.status = 200
        self.wait_seconds = 0.0
        self.headers: dict[str, str] = {}
        verifier = SignatureVerifier(slack.app.signing_secret)
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                if verifier.is_valid_request(body, headers):
                    app.take(self, headers, body)
                else:
                    self.send_error(401)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        slack.http.request_url = "http://{}:{}/slack/events".format(*self.server.server_address)

    def __enter__(self) -> "HttpApp":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, handler: BaseHTTPRequestHandler, headers: dict[str, str], body: bytes) -> None:
        payload = read(headers, body)
        self.received.append((headers, payload))
        time.sleep(self.wait_seconds)
        answer = payload.get("challenge") if payload.get("type") == "url_verification" else self.answer(payload)
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode() if answer else b""
        kind = "text/plain" if isinstance(answer, str) else "application/json"
        try:
            handler.send_response(self.status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **self.headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            pass  # Slack has stopped waiting


def read(headers: dict[str, str], body: bytes) -> Json:
    """What Slack posted, whichever way."""
    if headers["content-type"] == "application/json":
        return dict(json.loads(body))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else form


def close(client: SocketModeClient) -> None:
    """End Slack's client without its waits.

    By itself it waits a second for one more message; and where its receiving thread has just begun, it takes back the
    word that it is to end (slack_sdk 3.47, `_run_current_session`), and waits for ever.
    """
    closing = threading.Thread(target=client.close)
    closing.start()
    while closing.is_alive():
        client.message_queue.put(None)
        client.current_session_state.terminated = True
        closing.join(0.02)


def web_client(slack: Slack) -> WebClient:
    return WebClient(slack.app.bot_token, base_url=slack.api_url, retry_handlers=[])
