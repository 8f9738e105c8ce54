"""How many purchases: one exact sum, against brute force with random numbers and against its own parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value import counts
from value.bgnbd import BgNbd
from value.histories import summarised
from value.mbgcnbd import MbgCnbd
from value.paretonbd import ParetoNbd

MODELS = [
    BgNbd(0.242593, 4.41353, 0.792886, 2.42575),
    MbgCnbd(1, 0.524845, 6.18287, 0.891333, 1.61393),
    MbgCnbd(4, 2.0, 1.5, 0.5, 3.0),
    MbgCnbd(30, 42.0, 19.7, 0.1, 8.0),
    ParetoNbd(0.553276, 10.5776, 0.606214, 11.6679),
]
FEW = summarised([0, 1, 2, 7, 60], [0, 1.71, 30.43, 29.5, 38], [38.86, 38.86, 38.86, 30, 38.86])
named = pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])


def brute_force(model: MbgCnbd, x: int, t_x: float, age: float, weeks: float) -> tuple[float, float]:
    """P(alive) and E[N] by two million drawn customers, each weighted by how likely it is to have behaved like this."""
    rng = np.random.default_rng(12)
    number, k = 2_000_000, model.k
    rate = rng.gamma(model.r + k * x, 1 / (model.alpha + t_x), number)
    leaving = rng.beta(model.a, model.b, number)
    # The gaps are in the gamma drawn from; what remains is staying x times, and then silence or leaving.
    waited = rng.gamma(k, 1, number) / rate
    silent = waited > age - t_x
    stays = (1 - leaving) ** (x + 1) * silent
    leaves = leaving * (1 - leaving) ** x
    bought, now = np.zeros(number), waited
    active = np.flatnonzero(silent & (waited <= age - t_x + weeks))
    while len(active):
        bought[active] += 1
        active = active[rng.random(len(active)) > leaving[active]]
        now[active] += rng.gamma(k, 1, len(active)) / rate[active]
        active = active[now[active] <= age - t_x + weeks]
    total = (stays + leaves).sum()
    return float(stays.sum() / total), float((stays * bought).sum() / total)


@pytest.mark.parametrize("customer", [(0, 0.0, 20.0), (2, 14.0, 20.0), (2, 30.43, 38.86), (5, 28.0, 30.0)])
@pytest.mark.parametrize("model", [model for model in MODELS if isinstance(model, MbgCnbd)][:2])
def test_brute_force_finds_the_same(model: MbgCnbd, customer: tuple[int, float, float]) -> None:
    alive, bought = brute_force(model, *customer, weeks=26.0)
    assert model.probability_alive(summarised(*customer))[0] == pytest.approx(alive, abs=3e-3)
    assert model.expected_purchases(summarised(*customer), 26)[0] == pytest.approx(bought, rel=0.01, abs=1e-3)


def test_brute_force_finds_the_same_for_pareto_nbd() -> None:
    model = MODELS[-1]
    assert isinstance(model, ParetoNbd)
    rng = np.random.default_rng(12)
    number, (x, t_x, age), weeks = 2_000_000, (2, 30.43, 38.86), 26.0
    rate = rng.gamma(model.r + x, 1 / (model.alpha + t_x), number)
    left = rng.exponential(1 / rng.gamma(model.s, 1 / model.beta, number))
    # Alive at t_x, and then no purchase until the end of the window or of the customer.
    weight = (left > t_x) * np.exp(-rate * (np.minimum(left, age) - t_x))
    bought = rng.poisson(rate * np.clip(left - age, 0, weeks))
    customer = summarised(x, t_x, age)
    assert model.probability_alive(customer)[0] == pytest.approx(weight[left > age].sum() / weight.sum(), abs=3e-3)
    assert model.expected_purchases(customer, weeks)[0] == pytest.approx(
        (weight * bought).sum() / weight.sum(), rel=0.01
    )
    shares = np.bincount(bought, weight, 60)[:60] / weight.sum()
    np.testing.assert_allclose(model.count_distribution(customer, weeks, 60)[0, :60], shares, atol=2e-3)


@named
def test_probabilities_add_up_and_have_the_expected_mean(model: counts.Outlook) -> None:
    distribution = model.count_distribution(FEW, 52, 700)
    assert distribution.min() >= 0
    np.testing.assert_allclose(distribution.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(distribution @ np.arange(701), model.expected_purchases(FEW, 52), 1e-6, 1e-9)


@named
def test_the_last_cell_is_all_that_is_more(model: counts.Outlook) -> None:
    short, long = model.count_distribution(FEW, 52, 3), model.count_distribution(FEW, 52, 700)
    np.testing.assert_allclose(short[:, :3], long[:, :3], atol=1e-12)
    np.testing.assert_allclose(short[:, 3], long[:, 3:].sum(axis=1), atol=1e-12)


@named
def test_no_time_brings_no_purchase_and_more_time_more(model: counts.Outlook) -> None:
    weeks = np.array([0.0, 1, 13, 52, 53, 260, 1_040, 5_200])
    bought = np.array([model.expected_purchases(FEW, week) for week in weeks])
    np.testing.assert_allclose(bought[0], 0, atol=1e-12)
    assert (np.diff(bought, axis=0) > 0).all()
    np.testing.assert_allclose(model.count_distribution(FEW, 0, 4)[:, 0], 1, rtol=1e-12)


@named
def test_each_customer_may_have_a_horizon_of_their_own(model: counts.Outlook) -> None:
    weeks = np.array([5.0, 10, 20, 40, 80])
    together = model.expected_purchases(FEW, weeks)
    alone = [model.expected_purchases(FEW, week)[place] for place, week in enumerate(weeks)]
    np.testing.assert_allclose(together, alone, rtol=1e-9)


@named
def test_what_is_not_discounted_is_what_is_expected(model: counts.Outlook) -> None:
    np.testing.assert_allclose(model.discounted_residual(FEW, 0, 260), model.expected_purchases(FEW, 260), rtol=1e-6)


@named
def test_a_discounted_purchase_is_worth_less_the_later_it_comes(model: counts.Outlook) -> None:
    # Week by week, from the means alone.
    ends = np.arange(1, 521)
    bought = np.array([model.expected_purchases(FEW, end) for end in [0, *ends]])
    by_week = (np.diff(bought, axis=0) * np.exp(-0.002 * (ends - 0.5))[:, np.newaxis]).sum(axis=0)
    np.testing.assert_allclose(model.discounted_residual(FEW, 0.002, 520), by_week, rtol=1e-3)
    assert (model.discounted_residual(FEW, 0.002) > by_week).all()


@named
def test_a_sum_without_end_or_discount_is_refused(model: counts.Outlook) -> None:
    with pytest.raises(ValueError, match="horizon"):
        model.discounted_residual(FEW, 0)
    with pytest.raises(ValueError, match="negative"):
        model.discounted_residual(FEW, -0.1, 52)


@named
def test_nobody_expects_nothing(model: counts.Outlook) -> None:
    nobody = FEW.take(np.zeros(0, dtype=np.int64))
    assert model.expected_purchases(nobody, 52).shape == (0,)
    assert model.probability_alive(nobody).shape == (0,)
    assert model.count_distribution(nobody, 52, 5).shape == (0, 6)
    assert model.discounted_residual(nobody, 0.001).shape == (0,)


@given(st.integers(0, 40), st.floats(0.1, 60), st.floats(0, 1), st.sampled_from([1, 2, 5, 30]))
def test_wide_windows_agree_with_the_sum_over_every_tick(x: int, age: float, share: float, k: int) -> None:
    customer = summarised(x, age * max(share, 0.01) if x else 0, age)
    model = MbgCnbd(k, 1.5 * k, 4.0, 0.6, 3.0)
    wide = model.expected_purchases(customer, 520)
    before, counts.WIDE_TICKS = counts.WIDE_TICKS, 10**9
    try:
        every_tick = model.expected_purchases(customer, 520)
    finally:
        counts.WIDE_TICKS = before
    np.testing.assert_allclose(wide, every_tick, rtol=1e-4, atol=1e-9)
