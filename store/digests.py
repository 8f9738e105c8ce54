"""What each digest showed, and what became of its lines.

An issue is written once for a reader and a slot, whoever composes it first: so a digest that is posted again after a
lost reply has the same lines, and the next one knows what was shown.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.money import from_minor, to_minor
from store.tables import customers, digest_dismissals, digest_issues, digest_lines
from value.digest_choice import Section

# What was shown longer ago is forgotten.
FORGOTTEN_AFTER = dt.timedelta(weeks=26)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest. `subject` is what is not to be repeated; the ids say what its buttons act upon."""

    section: Section
    subject: str
    reason: str
    times_shown: int
    customer_id: int | None = None
    customer: str | None = None
    promise_id: int | None = None
    event_id: int | None = None
    owner_rep_id: int | None = None
    at_stake: Decimal | None = None
    currency: str | None = None
    taken_by: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One digest as it was composed. `figures` are those on top, for the next one to compare with."""

    id: int
    reader: str
    slot_on: dt.date
    composed_at: dt.datetime
    today: dt.date
    figures: Mapping[str, Any]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """What is to be kept of a digest that was just composed."""

    reader: str
    slot_on: dt.date
    today: dt.date
    figures: Mapping[str, Any]
    lines: Sequence[Line]


def keep(connection: Connection, composed: Composed, at: dt.datetime) -> Issue:
    """Keep the digest of this reader and slot, or return the one that is kept already."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "reader": composed.reader,
        "slot_on": composed.slot_on,
        "composed_at": at,
        "today_on": composed.today,
        "figures": dict(composed.figures),
    }
    made = connection.execute(
        insert(digest_issues).values(row).on_conflict_do_nothing().returning(digest_issues.c.id)
    ).scalar()
    if made is not None and composed.lines:
        rows = [_row(made, ordinal, line, at) for ordinal, line in enumerate(composed.lines, 1)]
        connection.execute(digest_lines.insert(), rows)
    kept = get(connection, composed.reader, composed.slot_on)
    assert kept is not None, "it is there now, whoever wrote it"
    return kept


def get(connection: Connection, reader: str, slot_on: dt.date) -> Issue | None:
    """The digest of this reader and slot, None where none was composed."""
    is_it = (digest_issues.c.reader == reader) & (digest_issues.c.slot_on == slot_on)
    return _issue(connection, connection.execute(sa.select(digest_issues).where(is_it)).first())


def by_id(connection: Connection, issue_id: int) -> Issue | None:
    """The digest of this id."""
    found = sa.select(digest_issues).where(digest_issues.c.id == issue_id)
    return _issue(connection, connection.execute(found).first())


def before(connection: Connection, reader: str, slot_on: dt.date) -> Issue | None:
    """The reader's digest before this slot."""
    earlier = (digest_issues.c.reader == reader) & (digest_issues.c.slot_on < slot_on)
    newest = sa.select(digest_issues).where(earlier).order_by(digest_issues.c.slot_on.desc()).limit(1)
    return _issue(connection, connection.execute(newest).first())


def last(connection: Connection, reader: str, most: int) -> list[Issue]:
    """The reader's last digests, at most so many, the newest first."""
    newest = sa.select(digest_issues).where(digest_issues.c.reader == reader).order_by(digest_issues.c.slot_on.desc())
    found = (_issue(connection, row) for row in connection.execute(newest.limit(most)).all())
    return [one for one in found if one is not None]


def times_shown(connection: Connection, reader: str, before_on: dt.date) -> dict[str, int]:
    """How often each subject was shown to this reader before the slot: in half a year, after which it is forgotten."""
    recent = digest_issues.c.slot_on.between(before_on - FORGOTTEN_AFTER, before_on - dt.timedelta(days=1))
    shown = (
        sa.select(digest_lines.c.subject, sa.func.count().label("times"))
        .join(digest_issues, digest_issues.c.id == digest_lines.c.issue_id)
        .where(digest_issues.c.reader == reader, recent)
        .group_by(digest_lines.c.subject)
    )
    return {row.subject: row.times for row in connection.execute(shown)}


def holders(connection: Connection, reader: str, before_on: dt.date) -> dict[str, str]:
    """Who has said of which subject that they will do it, as it stood in the last digest that had it."""
    recent = digest_issues.c.slot_on.between(before_on - FORGOTTEN_AFTER, before_on - dt.timedelta(days=1))
    shown = (
        sa.select(digest_lines.c.subject, digest_lines.c.taken_by)
        .join(digest_issues, digest_issues.c.id == digest_lines.c.issue_id)
        .where(digest_issues.c.reader == reader, recent)
        .order_by(digest_issues.c.slot_on)
    )
    last = {row.subject: row.taken_by for row in connection.execute(shown)}
    return {subject: holder for subject, holder in last.items() if holder is not None}


def take(connection: Connection, issue_id: int, ordinal: int, by: str, at: dt.datetime) -> str | None:
    """Say that somebody will see to this line; who has it, which is somebody else where they were first."""
    one = (digest_lines.c.issue_id == issue_id) & (digest_lines.c.ordinal == ordinal)
    free = one & digest_lines.c.taken_by.is_(None)
    connection.execute(digest_lines.update().where(free).values(taken_by=by, taken_at=at))
    return connection.scalar(sa.select(digest_lines.c.taken_by).where(one))


def give_back(connection: Connection, issue_id: int, ordinal: int, by: str) -> bool:
    """Take back that somebody will see to a line, also where later digests repeat it; False where it is not theirs."""
    one = (digest_lines.c.issue_id == issue_id) & (digest_lines.c.ordinal == ordinal)
    subject = sa.select(digest_lines.c.subject).where(one).scalar_subquery()
    reader = sa.select(digest_issues.c.reader).where(digest_issues.c.id == issue_id).scalar_subquery()
    theirs = digest_lines.c.issue_id.in_(sa.select(digest_issues.c.id).where(digest_issues.c.reader == reader))
    held = theirs & (digest_lines.c.subject == subject) & (digest_lines.c.taken_by == by)
    free = {"taken_by": None, "taken_at": None}
    return bool(connection.execute(digest_lines.update().where(held).values(free)).rowcount)


def dismiss(
    connection: Connection,
    reader: str,
    subject: str,
    *,
    by: str,
    at: dt.datetime,
    until_on: dt.date | None = None,
    receipt: str | None = None,
) -> None:
    """Show this no more to this reader: until a date, or, without one, until something about it changes."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"reader": reader, "subject": subject, "until_on": until_on, "made_at": at, "made_by": by, "receipt": receipt}
    connection.execute(insert(digest_dismissals).values(row).on_conflict_do_nothing())


def show_again(connection: Connection, reader: str, subject: str, at: dt.datetime, *, by: str) -> None:
    """Take back what somebody did by `dismiss`; what a colleague did stays."""
    standing = (
        (digest_dismissals.c.reader == reader)
        & (digest_dismissals.c.subject == subject)
        & (digest_dismissals.c.made_by == by)
        & digest_dismissals.c.ended_at.is_(None)
    )
    connection.execute(digest_dismissals.update().where(standing).values(ended_at=at))


def dismissed(connection: Connection, reader: str, today: dt.date) -> set[str]:
    """The subjects that this reader is not to be shown today."""
    holds = digest_dismissals.c.until_on.is_(None) | (digest_dismissals.c.until_on > today)
    standing = (digest_dismissals.c.reader == reader) & digest_dismissals.c.ended_at.is_(None) & holds
    return set(connection.scalars(sa.select(digest_dismissals.c.subject).where(standing)))


_LINES = sa.select(digest_lines, customers.c.name.label("customer")).outerjoin(
    customers, customers.c.id == digest_lines.c.customer_id
)


def _issue(connection: Connection, row: sa.Row[Any] | None) -> Issue | None:
    if row is None:
        return None
    lines = connection.execute(_LINES.where(digest_lines.c.issue_id == row.id).order_by(digest_lines.c.ordinal))
    found = tuple(map(_line, lines))
    return Issue(row.id, row.reader, row.slot_on, row.composed_at, row.today_on, row.figures, found)


def _line(row: sa.Row[Any]) -> Line:
    known = row.at_stake_minor is not None and row.currency is not None
    return Line(
        section=row.section,
        subject=row.subject,
        reason=row.reason,
        times_shown=row.times_shown,
        customer_id=row.customer_id,
        customer=row.customer,
        promise_id=row.promise_id,
        event_id=row.event_id,
        owner_rep_id=row.owner_rep_id,
        at_stake=from_minor(row.at_stake_minor, row.currency) if known else None,
        currency=row.currency,
        taken_by=row.taken_by,
    )


def _row(issue_id: int, ordinal: int, of: Line, at: dt.datetime) -> dict[str, Any]:
    minor = to_minor(of.at_stake, of.currency) if of.at_stake is not None and of.currency is not None else None
    return {
        "issue_id": issue_id,
        "ordinal": ordinal,
        "section": of.section,
        "subject": of.subject,
        "reason": of.reason,
        "times_shown": of.times_shown,
        "customer_id": of.customer_id,
        "promise_id": of.promise_id,
        "event_id": of.event_id,
        "owner_rep_id": of.owner_rep_id,
        "at_stake_minor": minor,
        "currency": of.currency,
        "taken_by": of.taken_by,
        "taken_at": at if of.taken_by is not None else None,
    }
