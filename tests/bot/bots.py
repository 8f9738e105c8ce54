"""The real bot against the stand-in for Slack, as `python -m bot run` starts it: by Socket Mode, or by HTTP."""

import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import yaml
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.app import Melktert, build
from bot.log import Log
from bot.serving import asgi
from bot.settings import Settings
from store.database import Database
from tests.slack.slack import Slack
from tests.slack.tests.apps import close
from tests.test_layers import ROOT

NOW = dt.datetime(2026, 6, 4, 9, 0, tzinfo=dt.UTC)


def settings_for(slack: Slack, db: Database, **more: object) -> Settings:
    """The settings with which the bot talks to this stand-in."""
    environment = {name.lower(): value for name, value in slack.environment.items()}
    url = db.url.render_as_string(hide_password=False)
    return Settings.model_validate({"database_url": url, **environment, **more})


@contextmanager
def running(
    slack: Slack, db: Database, way: str, *, clock: Callable[[], dt.datetime] = lambda: NOW, **more: object
) -> Iterator[Melktert]:
    """The bot, connected; `way` is socket or http."""
    slack.install(yaml.safe_load((ROOT / "manifest.yml").read_text()))
    # Slack says so of a conversation that the bot is not in, which it cannot know beforehand.
    slack.complaints.allow("conversations.info", "channel_not_found")
    settings = settings_for(slack, db, **more)
    melktert = build(settings, db, Log(), clock)
    serve = _socket if way == "socket" else _http
    with serve(slack, settings, melktert):
        try:
            yield melktert
        finally:
            # What was begun may be heard of once more, as the bot's own message is.
            melktert.finish()
            slack.wait_until_delivered()


@contextmanager
def _socket(slack: Slack, settings: Settings, melktert: Melktert) -> Iterator[None]:
    assert settings.slack_app_token is not None
    handler = SocketModeHandler(melktert.bolt, settings.slack_app_token.get_secret_value(), concurrency=32)
    before = slack.sockets.opened
    handler.connect()
    try:
        # The client comes back from the handshake, but Slack sends nothing before it has said hello.
        slack.sockets.wait_for_opened(before + 1)
        yield
    finally:
        close(handler.client)


@contextmanager
def _http(slack: Slack, settings: Settings, melktert: Melktert) -> Iterator[None]:
    assert settings.slack_signing_secret is not None
    secret = settings.slack_signing_secret.get_secret_value()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(asgi(melktert, secret), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    slack.http.request_url = "http://{}:{}/slack/events".format(*listening.getsockname())
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
