"""When a member of the team may be written to: their working days, leave and quiet hours, which they set themselves."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Self

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit
from store.tables import people, rep_hours
from store.workspace import Weekday
from value.reminders import Hours

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAVE_DAYS_MOST = 366
CHANGE = "person.hours"


class RepHours(BaseModel):
    """Somebody's hours with their defaults, on their own clock. Leave is from its first to its last day; quiet hours
    run over midnight where they end at the earlier time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = WEEKDAYS[:5]
    remind_at: dt.time = dt.time(8, 30)
    quiet_from: dt.time | None = dt.time(19)
    quiet_until: dt.time | None = dt.time(7)
    leave_from_on: dt.date | None = None
    leave_until_on: dt.date | None = None
    own_digest: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None) or (
            self.quiet_from is not None and self.quiet_from == self.quiet_until
        ):
            raise ValueError("quiet hours have a beginning and another end")
        if (self.leave_from_on is None) != (self.leave_until_on is None):
            raise ValueError("leave has a first and a last day")
        if self.leave_from_on and self.leave_until_on:
            if self.leave_until_on < self.leave_from_on:
                raise ValueError("leave ends after it begins")
            if (self.leave_until_on - self.leave_from_on).days >= LEAVE_DAYS_MOST:
                raise ValueError(f"leave lasts {LEAVE_DAYS_MOST} days at most")
        if self.in_zone("UTC").is_quiet(self.remind_at):
            raise ValueError("reminders come outside the quiet hours")
        return self

    def in_zone(self, zone: str) -> Hours:
        """The same, where the clocks are those of this zone."""
        quiet = None if self.quiet_from is None or self.quiet_until is None else (self.quiet_from, self.quiet_until)
        leave = (self.leave_from_on, self.leave_until_on) if self.leave_from_on and self.leave_until_on else None
        weekdays = frozenset(WEEKDAYS.index(day) for day in self.working_days)
        return Hours(zone, weekdays, self.remind_at, quiet, leave)


def get(connection: Connection, slack_user_id: str) -> RepHours:
    """The hours of a member of the team; the defaults where they have set none."""
    return some(connection, [slack_user_id]).get(slack_user_id, RepHours())


def some(connection: Connection, slack_user_ids: Sequence[str]) -> dict[str, RepHours]:
    """The hours of those among them who have set any, by their id."""
    found = sa.select(rep_hours.c.slack_user_id, rep_hours.c.document).where(
        rep_hours.c.slack_user_id.in_(slack_user_ids)
    )
    return {row.slack_user_id: _stored(row.document) for row in connection.execute(found)}


def on_their_clock(connection: Connection, slack_user_id: str) -> Hours:
    """Somebody's hours in the time zone that Slack tells of them."""
    zone = connection.scalar(sa.select(people.c.zone).where(people.c.slack_user_id == slack_user_id))
    return get(connection, slack_user_id).in_zone(zone or "UTC")


def settle(
    connection: Connection, slack_user_id: str, to: RepHours, *, at: dt.datetime, receipt: str | None = None
) -> bool:
    """These are their hours from now on; False where that changes nothing, as the second time with one receipt.

    Whoever calls moves the reminders that wait: store.reminders.move.
    """
    was = get(connection, slack_user_id)
    if audit.done(connection, receipt, CHANGE) is not None or was == to:
        return False
    document = to.model_dump(mode="json")
    details = {"was": was.model_dump(mode="json"), "became": document}
    subject = f"person {slack_user_id}"
    if not audit.record(connection, at, slack_user_id, CHANGE, subject, details=details, receipt=receipt):
        return False
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    kept = {"document": document, "changed_at": at}
    connection.execute(
        insert(rep_hours)
        .values(slack_user_id=slack_user_id, **kept)
        .on_conflict_do_update(index_elements=[rep_hours.c.slack_user_id], set_=kept)
    )
    return True


def _stored(document: dict[str, Any]) -> RepHours:
    """Hours as they were kept; such as were accepted once and are not any more count as not set."""
    try:
        return RepHours.model_validate(document)
    except ValidationError:
        return RepHours()
