"""team settings, with every change kept: the home currency moves in"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    settings = op.create_table(
        "team_settings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False, comment="store.workspace.TeamSettings; the newest row holds"),
        sa.Column("changed_at", store.tables.Instant(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_settings")),
    )
    home_currency = op.get_bind().execute(sa.text("SELECT home_currency FROM workspace")).scalar()
    if home_currency:
        # When it was set was not kept; the epoch says so better than a moment that looks true.
        moved = {"document": {"home_currency": home_currency}, "changed_by": "migration", "reason": "set before 0002"}
        op.bulk_insert(settings, [{**moved, "changed_at": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}])
    op.drop_table("workspace")


def downgrade() -> None:
    workspace = op.create_table(
        "workspace",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_currency", sa.Text(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_workspace_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    query = sa.text("SELECT document FROM team_settings ORDER BY id DESC LIMIT 1").columns(document=sa.JSON)
    document = op.get_bind().execute(query).scalar()
    if document and document.get("home_currency"):
        op.bulk_insert(workspace, [{"id": 1, "home_currency": document["home_currency"]}])
    op.drop_table("team_settings")
