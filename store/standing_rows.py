"""What a customer's standing follows from, read at once for as many as are asked for, and the row that it comes to."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from store.models import IS_EARNED
from store.tables import (
    customer_care,
    customer_expectations,
    customer_values,
    customers,
    fitted_models,
    snoozes,
    touches,
)
from store.workspace import TeamSettings
from value.classes import RULES, CareClass, Signals, classify
from value.histories import Floats

# Since when somebody is due whom nobody has ever touched, and of whom no first day is known.
SINCE_EVER = dt.date(1, 1, 1)
# The columns of customer_standings, in the order of what `rows` gives.
COLUMNS = (
    "customer_id",
    "owner_rep_id",
    "care_class",
    "class_rule",
    "at_stake_minor",
    "currency",
    "last_touch_id",
    "last_touch_on",
    "due_on",
    "snoozed_until_on",
    "has_complaint",
)
Row = tuple[Any, ...]
ROWS_AT_ONCE = 1_000

_newest, _judged, _of_touch = touches.alias("newest"), touches.alias("judged"), touches.alias("last_touch")
# Of two touches on one day the one that was logged last is the newer.
_LAST_TOUCH_ID = (
    sa.select(_newest.c.id)
    .where(_newest.c.customer_id == customers.c.id, _newest.c.deleted_at.is_(None))
    .order_by(_newest.c.happened_on.desc(), _newest.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# A complaint stays open until a later touch has settled it.
_LAST_JUDGEMENT = (
    sa.select(_judged.c.outcome)
    .where(
        _judged.c.customer_id == customers.c.id,
        _judged.c.outcome.in_(("complaint", "settled")),
        _judged.c.deleted_at.is_(None),
    )
    .order_by(_judged.c.happened_on.desc(), _judged.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# The last word holds, be it shorter than one before.
_SNOOZED_UNTIL = (
    sa.select(snoozes.c.until_on)
    .where(snoozes.c.customer_id == customers.c.id, snoozes.c.ended_at.is_(None))
    .order_by(snoozes.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# What a customer is ranked by: the residual lifetime value where the model has earned it, else the projected one. This
# alone decides it. Whoever is worth nothing to come has nothing at stake that is known.
_WORTH_MINOR = sa.case(
    (
        IS_EARNED & (customer_expectations.c.currency == customer_values.c.currency),
        customer_expectations.c.residual_value_minor,
    ),
    else_=customer_values.c.projected_value_minor,
)
# Revenue stands in for profit where a cost is not known.
_HAS_PROFIT = customer_values.c.gross_profit_minor.is_not(None) & customer_values.c.gross_profit_12_months_minor.is_not(
    None
)
# All that a standing follows from.
KNOWN: sa.Select[Any] = (
    sa.select(
        *(customers.c.id, customers.c.owner_rep_id, customers.c.status),
        customer_values.c.currency,
        *(customer_values.c.first_purchase_on, customer_values.c.last_purchase_on),
        customer_values.c.observation_end_on,
        sa.case((_HAS_PROFIT, customer_values.c.gross_profit_minor), else_=customer_values.c.revenue_minor).label(
            "earned"
        ),
        sa.case(
            (_HAS_PROFIT, customer_values.c.gross_profit_12_months_minor),
            else_=customer_values.c.revenue_12_months_minor,
        ).label("earned_12_months"),
        *(customer_expectations.c.probability_alive, customer_expectations.c.rhythm_days),
        sa.case((_WORTH_MINOR > 0, _WORTH_MINOR)).label("at_stake_minor"),
        *(_of_touch.c.id.label("last_touch_id"), _of_touch.c.happened_on.label("last_touch_on")),
        _LAST_JUDGEMENT.label("judgement"),
        _SNOOZED_UNTIL.label("snoozed_until_on"),
        customer_care.c.added_on,
    )
    .select_from(customers)
    .outerjoin(customer_values, customer_values.c.customer_id == customers.c.id)
    .outerjoin(customer_expectations, customer_expectations.c.customer_id == customers.c.id)
    .outerjoin(fitted_models, fitted_models.c.id == customer_expectations.c.model_id)
    .outerjoin(customer_care, customer_care.c.customer_id == customers.c.id)
    .outerjoin(_of_touch, _of_touch.c.id == _LAST_TOUCH_ID)
)


def cadence_days(settings: TeamSettings, care_class: CareClass) -> int | None:
    """The longest time between two touches of a customer of this class; None for an exit, whom nobody has to visit."""
    if care_class is CareClass.EXIT:
        return None
    days: int = getattr(settings, f"cadence_{care_class.value}_days")
    return days


def rows(known: Sequence[sa.Row[Any]], settings: TeamSettings) -> list[Row]:
    """The row of each customer in `known`, which are rows of KNOWN."""
    if not known:
        return []
    of = columns_of(known)
    places = classify(signals_of(of)).tolist()
    classes = [rule.care_class for rule in RULES]
    cadences = [cadence_days(settings, care_class) for care_class in classes]
    stakes = of["at_stake_minor"]
    due = map(
        _due_on,
        *([cadences[place] for place in places], of["last_touch_on"], of["first_purchase_on"], of["added_on"]),
    )
    return list(
        zip(
            of["id"],
            of["owner_rep_id"],
            [classes[place].value for place in places],
            [RULES[place].name for place in places],
            stakes,
            [None if stake is None else currency for stake, currency in zip(stakes, of["currency"], strict=True)],
            of["last_touch_id"],
            of["last_touch_on"],
            due,
            of["snoozed_until_on"],
            [judgement == "complaint" for judgement in of["judgement"]],
            strict=True,
        )
    )


def columns_of(known: Sequence[sa.Row[Any]]) -> dict[str, list[Any]]:
    """Rows of KNOWN by columns: the attributes of a hundred thousand rows take longer to look up than all else."""
    columns: list[list[Any]] = [[] for _ in known[0]._fields]
    # A few at a time, which the processor's cache holds.
    for start in range(0, len(known), ROWS_AT_ONCE):
        for column, values in zip(columns, zip(*known[start : start + ROWS_AT_ONCE], strict=True), strict=True):
            column.extend(values)
    return dict(zip(known[0]._fields, columns, strict=True))


def _due_on(
    days: int | None, last_touch_on: dt.date | None, first_purchase_on: dt.date | None, added_on: dt.date | None
) -> dt.date | None:
    if days is None:
        return None
    if last_touch_on is None:
        # Never touched is the worst case, not a missing one: due since there is somebody to touch.
        return first_purchase_on or added_on or SINCE_EVER
    return last_touch_on + dt.timedelta(days=days)


def signals_of(of: Mapping[str, Sequence[Any]]) -> Signals:
    """What the classes rest on, from the columns that KNOWN has of them."""
    end = of["observation_end_on"]
    return Signals(
        is_exit=np.array([status == "exit" for status in of["status"]], dtype=np.bool_),
        days_since_first=_days_between(of["first_purchase_on"], end),
        days_since_last=_days_between(of["last_purchase_on"], end),
        # None becomes NaN.
        earned=np.array(of["earned"], dtype=np.float64),
        earned_12_months=np.array(of["earned_12_months"], dtype=np.float64),
        typical_gap_days=np.array(of["rhythm_days"], dtype=np.float64),
        probability_alive=np.array(of["probability_alive"], dtype=np.float64),
    )


def _days_between(start: Sequence[dt.date | None], end: Sequence[dt.date | None]) -> Floats:
    days = [None if a is None or b is None else (b - a).days for a, b in zip(start, end, strict=True)]
    return np.array(days, dtype=np.float64)
