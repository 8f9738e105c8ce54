"""/melktert settings: everything that the figures rest on, changed by forms, and no change lost in silence."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bot.wording import plain
from commands._reply import Action, Count, Form, Invalid, Item, Money, Panel, Ratio, Reply, Text
from commands._reply import Person as Asker
from store import people, workspace
from store.database import Database
from store.people import Person
from store.workspace import TeamSettings
from tests.commands.asking import ask, facts, read
from tests.ledger import NOW

THANDI = Asker(slack_user_id="UTHANDI")
PIET = Asker(slack_user_id="UPIET")
SETTINGS = "/melktert settings"


@pytest.fixture
def colleagues(db: Database) -> Database:
    """A database that knows Thandi by name, and nobody of Piet."""
    with db.writing() as connection:
        people.remember(connection, [Person("UTHANDI", "T1", "Thandi Nkosi")], NOW)
    return db


def form_of(db: Database, group: str) -> Form:
    form = ask(db, SETTINGS, values={"group": group}, origin="button").form
    assert form is not None
    return form


def submit(db: Database, form: Form, person: Asker = THANDI, receipt: str | None = None, **filled: str) -> Reply:
    """What the form answers when these fields were changed in it."""
    values = {**form.values, **{field.name: field.initial for field in form.fields}, **filled}
    return ask(db, SETTINGS, values=values, origin="form", person=person, receipt=receipt)


def wrong(db: Database, group: str, **filled: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        submit(db, form_of(db, group), **filled)
    return dict(refused.value.errors)


def settled(db: Database) -> TeamSettings:
    with db.reading() as connection:
        return workspace.settings(connection)


# --- showing --------------------------------------------------------------------------------------------------------


def test_every_setting_is_shown_in_its_group(db: Database) -> None:
    reply = ask(db, SETTINGS)
    words = read(reply)
    assert "Nobody has changed them yet" in words
    assert "The projection\nSales growth  5 %\nMargin improvement  5 %\nDiscount rate  3 %\nHorizon  20 years" in words
    assert "Working hours a year  2,080 hours" in words
    assert "Cost of a rep's hour  $60\nTravel  $20\nThe tart  $2\nCurrency of these  USD" in words
    assert "Retain, a touch every  91 days" in words
    assert "Home currency  the ledger's own\nFirst day of the week  Monday\nData is old after  35 days" in words
    assert set(facts(reply)) == set(TeamSettings.model_fields)


def test_every_setting_is_in_one_form_of_three(db: Database) -> None:
    reply = ask(db, SETTINGS)
    panels = [part for part in reply.parts if isinstance(part, Panel)]
    opening = [action for action in reply.actions if action.opens_form]
    forms = [form_of(db, action.values["group"]) for action in opening]
    assert [action.label for action in opening] == ["Change the projection…", "Change visits…", "Change the calendar…"]
    assert [len(form.fields) + len(form.intro) for form in forms] == [len(panel.rows) for panel in panels]
    names = [field.name for form in forms for field in form.fields]
    assert sorted(names) == sorted(TeamSettings.model_fields)


def test_what_rests_on_a_group_is_said_on_the_card_and_in_the_form(db: Database) -> None:
    words = read(ask(db, SETTINGS))
    for group, said in (
        (
            "visits",
            "A cadence is the longest time between two touches of a customer of that class; /neglected lists those "
            "whom nobody has seen in time.",
        ),
        (
            "calendar",
            "The first day of the week is the day that /digest schedule proposes for the digest of a channel. A rep's "
            "own digest comes on the first day of their working week: /melktert hours.",
        ),
    ):
        assert said in words
        assert [plain(note.text) for note in form_of(db, group).intro] == [said]
    assert form_of(db, "projection").intro == ()


def test_who_changed_them_last_is_said(colleagues: Database) -> None:
    submit(colleagues, form_of(colleagues, "projection"), horizon_years="10")
    assert "Last changed by Thandi Nkosi on Jun 1, 2026." in read(ask(colleagues, SETTINGS))


def test_how_many_customers_have_their_own_assumptions_is_said(books: SimpleNamespace) -> None:
    values = {"customer": str(books.best), "do": "change", "seen": "0", "horizon_years": "10", "reason": "they move"}
    ask(books.db, "/melktert assume", values=values, origin="form")
    assert "1 customer has assumptions other than the team's." in read(ask(books.db, SETTINGS))


# --- changing -------------------------------------------------------------------------------------------------------


def test_saving_says_what_changed_and_how_many_were_scored(books: SimpleNamespace) -> None:
    reply = submit(books.db, form_of(books.db, "projection"), sales_growth_annual="6")
    assert plain(reply.summary) == "Sales growth 5 % → 6 %. 11 customers scored anew."
    assert settled(books.db) == TeamSettings(sales_growth_annual=Decimal("0.06"))
    assert "6 % growth" in read(ask(books.db, "/clv metropolitan"))


def test_what_no_stored_figure_rests_on_scores_nobody(books: SimpleNamespace) -> None:
    reply = submit(books.db, form_of(books.db, "calendar"), first_weekday="sunday", stale_after_days="10")
    assert plain(reply.summary) == "First day of the week Monday → Sunday, Data is old after 35 days → 10 days."
    assert settled(books.db) == TeamSettings(first_weekday="sunday", stale_after_days=10)


def test_saving_what_was_there_changes_nothing_and_says_so(books: SimpleNamespace) -> None:
    for group in ("projection", "visits", "calendar"):
        assert "Nothing was changed" in read(submit(books.db, form_of(books.db, group)))
    with books.db.reading() as connection:
        assert workspace.history(connection, 10) == []


@pytest.mark.parametrize(
    ("typed", "share"),
    [("5", "0.05"), ("5 %", "0.05"), ("-2.5%", "-0.025"), ("5,25 %", "0.0525"), ("\u22122.5", "-0.025")],
)
def test_a_rate_is_typed_in_percent(db: Database, typed: str, share: str) -> None:
    submit(db, form_of(db, "projection"), discount_rate_annual=typed)
    assert settled(db).discount_rate_annual == Decimal(share)
    fields = {field.name: field.initial for field in form_of(db, "projection").fields}
    assert fields["discount_rate_annual"] == str(float(share) * 100).removesuffix(".0")


@pytest.mark.parametrize("typed", ["", "51", "-51", "5,555", "five", "5 % 5", "1e1", "nan", "５", "0.001", "9" * 400])
def test_what_is_no_rate_in_the_range_is_refused_with_the_range(db: Database, typed: str) -> None:
    said = {"sales_growth_annual": "Sales growth: type a percentage a year from -50 % to 50 %, such as 5 or -2.5."}
    assert wrong(db, "projection", sales_growth_annual=typed) == said


def test_everything_that_is_wrong_is_said_at_once(db: Database) -> None:
    assert wrong(
        db,
        "visits",
        visit_hours="0",
        rep_cost_per_hour="1.500",
        visit_travel="2,000,000",
        visit_currency="XQZ",
        cadence_new_days="6",
        cadence_retain_days="13 weeks",
    ) == {
        "visit_hours": "Time, the way included: type a number of hours above 0 and up to 100, such as 2 or 1.5.",
        "rep_cost_per_hour": "Cost of a rep's hour: type an amount from 0 to 1,000,000, such as 60 or 19.50.",
        "visit_travel": "Travel: type an amount from 0 to 1,000,000, such as 20.",
        "visit_currency": "Currency of these: type a currency code of three letters, such as USD.",
        "cadence_new_days": "New, a touch every: type a whole number of days from 7 to 728, such as 42.",
        "cadence_retain_days": "Retain, a touch every: type a whole number of days from 7 to 728, such as 91.",
    }
    assert settled(db) == TeamSettings()


def test_a_day_that_no_week_has_is_refused(db: Database) -> None:
    assert list(wrong(db, "calendar", first_weekday="someday")) == ["first_weekday"]


@pytest.mark.parametrize("typed", ["1,880", "1.880", "1 880", "1\u202f880", "1880"])
def test_a_whole_number_is_typed_as_people_write_thousands(db: Database, typed: str) -> None:
    submit(db, form_of(db, "projection"), working_hours_a_year=typed)
    assert settled(db).working_hours_a_year == 1880


@pytest.mark.parametrize("typed", ["18,80", "1.88", "7.5", "1.880.1", "-20", "1e3"])
def test_what_is_no_whole_number_is_refused(db: Database, typed: str) -> None:
    assert list(wrong(db, "projection", working_hours_a_year=typed)) == ["working_hours_a_year"]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        *(("1,250.50", "1250.50"), ("$75", "75"), ("75 USD", "75"), ("0", "0")),
        *(("19,50", "19.50"), ("$ 19,5", "19.5"), ("19,50 USD", "19.50"), ("1,250", "1250")),
    ],
)
def test_an_amount_is_typed_as_people_write_amounts(db: Database, typed: str, amount: str) -> None:
    submit(db, form_of(db, "visits"), rep_cost_per_hour=typed)
    assert settled(db).rep_cost_per_hour == Decimal(amount)


def test_an_amount_is_in_the_currency_of_visits(db: Database) -> None:
    assert "it is in USD, the currency of visits" in wrong(db, "visits", visit_gift="€2")["visit_gift"]
    submit(db, form_of(db, "visits"), visit_gift="€2", visit_currency="eur")
    assert (settled(db).visit_gift, settled(db).visit_currency) == (Decimal(2), "EUR")
    assert (
        "no more decimals than JPY has, which is 0"
        in wrong(db, "visits", visit_gift="2.5", visit_currency="JPY")["visit_gift"]
    )


def test_the_home_currency_is_a_code_or_nothing(books: SimpleNamespace) -> None:
    assert "leave it empty" in wrong(books.db, "calendar", home_currency="rand")["home_currency"]
    assert "Home currency the ledger's own → EUR. 11 customers scored anew." in plain(
        submit(books.db, form_of(books.db, "calendar"), home_currency="eur").summary
    )
    assert settled(books.db).home_currency == "EUR"
    submit(books.db, form_of(books.db, "calendar"), home_currency=" ")
    assert settled(books.db).home_currency is None


def test_assumptions_that_nobody_could_plan_with_are_refused_with_what_they_come_to(books: SimpleNamespace) -> None:
    high = {"sales_growth_annual": "50", "margin_improvement_annual": "5", "discount_rate_annual": "-50"}
    refused = wrong(books.db, "projection", **high, horizon_years="27")
    assert refused == {
        "horizon_years": "With these, 1.00 of yearly profit would be worth more than a million today; "
        "1,000 is the most that can be planned with. "
        "Lower the growth, the margin improvement or the horizon, or raise the discount rate."
    }
    assert (
        "would be worth 2,828 today"
        in wrong(books.db, "projection", horizon_years="50", sales_growth_annual="10")["horizon_years"]
    )
    assert settled(books.db) == TeamSettings()
    assert "best customers" in read(ask(books.db, "/top"))


@pytest.mark.parametrize("code", ["XXX", "xau", "XTS", "XDR"])
def test_what_nobody_is_paid_in_is_no_home_currency(db: Database, code: str) -> None:
    assert wrong(db, "calendar", home_currency=code) == {
        "home_currency": f"Home currency: nobody is paid in {code.upper()}; type a currency code of three letters, "
        "such as USD; leave it empty for the ledger's own."
    }
    assert "nobody is paid in" in wrong(db, "visits", visit_currency=code)["visit_currency"]


def test_a_home_currency_without_rates_is_said_to_leave_money_unknown(books: SimpleNamespace) -> None:
    said = read(submit(books.db, form_of(books.db, "calendar"), home_currency="ARS"))
    assert said.endswith(
        "11 customers scored anew.\nThe money of 8 customers is not known now; the card of each says why."
    )
    said = read(submit(books.db, form_of(books.db, "calendar"), home_currency="USD"))
    assert "not known" not in said


# --- several at once, twice, and by others --------------------------------------------------------------------------


def test_of_two_admins_the_second_is_told_whose_change_they_have_not_seen(colleagues: Database) -> None:
    first, second = form_of(colleagues, "projection"), form_of(colleagues, "projection")
    submit(colleagues, first, THANDI, horizon_years="10")
    with pytest.raises(Invalid, match="Thandi Nkosi changed the settings on 2026-06-01 at 06:00 UTC"):
        submit(colleagues, second, PIET, horizon_years="30")
    assert settled(colleagues).horizon_years == 10
    submit(colleagues, form_of(colleagues, "projection"), PIET, horizon_years="30")
    assert settled(colleagues).horizon_years == 30


def test_a_form_of_ones_own_that_is_still_open_says_so(db: Database) -> None:
    first, second = form_of(db, "projection"), form_of(db, "visits")
    submit(db, first, horizon_years="10")
    with pytest.raises(Invalid, match="You changed the settings"):
        submit(db, second, visit_gift="3")


def test_a_submission_that_slack_delivers_twice_is_one_change_with_one_answer(books: SimpleNamespace) -> None:
    form = form_of(books.db, "projection")
    first = submit(books.db, form, receipt="V1", horizon_years="10")
    assert submit(books.db, form, receipt="V1", horizon_years="10") == first
    with books.db.reading() as connection:
        assert len(workspace.history(connection, 10)) == 1


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, "１"])
def test_a_form_that_was_tampered_with_is_refused(db: Database, seen: str) -> None:
    form = form_of(db, "calendar")
    with pytest.raises(Invalid, match="close it and open it again"):
        submit(db, form, seen=seen)


def test_a_group_that_is_not_there_is_refused(db: Database) -> None:
    with pytest.raises(Invalid, match="no such settings"):
        ask(db, SETTINGS, values={"group": "people"}, origin="form")


def test_nothing_is_saved_but_from_a_form(db: Database) -> None:
    form = form_of(db, "projection")
    ask(db, SETTINGS, values={**form.values, "horizon_years": "10"}, origin="button")
    assert settled(db) == TeamSettings()


def test_the_history_names_the_last_ten_changes_the_newest_first(colleagues: Database) -> None:
    assert "Nobody has changed the settings yet." in read(ask(colleagues, SETTINGS, values={"show": "history"}))
    for years in range(1, 12):
        submit(colleagues, form_of(colleagues, "projection"), PIET if years % 2 else THANDI, horizon_years=str(years))
    reply = ask(colleagues, SETTINGS, values={"show": "history"})
    items = [part for part in reply.parts if isinstance(part, Item)]
    assert len(items) == 10
    assert (plain(items[0].title), plain(items[0].reason)) == ("UPIET  ·  Jun 1, 2026", "Horizon 10 years → 11 years")
    assert plain(items[1].title).startswith("Thandi Nkosi")


# --- the figures follow ---------------------------------------------------------------------------------------------


def change(db: Database, **fields: Any) -> None:
    with db.writing() as connection:
        workspace.change(connection, TeamSettings(**fields), by="U1", at=NOW)


def test_a_working_hour_is_worth_more_where_a_year_has_fewer(books: SimpleNamespace) -> None:
    change(books.db, working_hours_a_year=1_600)
    # 1,145,317.58 ÷ 32,000
    found = facts(ask(books.db, "/clv metropolitan"))
    assert found["value_per_working_hour"].value == Money(Decimal("35.79"), "USD", "exact")
    assert "÷ 32,000 | $35.79" in read(ask(books.db, "/clv metropolitan why"))


def test_the_visit_return_follows_the_cadence_and_the_card_says_it(books: SimpleNamespace) -> None:
    change(books.db, cadence_retain_days=28)
    reply = ask(books.db, "/clv metropolitan")
    assert facts(reply)["visit_return"].value == Ratio(Decimal("25990.00") / 13 / 142, "times")
    assert "a visit every 4 weeks returns 14×" in read(reply)
    assert "P₀ × 4/52 ÷ visit" in read(ask(books.db, "/clv metropolitan why"))
    change(books.db, cadence_retain_days=30)
    assert "a visit every 30 days returns" in read(ask(books.db, "/clv metropolitan"))
    assert "P₀ × 30/364 ÷ visit" in read(ask(books.db, "/clv metropolitan why"))


def test_a_visit_that_costs_nothing_has_no_return(books: SimpleNamespace) -> None:
    change(books.db, rep_cost_per_hour=Decimal(0), visit_travel=Decimal(0), visit_gift=Decimal(0))
    assert "not known: a visit is taken to cost nothing" in read(ask(books.db, "/clv metropolitan"))


def test_a_visit_of_less_than_a_cent_is_no_visit_for_nothing(books: SimpleNamespace) -> None:
    cheap = {"visit_hours": "0.01", "rep_cost_per_hour": "0.01", "visit_travel": 0, "visit_gift": 0}
    change(books.db, **cheap)
    assert "a visit is taken to cost less than $0.01: 0.01 hours at $0.01" in read(ask(books.db, "/clv route 66 why"))
    found = facts(ask(books.db, "/clv metropolitan"))["visit_return"].value
    assert found == Ratio(Decimal("25990.00") / 4 / Decimal("0.0001"), "times")
    # In another currency too it is the cost to the last digit that is divided by.
    change(books.db, **cheap, visit_currency="JPY")
    assert "a visit is taken to cost less than $0.01" in read(ask(books.db, "/clv metropolitan why"))
    converted = facts(ask(books.db, "/clv metropolitan"))["visit_return"].value
    assert isinstance(converted, Ratio)
    assert converted.number > found.number * 100


def test_data_is_old_after_as_many_days_as_the_team_says(books: SimpleNamespace) -> None:
    assert "Old data" not in read(ask(books.db, "/clv metropolitan"))
    change(books.db, stale_after_days=3)
    assert "Old data: it ends 4 days before today." in read(ask(books.db, "/clv metropolitan"))


def test_a_visit_in_another_currency_is_printed_with_its_rate_and_the_day(books: SimpleNamespace) -> None:
    change(books.db, visit_currency="EUR")
    words = read(ask(books.db, "/clv metropolitan why"))
    assert "2 hours at €60, €20 of travel, €2 for the tart, at the rate of 1." in words
    assert " USD for 1 EUR on May 29, 2026." in words


def test_the_settings_are_data_for_programs(db: Database) -> None:
    found = facts(ask(db, SETTINGS))
    assert found["sales_growth_annual"].value == Ratio(Decimal("0.05"))
    assert found["horizon_years"].value == Count(20, "year")
    assert found["home_currency"].value == Text("the ledger's own")
    assert ask(db, SETTINGS).actions[-1] == Action("settings", "History", {"show": "history"})
