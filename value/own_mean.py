"""What an order of a customer is worth by its own past orders, drawn towards everybody's.

    expected order = (n · m + n₀ · everybody's order) / (n + n₀)

m is the customer's mean order, net of its credits, n how many orders it rests on, and n₀, by Bühlmann's credibility,
how many orders of one's own weigh as much as everybody's. Where sizes drift, the latest orders say most: each order
counts `fading` times as much as the one after it, and then n = (Σ w)² / Σ w² (Kish 1965). With fading 1 all count alike
and n is their number. How fast the past fades is learned on the past itself: each order is told from those before it,
as in exponential smoothing (Gardner 1985), and the fading with the smallest squared error is taken, since it is about a
mean that squares are smallest.
"""

from dataclasses import dataclass

import numpy as np

from value.histories import Floats
from value.likelihood import NotFittedError
from value.order_log import Summaries

# Of orders' worth: how strongly a customer's average is drawn towards everybody's, at the least and at the most.
PRIOR_ORDERS_RANGE = (0.1, 3.0)
FADINGS = np.array([1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
# The latest so many orders of each customer are told; what lay before them has faded, or hardly matters to a mean.
MOST_TOLD = 40
# By how many standard errors the squared error must be smaller than with all orders alike; below, it may be chance. In
# money, or as a part of each customer's own, since where a few customers are most of the money they decide all chance.
LEAST_GAIN = 2.0


@dataclass(frozen=True, slots=True)
class OwnMean:
    """Everybody's average order net of credits, how many orders of one's own weigh as much as it, and how much an order
    counts beside the one after it.
    """

    mean: float
    prior_orders: float
    fading: float = 1.0

    @property
    def parameters(self) -> dict[str, float]:
        """As the fields are called."""
        return {"mean": self.mean, "prior_orders": self.prior_orders, "fading": self.fading}

    def expected(self, s: Summaries) -> Floats:
        """The average order of each customer, net of credits; never below nothing."""
        orders, spent = s.orders, s.spent
        if self.fading < 1:
            orders, bought = _faded(s, self.fading)
            spent = orders * bought * (s.spent / s.bought)
        own = spent + self.prior_orders * self.mean
        return np.asarray(np.maximum(own / (orders + self.prior_orders), 0), dtype=np.float64)


def fit(s: Summaries, fading: float | None = None) -> OwnMean:
    """Everybody's average, a credibility from the orders' spread in logarithms, and the fading that told past orders
    best, unless it is given. Errors: NotFittedError.
    """
    if not len(s):
        raise NotFittedError("There is no customer to learn from.")
    log_mean = np.log(s.bought / s.orders)
    repeats = s.orders > 1
    # ln of the mean − mean of the ln is about half the variance of a customer's logs, with n − 1.
    within = float(np.maximum(s.orders * log_mean - s.log_bought, 0)[repeats].sum())
    within *= 2 / max(float((s.orders - 1)[repeats].sum()), 1)
    between = max(float(np.var(log_mean)) - within * float(np.mean(1 / s.orders)), within / 100)
    credibility = within / between if between > 0 else PRIOR_ORDERS_RANGE[0]
    prior_orders = float(np.clip(credibility, *PRIOR_ORDERS_RANGE))
    return OwnMean(float(np.mean(s.spent / s.orders)), prior_orders, fading or _fading(s, prior_orders))


def _faded(s: Summaries, fading: float) -> tuple[Floats, Floats]:
    """How many orders each customer's mean rests on, and that mean of what was bought."""
    count = s.orders.astype(np.int64)
    customer = np.repeat(np.arange(len(s)), count)
    before_the_last = np.cumsum(count)[customer] - 1 - np.arange(len(customer))
    weight = fading**before_the_last
    whole, squares, bought = (
        np.bincount(customer, of, len(s)).astype(np.float64) for of in (weight, weight**2, weight * s.amounts)
    )
    return whole**2 / squares, bought / whole


def _fading(s: Summaries, prior_orders: float) -> float:
    """The fading by which each order is told best from those before it; 1 where none is better by enough."""
    count = s.orders.astype(np.int64)
    # The busiest first, so that those who have so many orders are always the first of all.
    busiest = np.argsort(-count, kind="stable")
    told = np.minimum(count, MOST_TOLD)[busiest]
    first = np.cumsum(count)[busiest] - told
    # In units of the largest, so that squares of large amounts stay within a float.
    largest = float(s.amounts.max())
    amounts, everybody = s.amounts / largest, float(np.mean(s.bought / s.orders)) / largest
    fading = FADINGS[:, np.newaxis]
    weighted = np.tile(amounts[first], (len(FADINGS), 1))
    whole, squares = np.ones((2, *weighted.shape))
    missed = np.zeros(weighted.shape)
    for order in range(1, int(told[0])):
        some = int(np.searchsorted(-told, -order))
        weighted, whole, squares = weighted[:, :some], whole[:, :some], squares[:, :some]
        came = amounts[first[:some] + order]
        orders = whole**2 / squares
        expected = (orders * (weighted / whole) + prior_orders * everybody) / (orders + prior_orders)
        missed[:, :some] += (expected - came) ** 2
        weighted, whole, squares = weighted * fading + came, whole * fading + 1, squares * fading**2 + 1
    best = int(np.argmin(missed.sum(axis=1)))
    alike, faded = missed[0], missed[best]
    some_miss = alike + faded > 0
    of_each = np.divide(alike - faded, alike + faded, out=np.zeros(len(alike)), where=some_miss)
    is_better = max(_standard_errors(alike - faded), _standard_errors(of_each)) > LEAST_GAIN
    return float(FADINGS[best]) if is_better else 1.0


def _standard_errors(gained: Floats) -> float:
    """How many standard errors from nothing the sum of what customers gained is."""
    spread = float(np.sqrt((gained**2).sum()))
    return float(gained.sum()) / spread if spread > 0 else 0.0
