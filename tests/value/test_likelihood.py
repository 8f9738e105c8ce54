"""The search for the highest likelihood, where the answer is known; and logs of gammas, where floats are short."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.histories import Floats
from value.likelihood import NotFittedError, log_rising, maximised

PLAIN_AXES = np.eye(2)


@given(st.floats(1e-4, 1e8), st.floats(0, 1e4))
def test_rising_factorials_keep_their_digits(start: float, steps: float) -> None:
    with mp.workdps(40):
        exact = float(mp.loggamma(mp.mpf(start) + mp.mpf(steps)) - mp.loggamma(mp.mpf(start)))
    assert float(log_rising(start, steps)) == pytest.approx(exact, rel=1e-11, abs=1e-12)


def hill(top: Floats, bends: Floats) -> object:
    def likelihood(at: Floats) -> tuple[float, Floats]:
        # Steeper than a parabola on one side, flat on the other.
        away = at - top
        return float(-(bends * (np.exp(away) - away - 1)).sum()), -bends * (np.exp(away) - 1)

    return likelihood


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-3, 3), st.floats(-3, 3))
def test_the_top_of_a_hill_is_found_from_anywhere(top_x: float, top_y: float, x: float, y: float) -> None:
    top = np.array([top_x, top_y])
    likelihood = hill(top, np.array([1.0, 1_000.0]))
    found = maximised(likelihood, starts=[np.array([x, y])], axes=PLAIN_AXES, bounds=(9, 9), customers=1.0)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.log_parameters, top, atol=1e-7)
    assert not found.is_at_boundary


def test_a_start_where_the_curvature_points_the_wrong_way_costs_few_steps() -> None:
    asked = []

    def ridge(at: Floats) -> tuple[float, Floats]:
        # Flat and curved upwards far out, and its two coordinates pull at one another.
        asked.append(at)
        away = np.array([[1.0, 0.7], [0.0, 0.05]]) @ (at - [1.0, -2.0])
        slope = -2 * away / (1 + away**2)
        return float(-np.log1p(away**2).sum()), np.array([[1.0, 0.0], [0.7, 0.05]]) @ slope

    found = maximised(ridge, starts=[np.array([-4.0, 5.0])], axes=PLAIN_AXES, bounds=(99, 99), customers=1.0)
    np.testing.assert_allclose(found.log_parameters, [1, -2], atol=1e-5)
    assert len(asked) < 60


def test_a_top_beyond_the_bounds_ends_at_the_boundary() -> None:
    likelihood = hill(np.array([50.0, 1.0]), np.ones(2))
    found = maximised(likelihood, starts=[np.zeros(2)], axes=PLAIN_AXES, bounds=(9, 9), customers=1.0)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.log_parameters, [9, 1], atol=1e-7)
    assert found.is_at_boundary


def test_another_start_is_tried_where_the_first_ends_at_the_boundary() -> None:
    def two_hills(at: Floats) -> tuple[float, Floats]:
        # Up without end to the right of 0, but higher at -4.
        if at[0] > 0:
            return float(1 - np.exp(-at[0])), np.exp(-at)
        return float(5 - (at[0] + 4) ** 2), -2 * (at + 4)

    starts = [np.array([3.0]), np.array([-1.0])]
    found = maximised(two_hills, starts=starts, axes=np.eye(1), bounds=(9,), customers=1.0)
    np.testing.assert_allclose(found.log_parameters, [-4], atol=1e-7)
    assert not found.is_at_boundary


def test_a_likelihood_that_is_nowhere_finite_is_no_fit() -> None:
    with pytest.raises(NotFittedError, match="finite"):
        maximised(lambda at: (-np.inf, at), starts=[np.zeros(2)], axes=PLAIN_AXES, bounds=(9, 9), customers=1.0)
