"""The digest as it is posted: composed once for its slot, and below it what stands behind it."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from commands._digest_compose import Reader, compose, of_schedule
from commands._digest_draw import NAME, draw
from commands._digest_draw import details as behind
from commands._digest_read import LATE, local_day, of_rep, shown
from commands._reply import Action, Invalid, NothingToSay, Reply, Request
from store import digest_schedules, digests, people, rep_hours
from store.digest_schedules import Kept
from store.digests import Composed
from value import slots

BY = "melktert"


def post(request: Request, connection: Connection) -> Reply:
    """The digest of a reader and a slot. The second time it has the lines of the first. Errors: NothingToSay.

    Where Melktert paused it itself, since the channel could not be posted to, an admin has it posted again: the channel
    has been looked at just now, so it comes every week again.
    """
    reader, kept, slot_on = _named(request, connection)
    if kept is not None and kept.is_paused:
        digest_schedules.resume(connection, kept, by=BY, at=request.now)
        kept = replace(kept, is_paused=False, paused_because=None)
    today = local_day(request.now, kept) if kept else request.today
    digest = compose(connection, reader, slot_on=slot_on, today=today)
    composed = Composed(reader.key, slot_on, today, digest.figures.document(), digest.lines)
    issue = digests.keep(connection, composed, request.now)
    digest = replace(digest, lines=issue.lines)
    due_at = _due_at(connection, request, kept, slot_on)
    # What came due before there was a schedule, or during a pause, was owed to nobody.
    is_owed = kept is None or due_at >= kept.starts_at
    late_on = slot_on if is_owed and request.now - due_at > LATE else None
    reply = draw(digest, shown(connection, digest, kept, late_on=late_on, issue_id=issue.id))
    if not reader.is_team:
        return reply
    below = {"do": "details", "reader": reader.key, "slot": slot_on.isoformat()}
    return replace(reply, thread=(Action(NAME, "", below),))


def details(request: Request, connection: Connection) -> Reply:
    """What stands in the thread of that digest."""
    reader, kept, slot_on = _named(request, connection)
    today = local_day(request.now, kept) if kept else request.today
    return behind(compose(connection, reader, slot_on=slot_on, today=today))


def _named(request: Request, connection: Connection) -> tuple[Reader, Kept | None, dt.date]:
    """Whose digest, and of which slot. Errors: Invalid where nobody asked for it but a person; NothingToSay."""
    if request.origin != "delivery":
        raise Invalid(button="A digest is posted when it is due; /digest shows it as it would be now.")
    kind, _, name = request.values.get("reader", "").partition(" ")
    slot_on = dt.date.fromisoformat(request.values["slot"])
    if kind == "team":
        kept = digest_schedules.get(connection, int(name))
        if kept is None or (kept.is_paused and not kept.paused_because):
            raise NothingToSay("The digest of this channel is paused.")
        return of_schedule(connection, kept), kept, slot_on
    standing = people.standing(connection, name)
    if standing[1] is None:
        raise NothingToSay("This person is no rep of the ledger any more.")
    if not rep_hours.get(connection, name).own_digest:
        raise NothingToSay("This person has left their own digest.")
    return of_rep(standing[1], name), None, slot_on


def _due_at(connection: Connection, request: Request, kept: Kept | None, slot_on: dt.date) -> dt.datetime:
    """The moment of the slot, on the reader's clock."""
    if kept is not None:
        return slots.instant(slot_on, kept.schedule.time, kept.schedule.zone)
    hours = rep_hours.get(connection, str(request.person.slack_user_id))
    return slots.instant(slot_on, hours.remind_at, str(ZoneInfo(request.person.zone)))
