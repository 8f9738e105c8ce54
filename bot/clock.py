"""The clock: every few seconds what is due is posted, and what may have been posted is looked for.

Every process of the bot has one; the rows of store/deliveries.py see to it that each message is one process's.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

from slack_sdk import WebClient

from bot.answer import Unanswered, guarded
from bot.deliver import Deliverer
from bot.directory import Directory
from bot.log import Log
from bot.planning import plan_digests
from bot.send import TIMEOUT_SECONDS
from bot.settings import Settings
from store import deliveries
from store.database import Database
from store.deliveries import Delivery

ROUND_SECONDS = 2
PLANS_SECONDS = 60
# So many are claimed at a time, and so many posted at once: what is claimed is posted long before its lease ends.
CLAIMED_MOST = 8
POSTED_AT_ONCE = 4
# Whoever stops the bot waits so long for a post that is under way.
GRACE_SECONDS = 8

# A planner puts the deliveries that have come due into the database: asked every minute, in every process, so that it
# must not mind being asked twice at once. It is given the moment in UTC.
Planner = Callable[[Database, dt.datetime], None]
PLANNERS: tuple[Planner, ...] = (plan_digests,)


class Rounds:
    """Makes one round after the other, until `stopping`."""

    def __init__(
        self,
        deliverer: Deliverer,
        log: Log,
        stopping: Event,
        planners: tuple[Planner, ...] = PLANNERS,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.deliverer = deliverer
        self.db = deliverer.db
        self.log = log
        self.stopping = stopping
        self.planners = planners
        self.elapsed = elapsed
        self.plans_due_seconds = float("-inf")
        self.thread = Thread(target=self._go_on, name="clock", daemon=True)
        self.unstarted = Lock()

    def start(self) -> None:
        """Make rounds from now on, in a thread; it does not matter how often that is asked for."""
        if self.unstarted.acquire(blocking=False):
            self.thread.start()

    def finish(self) -> None:
        """Wait for the post that is under way; the rest stays for the next process."""
        if self.thread.is_alive():
            self.thread.join(GRACE_SECONDS)

    def round(self) -> None:
        """Plan, find out about what may have been posted, and post what is due. Errors: none."""
        for step in (self._plan, self._write_what_is_known, self._resolve, self._post_all):
            if not self.stopping.is_set():
                self._guarded(step)

    def round_to_the_end(self) -> None:
        """Rounds until no message is left of which it is not known whether it was posted."""
        self.round()
        while self._is_in_doubt() and not self.stopping.wait(min(ROUND_SECONDS, self.deliverer.wait_seconds / 4)):
            self.round()

    def _go_on(self) -> None:
        while True:
            self.round()
            if self.stopping.wait(ROUND_SECONDS):
                return

    def _plan(self) -> None:
        if self.elapsed() < self.plans_due_seconds:
            return
        self.plans_due_seconds = self.elapsed() + PLANS_SECONDS
        for planner in self.planners:
            self._guarded(planner, self.db, self.deliverer.clock())

    def _write_what_is_known(self) -> None:
        for one, ts in list(self.deliverer.unwritten.values()):
            self.deliverer.write_sent(one, ts)

    def _post_all(self) -> None:
        """All that is due. Some at once, so that one that Slack is slow to take does not keep the others waiting."""
        claimed = self._claimed()
        if not claimed:
            return
        with ThreadPoolExecutor(POSTED_AT_ONCE, "posting") as pool:
            while claimed:
                list(pool.map(self._post, claimed))
                claimed = [] if self.stopping.is_set() else self._claimed()

    def _claimed(self) -> list[Delivery]:
        now = self.deliverer.clock()
        with self.db.reading() as connection:
            if not deliveries.is_anything_due(connection, now):
                return []
        with self.db.writing() as connection:
            deliveries.expire(connection, now)
            return deliveries.claim(connection, now, CLAIMED_MOST)

    def _post(self, one: Delivery) -> None:
        if self.stopping.is_set():
            self._guarded(self._release, one)
        else:
            self._guarded(_exhaust, self.deliverer.steps(one))

    def _release(self, one: Delivery) -> None:
        with self.db.writing() as connection:
            deliveries.release(connection, one, "Melktert was being stopped.", until=self.deliverer.clock())

    def _resolve(self) -> None:
        for one in self.deliverer.doubtful():
            self._guarded(_exhaust, self.deliverer.look(one))

    def _is_in_doubt(self) -> bool:
        with self.db.reading() as connection:
            return bool(deliveries.in_sending(connection))

    def _guarded(self, step: Callable[..., None], *about: object) -> None:
        try:
            with guarded(self.log, asked="the clock"):
                step(*about)
        except Unanswered as unanswered:
            self.log.note("the clock could not do something, and will try again", unanswered)


def rounds_of(
    settings: Settings,
    db: Database,
    directory: Directory,
    *,
    log: Log,
    clock: Callable[[], dt.datetime],
    stopping: Event,
) -> Rounds:
    """The rounds of these settings."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    wait_seconds = settings.ambiguous_wait_seconds
    # It never asks again by itself, not even after a 429: Slack could take a message twice, or late.
    # To connect, to shake hands and to be answered may take this long each: half of the wait together.
    timeout_seconds = min(TIMEOUT_SECONDS, max(1, wait_seconds // 6))
    client = WebClient(token, base_url=settings.slack_api_url, timeout=timeout_seconds, retry_handlers=[])
    deliverer = Deliverer(db, directory, client, log, clock=clock, wait_seconds=wait_seconds)
    return Rounds(deliverer, log, stopping)


def _exhaust(steps: Iterator[str]) -> None:
    for _ in steps:
        pass
