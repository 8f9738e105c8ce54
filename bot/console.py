"""The console that cards are written on."""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console

from bot.ink import WIDTH_MOST

# What a terminal without Unicode shows instead.
_NEAREST = str.maketrans({"·": "-", "–": "-", "—": "-", "−": "-", "─": "-", "×": "x", "…": "~", "▲": "!", "●": "*"})


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """rich would end the program with exit 1; whoever opened the console decides."""
        raise BrokenPipeError


def open_console(stream: TextIO | None = None) -> Console:
    """A console on the stream (standard output) that fails on no character."""
    stream = stream or sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("nearest", _nearest)
        stream.reconfigure(errors="nearest")
    return _Console(file=stream, highlight=False, markup=False, emoji=False)


def columns(console: Console) -> int:
    """How wide a card on this console is: as the window is at this moment, but no wider than is good to read."""
    return min(console.width, WIDTH_MOST)


@contextmanager
def for_a_reader_that_may_leave() -> Iterator[None]:
    """Write inside; a reader that has seen enough (`| head`) ends it quietly."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes standard output once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wanted = error.object[error.start : error.end].translate(_NEAREST)
    return "".join(character if character.isascii() else "?" for character in wanted), error.end
