"""For whom a digest is, and how it is shown to them: whose names it has, in which currency, and when it comes."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from commands._digest_compose import Digest, Reader, compose, of_schedule
from commands._digest_draw import Shown, draw
from commands._reply import Reply, Request, Role
from store import digest_candidates, digest_schedules, exchange
from store.digest_schedules import Kept
from store.who import Who
from value.digest_choice import LINES_MOST

# A digest that comes later than this says so.
LATE = dt.timedelta(hours=1)
REP_LINES_MOST = 7
EVERYBODY = Reader("team 0", (), None, LINES_MOST, is_team=True)


def of_channel(connection: Connection, channel_id: str | None) -> Reader:
    """The reader of this channel's digest; where it has none, a team whose digest covers everybody."""
    kept = digest_schedules.of_channel(connection, channel_id) if channel_id else None
    return of_schedule(connection, kept) if kept else EVERYBODY


def my_reader(request: Request) -> Reader | None:
    """The person who asks, as the reader of their own digest; None where they are no rep of the ledger."""
    person = request.person
    return of_rep(person.rep_id, person.slack_user_id) if person.rep_id is not None else None


def of_rep(rep_id: int, slack_user_id: str | None) -> Reader:
    """A rep, as the reader of their own digest."""
    key = f"rep {slack_user_id or rep_id}"
    return Reader(key, (rep_id,), [Who(rep_id, slack_user_id)], REP_LINES_MOST, is_team=False)


def preview(request: Request, connection: Connection, reader: Reader) -> Reply:
    """The digest as it would be now. Nothing of it is kept, so it counts as shown to nobody."""
    kept = scheduled(connection, reader)
    today = local_day(request.now, kept) if kept else request.today
    digest = compose(connection, reader, slot_on=today, today=today)
    is_manager = request.person.role.includes(Role.MANAGER)
    channel_id = request.place.channel_id if request.place.kind == "channel" and is_manager else None
    return draw(digest, shown(connection, digest, kept, is_preview=True, channel_id=channel_id))


def scheduled(connection: Connection, reader: Reader) -> Kept | None:
    """The schedule of a channel's digest."""
    kind, _, number = reader.key.partition(" ")
    return digest_schedules.get(connection, int(number)) if kind == "team" else None


def local_day(now: dt.datetime, kept: Kept) -> dt.date:
    """The day where the digest is read."""
    return now.astimezone(ZoneInfo(kept.schedule.zone)).date()


def shown(
    connection: Connection,
    digest: Digest,
    kept: Kept | None,
    *,
    late_on: dt.date | None = None,
    issue_id: int | None = None,
    is_preview: bool = False,
    channel_id: str | None = None,
) -> Shown:
    """How this digest is shown to its readers."""
    rep_ids = sorted({line.owner_rep_id for line in digest.lines if line.owner_rep_id is not None})
    owners = digest_candidates.owners(connection, rep_ids)
    currency, rate, rate_on = _currency(digest, kept)
    return Shown(
        owners=owners,
        currency=currency,
        rate=rate,
        rate_on=rate_on,
        schedule=when(kept) if kept else "",
        late_on=late_on,
        issue_id=issue_id,
        is_preview=is_preview,
        channel_id=channel_id,
    )


def when(kept: Kept) -> str:
    """Every Monday 08:00 (Africa/Johannesburg)."""
    paused = ", paused" if kept.is_paused else ""
    return f"every {kept.schedule.weekday.capitalize()} {kept.schedule.at} ({kept.schedule.zone}){paused}"


def _currency(digest: Digest, kept: Kept | None) -> tuple[str | None, Decimal, dt.date | None]:
    """What money is shown in: the schedule's currency at the last rate, where there is one, else the figures' own."""
    own, wanted = digest.figures.currency, kept.schedule.currency if kept else None
    if own is None or wanted is None or wanted == own:
        return own, Decimal(1), None
    found = exchange.latest(own, wanted, digest.today)
    return (own, Decimal(1), None) if found is None else (wanted, found[1], found[0])
