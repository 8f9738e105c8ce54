"""Fitting a purchase model: what every fitted model can say, and the one way in which a likelihood is maximised.

Parameters are positive, so that the search runs over their logarithms, within bounds. Data can push a maximum to
infinity (customers who buy like clockwork have no spread of rates: r and α of a BG/NBD grow together without end). The
bound stops that where the model has long stopped changing, and the fit says `is_at_boundary`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from value.histories import Floats, Histories

# In logarithms: a shape above e^12 (160,000) is a spread below 0.25 %, and nobody can tell it from none.
SHAPE_BOUND = 12.0
MEAN_BOUND = 25.0
# As near to a bound as this, the bound made the estimate, not the data.
BOUNDARY_MARGIN = 1.0
MOST_STEPS = 500
# Of the log-likelihood of one customer: 1e-6 of a parameter in all that we have seen.
GRADIENT_TOLERANCE = 1e-9


class NotFittedError(Exception):
    """The data cannot carry this model; `reason` is a sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fitted(Protocol):
    """A purchase model with its parameters, times in weeks. Every figure is finite; predictions are means."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, float]: ...
    @property
    def log_likelihood(self) -> float: ...
    @property
    def is_at_boundary(self) -> bool: ...

    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats:
        """Mean number of purchases of each customer in the next `weeks` (one horizon, or one for each customer)."""

    def probability_alive(self, h: Histories) -> Floats:
        """Probability that the customer has not left for good at the end of the window."""

    def count_distribution(self, h: Histories, weeks: float | Floats, most: int) -> Floats:
        """P(N = n) in the next `weeks`, shape (customers, most + 1); the last column is P(N >= most); rows sum to 1."""

    def discounted_residual(
        self, h: Histories, discount_rate_weekly_continuous: float, weeks: float | None = None
    ) -> Floats:
        """Expected purchases to come, each discounted to the end of the window; `weeks` None looks ahead for ever."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a log-likelihood is highest, in log-parameters."""

    log_parameters: Floats
    log_likelihood: float
    is_at_boundary: bool


Likelihood = Callable[[Floats], tuple[float, Floats]]


def maximised(
    likelihood: Likelihood, *, starts: Sequence[Floats], axes: Floats, bounds: Sequence[float], customers: float
) -> Maximum:
    """The maximum of `likelihood`, which takes log-parameters and returns a sum over customers and its gradient.

    The search coordinates are `axes @ log-parameters`, each within ± its bound: means and shapes instead of pairs that
    grow together, along which the likelihood is a narrow valley. The first start is enough where it ends well inside
    the bounds; only otherwise are the others tried.
    """
    back = np.linalg.inv(axes)

    def cost(coordinates: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(back @ coordinates)
        return -value / customers, -(back.T @ gradient) / customers

    best: Maximum | None = None
    for start in starts:
        found = _searched(cost, axes @ start, bounds)
        if found is None:
            continue
        coordinates, lowest = found
        near = np.abs(coordinates) > np.asarray(bounds) - BOUNDARY_MARGIN
        maximum = Maximum(back @ coordinates, -lowest * customers, bool(near.any()))
        if best is None or maximum.log_likelihood > best.log_likelihood:
            best = maximum
        if not maximum.is_at_boundary:
            break
    if best is None:
        raise NotFittedError("The model's likelihood has no finite value on this data.")
    return best


def _searched(
    cost: Callable[[Floats], tuple[float, Floats]], start: Floats, bounds: Sequence[float]
) -> tuple[Floats, float] | None:
    inside = np.clip(start, -np.asarray(bounds), np.asarray(bounds))
    result = optimize.minimize(
        cost,
        inside,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-bound, bound) for bound in bounds],
        options={"maxiter": MOST_STEPS, "ftol": 1e-15, "gtol": GRADIENT_TOLERANCE, "maxls": 40},
    )
    # Not `result.success`: a line search that can gain no further digit ends "abnormally" at the maximum.
    return (np.asarray(result.x), float(result.fun)) if np.isfinite(result.fun) else None


def required(h: Histories) -> None:
    """Errors: NotFittedError where the histories cannot tell a rate of purchase."""
    if not len(h):
        raise NotFittedError("There is no customer to learn from.")
    if not (h.age > 0).any():
        raise NotFittedError("All purchases lie on the last day, so that no time has passed to learn from.")
    if not (h.frequency > 0).any():
        raise NotFittedError("No customer has bought on a second day, so that there is no rate to learn.")


def time_scale(h: Histories, counts: Floats) -> float:
    """Weeks between two purchases, about: the unit in which the search's starts and bounds fit any ledger."""
    return float((counts @ h.age) / (counts @ (h.frequency + 1)))


def log_rising(start: npt.ArrayLike, steps: npt.ArrayLike) -> Floats:
    """ln Γ(start + steps) − ln Γ(start), without the cancellation that a large `start` would bring.

    Above 64 from Stirling's series, of which the difference is taken term by term.
    """
    a, n = np.broadcast_arrays(np.asarray(start, dtype=np.float64), np.asarray(steps, dtype=np.float64))
    small = np.minimum(a, 64.0)
    large = np.maximum(a, 64.0)
    plain = special.gammaln(small + n) - special.gammaln(small)
    stirling = (
        (large - 0.5) * np.log1p(n / large)
        + n * (np.log(large + n) - 1)
        + _stirling_tail(large + n)
        - _stirling_tail(large)
    )
    return np.asarray(np.where(a > 64.0, stirling, plain), dtype=np.float64)


def _stirling_tail(a: Floats) -> Floats:
    inverse_square = 1 / (a * a)
    return np.asarray((1 / 12 - inverse_square * (1 / 360 - inverse_square / 1260)) / a, dtype=np.float64)
