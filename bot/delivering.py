"""python -m bot deliver --once: post what is due, for a cron that stands in for a bot that is not always running."""

import datetime as dt
import logging
import sys
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answer import Unanswered, guarded
from bot.clock import Rounds, rounds_of
from bot.console import open_console
from bot.directory import Directory
from bot.log import Log
from bot.send import TIMEOUT_SECONDS, TROUBLE
from bot.settings import Settings
from bot.usable import opened, usable_settings
from store import delivery_figures
from store.database import Database

LOG = Log(Path("melktert.log"))


def deliver(
    once: Annotated[bool, typer.Option("--once", help="Post what is due now, and end.")] = False,
) -> None:
    """Post what is due: python -m bot deliver --once."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        with guarded(LOG, asked="deliver"):
            if not once:
                raise Unanswered.because("Say --once; python -m bot run posts what is due all the time.")
            settings = usable_settings()
            if settings.slack_bot_token is None:
                raise Unanswered.because("SLACK_BOT_TOKEN is not set.", "docs/slack.md shows where it is found.")
            db = opened(settings)
            try:
                began = _clock()
                _rounds(settings, db).round_to_the_end()
                open_console(sys.stdout).print(_summary(db, began), soft_wrap=True, highlight=False)
            finally:
                db.close()
    except Unanswered as unanswered:
        open_console(sys.stderr).print(str(unanswered), soft_wrap=True)
        raise typer.Exit(1) from None


def _rounds(settings: Settings, db: Database) -> Rounds:
    assert settings.slack_bot_token is not None, "asked for above"
    token = settings.slack_bot_token.get_secret_value()
    client = WebClient(token, base_url=settings.slack_api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    try:
        team_id = client.auth_test()["team_id"]
    except SlackApiError as error:
        says = f"Slack refuses the bot token: {error.response['error']}."
        raise Unanswered.because(says, "python -m bot doctor says what is wrong.") from error
    except TROUBLE as error:
        raise Unanswered.because(f"Slack cannot be reached at {settings.slack_api_url}.") from error
    directory = Directory(client, db, LOG, team_id=team_id, first_admin=settings.first_admin, clock=_clock)
    return rounds_of(settings, db, directory, log=LOG, clock=_clock, stopping=Event())


def _summary(db: Database, began: dt.datetime) -> str:
    with db.reading() as connection:
        found = delivery_figures.counts(connection)
        posted = delivery_figures.sent_since(connection, began)
    held, waiting = found.by_state["held"], found.by_state["waiting"]
    return f"{posted:,} posted since this began; {waiting:,} waiting, {held:,} held, {found.missed:,} missed in all."


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
