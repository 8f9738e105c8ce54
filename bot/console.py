"""The console that cards are written on."""

import codecs
import io
import sys
from typing import TextIO

from rich.console import Console

from bot.ink import WIDTH_MOST

# What a terminal without Unicode shows instead.
_NEAREST = str.maketrans({"·": "-", "–": "-", "—": "-", "−": "-", "─": "-", "×": "x", "…": "~", "▲": "!", "●": "*"})


def open_console(stream: TextIO | None = None) -> Console:
    """A console on the stream (standard output) that fails on no character."""
    stream = stream or sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("nearest", _nearest)
        stream.reconfigure(errors="nearest")
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def columns(console: Console) -> int:
    """How wide a card on this console is: as the window is at this moment, but no wider than is good to read."""
    return min(console.width, WIDTH_MOST)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wanted = error.object[error.start : error.end].translate(_NEAREST)
    return "".join(character if character.isascii() else "?" for character in wanted), error.end
