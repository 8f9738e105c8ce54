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
from value.histories import Floats, Ints
from value.intervals import Pit, pit_of_counts, pit_of_spend
from value.order_log import Summaries
from value.spend import SpendForecast

# A carrier without hope (P(0) = 1) cannot be tilted to a mean above 0: a little Poisson of that mean gives it support.
POISSON_SHARE = 1e-6
# How far the number of orders in a spend may lie from the carrier's; beyond, the average order takes up the rest.
MOST_ORDERS_RATIO = 4.0
TILTING_STEPS = 40
STEEPEST = 60.0
# Of a mean: far below what anybody can see in an interval.
CLOSE_ENOUGH = 1e-5
NEXT_TO_NOTHING = 1e-9
SMALLEST = 1e-200
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
    fits: Fits,
    carrier: str,
    s: Summaries,
    *,
    days: float,
    purchases: Floats | None,
    spend: Floats,
    carried: Floats | None = None,
) -> Iterator[Forecasts]:
    """The distributions about these means in the next so many days, a part of the customers at a time.

    Without `purchases` the counts are those of the spend, which spares half of the work. `carried` is what the carrier
    expects, where that is known already. Customers with like means come
    together, so that none has to be told out to the count of the busiest.
    """
    model, spread, clock = fits.models[carrier], fits.gamma_gamma, fits.clock_of(carrier)
    if spread is None:
        raise ValueError("an interval of spend needs a fitted gamma-gamma")
    h, weeks = s.histories_in(clock), weeks_ahead(clock, s, days)
    if carried is None:
        carried = model.expected_purchases(h, weeks)
    size = np.maximum(fits.net_share, LEAST_SHARE_OF_ORDER) * spread.expected(s.bought, s.orders)
    # Not many times the carrier's number of orders, but never a sum that less than one order has to bring.
    at_most = np.maximum(carried * MOST_ORDERS_RATIO, 1.0)
    orders = np.clip(spend / size, np.minimum(carried / MOST_ORDERS_RATIO, 1.0), at_most)
    for rows, most in _parts(np.maximum(np.maximum(carried, orders), orders if purchases is None else purchases)):
        given = model.count_distribution(h.take(rows), weeks, most)
        order = np.divide(spend[rows], orders[rows], out=np.zeros(len(rows)), where=orders[rows] > 0)
        shape, _ = spread.posterior(s.bought[rows], s.orders[rows])
        rate = np.maximum(order, LEAST_SHARE_OF_ORDER * size[rows]) * (shape - 1) / spread.p
        of_spend = tilted(given, orders[rows])
        counts = of_spend if purchases is None else tilted(given, purchases[rows])
        yield Forecasts(rows, counts, SpendForecast(of_spend, shape, rate, spread.p))


def tilted(distribution: Floats, mean: Floats) -> Floats:
    """Each row, tilted to its mean; rows P(N = n), the last column taken as that many."""
    most = distribution.shape[1] - 1
    n = np.arange(most + 1, dtype=np.float64)
    mean = np.clip(mean, 0.0, 0.999 * most)
    result = distribution.copy()
    rows = np.flatnonzero(np.abs(distribution @ n - mean) > CLOSE_ENOUGH * (CLOSE_ENOUGH + mean))
    given = (1 - POISSON_SHARE) * distribution[rows] + POISSON_SHARE * _poisson(mean[rows], n)
    wanted = np.maximum(mean[rows], NEXT_TO_NOTHING)
    low, high = np.full(len(rows), -STEEPEST), np.full(len(rows), STEEPEST)
    theta = np.clip(np.log(wanted / np.maximum(given @ n, NEXT_TO_NOTHING)), -STEEPEST / 2, STEEPEST / 2)
    todo = np.arange(len(rows))
    for _ in range(TILTING_STEPS):
        if not len(todo):
            break
        weight = _tilted_by(given[todo], theta[todo], n)
        reached = weight @ n
        result[rows[todo]] = weight
        below = reached < wanted[todo]
        low[todo], high[todo] = np.where(below, theta[todo], low[todo]), np.where(below, high[todo], theta[todo])
        # Newton's step for the logarithm of the mean, or a bisection where that leaves the bracket.
        variance = weight @ (n * n) - reached**2
        ratio = np.log(wanted[todo] / np.maximum(reached, SMALLEST))
        slope = np.divide(reached, variance, out=np.full(len(todo), np.inf), where=variance > SMALLEST)
        step = theta[todo] + ratio * np.minimum(slope, STEEPEST)
        inside = (step > low[todo]) & (step < high[todo])
        theta[todo] = np.where(inside, step, (low[todo] + high[todo]) / 2)
        todo = todo[np.abs(ratio) > CLOSE_ENOUGH]
    return result


def _tilted_by(distribution: Floats, theta: Floats, n: Floats) -> Floats:
    # Relative to the largest factor, so that none is infinite.
    factor = np.exp(theta[:, np.newaxis] * n - np.maximum(theta, 0)[:, np.newaxis] * n[-1])
    factor *= distribution
    total = factor.sum(axis=1, keepdims=True)
    nothing = np.tile(n == 0, (len(theta), 1)).astype(np.float64)
    return np.asarray(np.divide(factor, total, out=nothing, where=total > 0), dtype=np.float64)


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
