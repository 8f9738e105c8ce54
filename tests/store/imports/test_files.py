"""Files as companies hand them over: packed, marked, quoted, in Excel, in folders, and not what was meant."""

import datetime as dt
import gzip
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from store import tables
from store.database import Database
from store.imports import importer, workbook_errors
from store.imports.errors import ImportRefusedError
from store.imports.mapping import Mapping
from store.imports.report import Report
from tests.store.imports.ledgers import GOOD, HEADER, NOW, flat_mapping, imported, ledger, reasons, state


def read(db: Database, *paths: Path, mapping: Mapping, **options: Path) -> Report:
    return importer.import_files(db, paths, mapping, now=NOW, **options)


@pytest.fixture
def expected(db: Database, tmp_path: Path) -> object:
    """What the database holds after GOOD was imported from plain UTF-8."""
    imported(db, tmp_path, GOOD)
    found = state(db)
    with db.writing() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    return found


TEXT = "\n".join([HEADER, *GOOD]) + "\n"
WRITTEN = {
    "with a byte order mark": TEXT.encode("utf-8-sig"),
    "without a last newline": TEXT.rstrip("\n").encode(),
    "with Windows line ends": TEXT.replace("\n", "\r\n").encode(),
    "with old Macintosh line ends": TEXT.replace("\n", "\r").encode(),
    "packed": gzip.compress(TEXT.encode()),
    "all in quotes": "\n".join('"' + line.replace(";", '";"') + '"' for line in TEXT.splitlines()).encode(),
    "with a header in capitals and blanks": TEXT.replace(HEADER, HEADER.upper().replace(";", " ; ")).encode(),
    "with blanks around the cells": TEXT.replace(";", " ; ").encode(),
    "with columns that nobody asked for": TEXT.replace(HEADER, f"{HEADER};More").replace("\n", ";x\n")
    .replace("More;x", "More").encode(),
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
def test_the_same_ledger_is_read_however_it_is_written(
    how: str, expected: object, db: Database, tmp_path: Path
) -> None:
    path = tmp_path / ("ledger.csv.gz" if how == "packed" else "ledger.csv")
    path.write_bytes(WRITTEN[how])
    report = read(db, path, mapping=flat_mapping(tmp_path))
    assert report.rows_rejected == 0
    assert state(db) == expected


ENCODED = {"cp1252": "Müller & Söhne €", "utf-16": "Žluťoučký 株式会社", "latin-1": "Ångström"}


@pytest.mark.parametrize("encoding", ENCODED)
def test_an_encoding_is_what_the_mapping_says(encoding: str, sqlite_db: Database, tmp_path: Path) -> None:
    name = ENCODED[encoding]
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Blue", name).encode(encoding))
    said = flat_mapping(tmp_path, **{"[format]": f'[format]\nencoding = "{encoding}"'})
    read(sqlite_db, path, mapping=said)
    assert state(sqlite_db)["customers"][1][1] == name


def test_a_line_number_is_that_of_the_line_where_the_row_starts(sqlite_db: Database, tmp_path: Path) -> None:
    rows = [
        '1;01.01.2025;7;"A\n""quoted"";\nname";NL;;P;1;5;',
        "2;01.01.2025;7;A;NL;;P;x;5;",
        "",
        '3;01.01.2025;7;in the 12" size;NL;;P;1;5;',
        "4;01.01.2025;7;A;NL;;P;x;5;",
    ]
    report = imported(sqlite_db, tmp_path, rows)
    assert list(reasons(report)) == [5, 8]
    assert (report.rows_read, report.rows_new) == (4, 2)


def workbook(folder: Path, sheets: dict[str, list[list[object]]]) -> Path:
    path = folder / "ledger.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def typed(row: str) -> list[object]:
    """The cells as Excel has them: dates and numbers are no texts."""
    number, day, customer, name, country, rep, product, quantity, price, cost = row.split(";")
    figures = [float(cell.replace(",", ".")) if cell else None for cell in (quantity, price, cost)]
    return [number, dt.datetime.strptime(day, "%d.%m.%Y"), int(customer), name, country, rep, product, *figures]  # noqa: DTZ007


def test_a_workbook_is_read_by_its_types_whatever_the_mapping_says_of_signs(
    db: Database, expected: object, tmp_path: Path
) -> None:
    path = workbook(tmp_path, {"Sheet1": [list(HEADER.split(";")), *map(typed, GOOD)]})
    assert read(db, path, mapping=flat_mapping(tmp_path)).rows_new == 4
    assert state(db) == expected


def test_a_sheet_is_found_by_its_name_and_a_header_by_its_line(sqlite_db: Database, tmp_path: Path) -> None:
    rows: list[list[object]] = [["Export of 2 June"], [], list(HEADER.split(";")), typed(GOOD[0]), [], typed(GOOD[3])]
    rows[3][7] = "two"
    path = workbook(tmp_path, {"Notes": [["nothing"]], "Lines": rows})
    said = flat_mapping(tmp_path, **{"[format]": '[format]\nsheet = "Lines"\nheader_line = 3'})
    report = read(sqlite_db, path, mapping=said, rejected_to=tmp_path)
    assert (report.rows_read, report.rows_new) == (2, 1)
    (written,) = report.rejected_files
    lines = written.read_text("utf-8-sig").splitlines()
    assert lines[2].startswith("source_file;line;reason;Invoice;")
    # The row's number, and its cells as the mapping would write them.
    assert lines[3].startswith("ledger.xlsx;4;")
    assert lines[3].endswith(";1;31.12.2024;7;Acme;NL;r1;P1;two;10,5;12")

    written.write_text(written.read_text("utf-8-sig").replace(";two;", ";2;"), "utf-8")
    assert read(sqlite_db, written, mapping=said).rows_new == 1


def test_a_number_of_excel_is_what_excel_shows(sqlite_db: Database, tmp_path: Path) -> None:
    row = typed(GOOD[0])
    row[8] = 0.1 + 0.2
    path = workbook(tmp_path, {"Sheet1": [list(HEADER.split(";")), row]})
    read(sqlite_db, path, mapping=flat_mapping(tmp_path))
    assert str(state(sqlite_db)["lines"][0][6]) == "0.3"


def refused(db: Database, *paths: Path, mapping: Mapping) -> str:
    before = state(db)
    with pytest.raises(ImportRefusedError) as error:
        read(db, *paths, mapping=mapping)
    assert state(db) == before
    return str(error.value)


def test_a_missing_column_is_named_with_those_that_there_are(sqlite_db: Database, tmp_path: Path) -> None:
    path = ledger(tmp_path, GOOD, header=HEADER.replace("Date", "Dates"))
    columns = "Invoice, Dates, Customer, Name, Country, Rep, Product, Qty, Price, Cost"
    sentence = f'ledger.csv has no column "Date" (invoice.date); its columns are {columns} (closest: Dates).'
    assert refused(sqlite_db, path, mapping=flat_mapping(tmp_path)) == sentence


def test_a_column_that_stands_twice_is_refused(sqlite_db: Database, tmp_path: Path) -> None:
    path = ledger(tmp_path, GOOD, header=HEADER.replace("Rep", "Date"))
    sentence = 'ledger.csv has the column "Date" (invoice.date) 2 times; rename all but one.'
    assert refused(sqlite_db, path, mapping=flat_mapping(tmp_path)) == sentence


def test_a_wrong_delimiter_is_recognised(sqlite_db: Database, tmp_path: Path) -> None:
    said = flat_mapping(tmp_path, **{'delimiter = ";"': 'delimiter = ","'})
    sentence = refused(sqlite_db, ledger(tmp_path, GOOD), mapping=said)
    assert sentence.endswith('for its header is one single cell; write delimiter = ";" under [format].')


def test_a_wrong_encoding_is_recognised(sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Blue", "Müller").encode("cp1252"))
    sentence = refused(sqlite_db, path, mapping=flat_mapping(tmp_path))
    assert sentence == (
        'ledger.csv is not utf-8 (the byte fc is not); write the right encoding under [format], such as "cp1252".'
    )
    path.write_bytes(TEXT.encode("utf-8-sig"))
    said = flat_mapping(tmp_path, **{"[format]": '[format]\nencoding = "cp1252"'})
    sentence = 'ledger.csv is marked as utf-8, but the mapping says cp1252; write encoding = "utf-8" under [format].'
    assert refused(sqlite_db, path, mapping=said) == sentence


def of(encoding: str, tmp_path: Path) -> Mapping:
    return flat_mapping(tmp_path, **{"[format]": f'[format]\nencoding = "{encoding}"'})


def misread(report: Report) -> list[str]:
    return [notice for notice in report.notices if "utf-8" in notice]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_file_in_utf_8_that_is_read_as_something_older_is_said_to_be(
    encoding: str, sqlite_db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Blue", "Grün Müller").encode())
    report = read(sqlite_db, path, mapping=of(encoding, tmp_path))
    name = "cp1252" if encoding == "cp1252" else "iso8859-1"
    assert misread(report) == [
        f"ledger.csv may be in utf-8, not in {name}: it has “GrÃ¼n”. If that is to be “Grün”, "
        'write encoding = "utf-8" under [format], and import it again.'
    ]
    assert misread(read(sqlite_db, path, mapping=of("utf-8", tmp_path))) == []
    assert "Grün Müller" in str(state(sqlite_db))
    assert "GrÃ¼n" not in str(state(sqlite_db)["customers"])


@pytest.mark.parametrize("name", ["Grün", "Grün CAFÉ’S", "Blue"])
def test_a_file_that_is_in_the_older_encoding_is_not(name: str, sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Blue", name).encode("cp1252"))
    assert misread(read(sqlite_db, path, mapping=of("cp1252", tmp_path))) == []


def test_a_letter_that_stands_across_two_blocks_is_one(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.imports.reading.BLOCK_BYTES", 7)
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Blue", "ÜÜÜÜÜÜÜÜÜÜÜÜÜ").encode())
    assert len(misread(read(sqlite_db, path, mapping=of("cp1252", tmp_path)))) == 1


def test_a_column_that_is_not_found_for_it_says_so(sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("Rep", "Verkäufer").encode())
    said = flat_mapping(tmp_path, **{"[format]": '[format]\nencoding = "cp1252"', 'rep = "Rep"': 'rep = "Verkäufer"'})
    sentence = (
        'ledger.csv has no column "Verkäufer" (invoice.rep) but in utf-8; write encoding = "utf-8" under [format].'
    )
    assert refused(sqlite_db, path, mapping=said) == sentence


DAMAGED = {
    "an empty file": (b"", "ledger.csv has no header in line 1; give the file with its column names, "),
    "half a packed file": (gzip.compress(os.urandom(9000))[:5000], "ledger.csv is damaged or not complete; copy it"),
    "a quote that is never closed": (
        TEXT.replace("2;01", '"2;01').encode(),
        "ledger.csv: a quote that is opened in line 4 is not closed where its cell ends; correct that line",
    ),
    "a workbook": (
        b"PK\x03\x04" + bytes(range(256)),
        "ledger.csv is a workbook (.xlsx) or an archive (.zip), whatever its name says; call it so, or save it as CSV.",
    ),
    "a packed workbook": (
        gzip.compress(b"\xd0\xcf\x11\xe0" + bytes(range(256))),
        "ledger.csv is an old workbook (.xls), whatever its name says; call it so, or save it as CSV.",
    ),
    "a row that swallows another": (
        f'{HEADER}\n1;"a\n2";3\n{GOOD[0]}\n'.encode(),
        "ledger.csv: the row that starts in line 2 goes over several lines and has 3 cells instead of 10, so a quote ",
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_refused_whole(what: str, sqlite_db: Database, tmp_path: Path) -> None:
    content, sentence = DAMAGED[what]
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    assert refused(sqlite_db, path, mapping=flat_mapping(tmp_path)).startswith(sentence)


@pytest.mark.parametrize("header", ["x" * 500_000, ";".join(f"Column {number}" for number in range(20_000))])
def test_a_header_that_is_none_is_not_read_out_whole(header: str, sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"{header}\nx\n")
    sentence = refused(sqlite_db, path, mapping=flat_mapping(tmp_path))
    assert sentence.startswith('ledger.csv has no column "Invoice" (invoice.number); its columns are ')
    assert len(sentence) < 1_500


def test_a_pipe_is_refused_instead_of_waited_for(sqlite_db: Database, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ledger.csv")
    sentence = refused(sqlite_db, tmp_path / "ledger.csv", mapping=flat_mapping(tmp_path))
    assert sentence.startswith("ledger.csv is no ordinary file, and an import reads each more than once; save it as a")


def test_what_only_looks_like_a_workbook_is_refused(sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_text(TEXT)
    sentence = refused(sqlite_db, path, mapping=flat_mapping(tmp_path))
    assert sentence.startswith("ledger.xlsx cannot be read as a workbook: ")


def a_workbook_with_errors(path: Path) -> Path:
    """A lookup that found no cost, one that found no customer, and one in a column that nobody asked for."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes & more").write_formula(1, 0, "=NA()", value="#N/A")
        sheet = book.add_worksheet("Sales & more")
        rows = [
            [*HEADER.split(";"), "Memo"],
            *(line.split(";") for line in GOOD),
            ["9", "01.02.2025", "7", "A", "NL", "", "P", "1", "5", ""],
        ]
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
        sheet.write_formula(2, 9, '=VLOOKUP("POST",A1:B2,2,0)', value="#N/A")
        sheet.write_formula(4, 2, "=#REF!", value="#REF!")
        sheet.write_formula(5, 10, "=1/0", value="#DIV/0!")
    return path


def test_an_error_of_excel_is_no_empty_cell(db: Database, tmp_path: Path) -> None:
    """Else a cost that a lookup did not find would be one that nobody knows, and a customer none."""
    path = a_workbook_with_errors(tmp_path / "ledger.xlsx")
    said = flat_mapping(tmp_path, **{"[format]": '[format]\nsheet = "Sales & more"'})
    report = read(db, path, mapping=said, rejected_to=tmp_path)
    assert {one.reason for one in report.rejections} >= {
        "Cost is an error of Excel, such as #N/A",
        "Customer is an error of Excel, such as #N/A",
    }
    assert [row[0] for row in state(db)["invoices"]] == ["2", "9"]


def test_a_mapping_can_say_that_an_error_is_an_empty_cell(sqlite_db: Database, tmp_path: Path) -> None:
    path = a_workbook_with_errors(tmp_path / "ledger.xlsx")
    said = flat_mapping(tmp_path, **{"[format]": '[format]\nmissing = "#N/A"\nsheet = "Sales & more"'})
    report = read(sqlite_db, path, mapping=said, rejected_to=tmp_path)
    assert (report.rows_rejected, report.rows_without_customer) == (0, 1)


def test_an_error_is_found_wherever_the_workbook_is_parted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = a_workbook_with_errors(tmp_path / "ledger.xlsx")
    for size in (64, 100, 1_000_000):
        monkeypatch.setattr(workbook_errors, "_BLOCK_BYTES", size)
        assert workbook_errors.places(path, "Sales & more") == {3: {9}, 5: {2}, 6: {10}}
        assert workbook_errors.places(path, None) == {2: {0}}


def test_a_workbook_that_its_reader_breaks_off_at_is_refused(sqlite_db: Database, tmp_path: Path) -> None:
    """A cell so far out that no memory holds the rows up to it: the reader panics, which is no ordinary exception."""
    whole, path = tmp_path / "whole.xlsx", tmp_path / "ledger.xlsx"
    with xlsxwriter.Workbook(whole) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate([HEADER, *GOOD]):
            sheet.write_row(row, 0, line.split(";"))
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(path, "w") as broken:
        for name in parts.namelist():
            broken.writestr(name, parts.read(name).replace(b'r="A2"', b'r="ZZZZZZZ99999999999"'))
    sentence = refused(sqlite_db, path, mapping=flat_mapping(tmp_path))
    assert sentence.startswith("ledger.xlsx cannot be read as a workbook: ")


def test_a_cell_of_any_length_costs_no_other_row(db: Database, tmp_path: Path) -> None:
    """Nobody asked for that column; and what is rejected is written again, long cells and all."""
    long = "x" * 300_000
    rows = [f"{line};{long}" for line in [*GOOD, "9;no date;7;Acme;NL;;P;1;1;"]]
    path = ledger(tmp_path, rows, header=f"{HEADER};Memo")
    report = read(db, path, mapping=flat_mapping(tmp_path), rejected_to=tmp_path)
    assert (report.rows_new, report.rows_rejected) == (4, 1)
    assert (
        (tmp_path / "ledger.rejected.csv")
        .read_text("utf-8-sig")
        .rstrip()
        .endswith(f";9;no date;7;Acme;NL;;P;1;1;;{long}")
    )


def test_a_long_cell_with_a_stray_quote_is_read(db: Database, tmp_path: Path) -> None:
    rows = [*(f"{line};x" for line in GOOD), f'9;01.02.2025;7;Acme "the best" Ltd;NL;;P;1;1;;{"x" * 300_000}']
    report = read(db, ledger(tmp_path, rows, header=f"{HEADER};Memo"), mapping=flat_mapping(tmp_path))
    assert (report.rows_new, report.rows_rejected) == (5, 0)


def test_a_file_that_is_not_there_is_named(sqlite_db: Database, tmp_path: Path) -> None:
    sentence = refused(sqlite_db, tmp_path / "none.csv", mapping=flat_mapping(tmp_path))
    assert sentence == f"There is no file {tmp_path / 'none.csv'}."


def named(folder: Path) -> Mapping:
    return flat_mapping(folder, **{"[invoice]": '[files.sales]\nname = "sales-*.csv"\n\n[invoice]'})


def test_a_file_that_the_mapping_does_not_name_is_refused_where_it_is_given(
    sqlite_db: Database, tmp_path: Path
) -> None:
    sentence = refused(sqlite_db, ledger(tmp_path, GOOD), mapping=named(tmp_path))
    assert sentence == "ledger.csv is not one of the files of this mapping, which are sales-*.csv."


def test_in_a_folder_what_the_mapping_does_not_name_is_listed_as_not_used(sqlite_db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in ("SALES-2.CSV", "sales-1.csv.gz", "other.csv", "notes.md", "sales-1.rejected.csv"):
        content = TEXT.replace("CN3", f"CN{name}").encode()
        (folder / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    report = read(sqlite_db, folder, mapping=named(tmp_path))
    assert [file.name for file in report.files] == ["SALES-2.CSV", "sales-1.csv.gz"]
    assert report.not_used == ["notes.md", "other.csv", "sales-1.rejected.csv"]


def test_a_pattern_in_quotes_stands_for_its_files(sqlite_db: Database, tmp_path: Path) -> None:
    for name in ("sales-1.csv", "sales-2.csv", "other.csv"):
        ledger(tmp_path, [GOOD[3].replace("CN3", f"CN-{name}")], name)
    report = read(sqlite_db, tmp_path / "sales-*", mapping=named(tmp_path))
    assert [file.name for file in report.files] == ["sales-1.csv", "sales-2.csv"]
    sentence = refused(sqlite_db, tmp_path / "nothing-*", mapping=named(tmp_path))
    assert sentence.startswith("No file is named ")


def test_a_folder_without_the_file_says_which_is_needed(sqlite_db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    sentence = refused(sqlite_db, folder, mapping=named(tmp_path))
    assert sentence.startswith("The mapping needs a file named sales-*.csv (files.sales), and none was given;")
