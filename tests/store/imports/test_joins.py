"""A ledger in several files: heads and lines of invoices, customers, products, reps."""

import datetime as dt
from pathlib import Path

import pytest

from store.database import Database
from store.imports import importer
from store.imports.mapping import Mapping
from store.imports.report import Report
from tests.store.imports.ledgers import NOW, mapping_of, reasons, state

MAPPING = """
source = "erp"
title = "ERP"

[files.lines]
name = "lines.csv"
[files.heads]
name = "heads.csv"
key = "Id"
joins = "lines.HeadId"
[files.customers]
name = "customers.csv"
key = "Id"
joins = "heads.CustomerId"
[files.products]
name = "products.csv"
key = "Id"
joins = "lines.ProductId"
[files.reps]
name = "reps.csv"
key = "Id"
joins = "heads.RepId"

[invoice]
number = "heads.Number"
date = "heads.Date"
customer = "customers.Number"
rep = "heads.RepId"
currency = "heads.Currency"
due = "heads.Due"

[line]
product = "lines.ProductId"
quantity = "lines.Qty"
amount = "lines.Net"

[customer]
name = "customers.Name"
place = ["customers.City", "customers.State"]
since = "customers.Since"
owner = "customers.Owner"

[product]
name = "products.Name"
category = "products.Category"
unit_cost = "products.Cost"

[rep]
name = "reps.Name"
email = "reps.Email"
"""
FILES = {
    "lines.csv": "HeadId,ProductId,Qty,Net\n1,11,2,10.00\n1,12,1,5.00\n2,11,1,7.00\n3,,1,1.00\n",
    "heads.csv": "Id,Number,Date,CustomerId,RepId,Currency,Due\n"
    "1,A-1,2025-01-01,101,r1,EUR,2025-12-31\n2,A-2,2025-01-02,102,r2,USD,\n"
    "3,A-3,2025-01-03,,r1,EUR,\n4,A-4,2025-01-04,101,r1,EUR,\n",
    "customers.csv": "Id,Number,Name,City,State,Since,Owner\n101,C1,Acme,Kiel,,1999-05-01,r2\n"
    "102,C2,Blue,Lyon,Rhône,,\n103,C3,Never Ordered,,,,r3\n",
    "products.csv": "Id,Name,Category,Cost\n11,Flour,Food,1.005\n12,Salt,,\n",
    "reps.csv": "Id,Name,Email\nr1,Ann,ann@example.com\nr2,Bob,bob@example.com\nr3,Cy,\n",
}


def run(db: Database, folder: Path, **changed: str) -> Report:
    """Import FILES, with some of their contents changed: run(db, folder, lines="…")."""
    exports = folder / "exports"
    exports.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (exports / name).write_text(changed.get(name.removesuffix(".csv"), text), "utf-8")
    return importer.import_files(db, [exports], the_mapping(folder), now=NOW, rejected_to=folder)


def the_mapping(folder: Path) -> Mapping:
    return mapping_of(folder, MAPPING)


def test_heads_lines_customers_products_and_reps_come_together(db: Database, tmp_path: Path) -> None:
    report = run(db, tmp_path)

    assert (report.rows_read, report.rows_new, report.rows_without_customer) == (4, 3, 1)
    assert report.notices == ["1 invoice is in heads.csv without a line in the files."]
    found = state(db)
    assert found["customers"] == [
        ("C1", "Acme", "Kiel", None, "EUR", dt.date(1999, 5, 1), "Bob"),
        ("C2", "Blue", "Lyon, Rhône", None, "USD", None, None),
        ("C3", "Never Ordered", None, None, None, None, "Cy"),
    ]
    assert found["invoices"] == [
        ("A-1", "invoice", "C1", "Ann", dt.date(2025, 1, 1), dt.date(2025, 12, 31), "EUR", False),
        ("A-2", "invoice", "C2", "Bob", dt.date(2025, 1, 2), None, "USD", False),
    ]
    lines = [(row[0], row[3], row[4], row[7], row[9], row[10]) for row in found["lines"]]
    assert lines == [
        ("A-1", "11", "Flour", 1000, 201, "standard"),
        ("A-1", "12", "Salt", 500, None, "assumed"),
        ("A-2", "11", "Flour", 700, 101, "standard"),
    ]


def test_a_reference_to_nothing_is_rejected(sqlite_db: Database, tmp_path: Path) -> None:
    lines = FILES["lines.csv"].replace("2,11,1,7.00", "2,99,1,7.00").replace("3,,1,1.00", "77,11,1,1.00")
    report = run(sqlite_db, tmp_path, lines=lines)
    assert reasons(report, ",") == {
        4: 'lines.ProductId "99" is not in products.csv',
        5: 'lines.HeadId "77" is not in heads.csv',
    }


def test_a_reference_from_one_joined_file_to_another_can_be_to_nothing_too(sqlite_db: Database, tmp_path: Path) -> None:
    report = run(sqlite_db, tmp_path, heads=FILES["heads.csv"].replace("101,r1,EUR,2025", "999,r1,EUR,2025"))
    assert reasons(report, ",") == {
        2: 'heads.CustomerId "999" is not in customers.csv',
        3: 'heads.CustomerId "999" is not in customers.csv',
    }
    assert report.rows_without_customer == 1


NO_NUMBER = 'is not a number written with the decimal sign "."'
BAD_PRODUCTS = {
    "a cell that cannot be read": (
        "11,Flour,Food,?",
        'products.Cost "?" is not a number written with the decimal sign "."',
    ),
    "a cell too many": ("11,Flour,Food,1,5", "the line has 5 cells, the header has 4"),
    "a key that stands twice": ("11,Flour,Food,1\n11,Rye,Food,2", 'Id "11" stands in line 3 too, with other contents'),
}


@pytest.mark.parametrize("what", BAD_PRODUCTS)
def test_a_bad_row_of_a_joined_file_is_rejected_and_so_is_what_refers_to_it(
    what: str, sqlite_db: Database, tmp_path: Path
) -> None:
    row, reason = BAD_PRODUCTS[what]
    products = FILES["products.csv"].replace("11,Flour,Food,1.005", row)
    report = run(sqlite_db, tmp_path, products=products)
    assert [path.name for path in report.rejected_files] == ["lines.rejected.csv", "products.rejected.csv"]
    found = reasons(report, ",")
    assert found[2] == reason
    assert found[4] == 'lines.ProductId "11" was rejected in products.csv'
    assert report.other_rows_rejected == row.count("\n") + 1
    assert state(sqlite_db)["invoices"] == []


def test_a_row_that_stands_twice_alike_is_one(sqlite_db: Database, tmp_path: Path) -> None:
    products = FILES["products.csv"] + "12,Salt,,\n"
    report = run(sqlite_db, tmp_path, products=products)
    assert not report.rejected_any


def test_a_row_without_a_key_is_rejected_alone(sqlite_db: Database, tmp_path: Path) -> None:
    report = run(sqlite_db, tmp_path, products=FILES["products.csv"] + ",Nameless,,\n")
    assert reasons(report, ",") == {4: "Id is empty"}
    assert (report.rows_rejected, report.other_rows_rejected, report.rows_new) == (0, 1, 3)


def test_a_file_of_customers_counts_as_it_is(db: Database, tmp_path: Path) -> None:
    run(db, tmp_path)
    customers = FILES["customers.csv"].replace("Acme,Kiel,,1999-05-01,r2", "Acme,,,,r1").replace(",,r3", ",,")
    run(db, tmp_path, customers=customers)
    assert state(db)["customers"] == [
        ("C1", "Acme", None, None, "EUR", None, "Ann"),
        ("C2", "Blue", "Lyon, Rhône", None, "USD", None, None),
        ("C3", "Never Ordered", None, None, None, None, None),
    ]


def test_two_numbers_with_one_email_are_one_rep(db: Database, tmp_path: Path) -> None:
    run(db, tmp_path, reps=FILES["reps.csv"].replace("Bob,bob@example.com", "Ann,ann@example.com"))
    assert {row[3] for row in state(db)["invoices"]} == {"Ann"}
    run(db, tmp_path, reps=FILES["reps.csv"].replace("Bob,bob@example.com", "Ann,ann@example.com"))
    assert {row[6] for row in state(db)["customers"]} == {"Ann", None, "Cy"}


def test_a_rep_is_renamed_by_the_file_of_reps(db: Database, tmp_path: Path) -> None:
    run(db, tmp_path)
    run(db, tmp_path, reps=FILES["reps.csv"].replace("Ann,", "Anna,"))
    assert state(db)["invoices"][0][3] == "Anna"


def test_a_later_file_of_a_kind_goes_before_an_earlier_one(sqlite_db: Database, tmp_path: Path) -> None:
    run(sqlite_db, tmp_path)
    more = tmp_path / "more"
    more.mkdir()
    (more / "products.csv").write_text("Id,Name,Category,Cost\n11,Rye,Food,2\n", "utf-8")
    files = [tmp_path / "exports", more / "products.csv"]
    importer.import_files(sqlite_db, files, the_mapping(tmp_path), now=NOW)
    lines = state(sqlite_db)["lines"]
    assert [(row[4], row[9]) for row in lines] == [("Rye", 400), ("Salt", None), ("Rye", 200)]


def test_all_files_of_the_mapping_are_needed(sqlite_db: Database, tmp_path: Path) -> None:
    run(sqlite_db, tmp_path)
    (tmp_path / "exports" / "heads.csv").unlink()
    with pytest.raises(importer.ImportRefusedError, match=r"needs a file named heads\.csv \(files\.heads\)"):
        importer.import_files(sqlite_db, [tmp_path / "exports"], the_mapping(tmp_path), now=NOW)


def test_a_second_import_of_the_same_files_changes_nothing(db: Database, tmp_path: Path) -> None:
    run(db, tmp_path)
    before = state(db)
    report = run(db, tmp_path)
    assert state(db) == before
    assert (report.rows_unchanged, report.rows_new, report.rows_changed) == (3, 0, 0)
