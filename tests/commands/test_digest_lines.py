"""What becomes of a digest's lines: taken, snoozed, not relevant, shown for the last time."""

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from commands._reply import Invalid, NothingToSay, Person, Role
from store import (
    deliveries,
    digest_due,
    tables,
)
from tests.commands.asking import read
from tests.commands.digesting import (
    TODAY,
    asked,
    line_of,
    posted,
    touched,
    with_digest,
)
from tests.ledger import NOW


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    return with_digest(books)


def test_what_is_shown_three_times_is_offered_for_dropping_and_then_not_repeated(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    said = [read(posted(team, TODAY + week * n, NOW + week * n)) for n in range(4)]
    assert "for the last time" not in said[1]
    assert "shown for the last time" in said[2]
    assert "Metropolitan" not in said[3]
    assert "reminders changed nothing in 3 digests, and are not repeated" in said[3]


def test_a_touch_begins_the_count_anew(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    for n in range(3):
        posted(team, TODAY + week * n, NOW + week * n)
    touched(team.db, team.best, -15)
    later = 20 * week
    assert "Metropolitan" in read(posted(team, TODAY + later, NOW + later))


def test_what_is_not_relevant_is_not_shown_again_until_that_is_undone(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = line_of(posted(team), "Metropolitan")
    dropped = asked(team.db, values=values, origin="button")
    assert "Not relevant, and not shown again" in read(dropped)
    assert "Metropolitan" not in read(posted(team, TODAY + week, NOW + week))
    asked(team.db, values=dict(dropped.actions[0].values), origin="button")
    assert "Metropolitan" in read(posted(team, TODAY + 2 * week, NOW + 2 * week))


def test_the_digest_counts_what_somebody_has_put_off(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    first = posted(team)
    assert "put off" not in read(first)
    asked(team.db, values=line_of(first, "Metropolitan"), origin="button")
    second = posted(team, TODAY + week, NOW + week)
    assert "1 line was put off or called not relevant, and is not shown." in read(second)
    asked(team.db, values=line_of(second, "Route 66"), origin="button")
    third = posted(team, TODAY + 2 * week, NOW + 2 * week)
    assert "2 lines were put off or called not relevant, and are not shown." in read(third)


def test_a_snooze_holds_until_its_date(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = {**line_of(posted(team), "Metropolitan"), "do": "snooze"}
    form = asked(team.db, values=values, origin="button").form
    assert form is not None
    until = (TODAY + 2 * week).isoformat()
    asked(team.db, values={**form.values, "until": until}, origin="form", receipt="R1")
    assert "Metropolitan" not in read(posted(team, TODAY + week, NOW + week))
    assert "Metropolitan" in read(posted(team, TODAY + 2 * week, NOW + 2 * week))
    with pytest.raises(Invalid, match="from tomorrow"):
        asked(team.db, values={**form.values, "until": "2020-01-01"}, origin="form", receipt="R2")


def test_a_line_is_taken_once_and_the_others_read_it_below_the_digest(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    assert "Yours: visit Metropolitan Bicycle Supply" in read(asked(team.db, values=values, origin="button"))
    other = Person("U2", "T1", role=Role.REP)
    assert "has taken it already" in read(asked(team.db, values=values, origin="button", person=other))
    with team.db.reading() as connection:
        told = deliveries.get(connection, f"taken {values['issue']}.{values['line']} U1")
    assert told is not None
    said = read(asked(team.db, values=dict(told.values), origin="delivery", person=Person()))
    assert "takes it: visit Metropolitan Bicycle Supply" in said
    asked(team.db, "give_back", values={**values, "do": "give_back"}, origin="button")
    with pytest.raises(NothingToSay):
        asked(team.db, values=dict(told.values), origin="delivery", person=Person())


def test_the_next_digests_say_who_does_it_until_it_is_done_or_given_back(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    yours = asked(team.db, values=values, origin="button")
    second = posted(team, TODAY + week, NOW + week)
    assert "taken by" in read(second)
    posted(team, TODAY + 2 * week, NOW + 2 * week)
    asked(team.db, values=dict(yours.actions[-1].values), origin="button")
    assert "taken by" not in read(posted(team, TODAY + 2 * week, NOW + 2 * week))
    other = Person("U2", "T1", role=Role.REP)
    again = {**line_of(second, "Metropolitan"), "do": "take"}
    assert "Yours" in read(asked(team.db, values=again, origin="button", person=other))


def test_a_touch_frees_the_line_of_whoever_took_it(team: SimpleNamespace) -> None:
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    asked(team.db, values=values, origin="button")
    touched(team.db, team.best, 0)
    much_later = 20 * dt.timedelta(weeks=1)
    said = read(posted(team, TODAY + much_later, NOW + much_later))
    assert "Metropolitan" in said
    assert "taken by" not in said


def test_a_digest_that_is_composed_twice_has_the_same_lines(team: SimpleNamespace) -> None:
    first = posted(team)
    touched(team.db, team.best, 0)
    assert line_of(posted(team), "Metropolitan") == line_of(first, "Metropolitan")


def test_a_preview_counts_as_shown_to_nobody(team: SimpleNamespace) -> None:
    for _ in range(5):
        assert "Metropolitan" in read(asked(team.db))
    assert "last time" not in read(posted(team))


OTHER = Person("U2", "T1", role=Role.REP)


def test_undo_takes_back_ones_own_word_and_not_a_colleagues(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = line_of(posted(team), "Metropolitan")
    mine = asked(team.db, values=values, origin="button", receipt="R1")
    theirs = asked(team.db, values=values, origin="button", receipt="R2", person=OTHER)
    assert "still not shown" in read(asked(team.db, values=dict(mine.actions[0].values), origin="button"))
    assert "Metropolitan" not in read(posted(team, TODAY + week, NOW + week))
    undone = asked(team.db, values=dict(theirs.actions[0].values), origin="button", person=OTHER)
    assert "Shown again in the next digest" in read(undone)


def told(team: SimpleNamespace, key: str) -> str:
    """What the others read below the digest, once it is posted."""
    with team.db.writing() as connection:
        one = deliveries.get(connection, key)
        assert one is not None
        deliveries.sent(connection, one, "1.1", at=NOW)
    return read(asked(team.db, values=dict(one.values), origin="delivery", person=Person()))


def test_what_is_given_back_is_told_to_those_who_read_that_it_was_taken(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    given = {**values, "do": "give_back"}
    about = f"{values['issue']}.{values['line']} U1"
    asked(team.db, values=values, origin="button")
    assert "takes it" in told(team, f"taken {about}")
    assert "Given back" in read(asked(team.db, values=given, origin="button"))
    assert "has given it back: visit Metropolitan" in told(team, f"given_back {about}")
    later = NOW + dt.timedelta(minutes=1)
    asked(team.db, values=values, origin="button", now=later)
    assert "takes it" in told(team, f"taken {about} {later.isoformat()}")


def keys(team: SimpleNamespace) -> set[str]:
    """All that is to be told below a digest."""
    with team.db.reading() as connection:
        rows = tables.deliveries
        return set(connection.scalars(sa.select(rows.c.key).where(rows.c.kind == "digest_taken")))


def test_a_line_that_somebody_has_is_taken_again_without_a_word(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    asked(team.db, values=values, origin="button")
    about = f"taken {values['issue']}.{values['line']} U1"
    assert "takes it" in told(team, about)
    assert "Yours" in read(asked(team.db, values=values, origin="button", now=NOW + dt.timedelta(minutes=1)))
    assert keys(team) == {about}


def test_of_what_is_given_back_before_anybody_read_of_it_nobody_reads(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    asked(team.db, values=values, origin="button")
    asked(team.db, values={**values, "do": "give_back"}, origin="button")
    assert keys(team) == set()


def test_that_it_was_given_back_is_not_told_of_what_is_taken_again(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    about = f"{values['issue']}.{values['line']} U1"
    asked(team.db, values=values, origin="button")
    told(team, f"taken {about}")
    asked(team.db, values={**values, "do": "give_back"}, origin="button")
    asked(team.db, values=values, origin="button", now=NOW + dt.timedelta(minutes=1))
    with pytest.raises(NothingToSay):
        told(team, f"given_back {about}")


def test_nobody_gives_back_what_another_has(team: SimpleNamespace) -> None:
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    given = {**values, "do": "give_back"}
    asked(team.db, values=values, origin="button")
    asked(team.db, values=given, origin="button")
    assert "Nobody has it any more" in read(asked(team.db, values=given, origin="button"))
    asked(team.db, values=values, origin="button", person=OTHER)
    assert "has it now" in read(asked(team.db, values=given, origin="button"))
    assert "has taken it already" in read(asked(team.db, values=values, origin="button"))
