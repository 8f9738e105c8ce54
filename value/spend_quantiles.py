"""Quantiles of what very many customers will spend (value/spend.py), read from tables that alike customers share.

With S in units of b, t = ln S and n orders, α = n p, the density and the distribution over t are

    f(t) = e^(αt) / ((1 + e^t)^(α + a) B(α, a))        F(t) = I(e^t / (1 + e^t); α, a)

A table has both at amounts evenly far apart in t. F is summed up from f, which is several times quicker than the
incomplete beta function of every cell; the sum is right to a millionth where the steps are fine for the narrowest f
(Euler and Maclaurin's correction by f′ at the ends). A level is then found by cubic interpolation of t over F, whose
slope is 1 / f: to a ten-thousandth of the amount (to five, of whoever orders more than 64 times), and where each order
is worth the same, so that F is a stair of too many narrow steps, to .005 of the level (tests/value/test_spend.py). Of
orders that are mostly next to nothing (p below .05) a level is met to .001.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln, polygamma

from value.histories import Floats, Ints

# Cells of a count distribution below this change no figure that anybody sees, but are most of the work.
NEGLIGIBLE = 1e-10
CELLS_AT_ONCE = 1_000_000
# Numbers of orders beyond 64 are tabulated by steps of 3 %.
EXACT_UP_TO_ORDERS = 64
STEP_BETWEEN_ORDERS = 1.03
# Customers whose shapes differ by less than this (in logarithms) share a table, for the shape in their middle.
SHAPES_ALIKE = 0.01
# From the least of one order to the most of the most orders. Where that is too far, from e⁻³⁰ of an order: nothing.
LOWEST_LEVEL, HIGHEST_LEVEL = 1e-4, 0.9999
FAR_BELOW = 30.0
# Amounts to the standard deviation of the narrowest f, and at most.
STEPS_A_DEVIATION = 4.0
FEWEST_AMOUNTS, MOST_AMOUNTS = 8, 800
# A cubic that starts less than three times as steep as its chord rises all the way (Fritsch and Carlson 1980).
STEEPEST = 3.0
TINY = 1e-300


def quantiles(counts: Floats, shape: Floats, rate: Floats, p: float, levels: Sequence[float] | Floats) -> Floats:
    """The amounts that the spend does not exceed with these probabilities, (customers, levels); 0 within the atom.

    The arguments are those of value/spend.py's SpendForecast.
    """
    levels = np.asarray(levels, dtype=np.float64)
    found = np.zeros((len(counts), len(levels)))
    orders, split = _nodes(counts.shape[1] - 1)
    nothing = counts[:, 0]
    # Whose levels all lie in the atom needs no table.
    spending = np.flatnonzero(nothing < levels.max(initial=0.0))
    for places, alike in _alike(shape[spending]):
        rows = spending[places]
        nodes = counts[rows] @ split
        used = nodes.max(axis=0, initial=0) > NEGLIGIBLE
        if not used.any():
            continue
        table, nodes = _Table.of(p * orders[used], alike), nodes[:, used]
        # The same mean of ν, where a table is shared.
        unit = rate[rows] * ((alike - 1) / (shape[rows] - 1))
        step = max(1, CELLS_AT_ONCE // len(table.logs))
        for start in range(0, len(rows), step):
            some = slice(start, start + step)
            amounts = table.read(nodes[some], nothing[rows[some]], levels)
            found[rows[some]] = amounts * unit[some, np.newaxis]
    return found


@dataclass(frozen=True, slots=True)
class _Table:
    """`logs` are t, evenly apart; `reached` and `density` are F and f there, (numbers of orders, amounts)."""

    logs: Floats
    reached: Floats
    density: Floats

    @classmethod
    def of(cls, order_shapes: Floats, shape: float) -> "_Table":
        """For orders whose sums have these shapes, rising, and one shape of ν."""
        logs, are_fine = _amounts(order_shapes, shape)
        share = np.exp(-np.log1p(np.exp(-logs)))
        alpha = order_shapes[:, np.newaxis]
        # In terms of share = S / (1 + S), as betainc is.
        log_density = alpha * np.log(share) - shape * np.log1p(np.exp(logs)) - betaln(alpha, shape)
        density = np.exp(log_density)
        if not are_fine:
            return cls(logs, betainc(alpha, shape, share), density)
        step = float(logs[1] - logs[0])
        slope = density * (alpha - (alpha + shape) * share)
        reached = np.cumsum(density, axis=1) - (density + density[:, :1]) / 2
        reached *= step
        reached -= step**2 / 12 * (slope - slope[:, :1])
        reached += betainc(alpha, shape, share[0])
        return cls(logs, np.clip(reached, 0.0, 1.0), density)

    def read(self, nodes: Floats, nothing: Floats, levels: Floats) -> Floats:
        """Where each customer reaches each level, in units of b; `nodes` are P(N = n), `nothing` is P(N = 0)."""
        rows, step = np.arange(len(nodes)), self.logs[1] - self.logs[0]
        reached = nodes @ self.reached
        reached += nothing[:, np.newaxis]
        density = self.density.T
        found = np.zeros((len(nodes), len(levels)))
        for place, level in enumerate(levels):
            upper = np.clip((reached < level).sum(axis=1), 1, len(self.logs) - 1)
            low = reached[rows, upper - 1]
            rise = np.maximum(reached[rows, upper] - low, TINY)
            part = np.clip((level - low) / rise, 0, 1)
            chord = rise / step
            first, last = (
                np.minimum(chord / np.maximum(np.einsum("ij,ij->i", nodes, density[at]), TINY), STEEPEST) - 1
                for at in (upper - 1, upper)
            )
            part += part * (1 - part) * (first * (1 - part) - last * part)
            found[:, place] = np.where(level > nothing, np.exp(self.logs[upper - 1] + part * step), 0.0)
        return found


def _amounts(order_shapes: Floats, shape: float) -> tuple[Floats, bool]:
    """The logarithms of amounts to tabulate, in units of b, and whether they are fine enough to add f up over them."""
    ends = betaincinv(order_shapes[[0, -1]], shape, np.array([LOWEST_LEVEL, HIGHEST_LEVEL]))
    # Within what a float can tell from 0 and from 1: an order of nothing, or an infinite one, would come of these.
    ends = np.clip(ends, TINY, 1 - 1e-15)
    low, high = (np.log(ends) - np.log1p(-ends)).tolist()
    # Of orders that are mostly next to nothing f has a long tail below, and above the edge of one order.
    narrowest = float(np.sqrt(polygamma(1, max(order_shapes[-1], 1.0)) + polygamma(1, shape)))
    # As far below as there is room for, and at least to what is nothing.
    room = narrowest / STEPS_A_DEVIATION * MOST_AMOUNTS
    low = max(low, min(high - room, -FAR_BELOW - float(np.log(shape))))
    steps = int(np.ceil(max(high - low, narrowest) * STEPS_A_DEVIATION / narrowest))
    logs = np.linspace(low, max(high, low + narrowest), min(max(steps, FEWEST_AMOUNTS), MOST_AMOUNTS) + 1)
    return logs, steps <= MOST_AMOUNTS


def _nodes(most: int) -> tuple[Floats, Floats]:
    """Numbers of orders to tabulate, and a matrix that splits each number's probability between its neighbours."""
    orders = np.arange(most + 1, dtype=np.float64)
    nodes = list(range(1, min(most, EXACT_UP_TO_ORDERS) + 1))
    while nodes and nodes[-1] < most:
        nodes.append(min(most, int(np.ceil(nodes[-1] * STEP_BETWEEN_ORDERS))))
    split = np.array([np.interp(orders, nodes, unit) for unit in np.eye(len(nodes))]).reshape(len(nodes), most + 1).T
    split[0] = 0.0
    return np.array(nodes, dtype=np.float64), split


def _alike(shape: Floats) -> list[tuple[Ints, float]]:
    """Groups of customers with (nearly) one shape, and the shape of the group's table."""
    distinct, inverse = np.unique(shape, return_inverse=True)
    band = np.round(np.log(distinct) / SHAPES_ALIKE)
    _, group = np.unique(band, return_inverse=True)
    middle = np.bincount(group, distinct) / np.bincount(group)
    of_row = group[inverse]
    in_order = np.argsort(of_row, kind="stable")
    ends = np.cumsum(np.bincount(of_row, minlength=len(middle)))[:-1]
    return list(zip(np.split(in_order, ends), middle.tolist(), strict=True)) if len(shape) else []
