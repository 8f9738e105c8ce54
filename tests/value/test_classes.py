"""Every customer has exactly one class, and each threshold is where the table says it is."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from value.classes import (
    BY_NAME,
    GROWN_TO,
    LATE_GAPS,
    LATE_LEAST_DAYS,
    LONG_GONE_DAYS,
    LOST_BELOW,
    LOST_DAYS,
    LOST_GAPS,
    LOST_LEAST_DAYS,
    NEW_DAYS,
    RULES,
    SHRUNK_TO,
    WAVERING_BELOW,
    CareClass,
    Flip,
    Measure,
    Signals,
    classify,
    flips,
    moved,
)

NOT_KNOWN = math.nan
# Ten years of 36,500 a year, so that a usual year is 100 a day: bought a month ago, without a rhythm or a model.
STEADY: Mapping[str, object] = {
    "is_exit": False,
    "days_since_first": 3652.5,
    "days_since_last": 30.0,
    "earned": 365_250.0,
    "earned_12_months": 36_525.0,
    "typical_gap_days": NOT_KNOWN,
    "probability_alive": NOT_KNOWN,
}


def signals(*rows: Mapping[str, object]) -> Signals:
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=np.bool_ if name == "is_exit" else np.float64)
        for name in STEADY
    }
    return Signals(**columns)


def rule_of(**about: object) -> str:
    return RULES[int(classify(signals({**STEADY, **about}))[0])].name


def with_last_year(earned_12_months: float, usual_year: float = 36_525.0, **about: object) -> str:
    return rule_of(earned_12_months=earned_12_months, earned=9 * usual_year + earned_12_months, **about)


NEVER_BOUGHT = {"days_since_first": NOT_KNOWN, "days_since_last": NOT_KNOWN}


def test_a_customer_of_whom_nothing_speaks_is_retained() -> None:
    assert rule_of() == "steady"
    assert BY_NAME["steady"].care_class is CareClass.RETAIN


def test_an_exit_is_an_exit_whatever_else_it_is() -> None:
    assert rule_of(is_exit=True, **NEVER_BOUGHT) == "marked"
    assert rule_of(is_exit=True, days_since_last=5_000.0) == "marked"


def test_who_has_never_bought_is_new() -> None:
    assert rule_of(**NEVER_BOUGHT) == "no_purchase"
    assert rule_of(**NEVER_BOUGHT, earned=-50.0, earned_12_months=-50.0) == "no_purchase"


def test_a_customer_is_new_for_half_a_year() -> None:
    money = {"earned": 100.0, "earned_12_months": 100.0}
    assert rule_of(days_since_first=NEW_DAYS - 1.0, **money) == "first_purchase"
    assert rule_of(days_since_first=float(NEW_DAYS), **money) == "steady"


def test_without_a_rhythm_or_a_model_a_year_of_silence_is_a_loss() -> None:
    assert rule_of(days_since_last=LOST_DAYS - 1.0) == "steady"
    assert rule_of(days_since_last=float(LOST_DAYS)) == "gone"


def test_with_a_rhythm_three_gaps_of_silence_are_a_loss_but_no_less_than_a_quarter() -> None:
    assert rule_of(typical_gap_days=50.0, days_since_last=LOST_GAPS * 50 - 1) == "late"
    assert rule_of(typical_gap_days=50.0, days_since_last=LOST_GAPS * 50) == "gone"
    assert rule_of(typical_gap_days=7.0, days_since_last=LOST_LEAST_DAYS - 1.0) == "late"
    assert rule_of(typical_gap_days=7.0, days_since_last=float(LOST_LEAST_DAYS)) == "gone"


def test_where_the_model_tells_silence_alone_is_no_loss() -> None:
    assert rule_of(probability_alive=LOST_BELOW, days_since_last=700.0) == "wavering"
    assert rule_of(probability_alive=np.nextafter(LOST_BELOW, 0)) == "gone"
    assert rule_of(probability_alive=1.0, days_since_last=3_000.0) == "steady"


def test_who_left_two_years_ago_is_reactivated_instead_of_regained() -> None:
    assert rule_of(days_since_last=LONG_GONE_DAYS - 1.0) == "gone"
    assert rule_of(days_since_last=float(LONG_GONE_DAYS)) == "long_gone"
    assert BY_NAME["long_gone"].care_class is CareClass.REACTIVATE
    assert BY_NAME["gone"].care_class is CareClass.REGAIN


def test_who_left_and_had_earned_us_nothing_is_not_worth_regaining() -> None:
    left = {"days_since_last": 500.0, "earned_12_months": 0.0}
    assert rule_of(**left, earned=0.0) == "gone_without_profit"
    assert rule_of(**left, earned=1.0) == "gone"


def test_a_year_without_profit_is_to_be_restored() -> None:
    assert with_last_year(0.0) == "earns_nothing"
    assert with_last_year(1.0) == "shrinking"
    assert with_last_year(1.0, usual_year=-100.0) == "growing"


def test_an_order_is_late_after_one_and_a_half_gaps_but_no_less_than_two_weeks() -> None:
    assert rule_of(typical_gap_days=100.0, days_since_last=LATE_GAPS * 100 - 1) == "steady"
    assert rule_of(typical_gap_days=100.0, days_since_last=LATE_GAPS * 100) == "late"
    assert rule_of(typical_gap_days=10.0, days_since_last=10.0 + LATE_LEAST_DAYS - 1) == "steady"
    assert rule_of(typical_gap_days=10.0, days_since_last=10.0 + LATE_LEAST_DAYS) == "late"


def test_who_may_have_left_is_restored() -> None:
    assert rule_of(probability_alive=WAVERING_BELOW) == "steady"
    assert rule_of(probability_alive=np.nextafter(WAVERING_BELOW, 0)) == "wavering"


def test_the_last_12_months_beside_the_usual_year_make_a_customer_shrink_or_grow() -> None:
    usual = 40_000.0
    assert with_last_year(SHRUNK_TO * usual - 1, usual) == "shrinking"
    assert with_last_year(SHRUNK_TO * usual, usual) == "steady"
    assert with_last_year(GROWN_TO * usual - 1, usual) == "steady"
    assert with_last_year(GROWN_TO * usual, usual) == "growing"


def test_a_customer_of_less_than_two_years_has_no_usual_year_yet() -> None:
    young = {"days_since_first": 2 * 365.25 - 1, "earned": 1_000_000.0, "earned_12_months": 1.0}
    assert rule_of(**young) == "steady"
    assert rule_of(**{**young, "days_since_first": 2 * 365.25}) == "shrinking"


def test_unknown_money_leaves_the_class_to_the_rhythm() -> None:
    unknown = {"earned": NOT_KNOWN, "earned_12_months": NOT_KNOWN}
    assert rule_of(**unknown) == "steady"
    assert rule_of(**unknown, typical_gap_days=30.0, days_since_last=60.0) == "late"


# --- laws -----------------------------------------------------------------------------------------------------------

days = st.one_of(st.just(NOT_KNOWN), st.integers(0, 6_000).map(float), st.sampled_from([181.0, 182.0, 363.0, 364.0]))
amounts = st.one_of(st.just(NOT_KNOWN), st.integers(-(10**12), 10**12).map(float), st.just(0.0))
portfolios = st.lists(
    st.fixed_dictionaries(
        {
            "is_exit": st.booleans() | st.just(False),
            "days_since_first": days,
            "days_since_last": days,
            "earned": amounts,
            "earned_12_months": amounts,
            "typical_gap_days": st.one_of(st.just(NOT_KNOWN), st.floats(1, 2_000)),
            "probability_alive": st.one_of(st.just(NOT_KNOWN), st.floats(0, 1)),
        }
    ),
    min_size=1,
    max_size=30,
)


@given(portfolios)
def test_every_customer_has_exactly_one_class_and_it_does_not_hang_on_the_others(rows: list[dict[str, object]]) -> None:
    places = classify(signals(*rows))
    assert len(places) == len(rows)
    assert all(0 <= place < len(RULES) for place in places)
    assert [int(classify(signals(row))[0]) for row in rows] == places.tolist()
    for place, row in zip(places, rows, strict=True):
        held = [bool(rule.holds(signals(row))[0]) for rule in RULES]
        assert held.index(True) == place


@given(portfolios)
def test_what_is_said_to_change_the_class_changes_it_and_nothing_nearer_does(rows: list[dict[str, object]]) -> None:
    one = signals(rows[0])
    now = RULES[int(classify(one)[0])].care_class
    for flip in flips(one):
        value = getattr(one, flip.measure.value)[0]
        assert (flip.at > value) if flip.rises else (flip.at <= value)
        there = flip.at if flip.rises else flip.measure.just_below(flip.at)
        assert class_at(one, flip, there) is flip.becomes
        assert flip.becomes is not now
        last_before = flip.measure.just_below(flip.at) if flip.rises else flip.at
        assert class_at(one, flip, last_before) is now


def class_at(one: Signals, flip: Flip, there: float) -> CareClass:
    return RULES[int(classify(moved(one, flip.measure, there))[0])].care_class


def test_flips_say_the_figure_and_the_class() -> None:
    found = {(one.measure, one.rises): one for one in flips(signals(STEADY))}
    assert found[Measure.DAYS_SINCE_LAST, True] == Flip(Measure.DAYS_SINCE_LAST, 364.0, True, CareClass.REGAIN)
    falls = found[Measure.EARNED_12_MONTHS, False]
    assert falls.at == math.ceil(0.75 * 36_525)
    assert falls.becomes is CareClass.RESTORE
    rises = found[Measure.EARNED_12_MONTHS, True]
    assert rises.at == math.ceil(1.25 * 36_525)
    assert rises.becomes is CareClass.RAMP_UP
    assert set(found) == {
        (Measure.DAYS_SINCE_LAST, True),
        (Measure.EARNED_12_MONTHS, True),
        (Measure.EARNED_12_MONTHS, False),
    }


def test_a_new_customer_gets_a_class_of_its_own_with_time() -> None:
    new = signals({**STEADY, "days_since_first": 100.0, "earned": 50.0, "earned_12_months": 50.0})
    assert flips(new) == [Flip(Measure.DAYS_SINCE_FIRST, 182.0, True, CareClass.RETAIN)]


def test_every_class_has_a_rule_and_a_name() -> None:
    assert {rule.care_class for rule in RULES} == set(CareClass)
    assert CareClass.RAMP_UP.label == "Ramp up"
    assert len(BY_NAME) == len(RULES)
