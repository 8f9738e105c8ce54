import numpy as np
import pytest

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import backtest, candidates
from value.backtest import Errors, Window
from value.candidates import BG_NBD, LAST_PERIOD, SAME_SEASON
from value.likelihood import NotFittedError
from value.order_log import summarised

WEEK = 7


def test_windows_lie_within_the_past_and_are_as_long_as_the_horizon() -> None:
    found = backtest.windows(FIRST_DAY, FIRST_DAY + 104 * WEEK, 26 * WEEK)
    assert len(found) >= 3
    assert {window.horizon_days for window in found} == {26 * WEEK}
    assert all(window.origin + window.horizon_days <= FIRST_DAY + 104 * WEEK for window in found)
    assert all(window.origin >= FIRST_DAY + backtest.LEAST_PAST_DAYS for window in found)


def test_the_same_season_of_the_year_before_comes_first_where_the_past_reaches_back() -> None:
    found = backtest.windows(FIRST_DAY, FIRST_DAY + 104 * WEEK, 26 * WEEK)
    assert (found[0].origin, found[0].is_same_season) == (FIRST_DAY + 52 * WEEK, True)


def test_the_latest_windows_stand_a_month_apart() -> None:
    end = FIRST_DAY + 200 * WEEK
    latest = [one.origin for one in backtest.windows(FIRST_DAY, end, 13 * WEEK) if not one.is_same_season]
    assert [end - 13 * WEEK - origin for origin in latest] == [0, 30, 61, 91, 122, 152, 183, 213, 243]


def test_a_horizon_longer_than_half_of_the_past_is_tried_in_shorter_windows() -> None:
    found = backtest.windows(FIRST_DAY, FIRST_DAY + 39 * WEEK, 39 * WEEK)
    assert found
    assert {window.horizon_days for window in found} == {39 * WEEK // 2, 39 * WEEK // 3}


def test_a_past_of_a_quarter_has_no_window() -> None:
    assert backtest.windows(FIRST_DAY, FIRST_DAY + 13 * WEEK, 13 * WEEK) == []


def test_a_window_is_played_without_what_came_after_it() -> None:
    log, window = logs.company(), Window(FIRST_DAY + 350, 70)
    changed = logs.changed_after(log, FIRST_DAY + 420)
    ours, theirs = backtest.played(log, window), backtest.played(changed, window)
    assert ours.bought.tolist() == theirs.bought.tolist()
    assert {name: value.tolist() for name, value in ours.spends.items()} == {
        name: value.tolist() for name, value in theirs.spends.items()
    }


def test_errors_are_mean_absolute_root_mean_square_and_of_the_total() -> None:
    errors = Errors.of(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 4.0]))
    assert (errors.mae, errors.rmse, errors.total) == pytest.approx((1.0, np.sqrt(5 / 3), 0.2))


def test_errors_of_huge_amounts_stay_finite() -> None:
    errors = Errors.of(np.array([1e200, 0.0]), np.array([0.0, 0.0]))
    assert np.isfinite([errors.mae, errors.rmse, errors.total]).all()


def test_every_candidate_and_every_average_of_two_is_judged() -> None:
    played = backtest.played(logs.company(), Window(FIRST_DAY + 420, 70))
    judged = backtest.errors(played.purchases, played.bought)
    singles = len(played.purchases)
    assert len(judged) == singles + 3 * (singles * (singles - 1) // 2)
    one, other = played.purchases[BG_NBD], played.purchases[LAST_PERIOD]
    evenly = Errors.of((one + other) / 2, played.bought)
    two_to_one = Errors.of((2 * one + other) / 3, played.bought)
    for name, expected in ((f"{BG_NBD} + {LAST_PERIOD}", evenly), (f"⅔ {BG_NBD} + ⅓ {LAST_PERIOD}", two_to_one)):
        ours = judged[name]
        assert (ours.mae, ours.rmse, ours.total) == pytest.approx((expected.mae, expected.rmse, expected.total))


def test_an_average_is_made_of_its_parts() -> None:
    assert candidates.parts(BG_NBD) == {BG_NBD: 1.0}
    assert candidates.parts(f"{BG_NBD} + {LAST_PERIOD}") == {BG_NBD: 0.5, LAST_PERIOD: 0.5}
    assert candidates.parts(f"⅔ {BG_NBD} + ⅓ {LAST_PERIOD}") == {BG_NBD: 2 / 3, LAST_PERIOD: 1 / 3}
    for name in candidates.with_averages([BG_NBD, LAST_PERIOD, SAME_SEASON]):
        assert sum(candidates.parts(name).values()) == pytest.approx(1)


def test_a_model_that_cannot_be_fitted_is_out_with_its_reason_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(_: object) -> None:
        raise NotFittedError("The moon was full.")

    monkeypatch.setitem(candidates.FITTERS, BG_NBD, refuses)
    s = summarised(logs.company(), FIRST_DAY + 300, 70)
    fits = candidates.fit(s)
    assert fits.out[BG_NBD] == "The moon was full."
    assert SAME_SEASON in fits.out
    assert candidates.purchases(fits, s).keys() == {"MBG/CNBD-k", "Pareto/NBD", "past rate", "last period"}
