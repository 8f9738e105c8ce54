"""/customer: the brief before a visit, what stands under its buttons, customers by hand, and channels."""

import datetime as dt
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.wording import plain, spell_day
from commands._customer_views import TOUCHES_SHOWN
from commands._reply import Action, Invalid, Person, Place, Reply, Role
from store import contacts, customer_channels, promises, standings, tables, touches
from store.contacts import About
from store.database import Database
from store.promises import NewPromise
from store.touches import NewTouch
from store.who import Who
from tests.commands.asking import TODAY, ask, facts, read
from tests.commands.conftest import RECENT
from tests.commands.test_clv_expected import learn, tell
from tests.ledger import NOW, START, Ledger, Line
from value.anniversaries import YearlyDay

REP = Person("U1", "T1", role=Role.REP)
MANAGER = replace(REP, slack_user_id="U2", role=Role.MANAGER)
SALES = Place("channel", "C1")
DAY = dt.timedelta(days=1)


def press(books: SimpleNamespace, who: Person = REP, place: Place = SALES, /, **values: str) -> Reply:
    return ask(books.db, "/customer", values=values, person=who, place=place, origin="button", receipt=None)


def submit(books: SimpleNamespace, who: Person = REP, /, receipt: str = "view 1", **values: str) -> Reply:
    return ask(books.db, "/customer", values=values, person=who, origin="form", receipt=receipt)


def action(reply: Reply, label: str) -> Action:
    everywhere: list[Action] = [
        *reply.actions,
        *(one for part in reply.parts for one in getattr(part, "actions", ())),
    ]
    return next(one for one in everywhere if one.label == label)


@pytest.fixture
def cared(books: SimpleNamespace) -> SimpleNamespace:
    """Metropolitan with people, touches and promises."""
    with books.db.writing() as connection:
        contacts.add(
            connection,
            books.best,
            About("Anna Smit", "buyer", birthday=YearlyDay(6, 12, 1966)),
            by="U1",
            at=NOW,
        )
        for days, kind, note in (
            (80, "visit", "First"),
            (40, "call", "Second"),
            (9, "visit", "Third"),
            (5, "call", ""),
        ):
            new = NewTouch(books.best, kind, TODAY - days * DAY, "U1", NOW, (Who(1),), note=note or None)  # type: ignore[arg-type]
            touches.log(connection, new)
        made = NewPromise(books.best, "send the price list", TODAY - 3 * DAY, Who(1), "U1", NOW)
        promises.make(connection, made)
        standings.refresh(connection)
    return books


# --- the brief ----------------------------------------------------------------------------------------------------


def test_the_brief_says_all_that_one_should_know_on_the_way_in(cared: SimpleNamespace) -> None:
    card = ask(cared.db, "/customer metropolitan")
    words = read(card)
    assert "Metropolitan Bicycle Supply" in words
    assert "Last touch 5 days ago, due every 56 days" in words
    assert "visit, Thandi Nkosi: Third" in words
    assert "First" not in words
    assert "Anna Smit (buyer, birthday in 8 days)" in words
    assert "Promised\nsend the price list, by Jun 1, 2026 (3 days late), Thandi Nkosi" in words
    assert "Overdue\nnot known: no payments were imported" in words
    assert "Ask: " in words
    assert "Reference: never asked" in words
    assert [one.label for one in card.actions] == ["Log a visit", "People", "Touches", "What they buy", "Ask"]
    assert [one.style for one in card.actions].count("primary") == 1


def test_programs_read_the_class_and_the_days_since_the_last_touch(cared: SimpleNamespace) -> None:
    found = facts(ask(cared.db, "/customer metropolitan"))
    assert found["days_since_last_touch"].value.number == 5  # type: ignore[union-attr]
    assert found["customer_class"].value.text == "Ramp up"  # type: ignore[union-attr]
    assert found["open_promises"].value.number == 1  # type: ignore[union-attr]


def test_a_customer_of_whom_nothing_is_known_says_so(books: SimpleNamespace) -> None:
    words = read(ask(books.db, "/customer never bought"))
    assert "no purchase on record" in words
    assert "nobody has touched them" in words
    assert "nobody is known there yet" in words
    assert "nobody's customer" in words


@pytest.mark.parametrize("name", ["A Bike Store", "Losing Ltd", "Credits Only", "Uncosted", "Turned Around", "Lapsed"])
@pytest.mark.parametrize("view", ["", "buys", "ask"])
def test_every_kind_of_customer_has_a_brief(books: SimpleNamespace, name: str, view: str) -> None:
    customer = ask(books.db, f"/customer {name}").again
    assert customer is not None
    assert read(press(books, **{**customer.values, "view": view}))


@pytest.mark.parametrize(
    "name",
    [
        "Metropolitan",
        "A Bike Store",
        "Losing Ltd",
        "Lapsed",
        "Credits Only",
        "Turned Around",
        "Uncosted",
        "Never Bought",
    ],
)
def test_the_brief_and_the_card_have_one_headline(books: SimpleNamespace, name: str) -> None:
    assert ask(books.db, f"/customer {name}").headline == ask(books.db, f"/clv {name}").headline
    learn(books.db)
    for customer in (books.best, books.losing, books.turned):
        tell(books.db, customer)
    assert ask(books.db, f"/customer {name}").headline == ask(books.db, f"/clv {name}").headline


@pytest.mark.parametrize(
    ("residual_minor", "said"),
    [
        (50_000, "Worth  a loss of $200 so far + $500 still to come, by what the model expects"),
        (0, "Worth  a loss of $200 so far, and nothing to come, by what the model expects"),
        (-50_000, "Worth  a loss of $200 so far, and another $500 to come, by what the model expects"),
    ],
)
def test_a_loss_is_said_in_words(books: SimpleNamespace, residual_minor: int, said: str) -> None:
    learn(books.db)
    tell(books.db, books.losing, residual_value_minor=residual_minor)
    assert said in read(ask(books.db, "/customer losing"))


def test_a_profit_that_is_to_become_a_loss_is_said_in_words(books: SimpleNamespace) -> None:
    learn(books.db)
    tell(books.db, books.best, residual_value_minor=-500_000)
    assert "$30K profit so far, and a loss of $5,000 to come, by what" in read(ask(books.db, "/customer metropolitan"))


def test_what_has_been_overdue_for_a_day_is_a_day_overdue(books: SimpleNamespace) -> None:
    paid = {"number": "P1", "paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
    late = sa.update(tables.invoices).where(tables.invoices.c.customer_id == books.losing)
    with books.db.writing() as connection:
        connection.execute(late.values(due_on=date(2026, 5, 30)))
        other = connection.scalar(sa.select(tables.invoices.c.id).where(tables.invoices.c.customer_id == books.best))
        row = {"source_id": books.ledger.source_id, "customer_id": books.best, "invoice_id": other, **paid}
        connection.execute(tables.payments.insert().values(row))
    said = read(ask(books.db, "/customer losing"))
    assert "Overdue\n$1,000, the oldest for 1 day\nwhen the books ended, May 31, 2026" in said
    assert "Ask first: What did we do wrong" in said
    assert "Ask first" not in read(ask(books.db, "/customer uncosted"))


def test_without_a_model_what_is_to_come_is_a_projection(books: SimpleNamespace) -> None:
    assert "$30K profit so far + $1.15M projected over 20 years" in read(ask(books.db, "/customer metropolitan"))


def test_of_many_promises_and_people_the_first_are_named_and_the_rest_counted(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        for number in range(6):
            contacts.add(connection, books.best, About(f"Anna {number}"), by="U1", at=NOW)
            new = NewPromise(books.best, f"call {number}", TODAY + number * DAY, Who(1), "U1", NOW)
            promises.make(connection, new)
    said = read(ask(books.db, "/customer metropolitan"))
    people, promised = said.split("People\n")[1].split("Overdue")[0].split("Promised\n")
    assert [line.split(", by")[0] for line in promised.splitlines()] == ["call 0", "call 1", "call 2", "and 3 more"]
    assert len(people.splitlines()) == 5
    assert people.splitlines()[-1] == "and 2 more"


def test_days_are_those_of_whoever_asks(cared: SimpleNamespace) -> None:
    assert "Last touch 6 days ago" in read(ask(cared.db, "/customer metropolitan", today=TODAY + DAY))


def test_every_touch_can_be_opened_from_the_brief(cared: SimpleNamespace) -> None:
    brief = ask(cared.db, "/customer metropolitan")
    listed = press(cared, **action(brief, "Touches").values)
    assert [line.split("  ·  ")[0] for line in read(listed).splitlines() if "number" in line] == [
        "May 30, 2026  call, Thandi Nkosi",
        "May 26, 2026  visit, Thandi Nkosi: Third",
        "Apr 25, 2026  call, Thandi Nkosi: Second",
        "Mar 16, 2026  visit, Thandi Nkosi: First",
    ]
    opened = ask(cared.db, "/melktert touch", values=dict(action(listed, "Open").values), person=REP)
    assert plain(opened.headline) == "Call: Metropolitan Bicycle Supply"


def test_touches_beyond_a_page_are_on_the_next(cared: SimpleNamespace) -> None:
    with cared.db.writing() as connection:
        for days in range(100, 100 + TOUCHES_SHOWN):
            touches.log(connection, NewTouch(cared.best, "call", TODAY - days * DAY, "U1", NOW, (Who(1),)))
    first = press(cared, customer=str(cared.best), view="touches")
    second = press(cared, **action(first, "Earlier ones").values)
    listed = [line for reply in (first, second) for line in read(reply).splitlines() if "number" in line]
    assert len(listed) == len(set(listed)) == TOUCHES_SHOWN + 4
    assert "Earlier ones" not in [one.label for one in second.actions]


def test_of_whom_nobody_has_touched_no_touches_are_offered(books: SimpleNamespace) -> None:
    assert "Touches" not in [one.label for one in ask(books.db, "/customer metropolitan").actions]
    assert "no earlier ones" in read(press(books, customer=str(books.best), view="touches", after="20"))


def test_after_a_complaint_one_asks_what_went_wrong(cared: SimpleNamespace) -> None:
    with cared.db.writing() as connection:
        touches.log(connection, NewTouch(cared.best, "call", TODAY, "U1", NOW, outcome="complaint"))
    words = read(ask(cared.db, "/customer metropolitan"))
    assert "A complaint is open." in words
    assert "Ask first: What did we do wrong" in words
    assert "Listen first" in read(press(cared, customer=str(cared.best), view="ask"))


def test_a_name_that_several_have_is_asked_back(books: SimpleNamespace) -> None:
    reply = ask(books.db, "/customer twin wheels")
    assert read(reply).startswith("Which “twin wheels” do you mean?")
    chosen = action(reply, "Show")
    assert "Twin Wheels" in read(press(books, **chosen.values))


@pytest.mark.parametrize(
    "values", [{"customer": "x"}, {"customer": "99999"}, {"customer": "1", "view": "x"}, {"do": "x"}]
)
def test_values_that_were_tampered_with_are_refused(books: SimpleNamespace, values: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="ask /c"):
        press(books, **values)


def shop_that_began(db: Database, start: date, *currencies: str) -> SimpleNamespace:
    """Acme bought goods without a name in each currency within the last 12 months, from books that begin so."""
    ledger = Ledger(db, start=start)
    acme = ledger.customer("Acme")
    with db.writing() as connection:
        number = (
            tables.products.insert().values(source_id=ledger.source_id, number="P5").returning(tables.products.c.id)
        )
        product_id = connection.execute(number).scalar_one()
    for currency in currencies:
        ledger.invoice(acme, RECENT, Line("100", "50"), currency=currency)
    with db.writing() as connection:
        connection.execute(tables.invoice_lines.update().values(product_id=product_id))
    ledger.done()
    return SimpleNamespace(db=db, acme=acme)


@pytest.mark.parametrize(
    ("start", "panel", "compared"),
    [
        (date(2024, 6, 1), "They buy, 12 months\nP5 $100 (new)", "Last 12 months against the 12 before"),
        (date(2024, 6, 2), "They buy, 12 months\nP5 $100\n", "Last 12 months; the 12 before are not in the data"),
        (date(2026, 1, 1), "They buy, in the data\nP5 $100\n", "All that the data has, which is less than 12 months"),
    ],
)
def test_only_with_a_year_that_the_data_holds_anything_is_compared(
    db: Database, start: date, panel: str, compared: str
) -> None:
    shop = shop_that_began(db, start, "USD")
    assert panel in read(ask(db, "/customer acme"))
    words = read(press(shop, customer=str(shop.acme), view="buys"))
    assert compared in words
    assert f"{spell_day(max(start, date(2025, 6, 1)))} to May 31, 2026, net of credit notes" in words


def test_the_brief_says_too_that_another_currency_is_not_in_what_they_buy(db: Database) -> None:
    shop_that_began(db, START, "EUR", "USD")
    assert "They buy, 12 months\nP5 $100\nbeside what was invoiced in EUR\n" in read(ask(db, "/customer acme"))


# --- what is settled ----------------------------------------------------------------------------------------------


def test_only_a_manager_marks_an_exit_and_takes_it_back(books: SimpleNamespace) -> None:
    the_customer = {"customer": str(books.costly)}
    for do in ("exit", "back"):
        with pytest.raises(Invalid, match="Only a manager"):
            submit(books, REP, reason="they never pay", do=do, **the_customer)
    form = press(books, MANAGER, do="exit", **the_customer).form
    assert form is not None
    with pytest.raises(Invalid, match="Say why"):
        submit(books, MANAGER, reason="x", **form.values)
    told = submit(books, MANAGER, reason="they never pay", **form.values)
    assert submit(books, MANAGER, reason="they never pay", **form.values) == told
    assert "Marked as an exit on Jun 4, 2026: they never pay" in read(press(books, **the_customer))
    undo = action(told, "Undo").values
    with pytest.raises(Invalid, match="Only a manager"):
        press(books, REP, **undo)
    press(books, MANAGER, **undo)
    assert "Marked as an exit" not in read(press(books, **the_customer))


def test_an_exit_is_offered_to_managers_alone(books: SimpleNamespace) -> None:
    def labels(who: Person) -> list[str]:
        reply = press(books, who, customer=str(books.best), view="ask")
        return [one.label for part in reply.parts for one in getattr(part, "actions", ())]

    assert labels(REP) == ["Difficult customer", "Asked for a reference…"]
    assert labels(MANAGER) == ["Difficult customer", "Asked for a reference…", "Mark as an exit…"]


def test_a_difficult_customer_comes_with_what_helps_and_the_money_at_stake(books: SimpleNamespace) -> None:
    the_customer = {"customer": str(books.best)}
    told = press(books, do="difficult", **the_customer)
    words = read(press(books, view="ask", **the_customer))
    assert "Blame nobody" in words
    assert "At stake: $" in words
    press(books, **action(told, "Undo").values)
    assert "Blame nobody" not in read(press(books, view="ask", **the_customer))


def test_a_reference_is_asked_for_once_a_year(books: SimpleNamespace) -> None:
    the_customer = {"customer": str(books.best)}
    submit(books, do="asked", answer="none", **the_customer)
    assert "Reference: no answer yet, asked today" in read(press(books, **the_customer))
    submit(books, receipt="view 2", do="answered", answer="yes", **the_customer)
    assert "Reference: may be named, asked today" in read(press(books, **the_customer))
    with pytest.raises(Invalid, match="ask again from 4 June 2027"):
        submit(books, receipt="view 3", do="asked", answer="yes", **the_customer)
    with pytest.raises(Invalid, match="Choose what they said"):
        submit(books, receipt="view 4", do="answered", answer="perhaps", **the_customer)


# --- customers by hand, channels ------------------------------------------------------------------------------------


def test_a_customer_added_by_hand_has_a_brief_and_a_card_at_once(books: SimpleNamespace) -> None:
    opened = press(books, **action(ask(books.db, "/customer new Acme Ltd"), "Fill in…").values)
    assert opened.form is not None
    assert opened.form.fields[0].initial == "Acme Ltd"
    told = submit(books, do="add", name="Acme Ltd", place="Cape Town", owner="1")
    assert submit(books, do="add", name="Acme Ltd", place="Cape Town", owner="1") == told
    words = read(ask(books.db, "/customer acme"))
    assert "New  ·  Cape Town  ·  owner Thandi Nkosi  ·  added by hand Jun 4, 2026" in words
    assert "no purchase on record" in words
    assert "has not bought yet" in read(ask(books.db, "/clv acme"))
    assert "nothing has been bought" in read(ask(books.db, "/clv acme why"))
    press(books, **action(told, "Undo").values)
    assert "No customer is called “acme”" in read(ask(books.db, "/customer acme"))
    assert "not in the database" in read(press(books, **action(told, "Undo").values))


def test_a_customer_whose_name_begins_with_new_is_found(books: SimpleNamespace) -> None:
    submit(books, do="add", name="New Balance")
    assert "Worth" in read(ask(books.db, "/customer new balance"))


def test_before_any_ledger_a_customer_can_be_added(db: object) -> None:
    only = SimpleNamespace(db=db)
    submit(only, do="add", name="Acme")
    words = read(ask(only.db, "/customer acme"))
    assert "no ledger has been imported yet" in words


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"name": ""}, "called"),
        ({"name": "x" * 201}, "letters"),
        ({"name": "Route 66"}, "there already"),
        ({"name": "Acme", "owner": "77"}, "Choose a rep"),
    ],
)
def test_what_cannot_be_added_is_said_beside_the_field(
    books: SimpleNamespace, filled: dict[str, str], said: str
) -> None:
    with pytest.raises(Invalid, match=said) as wrong:
        submit(books, do="add", **filled)
    assert list(wrong.value.errors) == [list(filled)[-1]]


def test_a_name_that_nobody_has_can_be_added(books: SimpleNamespace) -> None:
    offered = action(ask(books.db, "/customer zzzqqq"), "Add this customer…")
    assert offered.values == {"do": "add", "name": "zzzqqq"}
    assert offered.opens_form


def test_a_channel_is_tied_to_a_customer_and_here_then_means_it(books: SimpleNamespace) -> None:
    assert "belongs to no customer" in read(ask(books.db, "/customer here", place=SALES))
    told = ask(books.db, "/customer metropolitan here", place=SALES, person=REP)
    assert "This channel is about Metropolitan Bicycle Supply now" in read(told)
    assert "Metropolitan" in read(ask(books.db, "/customer here", place=SALES))
    again = ask(books.db, "/customer route 66 here", place=SALES, person=REP)
    assert "Before it was about Metropolitan" in read(again)
    back = press(books, **action(again, "Undo").values)
    assert "This channel is about Metropolitan Bicycle Supply now" in read(back)
    assert press(books, **action(again, "Undo").values).headline == back.headline
    with books.db.reading() as connection:
        assert customer_channels.customer_of(connection, "C1") == books.best
    press(books, **action(told, "Undo").values)
    with books.db.reading() as connection:
        assert customer_channels.customer_of(connection, "C1") is None


def test_an_old_undo_takes_no_newer_tie_away(books: SimpleNamespace) -> None:
    ask(books.db, "/customer metropolitan here", place=SALES, person=REP)
    replaced = ask(books.db, "/customer route 66 here", place=SALES, person=REP)
    ask(books.db, "/customer losing here", place=SALES, person=REP)
    with pytest.raises(Invalid, match="tied to another customer since"):
        press(books, **action(replaced, "Undo").values)
    with books.db.reading() as connection:
        assert customer_channels.customer_of(connection, "C1") == books.losing


def test_only_a_channel_can_be_tied(books: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match="Type it in the channel"):
        ask(books.db, "/customer metropolitan here", place=Place("dm", "D1"))


def test_here_after_an_ambiguous_name_asks_back_and_then_ties(books: SimpleNamespace) -> None:
    choose = action(ask(books.db, "/customer twin wheels here", place=SALES), "Tie")
    assert "This channel is about Twin Wheels" in read(press(books, **choose.values))


def test_the_brief_takes_a_fixed_number_of_queries(cared: SimpleNamespace) -> None:
    def queries() -> int:
        asked: list[str] = []
        engine = cared.db._readers if cared.db.dialect == "postgresql" else cared.db.engine
        listen = lambda *args: asked.append(args[2])  # noqa: E731 - one line that is removed again
        sa.event.listen(engine, "before_cursor_execute", listen)
        press(cared, customer=str(cared.best))
        sa.event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    before = queries()
    with cared.db.writing() as connection:
        for number in range(20):
            contacts.add(connection, cared.best, About(f"Person {number}"), by="U1", at=NOW)
            touches.log(connection, NewTouch(cared.best, "call", TODAY, "U1", NOW, (Who(1),)))
            promises.make(connection, NewPromise(cared.best, "x", TODAY, Who(1), "U1", NOW))
    assert queries() == before
    assert before <= 18


def test_nothing_is_left_in_the_tables_by_looking(books: SimpleNamespace) -> None:
    press(books, customer=str(books.best))
    with books.db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.audit_entries)) == 0
