"""python -m bot run: the bot in Slack, by Socket Mode or by HTTP, until it is told to stop."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Annotated, Any

import typer
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackApiError

from bot.answer import Unanswered, guarded
from bot.app import Melktert, build, settle_memory
from bot.console import open_console
from bot.log import Log
from bot.send import TROUBLE
from bot.settings import Settings
from bot.usable import opened, usable_settings
from store.database import Database

DELIVERIES_AT_ONCE = 32
DOCTOR = "python -m bot doctor says what is wrong, and its remedy."


def run(
    http: Annotated[bool, typer.Option("--http", help="Listen for HTTP, instead of connecting to Slack.")] = False,
) -> None:
    """Answer in Slack: python -m bot run."""
    # One line each, on standard error: where systemd and containers look.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Bolt warns that it leaves the token of the environment to the client that it is given, as is meant.
    logging.getLogger("slack_bolt.App").addFilter(lambda record: "will be unused" not in record.getMessage())
    log = Log()
    try:
        with guarded(log, asked="run"):
            settings = usable_settings()
            _need(settings, "slack_bot_token", "slack_signing_secret" if http else "slack_app_token")
            db = opened(settings)
            try:
                melktert = _built(settings, db, log)
            except BaseException:
                db.close()
                raise
            settle_memory()
            try:
                (_serve_http if http else _serve_socket)(settings, melktert)
            finally:
                melktert.finish()
                db.close()
    except Unanswered as unanswered:
        open_console(sys.stderr).print(str(unanswered), soft_wrap=True)
        raise typer.Exit(1) from None


def _need(settings: Settings, *names: str) -> None:
    missing = [name.upper() for name in names if getattr(settings, name) is None]
    if missing:
        raise Unanswered.because(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            "docs/slack.md shows where each is found; they go into .env.",
        )


def _built(settings: Settings, db: Database, log: Log) -> Melktert:
    try:
        return build(settings, db, log)
    except SlackApiError as error:
        raise Unanswered.because(f"Slack refuses the bot token: {error.response['error']}.", DOCTOR) from error
    except BoltError as error:
        raise Unanswered.because(f"Slack refuses to start: {error}.", DOCTOR) from error
    except TROUBLE as error:
        raise Unanswered.because(f"Slack cannot be reached at {settings.slack_api_url}.", DOCTOR) from error


def _serve_socket(settings: Settings, melktert: Melktert) -> None:
    """Connected to Slack until SIGTERM or SIGINT."""
    assert settings.slack_app_token is not None, "asked for above"
    handler = SocketModeHandler(
        melktert.bolt,
        settings.slack_app_token.get_secret_value(),
        web_client=melktert.patient_client,
        concurrency=DELIVERIES_AT_ONCE,
    )
    with _told_to_stop() as stop:
        try:
            handler.connect()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            raise Unanswered.because(f"Slack refuses the app token: {error.response['error']}.", DOCTOR) from error
        except TROUBLE as error:
            raise Unanswered.because("Slack cannot be reached.", DOCTOR) from error
        melktert.start_housekeeping()
        _say("Melktert is connected to Slack and answers. Stop it with Ctrl+C.")
        stop.wait()
    handler.client.auto_reconnect_enabled = False
    handler.disconnect()  # type: ignore[no-untyped-call]


def _serve_http(settings: Settings, melktert: Melktert) -> None:
    """Listening until SIGTERM or SIGINT."""
    # Only here: whoever uses Socket Mode does not wait for a web server's libraries.
    import uvicorn  # noqa: PLC0415

    from bot.serving import EVENTS_PATH, asgi  # noqa: PLC0415

    assert settings.slack_signing_secret is not None, "asked for above"
    count = settings.http_processes
    how: dict[str, Any] = {
        "host": settings.http_host,
        "port": settings.http_port,
        "log_level": "warning",
        "access_log": False,
    }
    _say(f"Melktert listens at http://{settings.http_host}:{settings.http_port}{EVENTS_PATH}. Stop it with Ctrl+C.")
    # Uvicorn stops at a signal by itself, and then sends it once more: to us, or the process would end in the middle.
    with _told_to_stop():
        if count == 1:
            secret = settings.slack_signing_secret.get_secret_value()
            uvicorn.Server(uvicorn.Config(asgi(melktert, secret), **how)).run()
        else:
            uvicorn.run("bot.serving:application", factory=True, workers=count, **how)


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    open_console(sys.stderr).print(line, soft_wrap=True, highlight=False)
