"""What a customer's standing follows from, read at once for as many as are asked for, and the row that it comes to."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

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
# All that a standing follows from.
KNOWN: sa.Select[Any] = (
    sa.select(
        *(customers.c.id, customers.c.owner_rep_id, customers.c.status),
        customer_values.c.currency,
        *(customer_values.c.first_purchase_on, customer_values.c.last_purchase_on),
        customer_values.c.observation_end_on,
        *(customer_values.c.revenue_minor, customer_values.c.revenue_12_months_minor),
        *(customer_values.c.gross_profit_minor, customer_values.c.gross_profit_12_months_minor),
        customer_values.c.projected_value_minor,
        *(customer_expectations.c.probability_alive, customer_expectations.c.rhythm_days),
        customer_expectations.c.residual_value_minor,
        customer_expectations.c.currency.label("expected_in"),
        (fitted_models.c.id.is_not(None) & fitted_models.c.why_not_earned.is_(None)).label("is_earned"),
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


def rows(known: Sequence[Any], settings: TeamSettings) -> list[Row]:
    """The row of each customer in `known`, which are rows of KNOWN."""
    rules = [RULES[place] for place in classify(signals_of(known)).tolist()]
    cadences = {care_class: cadence_days(settings, care_class) for care_class in CareClass}
    found = []
    for one, rule in zip(known, rules, strict=True):
        stake = _at_stake(one)
        found.append(
            (
                one.id,
                one.owner_rep_id,
                rule.care_class.value,
                rule.name,
                stake,
                None if stake is None else one.currency,
                one.last_touch_id,
                one.last_touch_on,
                _due_on(one, cadences[rule.care_class]),
                one.snoozed_until_on,
                one.judgement == "complaint",
            )
        )
    return found


def _at_stake(row: Any) -> int | None:
    """What a customer is ranked by: the residual lifetime value where the model has earned it, else the projected one.

    The one place that decides it. Whoever is worth nothing to come has nothing at stake that is known.
    """
    has_earned = row.is_earned and row.expected_in == row.currency
    minor = row.residual_value_minor if has_earned else row.projected_value_minor
    return minor if minor is not None and minor > 0 else None


def _due_on(row: Any, days: int | None) -> dt.date | None:
    if days is None:
        return None
    if row.last_touch_on is None:
        # Never touched is the worst case, not a missing one: due since there is somebody to touch.
        return row.first_purchase_on or row.added_on or SINCE_EVER
    due: dt.date = row.last_touch_on + dt.timedelta(days=days)
    return due


def signals_of(known: Sequence[Any]) -> Signals:
    """What the classes rest on; revenue stands in for profit where a cost is not known."""
    end = [row.observation_end_on for row in known]
    money = [
        (row.revenue_minor, row.revenue_12_months_minor)
        if row.gross_profit_minor is None or row.gross_profit_12_months_minor is None
        else (row.gross_profit_minor, row.gross_profit_12_months_minor)
        for row in known
    ]
    return Signals(
        is_exit=np.array([row.status == "exit" for row in known], dtype=np.bool_),
        days_since_first=_days_between([row.first_purchase_on for row in known], end),
        days_since_last=_days_between([row.last_purchase_on for row in known], end),
        # None becomes NaN.
        earned=np.array([so_far for so_far, _ in money], dtype=np.float64),
        earned_12_months=np.array([last for _, last in money], dtype=np.float64),
        typical_gap_days=np.array([row.rhythm_days for row in known], dtype=np.float64),
        probability_alive=np.array([row.probability_alive for row in known], dtype=np.float64),
    )


def _days_between(start: Sequence[dt.date | None], end: Sequence[dt.date | None]) -> Floats:
    days = [None if a is None or b is None else (b - a).days for a, b in zip(start, end, strict=True)]
    return np.array(days, dtype=np.float64)
