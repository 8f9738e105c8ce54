"""What follows the customer in "/visit acme yesterday 45m spoke to the buyer": kind, day and minutes, then the note."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from commands._reply import Invalid
from commands._typed import clean
from store.touches import KINDS, Kind
from value import minutes
from value.phrases import Reader, UnclearError, misspelt

# The last words in which a misspelt name may end.
NAME_WORDS_MOST = 7
LONGEST_NOTE = 3_000
_BEGINS_LIKE_A_FIGURE = re.compile(r"[-–—−]?[\d½¼¾]")
# What reps write for a kind where they begin to tell; it stays in a note that goes on from it: "called off the order".
_TOLD_AS: dict[str, Kind] = {
    **dict.fromkeys(("called", "phoned", "rang"), "call"),
    **dict.fromkeys(("email", "emailed", "e-mail", "e-mailed", "texted"), "message"),
}
# A time of the day before the name is no customer's number; it stays in the note.
_TIME_OF_DAY = re.compile(r"(?:at )?(?:\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|a\.m\.|p\.m\.)|\d{1,2}:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slip:
    """A word where a day may stand that is none, but nearly one: what stands before it and after it, and the day word
    that may be meant.
    """

    before: str
    word: str
    after: str
    meant: str


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a touch; what was not is None. `unsure` says how it was read where it may be meant otherwise."""

    kind: Kind = "visit"
    day: dt.date | None = None
    minutes: int | None = None
    note: str | None = None
    slip: Slip | None = None
    unsure: tuple[str, ...] = ()


def read(rest: str, reader: Reader) -> Told:
    """Kind, day and minutes in any order, each once; the note begins with the first other word. Minutes may also be a
    number alone with nothing behind it, or stand at the end of the note. Errors: Invalid.
    """
    said = words = rest.split()
    kind, day, lasted = None, None, None
    try:
        while words:
            if words is said and (as_told := _told_as(words[0])) is not None:
                kind, used = as_told, 1
            elif kind is None and (one := _kind(words[0])) is not None:
                kind, used = one, 1
            elif day is None and (found := reader.at_start(words)) is not None:
                day, used = found
            elif lasted is None and (taken := minutes.at_start(words)) is not None:
                lasted, used = taken
            elif lasted is None and len(words) == 1 and (alone := minutes.bare(words[0])) is not None:
                lasted, used = alone, 1
            else:
                break
            words = words[used:]
    except UnclearError as unclear:
        raise Invalid(day=str(unclear)) from None
    read_to = len(said) - len(words)
    slip = _slip(said, read_to) if day is None and words else None
    unsure, from_the_end = None, None
    if lasted is None and words:
        from_the_end, words, unsure = _within(words)
    if unsure is None and words and _BEGINS_LIKE_A_FIGURE.match(words[0]):
        figure = words[0][:40].rstrip(",")
        unsure = f"“{figure}” stands in the note, read neither as a day nor as a time; Edit… changes both."
    # What a sentence is said of already is not said again.
    in_note = _in_note(words[1:] if unsure else words, None if day else reader, has_minutes=from_the_end is not None)
    lasted = from_the_end if lasted is None else lasted
    told = " ".join([*said[:1], *words] if words and read_to == 1 and _told_as(said[0]) else words)
    # A dash before a note is a pause, before a digit it is a minus.
    kept = told if _BEGINS_LIKE_A_FIGURE.match(told) else told.lstrip(",:;-–— ")
    return Told(kind or "visit", day, lasted, note(kept), slip, tuple(one for one in (unsure, in_note) if one))


def _slip(said: Sequence[str], at: int) -> Slip | None:
    meant = misspelt(said[at])
    return Slip(" ".join(said[:at]), said[at], " ".join(said[at + 1 :]), meant) if meant else None


def _within(words: list[str]) -> tuple[int | None, list[str], str | None]:
    """Minutes that a note ends with, the note without them, and what is said where it may be meant otherwise."""
    found = minutes.at_end(words)
    if found is not None:
        lasted, count = found
        if count:
            return lasted, " ".join(words[:-count]).rstrip(",;–— ").split(), None
        return lasted, words, "The time is read from the end of the note; Edit… corrects it."
    alone = minutes.bare(words[0])
    if alone is None:
        return None, words, None
    return None, words, f"The {alone} stands in the note; were it minutes, write {alone}m."


def _in_note(words: Sequence[str], reader: Reader | None, *, has_minutes: bool) -> str | None:
    """That a day (where a reader is given) or minutes stand in the note, and were not read from it."""
    named = reader.within(words) if reader is not None else None
    lasted = None if has_minutes else minutes.within(words)
    found = [(named[0], "day")] if named else []
    found += [(lasted, "minutes")] if lasted else []
    if not found:
        return None
    shown, what = (" and ".join(words) for words in zip(*((f"“{one[:40]}”", what) for one, what in found), strict=True))
    return f"{shown} {'stands' if len(found) == 1 else 'stand'} in the note; Edit… changes the {what}."


def note(text: str) -> str | None:
    """A note as it is kept, line by line; None where nothing is said. Errors: Invalid for a book."""
    lines = [clean(line) for line in text.splitlines()]
    kept = "\n".join(line for line in lines if line)
    if len(kept) > LONGEST_NOTE:
        raise Invalid(note=f"That is {len(kept):,} characters; the note takes {LONGEST_NOTE:,}.")
    return kept or None


def ends_before(words: Sequence[str], reader: Reader) -> tuple[int, ...]:
    """Before which words a name may end, since there a kind, a day or minutes begin."""
    return tuple(at for at in range(1, min(NAME_WORDS_MOST, len(words))) if _goes_on(words[at:], reader))


def leads(words: Sequence[str], reader: Reader) -> tuple[int, ...]:
    """After how many of the first words a name may begin: after a kind, a day, minutes or a time of the day, each once.

    Errors: UnclearError.
    """
    at, stops, told = 0, [], set()
    while at < len(words):
        found = _lead(words[at:], reader)
        if found is None or found[0] in told:
            break
        told.add(found[0])
        at += found[1]
        stops.append(at)
    return tuple(stops)


def figures(words: Sequence[str], reader: Reader) -> tuple[int, ...]:
    """After how many of the first words a day or minutes end, each once. Errors: UnclearError."""
    at, stops = 0, []
    for begins in (reader.at_start, minutes.at_start, reader.at_start):
        found = begins(words[at:]) if at < len(words) else None
        at += found[1] if found else 0
        stops += [at] if found else []
    return tuple(stops)


def _lead(words: Sequence[str], reader: Reader) -> tuple[str, int] | None:
    if (_kind(words[0]) or _told_as(words[0])) is not None:
        return "kind", 1
    for count in (3, 2, 1):
        if count <= len(words) and _TIME_OF_DAY.fullmatch(" ".join(words[:count]).casefold().rstrip(",:")):
            return "time", count
    lasted = minutes.at_start(words)
    if lasted is not None:
        return "minutes", lasted[1]
    day = reader.at_start(words)
    return None if day is None else ("day", day[1])


def _goes_on(words: Sequence[str], reader: Reader) -> bool:
    try:
        started = reader.at_start(words) is not None or minutes.at_start(words) is not None
    except UnclearError:
        return True
    return started or (_kind(words[0]) or _told_as(words[0])) is not None


def _kind(word: str) -> Kind | None:
    said = word.casefold().rstrip(",:")
    return next((kind for kind in KINDS if kind == said), None)


def _told_as(word: str) -> Kind | None:
    return _TOLD_AS.get(word.casefold().rstrip(",:"))
