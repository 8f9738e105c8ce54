"""What the operator is told of messages: by the doctor, and by /metrics."""

import datetime as dt

from bot import check_deliveries, metrics
from store import deliveries
from store.database import Database
from tests.ledger import NOW

HOUR = dt.timedelta(hours=1)


def put(db: Database, key: str, due_at: dt.datetime = NOW, expires_at: dt.datetime | None = None) -> None:
    with db.writing() as connection:
        deliveries.put(
            connection,
            key,
            "promise_due",
            to_user="U1",
            values={"command": "promises"},
            due_at=due_at,
            expires_at=expires_at,
            at=NOW,
        )


def work(db: Database, *, ts: str | None = None, trouble: str = "", at: dt.datetime = NOW) -> None:
    """Send the one that is due, or hold it."""
    with db.writing() as connection:
        deliveries.expire(connection, at)
        for one in deliveries.claim(connection, at, 1):
            deliveries.begin(connection, one, channel_id="D1", at=at)
            if ts is not None:
                deliveries.sent(connection, one, ts, at=at)
            else:
                deliveries.hold(connection, one, trouble, report={"command": "deliveries"}, tell=[], at=at)


def found(db: Database, now: dt.datetime = NOW) -> list[tuple[str, str]]:
    with db.reading() as connection:
        return [(one.level, f"{one.about}: {one.says}") for one in check_deliveries.findings(connection, now)]


def test_where_there_was_nothing_to_say_that_is_in_order(sqlite_db: Database) -> None:
    assert found(sqlite_db) == [("ok", "Messages: No reminder or digest has been due so far.")]


def test_of_each_kind_the_last_and_the_next_are_told(sqlite_db: Database) -> None:
    put(sqlite_db, "a")
    work(sqlite_db, ts="1.2")
    put(sqlite_db, "b", NOW + HOUR)
    assert found(sqlite_db) == [
        ("ok", "Messages promise_due: Last sent 2026-06-01 06:00 UTC, next due 2026-06-01 07:00 UTC.")
    ]


def test_what_is_held_is_told_with_its_reason(sqlite_db: Database) -> None:
    put(sqlite_db, "promise 3 due 2026-06-01")
    work(sqlite_db, trouble="The person has left Slack.")
    (held, _) = found(sqlite_db)
    says = "promise 3 due 2026-06-01 to U1, due 2026-06-01 06:00 UTC: The person has left Slack."
    assert held == ("warning", f"Message held: {says}")


def test_what_nobody_posts_is_noticed_and_then_missed(sqlite_db: Database) -> None:
    put(sqlite_db, "a", expires_at=NOW + 2 * HOUR)
    assert ("warning", "Messages: 1 message has been due for more than ten minutes.") in found(sqlite_db, NOW + HOUR)
    work(sqlite_db, at=NOW + 3 * HOUR)
    (missed,) = found(sqlite_db, NOW + 3 * HOUR)
    assert "1 missed in the last 8 days" in missed[1]


def test_metrics_are_lines_that_prometheus_reads(db: Database) -> None:
    assert "melktert_deliveries_missed_total 0" in metrics.text(db, NOW)
    put(db, "a")
    work(db, ts="1.2")
    put(db, "b")
    lines = metrics.text(db, NOW).splitlines()
    assert 'melktert_deliveries{state="sent"} 1' in lines
    assert 'melktert_deliveries{state="waiting"} 1' in lines
    assert "melktert_deliveries_overdue 1" in lines
    assert f"melktert_delivery_last_sent_timestamp_seconds {NOW.timestamp():.0f}" in lines
    assert all(line.startswith(("# HELP ", "# TYPE ", "melktert_")) for line in lines)
