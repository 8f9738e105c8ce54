"""What holds for every ledger: importing again changes nothing, a correction corrects, files come one after another."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import tables
from store.database import Database
from store.imports import importer
from store.imports.report import Report
from tests.store.imports.ledgers import HEADER, NOW, State, flat_mapping, ledger, mapping_of, state

Row = tuple[str, ...]
# Few examples, since each is several imports; nor are they made smaller, which would be hundreds.
_MOST = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def _rows(bad: bool = True) -> st.SearchStrategy[list[Row]]:
    """Few numbers, so that invoices have several lines, versions, customers; a cell is now and then no good."""

    def cell(good: list[str], spoilt: list[str]) -> st.SearchStrategy[str]:
        return st.sampled_from(good * 6 + (spoilt if bad else []))

    row = st.tuples(
        cell(["1", "2", "3", "CN4"], [""]),
        cell(["01.01.2025", "02.01.2025", "15.03.2025"], ["31.02.2025", ""]),
        cell(["7", "7", "7", "8"], [""]),
        cell(["Acme", "Acme Ltd", ""], []),
        cell(["NL", "DE", ""], []),
        cell(["r1", "r1", "r1", ""], ["r2"]),
        cell(["P1", "P2", "POST"], []),
        cell(["1", "2", "-1", "0,5"], ["x"]),
        cell(["10", "3,333", "0"], ["-1", "1.5"]),
        cell(["", "1", "2,345"], ["?"]),
    )
    return st.lists(row, max_size=12)


@pytest.fixture
def import_rows(db: Database, tmp_path: Path) -> Callable[..., Report]:
    """Import lists of rows, each as a file of its own."""

    def run(*files: list[Row], rejected_to: Path | None = None) -> Report:
        paths = [
            ledger(tmp_path, [";".join(row) for row in rows], f"ledger{place}.csv") for place, rows in enumerate(files)
        ]
        return importer.import_files(db, paths, flat_mapping(tmp_path), now=NOW, rejected_to=rejected_to)

    return run


def _emptied(db: Database) -> None:
    with db.writing() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())


def _without_aliases(found: State) -> State:
    """A customer renamed between two imports has an alias, one renamed within one import has not."""
    return {name: rows for name, rows in found.items() if name != "names"}


@_MOST
@given(rows=_rows())
def test_every_row_is_counted_once(rows: list[Row], db: Database, import_rows: Callable[..., Report]) -> None:
    _emptied(db)
    report = import_rows(rows, rows[:3])
    counts = report.rows_new + report.rows_changed + report.rows_unchanged + report.rows_rejected
    counts += report.rows_superseded + report.rows_without_customer
    assert counts == report.rows_read == sum(file.rows for file in report.files)
    assert len(state(db)["lines"]) == report.rows_new


@_MOST
@given(rows=_rows())
def test_importing_a_ledger_again_changes_nothing(
    rows: list[Row], db: Database, import_rows: Callable[..., Report]
) -> None:
    _emptied(db)
    first = import_rows(rows)
    before = state(db)
    again = import_rows(rows)
    assert state(db) == before
    assert (again.rows_new, again.rows_changed, again.rows_removed) == (0, 0, 0)
    assert again.rows_unchanged == first.rows_new
    assert again.rows_rejected == first.rows_rejected


@_MOST
@given(first=_rows(), second=_rows(), third=_rows())
def test_several_files_at_once_are_the_files_one_after_the_other(
    first: list[Row], second: list[Row], third: list[Row], db: Database, import_rows: Callable[..., Report]
) -> None:
    _emptied(db)
    for rows in (first, second, third):
        import_rows(rows)
    one_after_the_other = _without_aliases(state(db))
    _emptied(db)
    import_rows(first, second, third)
    assert _without_aliases(state(db)) == one_after_the_other


@_MOST
@given(rows=_rows(), at=st.tuples(st.integers(0, 11), st.sampled_from([1, 7, 8])))
def test_the_rejected_rows_corrected_and_imported_complete_the_ledger(
    rows: list[Row], at: tuple[int, int], db: Database, import_rows: Callable[..., Report], tmp_path: Path
) -> None:
    place, spoilt = at[0] % max(len(rows), 1), at[1]
    if not rows or not rows[place][2]:
        return  # what a row without a customer says is not asked for again
    _emptied(db)
    import_rows(rows)
    whole = state(db)
    _emptied(db)
    broken = list(rows)
    broken[place] = (*rows[place][:spoilt], "SPOILT", *rows[place][spoilt + 1 :])
    path = tmp_path / "rejected.csv"
    path.unlink(missing_ok=True)
    import_rows(broken, rejected_to=path)
    if path.exists():
        text = path.read_text("utf-8-sig")
        path.write_text(text.replace(";SPOILT;", f";{rows[place][spoilt]};"), "utf-8", newline="")
        importer.import_files(db, [path], flat_mapping(tmp_path), now=NOW)
    after = state(db)
    for found in (after, whole):
        # Line numbers are those of another file; of two lines of one day, the one imported later describes a customer.
        found["held"] = [row[:2] for row in found["held"]]
        found["customers"] = [(row[0], *row[6:]) for row in found["customers"]]
    assert _without_aliases(after) == _without_aliases(whole)


@_MOST
@given(rows=_rows(bad=False), amounts=st.lists(st.integers(0, 99), min_size=12, max_size=12))
def test_a_corrected_file_changes_what_it_corrects_and_nothing_else(
    rows: list[Row], amounts: list[int], db: Database, import_rows: Callable[..., Report]
) -> None:
    _emptied(db)
    as_it_was = import_rows(rows)
    corrected = [(*row[:8], str(price), *row[9:]) for row, price in zip(rows, amounts, strict=False)]
    report = import_rows(corrected)
    found = state(db)
    _emptied(db)
    import_rows(corrected)
    expected = state(db)
    if not report.rows_rejected:
        assert found == expected
    # What was held back before is new once it is corrected.
    if not report.rows_rejected and not as_it_was.rows_rejected:
        assert report.rows_changed + report.rows_unchanged == len(found["lines"])
        assert report.rows_new == report.rows_removed == 0


def test_lines_that_a_corrected_invoice_no_longer_has_are_removed(
    db: Database, import_rows: Callable[..., Report]
) -> None:
    rows: list[Row] = [tuple(f"1;01.01.2025;7;A;NL;;P;1;{price};".split(";")) for price in (1, 2, 3)]
    import_rows(rows)
    report = import_rows([rows[0], rows[2]])
    assert (report.rows_unchanged, report.rows_changed, report.rows_new, report.rows_removed) == (1, 1, 0, 1)
    assert [row[7] for row in state(db)["lines"]] == [100, 300]


def test_all_rows_of_an_invoice_whose_head_changed_are_changed(
    db: Database, import_rows: Callable[..., Report]
) -> None:
    rows: list[Row] = [tuple(f"1;01.01.2025;7;A;NL;;P;1;{price};".split(";")) for price in (1, 2)]
    import_rows(rows)
    report = import_rows([(row[0], "02.01.2025", *row[2:]) for row in rows])
    assert (report.rows_unchanged, report.rows_changed) == (0, 2)


def test_the_same_file_given_twice_counts_once(db: Database, tmp_path: Path) -> None:
    path = ledger(tmp_path, ["1;01.01.2025;7;A;NL;;P;1;1;"])
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    report = importer.import_files(db, [path, copy], flat_mapping(tmp_path), now=NOW)
    assert (report.rows_read, report.rows_new) == (1, 1)
    assert report.notices == ["copy.csv is the same file as ledger.csv and was read once."]


def test_an_invoice_of_two_files_is_taken_from_the_later_one_with_a_notice(
    db: Database, import_rows: Callable[..., Report]
) -> None:
    first: Row = ("1", "01.01.2025", "7", "A", "NL", "", "P", "1", "1", "")
    report = import_rows([first], [(*first[:8], "2", "")])
    assert (report.rows_superseded, report.rows_new) == (1, 1)
    assert report.notices == ["1 invoice stands in several of the files; the later file counts."]
    assert [row[7] for row in state(db)["lines"]] == [200]


def test_a_header_is_all_that_an_empty_ledger_needs(db: Database, import_rows: Callable[..., Report]) -> None:
    assert HEADER
    report = import_rows([])
    assert report.rows_read == 0
    assert state(db)["sources"] == [("shop", "The shop's ledger", None, None)]


def test_lines_that_changed_places_are_changed(db: Database, import_rows: Callable[..., Report]) -> None:
    rows: list[Row] = [tuple(f"1;01.01.2025;7;A;NL;;P;1;{price};".split(";")) for price in (1, 2)]
    import_rows(rows)
    report = import_rows(rows[::-1])
    assert (report.rows_unchanged, report.rows_changed) == (0, 2)
    assert [row[7] for row in state(db)["lines"]] == [200, 100]


FULL = """
source = "full"
title = "Every column"
[invoice]
number = "Invoice"
date = "Date"
customer = "Customer"
rep = "Rep"
currency = "Currency"
due = "Due"
cancelled = "Status"
cancelled_values = ["void"]
[line]
product = "Product"
quantity = "Qty"
unit_price = "Price"
amount = "Net"
discount = "Discount"
cost = "Cost"
charges = "FEE"
"""
CELLS = {
    "Invoice": "1", "Date": "2025-01-01", "Customer": "7", "Rep": "r1", "Currency": "EUR", "Due": "2025-02-01",
    "Status": "open", "Product": "P1", "Qty": "1", "Price": "5", "Net": "5", "Discount": "0", "Cost": "3",
}  # fmt: skip
CORRECTIONS = {
    "Date": "2025-01-02", "Customer": "8", "Rep": "", "Currency": "USD", "Due": "", "Status": "void", "Product": "FEE",
    "Qty": "2", "Price": "5.001", "Net": "-5", "Discount": "1", "Cost": "",
}  # fmt: skip


@pytest.mark.parametrize("column", CORRECTIONS)
def test_whatever_is_corrected_is_seen_and_stored(column: str, db: Database, tmp_path: Path) -> None:
    def run(cells: dict[str, str]) -> Report:
        path = ledger(tmp_path, [",".join(cells.values())], header=",".join(cells))
        return importer.import_files(db, [path], mapping_of(tmp_path, FULL), now=NOW)

    run(CELLS)
    before = state(db)
    report = run(CELLS | {column: CORRECTIONS[column]})
    assert (report.rows_changed, report.rows_unchanged, report.rows_rejected) == (1, 0, 0)
    assert [state(db)[name] for name in ("invoices", "lines")] != [before[name] for name in ("invoices", "lines")]
    run(CELLS)
    assert [state(db)[name] for name in ("invoices", "lines")] == [before[name] for name in ("invoices", "lines")]
