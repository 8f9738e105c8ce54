"""What each customer may be expected to do, from its summary and a choice: one vectorised pass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from value import candidates, predictive
from value.candidates import AND, TIMES, Fits
from value.chosen import Choice
from value.histories import DAYS_A_WEEK, Floats, Histories, Ints
from value.intervals import HIGH_LEVEL, LOW_LEVEL
from value.likelihood import Fitted
from value.order_log import Summaries
from value.paretonbd import ParetoNbd

WEEKS_A_YEAR = 365.25 / DAYS_A_WEEK
# Residual lifetime value looks as far ahead as the projected value does.
LIFETIME_WEEKS = 20 * WEEKS_A_YEAR
DISCOUNT_RATE_ANNUAL = 0.03
# Eight are within a ten-thousandth of the integral.
RESIDUAL_NODES = 8
# A candidate's residual value is the carrier's, times how far the two differ within the horizon, up to as much.
MOST_APART = 10.0


@dataclass(frozen=True, slots=True)
class Expectations:
    """A row for each customer; money in the unit of the log. What is expected is (customers, horizons).

    `low_spend` and `high_spend` bound 80 % of the first horizon's spend, recalibrated; `variance` is that spend's, of
    the customer alone, for totals (value/spend.py, total_interval). A typical gap of 0 is a customer without a rhythm.
    """

    customer: Ints
    probability_alive: Floats
    expected_purchases: Floats
    expected_spend: Floats
    low_spend: Floats
    high_spend: Floats
    variance: Floats
    residual_purchases: Floats
    residual_spend: Floats
    typical_gap_days: Floats
    next_due_day: Ints
    days_late: Ints


def expect(
    made: Choice,
    s: Summaries,
    *,
    horizons_weeks: Sequence[float],
    discount_rate_annual: float = DISCOUNT_RATE_ANNUAL,
) -> Expectations:
    """What each customer will do in each horizon. Errors: ValueError for a choice that the gate held back."""
    fits = made.learned
    if s.horizon_days != made.horizon_days:
        raise ValueError("the summaries must be of the horizon that was chosen for")
    purchases, spend = np.zeros((2, len(s), len(horizons_weeks)))
    for place, weeks in enumerate(horizons_weeks):
        purchases[:, place], spend[:, place] = means(made, s, weeks * DAYS_A_WEEK)
    parts = predictive.forecasts(
        fits, made.carrier, s, days=horizons_weeks[0] * DAYS_A_WEEK, purchases=None, spend=spend[:, 0]
    )
    bounds, variance = predictive.quantiles(parts, len(s), made.of_spend.promised([LOW_LEVEL, HIGH_LEVEL]))
    model, h = fits.models[made.carrier], s.histories_in(fits.clock_of(made.carrier))
    residual = _residual(model, h, math.log1p(discount_rate_annual) / WEEKS_A_YEAR)
    here = candidates.expected_of(fits, made.carrier, s, s.horizon_days)
    own_purchases, own_spend = means(made, s, s.horizon_days)
    size = _typical_order(fits, s)
    next_due = s.last_day + np.floor(s.typical_gap_days + 0.5).astype(np.int64)
    return Expectations(
        customer=s.customer,
        probability_alive=model.probability_alive(h),
        expected_purchases=purchases,
        expected_spend=spend,
        low_spend=bounds[:, 0],
        high_spend=bounds[:, 1],
        variance=variance,
        residual_purchases=residual * _apart(own_purchases, here),
        residual_spend=residual * size * _apart(own_spend, here * size),
        typical_gap_days=s.typical_gap_days,
        next_due_day=next_due,
        days_late=np.where(s.typical_gap_days > 0, s.end_day - next_due, 0),
    )


def _residual(model: Fitted, h: Histories, discount_rate_weekly: float) -> Floats:
    """Purchases of a lifetime, discounted: DERT where it is closed, else ∫ e^(−δt) dE[N(t)] by parts.

    The integral has nodes close together soon, evenly in ln(1 + t), when most is expected.
    """
    if isinstance(model, ParetoNbd):
        return model.discounted_residual(h, discount_rate_weekly, LIFETIME_WEEKS)
    nodes, widths = np.polynomial.legendre.leggauss(RESIDUAL_NODES)
    reach = np.log1p(LIFETIME_WEEKS / WEEKS_A_YEAR)
    weeks = WEEKS_A_YEAR * np.expm1(reach * (nodes + 1) / 2)
    steps = widths * reach / 2 * (WEEKS_A_YEAR + weeks)
    total = np.exp(-discount_rate_weekly * LIFETIME_WEEKS) * model.expected_purchases(h, LIFETIME_WEEKS)
    for week, step in zip(weeks.tolist(), steps.tolist(), strict=True):
        weight = discount_rate_weekly * np.exp(-discount_rate_weekly * week) * step
        total += weight * model.expected_purchases(h, week)
    return np.asarray(total, dtype=np.float64)


def means(made: Choice, s: Summaries, days: float) -> tuple[Floats, Floats]:
    """Expected purchases and spend of each customer in the next so many days.

    Beyond the horizon that they were observed for, the repeated pasts grow as the carrier does.
    """
    fits = made.learned
    needed = {part.split(TIMES)[0] for name in (made.purchases, made.spend) for part in name.split(AND)}
    rates = {name: candidates.expected_of(fits, name, s, days) for name in sorted(needed) if name in fits.rates}
    sizes = candidates.order_sizes(fits, s)
    spends = {name + TIMES + size: rates[name] * sizes[size] for name in rates for size in sizes}
    if len(rates) < len(needed):
        observed = candidates.purchases(fits, s)
        observed_spends = candidates.spends(fits, s, observed)
        growth = _growth(made, s, days)
        for name in needed - rates.keys():
            rates[name], spends[name] = observed[name] * growth, observed_spends[name] * growth
    return candidates.value_of(made.purchases, rates), candidates.value_of(made.spend, spends)


def _growth(made: Choice, s: Summaries, days: float) -> Floats:
    if days == s.horizon_days:
        return np.ones(len(s))
    fits = made.learned
    here = candidates.expected_of(fits, made.carrier, s, s.horizon_days)
    there = candidates.expected_of(fits, made.carrier, s, days)
    grown = np.divide(there, here, out=np.ones(len(s)), where=here > 0)
    return np.asarray(np.minimum(grown, max(days / s.horizon_days, 1.0)), dtype=np.float64)


def _typical_order(fits: Fits, s: Summaries) -> Floats:
    sizes = candidates.order_sizes(fits, s)
    return next(iter(sizes.values()))


def _apart(chosen: Floats, carried: Floats) -> Floats:
    ratio = np.divide(chosen, carried, out=np.zeros(len(chosen)), where=carried > 0)
    return np.asarray(np.minimum(ratio, MOST_APART), dtype=np.float64)
