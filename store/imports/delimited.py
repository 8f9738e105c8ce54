"""Delimited text in blocks of rows, split without a step of Python for each row.

The quotes, delimiters and line ends of a block are found as arrays, which gives each row's first line and its number
of cells; what is in order goes to pandas' parser, and what is not is read by itself and marked.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from store.imports.arrays import Codes, Integers, Mask
from store.imports.cells import factorized
from store.imports.errors import UnreadableFileError
from store.imports.mapping_keys import Format

BLOCK_BYTES = 4 << 20
# No row of a ledger is longer; what is, is a quote that somebody forgot to close.
LONGEST_ROW_BYTES = 1 << 20
# Python's own reader stops at cells of 131,072 characters, even in a column that nobody asked for.
csv.field_size_limit(BLOCK_BYTES + LONGEST_ROW_BYTES)
_NEWLINE, _NUL = 10, 0
_UNQUOTED = {"quotechar": None, "quoting": csv.QUOTE_NONE}


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Some rows: the line that each starts in, and for each wanted column its distinct cells and a code per row.

    `fault` is why none of these rows can be taken as it stands, if so.
    """

    lines: Integers
    cells: list[tuple[list[str], Codes]]
    fault: str = ""


@dataclass(slots=True)
class _Layout:
    """Where the rows of a block are. `starts` has one position more than there are rows: the end of the last one."""

    starts: Integers
    lines: Integers
    cells: Integers
    is_sound: Mask


class Splitter:
    """Splits one file, block by block. `line` is the number of the next physical line."""

    def __init__(self, file: str, fmt: Format, width: int, wanted: Sequence[int], line: int) -> None:
        self.file = file
        self.format = fmt
        self.delimiter = fmt.delimiter
        self.quote = fmt.quote
        self.width = width
        self.wanted = list(wanted)
        self.line = line

    def split(self, texts: Iterator[bytes]) -> Iterator[RawBlock]:
        """The rows of a file from its bytes in UTF-8, whose lines all end in a newline.

        Errors: UnreadableFileError where a quote is not closed, so that nobody can say where a row ends.
        """
        rest = b""
        for text in texts:
            rest += text
            layout, is_sound_to_the_end = self._lay_out(rest)
            yield from self._take(rest, layout)
            rest = rest[layout.starts[-1] :]
            if not is_sound_to_the_end:
                used, blocks = self._read_slowly(rest)
                yield from blocks
                rest = rest[used:]
            if len(rest) > LONGEST_ROW_BYTES:
                break
        if rest:
            raise self._unclosed(self.line)

    def _lay_out(self, block: bytes) -> tuple[_Layout, bool]:
        """The rows that end within the block, up to the first stray quote; True where there is none."""
        data = np.frombuffer(block, dtype=np.uint8)
        newlines = np.flatnonzero(data == _NEWLINE)
        delimiters = np.flatnonzero(data == ord(self.delimiter))
        quotes = np.flatnonzero(data == ord(self.quote)) if self.quote else newlines[:0]
        ends, stray = newlines, None
        if len(quotes):
            stray = self._first_stray(data, quotes)
            quotes = quotes if stray is None else quotes[quotes < stray]
            limit = len(data) if stray is None else stray
            ends = newlines[(np.searchsorted(quotes, newlines) % 2 == 0) & (newlines < limit)]
            delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
        starts = np.concatenate([[0], ends + 1])
        cells = np.diff(np.searchsorted(delimiters, starts)) + 1
        newlines_before = np.searchsorted(newlines, starts)
        lengths = np.diff(starts) - 1
        is_blank = lengths == cells - 1
        is_sound = (cells == self.width) & ~is_blank
        if (nuls := np.flatnonzero(data == _NUL)).size:
            is_sound[np.searchsorted(ends, nuls[nuls < starts[-1]])] = False
        layout = _Layout(starts, self.line + newlines_before[:-1], np.where(is_blank, 0, cells), is_sound)
        self.line += int(newlines_before[-1])
        return layout, stray is None

    def _first_stray(self, data: npt.NDArray[np.uint8], quotes: Integers) -> int | None:
        """The first quote that neither opens a cell, nor closes one, nor stands for a quote within one."""
        around = np.concatenate([[_NEWLINE], data, [_NEWLINE]])
        allowed = [ord(self.delimiter), _NEWLINE, ord(self.quote)]
        before, after = around[quotes[0::2]], around[quotes[1::2] + 2]
        opens = np.isin(before, allowed[:2])
        opens[1:] |= quotes[2::2] == quotes[1:-1:2] + 1
        closes = np.isin(after, allowed)
        stray = np.concatenate([quotes[0::2][~opens], quotes[1::2][~closes]])
        return int(stray.min()) if stray.size else None

    def _take(self, rows: bytes, layout: _Layout) -> Iterator[RawBlock]:
        sound = layout.is_sound
        view = memoryview(rows)
        if sound.any():
            starts, stops = layout.starts[:-1][sound], layout.starts[1:][sound]
            kept = (
                view[: layout.starts[-1]] if sound.all() else b"".join(map(view.__getitem__, map(slice, starts, stops)))
            )
            yield RawBlock(layout.lines[sound], self._parse(kept))
        for row in np.flatnonzero(~sound & (layout.cells > 0)):
            start, stop = layout.starts[row : row + 2]
            yield self._marked(rows[start:stop].decode(), int(layout.lines[row]))

    def _parse(self, rows: bytes | memoryview) -> list[tuple[list[str], Codes]]:
        frame = pd.read_csv(
            io.BytesIO(rows),
            sep=self.delimiter,
            quotechar=self.quote or '"',
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            header=None,
            index_col=False,
            usecols=sorted(set(self.wanted)),
            # Not "category", which is as quick but takes 007 for the number 7.
            dtype=object,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
        )
        return [factorized(frame[place].to_numpy()) for place in self.wanted]

    def _marked(self, text: str, line: int, fault: str = "") -> RawBlock:
        """A row that cannot be trusted; its cells serve to tell which invoice it belongs to."""
        if "\0" in text:
            fault = fault or "the line contains a NUL character"
            text = text.replace("\0", "")
        try:
            cells = next(csv.reader(text.splitlines(keepends=True), dialect(self.format, strict=False)), [])
        except csv.Error:
            cells = text.split(self.delimiter)
        if len(cells) != self.width:
            if "\n" in text[:-1]:
                raise UnreadableFileError(
                    f"{self.file}: the row that starts in line {line} goes over several lines and has {len(cells)} "
                    f"cells instead of {self.width}, so a quote may be missing; correct it and import again."
                )
            fault = fault or f"the line has {len(cells)} cells, the header has {self.width}"
        return self._block([line], [cells], fault)

    def _read_slowly(self, text: bytes) -> tuple[int, list[RawBlock]]:
        """The rows of a text in which a quote stands inside a cell, and how many bytes of it they are.

        A row that does not end within the text is left for the next block.
        """
        physical = [line + "\n" for line in text.decode().split("\n")[:-1]]
        reader = csv.reader(physical, dialect(self.format, strict=True))
        used, rows, starts, marked = 0, [], [], []
        while used < len(physical):
            row, line = None, self.line + used
            try:
                row = next(reader)
            except csv.Error as error:
                if str(error) == "unexpected end of data":
                    break
                if reader.line_num > used + 1:
                    raise self._unclosed(line) from None
            one = "".join(physical[used : reader.line_num])
            used = reader.line_num
            if not one.strip("\n" + self.delimiter):
                continue
            if row is None:
                marked.append(self._marked(one, line, "a quote in the line stands where none may"))
            elif len(row) != self.width or "\0" in one:
                marked.append(self._marked(one, line))
            else:
                rows.append(row)
                starts.append(line)
        self.line += used
        blocks = [*([self._block(starts, rows)] if rows else []), *marked]
        return len("".join(physical[:used]).encode()), blocks

    def _block(self, lines: Sequence[int], rows: Sequence[Sequence[str]], fault: str = "") -> RawBlock:
        columns = [factorized([row[index] if index < len(row) else "" for row in rows]) for index in self.wanted]
        return RawBlock(np.array(lines, dtype=np.int64), columns, fault)

    def _unclosed(self, line: int) -> UnreadableFileError:
        return UnreadableFileError(
            f"{self.file}: a quote that is opened in line {line} is not closed where its cell ends; "
            "correct that line and import again."
        )


def dialect(fmt: Format, *, strict: bool = False) -> type[csv.Dialect]:
    """How the files are written, for Python's own reader and writer."""
    quoting = {"quotechar": fmt.quote, "quoting": csv.QUOTE_MINIMAL} if fmt.quote else _UNQUOTED
    own = {"delimiter": fmt.delimiter, "doublequote": True, "lineterminator": "\r\n", "strict": strict, **quoting}
    return type("Written", (csv.Dialect,), own)
