"""From what a candidate expects to how likely each outcome is, for any candidate.

Only fitted models say more than a mean. A baseline, or an average of two, borrows the distribution of a fitted model,
the *carrier*, and moves it to its own mean by exponential tilting, P'(n) ∝ P(n) e^(θn): of all distributions with that
mean the one nearest to the carrier's (Kullback-Leibler; Csiszár 1975). What sums to a spend is gamma-gamma's, with the
average order moved likewise, so that the mean is the candidate's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from value.candidates import Fits, weeks_ahead
from value.gammagamma import GammaGamma
from value.histories import Floats, Ints
from value.intervals import Pit, pit_of_counts, pit_of_spend
from value.likelihood import Fitted
from value.order_log import Summaries
from value.spend import SpendForecast

# A carrier without hope (P(0) = 1) cannot be tilted to a mean above 0: a little Poisson of that mean gives it support.
POISSON_SHARE = 1e-4
# How far the number of orders in a spend may lie from the carrier's; beyond, the average order takes up the rest.
MOST_ORDERS_RATIO = 4.0
TILTING_STEPS = 40
CELLS_AT_ONCE = 2_000_000
# A spend of nothing still needs a scale: a thousandth of an order.
LEAST_SHARE_OF_ORDER = 1e-3


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The distributions of some customers, at `rows` of all: counts about the mean purchases, and the spend."""

    rows: Ints
    counts: Floats
    spend: SpendForecast


def forecasts(
    fits: Fits, carrier: str, s: Summaries, *, days: float, purchases: Floats, spend: Floats
) -> Iterator[Forecasts]:
    """The distributions about these means in the next so many days, a part of the customers at a time.

    Customers with like means come together, so that none has to be told out to the count of the busiest.
    """
    model, spread, clock = fits.models[carrier], fits.gamma_gamma, fits.clock_of(carrier)
    if spread is None:
        raise ValueError("an interval of spend needs a fitted gamma-gamma")
    h, weeks = s.histories_in(clock), weeks_ahead(clock, s, days)
    carried = model.expected_purchases(h, weeks)
    size = np.maximum(fits.net_share, LEAST_SHARE_OF_ORDER) * spread.expected(s.bought, s.orders)
    orders = np.clip(spend / size, carried / MOST_ORDERS_RATIO, carried * MOST_ORDERS_RATIO)
    orders = np.where(carried > 0, orders, spend / size)
    for rows, most in _parts(np.maximum(np.maximum(carried, purchases), orders)):
        given = model.count_distribution(h.take(rows), weeks, most)
        order = np.divide(spend[rows], orders[rows], out=np.zeros(len(rows)), where=orders[rows] > 0)
        shape, _ = spread.posterior(s.bought[rows], s.orders[rows])
        rate = np.maximum(order, LEAST_SHARE_OF_ORDER * size[rows]) * (shape - 1) / spread.p
        yield Forecasts(
            rows, tilted(given, purchases[rows]), SpendForecast(tilted(given, orders[rows]), shape, rate, spread.p)
        )


def tilted(distribution: Floats, mean: Floats) -> Floats:
    """Each row, tilted to its mean; rows P(N = n), the last column taken as that many."""
    most = distribution.shape[1] - 1
    n = np.arange(most + 1, dtype=np.float64)
    mean = np.clip(mean, 0.0, 0.999 * most)
    result = distribution.copy()
    rows = np.flatnonzero(np.abs(distribution @ n - mean) > 1e-9 * (1 + mean))
    if not len(rows):
        return result
    given = (1 - POISSON_SHARE) * distribution[rows] + POISSON_SHARE * _poisson(mean[rows], n)
    wanted = mean[rows, np.newaxis]
    log_given = np.log(np.maximum(given, 1e-300))
    low, high = np.full(len(rows), -60.0), np.full(len(rows), 60.0)
    theta = np.zeros(len(rows))
    for _ in range(TILTING_STEPS):
        weight = _normalised(log_given + theta[:, np.newaxis] * n)
        reached = weight @ n
        variance = np.maximum(weight @ (n * n) - reached**2, 1e-12)
        # Newton's step, and a bisection where that leaves the bracket: the mean rises with θ.
        low, high = np.where(reached < wanted[:, 0], theta, low), np.where(reached < wanted[:, 0], high, theta)
        step = theta + (wanted[:, 0] - reached) / variance
        theta_next = np.where((step > low) & (step < high), step, (low + high) / 2)
        if np.all(np.abs(reached - wanted[:, 0]) <= 1e-9 * (1 + wanted[:, 0])):
            break
        theta = theta_next
    result[rows] = _normalised(log_given + theta[:, np.newaxis] * n)
    return result


@dataclass(frozen=True, slots=True)
class Judged:
    """What outcomes say of the distributions, before recalibration."""

    counts: Pit
    spend: Pit


def judged(parts: Iterator[Forecasts], bought: Floats, spent: Floats) -> Judged:
    """PITs of what was bought and spent, in the order of the customers."""
    below, upto = np.zeros((2, len(bought))), np.zeros((2, len(bought)))
    for part in parts:
        rows = part.rows
        counts = pit_of_counts(part.counts, bought[rows])
        spend = pit_of_spend(part.spend.cdf(np.maximum(spent[rows], 0)), part.spend.chance_of_nothing, spent[rows])
        below[0, rows], upto[0, rows] = counts.below, counts.upto
        below[1, rows], upto[1, rows] = spend.below, spend.upto
    return Judged(Pit(below[0], upto[0]), Pit(below[1], upto[1]))


def quantiles(parts: Iterator[Forecasts], customers: int, levels: Floats | Sequence[float]) -> tuple[Floats, Floats]:
    """Of the spend at these levels, (customers, levels), and each customer's variance."""
    found, variance = np.zeros((customers, len(levels))), np.zeros(customers)
    for part in parts:
        found[part.rows], variance[part.rows] = part.spend.quantiles(levels), part.spend.variance
    return found, variance


def carrier_of(models: dict[str, Fitted], scores: dict[str, float]) -> str | None:
    """The fitted model of the best score, whose distribution the others borrow."""
    return min(models, key=lambda name: (scores.get(name, np.inf), name)) if models else None


def fallback_spread(mean_order: float) -> GammaGamma:
    """Where no customer has ordered twice: orders as spread as an exponential, customers as spread as orders."""
    return GammaGamma(p=1.0, q=3.0, gamma=2 * mean_order, log_likelihood=float("nan"), is_at_boundary=True)


def _parts(expected: Floats) -> Iterator[tuple[Ints, int]]:
    """Places of customers with like expectations, and how far their counts must be told out."""
    most = np.ceil(12 + expected * 2 + 8 * np.sqrt(expected)).astype(np.int64)
    step = np.ceil(np.log2(np.maximum(most, 1)) * 2).astype(np.int64)
    for of_step in np.unique(step):
        places = np.flatnonzero(step == of_step)
        columns = int(most[places].max())
        at_once = max(1, CELLS_AT_ONCE // (columns + 1))
        for start in range(0, len(places), at_once):
            yield places[start : start + at_once], columns


def _poisson(mean: Floats, n: Floats) -> Floats:
    log_factorial = np.r_[0.0, np.cumsum(np.log(np.maximum(n[1:], 1)))]
    log_mean = np.log(np.maximum(mean, 1e-300))[:, np.newaxis]
    return _normalised(n * log_mean - log_factorial)


def _normalised(logs: Floats) -> Floats:
    weight = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), dtype=np.float64)
