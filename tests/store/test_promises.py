"""Promises: made once, kept or not, moved, handed over, dropped, each taken back; and how many are kept on time."""

import datetime as dt
import threading
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from store import people, promises, reps, tables
from store.audit import RefusedError
from store.database import Database
from store.people import Person
from store.promises import MADE, UNDO_MINUTES, Changed, ClosedError, Doing, Kept, NewPromise, Promise
from store.who import Who
from tests.ledger import NOW, Ledger

DUE = dt.date(2026, 6, 5)
BEFORE, AFTER = dt.date(2026, 6, 4), dt.date(2026, 6, 6)
# The morning of the day before it is due, where everybody is unless said.
MORNING = NOW + (BEFORE - NOW.date())
SINCE = dt.date(2026, 3, 1)
ANNA, BEN = Who(slack_user_id="U1"), Who(slack_user_id="U2")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna is a rep and U1 in Slack, Ben is U2 and no rep; Acme is Anna's customer."""
    ledger = Ledger(db)
    anna, carl = ledger.rep("Anna Botha"), ledger.rep("Carl")
    acme, zephyr = ledger.customer("Acme", owner=anna), ledger.customer("Zephyr", owner=anna)
    with db.writing() as connection:
        known = [Person(*one) for one in (("U1", "T1", "anna"), ("U2", "T1", "ben"), ("U3", "T1", "carl"))]
        people.remember(connection, known, NOW)
        reps.link(connection, anna, "U1", by="U9", at=NOW)
        reps.link(connection, carl, "U3", by="U9", at=NOW)
    return SimpleNamespace(db=db, anna=anna, carl=carl, acme=acme, zephyr=zephyr)


def promised(team: SimpleNamespace, who: Who = ANNA, *, due_on: dt.date = DUE, receipt: str | None = None) -> Promise:
    with team.db.writing() as connection:
        new = NewPromise(team.acme, "send the quote", due_on, who, by="U1", at=MORNING)
        return promises.make(connection, new, receipt=receipt)


def doing(on: dt.date = BEFORE, *, receipt: str | None = None, minutes: int = 0, by: str = "U1") -> Doing:
    return Doing(by, MORNING + (on - BEFORE) + dt.timedelta(minutes=minutes), on, receipt)


def rate(team: SimpleNamespace, who: Who | None = None, today: dt.date = AFTER) -> tuple[int, int]:
    with team.db.reading() as connection:
        found = promises.kept_on_time(connection, who, since_on=SINCE, today=today)
    return found.on_time, found.of


def opened(team: SimpleNamespace, who: Who | None = None) -> list[int]:
    with team.db.reading() as connection:
        return [one.id for one in promises.of(connection, who)]


# --- making ---------------------------------------------------------------------------------------------------------


def test_a_promise_is_made_once_however_often_it_is_submitted(team: SimpleNamespace) -> None:
    first, second = promised(team, receipt="view 1"), promised(team, receipt="view 1")
    assert first == second
    assert promised(team).id != promised(team).id
    assert first.who == Who(team.anna, "U1", "Anna Botha")
    assert (first.customer_name, first.due_on, first.first_due_on, first.state) == ("Acme", DUE, DUE, "open")


def test_a_promise_needs_a_customer_who_is_there_and_somebody_to_keep_it(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        with pytest.raises(RefusedError, match="no longer in the database"):
            promises.make(connection, NewPromise(404, "send", DUE, ANNA, "U1", NOW))
        with pytest.raises(RefusedError, match="who is to keep"):
            promises.make(connection, NewPromise(team.acme, "send", DUE, Who(), "terminal", NOW))


def test_the_open_ones_are_in_the_order_of_their_days_for_a_rep_or_for_everybody(team: SimpleNamespace) -> None:
    late = promised(team, due_on=AFTER).id
    soon, bens = promised(team).id, promised(team, BEN).id
    assert opened(team, ANNA) == [soon, late] == opened(team, Who(rep_id=team.anna))
    assert opened(team, BEN) == [bens]
    assert opened(team) == [soon, bens, late]
    with team.db.reading() as connection:
        assert [one.id for one in promises.of(connection, None, after=(DUE, soon))] == [bens, late]
        assert [one.id for one in promises.of(connection, None, due_by=DUE)] == [soon, bens]
        assert [one.id for one in promises.of_customer(connection, team.acme, most=1)] == [soon]
        assert promises.counted(connection, ANNA, today=AFTER) == promises.Count(open=2, overdue=1, due_today=1)


# --- what becomes of it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "is_late", "kept"), [(BEFORE, False, (1, 1)), (DUE, False, (1, 1)), (AFTER, True, (0, 1))]
)
def test_kept_by_its_day_is_on_time(team: SimpleNamespace, on: dt.date, is_late: bool, kept: tuple[int, int]) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        changed = promises.keep(connection, promise.id, doing(on))
    assert (changed.promise.state, changed.promise.closed_on, changed.promise.is_late) == ("kept", on, is_late)
    assert rate(team) == rate(team, ANNA) == kept
    assert rate(team, BEN) == (0, 0)
    assert opened(team) == []


def test_a_second_press_changes_nothing_and_the_same_one_is_answered_as_before(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        first = promises.keep(connection, promise.id, doing(receipt="press 1"))
        assert promises.keep(connection, promise.id, doing(AFTER, receipt="press 1")) == first
        with pytest.raises(ClosedError, match="done already"):
            promises.keep(connection, promise.id, doing(AFTER, receipt="press 2"))
        with pytest.raises(ClosedError, match="done already"):
            promises.drop(connection, promise.id, "why", doing(AFTER, receipt="press 3"))
        assert promises.get(connection, promise.id) == first.promise


@pytest.mark.parametrize(("on", "kept"), [(DUE, (1, 1)), (AFTER, (0, 1))])
def test_moved_in_time_it_can_be_kept_on_time_moved_too_late_it_cannot(
    team: SimpleNamespace, on: dt.date, kept: tuple[int, int]
) -> None:
    promise = promised(team)
    moved_to = AFTER + dt.timedelta(days=7)
    with team.db.writing() as connection:
        changed = promises.snooze(connection, promise.id, moved_to, "they are away", doing(on))
        assert (changed.promise.due_on, changed.promise.first_due_on) == (moved_to, DUE)
        assert changed.change.reason == "they are away"
        promises.keep(connection, promise.id, doing(moved_to))
    assert rate(team, today=moved_to) == kept


def test_a_promise_moved_after_its_day_counts_as_not_kept_on_time_at_once(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        promises.snooze(connection, promise.id, AFTER, "later", doing(AFTER))
    assert rate(team, today=AFTER) == (0, 1)


def test_it_cannot_be_moved_into_the_past_or_to_where_it_is(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        with pytest.raises(RefusedError, match="in the past"):
            promises.snooze(connection, promise.id, BEFORE, "why", doing(DUE))
        with pytest.raises(RefusedError, match="due on that day already"):
            promises.snooze(connection, promise.id, DUE, "why", doing(BEFORE))


def test_handed_over_it_is_the_colleagues(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        with pytest.raises(RefusedError, match="Anna Botha is to keep it already"):
            promises.hand_over(connection, promise.id, Who(rep_id=team.anna), doing())
        handed = promises.hand_over(connection, promise.id, BEN, doing())
    assert handed.promise.who == Who(None, "U2", "ben")
    assert opened(team, ANNA) == []
    assert opened(team, BEN) == [promise.id]


@pytest.mark.parametrize(("zone", "is_late"), [("Pacific/Auckland", True), ("America/Los_Angeles", False)])
@pytest.mark.parametrize("do", ["keep", "drop", "snooze"])
def test_it_is_judged_by_the_day_where_whoever_is_to_keep_it_is_whoever_says_so(
    team: SimpleNamespace, zone: str, is_late: bool, do: str
) -> None:
    promise = promised(team)
    at = dt.datetime(2026, 6, 5, 13, tzinfo=dt.UTC)
    their_day = AFTER if is_late else DUE  # one in the morning in Auckland, six in Los Angeles
    with team.db.writing() as connection:
        people.remember(connection, [Person("U1", "T1", "anna", zone=zone)], NOW)
        # The colleague who says so is where it is another day.
        colleague = Doing("U2", at, DUE if is_late else AFTER)
        match do:
            case "keep":
                became = promises.keep(connection, promise.id, colleague).promise
            case "drop":
                became = promises.drop(connection, promise.id, "no longer wanted", colleague).promise
            case _:
                became = promises.snooze(connection, promise.id, dt.date(2026, 6, 9), "away", colleague).promise
    assert became.is_late == is_late
    assert became.closed_on == (None if do == "snooze" else their_day)


def test_where_nobody_in_slack_is_to_keep_it_the_day_of_whoever_says_so_counts(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.reps.update().where(tables.reps.c.id == team.carl).values(slack_user_id=None))
    promise = promised(team, Who(rep_id=team.carl))
    with team.db.writing() as connection:
        assert promises.keep(connection, promise.id, doing(AFTER)).promise.closed_on == AFTER


@pytest.mark.parametrize(("on", "kept"), [(BEFORE, (0, 0)), (DUE, (0, 0)), (AFTER, (0, 1))])
def test_dropped_in_time_it_counts_for_nothing_dropped_late_it_was_not_kept(
    team: SimpleNamespace, on: dt.date, kept: tuple[int, int]
) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        promises.drop(connection, promise.id, "they no longer want it", doing(on))
    assert rate(team, today=AFTER) == kept


# --- taken back -----------------------------------------------------------------------------------------------------


def every_change(connection: Connection, promise: Promise) -> list[Changed]:
    """Each change there is, made and taken back."""
    found = []
    for change in (
        lambda: promises.keep(connection, promise.id, doing(AFTER)),
        lambda: promises.snooze(connection, promise.id, AFTER, "later", doing(AFTER)),
        lambda: promises.hand_over(connection, promise.id, BEN, doing()),
        lambda: promises.drop(connection, promise.id, "no", doing(AFTER)),
    ):
        changed = change()
        found.append(changed)
        promises.undo(connection, promise.id, changed.change.id, doing(minutes=UNDO_MINUTES))
        assert promises.get(connection, promise.id) == promise
    return found


def test_every_change_can_be_taken_back_and_the_history_keeps_all(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        found = every_change(connection, promise)
        entries = promises.history(connection, promise.id, most=20)
    assert len(entries) == 2 * len(found)
    assert [one.by for one in entries] == ["U1"] * len(entries)


def test_taken_back_twice_is_taken_back_once(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        change = promises.keep(connection, promise.id, doing()).change
        first = promises.undo(connection, promise.id, change.id, doing(receipt="press 1"))
        assert promises.undo(connection, promise.id, change.id, doing(receipt="press 2")) == first


def test_what_was_changed_since_or_long_ago_is_not_taken_back(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        moved = promises.snooze(connection, promise.id, AFTER, "later", doing())
        with pytest.raises(RefusedError, match="minutes ago"):
            promises.undo(connection, promise.id, moved.change.id, doing(minutes=UNDO_MINUTES + 1))
        promises.keep(connection, promise.id, doing())
        with pytest.raises(RefusedError, match="changed since"):
            promises.undo(connection, promise.id, moved.change.id, doing())
        with pytest.raises(RefusedError, match="changed since"):
            promises.undo(connection, promise.id, MADE, doing())


def test_a_promise_made_by_mistake_is_as_if_it_had_not_been(team: SimpleNamespace) -> None:
    promise = promised(team, receipt="view 1")
    with team.db.writing() as connection:
        for _ in range(2):
            assert promises.undo(connection, promise.id, MADE, doing()).promise.state == "dropped"
        assert promises.closed(connection, None, since_on=SINCE, most=5) == []
    assert opened(team) == []
    assert rate(team) == (0, 0)
    assert promised(team, receipt="view 1").state == "dropped", "delivered once more, it is not made again"


def test_one_that_is_put_back_is_open_again_and_listed_once_it_is_kept(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        promises.undo(connection, promise.id, MADE, doing())
        assert promises.put_back(connection, promise.id, doing(AFTER)).promise.is_open
        with pytest.raises(RefusedError, match="not one that was taken back"):
            promises.put_back(connection, promise.id, doing(AFTER))
        promises.keep(connection, promise.id, doing(AFTER))
        assert [one.id for one in promises.closed(connection, None, since_on=SINCE, most=5)] == [promise.id]


def test_what_was_closed_is_listed_the_latest_first(team: SimpleNamespace) -> None:
    first, second = promised(team), promised(team, BEN)
    with team.db.writing() as connection:
        promises.keep(connection, first.id, doing(BEFORE))
        promises.drop(connection, second.id, "no", doing(DUE))
        found = promises.closed(connection, None, since_on=SINCE, most=5)
        assert [one.id for one in found] == [second.id, first.id]
        assert [one.id for one in promises.closed(connection, ANNA, since_on=SINCE, most=5)] == [first.id]
        assert promises.closed(connection, None, since_on=AFTER, most=5) == []


# --- who comes and goes ---------------------------------------------------------------------------------------------


def test_the_open_promises_of_a_leaver_are_the_successors(team: SimpleNamespace) -> None:
    is_open, is_kept = promised(team), promised(team)
    with team.db.writing() as connection:
        promises.keep(connection, is_kept.id, doing())
        leaver, heir = Who(team.anna, "U1"), Who(rep_id=team.carl)
        assert promises.pass_on(connection, leaver, heir, doing(by="U9")) == 1
        found = promises.get(connection, is_open.id)
    assert found is not None
    assert found.who == Who(team.carl, "U3", "Carl")
    assert rate(team, Who(rep_id=team.anna)) == (1, 1)


def test_a_promise_stays_with_whoever_made_it_when_the_customer_changes_hands(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        connection.execute(tables.customers.update().values(owner_rep_id=team.carl))
    assert opened(team, ANNA) == [promise.id]


def test_a_promise_goes_with_its_customer(team: SimpleNamespace) -> None:
    promise = promised(team)
    with team.db.writing() as connection:
        connection.execute(sa.delete(tables.customer_standings))
        connection.execute(sa.delete(tables.customer_references))
        connection.execute(sa.delete(tables.customers).where(tables.customers.c.id == team.acme))
        with pytest.raises(RefusedError, match="/promises lists"):
            promises.keep(connection, promise.id, doing())


# --- the law of the rate --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """What became of a promise, in days after it was due: moved by so many on one of them, closed on another."""

    due: int
    moved_on: int | None
    moved_by: int
    closed_on: int | None
    state: str

    def row(self, customer_id: int) -> dict[str, object]:
        """As the store would have it, worked out here anew."""
        due_on, is_late = DUE + dt.timedelta(days=self.due), False
        if self.moved_on is not None:
            is_late = self.moved_on > 0
            due_on += dt.timedelta(days=self.moved_by)
        closed_on = None if self.closed_on is None else DUE + dt.timedelta(days=self.due + self.closed_on)
        if closed_on is not None:
            is_late = is_late or closed_on > due_on
        return {
            "customer_id": customer_id,
            "text": "x",
            "due_on": due_on,
            "first_due_on": due_on,
            "slack_user_id": "U1",
            "state": "open" if closed_on is None else self.state,
            "closed_on": closed_on,
            "is_late": is_late,
            "made_at": NOW,
            "made_by": "U1",
        }


lives = st.builds(
    Life,
    st.integers(-100, 40),
    st.none() | st.integers(-5, 5),
    st.integers(1, 20),
    st.none() | st.integers(-10, 10),
    st.sampled_from(["kept", "dropped"]),
)


def test_the_rate_is_that_of_a_count_by_hand(sqlite_db: Database) -> None:
    customer_id = Ledger(sqlite_db).customer("Acme")

    @given(st.lists(lives, max_size=12), st.integers(-30, 60))
    @example([Life(0, None, 1, closed_on, "kept") for closed_on in (0, 1)], -1)
    @settings(max_examples=30, deadline=None)
    def holds(some: list[Life], later: int) -> None:
        today = DUE + dt.timedelta(days=later)
        rows = [life.row(customer_id) for life in some]
        with sqlite_db.writing() as connection:
            connection.execute(tables.promises.delete())
            for row in rows:
                connection.execute(tables.promises.insert().values(row))
            found = promises.kept_on_time(connection, ANNA, since_on=SINCE, today=today)
        on_time = broken = 0
        for row in rows:
            closed_on = row["closed_on"]
            if row["state"] == "open":
                broken += bool(row["is_late"] or row["due_on"] < today)  # type: ignore[operator]
            # Whoever closed it in a zone further east has the next day already.
            elif SINCE <= closed_on <= today + dt.timedelta(days=1):  # type: ignore[operator]
                on_time += row["state"] == "kept" and not row["is_late"]
                broken += bool(row["is_late"])
        assert found == Kept(on_time, on_time + broken)
        assert 0 <= found.on_time <= found.of <= len(rows)

    holds()


# --- two at once ------------------------------------------------------------------------------------------------------


def test_of_two_who_press_done_at_once_only_one_does_it(team: SimpleNamespace) -> None:
    promise = promised(team)
    ready, came_of_it = threading.Barrier(2), []

    def press(receipt: str) -> None:
        ready.wait()
        try:
            with team.db.writing() as connection:
                promises.keep(connection, promise.id, doing(receipt=receipt))
            came_of_it.append("done")
        except ClosedError:
            came_of_it.append("done already")

    threads = [threading.Thread(target=press, args=(receipt,)) for receipt in ("press 1", "press 2")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(came_of_it) == ["done", "done already"]
    with team.db.reading() as connection:
        assert len(promises.history(connection, promise.id, most=9)) == 1


def test_of_one_form_delivered_twice_at_once_there_is_one_promise(team: SimpleNamespace) -> None:
    ready, found = threading.Barrier(2), []

    def submit() -> None:
        ready.wait()
        found.append(promised(team, receipt="view 1").id)

    threads = [threading.Thread(target=submit) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(found)) == 1
    assert opened(team) == found[:1]
