"""fitted models, what they expect of each customer, and what values were, month by month"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "fitted_models",
        sa.Column("id", big_id, nullable=False),
        sa.Column("fitted_at", store.tables.Instant(), nullable=False, comment="the newest row holds"),
        sa.Column(
            "currency", sa.Text(), nullable=True, comment="of the spend that was learned from; empty where nothing was"
        ),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False, comment="the last day that was learned from"),
        sa.Column("horizon_days", sa.Integer(), nullable=False, comment="what the candidates were compared over"),
        sa.Column("customers", sa.Integer(), nullable=False, comment="whose purchases were learned from"),
        sa.Column("gate", sa.Text(), nullable=True, comment="why nothing can be learned, as a sentence"),
        sa.Column(
            "why_not_earned",
            sa.Text(),
            nullable=True,
            comment="why the headline does not rest on it, as a phrase; empty where it does",
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="which past the choice rests on, as a sentence"),
        sa.Column("purchases_candidate", sa.Text(), nullable=False),
        sa.Column("spend_candidate", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False, comment="the model whose probabilities are used"),
        sa.Column("windows", sa.Integer(), nullable=False, comment="of the back-test"),
        sa.Column(
            "purchases_mae",
            sa.Float(),
            nullable=True,
            comment="a customer's purchases in a window, off by so many on average",
        ),
        sa.Column(
            "spend_mae_minor",
            sa.BigInteger(),
            nullable=True,
            comment="a customer's spend in a window, off by so much on average",
        ),
        sa.Column("spend_rmse_minor", sa.BigInteger(), nullable=True),
        sa.Column(
            "spend_total_error",
            sa.Float(),
            nullable=True,
            comment="expected ÷ actual total − 1, the mean of the windows",
        ),
        sa.Column(
            "shock_sd",
            sa.Float(),
            nullable=True,
            comment="how far all customers' total goes off together, in logarithms",
        ),
        sa.Column(
            "company_margin",
            sa.Float(),
            nullable=True,
            comment="profit ÷ revenue of all customers; empty where no profit is known",
        ),
        sa.Column(
            "credibility_revenue",
            sa.Float(),
            nullable=True,
            comment="at which a customer's own margin counts as much as the company's",
        ),
        sa.Column("document", sa.Text(), nullable=False, comment="value.chosen.Choice as JSON, with every parameter"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fitted_models")),
    )
    op.create_table(
        "portfolio_totals",
        sa.Column("month_on", sa.Date(), nullable=False, comment="the first of the month of the observation end"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("model_id", big_id, nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("profit_12_months_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "profit_12_months_low_minor", sa.BigInteger(), nullable=False, comment="80 % with a shock common to all"
        ),
        sa.Column("profit_12_months_high_minor", sa.BigInteger(), nullable=False),
        sa.Column("residual_value_minor", sa.BigInteger(), nullable=False),
        sa.Column("value_at_risk_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["fitted_models.id"], name=op.f("fk_portfolio_totals_model_id_fitted_models")
        ),
        sa.PrimaryKeyConstraint("month_on", "currency", name=op.f("pk_portfolio_totals")),
    )
    op.create_table(
        "customer_expectations",
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("model_id", big_id, nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False, comment="the observation end that the horizons begin after"),
        sa.Column("currency", sa.Text(), nullable=True, comment="of the money; empty where none is known"),
        sa.Column("unknown_reason", sa.Text(), nullable=True, comment="why figures are empty, as a phrase"),
        sa.Column("probability_alive", sa.Float(), nullable=True),
        sa.Column(
            "lost_12_months", sa.Float(), nullable=True, comment="probability to have left for good within 12 months"
        ),
        sa.Column("purchases_12_months", sa.Float(), nullable=True),
        sa.Column("purchases_36_months", sa.Float(), nullable=True),
        sa.Column("purchases_60_months", sa.Float(), nullable=True),
        sa.Column("margin", sa.Float(), nullable=True, comment="the customer's own, drawn towards the company's"),
        sa.Column("profit_12_months_minor", sa.BigInteger(), nullable=True),
        sa.Column("profit_12_months_low_minor", sa.BigInteger(), nullable=True, comment="one in ten ends below"),
        sa.Column("profit_12_months_high_minor", sa.BigInteger(), nullable=True, comment="one in ten ends above"),
        sa.Column("profit_12_months_sd_minor", sa.Float(), nullable=True, comment="of this customer alone, for totals"),
        sa.Column("profit_36_months_minor", sa.BigInteger(), nullable=True),
        sa.Column("profit_60_months_minor", sa.BigInteger(), nullable=True),
        sa.Column(
            "residual_value_minor",
            sa.BigInteger(),
            nullable=True,
            comment="residual lifetime value: profit of 20 years ahead, discounted",
        ),
        sa.Column(
            "value_at_risk_minor",
            sa.BigInteger(),
            nullable=True,
            comment="lost_12_months × residual lifetime value, none of a loss",
        ),
        sa.Column(
            "rhythm_days",
            sa.Float(),
            nullable=True,
            comment="the median gap between order days; empty below four of them",
        ),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "unknown_reason is not null or residual_value_minor is not null",
            name=op.f("ck_customer_expectations_known_or_why"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_expectations_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["fitted_models.id"], name=op.f("fk_customer_expectations_model_id_fitted_models")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_expectations")),
    )
    op.create_table(
        "value_history",
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False, comment="the first of the month of the observation end"),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("profit_minor", sa.BigInteger(), nullable=True, comment="so far"),
        sa.Column("projected_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("residual_value_minor", sa.BigInteger(), nullable=True),
        sa.Column("lifetime_value_minor", sa.BigInteger(), nullable=True, comment="as a card said it in that month"),
        sa.Column("probability_alive", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_value_history_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "month_on", name=op.f("pk_value_history")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("portfolio_totals", "value_history", "customer_expectations", "fitted_models"):
        op.drop_table(name)
