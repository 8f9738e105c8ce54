"""Which digests are due: a row in store/deliveries.py for each slot, named by the schedule and the slot's local day.

However often and by however many workers this is planned, a slot has one row, and so one digest. Of slots that passed
unseen, while nothing ran, the latest is still sent for `LATE_MOST`; the ones before it count as missed.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import deliveries, digest_schedules, rep_hours
from store.digest_schedules import Kept
from store.rep_hours import WEEKDAYS, RepHours
from store.tables import deliveries as rows
from store.tables import digest_schedules as schedules
from store.tables import people, reps
from value.slots import Slot, Weekly, following, latest

LATE_MOST = dt.timedelta(hours=72)
# Of a Melktert that stood still for longer, the oldest missed slots are not counted one by one.
MISSED_WEEKS_MOST = 8
# Whoever asks for a digest so soon after one was sent wants that one, not the next week's.
SENT_LATELY = dt.timedelta(days=1)
TEAM, REP = "team_digest", "rep_digest"


@dataclass(frozen=True, slots=True)
class Due:
    """A digest whose slot has come; after `until` it is not sent any more."""

    reader: str
    slot: Slot
    until: dt.datetime
    zone: str
    channel_id: str | None = None
    slack_user_id: str | None = None

    @property
    def key(self) -> str:
        """Its key among the deliveries."""
        return key_of(self.reader, self.slot.day)


def due(connection: Connection, now: dt.datetime) -> list[Due]:
    """The digests whose slots have come, and which nobody has planned yet. A handful of queries, however many."""
    found = [*_of_teams(connection, now), *_of_reps(connection, now)]
    if not found:
        return []
    since = min(one.slot.at for one in found) - LATE_MOST
    known = sa.select(rows.c.key).where(rows.c.kind.in_((TEAM, REP)), rows.c.due_at >= since)
    planned = set(connection.scalars(known))
    return [one for one in found if one.key not in planned]


def plan(connection: Connection, now: dt.datetime) -> int:
    """Put a row for each digest that is due; how many there were. The same again changes nothing."""
    return sum(_put(connection, one, now, one.slot.at) for one in due(connection, now))


def unreachable(connection: Connection, now: dt.datetime) -> list[tuple[Kept, str]]:
    """The schedules whose digest could not be posted to their channel and is held, each with the reason."""
    held = (
        sa.select(rows.c.channel_id, rows.c.trouble, rows.c.due_at)
        .where(rows.c.kind == TEAM, rows.c.state == "held", rows.c.due_at > now - 2 * LATE_MOST)
        .order_by(rows.c.due_at)
    )
    found = []
    for row in connection.execute(held).all():
        kept = digest_schedules.of_channel(connection, row.channel_id)
        if kept is not None and not kept.is_paused and row.due_at >= kept.starts_at:
            found.append((kept, row.trouble or "Slack did not take it."))
    return found


def _of_teams(connection: Connection, now: dt.datetime) -> Iterator[Due]:
    for kept in digest_schedules.every(connection):
        if not kept.is_paused:
            for slot, until in _passed(weekly(kept), kept.starts_at, now):
                yield Due(kept.reader, slot, until, kept.schedule.zone, channel_id=kept.channel_id)


def _of_reps(connection: Connection, now: dt.datetime) -> Iterator[Due]:
    last_due = _last_due(connection)
    for user_id, zone, linked_at, hours in _readers(connection):
        week = _of_rep(hours, zone)
        # Whoever never had one is owed the newest, not all since they were linked.
        since = max(linked_at, last_due.get(user_id, latest(week, now).at))
        for slot, until in _passed(week, since, now):
            if not _is_on_leave(hours, slot.day):
                yield Due(f"rep {user_id}", slot, until, zone, slack_user_id=user_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a digest at once: it was `put`, for this slot; one is on its way already; one is held
    that may have been posted, of which an admin decides; or there is none to send, since the last one was sent not long
    ago, or the next one early.
    """

    outcome: Literal["put", "on_its_way", "held", "sent"]
    slot: Slot | None = None


def send_now(connection: Connection, kept: Kept, now: dt.datetime) -> Asked:
    """Send the digest of the slot that has come, whatever hindered it; or, where that was sent some time ago, the next
    one's early.

    It is the slot's own row, so the slot has no second one. Whoever asks right after a colleague gets no other slot's.
    """
    # Of two who ask at once the second sees what the first has put.
    connection.execute(sa.select(schedules.c.id).where(schedules.c.id == kept.id).with_for_update())
    if on_its_way(connection, kept.reader):
        return Asked("on_its_way")
    sent_at = last_sent_at(connection, kept.reader)
    if sent_at is not None and now - sent_at < SENT_LATELY:
        return Asked("sent")
    week = weekly(kept)
    for slot in (latest(week, now), following(week, now)):
        if slot.at < kept.starts_at - LATE_MOST:
            continue
        one = Due(kept.reader, slot, now + LATE_MOST, kept.schedule.zone, channel_id=kept.channel_id)
        if _put(connection, one, now, now) or _put_again(connection, one, now):
            return Asked("put", slot)
        if connection.scalar(sa.select(rows.c.state).where(rows.c.key == one.key)) == "held":
            return Asked("held", slot)
    return Asked("sent")


def _put_again(connection: Connection, one: Due, now: dt.datetime) -> bool:
    """Let one be posted that is held, was let go, was missed, or came due during a pause; False for one that was sent,
    or may have been.

    What was to stand below it is put anew when it is posted.
    """
    is_not_there = rows.c.posting_at.is_(None) | rows.c.is_missed
    over = (rows.c.key == one.key) & rows.c.state.in_(("held", "dropped")) & is_not_there
    row_id = connection.scalar(sa.select(rows.c.id).where(over))
    if row_id is None:
        return False
    connection.execute(rows.delete().where(rows.c.thread_of_id == row_id, rows.c.state == "dropped"))
    waiting = {"state": "waiting", "due_at": now, "expires_at": one.until, "lease_until": None}
    forgotten = {"is_missed": False, "trouble": None}
    return bool(connection.execute(rows.update().where(over).values(**waiting, **forgotten)).rowcount)


@dataclass(frozen=True, slots=True)
class Run:
    """How a channel's digest is doing: when it was last sent, what became of the newest one, and when the next is due;
    a paused one is not due. `missed` is how many were not sent in time.
    """

    kept: Kept
    last_sent_at: dt.datetime | None
    state: str | None
    next_at: dt.datetime | None
    missed: int


def runs(connection: Connection, now: dt.datetime) -> list[Run]:
    """Every channel's digest."""
    return [
        Run(
            kept,
            last_sent_at(connection, kept.reader),
            connection.scalar(
                sa.select(rows.c.state).where(_is_of(kept.reader)).order_by(rows.c.due_at.desc()).limit(1)
            ),
            None if kept.is_paused else next_slot(connection, kept, now).at,
            missed(connection, kept.reader),
        )
        for kept in digest_schedules.every(connection)
    ]


def weekly(kept: Kept) -> Weekly:
    """When the channel's digest comes."""
    return Weekly(WEEKDAYS.index(kept.schedule.weekday), kept.schedule.time, kept.schedule.zone)


def next_slot(connection: Connection, kept: Kept, now: dt.datetime) -> Slot:
    """The next slot that is to come, but for those whose digest was sent early."""
    slot = following(weekly(kept), now)
    while deliveries.get(connection, key_of(kept.reader, slot.day)) is not None:
        slot = following(weekly(kept), slot.at)
    return slot


def key_of(reader: str, slot_on: dt.date) -> str:
    """The key of a digest among the deliveries."""
    return f"digest {reader} {slot_on.isoformat()}"


def on_its_way(connection: Connection, reader: str) -> bool:
    """Whether a digest of this reader is about to be posted."""
    waits = rows.c.state.in_(("waiting", "claimed", "sending"))
    return connection.scalar(sa.select(rows.c.id).where(_is_of(reader), waits).limit(1)) is not None


def last_sent_at(connection: Connection, reader: str) -> dt.datetime | None:
    """When this reader was last sent a digest."""
    found: dt.datetime | None = connection.scalar(sa.select(sa.func.max(rows.c.sent_at)).where(_is_of(reader)))
    return found


def missed(connection: Connection, reader: str) -> int:
    """How many digests this reader was not sent in time."""
    is_missed = _is_of(reader) & rows.c.is_missed
    return connection.scalar(sa.select(sa.func.count()).select_from(rows).where(is_missed)) or 0


def _is_of(reader: str) -> sa.ColumnElement[bool]:
    """A digest of this reader, not what stands below it, nor the word to an admin that it is held."""
    is_digest = rows.c.kind.in_((TEAM, REP)) & rows.c.thread_of_id.is_(None)
    return is_digest & rows.c.key.startswith(f"digest {reader} ", autoescape=True)


def _passed(week: Weekly, since: dt.datetime, now: dt.datetime) -> Iterator[tuple[Slot, dt.datetime]]:
    """The slots that have come, the latest first, each with the moment until which it is still sent."""
    slot = latest(week, now)
    until = slot.at + LATE_MOST
    for _ in range(MISSED_WEEKS_MOST):
        if slot.at < since:
            return
        yield slot, until
        # The one before it is too late as soon as this one has come.
        until, slot = slot.at, latest(week, slot.at - dt.timedelta(microseconds=1))
        until = min(until, slot.at + LATE_MOST)


def _put(connection: Connection, one: Due, now: dt.datetime, due_at: dt.datetime) -> bool:
    values = {"command": "digest", "do": "post", "reader": one.reader, "slot": one.slot.key, "zone": one.zone}
    return deliveries.put(
        connection,
        one.key,
        TEAM if one.channel_id else REP,
        to_channel=one.channel_id,
        to_user=one.slack_user_id,
        values=values,
        due_at=due_at,
        expires_at=one.until,
        at=now,
    )


def _readers(connection: Connection) -> list[tuple[str, str, dt.datetime, RepHours]]:
    """The reps who read a digest of their own: their Slack user, zone, since when, and hours."""
    found = connection.execute(
        sa.select(reps.c.slack_user_id, people.c.zone, reps.c.linked_at)
        .join(people, people.c.slack_user_id == reps.c.slack_user_id)
        .where(reps.c.left_at.is_(None), people.c.kind == "member", reps.c.linked_at.is_not(None))
    ).all()
    set_by = rep_hours.some(connection, [row.slack_user_id for row in found])
    with_hours = ((row, set_by.get(row.slack_user_id, RepHours())) for row in found)
    return [(row.slack_user_id, row.zone, row.linked_at, hours) for row, hours in with_hours if hours.own_digest]


def _last_due(connection: Connection) -> dict[str, dt.datetime]:
    """When the last digest of each rep was due, by their Slack user."""
    newest = sa.func.max(rows.c.due_at).label("due_at")
    found = sa.select(rows.c.slack_user_id, newest).where(rows.c.kind == REP).group_by(rows.c.slack_user_id)
    return {row.slack_user_id: row.due_at for row in connection.execute(found)}


def _is_on_leave(hours: RepHours, day: dt.date) -> bool:
    first, last = hours.leave_from_on, hours.leave_until_on
    return first is not None and last is not None and first <= day <= last


def _of_rep(hours: RepHours, zone: str) -> Weekly:
    """The first morning of somebody's working week."""
    return Weekly(min(map(WEEKDAYS.index, hours.working_days)), hours.remind_at, zone)
