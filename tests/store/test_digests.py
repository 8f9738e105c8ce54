"""What a digest showed, and what became of it."""

import datetime as dt
from decimal import Decimal

from store import digests
from store.database import Database
from store.digests import Composed, Line
from store.tables import customers

NOW = dt.datetime(2026, 6, 1, 6, 0, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 6, 1)
NEXT = MONDAY + dt.timedelta(weeks=1)
VISIT = Line(
    "visit", "visit 31 since 2026-03-01", "71 days untouched", 1, 31, "Acme", at_stake=Decimal("214.05"), currency="USD"
)


def monday(db: Database, *lines: Line, slot_on: dt.date = MONDAY, reader: str = "team 1") -> digests.Issue:
    with db.writing() as connection:
        return digests.keep(connection, Composed(reader, slot_on, slot_on, {"touches": 23}, lines), NOW)


def acme(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(customers.insert().values(id=31, name="Acme"))


def test_a_digest_that_is_composed_twice_is_the_one_that_was_composed_first(db: Database) -> None:
    acme(db)
    first = monday(db, VISIT)
    again = monday(db)
    assert first == again
    assert again.lines == (VISIT,)
    assert again.figures == {"touches": 23}


def test_the_next_one_knows_what_was_shown_how_often(db: Database) -> None:
    acme(db)
    monday(db, VISIT)
    monday(db, VISIT, slot_on=NEXT)
    monday(db, VISIT, reader="rep U1")
    with db.reading() as connection:
        assert digests.times_shown(connection, "team 1", NEXT) == {VISIT.subject: 1}
        assert digests.times_shown(connection, "team 1", NEXT + dt.timedelta(days=1)) == {VISIT.subject: 2}
        assert digests.times_shown(connection, "team 1", NEXT + dt.timedelta(weeks=30)) == {}
        earlier = digests.before(connection, "team 1", NEXT)
        assert earlier is not None
        assert earlier.slot_on == MONDAY
        assert digests.before(connection, "team 1", MONDAY) is None
        assert [one.slot_on for one in digests.last(connection, "team 1", 5)] == [NEXT, MONDAY]


def test_a_line_is_taken_by_whoever_is_first(db: Database) -> None:
    acme(db)
    issue = monday(db, VISIT)
    with db.writing() as connection:
        assert digests.take(connection, issue.id, 1, "U1", NOW) == "U1"
        assert digests.take(connection, issue.id, 1, "U2", NOW) == "U1"
        assert not digests.give_back(connection, issue.id, 1, "U2")
        taken = digests.by_id(connection, issue.id)
        assert taken is not None
        assert [line.taken_by for line in taken.lines] == ["U1"]
        assert digests.give_back(connection, issue.id, 1, "U1")
        assert digests.take(connection, issue.id, 1, "U2", NOW) == "U2"
        assert digests.take(connection, issue.id, 9, "U2", NOW) is None


def test_a_snooze_holds_until_its_date_and_not_relevant_until_it_is_taken_back(db: Database) -> None:
    with db.writing() as connection:
        digests.dismiss(connection, "team 1", "visit 31", by="U1", at=NOW, until_on=NEXT, receipt="one")
        digests.dismiss(connection, "team 1", "visit 31", by="U1", at=NOW, until_on=NEXT, receipt="one")
        digests.dismiss(connection, "team 1", "event 3", by="U1", at=NOW)
        assert digests.dismissed(connection, "team 1", MONDAY) == {"visit 31", "event 3"}
        assert digests.dismissed(connection, "team 1", NEXT) == {"event 3"}
        assert digests.dismissed(connection, "rep U1", MONDAY) == set()
        digests.show_again(connection, "team 1", "event 3", NOW, by="U2")
        assert digests.dismissed(connection, "team 1", NEXT) == {"event 3"}
        digests.show_again(connection, "team 1", "event 3", NOW, by="U1")
        assert digests.dismissed(connection, "team 1", NEXT) == set()
