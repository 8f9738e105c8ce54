"""What the doctor finds of reminders, digests and other messages: what is held, late or missed, and what comes next."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.engine import Connection

from bot.findings import Finding, ok, warning
from store import delivery_figures
from store.delivery_figures import Held, OfKind

# A bot that runs posts within seconds; what waits for so long has nobody to post it.
LATE = dt.timedelta(minutes=10)
MISSED_OF_LATE = dt.timedelta(days=8)
SHOWN_MOST = 5


def findings(connection: Connection, now: dt.datetime) -> Iterator[Finding]:
    """Each that is held, then what waits too long, then each kind: when one was last sent, and when the next is due."""
    counts = delivery_figures.counts(connection)
    for one in delivery_figures.held(connection, SHOWN_MOST):
        yield _held(one)
    more = counts.by_state["held"] - SHOWN_MOST
    if more > 0:
        yield warning("Message held", f"{more:,} more.", "/melktert deliveries in Slack shows them to an admin.")
    late = delivery_figures.overdue(connection, now - LATE)
    if late:
        says = f"{late:,} message{'s have' if late != 1 else ' has'} been due for more than ten minutes."
        yield warning("Messages", says, "python -m bot run posts them; look whether it runs, and what it says.")
    kinds = delivery_figures.by_kind(connection, now - MISSED_OF_LATE)
    for kind in kinds:
        yield _kind(kind)
    if not kinds:
        yield ok("Messages", "No reminder or digest has been due so far.")


def _held(one: Held) -> Finding:
    to = one.slack_user_id or f"channel {one.channel_id}"
    says = f"{one.key} to {to}, due {_moment(one.due_at)}: {one.trouble or 'it is not known why.'}"
    return warning("Message held", says, "/melktert deliveries in Slack lets an admin post it again, or let it go.")


def _kind(kind: OfKind) -> Finding:
    about = f"Messages {kind.kind}"
    last = f"Last sent {_moment(kind.last_sent_at)}" if kind.last_sent_at else "None sent yet"
    following = f"next due {_moment(kind.next_due_at)}" if kind.next_due_at else "none is due"
    says = f"{last}, {following}."
    if kind.missed:
        says += f" {kind.missed:,} missed in the last {MISSED_OF_LATE.days} days, since nobody posted in time."
        return warning(about, says, "Keep python -m bot run running.")
    return ok(about, says)


def _moment(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
