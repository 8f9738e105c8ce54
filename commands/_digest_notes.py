"""The small print of a digest: what did not fit, what is given up on, whose data is old, and who has left."""

from collections.abc import Mapping

from commands._digest_compose import Digest
from commands._reply import Code, Count, Inline, Note, Sentence, Strong
from value.digest_choice import SHOWN_MOST, Section


def stale(digest: Digest) -> tuple[Note, ...]:
    """That the data is old, or that there is none."""
    if digest.coverage is None:
        return (Note((Strong("No ledger has been imported"), ", so no customer is ranked."), "warning"),)
    age_days = (digest.today - digest.coverage.observation_end_on).days
    if age_days <= digest.stale_after_days:
        return ()
    words = (Strong("Old data: "), "it ends ", Count(age_days, "day"), " before today.")
    return (Note(words, "warning"),)


def rest(digest: Digest) -> tuple[Note, ...]:
    """What did not fit, and where it is read; where there is no line at all, whom a list has nevertheless."""
    words: list[Inline] = []
    if not digest.lines and digest.to_visit and "visit" not in digest.left_out:
        words += [Count(digest.to_visit, "customer"), " past the cadence, told of before: ", _list("visit", digest)]
    for section, count in digest.left_out.items():
        words += [*(["  ·  "] if words else []), f"{count:,} more {_MORE[section]}"]
        if section in _REST:
            words += [": ", _list(section, digest)]
    return (Note(tuple(words), "quiet"),) if words else ()


def _list(section: Section, digest: Digest) -> Code:
    """The command that lists the rest of a section."""
    return Code(f"{_REST[section]} team" if digest.reader.is_team else _REST[section])


def last_time(digest: Digest) -> tuple[Note, ...]:
    """How many reminders were given up on."""
    if not digest.changed_nothing:
        return ()
    count, verb = Count(digest.changed_nothing, "reminder"), "is" if digest.changed_nothing == 1 else "are"
    return (Note((count, f" changed nothing in {SHOWN_MOST} digests, and {verb} not repeated."), "quiet"),)


def put_off(digest: Digest) -> tuple[Note, ...]:
    """How many lines somebody has put off: of a team's, anybody may do so for all the others."""
    if not digest.put_off:
        return ()
    count, were, are = Count(digest.put_off, "line"), *(("was", "is") if digest.put_off == 1 else ("were", "are"))
    return (Note((count, f" {were} put off or called not relevant, and {are} not shown."), "quiet"),)


def left(digest: Digest) -> tuple[Note, ...]:
    """Who was to be covered and has left, so that nobody wonders whose customers these are."""
    notes = []
    for one in digest.reader.left:
        if one.successor is None:
            words: Sentence = (f"{one.name} has left, and nobody has the customers: ", Code("/digest schedule"))
            notes.append(Note((*words, " settles whom this digest covers."), "warning"))
        else:
            notes.append(Note((f"{one.name} has left; {one.successor}'s customers are covered instead.",), "quiet"))
    return tuple(notes)


_MORE: Mapping[Section, str] = {
    "stopped": "who stopped",
    "follow_up": "to follow up this week",
    "visit": "to visit",
    "conversation": "to talk to",
    "invite": "to invite to",
}
# Where the rest of a section is read.
_REST: Mapping[Section, str] = {"follow_up": "/promises", "visit": "/neglected"}
