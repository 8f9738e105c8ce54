"""How many purchases a customer makes, for models that drop a customer out after a purchase, exactly.

One picture serves BG/NBD, MBG/NBD and MBG/CNBD-k. A clock ticks at random at the customer's own rate, and each k-th
tick is a purchase (k = 1: purchases at random; the larger k, the more regular). After a purchase the customer leaves
for good with a chance p of their own. Rates are gamma distributed, chances beta distributed, one independent of the
other. Then, for a customer who is alive, with L the ticks from the last purchase to the end of the horizon,

    P(N ≥ n) = P(L ≥ nk) · P(alive after n − 1 more purchases)        E[N] = Σ over n of P(N ≥ n)

L is negative binomial. Of its ticks, fewer than k fell into the silence up to now, which is a binomial share. So there
is no integral left to approximate, nor the approximation of the conditional expectation of Platzer and Reutterer
(2016, section 3.3): every figure is a finite sum over ticks. Windows of hundreds of ticks are summed in part by
Gauss–Legendre quadrature, to about 1e-5 of the figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from value.histories import Floats, Ints, distinct
from value.likelihood import log_rising
from value.quadrature import legendre

# Of the rate and of the count, one on top of the other: what lies beyond is below 1e-7 of a purchase.
DEVIATIONS = 5.0
SMALL_SHAPE_TAIL = 16.0
FEWEST_TICKS = 8
EARLY_TICKS = 128
# Above as many ticks, quadrature takes over; below them each is summed.
WIDE_TICKS = 1024
QUADRATURE_NODES = 48
# So that a block of customers × ticks stays in the processor's cache.
CELLS_AT_ONCE = 1 << 17
# In place of 0 under a logarithm: its powers vanish as they should.
TINY = 1e-300
LOG_SAFE = -600.0
# Of a horizon that discounting hardly touches, and of one that it ends.
FEWEST_NODES, MOST_NODES = 8, 22
# e^-30 of a purchase is nothing.
FAR_IN_DISCOUNT_TIMES = 30.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is believed of each customer at the end of the window.

    The rate of ticks after the last purchase is Gamma(`shape`, `scale`), the chance to leave Beta(`dropout`,
    `survived`). `quiet` is the probability that a customer who is alive was silent for `silence` weeks, and `weight`
    is P(alive) / `quiet`: the two are kept apart since both vanish for a customer who has been silent for ever.
    """

    shape: Floats
    scale: Floats
    silence: Floats
    quiet: Floats
    weight: Floats
    survived: Floats
    dropout: float
    regularity: int

    def quiet_after(self, silence: Floats) -> Floats:
        """What `quiet` would be of the first customer after such silences, in units of its `scale`."""
        if self.regularity == 1:
            return np.ones(len(silence))
        return np.asarray(special.betainc(self.shape[0], float(self.regularity), 1 / (1 + silence)), dtype=np.float64)

    def take(self, which: npt.NDArray[np.intp]) -> "Outlook":
        """The customers at these places."""
        return Outlook(
            self.shape[which],
            self.scale[which],
            self.silence[which],
            self.quiet[which],
            self.weight[which],
            self.survived[which],
            self.dropout,
            self.regularity,
        )


def expected(outlook: Outlook, weeks: float | Floats) -> Floats:
    """E[N] of each customer in the next `weeks`."""
    horizon = np.broadcast_to(np.asarray(weeks, dtype=np.float64), outlook.shape.shape)
    firsts, kind = distinct(outlook.shape, outlook.scale, outlook.silence, horizon)
    return np.asarray(outlook.weight * summed(outlook.take(firsts), horizon[firsts])[kind], dtype=np.float64)


def distribution(outlook: Outlook, weeks: float | Floats, most: int) -> Floats:
    """P(N = n) for n = 0 … `most` − 1, and P(N ≥ most) in the last column."""
    horizon = np.broadcast_to(np.asarray(weeks, dtype=np.float64), outlook.shape.shape)
    at_least = np.ones((len(horizon), most + 2))
    at_least[:, most + 1] = 0
    n = np.arange(1, most + 1)
    nothing = np.zeros(len(horizon))
    for which in _chunks(nothing, np.full(len(horizon), most), outlook.regularity):
        part = outlook.take(which)
        purchases = _purchase_pmf(part, horizon[which], nothing[which], most)
        reached = np.maximum(part.quiet[:, np.newaxis] - np.cumsum(purchases, axis=1), 0)
        at_least[which, 1 : most + 1] = part.weight[:, np.newaxis] * reached * _survival(part, n[np.newaxis, :])
    # Rounding must not make it likelier to buy more.
    at_least = np.minimum.accumulate(at_least, axis=1)
    return at_least[:, :-1] - at_least[:, 1:]


def discounted(outlook: Outlook, discount_rate: float, weeks: float | None) -> Floats:
    """∫ e^(−δt) dE[N(t)] up to `weeks`, from the mean count: by parts, e^(−δW) E[N(W)] + ∫ δ e^(−δt) E[N(t)] dt.

    The nodes are close together soon, where E[N(t)] bends: evenly spaced in ln(1 + t / the average time seen).
    Errors: ValueError where neither a discount nor a horizon limits the sum.
    """
    end = discount_horizon(discount_rate, weeks, FAR_IN_DISCOUNT_TIMES)
    firsts, kind = distinct(outlook.shape, outlook.scale, outlook.silence)
    part = outlook.take(firsts)
    total = np.exp(-discount_rate * end) * summed(part, np.full(len(firsts), end))
    if discount_rate > 0 and len(firsts):
        far = min(discount_rate * end / FAR_IN_DISCOUNT_TIMES, 1.0)
        count = FEWEST_NODES + round((MOST_NODES - FEWEST_NODES) * far)
        nodes, node_weights = legendre(count)
        seen = float((part.scale + part.silence).mean())
        reach = np.log1p(end / seen) / 2
        at = seen * np.expm1(reach * (nodes + 1))
        step = node_weights * reach * (seen + at)
        for week, width in zip(at, step, strict=True):
            share = discount_rate * np.exp(-discount_rate * week) * width
            total += share * summed(part, np.full(len(firsts), week))
    return np.asarray(outlook.weight * total[kind], dtype=np.float64)


def discount_horizon(discount_rate: float, weeks: float | None, far: float) -> float:
    """Where a discounted sum may stop: at `weeks`, or where e^(−`far`) of a purchase is left.

    Errors: ValueError for a negative rate or horizon, or where nothing limits the sum.
    """
    if discount_rate < 0 or (weeks is not None and weeks < 0):
        raise ValueError("the discount rate and the horizon must not be negative")
    if discount_rate == 0:
        if weeks is None:
            raise ValueError("without a discount rate the sum needs a horizon")
        return weeks
    return min(far / discount_rate, np.inf if weeks is None else weeks)


def summed(outlook: Outlook, horizon: Floats) -> Floats:
    """E[N] before it is weighted, one horizon for each customer."""
    first, blocks = _windows(outlook, horizon)
    k = outlook.regularity
    wide = blocks * k > max(WIDE_TICKS, 12 * k)
    # Of a wide window only the beginning is summed tick by tick.
    summed = np.where(wide, max(8, -(-64 // k)), blocks)
    result = np.zeros(len(horizon))
    for which in _chunks(first, summed, k):
        part = outlook.take(which)
        start, count = first[which], int(summed[which].max())
        purchases = _purchase_pmf(part, horizon[which], start, count)
        result[which] = np.einsum("ij,ij->i", purchases, _survivals_summed(part, start, count))
    for which in _chunks(first, np.where(wide, QUADRATURE_NODES, 0), 1):
        part = outlook.take(which)
        result[which] += _far_sum(part, horizon[which], first[which] + summed[which], first[which] + blocks[which])
    return result


def _windows(outlook: Outlook, horizon: Floats) -> tuple[Floats, Ints]:
    """The first number of purchases worth summing, and how many from there, of each customer.

    Ticks in the horizon are Poisson at the posterior rate; Wilson and Hilferty's cube gives the gamma's quantiles.
    """
    k = outlook.regularity
    per_rate = horizon / (outlook.scale + outlook.silence)

    def rate_at(shape: Floats, deviations: float) -> Floats:
        root = 1 - 1 / (9 * shape) + deviations / (3 * np.sqrt(shape))
        return np.asarray(shape * np.maximum(root, 0) ** 3, dtype=np.float64)

    low = rate_at(outlook.shape, -DEVIATIONS) * per_rate
    most_shape = outlook.shape + k - 1
    high = np.maximum(rate_at(most_shape, DEVIATIONS), most_shape + SMALL_SHAPE_TAIL) * per_rate
    fewest_ticks = np.maximum(low - DEVIATIONS * np.sqrt(low), 0)
    most_ticks = high + DEVIATIONS * np.sqrt(high) + FEWEST_TICKS + k
    # A start at 0 is quicker than a few ticks fewer.
    first = np.floor(np.where(fewest_ticks < EARLY_TICKS, 0, fewest_ticks) / k)
    return first, np.ceil(most_ticks / k).astype(np.int64) - first.astype(np.int64) + 1


def _chunks(first: Floats, blocks: Ints, ticks_a_block: int) -> Iterator[npt.NDArray[np.intp]]:
    """Places of customers with windows of about one size, a cacheful at a time; nobody with an empty window.

    Windows that begin at 0 never share a chunk with others.
    """
    kind = 2 * np.ceil(np.log2(np.maximum(blocks, 1)) * 2).astype(np.int64) + (first > 0)
    for one in np.unique(kind[blocks > 0]):
        places = np.flatnonzero((kind == one) & (blocks > 0))
        at_once = max(1, CELLS_AT_ONCE // (int(blocks[places].max()) * ticks_a_block))
        for start in range(0, len(places), at_once):
            yield places[start : start + at_once]


def _purchase_pmf(outlook: Outlook, horizon: Floats, first: Floats, blocks: int) -> Floats:
    """P(⌊L / k⌋ = n and the silence was silent) for n = first … first + blocks − 1, given alive."""
    k = outlook.regularity
    ahead, silent = horizon + outlook.silence, outlook.silence
    chance = ahead / (outlook.scale + ahead)
    start = first * k
    # One row of ticks serves all where all start at 0.
    tick = (start if start.any() else start[:1])[:, np.newaxis] + np.arange(blocks * k)
    # Negative binomial: the first cell from its formula, each next one from the ratio of neighbours.
    log_first = _log_negative_binomial(start, outlook.shape, outlook.scale, ahead)
    pmf = np.empty((len(start), blocks * k))
    ratio = np.divide((outlook.shape - 1)[:, np.newaxis], tick[:, 1:], out=pmf[:, 1:])
    ratio += 1
    ratio *= chance[:, np.newaxis]
    if log_first.min(initial=0) > LOG_SAFE:
        pmf[:, 0] = np.exp(log_first)
        np.cumprod(pmf, axis=1, out=pmf)
    else:
        # The window begins where a float has no room; in logarithms it has.
        pmf[:, 0] = log_first
        np.log(np.maximum(ratio, TINY, out=ratio), out=ratio)
        np.exp(np.cumsum(pmf, axis=1, out=pmf), out=pmf)
    if k == 1:
        return pmf
    share = np.divide(silent, ahead, out=np.ones_like(silent), where=ahead > 0)
    pmf *= _few_in_silence(tick, share, k)
    return np.asarray(pmf.reshape(len(first), blocks, k).sum(axis=2), dtype=np.float64)


def _few_in_silence(tick: Floats, share: Floats, k: int) -> Floats:
    """P(fewer than k of these ticks fell into the silence), binomial, for consecutive ticks from 0 or from k on.

    By P(Bin(l + 1) < k) = P(Bin(l) < k) − share · P(Bin(l) = k − 1), of which the last term is a product of ratios.
    """
    start = tick[:, 0]
    lost = np.zeros((len(share), tick.shape[1]))
    # The first tick with which the silence can have had its k − 1.
    place = 0 if start.all() else k - 1
    ways = -special.betaln(float(k), start + place - k + 2) - np.log(start + place + 1)
    rest = np.log(np.maximum(1 - share, TINY))
    lost[:, place] = np.exp(ways + k * np.log(np.maximum(share, TINY)) + (start + place - k + 1) * rest)
    later = tick[:, place + 1 :]
    np.multiply(later / (later - k + 1), (1 - share)[:, np.newaxis], out=lost[:, place + 1 :])
    np.cumprod(lost[:, place:], axis=1, out=lost[:, place:])
    np.cumsum(lost, axis=1, out=lost)
    few = np.empty_like(lost)
    few[:, 0] = _binomial_below(start, k, share)
    np.maximum(few[:, :1] - lost[:, :-1], 0, out=few[:, 1:])
    return few


def _binomial_below(ticks: Floats, k: int, share: Floats) -> Floats:
    """P(Bin(ticks, share) < k), for a number of ticks that need not be whole."""
    many = np.maximum(ticks - k + 1, 1)
    return np.where(ticks < k, 1.0, special.betainc(many, float(k), 1 - share))


def _log_negative_binomial(ticks: Floats, shape: Floats, scale: Floats, weeks: Floats) -> Floats:
    """ln of the probability of as many ticks in `weeks` at a Gamma(shape, scale) rate."""
    log_chance = np.log(np.maximum(weeks / (scale + weeks), TINY))
    ways = log_rising(shape, ticks) - special.gammaln(ticks + 1)
    return np.asarray(ways - shape * np.log1p(weeks / scale) + ticks * log_chance, dtype=np.float64)


def _survival(outlook: Outlook, n: Floats | Ints) -> Floats:
    """G(n): the probability of being alive after n − 1 more purchases, beta geometric."""
    b = outlook.survived[:, np.newaxis]
    return np.asarray(np.exp(log_rising(b, n - 1) - log_rising(outlook.dropout + b, n - 1)), dtype=np.float64)


def _survivals_summed(outlook: Outlook, first: Floats, blocks: int) -> Floats:
    """H(n) = G(1) + … + G(n) for n = first … first + blocks − 1: what ⌊L / k⌋ = n brings in purchases."""
    start = first[:, np.newaxis]
    n = start + np.arange(1, blocks)
    b = outlook.survived[:, np.newaxis]
    result = np.empty((len(first), blocks))
    result[:, :1] = _survivals_closed(outlook, start)
    if blocks > 1:
        g = np.empty_like(n)
        g[:, :1] = _survival(outlook, n[:, :1])
        g[:, 1:] = (b + n[:, 1:] - 2) / (outlook.dropout + b + n[:, 1:] - 2)
        np.cumprod(g, axis=1, out=g)
        np.cumsum(g, axis=1, out=result[:, 1:])
        result[:, 1:] += result[:, :1]
    return result


def _survivals_closed(outlook: Outlook, n: Floats) -> Floats:
    """H(n) = ((a + b − 1) − (a + b + n − 1) · G(n + 1)) / (a − 1), in forms that keep their digits.

    Where a + b > 1, as a share that is lost: smooth through a = 1. Elsewhere a gamma of a negative number would be in
    the way, and a is well below 1 or b is as good as nothing.
    """
    a, b = outlook.dropout, outlook.survived[:, np.newaxis]
    if abs(a - 1) < 1e-6:
        # The limit; off by a millionth at most.
        return np.asarray(b * (special.digamma(b + n) - special.digamma(b)), dtype=np.float64)
    total = a + b - 1
    lost = log_rising(np.where(total > 0, total, 1.0), n) - log_rising(b, n)
    as_share = -total * np.expm1(np.where(total > 0, -lost, 0.0))
    plain = total - (total + n) * np.exp(log_rising(b, n) - log_rising(a + b, n)) if total.min(initial=1) <= 0 else 0.0
    return np.asarray(np.where(total > 0, as_share, plain) / (a - 1), dtype=np.float64)


def _far_sum(outlook: Outlook, horizon: Floats, first: Floats, end: Floats) -> Floats:
    """What ⌊L / k⌋ = first … end − 1 adds to E[N], by quadrature in ln L: there all is smooth on the scale of k ticks.

    A block of k ticks counts as one purchase number; H is averaged over the ticks of a block, to second order.
    """
    k = outlook.regularity
    nodes, node_weights = legendre(QUADRATURE_NODES)
    low, high = np.log(first * k - 0.5)[:, np.newaxis], np.log(end * k - 0.5)[:, np.newaxis]
    tick = np.exp(low + (high - low) * (nodes + 1) / 2)
    width = node_weights * (high - low) / 2 * tick
    column = slice(None), np.newaxis
    ahead, shape, scale = (horizon + outlook.silence)[column], outlook.shape[column], outlook.scale[column]
    # Γ without log_rising: what a large shape cancels is far below the quadrature's error.
    ways = special.gammaln(shape + tick) - special.gammaln(shape) - special.gammaln(tick + 1)
    pmf = np.exp(ways - shape * np.log1p(ahead / scale) + tick * np.log(ahead / (scale + ahead)))
    n = (tick - (k - 1) / 2) / k
    brought = _survivals_closed(outlook, n)
    if k > 1:
        pmf *= _binomial_below(tick, k, outlook.silence[column] / ahead)
        a, b = outlook.dropout, outlook.survived[column]
        brought -= _survival(outlook, n + 0.5) * a / (a + b + n) * (1 - 1 / k**2) / 24
    return np.asarray((width * pmf * brought).sum(axis=1), dtype=np.float64)
