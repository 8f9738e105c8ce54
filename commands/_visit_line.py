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
    """What was told of a touch; what was not is None. `unsure` is how it was read where it may be meant otherwise."""

    kind: Kind = "visit"
    day: dt.date | None = None
    minutes: int | None = None
    note: str | None = None
    slip: Slip | None = None
    unsure: str | None = None


def read(rest: str, reader: Reader) -> Told:
    """Kind, day and minutes in any order, each once; the note begins with the first other word. Minutes may also be a
    number alone with nothing behind it, or stand at the end of the note. Errors: Invalid.
    """
    said = words = rest.split()
    kind, day, lasted = None, None, None
    try:
        while words:
            if kind is None and (one := _kind(words[0])) is not None:
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
    slip = _slip(said, len(said) - len(words)) if day is None and words else None
    unsure = None
    if lasted is None and words:
        lasted, words, unsure = _within(words)
    if unsure is None and words and _BEGINS_LIKE_A_FIGURE.match(words[0]):
        unsure = f"“{words[0][:40]}” stands in the note, read neither as a day nor as a time; Edit… changes both."
    told = " ".join(words)
    # A dash before a note is a pause, before a digit it is a minus.
    kept = told if _BEGINS_LIKE_A_FIGURE.match(told) else told.lstrip(",:;-–— ")
    return Told(kind or "visit", day, lasted, note(kept), slip, unsure)


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


def _goes_on(words: Sequence[str], reader: Reader) -> bool:
    try:
        started = reader.at_start(words) is not None or minutes.at_start(words) is not None
    except UnclearError:
        return True
    return started or _kind(words[0]) is not None


def _kind(word: str) -> Kind | None:
    said = word.casefold().rstrip(",:")
    return next((kind for kind in KINDS if kind == said), None)
