import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from value.seasons import CALENDAR, DAYS_A_YEAR, LEAST_WEIGHT, PARTS, OperationalTime, operational_time

START = 736_695  # 1 January 2018, counted from the year 1


def ledger(years: float, *, orders_a_day: float = 20.0, swing: float = 0.0, growth: float = 1.0, seed: int = 1):
    """Order days of a company that sells (1 + swing · sin) of its trend, most a quarter into the year."""
    days = START + np.arange(int(years * DAYS_A_YEAR))
    since = (days - START) / DAYS_A_YEAR
    mean = orders_a_day * growth**since * (1 + swing * np.sin(2 * np.pi * days / DAYS_A_YEAR))
    return np.repeat(days, np.random.default_rng(seed).poisson(mean)), START, int(days[-1])


clocks = st.lists(st.floats(LEAST_WEIGHT / 2, 8), min_size=PARTS, max_size=PARTS).map(
    lambda weights: OperationalTime(np.array(weights) / np.mean(weights))
)


def test_a_season_that_comes_back_is_found_whatever_the_trend() -> None:
    clock = operational_time(*ledger(3.3, swing=0.6, growth=1.8))
    middle = (np.arange(PARTS) + 0.5) / PARTS
    assert clock.weights == pytest.approx(1 + 0.6 * np.sin(2 * np.pi * middle), abs=0.08)


def test_growth_alone_is_no_season() -> None:
    clock = operational_time(*ledger(3.0, growth=3.0))
    assert clock.weights == pytest.approx(1, abs=0.06)


def test_few_orders_give_no_season_that_chance_could_have_made() -> None:
    swings = [np.ptp(operational_time(*ledger(2.0, orders_a_day=0.3, seed=seed)).weights) for seed in range(20)]
    assert np.median(swings) < 0.1


def test_orders_written_at_the_end_of_each_month_are_hardly_a_season() -> None:
    ends = [START + round(month * DAYS_A_YEAR / 12) for month in range(1, 37)]
    clock = operational_time(np.repeat(ends, 100), START, START + 1096)
    assert np.ptp(clock.weights) < 0.35


@pytest.mark.parametrize("years", [0.5, 1.0, 1.14])
def test_what_has_hardly_been_seen_twice_is_no_season(years: float) -> None:
    assert operational_time(*ledger(years, swing=0.9)).is_calendar


def test_the_pace_of_a_clock_is_how_fast_its_weeks_go_by() -> None:
    clock = operational_time(*ledger(2.5, swing=0.6))
    day = START + np.arange(0.5, 700, 3.1)
    part = DAYS_A_YEAR / PARTS
    within = np.floor((day - 0.01) / part) == np.floor((day + 0.01) / part)
    slope = (clock.weeks(day + 0.01) - clock.weeks(day - 0.01)) / 0.02 * 7
    assert clock.pace(day)[within] == pytest.approx(slope[within], rel=1e-3)


def test_the_calendars_clock_is_the_calendar() -> None:
    days = np.array([0, 7, 364, 736_695, 736_702.5])
    assert CALENDAR.weeks(days) == pytest.approx(days / 7)


def test_what_lies_outside_the_ledgers_time_is_not_counted() -> None:
    day, start, end = ledger(3.0, swing=0.5)
    beyond = np.r_[day, np.full(9_999, end + 30), np.full(9_999, start - 1)]
    assert operational_time(beyond, start, end).weights.tolist() == operational_time(day, start, end).weights.tolist()


@given(clocks, st.floats(-1e6, 2e6), st.floats(1e-3, 1e5))
def test_time_goes_forward_and_back_again(clock: OperationalTime, day: float, later: float) -> None:
    assert clock.weeks(day + later) > clock.weeks(day)
    assert clock.days(clock.weeks(day)) == pytest.approx(day, abs=1e-4)


@given(clocks, st.integers(700_000, 800_000), st.integers(1, 30))
def test_a_year_of_the_clock_is_a_year_of_the_calendar(clock: OperationalTime, day: int, years: int) -> None:
    passed = clock.weeks(day + years * DAYS_A_YEAR) - clock.weeks(day)
    assert passed == pytest.approx(years * DAYS_A_YEAR / 7)


def test_a_busy_week_is_longer_than_a_quiet_one() -> None:
    clock = operational_time(*ledger(3.0, swing=0.6))
    year = np.floor(START / DAYS_A_YEAR + 1) * DAYS_A_YEAR
    busy, quiet = year + 0.25 * DAYS_A_YEAR, year + 0.75 * DAYS_A_YEAR
    assert clock.weeks(busy + 7) - clock.weeks(busy) == pytest.approx(1.6, abs=0.1)
    assert clock.weeks(quiet + 7) - clock.weeks(quiet) == pytest.approx(0.4, abs=0.1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 11_000), st.integers(1, 100_000)), max_size=12),
    st.integers(0, 11_000),
    st.integers(0, 800_000),
)
def test_any_ledger_has_a_clock_that_never_stands_still(bursts: list[tuple[int, int]], length: int, start: int) -> None:
    day = np.repeat([start + offset for offset, _ in bursts], [orders for _, orders in bursts]).astype(np.int64)
    clock = operational_time(day, start, start + length)
    assert np.all(np.isfinite(clock.weights))
    assert clock.weights.mean() == pytest.approx(1)
    assert np.all(clock.weights > LEAST_WEIGHT / PARTS)
