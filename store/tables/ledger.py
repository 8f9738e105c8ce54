"""What was sold: sources, customers, invoices and what was paid."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint

from store.tables.base import BigId, ExactDecimal, Instant, Key, Minor, metadata

sources = Table(
    "sources",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", sa.Text, nullable=False, unique=True, comment="as its mapping calls it, such as erp-2019"),
    Column("title", sa.Text, nullable=False),
    Column("period_start_on", sa.Date, comment="first date that the source covers"),
    Column("period_end_on", sa.Date, comment="last date that the source covers: its observation end"),
    Column("margin_assumption", ExactDecimal, comment="gross margin where a line has no cost, as a share of revenue"),
    Column("refreshed_at", Instant),
)

imports = Table(
    "imports",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source_id", BigId, ForeignKey("sources.id"), nullable=False, index=True),
    Column("finished_at", Instant, nullable=False),
    Column("files", sa.JSON, nullable=False, comment="name, sha256 and rows of each file read"),
    Column("rows_read", sa.Integer, nullable=False),
    Column("rows_new", sa.Integer, nullable=False),
    Column("rows_changed", sa.Integer, nullable=False),
    Column("rows_unchanged", sa.Integer, nullable=False),
    Column("rows_rejected", sa.Integer, nullable=False),
    Column("rows_without_customer", sa.Integer, nullable=False),
    Column("without_customer", sa.JSON, nullable=False, comment="minor units by currency"),
)

held_invoices = Table(
    "held_invoices",
    metadata,
    Column("source_id", BigId, ForeignKey("sources.id"), primary_key=True),
    Column("number", sa.Text, primary_key=True),
    Column("customer_number", sa.Text, comment="as the file gives it, where it can be read"),
    Column("import_id", BigId, ForeignKey("imports.id"), nullable=False, index=True),
    Column("reason", sa.Text, nullable=False, comment="why no line of this invoice was taken"),
)

customers = Table(
    "customers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", sa.Text, nullable=False),
    Column("owner_rep_id", BigId, ForeignKey("reps.id"), index=True),
    Column("place", sa.Text, comment="city and region, to tell two customers of one name apart"),
    Column("country", sa.Text),
    Column("currency", sa.Text, comment="what the customer is invoiced in, where the source says"),
    Column("customer_since_on", sa.Date, comment="the true first purchase, where known from outside the ledger"),
    Column("status", sa.Text, nullable=False, server_default="active"),
    Column("owner_settled_at", Instant, comment="when somebody gave the customer to its owner; imports then leave it"),
    CheckConstraint("status in ('active', 'exit')", name="status"),
)

customer_references = Table(
    "customer_references",
    metadata,
    Column("source_id", BigId, ForeignKey("sources.id"), primary_key=True),
    Column("number", sa.Text, primary_key=True, comment="the customer's number in that source"),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("described_on", sa.Date, comment="day of the invoice that the customer's name and country were taken from"),
    Index("ix_customer_references_number", "number"),
)

customer_names = Table(
    "customer_names",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", sa.Text, nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("key", Key, nullable=False, index=True, comment="store.names.key_of(text)"),
    CheckConstraint("kind in ('name', 'alias')", name="kind"),
    UniqueConstraint("customer_id", "key"),
)

name_words = Table(
    "name_words",
    metadata,
    Column("word", Key, primary_key=True, comment="one word of the key"),
    Column("name_id", BigId, ForeignKey("customer_names.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

name_vocabulary = Table(
    "name_vocabulary",
    metadata,
    Column("word", Key, primary_key=True, comment="each word of name_words once, and some that were"),
    Column("backwards", Key, nullable=False, index=True, comment="its letters from last to first, for misspelt names"),
    sqlite_with_rowid=False,
)

products = Table(
    "products",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source_id", BigId, ForeignKey("sources.id"), nullable=False),
    Column("number", sa.Text, nullable=False),
    Column("name", sa.Text),
    Column("category", sa.Text),
    UniqueConstraint("source_id", "number"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source_id", BigId, ForeignKey("sources.id"), nullable=False),
    Column("number", sa.Text, nullable=False),
    Column("kind", sa.Text, nullable=False, comment="invoice, or credit for a credit note"),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("rep_id", BigId, ForeignKey("reps.id"), index=True),
    Column("issued_on", sa.Date, nullable=False),
    Column("due_on", sa.Date),
    Column("currency", sa.Text, nullable=False),
    Column("is_cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("content_hash", sa.LargeBinary(16), nullable=False, comment="of the invoice and its lines as delivered"),
    UniqueConstraint("source_id", "number"),
    CheckConstraint("kind in ('invoice', 'credit')", name="kind"),
    Index("ix_invoices_customer_id_issued_on", "customer_id", "issued_on"),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", BigId, ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", sa.Integer, primary_key=True, autoincrement=False, comment="1 for the invoice's first line"),
    Column("kind", sa.Text, nullable=False, comment="goods, or charge for what is not a unit sold (postage, fees)"),
    Column("product_id", BigId, ForeignKey("products.id")),
    Column("quantity_thousandths", sa.BigInteger, nullable=False),
    Column("unit_price", ExactDecimal),
    Column("amount_minor", Minor, nullable=False, comment="net of discount, negative on a credit"),
    Column("discount_minor", Minor, nullable=False, server_default="0"),
    Column("cost_minor", Minor, comment="empty where only the margin assumption can tell"),
    Column("cost_basis", sa.Text, nullable=False, comment="ledger, standard, or assumed"),
    CheckConstraint("kind in ('goods', 'charge')", name="kind"),
    CheckConstraint("cost_basis in ('ledger', 'standard', 'assumed')", name="cost_basis"),
    CheckConstraint("(cost_minor is null) = (cost_basis = 'assumed')", name="cost"),
    sqlite_with_rowid=False,
)

payments = Table(
    "payments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("source_id", BigId, ForeignKey("sources.id"), nullable=False),
    Column("number", sa.Text, nullable=False),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False, index=True),
    Column("invoice_id", BigId, ForeignKey("invoices.id", ondelete="SET NULL"), index=True),
    Column("paid_on", sa.Date, nullable=False),
    Column("amount_minor", Minor, nullable=False),
    Column("currency", sa.Text, nullable=False),
    UniqueConstraint("source_id", "number"),
)
