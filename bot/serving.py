"""HTTP mode: what Slack posts to /slack/events; /healthz and /metrics for whoever watches over the process.

Bolt's own Starlette handler answers one request after the other on the event loop; here what may take its time is given
a thread. And what Slack has not signed is turned away before anything reads it.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from slack_bolt import BoltRequest
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import metrics
from bot.app import Melktert, build, settle_memory
from bot.settings import Settings
from store import sources
from store.database import Database

EVENTS_PATH = "/slack/events"
HEALTH_PATH = "/healthz"
METRICS_PATH = "/metrics"
# Slack's own payloads stay far below; whatever is larger is not Slack's.
BODY_MOST = 1_000_000
DELIVERIES_AT_ONCE = 32
TIMESTAMP_MOST = 15


def asgi(melktert: Melktert, signing_secret: str, *, is_one_of_several: bool = False) -> Starlette:
    """The web application that Slack's requests, and a health check, go to.

    Where it `is_one_of_several` processes that take connections from one port, each answer ends its connection: the
    next request then goes to whichever process is free first, instead of to the one that the connection once went to.
    """
    limiter = CapacityLimiter(DELIVERIES_AT_ONCE)
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_MOST:
                return Response("The request is too large.", 413)
        if not _is_of_slack(verifier, bytes(body), request.headers):
            return Response("This was not signed by Slack.", 401)
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        delivered = _delivered(body.decode(), request.headers.get("content-type", ""))
        # Bolt leaves a body alone that was read before, as by Socket Mode.
        asked = BoltRequest(body=delivered, headers=headers, mode="socket_mode")
        if _is_quick(delivered):
            answered = melktert.bolt.dispatch(asked)
        else:
            answered = await to_thread.run_sync(melktert.bolt.dispatch, asked, limiter=limiter)
        response = to_starlette_response(answered)
        if is_one_of_several:
            response.headers["connection"] = "close"
        return response

    async def health(_request: Request) -> Response:
        return await to_thread.run_sync(_health, melktert)

    async def figures(_request: Request) -> Response:
        return await to_thread.run_sync(_metrics, melktert)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        melktert.start_housekeeping()
        yield
        await to_thread.run_sync(melktert.finish)

    routes = [
        Route(EVENTS_PATH, events, methods=["POST"]),
        Route(HEALTH_PATH, health, methods=["GET"]),
        Route(METRICS_PATH, figures, methods=["GET"]),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def application() -> Starlette:
    """The web application of the settings, for one of several processes; bot/running.py has tried them before."""
    settings = Settings()
    assert settings.slack_signing_secret is not None, "bot/running.py starts nothing without it"
    melktert = build(settings, Database(settings.database_url))
    settle_memory()
    return asgi(melktert, settings.slack_signing_secret.get_secret_value(), is_one_of_several=True)


def _is_of_slack(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack signed this. Bolt looks too, but only after it has parsed a body that anybody may have sent."""
    timestamp, signature = (headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < TIMESTAMP_MOST and signature.isascii()):
        return False
    return verifier.is_valid(body, timestamp, signature)


def _delivered(body: str, content_type: str) -> dict[str, Any]:
    """What Slack delivers: an event as JSON, a command as a form, everything else as JSON in a form's payload.

    Bolt would take "/clv payload systems" for one with a payload, and find nothing in it.
    """
    if content_type.startswith("application/json"):
        return dict(json.loads(body))
    form = dict(parse_qsl(body, keep_blank_values=True))
    return dict(json.loads(form["payload"])) if "payload" in form else form


def _is_quick(delivered: Mapping[str, Any]) -> bool:
    """Whether the listener only hands on what is asked, as that of slash commands does (bot/listen.py): to give it a
    thread would take longer. A form or a live search is acknowledged with the answer.
    """
    return "command" in delivered and "type" not in delivered


def _health(melktert: Melktert) -> Response:
    """Whether the database answers; Slack is not asked, since a restart would not mend that."""
    try:
        with melktert.db.reading() as connection:
            found = sources.every(connection)
    except SQLAlchemyError as error:
        melktert.log.note("the health check found no database", error)
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok", "sources": len(found)})


def _metrics(melktert: Melktert) -> Response:
    try:
        return Response(metrics.text(melktert.db, melktert.work.clock()), media_type=metrics.MEDIA_TYPE)
    except SQLAlchemyError as error:
        melktert.log.note("there are no metrics without the database", error)
        return Response("The database does not answer.", 503)
