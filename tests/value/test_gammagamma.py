import csv
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import check_grad

from tests.store.imports.independent_comparison import full_ledgers
from value.gammagamma import HIGHEST, LOWEST, GammaGamma, _Likelihood, fit, sums
from value.likelihood import NotFittedError

PUBLISHED = GammaGamma(p=6.24880, q=3.74459, gamma=15.4477, log_likelihood=-4055.92, is_at_boundary=False)


def spenders(p: float, q: float, gamma: float, customers: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Totals, counts and sums of logs of customers who spend as the model says, each 1 to 8 times."""
    rng = np.random.default_rng(seed)
    orders = rng.integers(1, 9, customers)
    row = np.repeat(np.arange(customers), orders)
    rate = rng.gamma(q, 1 / gamma, customers)
    return sums(row, rng.gamma(p, 1 / rate[row]), customers)


def of(*ledger: list[float]) -> tuple[np.ndarray, ...]:
    """Totals, counts and sums of logs of customers given by the amounts of their orders."""
    row = np.repeat(np.arange(len(ledger)), [len(amounts) for amounts in ledger])
    return sums(row, np.array([amount for amounts in ledger for amount in amounts]), len(ledger))


def test_the_published_parameters_give_the_published_averages() -> None:
    count = np.array([2.0, 1, 0, 0, 0, 7, 1])
    mean = np.array([22.35, 11.77, 0, 0, 0, 73.74, 11.77])
    assert PUBLISHED.expected(mean * count, count) == pytest.approx(
        [24.6586, 18.9115, 35.1710, 35.1710, 35.1710, 71.4629, 18.9115], abs=2e-4
    )
    assert pytest.approx(35.1710, abs=2e-4) == PUBLISHED.mean


@pytest.mark.ledgers
def test_cdnow_gives_the_published_parameters() -> None:
    path = full_ledgers() / "cdnow" / "cdnow_customers_summary_with_transactions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(float(row["x"]), float(row["zbar"])) for row in csv.DictReader(file)]
    count, mean = np.array(rows).T
    found = fit(mean * count, count)
    assert np.count_nonzero(count) == 946
    assert found.p == pytest.approx(6.24880, abs=5e-6)
    assert found.q == pytest.approx(3.74459, abs=5e-6)
    assert found.gamma == pytest.approx(15.4477, abs=5.1e-5)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=5e-3)
    assert found.mean == pytest.approx(35.1710, abs=5e-5)
    assert found.expected(mean * count, count)[:7] == pytest.approx(
        [24.6586, 18.9115, 35.1710, 35.1710, 35.1710, 71.4629, 18.9115], abs=5.1e-5
    )


LEDGER = [[12.5], [3.0, 9.0], [40.0, 41.0, 39.5], [10.0, 12.0], [30.0]]


def test_the_likelihood_of_single_orders_is_the_integral_of_the_model_over_the_rate_of_each_customer() -> None:
    found = fit(*of(*LEDGER))
    slow = [over_all_rates(found, own, [(z, found.p, 1) for z in own]) for own in LEDGER]
    assert found.log_likelihood == pytest.approx(sum(slow), abs=1e-6)


def test_the_likelihood_of_averages_is_the_integral_of_the_model_over_the_rate_of_each_customer() -> None:
    total, count, _ = of(*LEDGER)
    found = fit(total, count)
    slow = [over_all_rates(found, own, [(sum(own) / len(own), found.p * len(own), len(own))]) for own in LEDGER]
    assert found.log_likelihood == pytest.approx(sum(slow), abs=1e-6)


def over_all_rates(found: GammaGamma, own: list[float], observed: list[tuple[float, float, int]]) -> float:
    """Log of the integral over ν of the density of what was observed: amounts z ~ Gamma(shape, multiple × ν)."""

    def density(nu: float) -> float:
        logs = [gamma_log_density(z, shape, nu * multiple) for z, shape, multiple in observed]
        return math.exp(sum(logs) + gamma_log_density(nu, found.q, found.gamma))

    middle = found.p * len(own) / sum(own)
    parts = [0.0, *(middle * 2.0**power for power in range(-8, 9))]
    return math.log(sum(quad(density, low, high, epsabs=0)[0] for low, high in itertools.pairwise(parts)))


def gamma_log_density(z: float, shape: float, rate: float) -> float:
    return shape * math.log(rate) + (shape - 1) * math.log(z) - rate * z - math.lgamma(shape)


@pytest.mark.parametrize("on_single_orders", [True, False])
@settings(deadline=None)
@given(p=st.floats(-3, 6), q=st.floats(-2, 6), level=st.floats(-5, 5))
def test_the_gradient_is_that_of_the_likelihood(on_single_orders: bool, p: float, q: float, level: float) -> None:
    total, count, logs = spenders(2.0, 3.0, 40.0, 30)
    likelihood = _Likelihood.of(total, count, logs if on_single_orders else None)
    theta = np.array([p, q, level])
    _, gradient = likelihood.cost(theta)
    difference = check_grad(lambda at: likelihood.cost(at)[0], lambda at: likelihood.cost(at)[1], theta, epsilon=1e-6)
    assert difference <= 1e-4 * (1 + np.abs(gradient).max() + np.exp(max(p, q)))


@pytest.mark.parametrize(("p", "q", "gamma"), [(6.2, 3.7, 15.4), (0.8, 2.5, 300.0), (20.0, 6.0, 1e6)])
def test_parameters_that_made_the_orders_are_found_again(p: float, q: float, gamma: float) -> None:
    total, count, logs = spenders(p, q, gamma, 20_000)
    single, averages = fit(total, count, logs), fit(total, count)
    for found, tolerance in ((single, 0.05), (averages, 0.15)):
        assert found.p == pytest.approx(p, rel=tolerance)
        assert found.q == pytest.approx(q, rel=tolerance)
        assert found.mean == pytest.approx(p * gamma / (q - 1), rel=0.05)
        assert not found.is_at_boundary


def test_the_expected_order_lies_between_ones_own_average_and_everybodys_and_nears_it_with_orders() -> None:
    found = PUBLISHED
    mean, count = 100.0, np.array([1.0, 2, 5, 20, 1_000])
    expected = found.expected(mean * count, count)
    assert np.all(np.diff(expected) > 0)
    assert np.all((expected > found.mean) & (expected < mean))
    assert expected[-1] == pytest.approx(mean, rel=1e-3)


def test_in_another_unit_of_money_everything_is_the_same() -> None:
    total, count, logs = spenders(2.0, 3.0, 40.0, 500)
    euros, cents = fit(total, count, logs), fit(total * 100, count, logs + count * math.log(100))
    assert (cents.p, cents.q) == pytest.approx((euros.p, euros.q), rel=1e-5)
    assert cents.expected(total * 100, count) == pytest.approx(100 * euros.expected(total, count), rel=1e-6)


def test_customers_who_always_spend_the_same_are_expected_to_go_on_so() -> None:
    total, count, logs = of([10.0] * 4, [500.0] * 3, [80.0] * 5, [33.0] * 2)
    found = fit(total, count, logs)
    assert found.is_at_boundary
    assert found.expected(total, count) == pytest.approx([10.0, 500.0, 80.0, 33.0], rel=0.01)


def test_customers_who_are_all_alike_are_expected_to_spend_what_all_do() -> None:
    total, count, logs = of([10.0] * 4, [10.0] * 3, [10.0])
    found = fit(total, count, logs)
    assert found.is_at_boundary
    assert found.expected(np.array([30.0, 0.0]), np.array([3.0, 0.0])) == pytest.approx([10.0, 10.0], rel=1e-3)


def test_credit_notes_and_empty_orders_are_no_amounts() -> None:
    total, count, logs = of([10.0, -4.0, 0.0], [math.nan, math.inf], [5.0])
    assert total.tolist() == [10, 0, 5]
    assert count.tolist() == [1, 0, 1]
    assert logs == pytest.approx([math.log(10), 0, math.log(5)])


@pytest.mark.parametrize("ledger", [[], [[5.0, 6.0]], [[-5.0], [-3.0]], [[-5.0, 0.0], [7.0, 8.0]]])
def test_less_than_two_customers_with_an_order_have_no_model(ledger: list[list[float]]) -> None:
    with pytest.raises(NotFittedError, match="Fewer than two customers"):
        fit(*of(*ledger))


def test_where_nobody_ordered_twice_there_is_no_model() -> None:
    with pytest.raises(NotFittedError, match="ordered twice"):
        fit(*of([5.0], [6.0], [7.0]))


amounts_of_one = st.lists(
    st.one_of(st.floats(1e-6, 1e13), st.sampled_from([1.0, 100.0, 0.0, -20.0, 1e13])), min_size=1, max_size=6
)


@settings(deadline=None)
@given(st.lists(amounts_of_one, min_size=1, max_size=12), st.booleans())
def test_any_ledger_has_finite_expectations_or_a_reason(ledger: list[list[float]], on_single_orders: bool) -> None:
    total, count, logs = of(*ledger)
    try:
        found = fit(total, count, logs if on_single_orders else None)
    except NotFittedError:
        return
    expected = found.expected(total, count)
    assert np.all(np.isfinite(expected))
    assert np.all(expected > 0)
    assert math.isfinite(found.log_likelihood)
    assert math.isfinite(found.mean)
    assert np.exp(LOWEST[0]) <= found.p <= np.exp(HIGHEST[0]) * (1 + 1e-9)
