"""Gamma-gamma: what one order of a customer is worth on average, learned from what all customers spend.

Amounts of a customer's orders are Gamma(p, ν), and ν differs between customers as Gamma(q, γ); neither depends on how
often the customer orders (Fader & Hardie 2013, note 025; Colombo & Jiang 1999). For a customer with x orders of total s

    E(M | x, s) = p (γ + s) / (p x + q − 1)            the customer's own average, drawn towards everybody's
    ν | x, s ~ Gamma(p x + q, γ + s)

There are two likelihoods. On *averages* (note 025, equation 1a), which needs x and s only:

    Γ(px+q) / (Γ(px) Γ(q)) · γ^q · z̄^(px−1) · x^(px) / (γ + x z̄)^(px+q),   z̄ = s/x

and on *single orders*, which needs the sum of the logarithms too: the same model, with nothing thrown away,

    Γ(px+q) / (Γ(p)^x Γ(q)) · γ^q · (z₁ … z_x)^(p−1) / (γ + s)^(px+q)

The second is the engine's: averages alone cannot tell orders that differ from customers that differ, and the fit
degenerates where each customer's orders are alike (a ledger of resellers: twice the error in spend).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from value.histories import Floats, Ints
from value.likelihood import NotFittedError, lowest

# A customer's orders that differ by less than 1 % (p = 10⁴ is a coefficient of variation of 1 %) are all alike to us,
# and so are customers whose averages do (q = 10⁴). Below q = 2 the variance of customers' averages would be infinite,
# and below 1 the average order itself: a ledger of very unlike customers asks for that (a ledger of resellers: q
# = .58), and predicts its own next year best at q = 2. Amounts are scaled before the fit, so that the third is about 1.
LOWEST = np.log([1e-2, 1, 1e-20])  # p, q − 1, p γ / q
HIGHEST = np.log([1e4, 1e4, 1e20])
MIDDLE = (LOWEST + HIGHEST) / 2
NEAR_BOUND = 1e-4


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted spend model. At the boundary a customer's orders, or all customers, are alike, or q is held at 2."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    is_at_boundary: bool
    name: str = "gamma-gamma"

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the literature."""
        return {"p": self.p, "q": self.q, "gamma": self.gamma}

    @property
    def mean(self) -> float:
        """The average order of a customer of whom nothing is known: p γ / (q − 1)."""
        return self.gamma * (self.p / (self.q - 1))

    def posterior(self, total: Floats, count: Floats) -> tuple[Floats, Floats]:
        """Shape and rate of ν given each customer's orders; those without a positive order have the prior."""
        total, count = np.asarray(total, dtype=np.float64), np.asarray(count, dtype=np.float64)
        bought = _bought(total, count)
        return self.p * np.where(bought, count, 0) + self.q, self.gamma + np.where(bought, total, 0)

    def expected(self, total: Floats, count: Floats) -> Floats:
        """E(M | data): the expected amount of one order of each customer (note 025)."""
        shape, rate = self.posterior(total, count)
        return np.asarray(rate * (self.p / (shape - 1)), dtype=np.float64)


def sums(row: Ints, amount: Floats, customers: int) -> tuple[Floats, Floats, Floats]:
    """Total, count and sum of logarithms of the positive amounts of each customer; `row` says whose an amount is."""
    amount = np.asarray(amount, dtype=np.float64)
    positive = (amount > 0) & np.isfinite(amount)
    row, amount = np.asarray(row)[positive], amount[positive]
    total, log_sum = np.bincount(row, amount, customers), np.bincount(row, np.log(amount), customers)
    count = np.bincount(row, minlength=customers)
    return total.astype(np.float64), count.astype(np.float64), log_sum.astype(np.float64)


def fit(total: Floats, count: Floats, log_sum: Floats | None = None) -> GammaGamma:
    """The most likely p, q and γ; on single orders where the sums of logarithms are given, else on averages.

    Customers without a positive order tell nothing and are left out.
    Errors: NotFittedError where fewer than two customers have ordered, or none of them twice.
    """
    likelihood = _Likelihood.of(total, count, log_sum)
    start = np.clip(likelihood.start(), LOWEST + 0.1, HIGHEST - 0.1)
    found = lowest(lambda theta: likelihood.cost(MIDDLE + theta), start - MIDDLE, HIGHEST - MIDDLE)
    if found is None:
        raise NotFittedError("The likelihood of the amounts has no finite value on this data.")
    theta, value = found[0] + MIDDLE, found[1]
    p, q, gamma = _parameters(theta)
    return GammaGamma(
        p=p,
        q=q,
        gamma=gamma * likelihood.scale,
        log_likelihood=-value * likelihood.customers - likelihood.log_of_scale,
        is_at_boundary=bool(np.any((theta < LOWEST + NEAR_BOUND) | (theta > HIGHEST - NEAR_BOUND))),
    )


def _bought(total: Floats, count: Floats) -> npt.NDArray[np.bool_]:
    return (count > 0) & (total > 0) & np.isfinite(total)


def _parameters(theta: Floats) -> tuple[float, float, float]:
    """p, q, γ from ln p, ln(q − 1), ln(p γ / q): the third is the level of amounts, whatever the shapes do."""
    p, q = float(np.exp(theta[0])), 1 + float(np.exp(theta[1]))
    return p, q, float(np.exp(theta[2])) * q / p


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """What both likelihoods need of the data; special functions are taken once for each different count.

    log L = Σ lnΓ(px+q) − Σ wⱼ lnΓ(p mⱼ) − N lnΓ(q) + q Σ (ln γ − ln(γ+s)) + p (K − Σ x ln(γ+s)) − C

    on single orders with m = 1, w = Σ x and K = C = Σ ln z; on averages with m = x, w = 1, K = Σ x ln s, C = Σ ln z̄.
    """

    count: Floats
    log_total: Floats
    counts: Floats
    customers_by_count: Floats
    multiples: Floats
    weights: Floats
    slope: float
    constant: float
    scale: float
    log_of_scale: float
    first_p: float

    @classmethod
    def of(cls, total: Floats, count: Floats, log_sum: Floats | None) -> "_Likelihood":
        total, count = np.asarray(total, dtype=np.float64), np.asarray(count, dtype=np.float64)
        bought = _bought(total, count)
        total, count = total[bought], count[bought]
        if len(count) < 2:
            raise NotFittedError(
                "Fewer than two customers have ordered, so that nothing can be learned from the others."
            )
        if not np.any(count > 1):
            raise NotFittedError("No customer has ordered twice, so that how much one's orders differ is not known.")
        log_mean = np.log(total / count)
        log_scale = float(log_mean.mean())
        log_mean, log_total = log_mean - log_scale, np.log(total) - log_scale
        counts, alike = np.unique(count, return_counts=True)
        customers_by_count = alike.astype(np.float64)
        if log_sum is None:
            multiples, weights, first_p = counts, customers_by_count, 2.0
            slope, constant, variables = float((count * log_total).sum()), float(log_mean.sum()), float(len(count))
        else:
            logs = np.asarray(log_sum, dtype=np.float64)[bought] - count * log_scale
            multiples, weights, variables = np.ones(1), np.array([count.sum()]), float(count.sum())
            slope = constant = float(logs.sum())
            # ln of the mean − mean of the ln is about (1 − 1/x) / 2p within a customer.
            spread = float((count * log_mean - logs).sum())
            first_p = float((count - 1).sum()) / max(2 * spread, 1e-9)
        return cls(
            count=count,
            log_total=log_total,
            counts=counts,
            customers_by_count=customers_by_count,
            multiples=multiples,
            weights=weights,
            slope=slope,
            constant=constant,
            scale=float(np.exp(log_scale)),
            log_of_scale=log_scale * variables,
            first_p=first_p,
        )

    @property
    def customers(self) -> int:
        return len(self.count)

    def start(self) -> Floats:
        """A first guess: logs of customers' averages vary by about 1/(px) + 1/q."""
        variance = float(np.var(self.log_total - np.log(self.count)))
        between = max(variance - float(np.mean(1 / (self.first_p * self.count))), variance / 10, 1e-4)
        return np.array([np.log(self.first_p), np.log(1 / between + 0.1), 0.0])

    def cost(self, theta: Floats) -> tuple[float, Floats]:
        """−log L a customer, and its gradient in ln p, ln(q − 1), ln(p γ / q)."""
        p, q, gamma = _parameters(theta)
        ratio = np.log(gamma) - self.log_total
        above = np.logaddexp(0, ratio)  # ln(γ+s) − ln s
        below = ratio - above  # ln γ − ln(γ+s)
        # Not @ over all customers: BLAS wakes its threads for it, which takes longer than the sum.
        x_logs = float((self.count * (self.log_total + above)).sum())
        shape = p * self.counts + q
        log_likelihood = (
            float(self.customers_by_count @ gammaln(shape))
            - float(self.weights @ gammaln(p * self.multiples))
            - self.customers * float(gammaln(q))
            + q * float(below.sum())
            + p * (self.slope - x_logs)
            - self.constant
        )
        psi = digamma(shape)
        by_p = (
            float((self.customers_by_count * self.counts) @ psi)
            - float((self.weights * self.multiples) @ digamma(p * self.multiples))
            + self.slope
            - x_logs
        )
        by_q = float(self.customers_by_count @ psi) - self.customers * float(digamma(q)) + float(below.sum())
        by_log_gamma = self.customers * q - float(((p * self.count + q) * np.exp(below)).sum())
        gradient = np.array([p * by_p - by_log_gamma, (q - 1) * (by_q + by_log_gamma / q), by_log_gamma])
        return -log_likelihood / self.customers, -gradient / self.customers
