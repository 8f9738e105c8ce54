"""MBG/CNBD-k: customers buy in a rhythm, and may leave for good after any purchase, the first one too.

Platzer and Reutterer (2016), "Ticking away the moments: timing regularity helps to better predict customer activity",
Marketing Science 35, and the vignette of BTYDplus. A customer's clock ticks at random at a Gamma(r, α) rate, and each
k-th tick is a purchase, so that gaps are Erlang-k; the chance to leave after a purchase is Beta(a, b). k = 1 is the
MBG/NBD of Batislam, Denizel and Filiztekin (2007). `r` and `alpha` are those of the ticks: a customer with rate λ buys
every k / λ weeks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import special

from value import counts, counts_table
from value.histories import Floats, Histories, grouped
from value.likelihood import MEAN_BOUND, SHAPE_BOUND, NotFittedError, log_rising, maximised, required, time_scale

AXES = np.array([[1, 0, 0, 0], [1, -1, 0, 0], [0, 0, 1, -1], [0, 0, 0.5, 0.5]], dtype=np.float64)
BOUNDS = (SHAPE_BOUND, MEAN_BOUND, SHAPE_BOUND, SHAPE_BOUND)
STARTS = tuple(np.log(start) for start in ((0.7, 0.7, 0.7, 1.5), (3.0, 3.0, 0.1, 3.0), (0.1, 0.1, 2.0, 2.0)))
MOST_REGULAR = 48
COARSE = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, MOST_REGULAR)


@dataclass(frozen=True, slots=True)
class MbgCnbd:
    """An MBG/CNBD-k with its parameters, α in weeks."""

    k: int
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    is_at_boundary: bool = False

    @property
    def name(self) -> str:
        """With its k."""
        return f"MBG/CNBD-{self.k}"

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the paper."""
        return {"k": float(self.k), "r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def probability_alive(self, h: Histories) -> Floats:
        """Appendix A: (b+x) Q / (a + (b+x) Q), Q the probability that a customer who stayed is silent as long."""
        return self._outlook_parts(h)[2]

    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats:
        """E[Y(t) | x, t_x, T], exactly, by the sum of value/counts.py."""
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

    def _outlook_parts(self, h: Histories) -> tuple[Floats, Floats, Floats]:
        """P(silence | alive), P(alive) / that, and P(alive)."""
        shape = self.r + self.k * h.frequency
        quiet = special.betainc(shape, float(self.k), (self.alpha + h.recency) / (self.alpha + h.age))
        stayed = self.b + h.frequency
        weight = stayed / (self.a + stayed * quiet)
        return quiet, weight, weight * quiet

    def _outlook(self, h: Histories) -> counts.Outlook:
        quiet, weight, alive = self._outlook_parts(h)
        nothing, survived = np.zeros(len(h)), self.b + h.frequency + 1
        if self.k == 1:
            # A purchase is a tick, and the past silence only adds to the time seen.
            shape = self.r + h.frequency
            return counts.Outlook(shape, self.alpha + h.age, nothing, nothing + 1, alive, survived, self.a, 1)
        shape, silence = self.r + self.k * h.frequency, h.age - h.recency
        return counts.Outlook(shape, self.alpha + h.recency, silence, quiet, weight, survived, self.a, self.k)


def fit(h: Histories, weights: Floats | None = None, regularity: int | None = None) -> MbgCnbd:
    """The MBG/CNBD-k of highest likelihood, over k = 1 … 48 too unless `regularity` gives it.

    The log-likelihood of gamma gaps is concave in their shape, and so has one hill over k: coarse steps up to where it
    has fallen twice, then every k between the neighbours of the best.
    Errors: NotFittedError where the histories cannot tell a model.
    """
    required(h)
    if regularity is not None:
        return _Fitting(h, weights).at(regularity)
    fitting = _Fitting(h, weights)
    coarse = _climbed(fitting, COARSE)
    place = COARSE.index(coarse.k)
    below, above = COARSE[max(place - 1, 0)], COARSE[min(place + 1, len(COARSE) - 1)]
    lower = _climbed(fitting, range(coarse.k, below - 1, -1))
    upper = _climbed(fitting, range(coarse.k, above + 1))
    return max((lower, upper), key=lambda model: model.log_likelihood)


def _climbed(fitting: "_Fitting", regularities: Iterable[int]) -> MbgCnbd:
    """The best of these, in this order, up to the second fall in a row."""
    best: MbgCnbd | None = None
    falls = 0
    for k in regularities:
        model = fitting.at(k)
        if best is None or model.log_likelihood > best.log_likelihood:
            best, falls = model, 0
        elif (falls := falls + 1) == 2:
            break
    if best is None:
        raise NotFittedError("There is no regularity to try.")
    return best


class _Fitting:
    """The fits so far of one set of customers: each k once, each from where its neighbour ended."""

    def __init__(self, h: Histories, weights: Floats | None) -> None:
        self.groups, self.number, _ = grouped(h, weights)
        self.unit = time_scale(self.groups, self.number)
        self.log_gaps = float(self.number @ self.groups.log_gaps)
        self.purchases = float(self.number @ self.groups.frequency)
        self.found: dict[int, tuple[MbgCnbd, Floats]] = {}

    def at(self, k: int) -> MbgCnbd:
        """The fit with this k."""
        if k in self.found:
            return self.found[k][0]
        found = maximised(
            Likelihood(self.groups, self.number, k, self.unit),
            starts=self._starts(k),
            axes=AXES,
            bounds=BOUNDS,
            customers=float(self.number.sum()),
        )
        r, alpha, a, b = np.exp(found.log_parameters)
        # The gaps' own share of the Erlang densities, and time in weeks again.
        in_gaps = (k - 1) * self.log_gaps - self.purchases * (special.gammaln(k) + k * np.log(self.unit))
        log_likelihood = found.log_likelihood + float(in_gaps)
        model = MbgCnbd(k, float(r), float(alpha * self.unit), float(a), float(b), log_likelihood, found.is_at_boundary)
        self.found[k] = model, found.log_parameters
        return model

    def _starts(self, k: int) -> list[Floats]:
        """Where the nearest k ended, with ticks as much faster as there are more of them to a purchase."""
        to_alpha = np.array([0.0, 1.0, 0.0, 0.0])
        if not self.found:
            return [start - np.log(k) * to_alpha for start in STARTS]
        nearest = min(self.found, key=lambda other: abs(other - k))
        return [self.found[nearest][1] - np.log(k / nearest) * to_alpha]


class Likelihood:
    """The log-likelihood (appendix A) of grouped customers, and its gradient, at ln(r, α, a, b), time in `unit`s.

    Without what no parameter changes: (k − 1) · log gaps and x ln Γ(k).
    """

    def __init__(self, h: Histories, number: Floats, k: int, unit: float = 1.0) -> None:
        self.x, self.t_x, self.t, self.number, self.k = h.frequency, h.recency / unit, h.age / unit, number, k
        self.silence = self.t - self.t_x
        self.each_x, which = np.unique(h.frequency, return_inverse=True)
        self.number_of_x = np.bincount(which, number, len(self.each_x))

    def __call__(self, log_parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(log_parameters)
        x, n, ticks = self.each_x, self.number_of_x, self.k * self.each_x
        # Purchases, and staying after x of x + 1 occasions to leave.
        value = n @ (log_rising(r, ticks) + log_rising(b, x) - log_rising(a + b, x + 1))
        by_r = n @ (special.digamma(r + ticks) - special.digamma(r))
        by_sum = n @ (special.digamma(a + b) - special.digamma(a + b + x + 1))
        by_b = by_sum + n @ (special.digamma(b + x) - special.digamma(b))

        all_ticks = self.k * self.x
        log_grown = np.log1p(self.t_x / alpha)
        value -= self.number @ (r * log_grown + all_ticks * (log_grown + log_parameters[1]))
        by_r -= self.number @ log_grown
        by_alpha = self.number @ ((r * self.t_x - all_ticks * alpha) / (alpha * (alpha + self.t_x)))

        # Left at the last occasion, or stayed and silent: ln(a + (b + x) · quiet).
        quiet, quiet_by_shape, quiet_by_alpha = self._quiet(r + all_ticks, alpha)
        stayed = b + self.x
        either = a + stayed * quiet
        value += self.number @ np.log(either)
        share = self.number / either
        by_r += share @ (stayed * quiet_by_shape)
        by_alpha += share @ (stayed * quiet_by_alpha)
        by_b += share @ quiet
        by_a = by_sum + share.sum()
        return float(value), np.array([r * by_r, alpha * by_alpha, a * by_a, b * by_b])

    def _quiet(self, shape: Floats, alpha: float) -> tuple[Floats, Floats, Floats]:
        """P(fewer than k ticks in the silence), negative binomial, and its derivatives by shape and by α.

        A plain sum of k terms: all are positive, and the first falls below the smallest number only where the whole is
        as good as zero.
        """
        seen = alpha + self.t
        chance = self.silence / seen
        log_none = -np.log1p(self.silence / (alpha + self.t_x))
        term = np.exp(shape * log_none)
        slope = log_none.copy()
        quiet, by_shape = term.copy(), term * slope
        for j in range(1, self.k):
            before = shape + (j - 1)
            slope += 1 / before
            term *= before * chance / j
            quiet += term
            by_shape += term * slope
        by_alpha = term * (shape + (self.k - 1)) * self.silence / (seen * (alpha + self.t_x))
        return quiet, by_shape, by_alpha
