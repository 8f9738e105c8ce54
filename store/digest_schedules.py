"""When a channel receives the team's digest, and whom it covers."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.engine import Connection

from store import audit
from store.audit import RefusedError
from store.database import lock_figures
from store.tables import digest_schedules
from store.workspace import Currency, Weekday
from value.digest_choice import LINES_MOST

CHANGED = "digest.schedule"
SUPERSEDED = (
    "Somebody has changed the digest of this channel since this form was opened, and nothing of it was saved. "
    "Close it, open it again and change what is still to be changed."
)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name} is no time zone; write one such as Africa/Johannesburg")
    return name


def _time(text: str) -> str:
    dt.time.fromisoformat(text)
    return text


class Schedule(BaseModel):
    """When a digest is sent, and what it holds. `rep_ids` are the reps whose customers it covers; empty is everybody's,
    customers without a rep included. `currency` is what money is shown in, None the currency of the figures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Weekday = "monday"
    at: Annotated[str, AfterValidator(_time), Field(pattern=r"^\d\d:\d\d$")] = "08:00"
    zone: Annotated[str, AfterValidator(_zone)]
    currency: Currency | None = None
    rep_ids: tuple[int, ...] = ()
    lines_most: Annotated[int, Field(ge=3, le=20)] = LINES_MOST

    @property
    def time(self) -> dt.time:
        """The time of day on the reader's clock."""
        return dt.time.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule as it is kept. No slot before `starts_at` is owed to anybody."""

    id: int
    channel_id: str
    schedule: Schedule
    is_paused: bool
    paused_because: str | None
    starts_at: dt.datetime
    made_by: str

    @property
    def reader(self) -> str:
        """Its name among the readers of digests."""
        return f"team {self.id}"


def version(kept: Kept | None) -> str:
    """Tells one state of a channel's schedule from another; empty where it has none."""
    if kept is None:
        return ""
    told = f"{kept.is_paused} {kept.schedule.model_dump_json()}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def every(connection: Connection) -> list[Kept]:
    """All schedules, the first made first."""
    return [_kept(row) for row in connection.execute(sa.select(digest_schedules).order_by(digest_schedules.c.id))]


def get(connection: Connection, schedule_id: int) -> Kept | None:
    """The schedule, None where there is none of this id."""
    row = connection.execute(sa.select(digest_schedules).where(digest_schedules.c.id == schedule_id)).first()
    return None if row is None else _kept(row)


def of_channel(connection: Connection, channel_id: str) -> Kept | None:
    """The schedule of a channel, None where it receives no digest."""
    row = connection.execute(sa.select(digest_schedules).where(digest_schedules.c.channel_id == channel_id)).first()
    return None if row is None else _kept(row)


def save(
    connection: Connection,
    channel_id: str,
    schedule: Schedule,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
    seen: str | None = None,
) -> Kept:
    """Let the channel receive this digest from now on; a paused one is resumed. The same receipt changes nothing.

    `seen` is the `version` that the change was made from. Errors: RefusedError where it is another by now.
    """
    lock_figures(connection)
    before = of_channel(connection, channel_id)
    if seen not in (None, version(before)) and audit.done(connection, receipt, CHANGED) is None:
        raise RefusedError(SUPERSEDED)
    document = schedule.model_dump(mode="json")
    details = {"channel": channel_id, "was": before and before.schedule.model_dump(mode="json"), "became": document}
    if audit.record(connection, at, by, CHANGED, f"channel {channel_id}", details=details, receipt=receipt):
        values = {"document": document, "is_paused": False, "paused_because": None, "starts_at": at}
        if before is None:
            made = {"channel_id": channel_id, "made_at": at, "made_by": by}
            connection.execute(digest_schedules.insert().values(**values, **made))
        else:
            _change(connection, before.id, values)
    saved = of_channel(connection, channel_id)
    assert saved is not None, "it was saved just now, or with the same receipt before"
    return saved


def pause(connection: Connection, kept: Kept, *, by: str, at: dt.datetime, because: str | None = None) -> bool:
    """Send nothing until it is resumed; True where it was not paused yet. `because` is why Melktert did so itself."""
    return _switch(connection, kept, {"is_paused": True, "paused_because": because}, by=by, at=at)


def resume(connection: Connection, kept: Kept, *, by: str, at: dt.datetime) -> bool:
    """Send it again, beginning with the next slot: what came due in between is not owed."""
    return _switch(connection, kept, {"is_paused": False, "paused_because": None, "starts_at": at}, by=by, at=at)


def _switch(connection: Connection, kept: Kept, to: Mapping[str, Any], *, by: str, at: dt.datetime) -> bool:
    is_other = digest_schedules.c.is_paused != to["is_paused"]
    one = (digest_schedules.c.id == kept.id) & is_other
    if not connection.execute(digest_schedules.update().where(one).values(**to)).rowcount:
        return False
    details = {"channel": kept.channel_id, "was": kept.is_paused, "became": to["is_paused"]}
    reason = to["paused_because"]
    audit.record(connection, at, by, "digest.pause", f"channel {kept.channel_id}", details=details, reason=reason)
    return True


def _change(connection: Connection, schedule_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(digest_schedules.update().where(digest_schedules.c.id == schedule_id).values(**values))


def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        channel_id=row.channel_id,
        schedule=Schedule.model_validate(row.document),
        is_paused=row.is_paused,
        paused_because=row.paused_because,
        starts_at=row.starts_at,
        made_by=row.made_by,
    )
