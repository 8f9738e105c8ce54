"""/melktert assume: one customer projected otherwise than the others, for a reason that everybody can read."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.wording import plain
from commands._reply import Action, Form, Invalid, Item, Money, Reply, Role
from commands._reply import Person as Asker
from store import assumptions, people, scoring
from store.database import Database
from store.people import Person
from tests.commands.asking import ask, facts, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line

THANDI = Asker(slack_user_id="UTHANDI", role=Role.ADMIN)
ASSUME = "/melktert assume"


@pytest.fixture
def acme(db: Database) -> SimpleNamespace:
    """Two customers that each earned 100 of 1,000 in the last 12 months; Thandi is known by name."""
    with db.writing() as connection:
        people.remember(connection, [Person("UTHANDI", "T1", "Thandi Nkosi")], NOW)
    ledger = Ledger(db)
    ids = [ledger.customer(name, number=str(number)) for number, name in enumerate(("Acme", "Other"), start=100)]
    for customer in ids:
        ledger.invoice(customer, RECENT, Line("1000", "900"))
    ledger.done()
    return SimpleNamespace(db=db, id=ids[0], other=ids[1])


def form_of(acme: SimpleNamespace, doing: str = "change") -> Form:
    form = ask(acme.db, ASSUME, values={"customer": str(acme.id), "do": doing}, origin="button").form
    assert form is not None
    return form


def submit(acme: SimpleNamespace, form: Form, receipt: str | None = None, **filled: str) -> Reply:
    values = {**form.values, **{field.name: field.initial for field in form.fields}, **filled}
    return ask(acme.db, ASSUME, values=values, origin="form", person=THANDI, receipt=receipt)


def slow_down(acme: SimpleNamespace) -> Reply:
    return submit(acme, form_of(acme), sales_growth_annual="2", horizon_years="10", reason="their market shrinks")


def by_hand(growth: str, margin: str, discount: str, years: int) -> Decimal:
    """The present value of 100 a year by the formula of DESIGN §4, in decimals and year by year."""
    rate = (1 + Decimal(growth)) * (1 + Decimal(margin)) / (1 + Decimal(discount))
    return sum((100 * rate**year for year in range(1, years + 1)), Decimal(0)).quantize(Decimal("0.01"))


# --- changing -------------------------------------------------------------------------------------------------------


def test_the_customer_is_projected_from_its_own_assumptions(acme: SimpleNamespace) -> None:
    reply = slow_down(acme)
    own = by_hand("0.02", "0.05", "0.03", 10)
    assert facts(ask(acme.db, "/clv acme"))["projected_value"].value == Money(own, "USD")
    assert facts(ask(acme.db, "/clv other"))["projected_value"].value == Money(
        by_hand("0.05", "0.05", "0.03", 20), "USD"
    )
    assert read(reply).splitlines() == [
        "Acme now has assumptions of its own",
        "Sales growth the team's 5 % → 2 %.",
        "Horizon the team's 20 years → 10 years.",
        f"Present value now: ${own:,.0f}.",
    ]


def test_the_card_the_list_and_the_reasons_say_so(acme: SimpleNamespace) -> None:
    for line in ("/clv acme", "/clv acme why", "/top"):
        assert "its own" not in read(ask(acme.db, line))
    slow_down(acme)
    card = read(ask(acme.db, "/clv acme"))
    assert "present value, on assumptions of its own\n2 % growth · 5 % better margin · 3 % discount" in card
    assert "If we do it right, 10 years" in card
    assert (
        "The assumptions of this customer are its own: 2 % growth, 5 % better margin, 3 % discount, 10 years. "
        "The team's are 5 % growth, 5 % better margin, 3 % discount, 20 years. "
        "Changed by Thandi Nkosi on Jun 1, 2026: their market shrinks"
    ) in read(ask(acme.db, "/clv acme why"))
    assert "its own" not in read(ask(acme.db, "/clv other why"))
    ranked = ask(acme.db, "/top")
    marked = [plain(part.title) for part in ranked.parts if isinstance(part, Item) and "its own" in plain(part.reason)]
    assert marked == ["2  Acme"]
    assert "1 of these customers rests on assumptions of its own" in read(ranked)
    assert "over 20 years: the profit of the last 12 months, 5 % growth" in read(ranked)


def test_a_customer_that_shrinks_is_not_said_to_grow(acme: SimpleNamespace) -> None:
    assert "what it would grow to in 20 years" in read(ask(acme.db, "/clv acme"))
    submit(acme, form_of(acme), sales_growth_annual="-10", reason="their market shrinks")
    assert "what it would come to in 20 years" in read(ask(acme.db, "/clv acme"))


def test_the_reasons_explain_the_factor_that_holds_for_this_customer(acme: SimpleNamespace) -> None:
    slow_down(acme)
    factor = by_hand("0.02", "0.05", "0.03", 10) / 100
    assert f"projected, 10 years | × {factor:.2f}" in read(ask(acme.db, "/clv acme why"))


def test_an_hour_with_it_is_counted_to_its_own_horizon(acme: SimpleNamespace) -> None:
    slow_down(acme)
    own = by_hand("0.02", "0.05", "0.03", 10)
    hourly = facts(ask(acme.db, "/clv acme"))["value_per_working_hour"].value
    assert hourly == Money((own / 10 / 2080).quantize(Decimal("0.01")), "USD", "exact")


def test_a_form_begins_with_what_is_its_own_and_names_what_is_the_teams(acme: SimpleNamespace) -> None:
    slow_down(acme)
    fields = {field.name: field for field in form_of(acme).fields}
    assert [field.initial for field in fields.values()] == ["2", "", "", "10", ""]
    assert fields["discount_rate_annual"].hint.startswith("Empty is the team's, 3 %.")
    assert not fields["discount_rate_annual"].required
    assert fields["reason"].required


def test_what_is_the_same_as_the_teams_is_no_assumption_of_its_own(acme: SimpleNamespace) -> None:
    assert "Nothing was changed" in read(submit(acme, form_of(acme), horizon_years="20", reason="no reason"))


def test_assumptions_are_taken_back_with_a_reason(acme: SimpleNamespace) -> None:
    slow_down(acme)
    reply = submit(acme, form_of(acme, "back"), reason="it grew after all")
    assert read(reply).splitlines()[:2] == [
        "Acme is projected from the team's assumptions again",
        "Sales growth 2 % → the team's 5 %.",
    ]
    assert "its own" not in read(ask(acme.db, "/clv acme why"))
    words = read(ask(acme.db, "/melktert assume acme"))
    assert "taken back by Thandi Nkosi on Jun 1, 2026: it grew after all" in words


# --- refusing -------------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_said_at_once(acme: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refused:
        submit(acme, form_of(acme), sales_growth_annual="60", discount_rate_annual="x", horizon_years="51", reason=" ")
    assert refused.value.errors == {
        "sales_growth_annual": "Sales growth: type a percentage a year from -50 % to 50 %, such as 5 or -2.5.",
        "discount_rate_annual": "Discount rate: type a percentage a year from -50 % to 50 %, such as 3 or 3.5.",
        "horizon_years": "Horizon: type a whole number of years from 1 to 50, such as 20.",
        "reason": "Say why in a few words, 500 letters at most, such as: their contract ends in 2030.",
    }


def test_assumptions_that_nobody_could_plan_with_are_refused_with_what_they_come_to(acme: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refused:
        submit(acme, form_of(acme), margin_improvement_annual="50", reason="a big year")
    assert "would be worth 14," in refused.value.errors["horizon_years"]
    assert "20 years" in read(ask(acme.db, "/clv acme"))


def test_what_is_implausible_all_the_same_is_not_known_with_the_reason(acme: SimpleNamespace) -> None:
    with acme.db.writing() as connection:
        # As they were accepted before there was a limit.
        own = assumptions.OwnAssumptions(margin_improvement_annual=Decimal("0.5"), horizon_years=50)
        assumptions.change(connection, acme.id, own, by="U1", at=NOW, reason="long ago")
        scoring.score(connection)
    card = read(ask(acme.db, "/clv acme"))
    reason = "the assumptions make more than 1,000 times of a year's profit; an admin can lower them"
    assert f"lifetime value not known: {reason}" in card
    assert f"Nothing is projected: {reason}." in card
    assert reason in read(ask(acme.db, "/clv acme why"))
    assert "Your best customer" in read(ask(acme.db, "/top"))


@pytest.mark.parametrize(
    "reason", ["", "  ", "no", "x" * 501, "\u202e" * 3, "\u200b" * 3, "\0" * 3, "\ud800" * 3, "no\u200b\u202e"]
)
def test_nothing_is_changed_without_a_reason(acme: SimpleNamespace, reason: str) -> None:
    with pytest.raises(Invalid, match="Say why"):
        submit(acme, form_of(acme), horizon_years="10", reason=reason)
    assert "20 years" in read(ask(acme.db, "/clv acme"))


def test_a_reason_is_kept_as_it_is_read(acme: SimpleNamespace) -> None:
    submit(acme, form_of(acme), horizon_years="10", reason="they\u202e \0move\ud800,\n soon")
    assert "Changed by Thandi Nkosi on Jun 1, 2026: they move, soon" in read(ask(acme.db, "/clv acme why"))


def test_of_two_admins_the_second_is_told_whose_change_they_have_not_seen(acme: SimpleNamespace) -> None:
    open_already = form_of(acme)
    slow_down(acme)
    values = {**open_already.values, "horizon_years": "30", "reason": "they asked"}
    with pytest.raises(Invalid, match="Thandi Nkosi changed these assumptions on 2026-06-01 at 06:00 UTC"):
        ask(acme.db, ASSUME, values=values, origin="form", person=Asker(slack_user_id="UPIET"))


def test_a_submission_that_slack_delivers_twice_is_one_change_with_one_answer(acme: SimpleNamespace) -> None:
    form = form_of(acme)
    answers = [submit(acme, form, receipt="V1", horizon_years="10", reason="they move") for _ in range(2)]
    assert answers[0] == answers[1]
    assert "Horizon the team's 20 years → 10 years." in read(answers[1])


def test_one_form_answers_for_one_customer_only(acme: SimpleNamespace) -> None:
    form = form_of(acme)
    submit(acme, form, receipt="V1", horizon_years="10", reason="they move")
    with pytest.raises(Invalid, match="has made another change before"):
        submit(acme, form, receipt="V1", customer=str(acme.other), horizon_years="10", reason="they move")
    assert "20 years" in read(ask(acme.db, "/clv other"))


@pytest.mark.parametrize("values", [{"customer": "999"}, {"customer": "x"}, {"seen": "x"}, {"seen": ""}])
def test_what_was_tampered_with_on_the_way_is_refused(acme: SimpleNamespace, values: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"no longer in the database|close it and open it again"):
        submit(acme, form_of(acme), horizon_years="10", reason="they move", **values)


def test_nothing_is_changed_but_by_a_form(acme: SimpleNamespace) -> None:
    values = {**form_of(acme).values, "horizon_years": "10", "reason": "they move"}
    ask(acme.db, ASSUME, values=values, origin="button")
    assert "20 years" in read(ask(acme.db, "/clv acme"))


# --- finding and showing --------------------------------------------------------------------------------------------


def test_the_customers_assumptions_stand_beside_the_teams(acme: SimpleNamespace) -> None:
    reply = ask(acme.db, "/melktert assume acme")
    assert read(reply).splitlines()[:2] == ["Acme is projected as every customer is", "Sales growth | 5 % | 5 %"]
    assert [action.label for action in reply.actions] == ["Change…", "The card"]
    slow_down(acme)
    reply = ask(acme.db, "/melktert assume acme")
    assert "Sales growth | 2 % | 5 %\nMargin improvement | 5 % | 5 %" in read(reply)
    assert "Horizon | 10 years | 20 years" in read(reply)
    assert "Changed by Thandi Nkosi on Jun 1, 2026: their market shrinks" in read(reply)
    assert [(action.label, action.opens_form) for action in reply.actions] == [
        ("Change…", True),
        ("Take back…", True),
        ("The card", False),
    ]


@pytest.mark.parametrize("typed", ["acme", "100", '"Acme"', "“acme”"])
def test_the_customer_is_named_as_for_a_card(acme: SimpleNamespace, typed: str) -> None:
    assert read(ask(acme.db, f"/melktert assume {typed}")).startswith("Acme is projected")


def test_who_is_not_meant_beyond_doubt_is_offered(books: SimpleNamespace) -> None:
    reply = ask(books.db, "/melktert assume twin wheels")
    assert read(reply).startswith("Which “twin wheels” do you mean?")
    chosen = [part.actions[0] for part in reply.parts if isinstance(part, Item)]
    assert {(action.command, action.values["customer"]) for action in chosen} == {
        ("assume", str(twin)) for twin in books.twins
    }


def test_without_a_name_it_says_what_to_type(books: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match="such as /melktert assume acme"):
        ask(books.db, "/melktert assume")


def test_before_the_first_import_it_says_how_to_import(db: Database) -> None:
    assert read(ask(db, "/melktert assume acme")).startswith("No ledger has been imported yet")


def test_an_admin_who_asks_why_is_offered_to_change_the_assumptions(acme: SimpleNamespace) -> None:
    offered = Action("assume", "Change the assumptions…", {"customer": str(acme.id), "do": "change"}, opens_form=True)
    assert offered in ask(acme.db, "/clv acme why", person=THANDI).actions
    for role in (Role.REP, Role.MANAGER):
        assert offered not in ask(acme.db, "/clv acme why", person=Asker(role=role)).actions
