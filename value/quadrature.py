"""Nodes and weights of Gauss–Legendre quadrature on [−1, 1], reckoned once: each is an eigenvalue problem."""

from functools import cache

import numpy as np

from value.histories import Floats


@cache
def legendre(count: int) -> tuple[Floats, Floats]:
    """So many nodes, and their weights; not to be written to."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
