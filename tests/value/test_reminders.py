"""When somebody is reminded of a promise: checked by example, and by laws over any hours, zone and day."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from value.reminders import ONE_DAY, SEARCH_DAYS, Hours, Reminders, free_moment, morning, reminders

MONDAY_TO_FRIDAY = frozenset(range(5))
ZONES = ("Pacific/Auckland", "Africa/Johannesburg", "America/Los_Angeles", "Australia/Lord_Howe", "UTC")
MONDAY = dt.date(2026, 6, 1)
WEDNESDAY, FRIDAY, SUNDAY = (MONDAY + days * ONE_DAY for days in (2, 4, 6))


def hours(zone: str = "Africa/Johannesburg", **about: object) -> Hours:
    return Hours(zone, **{"weekdays": MONDAY_TO_FRIDAY, "remind_at": dt.time(8, 30), **about})  # type: ignore[arg-type]


def at(day: dt.date, time: str, zone: str = "Africa/Johannesburg") -> dt.datetime:
    here = dt.datetime.combine(day, dt.time.fromisoformat(time), ZoneInfo(zone))
    return here.astimezone(dt.UTC)


# --- by example -----------------------------------------------------------------------------------------------------


def test_a_promise_is_reminded_in_the_morning_of_the_day_and_once_more_a_working_day_later() -> None:
    found = reminders(WEDNESDAY, at(MONDAY, "10:00"), hours())
    assert found == Reminders(at(WEDNESDAY, "08:30"), at(WEDNESDAY + ONE_DAY, "08:30"))


def test_one_that_is_due_on_a_weekend_is_reminded_on_friday_when_it_can_still_be_kept() -> None:
    found = reminders(SUNDAY, at(MONDAY, "10:00"), hours())
    assert found == Reminders(at(FRIDAY, "08:30"), at(SUNDAY + ONE_DAY, "08:30"))


def test_one_that_is_due_during_leave_is_reminded_before_the_leave_and_after_it() -> None:
    away = hours(leave=(WEDNESDAY, FRIDAY))
    found = reminders(FRIDAY, at(MONDAY, "07:00"), away)
    assert found == Reminders(at(MONDAY + ONE_DAY, "08:30"), at(SUNDAY + ONE_DAY, "08:30"))


@pytest.mark.parametrize(("made", "day"), [("08:29", MONDAY), ("08:30", None), ("17:00", None)])
def test_one_made_for_today_after_the_morning_is_reminded_once_it_is_overdue(made: str, day: dt.date | None) -> None:
    found = reminders(MONDAY, at(MONDAY, made), hours())
    assert found.in_time == (at(day, "08:30") if day else None)
    assert found.overdue == at(MONDAY + ONE_DAY, "08:30")


def test_a_reminder_waits_for_the_quiet_hours_to_end() -> None:
    found = reminders(WEDNESDAY, at(MONDAY, "10:00"), hours(quiet=(dt.time(20), dt.time(9))))
    assert found.in_time == at(WEDNESDAY, "09:00")


def test_whoever_works_on_sundays_is_reminded_on_sundays() -> None:
    found = reminders(SUNDAY, at(MONDAY, "10:00"), hours(weekdays=frozenset({6, 0, 1, 2, 3})))
    assert found.in_time == at(SUNDAY, "08:30")


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        # The clocks change on the Sunday before in Auckland and Los Angeles, and never in Johannesburg.
        ("Pacific/Auckland", dt.date(2026, 9, 25), "2026-09-24T20:30"),
        ("Pacific/Auckland", dt.date(2026, 9, 28), "2026-09-27T19:30"),
        ("America/Los_Angeles", dt.date(2026, 3, 6), "2026-03-06T16:30"),
        ("America/Los_Angeles", dt.date(2026, 3, 9), "2026-03-09T15:30"),
        ("Africa/Johannesburg", dt.date(2026, 3, 9), "2026-03-09T06:30"),
    ],
)
def test_half_past_eight_is_that_of_the_place_before_and_after_the_clocks_change(
    zone: str, day: dt.date, utc: str
) -> None:
    found = reminders(day, at(day - 10 * ONE_DAY, "10:00", zone), hours(zone))
    assert found.in_time == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


def test_a_time_that_the_clocks_pass_over_is_the_next_one_that_there_is() -> None:
    sunday = dt.date(2026, 3, 8)
    early = hours("America/Los_Angeles", weekdays=frozenset(range(7)), remind_at=dt.time(2, 30))
    assert morning(sunday, early) == at(sunday, "03:00", "America/Los_Angeles")
    quiet_then = hours(
        "America/Los_Angeles",
        weekdays=frozenset(range(7)),
        remind_at=dt.time(2, 30),
        quiet=(dt.time(2, 45), dt.time(6)),
    )
    assert morning(sunday, quiet_then) is None


def test_a_message_to_a_colleague_waits_for_their_next_working_morning() -> None:
    quiet = hours(quiet=(dt.time(19), dt.time(7)))
    assert free_moment(at(FRIDAY, "18:59"), quiet) == at(FRIDAY, "18:59")
    assert free_moment(at(FRIDAY, "19:00"), quiet) == at(SUNDAY + ONE_DAY, "08:30")
    assert free_moment(at(MONDAY, "06:00"), quiet) == at(MONDAY, "08:30")


LUNCH = (dt.time(12), dt.time(14))


@pytest.mark.parametrize(
    ("quiet", "day", "time", "until_day", "until"),
    [
        (LUNCH, MONDAY, "11:59", MONDAY, "11:59"),
        (LUNCH, MONDAY, "12:30", MONDAY, "14:00"),
        (LUNCH, FRIDAY, "13:59", FRIDAY, "14:00"),
        (LUNCH, SUNDAY, "12:30", SUNDAY + ONE_DAY, "08:30"),
        ((dt.time(16), dt.time(22)), MONDAY, "16:30", MONDAY + ONE_DAY, "08:30"),
        ((dt.time(5), dt.time(8)), MONDAY, "06:00", MONDAY, "08:30"),
    ],
)
def test_quiet_hours_within_a_working_day_delay_a_message_until_they_end(
    quiet: tuple[dt.time, dt.time], day: dt.date, time: str, until_day: dt.date, until: str
) -> None:
    assert free_moment(at(day, time), hours(quiet=quiet)) == at(until_day, until)


def test_quiet_hours_that_end_where_the_clocks_change_end_at_a_time_that_there_is() -> None:
    sunday, zone = dt.date(2026, 3, 8), "America/Los_Angeles"
    night = hours(zone, weekdays=frozenset(range(7)), remind_at=dt.time(0, 30), quiet=(dt.time(1), dt.time(2, 30)))
    assert free_moment(at(sunday, "01:30", zone), night) == at(sunday, "03:00", zone)


def test_who_never_works_is_never_written_to() -> None:
    never = hours(weekdays=frozenset())
    assert reminders(FRIDAY, at(MONDAY, "10:00"), never) == Reminders(None, None)
    assert free_moment(at(MONDAY, "10:00"), never) is None


# --- laws -----------------------------------------------------------------------------------------------------------

days = st.dates(dt.date(2024, 1, 1), dt.date(2034, 12, 31))
moments = days.flatmap(
    lambda day: st.integers(0, 24 * 60 - 1).map(
        lambda minute: dt.datetime.combine(day, dt.time(minute // 60, minute % 60), dt.UTC)
    )
)
times = st.integers(0, 24 * 60 - 1).map(lambda minute: dt.time(minute // 60, minute % 60))


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    quiet = draw(st.none() | st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]))
    start, length = draw(days), draw(st.integers(0, 365))
    leave = draw(st.none() | st.just((start, start + length * ONE_DAY)))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Hours(draw(st.sampled_from(ZONES)), weekdays, draw(times), quiet, leave)


@st.composite
def promised(draw: st.DrawFn) -> tuple[dt.date, dt.datetime, Hours]:
    """A promise that is not due before the day on which it is made."""
    of = draw(any_hours())
    made = draw(moments)
    today = made.astimezone(ZoneInfo(of.zone)).date()
    return today + draw(st.integers(0, 500)) * ONE_DAY, made, of


@given(promised())
@settings(max_examples=80, deadline=None)
def test_a_reminder_is_always_a_working_morning_outside_leave_and_quiet_hours(
    given_one: tuple[dt.date, dt.datetime, Hours],
) -> None:
    due_on, made, of = given_one
    found = reminders(due_on, made, of)
    for moment in (found.in_time, found.overdue):
        if moment is None:
            continue
        here = moment.astimezone(ZoneInfo(of.zone))
        assert moment > made
        assert here.weekday() in of.weekdays
        assert of.leave is None or not of.leave[0] <= here.date() <= of.leave[1]
        assert not of.is_quiet(here.time())
        assert moment == morning(here.date(), of)


@given(promised())
@settings(max_examples=80, deadline=None)
def test_nobody_with_a_working_day_is_left_without_a_reminder(given_one: tuple[dt.date, dt.datetime, Hours]) -> None:
    due_on, made, of = given_one
    found = reminders(due_on, made, of)
    assert found.overdue is not None
    assert found.overdue.astimezone(ZoneInfo(of.zone)).date() > due_on


@given(promised())
@settings(max_examples=60, deadline=None)
@example((SUNDAY, at(FRIDAY, "09:00"), hours()))
def test_each_is_the_nearest_morning_to_the_day_that_there_is(given_one: tuple[dt.date, dt.datetime, Hours]) -> None:
    """Against all mornings between the promise and its day, looked through one by one."""
    due_on, made, of = given_one
    today = made.astimezone(ZoneInfo(of.zone)).date()
    every = [morning(today + n * ONE_DAY, of) for n in range((due_on - today).days + 1)]
    before = [one for one in every if one is not None and one > made]
    found = reminders(due_on, made, of)
    assert found.in_time == (before[-1] if before else None)
    later = (morning(due_on + n * ONE_DAY, of) for n in range(1, SEARCH_DAYS))
    assert found.overdue == next(one for one in later if one is not None)


@given(moments, any_hours())
@settings(max_examples=60, deadline=None)
def test_a_message_never_comes_early_nor_on_leave_nor_in_quiet_hours(moment: dt.datetime, of: Hours) -> None:
    found = free_moment(moment, of)
    assert found is not None
    here = found.astimezone(ZoneInfo(of.zone))
    assert found >= moment
    assert of.works_on(here.date())
    assert not of.is_quiet(here.time())
