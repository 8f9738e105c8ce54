"""Slots on people's own clocks: every zone that there is, at every time that its clocks are put forward or back."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.slots import WEEK, Slot, Weekly, following, instant, latest

START, END = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "time", "zone", "expected", "why"),
    [
        ("2026-06-01", "08:00", "Africa/Johannesburg", "2026-06-01T06:00", "no clock is ever changed there"),
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T01:00", "2:30 is skipped: 3:00 is the first moment after"),
        ("2026-03-29", "02:00", "Europe/Berlin", "2026-03-29T01:00", "2:00 itself is skipped"),
        ("2026-03-29", "03:00", "Europe/Berlin", "2026-03-29T01:00", "3:00 is there"),
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30", "2:30 comes twice: the first counts"),
        ("2026-09-27", "02:30", "Pacific/Auckland", "2026-09-26T14:00", "in the south the year is the other way round"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30", "only half an hour is skipped there"),
        ("2026-09-06", "00:00", "America/Santiago", "2026-09-06T04:00", "midnight is skipped"),
        ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30T10:00", "the whole day was skipped"),
    ],
)
def test_a_time_of_day_is_one_moment(day: str, time: str, zone: str, expected: str, why: str) -> None:
    assert instant(dt.date.fromisoformat(day), dt.time.fromisoformat(time), zone) == utc(expected), why


def test_a_slot_is_due_at_its_moment_and_the_next_one_after_it() -> None:
    mondays = Weekly(0, dt.time(8), "Africa/Johannesburg")
    due = utc("2026-06-01T06:00")
    before = latest(mondays, due - MINUTE)
    assert before == Slot(dt.date(2026, 5, 25), due - WEEK)
    assert latest(mondays, due) == following(mondays, due - MINUTE) == Slot(dt.date(2026, 6, 1), due)
    assert following(mondays, due).key == "2026-06-08"


@pytest.fixture(scope="module")
def changes() -> dict[str, list[dt.datetime]]:
    """The moments, to the second, at which clocks are put forward or back; zones whose clocks always agree, once."""
    # Nowhere are they changed twice in a week.
    days = [START + WEEK * n for n in range((END - START) // WEEK + 1)]
    groups: dict[object, tuple[str, list[dt.datetime]]] = {}
    for zone in sorted(available_timezones()):
        place = ZoneInfo(zone)
        offsets = [place.utcoffset(day.replace(tzinfo=place)) for day in days]
        changed = [n for n, (one, other) in enumerate(pairwise(offsets)) if one != other]
        # The days were asked by the wall clock, half a day or so from UTC.
        moments = [bisected(place, days[n] - DAY, days[n + 1] + DAY) for n in changed]
        groups.setdefault((offsets[0], *moments, *(offsets[n + 1] for n in changed)), (zone, moments))
    assert len(groups) > 80
    return dict(groups.values())


def bisected(place: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    old = before.astimezone(place).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(place).utcoffset() == old else (before, middle)
    return after


def awkward(zone: str, moments: list[dt.datetime]) -> Iterator[tuple[Weekly, dt.datetime]]:
    """Weekly schedules whose time falls on, in and beside what the clocks skip or repeat."""
    place = ZoneInfo(zone)
    for moment in moments:
        walls = [(moment - MINUTE).astimezone(place), moment.astimezone(place)]
        for wall in (*walls, walls[0] + 15 * MINUTE):
            yield Weekly(wall.weekday(), wall.time().replace(second=0, microsecond=0), zone), moment


def test_in_every_zone_every_change_of_the_clocks_leaves_one_slot_a_local_week(
    changes: dict[str, list[dt.datetime]],
) -> None:
    for zone, moments in changes.items():
        place = ZoneInfo(zone)
        for weekly, moment in awkward(zone, moments):
            slots = [latest(weekly, moment - WEEK)]
            for _ in range(2):
                slots.append(following(weekly, slots[-1].at))
            assert [slot.day - slots[0].day for slot in slots] == [WEEK * n for n in range(3)], weekly
            for slot in slots:
                wall = dt.datetime.combine(slot.day, weekly.time)
                assert slot.at.astimezone(place).replace(tzinfo=None) >= wall, (weekly, slot)
                # A minute earlier the clock had not come so far yet.
                assert (slot.at - MINUTE).astimezone(place).replace(tzinfo=None) < wall, (weekly, slot)
                assert latest(weekly, slot.at) == slot, weekly
                assert latest(weekly, slot.at - MINUTE).day == slot.day - WEEK, weekly


def test_all_year_round_a_slot_follows_a_slot_by_a_week_in_every_zone(changes: dict[str, list[dt.datetime]]) -> None:
    """Every local week from 2020 to 2037, at the hour at which clocks are most often changed."""
    sundays = [dt.date(2020, 1, 5) + WEEK * n for n in range((END - START).days // 7)]
    for zone in changes:
        moments = [instant(day, dt.time(2, 30), zone) for day in sundays]
        assert all(dt.timedelta(days=5) < later - sooner < dt.timedelta(days=9) for sooner, later in pairwise(moments))


@given(
    at=st.timedeltas(dt.timedelta(0), END - START).map(lambda since: START + since),
    weekday=st.integers(0, 6),
    time=st.times(),
    zone=st.sampled_from(["Africa/Johannesburg", "Pacific/Auckland", "America/Los_Angeles", "Africa/Casablanca"]),
)
def test_every_moment_lies_between_its_slot_and_the_next(
    at: dt.datetime, weekday: int, time: dt.time, zone: str
) -> None:
    weekly = Weekly(weekday, time, zone)
    last, then = latest(weekly, at), following(weekly, at)
    assert last.at <= at < then.at
    assert then.day - last.day == WEEK
    assert last.day.weekday() == weekday
