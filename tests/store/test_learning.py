"""Learning from the ledger: when, from what, and what stands in the tables afterwards."""

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from store import changes, expectations, history, learning, models, orders, scoring, tables
from store.database import Database
from store.forecasting import HORIZONS_WEEKS
from store.money import from_minor
from tests.ledger import NOW, Ledger, Line
from tests.regulars import LAST, Regulars, regulars
from tests.store.imports.ledgers import GOOD, flat_mapping, imported
from value.engine import expect
from value.order_log import log_of, summarised
from value.risk import lost_within
from value.worth import Margins


@pytest.fixture
def learned(db: Database) -> Regulars:
    """A ledger that has been learned from, beside a customer that never bought."""
    return learned_in(db)


def learned_in(db: Database) -> Regulars:
    """The same, in any database."""
    made = regulars(db)
    made.ledger.customer("Never Bought")
    made.ledger.done()
    if not CHOSEN:
        assert learning.learn(db, now=NOW).is_new
        with db.reading() as connection:
            model = models.newest(connection)
        assert model is not None
        CHOSEN.append(model)
        return made
    return known_already(db, made, CHOSEN[0])


# The choice takes seconds, and on the same ledger is the same: made once, then written as it was.
CHOSEN: list[models.Model] = []


def known_already(db: Database, made: Regulars, model: models.Model) -> Regulars:
    """The ledger, with what was learned from it before."""
    choice = model.choice()
    assert choice is not None
    assert model.company_margin is not None
    assert model.credibility_revenue is not None
    drawn = Margins(model.company_margin, model.credibility_revenue)
    with db.writing() as connection:
        kept = models.save(
            connection, choice, currency=model.currency, customers=model.customers, margins=drawn, at=model.fitted_at
        )
        scoring.score(connection)
        history.keep(connection, kept)
    return made


# The customers whom an import without news has touched.
NOBODY = sa.union(sa.select(sa.literal(0)), sa.select(sa.literal(0)))


def rows(db: Database) -> dict[int, sa.RowMapping]:
    """What is expected, by customer."""
    with db.reading() as connection:
        found = connection.execute(sa.select(tables.customer_expectations)).mappings()
        return {row["customer_id"]: row for row in found}


def test_every_customer_has_what_is_expected_of_it_or_a_reason(db: Database, learned: Regulars) -> None:
    found = rows(db)
    with db.reading() as connection:
        customers = set(connection.execute(sa.select(tables.customers.c.id)).scalars())
    assert set(found) == customers
    for row in found.values():
        assert all(not isinstance(value, float) or math.isfinite(value) for value in row.values())
        assert (row["unknown_reason"] is None) == (row["residual_value_minor"] is not None)
    reasons = {customer: row["unknown_reason"] for customer, row in found.items() if row["unknown_reason"]}
    assert list(reasons.values()) == ["nothing has been bought in the period covered"]
    assert not set(reasons) & set(learned.customers)


def test_the_table_says_what_the_engine_says_of_the_raw_log(db: Database, learned: Regulars) -> None:
    assert learned.customers
    with db.reading() as connection:
        model = models.newest(connection)
        log = [(one.customer_id, one.issued_on, one.amount_minor) for one in orders.every(connection)]
        costs = sa.select(tables.invoices.c.customer_id, sa.func.sum(tables.invoice_lines.c.cost_minor))
        costs = costs.join(tables.invoice_lines).group_by(tables.invoices.c.customer_id)
        cost = {customer: float(from_minor(minor, "USD")) for customer, minor in connection.execute(costs)}
    assert model is not None
    made = model.choice()
    assert made is not None
    customer, day, minor = (np.array(column) for column in zip(*log, strict=True))
    ordinal = np.array([one.toordinal() for one in day])
    amount = minor / 100
    s = summarised(log_of(customer, ordinal, amount), LAST.toordinal(), made.horizon_days)
    told = expect(made, s, horizons_weeks=HORIZONS_WEEKS, discount_rate_annual=0.03)
    lost = lost_within(made.learned, made.carrier, s, 364)
    spent = np.array([amount[customer == one].sum() for one in s.customer])
    earned = spent - np.array([cost[one] for one in s.customer.tolist()])
    everybody = float(earned.sum() / spent.sum())
    assert model.company_margin == pytest.approx(everybody)
    assert model.credibility_revenue is not None
    margin = (earned + model.credibility_revenue * everybody) / (spent + model.credibility_revenue)
    found = rows(db)
    for place, one in enumerate(s.customer.tolist()):
        row = found[one]
        assert row["probability_alive"] == pytest.approx(told.probability_alive[place])
        assert row["purchases_60_months"] == pytest.approx(told.expected_purchases[place, 2])
        assert row["profit_12_months_minor"] == round(100 * told.expected_spend[place, 0] * margin[place])
        assert row["profit_12_months_low_minor"] == round(100 * told.low_spend[place] * margin[place])
        assert row["residual_value_minor"] == round(100 * told.residual_spend[place] * margin[place])
        at_risk = lost[place] * told.residual_spend[place] * margin[place]
        assert row["value_at_risk_minor"] == round(100 * at_risk)


def test_it_learns_again_only_when_the_period_has_grown_by_a_month(sqlite_db: Database) -> None:
    db, learned = sqlite_db, learned_in(sqlite_db)

    def ends_on(day: dt.date) -> None:
        with db.writing() as connection:
            connection.execute(tables.sources.update().values(period_end_on=day))
            scoring.score(connection)

    assert not learning.learn(db, now=NOW).is_new
    ends_on(dt.date(2026, 6, 29))
    assert not learning.learn(db, now=NOW).is_new
    ends_on(dt.date(2026, 6, 30))
    assert learning.learn(db, now=NOW).is_new
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.fitted_models)) == 2
        assert [month.month_on.isoformat() for month in history.of(connection, learned.customers[0])] == [
            "2026-05-01",
            "2026-06-01",
        ]


def test_between_refits_only_touched_customers_are_asked_about_anew(db: Database, learned: Regulars) -> None:
    before, (first, second) = rows(db), learned.customers[1:3]
    for one in (first, second):
        learned.ledger.invoice(one, LAST, Line("5000", "100"))
    newcomer = learned.ledger.customer("Newcomer")
    learned.ledger.invoice(newcomer, LAST, Line("5000", "100"))
    with db.writing() as connection:
        touched = sa.union(sa.select(sa.literal(first)), sa.select(sa.literal(first)))
        scoring.score(connection, touched)
    after = rows(db)
    assert after[first] != before[first]
    assert after[second] == before[second]
    assert after[newcomer]["probability_alive"] is not None
    with db.writing() as connection:
        scoring.score(connection)
    assert rows(db)[second] != before[second]


def test_between_refits_whoever_is_seen_up_to_another_day_is_asked_about_from_it(
    db: Database, learned: Regulars
) -> None:
    old = Ledger(db, title="Old", start=dt.date(2020, 1, 1), end=dt.date(2024, 12, 31))
    quiet = old.customer("Quiet")
    for month in range(1, 13):
        old.invoice(quiet, dt.date(2024, month, 28), Line("1000", "800"))
    old.done()
    before = rows(db)

    def ends_on(day: dt.date) -> dict[int, sa.RowMapping]:
        of_old = tables.sources.c.id == old.source_id
        with db.writing() as connection:
            connection.execute(tables.sources.update().where(of_old).values(period_end_on=day))
            scoring.score(connection, NOBODY)
        return rows(db)

    # A year without an order, which no import has touched the customer with.
    silent = ends_on(dt.date(2025, 12, 31))
    assert silent[quiet]["as_of_on"] == dt.date(2025, 12, 31)
    assert before[quiet]["probability_alive"] > 0.8
    assert silent[quiet]["probability_alive"] < 0.1
    assert {one: silent[one] for one in learned.customers} == {one: before[one] for one in learned.customers}
    # Also where its books now end on the very day that the others' do: what is told is what scoring everybody tells.
    told = ends_on(LAST)
    with db.writing() as connection:
        scoring.score(connection)
    everybody = rows(db)
    assert {one: told[one] for one in learned.customers} == {one: everybody[one] for one in learned.customers}
    assert dict(told[quiet]) == pytest.approx(dict(everybody[quiet]))  # tables are read to the thirteenth decimal
    # An end that has moved back, by a source that was mended, is another end too.
    assert dict(ends_on(dt.date(2024, 12, 31))[quiet]) == pytest.approx(dict(before[quiet]))


def test_an_import_asks_about_the_customers_that_it_touched(db: Database, learned: Regulars, tmp_path: Path) -> None:
    before = rows(db)
    in_dollars = flat_mapping(tmp_path, EUR="USD")
    imported(db, tmp_path, GOOD, in_dollars)
    first = rows(db)
    assert {one: first[one] for one in before} == before
    acme, blue = sorted(set(first) - set(before))
    assert first[acme]["purchases_12_months"] > 0
    assert first[blue]["unknown_reason"] == "nothing has been bought in the period covered"
    imported(db, tmp_path, ["9;03.02.2025;8;Blue;FR;r1;P1;2;10,50;12"], in_dollars)
    second = rows(db)
    assert second[blue]["purchases_12_months"] > 0
    assert {one: second[one] for one in before} == before
    # Whose source it is, is now seen a day longer; what is expected of it begins there.
    assert (first[acme]["as_of_on"], second[acme]["as_of_on"]) == (dt.date(2025, 2, 2), dt.date(2025, 2, 3))
    assert learned.customers


def test_a_month_that_is_scored_again_is_written_anew(db: Database, learned: Regulars) -> None:
    one = learned.customers[1]
    with db.reading() as connection:
        (before,) = history.of(connection, one)
        (total,) = history.totals(connection)
    assert before.residual_value is not None
    assert before.profit is not None
    assert before.lifetime_value == before.profit + before.residual_value
    assert total.low < total.profit_12_months < total.high
    learned.ledger.invoice(one, LAST, Line("5000", "100"))
    learning.learn(db, now=NOW, rescore=True)
    with db.reading() as connection:
        (after,) = history.of(connection, one)
        assert len(history.totals(connection)) == 1
    assert after.profit == before.profit + Decimal(4900)


def test_a_thin_past_says_so_and_expects_nothing(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, dt.date(2026, 3, 1), Line("100", "95"))
    books.done()
    learned = learning.learn(db, now=NOW)
    assert learned.model is not None
    assert learned.model.gate == "Only 1 customer has bought so far; a model needs 30."
    assert rows(db) == {}
    with db.reading() as connection:
        (month,) = history.of(connection, acme)
    assert month.lifetime_value == Decimal("225.34")  # 5 × (1 + 44.067625)


def test_without_a_ledger_there_is_nothing_to_learn(db: Database) -> None:
    assert learning.learn(db, now=NOW) == learning.Learned(None, is_new=False, customers=0)


def test_a_customer_whose_money_is_not_known_says_why(db: Database, learned: Regulars) -> None:
    abroad, uncosted = learned.ledger.customer("Abroad"), learned.customers[2]
    learned.ledger.invoice(abroad, LAST, Line("5000", "100"), currency="EUR")
    learned.ledger.invoice(uncosted, LAST, Line("5000"))
    with db.writing() as connection:
        scoring.score(connection)
    found = rows(db)
    assert found[abroad]["unknown_reason"] == (
        "the figures are in EUR, and the models learned from USD; a home currency brings them together"
    )
    assert found[uncosted]["unknown_reason"] == "no cost is recorded for some of what was bought"
    assert found[uncosted]["probability_alive"] > 0
    with db.writing() as connection:
        changes.settle(connection, {"home_currency": "USD"}, by="U1", at=NOW)
    assert rows(db)[abroad]["profit_12_months_minor"] is not None


def test_another_home_currency_waits_for_what_is_learned_in_it(sqlite_db: Database) -> None:
    db, learned = sqlite_db, learned_in(sqlite_db)
    with db.writing() as connection:
        changes.settle(connection, {"home_currency": "EUR"}, by="U1", at=NOW)
        assert expectations.get(connection, learned.customers[0]) is None
        assert learning.is_due(connection)
    assert learning.learn(db, now=NOW).is_new
    assert rows(db)[learned.customers[0]]["currency"] == "EUR"


def test_each_customer_is_asked_about_from_its_own_observation_end(db: Database, learned: Regulars) -> None:
    old = Ledger(db, title="Old", start=dt.date(2020, 1, 1), end=dt.date(2024, 12, 31))
    former = old.customer("Former")
    for month in range(1, 13):
        old.invoice(former, dt.date(2024, month, 28), Line("1000", "800"))
    old.done()
    row = rows(db)[former]
    assert row["as_of_on"] == dt.date(2024, 12, 31)
    # At the end of its books it had bought three days before: that they are old says nothing of the customer.
    assert row["probability_alive"] > 0.8
    assert learned.customers
