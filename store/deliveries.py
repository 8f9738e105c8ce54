"""Messages to somebody else, or later: each is a row, written in the transaction of the change that causes it, and is
posted once, or somebody is told (docs/decisions/0011).

A row is *waiting*, then *claimed* by one worker, then *sending* from just before the post until its outcome is known,
and ends as *sent*, as *dropped* (withdrawn from the reader, pointless, or missed), or as *held* until an admin decides.
Who dies in *claimed* has posted nothing; who dies in *sending* may have, so that only a look into the conversation, for
the message with this run_id, says how to go on. `attempts` counts the claims, and fences off a worker that slept: what
it knows of the row counts only as long as nobody has claimed the row since.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit
from store.tables import audit_entries, deliveries

State = Literal["waiting", "claimed", "sending", "sent", "held", "dropped"]
# A worker that has claimed a row and says nothing more for so long has died; it has posted nothing.
LEASE = dt.timedelta(minutes=2)
# Nothing is put off for longer at once; a lease that seems to end later stems from a clock that was put back since.
PAUSE_MOST = dt.timedelta(hours=1)
# Reports to admins are of this kind; of one that cannot be sent nobody is told.
REPORT = "held"
# What is posted in its reader's working hours only, whenever it fell due (store/rep_hours.py).
IN_HOURS = ("promise_due", "promise_overdue", "hand_over", "rep_digest")
# What an admin can decide about one that is held, as the audit has it.
AGAIN, LET_GO = "delivery.again", "delivery.let_go"
MISSED = "It could not be posted in time."


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be posted: to a person by direct message, or into a channel.

    `values` name the command that composes it, at the moment of sending, as "command", and hold that command's values.
    `run_id` is opaque and stays with the message in Slack; `thread_ts` is the message in whose thread this one stands.
    """

    id: int
    key: str
    kind: str
    slack_user_id: str | None
    channel_id: str | None
    values: Mapping[str, str]
    due_at: dt.datetime
    expires_at: dt.datetime | None
    state: State
    run_id: str
    attempts: int
    posting_at: dt.datetime | None = None
    ts: str | None = None
    sent_at: dt.datetime | None = None
    trouble: str | None = None
    is_missed: bool = False
    thread_of_id: int | None = None
    thread_ts: str | None = None


# --- what the rest of the house does ----------------------------------------------------------------------------------


def put(
    connection: Connection,
    key: str,
    kind: str,
    *,
    to_user: str | None = None,
    to_channel: str | None = None,
    values: Mapping[str, object],
    due_at: dt.datetime,
    expires_at: dt.datetime | None = None,
    at: dt.datetime,
    thread_of_id: int | None = None,
) -> bool:
    """Have this message posted once, at `due_at` or soon after; True where it was not asked for before.

    `values` has "command", the name of the command that composes it, and whatever that command takes, as text. After
    `expires_at` it is not posted any more, but counted as missed. The same key again changes nothing.
    """
    if "command" not in values:
        raise ValueError('a delivery needs values["command"], which composes its message')
    row = {
        "key": key,
        "kind": kind,
        "slack_user_id": to_user,
        "channel_id": to_channel,
        "values": {name: str(value) for name, value in values.items()},
        "due_at": due_at,
        "expires_at": expires_at,
        "run_id": secrets.token_hex(16),
        "created_at": at,
        "thread_of_id": thread_of_id,
    }
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = insert(deliveries).values(row).on_conflict_do_nothing().returning(deliveries.c.id)
    return connection.execute(made).first() is not None


def withdraw(connection: Connection, key: str) -> bool:
    """Take the message back, as if it had never been asked for; False where it is being posted, or was, or is held."""
    is_ours = (deliveries.c.key == key) & deliveries.c.state.in_(("waiting", "claimed"))
    return bool(connection.execute(deliveries.delete().where(is_ours)).rowcount)


def get(connection: Connection, key: str) -> Delivery | None:
    """The message of this key, None where there is none."""
    return _one(connection, deliveries.c.key == key)


def waiting_for(connection: Connection, slack_user_ids: Sequence[str], kind: str) -> list[Delivery]:
    """The messages of this kind that wait to be posted to any of these people."""
    waits = (deliveries.c.state == "waiting") & (deliveries.c.kind == kind)
    return list(map(_delivery, connection.execute(_ALL.where(waits & deliveries.c.slack_user_id.in_(slack_user_ids)))))


def move(connection: Connection, one: Delivery, *, due_at: dt.datetime, expires_at: dt.datetime | None) -> bool:
    """Have one that waits posted at another moment; False where it does not wait any more."""
    waits = (deliveries.c.id == one.id) & (deliveries.c.state == "waiting")
    moved = {"due_at": due_at, "expires_at": expires_at}
    return bool(connection.execute(deliveries.update().where(waits).values(**moved)).rowcount)


def by_id(connection: Connection, delivery_id: int) -> Delivery | None:
    """The message of this id, None where there is none."""
    return _one(connection, deliveries.c.id == delivery_id)


# --- the protocol, step by step; each step is a short transaction of its own ------------------------------------------


def is_anything_due(connection: Connection, at: dt.datetime) -> bool:
    """Whether `expire` or `claim` would find something now."""
    found = sa.select(deliveries.c.id).where(_is_free(at) | _is_over(at)).limit(1)
    return connection.execute(found).first() is not None


def expire(connection: Connection, at: dt.datetime) -> int:
    """Drop what is too late, as missed, and what was to stand below a dropped message; how many were missed."""
    drop = deliveries.update().where(_is_over(at))
    missed = connection.execute(drop.values(state="dropped", is_missed=True, trouble=MISSED, lease_until=None)).rowcount
    gone = sa.select(deliveries.c.id).where(deliveries.c.state == "dropped").scalar_subquery()
    below = deliveries.c.thread_of_id.in_(gone) & (deliveries.c.state == "waiting")
    connection.execute(deliveries.update().where(below).values(state="dropped", lease_until=None))
    return missed


def claim(connection: Connection, at: dt.datetime, most: int) -> list[Delivery]:
    """Take up to so many of those that are due, the longest due first; nobody else is given them during the lease."""
    due = sa.select(deliveries.c.id).where(_is_free(at)).order_by(deliveries.c.due_at, deliveries.c.id).limit(most)
    ids = list(connection.scalars(due.with_for_update(skip_locked=True, of=deliveries)))
    if not ids:
        return []
    taken = {"state": "claimed", "attempts": deliveries.c.attempts + 1, "lease_until": at + LEASE}
    connection.execute(deliveries.update().where(deliveries.c.id.in_(ids)).values(**taken))
    rows = connection.execute(_ALL.where(deliveries.c.id.in_(ids)).order_by(deliveries.c.due_at, deliveries.c.id))
    return list(map(_delivery, rows))


def begin(
    connection: Connection, one: Delivery, *, channel_id: str, below: Sequence[Mapping[str, str]] = (), at: dt.datetime
) -> bool:
    """From now on it may have been posted. False where it is somebody else's meanwhile, or too late: post nothing then.

    `below` are the values of the messages that are to stand in its thread.
    """
    mine = _is_claimed_by(one) & (deliveries.c.expires_at.is_(None) | (deliveries.c.expires_at > at))
    sending = {"state": "sending", "posting_at": at, "channel_id": channel_id, "lease_until": None}
    if not connection.execute(deliveries.update().where(mine).values(**sending)).rowcount:
        return False
    for number, values in enumerate(below, 1):
        put(
            connection,
            f"{one.key} thread {number}",
            one.kind,
            to_user=one.slack_user_id,
            to_channel=channel_id,
            values=values,
            due_at=one.due_at,
            at=at,
            thread_of_id=one.id,
        )
    return True


def sent(connection: Connection, one: Delivery, ts: str, *, at: dt.datetime) -> bool:
    """It stands in Slack: posted just now, or found there. This counts whatever others think of the row; False where
    they knew already.
    """
    unknown = (deliveries.c.id == one.id) & (deliveries.c.state != "sent")
    known = {"state": "sent", "ts": ts, "sent_at": at, "trouble": None, "lease_until": None, "is_missed": False}
    return bool(connection.execute(deliveries.update().where(unknown).values(**known)).rowcount)


def release(connection: Connection, one: Delivery, trouble: str, *, until: dt.datetime) -> bool:
    """It was certainly not posted, and shall be tried again, not before this moment. False where it is not ours."""
    waiting = {"state": "waiting", "lease_until": until, "trouble": trouble}
    return bool(connection.execute(deliveries.update().where(_is_ours(one)).values(**waiting)).rowcount)


def postpone(connection: Connection, one: Delivery, *, until: dt.datetime) -> bool:
    """It was not posted, since its reader is not to be written to before this moment: it is due then, or at its end,
    where that comes before. False where it is not ours, or may have been posted.
    """
    due_at = until if one.expires_at is None else min(until, one.expires_at)
    later = {"state": "waiting", "due_at": due_at, "lease_until": None, "trouble": None}
    return bool(connection.execute(deliveries.update().where(_is_claimed_by(one)).values(**later)).rowcount)


def drop(connection: Connection, one: Delivery, trouble: str, *, report: Mapping[str, str], at: dt.datetime) -> bool:
    """It has become pointless. Whoever had it posted again is told, by a message that `report` composes. False where it
    is not ours.
    """
    dropped = {"state": "dropped", "lease_until": None, "trouble": trouble}
    if not connection.execute(deliveries.update().where(_is_ours(one)).values(**dropped)).rowcount:
        return False
    asked = (audit_entries.c.subject == subject(one.id)) & (audit_entries.c.action == AGAIN)
    by = connection.scalar(sa.select(audit_entries.c.by).where(asked).order_by(audit_entries.c.id.desc()).limit(1))
    if by is not None and by != audit.TERMINAL and one.kind != REPORT:
        values = {**report, "id": str(one.id), "dropped": "yes"}
        put(connection, f"{one.key} dropped to {by}", REPORT, to_user=by, values=values, due_at=at, at=at)
    return True


def hold(
    connection: Connection,
    one: Delivery,
    trouble: str,
    *,
    report: Mapping[str, str],
    tell: Sequence[str],
    at: dt.datetime,
) -> bool:
    """Nothing more is done until an admin decides. These Slack users are told, once each, by a message that `report`
    composes. False where it is not ours.
    """
    held = {"state": "held", "lease_until": None, "trouble": trouble}
    if not connection.execute(deliveries.update().where(_is_ours(one)).values(**held)).rowcount:
        return False
    for slack_user_id in tell if one.kind != REPORT else ():
        key = f"{one.key} held {one.attempts} to {slack_user_id}"
        values = {**report, "id": str(one.id)}
        put(connection, key, REPORT, to_user=slack_user_id, values=values, due_at=at, at=at)
    return True


def in_sending(connection: Connection) -> list[Delivery]:
    """Those that may or may not have been posted: their worker is at it, or has died, or Slack did not answer."""
    return list(map(_delivery, connection.execute(_ALL.where(deliveries.c.state == "sending"))))


# --- what an admin decides about one that is held ---------------------------------------------------------------------


def subject(delivery_id: int) -> str:
    """What the audit calls a message that somebody has decided on."""
    return f"delivery {delivery_id}"


def post_again(connection: Connection, delivery_id: int, at: dt.datetime) -> bool:
    """Let a held one be tried again, even if it had expired; False where it is not held."""
    held = (deliveries.c.id == delivery_id) & (deliveries.c.state == "held")
    again = {"state": "waiting", "lease_until": at, "expires_at": None}
    return bool(connection.execute(deliveries.update().where(held).values(**again)).rowcount)


def let_go(connection: Connection, delivery_id: int) -> bool:
    """Drop a held one for good; False where it is not held."""
    held = (deliveries.c.id == delivery_id) & (deliveries.c.state == "held")
    return bool(connection.execute(deliveries.update().where(held).values(state="dropped")).rowcount)


def forget(connection: Connection, before: dt.datetime) -> int:
    """Forget what was sent or dropped before this moment; how many there were."""
    is_old = deliveries.c.state.in_(("sent", "dropped")) & (deliveries.c.due_at < before)
    return connection.execute(deliveries.delete().where(is_old)).rowcount


# --- conditions and rows ----------------------------------------------------------------------------------------------

_above = deliveries.alias("above")
_ALL = sa.select(deliveries, _above.c.ts.label("thread_ts")).outerjoin(_above, _above.c.id == deliveries.c.thread_of_id)


def _is_past(at: dt.datetime) -> sa.ColumnElement[bool]:
    return (deliveries.c.lease_until <= at) | (deliveries.c.lease_until > at + PAUSE_MOST)


def _is_abandoned(at: dt.datetime) -> sa.ColumnElement[bool]:
    """Whether its worker has died before the post."""
    return (deliveries.c.state == "claimed") & _is_past(at)


def _is_free(at: dt.datetime) -> sa.ColumnElement[bool]:
    waits = (deliveries.c.state == "waiting") & (deliveries.c.lease_until.is_(None) | _is_past(at))
    above = sa.select(_above.c.id).where(_above.c.id == deliveries.c.thread_of_id, _above.c.state == "sent")
    is_in_turn = deliveries.c.thread_of_id.is_(None) | above.exists()
    return (deliveries.c.due_at <= at) & (waits | _is_abandoned(at)) & is_in_turn


def _is_over(at: dt.datetime) -> sa.ColumnElement[bool]:
    return (deliveries.c.expires_at <= at) & ((deliveries.c.state == "waiting") | _is_abandoned(at))


def _is_claimed_by(one: Delivery) -> sa.ColumnElement[bool]:
    return _is_ours(one) & (deliveries.c.state == "claimed")


def _is_ours(one: Delivery) -> sa.ColumnElement[bool]:
    """Whether nobody has claimed or decided it since."""
    is_at_work = deliveries.c.state.in_(("claimed", "sending"))
    return (deliveries.c.id == one.id) & (deliveries.c.attempts == one.attempts) & is_at_work


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Delivery | None:
    row = connection.execute(_ALL.where(condition)).first()
    return None if row is None else _delivery(row)


def _delivery(row: sa.Row[Any]) -> Delivery:
    found = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    return Delivery(**{name: found[name] for name in Delivery.__dataclass_fields__})
