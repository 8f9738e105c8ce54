"""When a member of the team may be written to: what can be set, and what is read back."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from store import people, rep_hours, tables
from store.database import Database
from store.people import Person
from store.rep_hours import LEAVE_DAYS_MOST, RepHours
from tests.ledger import NOW

DAY = dt.date(2026, 6, 5)


def test_who_has_set_nothing_is_reminded_at_half_past_eight_from_monday_to_friday(db: Database) -> None:
    with db.writing() as connection:
        people.remember(connection, [Person("U1", "T1", "anna", zone="Pacific/Auckland")], NOW)
        found = rep_hours.on_their_clock(connection, "U1")
        assert rep_hours.on_their_clock(connection, "U404").zone == "UTC"
    assert (found.zone, found.remind_at, found.leave) == ("Pacific/Auckland", dt.time(8, 30), None)
    assert [found.works_on(DAY + dt.timedelta(days=days)) for days in range(3)] == [True, False, False]
    assert [found.is_quiet(dt.time(hour)) for hour in (6, 7, 18, 19)] == [True, False, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"working_days": ()},
        {"working_days": ("someday",)},
        {"quiet_from": None},
        {"quiet_until": dt.time(19)},
        {"remind_at": dt.time(6)},
        {"leave_from_on": DAY},
        {"leave_from_on": DAY, "leave_until_on": DAY - dt.timedelta(days=1)},
        {"leave_from_on": DAY, "leave_until_on": DAY + dt.timedelta(days=LEAVE_DAYS_MOST)},
    ],
)
def test_hours_that_do_not_hold_together_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RepHours(**wrong)


def test_hours_are_read_back_as_they_were_set(db: Database) -> None:
    to = RepHours(
        working_days=("sunday", "monday"),
        remind_at=dt.time(0),
        quiet_from=None,
        quiet_until=None,
        leave_from_on=DAY,
        leave_until_on=DAY,
        own_digest=False,
    )
    with db.writing() as connection:
        assert rep_hours.settle(connection, "U1", to, at=NOW)
        assert not rep_hours.settle(connection, "U1", to, at=NOW)
        assert rep_hours.some(connection, ["U1", "U2"]) == {"U1": to}
    assert to.in_zone("UTC").leave == (DAY, DAY)


def test_hours_that_were_accepted_once_and_are_not_any_more_count_as_not_set(db: Database) -> None:
    with db.writing() as connection:
        row = {"slack_user_id": "U1", "document": {"remind_at": "25:00"}, "changed_at": NOW}
        connection.execute(tables.rep_hours.insert().values(row))
        assert rep_hours.get(connection, "U1") == RepHours()
