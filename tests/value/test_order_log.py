import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value.histories import histories
from value.order_log import log_of, outcomes, summarised
from value.seasons import OperationalTime

entries = st.lists(
    st.tuples(st.integers(0, 6), st.integers(FIRST_DAY, FIRST_DAY + 400), st.sampled_from([-20.0, 0.0, 5.0, 80.0])),
    max_size=40,
)


def test_several_rows_of_a_day_are_one_order_and_credits_are_kept_apart() -> None:
    log = logs.of([(0, 10.0), (0, 5.0), (0, -3.0), (4, -2.0)])
    assert log.day.tolist() == [FIRST_DAY, FIRST_DAY + 4]
    assert log.bought.tolist() == [15.0, 0.0]
    assert log.credited.tolist() == [-3.0, -2.0]
    assert log.is_order.tolist() == [True, False]


def test_a_credit_lowers_what_a_customer_spent_and_is_no_purchase() -> None:
    s = summarised(logs.of([(0, 100.0), (30, 50.0), (40, -20.0)]), FIRST_DAY + 70, 70)
    assert s.frequency.tolist() == [1.0]
    assert s.spent.tolist() == [130.0]
    assert s.last_day.tolist() == [FIRST_DAY + 30]


def test_a_customer_with_credits_only_is_not_summarised() -> None:
    s = summarised(logs.of([(0, -5.0)], [(1, 5.0)]), FIRST_DAY + 70, 70)
    assert s.customer.tolist() == [1]


def test_a_row_of_nothing_is_neither_a_purchase_nor_a_credit() -> None:
    assert len(summarised(logs.of([(0, 0.0)]), FIRST_DAY, 7)) == 0


def test_the_last_period_and_the_season_leave_out_the_first_order() -> None:
    s = summarised(logs.of([(0, 10.0), (20, 7.0), (40, 5.0), (350, 3.0)]), FIRST_DAY + 364, 28)
    assert (s.recent_orders.tolist(), s.recent_spent.tolist()) == ([1.0], [3.0])
    # The same season begins on the day after the first order.
    assert (s.season_orders.tolist(), s.season_spent.tolist()) == ([1.0], [7.0])


def test_an_earlier_first_purchase_makes_every_recorded_order_a_repeat() -> None:
    customer, day, amount = np.array([0, 1]), np.array([FIRST_DAY + 10, FIRST_DAY]), np.array([5.0, 5.0])
    log = log_of(customer, day, amount, known_since=np.array([FIRST_DAY - 900, FIRST_DAY]))
    s = summarised(log, FIRST_DAY + 80, 7)
    assert s.frequency.tolist() == [1.0, 0.0]
    assert s.since_day.tolist() == [FIRST_DAY, FIRST_DAY]


def test_who_is_known_from_before_the_ledger_has_the_same_past_alone_as_among_all() -> None:
    customer, day, amount = np.array([0, 1]), np.array([FIRST_DAY + 10, FIRST_DAY]), np.array([5.0, 5.0])
    log = log_of(customer, day, amount, known_since=np.array([FIRST_DAY - 900, FIRST_DAY]))
    alone = summarised(log.where(log.customer == 0), FIRST_DAY + 80, 7, start_day=FIRST_DAY)
    assert (alone.since_day.tolist(), alone.frequency.tolist()) == ([FIRST_DAY], [1.0])
    assert alone.histories.age[0] == summarised(log, FIRST_DAY + 80, 7).histories.age[0]


@given(rows=entries, end=st.integers(FIRST_DAY, FIRST_DAY + 400))
def test_frequency_recency_and_age_are_those_of_the_order_days(rows: list[tuple[int, int, float]], end: int) -> None:
    customer, day, amount = (np.array([row[column] for row in rows]) for column in range(3))
    s = summarised(log_of(customer, day, amount), end, 28)
    bought = amount > 0
    expected, codes = histories(customer[bought].astype(np.int64), day[bought].astype(np.int64), end)
    assert s.customer.tolist() == codes.tolist()
    for name in ("frequency", "recency", "age", "log_gaps"):
        assert getattr(s.histories, name) == pytest.approx(getattr(expected, name))


@given(rows=entries, end=st.integers(FIRST_DAY, FIRST_DAY + 400))
def test_what_was_spent_adds_up_to_the_ledger(rows: list[tuple[int, int, float]], end: int) -> None:
    customer, day, amount = (np.array([row[column] for row in rows]) for column in range(3))
    log = log_of(customer, day, amount)
    s = summarised(log, end, 28)
    _, later = outcomes(log, s.customer, end, FIRST_DAY + 400)
    ours = np.isin(customer, s.customer)
    assert s.spent.sum() + later.sum() == pytest.approx(amount[ours].sum())


def test_outcomes_count_only_the_days_after_the_calibration() -> None:
    log = logs.of([(0, 10.0), (10, 5.0), (11, 6.0), (20, -1.0), (31, 9.0)], [(15, 3.0)])
    purchases, spent = outcomes(log, np.array([0]), FIRST_DAY + 10, FIRST_DAY + 30)
    assert (purchases.tolist(), spent.tolist()) == ([1.0], [5.0])


def test_a_season_stretches_histories_and_keeps_them_possible() -> None:
    weights = np.ones(52)
    weights[:26] = 1.5
    weights[26:] = 0.5
    s = summarised(logs.company(), FIRST_DAY + 500, 91)
    stretched = s.histories_in(OperationalTime(weights))
    assert (stretched.age >= stretched.recency).all()
    assert stretched.age.sum() == pytest.approx(s.histories.age.sum(), rel=0.3)
    assert not np.allclose(stretched.age, s.histories.age)


def test_an_amount_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        log_of(np.array([1]), np.array([FIRST_DAY]), np.array([np.inf]))
