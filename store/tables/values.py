"""What customers are worth, and what that rests on."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from store.tables.base import BigId, ExactDecimal, Instant, Minor, metadata

customer_assumptions = Table(
    "customer_assumptions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("document", sa.JSON, nullable=False, comment="what differs from the team's; the newest row holds"),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", sa.Text, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
)

exchange_rates = Table(
    "exchange_rates",
    metadata,
    Column("base", sa.Text, primary_key=True),
    Column("quote", sa.Text, primary_key=True),
    Column("rate_on", sa.Date, primary_key=True, comment="the day of the invoice"),
    Column("rate", ExactDecimal, nullable=False, comment="one unit of base in units of quote"),
    Column("published_on", sa.Date, nullable=False, comment="the day of the rate used, at most a week before"),
)

customer_values = Table(
    "customer_values",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("currency", sa.Text, comment="empty where the currencies could not be brought together"),
    Column("unknown_reason", sa.Text, comment="why the money figures are not known, as a sentence"),
    Column("period_start_on", sa.Date),
    Column("observation_end_on", sa.Date),
    Column("invoices", sa.Integer, nullable=False),
    Column("credits", sa.Integer, nullable=False),
    Column("units_thousandths", sa.BigInteger, nullable=False),
    Column("first_purchase_on", sa.Date),
    Column("last_purchase_on", sa.Date),
    Column("revenue_minor", Minor),
    Column("gross_profit_minor", Minor, comment="empty where a cost is neither given nor assumed"),
    Column("assumed_cost_revenue_minor", Minor, comment="the part of revenue whose cost is the margin assumption"),
    Column("revenue_12_months_minor", Minor),
    Column("gross_profit_12_months_minor", Minor),
    Column("projected_value_minor", Minor, comment="empty where there is no profit to project"),
    Column("cap_from_year", sa.Integer, comment="first year in which the implied margin is held at 100 % of revenue"),
    Index("ix_customer_values_projected_value_minor", "projected_value_minor"),
)
