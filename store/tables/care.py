"""Who was seen, what was promised, who is there, and what is to be sent."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table

from store.tables.base import BigId, Instant, Minor, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", sa.Text, nullable=False),
    Column("role", sa.Text, comment="what they do there, such as buyer"),
    Column("email", sa.Text),
    Column("phone", sa.Text),
    Column("birthday_month", sa.Integer),
    Column("birthday_day", sa.Integer),
    Column("birthday_year", sa.Integer, comment="empty where it is not known"),
    Column("anniversary_month", sa.Integer),
    Column("anniversary_day", sa.Integer),
    Column("anniversary_year", sa.Integer),
    Column("anniversary_of", sa.Text, comment="such as wedding"),
    Column("preferences", sa.Text, comment="what they like, and what not to bring"),
    Column("gone_on", sa.Date, comment="since when they are not there any more; they are never congratulated"),
    Column("is_invented", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("added_at", Instant, nullable=False),
    Column("added_by", sa.Text, nullable=False),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
    CheckConstraint("(birthday_month is null) = (birthday_day is null)", name="birthday"),
    CheckConstraint("(anniversary_month is null) = (anniversary_day is null)", name="anniversary"),
    Index("ix_contacts_birthday", "birthday_month", "birthday_day"),
    Index("ix_contacts_anniversary", "anniversary_month", "anniversary_day"),
)

events = Table(
    "events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("title", sa.Text, nullable=False),
    Column("held_on", sa.Date, nullable=False, index=True),
    Column("place", sa.Text),
    Column("seats", sa.Integer, comment="how many guests there is room for"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", sa.Text, nullable=False),
    Column("cancelled_at", Instant),
    Column("is_invented", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
)

touches = Table(
    "touches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
    Column("kind", sa.Text, nullable=False),
    Column("happened_on", sa.Date, nullable=False, comment="the day where it happened"),
    Column("contact_id", BigId, ForeignKey("contacts.id", ondelete="SET NULL"), index=True),
    Column("event_id", BigId, ForeignKey("events.id", ondelete="SET NULL"), index=True, comment="they came to it"),
    Column("minutes", sa.Integer),
    Column("cost_minor", Minor, comment="what it cost beside the time, such as a gift"),
    Column("currency", sa.Text),
    Column("outcome", sa.Text, comment="a complaint stays open until a later touch has settled it"),
    Column("note", sa.Text, comment="what was said and done"),
    Column("learned", sa.Text, comment="what a value conversation brought to light"),
    Column("permalink", sa.Text, comment="the Slack message that it was logged from"),
    Column("author", sa.Text, nullable=False, comment="the Slack user who logged it, or what else did"),
    Column("logged_at", Instant, nullable=False),
    Column("deleted_at", Instant, comment="deleted touches count for nothing; audit_entries say who and why"),
    Column("is_invented", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
    CheckConstraint("kind in ('visit', 'call', 'message', 'gift', 'invitation', 'conversation')", name="kind"),
    CheckConstraint("outcome in ('good', 'neutral', 'complaint', 'settled')", name="outcome"),
    CheckConstraint("(cost_minor is null) = (currency is null)", name="cost"),
    Index("ix_touches_customer_id_happened_on", "customer_id", "happened_on"),
    Index("ix_touches_happened_on", "happened_on"),
)

touch_people = Table(
    "touch_people",
    metadata,
    Column("touch_id", BigId, ForeignKey("touches.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    Column("rep_id", BigId, ForeignKey("reps.id"), index=True, comment="who was there, as a rep of the ledger"),
    Column("slack_user_id", sa.Text, index=True, comment="who was there, as a member of the workspace"),
    CheckConstraint("rep_id is not null or slack_user_id is not null", name="somebody"),
)

promises = Table(
    "promises",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("contact_id", BigId, ForeignKey("contacts.id", ondelete="SET NULL"), index=True),
    Column("touch_id", BigId, ForeignKey("touches.id", ondelete="SET NULL"), index=True, comment="made during it"),
    Column("text", sa.Text, nullable=False),
    Column("due_on", sa.Date, nullable=False, comment="the day of whoever is to keep it"),
    Column("first_due_on", sa.Date, nullable=False, comment="as it was promised, whatever was snoozed since"),
    Column("rep_id", BigId, ForeignKey("reps.id"), index=True, comment="who is to keep it, as a rep of the ledger"),
    Column("slack_user_id", sa.Text, index=True, comment="who is to keep it, as a member of the workspace"),
    Column("state", sa.Text, nullable=False, server_default="open"),
    Column("closed_on", sa.Date, comment="when it was kept or dropped, in the day of whoever said so"),
    Column(
        "is_late", sa.Boolean, nullable=False, server_default=sa.false(), comment="kept, or moved, after it was due"
    ),
    Column("permalink", sa.Text, comment="the Slack message that it was made from"),
    Column("made_at", Instant, nullable=False),
    Column("made_by", sa.Text, nullable=False),
    Column("is_invented", sa.Boolean, nullable=False, server_default=sa.false()),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
    CheckConstraint("state in ('open', 'kept', 'dropped')", name="state"),
    CheckConstraint("(state = 'open') = (closed_on is null)", name="closed"),
    Index("ix_promises_state_due_on", "state", "due_on"),
)

event_guests = Table(
    "event_guests",
    metadata,
    Column("event_id", BigId, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("contact_id", BigId, ForeignKey("contacts.id", ondelete="SET NULL"), index=True),
    Column("state", sa.Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", sa.Text, nullable=False),
    CheckConstraint("state in ('invited', 'coming', 'declined', 'came', 'missed')", name="state"),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("until_on", sa.Date, nullable=False, comment="the day on which the customer is shown again"),
    Column("reason", sa.Text),
    Column("made_at", Instant, nullable=False),
    Column("made_by", sa.Text, nullable=False),
    Column("ended_at", Instant, comment="when somebody took it back"),
    Column("receipt", sa.Text, unique=True, comment="Slack's id of the request"),
)

customer_channels = Table(
    "customer_channels",
    metadata,
    Column("channel_id", sa.Text, primary_key=True, comment="what is said there is about this customer"),
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tied_at", Instant, nullable=False),
    Column("tied_by", sa.Text, nullable=False),
)

customer_care = Table(
    "customer_care",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("added_by", sa.Text, comment="who added the customer by hand; empty for those of a ledger"),
    Column("added_on", sa.Date),
    Column("exit_reason", sa.Text, comment="why a manager marked the customer as an exit"),
    Column("exit_on", sa.Date),
    Column("exit_by", sa.Text),
    Column("is_difficult", sa.Boolean, nullable=False, server_default=sa.false(), comment="the brief has the guidance"),
    Column("is_referenceable", sa.Boolean, comment="empty where nobody has asked"),
    Column("reference_asked_on", sa.Date, comment="when they were last asked to be a reference"),
)

# What a list of customers is chosen by, beside their value: an index with it is enough to find them.
_LISTED_BY = ("due_on", "snoozed_until_on", "class_rule")

customer_standings = Table(
    "customer_standings",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_rep_id", BigId, comment="as in customers"),
    Column("care_class", sa.Text, nullable=False, comment="value.classes.CareClass"),
    Column("class_rule", sa.Text, nullable=False, comment="the name of the rule that gave the class"),
    Column("at_stake_minor", Minor, comment="the value that the customer is ranked by; empty where not known"),
    Column("currency", sa.Text),
    Column("last_touch_id", BigId),
    Column("last_touch_on", sa.Date, comment="empty where nobody has touched the customer"),
    Column("due_on", sa.Date, comment="the last day within the cadence; empty for an exit"),
    Column("snoozed_until_on", sa.Date),
    Column("has_complaint", sa.Boolean, nullable=False, server_default=sa.false(), comment="one that is not settled"),
    Index("ix_customer_standings_rank", "currency", "at_stake_minor", *_LISTED_BY),
    Index("ix_customer_standings_owner", "owner_rep_id", "currency", "at_stake_minor", *_LISTED_BY),
    Index("ix_customer_standings_owner_due_on", "owner_rep_id", "due_on"),
    Index("ix_customer_standings_due_on", "due_on", "at_stake_minor"),
    Index("ix_customer_standings_snoozed", "snoozed_until_on", "due_on", "at_stake_minor"),
)


def _of_a_day() -> tuple[Column[Any], ...]:
    return (
        Column("customers", sa.Integer, nullable=False, comment="how many are due on that day"),
        Column(
            "at_stake_parts", Minor, nullable=False, comment="of them together, whole thousand millions of minor units"
        ),
        Column("at_stake_rest_minor", Minor, nullable=False, comment="and the rest of each, added up"),
    )


due_days = Table(
    "due_days",
    metadata,
    Column("due_on", sa.Date, primary_key=True, comment="as in customer_standings"),
    Column("currency", sa.Text, primary_key=True, comment="as there; an empty text where nothing at stake is known"),
    *_of_a_day(),
)

owner_due_days = Table(
    "owner_due_days",
    metadata,
    Column("owner_rep_id", BigId, primary_key=True, autoincrement=False, comment="of this rep's own customers"),
    Column("due_on", sa.Date, primary_key=True, comment="as in due_days"),
    Column("currency", sa.Text, primary_key=True, comment="as in due_days"),
    *_of_a_day(),
)

rep_hours = Table(
    "rep_hours",
    metadata,
    Column("slack_user_id", sa.Text, primary_key=True),
    Column("document", sa.JSON, nullable=False, comment="store.rep_hours.RepHours: leave, quiet hours, own digest"),
    Column("changed_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", sa.Text, nullable=False, unique=True, comment="what is sent once: promise 12 due 2026-05-04"),
    Column("kind", sa.Text, nullable=False, comment="such as promise_due, hand_over, team_digest, rep_digest"),
    Column("slack_user_id", sa.Text, comment="whom it goes to by direct message"),
    Column("channel_id", sa.Text, comment="where it goes; of a direct message, once Slack has opened it"),
    Column("values", sa.JSON, nullable=False, comment="what its text is composed from, at the moment of sending"),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, comment="after which it is dropped, and counted as missed"),
    Column("state", sa.Text, nullable=False, server_default="waiting"),
    Column("run_id", sa.Text, comment="opaque; the metadata of the message that was posted"),
    Column("lease_until", Instant, comment="until when the worker that claimed it may be believed to be alive"),
    Column("posting_at", Instant, comment="when `sending` was committed, just before the post"),
    Column("ts", sa.Text, comment="Slack's timestamp of the message"),
    Column("sent_at", Instant),
    Column("attempts", sa.Integer, nullable=False, server_default="0"),
    Column("trouble", sa.Text, comment="what went wrong last, as a sentence"),
    Column("is_missed", sa.Boolean, nullable=False, server_default=sa.false(), comment="dropped, since it expired"),
    Column(
        "thread_of_id",
        BigId,
        ForeignKey("deliveries.id", ondelete="CASCADE"),
        index=True,
        comment="the message in whose thread it is posted, once that has a ts",
    ),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("state in ('waiting', 'claimed', 'sending', 'sent', 'held', 'dropped')", name="state"),
    CheckConstraint("slack_user_id is not null or channel_id is not null", name="somewhere"),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
)
