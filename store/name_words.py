"""Words of the index of names that are like a typed word: they begin like it or end like it, and hardly differ from it
letter by letter.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.engine import Connection

from store.name_keys import LAST_LETTER
from store.one_of import one_of_texts
from store.tables import name_vocabulary as vocabulary
from store.tables import name_words

# How many letters at one end have to be right for a long word to be looked at.
END_LETTERS = 3
SIMILAR_WORDS = 20


def similar_words(connection: Connection, words: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each word those of the index that it may have been meant as, and how alike they are."""
    held: dict[str, dict[str, None]] = {word: {} for word in words}
    long = [word for word in words if len(word) >= 3]
    if long:
        values = {f"{name}_{at}": value for at, word in enumerate(long) for name, value in _ends(word).items()}
        for at, likes in connection.execute(_alike_at_one_end(len(long)), values).all():
            held[long[at]].update(dict.fromkeys((likes or "").split()))
    return {word: _alike_words(word, sorted(likes)) if word in long else {word: 1.0} for word, likes in held.items()}


def _wrong_letters_most(letters: int) -> int:
    return 1 if letters <= 5 else 2 if letters <= 8 else 3


def _ends(word: str) -> dict[str, str | int]:
    """What words that may be meant by `word` begin or end with, and how long they are."""
    letters, wrong = len(word), _wrong_letters_most(len(word))
    first = min(END_LETTERS, (letters - 1) // 2)
    begins, ends = word[:first], word[::-1][: min(END_LETTERS, letters - 1 - first)]
    return {
        "begins": begins,
        "begins_last": begins + LAST_LETTER,
        "ends": ends,
        "ends_last": ends + LAST_LETTER,
        "least": letters - wrong,
        "most": letters + wrong,
        # Somebody who has typed half a long word can have misspelt that half.
        "most_begun": letters + wrong if letters <= 5 else 200,
    }


@functools.cache
def _alike_at_one_end(words: int) -> sa.CompoundSelect[int, str]:
    """The words of the index between the _ends of each of so many words, in one text, with that word's number."""

    def text(name: str) -> sa.BindParameter[str]:
        return sa.bindparam(name, type_=sa.Text())

    def number(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(name, type_=sa.Integer())

    word, backwards, length = vocabulary.c.word, vocabulary.c.backwards, sa.func.length(vocabulary.c.word)
    found = []
    for at in range(words):
        # Hundreds of words, and each takes longer to hand over as a row than to find.
        together = sa.func.aggregate_strings(word, " ")
        asked = sa.select(sa.literal_column(str(at), sa.Integer()).label("at"), together)
        begun = length.between(number(f"least_{at}"), number(f"most_begun_{at}"))
        ended = length.between(number(f"least_{at}"), number(f"most_{at}"))
        found.append(asked.where(word >= text(f"begins_{at}"), word < text(f"begins_last_{at}"), begun))
        found.append(asked.where(backwards >= text(f"ends_{at}"), backwards < text(f"ends_last_{at}"), ended))
    # What both ends find comes twice: to sort it out here takes less than a union that does.
    return sa.union_all(*found)


def _alike_words(word: str, held: Sequence[str]) -> dict[str, float]:
    letters, wrong = len(word), _wrong_letters_most(len(word))
    similar: dict[str, float] = {}
    for like, distance, _ in process.extract(word, held, scorer=OSA.distance, score_cutoff=wrong, limit=SIMILAR_WORDS):
        similar[like] = 1 - distance / max(letters, len(like))
    begun = [like[:letters] for like in held]
    for _, distance, at in process.extract(word, begun, scorer=OSA.distance, score_cutoff=wrong, limit=SIMILAR_WORDS):
        similar[held[at]] = max(similar.get(held[at], 0.0), 0.9 * (1 - distance / letters))
    return similar


# Of a word that begins more than so many, it does not matter how many more.
BEGUN_MOST = 1_000


def words_begun(connection: Connection, words: Sequence[str]) -> dict[str, int]:
    """For each of `words` how many words of names begin with it, counted to BEGUN_MOST."""
    row = connection.execute(_begun(len(words)), beginnings(words)).one()
    return dict(zip(words, row, strict=True))


def beginnings(words: Sequence[str]) -> dict[str, Any]:
    """Between which texts the words are that begin with each of these: first_0 and last_0, first_1 and last_1 …"""
    bounds = {f"first_{at}": word for at, word in enumerate(words)}
    return bounds | {f"last_{at}": word + LAST_LETTER for at, word in enumerate(words)}


@functools.cache
def _begun(words: int) -> sa.Select[Any]:
    """How many words of names there are between each two `beginnings`."""
    counts = []
    for at in range(words):
        first, last = (sa.bindparam(f"{name}_{at}", type_=sa.Text()) for name in ("first", "last"))
        some = (
            sa.select(name_words.c.word).where(name_words.c.word >= first, name_words.c.word < last).limit(BEGUN_MOST)
        )
        counts.append(sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery())
    return sa.select(*counts)


_HELD_BY = sa.select(
    vocabulary.c.word,
    sa.select(sa.func.count())
    .select_from(
        sa.select(name_words.c.name_id)
        .where(name_words.c.word == vocabulary.c.word)
        .limit(sa.bindparam("most", type_=sa.Integer()) + 1)
        .correlate(vocabulary)
        .subquery()
    )
    .scalar_subquery(),
).where(one_of_texts(vocabulary.c.word, "words"))


def names_holding(connection: Connection, words: Iterable[str], most: int) -> dict[str, int]:
    """How many names hold each of the words, counted to just beyond `most`; words that none holds are left out."""
    rows = connection.execute(_HELD_BY, {"words": sorted(words), "most": most})
    return {word: held for word, held in rows if held}
