import itertools
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.rhythm import FEWEST_GAPS, NoRhythm, Rhythms, rhythms

days_of_one = st.lists(st.integers(-20_000, 40_000), min_size=1, max_size=12)


def rhythm_of(*days: int) -> Rhythms:
    return rhythms(np.zeros(len(days), dtype=np.int64), np.array(days, dtype=np.int64))


def test_a_customer_that_orders_every_quarter_is_due_a_quarter_after_its_last_order() -> None:
    found = rhythm_of(0, 92, 183, 275, 367)
    assert found.typical_gap_days.tolist() == [92]
    assert found.next_due_day.tolist() == [459]
    assert found.is_regular.tolist() == [True]
    assert found.days_late(480).tolist() == [21]
    assert found.days_late(450).tolist() == [-9]


def test_one_long_break_changes_no_habit_but_is_seen_as_irregular() -> None:
    found = rhythm_of(0, 30, 60, 90, 790)
    assert found.typical_gap_days.tolist() == [30]
    assert found.is_regular.tolist() == [False]


def test_two_orders_on_one_day_are_one_order_day() -> None:
    found = rhythm_of(0, 30, 30, 60, 60, 60, 90)
    assert found.order_days.tolist() == [4]
    assert found.typical_gap_days.tolist() == [30]


def test_half_a_day_is_rounded_up_so_that_nobody_is_late_on_the_day_itself() -> None:
    found = rhythm_of(0, 1, 3, 6, 10)
    assert found.typical_gap_days.tolist() == [2.5]
    assert found.next_due_day.tolist() == [13]


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ((5,), NoRhythm.ONE_ORDER_DAY),
        ((5, 5), NoRhythm.ONE_ORDER_DAY),
        ((5, 9), NoRhythm.FEW_GAPS),
        ((5, 9, 13), NoRhythm.FEW_GAPS),
        ((5, 9, 13, 17), None),
    ],
)
def test_a_rhythm_that_is_not_known_says_why(days: tuple[int, ...], reason: NoRhythm | None) -> None:
    found = rhythm_of(*days)
    assert found.why_unknown(0) is reason
    if reason:
        assert found.days_late(1_000).tolist() == [0]
        assert found.is_regular.tolist() == [False]


def test_nobody_who_ordered_gives_no_rows() -> None:
    assert len(rhythm_of().customer) == 0


@given(st.dictionaries(st.integers(0, 99), days_of_one, max_size=8), st.randoms(use_true_random=False))
def test_many_customers_at_once_are_each_as_if_alone(ledger: dict[int, list[int]], random: object) -> None:
    orders = [(customer, day) for customer, days in ledger.items() for day in days]
    random.shuffle(orders)  # type: ignore[attr-defined]
    found = rhythms(np.array([c for c, _ in orders], dtype=np.int64), np.array([d for _, d in orders], dtype=np.int64))
    assert found.customer.tolist() == sorted(ledger)
    for row, customer in enumerate(sorted(ledger)):
        days = sorted(set(ledger[customer]))
        gaps = [later - earlier for earlier, later in itertools.pairwise(days)]
        assert found.last_day[row] == days[-1]
        assert found.is_known[row] == (len(gaps) >= FEWEST_GAPS)
        if found.is_known[row]:
            assert found.typical_gap_days[row] == statistics.median(gaps)
            assert found.variation[row] == pytest.approx(statistics.stdev(gaps) / statistics.mean(gaps))


@given(days_of_one, st.integers(-50_000, 50_000))
def test_the_same_orders_on_other_days_have_the_same_rhythm(days: list[int], shift: int) -> None:
    here, there = rhythm_of(*days), rhythm_of(*(day + shift for day in days))
    assert there.typical_gap_days.tolist() == here.typical_gap_days.tolist()
    assert (there.next_due_day - shift).tolist() == here.next_due_day.tolist()
