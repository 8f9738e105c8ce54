"""What somebody did since a digest, and what becomes of its lines: done already, off the next one, and back."""

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from commands._reply import Person, Role
from store import care, promises, standings, tables
from store.digest_candidates import STOPPED_RULES
from store.promises import Doing
from store.who import Who
from tests.commands.asking import read
from tests.commands.digesting import (
    TODAY,
    asked,
    line_of,
    owes,
    posted,
    promised,
    touched,
    with_digest,
)
from tests.commands.test_clv_expected import learn, tell
from tests.ledger import NOW


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    return with_digest(books)


# --- who stopped, and was seen --------------------------------------------------------------------------------------

WEEK = dt.timedelta(weeks=1)
ORDER_DUE = TODAY - 7 * WEEK


@pytest.fixture
def late(team: SimpleNamespace) -> SimpleNamespace:
    """The best customer buys every 30 days, and its order was due seven weeks ago: to be restored, every 28 days."""
    learn(team.db)
    tell(team.db, team.best, rhythm_days=30.0, next_due_on=ORDER_DUE)
    with team.db.writing() as connection:
        standings.refresh(connection)
        row = connection.execute(sa.select(tables.customer_standings).filter_by(customer_id=team.best)).one()
    assert (row.care_class, row.class_rule in STOPPED_RULES) == ("restore", True)
    return team


def has_the_best(books: SimpleNamespace, weeks: int) -> bool:
    return "Metropolitan" in read(posted(books, TODAY + WEEK * weeks, NOW + WEEK * weeks))


def test_who_stopped_and_was_seen_about_it_is_off_the_digest_until_the_cadence_is_over(late: SimpleNamespace) -> None:
    assert has_the_best(late, 0)
    touched(late.db, late.best, -2)
    assert [has_the_best(late, weeks) for weeks in (1, 4, 5)] == [False, False, True]


def test_who_stopped_and_was_seen_is_not_among_the_rest_who_stopped(late: SimpleNamespace) -> None:
    with late.db.writing() as connection:
        others = tables.customer_standings.c.customer_id != late.best
        connection.execute(tables.customer_standings.update().where(others).values(due_on=None))
    assert "Metropolitan" in read(posted(late))
    touched(late.db, late.best, -2)
    said = read(posted(late, TODAY + WEEK, NOW + WEEK))
    assert "who stopped" not in said


def test_a_touch_before_the_order_was_due_asked_nobody_why_it_stayed_away(late: SimpleNamespace) -> None:
    with late.db.writing() as connection:
        theirs = tables.customer_expectations.c.customer_id == late.best
        connection.execute(
            tables.customer_expectations.update().where(theirs).values(next_due_on=TODAY - dt.timedelta(days=15))
        )
    touched(late.db, late.best, 20)
    assert has_the_best(late, 0)


def test_a_visit_to_who_stopped_frees_the_line_and_begins_its_count_anew(late: SimpleNamespace) -> None:
    values = line_of(posted(late), "Metropolitan")
    asked(late.db, values={**values, "do": "take"}, origin="button")
    assert "taken by" in read(posted(late, TODAY + WEEK, NOW + WEEK))
    assert has_the_best(late, 2)
    touched(late.db, late.best, -15)
    again = read(posted(late, TODAY + 7 * WEEK, NOW + 7 * WEEK))
    assert "Metropolitan" in again
    assert "taken by" not in again
    assert "changed nothing" not in again.split("Metropolitan")[0]


def test_what_could_be_lost_with_an_exit_is_not_at_risk(late: SimpleNamespace) -> None:
    tell(late.db, late.second, value_at_risk_minor=500_00)
    with late.db.writing() as connection:
        care.mark_exit(connection, late.best, "They shout at our people.", on=TODAY, by="U1", at=NOW)
    assert "$500 value at risk" in read(posted(late))


def test_who_stopped_paying_and_was_seen_is_off_the_next_digest_and_back_after_it(team: SimpleNamespace) -> None:
    owes(team, team.second)
    assert "owes 1,025 USD" in read(posted(team))
    touched(team.db, team.second, -2)
    said = [read(posted(team, TODAY + WEEK * weeks, NOW + WEEK * weeks)) for weeks in (1, 2)]
    assert "owes 1,025 USD" not in said[0]
    assert "owes 1,025 USD" in said[1]


# --- what was done since --------------------------------------------------------------------------------------------


def pressed(team: SimpleNamespace, values: dict[str, str], person: Person) -> str:
    return read(asked(team.db, values={**values, "do": "take"}, origin="button", person=person))


OTHER = Person("U2", "T1", role=Role.REP)


def test_nobody_takes_a_line_whose_customer_was_seen_since(team: SimpleNamespace) -> None:
    values = line_of(posted(team), "Metropolitan")
    touched(team.db, team.best, 0)
    said = pressed(team, values, OTHER)
    assert "Done already: visit Metropolitan Bicycle Supply" in said
    assert "logged a visit of 1 June 2026" in said
    assert "taken by" not in read(posted(team, TODAY + 20 * WEEK, NOW + 20 * WEEK))


def test_what_was_done_before_the_digest_is_no_reason_not_to_take_it(team: SimpleNamespace) -> None:
    touched(team.db, team.best, 200)
    assert "Yours: visit Metropolitan" in pressed(team, line_of(posted(team), "Metropolitan"), OTHER)


def test_nobody_takes_a_promise_that_is_kept_or_dropped(team: SimpleNamespace) -> None:
    ids = [promised(team.db, customer, TODAY, Who(None, "U2")) for customer in (team.best, team.second)]
    lines = [line_of(posted(team), name) for name in ("Metropolitan", "Route 66")]
    with team.db.writing() as connection:
        promises.keep(connection, ids[0], Doing("U2", NOW, TODAY))
        promises.drop(connection, ids[1], "they went elsewhere", Doing("U2", NOW, TODAY))
    kept, dropped = (pressed(team, values, OTHER) for values in lines)
    assert "Done already: keep the promise to Metropolitan Bicycle Supply\nIt was kept on 1 June 2026." in kept
    assert "Nothing is left to do: keep the promise to Route 66\nIt was dropped on 1 June 2026." in dropped


def test_whoever_takes_their_own_promise_can_say_that_it_is_done(team: SimpleNamespace) -> None:
    promised(team.db, team.best, TODAY, Who(None, "U2"))
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    taken = asked(team.db, values=values, origin="button", person=OTHER)
    assert [action.label for action in taken.actions] == ["Done", "Give it back"]


def test_a_colleagues_promise_is_not_offered_to_be_called_done(team: SimpleNamespace) -> None:
    promised(team.db, team.best, TODAY, Who(None, "U9"))
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    taken = asked(team.db, values=values, origin="button", person=OTHER)
    assert [action.label for action in taken.actions] == ["Log a visit", "Give it back"]


def test_an_event_is_not_put_off_beyond_itself(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        event = {"title": "Race day", "held_on": TODAY + dt.timedelta(days=5), "made_at": NOW, "made_by": "U1"}
        connection.execute(tables.events.insert().values(event))
        loyal = tables.customer_values.c.customer_id == team.best
        connection.execute(tables.customer_values.update().where(loyal).values(invoices=4))
    touched(team.db, team.best, 1)
    values = {**line_of(posted(team), "Race day"), "do": "snooze"}
    form = asked(team.db, values=values, origin="button").form
    assert form is not None
    assert form.fields[0].initial == "2026-06-05"
