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
# Windows a month apart, to the day, stand in the same phase of a month as what is ahead: customers who order at the end
# of each are seen to. Windows half a quarter apart would mislead about them. Nine of them, though they overlap, so that
# where candidates are nearly alike one day more or less does not decide.
STEP_DAYS = 365.2425 / 12
LATEST_WINDOWS = 9
# As good as the same window.
FEW_DAYS = 3
# Where no window as long as the horizon fits into the past, shorter ones are asked.
SHORTER = (2, 3)
# So that a block of candidates × customers stays in the processor's cache.
CELLS_AT_ONCE = 1 << 16


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
        return cls.of_each(expected[np.newaxis], actual)[0]

    @classmethod
    def of_each(cls, expected: Floats, actual: Floats) -> list["Errors"]:
        """The same of several candidates, (candidates, customers)."""
        if not len(actual):
            return [cls(0.0, 0.0, 0.0)] * len(expected)
        miss = np.abs(expected - actual)
        whole, said = float(actual.sum()), expected.sum(axis=1)
        total = said / whole - 1 if whole > 0 else (said > 0).astype(np.float64)
        # In units of the largest, so that squares of large amounts stay within a float.
        largest = miss.max(axis=1)
        unit = np.where(largest > 0, largest, 1.0)
        rmse = unit * np.sqrt(np.mean((miss / unit[:, np.newaxis]) ** 2, axis=1))
        return [cls(*row) for row in np.column_stack([miss.mean(axis=1), rmse, total]).tolist()]


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

    The same season a year before, and the latest ones, a month apart, each as long as the horizon. Where there is none,
    windows of half the horizon, and of a third.
    """
    found = _of_length(start_day, end_day, horizon_days)
    if not found:
        shorter = [horizon_days // part for part in SHORTER if horizon_days // part >= LEAST_HORIZON_DAYS]
        found = [window for days in shorter for window in _of_length(start_day, end_day, days)]
    return found


def _of_length(start_day: int, end_day: int, days: int) -> list[Window]:
    a_year_before = end_day - DAYS_A_YEAR
    latest = [end_day - days - round(back * STEP_DAYS) for back in range(LATEST_WINDOWS)]
    origins = [a_year_before, *(origin for origin in latest if abs(origin - a_year_before) > FEW_DAYS)]
    return [
        Window(origin, days, origin == a_year_before)
        for origin in origins
        if origin - start_day >= LEAST_PAST_DAYS and origin + days <= end_day
    ]


def played(log: Log, window: Window, clock: OperationalTime = CALENDAR, fading: float | None = None) -> Played:
    """Fit on what was known at the origin, and compare with what came in the window.

    Only the season (`clock`) and how fast order sizes drift may be learned from all of the past: a window hardly ever
    has the years before it that these take.
    """
    end = window.origin + window.horizon_days
    seen = log.until(end)
    known = summarised(seen, window.origin, window.horizon_days)
    fits = candidates.fit(known, clock, fading)
    purchases = candidates.purchases(fits, known)
    bought, spent = outcomes(seen, known.customer, window.origin, end)
    return Played(window, known, fits, purchases, candidates.spends(fits, known, purchases), bought, spent)


def errors(singles: Predictions, actual: Floats) -> dict[str, Errors]:
    """Of every candidate, averages too."""
    names = candidates.with_averages(list(singles))
    if not names:
        return {}
    told = np.vstack(list(singles.values()))
    made_of = [candidates.parts(name) for name in names]
    weights = np.array([[of.get(single, 0.0) for single in singles] for of in made_of])
    step = max(1, CELLS_AT_ONCE // max(len(actual), 1))
    found = [Errors.of_each(weights[start : start + step] @ told, actual) for start in range(0, len(names), step)]
    return dict(zip(names, (one for some in found for one in some), strict=True))
