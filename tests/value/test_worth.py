"""What expected spend earns: margins, intervals the right way round, and when a model has earned a headline."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.value import logs
from value.backtest import Window
from value.chosen import Choice
from value.engine import choose
from value.expectations import Expectations
from value.histories import Floats
from value.likelihood import NotFittedError
from value.worth import MOST_SHOCK_SD, YEAR_DAYS, Margins, margins, why_not_earned, worth

TRIED = Choice(0, 1_000, 364, windows=(Window(600, 364), Window(500, 364)), shock_sd=0.1)


def drawn(profit: str, revenue: str, company: Fraction, credibility: int) -> Fraction:
    """A weighted mean of the customer's own margin and the company's, in fractions."""
    own = Fraction(profit) / Fraction(revenue)
    weight = Fraction(revenue) / (Fraction(revenue) + credibility)
    return weight * own + (1 - weight) * company


def test_a_margin_is_drawn_towards_the_companys_the_less_the_more_was_bought() -> None:
    company = Fraction(1_995, 10_010)
    found = Margins(float(company), 100.0).of(np.array([-5.0, 2_000.0]), np.array([10.0, 10_000.0]))
    assert found == pytest.approx(
        [float(drawn("-5", "10", company, 100)), float(drawn("2000", "10000", company, 100))], rel=1e-12
    )
    # Of 10 with a measure of 100, a tenth of the way is its own; of 10,000 nearly all.
    assert found == pytest.approx([0.1357279, 0.1999931], abs=1e-7)


def test_a_margin_that_is_negative_stays_so_and_none_is_more_than_the_revenue() -> None:
    found = Margins(-0.05, 100.0).of(np.array([-400.0, 5_000.0]), np.array([1_000.0, 1_000.0]))
    assert found[0] < -0.3
    assert found[1] == 1


def test_a_customer_of_unknown_cost_or_without_revenue_has_the_companys_margin() -> None:
    profit, revenue = np.array([math.nan, 5.0, -3.0, 7.0]), np.array([80.0, 0.0, -10.0, 0.004])
    assert Margins(0.2, 100.0).of(profit, revenue) == pytest.approx([0.2] * 4)
    assert Margins(0.2, 0.0).of(profit, revenue) == pytest.approx([0.2] * 4)


def in_one_year(profit: list[float], revenue: list[float]) -> Margins:
    """What customers say of margins of whom one year is known."""
    return margins(np.arange(len(profit)), np.full(len(profit), 400), np.array(profit), np.array(revenue), end_day=400)


def test_where_one_year_cannot_tell_the_median_customers_own_margin_counts_half() -> None:
    found = in_one_year([10.0, 60.0, 90.0], [100.0, 200.0, 300.0])
    assert found.of(np.array([60.0]), np.array([200.0]))[0] == pytest.approx((60 / 200 + 160 / 600) / 2)


def test_a_company_without_any_known_margin_has_none_to_draw_to() -> None:
    with pytest.raises(NotFittedError, match="profit is known"):
        in_one_year([math.nan, 4.0], [10.0, 0.0])


def by_year(profit: Floats, revenue: Floats) -> tuple[Margins, Floats]:
    """Of amounts (customers, years): what they say of margins, and each customer's drawn one."""
    customers, years = profit.shape
    customer, year = np.repeat(np.arange(customers), years), np.tile(np.arange(years), customers)
    found = margins(customer, 10_000 - YEAR_DAYS * year, profit.ravel(), revenue.ravel(), end_day=10_000)
    return found, found.of(profit.sum(axis=1), revenue.sum(axis=1))


def test_where_customers_do_not_differ_all_have_the_companys_margin() -> None:
    revenue = np.array([[100.0, 120.0], [90.0, 110.0], [60.0, 80.0]])
    profit = revenue * (0.25 + np.array([[0.1, -0.1]] * 3))
    assert by_year(profit, revenue)[1] == pytest.approx(profit.sum() / revenue.sum(), abs=1e-3)


money = st.floats(-1e12, 1e12)


@given(st.lists(st.tuples(money, money, money, money), min_size=1, max_size=8))
def test_any_margins_are_finite_and_at_most_all_of_the_revenue(rows: list[tuple[float, ...]]) -> None:
    profit, revenue = np.array([row[:2] for row in rows]), np.array([row[2:] for row in rows])
    try:
        margin = by_year(profit, revenue)[1]
    except NotFittedError:
        return
    assert np.all(np.isfinite(margin))
    assert np.all(margin <= 1)


def test_the_company_s_margin_leaves_out_whose_profit_is_not_known() -> None:
    found = margins(
        np.array([1, 1, 2]), np.array([1, 400, 400]), np.array([10.0, 20, np.nan]), np.array([100.0, 100, 50]), 400
    )
    assert found.company == pytest.approx(0.15)
    with pytest.raises(NotFittedError):
        margins(np.array([1]), np.array([1]), np.array([np.nan]), np.array([100.0]), 400)


def expectations(low: float, high: float) -> Expectations:
    one, days = np.array([1.0]), np.array([1])
    return Expectations(
        customer=days,
        probability_alive=one,
        expected_purchases=np.array([[1.0, 3.0]]),
        expected_spend=np.array([[1_000.0, 3_000.0]]),
        low_spend=np.array([low]),
        high_spend=np.array([high]),
        variance=np.array([400.0]),
        residual_purchases=one,
        residual_spend=np.array([9_000.0]),
        typical_gap_days=one,
        next_due_day=days,
        days_late=days,
    )


def test_of_a_customer_who_loses_us_money_the_interval_stays_in_order_and_nothing_is_at_risk() -> None:
    found = worth(expectations(500, 2_000), np.array([0.4]), np.array([-0.1]))
    assert (found.low[0], found.profit[0, 0], found.high[0]) == (-200, -100, -50)
    assert (found.sd[0], found.residual[0], found.at_risk[0]) == (2, -900, 0)


def test_value_at_risk_is_what_is_ahead_times_the_chance_to_lose_it() -> None:
    found = worth(expectations(500, 2_000), np.array([0.4]), np.array([0.1]))
    assert found.residual[0] == 900
    assert found.at_risk[0] == 360


def test_a_model_earns_a_headline_by_two_whole_windows_and_a_total_that_held() -> None:
    assert why_not_earned(TRIED) is None
    short = replace(TRIED, windows=(Window(600, 182), Window(500, 364)))
    assert why_not_earned(short) == "the past is too short to try the models on a whole year ahead"
    off = replace(TRIED, shock_sd=MOST_SHOCK_SD + 0.05)
    assert why_not_earned(off) == "on the company's own past the models missed the total by 30 % as a rule"
    gate = choose(logs.of([(1, 2.0)]), end_day=logs.FIRST_DAY + 900, horizon_weeks=52)
    assert why_not_earned(gate) == "Only 1 customer has bought so far; a model needs 30"
