"""BG/NBD against the published figures, and against the paper's formulas in slow, exact arithmetic."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from tests.value.customers import cdnow
from value.bgnbd import BgNbd, Likelihood, fit
from value.histories import grouped, summarised

PUBLISHED = BgNbd(r=0.242593, alpha=4.41353, a=0.792886, b=2.42575)
FEW = summarised([0, 0, 1, 2, 7, 26], [0, 0, 1.71, 30.43, 12.5, 30.86], [38.86, 27, 38.86, 38.86, 30, 31])


def log_likelihood_by_the_paper(model: BgNbd, x: float, t_x: float, age: float) -> mp.mpf:
    """Equation (6) of Fader, Hardie and Lee (2005), as it is printed."""
    r, alpha, a, b = (mp.mpf(value) for value in model.parameters.values())
    both = mp.gamma(r + x) * alpha**r / mp.gamma(r)
    value = mp.beta(a, b + x) / mp.beta(a, b) * both / (alpha + age) ** (r + x)
    if x > 0:
        value += mp.beta(a + 1, b + x - 1) / mp.beta(a, b) * both / (alpha + t_x) ** (r + x)
    return mp.log(value)


def expected_by_the_paper(model: BgNbd, x: float, t_x: float, age: float, weeks: float) -> float:
    """Equation (10), with its hypergeometric function."""
    r, alpha, a, b = (mp.mpf(value) for value in model.parameters.values())
    seen = alpha + age
    series = mp.hyp2f1(r + x, b + x, a + b + x - 1, weeks / (seen + weeks))
    bought = (a + b + x - 1) / (a - 1) * (1 - (seen / (seen + weeks)) ** (r + x) * series)
    left = a / (b + x - 1) * (seen / (alpha + t_x)) ** (r + x) if x > 0 else 0
    return float(bought / (1 + left))


def test_the_published_customer_buys_1_226_times_in_39_weeks() -> None:
    customer = summarised(2, 30.43, 38.86)
    assert PUBLISHED.expected_purchases(customer, 39)[0] == pytest.approx(1.22591, abs=5e-6)
    assert PUBLISHED.probability_alive(customer)[0] == pytest.approx(0.726609, abs=5e-7)


def test_a_new_customer_buys_as_often_as_published() -> None:
    new = summarised([0] * 5, [0] * 5, [0] * 5)
    weeks = np.array([0.1429, 1, 3, 32, 78])
    published = [0.00781607, 0.0531847, 0.150632, 1.04374, 1.85797]
    np.testing.assert_allclose(PUBLISHED.expected_purchases(new, weeks), published, rtol=3e-6)


@pytest.mark.ledgers
def test_cdnow_gives_the_published_parameters_and_likelihood() -> None:
    customers = cdnow()
    found = fit(customers)
    published = {"r": 0.242593, "alpha": 4.41353, "a": 0.792886, "b": 2.42575}
    assert found.parameters == pytest.approx(published, rel=2e-6)
    assert found.log_likelihood == pytest.approx(-9582.4256, abs=5e-5)
    assert not found.is_at_boundary
    groups, counts, _ = grouped(customers)
    exact = sum(
        count * log_likelihood_by_the_paper(found, x, t_x, age)
        for x, t_x, age, count in zip(groups.frequency, groups.recency, groups.age, counts, strict=True)
    )
    assert found.log_likelihood == pytest.approx(float(exact), abs=1e-6)


def test_the_likelihood_is_that_of_the_paper() -> None:
    for model in (PUBLISHED, BgNbd(3.0, 40.0, 0.05, 9.0), BgNbd(2_000.0, 9_000.0, 1.0, 1.0)):
        log_parameters = np.log(list(model.parameters.values()))
        exact = sum(
            log_likelihood_by_the_paper(model, x, t_x, age)
            for x, t_x, age in zip(FEW.frequency, FEW.recency, FEW.age, strict=True)
        )
        assert Likelihood(FEW, np.ones(len(FEW)))(log_parameters)[0] == pytest.approx(float(exact), abs=1e-6)


@pytest.mark.parametrize("weeks", [1, 39, 300])
@pytest.mark.parametrize("a", [0.4, 0.792886, 1.0000001, 2.5])
def test_expected_purchases_are_those_of_the_paper(weeks: float, a: float) -> None:
    model = BgNbd(PUBLISHED.r, PUBLISHED.alpha, a, PUBLISHED.b)
    exact = [
        expected_by_the_paper(
            BgNbd(model.r, model.alpha, a if abs(a - 1) > 1e-6 else 1.000001, model.b), x, t_x, age, weeks
        )
        for x, t_x, age in zip(FEW.frequency, FEW.recency, FEW.age, strict=True)
    ]
    np.testing.assert_allclose(model.expected_purchases(FEW, weeks), exact, rtol=5e-6)


def test_far_horizons_are_those_of_the_paper_even_where_nearly_nobody_leaves_or_all_do() -> None:
    for a, b in ((0.2, 0.3), (0.01, 0.5), (0.9, 0.05), (3.0, 0.2)):
        model = BgNbd(2.0, 4.0, a, b)
        with mp.workdps(40):
            exact = [expected_by_the_paper(model, x, t_x, age, 5_000) for x, t_x, age in ((0, 0, 10), (3, 9, 10))]
        np.testing.assert_allclose(
            model.expected_purchases(summarised([0, 3], [0, 9], [10, 10]), 5_000), exact, rtol=1e-5
        )


def test_a_customer_who_has_not_repeated_cannot_have_left() -> None:
    assert PUBLISHED.probability_alive(summarised(0, 0, 500))[0] == 1


@settings(max_examples=40)
@given(st.lists(st.floats(-4, 6), min_size=4, max_size=4))
def test_the_gradient_is_the_slope(log_parameters: list[float]) -> None:
    likelihood = Likelihood(FEW, np.arange(1.0, 7.0))
    at = np.array(log_parameters)
    error = check_grad(lambda p: likelihood(p)[0], lambda p: likelihood(p)[1], at)
    assert error <= 1e-4 * (1 + np.linalg.norm(likelihood(at)[1])) + 1e-7 * abs(likelihood(at)[0])


def test_clockwork_customers_end_at_the_boundary_with_sensible_figures() -> None:
    # Once every 4 weeks, for a year: there is no spread of rates to find.
    clockwork = summarised([12.0] * 50, [48.0] * 50, [50.0] * 50)
    found = fit(clockwork)
    assert found.is_at_boundary
    assert math.isfinite(found.log_likelihood)
    assert found.expected_purchases(clockwork, 50)[0] == pytest.approx(12, rel=0.02)
    assert found.probability_alive(clockwork)[0] > 0.9
