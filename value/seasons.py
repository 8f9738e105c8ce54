"""Operational time: a clock that runs faster in the weeks of the year in which customers buy more.

Purchase models take it that a customer buys as readily in January as in December. Measured in operational time, with as
much of it in each week as that week's share of the year's orders, that is so, and the models need no change: the time
change that makes an inhomogeneous Poisson process even (Daley & Vere-Jones 2003, Point Processes I, section 7.4).

The order days of all customers are counted by 52 parts of the year. Count = trend · weight of the part · noise, with
trend exp(quadratic in time), fitted by turns as one Poisson regression. The weights are then smoothed over neighbouring
weeks, and drawn to 1 by the share of their variance that noise would have made (James & Stein 1961): a season is only
what comes back. They have mean 1, so that a year of operational time is as long as a year of the calendar.

Little more than a year is enough for weights, and not to be believed for that: a trend, or a burst of newcomers, looks
like a season too. So the weights are used only where they make customers' repeat purchases more likely than the
calendar does, by more than their own freedom would (value/candidates.py, season_gain).
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from value.histories import DAYS_A_WEEK, Floats, Ints

DAYS_A_YEAR = 365.2425
PARTS = 52
# A season is what has been seen to come back: at the least two months of a year must have been seen twice.
FEWEST_DAYS = 60 * DAYS_A_WEEK
# A month wide: what is ordered at the end of each month, 4⅓ weeks apart, is no season of that week. Seven hundredths of
# such a beat come through, and a November that is twice October still shows.
SMOOTHING = np.array([1, 2, 2, 2, 1]) / 8
# So many free parameters are 52 parts of which each is smoothed over five: the trace of the smoothing.
FREEDOM = PARTS * float((SMOOTHING**2).sum())
# However quiet August was, its days pass: time that stands still could not be turned back into days.
LEAST_WEIGHT = 0.1
ROUNDS = 20


@dataclass(frozen=True, slots=True)
class OperationalTime:
    """Weights of the 52 parts of a year, with mean 1; days are whole or broken numbers on the scale of the orders.

    `freedom` is how many free parameters the weights are worth, after all smoothing and shrinking.
    """

    weights: Floats
    freedom: float = field(default=0.0, compare=False)

    @property
    def is_calendar(self) -> bool:
        """Whether all parts of the year count alike, so that this clock is the calendar."""
        return bool(np.all(self.weights == 1))

    def weeks(self, day: npt.ArrayLike) -> Floats:
        """Operational weeks since day 0; their differences are the times that a purchase model takes."""
        year, part = np.divmod(np.asarray(day, dtype=np.float64) / DAYS_A_YEAR, 1.0)
        years = year + np.interp(part * PARTS, np.arange(PARTS + 1), self._passed)
        return np.asarray(years * (DAYS_A_YEAR / DAYS_A_WEEK), dtype=np.float64)

    def days(self, weeks: npt.ArrayLike) -> Floats:
        """The day that lies so many operational weeks after day 0: the inverse of `weeks`."""
        year, passed = np.divmod(np.asarray(weeks, dtype=np.float64) * (DAYS_A_WEEK / DAYS_A_YEAR), 1.0)
        years = year + np.interp(passed, self._passed, np.arange(PARTS + 1)) / PARTS
        return np.asarray(years * DAYS_A_YEAR, dtype=np.float64)

    def pace(self, day: npt.ArrayLike) -> Floats:
        """How fast this clock runs on a day: operational weeks for each week of the calendar."""
        part = np.floor(np.asarray(day, dtype=np.float64) / DAYS_A_YEAR % 1.0 * PARTS).astype(np.int64)
        return np.asarray(self.weights[np.minimum(part, PARTS - 1)] / self.weights.mean(), dtype=np.float64)

    @property
    def _passed(self) -> Floats:
        """The share of the year's operational time that has passed at the end of each part; exactly 1 at the last."""
        return np.asarray(np.r_[0.0, np.cumsum(self.weights)[:-1] / self.weights.sum(), 1.0], dtype=np.float64)


CALENDAR = OperationalTime(np.ones(PARTS))


def operational_time(day: Ints, start_day: int, end_day: int) -> OperationalTime:
    """The clock of a ledger that covers `start_day` to `end_day`, from the order days of all its customers.

    `day` holds one row for each customer and order day. The calendar where the ledger covers less than 60 weeks, or
    where nothing comes back.
    """
    day = np.asarray(day, dtype=np.int64)
    day = day[(day >= start_day) & (day <= end_day)]
    if end_day - start_day + 1 < FEWEST_DAYS or not len(day):
        return CALENDAR
    # Each day of the window is an observation, summed to a part of one year: its days, its orders, its middle.
    days = np.arange(start_day, end_day + 1)
    position = np.floor(days / DAYS_A_YEAR * PARTS).astype(np.int64)
    cell = position - position[0]
    orders = np.bincount(cell[day - start_day], minlength=cell[-1] + 1).astype(np.float64)
    length = np.bincount(cell).astype(np.float64)
    middle = np.bincount(cell, days) / length
    part = (position[0] + np.arange(len(orders))) % PARTS
    trend, raw = _by_turns(orders, length, (middle - middle.mean()) / DAYS_A_YEAR, part)
    smooth = np.convolve(np.r_[raw[-2:], raw, raw[:2]], SMOOTHING, mode="valid")
    comes_back = _what_comes_back(orders, trend, raw, smooth, part)
    weights = np.maximum(1 + comes_back * (smooth - 1), LEAST_WEIGHT)
    return CALENDAR if np.ptp(weights) == 0 else OperationalTime(weights / weights.mean(), comes_back * FREEDOM)


def _by_turns(orders: Floats, length: Floats, years: Floats, part: Ints) -> tuple[Floats, Floats]:
    """The orders that the trend alone would bring to each cell, and the weight of each part, with mean 1."""
    weights = np.ones(PARTS)
    terms = np.vstack([np.ones_like(years), years, years**2]).T
    coefficients = np.array([np.log(orders.sum() / length.sum()), 0.0, 0.0])
    for _ in range(ROUNDS):
        offset = length * weights[part]
        coefficients = _poisson_step(coefficients, terms, offset, orders)
        trend = length * np.exp(terms @ coefficients)
        weights = np.bincount(part, orders, PARTS) / np.bincount(part, trend, PARTS)
        weights /= weights.mean()
    return trend, weights


def _poisson_step(coefficients: Floats, terms: Floats, offset: Floats, orders: Floats) -> Floats:
    """One step of Newton's method for ln E(orders) = ln offset + terms · coefficients, ever so slightly ridged.

    A year without orders would want a trend of −∞: the ridge, and a step of at most 1, keep it finite.
    """
    mean = offset * np.exp(np.clip(terms @ coefficients, -30, 30))
    slope = terms.T @ (orders - mean) - 1e-3 * coefficients * [0, 1, 1]
    curve = (terms * mean[:, np.newaxis]).T @ terms + np.diag([1e-9, 1e-3, 1e-3])
    step: Floats = np.clip(np.linalg.solve(curve, slope), -1, 1)
    return coefficients + step


def _what_comes_back(orders: Floats, trend: Floats, raw: Floats, smooth: Floats, part: Ints) -> float:
    """The share of the smoothed weights' variance that the year-to-year noise of one part cannot explain: 0 to 1."""
    expected = trend * raw[part]
    seen = expected > 0
    freedom = int(seen.sum()) - PARTS - 3
    if freedom <= 0:
        return 0.0
    # Orders come in bursts: their noise is not Poisson, but a multiple of it, measured as Pearson's χ² / freedom.
    dispersion = float(((orders[seen] - expected[seen]) ** 2 / expected[seen]).sum()) / freedom
    of_one_part = dispersion * raw / np.bincount(part, trend, PARTS)
    noise = float(of_one_part.mean() * (SMOOTHING**2).sum())
    signal = float(np.mean((smooth - 1) ** 2))
    return max(0.0, 1 - noise / signal) if signal > 0 else 0.0
