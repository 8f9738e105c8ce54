"""Whatever a ledger holds: every customer has figures that a column can hold, or a reason."""

import math
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from store import forecasting
from store.money import MINOR_MOST
from store.purchases import Book, Standings
from tests.bot.test_score import MODEL
from tests.value import logs
from value.chosen import Choice
from value.engine import choose
from value.worth import Margins

CUSTOMERS = 6
END = logs.FIRST_DAY + 560
AMOUNTS = st.sampled_from([0.01, 1.0, 250.0, 250.0, 1e6, 1e15, -0.01, -250.0, -1e9, 0.0])
ROW = st.tuples(
    st.integers(1, CUSTOMERS),
    st.integers(0, 560) | st.just(560),
    AMOUNTS,
    st.sampled_from([0.1, 0.3, -0.4, math.nan, 1.0]),
)


@cache
def made() -> Choice:
    """A choice from a company of customers who come and go."""
    return choose(logs.company(60, 80), end_day=END, horizon_weeks=52)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ROW, max_size=40), ends=st.lists(st.sampled_from([END, END - 100]), min_size=6, max_size=6))
def test_every_customer_of_any_ledger_has_figures_or_a_reason(rows: list[tuple], ends: list[int]) -> None:
    customer, day, amount, margin = (
        (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 4
    )
    book = Book("USD", customer.astype(np.int64), (logs.FIRST_DAY + day).astype(np.int64), amount, amount * margin)
    everyone = np.arange(1, CUSTOMERS + 1)
    who = Standings(
        customer=everyone,
        currency=["USD"] * CUSTOMERS,
        unknown_reason=[None] * CUSTOMERS,
        end_day=np.array(ends),
        known_since={1: logs.FIRST_DAY - 400, 2: END},
    )
    found = forecasting.expected(made(), Margins(0.2, 1_000.0), who, book, 0.03)
    table = forecasting._rows(MODEL, who, found)
    assert {len(column) for column in table.values()} == {CUSTOMERS}
    for place in range(CUSTOMERS):
        row = {name: column[place] for name, column in table.items()}
        assert (row["unknown_reason"] is None) == (row["residual_value_minor"] is not None)
        for name, value in row.items():
            if isinstance(value, float):
                assert math.isfinite(value), name
            if name.endswith("_minor") and value is not None:
                assert abs(value) <= MINOR_MOST
        if row["residual_value_minor"] is not None:
            assert row["profit_12_months_low_minor"] <= row["profit_12_months_high_minor"]
            assert row["value_at_risk_minor"] >= 0
        if row["probability_alive"] is not None:
            assert 0 <= row["probability_alive"] <= 1
            assert 1 - row["probability_alive"] <= row["lost_12_months"] + 1e-9
