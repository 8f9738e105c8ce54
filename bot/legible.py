"""Making any string safe to write on a terminal: the one place where what comes from data is cleaned.

A customer's name can hold an escape sequence that recolours the screen, a control that turns the reading direction, or
a mark that no two terminals measure alike. After `legible` a string moves no cursor, starts no colour, stays on its
line, and takes no more columns than `cells` says.
"""

import re
import unicodedata

from rich.cells import cell_len

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
DOTTED_CIRCLE = "\N{DOTTED CIRCLE}"
ELLIPSIS = "…"
# Languages stack two or three marks on a letter; a tower of them would overrun the lines above and below.
MARKS_MOST = 3
# Nobody reads further on a card; it is also what keeps a name of a million letters from filling the screen.
CHARACTERS_MOST = 500

_BLANKS = re.compile(" {2,}")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]+")
_NON_JOINER = "\u200c"
_VIRAMA = 9
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_VARIATIONS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))
# Letters of no visible shape, which would make two names look alike or a name look like nothing.
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def legible(text: str) -> str:
    """The text on one line, without anything that a terminal obeys.

    White space becomes a single blank; a control, half a surrogate pair or an unassigned character becomes �. Direction
    marks, zero-width characters, skin tones and variation selectors go, but a non-joiner that is spelling stays.
    """
    if len(text) > CHARACTERS_MOST:
        text = text[:CHARACTERS_MOST] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text)
    text = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    marks = 0
    for at, character in enumerate(text):
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > MARKS_MOST or _is_variation(character):
                continue
            if not kept:
                kept.append(DOTTED_CIRCLE)  # or it would sit on whatever stands before the name
            kept.append(character)
            continue
        shown = _shown(text, at, category)
        if shown:
            kept.append(shown)
            marks = 0
    return _BLANKS.sub(" ", "".join(kept))


def harmless(text: str) -> str:
    """The text without anything that a terminal obeys, but as long as it is and with its blanks: for a sentence that
    quotes a file or what somebody typed.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(text, at, unicodedata.category(character)) for at, character in enumerate(text))


def _shown(text: str, at: int, category: str) -> str:
    character = text[at]
    if character in "\t\n\r\v\f\x85" or category in ("Zl", "Zp"):
        return " "
    if category in ("Cc", "Cs", "Co", "Cn") or character in _FILLERS:
        return REPLACEMENT
    if category == "Cf":
        return character if character == _NON_JOINER and _is_spelling(text, at) else ""
    if ord(character) in _SKIN_TONES:
        return ""
    return character


def _is_spelling(text: str, at: int) -> bool:
    """Whether the non-joiner at `at` is spelling: after a virama, or between two letters of Persian and its like."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    return unicodedata.combining(before) == _VIRAMA or (
        unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    )


def _is_variation(character: str) -> bool:
    return any(ord(character) in block for block in _VARIATIONS)


def cells(text: str) -> int:
    """The columns that a legible text takes. Where terminals disagree, about vowel signs such as का and half a flag,
    the most.
    """
    if text.isascii():
        return len(text)
    halves = sum(len(flags) % 2 for flags in _FLAGS.findall(text))
    return cell_len(text) + sum(unicodedata.category(character) == "Mc" for character in text) + halves


def cut(text: str, most: int) -> str:
    """The text in at most `most` columns, with an ellipsis where something was left out."""
    if cells(text) <= most:
        return text
    kept = 0
    while kept < len(text) and cells(text[: kept + 1]) < most:
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS
