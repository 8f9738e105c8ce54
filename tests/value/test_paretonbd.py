"""Pareto/NBD against the published figures, and against its story integrated slowly over both rates."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.special import hyperu

from tests.value.customers import cdnow
from value.histories import summarised
from value.paretonbd import Likelihood, ParetoNbd, fit

PUBLISHED = ParetoNbd(r=0.553276, alpha=10.5776, s=0.606214, beta=11.6679)
CLV_PAPER = ParetoNbd(r=0.5629966, alpha=12.5590370, s=0.4081095, beta=10.5148048)
MODELS = [PUBLISHED, CLV_PAPER, ParetoNbd(4.0, 30.0, 1.0, 3.0), ParetoNbd(40.0, 90.0, 0.02, 200.0)]
FEW = summarised([0, 0, 1, 2, 7, 26], [0, 0, 1.71, 30.43, 12.5, 30.86], [38.86, 27, 38.86, 38.86, 30, 31])


def fates(model: ParetoNbd, x: float, t_x: float, age: float) -> tuple[mp.mpf, mp.mpf]:
    """Likelihood of (x, t_x, T) and that they stayed, and that they left in between, as the story has it.

    A customer who leaves at y has bought x times up to t_x and no more up to y: λ^x e^(−λy) μ e^(−μy), integrated
    over y numerically, over the gamma distributions of λ and μ by their Laplace transforms.
    """
    r, alpha, s, beta = (mp.mpf(value) for value in model.parameters.values())
    bought = mp.rf(r, x) * alpha**r

    def gone(y: mp.mpf) -> mp.mpf:
        return bought / (alpha + y) ** (r + x) * s * beta**s / (beta + y) ** (s + 1)

    stays = bought / (alpha + age) ** (r + x) * beta**s / (beta + age) ** s
    return stays, mp.quad(gone, mp.linspace(t_x, age, 12))


def test_the_published_customer_buys_25_46_times_in_52_weeks() -> None:
    customer = summarised(26, 30.86, 31)
    assert PUBLISHED.expected_purchases(customer, 52)[0] == pytest.approx(25.4565, abs=5e-5)
    assert PUBLISHED.probability_alive(customer)[0] == pytest.approx(0.997918, abs=5e-7)


def test_the_discounted_residual_is_the_published_one() -> None:
    customers = summarised([1, 7], [30, 35], [77.86, 77.86])
    found = CLV_PAPER.discounted_residual(customers, 0.0027)
    np.testing.assert_allclose(found, [2.19916, 1.86418], atol=5e-6)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rate", [0.0005, 0.0027, 0.05])
def test_the_discounted_residual_is_the_closed_form(model: ParetoNbd, rate: float) -> None:
    # Fader, Hardie and Lee (2005), RFM and CLV, equation (2), with P(alive) in place of the likelihood.
    seen = model.beta + FEW.age
    confluent = hyperu(model.s, model.s, rate * seen)
    purchase_rate = model.probability_alive(FEW) * (model.r + FEW.frequency) / (model.alpha + FEW.age)
    closed = purchase_rate * seen**model.s * rate ** (model.s - 1) * confluent
    np.testing.assert_allclose(model.discounted_residual(FEW, rate), closed, rtol=1e-6)


@pytest.mark.ledgers
def test_cdnow_gives_the_published_parameters_and_likelihood() -> None:
    customers = cdnow()
    found = fit(customers)
    published = {"r": 0.553276, "alpha": 10.5776, "s": 0.606214, "beta": 11.6679}
    assert found.parameters == pytest.approx(published, rel=3e-6)
    assert found.log_likelihood == pytest.approx(-9594.974, abs=5e-4)
    assert not found.is_at_boundary
    some = customers.take(np.arange(0, 2357, 20))
    value = Likelihood(some, np.ones(len(some)))(np.log(list(found.parameters.values())))[0]
    exact = sum(
        mp.log(sum(fates(found, x, t_x, age)))
        for x, t_x, age in zip(some.frequency, some.recency, some.age, strict=True)
    )
    assert value == pytest.approx(float(exact), abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_likelihood_and_probability_alive_are_those_of_the_story(model: ParetoNbd) -> None:
    exact = [fates(model, *row) for row in zip(FEW.frequency, FEW.recency, FEW.age, strict=True)]
    value = Likelihood(FEW, np.ones(len(FEW)))(np.log(list(model.parameters.values())))[0]
    assert value == pytest.approx(float(sum(mp.log(sum(both)) for both in exact)), abs=1e-8)
    alive = [float(stays / (stays + left)) for stays, left in exact]
    np.testing.assert_allclose(model.probability_alive(FEW), alive, rtol=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_the_count_distribution_has_the_expected_mean(model: ParetoNbd) -> None:
    distribution = model.count_distribution(FEW, 39, 400)
    np.testing.assert_allclose(distribution @ np.arange(401), model.expected_purchases(FEW, 39), rtol=1e-8)


@settings(max_examples=40)
@given(st.lists(st.floats(-4, 6), min_size=4, max_size=4))
def test_the_gradient_is_the_slope(log_parameters: list[float]) -> None:
    likelihood = Likelihood(FEW, np.arange(1.0, 7.0))
    at = np.array(log_parameters)
    error = check_grad(lambda p: likelihood(p)[0], lambda p: likelihood(p)[1], at)
    assert error <= 1e-4 * (1 + np.linalg.norm(likelihood(at)[1])) + 1e-7 * abs(likelihood(at)[0])
