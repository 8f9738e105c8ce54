"""What each customer may be expected to do, from its summary and a choice: one vectorised pass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from value import candidates, predictive
from value.candidates import TIMES, Fits
from value.chosen import Choice
from value.histories import DAYS_A_WEEK, Floats, Ints
from value.intervals import HIGH_LEVEL, LOW_LEVEL
from value.order_log import Summaries
from value.paretonbd import ParetoNbd
from value.quadrature import legendre
from value.rhythm import whole_days

WEEKS_A_YEAR = 365.25 / DAYS_A_WEEK
# Residual lifetime value looks as far ahead as the projected value does.
LIFETIME_WEEKS = 20 * WEEKS_A_YEAR
DISCOUNT_RATE_ANNUAL = 0.03
# Eight are within a ten-thousandth of the integral.
RESIDUAL_NODES = 8
# No candidate promises more than so many times what the carrier expects: a repeated past knows nothing of who has left.
# Its residual value is the carrier's, times how far the two differ within the horizon, and so up to as much.
MOST_APART = 10.0


@dataclass(frozen=True, slots=True)
class Expectations:
    """A row for each customer; money in the unit of the log. What is expected is (customers, horizons).

    `low_spend` and `high_spend` bound 80 % of the first horizon's spend, recalibrated, and hold what is expected of it,
    though a few large orders that are unlikely may make it more than nine in ten spend; `variance` is that spend's, of
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
    days = [*(weeks * DAYS_A_WEEK for weeks in horizons_weeks), s.horizon_days]
    carried = _Carried.of(made, s, days, math.log1p(discount_rate_annual) / WEEKS_A_YEAR)
    purchases, spend = _means(made, s, days, carried.at)
    parts = predictive.forecasts(
        fits, made.carrier, s, days=days[0], purchases=None, spend=spend[:, 0], carried=carried.at[:, 0]
    )
    told, variance = predictive.quantiles(parts, len(s), made.of_spend.promised([LOW_LEVEL, HIGH_LEVEL]))
    bounds = holding(told, spend[:, 0])
    here = carried.at[:, -1]
    size = _typical_order(fits, s)
    next_due = s.last_day + whole_days(s.typical_gap_days)
    return Expectations(
        customer=s.customer,
        probability_alive=carried.probability_alive,
        expected_purchases=purchases[:, :-1],
        expected_spend=spend[:, :-1],
        low_spend=bounds[:, 0],
        high_spend=bounds[:, 1],
        variance=variance,
        residual_purchases=carried.residual * _apart(purchases[:, -1], here),
        residual_spend=carried.residual * size * _apart(spend[:, -1], here * size),
        typical_gap_days=s.typical_gap_days,
        next_due_day=next_due,
        days_late=np.where(s.typical_gap_days > 0, s.end_day - next_due, 0),
    )


@dataclass(frozen=True, slots=True)
class _Carried:
    """What the carrier expects: purchases in each horizon, those of a lifetime, discounted, and who is alive.

    Of a lifetime by DERT where it is closed, else ∫ e^(−δt) dE[N(t)] by parts, with nodes evenly in ln(1 + t): close
    together soon, when most is expected. All moments are asked for together, since very many customers share tables.
    """

    at: Floats
    residual: Floats
    probability_alive: Floats

    @classmethod
    def of(cls, made: Choice, s: Summaries, days: Sequence[float], discount_rate_weekly: float) -> "_Carried":
        fits = made.learned
        model, clock = fits.models[made.carrier], fits.clock_of(made.carrier)
        h = s.histories_in(clock)
        ahead = np.array([candidates.weeks_ahead(clock, s, one) for one in days])
        alive = model.probability_alive(h)
        if isinstance(model, ParetoNbd):
            residual = model.discounted_residual(h, discount_rate_weekly, LIFETIME_WEEKS)
            return cls(model.expected_at(h, ahead), residual, alive)
        weeks, weights = _lifetime(discount_rate_weekly)
        told = model.expected_at(h, np.r_[ahead, weeks])
        return cls(told[:, : len(days)], told[:, len(days) :] @ weights, alive)


def _lifetime(discount_rate_weekly: float) -> tuple[Floats, Floats]:
    """Weeks ahead, and the weights with which expected purchases by then add up to those of a discounted lifetime."""
    nodes, widths = legendre(RESIDUAL_NODES)
    reach = np.log1p(LIFETIME_WEEKS / WEEKS_A_YEAR)
    weeks = WEEKS_A_YEAR * np.expm1(reach * (nodes + 1) / 2)
    steps = widths * reach / 2 * (WEEKS_A_YEAR + weeks)
    weights = discount_rate_weekly * np.exp(-discount_rate_weekly * weeks) * steps
    return np.r_[weeks, LIFETIME_WEEKS], np.r_[weights, np.exp(-discount_rate_weekly * LIFETIME_WEEKS)]


def means(made: Choice, s: Summaries, days: float) -> tuple[Floats, Floats]:
    """Expected purchases and spend of each customer in the next so many days.

    Beyond the horizon that they were observed for, the repeated pasts grow as the carrier does.
    """
    asked = [days, s.horizon_days]
    purchases, spend = _means(made, s, asked, candidates.expected_at(made.learned, made.carrier, s, asked))
    return purchases[:, 0], spend[:, 0]


def _means(made: Choice, s: Summaries, days: Sequence[float], carried: Floats) -> tuple[Floats, Floats]:
    """The same for several horizons, the last of which is that of the summaries; `carried` is the carrier's."""
    fits = made.learned
    needed = {part.split(TIMES)[0] for name in (made.purchases, made.spend) for part in candidates.parts(name)}
    rates = {
        name: carried if name == made.carrier else candidates.expected_at(fits, name, s, days)
        for name in sorted(needed & fits.rates.keys())
    }
    sizes = candidates.order_sizes(fits, s)
    spends = {name + TIMES + size: rates[name] * sizes[size][:, np.newaxis] for name in rates for size in sizes}
    times_as_long = np.array(days) / s.horizon_days
    growth = _growth(carried, times_as_long)
    if len(rates) < len(needed):
        for told, again in zip((rates, spends), candidates.repeated(fits, s), strict=True):
            told.update({name: value[:, np.newaxis] * growth for name, value in again.items()})
    purchases, spend = candidates.value_of(made.purchases, rates), candidates.value_of(made.spend, spends)
    purchases, spend = within_reach(fits, s, purchases, spend, carried)
    # Beyond what was back-tested nobody grows faster than in the residual value, which is the carrier's.
    is_beyond = times_as_long > 1
    return (
        np.where(is_beyond, np.minimum(purchases, purchases[:, -1:] * growth), purchases),
        np.where(is_beyond, np.minimum(spend, spend[:, -1:] * growth), spend),
    )


def within_reach(fits: Fits, s: Summaries, purchases: Floats, spend: Floats, carried: Floats) -> tuple[Floats, Floats]:
    """These means, (customers, horizons), with none beyond so many times what the carrier expects of the customer."""
    reach = MOST_APART * carried
    return np.minimum(purchases, reach), np.minimum(spend, reach * _typical_order(fits, s)[:, np.newaxis])


def holding(bounds: Floats, mean: Floats) -> Floats:
    """The bounds, (customers, 2), moved apart where the mean lies outside of them."""
    return np.column_stack((np.minimum(bounds[:, 0], mean), np.maximum(bounds[:, 1], mean)))


def _growth(carried: Floats, times_as_long: Floats) -> Floats:
    """How much more the carrier expects in each horizon than in the last: never more than in proportion."""
    here = carried[:, -1:]
    grown = np.divide(carried, here, out=np.ones_like(carried), where=here > 0)
    return np.where(times_as_long == 1, 1.0, np.minimum(grown, np.maximum(times_as_long, 1.0)))


def _typical_order(fits: Fits, s: Summaries) -> Floats:
    sizes = candidates.order_sizes(fits, s)
    return next(iter(sizes.values()))


def _apart(chosen: Floats, carried: Floats) -> Floats:
    ratio = np.divide(chosen, carried, out=np.zeros(len(chosen)), where=carried > 0)
    return np.asarray(np.minimum(ratio, MOST_APART), dtype=np.float64)
