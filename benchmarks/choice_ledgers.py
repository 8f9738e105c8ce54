"""Ledgers of kinds that the real three are not, generated from a seed: to see that a choice holds elsewhere."""

from dataclasses import dataclass

import numpy as np

from value.order_log import Log, log_of

FIRST_DAY = 736_000
CREDIT_SHARE = 0.03


@dataclass(frozen=True)
class Kind:
    """How customers of a ledger come, buy and leave. Times in days; gaps between purchases are Erlang."""

    customers: int = 600
    span: int = 850
    regularity: int = 1
    rate_shape: float = 0.6
    mean_gap: float = 70.0
    leaving: tuple[float, float] = (0.6, 2.5)
    bursts: float = 0.0
    season: float = 0.0
    slowing: float = 0.0
    arrivals: str = "even"


KINDS = {
    "rhythmical": Kind(customers=400, regularity=6, rate_shape=3.0, mean_gap=85, leaving=(0.6, 8.0)),
    "bursty": Kind(customers=1_200, bursts=0.5),
    "growing": Kind(customers=800, arrivals="growing"),
    "shrinking": Kind(customers=800, slowing=1.5, leaving=(0.9, 2.5)),
    "seasonal": Kind(customers=500, span=1_100, rate_shape=1.5, mean_gap=60, season=1.0, leaving=(0.6, 8.0)),
    "tiny": Kind(customers=40, span=900, regularity=3, rate_shape=3.0, mean_gap=70, leaving=(0.6, 8.0)),
    "many new": Kind(customers=1_200, arrivals="late"),
}


def generated(kind: Kind, seed: int) -> Log:
    """A ledger of this kind."""
    rng = np.random.default_rng([seed, kind.customers, kind.span])
    rows = [row for number in range(kind.customers) for row in _customer(kind, number, rng)]
    customer, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return log_of(customer, day, np.round(amount, 2))


def _customer(kind: Kind, number: int, rng: np.random.Generator) -> list[tuple[int, int, float]]:
    rows = []
    at = _arrival(kind, rng)
    rate = rng.gamma(kind.rate_shape, 1 / (kind.rate_shape * kind.mean_gap))
    leaving, typical = rng.beta(*kind.leaving), np.exp(rng.normal(5, 0.9))
    while at < kind.span:
        rows.append((number, FIRST_DAY + int(at), typical * np.exp(rng.normal(0, 0.5))))
        if rng.random() < CREDIT_SHARE:
            rows.append((number, FIRST_DAY + int(at) + 5, -typical / 2))
        if rng.random() < leaving:
            break
        at = _next(kind, at, rate, rng)
    return rows


def _arrival(kind: Kind, rng: np.random.Generator) -> float:
    if kind.arrivals == "growing":
        return kind.span * float(np.sqrt(rng.random()))
    if kind.arrivals == "late" and rng.random() < 0.6:
        return float(rng.uniform(0.5, 0.65) * kind.span)
    return float(rng.random() * 0.6 * kind.span)


def _next(kind: Kind, at: float, rate: float, rng: np.random.Generator) -> float:
    if rng.random() < kind.bursts:
        return at + float(rng.integers(1, 8))
    while True:
        gap = float(rng.gamma(kind.regularity, 1 / (max(rate, 1e-6) * kind.regularity)))
        at += gap * (1 + kind.slowing * at / kind.span)
        if at >= kind.span or rng.random() >= kind.season * (0.5 - 0.5 * np.sin(2 * np.pi * at / 364)):
            return at
