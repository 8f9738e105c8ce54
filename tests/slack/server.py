"""The server: HTTP and WebSocket on a free port of 127.0.0.1, in a thread of its own."""

import asyncio
import socket
import threading
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.slack import gateway
from tests.slack.complaints import Complaint

if TYPE_CHECKING:
    from tests.slack.slack import Slack

Address = tuple[str, int]
PING_SECONDS = 0.1


class _Server(uvicorn.Server):
    """Uvicorn without its waits: it says when it is ready, and stops at once."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self.stop = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self._ready.set()
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for one in sockets or []:
            one.close()
        for task in list(self.server_state.tasks):
            task.cancel()


class SlackServer:
    """Runs the stand-in; `url` is where."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack
        self._transports: dict[Address, asyncio.Transport] = {}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:{1}".format(*self._socket.getsockname())
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack-stand-in", daemon=True)
        self._server: _Server | None = None

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("The stand-in for Slack did not start within ten seconds.")

    def close(self) -> None:
        """Break every connection and stop."""
        if self._server is not None and self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._stop)
            self._thread.join(10)

    def _stop(self) -> None:
        assert self._server is not None
        for transport in list(self._transports.values()):
            transport.abort()
        self._server.stop.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._serve())
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _serve(self) -> None:
        routes = [
            Route("/api/{method}", self._web_api, methods=["GET", "POST"]),
            Route("/commands/{name}", self._response_url, methods=["POST"]),
            Route("/upload/v1/{file_id}", self._upload, methods=["POST"]),
            WebSocketRoute("/link/", self._slack.sockets.serve),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            http=_protocol(self._transports),
            ws="websockets-sansio",
            # Slack pings too; often, because Slack's own client closes only once it has received something.
            ws_ping_interval=PING_SECONDS,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            # Uvicorn notes the time in its main loop, which _Server does without: it would stay that of the start.
            date_header=False,
        )
        self._server = _Server(config, self._ready)
        await self._server.serve(sockets=[self._socket])
        # Handlers that were cancelled end here, so that none is left behind.
        await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)

    def abort(self, address: Address | None) -> None:
        """Break a connection without a word; called on the server's own thread."""
        transport = self._transports.get(address) if address else None
        if transport is not None:
            transport.abort()

    # --- what is asked -----------------------------------------------------------------------------------------------

    async def _web_api(self, request: Request) -> Response:
        name = request.path_params["method"]
        post = gateway.Post(request.method, request.headers, request.url.query, await request.body())
        return await self._give(request, name, lambda: gateway.answer(self._slack, name, post))

    async def _response_url(self, request: Request) -> Response:
        body, name = await request.body(), request.path_params["name"]
        return await self._give(
            request,
            "response_url",
            lambda: self._slack.response_urls.answer(name, request.headers.get("content-type", ""), body),
        )

    async def _upload(self, request: Request) -> Response:
        body, file_id = await request.body(), request.path_params["file_id"]
        return await self._give(
            request,
            "upload",
            lambda: self._slack.uploads.answer(file_id, request.headers.get("content-type", ""), body),
        )

    async def _give(self, request: Request, place: str, answer: Any) -> Response:
        address: Address | None = request.scope.get("client")
        delay_seconds, given = gateway.before(self._slack, place)
        await asyncio.sleep(delay_seconds)
        if given is None:
            try:
                given = answer()
            except Exception as error:  # a defect of the stand-in's own must not pass for an answer of Slack's
                self._slack.complaints.add(Complaint("stand-in", type(error).__name__, f"{place}: {error}"))
                raise
        await asyncio.sleep(given.delay_seconds)
        if given.is_dropped:
            self.abort(address)
            return Response(status_code=500)
        date = formatdate(self._slack.clock.now(), usegmt=True)
        return Response(given.body, given.status, {"Date": date, **given.headers})


def _protocol(transports: dict[Address, asyncio.Transport]) -> type[asyncio.Protocol]:
    """HTTP/1.1 that remembers each connection by the client's address, so that it can be broken."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            transports[transport.get_extra_info("peername")[:2]] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            transports.pop(self.client or ("", 0), None)

    return Protocol
