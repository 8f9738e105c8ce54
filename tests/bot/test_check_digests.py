"""What the doctor says of the digests of channels."""

import datetime as dt

from bot.check_digests import digests
from store import deliveries, digest_due, digest_schedules
from store.database import Database
from store.digest_schedules import Schedule

SATURDAY = dt.datetime(2026, 6, 6, 6, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 6, 8, 8, 0, tzinfo=dt.UTC)


def said(db: Database, at: dt.datetime) -> str:
    with db.reading() as connection:
        return "\n".join(f"{one.level} {one.about}: {one.says} {one.remedy}" for one in digests(connection, at))


def test_the_last_and_the_next_run_of_each(db: Database) -> None:
    assert said(db, SATURDAY) == ""
    with db.writing() as connection:
        kept = digest_schedules.save(connection, "C1", Schedule(zone="UTC"), by="U1", at=SATURDAY)
    assert said(db, SATURDAY) == "ok Digest of C1: It was not sent yet; the next is due on 2026-06-08 08:00 UTC. "
    with db.writing() as connection:
        digest_due.plan(connection, MONDAY)
        (one,) = deliveries.claim(connection, MONDAY, 5)
        deliveries.begin(connection, one, channel_id="C1", below=(), at=MONDAY)
        deliveries.sent(connection, one, "1.2", at=MONDAY)
    assert "last sent on 2026-06-08 08:00 UTC; the next is due on 2026-06-15" in said(db, MONDAY)
    with db.writing() as connection:
        digest_schedules.pause(connection, kept, by="melktert", at=MONDAY, because="The channel is archived.")
    assert "It is paused: The channel is archived. It was last sent" in said(db, MONDAY)


def test_that_somebody_paused_one_is_nothing_to_put_right(db: Database) -> None:
    with db.writing() as connection:
        kept = digest_schedules.save(connection, "C1", Schedule(zone="UTC"), by="U1", at=SATURDAY)
        digest_schedules.pause(connection, kept, by="U1", at=SATURDAY)
    paused = "ok Digest of C1: Somebody has paused it; it was not sent yet. /digest resume in the channel"
    assert said(db, MONDAY).startswith(paused)


def test_what_was_missed_is_counted(db: Database) -> None:
    with db.writing() as connection:
        digest_schedules.save(connection, "C1", Schedule(zone="UTC"), by="U1", at=SATURDAY)
    later = MONDAY + dt.timedelta(weeks=3, hours=1)
    with db.writing() as connection:
        assert digest_due.plan(connection, later) == 4
        assert digest_due.plan(connection, later) == 0
        assert deliveries.expire(connection, later) == 3
        assert [one.key for one in deliveries.claim(connection, later, 5)] == ["digest team 1 2026-06-29"]
    assert "3 were not sent in time" in said(db, later)


def test_the_latest_missed_one_is_sent_for_three_days_only(db: Database) -> None:
    with db.writing() as connection:
        digest_schedules.save(connection, "C1", Schedule(zone="UTC"), by="U1", at=SATURDAY)
    late = MONDAY + dt.timedelta(hours=73)
    with db.writing() as connection:
        digest_due.plan(connection, late)
        deliveries.expire(connection, late)
        assert deliveries.claim(connection, late, 5) == []
