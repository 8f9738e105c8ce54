"""Payments come from a file of their own, each by its number, and find their customer or invoice."""

import datetime as dt
from pathlib import Path

import pytest

from store.database import Database
from store.imports import importer
from store.imports.mapping import Mapping
from store.imports.report import Report
from tests.store.imports.ledgers import FLAT, GOOD, HEADER, NOW, ledger, mapping_of, reasons, state

SECTION = """
[payment]
number = "paid.No"
date = "paid.Day"
amount = "paid.Sum"
customer = "paid.Who"
invoice = "paid.For"
"""
PAID = ["p1;05.01.2025;26,00;7;1", "p2;06.01.2025;-1,005;;2", "p3;07.01.2025;3;8;"]


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    flat = FLAT
    for column in HEADER.split(";"):
        flat = flat.replace(f'"{column}"', f'"sales.{column}"')
    files = '[files.sales]\nname = "ledger.csv"\n[files.paid]\nname = "paid.csv"\n\n[invoice]'
    return mapping_of(tmp_path, flat.replace("[invoice]", files) + SECTION)


def run(db: Database, folder: Path, mapping: Mapping, paid: list[str], sales: list[str] | None = None) -> Report:
    files = [ledger(folder, paid, "paid.csv", header="No;Day;Sum;Who;For")]
    files += [ledger(folder, sales)] if sales is not None else []
    return importer.import_files(db, files, mapping, now=NOW, rejected_to=folder)


def test_a_payment_belongs_to_its_customer_and_its_invoice(db: Database, tmp_path: Path, mapping: Mapping) -> None:
    report = run(db, tmp_path, mapping, PAID, GOOD)
    assert (report.payments_new, report.rows_new, report.rejected_any) == (3, 4, False)
    assert state(db)["payments"] == [
        ("p1", "7", "1", dt.date(2025, 1, 5), 2600, "EUR"),
        ("p2", "7", "2", dt.date(2025, 1, 6), -101, "EUR"),
        ("p3", "8", None, dt.date(2025, 1, 7), 300, "EUR"),
    ]


def test_payments_may_come_alone_and_again(db: Database, tmp_path: Path, mapping: Mapping) -> None:
    run(db, tmp_path, mapping, PAID, GOOD)
    before = state(db)
    again = run(db, tmp_path, mapping, PAID)
    assert (again.payments_new, again.payments_changed, again.payments_unchanged) == (0, 0, 3)
    assert state(db) == before
    changed = run(db, tmp_path, mapping, [PAID[0].replace("26,00", "25,00"), "p4;08.01.2025;1;7;"])
    assert (changed.payments_new, changed.payments_changed, changed.payments_unchanged) == (1, 1, 0)
    assert [row[4] for row in state(db)["payments"]] == [2500, -101, 300, 100]


def test_an_invoice_replaced_keeps_its_payments(db: Database, tmp_path: Path, mapping: Mapping) -> None:
    run(db, tmp_path, mapping, PAID, GOOD)
    run(db, tmp_path, mapping, [], [GOOD[2].replace("3,333", "4")])
    assert [row[2] for row in state(db)["payments"]] == ["1", "2", None]


def test_the_ledger_may_come_without_payments(sqlite_db: Database, tmp_path: Path, mapping: Mapping) -> None:
    report = importer.import_files(sqlite_db, [ledger(tmp_path, GOOD)], mapping, now=NOW)
    assert (report.rows_new, report.payments_new) == (4, 0)


def test_what_cannot_be_a_payment_is_rejected_by_itself(db: Database, tmp_path: Path, mapping: Mapping) -> None:
    bad = [
        "q1;05.01.2025;1;99;",
        "q2;05.01.2025;1;;99",
        "q3;05.01.2025;1;8;1",
        "q4;05.01.2205;1;7;",
        "q5;05.01.2025;1.5;7;",
        "q6;05.01.2025;1;;",
        ";05.01.2025;1;7;",
        "q7;05.01.2025;;7;",
        "q8;05.01.2025;1;7",
        "r1;05.01.2025;2;7;1",
        "r1;05.01.2025;3;7;1",
    ]
    report = run(db, tmp_path, mapping, [*PAID, *bad], GOOD)
    assert reasons(report) == {
        5: 'the customer "99" is not known',
        6: 'the invoice "99" is not known, nor is whose payment it is',
        7: 'the invoice "1" is another customer\'s',
        8: 'paid.Day "05.01.2205" is in the future',
        9: 'paid.Sum "1.5" is not a number written with the decimal sign ","',
        10: "paid.Who is empty",
        11: "paid.No is empty",
        12: "paid.Sum is empty",
        13: "the line has 4 cells, the header has 5",
        14: "payment r1 stands in line 15 too, and differs",
        15: "payment r1 stands in line 14 too, and differs",
    }
    assert (report.payments_new, report.other_rows_rejected, report.rows_rejected) == (3, 11, 0)
    assert len(state(db)["payments"]) == 3
