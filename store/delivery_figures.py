"""How deliveries are doing: for the doctor, for /metrics, and for an admin."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.deliveries import State
from store.tables import deliveries


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are. `missed` are those of `dropped` that expired."""

    by_state: Mapping[State, int]
    missed: int
    last_sent_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OfKind:
    """The messages of one kind: when one was last sent, when the next is due, and how many were missed of late."""

    kind: str
    last_sent_at: dt.datetime | None
    next_due_at: dt.datetime | None
    missed: int


@dataclass(frozen=True, slots=True)
class Held:
    """One that waits for an admin."""

    id: int
    key: str
    kind: str
    slack_user_id: str | None
    channel_id: str | None
    due_at: dt.datetime
    trouble: str | None


def counts(connection: Connection) -> Counts:
    """All of them, counted."""
    rows = connection.execute(
        sa.select(
            deliveries.c.state,
            sa.func.count().label("number"),
            sa.func.count().filter(deliveries.c.is_missed).label("missed"),
            sa.func.max(deliveries.c.sent_at).label("sent_at"),
        ).group_by(deliveries.c.state)
    ).all()
    known = {row.state: row.number for row in rows}
    sent = [row.sent_at for row in rows if row.sent_at is not None]
    by_state: dict[State, int] = {state: known.get(state, 0) for state in get_args(State)}
    return Counts(by_state, sum(row.missed for row in rows), max(sent, default=None))


def sent_since(connection: Connection, since: dt.datetime) -> int:
    """How many were posted since."""
    return connection.scalar(sa.select(sa.func.count()).where(deliveries.c.sent_at >= since)) or 0


def by_kind(connection: Connection, missed_since: dt.datetime) -> list[OfKind]:
    """Each kind that there is, in the order of the alphabet."""
    waits = deliveries.c.state.in_(("waiting", "claimed"))
    is_missed = deliveries.c.is_missed & (deliveries.c.due_at >= missed_since)
    rows = connection.execute(
        sa.select(
            deliveries.c.kind,
            sa.func.max(deliveries.c.sent_at).label("sent_at"),
            sa.func.min(sa.case((waits, deliveries.c.due_at))).label("due_at"),
            sa.func.count().filter(is_missed).label("missed"),
        )
        .group_by(deliveries.c.kind)
        .order_by(deliveries.c.kind)
    )
    return [OfKind(row.kind, row.sent_at, row.due_at, row.missed) for row in rows]


def held(connection: Connection, most: int) -> Sequence[Held]:
    """Those that wait for an admin, the longest due first, at most so many."""
    rows = connection.execute(_HELD.order_by(deliveries.c.due_at, deliveries.c.id).limit(most))
    return list(map(_held, rows))


def held_one(connection: Connection, delivery_id: int) -> Held | None:
    """The one of this id, None where it does not wait for an admin."""
    row = connection.execute(_HELD.where(deliveries.c.id == delivery_id)).first()
    return None if row is None else _held(row)


def overdue(connection: Connection, at: dt.datetime) -> int:
    """How many wait although it was their time at this moment."""
    late = (deliveries.c.state == "waiting") & (deliveries.c.due_at <= at) & deliveries.c.thread_of_id.is_(None)
    return connection.scalar(sa.select(sa.func.count()).where(late)) or 0


_HELD = sa.select(*(deliveries.c[name] for name in Held.__dataclass_fields__)).where(deliveries.c.state == "held")


def _held(row: sa.Row[Any]) -> Held:
    return Held(**row._mapping)  # the public name of a row's columns by label, in spite of the underscore
