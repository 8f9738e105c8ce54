"""The team's settings: validated, kept with who and when, and what the figures follow."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from store import scoring, tables, values, workspace
from store.database import Database
from store.workspace import Author, TeamSettings, VisitTotal
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line
from value.assumptions import VisitCost


def test_without_a_change_the_defaults_hold(db: Database) -> None:
    with db.reading() as connection:
        assert workspace.settings(connection) == TeamSettings()
        assert workspace.assumptions(connection).horizon_years == 20


def test_a_change_holds_from_then_on_and_the_former_ones_are_kept(db: Database) -> None:
    first = TeamSettings(sales_growth_annual=Decimal("0.07"))
    second = TeamSettings(sales_growth_annual=Decimal("0.07"), home_currency="EUR")
    with db.writing() as connection:
        assert workspace.change(connection, first, by="U1", at=NOW, reason="a good year")
        assert workspace.change(connection, second, by="U2", at=NOW)
        assert not workspace.change(connection, second, by="U3", at=NOW)
    with db.reading() as connection:
        assert workspace.settings(connection) == second
        kept = connection.execute(sa.select(tables.team_settings).order_by(tables.team_settings.c.id)).all()
    assert [(row.changed_by, row.reason) for row in kept] == [("U1", "a good year"), ("U2", None)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"home_currency": "usd"},
        {"home_currency": "XQZ"},
        {"home_currency": "XXX"},
        {"visit_currency": "XAU"},
        {"sales_growth_annual": "0.6"},
        {"discount_rate_annual": "-0.51"},
        {"horizon_years": 0},
        {"horizon_years": 51},
        {"visit_hours": 0},
        {"visit_gift": "-1"},
        {"rep_cost_per_hour": "nan"},
        {"working_hours_a_year": 0},
        {"cadence_new_days": 6},
        {"cadence_retain_days": 729},
        {"first_weekday": "someday"},
        {"stale_after_days": 0},
        {"no_such_setting": 1},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TeamSettings.model_validate(wrong)


def test_a_setting_that_was_accepted_once_and_is_not_any_more_counts_as_not_set(db: Database) -> None:
    kept = {"home_currency": "XXX", "horizon_years": 7, "visit_hours": "0"}
    with db.writing() as connection:
        row = {"document": kept, "changed_at": NOW, "changed_by": "U1"}
        connection.execute(tables.team_settings.insert().values(row))
        assert workspace.settings(connection) == TeamSettings(horizon_years=7)
        assert workspace.newest(connection).settings == TeamSettings(horizon_years=7)


@pytest.mark.parametrize("code", ["XAF", "XOF", "XPF", "XCD", "XCG", "ZAR", "JPY"])
def test_the_money_of_several_countries_is_money(code: str) -> None:
    assert TeamSettings(home_currency=code).home_currency == code


def test_the_projection_follows_the_settings_at_the_next_scoring(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, RECENT, Line("1000", "900"))
    books.done()
    with db.writing() as connection:
        workspace.change(connection, TeamSettings(margin_improvement_annual=Decimal(0)), by="U1", at=NOW)
        scoring.score(connection)
    with db.reading() as connection:
        value = values.get(connection, acme)
    assert value is not None
    assert value.projected_value == Decimal("2462.60")


def test_the_home_currency_is_the_ledgers_own_where_it_has_only_one(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    with db.reading() as connection:
        assert workspace.home_currency(connection) is None
    books.invoice(acme, RECENT, Line("1", "1"), currency="EUR")
    with db.reading() as connection:
        assert workspace.home_currency(connection) == "EUR"
    books.invoice(acme, RECENT, Line("1", "1"), currency="USD")
    with db.reading() as connection:
        assert workspace.home_currency(connection) is None


def test_a_visit_costs_the_same_in_another_currency_at_the_rate_of_the_day() -> None:
    in_euro = workspace.visit_total(VisitCost(), "EUR", RECENT)
    assert in_euro is not None
    assert Decimal(100) < in_euro.total < Decimal(142)
    # 1 March 2026 is a Sunday, so the rate is that of the Friday before.
    assert in_euro.rate_on == dt.date(2026, 2, 27)
    assert in_euro.total == 142 * in_euro.rate
    assert workspace.visit_total(VisitCost(), "USD", RECENT) == VisitTotal(VisitCost(), Decimal(142))
    assert workspace.visit_total(VisitCost(), "ARS", RECENT) is None


def test_a_visit_costs_what_the_last_published_rate_makes_of_it_however_old() -> None:
    in_kuna = workspace.visit_total(VisitCost(), "HRK", dt.date(2023, 6, 1))
    # The last day on which the kuna had a rate.
    assert in_kuna == workspace.visit_total(VisitCost(), "HRK", dt.date(2022, 12, 30)) is not None
    assert in_kuna.rate_on == dt.date(2022, 12, 30)
    assert workspace.visit_total(VisitCost(), "EUR", dt.date(2100, 1, 1)) is not None
    assert workspace.visit_total(VisitCost(), "EUR", dt.date(1998, 12, 31)) is None


def test_the_same_receipt_twice_is_one_change(db: Database) -> None:
    with db.writing() as connection:
        assert workspace.change(connection, TeamSettings(horizon_years=7), by="U1", at=NOW, receipt="V1")
        assert not workspace.change(connection, TeamSettings(horizon_years=8), by="U1", at=NOW, receipt="V1")
        assert workspace.settings(connection).horizon_years == 7


def test_the_history_has_what_each_change_changed_and_who_made_it(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(
            tables.people.insert().values(
                slack_user_id="U1", team_id="T1", name="Thandi", zone="UTC", locale="en_US", kind="member", seen_at=NOW
            )
        )
        for number, years in enumerate((10, 11, 12)):
            workspace.change(connection, TeamSettings(horizon_years=years), by=f"U{number}", at=NOW)
    with db.reading() as connection:
        last_two = workspace.history(connection, 2)
        everything = workspace.history(connection, 10)
        newest = workspace.newest(connection)
    assert [(one.before.horizon_years, one.after.settings.horizon_years) for one in last_two] == [(11, 12), (10, 11)]
    assert [one.after.by for one in everything] == [Author("U2", None), Author("U1", "Thandi"), Author("U0", None)]
    assert everything[-1].before == TeamSettings()
    assert newest == everything[0].after
