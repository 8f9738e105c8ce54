"""What expected spend earns: margins, intervals the right way round, and when a model has earned a headline."""

from dataclasses import replace

import numpy as np
import pytest

from tests.value import logs
from value.backtest import Window
from value.chosen import Choice
from value.engine import choose
from value.expectations import Expectations
from value.likelihood import NotFittedError
from value.spend import shrunk_margin
from value.worth import MOST_SHOCK_SD, Margins, margins, why_not_earned, worth

TRIED = Choice(0, 1_000, 364, windows=(Window(600, 364), Window(500, 364)), shock_sd=0.1)


def test_a_margin_is_the_one_that_value_spend_says() -> None:
    profit, revenue = np.array([10.0, -5.0, np.nan, 0.0]), np.array([100.0, 100.0, 40.0, 0.0])
    found = Margins(company=5 / 200, credibility=300.0)
    assert found.of(profit, revenue) == pytest.approx(shrunk_margin(profit, revenue, 300.0))


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
