"""Splitting a file in blocks without a step for each row gives what Python's csv gives, row by row."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from store.imports.delimited import RawBlock, Splitter
from store.imports.mapping_keys import Format

_CELLS = st.text(alphabet="ab\";,\nü'7 ", max_size=5)
_TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width), min_size=1, max_size=15)
)


def split(text: str, width: int, pieces: int, fmt: Format | None = None) -> list[RawBlock]:
    """The blocks of a text that arrives in pieces."""
    data = text.encode()
    size = max(1, len(data) // pieces)
    whole = [data[start : start + size] for start in range(0, len(data), size)]
    return list(Splitter("f.csv", fmt or Format(delimiter=";"), width, range(width), 1).split(iter(whole)))


def rows_of(blocks: list[RawBlock]) -> list[tuple[int, list[str]]]:
    """Each row with its line, in the order of the lines."""
    found = []
    for block in blocks:
        for place, line in enumerate(block.lines.tolist()):
            found.append((line, [texts[codes[place]] for texts, codes in block.cells]))
    return sorted(found)


@given(_TABLES, st.integers(1, 9), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_what_was_written_is_read(table: list[list[str]], pieces: int, quoting: int) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", quoting=quoting, lineterminator="\n")
    expected = []
    for row in table:
        before = written.getvalue()
        writer.writerow(row)
        if written.getvalue()[len(before) :].strip(";\n"):
            expected.append((before.count("\n") + 1, row))
    blocks = split(written.getvalue(), len(table[0]), pieces)
    assert rows_of(blocks) == expected
    assert not any(block.fault for block in blocks)


@given(st.lists(st.text(alphabet='ab";', max_size=8), min_size=1, max_size=8), st.integers(1, 9))
def test_every_line_without_a_line_end_in_quotes_is_one_row_read_or_marked(lines: list[str], pieces: int) -> None:
    text = "".join(f"{line}\n" for line in lines)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";", strict=True))
    except csv.Error:
        return
    if len(rows) == len(lines):
        expected = [
            (place, [*row, "", ""][:2]) for place, row in enumerate(rows, start=1) if lines[place - 1].strip(";")
        ]
        assert rows_of(split(text, 2, pieces)) == expected


def test_numbers_stay_texts() -> None:
    assert rows_of(split("007;1.50;NA\n", 3, 1)) == [(1, ["007", "1.50", "NA"])]


def test_without_quotes_a_quote_is_a_character() -> None:
    blocks = split('"a;b"\n', 2, 1, Format(delimiter=";", quote=""))
    assert rows_of(blocks) == [(1, ['"a', 'b"'])]
    assert not any(block.fault for block in blocks)


def test_a_quote_within_a_cell_is_a_character_too() -> None:
    blocks = split('12" pipe;1\n"a";2\n3" pipe;"x"\n', 2, 1)
    assert rows_of(blocks) == [(1, ['12" pipe', "1"]), (2, ["a", "2"]), (3, ['3" pipe', "x"])]
    assert not any(block.fault for block in blocks)


def test_a_cell_larger_than_any_row_may_be_is_read_while_it_is_closed() -> None:
    long = "x" * 200_000
    assert rows_of(split(f'"{long}";1\n', 2, 3)) == [(1, [long, "1"])]
