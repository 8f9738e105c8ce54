"""The file of rejected rows: each as it stood, behind where it stood and why it was not taken.

It has the delimiter and encoding of its source and can itself be imported once it is corrected.
"""

import csv
from collections.abc import Collection
from collections.abc import Mapping as Dictionary
from pathlib import Path

from store.imports.delimited import dialect
from store.imports.mapping_keys import Mapping
from store.imports.patterns import stem
from store.imports.reading import REJECTED_COLUMNS, Table

Rejected = Dictionary[str, list[tuple[Table, dict[int, str]]]]


def write(rejected: Rejected, mapping: Mapping, to: Path | None, read: Collection[Path]) -> list[Path]:
    """Write the rows of each kind of file into one file: `to`, or NAME.rejected.csv in it where it is a folder.

    Where several kinds of file have rejected rows, the later ones go beside it, under their own names. A file that
    was `read` is never written over, nor one of an earlier import that somebody may be correcting: then the name is
    NAME.rejected-2.csv and so on. Errors: OSError where a file cannot be written.
    """
    written: list[Path] = []
    for tables in rejected.values():
        if not tables or to is None:
            continue
        is_named = not to.is_dir() and not written
        folder = to if to.is_dir() else to.parent
        path = to if is_named else folder / f"{stem(tables[0][0].path)}.rejected.csv"
        unfinished = path.with_name(f".{path.name}.unfinished")
        _write(unfinished, tables, mapping)
        number = 1
        while _is_taken(path, unfinished, read, may_be_replaced=is_named):
            number += 1
            path = folder / f"{stem(path)}.rejected-{number}.csv"
        unfinished.replace(path)
        written.append(path)
    return written


def _is_taken(path: Path, unfinished: Path, read: Collection[Path], *, may_be_replaced: bool) -> bool:
    if not path.exists() or path.read_bytes() == unfinished.read_bytes():
        return False
    return not may_be_replaced or any(path.samefile(one) for one in read)


def _write(path: Path, tables: list[tuple[Table, dict[int, str]]], mapping: Mapping) -> None:
    fmt = mapping.format
    columns: dict[str, str] = {}
    for table, _ in tables:
        for name in table.header:
            columns.setdefault(name.strip().casefold(), name)
    encoding = "utf-8-sig" if fmt.encoding == "utf-8" else fmt.encoding
    # A reason may quote what the encoding cannot hold; a cell cannot, since it came from it.
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, dialect(fmt))
        for _ in range(fmt.header_line - 1):
            writer.writerow([])
        writer.writerow([*REJECTED_COLUMNS, *columns.values()])
        for table, reasons in tables:
            names = [name.strip().casefold() for name in table.header]
            for line, cells in table.records():
                if line in reasons:
                    by_name = dict(zip(names, cells, strict=False))
                    beyond = cells[len(names) :]
                    row = [by_name.get(name, "") for name in columns]
                    # Without quotes a delimiter cannot be written.
                    reason = reasons[line] if fmt.quote else reasons[line].replace(fmt.delimiter, " ")
                    writer.writerow([table.name, line, reason, *row, *beyond])
