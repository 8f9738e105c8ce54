"""A file of any kind as blocks of rows: plain or packed text, or a sheet of a workbook."""

import codecs
import csv
import gzip
import hashlib
import io
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.imports import misread, workbook
from store.imports.arrays import Integers
from store.imports.cells import Column, clean
from store.imports.delimited import BLOCK_BYTES, RawBlock, Splitter, dialect
from store.imports.errors import UnreadableFileError
from store.imports.mapping_keys import Format
from store.imports.patterns import closest

# The columns that a file of rejected rows has before those of its source.
REJECTED_COLUMNS = ("source_file", "line", "reason")

# Of a header that is none, such as that of a picture, nobody reads more.
NAMES_SHOWN, NAME_SHOWN, CLOSEST_SHOWN = 60, 60, 200
# What files begin with that are no text, and that somebody may have called .csv.
_NOT_TEXT = {b"PK\x03\x04": "a workbook (.xlsx) or an archive (.zip)", b"\xd0\xcf\x11\xe0": "an old workbook (.xls)"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file: the line that each starts in, the wanted columns, and what is wrong with all of them."""

    lines: Integers
    columns: Mapping[str, Column]
    fault: str = ""


class Table:
    """One file with a header, opened to be read as often as need be.

    Errors, when made and when read: UnreadableFileError.
    """

    def __init__(self, path: Path, fmt: Format) -> None:
        self.path = path
        self.format = fmt
        # A word that shows that the file may be in UTF-8 after all; known once it was read to its end.
        self.misread = ""
        self._first_line = 1
        if path.exists() and not path.is_file():
            raise UnreadableFileError(
                f"{path.name} is no ordinary file, and an import reads each more than once; save it as a file and give "
                "that."
            )
        self.header = self._read_header()

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    def sha256(self) -> str:
        """The digest of the file as it lies there."""
        with _sentences(self.path), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def locate(self, columns: Mapping[str, str]) -> dict[str, int]:
        """The place of each column in the header. `columns` gives the key of the mapping that uses it.

        Case and surrounding blanks do not matter. Errors: UnreadableFileError naming the key and what there is.
        """
        by_name: dict[str, list[int]] = {}
        for place, name in enumerate(self.header):
            by_name.setdefault(name.strip().casefold(), []).append(place)
        located = {}
        for column, key in columns.items():
            exact = [place for place, name in enumerate(self.header) if name.strip() == column.strip()]
            places = exact or by_name.get(column.strip().casefold(), [])
            if not places:
                raise UnreadableFileError(self._no_column(column, key))
            if len(places) > 1:
                raise UnreadableFileError(
                    f'{self.name} has the column "{column}" ({key}) {len(places)} times; rename all but one.'
                )
            located[column] = places[0]
        return located

    def blocks(self, columns: Mapping[str, str], progress: Progress = lambda _done, _total: None) -> Iterator[Block]:
        """The rows, some thousands at a time, with these columns."""
        places = self.locate(columns)
        missing = frozenset(text.strip() for text in (*self.format.missing, ""))
        for raw in self._raw_blocks(list(places.values()), progress):
            cells = {
                column: clean(texts, codes, missing) for column, (texts, codes) in zip(places, raw.cells, strict=True)
            }
            yield Block(raw.lines, cells, raw.fault)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line that it starts in, cell by cell as it stands: for the few that are written again."""
        if workbook.is_one(self.path):
            yield from itertools.islice(workbook.rows(self.path, self.format), 1, None)
            return
        reader = csv.reader(self._lines(), dialect(self.format))
        line = self._first_line
        for row in reader:
            if any(row):
                yield line, row
            line = self._first_line + reader.line_num

    def _read_header(self) -> list[str]:
        with _sentences(self.path):
            if workbook.is_one(self.path):
                rows = workbook.rows(self.path, self.format)
                self._first_line, header = next(rows, (0, []))
            else:
                self._check_mark()
                lines = itertools.islice(self._lines(), self.format.header_line - 1, None)
                reader = csv.reader(lines, dialect(self.format))
                header = next(reader, [])
                self._first_line = self.format.header_line + reader.line_num
        if not any(header):
            raise UnreadableFileError(
                f"{self.name} has no header in line {self.format.header_line}; "
                "give the file with its column names, or say [format] header_line."
            )
        return header

    def _raw_blocks(self, wanted: Sequence[int], progress: Progress) -> Iterator[RawBlock]:
        with _sentences(self.path):
            if workbook.is_one(self.path):
                yield from workbook.blocks(self.path, self.format, wanted, progress)
            else:
                splitter = Splitter(self.name, self.format, len(self.header), wanted, self._first_line)
                yield from splitter.split(self._texts(progress, skip_lines=self._first_line - 1))

    def _texts(self, progress: Progress, skip_lines: int) -> Iterator[bytes]:
        """The text after so many lines in UTF-8, in blocks, every line ending in one newline."""
        total = self.path.stat().st_size
        ends = True
        for text, done in self._decoded():
            progress(done, total)
            kept = text
            while skip_lines and kept:
                _, newline, kept = kept.partition("\n")
                skip_lines -= bool(newline)
            if kept:
                ends = kept.endswith("\n")
                yield kept.encode()
        if not ends:
            yield b"\n"

    def _lines(self) -> Iterator[str]:
        """The physical lines from the header on, or from the first row on once the header was read."""
        rest = ""
        lines = self._first_line - 1
        for text, _ in self._decoded():
            *whole, rest = (rest + text).split("\n")
            for line in whole:
                if lines:
                    lines -= 1
                else:
                    yield line + "\n"
        if rest and not lines:
            yield rest

    def _decoded(self) -> Iterator[tuple[str, int]]:
        """The text in blocks, and how many bytes of the file lie behind each."""
        encoding = "utf-8-sig" if self.format.encoding == "utf-8" else self.format.encoding
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
        with self.path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            watch = misread.Watch(encoding)
            while data := stream.read(BLOCK_BYTES):
                watch.saw(data)
                yield decoder.decode(data), raw.tell()
            watch.saw(b"", is_end=True)
            self.misread = watch.example
            yield decoder.decode(b"", final=True), raw.tell()

    def _check_mark(self) -> None:
        """A byte order mark says what the encoding is, and must not contradict the mapping."""
        with self.path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            start = (gzip.GzipFile(fileobj=raw) if packed else raw).read(4)
        if start in _NOT_TEXT:
            raise UnreadableFileError(
                f"{self.name} is {_NOT_TEXT[start]}, whatever its name says; call it so, or save it as CSV."
            )
        marks = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
        for mark, encoding in marks.items():
            if start.startswith(mark) and not self.format.encoding.startswith(encoding):
                raise UnreadableFileError(
                    f"{self.name} is marked as {encoding}, but the mapping says {self.format.encoding}; "
                    f'write encoding = "{encoding}" under [format].'
                )

    def _no_column(self, column: str, key: str) -> str:
        sentence = f'{self.name} has no column "{column}" ({key})'
        if len(self.header) == 1 and (others := [sign for sign in ";\t,|" if sign in self.header[0]]):
            written = {"\t": "\\t"}.get(others[0], others[0])
            return f'{sentence}, for its header is one single cell; write delimiter = "{written}" under [format].'
        names = [name.strip() for name in self.header]
        if misread.as_misread(column, self.format.encoding) in names and not column.isascii():
            return f'{sentence} but in utf-8; write encoding = "utf-8" under [format].'
        shown = [name if len(name) <= NAME_SHOWN else f"{name[:NAME_SHOWN]}…" for name in names[:NAMES_SHOWN]]
        more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
        return f"{sentence}; its columns are {', '.join(shown)}{more}{closest(column, names)[:CLOSEST_SHOWN]}."


class _sentences:  # noqa: N801 - reads as a word in "with _sentences(path)"
    """Says in one sentence what is the matter with a file that cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        name = self.path.name
        if isinstance(error, UnicodeError):
            what = f"{name} is not written in the encoding that the mapping says ({error.args[0]}"
            if isinstance(error, UnicodeDecodeError):
                byte = error.object[error.start : error.start + 1].hex()
                what = f"{name} is not {error.encoding.removesuffix('-sig')} (the byte {byte} is not"
            raise UnreadableFileError(f'{what}); write the right encoding under [format], such as "cp1252".') from None
        if isinstance(error, FileNotFoundError):
            raise UnreadableFileError(f"There is no file {self.path}.") from None
        if isinstance(error, (EOFError, gzip.BadGzipFile, zlib.error)):
            raise UnreadableFileError(f"{name} is damaged or not complete; copy it again.") from None
        if isinstance(error, workbook.WORKBOOK_ERRORS) or type(error).__name__ == workbook.PANIC:
            raise UnreadableFileError(f"{name} cannot be read as a workbook: {error}.") from None
        if isinstance(error, csv.Error):
            raise UnreadableFileError(f"{name} cannot be read as delimited text: {error}.") from None
        if isinstance(error, OSError):
            raise UnreadableFileError(f"{name} cannot be read: {error.strerror or error}.") from None
