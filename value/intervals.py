"""Whether predicted distributions hold: randomised PIT, interval score; and how back-tests set them right.

The probability integral transform F(y) of an outcome is uniform where the distribution F is right. A count, or a spend
that may be nothing, has jumps, where the PIT is any value between P(Y < y) and P(Y ≤ y), each as likely (Brockwell
2007; Czado, Gneiting & Held 2009). So an outcome gives a range, `Pit`, from which values are drawn with a fixed seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from value.histories import Floats

SEED = 20_050_401
RANDOMISATIONS = 100
# A jump in probability that is only rounding.
ROUNDING = 1e-12
# Intervals are of 80 %: one outcome in ten below, one above.
LOW_LEVEL, HIGH_LEVEL = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Pit:
    """For each customer P(Y < y) and P(Y ≤ y) of what happened; equal where the distribution has no jump there."""

    below: Floats
    upto: Floats

    def drawn(self, seed: int = SEED) -> Floats:
        """One value for each customer, uniform over its range."""
        return self._at(np.random.default_rng(seed))

    def mass_within(
        self, low: float = LOW_LEVEL, high: float = HIGH_LEVEL, *, seed: int = SEED, times: int = RANDOMISATIONS
    ) -> float:
        """Share of drawn values in [low, high], averaged over `times` draws; 0.8 is right for an 80 % interval."""
        if not len(self.below):
            return high - low
        draws = np.random.default_rng(seed)
        shares = [np.mean((values >= low) & (values <= high)) for values in (self._at(draws) for _ in range(times))]
        return float(np.mean(shares))

    def share_upto(self, level: float) -> float:
        """Expected share of drawn values at or below a level: what `mass_within` estimates, without drawing."""
        width = self.upto - self.below
        is_at_once = (self.below <= level).astype(np.float64)
        inside = np.divide(level - self.below, width, out=is_at_once, where=width > ROUNDING)
        return float(np.clip(inside, 0, 1).mean()) if len(inside) else level

    def joined(self, other: "Pit") -> "Pit":
        """The outcomes of two windows."""
        return Pit(np.r_[self.below, other.below], np.r_[self.upto, other.upto])

    def _at(self, draws: np.random.Generator) -> Floats:
        return self.below + draws.random(len(self.below)) * (self.upto - self.below)


def pit_of_counts(distribution: Floats, observed: Floats) -> Pit:
    """Of counts: P(N < n) and P(N ≤ n), from rows P(N = n) whose last column is P(N ≥ most)."""
    cumulated = np.minimum(np.cumsum(distribution, axis=1), 1.0)
    # The last column is all that is left, whatever the rounding of the others.
    cumulated[:, -1:] = 1.0
    column = np.clip(np.asarray(observed, dtype=np.int64), 0, distribution.shape[1] - 1)
    rows = np.arange(len(distribution))
    return Pit(np.where(column > 0, cumulated[rows, column - 1], 0.0), cumulated[rows, column])


def pit_of_spend(reached: Floats, chance_of_nothing: Floats, observed: Floats) -> Pit:
    """Of spend: P(S ≤ observed) as `reached`, with an atom at zero; more credits than purchases are no spend."""
    bought = np.asarray(observed) > 0
    return Pit(np.where(bought, reached, 0.0), np.where(bought, reached, chance_of_nothing))


def interval_score(low: Floats, high: Floats, observed: Floats, level: float = HIGH_LEVEL - LOW_LEVEL) -> Floats:
    """Width + 2/α · (what lies outside), α = 1 − level: smaller is better, and least for the true quantiles.

    Gneiting & Raftery (2007), "Strictly proper scoring rules", equation 43.
    """
    low, high, observed = (np.asarray(column, dtype=np.float64) for column in (low, high, observed))
    outside = np.maximum(low - observed, 0) + np.maximum(observed - high, 0)
    return np.asarray(high - low + 2 / (1 - level) * outside, dtype=np.float64)


# Where the map of levels may bend: closer together at the ends, where a distribution that is too narrow has its
# quantiles. Many knots cost nothing, since each holds a share of all customers, not of those between two knots.
_TAIL = np.array([0.001, 0.0025, 0.005, 0.0075])
KNOTS = np.r_[0.0, _TAIL, np.linspace(0.01, 0.99, 99), 1 - _TAIL[::-1], 1.0]
# Outcomes of so many customers that are thought to have been just as promised, before any other is seen: a map from
# 400 customers goes half of the way that they show.
PRIOR_CUSTOMERS = 400
# Of how a tail differs from the other, so much is believed to come back.
OF_ITS_OWN = 0.5


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A monotone map from a promised level to how often it really held, straight between knots (0 to 0, 1 to 1).

    The recalibrated distribution of F is held(F(y)), and its quantile at a level is that of F at promised(level)
    (Kuleshov, Fenner & Ermon 2018, "Accurate uncertainties for deep learning using calibrated regression").
    """

    level: Floats
    share: Floats

    def held(self, level: Floats) -> Floats:
        """What a promised probability really is."""
        return np.asarray(np.interp(level, self.level, self.share), dtype=np.float64)

    def promised(self, level: Floats | Sequence[float]) -> Floats:
        """At which level of the given distribution its quantile must be taken, to hold as often as `level` says."""
        return np.asarray(np.interp(level, self.share, self.level), dtype=np.float64)

    def applied(self, pit: Pit) -> Pit:
        """What the outcomes say of the recalibrated distribution."""
        return Pit(self.held(pit.below), self.held(pit.upto))


AS_PROMISED = Recalibration(KNOTS, KNOTS)


def recalibration(past: Pit, prior_customers: float = PRIOR_CUSTOMERS) -> Recalibration:
    """The map learned from past windows, drawn to the identity: (n · share + n₀ · level) / (n + n₀) at each knot.

    How wide a distribution must be is learned from both tails together, (share at u + 1 − share at 1 − u) / 2, and half
    of where it lies from each tail alone. A window in which everybody bought more, or less, was one shock to all its
    customers, and the next has another. But many customers who leave at once are one tail only: to widen the other as
    well would make intervals half as wide again for nothing.
    The prior makes the map rise strictly, so that it can be turned round. It is the identity where PITs are uniform.
    """
    customers = len(past.below)
    share = np.array([past.share_upto(float(knot)) for knot in KNOTS])
    both_tails = (share + 1 - share[::-1]) / 2
    seen = OF_ITS_OWN * share + (1 - OF_ITS_OWN) * both_tails
    drawn = (customers * seen + prior_customers * KNOTS) / (customers + prior_customers)
    return Recalibration(KNOTS, np.r_[0.0, drawn[1:-1], 1.0])
