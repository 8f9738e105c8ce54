"""What customers were worth month by month, and all of them together, so that movement can be shown.

A month is that of a customer's observation end: what was known then. Scoring again in the same month writes it anew.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.models import Model
from store.money import MINOR_MOST, from_minor
from store.tables import customer_expectations, customer_values, fitted_models, portfolio_totals, value_history
from value.spend import total_interval


@dataclass(frozen=True, slots=True)
class Month:
    """What a customer was worth in a month; None was not known. Money in `currency`."""

    month_on: dt.date
    currency: str | None
    profit: Decimal | None
    projected_value: Decimal | None
    residual_value: Decimal | None
    lifetime_value: Decimal | None
    probability_alive: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """What all customers together are expected to earn within 12 months, with an 80 % interval, and what is at risk."""

    month_on: dt.date
    currency: str
    customers: int
    profit_12_months: Decimal
    low: Decimal
    high: Decimal
    residual_value: Decimal
    value_at_risk: Decimal


def keep(connection: Connection, model: Model | None) -> None:
    """Write the month's values of every customer, and of all together, from the figures as they stand."""
    values = customer_values.c
    ends = connection.execute(
        sa.select(values.observation_end_on).distinct().where(values.observation_end_on.is_not(None))
    )
    days = list(ends.scalars())
    for end in days:
        _keep(connection, end)
    if model is not None and model.shock_sd is not None and days:
        _keep_total(connection, model, _month(max(days)))


def of(connection: Connection, customer_id: int) -> list[Month]:
    """The months of a customer, the first one first."""
    mine = sa.select(value_history).where(value_history.c.customer_id == customer_id)
    return [_month_of(row) for row in connection.execute(mine.order_by(value_history.c.month_on))]


def totals(connection: Connection) -> list[Total]:
    """The months of all customers together, the first one first."""
    return [_total_of(row) for row in connection.execute(sa.select(portfolio_totals).order_by("month_on", "currency"))]


def _keep(connection: Connection, end: dt.date) -> None:
    value, told, model = customer_values.c, customer_expectations.c, fitted_models.c
    is_earned = told.residual_value_minor.is_not(None) & model.why_not_earned.is_(None)
    ahead = sa.case((is_earned, told.residual_value_minor), else_=value.projected_value_minor)
    rows = {
        "customer_id": value.customer_id,
        "month_on": sa.literal(_month(end), sa.Date),
        "currency": value.currency,
        "profit_minor": value.gross_profit_minor,
        "projected_value_minor": value.projected_value_minor,
        "residual_value_minor": told.residual_value_minor,
        "lifetime_value_minor": value.gross_profit_minor + ahead,
        "probability_alive": told.probability_alive,
    }
    chosen = (
        sa.select(*(column.label(name) for name, column in rows.items()))
        .outerjoin_from(customer_values, customer_expectations, told.customer_id == value.customer_id)
        .outerjoin(fitted_models, model.id == told.model_id)
        .where(value.observation_end_on == end)
    )
    insert = _insert(connection)(value_history).from_select(list(rows), chosen)
    anew = {name: insert.excluded[name] for name in list(rows)[2:]}
    # Most customers have not changed since the month was last scored: what is so already is not written again.
    is_new = sa.or_(*(value_history.c[name].is_distinct_from(became) for name, became in anew.items()))
    connection.execute(
        insert.on_conflict_do_update(index_elements=["customer_id", "month_on"], set_=anew, where=is_new)
    )


def _keep_total(connection: Connection, model: Model, month_on: dt.date) -> None:
    assert model.shock_sd is not None
    told = customer_expectations.c
    profit, sd = told.profit_12_months_minor, told.profit_12_months_sd_minor

    def added(column: sa.ColumnElement[Any]) -> sa.ColumnElement[float]:
        # As floats: the sum of many may be more than a column holds.
        return sa.func.coalesce(sa.func.sum(sa.cast(column, sa.Float(53))), 0.0)

    gains, losses, variance, residual, at_risk, customers = connection.execute(
        sa.select(
            added(sa.case((profit > 0, profit), else_=0)),
            added(sa.case((profit < 0, profit), else_=0)),
            added(sd * sd),
            added(told.residual_value_minor),
            added(told.value_at_risk_minor),
            sa.func.count(profit),
        )
    ).one()
    connection.execute(portfolio_totals.delete().where(portfolio_totals.c.month_on == month_on))
    ends = total_interval(np.array([gains, losses]), np.array([variance]), model.shock_sd)
    amounts = [gains + losses, *ends, residual, at_risk]
    if not customers or not model.currency or max(map(abs, amounts)) > MINOR_MOST:
        return
    names = ("profit_12_months", "profit_12_months_low", "profit_12_months_high", "residual_value", "value_at_risk")
    money = {f"{name}_minor": round(amount) for name, amount in zip(names, amounts, strict=True)}
    connection.execute(
        portfolio_totals.insert().values(
            month_on=month_on, currency=model.currency, model_id=model.id, customers=customers, **money
        )
    )


def _insert(connection: Connection) -> Any:
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _month_of(row: sa.Row[Any]) -> Month:
    def money(minor: int | None) -> Decimal | None:
        return None if minor is None or row.currency is None else from_minor(minor, row.currency)

    return Month(
        month_on=row.month_on,
        currency=row.currency,
        profit=money(row.profit_minor),
        projected_value=money(row.projected_value_minor),
        residual_value=money(row.residual_value_minor),
        lifetime_value=money(row.lifetime_value_minor),
        probability_alive=row.probability_alive,
    )


def _total_of(row: sa.Row[Any]) -> Total:
    return Total(
        month_on=row.month_on,
        currency=row.currency,
        customers=row.customers,
        profit_12_months=from_minor(row.profit_12_months_minor, row.currency),
        low=from_minor(row.profit_12_months_low_minor, row.currency),
        high=from_minor(row.profit_12_months_high_minor, row.currency),
        residual_value=from_minor(row.residual_value_minor, row.currency),
        value_at_risk=from_minor(row.value_at_risk_minor, row.currency),
    )
