"""Real processes that post a delivery against the stand-in for Slack, and are killed in the middle of it."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

import sqlalchemy as sa
import yaml

from store import deliveries, tables
from store.database import WRITES, Database
from store.deliveries import Delivery
from tests.slack.faults import Fault
from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.test_layers import ROOT

Stage = Literal["claimed", "before the post", "after the post", "before its ts is kept"]
STAGES: tuple[Stage, ...] = get_args(Stage)
LEAVES_SENDING = STAGES[1:]
WAIT_SECONDS = 2
# Within so long of the kill, what may have been posted is known, or an admin is told.
KNOWN_WITHIN_SECONDS = 30
# Longer than whoever is to be killed will live.
FOR_GOOD_SECONDS = 60.0
ANSWER_SECONDS = 0.4


def environment(slack: Slack, db: Database) -> dict[str, str]:
    """The settings of a process, without those of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    fixed = {
        "DATABASE_URL": db.url.render_as_string(hide_password=False),
        "PYTHONPATH": str(ROOT),
        "AMBIGUOUS_WAIT_SECONDS": str(WAIT_SECONDS),
        "FIRST_ADMIN": "nobody@example.com",
    }
    return {**kept, **slack.environment, **fixed}


class Scene:
    """A workspace, a database, and processes that post."""

    def __init__(self, slack: Slack, db: Database, folder: Path) -> None:
        slack.install(yaml.safe_load((ROOT / "manifest.yml").read_text()))
        self.slack = slack
        self.db = db
        self.folder = folder
        self.anna: Person = slack.member("Anna")

    def starts(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of the bot."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *(arguments or ("deliver", "--once"))],
            cwd=self.folder,
            env=environment(self.slack, self.db),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def puts(self, key: str) -> None:
        """A message to Anna that is due."""
        now = dt.datetime.now(dt.UTC)
        with self.db.writing() as connection:
            values = {"command": "melktert"}
            deliveries.put(
                connection,
                key,
                "reminder",
                to_user=self.anna.id,
                values=values,
                due_at=now - dt.timedelta(days=1),
                at=now,
            )

    def row(self, key: str) -> Delivery:
        with self.db.reading() as connection:
            found = deliveries.get(connection, key)
        assert found is not None
        return found

    def standing(self, key: str) -> int:
        """How often the message stands in Slack."""
        run_id = self.row(key).run_id
        return sum(
            (message.metadata or {}).get("event_payload", {}).get("run") == run_id
            for message in self.slack.world.messages
        )

    def kills_one_at(self, stage: Stage, key: str) -> str:
        """Put a message, start a process, and kill it at this stage; the state in which it left the row."""
        self.puts(key)
        reached, cleared = self._stops_at(stage, key)
        victim = self.starts()
        try:
            self.slack.wait_for(reached, 60)
            if stage == "before its ts is kept":
                self._kill_before_it_writes(victim)
        finally:
            kill(victim)
            self.slack.faults.clear()
        assert cleared()
        return self.row(key).state

    def forgets_leases(self) -> None:
        """As if the minutes had passed after which a worker is taken for dead."""
        with self.db.writing() as connection:
            past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
            claimed = tables.deliveries.c.state == "claimed"
            connection.execute(sa.update(tables.deliveries).where(claimed).values(lease_until=past))

    def _stops_at(self, stage: Stage, key: str) -> tuple[Callable[[], bool], Callable[[], bool]]:
        """Let Slack keep the next process waiting there; whether it waits, and what holds once it is dead."""
        faults, standing = self.slack.faults, lambda: self.standing(key)
        if stage == "claimed":
            fault: Fault = faults.delay("users.info", FOR_GOOD_SECONDS)
            return lambda: fault.happened > 0, lambda: standing() == 0
        if stage == "before the post":
            faults.drop("chat.postMessage")
            fault = faults.delay("chat.postMessage", FOR_GOOD_SECONDS)
            return lambda: fault.happened > 0, lambda: standing() == 0
        seconds = FOR_GOOD_SECONDS if stage == "after the post" else ANSWER_SECONDS
        faults.delay("chat.postMessage", seconds, accepted=True)
        return lambda: standing() == 1, lambda: standing() == 1

    def _kill_before_it_writes(self, victim: subprocess.Popen[bytes]) -> None:
        """It waits for the database, which somebody else writes to, with Slack's answer in its hands."""
        with self.db.engine.execution_options(**{WRITES: True}).connect() as connection:
            connection.execute(sa.text("SELECT 1"))  # from here on nobody else can write
            time.sleep(2 * ANSWER_SECONDS)
            kill(victim)
            connection.rollback()


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL, with whatever it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
