"""What one would expect without a purchase model: the past goes on as it was.

*Past rate*: the customer's own rate of repeat purchases, drawn towards everybody's where it has been seen for a short
time only. Rates are Gamma(r, r/m) between customers, so that (Efron and Morris 1973; negative binomial)

    E(rate | x, T) = (r + x) / (r/m + T)

*Last period*: as often, and for as much, as in the last stretch as long as the horizon. *Same season*: as in the same
weeks of the year before.
"""

from dataclasses import dataclass

import numpy as np

from value.histories import Floats, Histories
from value.likelihood import NotFittedError, log_rising, required
from value.order_log import DAYS_A_YEAR, Summaries

# Rates that differ by a hundredth of their mean are all alike; rates so spread that one is nothing are not believed.
SHAPE_RANGE = (1e-2, 1e4)


@dataclass(frozen=True, slots=True)
class PastRate:
    """The spread of customers' rates a week, as far as it is needed to shrink one."""

    shape: float
    mean: float

    @property
    def parameters(self) -> dict[str, float]:
        """Shape and mean of the gamma distribution of rates, a week."""
        return {"shape": self.shape, "mean": self.mean}

    def log_likelihood(self, h: Histories) -> float:
        """Of a negative binomial in continuous time: what a BG/NBD without dropout has."""
        scale, x = self.shape / self.mean, h.frequency
        each = log_rising(self.shape, x) - self.shape * np.log1p(h.age / scale) - x * np.log(scale + h.age)
        return float(each.sum())

    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats:
        """The shrunk rate, continued."""
        rate = (self.shape + h.frequency) / (self.shape / self.mean + h.age)
        return np.asarray(rate * weeks, dtype=np.float64)

    def expected_at(self, h: Histories, weeks: Floats) -> Floats:
        """The same at several horizons, (customers, horizons)."""
        return np.column_stack([self.expected_purchases(h, week) for week in weeks])


def fit_past_rate(h: Histories) -> PastRate:
    """By moments: what the counts vary more than chance is the spread of rates. Errors: NotFittedError."""
    required(h)
    mean = float(h.frequency.sum() / h.age.sum())
    expected = mean * h.age
    excess = float(((h.frequency - expected) ** 2 - expected).sum())
    squares = float((expected**2).sum())
    shape = squares / excess if excess > 0 else SHAPE_RANGE[1]
    return PastRate(float(np.clip(shape, *SHAPE_RANGE)), mean)


def last_period(s: Summaries, rate: Floats, order: Floats) -> tuple[Floats, Floats]:
    """Purchases and spend of the last stretch as long as the horizon.

    Who came during it has not shown a whole one: the past rate (`rate`, and `order` the average order) stands in.
    """
    was_there = s.since_day <= s.end_day - s.horizon_days
    return np.where(was_there, s.recent_orders, rate), np.where(was_there, np.maximum(s.recent_spent, 0), rate * order)


def same_season(s: Summaries, rate: Floats, order: Floats) -> tuple[Floats, Floats]:
    """Purchases and spend of the same weeks a year before; the past rate for who was not there yet."""
    was_there = s.since_day <= s.end_day - DAYS_A_YEAR
    return np.where(was_there, s.season_orders, rate), np.where(was_there, np.maximum(s.season_spent, 0), rate * order)


def require_same_season(s: Summaries) -> None:
    """Errors: NotFittedError where the past does not show the season ahead."""
    if s.end_day - s.start_day < DAYS_A_YEAR - 1:
        raise NotFittedError("The ledger does not reach back to the same season of the year before.")
    if s.horizon_days > DAYS_A_YEAR:
        raise NotFittedError("The horizon is longer than a year.")
