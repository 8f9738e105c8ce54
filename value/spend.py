"""What a customer will spend in a horizon: the mean, the distribution, the total of many, and what a margin weighs.

The purchase model says how many orders come, N; gamma-gamma (value/gammagamma.py) how large they are: Gamma(p, ν) with
ν | data ~ Gamma(a, b), a = p x + q, b = γ + s. The two are independent. Since n orders of a customer share their ν,
their sum S is Gamma(n p, ν), and over all ν S / b is a beta prime variable (Fader & Hardie's note 025, of averages):

    E(S)       = E(N) · p b / (a − 1)                       expected purchases × expected order
    P(S ≤ y)   = P(N = 0) + Σ n ≥ 1  P(N = n) · I(y / (y + b); n p, a)

with I the regularised incomplete beta function: exact, without a simulation. P(N = 0) is an atom at zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, ndtri

from value import spend_quantiles
from value.histories import Floats
from value.spend_quantiles import NEGLIGIBLE

# A second moment needs a > 2; nearer to 2 the variance grows without end, and the one of this a is said instead.
LEAST_SHAPE_FOR_VARIANCE = 2.5
CELLS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class SpendForecast:
    """The distribution of each customer's spend in the horizon, in the currency unit that gamma-gamma was fitted in.

    `counts` is (customers, most + 1): P(N = n), the last column P(N ≥ most) and taken as `most` orders, which the
    caller chooses so high that this hardly matters. `shape` and `rate` are the posterior of gamma-gamma, `p` its p.
    """

    counts: Floats
    shape: Floats
    rate: Floats
    p: float

    @property
    def chance_of_nothing(self) -> Floats:
        """P(S = 0), the atom."""
        return self.counts[:, 0]

    @property
    def mean(self) -> Floats:
        """E(S) by the counts given; expected purchases × expected order is the same without an end at `most`."""
        orders = np.arange(self.counts.shape[1], dtype=np.float64)
        return np.asarray((self.counts @ orders) * (self.rate * (self.p / (self.shape - 1))), dtype=np.float64)

    @property
    def variance(self) -> Floats:
        """Var(S) from E(S² | n) = b² np(np + 1) / ((a − 1)(a − 2)); a below 2.5 counts as 2.5."""
        orders = self.p * np.arange(self.counts.shape[1], dtype=np.float64)
        shape = np.maximum(self.shape, LEAST_SHAPE_FOR_VARIANCE)
        # In units of b / (a − 1), and centred, so that large amounts neither overflow nor cancel.
        mean = self.counts @ orders
        spread = self.counts @ orders**2 - mean**2
        within = (self.counts @ (orders * (orders + 1)) * (shape - 1) / (shape - 2)) - self.counts @ orders**2
        return np.asarray(np.maximum(spread + within, 0) * (self.rate / (shape - 1)) ** 2, dtype=np.float64)

    def cdf(self, amount: Floats) -> Floats:
        """P(S ≤ amount), one amount for each customer; 0 below zero, the atom at zero."""
        amount = np.asarray(amount, dtype=np.float64)
        below = np.where(amount >= 0, self.chance_of_nothing, 0.0)
        rows = np.flatnonzero(amount > 0)
        step = max(1, CELLS_AT_ONCE // self.counts.shape[1])
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            place, column = np.nonzero(self.counts[some, 1:] > NEGLIGIBLE)
            row = some[place]
            share = amount[row] / (amount[row] + self.rate[row])
            reached = self.counts[row, column + 1] * betainc(self.p * (column + 1), self.shape[row], share)
            below[some] += np.bincount(place, reached, len(some))
        return np.minimum(below, 1.0)

    def quantiles(self, levels: Sequence[float] | Floats) -> Floats:
        """The amounts that S does not exceed with these probabilities, shape (customers, levels); 0 within the atom."""
        return spend_quantiles.quantiles(self.counts, self.shape, self.rate, self.p, levels)


def expected_spend(expected_purchases: Floats, expected_order: Floats) -> Floats:
    """E(S) = E(N) · E(M): the purchase model's mean times gamma-gamma's."""
    return np.asarray(expected_purchases, dtype=np.float64) * np.asarray(expected_order, dtype=np.float64)


# Every customer at once can buy more or less than expected: the business cycle, a price list, a model that is wrong.
# Three windows' worth of 15 % stand in for what few back-tests cannot tell; no ledger is trusted to know below 5 %.
PRIOR_SHOCK_SD = 0.15
PRIOR_SHOCK_WINDOWS = 3
LEAST_SHOCK_SD = 0.05
MOST_RELATIVE_VARIANCE = 1e6


def shock_sd(actual: Sequence[float] | Floats, expected: Sequence[float] | Floats) -> float:
    """Standard deviation of ln(actual ÷ expected total), about 0, from one pair for each past window.

    About 0, not about their mean: a model that is always too high by a fifth is wrong by a fifth. The prior enters as
    in a normal model of known mean with a scaled inverse χ² prior (Gelman et al., Bayesian Data Analysis, 2.6).
    """
    actual, expected = np.asarray(actual, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    usable = (actual > 0) & (expected > 0) & np.isfinite(actual) & np.isfinite(expected)
    squares = np.log(actual[usable] / expected[usable]) ** 2
    variance = (PRIOR_SHOCK_WINDOWS * PRIOR_SHOCK_SD**2 + squares.sum()) / (PRIOR_SHOCK_WINDOWS + len(squares))
    return max(float(np.sqrt(variance)), LEAST_SHOCK_SD)


def total_interval(expected: Floats, variance: Floats, shock_sd: float, level: float = 0.8) -> tuple[float, float]:
    """An interval for the total of customers who vary each for itself (`variance`) and all together (`shock_sd`).

    Of a spend, T · exp(± z σ) with σ² = ln(1 + Σ variance / T²) + shock_sd². Of a profit in which some customers lose
    money, T ± z σ with σ² = Σ variance + (shock_sd · T)², since the total can be zero or less.
    """
    expected = np.asarray(expected, dtype=np.float64)
    total, own = float(expected.sum()), float(np.asarray(variance, dtype=np.float64).sum())
    z = float(ndtri((1 + level) / 2))
    if total > 0 and not np.any(expected < 0):
        # A total that is nearly nothing against its variance (somebody long gone) has a wide interval.
        own_share = np.log1p(min(own / total / total, MOST_RELATIVE_VARIANCE))
        half = z * float(np.hypot(np.sqrt(own_share), shock_sd))
        return total * float(np.exp(-half)), total * float(np.exp(half))
    half = z * float(np.hypot(np.sqrt(own), shock_sd * total))
    return total - half, total + half


# Half a minor unit: what is less than that is rounding, and a margin on it would be nonsense.
LEAST_REVENUE = 0.005


def credibility_revenue(profit: Floats, revenue: Floats) -> float | None:
    """The revenue at which a customer's own margin counts as much as the company's; None where it cannot be told.

    Both arrays (customers, periods). K = σ² / τ² of Bühlmann & Straub (1970), margins weighted by revenue: σ² from how
    one customer's margin varies between periods, τ² from how customers differ beyond that (Bühlmann & Gisler 2005,
    A Course in Credibility Theory, chapter 4). Where customers do not differ at all, a thousand times all revenue.
    """
    known = np.isfinite(profit) & (np.asarray(revenue) >= LEAST_REVENUE)
    weight = np.where(known, revenue, 0.0)
    margin = np.divide(np.where(known, profit, 0.0), weight, out=np.zeros(weight.shape), where=known)
    periods = known.sum(axis=1)
    freedom = int(np.maximum(periods - 1, 0).sum())
    if freedom == 0 or np.count_nonzero(periods) < 2:
        return None
    weight, margin = weight[periods > 0], margin[periods > 0]
    own_weight, total = weight.sum(axis=1), float(weight.sum())
    own = (weight * margin).sum(axis=1) / own_weight
    within = float((weight * (margin - own[:, np.newaxis]) ** 2).sum()) / freedom
    squares = float(own_weight @ (own - float(own_weight @ own) / total) ** 2)
    others = total - float(own_weight @ (own_weight / total))
    if others <= 0:  # one customer is the whole company, to the last digit
        return None
    between = (squares - (len(own) - 1) * within) / others
    most = 1_000 * total
    return min(within / between, most) if between > 0 and within < between * most else most
