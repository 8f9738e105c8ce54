"""The bundled reseller ledger: the database and an independent computation agree on every reseller, to the cent."""

import dataclasses
import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database
from tests.store.imports import independent
from tests.store.imports.independent_comparison import differences, full_ledgers, imported, stored_figures

BUNDLED = Path(__file__).parents[3] / "bot" / "demo" / "ledger"
NAMES = ("FactResellerSales", "Resellers", "Product")


@pytest.fixture(scope="module")
def computed() -> dict[str, independent.Figures]:
    return independent.adventureworks(BUNDLED)


def test_every_reseller_agrees_with_the_independent_computation_to_the_cent(
    db: Database, computed: dict[str, independent.Figures]
) -> None:
    report = imported(db, [BUNDLED / f"{name}.csv.gz" for name in NAMES], "adventureworks")

    assert (report.rows_read, report.rows_rejected) == (57_851, 0)
    assert len(computed) == 701
    assert differences(stored_figures(db, "adventureworks"), computed) == {}
    with db.reading() as connection:
        currencies = connection.scalars(sa.select(tables.customer_values.c.currency).distinct()).all()
    assert set(currencies) <= {"USD", None}


def test_one_cent_or_one_customer_too_many_is_a_difference(computed: dict[str, independent.Figures]) -> None:
    one_cent_more = dataclasses.replace(computed["1"], gross_profit=computed["1"].gross_profit + independent.CENT)
    stored = {**computed, "1": one_cent_more, "0": independent.Figures()}
    assert differences(stored, computed) == {
        "0": "only one of the two knows this customer",
        "1 gross_profit": "-219.98, not -219.99",
    }


def test_the_ledger_earns_what_is_known_of_it(computed: dict[str, independent.Figures]) -> None:
    resellers = computed.values()
    assert independent.total(resellers, "revenue") == Decimal("77548570.20")
    assert independent.total(resellers, "gross_profit") == Decimal("999494.57")
    assert sum(one.invoices for one in resellers) == 3_616
    assert sum(one.invoices > 0 for one in resellers) == 632
    assert sum(one.gross_profit < 0 for one in resellers) == 324
    assert sum(one.gross_profit_12_months > 0 for one in resellers) == 223


def test_metropolitan_bicycle_supply_and_a_bike_store_are_as_known(
    sqlite_db: Database, computed: dict[str, independent.Figures]
) -> None:
    imported(sqlite_db, [BUNDLED / f"{name}.csv.gz" for name in NAMES], "adventureworks")
    stored = stored_figures(sqlite_db, "adventureworks")

    best = stored[number_of(sqlite_db, "Metropolitan Bicycle Supply")]
    assert best.revenue == Decimal("482282.01")
    assert best.gross_profit == Decimal("48228.10")
    assert best.gross_profit_12_months == Decimal("25993.26")
    losing = stored[number_of(sqlite_db, "A Bike Store")]
    assert losing.gross_profit == Decimal("-219.99")
    assert losing.gross_profit_12_months == 0


def test_moved_by_whole_weeks_the_ledger_agrees_with_a_computation_that_moves_every_date(
    sqlite_db: Database, computed: dict[str, independent.Figures]
) -> None:
    weeks = 261
    imported(sqlite_db, [BUNDLED / f"{name}.csv.gz" for name in NAMES], "adventureworks", shift_weeks=weeks)

    moved = independent.adventureworks(BUNDLED, shift=dt.timedelta(weeks=weeks))

    assert differences(stored_figures(sqlite_db, "adventureworks"), moved) == {}
    # The ledger's last 12 months hold a 29 February, the moved ones do not: one day of orders is out of them.
    differing = [key for key in moved if moved[key].revenue_12_months != computed[key].revenue_12_months]
    assert len(differing) == 3
    assert sum(one.gross_profit_12_months > 0 for one in moved.values()) == 221


@pytest.mark.ledgers
def test_the_full_ledger_agrees_too_and_is_what_is_bundled(
    db: Database, computed: dict[str, independent.Figures]
) -> None:
    folder = full_ledgers() / "adventureworks"
    for name in NAMES:
        bundled = gzip.decompress((BUNDLED / f"{name}.csv.gz").read_bytes())
        assert bundled == (folder / f"{name}.csv").read_bytes()

    imported(db, [folder / f"{name}.csv" for name in NAMES], "adventureworks")

    assert independent.adventureworks(folder) == computed
    assert differences(stored_figures(db, "adventureworks"), computed) == {}


def number_of(db: Database, name: str) -> str:
    """The only reseller of that name, by its key."""
    customers, references = tables.customers, tables.customer_references
    with db.reading() as connection:
        number = connection.scalars(
            sa.select(references.c.number)
            .join(customers, customers.c.id == references.c.customer_id)
            .where(customers.c.name == name)
        ).one()
    assert isinstance(number, str)
    return number
