"""What becomes of a ledger's rows that can be read."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database
from store.imports.errors import ImportRefusedError
from tests.store.imports.ledgers import GOOD, amounts, flat_mapping, imported, state


def test_a_flat_ledger_becomes_customers_invoices_and_lines(db: Database, tmp_path: Path) -> None:
    report = imported(db, tmp_path, GOOD)

    assert (report.rows_read, report.rows_new, report.rows_rejected) == (4, 4, 0)
    found = state(db)
    assert found["customers"] == [
        ("7", "Acme", None, "DE", "EUR", None, "Rep r2"),
        ("8", "Blue", None, "FR", "EUR", None, "Rep r1"),
    ]
    assert found["invoices"] == [
        ("1", "invoice", "7", "Rep r1", dt.date(2024, 12, 31), None, "EUR", False),
        ("2", "invoice", "7", "Rep r2", dt.date(2025, 2, 1), None, "EUR", False),
        ("CN3", "credit", "8", "Rep r1", dt.date(2025, 2, 2), None, "EUR", False),
    ]
    lines = {(row[0], row[1]): row[2:4] + tuple(map(str, row[5:])) for row in found["lines"]}
    assert lines == {
        ("1", 1): ("goods", "P1", "2000", "10.5", "2100", "0", "1200", "ledger"),
        ("1", 2): ("charge", "POST", "1000", "5", "500", "0", "None", "assumed"),
        ("2", 1): ("goods", "P2", "1500", "3.333", "500", "0", "100", "ledger"),
        ("CN3", 1): ("goods", "P1", "-1000", "10.5", "-1050", "0", "-600", "ledger"),
    }
    assert found["sources"] == [("shop", "The shop's ledger", dt.date(2024, 12, 31), dt.date(2025, 2, 2))]
    assert found["held"] == []


def test_an_invoice_that_comes_to_less_than_zero_is_a_credit_note_whatever_its_number(
    sqlite_db: Database, tmp_path: Path
) -> None:
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1;5;", "1;01.01.2025;7;A;NL;;P;-1;6;"])
    assert [row[1] for row in state(sqlite_db)["invoices"]] == ["credit"]


def test_an_invoice_is_dated_by_its_earliest_line(sqlite_db: Database, tmp_path: Path) -> None:
    rows = ["1;03.01.2025;7;A;NL;;P;1;5;", "1;02.01.2025;7;A;NL;;P;1;5;", "1;04.01.2025;7;A;NL;;P;1;5;"]
    imported(sqlite_db, tmp_path, rows)
    assert [row[4] for row in state(sqlite_db)["invoices"]] == [dt.date(2025, 1, 2)]


def test_the_rows_of_an_invoice_need_not_stand_together(sqlite_db: Database, tmp_path: Path) -> None:
    rows = [f"{invoice};01.01.2025;7;A;NL;;P;1;{price};" for invoice, price in [(1, 10), (2, 20), (1, 11), (2, 21)]]
    imported(sqlite_db, tmp_path, rows)
    assert amounts(sqlite_db) == {("1", 1): 1000, ("1", 2): 1100, ("2", 1): 2000, ("2", 2): 2100}


def test_lines_that_repeat_are_kept_and_counted(sqlite_db: Database, tmp_path: Path) -> None:
    report = imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1;5;"] * 3 + ["2;01.01.2025;7;A;NL;;P;1;5;"])
    assert len(amounts(sqlite_db)) == 4
    assert report.notices == ["2 lines repeat another line of the same invoice; all are kept."]


def test_rows_without_a_customer_are_set_aside_before_anything_is_checked(db: Database, tmp_path: Path) -> None:
    rows = [
        *GOOD,
        "90;03.02.2025;;;;;P1;2;1,25;",
        "91;04.02.2025;;;;;P1;nonsense;1;",
        ";31.02.2025;;;;;P1;1;1;",
    ]
    report = imported(db, tmp_path, rows)

    assert (report.rows_rejected, report.rows_without_customer) == (0, 3)
    assert report.without_customer == {"EUR": 350}
    assert report.notices == [
        "1 line is without a customer and without a readable amount, which no sum holds.",
        "1 customer has several countries; the latest line's counts.",
    ]
    # They still show until when the ledger goes.
    assert state(db)["sources"][0][3] == dt.date(2025, 2, 4)
    assert {row[0] for row in state(db)["invoices"]} == {"1", "2", "CN3"}


def test_a_currency_without_minor_units_is_counted_in_whole_ones(sqlite_db: Database, tmp_path: Path) -> None:
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;3;100,5;"], flat_mapping(tmp_path, EUR="JPY"))
    assert amounts(sqlite_db) == {("1", 1): 302}


def test_a_currency_with_three_minor_digits_is_counted_in_thousandths(sqlite_db: Database, tmp_path: Path) -> None:
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;3;100,5005;"], flat_mapping(tmp_path, EUR="KWD"))
    assert amounts(sqlite_db) == {("1", 1): 301_502}


@pytest.mark.parametrize(("currency", "minor"), [("RSD", 123_456), ("IQD", 1_234_560)])
def test_decimals_that_a_currency_has_are_kept_though_nobody_writes_them(
    sqlite_db: Database, tmp_path: Path, currency: str, minor: int
) -> None:
    rows = ["1;01.01.2025;7;A;NL;;P;1;1234,56;1000,40"]
    report = imported(sqlite_db, tmp_path, rows, flat_mapping(tmp_path, EUR=currency))
    assert amounts(sqlite_db) == {("1", 1): minor}
    assert report.notices == []


def test_amounts_of_another_minor_unit_are_set_right_by_importing_them_anew(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, in_dinars = ["1;01.01.2025;7;A;NL;;P;1;1234,56;1000,40"], flat_mapping(tmp_path, EUR="RSD")
    with monkeypatch.context() as before:
        before.setattr("store.imports.lines.minor_digits", lambda _: 0)
        imported(sqlite_db, tmp_path, rows, in_dinars)
    assert amounts(sqlite_db) == {("1", 1): 1235}
    assert imported(sqlite_db, tmp_path, rows, in_dinars).rows_changed == 1
    assert amounts(sqlite_db) == {("1", 1): 123_456}


def test_half_a_cent_is_rounded_away_from_zero_so_that_a_credit_mirrors_its_invoice(
    sqlite_db: Database, tmp_path: Path
) -> None:
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1;0,125;", "CN1;01.01.2025;7;A;NL;;P;-1;0,125;"])
    assert amounts(sqlite_db) == {("1", 1): 13, ("CN1", 1): -13}


AMOUNT = {'cost = "Cost"': 'amount = "Cost"'}


def test_the_ledgers_own_amount_counts_and_excess_decimals_are_rounded_with_a_notice(
    sqlite_db: Database, tmp_path: Path
) -> None:
    rows = ["1;01.01.2025;7;A;NL;;P;1;5;4,445", "1;01.01.2025;7;A;NL;;Q;1;5;4,44"]
    report = imported(sqlite_db, tmp_path, rows, flat_mapping(tmp_path, **AMOUNT))
    assert amounts(sqlite_db) == {("1", 1): 445, ("1", 2): 444}
    assert report.notices == ["1 amount has more decimals than its currency has; each was rounded half up."]


def test_a_discount_is_taken_off_the_line(sqlite_db: Database, tmp_path: Path) -> None:
    rows = ["1;01.01.2025;7;A;NL;;P;3;5;1,50", "1;01.01.2025;7;A;NL;;P;3;5;"]
    imported(sqlite_db, tmp_path, rows, flat_mapping(tmp_path, **{'cost = "Cost"': 'discount = "Cost"'}))
    assert [(row[7], row[8]) for row in state(sqlite_db)["lines"]] == [(1350, 150), (1500, 0)]


def test_without_a_cost_a_line_takes_quantity_times_standard_cost(sqlite_db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path, **{'cost = "Cost"': 'unit_cost = "Cost"'})
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1,5;5;0,333", "1;01.01.2025;7;A;NL;;P;3;5;"], mapping)
    assert [(row[9], row[10]) for row in state(sqlite_db)["lines"]] == [(50, "standard"), (None, "assumed")]


def test_a_ledger_without_quantities_counts_each_line_as_one(sqlite_db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path, **{'quantity = "Qty"\n': "", 'unit_price = "Price"': 'amount = "Price"'})
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;A;NL;;P;99;5;"], mapping)
    assert [(row[5], row[7]) for row in state(sqlite_db)["lines"]] == [(1000, 500)]


def test_a_price_of_more_digits_than_an_integer_holds_is_exact(sqlite_db: Database, tmp_path: Path) -> None:
    price = "0,3000000000000000444089209850062616169452667236328125"
    imported(sqlite_db, tmp_path, [f"1;01.01.2025;7;A;NL;;P;0,5;{price};", "1;01.01.2025;7;A;NL;;P;1;2;"])
    assert amounts(sqlite_db) == {("1", 1): 15, ("1", 2): 200}
    assert str(state(sqlite_db)["lines"][0][6]) == price.replace(",", ".")


def test_a_cancelled_invoice_stays_in_the_ledger_and_out_of_the_figures(db: Database, tmp_path: Path) -> None:
    cancelled = 'country = "Country"', 'cancelled = "Country"\ncancelled_values = ["void", "storno"]'
    text = {cancelled[0]: "", 'rep = "Rep"': f'rep = "Rep"\n{cancelled[1]}'}
    rows = ["1;01.01.2025;7;A;void;;P;1;5;", "2;01.01.2025;7;A;;;P;1;7;", "3;01.01.2025;7;A;ok;;P;1;8;"]
    imported(db, tmp_path, rows, flat_mapping(tmp_path, **text))
    assert [(row[0], row[7]) for row in state(db)["invoices"]] == [("1", True), ("2", False), ("3", False)]
    assert state(db)["values"][0][2] == 1500


def test_the_owner_of_a_customer_is_the_rep_of_the_latest_invoice(db: Database, tmp_path: Path) -> None:
    rows = [
        "9;01.02.2025;7;A;NL;early number;P;1;5;",
        "10;01.02.2025;7;A;NL;late number;P;1;5;",
        "11;01.01.2025;7;A;NL;old;P;1;5;",
        "12;02.02.2025;7;A;NL;;P;1;5;",
    ]
    imported(db, tmp_path, rows)
    assert state(db)["customers"][0][6] == "Rep late number"


def test_an_owner_goes_back_when_the_invoice_that_made_them_owner_moves_to_another_customer(
    db: Database, tmp_path: Path
) -> None:
    imported(db, tmp_path, ["1;01.01.2025;7;A;NL;r1;P;1;5;", "2;02.01.2025;7;A;NL;r2;P;1;5;"])
    imported(db, tmp_path, ["2;02.01.2025;8;B;NL;r2;P;1;5;"])
    assert [(row[0], row[6]) for row in state(db)["customers"]] == [("7", "Rep r1"), ("8", "Rep r2")]


def test_a_customer_without_a_name_is_named_by_its_number(sqlite_db: Database, tmp_path: Path) -> None:
    imported(sqlite_db, tmp_path, ["1;01.01.2025;7;;NL;;P;1;5;"])
    assert state(sqlite_db)["customers"][0][1] == "Customer 7"


def test_a_renamed_customer_keeps_the_old_name_as_an_alias(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, ["1;01.01.2025;7;Old Name;NL;;P;1;5;"])
    imported(db, tmp_path, ["2;02.01.2025;7;New Name;NL;;P;1;5;"])
    assert state(db)["names"] == [("7", "alias", "Old Name"), ("7", "name", "New Name")]


def test_a_corrected_file_of_an_old_year_does_not_undo_a_newer_description(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, ["1;01.01.2024;7;Old Name;NL;;P;1;5;"])
    imported(db, tmp_path, ["2;02.01.2025;7;New Name;DE;;P;1;5;"])
    imported(db, tmp_path, ["1;01.01.2024;7;Old Name;NL;;P;1;6;"])
    assert state(db)["customers"][0][1:4] == ("New Name", None, "DE")


def test_the_latest_line_describes_a_customer_wherever_it_stands(sqlite_db: Database, tmp_path: Path) -> None:
    rows = ["2;02.01.2025;7;New Name;;;P;1;5;", "1;01.01.2024;7;Old Name;NL;;P;1;5;"]
    imported(sqlite_db, tmp_path, rows)
    assert state(sqlite_db)["customers"][0][1:4] == ("New Name", None, "NL")


def test_a_products_name_comes_from_its_latest_line(sqlite_db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path, **{'name = "Name"\ncountry = "Country"': '[product]\nname = "Name"'})
    rows = ["1;02.01.2025;7;new;;;P;1;5;", "2;01.01.2025;7;old;;;P;1;5;", "3;01.01.2024;7;;;;P;1;5;"]
    imported(sqlite_db, tmp_path, rows, mapping)
    assert {row[4] for row in state(sqlite_db)["lines"]} == {"new"}


def test_the_period_never_shrinks_and_may_be_stated(db: Database, tmp_path: Path) -> None:
    imported(db, tmp_path, GOOD)
    stated = {"[line]": "[period]\nstart = 2024-01-01\nend = 2025-05-31\n\n[line]"}
    imported(db, tmp_path, GOOD[2:3], flat_mapping(tmp_path, **stated))
    imported(db, tmp_path, GOOD[2:3])
    assert state(db)["sources"][0][2:] == (dt.date(2024, 1, 1), dt.date(2025, 5, 31))


@pytest.mark.parametrize("end", ["2025-12-31", "9999-12-31"])
@pytest.mark.parametrize("shift_weeks", [0, 4])
def test_a_period_does_not_end_on_a_day_to_come(
    end: str, shift_weeks: int, sqlite_db: Database, tmp_path: Path
) -> None:
    """Every figure is as of that end, and the period never shrinks: it would be wrong for good."""
    stated = flat_mapping(tmp_path, **{"[line]": f"[period]\nend = {end}\n\n[line]"})
    before = state(sqlite_db)
    with pytest.raises(ImportRefusedError) as error:
        imported(sqlite_db, tmp_path, GOOD, stated, shift_weeks=shift_weeks)
    assert str(error.value) == (
        f"period.end in the mapping is {end}, which is still to come; write the last date that the export covers, "
        "or leave it out."
    )
    assert state(sqlite_db) == before


def test_a_period_may_end_on_the_day_that_has_begun_somewhere(sqlite_db: Database, tmp_path: Path) -> None:
    stated = flat_mapping(tmp_path, **{"[line]": "[period]\nend = 2025-06-02\n\n[line]"})
    imported(sqlite_db, tmp_path, GOOD, stated)
    assert state(sqlite_db)["sources"][0][3] == dt.date(2025, 6, 2)


def test_shifted_dates_move_by_whole_weeks(sqlite_db: Database, tmp_path: Path) -> None:
    imported(sqlite_db, tmp_path, GOOD, shift_weeks=4)
    assert state(sqlite_db)["sources"][0][2:] == (dt.date(2025, 1, 28), dt.date(2025, 3, 2))
    assert {row[4] for row in state(sqlite_db)["invoices"]} == {
        dt.date(2025, 1, 28),
        dt.date(2025, 3, 1),
        dt.date(2025, 3, 2),
    }


def test_a_dry_run_says_all_and_stores_nothing(db: Database, tmp_path: Path) -> None:
    before = state(db)
    report = imported(db, tmp_path, [*GOOD, "9;x;7;Acme;NL;;P;1;1;"], dry_run=True)
    assert (report.rows_new, report.rows_rejected, report.is_dry_run) == (4, 1, True)
    assert state(db) == before
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.imports)) == 0


def test_every_import_is_noted_with_its_files(db: Database, tmp_path: Path) -> None:
    report = imported(db, tmp_path, GOOD)
    with db.reading() as connection:
        (row,) = connection.execute(sa.select(tables.imports)).all()
    assert row.files == [{"name": "ledger.csv", "sha256": report.files[0].sha256, "rows": 4}]
    assert (row.rows_read, row.rows_new, row.rows_without_customer, row.without_customer) == (4, 4, 0, {})


def test_the_margin_assumption_is_kept_with_the_source(db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path, **{'currency = "EUR"': 'currency = "EUR"\nmargin_assumption = 0.3'})
    imported(db, tmp_path, ["1;01.01.2025;7;A;NL;;P;1;10;"], mapping)
    assert state(db)["values"][0][2:4] == (1000, 300)
