"""The projected value against figures computed by hand, and against a plain loop over the years."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.assumptions import Assumptions
from value.projection import factor, project

DEFAULTS = Assumptions()
rates = st.decimals("-0.5", "0.5", places=4)
assumption_sets = st.builds(
    Assumptions,
    sales_growth_annual=rates,
    margin_improvement_annual=rates,
    discount_rate_annual=rates,
    horizon_years=st.integers(1, 40),
    cash_at_mid_year=st.booleans(),
)


def present_value(profit: float, revenue: float, assumptions: Assumptions = DEFAULTS) -> float:
    return float(project(np.array([profit]), np.array([revenue]), assumptions).present_value[0])


def test_one_of_profit_is_worth_44_067625_over_twenty_years() -> None:
    assert present_value(1, 1e9) == pytest.approx(44.067625, abs=5e-7)
    assert factor(Assumptions()) == pytest.approx(44.067625, abs=5e-7)


def test_with_cash_at_mid_year_it_is_44_723755() -> None:
    assert factor(Assumptions(cash_at_mid_year=True)) == pytest.approx(44.723755, abs=5e-7)


def test_without_margin_improvement_it_is_24_625997() -> None:
    assert factor(Assumptions(margin_improvement_annual=Decimal(0))) == pytest.approx(24.625997, abs=5e-7)


def test_one_year_is_one_step_of_growth_and_of_discount() -> None:
    one_year = Assumptions(horizon_years=1)
    assert present_value(100, 1e6, one_year) == pytest.approx(100 * 1.05 * 1.05 / 1.03)


def test_a_margin_that_would_pass_100_percent_of_revenue_is_held_there() -> None:
    found = project(np.array([80.0]), np.array([100.0]), Assumptions())
    # 0.8 · 1.05ᵗ passes 1 in year 5: 0.8 · 1.05⁴ = 0.972, 0.8 · 1.05⁵ = 1.021.
    assert found.cap_from_year[0] == 5
    by_hand = sum(min(80 * 1.1025**year, 100 * 1.05**year) / 1.03**year for year in range(1, 21))
    assert found.present_value[0] == pytest.approx(by_hand)


def test_a_margin_that_stays_below_is_not_held() -> None:
    # 0.37 · 1.05²⁰ = 0.982; 0.38 · 1.05²⁰ = 1.008.
    assert project(np.array([37.0]), np.array([100.0]), Assumptions()).cap_from_year[0] == 0
    assert project(np.array([38.0]), np.array([100.0]), Assumptions()).cap_from_year[0] == 20


def test_a_profit_that_equals_revenue_is_not_held_by_rounding() -> None:
    level = Assumptions(margin_improvement_annual=Decimal(0))
    assert project(np.array([0.1]), np.array([0.1]), level).cap_from_year[0] == 0


@pytest.mark.parametrize(("profit", "revenue"), [(0, 100), (-1, 100), (5, 0), (5, -3), (float("nan"), 100)])
def test_without_a_profit_on_a_revenue_nothing_is_projected(profit: float, revenue: float) -> None:
    found = project(np.array([profit]), np.array([revenue]), Assumptions())
    assert np.isnan(found.present_value[0])
    assert found.cap_from_year[0] == 0


def test_nobody_is_a_projection_of_nobody() -> None:
    assert project(np.array([]), np.array([]), Assumptions()).present_value.shape == (0,)


@given(assumption_sets, st.floats(0.01, 1e9), st.floats(0.01, 1e9))
def test_it_is_the_sum_over_the_years(assumptions: Assumptions, profit: float, revenue: float) -> None:
    g, m, d = (
        float(rate)
        for rate in (
            assumptions.sales_growth_annual,
            assumptions.margin_improvement_annual,
            assumptions.discount_rate_annual,
        )
    )
    early = 0.5 if assumptions.cash_at_mid_year else 0
    expected = 0.0
    for year in range(1, assumptions.horizon_years + 1):
        cash = min(profit * ((1 + g) * (1 + m)) ** year, revenue * (1 + g) ** year)
        expected += cash / (1 + d) ** (year - early)
    assert present_value(profit, revenue, assumptions) == pytest.approx(expected, rel=1e-9)


@given(assumption_sets, st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1.01, 10))
def test_more_profit_is_never_worth_less(assumptions: Assumptions, profit: float, revenue: float, times: float) -> None:
    assert present_value(profit * times, revenue, assumptions) >= present_value(profit, revenue, assumptions)


@given(assumption_sets, st.floats(1, 1e6), st.floats(1, 1e6))
def test_a_customer_and_its_twin_are_worth_twice_the_customer(
    assumptions: Assumptions, profit: float, revenue: float
) -> None:
    twice = present_value(2 * profit, 2 * revenue, assumptions)
    assert twice == pytest.approx(2 * present_value(profit, revenue, assumptions), rel=1e-9)


@pytest.mark.parametrize(
    "changed",
    [
        {"horizon_years": 0},
        {"horizon_years": 101},
        {"discount_rate_annual": Decimal(-1)},
        {"sales_growth_annual": Decimal("-1.1")},
        {"margin_improvement_annual": Decimal("-1.1")},
    ],
)
def test_assumptions_that_mean_nothing_are_refused(changed: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match=r"must be|cannot be"):
        Assumptions(**changed)  # type: ignore[arg-type]
