"""Finding the customer that somebody means: by name, alias or number, by the beginning, by words, or misspelt.

A customer is certain only where what was typed is exactly one customer's name, alias or number, or begins exactly one
customer's name. Everything else is offered, never guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy.engine import Connection

from store.name_index import add_alias, index_missing
from store.name_keys import clean, fold, key_of
from store.tables import customer_names as names
from store.tables import customer_references as references
from store.tables import customer_values, customers, name_vocabulary, name_words, sources

__all__ = ["Found", "Match", "add_alias", "find", "index_missing", "key_of", "suggest"]

How = Literal["exact", "number", "prefix", "words", "misspelt", "none"]
# Follows every letter that a key can hold.
LAST_LETTER = "\U0010ffff"
# One customer can match by several names; so many rows are read to have enough customers.
READ_ROWS = 64
WORDS_USED = 8


@dataclass(frozen=True, slots=True)
class Match:
    """A customer that may be meant. `via` is the alias or number that matched, empty where the name did; `score` runs
    from 0 (nothing in common) to 1 (the same).
    """

    customer_id: int
    name: str
    place: str | None
    country: str | None
    via: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """Who is meant. `certain` is the one customer, or None; `candidates` has the best first and includes `certain`."""

    certain: Match | None
    candidates: list[Match]
    how: How


def find(connection: Connection, typed: str, limit: int = 8) -> Found:
    """The customer that `typed` means, or those that it may mean, at most `limit`."""
    key = key_of(typed)
    if not key:
        return Found(None, [], "none")
    if exact := _exact(connection, typed, key):
        certain, how = _certain(exact, typed, key)
        return Found(certain, _matches(exact, limit, lambda _row: 1.0, first=certain), how)
    begins = fold(typed) or key
    for beginning in dict.fromkeys((begins, key)):
        if rows := _beginning_with(connection, beginning):
            matches = _matches(rows, limit, lambda row: len(beginning) / len(row.key))
            alone = len(matches) == 1 and len(rows) < READ_ROWS
            return Found(matches[0] if alone else None, matches, "prefix")
    for words in dict.fromkeys((begins, key)):
        if rows := _with_words(connection, words.split()):
            return Found(None, _matches(rows, limit, lambda row: fuzz.token_sort_ratio(key, row.key) / 100), "words")
    if candidates := _misspelt(connection, key, limit):
        return Found(None, candidates, "misspelt")
    return Found(None, [], "none")


def suggest(connection: Connection, typed: str, limit: int = 10) -> list[Match]:
    """What somebody who has typed this much may be about to type: names that begin so, then names with a word that
    begins so, then misspelt ones; the most valuable first among equals.
    """
    key = key_of(typed)
    if not key:
        return []
    begins = fold(typed) or key
    found: dict[int, Match] = {}
    for rows in (_beginning_with(connection, begins), _with_words(connection, begins.split())):
        for match in _matches(rows, limit, lambda row: len(begins) / max(len(row.key), len(begins))):
            found.setdefault(match.customer_id, match)
        if len(found) >= limit:
            return list(found.values())[:limit]
    if not found:
        return _misspelt(connection, key, limit)
    return list(found.values())


# --- reading --------------------------------------------------------------------------------------------------------

_NAMED = (
    sa.select(
        customers.c.id.label("customer_id"),
        customers.c.name,
        customers.c.place,
        customers.c.country,
        names.c.id.label("name_id"),
        names.c.kind,
        names.c.text,
        names.c.key,
        customer_values.c.projected_value_minor.label("value"),
    )
    .join_from(names, customers, names.c.customer_id == customers.c.id)
    .outerjoin(customer_values, customer_values.c.customer_id == customers.c.id)
)
_BY_VALUE = (
    sa.desc(sa.func.coalesce(customer_values.c.projected_value_minor, -(2**62))),
    names.c.key,
    customers.c.id,
)
_EXACT = _NAMED.where(names.c.key == sa.bindparam("key")).order_by(*_BY_VALUE).limit(READ_ROWS)
_NUMBERED = (
    sa.select(
        customers.c.id.label("customer_id"),
        customers.c.name,
        customers.c.place,
        customers.c.country,
        sa.literal(0).label("name_id"),
        sa.literal("number").label("kind"),
        references.c.number.label("text"),
        sa.literal("").label("key"),
        sa.literal(0).label("value"),
    )
    .join_from(references, customers, references.c.customer_id == customers.c.id)
    .where(references.c.number == sa.bindparam("number"), references.c.source_id.in_(sa.select(sources.c.id)))
    .order_by(customers.c.id)
    .limit(READ_ROWS)
)
_BEGINNING = (
    _NAMED.where(names.c.key >= sa.bindparam("first"), names.c.key < sa.bindparam("last"))
    .order_by(
        sa.desc(
            sa.or_(
                names.c.key == sa.bindparam("first"),
                names.c.key.between(sa.bindparam("word"), sa.bindparam("word_last")),
            )
        ),
        *_BY_VALUE,
    )
    .limit(READ_ROWS)
)


def _exact(connection: Connection, typed: str, key: str) -> Sequence[sa.Row[Any]]:
    named = connection.execute(_EXACT, {"key": key}).all()
    numbered = connection.execute(_NUMBERED, {"number": clean(typed)}).all()
    return [*named, *numbered]


def _certain(rows: Sequence[sa.Row[Any]], typed: str, key: str) -> tuple[Match | None, How]:
    """The one customer that is meant exactly, by the strictest reading that leaves one: letter by letter, then with
    the legal form, then without.
    """
    how: How = "number" if all(row.kind == "number" for row in rows) else "exact"
    spelt, folded = clean(typed).casefold(), fold(typed)
    readings = (
        [row for row in rows if clean(row.text).casefold() == spelt],
        [row for row in rows if row.kind != "number" and fold(row.text) == folded],
        [row for row in rows if row.kind != "number" and row.key == key],
    )
    for reading in readings:
        if len({row.customer_id for row in reading}) == 1:
            return _match(reading[0], 1.0), how
        if reading:
            break
    return None, how


def _beginning_with(connection: Connection, beginning: str) -> Sequence[sa.Row[Any]]:
    if not beginning:
        return []
    values = {
        "first": beginning,
        "last": beginning + LAST_LETTER,
        "word": beginning + " ",
        "word_last": beginning + " " + LAST_LETTER,
    }
    return connection.execute(_BEGINNING, values).all()


def _with_words(connection: Connection, words: Sequence[str]) -> Sequence[sa.Row[Any]]:
    if not words:
        return []
    statement = _NAMED
    for word in sorted(set(words), key=len, reverse=True)[:WORDS_USED]:
        holders = sa.select(name_words.c.name_id).where(
            name_words.c.word >= word, name_words.c.word < word + LAST_LETTER
        )
        statement = statement.where(names.c.id.in_(holders))
    return connection.execute(statement.order_by(*_BY_VALUE).limit(READ_ROWS)).all()


def _matches(rows: Iterable[sa.Row[Any]], limit: int, score: Any, first: Match | None = None) -> list[Match]:
    """One match for each customer, in the order of the rows."""
    found = {first.customer_id: first} if first else {}
    for row in rows:
        if row.customer_id not in found:
            found[row.customer_id] = _match(row, min(1.0, score(row)))
    return list(found.values())[:limit]


def _match(row: sa.Row[Any], score: float) -> Match:
    return Match(
        customer_id=row.customer_id,
        name=row.name,
        place=row.place,
        country=row.country,
        via="" if row.kind == "name" else row.text,
        score=round(score, 4),
    )


# --- misspelt -------------------------------------------------------------------------------------------------------

SIMILAR_WORDS = 30
MANY_NAMES = 2_000
LEAST_SHARE = 0.5
LEAST_SCORE = 0.6


def _misspelt(connection: Connection, key: str, limit: int) -> list[Match]:
    tokens = list(dict.fromkeys(key.split()))[:WORDS_USED]
    similar = _similar_words(connection, tokens)
    if not similar:
        return []
    counts = dict(
        connection.execute(
            sa.select(name_words.c.word, sa.func.count())
            .where(name_words.c.word.in_(sorted(similar)))
            .group_by(name_words.c.word)
        ).all()
    )
    similar = {word: likeness for word, likeness in similar.items() if word in counts}
    if not similar:
        return []
    budget, chosen = MANY_NAMES, []
    for word in sorted(similar, key=lambda word: counts[word]):
        budget -= counts[word]
        if chosen and budget < 0:
            break
        chosen.append(word)
    name_ids = (
        sa.select(name_words.c.name_id).where(name_words.c.word.in_(chosen)).distinct().limit(MANY_NAMES).subquery()
    )
    rows = connection.execute(_NAMED.where(names.c.id.in_(sa.select(name_ids.c.name_id)))).all()
    scored = sorted(
        ((_likeness(key, row.key), row.value or 0, row) for row in rows), key=lambda entry: entry[:2], reverse=True
    )
    best = [(score, row) for score, _value, row in scored if score >= LEAST_SCORE]
    found: dict[int, Match] = {}
    for score, row in best:
        if row.customer_id not in found:
            found[row.customer_id] = _match(row, score)
        if len(found) == limit:
            break
    return list(found.values())


def _likeness(typed: str, key: str) -> float:
    return (
        max(fuzz.ratio(typed, key), 0.95 * fuzz.token_sort_ratio(typed, key), 0.9 * fuzz.partial_ratio(typed, key))
        / 100
    )


def _similar_words(connection: Connection, tokens: Sequence[str]) -> dict[str, float]:
    similar: dict[str, float] = {}
    joined = [first + second for first, second in zip(tokens, tokens[1:], strict=False)]
    for token in [*tokens, *joined]:
        length = len(token)
        allowed = 1 if length <= 4 else 2 if length <= 8 else 3
        first = 3 if length >= 7 else (length - 1) // 2
        last = 3 if length >= 7 else max(length - 1 - first, 0)
        if length <= 2:
            words = [token]
        else:
            backwards = token[::-1]
            words = connection.scalars(
                sa.select(name_vocabulary.c.word).where(
                    sa.or_(
                        sa.and_(
                            name_vocabulary.c.word >= token[:first],
                            name_vocabulary.c.word < token[:first] + LAST_LETTER,
                        ),
                        sa.and_(
                            name_vocabulary.c.backwards >= backwards[:last],
                            name_vocabulary.c.backwards < backwards[:last] + LAST_LETTER,
                        ),
                    ),
                    sa.func.length(name_vocabulary.c.word).between(length - allowed, length + allowed),
                )
            ).all()
        for word, distance, _index in process.extract(
            token, words, scorer=OSA.distance, score_cutoff=allowed, limit=SIMILAR_WORDS
        ):
            similar[word] = max(similar.get(word, 0.0), 1 - distance / max(length, len(word)))
    parts = {
        part
        for token in tokens
        for at in range(2, len(token) - 1)
        for part in (token[:at], token[at:], token[at + 1 :])
        if len(part) >= 2
    }
    for word in connection.scalars(sa.select(name_vocabulary.c.word).where(name_vocabulary.c.word.in_(sorted(parts)))):
        similar.setdefault(word, 0.5)
    return similar
