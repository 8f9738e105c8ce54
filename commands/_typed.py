"""Words that a person typed and that are kept for others to read, such as the reason of a change."""

import re
import unicodedata

# Letters and marks that nothing is seen of: fillers, an empty braille cell, variation selectors.
_UNSEEN = re.compile("[\u115f\u1160\u3164\uffa0\u2800\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Spelling in Persian, Hindi and their like, where a letter stands on both sides.
_JOINERS = "\u200c\u200d"
_STRAY_JOINERS = re.compile(rf"(?<!\w)[{_JOINERS}]+|[{_JOINERS}]+(?!\w)")


def clean(text: str) -> str:
    """The words on one line, without what is not seen or no database keeps: controls, direction marks, zero-width
    characters, halves of surrogate pairs. Empty where nothing is left to read.
    """
    seen = "".join(_kept(character) for character in _UNSEEN.sub("", text))
    words = " ".join(_STRAY_JOINERS.sub("", seen).split())
    return words if any(unicodedata.category(character)[0] in "LNPS" for character in words) else ""


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character)[0] == "C" and character not in _JOINERS:
        return ""
    return character
