"""The bolt App: what commands/ declares, registered; and what it is made of, put together."""

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread

from slack_bolt import App
from slack_sdk import WebClient

import commands
from bot.answer import Unanswered, guarded
from bot.directory import Directory
from bot.forms import CALLBACK_ID
from bot.listen import Listener
from bot.log import Log
from bot.send import TROUBLE, posting_client
from bot.settings import Settings
from store import people, receipts
from store.database import Database

# Listeners only acknowledge, or wait for a form within Slack's three seconds; the work has threads of its own.
LISTENERS_MOST = 32
WORKERS_MOST = 12
# Somebody waits for an answer while Slack is asked who they are.
LOOKUP_SECONDS = 3
HOUSEKEEPING_SECONDS = 3_600
# Slack delivers an event again for an hour or so; a day is far beyond it.
RECEIPTS_KEPT = dt.timedelta(days=2)


@dataclass
class Melktert:
    """The bot, ready to be served by Socket Mode (bot/running.py) or HTTP (bot/serving.py)."""

    bolt: App
    db: Database
    client: WebClient
    directory: Directory
    listener: Listener
    workers: ThreadPoolExecutor
    listeners: ThreadPoolExecutor
    log: Log
    stopping: Event

    def start_housekeeping(self) -> None:
        """Learn who is in the workspace, and forget old receipts: now, and every hour."""
        Thread(target=self._keep_house, name="housekeeping", daemon=True).start()

    def close(self) -> None:
        """Finish what was begun, and stop."""
        self.stopping.set()
        self.listeners.shutdown()
        self.workers.shutdown()
        self.db.close()

    def _keep_house(self) -> None:
        while True:
            try:
                with guarded(self.log, asked="housekeeping"):
                    self._keep_house_once()
            except Unanswered as unanswered:
                self.log.note("housekeeping was not done", unanswered)
            if self.stopping.wait(HOUSEKEEPING_SECONDS):
                return

    def _keep_house_once(self) -> None:
        now = self.listener.clock()
        with self.db.writing() as connection:
            receipts.forget(connection, now - RECEIPTS_KEPT)
        try:
            found = self.directory.everybody()
        except TROUBLE as error:
            self.log.note("Slack does not tell who is in the workspace", error)
            return
        with self.db.writing() as connection:
            people.remember(connection, found, now)


def build(
    settings: Settings,
    db: Database,
    log: Log | None = None,
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Melktert:
    """The bot of these settings.

    Errors: bot.send.TROUBLE where Slack cannot be asked who we are; slack_bolt.error.BoltError for a refused token.
    """
    log = log or Log()
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    secret = settings.slack_signing_secret
    client = posting_client(token, settings.slack_api_url)
    asking = WebClient(token, base_url=settings.slack_api_url, timeout=LOOKUP_SECONDS, retry_handlers=[])
    us = asking.auth_test()
    listeners = ThreadPoolExecutor(LISTENERS_MOST, "listener")
    workers = ThreadPoolExecutor(WORKERS_MOST, "worker")
    directory = Directory(asking, db, log, team_id=us["team_id"], first_admin=settings.first_admin)
    listener = Listener(db, client, directory, workers, log, bot_user_id=us["user_id"], clock=clock)
    bolt = App(
        client=client,
        signing_secret=secret.get_secret_value() if secret else "",
        listener_executor=listeners,
    )
    register(bolt, listener)
    return Melktert(bolt, db, client, directory, listener, workers, listeners, log, Event())


def register(bolt: App, listener: Listener) -> None:
    """Every command by its name, and one listener for each of the other things that Slack delivers."""
    for command in commands.ALL:
        if command.has_own_name:
            bolt.command(f"/{command.name}")(listener.command)
    bolt.action(re.compile(r".*", re.DOTALL))(listener.press)
    bolt.options(re.compile(r".*", re.DOTALL))(listener.suggest)
    bolt.view(CALLBACK_ID)(listener.submit)
    bolt.event("message")(listener.message)
    bolt.event("app_mention")(listener.message)
    bolt.event("app_home_opened")(listener.home_opened)
    bolt.event("team_join")(listener.person_changed)
    bolt.event("user_change")(listener.person_changed)
