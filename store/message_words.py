"""The words of a message, as far as a customer's name can be among them."""

import re
from dataclasses import dataclass

from store.name_keys import fold

# A message is about its customer within its beginning.
LETTERS_READ = 1_500
WORDS_READ = 200
# A point after fewer letters is an abbreviation's: "St. Mary's".
LETTERS_BEFORE_AN_END = 4
_APART = re.compile(r"<[@#!][^>]*>|\S+@\S+|\S+://\S+")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a message, folded as in a key. One that begins a sentence says nothing by its capital letter.
    `owner` is how the word is folded with the s that it owns by, as in the name Mark's Cycles; else empty.
    """

    text: str
    has_capital: bool
    begins: bool
    owner: str = ""

    @property
    def is_written_as_a_name(self) -> bool:
        """Whether its capital letter can only be that of a name."""
        return self.has_capital and not self.begins


def stretches(message: str) -> list[list[Word]]:
    """The message in stretches of words that no end of a sentence, link or mention divides."""
    found: list[list[Word]] = [[]]
    total = 0
    for line in message[:LETTERS_READ].splitlines():
        for piece in _APART.sub(" \n ", line).split(" "):
            if piece == "\n":
                found.append([])
                continue
            for word in _words(piece, begins=not found[-1]):
                if total < WORDS_READ:
                    found[-1].append(word)
                    total += 1
            if _ends(piece):
                found.append([])
        found.append([])
    return [stretch for stretch in found if stretch]


def _words(piece: str, *, begins: bool) -> list[Word]:
    whole = piece.strip('.,;:!?()[]"“”„*_~`')
    bare = _POSSESSIVE.sub("", whole)
    has_capital = any(letter.isupper() for letter in bare)
    folded, owning = fold(bare).split(), fold(whole).split()
    owners = {at: owner for at, owner in enumerate(owning) if folded[at : at + 1] != [owner]}
    return [Word(text, has_capital, begins and at == 0, owners.get(at, "")) for at, text in enumerate(folded)]


def _ends(piece: str) -> bool:
    bare = piece.rstrip('"“”)*_~`')
    return bare.endswith((".", "!", "?", ";", ":")) and len(bare) > LETTERS_BEFORE_AN_END
