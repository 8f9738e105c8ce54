import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from value.spend import (
    LEAST_SHOCK_SD,
    PRIOR_SHOCK_SD,
    SpendForecast,
    credibility_revenue,
    expected_spend,
    shock_sd,
    total_interval,
)

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def forecast(
    *, customers: int = 40, most: int = 60, p: float = 2.0, q: float = 3.0, seed: int = 1, most_bought: int = 12
) -> SpendForecast:
    """Customers who may have gone (no order) or still be there (a Poisson number), each with an own past."""
    rng = np.random.default_rng(seed)
    alive, rate = rng.uniform(0.05, 1, customers), rng.uniform(0.05, most / 8, customers)
    n = np.arange(most + 1)
    log_factorial = np.array([math.lgamma(k + 1) for k in n])
    counts = np.exp(n * np.log(rate)[:, np.newaxis] - rate[:, np.newaxis] - log_factorial) * alive[:, np.newaxis]
    counts[:, 0] += 1 - alive
    counts /= counts.sum(axis=1, keepdims=True)
    bought = rng.integers(0, most_bought + 1, customers)
    return SpendForecast(counts, p * bought + q, 40.0 + bought * rng.gamma(2, 30, customers), p)


def simulated(of: SpendForecast, draws: int, seed: int = 7) -> np.ndarray:
    """Spend as the model tells it: first the customer's rate, then the number of orders, then each order's amount."""
    rng = np.random.default_rng(seed)
    customers, cells = of.counts.shape
    spend = np.empty((draws, customers))
    for customer in range(customers):
        nu = rng.gamma(of.shape[customer], 1 / of.rate[customer], draws)
        orders = rng.choice(cells, draws, p=of.counts[customer])
        spend[:, customer] = [rng.gamma(of.p, 1 / v, n).sum() for n, v in zip(orders, nu, strict=True)]
    return spend


def test_the_distribution_is_that_of_orders_simulated_one_by_one() -> None:
    draws, of = 4_000, forecast(customers=12)
    spend = simulated(of, draws)
    for amount in (0.0, 20.0, 150.0, 600.0):
        share = (spend <= amount).mean(axis=0)
        exact = of.cdf(np.full(12, amount))
        assert np.all(np.abs(share - exact) < 4.5 * np.sqrt(exact * (1 - exact) / draws) + 1e-9)
    for place, level in enumerate(LEVELS):
        share = (spend <= of.quantiles(LEVELS)[:, place]).mean(axis=0)
        aimed = np.maximum(level, of.chance_of_nothing)
        assert np.all(np.abs(share - aimed) < 4.5 * np.sqrt(aimed * (1 - aimed) / draws) + 0.004)


def test_mean_and_variance_are_those_of_orders_simulated_one_by_one() -> None:
    of = forecast(customers=6, p=3.0, q=12.0)
    spend = simulated(of, 20_000)
    assert of.mean == pytest.approx(spend.mean(axis=0), rel=0.05)
    assert of.variance == pytest.approx(spend.var(axis=0), rel=0.12)


def test_the_mean_is_expected_purchases_times_the_expected_order() -> None:
    of = forecast()
    purchases = of.counts @ np.arange(of.counts.shape[1])
    assert of.mean == pytest.approx(expected_spend(purchases, of.p * of.rate / (of.shape - 1)))


@pytest.mark.parametrize("p", [0.011, 0.05, 0.8, 6.0, 200.0, 1e4])
@pytest.mark.parametrize(("most", "most_bought"), [(1, 3), (30, 12), (300, 200)])
def test_a_quantile_is_reached_with_the_probability_asked_for(p: float, most: int, most_bought: int) -> None:
    of = forecast(p=p, q=2.0, most=most, most_bought=most_bought)
    quantiles = of.quantiles(LEVELS)
    for place, level in enumerate(LEVELS):
        reached = of.cdf(quantiles[:, place])
        above = level > of.chance_of_nothing
        assert np.all(quantiles[~above, place] == 0)
        # Three hundred orders that are all worth the same are a stair of too many steps.
        within = 0.005 if p * most > 1e6 else 1e-3 if p < 0.05 else 1e-4
        assert reached[above] == pytest.approx(level, abs=within)


def test_a_quantile_is_right_to_a_ten_thousandth_of_the_amount() -> None:
    of = forecast(customers=200, p=1.07, q=2.6, most=40, most_bought=20)
    low, high = np.full((2, 200), np.log(of.mean))
    low, high = low - 30, high + 30
    for _ in range(50):
        middle = (low + high) / 2
        is_below = of.cdf(np.exp(middle)) < 0.9
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    is_above = of.chance_of_nothing < 0.9
    assert of.quantiles([0.9])[is_above, 0] == pytest.approx(np.exp(low[is_above]), rel=1e-4)


@pytest.mark.parametrize("p", [0.011, 0.1, 0.3])
@pytest.mark.parametrize("most", [1, 3])
def test_an_edge_that_is_sharp_beside_a_long_tail_of_next_to_nothing_is_found(p: float, most: int) -> None:
    for shape in (2.5, 4.0, 40.0):
        of = SpendForecast(np.full((1, most + 1), [0.3, *[0.7 / most] * most]), np.array([shape]), np.array([1.0]), p)
        for level in (0.5, 0.8, 0.9, 0.95):
            low, high = -300.0, 60.0
            for _ in range(80):
                middle = (low + high) / 2
                low, high = (middle, high) if of.cdf(np.exp([middle]))[0] < level else (low, middle)
            assert of.quantiles([level])[0, 0] == pytest.approx(np.exp(low), rel=1e-3)


def test_what_a_customer_who_is_gone_may_spend_is_nothing() -> None:
    gone = SpendForecast(np.array([[1.0, 0.0, 0.0]]), np.array([5.0]), np.array([90.0]), 2.0)
    assert gone.quantiles(LEVELS).tolist() == [[0.0] * 5]
    assert gone.cdf(np.array([0.0])).tolist() == [1.0]
    assert (gone.mean.tolist(), gone.variance.tolist()) == ([0.0], [0.0])


def test_nobody_spends_less_than_nothing() -> None:
    of = forecast(customers=3)
    assert of.cdf(np.array([-5.0, -1e-9, -1e300])).tolist() == [0, 0, 0]
    assert of.cdf(np.zeros(3)).tolist() == of.chance_of_nothing.tolist()


def test_no_customers_have_no_quantiles() -> None:
    nobody = SpendForecast(np.zeros((0, 5)), np.zeros(0), np.zeros(0), 2.0)
    assert nobody.quantiles(LEVELS).shape == (0, 5)
    assert nobody.cdf(np.zeros(0)).shape == (0,)


@settings(deadline=None, max_examples=60)
@given(
    counts=st.lists(st.floats(0, 1), min_size=2, max_size=30).filter(lambda cells: sum(cells) > 1e-3),
    p=st.floats(0.01, 1e4),
    bought=st.integers(0, 5_000),
    q=st.floats(2, 1e4),
    rate=st.floats(1e-9, 1e15),
    amount=st.floats(-1e16, 1e16),
)
def test_any_forecast_is_finite_and_rises_with_its_level(
    *, counts: list[float], p: float, bought: int, q: float, rate: float, amount: float
) -> None:
    share = np.array([counts]) / sum(counts)
    of = SpendForecast(share, np.array([p * bought + q]), np.array([rate]), p)
    quantiles = of.quantiles(LEVELS)[0]
    assert np.all(np.isfinite(quantiles))
    assert np.all(np.diff(quantiles) >= 0)
    assert np.all(quantiles >= 0)
    assert 0 <= of.cdf(np.array([amount]))[0] <= 1
    assert of.cdf(np.array([amount]))[0] <= of.cdf(np.array([amount + abs(amount)]))[0] + 1e-12
    assert np.isfinite(of.mean[0])
    assert np.isfinite(of.variance[0])
    assert of.variance[0] >= 0


def test_without_back_tests_a_total_may_be_wrong_by_what_is_stated() -> None:
    assert shock_sd([], []) == pytest.approx(PRIOR_SHOCK_SD)


def test_back_tests_that_were_wrong_widen_the_shock_and_those_that_were_right_narrow_it_to_the_floor() -> None:
    assert shock_sd([80.0] * 4, [100.0] * 4) > PRIOR_SHOCK_SD
    assert LEAST_SHOCK_SD <= shock_sd([100.0] * 4, [100.0] * 4) < PRIOR_SHOCK_SD
    assert shock_sd([100.0] * 400, [100.0] * 400) == LEAST_SHOCK_SD
    assert shock_sd([80.0] * 10_000, [100.0] * 10_000) == pytest.approx(-math.log(0.8), rel=1e-3)


def test_a_window_without_a_total_tells_nothing() -> None:
    assert shock_sd([0.0, 10.0, math.nan], [10.0, 0.0, 5.0]) == pytest.approx(PRIOR_SHOCK_SD)


def test_the_interval_of_a_total_holds_four_times_in_five_where_customers_share_a_shock() -> None:
    rng = np.random.default_rng(3)
    expected, variance, sd = np.full(400, 100.0), np.full(400, 400.0), 0.2
    low, high = total_interval(expected, variance, sd)
    total = np.exp(rng.normal(0, sd, 20_000)) * (expected.sum() + rng.normal(0, math.sqrt(variance.sum()), 20_000))
    assert ((low <= total) & (total <= high)).mean() == pytest.approx(0.8, abs=0.01)
    independent = total_interval(expected, variance, 0.0)
    assert ((independent[0] <= total) & (total <= independent[1])).mean() < 0.2


def test_a_total_profit_that_may_be_a_loss_has_an_interval_on_both_sides_of_zero() -> None:
    low, high = total_interval(np.array([500.0, -490.0]), np.array([100.0, 200.0]), 0.15)
    assert low < 0
    assert high > 10
    assert total_interval(np.array([]), np.array([]), 0.15) == (0, 0)


@given(
    st.lists(st.tuples(st.floats(-1e12, 1e12), st.floats(0, 1e20)), max_size=8),
    st.floats(0.05, 2),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_a_total_lies_in_its_interval(customers: list[tuple[float, float]], sd: float, level: float) -> None:
    expected, variance = np.array([c[0] for c in customers]), np.array([c[1] for c in customers])
    low, high = total_interval(expected, variance, sd, level)
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert low <= expected.sum() <= high


def test_credibility_is_found_again_where_customers_differ_and_periods_vary() -> None:
    rng = np.random.default_rng(5)
    revenue = rng.gamma(2, 500, (3_000, 4))
    own = rng.normal(0.3, 0.1, (3_000, 1))  # τ² = 0.01; σ² = 40 at a revenue of 1
    profit = revenue * (own + rng.normal(size=revenue.shape) * np.sqrt(40 / revenue))
    assert credibility_revenue(profit, revenue) == pytest.approx(40 / 0.01, rel=0.15)


@pytest.mark.parametrize("revenue", [[[100.0], [50.0]], [[100.0, 0.0], [0.0, -20.0]], [[10.0, 20.0]]])
def test_one_period_or_one_customer_cannot_tell_credibility(revenue: list[list[float]]) -> None:
    assert credibility_revenue(np.ones(np.shape(revenue)), np.array(revenue)) is None
