"""The comparator of `python -m benchmarks clv`: python -m benchmarks.constant_bot PORT API_URL ANSWER.json PROCESSES.

A bolt listener that acknowledges and posts one constant answer to the response_url; for a Home tab that is opened, a
constant view. It is served as Melktert is, by starlette on uvicorn with the same event loop and parser, and posts as
Melktert does, over connections that stay open. Each request is dispatched through a thread pool, and listeners run in
an executor of the App's own, as bolt does. What it costs is what any bot on these libraries costs; the rest is
Melktert's own.
"""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.slack_load import BOT_TOKEN, EVENTS_PATH, SIGNING_SECRET
from bot.posting import Posting
from bot.send import TIMEOUT_SECONDS

WORKERS = 20
EVERY = re.compile("/")


def main() -> None:
    """Serve on a port of this computer until the process is ended."""
    port, _api_url, _answer, processes = sys.argv[1:]
    uvicorn.run(
        "benchmarks.constant_bot:application",
        factory=True,
        workers=int(processes),
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
    )


def application() -> Starlette:
    """One process's worth of it."""
    _port, api_url, answer, _processes = sys.argv[1:]
    return serving(constant_bot(WebClient(BOT_TOKEN, base_url=api_url), json.loads(Path(answer).read_text())))


def constant_bot(client: WebClient, answer: dict[str, Any]) -> App:
    """An App that answers every command, and every look at its Home tab, with `answer`."""
    app = App(client=client, signing_secret=SIGNING_SECRET, listener_executor=ThreadPoolExecutor(WORKERS))
    posting = Posting(timeout_seconds=TIMEOUT_SECONDS)

    @app.command(EVERY)
    def _command(ack: Any, body: dict[str, Any]) -> None:
        ack()
        posting.post(body["response_url"], answer)

    @app.event("app_home_opened")
    def _home(ack: Any, body: dict[str, Any]) -> None:
        ack()
        client.views_publish(user_id=body["event"]["user"], view=answer)

    return app


def serving(app: App) -> Starlette:
    """The App behind POST /slack/events. (Bolt's own handler would run one request after the other.)"""

    async def events(request: Request) -> Response:
        asked = to_bolt_request(request, await request.body())
        return to_starlette_response(await run_in_threadpool(app.dispatch, asked))

    return Starlette(routes=[Route(EVENTS_PATH, events, methods=["POST"])])


if __name__ == "__main__":
    main()
