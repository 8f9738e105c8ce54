"""How likely it is that a customer will have left for good by a moment ahead: what value at risk rests on.

Of Pareto/NBD, which customers leave at a rate of their own, Gamma(s, β + T) for one who is still there (Fader and
Hardie 2005, section 4):

    P(lost within t) = 1 − P(alive) · ((β + T) / (β + T + t))^s

Of the models whose customers leave after a purchase, with Y the purchases within t and p ~ Beta(a, d) the chance to
leave after one, each n-th purchase is the last with the chance that is left of p after n − 1 more of them:

    P(lost within t) = 1 − P(alive) + Σ n ≥ 1  P(Y ≥ n) · a / (a + d + n − 1)
"""

from collections.abc import Iterator

import numpy as np
from scipy.special import digamma

from value.bgnbd import BgNbd
from value.candidates import Fits, weeks_ahead
from value.histories import Floats, Histories, Ints
from value.likelihood import Fitted
from value.mbgcnbd import MbgCnbd
from value.order_log import Summaries
from value.paretonbd import ParetoNbd

# Whoever is as unlikely to be there adds nothing that can be seen.
LEAST_ALIVE = 1e-4
# Of whoever buys as often, the number of purchases counts as its mean: it hardly varies beside that.
MOST_TOLD_OUT = 400.0
CELLS_AT_ONCE = 1_000_000


def lost_within(fits: Fits, carrier: str, s: Summaries, days: float) -> Floats:
    """The probability of each customer to have left within the next so many days, those who have left already too."""
    model, clock = fits.models[carrier], fits.clock_of(carrier)
    return _lost(model, s.histories_in(clock), weeks_ahead(clock, s, days))


def _lost(model: Fitted, h: Histories, weeks: float) -> Floats:
    alive = model.probability_alive(h)
    if isinstance(model, ParetoNbd):
        stays = np.exp(-model.s * np.log1p(weeks / (model.beta + h.age)))
        return np.asarray(np.clip(1 - alive * stays, 0, 1), dtype=np.float64)
    if not isinstance(model, BgNbd | MbgCnbd):
        raise TypeError(f"nothing is known of when customers leave in {model.name}")
    lost = 1 - alive
    # After a first purchase nobody has left yet in BG/NBD; in MBG/CNBD-k that was the first occasion to.
    stayed = model.b + h.frequency + (0 if isinstance(model, BgNbd) else 1)
    rows = np.flatnonzero(alive > LEAST_ALIVE)
    expected = model.expected_purchases(h.take(rows), weeks)
    often = expected > MOST_TOLD_OUT
    busy = rows[often]
    first = model.a + stayed[busy]
    lost[busy] += alive[busy] * model.a * (digamma(first + expected[often] / alive[busy]) - digamma(first))
    rows, expected = rows[~often], expected[~often]
    for places, most in _alike(expected):
        some: Ints = rows[places]
        at_least = np.cumsum(model.count_distribution(h.take(some), weeks, most)[:, ::-1], axis=1)[:, ::-1][:, 1:]
        before = np.arange(most, dtype=np.float64)
        leaves = model.a / (model.a + stayed[some, np.newaxis] + before)
        lost[some] += np.einsum("ij,ij->i", at_least, leaves)
    return np.clip(lost, 0, 1)


def _alike(expected: Floats) -> Iterator[tuple[Ints, int]]:
    """Places of customers who expect about as many purchases, and up to how many those are told out."""
    most = np.ceil(10 + 2 * expected + 6 * np.sqrt(expected)).astype(np.int64)
    step = np.ceil(2 * np.log2(most)).astype(np.int64)
    for of_step in np.unique(step):
        places = np.flatnonzero(step == of_step)
        columns = int(most[places].max())
        at_once = max(1, CELLS_AT_ONCE // (columns + 1))
        for start in range(0, len(places), at_once):
            yield places[start : start + at_once], columns
