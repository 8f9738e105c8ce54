"""Five hundred channels on one morning, at the pace that Slack allows."""

import datetime as dt

import pytest

from store import digest_schedules
from store.database import Database
from store.digest_schedules import Schedule
from store.tables import deliveries
from tests.bot.bots import running
from tests.ledger import Ledger, Line
from tests.slack.slack import Slack

SATURDAY = dt.datetime(2026, 6, 6, 6, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 6, 8, 8, 0, tzinfo=dt.UTC)
STEP_SECONDS = 1


def sent_in_time(slack: Slack, db: Database, channels: int, most_seconds: int) -> float:
    """Send a digest to so many channels, under Slack's limits; the seconds that it took on Slack's clock."""
    ledger = Ledger(db)
    customer = ledger.customer("Acme")
    ledger.invoice(customer, dt.date(2026, 5, 20), Line("5000", "1000"))
    ledger.done()
    places = [slack.channel(f"team-{number}") for number in range(channels)]
    with db.writing() as connection:
        for place in places:
            digest_schedules.save(connection, place.id, Schedule(zone="UTC"), by="U1", at=SATURDAY)
    slack.clock.stop(MONDAY)
    slack.rate_limits.enforce()
    for method in ("conversations.info", "chat.postMessage"):
        slack.complaints.allow(method, "ratelimited")

    def now() -> dt.datetime:
        return dt.datetime.fromtimestamp(slack.clock.now(), dt.UTC)

    with running(slack, db, "socket", clock=now) as melktert:
        melktert.rounds.deliverer.drafting.elapsed = slack.clock.now
        for _ in range(most_seconds // STEP_SECONDS + 1):
            melktert.rounds.round()
            if _states(db) == {"sent"}:
                break
            slack.clock.advance(seconds=STEP_SECONDS)
        elapsed = slack.clock.now() - MONDAY.timestamp()
    assert _states(db) == {"sent"}
    for place in places:
        assert sum("who needs us" in one.words for one in slack.messages(place)) == 1
        assert sum("Behind the digest" in one.words for one in slack.messages(place)) == 1
    return elapsed


def _states(db: Database) -> set[str]:
    with db.reading() as connection:
        return set(connection.scalars(deliveries.select().with_only_columns(deliveries.c.state).distinct()))


def test_ten_channels_have_their_digest_within_half_a_minute(slack: Slack, sqlite_db: Database) -> None:
    assert sent_in_time(slack, sqlite_db, channels=10, most_seconds=30) <= 30


@pytest.mark.soak
def test_five_hundred_channels_have_their_digest_within_ten_minutes(slack: Slack, sqlite_db: Database) -> None:
    assert sent_in_time(slack, sqlite_db, channels=500, most_seconds=600) <= 600
