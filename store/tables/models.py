"""What the purchase models learned from the past, and what they expect: no figure in it is anybody's word."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table

from store.tables.base import BigId, Instant, Minor, metadata

fitted_models = Table(
    "fitted_models",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("fitted_at", Instant, nullable=False, comment="the newest row holds"),
    Column("currency", sa.Text, comment="of the spend that was learned from; empty where nothing was"),
    Column("start_on", sa.Date, nullable=False),
    Column("end_on", sa.Date, nullable=False, comment="the last day that was learned from"),
    Column("horizon_days", sa.Integer, nullable=False, comment="what the candidates were compared over"),
    Column("customers", sa.Integer, nullable=False, comment="whose purchases were learned from"),
    Column("gate", sa.Text, comment="why nothing can be learned, as a sentence"),
    Column("why_not_earned", sa.Text, comment="why the headline does not rest on it, as a phrase; empty where it does"),
    Column("note", sa.Text, nullable=False, comment="which past the choice rests on, as a sentence"),
    Column("purchases_candidate", sa.Text, nullable=False),
    Column("spend_candidate", sa.Text, nullable=False),
    Column("carrier", sa.Text, nullable=False, comment="the model whose probabilities are used"),
    Column("windows", sa.Integer, nullable=False, comment="of the back-test"),
    Column("purchases_mae", sa.Float, comment="a customer's purchases in a window, off by so many on average"),
    Column("spend_mae_minor", Minor, comment="a customer's spend in a window, off by so much on average"),
    Column("spend_rmse_minor", Minor),
    Column("spend_total_error", sa.Float, comment="expected ÷ actual total − 1, the mean of the windows"),
    Column("shock_sd", sa.Float, comment="how far all customers' total goes off together, in logarithms"),
    Column("company_margin", sa.Float, comment="profit ÷ revenue of all customers; empty where no profit is known"),
    Column("credibility_revenue", sa.Float, comment="at which a customer's own margin counts as much as the company's"),
    Column("document", sa.Text, nullable=False, comment="value.chosen.Choice as JSON, with every parameter"),
)

customer_expectations = Table(
    "customer_expectations",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("model_id", BigId, ForeignKey("fitted_models.id"), nullable=False),
    Column("as_of_on", sa.Date, nullable=False, comment="the observation end that the horizons begin after"),
    Column("currency", sa.Text, comment="of the money; empty where none is known"),
    Column("unknown_reason", sa.Text, comment="why figures are empty, as a phrase"),
    Column("probability_alive", sa.Float),
    Column("lost_12_months", sa.Float, comment="probability to have left for good within 12 months"),
    Column("purchases_12_months", sa.Float),
    Column("purchases_36_months", sa.Float),
    Column("purchases_60_months", sa.Float),
    Column("margin", sa.Float, comment="the customer's own, drawn towards the company's"),
    Column("profit_12_months_minor", Minor),
    Column("profit_12_months_low_minor", Minor, comment="one in ten ends below"),
    Column("profit_12_months_high_minor", Minor, comment="one in ten ends above"),
    Column("profit_12_months_sd_minor", sa.Float, comment="of this customer alone, for totals"),
    Column("profit_36_months_minor", Minor),
    Column("profit_60_months_minor", Minor),
    Column("residual_value_minor", Minor, comment="residual lifetime value: profit of 20 years ahead, discounted"),
    Column("value_at_risk_minor", Minor, comment="lost_12_months × residual lifetime value, none of a loss"),
    Column("rhythm_days", sa.Float, comment="the median gap between order days; empty below four of them"),
    Column("next_due_on", sa.Date),
    CheckConstraint("unknown_reason is not null or residual_value_minor is not null", name="known_or_why"),
)

value_history = Table(
    "value_history",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("month_on", sa.Date, primary_key=True, comment="the first of the month of the observation end"),
    Column("currency", sa.Text),
    Column("profit_minor", Minor, comment="so far"),
    Column("projected_value_minor", Minor),
    Column("residual_value_minor", Minor),
    Column("lifetime_value_minor", Minor, comment="as a card said it in that month"),
    Column("probability_alive", sa.Float),
    sqlite_with_rowid=False,
)

portfolio_totals = Table(
    "portfolio_totals",
    metadata,
    Column("month_on", sa.Date, primary_key=True, comment="the first of the month of the observation end"),
    Column("currency", sa.Text, primary_key=True),
    Column("model_id", BigId, ForeignKey("fitted_models.id"), nullable=False),
    Column("customers", sa.Integer, nullable=False),
    Column("profit_12_months_minor", Minor, nullable=False),
    Column("profit_12_months_low_minor", Minor, nullable=False, comment="80 % with a shock common to all"),
    Column("profit_12_months_high_minor", Minor, nullable=False),
    Column("residual_value_minor", Minor, nullable=False),
    Column("value_at_risk_minor", Minor, nullable=False),
)
