"""What the doctor finds about the digests of channels."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy.engine import Connection

from bot.findings import Finding, ok, warning
from store import digest_due
from store.digest_due import Run


def digests(connection: Connection, now: dt.datetime) -> Iterator[Finding]:
    """The last and the next run of each."""
    for run in digest_due.runs(connection, now):
        yield _finding(run)


def _finding(run: Run) -> Finding:
    about = f"Digest of {run.kept.channel_id}"
    last = f"last sent on {run.last_sent_at:%Y-%m-%d %H:%M} UTC" if run.last_sent_at else "not sent yet"
    if run.next_at is None:
        if run.kept.paused_because is None:
            return ok(about, f"Somebody has paused it; it was {last}. /digest resume in the channel sends it again.")
        says = f"It is paused: {run.kept.paused_because} It was {last}."
        return warning(about, says, "Put that right, then /digest resume in the channel, or leave it paused.")
    says = f"It was {last}; the next is due on {run.next_at:%Y-%m-%d %H:%M} UTC."
    if run.missed:
        missed = "1 was" if run.missed == 1 else f"{run.missed} were"
        return warning(about, f"{says} {missed} not sent in time.", "Keep python -m bot run running all the time.")
    return ok(about, says)
