"""how many customers of each rep are due on each day"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As store/due_days.py counts, at the time of this migration.
COUNT = """
    INSERT INTO owner_due_days
    SELECT owner_rep_id, due_on, coalesce(currency, ''), count(*),
        CAST(sum(coalesce(at_stake_minor, 0) / 1000000000) AS BIGINT),
        CAST(sum(coalesce(at_stake_minor, 0) % 1000000000) AS BIGINT)
    FROM customer_standings WHERE owner_rep_id IS NOT NULL AND due_on IS NOT NULL
    GROUP BY owner_rep_id, due_on, coalesce(currency, '')
"""


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "owner_due_days",
        sa.Column("owner_rep_id", big_id, autoincrement=False, nullable=False, comment="of this rep's own customers"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="as in due_days"),
        sa.Column("currency", sa.Text(), nullable=False, comment="as in due_days"),
        sa.Column("customers", sa.Integer(), nullable=False, comment="how many are due on that day"),
        sa.Column(
            "at_stake_parts",
            sa.BigInteger(),
            nullable=False,
            comment="of them together, whole thousand millions of minor units",
        ),
        sa.Column("at_stake_rest_minor", sa.BigInteger(), nullable=False, comment="and the rest of each, added up"),
        sa.PrimaryKeyConstraint("owner_rep_id", "due_on", "currency", name=op.f("pk_owner_due_days")),
    )
    op.execute(COUNT)


def downgrade() -> None:
    op.drop_table("owner_due_days")
