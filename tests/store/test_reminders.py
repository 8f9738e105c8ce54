"""The messages that wait about promises: put with the change that causes them, withdrawn with what ends them."""

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.app import DELIVERIES_KEPT
from store import deliveries, people, promises, reminders, rep_hours, reps, succession, tables
from store.database import Database
from store.people import Person
from store.promises import MADE, Doing, NewPromise, Promise
from store.rep_hours import RepHours
from store.who import Who
from tests.ledger import NOW, Ledger

# A Friday; NOW is the Monday morning before, 8:00 in Johannesburg.
DUE = dt.date(2026, 6, 5)
ANNA, BEN = Who(slack_user_id="U1"), Who(slack_user_id="U2")
IN_TIME, OVERDUE = ("2026-06-05 06:30", "U1"), ("2026-06-08 06:30", "U1")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna, a rep, is in Johannesburg, Ben in Los Angeles; Carl is a rep whom nobody in Slack is."""
    ledger = Ledger(db)
    anna, carl = ledger.rep("Anna Botha"), ledger.rep("Carl")
    acme = ledger.customer("Acme", owner=anna)
    with db.writing() as connection:
        known = [
            Person("U1", "T1", "anna", zone="Africa/Johannesburg"),
            Person("U2", "T1", "ben", zone="America/Los_Angeles"),
            Person("U3", "T1", "carl", zone="Pacific/Auckland"),
        ]
        people.remember(connection, known, NOW)
        reps.link(connection, anna, "U1", by="U9", at=NOW)
    return SimpleNamespace(db=db, anna=anna, carl=carl, acme=acme)


def promised(connection: Connection, team: SimpleNamespace, who: Who = ANNA, due_on: dt.date = DUE) -> Promise:
    return promises.make(connection, NewPromise(team.acme, "send the quote", due_on, who, by="U1", at=NOW))


def doing(*, by: str = "U1", hours: int = 0) -> Doing:
    return Doing(by, NOW + dt.timedelta(hours=hours), NOW.date())


def waiting(connection: Connection, *kinds: str) -> list[tuple[str, str]]:
    """When what waits will be sent, in UTC, and to whom."""
    of = tables.deliveries
    chosen = of.c.kind.in_(kinds or ("promise_due", "promise_overdue")) & (of.c.state == "waiting")
    rows = connection.execute(sa.select(of).where(chosen).order_by(of.c.due_at, of.c.id))
    return [(row.due_at.strftime("%Y-%m-%d %H:%M"), row.slack_user_id) for row in rows]


def test_a_promise_is_reminded_in_the_morning_of_its_day_and_once_more_when_overdue(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        assert waiting(connection) == [IN_TIME, OVERDUE]
        assert reminders.first(connection, promise) == dt.datetime(2026, 6, 5, 6, 30, tzinfo=dt.UTC)
        due = deliveries.get(connection, f"promise {promise.id} due 2026-06-05 to U1")
        assert due is not None
        assert due.values == {"command": "promises", "do": "remind", "promise": str(promise.id)}
        assert due.expires_at == dt.datetime(2026, 6, 8, 6, 30, tzinfo=dt.UTC), "never both at once"


def test_a_promise_that_is_not_saved_reminds_of_nothing(team: SimpleNamespace) -> None:
    def make_and_fail() -> None:
        with team.db.writing() as connection:
            promised(connection, team)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_and_fail()
    with team.db.reading() as connection:
        assert waiting(connection) == []


@pytest.mark.parametrize("change", ["keep", "drop", "undo"])
def test_once_it_is_closed_nothing_waits_any_more_until_that_is_taken_back(team: SimpleNamespace, change: str) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        match change:
            case "keep":
                changed = promises.keep(connection, promise.id, doing())
            case "drop":
                changed = promises.drop(connection, promise.id, "no", doing())
            case _:
                changed = promises.undo(connection, promise.id, MADE, doing())
        assert waiting(connection) == []
        assert reminders.first(connection, changed.promise) is None
        if change != "undo":
            promises.undo(connection, promise.id, changed.change.id, doing())
            assert waiting(connection) == [IN_TIME, OVERDUE]


def test_a_promise_that_is_moved_is_reminded_on_the_other_day_alone(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        moved = promises.snooze(connection, promise.id, dt.date(2026, 6, 10), "away", doing())
        assert waiting(connection) == [("2026-06-10 06:30", "U1"), ("2026-06-11 06:30", "U1")]
        promises.undo(connection, promise.id, moved.change.id, doing())
        assert waiting(connection) == [IN_TIME, OVERDUE]


def test_handed_over_it_reminds_the_colleague_who_is_told_in_working_hours(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        handed = promises.hand_over(connection, promise.id, BEN, doing())
        # In Los Angeles it is still Sunday, and half past eight comes nine hours later than in Johannesburg.
        assert waiting(connection, "hand_over") == [("2026-06-01 15:30", "U2")]
        assert waiting(connection) == [("2026-06-05 15:30", "U2"), ("2026-06-08 15:30", "U2")]
        promises.undo(connection, promise.id, handed.change.id, doing())
        assert waiting(connection, "hand_over") == []
        assert waiting(connection) == [IN_TIME, OVERDUE]


def test_who_was_told_already_is_told_that_it_was_taken_back(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        handed = promises.hand_over(connection, promised(connection, team).id, BEN, doing())
        connection.execute(
            tables.deliveries.update().where(tables.deliveries.c.kind == "hand_over").values(state="sent")
        )
        promises.undo(connection, handed.promise.id, handed.change.id, doing())
        (key,) = connection.scalars(
            sa.select(tables.deliveries.c.key).where(
                tables.deliveries.c.kind == "hand_over", tables.deliveries.c.state == "waiting"
            )
        )
    assert key == f"promise {handed.promise.id} returned {handed.change.id} to U2"


def test_who_is_to_keep_what_somebody_else_promised_is_told_and_told_again_when_it_is_taken_back(
    team: SimpleNamespace,
) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team, BEN)
        assert waiting(connection, "hand_over") == [("2026-06-01 15:30", "U2")]
        connection.execute(tables.deliveries.update().values(state="sent"))
        promises.undo(connection, promise.id, MADE, doing())
        assert waiting(connection, "hand_over") == [("2026-06-01 15:30", "U2")]
        other = promised(connection, team, BEN)
        promises.undo(connection, other.id, MADE, doing())
        assert len(waiting(connection, "hand_over")) == 1, "nobody hears of what was taken back before they knew"


def test_whoever_takes_a_promise_over_needs_no_word_of_it(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promises.hand_over(connection, promised(connection, team).id, BEN, doing(by="U2"))
        assert waiting(connection, "hand_over") == []


def test_what_was_sent_is_not_sent_again_when_a_change_is_taken_back(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        connection.execute(tables.deliveries.update().values(state="sent"))
        kept = promises.keep(connection, promise.id, doing())
        promises.undo(connection, promise.id, kept.change.id, doing())
        assert waiting(connection) == []


def test_hours_that_are_changed_move_the_reminders_that_wait(team: SimpleNamespace) -> None:
    away = RepHours(remind_at=dt.time(7, 15), leave_from_on=dt.date(2026, 6, 4), leave_until_on=dt.date(2026, 6, 10))
    with team.db.writing() as connection:
        promised(connection, team)
        promised(connection, team, BEN)
        assert rep_hours.settle(connection, "U1", away, at=NOW, receipt="view 1")
        reminders.move(connection, ANNA, NOW)
        assert not rep_hours.settle(connection, "U1", RepHours(), at=NOW, receipt="view 1"), "the same submission"
        assert rep_hours.get(connection, "U1") == away
        mine = [one for one in waiting(connection) if one[1] == "U1"]
        assert mine == [("2026-06-03 05:15", "U1"), ("2026-06-11 05:15", "U1")]
        assert len(waiting(connection)) == 4


def test_what_was_told_so_long_ago_that_it_is_forgotten_is_not_told_again_when_hours_change(
    team: SimpleNamespace,
) -> None:
    with team.db.writing() as connection:
        promise = promised(connection, team)
        connection.execute(tables.deliveries.update().values(state="sent"))
        later = NOW + DELIVERIES_KEPT + dt.timedelta(days=8)
        assert deliveries.forget(connection, later - DELIVERIES_KEPT) == 2
        reminders.move(connection, ANNA, later)
        assert waiting(connection) == []
        promises.hand_over(connection, promise.id, BEN, Doing("U1", later, later.date()))
        assert [user for _, user in waiting(connection)] == ["U2"], "whoever is to keep it now was told nothing yet"


def test_hours_that_are_changed_and_a_clock_elsewhere_move_the_word_that_waits(team: SimpleNamespace) -> None:
    away = RepHours(leave_from_on=dt.date(2026, 5, 31), leave_until_on=dt.date(2026, 6, 30))
    with team.db.writing() as connection:
        promises.hand_over(connection, promised(connection, team).id, BEN, doing())
        assert waiting(connection, "hand_over") == [("2026-06-01 15:30", "U2")]
        rep_hours.settle(connection, "U2", away, at=NOW)
        reminders.move(connection, BEN, NOW)
        assert waiting(connection, "hand_over") == [("2026-07-01 15:30", "U2")]
        (word,) = deliveries.waiting_for(connection, ["U2"], "hand_over")
        assert word.expires_at == word.due_at + dt.timedelta(days=14)
        people.remember(connection, [Person("U2", "T1", "ben", zone="Europe/Paris")], NOW)
        assert waiting(connection, "hand_over") == [("2026-07-01 06:30", "U2")]


def test_reminders_follow_whoever_moves_to_another_time_zone_or_was_not_known_before(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promised(connection, team)
        promised(connection, team, Who(slack_user_id="U7"))
        assert waiting(connection)[:2] == [IN_TIME, ("2026-06-05 08:30", "U7")]
        known = [Person("U1", "T1", "anna", zone="Pacific/Auckland"), Person("U7", "T1", "pat", zone="Europe/Paris")]
        people.remember(connection, known, NOW)
        assert waiting(connection)[:2] == [("2026-06-04 20:30", "U1"), ("2026-06-05 06:30", "U7")]


def test_a_rep_whom_nobody_in_slack_is_is_reminded_once_they_are_linked(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        promised(connection, team, Who(rep_id=team.carl))
        assert waiting(connection) == []
        reps.link(connection, team.carl, "U3", by="U9", at=NOW)
        # Half past eight on Friday in Auckland is still Thursday in UTC.
        assert waiting(connection) == [("2026-06-04 20:30", "U3"), ("2026-06-07 20:30", "U3")]


def test_a_leavers_promises_remind_the_successor_who_is_told_of_all_at_once(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        reps.link(connection, team.carl, "U3", by="U9", at=NOW)
        for _ in range(3):
            promised(connection, team)
        details = succession.leave(connection, team.anna, team.carl, by="U9", at=NOW, receipt="view 1")
        assert details["promises"] == 3
        assert succession.leave(connection, team.anna, team.carl, by="U9", at=NOW, receipt="view 1") == details
        assert {user for _, user in waiting(connection)} == {"U3"}
        assert len(waiting(connection)) == 6
        # Six in the evening in Auckland.
        assert waiting(connection, "hand_over") == [("2026-06-01 06:00", "U3")]
