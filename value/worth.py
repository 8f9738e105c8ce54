"""From what a customer is expected to spend to what it is expected to earn: profit, residual lifetime value, risk.

    expected profit  = expected spend × the customer's margin, drawn towards the company's (value/spend.py)
    residual value   = discounted spend of the 20 years ahead × that margin
    value at risk    = P(lost within 12 months) × residual value; of one who loses us money, nothing is at risk

A margin below zero is reported as such: what such a customer buys next costs us money, too.
"""

from dataclasses import dataclass

import numpy as np

from value.chosen import Choice
from value.expectations import Expectations
from value.histories import Floats, Ints
from value.likelihood import NotFittedError
from value.spend import LEAST_REVENUE, credibility_revenue

# Years of 52 weeks, so that each has as many of every weekday.
YEAR_DAYS = 364
# What is older counts with the tenth year.
MOST_YEARS = 10
# Models that miss the company's total by more than this as a rule do not make a headline. Chance alone, of a few
# hundred customers, moves a year's total by a tenth.
MOST_SHOCK_SD = 0.25
FEWEST_WINDOWS = 2


@dataclass(frozen=True, slots=True)
class Margins:
    """The company's margin, and the revenue at which a customer's own counts as much as it."""

    company: float
    credibility: float

    def of(self, profit: Floats, revenue: Floats) -> Floats:
        """Each customer's margin, drawn towards the company's; 1 at the most. A profit of NaN is not known."""
        known = np.isfinite(profit) & (revenue >= LEAST_REVENUE)
        own_profit, own_revenue = np.where(known, profit, 0.0), np.where(known, revenue, 0.0)
        weight = own_revenue + self.credibility
        drawn = own_profit + self.credibility * self.company
        margin = np.divide(drawn, weight, out=np.full(len(weight), self.company), where=weight > 0)
        return np.asarray(np.minimum(margin, 1.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Worth:
    """A row for each customer. `profit` is (customers, horizons), the rest of the profit is of the first horizon."""

    profit: Floats
    low: Floats
    high: Floats
    sd: Floats
    residual: Floats
    at_risk: Floats


def margins(customer: Ints, day: Ints, profit: Floats, revenue: Floats, end_day: int) -> Margins:
    """What each customer's years say of everybody's margins. Errors: NotFittedError where no profit is known."""
    codes, row = np.unique(customer, return_inverse=True)
    year = np.clip((end_day - day) // YEAR_DAYS, 0, MOST_YEARS - 1)
    cell = row * MOST_YEARS + year
    shape = (len(codes), MOST_YEARS)
    profits = np.bincount(cell, profit, len(codes) * MOST_YEARS).reshape(shape).astype(np.float64)
    revenues = np.bincount(cell, revenue, len(codes) * MOST_YEARS).reshape(shape).astype(np.float64)
    known = np.isfinite(profits.sum(axis=1)) & (revenues.sum(axis=1) >= LEAST_REVENUE)
    if not known.any():
        raise NotFittedError("No customer has a revenue of which the profit is known.")
    own_profit, own_revenue = profits[known].sum(axis=1), revenues[known].sum(axis=1)
    credibility = credibility_revenue(profits, revenues)
    return Margins(
        float(own_profit.sum()) / float(own_revenue.sum()),
        float(np.median(own_revenue)) if credibility is None else credibility,
    )


def worth(expected: Expectations, lost: Floats, margin: Floats) -> Worth:
    """What the expected spend earns at these margins; `lost` are the probabilities of value/risk.py."""
    ends = np.sort(np.vstack([expected.low_spend, expected.high_spend]) * margin, axis=0)
    residual = expected.residual_spend * margin
    return Worth(
        profit=expected.expected_spend * margin[:, np.newaxis],
        low=ends[0],
        high=ends[1],
        sd=np.sqrt(expected.variance) * np.abs(margin),
        residual=residual,
        at_risk=lost * np.maximum(residual, 0.0),
    )


def why_not_earned(made: Choice) -> str | None:
    """Why no headline may rest on this choice, as a phrase; None where its back-tests have earned it."""
    if made.gate is not None:
        return made.gate.rstrip(".")
    whole = sum(window.horizon_days == made.horizon_days for window in made.windows)
    if whole < FEWEST_WINDOWS:
        return "the past is too short to try the models on a whole year ahead"
    if made.shock_sd > MOST_SHOCK_SD:
        return f"on the company's own past the models missed the total by {made.shock_sd * 100:.0f} % as a rule"
    return None
