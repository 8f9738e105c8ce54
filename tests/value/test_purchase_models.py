"""What every purchase model owes: to learn what is there to learn, and a figure or a reason whatever the data."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.value.customers import Story, buying, passing, strange_customers
from value import bgnbd, mbgcnbd, paretonbd
from value.histories import Floats, Histories, histories, summarised
from value.likelihood import Fitted, NotFittedError

FITS = {"BG/NBD": bgnbd.fit, "MBG/CNBD-k": mbgcnbd.fit, "Pareto/NBD": paretonbd.fit}
every_model = pytest.mark.parametrize("fit", FITS.values(), ids=FITS.keys())
WEEKS = 52.0


def figures(model: Fitted, h: Histories) -> list[Floats]:
    return [
        model.expected_purchases(h, WEEKS),
        model.expected_purchases(h, 520),
        model.probability_alive(h),
        model.count_distribution(h, WEEKS, 30),
        model.discounted_residual(h, 0.0006),
    ]


def assert_sensible(model: Fitted, h: Histories) -> None:
    assert np.isfinite(model.log_likelihood)
    assert all(np.isfinite(value) and value > 0 for value in model.parameters.values())
    for figure in figures(model, h):
        assert np.isfinite(figure).all()
        assert (figure >= 0).all()
    alive, counts = model.probability_alive(h), model.count_distribution(h, WEEKS, 30)
    assert (alive <= 1).all()
    np.testing.assert_allclose(counts.sum(axis=1), 1, rtol=1e-9)
    # Only who is alive buys.
    assert (1 - counts[:, 0] <= alive + 1e-9).all()


def standard_errors(likelihood: object, parameters: list[float]) -> Floats:
    """Of the log-parameters, from the curvature of the log-likelihood."""
    at = np.log(parameters)
    step = 1e-4
    rows = [(likelihood(at + step * axis)[1] - likelihood(at - step * axis)[1]) / (2 * step) for axis in np.eye(4)]  # type: ignore[operator]
    return np.sqrt(np.diag(np.linalg.inv(-np.array(rows))))


def assert_learned(story: Story, model: Fitted, likelihood: object, truth: dict[str, float]) -> None:
    fitted = [model.parameters[name] for name in truth]
    errors = standard_errors(likelihood, fitted)
    assert not model.is_at_boundary
    assert (np.abs(np.log(fitted) - np.log(list(truth.values()))) < 3.5 * errors).all()
    expected, alive = model.expected_purchases(story.histories, WEEKS), model.probability_alive(story.histories)
    counts = model.count_distribution(story.histories, WEEKS, 300)
    variance = counts @ np.arange(301) ** 2 - expected**2
    assert abs((alive - story.alive).sum()) < 3.5 * np.sqrt((alive * (1 - alive)).sum())
    # In total, and among those from whom little is expected, and much.
    for part in (np.arange(len(expected)), *np.array_split(np.argsort(expected), 4)):
        assert abs((expected - story.bought)[part].sum()) < 3.5 * np.sqrt(variance[part].sum())


def test_bg_nbd_learns_what_its_own_customers_are_like() -> None:
    truth = {"r": 0.6, "alpha": 5.0, "a": 0.9, "b": 3.0}
    story = buying(np.random.default_rng(1), 6_000, truth, WEEKS)
    likelihood = bgnbd.Likelihood(story.histories, np.ones(6_000))
    assert_learned(story, bgnbd.fit(story.histories), likelihood, truth)


@pytest.mark.parametrize("k", [1, 3])
def test_mbg_cnbd_learns_what_its_own_customers_are_like(k: int) -> None:
    truth = {"r": 1.2, "alpha": 4.0 / k, "a": 0.9, "b": 4.0}
    story = buying(np.random.default_rng(k), 6_000, truth | {"mbg": 1}, WEEKS, k)
    model = mbgcnbd.fit(story.histories)
    assert model.k == k
    assert_learned(story, model, mbgcnbd.Likelihood(story.histories, np.ones(6_000), k), truth)


def test_pareto_nbd_learns_what_its_own_customers_are_like() -> None:
    truth = {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 15.0}
    story = passing(np.random.default_rng(5), 6_000, truth, WEEKS)
    likelihood = paretonbd.Likelihood(story.histories, np.ones(6_000))
    assert_learned(story, paretonbd.fit(story.histories), likelihood, truth)


@every_model
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(h=strange_customers())
def test_strange_customers_get_a_figure_or_a_reason(fit: object, h: Histories) -> None:
    try:
        model = fit(h)  # type: ignore[operator]
    except NotFittedError:
        assert not (h.frequency > 0).any()
    else:
        assert_sensible(model, h)


STRANGE = {
    "one customer": summarised(3, 20, 30),
    "one order a year for 30 years": histories(np.repeat([1, 2, 3], 30), np.tile(np.arange(30) * 365, 3), 365 * 30)[0],
    "a gap of two years": histories(np.array([1, 1, 2, 2, 3]), np.array([0, 730, 5, 735, 9]), 800)[0],
    "a rate a million times another's": summarised([1, 10_000, 0], [500, 0.5, 0], [1_000, 0.6, 3]),
    "equal rows": summarised([4.0] * 30, [20.0] * 30, [25.0] * 30),
    "one of many has repeated": summarised([0.0] * 99 + [1.0], [0.0] * 99 + [2.0], [50.0] * 100),
    "everybody bought every day": histories(np.repeat(np.arange(5), 300), np.tile(np.arange(300), 5), 299)[0],
}


@every_model
@pytest.mark.parametrize("h", STRANGE.values(), ids=STRANGE.keys())
def test_ledgers_that_no_textbook_has_give_finite_figures(fit: object, h: Histories) -> None:
    assert_sensible(fit(h), h)  # type: ignore[operator]


@every_model
@pytest.mark.parametrize(
    ("h", "reason"),
    [
        (summarised([], [], []), "no customer"),
        (summarised([0, 0, 0], [0, 0, 0], [5, 9, 9]), "second day"),
        (summarised([0, 0], [0, 0], [0, 0]), "last day"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(fit: object, h: Histories, reason: str) -> None:
    with pytest.raises(NotFittedError, match=reason):
        fit(h)  # type: ignore[operator]


@every_model
def test_the_unit_of_time_does_not_matter(fit: object) -> None:
    story = buying(np.random.default_rng(3), 400, {"r": 1.0, "alpha": 4.0, "a": 0.9, "b": 4.0}, 0)
    h = story.histories
    slow = Histories(h.frequency, h.recency * 1e4, h.age * 1e4, h.log_gaps + h.frequency * np.log(1e4))
    model, slower = fit(h), fit(slow)  # type: ignore[operator]
    np.testing.assert_allclose(model.expected_purchases(h, 10), slower.expected_purchases(slow, 1e5), rtol=1e-5)
    assert slower.log_likelihood == pytest.approx(model.log_likelihood - h.frequency.sum() * np.log(1e4), abs=1e-4)


@every_model
def test_a_customer_of_weight_two_is_two_customers(fit: object) -> None:
    h = buying(np.random.default_rng(6), 200, {"r": 1.0, "alpha": 4.0, "a": 0.9, "b": 4.0}, 0).histories
    twice = fit(h, np.full(200, 2.0))  # type: ignore[operator]
    doubled = fit(h.take(np.tile(np.arange(200), 2)))  # type: ignore[operator]
    assert twice.log_likelihood == pytest.approx(doubled.log_likelihood, abs=1e-6)
    assert twice.parameters == pytest.approx(doubled.parameters, rel=1e-4)
