"""BG/NBD: customers buy at random, and may leave for good after any repeat purchase.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the Pareto/NBD model, Marketing
Science 24. The rate of purchase is Gamma(r, α), the chance to leave after a repeat purchase Beta(a, b). A customer who
has not repeated cannot have left.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from value import counts, counts_table
from value.histories import Floats, Histories, grouped
from value.likelihood import MEAN_BOUND, SHAPE_BOUND, log_rising, maximised, required, time_scale

# ln r, ln(r/α), ln(a/b), ln √(ab): spread and mean of the rates, mean and spread of the chances to leave.
AXES = np.array([[1, 0, 0, 0], [1, -1, 0, 0], [0, 0, 1, -1], [0, 0, 0.5, 0.5]], dtype=np.float64)
BOUNDS = (SHAPE_BOUND, MEAN_BOUND, SHAPE_BOUND, SHAPE_BOUND)
STARTS = tuple(np.log(start) for start in ((0.5, 0.5, 0.5, 2.0), (3.0, 3.0, 0.1, 3.0), (0.1, 0.1, 2.0, 2.0)))


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A BG/NBD with its parameters, α in weeks."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    is_at_boundary: bool = False
    name: str = field(default="BG/NBD", init=False)

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the paper."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def probability_alive(self, h: Histories) -> Floats:
        """1 / (1 + a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)), and 1 where x = 0 (Fader, Hardie and Lee 2008, note 021)."""
        repeated = h.frequency > 0
        odds = np.log(self.a) - np.log(np.where(repeated, self.b + h.frequency - 1, 1))
        odds += (self.r + h.frequency) * np.log1p((h.age - h.recency) / (self.alpha + h.recency))
        return np.where(repeated, special.expit(-odds), 1.0)

    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats:
        """E[Y(t) | x, t_x, T], equation (10), as the sum of value/counts.py."""
        return counts.expected(self._outlook(h), weeks)

    def expected_at(self, h: Histories, weeks: Floats) -> Floats:
        """E[Y(t)] at several horizons, (customers, horizons); of very many customers from tables."""
        return counts_table.expected_at(self._outlook(h), weeks)

    def count_distribution(self, h: Histories, weeks: float | Floats, most: int) -> Floats:
        """P(Y(t) = n | x, t_x, T) for n < most, then P(Y(t) >= most)."""
        return counts_table.distribution(self._outlook(h), weeks, most)

    def discounted_residual(
        self, h: Histories, discount_rate_weekly_continuous: float, weeks: float | None = None
    ) -> Floats:
        """∫ e^(−δt) dE[Y(t)], by quadrature over t: there is no closed form."""
        return counts.discounted(self._outlook(h), discount_rate_weekly_continuous, weeks)

    def _outlook(self, h: Histories) -> counts.Outlook:
        nothing = np.zeros(len(h))
        return counts.Outlook(
            shape=self.r + h.frequency,
            scale=self.alpha + h.age,
            silence=nothing,
            quiet=nothing + 1,
            weight=self.probability_alive(h),
            survived=self.b + h.frequency,
            dropout=self.a,
            regularity=1,
        )


def fit(h: Histories, weights: Floats | None = None) -> BgNbd:
    """The BG/NBD of highest likelihood. Errors: NotFittedError where the histories cannot tell one."""
    required(h)
    groups, number, _ = grouped(h, weights)
    unit = time_scale(groups, number)
    found = maximised(
        Likelihood(groups, number, unit), starts=STARTS, axes=AXES, bounds=BOUNDS, customers=float(number.sum())
    )
    r, alpha, a, b = np.exp(found.log_parameters)
    # In weeks again, each purchase being a density.
    log_likelihood = found.log_likelihood - float(number @ groups.frequency) * float(np.log(unit))
    return BgNbd(float(r), float(alpha * unit), float(a), float(b), log_likelihood, found.is_at_boundary)


class Likelihood:
    """The log-likelihood (equation 6) of grouped customers, and its gradient, at ln(r, α, a, b) with time in `unit`s.

    What depends on x alone is computed once for each x that occurs.
    """

    def __init__(self, h: Histories, number: Floats, unit: float = 1.0) -> None:
        self.x, self.t_x, self.t, self.number = h.frequency, h.recency / unit, h.age / unit, number
        self.each_x, which = np.unique(h.frequency, return_inverse=True)
        self.number_of_x = np.bincount(which, number, len(self.each_x))
        self.repeated = h.frequency > 0
        self.of_repeated = number[self.repeated]

    def __call__(self, log_parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(log_parameters)
        x, n = self.each_x, self.number_of_x
        value = n @ (log_rising(r, x) + log_rising(b, x) - log_rising(a + b, x))
        by_r = n @ (special.digamma(r + x) - special.digamma(r))
        by_sum = n @ (special.digamma(a + b) - special.digamma(a + b + x))
        by_b = by_sum + n @ (special.digamma(b + x) - special.digamma(b))

        log_grown = np.log1p(self.t / alpha)
        value -= self.number @ (r * log_grown + self.x * (log_grown + log_parameters[1]))
        by_r -= self.number @ log_grown
        by_alpha = self.number @ ((r * self.t - self.x * alpha) / (alpha * (alpha + self.t)))

        # Those who repeated may have left at their last purchase: ln(1 + odds).
        x, t_x, t = self.x[self.repeated], self.t_x[self.repeated], self.t[self.repeated]
        silence = np.log1p((t - t_x) / (alpha + t_x))
        log_odds = log_parameters[2] - np.log(b + x - 1) + (r + x) * silence
        value += self.of_repeated @ np.logaddexp(0, log_odds)
        left = self.of_repeated * special.expit(log_odds)
        by_r += left @ silence
        by_alpha -= left @ ((r + x) * (t - t_x) / ((alpha + t) * (alpha + t_x)))
        by_b -= left @ (1 / (b + x - 1))
        by_a = by_sum + left.sum() / a
        return float(value), np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])
