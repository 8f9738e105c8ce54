"""Finding the customer that somebody means: by name, alias or number, by the beginning, by words, or misspelt.

A customer is certain only where what was typed is exactly one customer's name, alias or number, or where it begins the
names of one customer only. Everybody else is offered, never guessed.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.engine import Connection

from store import name_misspelt
from store.name_index import add_alias, index_missing
from store.name_keys import LAST_LETTER, clean, fold, key_of
from store.name_words import beginnings, words_begun
from store.one_of import one_of_ids
from store.tables import customer_names as names
from store.tables import customer_references as references
from store.tables import customer_values, customers, name_words

__all__ = ["Found", "Match", "add_alias", "find", "index_missing", "key_of", "suggest"]

How = Literal["exact", "number", "prefix", "words", "misspelt", "none"]
Rows = Sequence[Any]
# One customer can match by several names: so many rows are read for each match that is wanted.
ROWS_PER_MATCH = 8
# Beyond these the likest names are seldom meant, and each takes as long to read as the first.
ROWS_PER_MISSPELT_MATCH = 2
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
    """Who is meant. `certain` is the one customer, or None; `candidates` has the best first, `certain` included."""

    certain: Match | None
    candidates: list[Match]
    how: How


def find(connection: Connection, typed: str, limit: int = 8, *, misspelt: bool = True) -> Found:
    """The customer that `typed` means, or else those that it may mean, at most `limit`.

    Misspelt names take the longest to find, and none is ever certain: who asks for certainty alone can do without.
    """
    key, folded = key_of(typed), fold(typed)
    if not key:
        return Found(None, [], "none")
    if exact := _exact(connection, typed, key, limit):
        # Where more match than were read, one more of the same name may be among them.
        certain = _certain(exact, typed, key) if len(exact) < limit * ROWS_PER_MATCH else None
        matches = _matches(exact, limit, _whole)
        if certain is not None:
            matches.sort(key=lambda match: match.customer_id != certain.customer_id)
        return Found(certain, matches, "number" if all(row.kind == "number" for row in exact) else "exact")
    # "Acme Co" may be on its way to "Acme Cooling", so the legal form counts as letters first.
    begun = [text for text in dict.fromkeys((folded, key)) if text]
    for beginning in begun:
        if rows := _beginning_with(connection, beginning, limit, whole_word_first=True):
            matches = _matches(rows, limit, _resembling(beginning))
            alone = len({row.customer_id for row in rows}) == 1 and len(rows) < limit * ROWS_PER_MATCH
            return Found(matches[0] if alone else None, matches, "prefix")
    for text in begun:
        if rows := _with_words(connection, text.split(), limit):
            return Found(None, _matches(rows, limit, _resembling(text)), "words")
    return find_misspelt(connection, typed, limit) if misspelt else Found(None, [], "none")


def find_misspelt(connection: Connection, typed: str, limit: int = 8) -> Found:
    """The customers whose names are like `typed`, for whom `find` has found nobody otherwise; none is ever certain."""
    key = key_of(typed)
    matches = _misspelt(connection, key, limit) if key else []
    return Found(None, matches, "misspelt" if matches else "none")


def suggest(connection: Connection, typed: str, limit: int = 10) -> list[Match]:
    """Whom somebody who has typed this much may be about to name: names that begin so, then names with words that
    begin so, then a number, then misspelt names; the most valuable first among equals.
    """
    key, folded = key_of(typed), fold(typed)
    if not key:
        return []
    text = folded or key
    readers: tuple[Callable[[], Rows], ...] = (
        lambda: _beginning_with(connection, text, limit, whole_word_first=False),
        lambda: _with_words(connection, text.split(), limit),
        lambda: _numbered(connection, typed, limit),
    )
    found: dict[int, Match] = {}
    for read in readers:
        for match in _matches(read(), limit, _resembling(text)):
            found.setdefault(match.customer_id, match)
        if len(found) >= limit:
            break
    return list(found.values())[:limit] or _misspelt(connection, key, limit)


# --- reading --------------------------------------------------------------------------------------------------------


# Customers without a value come after those who cost us something.
_VALUE = sa.func.coalesce(customer_values.c.projected_value_minor, -(2**62))


def _most_valuable(
    matching: sa.ColumnElement[bool], *, words_first: sa.ColumnElement[bool] | None = None
) -> sa.Select[Any]:
    """The names that are `matching`: `words_first` before others, then the most valuable customers. They are chosen
    before the rest is read, since thousands share a short beginning.
    """
    word = sa.literal(0) if words_first is None else sa.case((words_first, 1), else_=0)
    best = (
        sa.select(names, word.label("word"), _VALUE.label("value"))
        .outerjoin(customer_values, customer_values.c.customer_id == names.c.customer_id)
        .where(matching)
        .order_by(sa.desc("word"), sa.desc("value"), names.c.key, names.c.id)
        .limit(sa.bindparam("rows"))
        .subquery()
    )
    named = sa.select(
        *(best.c.id, best.c.customer_id, best.c.kind, best.c.text, best.c.key),
        *(customers.c.name, customers.c.place, customers.c.country),
    ).join(customers, customers.c.id == best.c.customer_id)
    return named.order_by(best.c.word.desc(), best.c.value.desc(), best.c.key, best.c.id)


def _bound(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text())


_BEGINS = sa.and_(names.c.key >= _bound("first"), names.c.key < _bound("last"))
_BEGINS_AS_WORD = sa.or_(
    names.c.key == _bound("first"), sa.and_(names.c.key >= _bound("word"), names.c.key < _bound("word_last"))
)
_BEGINNING = _most_valuable(_BEGINS)
_BEGINNING_AS_WORD = _most_valuable(_BEGINS, words_first=_BEGINS_AS_WORD)
_OF_IDS = _most_valuable(one_of_ids(names.c.id, "ids"))
_NUMBERED = (
    sa.select(
        *(customers.c.id, customers.c.id.label("customer_id"), sa.literal("number").label("kind")),
        *(references.c.number.label("text"), references.c.number.label("key")),
        *(customers.c.name, customers.c.place, customers.c.country),
    )
    .join_from(references, customers, references.c.customer_id == customers.c.id)
    .where(references.c.number == _bound("number"))
    .limit(sa.bindparam("rows"))
)


def _exact_or_numbered() -> sa.CompoundSelect[Any]:
    """Those of this key, the most valuable first, then those of this number."""
    exact = (
        sa.select(
            *(names.c.id, names.c.customer_id, names.c.kind, names.c.text, names.c.key),
            *(customers.c.name, customers.c.place, customers.c.country),
            *(sa.literal(0).label("part"), _VALUE.label("value")),
        )
        .join_from(names, customers, customers.c.id == names.c.customer_id)
        .outerjoin(customer_values, customer_values.c.customer_id == names.c.customer_id)
        .where(names.c.key == _bound("key"))
    )
    numbered = _NUMBERED.limit(None).add_columns(sa.literal(1), sa.literal(0))
    found = sa.union_all(exact, numbered)
    return found.order_by("part", sa.desc("value"), "id").limit(sa.bindparam("rows"))


_EXACT_OR_NUMBERED = _exact_or_numbered()


def _exact(connection: Connection, typed: str, key: str, limit: int) -> Rows:
    values = {"key": key, "number": clean(typed), "rows": limit * ROWS_PER_MATCH}
    return connection.execute(_EXACT_OR_NUMBERED, values).all()


def _numbered(connection: Connection, typed: str, limit: int) -> Rows:
    return connection.execute(_NUMBERED, {"number": clean(typed), "rows": limit * ROWS_PER_MATCH}).all()


def _beginning_with(connection: Connection, beginning: str, limit: int, *, whole_word_first: bool) -> Rows:
    values: dict[str, Any] = {"first": beginning, "last": beginning + LAST_LETTER, "rows": limit * ROWS_PER_MATCH}
    if not whole_word_first:
        return connection.execute(_BEGINNING, values).all()
    word = beginning + " "
    return connection.execute(_BEGINNING_AS_WORD, values | {"word": word, "word_last": word + LAST_LETTER}).all()


def _with_words(connection: Connection, words: Sequence[str], limit: int) -> Rows:
    """Names in which every one of `words` begins a word, in any order."""
    used = sorted(set(words), key=len, reverse=True)[:WORDS_USED]
    if len(used) > 1:
        begun = words_begun(connection, used)
        if not all(begun.values()):
            return []
        # SQLite goes through the names of the first: the fewest.
        used.sort(key=lambda word: begun[word])
    values = {"rows": limit * ROWS_PER_MATCH, **beginnings(used)}
    return connection.execute(_holding_words(len(used)), values).all()


@functools.cache
def _holding_words(count: int) -> sa.Select[Any]:
    """Built once for each number of words, which takes longer than to ask."""
    word = name_words.c.word
    held = [
        names.c.id.in_(
            sa.select(name_words.c.name_id).where(word >= _bound(f"first_{at}"), word < _bound(f"last_{at}"))
        )
        for at in range(count)
    ]
    return _most_valuable(sa.and_(*held))


def _misspelt(connection: Connection, key: str, limit: int) -> list[Match]:
    likeness = name_misspelt.likeness_by_name(connection, key, limit * ROWS_PER_MISSPELT_MATCH)
    if not likeness:
        return []
    rows = connection.execute(_OF_IDS, {"ids": list(likeness), "rows": len(likeness)}).all()
    best = sorted(rows, key=lambda row: -likeness[row.id])
    return _matches(best, limit, lambda row: likeness[row.id])


# --- choosing -------------------------------------------------------------------------------------------------------


def _certain(rows: Rows, typed: str, key: str) -> Match | None:
    """The one customer that is meant exactly, by the strictest reading that anybody meets: letter by letter, then with
    the legal form, then without.
    """
    spelt, folded = clean(typed).casefold(), fold(typed)
    readings: tuple[Callable[[Any], bool], ...] = (
        lambda row: clean(row.text).casefold() == spelt,
        lambda row: fold(row.text) == folded,
        lambda row: row.key == key,
    )
    for reading in readings:
        met = [row for row in rows if reading(row)]
        if met:
            alone = len({row.customer_id for row in met}) == 1
            return _matches(met, 1, _whole)[0] if alone else None
    return None


def _matches(rows: Iterable[Any], limit: int, score: Callable[[Any], float]) -> list[Match]:
    """One match for each customer, in the order of the rows; by the name where both a name and an alias match."""
    found: dict[int, Match] = {}
    for row in rows:
        known = found.get(row.customer_id)
        if known is None or (known.via and row.kind == "name"):
            via = "" if row.kind == "name" else row.text
            found[row.customer_id] = Match(row.customer_id, row.name, row.place, row.country, via, round(score(row), 4))
    return list(found.values())[:limit]


def _whole(_row: Any) -> float:
    return 1.0


def _resembling(text: str) -> Callable[[Any], float]:
    return lambda row: fuzz.token_sort_ratio(text, row.key) / 100
