"""Pareto/NBD: customers buy at random, and leave for good at a random moment, whether they have just bought or not.

Schmittlein, Morrison and Colombo (1987), Counting your customers: who are they and what will they do next?, Management
Science 33; Fader and Hardie (2005), A note on deriving the Pareto/NBD model. The rate of purchase is Gamma(r, α), the
rate of leaving Gamma(s, β). A customer either stayed up to T, or left at some y between t_x and T:

    L ∝ A + I,   A = (α+T)^−(r+x) (β+T)^−s,   I = s ∫ from t_x to T of (α+y)^−(r+x) (β+y)^−(s+1) dy

The integral is a Gauss–Legendre sum in ln(min(α, β) + y). There both factors are smooth whichever of α and β is the
larger; the usual hypergeometric form needs two cases, and cancels in both.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from value.counts import TINY, discount_horizon
from value.histories import Floats, Histories, Ints, grouped
from value.likelihood import MEAN_BOUND, SHAPE_BOUND, log_rising, maximised, required, time_scale
from value.quadrature import legendre

# ln r, ln(r/α), ln s, ln(s/β): spread and mean of the rates of purchase, and of those of leaving.
AXES = np.array([[1, 0, 0, 0], [1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 1, -1]], dtype=np.float64)
BOUNDS = (SHAPE_BOUND, MEAN_BOUND, SHAPE_BOUND, MEAN_BOUND)
STARTS = tuple(np.log(start) for start in ((0.6, 0.8, 0.6, 4.0), (3.0, 3.0, 0.5, 20.0), (0.2, 0.2, 2.0, 2.0)))
NODES = 24
DISCOUNT_NODES = 96
# e^-36 of the integrand is beyond what a float adds.
FAR = 36.0
CELLS_AT_ONCE = 1 << 17
CUSTOMERS_AT_ONCE = 2_048


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """A Pareto/NBD with its parameters, α and β in weeks."""

    r: float
    alpha: float
    s: float
    beta: float
    log_likelihood: float = float("nan")
    is_at_boundary: bool = False
    name: str = field(default="Pareto/NBD", init=False)

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the paper."""
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def probability_alive(self, h: Histories) -> Floats:
        """A / (A + I); equation (11) of Schmittlein, Morrison and Colombo, without its hypergeometric functions."""
        groups, _, place = grouped(h)
        alive = np.empty(len(groups))
        for rows in _blocks(len(groups)):
            stayed, left = _Left(groups.take(rows), self.r, self.alpha, self.s, self.beta).weights()
            alive[rows] = stayed / (stayed + left)
        return alive[place]

    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats:
        """E[Y(t) | x, t_x, T], Fader and Hardie (2005) equation (41), in a form that is smooth where s = 1."""
        longer = np.log1p(np.asarray(weeks, dtype=np.float64) / (self.beta + h.age))
        time_alive = (self.beta + h.age) * longer * special.exprel((1 - self.s) * longer)
        return np.asarray(self._rate(h) * time_alive, dtype=np.float64)

    def expected_at(self, h: Histories, weeks: Floats) -> Floats:
        """E[Y(t)] at several horizons, (customers, horizons)."""
        return np.column_stack([self.expected_purchases(h, week) for week in weeks])

    def discounted_residual(
        self, h: Histories, discount_rate_weekly_continuous: float, weeks: float | None = None
    ) -> Floats:
        """DERT, Fader, Hardie and Lee (2005) RFM and CLV, equation (2), also up to a horizon.

        The confluent hypergeometric function there is ∫ e^(−δt) ((β+T)/(β+T+t))^s dt, which depends on T alone: once
        for each T, by quadrature in ln(1 + t/(β+T)). Errors: ValueError where nothing limits the sum.
        """
        end = discount_horizon(discount_rate_weekly_continuous, weeks, FAR)
        age, place = np.unique(h.age, return_inverse=True)
        scale = (self.beta + age)[:, np.newaxis]
        nodes, node_weights = legendre(DISCOUNT_NODES)
        reach = np.log1p(end / scale) / 2
        longer = reach * (nodes + 1)
        discount = np.exp(-discount_rate_weekly_continuous * scale * np.expm1(longer) + (1 - self.s) * longer)
        discounted_time = (scale * reach * node_weights * discount).sum(axis=1)
        return np.asarray(self._rate(h) * discounted_time[place], dtype=np.float64)

    def count_distribution(self, h: Histories, weeks: float | Floats, most: int) -> Floats:
        """P(Y(t) = n | x, t_x, T) for n < most, then P(Y(t) >= most), as in Fader and Hardie (2014), note 028.

        Alive to the end of the horizon, or gone at some moment of it: the latter by quadrature over that moment.
        """
        alive = self.probability_alive(h)
        horizon = np.broadcast_to(np.asarray(weeks, dtype=np.float64), alive.shape)
        result = np.zeros((len(h), most + 1))
        # The n-th purchase is the more sharply timed, the more is known: nodes by that.
        sharpness = np.sqrt(self.r + h.frequency + most)
        nodes = (16 + 8 * np.ceil(sharpness * 0.3)).astype(np.int64)
        for count in np.unique(nodes):
            places = np.flatnonzero(nodes == count)
            at_once = max(1, CELLS_AT_ONCE // int(count))
            for start in range(0, len(places), at_once):
                which = places[start : start + at_once]
                shape, age = self.r + h.frequency[which], h.age[which]
                result[which, :most] = self._pmf_if_alive(shape, age, horizon[which], int(count), most)
        result[:, :most] *= alive[:, np.newaxis]
        if most:
            result[:, 0] += 1 - alive
        result[:, most] = np.maximum(1 - result[:, :most].sum(axis=1), 0)
        return np.asarray(result / result.sum(axis=1, keepdims=True), dtype=np.float64)

    def _rate(self, h: Histories) -> Floats:
        """Expected purchases a week at the end of the window."""
        return np.asarray(self.probability_alive(h) * (self.r + h.frequency) / (self.alpha + h.age), dtype=np.float64)

    def _pmf_if_alive(self, shape: Floats, age: Floats, horizon: Floats, count: int, most: int) -> Floats:
        """P(Y(t) = n | alive at T), n < most.

        With τ the time alive in the horizon, purchases are negative binomial with chance q = τ/(α+T+τ). The nodes lie
        evenly in arcsin √q, where each n is about as wide as every other.
        """
        nodes, node_weights = legendre(count)
        scale, beta = (self.alpha + age)[:, np.newaxis], (self.beta + age)[:, np.newaxis]
        widest = np.arctan(np.sqrt(horizon[:, np.newaxis] / scale))
        angle = widest * (nodes + 1) / 2
        root = np.tan(angle)
        time = scale * root**2
        step = node_weights * widest / 2 * 2 * scale * root * (1 + root**2)
        leaving = step * self.s / (beta + time) * np.exp(-self.s * np.log1p(time / beta))
        # The end of the horizon is one more node, with the weight of those who live to see it.
        time = np.concatenate([time, horizon[:, np.newaxis]], axis=1)
        stays = np.exp(-self.s * np.log1p(horizon[:, np.newaxis] / beta))
        weight = np.concatenate([leaving, stays], axis=1)
        column = shape[:, np.newaxis]
        log_cell = -column * np.log1p(time / scale)
        log_chance = np.log(np.maximum(time / (scale + time), TINY))
        result = np.empty((len(shape), most))
        cell = np.empty_like(time)
        for n in range(most):
            np.exp(log_cell, out=cell)
            result[:, n] = np.einsum("ij,ij->i", cell, weight)
            log_cell += log_chance
            log_cell += np.log((column + n) / (n + 1))
        return result


def fit(h: Histories, weights: Floats | None = None) -> ParetoNbd:
    """The Pareto/NBD of highest likelihood. Errors: NotFittedError where the histories cannot tell one."""
    required(h)
    groups, number, _ = grouped(h, weights)
    unit = time_scale(groups, number)
    found = maximised(
        Likelihood(groups, number, unit), starts=STARTS, axes=AXES, bounds=BOUNDS, customers=float(number.sum())
    )
    r, alpha, s, beta = np.exp(found.log_parameters)
    # In weeks again, each purchase being a density.
    log_likelihood = found.log_likelihood - float(number @ groups.frequency) * float(np.log(unit))
    return ParetoNbd(float(r), float(alpha * unit), float(s), float(beta * unit), log_likelihood, found.is_at_boundary)


class Likelihood:
    """The log-likelihood of grouped customers, and its gradient, at ln(r, α, s, β) with time in `unit`s."""

    def __init__(self, h: Histories, number: Floats, unit: float = 1.0) -> None:
        self.h = Histories(h.frequency, h.recency / unit, h.age / unit, h.log_gaps)
        self.number = number
        self.blocks = [(rows, self.h.take(rows)) for rows in _blocks(len(h))]
        self.each_x, which = np.unique(h.frequency, return_inverse=True)
        self.number_of_x = np.bincount(which, number, len(self.each_x))

    def __call__(self, log_parameters: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = np.exp(log_parameters)
        x, n = self.each_x, self.number_of_x
        value = float(n @ log_rising(r, x))
        by_r = n @ (special.digamma(r + x) - special.digamma(r))
        by_each = np.array([by_r, 0.0, 0.0, 0.0])

        # What both fates share: ln of α^r β^s (α+t_x)^−(r+x) (β+t_x)^−s.
        bought, t_x = r + self.h.frequency, self.h.recency
        log_alpha, log_beta = np.log1p(t_x / alpha), np.log1p(t_x / beta)
        value -= float(
            self.number @ (r * log_alpha + self.h.frequency * (log_alpha + log_parameters[1]) + s * log_beta)
        )
        by_each[0] -= self.number @ log_alpha
        by_each[1] += self.number @ ((r * t_x - self.h.frequency * alpha) / (alpha * (alpha + t_x)))
        by_each[2] -= self.number @ log_beta
        by_each[3] += self.number @ (s * t_x / (beta * (beta + t_x)))

        for rows, part in self.blocks:
            fates = _Left(part, r, alpha, s, beta)
            stayed, left = fates.weights()
            value += float(self.number[rows] @ np.log(stayed + left))
            by_each += fates.slope(self.number[rows] / (stayed + left), stayed, left, bought[rows])
        return value, np.asarray(by_each * (r, alpha, s, beta), dtype=np.float64)


def _blocks(customers: int) -> list[Ints]:
    """Places of as many customers at once as leave their quadrature in the processor's cache."""
    places = np.arange(customers)
    return [places[start : start + CUSTOMERS_AT_ONCE] for start in range(0, customers, CUSTOMERS_AT_ONCE)]


class _Left:
    """A and I of the likelihood, both divided by (α+t_x)^−(r+x) (β+t_x)^−s, which neither overflows nor vanishes."""

    def __init__(self, h: Histories, r: float, alpha: float, s: float, beta: float) -> None:
        self.alpha_from, self.beta_from, self.s = alpha + h.recency, beta + h.recency, s
        bought, silence = r + h.frequency, h.age - h.recency
        self.log_alpha_end, self.log_beta_end = np.log1p(silence / self.alpha_from), np.log1p(silence / self.beta_from)
        self.silence = silence
        self.stayed = np.exp(-bought * self.log_alpha_end - s * self.log_beta_end)
        # Nothing is left of the integrand where one of its factors has fallen by e^−36.
        with np.errstate(over="ignore"):
            # An overflow is an end beyond any T, which is then the smaller.
            span = np.minimum(silence, self.alpha_from * np.expm1(FAR / bought))
            span = np.minimum(span, self.beta_from * np.expm1(FAR / (s + 1)))
        nearer = np.minimum(self.alpha_from, self.beta_from)
        nodes, node_weights = legendre(NODES)
        reach = (np.log1p(span / nearer) / 2)[:, np.newaxis]
        log_nearer = reach * (nodes + 1)
        self.y = nearer[:, np.newaxis] * np.expm1(log_nearer)
        # One of the two is the variable of the quadrature itself.
        self.log_alpha = log_nearer if alpha <= beta else np.log1p(self.y / self.alpha_from[:, np.newaxis])
        self.log_beta = log_nearer if alpha > beta else np.log1p(self.y / self.beta_from[:, np.newaxis])
        density = np.exp(-bought[:, np.newaxis] * self.log_alpha - (s + 1) * self.log_beta)
        self.density = density * (node_weights * reach) * (self.y + nearer[:, np.newaxis])
        self.density *= (s / self.beta_from)[:, np.newaxis]

    def weights(self) -> tuple[Floats, Floats]:
        """A and I, so divided."""
        return self.stayed, self.density.sum(axis=1)

    def slope(self, share: Floats, stayed: Floats, left: Floats, bought: Floats) -> Floats:
        """Σ share · d(A + I) by r, α, s and β."""
        d = self.density
        alpha_at, beta_at = self.alpha_from[:, np.newaxis] + self.y, self.beta_from[:, np.newaxis] + self.y
        alpha_end, beta_end = self.alpha_from + self.silence, self.beta_from + self.silence
        by_r = -stayed * self.log_alpha_end - np.einsum("ij,ij->i", d, self.log_alpha)
        by_s = -stayed * self.log_beta_end + left / self.s - np.einsum("ij,ij->i", d, self.log_beta)
        by_alpha = stayed * self.silence / alpha_end + np.einsum("ij,ij->i", d, self.y / alpha_at)
        by_beta = stayed * self.s * self.silence / beta_end + np.einsum("ij,ij->i", d, (self.s + 1) * self.y / beta_at)
        by_beta -= left
        return np.array(
            [
                share @ by_r,
                share @ (bought / self.alpha_from * by_alpha),
                share @ by_s,
                share @ (by_beta / self.beta_from),
            ]
        )
