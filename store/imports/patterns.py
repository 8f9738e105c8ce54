"""Wildcards, as in the names of files (`*` anything, `?` one character, `[ab]` one of), and what was probably meant."""

import difflib
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase, translate
from pathlib import PurePath

# A rejected-rows file counts as the file that its rows came from; a ledger may be packed.
_ENDINGS = re.compile(r"(\.rejected(-[0-9]+)?)?(\.(csv|txt|tsv|xlsx))?(\.gz)?$", re.IGNORECASE)


def matcher(patterns: Iterable[str]) -> re.Pattern[str]:
    """A regular expression for a whole text that matches any of the patterns; letters count as written."""
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")


def names_file(pattern: str, path: PurePath) -> bool:
    """Whether the pattern names this file. Case, packing and the kind of file do not matter."""
    name = path.name.casefold()
    pattern = pattern.casefold()
    return fnmatchcase(name, pattern) or fnmatchcase(_ENDINGS.sub("", name), _ENDINGS.sub("", pattern))


def closest(wrong: str, known: Iterable[str]) -> str:
    """ " (closest: OrderDate)", or nothing where nothing is like it."""
    by_fold = {name.strip().casefold(): name for name in known}
    found = difflib.get_close_matches(wrong.strip().casefold(), list(by_fold), n=1, cutoff=0.6)
    return f" (closest: {by_fold[found[0]].strip()})" if found else ""


def stem(path: PurePath) -> str:
    """The name without what says how the file is packed, what kind it is, and that its rows were rejected."""
    return _ENDINGS.sub("", path.name)
