"""A row for each customer of what the models expect of it: written by store/forecasting.py, read for a card.

Figures that are not known are empty, and the row says why. Money is that of `currency`.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.models import IS_EARNED
from store.money import from_minor
from store.tables import customer_expectations, fitted_models


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a customer after `as_of_on`; None is not known, and `unknown_reason` says why.

    `low` and `high` bound 80 % of the profit of the 12 months. `is_earned` says that back-tests have earned a headline.
    """

    as_of_on: dt.date
    currency: str | None
    unknown_reason: str | None
    is_earned: bool
    probability_alive: float | None
    purchases_12_months: float | None
    purchases_36_months: float | None
    purchases_60_months: float | None
    margin: float | None
    profit_12_months: Decimal | None
    low: Decimal | None
    high: Decimal | None
    profit_36_months: Decimal | None
    profit_60_months: Decimal | None
    residual_value: Decimal | None
    value_at_risk: Decimal | None
    lost_12_months: float | None
    rhythm_days: float | None
    next_due_on: dt.date | None


# With labels of their own, to stand in one row with other tables' columns; by an outer join of `JOINED`.
JOINED = customer_expectations.outerjoin(fitted_models, fitted_models.c.id == customer_expectations.c.model_id)
_PREFIX = "expected_"
_NAMES = (
    "as_of_on",
    "currency",
    "unknown_reason",
    "probability_alive",
    "lost_12_months",
    "purchases_12_months",
    "purchases_36_months",
    "purchases_60_months",
    "margin",
    "profit_12_months_minor",
    "profit_12_months_low_minor",
    "profit_12_months_high_minor",
    "profit_36_months_minor",
    "profit_60_months_minor",
    "residual_value_minor",
    "value_at_risk_minor",
    "rhythm_days",
    "next_due_on",
)
COLUMNS = (
    *(customer_expectations.c[name].label(_PREFIX + name) for name in _NAMES),
    IS_EARNED.label("expected_is_earned"),
)
_OF_CUSTOMER = (
    sa.select(*COLUMNS)
    .select_from(JOINED)
    .where(customer_expectations.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger()))
)


def get(connection: Connection, customer_id: int) -> Expectation | None:
    """What is expected of one customer, None where no model has been asked."""
    row = connection.execute(_OF_CUSTOMER, {"customer": customer_id}).first()
    return None if row is None else expectation_of(row)


def expectation_of(row: sa.Row[Any]) -> Expectation | None:
    """What a row with COLUMNS says; None where the customer has none."""
    of = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    if of["expected_as_of_on"] is None:
        return None
    currency = of["expected_currency"]

    def money(key: str) -> Decimal | None:
        minor = of[f"expected_{key}_minor"]
        return None if minor is None or currency is None else from_minor(minor, currency)

    return Expectation(
        as_of_on=of["expected_as_of_on"],
        currency=currency,
        unknown_reason=of["expected_unknown_reason"],
        is_earned=bool(of["expected_is_earned"]),
        probability_alive=of["expected_probability_alive"],
        purchases_12_months=of["expected_purchases_12_months"],
        purchases_36_months=of["expected_purchases_36_months"],
        purchases_60_months=of["expected_purchases_60_months"],
        margin=of["expected_margin"],
        profit_12_months=money("profit_12_months"),
        low=money("profit_12_months_low"),
        high=money("profit_12_months_high"),
        profit_36_months=money("profit_36_months"),
        profit_60_months=money("profit_60_months"),
        residual_value=money("residual_value"),
        value_at_risk=money("value_at_risk"),
        lost_12_months=of["expected_lost_12_months"],
        rhythm_days=of["expected_rhythm_days"],
        next_due_on=of["expected_next_due_on"],
    )
