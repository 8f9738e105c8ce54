"""What the ledger adds up to, customer by customer."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import sqlalchemy as sa

from store import assumptions, scoring, sources, tables, values, workspace
from store.database import Database
from store.values import CustomerValue
from tests.ledger import END, NOW, START, Ledger, Line

LAST_YEAR = dt.date(2026, 3, 1)
BEFORE = dt.date(2024, 6, 1)


def value_of(db: Database, customer_id: int) -> CustomerValue:
    with db.reading() as connection:
        found = values.get(connection, customer_id)
    assert found is not None
    return found


def test_revenue_is_net_of_credit_notes_and_leaves_cancelled_invoices_out(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, BEFORE, Line("100.10", "60"), Line("50", "20", quantity="2.5"))
    books.invoice(acme, LAST_YEAR, Line("200", "150", quantity="4"))
    books.invoice(acme, LAST_YEAR, Line("-30", "-15", quantity="-1"), kind="credit")
    books.invoice(acme, LAST_YEAR, Line("9999", "1"), cancelled=True)
    books.done()
    value = value_of(db, acme)
    assert value.revenue == Decimal("320.10")
    assert value.gross_profit == Decimal("105.10")
    assert value.revenue_12_months == Decimal("170.00")
    assert value.gross_profit_12_months == Decimal("35.00")
    assert (value.invoices, value.credits, value.units) == (2, 1, Decimal("6.5"))
    assert (value.period_start_on, value.observation_end_on) == (START, END)
    assert value.projected_value == Decimal("1542.37")  # 35 × 44.067625


def test_charges_are_revenue_but_no_units(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("10", "5", quantity="3"), Line("4", "4", quantity="1", kind="charge"))
    books.done()
    assert (value_of(db, acme).revenue, value_of(db, acme).units) == (Decimal(14), Decimal(3))


def test_a_return_or_a_free_sample_is_never_a_last_purchase(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, BEFORE, Line("100", "60"))
    books.invoice(acme, LAST_YEAR, Line("0", "0"))
    books.invoice(acme, LAST_YEAR, Line("-5", "-3"), kind="credit")
    books.done()
    value = value_of(db, acme)
    assert value.first_purchase_on == value.last_purchase_on == BEFORE


def test_the_last_12_months_end_with_the_data_and_begin_a_day_after_the_same_date(db: Database) -> None:
    books = Ledger(db, end=dt.date(2025, 2, 27))
    acme = books.customer("Acme")
    books.invoice(acme, dt.date(2024, 2, 27), Line("1", "0.50"))
    books.invoice(acme, dt.date(2024, 2, 28), Line("10", "5"))
    books.invoice(acme, dt.date(2025, 2, 27), Line("100", "50"))
    books.done()
    assert value_of(db, acme).revenue_12_months == Decimal(110)


def test_the_12_months_to_the_end_of_a_february_begin_with_march(db: Database) -> None:
    books = Ledger(db, start=dt.date(2020, 3, 1), end=dt.date(2021, 2, 28))
    before = Ledger(db, title="Before", start=dt.date(2018, 1, 1), end=dt.date(2021, 2, 28))
    acme, blue = before.customer("Acme"), books.customer("Blue")
    before.invoice(acme, dt.date(2020, 2, 29), Line("1000", "500"))
    before.invoice(acme, dt.date(2020, 3, 1), Line("100", "80"))
    books.invoice(blue, dt.date(2020, 3, 1), Line("100", "80"))
    books.done()
    assert value_of(db, acme).revenue_12_months == Decimal(100)
    # From 1 March on is a whole year.
    assert value_of(db, blue).projected_value == value_of(db, acme).projected_value == Decimal("881.35")


def test_a_line_without_a_cost_earns_the_margin_assumption_rounded_once(db: Database) -> None:
    books = Ledger(db, margin="0.305")
    acme = books.customer("Acme")
    for _ in range(3):
        books.invoice(acme, LAST_YEAR, Line("0.05"))
    books.invoice(acme, LAST_YEAR, Line("10", "9"))
    books.done()
    value = value_of(db, acme)
    assert value.gross_profit == Decimal("1.05")  # 1.00, and 0.15 × 30.5 % = 0.04575
    assert value.assumed_cost_revenue == Decimal("0.15")


def test_without_a_margin_assumption_the_profit_is_not_known(db: Database) -> None:
    books = Ledger(db)
    acme, other = books.customer("Acme"), books.customer("Other")
    books.invoice(acme, LAST_YEAR, Line("100", "60"), Line("1"))
    books.invoice(other, BEFORE, Line("1"))
    books.invoice(other, LAST_YEAR, Line("100", "60"))
    books.done()
    assert value_of(db, acme).revenue == Decimal(101)
    assert value_of(db, acme).gross_profit is None
    assert value_of(db, acme).projected_value is None
    assert value_of(db, other).gross_profit is None
    assert value_of(db, other).gross_profit_12_months == Decimal(40)


def test_less_than_12_months_of_data_project_nothing(db: Database) -> None:
    books = Ledger(db, start=dt.date(2025, 6, 2))
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100", "60"))
    books.done()
    assert value_of(db, acme).projected_value is None


def test_exactly_12_months_of_data_are_enough(db: Database) -> None:
    books = Ledger(db, start=dt.date(2025, 6, 1))
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100", "80"))
    books.done()
    assert value_of(db, acme).projected_value == Decimal("881.35")


def test_the_margin_cap_is_kept_with_the_year_from_which_it_bites(db: Database) -> None:
    books = Ledger(db)
    acme, thrifty = books.customer("Acme"), books.customer("Thrifty")
    books.invoice(acme, LAST_YEAR, Line("100", "20"))
    books.invoice(thrifty, LAST_YEAR, Line("100", "90"))
    books.done()
    assert value_of(db, acme).cap_from_year == 5
    assert value_of(db, thrifty).cap_from_year is None


def test_a_customer_that_never_bought_is_scored_with_nothing_rather_than_left_out(db: Database) -> None:
    books = Ledger(db)
    acme, idle = books.customer("Acme"), books.customer("Idle")
    books.invoice(acme, LAST_YEAR, Line("100", "20"))
    books.done()
    value = value_of(db, idle)
    assert (value.invoices, value.revenue, value.last_purchase_on) == (0, Decimal(0), None)


def test_several_currencies_are_never_added_without_a_home_currency(db: Database) -> None:
    books = Ledger(db)
    mixed, plain = books.customer("Mixed"), books.customer("Plain")
    books.invoice(mixed, LAST_YEAR, Line("100", "20"), currency="USD")
    books.invoice(mixed, LAST_YEAR, Line("100", "20"), currency="EUR")
    books.invoice(plain, LAST_YEAR, Line("100", "20"), currency="EUR")
    books.done()
    assert value_of(db, mixed).revenue is None
    assert value_of(db, mixed).unknown_reason == "the invoices are in EUR and USD and no home currency is set"
    assert (value_of(db, plain).currency, value_of(db, plain).revenue) == ("EUR", Decimal(100))


def test_each_day_is_converted_at_its_own_published_rate(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, dt.date(2026, 3, 2), Line("100", "20"), currency="EUR")
    books.invoice(acme, dt.date(2026, 3, 1), Line("1000", "0.000"), currency="JPY")  # a Sunday
    books.invoice(acme, dt.date(2026, 3, 3), Line("7", "2"), currency="USD")
    with db.writing() as connection:
        assert workspace.change(connection, workspace.TeamSettings(home_currency="USD"), by="test", at=NOW)
    books.done()
    with db.reading() as connection:
        stored = {
            (row.base, row.rate_on): row
            for row in connection.execute(sa.text("SELECT base, rate_on, rate, published_on FROM exchange_rates"))
        }
    assert len(stored) == 2
    euro, yen = (Decimal(str(row.rate)) for key, row in sorted(stored.items(), key=lambda item: item[0][0]))
    # The published reference rates of 2 March and of Friday 27 February 2026 are near these.
    assert Decimal("1.0") < euro < Decimal("1.4")
    assert Decimal("0.005") < yen < Decimal("0.008")
    cent = Decimal("0.01")
    assert value_of(db, acme).revenue == Decimal(7) + (100 * euro).quantize(cent) + (1000 * yen).quantize(cent)
    assert value_of(db, acme).currency == "USD"


def test_a_currency_without_a_published_rate_leaves_the_money_unknown(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100", "20"), currency="USD")
    books.invoice(acme, LAST_YEAR, Line("100", "20"), currency="ARS")
    with db.writing() as connection:
        workspace.change(connection, workspace.TeamSettings(home_currency="USD"), by="test", at=NOW)
    books.done()
    value = value_of(db, acme)
    assert (value.revenue, value.gross_profit, value.projected_value) == (None, None, None)
    assert value.unknown_reason == "there is no exchange rate from ARS to USD for some of the invoices"
    assert (value.invoices, value.units, value.last_purchase_on) == (2, Decimal(2), LAST_YEAR)


def test_scoring_again_changes_nothing(db: Database) -> None:
    books = Ledger(db, margin="0.3")
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100"), Line("3", "1"))
    books.done()
    before = value_of(db, acme)
    with db.writing() as connection:
        assert scoring.score(connection) == 1
    assert value_of(db, acme) == before


def test_each_customer_is_seen_over_the_period_of_its_own_source(db: Database) -> None:
    old = Ledger(db, title="Old", start=dt.date(2015, 1, 1), end=dt.date(2019, 12, 31))
    new = Ledger(db, title="New", start=dt.date(2026, 1, 1), end=END)
    former, recent, both = old.customer("Former"), new.customer("Recent"), new.customer("Both")
    old.invoice(former, dt.date(2018, 12, 31), Line("1000", "1"))
    old.invoice(former, dt.date(2019, 1, 1), Line("100", "65"))
    new.invoice(recent, LAST_YEAR, Line("100", "60"))
    new.invoice(both, LAST_YEAR, Line("7", "5"))
    old.invoice(both, dt.date(2019, 6, 1), Line("100", "60"))
    with db.writing() as connection:
        connection.execute(
            tables.customer_references.insert().values(source_id=old.source_id, number="B", customer_id=both)
        )
        unknown = connection.execute(
            tables.customers.insert().values(name="Unknown").returning(tables.customers.c.id)
        ).scalar_one()
    new.done()
    value = value_of(db, former)
    assert (value.period_start_on, value.observation_end_on) == (dt.date(2015, 1, 1), dt.date(2019, 12, 31))
    assert (value.revenue_12_months, value.projected_value) == (Decimal(100), Decimal("1542.37"))
    value = value_of(db, recent)
    assert (value.period_start_on, value.observation_end_on) == (dt.date(2026, 1, 1), END)
    assert (value.revenue_12_months, value.projected_value) == (Decimal(100), None)
    # One customer has one observation end, or its last 12 months would be of two different years.
    value = value_of(db, both)
    assert (value.period_start_on, value.observation_end_on) == (dt.date(2015, 1, 1), END)
    assert (value.revenue, value.revenue_12_months) == (Decimal(107), Decimal(7))
    value = value_of(db, unknown)
    assert (value.period_start_on, value.observation_end_on) == (dt.date(2015, 1, 1), END)
    with db.reading() as connection:
        for customer_id, titles in ((former, "Old"), (recent, "New"), (both, "Old, New"), (unknown, "Old, New")):
            covered = sources.coverage(connection, customer_id)
            value = value_of(db, customer_id)
            assert covered is not None
            assert covered.titles == titles
            assert (covered.period_start_on, covered.observation_end_on) == (
                value.period_start_on,
                value.observation_end_on,
            )


def test_two_scorings_at_once_wait_for_one_another(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100", "20"), currency="EUR")
    with db.writing() as connection:
        workspace.change(connection, workspace.TeamSettings(home_currency="USD"), by="test", at=NOW)

    def score() -> int:
        with db.writing() as connection:
            scored = scoring.score(connection)
            time.sleep(0.3)  # so that the other one begins before this one has committed
            return scored

    for _ in ("nothing is scored yet", "there are values to replace"):
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(score) for _ in range(2)]
            assert [one.result() for one in both] == [1, 1]
    assert value_of(db, acme).currency == "USD"


# --- what no column could hold --------------------------------------------------------------------------------------

# As they were accepted before there was a limit: 1.00 of profit is worth 5.9e32.
BEYOND = workspace.TeamSettings(
    sales_growth_annual=Decimal("0.5"),
    margin_improvement_annual=Decimal("0.5"),
    discount_rate_annual=Decimal("-0.5"),
    horizon_years=50,
)


def test_settings_of_long_ago_that_go_beyond_all_measure_leave_the_projection_unknown(db: Database) -> None:
    books = Ledger(db)
    acme, thrifty = books.customer("Acme"), books.customer("Thrifty")
    books.invoice(acme, LAST_YEAR, Line("100", "20"))
    books.invoice(thrifty, LAST_YEAR, Line("100", "90"))
    with db.writing() as connection:
        workspace.change(connection, BEYOND, by="test", at=NOW)
        own = assumptions.OwnAssumptions(horizon_years=1)
        assumptions.change(connection, thrifty, own, by="test", at=NOW, reason="they move")
    books.done()
    assert value_of(db, acme).gross_profit_12_months == Decimal(80)
    assert (value_of(db, acme).projected_value, value_of(db, acme).cap_from_year) == (None, None)
    assert value_of(db, thrifty).projected_value == Decimal("45.00")  # 10 × 1.5 × 1.5 ÷ 0.5


def test_one_customer_beyond_all_measure_is_unknown_when_scored_alone(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("100", "90"))
    books.done()
    assert value_of(db, acme).projected_value is not None
    with db.writing() as connection:
        # A value that the column could hold: 14,114 times of a year's profit.
        own = assumptions.OwnAssumptions(margin_improvement_annual=Decimal("0.5"))
        assumptions.change(connection, acme, own, by="test", at=NOW, reason="they move")
        scoring.project_anew(connection, acme)
    assert value_of(db, acme).projected_value is None


def test_whoever_earns_us_next_to_nothing_is_not_worth_nothing(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("0.01", "0"))
    with db.writing() as connection:
        shrinking = workspace.TeamSettings(
            sales_growth_annual=Decimal("-0.5"), discount_rate_annual=Decimal("0.5"), horizon_years=1
        )
        workspace.change(connection, shrinking, by="test", at=NOW)
    books.done()
    assert value_of(db, acme).projected_value == Decimal("0.01")  # of 0.0035


# Of 185 such invoices an integer of 64 bits would hold 0.53 of one.
@pytest.mark.parametrize("invoices", [11, 185])
def test_amounts_that_no_column_holds_leave_the_money_unknown_with_the_reason(db: Database, invoices: int) -> None:
    books = Ledger(db)
    acme, other = books.customer("Acme"), books.customer("Other")
    for _ in range(invoices):
        books.invoice(acme, LAST_YEAR, Line("1000000000000000.00", "0"))
    books.invoice(other, LAST_YEAR, Line("100", "80"))
    books.done()
    value = value_of(db, acme)
    assert (value.revenue, value.projected_value) == (None, None)
    assert value.unknown_reason == "the amounts in the ledger are larger than any customer's"
    assert value.invoices == invoices
    assert value_of(db, other).projected_value == Decimal("881.35")


def test_a_profit_whose_projection_no_column_holds_is_known_itself(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, LAST_YEAR, Line("9000000000000000.00", "8000000000000000.00"))
    books.done()
    value = value_of(db, acme)
    assert value.gross_profit == Decimal("1000000000000000.00")
    assert value.projected_value is None


def test_the_sum_of_all_customers_may_be_larger_than_a_column_holds(db: Database) -> None:
    books = Ledger(db)
    for number in range(30):
        customer = books.customer(f"Customer {number}")
        books.invoice(customer, LAST_YEAR, Line("900000000000000.00", "810000000000000.00"))
    books.done()
    with db.reading() as connection:
        (standing,) = values.standings(connection)
        every = values.best(connection, "USD", 30)
    assert standing.projected_value > Decimal(2**63) / 100
    assert standing.projected_value == sum(one.value.projected_value or 0 for one in every)
    assert (standing.currency, standing.customers) == ("USD", 30)
