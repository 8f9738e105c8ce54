"""Whom some words of a line name: those at its beginning, or others further on in a line that tells of a customer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from commands._naming import MOST_CANDIDATES
from store import names
from store.name_keys import fold, key_of
from store.name_words import names_holding
from store.names import Found, Match
from store.ordinary_words import ORDINARY
from value.phrases import UnclearError

NAME_WORDS_MOST = 7
# A customer is named within so many words of a line that tells of one, by so many words that any name has.
TOLD_WORDS_MOST = 40
ASKED_MOST = 60
# One word alone needs so many letters to begin a name further on, or to be one.
BEGINNING_LETTERS_LEAST, NAME_LETTERS_LEAST = 5, 4
PAUSES = " ,:;.!?"
_POSSESSIVE = re.compile(r"['’]s?$")
_ANDS = {"and", "&", "+"}
# What may stand between a day, minutes or the like and a name: "30 min with acme".
LEADS_ON = {"to", "with", "at"}
# After how many of the first words a name may begin, since these are a day, minutes or the like. Errors: UnclearError.
Leads = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Line:
    """What a line begins with: the words of the name, whom they find, and the words that are left. `rests` are those
    that are left for a customer who was found by other words of the line than `name`.
    """

    name: str
    found: Found
    rest: str
    rests: Mapping[int, str] = field(default_factory=dict)

    @property
    def certain(self) -> Match | None:
        """The one customer who is meant, None where nobody is, or several may be."""
        return self.found.certain

    @property
    def is_a_number(self) -> bool:
        """Whether the name is a number alone, which may as well be one of minutes or of crates."""
        return self.name.isdecimal()

    @property
    def is_everyday(self) -> bool:
        """Whether the name is one everyday word, which may as well tell of something: "sat with them"."""
        words = fold(self.name).split()
        return len(words) == 1 and words[0] in ORDINARY

    @property
    def is_cut_short(self) -> bool:
        """Whether the name ends within a word of every name that it finds: "sat" for Satin Finish."""
        words = fold(self.name).split()
        texts = [text for match in self.found.candidates for text in (match.name, match.via)]
        spelt = [one.split() for text in texts for one in (fold(text), key_of(text))]
        return not any(one[: len(words)] == words for one in spelt)


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom the words from `begins` to before `end` find."""

    name: str
    found: Found
    begins: int
    end: int


def at_beginning(connection: Connection, words: Sequence[str]) -> Line | None:
    """The longest words at the beginning that are a name, a number or a beginning; None where none are."""
    counts = range(min(NAME_WORDS_MOST, len(words)), 0, -1)
    by_count = {
        count: names.find(connection, " ".join(words[:count]), MOST_CANDIDATES + 1, misspelt=False) for count in counts
    }
    found = {count: one for count, one in by_count.items() if one.candidates}
    if not found:
        return None
    whole = [count for count, one in found.items() if one.certain and one.how != "prefix"]
    begun = [count for count, one in found.items() if one.certain]
    count = next(iter([*whole, *begun]), max(found))
    chosen, certain = found[count], found[count].certain
    # What more words may mean beside a name, or any words beside the beginning of one, is not decided here.
    rivals = {more: one for more, one in found.items() if more > count and "prefix" in (one.how, chosen.how)}
    if certain is None or not rivals:
        return of_words(words, count, chosen)
    matches = [match for one in rivals.values() for match in one.candidates]
    others = [match for match in matches if match.customer_id != certain.customer_id]
    if not others:
        return of_words(words, max(rivals), chosen)
    return of_words(words, count, Found(None, [certain, *others][: MOST_CANDIDATES + 1], chosen.how))


def of_words(words: Sequence[str], count: int, found: Found) -> Line:
    """The line whose first words, so many, are the name."""
    return Line(" ".join(words[:count]), found, " ".join(words[count:]))


def joined(lead: Sequence[str], rest: str) -> str:
    """What stood before a name, and what behind it: parted, so that "1h" and "30 crates" are not an hour and a half."""
    before = " ".join(lead)
    comma = "," if before[-1:].isalnum() and rest else ""
    return f"{before}{comma} {rest}".strip()


def further_on(connection: Connection, words: Sequence[str], start: int, figures: Leads) -> list[Line]:
    """Those who are named behind the first `start` words, each with the whole line as its rest, name and all, since it
    tells of them; but `figures` behind the name, such as a day, come where they are read: behind the first words.
    """
    said, held = _said(connection, [word.strip(PAUSES) for word in words[:TOLD_WORDS_MOST]])
    found: list[_Named] = []
    within: list[Line] = []
    at, asked = max(start, 1), 0
    while at < len(said) and asked < ASKED_MOST:
        run = next((more for more in range(at, len(said)) if not held[more]), len(said)) - at
        used = 1
        for count in range(min(run, NAME_WORDS_MOST), 0, -1):
            name = " ".join(said[at : at + count])
            if count == 1 and not _is_distinctive(name):
                continue
            asked += 1
            one = names.find(connection, name, MOST_CANDIDATES + 1, misspelt=False)
            if one.how in ("exact", "prefix") and (count > 1 or _is_whole(name, one)):
                found.append(_Named(name, one, at, _end_of_name(said, at, at + count)))
                used = count
                break
            if one.how == "words" and len(fold(name)) >= BEGINNING_LETTERS_LEAST:
                within.append(Line(name, one, _retold(words, start, _end_of_name(said, at, at + count), figures)))
        at += used
    return sorted(_each_retold(words, start, found, figures), key=lambda one: one.certain is None) or within


def _end_of_name(said: Sequence[str], begins: int, end: int) -> int:
    """Where a name ends with the legal form behind it, which no name is found by."""
    key = key_of(" ".join(said[begins:end]))
    while end < len(said) and key_of(" ".join(said[begins : end + 1])) == key:
        end += 1
    return end


def _each_retold(words: Sequence[str], start: int, named: Sequence[_Named], figures: Leads) -> list[Line]:
    """Each of these with the line as its rest. Of several who are named together what stands behind the last one is
    said of each: "had lunch with acme and zephyr yesterday".
    """
    lines: list[Line] = []
    begins = end = len(words)
    for one in reversed(named):
        is_beside = begins <= (_beside(words, one.end) or 0)
        end = end if is_beside and not _figures_behind(words, one.end, figures) else one.end
        begins = one.begins
        lines.append(Line(one.name, one.found, _retold(words, start, end, figures)))
    return lines[::-1]


def _said(connection: Connection, words: Sequence[str]) -> tuple[list[str], list[bool]]:
    """The words as they stand in names, "Acme's" as Acme where no name is spelt so; and of each whether some name has
    it.
    """
    bare = [_POSSESSIVE.sub("", word) for word in words]
    known = names_holding(connection, {part for word in (*words, *bare) for part in fold(word).split()}, 1)

    def is_held(word: str) -> bool:
        parts = fold(word).split()
        return bool(parts) and all(part in known for part in parts)

    said = [word if is_held(word) else less for word, less in zip(words, bare, strict=True)]
    return said, [is_held(word) for word in said]


def with_others(connection: Connection, words: Sequence[str], line: Line, figures: Leads) -> list[Line]:
    """The line, and those who are named beside its customer: "acme and zephyr yesterday" tells of both, each with the
    whole line as its rest. Only the line where nobody is.
    """
    named = line.name.split()
    places = (at for at in range(len(words)) if list(words[at : at + len(named)]) == named)
    begins = next(places, None)
    if line.certain is None or begins is None:
        return [line]
    start = begins - (begins > 0 and words[begins - 1].casefold() in LEADS_ON)
    beside, end = [line], begins + len(named)
    while (at := _beside(words, end)) is not None:
        other = at_beginning(connection, words[at:])
        if other is None or other.certain is None or other.is_a_number or other.is_everyday or other.is_cut_short:
            break
        beside.append(other)
        end = at + len(other.name.split())
    rest = line.rest if len(beside) == 1 else _retold(words, start, end, figures)
    return [replace(one, rest=rest) for one in beside]


def _beside(words: Sequence[str], end: int) -> int | None:
    """Where the name begins that is said together with the one that ends there, None where none can be."""
    if end >= len(words):
        return None
    if words[end].casefold() in _ANDS:
        return end + 1
    # A sign between two names is read as the end of the first one.
    return end if words[end - 1].endswith(",") or words[end - 1].casefold() in _ANDS else None


def _is_distinctive(word: str) -> bool:
    folded = fold(word)
    return len(folded) >= NAME_LETTERS_LEAST and folded not in ORDINARY and not folded.isdecimal()


def _is_whole(word: str, found: Found) -> bool:
    return found.how == "exact" or len(fold(word)) >= BEGINNING_LETTERS_LEAST


def _retold(words: Sequence[str], start: int, end: int, figures: Leads) -> str:
    """The line with the figures that follow word `end` behind the first `start`."""
    count = _figures_behind(words, end, figures)
    if not count:
        return " ".join(words)
    told = " ".join([*words[start:end], *words[end + count :]])
    return joined(words[:start], joined(words[end : end + count], told))


def _figures_behind(words: Sequence[str], end: int, figures: Leads) -> int:
    """How many of the words from `end` on are a day, minutes and the like."""
    try:
        return next(iter(list(figures(words[end:]))[-1:]), 0)
    except UnclearError:
        # Whoever reads the day refuses it, and says why.
        return len(words) - end
