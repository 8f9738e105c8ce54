"""What a purchase model is told of a customer, against plain counting."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.histories import Histories, grouped, histories, summarised

orders = st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 400)), min_size=1, max_size=60)


def of(rows: list[tuple[int, int]], end_day: int, **more: object) -> tuple[Histories, np.ndarray]:
    customer, day = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return histories(customer, day, end_day, **more)  # type: ignore[arg-type]


def counted(rows: list[tuple[int, int]], end_day: int) -> dict[int, tuple[float, float, float, float]]:
    """The same by sets and loops."""
    days: dict[int, set[int]] = {}
    for customer, day in rows:
        if day <= end_day:
            days.setdefault(customer, set()).add(day)
    found = {}
    for customer, mine in days.items():
        ordered = sorted(mine)
        gaps = [(later - earlier) / 7 for earlier, later in itertools.pairwise(ordered)]
        recency, age = (ordered[-1] - ordered[0]) / 7, (end_day - ordered[0]) / 7
        found[customer] = (len(gaps), recency, age, float(np.sum(np.log(gaps))))
    return found


@given(orders, st.integers(0, 400), st.sampled_from([1, 2**60]))
def test_it_counts_order_days_after_the_first(rows: list[tuple[int, int]], end_day: int, spread: int) -> None:
    # Codes far apart take another path: the two must agree.
    rows = [(customer * spread, day) for customer, day in rows]
    found, codes = of(rows, end_day)
    expected = counted(rows, end_day)
    assert codes.tolist() == sorted(expected)
    for place, code in enumerate(codes.tolist()):
        mine = (found.frequency[place], found.recency[place], found.age[place], found.log_gaps[place])
        assert mine == pytest.approx(expected[code])


def test_two_orders_of_a_day_are_one_purchase() -> None:
    found, _ = of([(1, 10), (1, 17), (1, 17)], 24)
    assert (found.frequency[0], found.recency[0], found.age[0]) == (1, 1, 2)


def test_a_customer_known_from_before_the_ledger_has_only_repeat_purchases() -> None:
    known = np.array([-500, -500, 9_999])
    found, _ = of([(1, 10), (1, 17), (2, 3)], 24, first_known=known)
    # The ledger starts on day 3: from there on the first customer was seen.
    assert found.frequency.tolist() == [2, 0]
    assert found.age.tolist() == [3, 3]
    assert found.log_gaps[0] == pytest.approx(np.log(1) + np.log(1))


def test_a_first_purchase_that_the_ledger_lost_counts_from_its_day() -> None:
    found, _ = of([(1, 10), (1, 17)], 24, first_known=np.array([3, 3]), start_day=0)
    assert (found.frequency[0], found.recency[0], found.age[0]) == (2, 2, 3)


def test_nobody_in_the_window_is_nobody() -> None:
    found, codes = of([(1, 10)], 9)
    assert (len(found), len(codes)) == (0, 0)
    assert len(grouped(found)[1]) == 0


@given(orders)
def test_groups_stand_for_all_their_members(rows: list[tuple[int, int]]) -> None:
    found, _ = of(rows, 400)
    groups, counts, place = grouped(found)
    assert counts.sum() == len(found)
    assert len({(x, t_x, t) for x, t_x, t in zip(groups.frequency, groups.recency, groups.age, strict=True)}) == len(
        groups
    )
    np.testing.assert_array_equal(groups.take(place).frequency, found.frequency)
    np.testing.assert_array_equal(groups.take(place).recency, found.recency)
    np.testing.assert_array_equal(groups.take(place).age, found.age)
    assert counts @ groups.log_gaps == pytest.approx(found.log_gaps.sum())


def test_weights_count_in_place_of_customers() -> None:
    twins = summarised([1, 1, 0], [2, 2, 0], [5, 5, 5])
    _, counts, _ = grouped(twins, np.array([0.5, 2.0, 1.0]))
    assert counts.tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    "row", [(1, 6, 5), (-1, 1, 5), (1, 0, 5), (0, 1, 5), (1, 1, float("nan")), (1, 1, float("inf"))]
)
def test_a_customer_that_cannot_be_is_refused(row: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="recency"):
        summarised(*row)
