"""A Hypothesis state machine over the steps by which a delivery is posted: two to eight workers, each of which may die
between any two steps, or be overtaken by the others; clocks that are put forward and back; and a Slack that takes a
post and loses the answer, or takes it late, or not at all.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.deliver import Deliverer
from bot.directory import Directory
from bot.log import Log
from store import deliveries, tables
from store.database import Database
from store.deliveries import Delivery
from tests.bot.conversation import MISHAPS, Conversation

START = dt.datetime(2026, 6, 4, 6, 0, tzinfo=dt.UTC)
WAIT_SECONDS = 60.0
ADMIN = "U9"
# After so long without trouble, all is decided: longer than every lease, pause and wait together.
ROUNDS_TO_THE_END = 60
# Few, so that much happens to each.
DELIVERIES_MOST = 3


class World:
    """What all workers share: the time by their clocks (`now`), and the time that passes (`elapsed`)."""

    def __init__(self) -> None:
        self.passed_seconds = 0.0
        self.put_forward = dt.timedelta(0)

    def elapsed(self) -> float:
        return self.passed_seconds

    def now(self) -> dt.datetime:
        return START + self.put_forward + dt.timedelta(seconds=self.passed_seconds)


class Worker:
    """One process: it remembers nothing once it has died. `at_work` are the deliveries that it is in the middle of."""

    def __init__(self, db: Database, world: World, conversation: Conversation) -> None:
        client: Any = conversation
        directory = Directory(
            client, db, Log(), team_id="T1", first_admin=ADMIN, clock=world.now, elapsed=world.elapsed
        )
        self.deliverer = Deliverer(
            db, directory, client, Log(), clock=world.now, wait_seconds=WAIT_SECONDS, elapsed=world.elapsed
        )
        self.at_work: list[Iterator[str]] = []

    def claim(self, most: int) -> None:
        with self.deliverer.db.writing() as connection:
            now = self.deliverer.clock()
            deliveries.expire(connection, now)
            claimed = deliveries.claim(connection, now, most)
        self.at_work += map(self.deliverer.steps, claimed)

    def look(self) -> None:
        self.at_work += map(self.deliverer.look, self.deliverer.doubtful())

    def step(self, which: int) -> None:
        if self.at_work:
            steps = self.at_work[which % len(self.at_work)]
            if next(steps, None) is None:
                self.at_work.remove(steps)

    def finish(self) -> None:
        for steps in self.at_work:
            for _ in steps:
                pass
        self.at_work.clear()


class Deliveries(RuleBasedStateMachine):
    """`db` is migrated, and empty of deliveries; it is emptied at the end."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db = db
        self.world = World()
        # A post is begun within a quarter of the wait, and Slack may take it as long as the client listens, half of it.
        self.slack = Conversation(self.world.elapsed, late_seconds=WAIT_SECONDS / 2)
        self.put_so_far = 0
        self.workers: list[Worker] = []

    @initialize(count=st.sampled_from([2, 2, 2, 3, 4, 8]))
    def open(self, count: int) -> None:
        self.workers = [self.worker() for _ in range(count)]
        self.put(private=True, expires_minutes=None)

    def worker(self) -> Worker:
        return Worker(self.db, self.world, self.slack)

    def rows(self) -> list[Delivery]:
        with self.db.reading() as connection:
            ids = list(connection.scalars(sa.select(tables.deliveries.c.id)))
            found = [deliveries.by_id(connection, delivery_id) for delivery_id in ids]
        return [one for one in found if one is not None]

    # --- what happens -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.put_so_far < DELIVERIES_MOST)
    @rule(private=st.booleans(), expires_minutes=st.sampled_from([None, None, 5, 600]))
    def put(self, private: bool, expires_minutes: int | None) -> None:
        self.put_so_far += 1
        now = self.world.now()
        expires_at = None if expires_minutes is None else now + dt.timedelta(minutes=expires_minutes)
        to: dict[str, Any] = {"to_user": "U1"} if private else {"to_channel": "C1"}
        with self.db.writing() as connection:
            deliveries.put(
                connection,
                f"{self.put_so_far}",
                # What is private keeps to its reader's hours, and may be put off while others are at it.
                "promise_due" if private else "reminder",
                values={"command": "melktert"},
                due_at=now,
                expires_at=expires_at,
                at=now,
                **to,
            )

    @rule(which=st.integers(0, 7), most=st.integers(1, 3), times=st.integers(0, 4))
    def somebody_claims(self, which: int, most: int, times: int) -> None:
        self.workers[which % len(self.workers)].claim(most)
        self.somebody_takes_steps(which, 0, times)

    @rule(which=st.integers(0, 7), what=st.integers(0, 5), times=st.integers(1, 4))
    def somebody_takes_steps(self, which: int, what: int, times: int) -> None:
        for _ in range(times):
            self.workers[which % len(self.workers)].step(what)

    @rule(which=st.integers(0, 7), times=st.integers(0, 2))
    def somebody_looks(self, which: int, times: int) -> None:
        """Newly at work, the looks are taken up last; so are they here."""
        worker = self.workers[which % len(self.workers)]
        worker.look()
        for _ in range(times):
            worker.step(-1)

    @rule(which=st.integers(0, 7))
    def somebody_dies_and_another_starts(self, which: int) -> None:
        self.workers[which % len(self.workers)] = self.worker()

    @rule(seconds=st.sampled_from([1, 5, 14, 16, 31, 61, 125, 700]))
    def time_passes(self, seconds: int) -> None:
        """Those who live see, every few seconds, what is being posted."""
        for worker in self.workers:
            worker.deliverer.doubtful()
        self.world.passed_seconds += seconds

    @rule(minutes=st.sampled_from([-600_000, -600, -3, 3, 600]))
    def clocks_are_put(self, minutes: int) -> None:
        self.world.put_forward += dt.timedelta(minutes=minutes)

    @rule(mishaps=st.lists(st.sampled_from(MISHAPS), min_size=1, max_size=3))
    def slack_is_unwell(self, mishaps: list[Any]) -> None:
        self.slack.mishaps.extend(mishaps)

    @rule(is_readable=st.sampled_from([True, True, False]))
    def the_history_is_opened_or_closed(self, is_readable: bool) -> None:
        self.slack.is_readable = is_readable

    @rule(which=st.integers(0, 7), times=st.integers(1, 3))
    def slack_is_away_for_a_moment(self, which: int, times: int) -> None:
        self.slack.is_reachable = False
        self.somebody_takes_steps(which, -1, times)
        self.slack.is_reachable = True

    # --- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def nothing_stands_there_twice(self) -> None:
        runs = [post.run_id for post in self.slack.posts]
        assert len(runs) == len(set(runs)), "a message was posted twice"

    def teardown(self) -> None:
        try:
            if self.workers:
                self.all_ends_well()
        finally:
            with self.db.writing() as connection:
                connection.execute(tables.deliveries.delete())

    def all_ends_well(self) -> None:
        """Everybody dies, Slack is well again (its history may stay closed), clocks run, and one worker goes on."""
        self.slack.mishaps.clear()
        self.slack.is_reachable = True
        last = self.worker()
        for _ in range(ROUNDS_TO_THE_END):
            if all(one.state in ("sent", "held", "dropped") for one in self.rows()):
                break
            # What was put before the clocks were put back is due by the new time only.
            due = max((one.due_at for one in self.rows()), default=self.world.now())
            self.world.put_forward += max(due - self.world.now(), dt.timedelta(0))
            self.world.passed_seconds += WAIT_SECONDS + 1
            last.claim(10)
            last.look()
            last.finish()
        self.nothing_stands_there_twice()
        for one in self.rows():
            self.nobody_is_left_in_the_dark(one)

    def nobody_is_left_in_the_dark(self, one: Delivery) -> None:
        posts = self.slack.of(one.run_id)
        match one.state:
            case "sent":
                assert [post.ts for post in posts] == [one.ts]
            case "dropped":
                # A report is pointless where the message turned out to stand there after all.
                assert len(posts) == 0, one
                assert one.is_missed or one.kind == deliveries.REPORT, one
            case "held":
                with self.db.reading() as connection:
                    told = [deliveries.get(connection, f"{one.key} held {n} to {ADMIN}") for n in range(99)]
                assert any(told) or one.kind == deliveries.REPORT, one
            case _:
                raise AssertionError(f"silent: {one}")
