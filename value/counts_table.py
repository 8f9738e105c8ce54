"""E[N] of very many customers at several horizons, read from tables: one for each number of purchases so far.

What value/counts.py sums exactly depends, for one number of purchases, on two ratios only: how long the silence and how
long the horizon is, both in units of the time seen. So each number of purchases that many share gets a table over the
two, filled where somebody lies, and read by Lagrange's interpolation, six nodes each way. Nodes are as close as the
model's rhythm is sharp. What is read is off by a few ten-thousandths as a rule, by a hundredth or two at the worst (a
customer of a sharp rhythm who is due within days), and a total by less than a thousandth. Distributions are coarser,
for the shape of an interval, which is then set to the exact mean (tests/value/test_counts_table.py).
"""

from dataclasses import replace

import numpy as np
from scipy import special

from value import counts
from value.counts import Outlook, summed
from value.histories import Floats, Ints, distinct

# Between nodes, in logarithms, for a sharp rhythm and for none; in between by the spread of a gap, 1/√k.
CLOSEST, WIDEST = 0.065, 0.16
OF_SPREAD = 0.33
# Where the logarithm of a silence, or of a horizon, begins to count: in typical gaps.
OF_SILENCE, OF_HORIZON = 1.0, 0.3
STENCIL = np.arange(6)
# Who is dead beyond this buys nothing that shows; beyond the other, at no moment that shows.
HARDLY_ALIVE, SURELY_GONE = 1e-9, 1e-6
# Fewer are summed exactly: a ledger of this size takes a moment.
MANY = 10_000
# Of one kind are times alike to as much, in logarithms, and silences in gaps.
ALIKE = 0.05


def expected_at(outlook: Outlook, weeks: Floats) -> Floats:
    """E[N] of each customer in each horizon, (customers, horizons)."""
    if len(outlook.shape) <= MANY:
        return np.column_stack([counts.expected(outlook, week) for week in weeks])
    # A horizon that is asked for twice is read once.
    weeks, again = np.unique(weeks, return_inverse=True)
    result = np.zeros((len(outlook.shape), len(weeks)))
    alive = np.flatnonzero(outlook.weight * outlook.quiet > HARDLY_ALIVE)
    _, kind = distinct(outlook.shape[alive], outlook.survived[alive])
    order = np.argsort(kind, kind="stable")
    few: list[Ints] = []
    for places in np.split(alive[order], np.cumsum(np.bincount(kind))[:-1]) if len(alive) else []:
        of_kind = _of_one_kind(outlook.take(places), weeks)
        if of_kind is None:
            few.append(places)
        else:
            result[places] = of_kind
    left = np.concatenate(few) if few else np.zeros(0, dtype=np.int64)
    for places in np.array_split(left, len(left) // MANY + 1):
        result[places] = _exactly(outlook.take(places), weeks)
    result *= outlook.weight[:, np.newaxis]
    return np.asarray(result[:, again], dtype=np.float64)


def distribution(outlook: Outlook, weeks: float | Floats, most: int) -> Floats:
    """P(N = n) of value/counts.py; of very many with their own P(alive), and what one of their kind buys if alive.

    Of one kind are those with one number of purchases whose time seen is alike, and whose silence is, in gaps.
    """
    horizon = np.broadcast_to(np.asarray(weeks, dtype=np.float64), outlook.shape.shape)
    if len(horizon) <= MANY or outlook.regularity == 1:
        return counts.distribution(outlook, horizon, most)
    alive = outlook.weight * outlook.quiet
    gaps = np.maximum(outlook.shape / outlook.regularity, 1.0)
    time_seen = np.round(np.log(outlook.scale) / ALIKE)
    # Who has left for sure is of the kind of those who have just bought: it weighs nothing.
    silence = np.where(alive > SURELY_GONE, outlook.silence, 0.0)
    silence_in_gaps = np.round(gaps * np.log1p(silence / outlook.scale) / ALIKE)
    firsts, kind = distinct(outlook.shape, outlook.survived, time_seen, silence_in_gaps, horizon)
    one = outlook.take(firsts)
    silence = silence[firsts]
    quiet = special.betainc(one.shape, float(one.regularity), one.scale / (one.scale + silence))
    one = replace(one, silence=silence, quiet=quiet, weight=1 / quiet)
    told = np.concatenate(
        [
            counts.distribution(one.take(some), horizon[firsts][some], most)
            for some in np.array_split(np.arange(len(firsts)), len(firsts) // MANY + 1)
        ]
    )
    result = told[kind]
    result *= alive[:, np.newaxis]
    result[:, 0] += 1 - alive
    return result


def _of_one_kind(rows: Outlook, weeks: Floats) -> Floats | None:
    """Of customers with one number of purchases; None where they are too few for a table."""
    gaps = max(float(rows.shape[0]) / rows.regularity, 1.0)
    step = float(np.clip(OF_SPREAD / np.sqrt(rows.regularity), CLOSEST, WIDEST))
    silence = np.log1p(gaps * np.log1p(rows.silence / rows.scale) / OF_SILENCE) / step
    horizon = np.log1p(gaps * np.log1p(weeks / rows.scale[:, np.newaxis]) / OF_HORIZON) / step
    row, column = _first_node(silence), _first_node(horizon)
    # One row of nodes is enough where nobody's silence counts (k = 1).
    across = STENCIL if silence.any() else STENCIL[:1]
    height, width = int(row.max()) + len(across), int(column.max()) + len(STENCIL)
    # Places in the table, row after row: half of the time of places in two dimensions.
    first = row[:, np.newaxis] * width + column
    needed = np.zeros(height * width, dtype=np.bool_)
    needed[first] = True
    begun = np.flatnonzero(needed)
    for down in across:
        for right in STENCIL:
            needed[begun + down * width + right] = True
    nodes = np.flatnonzero(needed)
    if len(nodes) > horizon.size:
        return None
    table = np.zeros(height * width)
    ratio = np.expm1(OF_SILENCE * np.expm1(np.arange(height) * step) / gaps)
    ahead = np.expm1(OF_HORIZON * np.expm1(np.arange(width) * step) / gaps)
    table[nodes] = _at_nodes(rows, ratio[nodes // width], ahead[nodes % width])
    read = np.zeros(horizon.shape)
    by_column = _lagrange(horizon - column)
    by_row = _lagrange(silence - row) if len(across) > 1 else [np.ones(len(silence))]
    for down, of_row in zip(across, by_row, strict=True):
        along = np.zeros(horizon.shape)
        for right, of_column in zip(STENCIL, by_column, strict=True):
            along += of_column * table[down * width + right :].take(first)
        read += of_row[:, np.newaxis] * along
    # Between nodes a polynomial may swing below nothing.
    return np.asarray(np.maximum(read, 0) * rows.quiet[:, np.newaxis], dtype=np.float64)


def _first_node(place: Floats) -> Ints:
    """Of the six around a place; at the lower end the first six, since nothing lies before a silence of nothing."""
    return np.maximum(np.floor(place).astype(np.int64) - 2, 0)


def _at_nodes(rows: Outlook, silence: Floats, horizon: Floats) -> Floats:
    """E[N | alive] of somebody with these silences and horizons, in units of the time seen."""
    ones = np.ones(len(silence))
    quiet = rows.quiet_after(silence)
    nodes = replace(
        rows,
        shape=rows.shape[0] * ones,
        scale=ones,
        silence=silence,
        quiet=quiet,
        weight=ones,
        survived=rows.survived[0] * ones,
    )
    sums = summed(nodes, horizon)
    return np.divide(sums, quiet, out=np.zeros(len(ones)), where=quiet > 0)


def _exactly(rows: Outlook, weeks: Floats) -> Floats:
    """Of customers with whatever numbers of purchases, all horizons at once: alike windows are summed together."""
    customers = np.repeat(np.arange(len(rows.shape)), len(weeks))
    return summed(rows.take(customers), np.tile(weeks, len(rows.shape))).reshape(len(rows.shape), len(weeks))


def _lagrange(place: Floats) -> list[Floats]:
    """Weights of the nodes 0 … 5 at a place between them."""
    weights = []
    for node in STENCIL:
        others = [other for other in STENCIL if other != node]
        weight = np.ones_like(place)
        for other in others:
            weight *= (place - other) / (node - other)
        weights.append(weight)
    return weights
