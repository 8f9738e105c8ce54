"""Where each customer stands in our care: its class, the last touch, until when it is within its cadence, what is at
stake. One row each, computed anew after whatever it follows from has changed, in the same transaction.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import bulk, workspace
from store.money import from_minor
from store.one_of import one_of_ids
from store.tables import (
    customer_care,
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    fitted_models,
    snoozes,
    touches,
)
from store.workspace import TeamSettings
from value.classes import RULES, CareClass, Rule, Signals, classify
from value.histories import Floats

# Since when somebody is due whom nobody has ever touched, and of whom no first day is known.
SINCE_EVER = dt.date(1, 1, 1)
# Looked up and written with one statement.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands. `due_on` is the last day within the cadence, None for an exit; of a customer whom nobody
    has touched, the day on which it became one. `at_stake` is what it is ranked by, None where that is not known.
    """

    customer_id: int
    owner_rep_id: int | None
    care_class: CareClass
    class_rule: str
    at_stake: Decimal | None
    currency: str | None
    last_touch_id: int | None
    last_touch_on: dt.date | None
    due_on: dt.date | None
    snoozed_until_on: dt.date | None
    has_complaint: bool

    def days_since_last_touch(self, today: dt.date) -> int | None:
        """As whoever asks counts them; None where nobody has touched the customer."""
        return None if self.last_touch_on is None else max(0, (today - self.last_touch_on).days)

    def is_neglected(self, today: dt.date) -> bool:
        """Whether the cadence has passed; that somebody has snoozed the customer does not change it."""
        return self.due_on is not None and self.due_on < today


_OF_CUSTOMER = sa.select(customer_standings).where(
    customer_standings.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger())
)


def get(connection: Connection, customer_id: int) -> Standing:
    """The standing of one customer. Errors: LookupError where there is no such customer."""
    row = connection.execute(_OF_CUSTOMER, {"customer": customer_id}).one_or_none()
    if row is None:
        raise LookupError(f"customer {customer_id} has no standing")
    return standing_of(row)


def standing_of(row: sa.Row[Any]) -> Standing:
    """The standing in a row that has the columns of `customer_standings`."""
    known = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    minor, currency = known["at_stake_minor"], known["currency"]
    return Standing(
        customer_id=known["customer_id"],
        owner_rep_id=known["owner_rep_id"],
        care_class=CareClass(known["care_class"]),
        class_rule=known["class_rule"],
        at_stake=None if minor is None else from_minor(minor, currency),
        currency=currency,
        last_touch_id=known["last_touch_id"],
        last_touch_on=known["last_touch_on"],
        due_on=known["due_on"],
        snoozed_until_on=known["snoozed_until_on"],
        has_complaint=known["has_complaint"],
    )


def cadence_days(settings: TeamSettings, care_class: CareClass) -> int | None:
    """The longest time between two touches of a customer of this class; None for an exit, whom nobody has to visit."""
    if care_class is CareClass.EXIT:
        return None
    days: int = getattr(settings, f"cadence_{care_class.value}_days")
    return days


# --- computing ------------------------------------------------------------------------------------------------------


def refresh(connection: Connection, customer_ids: Collection[int] | None = None) -> None:
    """Compute the standings of these customers anew, of all where none are given, in the caller's transaction."""
    settings = workspace.settings(connection)
    if customer_ids is None:
        _refresh_all(connection, settings)
        return
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), AT_ONCE):
        some = {"ids": ids[start : start + AT_ONCE]}
        # Whoever logs a second touch of the same customer meanwhile waits here, and then sees the first one.
        connection.execute(_LOCKED, some)
        rows = connection.execute(_KNOWN.where(one_of_ids(customers.c.id, "ids")), some).all()
        if rows:
            _put(connection, _columns(rows, settings))


def follow_owners(connection: Connection) -> None:
    """Take over who owns whom now, after customers have changed hands, in the caller's transaction."""
    owner = sa.select(customers.c.owner_rep_id).where(customers.c.id == customer_standings.c.customer_id)
    is_stale = customer_standings.c.owner_rep_id.is_distinct_from(owner.scalar_subquery())
    connection.execute(customer_standings.update().where(is_stale).values(owner_rep_id=owner.scalar_subquery()))


def _refresh_all(connection: Connection, settings: TeamSettings) -> None:
    if connection.dialect.name == "postgresql":
        # Else a touch that is logged meanwhile would write its customer's row between the two steps.
        connection.execute(sa.text("LOCK TABLE customer_standings IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(customer_standings.delete())
    rows = connection.execute(_KNOWN).all()
    if rows:
        bulk.insert(connection, customer_standings, _columns(rows, settings))


def _put(connection: Connection, columns: dict[str, Sequence[Any]]) -> None:
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(customer_standings)
    became = {name: insert.excluded[name] for name in columns if name != "customer_id"}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    connection.execute(insert.on_conflict_do_update(index_elements=["customer_id"], set_=became), rows)


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
_KNOWN: sa.Select[Any] = (
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
_LOCKED = (
    sa.select(customers.c.id)
    .where(one_of_ids(customers.c.id, "ids"))
    .order_by(customers.c.id)
    .with_for_update(key_share=True)
)


def _columns(rows: Sequence[sa.Row[Any]], settings: TeamSettings) -> dict[str, Sequence[Any]]:
    """The columns of customer_standings."""
    rules = [RULES[place] for place in classify(signals_of(rows)).tolist()]
    cadences = {care_class: cadence_days(settings, care_class) for care_class in CareClass}
    stakes = [_at_stake(row) for row in rows]
    return {
        "customer_id": [row.id for row in rows],
        "owner_rep_id": [row.owner_rep_id for row in rows],
        "care_class": [rule.care_class.value for rule in rules],
        "class_rule": [rule.name for rule in rules],
        "at_stake_minor": stakes,
        "currency": [None if stake is None else row.currency for stake, row in zip(stakes, rows, strict=True)],
        "last_touch_id": [row.last_touch_id for row in rows],
        "last_touch_on": [row.last_touch_on for row in rows],
        "due_on": [_due_on(row, rule, cadences[rule.care_class]) for row, rule in zip(rows, rules, strict=True)],
        "snoozed_until_on": [row.snoozed_until_on for row in rows],
        "has_complaint": [row.judgement == "complaint" for row in rows],
    }


def _at_stake(row: sa.Row[Any]) -> int | None:
    """What a customer is ranked by: the residual lifetime value where the model has earned it, else the projected one.

    The one place that decides it. Whoever is worth nothing to come has nothing at stake that is known.
    """
    has_earned = row.is_earned and row.expected_in == row.currency
    minor = row.residual_value_minor if has_earned else row.projected_value_minor
    return minor if minor is not None and minor > 0 else None


def _due_on(row: sa.Row[Any], rule: Rule, days: int | None) -> dt.date | None:
    if rule.care_class is CareClass.EXIT or days is None:
        return None
    if row.last_touch_on is None:
        # Never touched is the worst case, not a missing one: due since there is somebody to touch.
        return row.first_purchase_on or row.added_on or SINCE_EVER
    due: dt.date = row.last_touch_on + dt.timedelta(days=days)
    return due


def signals_of(rows: Sequence[Any]) -> Signals:
    """What the classes rest on. A row has the columns of customer_values and customer_expectations that `_KNOWN` has;
    revenue stands in for profit where a cost is not known.
    """
    end = [row.observation_end_on for row in rows]
    earned = [(row.gross_profit_minor, row.gross_profit_12_months_minor) for row in rows]
    sold = [(row.revenue_minor, row.revenue_12_months_minor) for row in rows]
    money = [of if None not in of else instead for of, instead in zip(earned, sold, strict=True)]
    return Signals(
        is_exit=np.array([row.status == "exit" for row in rows], dtype=np.bool_),
        days_since_first=_days_between([row.first_purchase_on for row in rows], end),
        days_since_last=_days_between([row.last_purchase_on for row in rows], end),
        earned=np.array([so_far for so_far, _ in money], dtype=np.float64),
        earned_12_months=np.array([last for _, last in money], dtype=np.float64),
        typical_gap_days=np.array([row.rhythm_days for row in rows], dtype=np.float64),
        probability_alive=np.array([row.probability_alive for row in rows], dtype=np.float64),
    )


def _days_between(start: Sequence[dt.date | None], end: Sequence[dt.date | None]) -> Floats:
    days = np.array(end, dtype="datetime64[D]") - np.array(start, dtype="datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.float64))
