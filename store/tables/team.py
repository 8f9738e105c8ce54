"""Who works here: reps, people of the workspace, their settings, and what was changed by whom."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table

from store.tables.base import BigId, Instant, metadata

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
