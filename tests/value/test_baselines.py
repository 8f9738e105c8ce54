import numpy as np
import pytest
from scipy import stats

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import baselines
from value.baselines import PastRate
from value.histories import summarised as short_histories
from value.likelihood import NotFittedError
from value.order_log import summarised


def test_a_rate_seen_for_long_is_believed_and_a_new_customers_is_everybodys() -> None:
    rate = PastRate(shape=1.0, mean=0.1)
    h = short_histories([100.0, 0.0], [900.0, 0.0], [1000.0, 0.0])
    assert rate.expected_purchases(h, 10.0) == pytest.approx([1.0, 1.0], abs=0.02)


def test_the_spread_of_rates_is_recovered() -> None:
    rng = np.random.default_rng(7)
    age = rng.uniform(20, 100, 20_000)
    x = rng.poisson(rng.gamma(0.8, 0.05 / 0.8, len(age)) * age).astype(float)
    found = baselines.fit_past_rate(short_histories(x, np.where(x > 0, age / 2, 0), age))
    assert found.mean == pytest.approx(0.05, rel=0.05)
    assert found.shape == pytest.approx(0.8, rel=0.1)


def test_the_likelihood_of_a_rate_is_that_of_counts_and_of_when_they_came() -> None:
    # Given the count, the days of a Poisson process are uniform: the density is that of the count × x! / T^x.
    rate, h = PastRate(shape=0.7, mean=0.2), short_histories([3.0, 0.0], [5.0, 0.0], [8.0, 4.0])
    scale = 0.7 / 0.2
    counts = stats.nbinom(0.7, scale / (scale + h.age)).logpmf(h.frequency)
    expected = counts.sum() + np.log(6) - 3 * np.log(8.0)
    assert rate.log_likelihood(h) == pytest.approx(expected)


def test_rates_that_are_all_alike_are_bounded() -> None:
    found = baselines.fit_past_rate(short_histories([4.0] * 9, [10.0] * 9, [12.0] * 9))
    assert found.shape == baselines.SHAPE_RANGE[1]


def test_the_last_period_is_repeated_and_a_newcomer_has_the_past_rate() -> None:
    s = summarised(logs.of([(0, 1.0), (60, 8.0), (65, 9.0)], [(62, 5.0)]), FIRST_DAY + 70, 28)
    purchases, spend = baselines.last_period(s, rate=np.array([0.3, 0.4]), order=np.array([10.0, 10.0]))
    assert purchases.tolist() == [2.0, 0.4]
    assert spend.tolist() == [17.0, 4.0]


def test_the_same_season_needs_a_year_and_a_horizon_within_one() -> None:
    young = summarised(logs.of([(0, 1.0)]), FIRST_DAY + 300, 28)
    with pytest.raises(NotFittedError, match="year before"):
        baselines.require_same_season(young)
    with pytest.raises(NotFittedError, match="longer than a year"):
        baselines.require_same_season(summarised(logs.of([(0, 1.0)]), FIRST_DAY + 800, 7 * 60))
    baselines.require_same_season(summarised(logs.of([(0, 1.0)]), FIRST_DAY + 363, 364))
