"""The bolt App: what commands/ declares, registered; and what it is made of, put together."""

import datetime as dt
import gc
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from slack_bolt import App
from slack_sdk import WebClient

import commands
from bot.answer import Unanswered, guarded
from bot.clock import Rounds, rounds_of
from bot.directory import Directory
from bot.listen import Listener
from bot.log import Log
from bot.messages import OF_MESSAGE
from bot.pools import Pools
from bot.send import TROUBLE, Sender, posting_client
from bot.settings import Settings
from bot.submitting import Submitting
from bot.working import Work
from store import deliveries, people, receipts
from store.database import Database

# Somebody waits while Slack is asked who they are, or for a dialogue, whose trigger lives for three seconds.
LOOKUP_SECONDS = 3
HOUSEKEEPING_SECONDS = 3_600
# Where Slack does not tell who is in the workspace, it is asked again so soon, by whichever process is first.
HOUSEKEEPING_AGAIN_SECONDS = 60
# Slack delivers an event again for an hour or so; a day is far beyond it.
RECEIPTS_KEPT = dt.timedelta(days=2)
# What was sent can be looked back at for a year; a key does not come again after so long.
DELIVERIES_KEPT = dt.timedelta(days=400)
# So many new objects that are not let go of by themselves; by default 700.
GARBAGE_LOOKED_FOR_FROM = 20_000


@dataclass
class Melktert:
    """The bot, ready to be served by Socket Mode (bot/running.py) or HTTP (bot/serving.py)."""

    bolt: App
    db: Database
    work: Work
    pools: Pools
    patient_client: WebClient
    log: Log
    stopping: Event
    rounds: Rounds

    def start_housekeeping(self) -> None:
        """Learn who is in the workspace, and forget old receipts and messages: now, and every hour. And post what is
        due, from now on.
        """
        Thread(target=self._keep_house, name="housekeeping", daemon=True).start()
        self.rounds.start()

    def finish(self) -> None:
        """Finish what was begun, and begin nothing more."""
        self.stopping.set()
        self.pools.finish()
        self.work.sender.posting.close()
        self.rounds.finish()

    def _keep_house(self) -> None:
        while True:
            is_done = False
            try:
                with guarded(self.log, asked="housekeeping"):
                    is_done = self._keep_house_once()
            except Unanswered as unanswered:
                self.log.note("housekeeping was not done", unanswered)
            if self.stopping.wait(HOUSEKEEPING_SECONDS if is_done else HOUSEKEEPING_AGAIN_SECONDS):
                return

    def _keep_house_once(self) -> bool:
        """Whether it is done for this hour, by this process or by another one."""
        now = self.work.clock()
        hour = f"housekeeping {now:%Y-%m-%d %H}"
        with self.db.writing() as connection:
            receipts.forget(connection, now - RECEIPTS_KEPT)
            # One of several processes does it.
            if not receipts.claim(connection, hour, now):
                return True
            deliveries.forget(connection, now - DELIVERIES_KEPT)
        try:
            found = self.work.directory.everybody(self.patient_client)
        except TROUBLE as error:
            self.log.note("Slack does not tell who is in the workspace", error)
            with self.db.writing() as connection:
                receipts.release(connection, hour)
            return False
        with self.db.writing() as connection:
            people.remember(connection, found, now)
        return True


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
    pools = Pools(log)
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    client = posting_client(token, settings.slack_api_url)
    patient_client = posting_client(token, settings.slack_api_url, is_patient=True)
    asking = WebClient(token, base_url=settings.slack_api_url, timeout=LOOKUP_SECONDS, retry_handlers=[])
    us = asking.auth_test()
    directory = Directory(asking, db, log, team_id=us["team_id"], first_admin=settings.first_admin, clock=clock)
    work = Work(db, directory, Sender(client, patient_client, pools.patient, log), log, clock)
    bolt = App(
        client=client,
        # bot/serving.py turns away what is unsigned before bolt sees it, and Socket Mode carries no signatures.
        request_verification_enabled=False,
        # Listeners wait for nothing; by default bolt gives each a thread, and looks every 10 ms whether it has ended.
        process_before_response=True,
    )
    register(bolt, Listener(work, pools, asking, bot_user_id=us["user_id"]), Submitting(work, pools))
    stopping = Event()
    rounds = rounds_of(settings, db, directory, log=log, clock=clock, stopping=stopping)
    return Melktert(bolt, db, work, pools, patient_client, log, stopping, rounds)


def settle_memory() -> None:
    """Spare Python's search for garbage what lives as long as the process: modules, statements, the App.

    By default it walks through all of that again and again, each time for longer than a card takes to answer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_LOOKED_FOR_FROM, 20, 20)


def register(bolt: App, listener: Listener, submitting: Submitting) -> None:
    """Every command by its name, and one listener for each of the other things that Slack delivers."""
    for command in commands.ALL:
        if command.has_own_name:
            bolt.command(f"/{command.name}")(listener.command)
        if command.shortcut is not None:
            bolt.shortcut(command.name)(listener.shortcut)
        if command.message_shortcut is not None:
            bolt.message_shortcut(command.name + OF_MESSAGE)(listener.message_shortcut)
    bolt.action(re.compile(r".*", re.DOTALL))(listener.press)
    bolt.options(re.compile(r".*", re.DOTALL))(listener.suggest)
    bolt.view(re.compile(r".*", re.DOTALL))(submitting.submit)
    bolt.event("message")(listener.message)
    bolt.event("app_mention")(listener.message)
    bolt.event("app_home_opened")(listener.home_opened)
    bolt.event("team_join")(listener.person_changed)
    bolt.event("user_change")(listener.person_changed)
    bolt.error(listener.failed)
