"""When digests are sent, what each showed, and what became of it."""

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint

from store.tables.base import BigId, Instant, Minor, metadata

digest_schedules = Table(
    "digest_schedules",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel_id", sa.Text, nullable=False, unique=True, comment="one digest a channel"),
    Column("document", sa.JSON, nullable=False, comment="store.digest_schedules.Schedule: weekday, time, zone, whom"),
    Column("is_paused", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("paused_because", sa.Text, comment="where Melktert paused it itself, as a sentence"),
    Column("starts_at", Instant, nullable=False, comment="no slot before this moment is missed"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", sa.Text, nullable=False),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
)

digest_issues = Table(
    "digest_issues",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("reader", sa.Text, nullable=False, comment="team SCHEDULE, or rep SLACK_USER_ID"),
    Column("slot_on", sa.Date, nullable=False, comment="the local day of the slot"),
    Column("composed_at", Instant, nullable=False),
    Column("today_on", sa.Date, nullable=False, comment="the reader's day when it was composed"),
    Column("figures", sa.JSON, nullable=False, comment="the figures on top, to stand beside those of the next one"),
    UniqueConstraint("reader", "slot_on"),
)

digest_lines = Table(
    "digest_lines",
    metadata,
    Column("issue_id", BigId, ForeignKey("digest_issues.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    Column("section", sa.Text, nullable=False),
    Column("subject", sa.Text, nullable=False, comment="what is not to be repeated: visit 31, promise 12, event 3"),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), index=True),
    Column("promise_id", BigId, ForeignKey("promises.id", ondelete="CASCADE"), index=True),
    Column("event_id", BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True),
    Column("owner_rep_id", BigId, ForeignKey("reps.id"), index=True),
    Column("reason", sa.Text, nullable=False, comment="why it stands there, as a phrase"),
    Column("at_stake_minor", Minor),
    Column("currency", sa.Text),
    Column("times_shown", sa.Integer, nullable=False, comment="1 for the first time; 3 escalates it"),
    Column("taken_by", sa.Text, comment="the Slack user who said that they will do it"),
    Column("taken_at", Instant),
    CheckConstraint(
        "section in ('visit', 'follow_up', 'invite', 'stopped', 'conversation')",
        name="section",
    ),
    Index("ix_digest_lines_subject", "subject"),
)

digest_dismissals = Table(
    "digest_dismissals",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subject", sa.Text, nullable=False, index=True, comment="as in digest_lines"),
    Column("reader", sa.Text, nullable=False, comment="for which digest"),
    Column("until_on", sa.Date, comment="empty where it was called not relevant"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", sa.Text, nullable=False),
    Column("ended_at", Instant, comment="when somebody took it back"),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
)
