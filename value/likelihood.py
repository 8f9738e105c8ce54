"""Fitting a purchase model: what every fitted model can say, and the one way in which a likelihood is maximised.

Parameters are positive, so that the search runs over their logarithms, within bounds. Data can push a maximum to
infinity (customers who buy like clockwork have no spread of rates: r and α of a BG/NBD grow together without end). The
bound stops that where the model has long stopped changing, and the fit says `is_at_boundary`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from value.histories import Floats, Histories

# In logarithms: a shape above e^10 (22,000) is a spread of rates below 0.7 %, and nobody can tell it from none.
SHAPE_BOUND = 10.0
MEAN_BOUND = 25.0
# As near to a bound as this, the bound made the estimate, not the data.
BOUNDARY_MARGIN = 1.0
TINY = 1e-300
MOST_STEPS = 200
# Of the mean log-likelihood of a customer, by a logarithm: 1e-7 of a parameter in all that we have seen.
GRADIENT_TOLERANCE = 1e-9
# A step of the search changes no coordinate by more, so that a bad first curvature does not throw it out.
LONGEST_STEP = 3.0
DIFFERENCE_STEP = 1e-5
MOST_HALVINGS = 20
ROUNDING = 1e-13


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

    def expected_at(self, h: Histories, weeks: Floats) -> Floats:
        """The same at several horizons, (customers, horizons); of very many customers off by a thousandth or less."""

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
    within = np.asarray(bounds, dtype=np.float64)
    for start in starts:
        found = lowest(cost, axes @ start, within)
        if found is None:
            continue
        coordinates, value = found
        near = np.abs(coordinates) > within - BOUNDARY_MARGIN
        maximum = Maximum(back @ coordinates, -value * customers, bool(near.any()))
        if best is None or maximum.log_likelihood > best.log_likelihood:
            best = maximum
        if not maximum.is_at_boundary:
            break
    if best is None:
        raise NotFittedError("The model's likelihood has no finite value on this data.")
    return best


def lowest(cost: Likelihood, start: Floats, bounds: Floats) -> tuple[Floats, float] | None:
    """Where `cost` is lowest within ± bounds, and its value there; None where it is not finite at the start.

    Newton's method with projection onto the bounds (Bertsekas 1982): curvature from differences of the gradient, kept
    up to date by BFGS and taken anew where that no longer goes down. SciPy's L-BFGS-B finds the same, but on a busy
    machine its four by four matrices wait for threads ten times as long as all our logarithms take.
    """
    here = _Point.at(cost, np.clip(start, -bounds, bounds))
    if not np.isfinite(here.value):
        return None
    curvature, is_fresh = _curvature(cost, here, bounds), True
    for _ in range(MOST_STEPS):
        pushed_out = (here.place <= -bounds) & (here.slope > 0) | (here.place >= bounds) & (here.slope < 0)
        if np.abs(here.slope[~pushed_out]).max(initial=0) < GRADIENT_TOLERANCE:
            break
        lower = _went_down(cost, here, _newton_step(curvature, here.slope, ~pushed_out), bounds)
        if lower is not None:
            curvature = _updated(curvature, lower.place - here.place, lower.slope - here.slope)
            here, is_fresh = lower, False
        elif is_fresh:
            # No further digit can be gained.
            break
        else:
            curvature, is_fresh = _curvature(cost, here, bounds), True
    return here.place, here.value


class _Point(NamedTuple):
    place: Floats
    value: float
    slope: Floats

    @classmethod
    def at(cls, cost: Likelihood, place: Floats) -> "_Point":
        return cls(place, *cost(place))


def _newton_step(curvature: Floats, slope: Floats, is_free: npt.NDArray[np.bool_]) -> Floats:
    """Downhill to where the slope would vanish."""
    step = np.zeros_like(slope)
    step[is_free] = -np.linalg.solve(curvature[np.ix_(is_free, is_free)], slope[is_free])
    longest = float(np.abs(step).max())
    return step if longest <= LONGEST_STEP else np.asarray(step * (LONGEST_STEP / longest), dtype=np.float64)


def _went_down(cost: Likelihood, here: _Point, step: Floats, bounds: Floats) -> _Point | None:
    """The first of the step, its half, its quarter … that is enough lower (Armijo), None where none is.

    Where the fall expected drowns in rounding, the slope has digits left: then the whole step, if it halves the slope.
    """
    if abs(float(here.slope @ step)) < ROUNDING * (1 + abs(here.value)):
        there = _Point.at(cost, np.clip(here.place + step, -bounds, bounds))
        moves = step != 0
        flatter = np.abs(there.slope[moves]).max(initial=0) < 0.5 * np.abs(here.slope[moves]).max(initial=0)
        return there if flatter else None
    for halvings in range(MOST_HALVINGS):
        there = _Point.at(cost, np.clip(here.place + step * 0.5**halvings, -bounds, bounds))
        if there.value < here.value + 1e-4 * min(float(here.slope @ (there.place - here.place)), 0.0):
            return there
    return None


def _curvature(cost: Likelihood, here: _Point, bounds: Floats) -> Floats:
    """The matrix of second derivatives, from differences of the gradient, towards the inside of the bounds.

    Where it is curved downwards, as much upwards: a step must go down, and the updates keep positive what is positive.
    """
    inwards = np.where(here.place >= bounds, -DIFFERENCE_STEP, DIFFERENCE_STEP)
    rows = [(cost(here.place + step)[1] - here.slope) / step.sum() for step in np.diag(inwards)]
    matrix = np.array(rows)
    bends, directions = np.linalg.eigh((matrix + matrix.T) / 2)
    bends = np.maximum(np.abs(bends), 1e-9 * np.abs(bends).max() + TINY)
    return np.asarray(directions * bends @ directions.T, dtype=np.float64)


def _updated(curvature: Floats, moved: Floats, turned: Floats) -> Floats:
    """The BFGS update, left out where it would not keep the matrix positive."""
    bent = curvature @ moved
    along, against = moved @ turned, moved @ bent
    if along <= 1e-12 * np.linalg.norm(moved) * np.linalg.norm(turned) or against <= 0:
        return curvature
    updated = curvature + np.outer(turned, turned) / along - np.outer(bent, bent) / against
    return np.asarray(updated, dtype=np.float64)


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
