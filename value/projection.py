"""Projected value: what a customer is worth over the horizon if the assumptions hold (DESIGN §4).

    sum over t = 1 … N of  min( P₀ · ((1+g)(1+m))ᵗ , R₀ · (1+g)ᵗ ) / (1+d)ᵗ

P₀ and R₀ are the profit and the revenue of the 12 months that end at the observation end; g is the growth of sales,
m the relative improvement of the margin, d the discount rate, N the horizon in years, cash at the end of each year
(with cash at mid-year, each year is discounted half a year less).
The second term holds the implied margin at 100 % of revenue: a profit above revenue would be nonsense, however well
the margin improves. With g = m = 5 %, d = 3 % and N = 20 the sum is 44.067625 for each 1.00 of P₀.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from value.assumptions import Assumptions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CALENDAR_HOURS_A_YEAR = 8_766
WEEKS_A_YEAR = 52
# What 1.00 of yearly profit may be worth at most: by default it is 44.07, and beyond a thousand nobody plans with it.
FACTOR_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Projection:
    """Present values in the unit of the profit given; NaN where there is nothing to project (P₀ or R₀ not above 0).

    `cap_from_year` is the first year whose margin is held at 100 % of revenue, 0 where that never happens.
    """

    present_value: Floats
    cap_from_year: Ints


def factor(assumptions: Assumptions) -> float:
    """Projected value of 1.00 of yearly profit where the margin cap never bites."""
    return float(_yearly(assumptions)[0].sum())


def is_plausible(assumptions: Assumptions) -> bool:
    """Whether these assumptions make no more of 1.00 of yearly profit than FACTOR_MOST."""
    return factor(assumptions) <= FACTOR_MOST


def project(profit_12_months: Floats, revenue_12_months: Floats, assumptions: Assumptions) -> Projection:
    """The projected value of each customer; both arrays of one shape (n,), in one currency and unit."""
    profit = np.asarray(profit_12_months, dtype=np.float64)[:, np.newaxis]
    revenue = np.asarray(revenue_12_months, dtype=np.float64)[:, np.newaxis]
    by_profit, by_revenue = _yearly(assumptions)
    uncapped, ceiling = profit * by_profit, revenue * by_revenue
    # A margin of exactly 100 % is not held back, it only cannot rise; the tolerance keeps rounding from saying so.
    held = uncapped > ceiling * (1 + 1e-12)
    projectable = (profit[:, 0] > 0) & (revenue[:, 0] > 0)
    present_value = np.where(projectable, np.minimum(uncapped, ceiling).sum(axis=1), np.nan)
    cap_from_year = np.where(projectable & held.any(axis=1), held.argmax(axis=1) + 1, 0)
    return Projection(present_value, cap_from_year.astype(np.int64))


def _yearly(assumptions: Assumptions) -> tuple[Floats, Floats]:
    """For each year t the discounted multiple of P₀, and that of R₀; shape (N,) each."""
    years = np.arange(1, assumptions.horizon_years + 1, dtype=np.float64)
    growth = 1 + float(assumptions.sales_growth_annual)
    improvement = 1 + float(assumptions.margin_improvement_annual)
    discount = 1 + float(assumptions.discount_rate_annual)
    discounted = discount ** -(years - 0.5 if assumptions.cash_at_mid_year else years)
    return (growth * improvement) ** years * discounted, growth**years * discounted
