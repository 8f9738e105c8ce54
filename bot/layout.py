"""Lines of text on a screen of a given width: wrapping, hanging indents, columns, tables. No words of its own."""

import itertools
import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from bot.legible import ELLIPSIS, cells, cut

GAP = 2
LABEL_LEAST = 10

# Phrases part at a dot, words at a blank; a percent sign stays with its number, and a no-break space is not a blank.
_PHRASE = re.compile(r"(?<= ·) +")
_WORD = re.compile(r" +(?![·%](?: |$))")


def wrap(text: Text, width: int) -> list[Text]:
    """The text in lines of at most `width` columns. A short phrase between dots moves to the next line as a whole,
    where the dot before it is dropped; a word that is wider than a line is broken.
    """
    cuts = _cuts(text.plain, width)
    lines = list(text.divide(cuts)) if cuts else [text.copy()]
    for line in lines[:-1]:
        line.rstrip()
        if line.plain.endswith(" ·"):
            line.right_crop(2)
    lines[-1].rstrip()
    return lines


def _cuts(plain: str, width: int) -> list[int]:
    cuts: list[int] = []
    start = 0
    for begin, end in _pieces(plain, width // 2):
        piece = plain[begin:end].rstrip(" ")
        # A dot at the end of a line goes away, so it needs no room; at the end of all it stays.
        needed = cells(plain[start:begin]) + cells(piece.removesuffix(" ·") if end < len(plain) else piece)
        if needed <= width:
            continue
        if begin > start:
            cuts.append(begin)
            start = begin
        used = 0
        for at in range(begin, begin + len(piece)):
            taken = cells(plain[at])
            if used + taken > width and at > start:
                cuts.append(at)
                start, used = at, 0
            used += taken
    return cuts


def _pieces(plain: str, phrase_most: int) -> Iterator[tuple[int, int]]:
    """What is kept together: phrases up to a length, and the words of longer ones."""
    for begin, end in itertools.pairwise([0, *(match.end() for match in _PHRASE.finditer(plain)), len(plain)]):
        if cells(plain[begin:end]) <= phrase_most:
            yield begin, end
            continue
        words = [match.end() for match in _WORD.finditer(plain, begin, end) if match.end() < end]
        yield from itertools.pairwise([begin, *words, end])


def around(text: Text, narrow: int, lines: int, wide: int) -> list[Text]:
    """The text flowing around something on its right: its first `lines` lines narrow, the others wide."""
    flowed = wrap(text, narrow)
    if len(flowed) <= max(lines, 0):
        return flowed
    kept = flowed[: max(lines, 0)]
    cuts = _cuts(text.plain, narrow)
    rest = text[cuts[len(kept) - 1] :] if kept else text
    return kept + wrap(rest, wide)


def first(lines: list[Text], most: int) -> list[Text]:
    """The first lines, the last of them ending in an ellipsis where more was left out."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    width = max(cells(line.plain) for line in lines)
    return [*lines[: most - 1], shorten(last.copy().append(" " * width), width, "")]


def shorten(text: Text, most: int, end: str) -> Text:
    """The text itself where it takes at most `most` columns, else its beginning, an ellipsis and `end`."""
    if cells(text.plain) <= most:
        return text
    kept = text[: len(cut(text.plain, most)) - len(ELLIPSIS)]
    return kept.append(ELLIPSIS + end)


def hang(mark: Text, lines: list[Text], indent: int | None = None) -> list[Text]:
    """The mark before the first line, and the others indented: to the end of the mark, or as said."""
    blanks = Text(" " * (cells(mark.plain) if indent is None else indent))
    return [Text.assemble(blanks if at else mark, line) for at, line in enumerate(lines)]


def side_by_side(left: Text, right: Text, column: int) -> Text:
    """Two lines beside each other, the second from the given column on."""
    if not right.plain:
        return left
    return Text.assemble(left, " " * max(column - cells(left.plain), 0), right)


def flow(chips: Sequence[Text], width: int) -> list[Text]:
    """Short texts one after another, as many on a line as fit."""
    lines: list[Text] = []
    for chip in chips:
        if lines and cells(lines[-1].plain) + 3 + cells(chip.plain) <= width:
            lines[-1] = Text.assemble(lines[-1], "   ", chip)
        else:
            lines += wrap(chip, width)
    return lines


def table(header: Sequence[Text], rows: Sequence[Sequence[Text]], align: Sequence[str], width: int) -> list[Text]:
    """Columns with figures on the right of theirs. Figures are never broken: where they do not fit beside their
    labels, each row becomes a few lines of its own.
    """
    if not header:
        return []
    natural = [max(cells(cell.plain) for cell in column) for column in zip(header, *rows, strict=True)]
    figures = sum(taken for taken, side in zip(natural, align, strict=True) if side == "right")
    labels = [at for at, side in enumerate(align) if side != "right"]
    room = width - figures - GAP * (len(header) - 1)
    if room < sum(min(natural[at], LABEL_LEAST) for at in labels):
        return _stacked(header, rows, width)
    widths = list(natural)
    while sum(widths[at] for at in labels) > room:
        widths[max(labels, key=lambda at: widths[at])] -= 1
    shown = [header, *rows] if any(cell.plain for cell in header) else rows
    return [line for row in shown for line in _row(row, widths, align)]


def _row(row: Sequence[Text], widths: Sequence[int], align: Sequence[str]) -> list[Text]:
    columns = [[cell] if side == "right" else wrap(cell, at) for cell, at, side in zip(row, widths, align, strict=True)]
    lines = []
    for at in range(max(len(cell) for cell in columns)):
        line = Text()
        for cell, width, side in zip(columns, widths, align, strict=True):
            part = cell[at] if at < len(cell) else Text()
            blanks = " " * max(width - cells(part.plain), 0)
            if line.plain:
                line.append(" " * GAP)
            line = Text.assemble(line, blanks, part) if side == "right" else Text.assemble(line, part, blanks)
        line.rstrip()
        lines.append(line)
    return lines


def _stacked(header: Sequence[Text], rows: Sequence[Sequence[Text]], width: int) -> list[Text]:
    lines = []
    for row in rows:
        lines += wrap(row[0], width)
        for label, cell in zip(header[1:], row[1:], strict=True):
            words = Text.assemble(label, " " if label.plain else "", cell)
            lines += hang(Text(" " * GAP), wrap(words, width - GAP))
    return lines
