"""When a channel receives its digest: kept, changed, paused and resumed."""

import datetime as dt

import pytest
from pydantic import ValidationError

from store import digest_schedules
from store.database import Database
from store.digest_schedules import Schedule

NOW = dt.datetime(2026, 6, 4, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=3)
MONDAYS = Schedule(zone="Africa/Johannesburg")


def test_a_channel_has_one_digest_which_can_be_changed(db: Database) -> None:
    fridays = MONDAYS.model_copy(update={"weekday": "friday", "rep_ids": (3, 4)})
    with db.writing() as connection:
        first = digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=NOW)
        second = digest_schedules.save(connection, "C1", fridays, by="U2", at=LATER)
        assert (second.id, second.schedule, second.starts_at) == (first.id, fridays, LATER)
        assert digest_schedules.every(connection) == [second]
        assert digest_schedules.of_channel(connection, "C2") is None


def test_a_form_that_is_submitted_twice_is_one_change(db: Database) -> None:
    fridays = MONDAYS.model_copy(update={"weekday": "friday"})
    with db.writing() as connection:
        digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=NOW, receipt="one")
        digest_schedules.save(connection, "C1", fridays, by="U1", at=NOW, receipt="two")
        again = digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=LATER, receipt="one")
        assert (again.schedule, again.starts_at) == (fridays, NOW)


def test_a_paused_one_owes_nothing_for_the_time_in_between(db: Database) -> None:
    with db.writing() as connection:
        kept = digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=NOW)
        assert digest_schedules.pause(connection, kept, by="melktert", at=NOW, because="The channel is archived.")
        paused = digest_schedules.get(connection, kept.id)
        assert paused is not None
        assert paused.is_paused
        assert paused.paused_because == "The channel is archived."
        assert not digest_schedules.pause(connection, kept, by="U1", at=NOW)
        assert digest_schedules.resume(connection, paused, by="U1", at=LATER)
        resumed = digest_schedules.get(connection, kept.id)
        assert resumed is not None
        assert (resumed.is_paused, resumed.starts_at) == (False, LATER)


@pytest.mark.parametrize(
    "wrong", [{"zone": "Africa/Joburg"}, {"at": "25:00"}, {"at": "8"}, {"weekday": "moonday"}, {"lines_most": 200}]
)
def test_what_no_clock_or_calendar_has_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Schedule.model_validate({"zone": "UTC", **wrong})
