"""What the clock asks for every minute: which digests have come due, and which channels can be posted to no more."""

import datetime as dt

from store import digest_due, digest_schedules
from store.database import Database

BY = "melktert"


def plan_digests(db: Database, now: dt.datetime) -> None:
    """Put the digests that have come due among the deliveries, and pause those of channels that Slack does not let us
    post to; the admin is told of that by the delivery that is held. Most of the time there is nothing to write.
    """
    with db.reading() as connection:
        if not digest_due.due(connection, now) and not digest_due.unreachable(connection, now):
            return
    with db.writing() as connection:
        for kept, reason in digest_due.unreachable(connection, now):
            digest_schedules.pause(connection, kept, by=BY, at=now, because=reason)
        digest_due.plan(connection, now)
