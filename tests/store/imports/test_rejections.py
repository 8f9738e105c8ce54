"""What cannot be read exactly is rejected with its line and the reason, and never guessed."""

import random
import string
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database
from store.imports import importer
from tests.store.imports.ledgers import GOOD, HEADER, NOW, flat_mapping, imported, reasons, state

ROW = dict(zip(HEADER.split(";"), GOOD[2].split(";"), strict=True))
NO_DATE = "is not a date written as %d.%m.%Y"
NO_NUMBER = 'is not a number written with the decimal sign ","'
TWOS, AS = "2" * 10_000, "A" * 10_000

# What a column holds instead of what it holds in ROW, and the reason for which that is rejected.
BAD_CELLS = {
    "an empty invoice number": ({"Invoice": ""}, "Invoice is empty"),
    "an empty date": ({"Date": ""}, "Date is empty"),
    "an empty quantity": ({"Qty": " "}, "Qty is empty"),
    "an empty price": ({"Price": ""}, "Price is empty"),
    "a day that there is not": ({"Date": "31.02.2025"}, f'Date "31.02.2025" {NO_DATE}'),
    "a date the other way round": ({"Date": "2025-02-01"}, f'Date "2025-02-01" {NO_DATE}'),
    "a year of two digits": ({"Date": "01.02.25"}, f'Date "01.02.25" {NO_DATE}'),
    "a time that the format has not": ({"Date": "01.02.2025 10:00"}, f'Date "01.02.2025 10:00" {NO_DATE}'),
    "a slip into the next century": ({"Date": "01.02.2205"}, 'Date "01.02.2205" is in the future'),
    "a date that stands for none": ({"Date": "01.01.1753"}, 'Date "01.01.1753" is before 1900'),
    "a word for a date": ({"Date": "today"}, f'Date "today" {NO_DATE}'),
    "the wrong decimal sign": ({"Price": "3.50"}, f'Price "3.50" {NO_NUMBER}'),
    "thousands that nobody told of": ({"Price": "1.234"}, f'Price "1.234" {NO_NUMBER}'),
    "a currency sign": ({"Price": "€3"}, f'Price "€3" {NO_NUMBER}'),
    "a formula": ({"Price": "=1+1"}, f'Price "=1+1" {NO_NUMBER}'),
    "an exponent": ({"Qty": "1e3"}, f'Qty "1e3" {NO_NUMBER}'),
    "not a number": ({"Qty": "nan"}, f'Qty "nan" {NO_NUMBER}'),
    "digits of another script": ({"Qty": "٣"}, f'Qty "٣" {NO_NUMBER}'),
    "a cost that is no number": ({"Cost": "?"}, f'Cost "?" {NO_NUMBER}'),
    "a quantity finer than a thousandth": ({"Qty": "0,0001"}, 'Qty "0,0001" has more than 3 decimals'),
    "a negative price": (
        {"Price": "-3"},
        'Price "-3" is a negative price; say negative_prices = "accept" under [line] if that is meant',
    ),
    "an amount beyond all measure": (
        {"Qty": "1000000000", "Price": "1000000000"},
        "quantity × unit price is larger than any line can be",
    ),
    "a quantity beyond all measure": ({"Qty": "9" * 20, "Price": "0"}, "the quantity is larger than any line can be"),
    "a number of 10,000 characters": ({"Invoice": TWOS}, f'Invoice "{TWOS[:60]}…" is longer than 200 characters'),
    "a name of 10,000 characters": ({"Name": AS}, f'Name "{AS[:60]}…" is longer than 500 characters'),
    "a NUL": ({"Name": "Ac\0me"}, "the line contains a NUL character"),
    "a cell too many": ({"Cost": "1;2"}, "the line has 11 cells, the header has 10"),
    "a quote gone astray": ({"Name": '"Ac"me'}, "a quote in the line stands where none may"),
}


def test_a_number_that_a_stray_quote_made_too_long_is_one_rejected_line(db: Database, tmp_path: Path) -> None:
    # As hundreds of swallowed lines look: what repeats itself, PostgreSQL would squeeze into its index.
    number = "".join(random.Random(1).choices(string.ascii_letters, k=20_000))
    report = imported(db, tmp_path, [*GOOD[:2], ";".join((ROW | {"Invoice": number}).values()), GOOD[3]])
    assert report.rows_rejected == 1
    with db.reading() as connection:
        assert connection.scalars(sa.select(tables.held_invoices.c.number)).all() == [number[:200]]


@pytest.mark.parametrize("what", BAD_CELLS)
def test_it_is_rejected_and_the_rest_goes_in(what: str, sqlite_db: Database, tmp_path: Path) -> None:
    cells, reason = BAD_CELLS[what]
    bad_row = ";".join((ROW | cells).values())

    report = imported(sqlite_db, tmp_path, [*GOOD[:2], bad_row, GOOD[3]])

    assert reasons(report) == {4: reason}
    assert (report.rows_read, report.rows_new, report.rows_rejected) == (4, 3, 1)
    assert [row[0] for row in state(sqlite_db)["invoices"]] == ["1", "CN3"]
    assert report.rejected_any


def test_a_negative_price_is_taken_where_the_mapping_says_so(sqlite_db: Database, tmp_path: Path) -> None:
    accepting = flat_mapping(tmp_path, **{"[line]": '[line]\nnegative_prices = "accept"'})
    report = imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1;-3;"], accepting)
    assert (report.rows_new, report.rows_rejected) == (1, 0)


def test_a_charge_may_have_a_negative_price(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;FEE-1;1;-3;"])
    assert report.rows_rejected == 0


def test_all_reasons_of_a_row_are_given_at_once(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, ["1;32.01.2025;7;A;NL;;P;x;5.0;"])
    assert reasons(report)[2].count(" is not a ") == 3
    assert [rejection.rows for rejection in report.rejections] == [1, 1, 1]


CONTRADICTIONS = {
    "customer": ("1;01.01.2025;7;A;NL;;P;1;5;", "1;01.01.2025;8;A;NL;;P;1;5;"),
    "rep": ("1;01.01.2025;7;A;NL;r1;P;1;5;", "1;01.01.2025;7;A;NL;r2;P;1;5;"),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_an_invoice_whose_lines_contradict_each_other_is_rejected(
    what: str, sqlite_db: Database, tmp_path: Path
) -> None:
    report = imported(sqlite_db, tmp_path, CONTRADICTIONS[what])
    assert reasons(report) == {
        2: "held back: line 3 of the same invoice was rejected",
        3: f"another {what} than an earlier line of the same invoice",
    }
    assert state(sqlite_db)["invoices"] == []


def test_lines_that_leave_the_rep_open_do_not_contradict_those_that_name_one(
    sqlite_db: Database, tmp_path: Path
) -> None:
    rows = ["1;01.01.2025;7;A;NL;;P;1;5;", "1;01.01.2025;7;A;NL;r1;P;1;5;", "1;01.01.2025;7;A;NL;;P;1;5;"]
    report = imported(sqlite_db, tmp_path, rows)
    assert report.rows_rejected == 0
    assert state(sqlite_db)["invoices"][0][3] == "Rep r1"


def test_an_invoice_that_names_its_customer_on_some_lines_only_is_rejected(sqlite_db: Database, tmp_path: Path) -> None:
    rows = ["1;01.01.2025;;;;;P;1;5;", "1;01.01.2025;7;A;NL;;P;1;5;", "2;01.01.2025;;;;;P;1;5;"]
    report = imported(sqlite_db, tmp_path, rows)
    assert reasons(report) == {
        2: "no customer, but line 3 of the same invoice names one",
        3: "held back: line 2 of the same invoice was rejected",
    }
    assert (report.rows_rejected, report.rows_without_customer, report.without_customer) == (2, 1, {"EUR": 500})


def test_a_number_of_a_credit_note_on_an_invoice_is_rejected(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, ["CN1;01.01.2025;7;A;NL;;P;1;5;"])
    assert reasons(report) == {2: "numbered like a credit note, but comes to EUR 5.00, more than zero"}


def test_a_currency_that_there_is_not_is_rejected(sqlite_db: Database, tmp_path: Path) -> None:
    by_line = flat_mapping(tmp_path, **{'currency = "EUR"\n': "", "[line]": 'currency = "Country"\n\n[line]'})
    rows = ["1;01.01.2025;7;A;EUR;;P;1;5;", "2;01.01.2025;7;A;EURO;;P;1;5;", "3;01.01.2025;7;A;usd;;P;1;5;"]
    rows += ["4;01.01.2025;7;A;;;P;1;5;", "5;01.01.2025;7;A;EUR;;P;1;5;", "5;01.01.2025;7;A;USD;;P;1;5;"]
    report = imported(sqlite_db, tmp_path, rows, by_line)
    assert reasons(report) == {
        3: 'Country "EURO" is not an ISO 4217 currency',
        4: 'Country "usd" is not an ISO 4217 currency',
        5: "Country is empty",
        6: "held back: line 7 of the same invoice was rejected",
        7: "another currency than an earlier line of the same invoice",
    }


def test_a_date_that_two_formats_read_differently_is_rejected(sqlite_db: Database, tmp_path: Path) -> None:
    either = flat_mapping(tmp_path, **{'dates = "%d.%m.%Y"': 'dates = ["%d.%m.%Y", "%m.%d.%Y"]'})
    rows = ["1;03.02.2025;7;A;NL;;P;1;5;", "2;31.01.2025;7;A;NL;;P;1;5;", "3;03.03.2025;7;A;NL;;P;1;5;"]
    report = imported(sqlite_db, tmp_path, rows, either)
    assert reasons(report) == {2: 'Date "03.02.2025" is two different dates, read as %d.%m.%Y or %m.%d.%Y'}


def test_a_date_may_be_today_somewhere_on_earth(sqlite_db: Database, tmp_path: Path) -> None:
    # It is 2 June 2025, 08:00 in UTC; nowhere has 3 June begun.
    report = imported(sqlite_db, tmp_path, ["1;02.06.2025;7;A;NL;;P;1;5;", "2;03.06.2025;7;A;NL;;P;1;5;"])
    assert reasons(report) == {3: 'Date "03.06.2025" is in the future'}


def test_thousands_are_read_where_the_mapping_says_so(sqlite_db: Database, tmp_path: Path) -> None:
    grouped = flat_mapping(tmp_path, **{'decimal = ","': 'decimal = ","\nthousands = "."'})
    rows = ["1;01.01.2025;7;A;NL;;P;1;1.234,50;", "2;01.01.2025;7;A;NL;;P;1;1234,5;", "3;01.01.2025;7;A;NL;;P;1;12.34;"]
    report = imported(sqlite_db, tmp_path, rows, grouped)
    assert [row[7] for row in state(sqlite_db)["lines"]] == [123_450, 123_450]
    assert list(reasons(report)) == [4]


def test_an_invoice_with_a_bad_row_is_held_back_whole_and_noted(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, GOOD)
    before = state(db)

    report = imported(db, tmp_path, [GOOD[0].replace("10,50", "99"), GOOD[1].replace("5;", "x;"), GOOD[2]])

    assert reasons(report) == {
        2: "held back: line 3 of the same invoice was rejected",
        3: 'Price "x" is not a number written with the decimal sign ","',
    }
    assert (report.rows_rejected, report.rows_unchanged, report.invoices_held) == (2, 1, 1)
    after = state(db)
    reason = 'line 3: Price "x" is not a number written with the decimal sign ","'
    assert after["held"] == [("1", "7", reason)]
    assert after | {"held": []} == before


def test_a_held_invoice_is_forgotten_when_it_is_taken_later(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, [GOOD[0].replace("10,50", "x"), *GOOD[1:]])
    assert [row[:2] for row in state(db)["held"]] == [("1", "7")]
    imported(db, tmp_path, GOOD)
    assert state(db)["held"] == []


def test_nothing_of_a_held_invoice_is_taken_not_even_a_name(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, [GOOD[2]])
    before = state(db)
    rows = [
        "5;01.03.2025;7;Renamed;FR;r9;P7;1;1;",
        "5;01.03.2025;7;Renamed;FR;r9;P7;1;x;",
        "6;01.03.2025;99;X;FR;;P;x;1;",
    ]
    imported(db, tmp_path, rows)
    after = state(db)
    assert after["customers"] == before["customers"]
    assert after["lines"] == before["lines"]
    # That they were read does say how far the ledger goes.
    assert after["sources"] != before["sources"]


def test_a_row_too_broken_to_read_still_holds_its_invoice_back(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, [GOOD[0], "1;31.12.2024;7;Acme;NL"])
    assert reasons(report) == {
        2: "held back: line 3 of the same invoice was rejected",
        3: "the line has 5 cells, the header has 10",
    }


def test_blank_lines_are_no_rows(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, [GOOD[0], "", ";;;;;;;;;", GOOD[1], ""])
    assert (report.rows_read, report.rows_new, report.rows_rejected) == (2, 2, 0)


def test_what_was_stored_stays_when_the_invoice_now_has_no_customer(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, GOOD)
    before = state(db)
    report = imported(db, tmp_path, [GOOD[2].replace(";7;", ";;")])
    assert state(db) == before
    what = "1 stored invoice is now without any customer in the files; what is stored of them stays as it was."
    assert report.notices == [what]


def test_a_file_of_rejected_rows_that_is_imported_is_never_written_over(sqlite_db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path)
    imported(sqlite_db, tmp_path, [GOOD[2].replace("3,333", "x"), GOOD[3].replace("10,50", "y")], rejected_to=tmp_path)
    path = tmp_path / "ledger.rejected.csv"
    corrected = path.read_text("utf-8-sig").replace(";x;", ";3;")
    path.write_text(corrected, "utf-8")

    report = importer.import_files(sqlite_db, [path], mapping, now=NOW, rejected_to=tmp_path)

    assert (report.rows_new, report.rows_rejected) == (1, 1)
    assert path.read_text("utf-8") == corrected
    assert report.rejected_files == [tmp_path / "ledger.rejected-2.csv"]
    again = importer.import_files(sqlite_db, report.rejected_files, mapping, now=NOW, rejected_to=tmp_path)
    assert again.rejected_files == [tmp_path / "ledger.rejected-3.csv"]
    assert not list(tmp_path.glob(".*"))


def test_the_same_rejected_rows_again_are_the_same_file(sqlite_db: Database, tmp_path: Path) -> None:
    for _ in range(2):
        report = imported(sqlite_db, tmp_path, [GOOD[2].replace("3,333", "x")], rejected_to=tmp_path)
        assert report.rejected_files == [tmp_path / "ledger.rejected.csv"]
    report = imported(sqlite_db, tmp_path, [GOOD[2].replace("3,333", "other")], rejected_to=tmp_path)
    assert report.rejected_files == [tmp_path / "ledger.rejected-2.csv"]


def test_where_rejected_rows_cannot_be_written_nothing_is_imported(sqlite_db: Database, tmp_path: Path) -> None:
    rows = [*GOOD[:2], GOOD[2].replace("3,333", "x")]
    with pytest.raises(importer.ImportRefusedError, match="The rejected rows cannot be written to"):
        imported(sqlite_db, tmp_path, rows, rejected_to=tmp_path / "none" / "rejected.csv")
    assert state(sqlite_db)["invoices"] == []
