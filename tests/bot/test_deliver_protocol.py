"""Whatever happens, in whatever order: no message is posted twice, and none goes missing without a word."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from store.database import Database
from tests.bot.conversation import RETRY_AFTER_SECONDS, Mishap
from tests.bot.delivery_machine import ADMIN, WAIT_SECONDS, Deliveries

# make soak-digest runs these in parts, so that every core has one.
SOAK_PARTS = 10
SOAK_SQLITE, SOAK_POSTGRESQL = 10_000, 1_000


def explore(db: Database, schedules: int) -> None:
    """So many schedules of events. Processes die in them, but no power fails."""
    if db.dialect == "sqlite":
        sa.event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    run_state_machine_as_test(
        lambda: Deliveries(db),
        settings=settings(
            max_examples=schedules,
            stateful_step_count=40,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_schedule_of_events_doubles_a_message_or_loses_one(sqlite_db: Database) -> None:
    explore(sqlite_db, 60)


def test_no_schedule_of_events_does_so_on_postgresql(postgresql_db: Database) -> None:
    explore(postgresql_db, 12)


@pytest.fixture
def events(sqlite_db: Database) -> Iterator[Deliveries]:
    """Events in an order of our own: two workers, and one message that is due."""
    machine = Deliveries(sqlite_db)
    machine.open(2)
    yield machine
    machine.teardown()


def posted(events: Deliveries) -> int:
    return len(events.slack.posts)


def test_who_slept_between_saying_that_it_would_post_and_the_post_posts_nothing(events: Deliveries) -> None:
    slow, other = events.workers
    slow.claim(1)
    slow.step(0)
    slow.step(0)
    events.time_passes(int(WAIT_SECONDS) + 1)
    other.look()
    other.finish()
    other.claim(1)
    other.finish()
    assert posted(events) == 1
    slow.finish()
    assert posted(events) == 1


def test_who_slept_before_saying_that_it_would_post_posts_nothing_if_others_took_over(events: Deliveries) -> None:
    slow, other = events.workers
    slow.claim(1)
    slow.step(0)
    events.time_passes(200)
    other.claim(1)
    slow.finish()
    assert posted(events) == 0
    other.finish()
    assert posted(events) == 1


@pytest.mark.parametrize("mishap", ["lost answer", "500 after", "late"])
def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(events: Deliveries, mishap: Mishap) -> None:
    first, _ = events.workers
    events.slack.mishaps.append(mishap)
    first.claim(1)
    first.finish()
    assert [one.state for one in events.rows()] == ["sending"]
    events.time_passes(int(WAIT_SECONDS) - 1)
    first.look()
    assert first.at_work == []
    events.time_passes(1)
    first.look()
    first.finish()
    assert [(one.state, one.ts) for one in events.rows()] == [("sent", events.slack.posts[0].ts)]


def test_retry_after_is_honoured_and_nothing_lost(events: Deliveries) -> None:
    first, _ = events.workers
    events.slack.mishaps.append("429")
    first.claim(1)
    first.finish()
    events.time_passes(RETRY_AFTER_SECONDS - 1)
    first.claim(1)
    assert first.at_work == []
    events.time_passes(1)
    first.claim(1)
    first.finish()
    assert [one.state for one in events.rows()] == ["sent"]


def test_where_the_conversation_cannot_be_read_an_admin_is_told_and_nothing_repeated(events: Deliveries) -> None:
    first, _ = events.workers
    events.slack.mishaps.append("lost answer")
    events.slack.is_readable = False
    first.claim(1)
    first.finish()
    events.time_passes(int(WAIT_SECONDS) + 1)
    first.look()
    first.finish()
    held, report = events.rows()
    assert (held.state, report.slack_user_id, report.values) == ("held", ADMIN, {"command": "deliveries", "id": "1"})
    assert "may have been posted or not" in str(held.trouble)
    assert posted(events) == 1


@pytest.mark.soak
@pytest.mark.parametrize("part", range(SOAK_PARTS))
def test_ten_thousand_schedules_on_sqlite(sqlite_db: Database, part: int) -> None:
    explore(sqlite_db, SOAK_SQLITE // SOAK_PARTS)


@pytest.mark.soak
def test_a_thousand_schedules_on_postgresql(postgresql_db: Database) -> None:
    explore(postgresql_db, SOAK_POSTGRESQL)
