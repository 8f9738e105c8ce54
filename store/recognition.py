"""Recognising the customer whom a message names, to fill in what somebody else would have to search.

Who reads the form may overlook what stands there already, so nothing is filled in that might mean another: of two
customers named none is taken, nor of two who may be meant, and an everyday word is a name only where it is written as
one. How often that is right is measured in tests/store/test_recognition.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rapidfuzz.distance import OSA
from sqlalchemy.engine import Connection

from store.message_words import Word, stretches
from store.name_keys import LAST_LETTER, fold
from store.name_words import names_holding, similar_words
from store.names import Match
from store.one_of import one_of_texts
from store.ordinary_words import ORDINARY
from store.tables import customer_names as names
from store.tables import customers, name_words, reps

NAME_WORDS_MOST = 7
# A word that more names hold tells none of them from the others.
HELD_MOST = 40
# The beginning of a name, or a misspelt one, needs letters enough to be no other.
BEGINNING_LETTERS_LEAST = 4
MISSPELT_LETTERS_LEAST = 5
MISSPELT_WORDS_MOST = 4
SHORT_LETTERS = 3
RIVALS_READ = 60
RIVALS_ASKED = 10


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whom a message names: `customer` where it can be but one, and else those it may mean."""

    customer: Match | None
    named: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Some words of a stretch, read as these words, of which one may be corrected."""

    stretch: int
    start: int
    words: tuple[str, ...]
    is_corrected: bool

    @property
    def end(self) -> int:
        return self.start + len(self.words)

    def lies_within(self, other: "_Place") -> bool:
        """Whether another reading has all these words, and more, or has them as they were written."""
        if self.stretch != other.stretch or self.start < other.start or self.end > other.end:
            return False
        return len(self.words) < len(other.words) or (self.is_corrected and not other.is_corrected)


NOTHING = Recognised(None, ())
_Named = dict[_Place, dict[int, Match]]


def recognise(connection: Connection, message: str) -> Recognised:
    """The customer whom this message names, or those whom it may."""
    read = stretches(message)
    if not read:
        return NOTHING
    texts = {text for stretch in read for word in stretch for text in (word.text, word.owner) if text}
    held = names_holding(connection, texts, HELD_MOST)
    places = list(_places(read, _corrections(connection, read, held)))
    named = _whole_names(connection, places, read, held)
    _add_beginnings(connection, places, read, held, named)
    kept = {place: found for place, found in named.items() if not any(place.lies_within(other) for other in named)}
    everybody = {match.customer_id: match for found in kept.values() for match in found.values()}
    if len(everybody) == 1:
        everybody |= _rivals(connection, kept, read)
    alone = next(iter(everybody.values())) if len(everybody) == 1 else None
    return Recognised(alone, tuple(everybody.values()))


# --- words ----------------------------------------------------------------------------------------------------------


def _corrections(
    connection: Connection, read: Sequence[Sequence[Word]], held: dict[str, int]
) -> Mapping[tuple[int, int], list[str]]:
    """By place, words of names that an unknown word written as a name may be misspelt for, and those that are spelt
    with the s of whoever owns something; `held` grows by them.
    """
    unknown = {
        (at, number): word.text
        for at, stretch in enumerate(read)
        for number, word in enumerate(stretch)
        if word.text not in held and _may_be_misspelt(word)
    }
    asked = list(dict.fromkeys(unknown.values()))[:MISSPELT_WORDS_MOST]
    similar = similar_words(connection, asked) if asked else {}
    close = {word: [like for like in likes if _is_a_slip(word, like)] for word, likes in similar.items()}
    held |= names_holding(connection, {like for likes in close.values() for like in likes} - set(held), HELD_MOST)
    found = {place: close[word] for place, word in unknown.items() if close.get(word)}
    for at, stretch in enumerate(read):
        for number, word in enumerate(stretch):
            if word.owner in held:
                found[at, number] = [word.owner, *found.get((at, number), [])]
    return found


def _may_be_misspelt(word: Word) -> bool:
    is_long = len(word.text) >= MISSPELT_LETTERS_LEAST and not any(letter.isdigit() for letter in word.text)
    return is_long and word.has_capital and word.text not in ORDINARY


def _is_a_slip(word: str, like: str) -> bool:
    """One wrong, missing, doubled or swapped letter, two in a long word, and the first one right."""
    most = 1 if len(word) < 9 else 2
    return word[0] == like[0] and OSA.distance(word, like, score_cutoff=most) <= most and like not in ORDINARY


def _places(read: Sequence[Sequence[Word]], corrections: Mapping[tuple[int, int], list[str]]) -> Iterable[_Place]:
    """Every few words that follow one another, as they are written and with one of them corrected."""
    for at, stretch in enumerate(read):
        texts = [word.text for word in stretch]
        for start in range(len(texts)):
            for end in range(start + 1, min(start + NAME_WORDS_MOST, len(texts)) + 1):
                yield _Place(at, start, tuple(texts[start:end]), is_corrected=False)
                for wrong in range(start, end):
                    for like in corrections.get((at, wrong), ()):
                        words = (*texts[start:wrong], like, *texts[wrong + 1 : end])
                        yield _Place(at, start, words, is_corrected=True)


# --- names ----------------------------------------------------------------------------------------------------------

_COLUMNS = (
    *(names.c.customer_id, names.c.kind, names.c.text, names.c.key),
    *(customers.c.name, customers.c.place, customers.c.country),
)
_WHOLE = (
    sa.select(*_COLUMNS)
    .join_from(names, customers, customers.c.id == names.c.customer_id)
    .where(one_of_texts(names.c.key, "keys"))
)
_HOLDING = (
    sa.select(*_COLUMNS)
    .join_from(name_words, names, names.c.id == name_words.c.name_id)
    .join(customers, customers.c.id == names.c.customer_id)
    .where(one_of_texts(name_words.c.word, "words"))
    .distinct()
)
_LONGER = (
    sa.select(*_COLUMNS)
    .join_from(names, customers, customers.c.id == names.c.customer_id)
    .where(names.c.key >= sa.bindparam("first", type_=sa.Text()), names.c.key < sa.bindparam("last", type_=sa.Text()))
    .order_by(names.c.key)
    .limit(RIVALS_READ)
)


def _whole_names(
    connection: Connection, places: Sequence[_Place], read: Sequence[Sequence[Word]], held: Mapping[str, int]
) -> _Named:
    """The places at which the whole name of a customer stands, but for its legal form."""
    by_key: dict[str, list[_Place]] = {}
    for place in places:
        if all(word in held for word in place.words):
            by_key.setdefault(" ".join(place.words), []).append(place)
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(_WHOLE, {"keys": sorted(by_key)}):
        rows.setdefault(row.key, []).append(row)
    named: _Named = {}
    for key, found in rows.items():
        for place in by_key[key]:
            if _is_a_name(place, read[place.stretch], held):
                named[place] = _of_rows(_as_written(place, read[place.stretch], found))
    return named


def _is_a_name(place: _Place, stretch: Sequence[Word], held: Mapping[str, int]) -> bool:
    """Whether these words name somebody here, rather than saying something."""
    written = stretch[place.start : place.end]
    if place.is_corrected and len(place.words) == 1:
        return written[0].is_written_as_a_name
    is_ordinary = all(word in ORDINARY or len(word) == 1 or held.get(word, 0) > HELD_MOST for word in place.words)
    if is_ordinary or all(word.isdigit() for word in place.words):
        as_names = [word for word in written if word.is_written_as_a_name]
        return bool(as_names) and not all(word.text.isdigit() for word in as_names)
    letters = sum(map(len, place.words))
    return letters > SHORT_LETTERS or all(word.has_capital for word in written)


def _as_written(place: _Place, stretch: Sequence[Word], rows: Sequence[Any]) -> Sequence[Any]:
    """Of several customers of one key the one whose legal form, or whose place, stands in the message too."""
    if len({row.customer_id for row in rows}) == 1:
        return rows
    texts = [word.text for word in stretch]
    for reading in (_with_legal_form, _with_place):
        met = [row for row in rows if _stands(reading(row).split(), texts, place)]
        if len({row.customer_id for row in met}) == 1:
            return met
    return rows


def _with_legal_form(row: Any) -> str:
    return fold(row.text)


def _with_place(row: Any) -> str:
    town = (row.place or "").split(",")[0]
    return f"{row.key} {fold(town)}"


def _stands(words: Sequence[str], texts: Sequence[str], place: _Place) -> bool:
    after = [text for text in texts[place.start :] if text not in ("in", "at", "of", "from")]
    return len(words) > len(place.words) and after[: len(words)] == list(words)


def _add_beginnings(
    connection: Connection,
    places: Sequence[_Place],
    read: Sequence[Sequence[Word]],
    held: Mapping[str, int],
    named: _Named,
) -> None:
    """The places at which a name begins that no other customer's name could go on from."""
    rare = {word for word, count in held.items() if count <= HELD_MOST and _tells_apart(word)}
    holding = connection.execute(_HOLDING, {"words": sorted(rare)}).all() if rare else []
    ours = _names_of_reps(connection) if holding else frozenset()
    for place in places:
        if place in named or not rare.intersection(place.words) or not _may_begin(place, read[place.stretch], ours):
            continue
        asked = f" {' '.join(place.words)} "
        found = [row for row in holding if asked in f" {row.key} "]
        if any(row.key.startswith(asked[1:]) for row in found):
            named[place] = _of_rows(found)


def _tells_apart(word: str) -> bool:
    return len(word) >= BEGINNING_LETTERS_LEAST and word not in ORDINARY and not word.isdigit()


def _may_begin(place: _Place, stretch: Sequence[Word], ours: frozenset[str]) -> bool:
    """One word alone has to be long or written as a name, and none of us must be called so."""
    if len(place.words) > 1:
        return True
    (word,) = stretch[place.start : place.end]
    if place.words[0] in ours or not _tells_apart(place.words[0]):
        return False
    return word.is_written_as_a_name or (not place.is_corrected and len(word.text) > BEGINNING_LETTERS_LEAST)


def _names_of_reps(connection: Connection) -> frozenset[str]:
    return frozenset(word for name in connection.scalars(sa.select(reps.c.name)) for word in fold(name).split())


def _rivals(connection: Connection, kept: _Named, read: Sequence[Sequence[Word]]) -> dict[int, Match]:
    """Those whose longer name may be meant: by the words that follow, as by "Acme Tool" of Acme and Acme Tools; or by
    any words that are the other's name only without its legal form, as "Acme" of Acme Ltd and Acme Tools.
    """
    followed = {
        (" ".join(place.words) + " ", read[place.stretch][place.end].text)
        for place in kept
        if place.end < len(read[place.stretch])
    }
    found: dict[int, Match] = {}
    for beginning, following in sorted(followed)[:RIVALS_ASKED]:
        longer = connection.execute(_LONGER, {"first": beginning, "last": beginning + LAST_LETTER})
        found |= _of_rows(row for row in longer if _is_close(following, row.key[len(beginning) :].partition(" ")[0]))
    shortened = {
        " ".join(place.words) + " "
        for place, matches in kept.items()
        if _is_shortened(place, matches, read[place.stretch])
    }
    for beginning in sorted(shortened)[:RIVALS_ASKED]:
        found |= _of_rows(connection.execute(_LONGER, {"first": beginning, "last": beginning + LAST_LETTER}))
    return found


def _is_shortened(place: _Place, found: Mapping[int, Match], stretch: Sequence[Word]) -> bool:
    """Whether these words are a name of somebody only without its legal form, which does not follow them either."""
    texts, said = [word.text for word in stretch], " ".join(place.words)
    called = [fold(match.via or match.name) for match in found.values()]
    return not any(name == said or _stands(name.split(), texts, place) for name in called)


def _is_close(following: str, word: str) -> bool:
    """Whether a word may be meant for the next word of a name: its beginning, or a letter away from it."""
    if len(following) < SHORT_LETTERS:
        return False
    is_slip = len(following) > SHORT_LETTERS and OSA.distance(word, following, score_cutoff=1) <= 1
    return is_slip or word.startswith(following)


def _of_rows(rows: Iterable[Any]) -> dict[int, Match]:
    return {
        row.customer_id: Match(
            row.customer_id, row.name, row.place, row.country, "" if row.kind == "name" else row.text, 1.0
        )
        for row in rows
    }
