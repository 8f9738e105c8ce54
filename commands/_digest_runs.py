"""How the digests of channels are doing, for an admin's Home: the last and the next run of each."""

from sqlalchemy.engine import Connection

from commands._digest_words import day
from commands._reply import Action, Count, Inline, Item, Note, Part, Request, Strong
from store import digest_due
from store.digest_due import Run

# More would be a page of its own; the doctor lists them all.
SHOWN_MOST = 5


def runs(request: Request, connection: Connection) -> tuple[Part, ...]:
    """Those that want an admin first; nothing where there is no digest."""
    found = sorted(digest_due.runs(connection, request.now), key=lambda run: (run.next_at is not None, -run.missed))
    if not found:
        return ()
    more = len(found) - SHOWN_MOST
    rest = (Note((Count(more, "more digest"), "; python -m bot doctor lists them all."), "quiet"),) if more > 0 else ()
    return (Note((Strong("Digests"),)), *map(_shown, found[:SHOWN_MOST]), *rest)


def _shown(run: Run) -> Item:
    last = f"last sent on {day(run.last_sent_at.date())}" if run.last_sent_at else "not sent yet"
    words: list[Inline] = [last]
    if run.next_at is None:
        words.append(f"  ·  paused{f': {run.kept.paused_because}' if run.kept.paused_because else ''}")
    else:
        words.append(f"  ·  next on {day(run.next_at.date())}")
    if run.missed:
        words += ["  ·  ", Count(run.missed, "was", "were"), " not sent in time"]
    change = Action("digest", "Change…", {"do": "schedule", "channel": run.kept.channel_id}, opens_form=True)
    place = f"{run.kept.schedule.weekday.capitalize()} {run.kept.schedule.at}"
    return Item((Strong(place), f"  ·  {run.kept.channel_id}"), tuple(words), actions=(change,))
