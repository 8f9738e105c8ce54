"""A customer whose name is misspelt at the beginning of a line, or behind what may stand before a name."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA
from sqlalchemy.engine import Connection

from commands._care_named import NAME_WORDS_MOST, Line, joined, of_words
from commands._naming import MOST_CANDIDATES
from store import names
from store.name_keys import fold
from store.names import Found

# Without a day or minutes after it, a misspelt name is looked for in so many words.
MISSPELT_WORDS_MOST = 3
# In a word of a misspelt name so many letters are wrong, missing, too many or in another's place, and not half of them.
SLIPS_MOST = 2


def misspelt_after(
    connection: Connection, words: Sequence[str], stops: Sequence[int], ends_before: Sequence[int]
) -> Line:
    """A misspelt name behind what may stand before one, or at the beginning; nothing before it is lost."""
    if stops and stops[-1] == len(words):
        return Line(" ".join(words), Found(None, [], "none"), "")
    starts = [*sorted(stops, reverse=True)[:1], *([1] if not stops and len(words) > 1 and words[0].isdecimal() else [])]
    for start in [one for one in starts if one < len(words)]:
        found = _misspelt(connection, words[start:], [end - start for end in ends_before])
        if found.found.candidates:
            return replace(found, rest=joined(words[:start], found.rest))
    return _misspelt(connection, words, [end for end in ends_before if end not in stops])


def with_a_slip(
    connection: Connection, words: Sequence[str], plain: Line | None, ends_before: Sequence[int]
) -> Line | None:
    """The whole name before a day, where only the words before a slip in it, which are `plain`, begin a name: "acme
    toosl yesterday".
    """
    ends = [end for end in ends_before if 1 < end <= NAME_WORDS_MOST][:1]
    if not ends or plain is None or plain.found.how != "prefix" or len(plain.name.split()) >= ends[0]:
        return None
    found = names.find_misspelt(connection, " ".join(words[: ends[0]]), MOST_CANDIDATES + 1)
    line = of_words(words, ends[0], found)
    if not found.candidates or not is_spelt_like(line.name, found.candidates[0].name):
        return None
    if plain.certain and plain.certain.customer_id == found.candidates[0].customer_id:
        return replace(line, found=plain.found)
    return None if plain.certain else line


def _misspelt(connection: Connection, words: Sequence[str], ends_before: Sequence[int]) -> Line:
    """The words under which the likeliest misspelt name is found: those before a day, where these are like a name."""
    for count in [end for end in ends_before if 0 < end <= NAME_WORDS_MOST][:1]:
        found = names.find_misspelt(connection, " ".join(words[:count]), MOST_CANDIDATES + 1)
        if found.candidates:
            return of_words(words, count, found)
    # The fewest first: where nobody is found, only that much is taken for a name.
    counts = range(1, min(MISSPELT_WORDS_MOST, len(words)) + 1)
    tried = [(count, names.find_misspelt(connection, " ".join(words[:count]), MOST_CANDIDATES + 1)) for count in counts]
    count, found = max(tried, key=lambda one: one[1].candidates[0].score if one[1].candidates else 0.0)
    return of_words(words, count, found)


def is_spelt_like(said: str, name: str) -> bool:
    """Whether each word is that of the name, with slips at most."""
    pairs = list(itertools.zip_longest(fold(said).split(), fold(name).split(), fillvalue=""))
    return all(OSA.distance(one, other) <= min(SLIPS_MOST, len(other) // 2) for one, other in pairs)
