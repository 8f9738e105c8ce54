"""The tables of the shared customer database, as SQLAlchemy Core.

Money is integer minor units beside an ISO 4217 currency, quantities are integer thousandths, unit prices are exact
decimals, instants are UTC. Every name ends in its unit. The migrations in store/migrations create what stands here;
tests/store/test_migrations.py holds the two together.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, MetaData, Table, UniqueConstraint
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers its rows itself only in a column of the type INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Minor = sa.BigInteger
# Ordered letter by letter whatever the database's collation, so that a prefix is a range of the index.
Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class ExactDecimal(sa.types.TypeDecorator[Decimal]):
    """A decimal kept to its last digit: NUMERIC in PostgreSQL, text in SQLite, whose NUMERIC is a float."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC, aware on both databases (SQLite's own DateTime forgets the zone)."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone; pass datetime.now(UTC)")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


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

reps = Table(
    "reps",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", sa.Text, nullable=False),
    Column("email", sa.Text, unique=True),
    Column("slack_user_id", sa.Text, unique=True),
    Column("is_invented", sa.Boolean, nullable=False, server_default=sa.false(), comment="a made-up name in the demo"),
    Column("linked_at", Instant, comment="when slack_user_id was confirmed"),
    Column("linked_by", sa.Text, comment="the Slack user who confirmed it: an admin, or the person"),
    Column("left_at", Instant, comment="when an admin said that this rep has left"),
    Column(
        "successor_rep_id", BigId, ForeignKey("reps.id"), index=True, comment="who has the customers of one who left"
    ),
)

people = Table(
    "people",
    metadata,
    Column("slack_user_id", sa.Text, primary_key=True),
    Column("team_id", sa.Text, nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("email", sa.Text, index=True, comment="in small letters"),
    Column("zone", sa.Text, nullable=False),
    Column("locale", sa.Text, nullable=False),
    Column("kind", sa.Text, nullable=False),
    Column("role", sa.Text, nullable=False, server_default="rep"),
    Column("seen_at", Instant, nullable=False, comment="when Slack last told of this person"),
    Column("first_answer_at", Instant, comment="when this person was first shown a customer"),
    CheckConstraint("kind in ('member', 'guest', 'stranger', 'bot', 'left')", name="kind"),
    CheckConstraint("role in ('rep', 'manager', 'admin')", name="role"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", sa.Text, nullable=False, comment="a Slack user id, or what else did it"),
    Column("action", sa.Text, nullable=False, comment="such as rep.link"),
    Column("subject", sa.Text, nullable=False, comment="such as rep 7 or customer 31"),
    Column("details", sa.JSON, nullable=False, comment="what it was and what it became"),
    Column("reason", sa.Text),
    Column(
        "receipt", sa.Text, unique=True, comment="Slack's id of the request, so that one delivered twice is one row"
    ),
    Index("ix_audit_entries_subject", "subject"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("key", sa.Text, primary_key=True, comment="Slack's id of something that was delivered"),
    Column("received_at", Instant, nullable=False, index=True),
)

rep_references = Table(
    "rep_references",
    metadata,
    Column("source_id", BigId, ForeignKey("sources.id"), primary_key=True),
    Column("number", sa.Text, primary_key=True),
    Column("rep_id", BigId, ForeignKey("reps.id"), nullable=False, index=True),
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

team_settings = Table(
    "team_settings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("document", sa.JSON, nullable=False, comment="store.workspace.TeamSettings; the newest row holds"),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", sa.Text, nullable=False),
    Column("reason", sa.Text),
    Column(
        "receipt", sa.Text, unique=True, comment="Slack's id of the request, so that one delivered twice is one row"
    ),
)

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
