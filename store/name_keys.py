"""The key of a company's name: what is left when case, accents, punctuation, white space and the legal form are folded.

Two spellings that a person takes for the same name have the same key. A key is for comparing and for the index, never
for showing.
"""

import re
import unicodedata

from cleanco.non_nfkd_map import NON_NFKD_MAP
from cleanco.termdata import terms_by_country, terms_by_type

# An index entry of PostgreSQL holds about 2,700 bytes; a letter takes at most 4.
KEY_LETTERS = 200
# Follows every letter that a key can hold.
LAST_LETTER = "\U0010ffff"
TEXT_LETTERS = 4_000

# Legal forms that cleanco does not list.
_FURTHER_FORMS = ("pty", "pvt", "proprietary", "cie", "private limited", "private ltd", "pty limited")
# Legal forms that are also ordinary words or initials ("Health Spa", "Bikes UK"): dropped only where they are
# written with dots ("S.p.A.").
_ORDINARY_WORDS = """
    ad as at ay ba bl bm ca cic cio coop cpt cv da dat dd ec ee eg ei ent ep et etat eu ev fa fie gk gp hb hf ij
    ik kb kf kt ky mb nl od oe ok ong ou pc pp private ps pse pt rt sad sal sc sd sem sep ses sf sp spa ss stg teo
    ud uk unlimited vat xk xt yk
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_ARTICLES = frozenset({"the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "de", "il"})
_LINKS = frozenset({"and", "und", "et", "y", "e", "i", "og", "en"})

_DOTTED = re.compile(r"\b(?:\w\.){2,}(?:\w\b\.?)?|\b(?:\w\.)+\w\b\.?")
_DOTTED_MARK = "\ue000"


class _Folding(dict[int, str]):
    """What each letter becomes, worked out when it is first met."""

    def __missing__(self, codepoint: int) -> str:
        letter = chr(codepoint)
        parts = unicodedata.normalize("NFKD", letter.casefold()).casefold()
        folded = "".join(_folded(part) for part in parts)
        self[codepoint] = folded
        return folded


def _folded(part: str) -> str:
    category = unicodedata.category(part)
    if category == "Mn" or category in {"Cf", "Cs"}:
        return ""
    if category[0] in "LNM":
        return str(NON_NFKD_MAP.get(part, part)).casefold()
    return " "


_FOLDING = _Folding()
_FOLDING.update({ord(sign): "" for sign in "'’‘`´ʼ™®©℠\0"})
_FOLDING[ord("&")] = " and "
_FOLDING[ord(_DOTTED_MARK)] = _DOTTED_MARK


def clean(text: str) -> str:
    """`text` without what a database cannot hold (NUL, lone surrogates), white space made single spaces."""
    text = text[: 8 * TEXT_LETTERS].replace("\0", "")
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return " ".join(text.split())[:TEXT_LETTERS]


def fold(text: str) -> str:
    """`text` with case, accents, punctuation and white space folded, the legal form kept."""
    return " ".join(word.rstrip(_DOTTED_MARK) for word in _words(clean(text)))[:KEY_LETTERS].strip()


def key_of(text: str) -> str:
    """The key of a name; empty only where `text` is blank."""
    cleaned = clean(text)
    words = _without_legal_form(_words(cleaned))
    key = " ".join(word.rstrip(_DOTTED_MARK) for word in words)[:KEY_LETTERS].strip()
    return key or cleaned.casefold()[:KEY_LETTERS].strip()


def _words(cleaned: str) -> list[str]:
    """The folded words; one that was written with dots (S.A.) is a single word that ends in the mark."""
    text = cleaned.replace(_DOTTED_MARK, " ")
    text = _DOTTED.sub(lambda match: f"{match[0].replace('.', '')}{_DOTTED_MARK} ", text)
    return [word for word in text.translate(_FOLDING).split() if word != _DOTTED_MARK]


def _legal_forms() -> tuple[frozenset[tuple[str, ...]], int]:
    listed = (*terms_by_type.values(), *terms_by_country.values(), _FURTHER_FORMS)
    forms = {tuple(word.rstrip(_DOTTED_MARK) for word in _words(clean(term))) for terms in listed for term in terms}
    known = frozenset(form for form in forms if form)
    return known, max(map(len, known))


_FORMS, _LONGEST_FORM = _legal_forms()
# Every word of a legal form that is long enough to be one by itself, the ordinary words excepted.
LEGAL_WORDS = sorted({word for form in _FORMS for word in form if len(word) > 1} - _ORDINARY)


def _without_legal_form(words: list[str]) -> list[str]:
    kept = words
    while (size := _ending(kept)) and not _ARTICLES.issuperset(kept[:-size]):
        kept = kept[:-size]
        if len(kept) > 2 and kept[-1] in _LINKS and _ending(kept[:-1]):
            kept = kept[:-1]
    return kept


def _ending(words: list[str]) -> int:
    """How many words at the end are a legal form."""
    for size in range(min(_LONGEST_FORM, len(words)), 0, -1):
        last = words[-size:]
        form = tuple(word.rstrip(_DOTTED_MARK) for word in last)
        if form in _FORMS and not (size == 1 and last[0] in _ORDINARY):
            return size
    return 0
