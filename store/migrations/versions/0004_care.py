"""care and digests: touches, promises, contacts, events, what is neglected, and what is to be sent"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement for each table and index
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    instant = store.tables.Instant
    op.create_table(
        "deliveries",
        sa.Column("id", big_id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="what is sent once: promise 12 due 2026-05-04"),
        sa.Column("kind", sa.Text(), nullable=False, comment="such as promise_due, hand_over, team_digest, rep_digest"),
        sa.Column("slack_user_id", sa.Text(), nullable=True, comment="whom it goes to by direct message"),
        sa.Column(
            "channel_id",
            sa.Text(),
            nullable=True,
            comment="where it goes; of a direct message, once Slack has opened it",
        ),
        sa.Column(
            "values", sa.JSON(), nullable=False, comment="what its text is composed from, at the moment of sending"
        ),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=True, comment="after which it is dropped, and counted as missed"),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True, comment="opaque; the metadata of the message that was posted"),
        sa.Column(
            "lease_until",
            instant(),
            nullable=True,
            comment="until when the worker that claimed it may be believed to be alive",
        ),
        sa.Column("posting_at", instant(), nullable=True, comment="when `sending` was committed, just before the post"),
        sa.Column("ts", sa.Text(), nullable=True, comment="Slack's timestamp of the message"),
        sa.Column("sent_at", instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True, comment="what went wrong last, as a sentence"),
        sa.Column(
            "is_missed",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="dropped, since it expired",
        ),
        sa.Column(
            "thread_of_id",
            big_id,
            nullable=True,
            comment="the message in whose thread it is posted, once that has a ts",
        ),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'claimed', 'sending', 'sent', 'held', 'dropped')", name=op.f("ck_deliveries_state")
        ),
        sa.CheckConstraint("slack_user_id is not null or channel_id is not null", name=op.f("ck_deliveries_somewhere")),
        sa.ForeignKeyConstraint(
            ["thread_of_id"],
            ["deliveries.id"],
            name=op.f("fk_deliveries_thread_of_id_deliveries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_deliveries_thread_of_id"), "deliveries", ["thread_of_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", big_id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True, comment="how many guests there is room for"),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("cancelled_at", instant(), nullable=True),
        sa.Column("is_invented", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("receipt", name=op.f("uq_events_receipt")),
    )
    op.create_index(op.f("ix_events_held_on"), "events", ["held_on"], unique=False)
    op.create_table(
        "rep_hours",
        sa.Column("slack_user_id", sa.Text(), nullable=False),
        sa.Column(
            "document", sa.JSON(), nullable=False, comment="store.rep_hours.RepHours: leave, quiet hours, own digest"
        ),
        sa.Column("changed_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("slack_user_id", name=op.f("pk_rep_hours")),
    )
    op.create_table(
        "contacts",
        sa.Column("id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True, comment="what they do there, such as buyer"),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("birthday_month", sa.Integer(), nullable=True),
        sa.Column("birthday_day", sa.Integer(), nullable=True),
        sa.Column("birthday_year", sa.Integer(), nullable=True, comment="empty where it is not known"),
        sa.Column("anniversary_month", sa.Integer(), nullable=True),
        sa.Column("anniversary_day", sa.Integer(), nullable=True),
        sa.Column("anniversary_year", sa.Integer(), nullable=True),
        sa.Column("anniversary_of", sa.Text(), nullable=True, comment="such as wedding"),
        sa.Column("preferences", sa.Text(), nullable=True, comment="what they like, and what not to bring"),
        sa.Column(
            "gone_on",
            sa.Date(),
            nullable=True,
            comment="since when they are not there any more; they are never congratulated",
        ),
        sa.Column("is_invented", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("added_at", instant(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.CheckConstraint(
            "(anniversary_month is null) = (anniversary_day is null)", name=op.f("ck_contacts_anniversary")
        ),
        sa.CheckConstraint("(birthday_month is null) = (birthday_day is null)", name=op.f("ck_contacts_birthday")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_contacts_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("receipt", name=op.f("uq_contacts_receipt")),
    )
    op.create_index("ix_contacts_anniversary", "contacts", ["anniversary_month", "anniversary_day"], unique=False)
    op.create_index("ix_contacts_birthday", "contacts", ["birthday_month", "birthday_day"], unique=False)
    op.create_index(op.f("ix_contacts_customer_id"), "contacts", ["customer_id"], unique=False)
    op.create_table(
        "customer_care",
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column(
            "added_by", sa.Text(), nullable=True, comment="who added the customer by hand; empty for those of a ledger"
        ),
        sa.Column("added_on", sa.Date(), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=True, comment="why a manager marked the customer as an exit"),
        sa.Column("exit_on", sa.Date(), nullable=True),
        sa.Column("exit_by", sa.Text(), nullable=True),
        sa.Column(
            "is_difficult",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="the brief has the guidance",
        ),
        sa.Column("is_referenceable", sa.Boolean(), nullable=True, comment="empty where nobody has asked"),
        sa.Column(
            "reference_asked_on", sa.Date(), nullable=True, comment="when they were last asked to be a reference"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_care_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_care")),
    )
    op.create_table(
        "customer_channels",
        sa.Column("channel_id", sa.Text(), nullable=False, comment="what is said there is about this customer"),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("tied_at", instant(), nullable=False),
        sa.Column("tied_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_channels_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_customer_channels")),
    )
    op.create_index(op.f("ix_customer_channels_customer_id"), "customer_channels", ["customer_id"], unique=False)
    op.create_table(
        "customer_standings",
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("owner_rep_id", big_id, nullable=True, comment="as in customers"),
        sa.Column("care_class", sa.Text(), nullable=False, comment="value.classes.CareClass"),
        sa.Column("class_rule", sa.Text(), nullable=False, comment="the name of the rule that gave the class"),
        sa.Column(
            "at_stake_minor",
            sa.BigInteger(),
            nullable=True,
            comment="the value that the customer is ranked by; empty where not known",
        ),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("last_touch_id", big_id, nullable=True),
        sa.Column("last_touch_on", sa.Date(), nullable=True, comment="empty where nobody has touched the customer"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="the last day within the cadence; empty for an exit"),
        sa.Column("snoozed_until_on", sa.Date(), nullable=True),
        sa.Column(
            "has_complaint",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="one that is not settled",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_standings_customer_id_customers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_standings")),
    )
    op.create_index(
        "ix_customer_standings_owner",
        "customer_standings",
        ["owner_rep_id", "currency", "at_stake_minor", "due_on", "snoozed_until_on", "class_rule"],
        unique=False,
    )
    op.create_index(
        "ix_customer_standings_owner_due_on", "customer_standings", ["owner_rep_id", "due_on"], unique=False
    )
    op.create_index("ix_customer_standings_due_on", "customer_standings", ["due_on", "at_stake_minor"], unique=False)
    op.create_index(
        "ix_customer_standings_snoozed",
        "customer_standings",
        ["snoozed_until_on", "due_on", "at_stake_minor"],
        unique=False,
    )
    op.create_table(
        "due_days",
        sa.Column("due_on", sa.Date(), nullable=False, comment="as in customer_standings"),
        sa.Column(
            "currency", sa.Text(), nullable=False, comment="as there; an empty text where nothing at stake is known"
        ),
        sa.Column("customers", sa.Integer(), nullable=False, comment="how many are due on that day"),
        sa.Column(
            "at_stake_parts",
            sa.BigInteger(),
            nullable=False,
            comment="of them together, whole thousand millions of minor units",
        ),
        sa.Column("at_stake_rest_minor", sa.BigInteger(), nullable=False, comment="and the rest of each, added up"),
        sa.PrimaryKeyConstraint("due_on", "currency", name=op.f("pk_due_days")),
    )
    op.create_index(
        "ix_customer_standings_rank",
        "customer_standings",
        ["currency", "at_stake_minor", "due_on", "snoozed_until_on", "class_rule"],
        unique=False,
    )
    op.create_table(
        "snoozes",
        sa.Column("id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False, comment="the day on which the customer is shown again"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True, comment="when somebody took it back"),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_snoozes_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snoozes")),
        sa.UniqueConstraint("receipt", name=op.f("uq_snoozes_receipt")),
    )
    op.create_index(op.f("ix_snoozes_customer_id"), "snoozes", ["customer_id"], unique=False)
    op.create_table(
        "event_guests",
        sa.Column("event_id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("contact_id", big_id, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('invited', 'coming', 'declined', 'came', 'missed')", name=op.f("ck_event_guests_state")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_event_guests_contact_id_contacts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_event_guests_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_guests_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "customer_id", name=op.f("pk_event_guests")),
    )
    op.create_index(op.f("ix_event_guests_contact_id"), "event_guests", ["contact_id"], unique=False)
    op.create_index(op.f("ix_event_guests_customer_id"), "event_guests", ["customer_id"], unique=False)
    op.create_table(
        "touches",
        sa.Column("id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="the day where it happened"),
        sa.Column("contact_id", big_id, nullable=True),
        sa.Column("event_id", big_id, nullable=True, comment="they came to it"),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True, comment="what it cost beside the time, such as a gift"),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column(
            "outcome", sa.Text(), nullable=True, comment="a complaint stays open until a later touch has settled it"
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="what was said and done"),
        sa.Column("learned", sa.Text(), nullable=True, comment="what a value conversation brought to light"),
        sa.Column("permalink", sa.Text(), nullable=True, comment="the Slack message that it was logged from"),
        sa.Column("author", sa.Text(), nullable=False, comment="the Slack user who logged it, or what else did"),
        sa.Column("logged_at", instant(), nullable=False),
        sa.Column(
            "deleted_at",
            instant(),
            nullable=True,
            comment="deleted touches count for nothing; audit_entries say who and why",
        ),
        sa.Column("is_invented", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.CheckConstraint(
            "kind in ('visit', 'call', 'message', 'gift', 'invitation', 'conversation')", name=op.f("ck_touches_kind")
        ),
        sa.CheckConstraint("outcome in ('good', 'neutral', 'complaint', 'settled')", name=op.f("ck_touches_outcome")),
        sa.CheckConstraint("(cost_minor is null) = (currency is null)", name=op.f("ck_touches_cost")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_touches_contact_id_contacts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_touches_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_touches_event_id_events"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touches")),
        sa.UniqueConstraint("receipt", name=op.f("uq_touches_receipt")),
    )
    op.create_index(op.f("ix_touches_contact_id"), "touches", ["contact_id"], unique=False)
    op.create_index("ix_touches_customer_id_happened_on", "touches", ["customer_id", "happened_on"], unique=False)
    op.create_index(op.f("ix_touches_event_id"), "touches", ["event_id"], unique=False)
    op.create_index("ix_touches_happened_on", "touches", ["happened_on"], unique=False)
    op.create_table(
        "promises",
        sa.Column("id", big_id, nullable=False),
        sa.Column("customer_id", big_id, nullable=False),
        sa.Column("contact_id", big_id, nullable=True),
        sa.Column("touch_id", big_id, nullable=True, comment="made during it"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="the day of whoever is to keep it"),
        sa.Column("first_due_on", sa.Date(), nullable=False, comment="as it was promised, whatever was snoozed since"),
        sa.Column("rep_id", big_id, nullable=True, comment="who is to keep it, as a rep of the ledger"),
        sa.Column("slack_user_id", sa.Text(), nullable=True, comment="who is to keep it, as a member of the workspace"),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column(
            "closed_on", sa.Date(), nullable=True, comment="when it was kept or dropped, in the day of whoever said so"
        ),
        sa.Column(
            "is_late",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="kept, or moved, after it was due",
        ),
        sa.Column("permalink", sa.Text(), nullable=True, comment="the Slack message that it was made from"),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("is_invented", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.CheckConstraint("(state = 'open') = (closed_on is null)", name=op.f("ck_promises_closed")),
        sa.CheckConstraint("state in ('open', 'kept', 'dropped')", name=op.f("ck_promises_state")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_promises_contact_id_contacts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_promises_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["rep_id"], ["reps.id"], name=op.f("fk_promises_rep_id_reps")),
        sa.ForeignKeyConstraint(
            ["touch_id"], ["touches.id"], name=op.f("fk_promises_touch_id_touches"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
        sa.UniqueConstraint("receipt", name=op.f("uq_promises_receipt")),
    )
    op.create_index(op.f("ix_promises_contact_id"), "promises", ["contact_id"], unique=False)
    op.create_index(op.f("ix_promises_customer_id"), "promises", ["customer_id"], unique=False)
    op.create_index(op.f("ix_promises_rep_id"), "promises", ["rep_id"], unique=False)
    op.create_index(op.f("ix_promises_slack_user_id"), "promises", ["slack_user_id"], unique=False)
    op.create_index("ix_promises_state_due_on", "promises", ["state", "due_on"], unique=False)
    op.create_index(op.f("ix_promises_touch_id"), "promises", ["touch_id"], unique=False)
    op.create_table(
        "touch_people",
        sa.Column("touch_id", big_id, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rep_id", big_id, nullable=True, comment="who was there, as a rep of the ledger"),
        sa.Column("slack_user_id", sa.Text(), nullable=True, comment="who was there, as a member of the workspace"),
        sa.CheckConstraint("rep_id is not null or slack_user_id is not null", name=op.f("ck_touch_people_somebody")),
        sa.ForeignKeyConstraint(["rep_id"], ["reps.id"], name=op.f("fk_touch_people_rep_id_reps")),
        sa.ForeignKeyConstraint(
            ["touch_id"], ["touches.id"], name=op.f("fk_touch_people_touch_id_touches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("touch_id", "ordinal", name=op.f("pk_touch_people")),
    )
    op.create_index(op.f("ix_touch_people_rep_id"), "touch_people", ["rep_id"], unique=False)
    op.create_index(op.f("ix_touch_people_slack_user_id"), "touch_people", ["slack_user_id"], unique=False)
    op.create_table(
        "digest_dismissals",
        sa.Column("id", big_id, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="as in digest_lines"),
        sa.Column("reader", sa.Text(), nullable=False, comment="for which digest"),
        sa.Column("until_on", sa.Date(), nullable=True, comment="empty where it was called not relevant"),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True, comment="when somebody took it back"),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_dismissals")),
        sa.UniqueConstraint("receipt", name=op.f("uq_digest_dismissals_receipt")),
    )
    op.create_index(op.f("ix_digest_dismissals_subject"), "digest_dismissals", ["subject"], unique=False)
    op.create_table(
        "digest_issues",
        sa.Column("id", big_id, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False, comment="team SCHEDULE, or rep SLACK_USER_ID"),
        sa.Column("slot_on", sa.Date(), nullable=False, comment="the local day of the slot"),
        sa.Column("composed_at", instant(), nullable=False),
        sa.Column("today_on", sa.Date(), nullable=False, comment="the reader's day when it was composed"),
        sa.Column(
            "figures", sa.JSON(), nullable=False, comment="the figures on top, to stand beside those of the next one"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_issues")),
        sa.UniqueConstraint("reader", "slot_on", name=op.f("uq_digest_issues_reader_slot_on")),
    )
    op.create_table(
        "digest_schedules",
        sa.Column("id", big_id, nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False, comment="one digest a channel"),
        sa.Column(
            "document", sa.JSON(), nullable=False, comment="store.digest_schedules.Schedule: weekday, time, zone, whom"
        ),
        sa.Column("is_paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("paused_because", sa.Text(), nullable=True, comment="where Melktert paused it itself, as a sentence"),
        sa.Column("starts_at", instant(), nullable=False, comment="no slot before this moment is missed"),
        sa.Column("made_at", instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Slack's id of the request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_schedules")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_digest_schedules_channel_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_digest_schedules_receipt")),
    )
    op.create_table(
        "digest_lines",
        sa.Column("issue_id", big_id, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="what is not to be repeated: visit 31, promise 12, event 3"
        ),
        sa.Column("customer_id", big_id, nullable=True),
        sa.Column("promise_id", big_id, nullable=True),
        sa.Column("event_id", big_id, nullable=True),
        sa.Column("owner_rep_id", big_id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it stands there, as a phrase"),
        sa.Column("at_stake_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("times_shown", sa.Integer(), nullable=False, comment="1 for the first time; 3 escalates it"),
        sa.Column("taken_by", sa.Text(), nullable=True, comment="the Slack user who said that they will do it"),
        sa.Column("taken_at", instant(), nullable=True),
        sa.CheckConstraint(
            "section in ('visit', 'follow_up', 'invite', 'stopped', 'conversation')",
            name=op.f("ck_digest_lines_section"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_digest_lines_customer_id_customers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_digest_lines_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["digest_issues.id"], name=op.f("fk_digest_lines_issue_id_digest_issues"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_rep_id"], ["reps.id"], name=op.f("fk_digest_lines_owner_rep_id_reps")),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promises.id"], name=op.f("fk_digest_lines_promise_id_promises"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", "ordinal", name=op.f("pk_digest_lines")),
    )
    op.create_index(op.f("ix_digest_lines_customer_id"), "digest_lines", ["customer_id"], unique=False)
    op.create_index(op.f("ix_digest_lines_event_id"), "digest_lines", ["event_id"], unique=False)
    op.create_index(op.f("ix_digest_lines_owner_rep_id"), "digest_lines", ["owner_rep_id"], unique=False)
    op.create_index(op.f("ix_digest_lines_promise_id"), "digest_lines", ["promise_id"], unique=False)
    op.create_index("ix_digest_lines_subject", "digest_lines", ["subject"], unique=False)


def downgrade() -> None:
    for name in (
        "digest_dismissals",
        "digest_lines",
        "digest_issues",
        "digest_schedules",
        "deliveries",
        "rep_hours",
        "due_days",
        "customer_standings",
        "customer_care",
        "customer_channels",
        "snoozes",
        "event_guests",
        "promises",
        "touch_people",
        "touches",
        "events",
        "contacts",
    ):
        op.drop_table(name)
