"""Changing what the figures rest on: the figures follow at once, nobody's change is lost, and twice is once."""

import threading
import time
from decimal import Decimal
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from store import assumptions, changes, scoring, tables, values, workspace
from store.assumptions import ImplausibleError, OwnAssumptions
from store.changes import SupersededError
from store.database import Database, lock_figures
from store.values import CustomerValue
from store.workspace import TeamSettings
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line

# Ample for a thread to come to the lock.
SECONDS_TO_THE_LOCK = 0.5
SLOWER = OwnAssumptions(sales_growth_annual=Decimal("0.02"), horizon_years=10)


@pytest.fixture
def books(db: Database) -> SimpleNamespace:
    ledger = Ledger(db)
    acme, other = ledger.customer("Acme"), ledger.customer("Other")
    for customer in (acme, other):
        ledger.invoice(customer, RECENT, Line("1000", "900"))
    ledger.done()
    return SimpleNamespace(db=db, acme=acme, other=other, ledger=ledger)


def value_of(db: Database, customer_id: int) -> CustomerValue:
    with db.reading() as connection:
        found = values.get(connection, customer_id)
    assert found is not None
    return found


def by_hand(profit: str, growth: str, margin: str, discount: str, years: int) -> Decimal:
    """The present value by the formula of DESIGN §4, in decimals and with a loop; without the margin cap."""
    total = Decimal(0)
    for year in range(1, years + 1):
        grown = Decimal(profit) * ((1 + Decimal(growth)) * (1 + Decimal(margin))) ** year
        total += grown / (1 + Decimal(discount)) ** year
    return total.quantize(Decimal("0.01"))


# --- the team's settings --------------------------------------------------------------------------------------------


def test_a_change_of_what_the_figures_rest_on_scores_every_customer_anew(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        settled = changes.settle(connection, {"sales_growth_annual": "0.06"}, by="U1", at=NOW)
    assert (settled.before, settled.customers_scored) == (TeamSettings(), 2)
    assert value_of(books.db, books.acme).projected_value == by_hand("100", "0.06", "0.05", "0.03", 20)


def test_a_change_of_anything_else_scores_nobody(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        settled = changes.settle(connection, {"first_weekday": "sunday", "visit_gift": "3"}, by="U1", at=NOW)
    assert settled.customers_scored == 0
    assert settled.after == TeamSettings(first_weekday="sunday", visit_gift=Decimal(3))


def test_what_somebody_chose_outlives_a_version_with_other_defaults(books: SimpleNamespace) -> None:
    class Later(TeamSettings):
        horizon_years: int = 25
        visit_gift: Decimal = Decimal(5)
        stale_after_days: int = 60

    with books.db.writing() as connection:
        changes.settle(connection, {"horizon_years": 10, "visit_gift": "2"}, by="U1", at=NOW)
        changes.settle(connection, {"horizon_years": 20}, by="U1", at=NOW)
        newest = sa.select(tables.team_settings.c.document).order_by(tables.team_settings.c.id.desc()).limit(1)
        later = Later.model_validate(connection.scalar(newest))
        assert workspace.settings(connection) == TeamSettings()
    assert (later.horizon_years, later.visit_gift, later.stale_after_days) == (20, Decimal(2), 60)


def test_settings_that_do_not_change_leave_no_version(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        settled = changes.settle(connection, {"horizon_years": 20}, by="U1", at=NOW)
        assert workspace.newest(connection).id == 0
    assert settled == changes.Settled(TeamSettings(), TeamSettings(), 0)


def test_a_submission_that_comes_twice_is_one_change_and_has_one_answer(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        first = changes.settle(connection, {"horizon_years": 7}, by="U1", at=NOW, seen=0, receipt="V1")
    with books.db.writing() as connection:
        changes.settle(connection, {"horizon_years": 9}, by="U2", at=NOW)
    with books.db.writing() as connection:
        again = changes.settle(connection, {"horizon_years": 7}, by="U1", at=NOW, seen=0, receipt="V1")
        assert workspace.settings(connection).horizon_years == 9
    assert again == first


def test_who_saves_over_a_change_that_they_have_not_seen_is_told_whose_it_is(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        changes.settle(connection, {"horizon_years": 7}, by="U1", at=NOW, seen=0)
    with pytest.raises(SupersededError) as refused, books.db.writing() as connection:
        changes.settle(connection, {"horizon_years": 8}, by="U2", at=NOW, seen=0)
    assert (refused.value.by.id, refused.value.at) == ("U1", NOW)


def test_of_two_who_save_at_the_same_moment_one_is_refused(books: SimpleNamespace) -> None:
    outcomes: list[str] = []

    def save() -> None:
        try:
            with books.db.writing() as connection:
                changes.settle(connection, {"horizon_years": 8}, by="U2", at=NOW, seen=0)
            outcomes.append("saved")
        except SupersededError as refused:
            outcomes.append(refused.by.id)

    saving = threading.Thread(target=save)
    with books.db.writing() as connection:
        lock_figures(connection)
        saving.start()
        time.sleep(SECONDS_TO_THE_LOCK)
        changes.settle(connection, {"horizon_years": 7}, by="U1", at=NOW, seen=0)
    saving.join(timeout=20)
    assert outcomes == ["U1"]


def test_what_is_not_a_setting_is_refused_and_changes_nothing(books: SimpleNamespace) -> None:
    with pytest.raises(ValidationError), books.db.writing() as connection:
        changes.settle(connection, {"horizon_years": 51}, by="U1", at=NOW)
    with books.db.reading() as connection:
        assert workspace.settings(connection) == TeamSettings()


# --- assumptions of one customer ------------------------------------------------------------------------------------


def test_a_customer_is_projected_from_its_own_assumptions_and_the_others_from_the_teams(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="their market shrinks")
    assert value_of(books.db, books.acme).projected_value == by_hand("100", "0.02", "0.05", "0.03", 10)
    assert value_of(books.db, books.other).projected_value == by_hand("100", "0.05", "0.05", "0.03", 20)


def test_projecting_one_customer_gives_what_scoring_everybody_gives(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="their market shrinks")
        capped = OwnAssumptions(margin_improvement_annual=Decimal("0.5"), horizon_years=10)
        changes.assume(connection, books.other, capped, by="U1", at=NOW, reason="a new line")
    alone = [value_of(books.db, customer) for customer in (books.acme, books.other)]
    assert alone[1].cap_from_year == 6
    with books.db.writing() as connection:
        scoring.score(connection)
    assert [value_of(books.db, customer) for customer in (books.acme, books.other)] == alone


def test_what_is_not_its_own_follows_the_team(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="their market shrinks")
        changes.settle(connection, {"discount_rate_annual": "0.08"}, by="U1", at=NOW)
    assert value_of(books.db, books.acme).projected_value == by_hand("100", "0.02", "0.05", "0.08", 10)


def test_own_assumptions_can_be_taken_back_and_what_was_is_kept(books: SimpleNamespace) -> None:
    before = value_of(books.db, books.acme)
    with books.db.writing() as connection:
        changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="their market shrinks")
        back = changes.assume(connection, books.acme, OwnAssumptions(), by="U2", at=NOW, reason="it grew after all")
        assert back == changes.Assumed(SLOWER, OwnAssumptions())
        assert assumptions.every(connection) == {}
        newest = assumptions.newest(connection, books.acme)
    assert newest is not None
    assert (newest.by.id, newest.reason) == ("U2", "it grew after all")
    assert value_of(books.db, books.acme) == before


def test_a_submission_of_assumptions_that_comes_twice_is_one_change(books: SimpleNamespace) -> None:
    answers = []
    with books.db.writing() as connection:
        others = OwnAssumptions(horizon_years=30)
        changes.assume(connection, books.other, others, by="U1", at=NOW, reason="another customer's", receipt="V0")
    for _ in range(2):
        with books.db.writing() as connection:
            answers.append(
                changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="slow", seen=0, receipt="V1")
            )
    assert answers == [changes.Assumed(OwnAssumptions(), SLOWER)] * 2


def test_assumptions_that_somebody_else_changed_meanwhile_are_not_overwritten(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        changes.assume(connection, books.acme, SLOWER, by="U1", at=NOW, reason="slow", seen=0)
    with pytest.raises(SupersededError), books.db.writing() as connection:
        changes.assume(connection, books.acme, OwnAssumptions(), by="U2", at=NOW, reason="no", seen=0)
    with books.db.reading() as connection:
        assert assumptions.every(connection, [books.acme, books.other]) == {books.acme: SLOWER}


def test_a_customer_whose_data_is_too_short_stays_without_a_projection(db: Database) -> None:
    ledger = Ledger(db, start=RECENT)
    acme = ledger.customer("Acme")
    ledger.invoice(acme, RECENT, Line("1000", "900"))
    ledger.done()
    with db.writing() as connection:
        changes.assume(connection, acme, SLOWER, by="U1", at=NOW, reason="slow")
    assert value_of(db, acme).projected_value is None


# --- assumptions beyond all measure ---------------------------------------------------------------------------------

# 1.00 of yearly profit would be worth 5.6e17 by these over 27 years.
BEYOND = {"sales_growth_annual": "0.5", "margin_improvement_annual": "0.5", "discount_rate_annual": "-0.5"}


def test_what_would_make_a_thousand_times_of_a_profit_is_refused_for_the_team(books: SimpleNamespace) -> None:
    with books.db.writing() as connection, pytest.raises(ImplausibleError) as refused:
        changes.settle(connection, {**BEYOND, "horizon_years": 27}, by="U1", at=NOW)
    assert refused.value.factor > 1e17
    with books.db.reading() as connection:
        assert workspace.settings(connection) == TeamSettings()


def test_and_for_a_customer_alone(books: SimpleNamespace) -> None:
    own = OwnAssumptions(margin_improvement_annual=Decimal("0.5"))
    with books.db.writing() as connection, pytest.raises(ImplausibleError):
        changes.assume(connection, books.acme, own, by="U1", at=NOW, reason="a big year")
    with books.db.reading() as connection:
        assert assumptions.newest(connection, books.acme) is None


def test_the_teams_assumptions_may_not_make_those_of_a_customer_implausible(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        own = OwnAssumptions(margin_improvement_annual=Decimal("0.3"))
        changes.settle(connection, {"sales_growth_annual": "-0.05"}, by="U1", at=NOW)
        changes.assume(connection, books.acme, own, by="U1", at=NOW, reason="a big year")
    with books.db.writing() as connection, pytest.raises(ImplausibleError) as refused:
        changes.settle(connection, {"sales_growth_annual": "0.2"}, by="U1", at=NOW)
    assert refused.value.customers == 1


def test_implausible_settings_of_long_ago_can_be_lowered_and_keep_nothing_else_from_being_changed(
    books: SimpleNamespace,
) -> None:
    old = TeamSettings.model_validate({**BEYOND, "horizon_years": 27})
    with books.db.writing() as connection:
        workspace.change(connection, old, by="U1", at=NOW)
        changes.settle(connection, {"visit_gift": "3"}, by="U1", at=NOW)
        changes.settle(connection, {"horizon_years": 1}, by="U1", at=NOW)
    assert value_of(books.db, books.acme).projected_value == Decimal("450.00")
