"""Birthdays and anniversaries: leap days, ends of years, years that are not known."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.anniversaries import YearlyDay, months_and_days

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
SPANS = st.integers(min_value=0, max_value=800)
LEAP_DAY = YearlyDay(2, 29)


@st.composite
def yearly_days(draw: st.DrawFn) -> YearlyDay:
    """Any day of the year, 29 February more often than it comes."""
    day = draw(st.one_of(st.just(dt.date(2000, 2, 29)), DAYS))
    return YearlyDay(day.month, day.day)


def test_the_29th_of_february_is_kept_a_day_early_in_a_common_year() -> None:
    assert LEAP_DAY.in_year(2027) == dt.date(2027, 2, 28)
    assert LEAP_DAY.in_year(2028) == dt.date(2028, 2, 29)
    assert LEAP_DAY.in_year(2100) == dt.date(2100, 2, 28)


def test_a_week_over_new_year_has_the_days_of_both_years() -> None:
    week = (dt.date(2026, 12, 29), dt.date(2027, 1, 4))
    assert YearlyDay(12, 31).within(*week) == (dt.date(2026, 12, 31),)
    assert YearlyDay(1, 1).within(*week) == (dt.date(2027, 1, 1),)
    assert YearlyDay(1, 5).within(*week) == ()


def test_the_ends_of_a_span_belong_to_it() -> None:
    assert YearlyDay(6, 1).within(dt.date(2026, 6, 1), dt.date(2026, 6, 1)) == (dt.date(2026, 6, 1),)


def test_the_age_is_told_where_the_year_is_known() -> None:
    assert YearlyDay(6, 1, 1966).years_on(dt.date(2026, 6, 1)) == 60
    assert YearlyDay(6, 1).years_on(dt.date(2026, 6, 1)) is None
    assert YearlyDay(6, 1, 2026).years_on(dt.date(2026, 6, 1)) is None


def test_nobody_is_congratulated_before_the_first_year() -> None:
    assert YearlyDay(6, 1, 2030).within(dt.date(2026, 1, 1), dt.date(2026, 12, 31)) == ()


@pytest.mark.parametrize(("month", "day", "year"), [(2, 30, None), (4, 31, None), (13, 1, None), (2, 29, 2027)])
def test_a_day_that_there_is_not_is_refused(month: int, day: int, year: int | None) -> None:
    with pytest.raises(ValueError, match=r"day is out of range|month must be"):
        YearlyDay(month, day, year)


@given(yearly_days(), DAYS)
def test_it_comes_once_within_any_year_from_any_day(yearly: YearlyDay, start: dt.date) -> None:
    coming = yearly.next_on(start)
    assert start <= coming <= start + dt.timedelta(366)
    assert yearly.within(start, coming) == (coming,)


@given(yearly_days(), st.integers(1901, 2099))
def test_every_calendar_year_has_it_once_and_never_late(yearly: YearlyDay, year: int) -> None:
    (kept,) = yearly.within(dt.date(year, 1, 1), dt.date(year, 12, 31))
    assert kept.year == year
    assert (kept.month, kept.day) <= (yearly.month, yearly.day)


@given(yearly_days(), DAYS, SPANS, SPANS)
def test_a_span_in_two_parts_has_what_the_whole_has(yearly: YearlyDay, start: dt.date, first: int, rest: int) -> None:
    middle, end = start + dt.timedelta(first), start + dt.timedelta(first + 1 + rest)
    parts = yearly.within(start, middle) + yearly.within(middle + dt.timedelta(1), end)
    assert parts == yearly.within(start, end)


@given(yearly_days(), DAYS, st.integers(0, 400))
def test_what_is_looked_for_in_a_table_is_what_is_kept(yearly: YearlyDay, start: dt.date, length: int) -> None:
    end = start + dt.timedelta(length)
    is_looked_for = (yearly.month, yearly.day) in months_and_days(start, end)
    # 28 February alone may also be looked for: a table does not know what is kept on it.
    assert is_looked_for == bool(yearly.within(start, end))
