"""The average order of a customer: drawn to everybody's, and where sizes drift, mostly of its latest orders."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import own_mean
from value.order_log import Summaries, summarised
from value.own_mean import OwnMean

AMOUNTS = st.lists(st.floats(min_value=0.01, max_value=1e6), min_size=1, max_size=60)


def known(*customers: list[float], every_days: int = 10) -> Summaries:
    """Customers who bought for these amounts, one after the other."""
    log = logs.of(*([(place * every_days, amount) for place, amount in enumerate(of)] for of in customers))
    return summarised(log, FIRST_DAY + 10_000, 70)


def drifting(customers: int, orders: int, step: float, noise: float, seed: int = 3) -> Summaries:
    """Orders whose size goes its own way, by chance, and differs from that by chance."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0, step, (customers, orders)), axis=1) + rng.normal(5, 0.5, (customers, 1))
    return known(*np.exp(level + rng.normal(0, noise, level.shape)).tolist())


def test_a_customers_own_average_is_drawn_to_everybodys_where_it_rests_on_few_orders() -> None:
    once, often = OwnMean(mean=20.0, prior_orders=1.0).expected(known([100.0], [100.0] * 20))
    assert once == pytest.approx(60.0)
    assert often > 90.0


def test_who_took_back_more_than_was_bought_is_expected_to_bring_nothing() -> None:
    s = summarised(logs.of([(0, 10.0), (3, -500.0)]), FIRST_DAY + 70, 70)
    assert OwnMean(mean=20.0, prior_orders=0.5).expected(s).tolist() == [0.0]
    assert OwnMean(mean=20.0, prior_orders=0.5, fading=0.5).expected(s).tolist() == [0.0]


def test_an_order_counts_half_of_the_one_after_it_and_credits_lower_all() -> None:
    s = summarised(logs.of([(0, 100.0), (10, 200.0), (20, 400.0), (25, -70.0)]), FIRST_DAY + 70, 70)
    weights = [Fraction(1, 4), Fraction(1, 2), Fraction(1)]
    mean = sum(weight * amount for weight, amount in zip(weights, (100, 200, 400), strict=True)) / sum(weights)
    mean *= Fraction(700 - 70, 700)
    rests_on = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    expected = (rests_on * mean + Fraction(2) * 50) / (rests_on + 2)
    assert OwnMean(mean=50.0, prior_orders=2.0, fading=0.5).expected(s)[0] == pytest.approx(float(expected), rel=1e-12)


@given(amounts=AMOUNTS, fading=st.sampled_from(own_mean.FADINGS.tolist()))
def test_what_is_expected_lies_between_the_smallest_and_the_largest(amounts: list[float], fading: float) -> None:
    # Hardly drawn to anybody: what is left is a mean of the customer's own orders.
    expected = OwnMean(mean=0.0, prior_orders=1e-12, fading=fading).expected(known(amounts))[0]
    assert min(amounts) * (1 - 1e-6) <= expected <= max(amounts) * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_sizes_that_drift_are_told_by_the_latest(seed: int) -> None:
    s = drifting(customers=200, orders=12, step=0.3, noise=0.3, seed=seed)
    found = own_mean.fit(s)
    assert found.fading <= 0.5
    # The order that comes next is near the last one.
    last = s.amounts[np.cumsum(s.orders.astype(int)) - 1]
    alike = OwnMean(found.mean, found.prior_orders)
    assert np.median(np.abs(np.log(found.expected(s) / last))) < np.median(np.abs(np.log(alike.expected(s) / last)))


@pytest.mark.parametrize("seed", range(8))
def test_sizes_that_only_vary_by_chance_all_count_alike(seed: int) -> None:
    assert own_mean.fit(drifting(customers=60, orders=12, step=0.0, noise=0.5, seed=seed)).fading == 1.0


def test_one_customer_who_grows_does_not_make_a_drift_of_all() -> None:
    steady = [[100.0, 110.0] * 6 for _ in range(50)]
    assert own_mean.fit(known(*steady, [1_000.0 * 2**place for place in range(12)])).fading == 1.0


@pytest.mark.parametrize("orders", [[[5.0]], [[5.0], [7.0]], [[5.0, 5.0], [5.0, 5.0]], [[1e-300, 1e300]]])
def test_where_nothing_can_be_told_all_count_alike(orders: list[list[float]]) -> None:
    assert own_mean.fit(known(*orders)).fading == 1.0


def test_a_fading_that_is_known_is_taken() -> None:
    assert own_mean.fit(drifting(customers=60, orders=12, step=0.3, noise=0.1), fading=0.9).fading == 0.9
