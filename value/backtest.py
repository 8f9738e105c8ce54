"""How wrong each candidate would have been on the company's own past.

A *window* is a moment in the past, its origin, and the stretch after it: the candidates are fitted on what was known in
the evening of the origin and compared with what then came. Nothing after the last day of the calibration is ever read.
"""

from dataclasses import dataclass

import numpy as np

from value import candidates
from value.candidates import Fits, Predictions
from value.histories import DAYS_A_WEEK, Floats
from value.order_log import DAYS_A_YEAR, Log, Summaries, outcomes, summarised
from value.seasons import CALENDAR, OperationalTime

# Before a window there must be as much past as it takes to see some customers come back.
LEAST_PAST_DAYS = 13 * DAYS_A_WEEK
# A stretch of fewer weeks says more about chance than about a candidate.
LEAST_HORIZON_DAYS = 4 * DAYS_A_WEEK
# Windows a quarter apart stand in the same phase of a month and of a quarter as what is ahead: customers who order at
# the end of each are seen to. Windows half a quarter apart would mislead about them.
STEP_DAYS = 13 * DAYS_A_WEEK
LATEST_WINDOWS = 4
# With fewer windows as long as the horizon, shorter ones are asked as well.
ENOUGH_WINDOWS = 3
SHORTER = (2, 3)


@dataclass(frozen=True, slots=True)
class Window:
    """An origin and the days after it; `is_same_season` where it lies a year before what is ahead."""

    origin: int
    horizon_days: int
    is_same_season: bool = False


@dataclass(frozen=True, slots=True)
class Errors:
    """How far off a candidate was: mean absolute, root mean square, and expected ÷ actual total − 1."""

    mae: float
    rmse: float
    total: float

    @classmethod
    def of(cls, expected: Floats, actual: Floats) -> "Errors":
        """Of one candidate in one window. Where nothing came at all, a total is right (0) or wrong (1)."""
        if not len(actual):
            return cls(0.0, 0.0, 0.0)
        miss = np.abs(expected - actual)
        whole = float(actual.sum())
        total = float(expected.sum()) / whole - 1 if whole > 0 else float(expected.sum() > 0)
        # In units of the largest, so that squares of large amounts stay within a float.
        largest = float(miss.max())
        rmse = largest * float(np.sqrt(np.mean((miss / largest) ** 2))) if largest > 0 else 0.0
        return cls(float(miss.mean()), rmse, total)


@dataclass(frozen=True, slots=True)
class Played:
    """One window: what was known, learned and expected of each single candidate, and what came."""

    window: Window
    known: Summaries
    fits: Fits
    purchases: Predictions
    spends: Predictions
    bought: Floats
    spent: Floats


def windows(start_day: int, end_day: int, horizon_days: int) -> list[Window]:
    """The windows within the past from `start_day` to `end_day`.

    The same season a year before, and the latest ones, a quarter apart, each as long as the horizon. Where these are
    fewer than three, also windows of half the horizon, and of a third.
    """
    found: list[Window] = []
    for part in (1, *SHORTER):
        days = horizon_days // part
        if days < min(LEAST_HORIZON_DAYS, horizon_days) or len(found) >= ENOUGH_WINDOWS:
            break
        a_year_before = end_day - DAYS_A_YEAR
        origins = [a_year_before, *(end_day - days - back * STEP_DAYS for back in range(LATEST_WINDOWS))]
        found += [
            Window(origin, days, origin == a_year_before)
            for origin in dict.fromkeys(origins)
            if origin - start_day >= LEAST_PAST_DAYS and origin + days <= end_day
        ]
    return found


def played(log: Log, window: Window, clock: OperationalTime = CALENDAR) -> Played:
    """Fit on what was known at the origin, and compare with what came in the window.

    Only the season may be learned from all of the past (`clock`): a window hardly ever has two years before it.
    """
    end = window.origin + window.horizon_days
    seen = log.until(end)
    known = summarised(seen, window.origin, window.horizon_days)
    fits = candidates.fit(known, clock)
    purchases = candidates.purchases(fits, known)
    bought, spent = outcomes(seen, known.customer, window.origin, end)
    return Played(window, known, fits, purchases, candidates.spends(fits, known, purchases), bought, spent)


def errors(singles: Predictions, actual: Floats) -> dict[str, Errors]:
    """Of every candidate, averages too."""
    return {
        name: Errors.of(candidates.value_of(name, singles), actual) for name in candidates.with_averages(list(singles))
    }
