"""Names that are like a misspelt one.

A misspelling seldom spoils both the beginning and the end of a word: so the words that are like a typed word are looked
for among those that begin like it or end like it (each word is indexed forwards and backwards), and compared letter by
letter. The names that hold such words are then compared as wholes. A rare word says more about who is meant than a
common one.
"""

import functools
import heapq
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy.engine import Connection

from store.name_keys import LEGAL_WORDS
from store.name_words import names_holding, similar_words
from store.one_of import one_of_texts
from store.tables import customer_names as names
from store.tables import customer_values, name_words
from store.tables import name_vocabulary as vocabulary

WORDS_USED = 8
READINGS_USED = 16
# A longer word is not searched for a missing space.
SPLIT_LETTERS_MOST = 40
SPLIT_WORDS_MOST = 4
# So many names are ranked by their words, and the best of them compared as wholes.
NAMES_RANKED = 1_000
NAMES_COMPARED = 40
# Where every word is one that very many names hold, only their most valuable customers are compared.
NAMES_OF_COMMON_WORDS = 80
# The weight of a typed word that no name holds, beside at most 0.77 for one that a single name holds.
UNKNOWN_WORD_WEIGHT = 1.0
LEAST_LIKENESS = 0.55
TRUST_WITHOUT_WORD = 0.97
# Names that are alike letter by letter and share no word may only just be meant.
UNLIKE_BY_WORDS = 0.25

Words = tuple[str, ...]
# For a typed word, the indexed words that it may have been meant as, and how alike they are, from 0 to 1.
Similar = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to take what was typed: as these words, or letter by letter as `text`; `trust` is 1 where nothing of it
    had to be left out.
    """

    words: Words
    text: str
    trust: float


def likeness_by_name(connection: Connection, key: str, limit: int) -> dict[int, float]:
    """The ids in customer_names of at most `limit` names that are like `key`, and how much, from 0 to 1."""
    words = tuple(dict.fromkeys(key.split()))[:WORDS_USED]
    readings = _readings(connection, words)
    typed = dict.fromkeys(word for reading in readings for word in reading.words)
    similar = similar_words(connection, list(typed))
    held_by = names_holding(connection, set(itertools.chain.from_iterable(similar.values())), NAMES_RANKED)
    similar = {
        word: {like: value for like, value in likes.items() if like in held_by} for word, likes in similar.items()
    }
    rarity = {word: 1 / (1 + math.log10(1 + held)) for word, held in held_by.items()}
    keys = _keys_to_compare(connection, words, similar, held_by, rarity)
    unshared = {
        word: max((rarity[like] for like in likes), default=UNKNOWN_WORD_WEIGHT) for word, likes in similar.items()
    }
    likeness = {name_id: _likeness(other, readings, similar, rarity, unshared) for name_id, other in keys.items()}
    best = sorted(likeness.items(), key=lambda entry: (-entry[1], entry[0]))[:limit]
    return {name_id: value for name_id, value in best if value >= LEAST_LIKENESS}


# --- what may have been meant ---------------------------------------------------------------------------------------


def _readings(connection: Connection, words: Words) -> list[Reading]:
    """`words` as typed, without a misspelt legal form, with a space too many taken out, with missing ones put in."""
    text, trust = " ".join(words), 1.0
    readings = [Reading(words, text, trust)]
    shorter = words
    while len(shorter) > 1 and (_like_legal_form(shorter[-1]) or (shorter != words and len(shorter[-1]) <= 3)):
        shorter, trust = shorter[:-1], trust * TRUST_WITHOUT_WORD
        readings.append(Reading(shorter, " ".join(shorter), trust))
    respaced = [(*words[:at], words[at] + words[at + 1], *words[at + 2 :]) for at in range(len(words) - 1)]
    respaced += _split(connection, words)
    readings += [Reading(other, text, 1.0) for other in dict.fromkeys(respaced)]
    return readings[:READINGS_USED]


def _like_legal_form(word: str) -> bool:
    wrong = 1 if len(word) < 8 else 2
    return len(word) == 1 or process.extractOne(word, LEGAL_WORDS, scorer=OSA.distance, score_cutoff=wrong) is not None


def _split(connection: Connection, words: Words) -> Iterator[Words]:
    """With a space put into one of the words, or put where its wrong letter is, so that words of the index result."""
    pieces = {
        word[start:end]
        for word in words
        if len(word) <= SPLIT_LETTERS_MOST
        for start in range(len(word))
        for end in range(start + 1, len(word) + 1)
    }
    held = {*LEGAL_WORDS, *connection.scalars(_HELD, {"words": sorted(pieces)})}
    for at, word in enumerate(words):
        for parts in _parts(word, held):
            kept = [part for part in parts if part not in LEGAL_WORDS]
            if kept or len(words) > 1:
                yield (*words[:at], *kept, *words[at + 1 :])


def _parts(word: str, held: set[str]) -> Iterator[Words]:
    """The ways to read `word` as two words held, or else the one with the fewest words."""
    found = False
    for end in range(1, len(word)):
        for start in (end, end + 1):
            if word[:end] in held and word[start:] in held:
                found = True
                yield word[:end], word[start:]
    if found or len(word) > SPLIT_LETTERS_MOST:
        return
    fewest: dict[int, Words] = {0: ()}
    for end in range(1, len(word) + 1):
        ways = [(*fewest[start], word[start:end]) for start in fewest if word[start:end] in held]
        if ways:
            fewest[end] = min(ways, key=len)
    if 1 < len(fewest.get(len(word), ())) <= SPLIT_WORDS_MOST:
        yield fewest[len(word)]


# --- words ----------------------------------------------------------------------------------------------------------

_HELD = sa.select(vocabulary.c.word).where(one_of_texts(vocabulary.c.word, "words"))


# --- names ----------------------------------------------------------------------------------------------------------

_HOLDING = (
    sa.select(names.c.id, names.c.key, name_words.c.word)
    .join_from(name_words, names, names.c.id == name_words.c.name_id)
    .where(one_of_texts(name_words.c.word, "words"))
)


def _keys_to_compare(
    connection: Connection, words: Words, similar: Similar, held_by: Mapping[str, int], rarity: Mapping[str, float]
) -> dict[int, str]:
    """The keys by id of the names that share the rarest and most similar words, and of those that share every word
    where all of these are common.
    """
    weight: dict[str, float] = {}
    for likes in similar.values():
        for like, value in likes.items():
            weight[like] = max(weight.get(like, 0.0), value * rarity[like])
    budget, chosen = NAMES_RANKED, set[str]()
    for like in sorted(weight, key=lambda like: (-weight[like], like)):
        if held_by[like] <= budget:
            budget -= held_by[like]
            chosen.add(like)
    keys: dict[int, str] = {}
    shared: dict[int, float] = {}
    for name_id, key, like in connection.execute(_HOLDING, {"words": sorted(chosen)}).all():
        keys[name_id] = key
        shared[name_id] = shared.get(name_id, 0.0) + weight[like]
    if len(keys) > NAMES_COMPARED:
        alike = process.extract(" ".join(words), keys, scorer=fuzz.token_sort_ratio, limit=None)
        # Rounded, since what is added up in another order is another number in its last digit.
        rank = {name_id: round(shared[name_id] + ratio / 100, 9) for _, ratio, name_id in alike}
        best = heapq.nsmallest(NAMES_COMPARED, keys, key=lambda name_id: (-rank[name_id], name_id))
        keys = {name_id: keys[name_id] for name_id in best}
    choices = [sorted(similar[word]) for word in words if similar[word]]
    if choices and all(not chosen.issuperset(choice) for choice in choices):
        choices.sort(key=lambda choice: sum(held_by[like] for like in choice))
        values = {f"words_{at}": choice for at, choice in enumerate(choices)}
        keys |= dict(connection.execute(_holding_one_of_each(len(choices)), values).all())
    return keys


@functools.cache
def _holding_one_of_each(choices: int) -> sa.Select[int, str]:
    """The most valuable names that hold a word of each of the choices words_0, words_1 ..., the rarest being first."""
    held = [
        name_words.c.name_id.in_(sa.select(other.c.name_id).where(one_of_texts(other.c.word, f"words_{at}")))
        for at, other in ((at, name_words.alias()) for at in range(1, choices))
    ]
    return (
        sa.select(names.c.id, names.c.key)
        .join_from(name_words, names, names.c.id == name_words.c.name_id)
        .outerjoin(customer_values, customer_values.c.customer_id == names.c.customer_id)
        .where(one_of_texts(name_words.c.word, "words_0"), *held)
        .order_by(sa.desc(sa.func.coalesce(customer_values.c.projected_value_minor, -(2**62))), names.c.id)
        .limit(NAMES_OF_COMMON_WORDS)
    )


def _likeness(
    key: str,
    readings: Sequence[Reading],
    similar: Similar,
    rarity: Mapping[str, float],
    unshared: Mapping[str, float],
) -> float:
    words, letters = key.split(), {text: _alike(text, key) for text in {reading.text for reading in readings}}
    # The readings are of nearly the same words, so each word is looked for once.
    found: dict[str, tuple[float, float]] = {}
    for word, likes in similar.items():
        at, value = "", 0.0
        for other in words:
            if other in likes and likes[other] > value:
                at, value = other, likes[other]
        found[word] = (rarity[at], rarity[at] * value) if at else (unshared[word], 0.0)
    by_words = max(
        reading.trust * (0.6 * _shared(reading.words, found) + 0.4 * letters[reading.text]) for reading in readings
    )
    return max(by_words, letters[readings[0].text] - UNLIKE_BY_WORDS)


def _shared(reading: Words, found: Mapping[str, tuple[float, float]]) -> float:
    """How much of what was typed the name has, by weight, from 0 to 1; `found` has the weight of each word, and how
    much of it the name has.
    """
    whole = shared = 0.0
    for word in reading:
        weight, has = found[word]
        whole += weight
        shared += has
    return shared / whole if whole else 0.0


def _alike(text: str, key: str) -> float:
    """How alike two names are letter by letter, whatever the order of their words and the spaces between them."""
    in_order, any_order = fuzz.ratio(text, key), 0.98 * fuzz.token_sort_ratio(text, key)
    return max(in_order, any_order, fuzz.ratio(text.replace(" ", ""), key.replace(" ", ""))) / 100
