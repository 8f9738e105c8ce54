"""the first tables"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "exchange_rates",
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False, comment="the day of the invoice"),
        sa.Column("rate", store.tables.ExactDecimal(), nullable=False, comment="one unit of base in units of quote"),
        sa.Column("published_on", sa.Date(), nullable=False, comment="the day of the rate used, at most a week before"),
        sa.PrimaryKeyConstraint("base", "quote", "rate_on", name=op.f("pk_exchange_rates")),
    )
    op.create_table(
        "name_vocabulary",
        sa.Column(
            "word",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="each word of name_words once, and some that were",
        ),
        sa.Column(
            "backwards",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="its letters from last to first, for misspelt names",
        ),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_name_vocabulary")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("name_vocabulary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_vocabulary_backwards"), ["backwards"], unique=False)

    op.create_table(
        "reps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("slack_user_id", sa.Text(), nullable=True),
        sa.Column(
            "is_invented", sa.Boolean(), server_default=sa.false(), nullable=False, comment="a made-up name in the demo"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reps")),
        sa.UniqueConstraint("email", name=op.f("uq_reps_email")),
        sa.UniqueConstraint("slack_user_id", name=op.f("uq_reps_slack_user_id")),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as its mapping calls it, such as erp-2019"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period_start_on", sa.Date(), nullable=True, comment="first date that the source covers"),
        sa.Column(
            "period_end_on", sa.Date(), nullable=True, comment="last date that the source covers: its observation end"
        ),
        sa.Column(
            "margin_assumption",
            store.tables.ExactDecimal(),
            nullable=True,
            comment="gross margin where a line has no cost, as a share of revenue",
        ),
        sa.Column("refreshed_at", store.tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_currency", sa.Text(), nullable=True, comment="in which the team's figures are shown"),
        sa.CheckConstraint("id = 1", name=op.f("ck_workspace_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_rep_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "place", sa.Text(), nullable=True, comment="city and region, to tell two customers of one name apart"
        ),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column(
            "currency", sa.Text(), nullable=True, comment="what the customer is invoiced in, where the source says"
        ),
        sa.Column(
            "customer_since_on",
            sa.Date(),
            nullable=True,
            comment="the true first purchase, where known from outside the ledger",
        ),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.CheckConstraint("status in ('active', 'exit')", name=op.f("ck_customers_status")),
        sa.ForeignKeyConstraint(["owner_rep_id"], ["reps.id"], name=op.f("fk_customers_owner_rep_id_reps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customers_owner_rep_id"), ["owner_rep_id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finished_at", store.tables.Instant(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False, comment="name, sha256 and rows of each file read"),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("rows_without_customer", sa.Integer(), nullable=False),
        sa.Column("without_customer", sa.JSON(), nullable=False, comment="minor units by currency"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_imports_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_source_id"), ["source_id"], unique=False)

    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_products_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_products_source_id_number")),
    )
    op.create_table(
        "rep_references",
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["rep_id"], ["reps.id"], name=op.f("fk_rep_references_rep_id_reps")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_rep_references_source_id_sources")),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_rep_references")),
    )
    with op.batch_alter_table("rep_references", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rep_references_rep_id"), ["rep_id"], unique=False)

    op.create_table(
        "customer_names",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "key",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="store.names.key_of(text)",
        ),
        sa.CheckConstraint("kind in ('name', 'alias')", name=op.f("ck_customer_names_kind")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_names_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_names")),
        sa.UniqueConstraint("customer_id", "key", name=op.f("uq_customer_names_customer_id_key")),
    )
    with op.batch_alter_table("customer_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_names_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_names_key"), ["key"], unique=False)

    op.create_table(
        "customer_references",
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="the customer's number in that source"),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "described_on",
            sa.Date(),
            nullable=True,
            comment="day of the invoice that the customer's name and country were taken from",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_references_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_customer_references_source_id_sources")),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_customer_references")),
    )
    with op.batch_alter_table("customer_references", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_references_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_customer_references_number", ["number"], unique=False)

    op.create_table(
        "customer_values",
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "currency", sa.Text(), nullable=True, comment="empty where the currencies could not be brought together"
        ),
        sa.Column(
            "unknown_reason", sa.Text(), nullable=True, comment="why the money figures are not known, as a sentence"
        ),
        sa.Column("period_start_on", sa.Date(), nullable=True),
        sa.Column("observation_end_on", sa.Date(), nullable=True),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("units_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("first_purchase_on", sa.Date(), nullable=True),
        sa.Column("last_purchase_on", sa.Date(), nullable=True),
        sa.Column("revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column(
            "gross_profit_minor",
            sa.BigInteger(),
            nullable=True,
            comment="empty where a cost is neither given nor assumed",
        ),
        sa.Column(
            "assumed_cost_revenue_minor",
            sa.BigInteger(),
            nullable=True,
            comment="the part of revenue whose cost is the margin assumption",
        ),
        sa.Column("revenue_12_months_minor", sa.BigInteger(), nullable=True),
        sa.Column("gross_profit_12_months_minor", sa.BigInteger(), nullable=True),
        sa.Column(
            "projected_value_minor", sa.BigInteger(), nullable=True, comment="empty where there is no profit to project"
        ),
        sa.Column(
            "cap_from_year",
            sa.Integer(),
            nullable=True,
            comment="first year in which the implied margin is held at 100 % of revenue",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_values_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_values")),
    )
    with op.batch_alter_table("customer_values", schema=None) as batch_op:
        batch_op.create_index("ix_customer_values_projected_value_minor", ["projected_value_minor"], unique=False)

    op.create_table(
        "held_invoices",
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_number", sa.Text(), nullable=True, comment="as the file gives it, where it can be read"),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="why no line of this invoice was taken"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_held_invoices_import_id_imports")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_held_invoices_source_id_sources")),
        sa.PrimaryKeyConstraint("source_id", "number", name=op.f("pk_held_invoices")),
    )
    with op.batch_alter_table("held_invoices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_invoices_import_id"), ["import_id"], unique=False)

    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="invoice, or credit for a credit note"),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rep_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "content_hash",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="of the invoice and its lines as delivered",
        ),
        sa.CheckConstraint("kind in ('invoice', 'credit')", name=op.f("ck_invoices_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_invoices_customer_id_customers")),
        sa.ForeignKeyConstraint(["rep_id"], ["reps.id"], name=op.f("fk_invoices_rep_id_reps")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_invoices_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_invoices_source_id_number")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index("ix_invoices_customer_id_issued_on", ["customer_id", "issued_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoices_rep_id"), ["rep_id"], unique=False)

    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ordinal", sa.Integer(), autoincrement=False, nullable=False, comment="1 for the invoice's first line"
        ),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="goods, or charge for what is not a unit sold (postage, fees)"
        ),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", store.tables.ExactDecimal(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False, comment="net of discount, negative on a credit"),
        sa.Column("discount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "cost_minor", sa.BigInteger(), nullable=True, comment="empty where only the margin assumption can tell"
        ),
        sa.Column("cost_basis", sa.Text(), nullable=False, comment="ledger, standard, or assumed"),
        sa.CheckConstraint("(cost_minor is null) = (cost_basis = 'assumed')", name=op.f("ck_invoice_lines_cost")),
        sa.CheckConstraint("cost_basis in ('ledger', 'standard', 'assumed')", name=op.f("ck_invoice_lines_cost_basis")),
        sa.CheckConstraint("kind in ('goods', 'charge')", name=op.f("ck_invoice_lines_kind")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_lines_invoice_id_invoices"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_invoice_lines_product_id_products")),
        sa.PrimaryKeyConstraint("invoice_id", "ordinal", name=op.f("pk_invoice_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "name_words",
        sa.Column(
            "word",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="one word of the key",
        ),
        sa.Column("name_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["name_id"], ["customer_names.id"], name=op.f("fk_name_words_name_id_customer_names"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "name_id", name=op.f("pk_name_words")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("name_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_words_name_id"), ["name_id"], unique=False)

    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_payments_customer_id_customers")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_payments_invoice_id_invoices"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_payments_source_id_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_payments_source_id_number")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_invoice_id"), ["invoice_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_payments_customer_id"))

    op.drop_table("payments")
    with op.batch_alter_table("name_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_words_name_id"))

    op.drop_table("name_words")
    op.drop_table("invoice_lines")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoices_rep_id"))
        batch_op.drop_index("ix_invoices_customer_id_issued_on")

    op.drop_table("invoices")
    with op.batch_alter_table("held_invoices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_invoices_import_id"))

    op.drop_table("held_invoices")
    with op.batch_alter_table("customer_values", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_values_projected_value_minor")

    op.drop_table("customer_values")
    with op.batch_alter_table("customer_references", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_references_number")
        batch_op.drop_index(batch_op.f("ix_customer_references_customer_id"))

    op.drop_table("customer_references")
    with op.batch_alter_table("customer_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_names_key"))
        batch_op.drop_index(batch_op.f("ix_customer_names_customer_id"))

    op.drop_table("customer_names")
    with op.batch_alter_table("rep_references", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rep_references_rep_id"))

    op.drop_table("rep_references")
    op.drop_table("products")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_source_id"))

    op.drop_table("imports")
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customers_owner_rep_id"))

    op.drop_table("customers")
    op.drop_table("workspace")
    op.drop_table("sources")
    op.drop_table("reps")
    with op.batch_alter_table("name_vocabulary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_vocabulary_backwards"))

    op.drop_table("name_vocabulary")
    op.drop_table("exchange_rates")
