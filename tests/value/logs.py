"""Small ledgers for the engine: customers by the days and amounts of what they bought."""

from collections.abc import Sequence

import numpy as np

from value.order_log import Log, log_of

FIRST_DAY = 736_000


def of(*customers: Sequence[tuple[int, float]]) -> Log:
    """A log of customers 0, 1, 2 …, each given by (days after the first day, amount)."""
    rows = [(code, FIRST_DAY + day, amount) for code, entries in enumerate(customers) for day, amount in entries]
    code, day, amount = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.zeros(0),) * 3
    return log_of(code, day, amount)


def company(
    customers: int = 120, weeks: int = 80, *, gap_days: float = 45.0, leaving: float = 0.08, seed: int = 1
) -> Log:
    """Customers who come at random days, order at their own rates, leave by chance, and sometimes take back."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, int, float]] = []
    for code in range(customers):
        day = float(rng.uniform(0, 7 * weeks * 0.6))
        gap, typical = gap_days * rng.gamma(3, 1 / 3) + 3, float(np.exp(rng.normal(4, 0.6)))
        while day < 7 * weeks:
            rows.append((code, FIRST_DAY + int(day), round(typical * float(np.exp(rng.normal(0, 0.4))), 2)))
            if rng.random() < 0.04:
                rows.append((code, FIRST_DAY + int(day) + 3, -round(typical / 3, 2)))
            if rng.random() < leaving:
                break
            day += float(rng.exponential(gap))
    code, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return log_of(code, day, amount)


def rhythmical(customers: int = 80, weeks: int = 120, gap_days: int = 60) -> Log:
    """Customers who order every so many days, give or take three."""
    rng = np.random.default_rng(3)
    rows = [
        (code, FIRST_DAY + int(start + number * gap_days + rng.integers(-3, 4)), 100.0 + code)
        for code, start in enumerate(rng.uniform(5, 100, customers))
        for number in range(int((7 * weeks - start) / gap_days))
    ]
    code, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return log_of(code, day, amount)


def changed_after(log: Log, day: int) -> Log:
    """The same log up to that day; what comes later is moved, and a thousand times as much."""
    later = log.day > day
    moved, factor = np.where(later, log.day + 3, log.day), np.where(later, 1_000.0, 1.0)
    return log_of(
        np.r_[log.customer, log.customer], np.r_[moved, moved], np.r_[log.bought * factor, log.credited * factor]
    )
