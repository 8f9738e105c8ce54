"""The retail ledger: the database and an independent computation agree on every customer, to the penny."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import tables
from store.database import Database
from tests.data import make_excerpt
from tests.store.imports import independent
from tests.store.imports.independent_comparison import differences, full_ledgers, imported, stored_figures

EXCERPT = Path(__file__).parents[2] / "data" / "online_retail_excerpt.csv.gz"


def test_every_customer_of_the_excerpt_agrees_with_the_independent_computation_to_the_penny(db: Database) -> None:
    computed = independent.online_retail(EXCERPT)

    report = imported(db, [EXCERPT], "online-retail")

    assert (report.rows_read, report.rows_without_customer, report.rows_rejected) == (6_760, 4_283, 0)
    assert len(computed) == 60
    assert differences(stored_figures(db, "online-retail"), computed) == {}
    with db.reading() as connection:
        assert set(connection.scalars(sa.select(tables.customer_values.c.currency))) == {"GBP"}


def test_what_the_lines_without_a_customer_come_to_is_reported(sqlite_db: Database) -> None:
    _, lines = make_excerpt.read(EXCERPT)
    nameless = [line for line in lines if not line.customer]
    pence = sum(int((line.quantity * line.price * 100).to_integral_value("ROUND_HALF_UP")) for line in nameless)

    report = imported(sqlite_db, [EXCERPT], "online-retail")

    assert report.without_customer == {"GBP": pence}


STUMBLING_BLOCKS: dict[str, Callable[[make_excerpt.Customer], bool]] = {
    "only credit notes": make_excerpt.Customer.has_only_credits,
    "more returned than bought": make_excerpt.Customer.returned_more_than_it_bought,
    "a price below a cent": make_excerpt.Customer.has_a_price_below_a_cent,
    "an invoice of two timestamps": make_excerpt.Customer.has_an_invoice_of_two_instants,
    "an invoice that comes to nothing": make_excerpt.Customer.has_an_invoice_of_zero,
    "two countries": make_excerpt.Customer.has_two_countries,
    "a purchase a year to the day before the end": lambda one: one.bought_on(make_excerpt.A_YEAR_BEFORE_THE_LAST_DAY),
    **{f"the charge {code}": lambda one, code=code: one.is_charged(code) for code in make_excerpt.CHARGES},
}


@pytest.mark.parametrize("what", STUMBLING_BLOCKS)
def test_the_excerpt_holds_what_makes_an_import_stumble(what: str) -> None:
    _, lines = make_excerpt.read(EXCERPT)
    assert any(STUMBLING_BLOCKS[what](one) for one in make_excerpt.customers_of(lines))


def test_only_lines_without_a_customer_show_when_the_excerpt_ends() -> None:
    _, lines = make_excerpt.read(EXCERPT)
    on_the_last_day = [line for line in lines if line.day == make_excerpt.LAST_DAY]
    assert on_the_last_day
    assert not any(line.customer for line in on_the_last_day)


@pytest.fixture(scope="module")
def full_ledger() -> Path:
    return full_ledgers() / "online-retail" / "online_retail_2010_2011.csv.gz"


@pytest.fixture(scope="module")
def full_figures(full_ledger: Path) -> dict[str, independent.Figures]:
    return independent.online_retail(full_ledger)


@pytest.mark.ledgers
def test_every_customer_of_the_full_ledger_agrees_to_the_penny(
    db: Database, full_ledger: Path, full_figures: dict[str, independent.Figures]
) -> None:
    report = imported(db, [full_ledger], "online-retail")

    assert (report.rows_read, report.rows_new, report.rows_without_customer) == (541_909, 406_829, 135_080)
    assert report.rows_rejected == 0
    assert differences(stored_figures(db, "online-retail"), full_figures) == {}


@pytest.mark.ledgers
def test_the_full_ledger_comes_to_what_is_known_of_it(full_figures: dict[str, independent.Figures]) -> None:
    customers = full_figures.values()
    assert len(customers) == 4_372
    assert independent.total(customers, "revenue") == Decimal("8300065.81")
    assert sum(one.invoices for one in customers) == 18_536
    assert sum(one.credits for one in customers) == 3_654
    assert sum(one.invoices == 0 for one in customers) == 33


@pytest.mark.ledgers
def test_the_excerpt_is_lines_of_the_full_ledger_in_its_order(full_ledger: Path) -> None:
    _, lines = make_excerpt.read(full_ledger)
    _, kept = make_excerpt.read(EXCERPT)
    remaining = iter(line.raw for line in lines)
    assert all(line.raw in remaining for line in kept)


@pytest.mark.ledgers
def test_a_customer_has_the_same_figures_in_the_excerpt_and_in_the_full_ledger(
    full_figures: dict[str, independent.Figures],
) -> None:
    in_the_excerpt = independent.online_retail(EXCERPT)
    assert in_the_excerpt == {number: full_figures[number] for number in in_the_excerpt}
