"""people, the reps that they are, what they changed, and the customers with assumptions of their own"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = store.tables.Instant
    op.create_table(
        "people",
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True, comment="in small letters"),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="rep", nullable=False),
        sa.Column("seen_at", instant(), nullable=False, comment="when Slack last told of this person"),
        sa.Column("first_answer_at", instant(), comment="when this person was first shown a customer"),
        sa.CheckConstraint("kind in ('member', 'guest', 'stranger', 'bot', 'left')", name=op.f("ck_people_kind")),
        sa.CheckConstraint("role in ('rep', 'manager', 'admin')", name=op.f("ck_people_role")),
        sa.PrimaryKeyConstraint("slack_user_id", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_email"), "people", ["email"])
    op.create_table(
        "audit_entries",
        sa.Column("id", big_id, nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="a Slack user id, or what else did it"),
        sa.Column("action", sa.Text(), nullable=False, comment="such as rep.link"),
        sa.Column("subject", sa.Text(), nullable=False, comment="such as rep 7 or customer 31"),
        sa.Column("details", sa.JSON(), nullable=False, comment="what it was and what it became"),
        sa.Column("reason", sa.Text()),
        sa.Column("receipt", sa.Text(), comment=_RECEIPT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("receipt", name=op.f("uq_audit_entries_receipt")),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
    op.create_table(
        "receipts",
        sa.Column("key", sa.Text(), nullable=False, comment="Slack's id of something that was delivered"),
        sa.Column("received_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_received_at"), "receipts", ["received_at"])
    op.create_table(
        "customer_assumptions",
        sa.Column("id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False, comment="what differs from the team's; the newest row holds"),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), comment="Slack's id of the request"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_assumptions_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_assumptions")),
        sa.UniqueConstraint("receipt", name=op.f("uq_customer_assumptions_receipt")),
    )
    op.create_index(op.f("ix_customer_assumptions_customer_id"), "customer_assumptions", ["customer_id"])
    with op.batch_alter_table("team_settings") as table:
        table.add_column(sa.Column("receipt", sa.Text(), comment=_RECEIPT))
        table.create_unique_constraint(op.f("uq_team_settings_receipt"), ["receipt"])
    op.add_column(
        "customers",
        sa.Column(
            "owner_settled_at",
            instant(),
            comment="when somebody gave the customer to its owner; imports then leave it",
        ),
    )
    with op.batch_alter_table("reps") as table:
        table.add_column(sa.Column("linked_at", instant(), comment="when slack_user_id was confirmed"))
        table.add_column(
            sa.Column("linked_by", sa.Text(), comment="the Slack user who confirmed it: an admin, or the person")
        )
        table.add_column(sa.Column("left_at", instant(), comment="when an admin said that this rep has left"))
        table.add_column(
            sa.Column("successor_rep_id", big_id, comment="who has the customers of one who left"),
        )
        table.create_foreign_key(op.f("fk_reps_successor_rep_id_reps"), "reps", ["successor_rep_id"], ["id"])
        table.create_index(op.f("ix_reps_successor_rep_id"), ["successor_rep_id"])


def downgrade() -> None:
    with op.batch_alter_table("reps") as table:
        table.drop_index(op.f("ix_reps_successor_rep_id"))
        table.drop_constraint(op.f("fk_reps_successor_rep_id_reps"), type_="foreignkey")
        for column in ("successor_rep_id", "left_at", "linked_by", "linked_at"):
            table.drop_column(column)
    with op.batch_alter_table("customers") as table:
        table.drop_column("owner_settled_at")
    with op.batch_alter_table("team_settings") as table:
        table.drop_constraint(op.f("uq_team_settings_receipt"), type_="unique")
        table.drop_column("receipt")
    for name in ("customer_assumptions", "receipts", "audit_entries", "people"):
        op.drop_table(name)


_RECEIPT = "Slack's id of the request, so that one delivered twice is one row"
