"""The rows behind messages to somebody else, or later: who has one, and what becomes of it."""

import datetime as dt
from typing import Any

import pytest

from store import deliveries
from store.database import Database
from store.deliveries import LEASE, REPORT, Delivery

NOW = dt.datetime(2026, 6, 4, 6, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
TOLD = {"command": "deliveries"}
REMIND = {"command": "promises", "do": "remind", "promise": 12}


def put(db: Database, key: str = "promise 12 due 2026-06-04", **about: Any) -> bool:
    about = {"to_user": "U1", "values": REMIND, "due_at": NOW, "at": NOW, **about}
    with db.writing() as connection:
        return deliveries.put(connection, key, "promise_due", **about)


def claim(db: Database, at: dt.datetime = NOW, most: int = 10) -> list[Delivery]:
    with db.writing() as connection:
        deliveries.expire(connection, at)
        return deliveries.claim(connection, at, most)


def begin(db: Database, one: Delivery, at: dt.datetime = NOW, **about: Any) -> bool:
    with db.writing() as connection:
        return deliveries.begin(connection, one, channel_id="D1", at=at, **about)


def kept(db: Database, key: str = "promise 12 due 2026-06-04") -> Delivery:
    with db.reading() as connection:
        found = deliveries.get(connection, key)
    assert found is not None
    return found


def begun(db: Database, **about: Any) -> Delivery:
    put(db, **about)
    (one,) = claim(db)
    assert begin(db, one)
    return one


def test_the_same_key_is_the_same_message(db: Database) -> None:
    assert put(db)
    assert not put(db, values={"command": "other"}, to_user="U2")
    assert (kept(db).values, kept(db).slack_user_id) == ({"command": "promises", "do": "remind", "promise": "12"}, "U1")
    assert len(claim(db)) == 1


def test_what_nobody_could_compose_is_a_mistake(db: Database) -> None:
    with pytest.raises(ValueError, match="command"):
        put(db, values={})


def test_it_is_claimed_when_it_is_due_by_one_worker_only(db: Database) -> None:
    put(db, due_at=LATER)
    assert claim(db) == []
    (one,) = claim(db, LATER)
    assert (one.state, one.attempts) == ("claimed", 1)
    assert claim(db, LATER) == []


def test_the_longest_due_come_first_and_no_more_than_asked_for(db: Database) -> None:
    for minutes in (3, 1, 2):
        put(db, f"of {minutes}", due_at=NOW - dt.timedelta(minutes=minutes))
    assert [one.key for one in claim(db, most=2)] == ["of 3", "of 2"]
    assert [one.key for one in claim(db)] == ["of 1"]


def test_whoever_died_before_the_post_is_followed_by_another_and_does_no_harm_on_waking(db: Database) -> None:
    put(db)
    (first,) = claim(db)
    assert claim(db, NOW + LEASE - SECOND) == []
    (second,) = claim(db, NOW + LEASE)
    assert second.run_id == first.run_id
    assert not begin(db, first, NOW + LEASE)
    assert begin(db, second, NOW + LEASE)
    with db.writing() as connection:
        assert not deliveries.release(connection, first, "Slack was busy.", until=LATER)
        assert not deliveries.drop(connection, first, "It is pointless.", report=TOLD, at=NOW)
        assert not deliveries.hold(connection, first, "x", report={"command": "deliveries"}, tell=["U9"], at=NOW)
    assert kept(db).state == "sending"


def test_a_clock_that_was_put_back_takes_nothing_out_of_the_world(db: Database) -> None:
    put(db, due_at=NOW - dt.timedelta(days=400))
    (one,) = claim(db, NOW)
    a_year_ago = NOW - dt.timedelta(days=365)
    (again,) = claim(db, a_year_ago)
    assert not begin(db, one, a_year_ago)
    assert begin(db, again, a_year_ago)


def test_what_may_have_been_posted_is_claimed_by_nobody(db: Database) -> None:
    begun(db)
    assert claim(db, NOW + dt.timedelta(days=9)) == []
    with db.reading() as connection:
        assert [one.key for one in deliveries.in_sending(connection)] == [kept(db).key]


def test_what_stands_in_slack_is_sent_whatever_was_thought_of_it(db: Database) -> None:
    one = begun(db)
    with db.writing() as connection:
        deliveries.release(connection, one, "It was not there.", until=NOW)
        assert deliveries.sent(connection, one, "17.01", at=NOW)
        assert not deliveries.sent(connection, one, "17.02", at=NOW)
    assert (kept(db).state, kept(db).ts, kept(db).trouble) == ("sent", "17.01", None)
    assert claim(db, LATER) == []


def test_what_slack_wants_later_is_not_lost_and_not_claimed_before(db: Database) -> None:
    one = begun(db)
    with db.writing() as connection:
        assert deliveries.release(connection, one, "Slack asked to wait.", until=NOW + 30 * SECOND)
    assert claim(db, NOW + 29 * SECOND) == []
    assert len(claim(db, NOW + 30 * SECOND)) == 1


@pytest.mark.parametrize("claimed", [False, True])
def test_it_can_be_taken_back_until_it_may_have_been_posted_and_asked_for_anew(db: Database, claimed: bool) -> None:
    put(db)
    found = claim(db) if claimed else []
    with db.writing() as connection:
        assert deliveries.withdraw(connection, kept(db).key)
        assert not deliveries.withdraw(connection, "promise 12 due 2026-06-04")
    assert not any(begin(db, one) for one in found)
    assert put(db)
    assert begin(db, claim(db)[0])
    with db.writing() as connection:
        assert not deliveries.withdraw(connection, kept(db).key)


def test_what_is_too_late_is_dropped_and_counts_as_missed(db: Database) -> None:
    put(db, expires_at=LATER)
    (one,) = claim(db, NOW)
    assert not begin(db, one, LATER)
    assert claim(db, NOW + LEASE) != []
    assert claim(db, LATER + LEASE) == []
    assert (kept(db).state, kept(db).is_missed, kept(db).trouble) == ("dropped", True, deliveries.MISSED)


def test_what_may_have_been_posted_is_never_missed(db: Database) -> None:
    begun(db, expires_at=LATER)
    assert claim(db, NOW + dt.timedelta(days=9)) == []
    assert kept(db).state == "sending"


def test_admins_are_told_once_of_what_is_held(db: Database) -> None:
    one = begun(db)
    with db.writing() as connection:
        for _ in range(2):
            report = {"command": "deliveries"}
            deliveries.hold(connection, one, "The channel is gone.", report=report, tell=["U8", "U9"], at=NOW)
    reports = claim(db)
    assert [(found.kind, found.slack_user_id, found.values["id"]) for found in reports] == [
        (REPORT, "U8", str(one.id)),
        (REPORT, "U9", str(one.id)),
    ]
    assert kept(db).state == "held"
    with db.writing() as connection:
        deliveries.hold(connection, reports[0], "Gone too.", report=report, tell=["U8", "U9"], at=NOW)
    assert claim(db, NOW) == []


def test_an_admin_lets_a_held_one_be_posted_again_or_lets_it_go(db: Database) -> None:
    one = begun(db, expires_at=LATER)
    with db.writing() as connection:
        assert not deliveries.post_again(connection, one.id, NOW)
        deliveries.hold(connection, one, "x", report={"command": "deliveries"}, tell=[], at=NOW)
        assert deliveries.post_again(connection, one.id, LATER)
    (again,) = claim(db, LATER + LEASE)
    assert (again.run_id, again.key) == (one.run_id, one.key)
    with db.writing() as connection:
        deliveries.hold(connection, again, "x", report={"command": "deliveries"}, tell=[], at=NOW)
        assert deliveries.let_go(connection, one.id)
        assert not deliveries.let_go(connection, one.id)
    assert (kept(db).state, kept(db).is_missed) == ("dropped", False)


def test_what_stands_below_a_message_waits_until_that_is_there(db: Database) -> None:
    put(db)
    (one,) = claim(db)
    assert begin(db, one, below=[{"command": "digest", "part": "details"}])
    assert claim(db, LATER) == []
    with db.writing() as connection:
        deliveries.sent(connection, one, "17.01", at=NOW)
    (below,) = claim(db, LATER)
    assert (below.thread_ts, below.channel_id, below.slack_user_id) == ("17.01", "D1", "U1")
    assert below.values == {"command": "digest", "part": "details"}


def test_what_was_to_stand_below_a_dropped_message_is_dropped_too(db: Database) -> None:
    put(db)
    (one,) = claim(db)
    begin(db, one, below=[{"command": "digest", "part": "details"}])
    with db.writing() as connection:
        deliveries.drop(connection, one, "Nothing to say.", report=TOLD, at=NOW)
    assert claim(db, LATER) == []
    assert kept(db, f"{one.key} thread 1").state == "dropped"


def test_old_ones_are_forgotten_once_they_are_done_with(db: Database) -> None:
    one = begun(db)
    put(db, "another")
    with db.writing() as connection:
        deliveries.sent(connection, one, "17.01", at=NOW)
        assert deliveries.forget(connection, NOW) == 0
        assert deliveries.forget(connection, LATER) == 1
    assert kept(db, "another").state == "waiting"


def test_what_its_reader_is_not_to_read_now_is_due_later_as_the_same_message(db: Database) -> None:
    put(db)
    (one,) = claim(db)
    with db.writing() as connection:
        assert deliveries.postpone(connection, one, until=LATER)
    later = kept(db)
    assert (later.id, later.run_id, later.state, later.due_at) == (one.id, one.run_id, "waiting", LATER)
    assert claim(db) == []
    (again,) = claim(db, LATER)
    with db.writing() as connection:
        assert not deliveries.postpone(connection, one, until=LATER + SECOND), "somebody else's meanwhile"
    assert begin(db, again, LATER)
    with db.writing() as connection:
        assert not deliveries.postpone(connection, again, until=LATER + SECOND), "it may have been posted"


def test_what_is_put_off_beyond_its_end_is_missed_at_its_end(db: Database) -> None:
    put(db, expires_at=LATER)
    (one,) = claim(db)
    with db.writing() as connection:
        assert deliveries.postpone(connection, one, until=LATER + dt.timedelta(days=9))
    assert kept(db).due_at == LATER
    assert claim(db, LATER) == []
    assert (kept(db).state, kept(db).is_missed) == ("dropped", True)


def test_only_what_waits_is_moved(db: Database) -> None:
    put(db)
    with db.writing() as connection:
        (waits,) = deliveries.waiting_for(connection, ["U1", "U2"], "promise_due")
        assert deliveries.move(connection, waits, due_at=LATER, expires_at=LATER + SECOND)
    assert (kept(db).due_at, kept(db).expires_at) == (LATER, LATER + SECOND)
    claim(db, LATER)
    with db.writing() as connection:
        assert deliveries.waiting_for(connection, ["U1"], "promise_due") == []
        assert not deliveries.move(connection, waits, due_at=NOW, expires_at=None)
