"""/neglected: who is on the list and in which order, what is said of each, and what can be done about it."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Invalid, Item, Person, Reply, Role
from store import changes, neglect, neglect_totals, newcomers, snoozes, standings, succession, tables
from store.database import Database
from store.newcomers import Newcomer
from tests.commands.asking import TODAY, ask, facts, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line

ANNA = Person("U1", "T1")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna owns Shop 1 to Shop 4, which earn 100 to 400 a year, and Ben owns Best; nobody has touched any of them."""
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna Botha"), ledger.rep("Ben Cele")
    shops = [ledger.customer(f"Shop {number}", owner=anna) for number in range(1, 5)]
    best = ledger.customer("Best", owner=ben)
    for customer, profit in [*zip(shops, (100, 200, 300, 400), strict=True), (best, 9000)]:
        ledger.invoice(customer, dt.date(2024, 2, 1), Line("100000", str(100_000 - 2 * profit)))
        ledger.invoice(customer, RECENT, Line("100000", str(100_000 - profit)))
    ledger.done()
    with db.writing() as connection:
        connection.execute(tables.reps.update().where(tables.reps.c.id == anna).values(slack_user_id="U1"))
    person = Person("U1", "T1", anna)
    return SimpleNamespace(db=db, ledger=ledger, anna=person, anna_id=anna, ben=ben, shops=shops, best=best)


def touch(db: Database, customer_id: int, on: dt.date, rep_id: int | None = None, **about: Any) -> None:
    row = {"customer_id": customer_id, "kind": "visit", "happened_on": on, "author": "U1", "logged_at": NOW, **about}
    with db.writing() as connection:
        touch_id = connection.execute(tables.touches.insert().values(row).returning(tables.touches.c.id)).scalar_one()
        if rep_id is not None:
            connection.execute(tables.touch_people.insert().values(touch_id=touch_id, ordinal=1, rep_id=rep_id))
        standings.refresh(connection, [customer_id])


def titles(reply: Reply) -> list[str]:
    return [plain(part.title).partition("  ·")[0] for part in reply.parts if isinstance(part, Item)]


def press(db: Database, label: str, reply: Reply, **about: Any) -> Reply:
    actions = [*reply.actions, *(one for part in reply.parts if isinstance(part, Item) for one in part.actions)]
    action = next(one for one in actions if one.label == label)
    return ask(db, f"/{action.command}", values=dict(action.values), origin="button", **about)


def submit(db: Database, form_reply: Reply, receipt: str = "V1", person: Person = ANNA, **fields: str) -> Reply:
    assert form_reply.form is not None
    values = {**form_reply.form.values, **fields}
    return ask(db, "/neglected", values=values, origin="form", receipt=receipt, person=person)


def test_the_most_money_stands_first_and_who_was_never_touched_is_not_missing(team: SimpleNamespace) -> None:
    reply = ask(team.db, "/neglected team")
    assert titles(reply) == ["Best", "Shop 4", "Shop 3", "Shop 2", "Shop 1"]
    words = read(reply)
    assert words.startswith("Nobody has been to see them\n5 of the team's 5 customers are past their cadence")
    assert "$441K at stake  ·  most money first" in words
    assert (
        "never touched, due every 28 days  ·  2 invoices  ·  Restore: ask what has changed  ·  owner Ben Cele" in words
    )
    assert facts(reply)["neglected"].value.number == 5  # type: ignore[union-attr]


def test_an_entry_says_how_long_ago_by_whom_and_how(team: SimpleNamespace) -> None:
    touch(team.db, team.best, dt.date(2026, 4, 1), team.ben)
    words = read(ask(team.db, "/neglected team"))
    assert "64 days since the last touch (visit, Ben Cele), due every 28 days" in words


def test_who_was_touched_within_the_cadence_is_not_on_the_list(team: SimpleNamespace) -> None:
    touch(team.db, team.best, TODAY - dt.timedelta(days=28))
    assert titles(ask(team.db, "/neglected team")) == ["Shop 4", "Shop 3", "Shop 2", "Shop 1"]
    assert titles(ask(team.db, "/neglected team", today=TODAY + dt.timedelta(days=1)))[0] == "Best"


def test_any_kind_of_touch_counts(team: SimpleNamespace) -> None:
    for kind, shop in zip(("call", "gift", "invitation", "conversation"), team.shops, strict=True):
        touch(team.db, shop, TODAY, kind=kind)
    assert titles(ask(team.db, "/neglected team")) == ["Best"]


def test_a_rep_with_customers_sees_their_own_and_everybody_else_the_team(team: SimpleNamespace) -> None:
    mine = ask(team.db, "/neglected", person=team.anna)
    assert titles(mine) == ["Shop 4", "Shop 3", "Shop 2", "Shop 1"]
    assert "4 of your 4 customers are past their cadence" in read(mine)
    assert "owner" not in read(mine)
    assert len(titles(ask(team.db, "/neglected"))) == 5
    assert len(titles(ask(team.db, "/neglected", person=Person("U9", "T1", role=Role.MANAGER)))) == 5


def test_another_reps_list_is_asked_for_by_name_or_mention(team: SimpleNamespace) -> None:
    reply = ask(team.db, "/neglected @ben", person=team.anna)
    assert titles(reply) == ["Best"]
    assert "1 of Ben Cele's 1 customer is past" in read(reply)
    assert titles(ask(team.db, "/neglected <@U1>"))[0] == "Shop 4"
    with pytest.raises(Invalid, match="No rep is called “@carl”"):
        ask(team.db, "/neglected @carl")
    with pytest.raises(Invalid, match="may be Anna Botha, Ben Cele"):
        ask(team.db, "/neglected @n")
    with pytest.raises(Invalid, match="You are no rep of the ledger"):
        ask(team.db, "/neglected mine")


def test_days_asks_for_those_without_a_touch_for_so_long_whatever_their_cadence(team: SimpleNamespace) -> None:
    touch(team.db, team.best, TODAY - dt.timedelta(days=20))
    touch(team.db, team.shops[0], TODAY - dt.timedelta(days=19))
    reply = ask(team.db, "/neglected team days 20")
    assert titles(reply) == ["Best", "Shop 4", "Shop 3", "Shop 2"]
    assert "4 of the team's 5 customers are without a touch for 20 days or more" in read(reply)


def test_a_short_list_says_how_many_more_there_are_and_leads_to_them(team: SimpleNamespace) -> None:
    reply = ask(team.db, "/neglected 2 team")
    assert titles(reply) == ["Best", "Shop 4"]
    assert "3 more: /neglected 4 team" in read(reply)
    second = press(team.db, "The next 2", reply)
    assert titles(second) == ["Shop 3", "Shop 2"]
    third = press(team.db, "The next 2", second)
    assert titles(third) == ["Shop 1"]
    assert not [one for one in third.actions if one.label == "The next 2"]


def test_those_whose_value_is_not_known_come_last_the_longest_neglected_first(team: SimpleNamespace) -> None:
    losing, older = team.ledger.customer("Losing"), team.ledger.customer("Older")
    team.ledger.invoice(losing, RECENT, Line("100", "200"))
    team.ledger.invoice(older, dt.date(2024, 1, 1), Line("100", "200"))
    team.ledger.done()
    assert titles(ask(team.db, "/neglected 7 team"))[-3:] == ["Shop 1", "Older", "Losing"]
    first = ask(team.db, "/neglected 6 team")
    assert titles(press(team.db, "The next 6", first)) == ["Losing"]
    assert "Losing  ·  no profit to expect" in read(ask(team.db, "/neglected 7 team"))


def test_an_unknown_value_is_not_said_to_be_none_and_has_its_reason(db: Database) -> None:
    ledger = Ledger(db, start=dt.date(2026, 1, 1))
    ledger.invoice(ledger.customer("Short Past"), RECENT, Line("1000", "700"))
    ledger.invoice(ledger.customer("Uncosted"), RECENT, Line("1000"))
    ledger.customer("Never Bought")
    ledger.done()
    words = read(ask(db, "/neglected team"))
    assert "Short Past  ·  value not known: the data covers less than 12 months" in words
    assert "Uncosted  ·  value not known: no cost is recorded for some of what was bought" in words
    assert "Never Bought  ·  value not known: nothing has been bought in the period covered" in words
    assert "no profit to expect" not in words
    assert "lifetime value not known: the data covers less than 12 months" in read(ask(db, "/clv short past"))


def test_an_invoice_of_nothing_is_no_purchase(db: Database) -> None:
    ledger = Ledger(db)
    free, bought = ledger.customer("Free Sample"), ledger.customer("Bought")
    ledger.invoice(free, RECENT, Line("0", "0"))
    ledger.invoice(bought, RECENT, Line("1000", "700"))
    ledger.done()
    lines = read(ask(db, "/neglected team")).splitlines()
    assert "invoice" not in lines[lines.index(next(one for one in lines if one.startswith("Free Sample"))) + 1]
    assert "  ·  1 invoice  ·  " in lines[lines.index(next(one for one in lines if one.startswith("Bought"))) + 1]


def test_money_in_another_currency_is_not_ranked_with_the_rest(team: SimpleNamespace) -> None:
    other = team.ledger.customer("Yen Ltd")
    team.ledger.invoice(other, RECENT, Line("1000000000", "10"), currency="JPY")
    team.ledger.done()
    reply = ask(team.db, "/neglected 9 team")
    assert "Yen Ltd" not in titles(reply)
    assert "5 of the team's 6 customers" in read(reply)
    assert "1 customer with figures in other currencies cannot be ranked with these" in read(reply)


def test_a_snoozed_customer_is_left_out_counted_and_comes_back(team: SimpleNamespace) -> None:
    form = press(team.db, "Snooze", ask(team.db, "/neglected team"), person=team.anna)
    assert form.form is not None
    assert {one.name: one.initial for one in form.form.fields}["until"] == "2026-06-18"
    done = submit(team.db, form, until="2026-06-20", reason="The buyer is on leave", person=team.anna)
    assert plain(done.headline) == "Best is snoozed until Jun 20, 2026"
    reply = ask(team.db, "/neglected team")
    assert "Best" not in titles(reply)
    assert "4 of the team's 5 customers are past their cadence" in read(reply)
    assert "1 snoozed: Best until Jun 20, 2026  ·  who is next" in read(reply)
    assert "Best" not in titles(ask(team.db, "/neglected team", today=dt.date(2026, 6, 19)))
    assert "Best" in titles(ask(team.db, "/neglected team", today=dt.date(2026, 6, 20)))
    undone = press(team.db, "Undo", done)
    assert plain(undone.headline) == "Best is shown again"
    assert press(team.db, "Undo", done).headline == undone.headline
    assert "Best" in titles(ask(team.db, "/neglected team"))


def test_of_many_who_are_snoozed_those_with_the_most_money_are_named(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        past = tables.customer_standings.c.due_on < TODAY
        every = connection.scalars(sa.select(tables.customer_standings.c.customer_id).where(past)).all()
        for customer in every:
            snoozes.snooze(connection, customer, dt.date(2026, 7, 1), "a stocktaking", by="U1", at=NOW)
    assert len(every) == 5
    for line in ("/neglected team", "/neglected team days 1"):
        words = read(ask(team.db, line))
        assert "5 snoozed: Best until Jul 1, 2026, " in words
        assert words.count("until Jul 1, 2026") == 3
        assert " and 2 more" in words


def test_a_snooze_that_is_taken_back_does_not_end_a_colleagues(team: SimpleNamespace) -> None:
    form = press(team.db, "Snooze", ask(team.db, "/neglected team"))
    mine = submit(team.db, form, until="2026-06-20", reason="on leave", person=team.anna)
    theirs = submit(team.db, form, receipt="V2", until="2026-07-01", reason="moving house")
    assert plain(press(team.db, "Undo", mine).headline) == "Best stays snoozed until Jul 1, 2026"
    assert "Best" not in titles(ask(team.db, "/neglected team"))
    assert plain(press(team.db, "Undo", theirs).headline) == "Best is shown again"
    assert "Best" in titles(ask(team.db, "/neglected team"))


def test_a_snooze_that_is_submitted_twice_is_one(team: SimpleNamespace) -> None:
    form = press(team.db, "Snooze", ask(team.db, "/neglected team"))
    first = submit(team.db, form, until="2026-06-20", reason="on leave")
    assert submit(team.db, form, until="2026-06-20", reason="on leave") == first
    with team.db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.snoozes)) == 1


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        ("2026-06-04", "on leave", "until"),
        ("2027-06-06", "on leave", "until"),
        ("tomorrow", "on leave", "until"),
        ("2026-06-20", " \u200b ", "reason"),
    ],
)
def test_a_snooze_needs_a_day_within_a_year_and_a_reason(
    team: SimpleNamespace, until: str, reason: str, field: str
) -> None:
    form = press(team.db, "Snooze", ask(team.db, "/neglected team"))
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, until=until, reason=reason)
    assert set(refused.value.errors) == {field}


@pytest.mark.parametrize(
    "values",
    [
        {"do": "snooze", "customer": "999"},
        {"do": "snooze", "customer": "1 or 1"},
        {"do": "wake", "snooze": "999"},
        {"do": "wake", "snooze": "x"},
        {"do": "forget"},
        {"scope": "rep 999"},
        {"scope": "team", "after": "1.2"},
        {"scope": "team", "after": "1.0.1"},
        {"scope": "team", "count": "31"},
        {"scope": "team", "days": "-1"},
    ],
)
def test_what_came_back_tampered_with_is_refused_with_a_sentence(team: SimpleNamespace, values: dict[str, str]) -> None:
    for origin in ("button", "form"):
        with pytest.raises(Invalid):
            ask(team.db, "/neglected", values=values, origin=origin)


@pytest.mark.parametrize("text", ["0", "31", "-3", "5x", "days x", "days 0"])
def test_a_number_that_makes_no_sense_is_explained(team: SimpleNamespace, text: str) -> None:
    with pytest.raises(Invalid, match=r"Say (how many customers|after how many days) with a number from 1 to"):
        ask(team.db, f"/neglected {text}")


def test_who_is_next_is_listed_by_the_day(team: SimpleNamespace) -> None:
    touch(team.db, team.best, TODAY)
    touch(team.db, team.shops[0], TODAY - dt.timedelta(days=28))
    reply = ask(team.db, "/neglected upcoming")
    assert titles(reply) == ["Shop 1", "Best"]
    assert "due today, Jun 4, 2026" in read(reply)
    assert "due in 4 weeks, Jul 2, 2026" in read(reply)
    assert "due tomorrow, Jun 4, 2026" in read(ask(team.db, "/neglected upcoming", today=TODAY - dt.timedelta(days=1)))
    first = ask(team.db, "/neglected 1 upcoming")
    assert titles(press(team.db, "The next 1", first)) == ["Best"]


def test_the_way_to_who_is_next_leads_to_the_same_customers(team: SimpleNamespace) -> None:
    def last_but_one(line: str, person: Person = ANNA) -> str:
        return read(ask(team.db, line, person=person)).splitlines()[-2]

    assert last_but_one("/neglected @ben") == "Who is next: /neglected @Ben Cele upcoming"
    assert last_but_one("/neglected 2 team").endswith("  ·  who is next: /neglected team upcoming")
    assert last_but_one("/neglected days 30", team.anna) == "Who is next: /neglected upcoming"
    touch(team.db, team.best, TODAY)
    assert titles(ask(team.db, "/neglected @Ben Cele upcoming")) == ["Best"]


def test_a_rep_without_customers_sees_the_teams_unless_theirs_are_asked_for(team: SimpleNamespace) -> None:
    carla = Person("U3", "T1", team.ledger.rep("Carla Dube"))
    team.ledger.done()
    assert titles(ask(team.db, "/neglected", person=carla))[0] == "Best"
    assert plain(ask(team.db, "/neglected mine", person=carla).headline) == "You have no customer to look after"


@pytest.mark.parametrize(("shown", "more"), [(1, "4 more: /neglected 2 team"), (3, "2 more: /neglected 5 team")])
def test_how_to_see_more_asks_for_twice_as_many_and_for_no_more_than_there_are(
    team: SimpleNamespace, shown: int, more: str
) -> None:
    assert more in read(ask(team.db, f"/neglected {shown} team"))


def test_where_nobody_is_neglected_it_says_who_is_next(team: SimpleNamespace) -> None:
    for customer in (team.best, *team.shops):
        touch(team.db, customer, TODAY)
    reply = ask(team.db, "/neglected team")
    assert plain(reply.headline) == "Everybody has been seen in time"
    assert "None of the team's 5 customers is past the cadence" in read(reply)
    assert titles(reply) == ["Best", "Shop 4", "Shop 3"]


def test_an_exit_is_in_no_list(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.customers.update().where(tables.customers.c.id == team.best).values(status="exit"))
        standings.refresh(connection, [team.best])
    reply = ask(team.db, "/neglected team")
    assert "Best" not in titles(reply)
    assert "4 of the team's 4 customers" in read(reply)
    assert "Best" not in titles(ask(team.db, "/neglected upcoming"))


def test_before_a_ledger_is_imported_it_says_so(db: Database) -> None:
    assert plain(ask(db, "/neglected").headline) == "No ledger has been imported yet"


def test_another_cadence_holds_at_once(team: SimpleNamespace) -> None:
    touch(team.db, team.best, TODAY - dt.timedelta(days=20))
    assert "Best" not in titles(ask(team.db, "/neglected team"))
    with team.db.writing() as connection:
        changes.settle(connection, {"cadence_restore_days": 14}, by="U9", at=NOW)
    assert titles(ask(team.db, "/neglected team"))[0] == "Best"


def test_the_day_is_that_of_whoever_asks(team: SimpleNamespace) -> None:
    touch(team.db, team.best, dt.date(2026, 5, 7))
    assert "Best" not in titles(ask(team.db, "/neglected team", today=dt.date(2026, 6, 4)))  # still June 4 there
    assert "Best" in titles(ask(team.db, "/neglected team", today=dt.date(2026, 6, 5)))  # June 5 already in Auckland


def queries(db: Database, line: str) -> int:
    """How many queries the answer takes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_about: object) -> None:
        seen.append(statement)

    engines = {db.engine, db._readers}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    ask(db, line)
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith("BEGIN")])


def test_the_same_number_of_queries_however_many_customers_there_are(team: SimpleNamespace) -> None:
    lines = ("/neglected 5 team", "/neglected 5 team days 30")
    few = [queries(team.db, line) for line in lines]
    for number in range(60):
        team.ledger.invoice(team.ledger.customer(f"More {number}"), RECENT, Line("1000", "10"))
    team.ledger.done()
    assert [queries(team.db, line) for line in lines] == few
    assert max(few) <= 5


def test_a_rep_whose_customers_of_a_currency_are_gone_is_told_no_amount_in_it(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        newcomers.add(connection, Newcomer("Fresh Foods", owner_rep_id=team.anna_id), on=TODAY, by="U1", at=NOW)
        succession.give(connection, team.shops, team.ben, by="U9", at=NOW)
    later = TODAY + dt.timedelta(days=400)
    with team.db.reading() as connection:
        totals = neglect_totals.totals(connection, neglect.Asked(later, team.anna_id))
    assert (totals.customers, totals.neglected, totals.currency, totals.at_stake) == (1, 1, None, None)
    asked = ask(team.db, "/neglected", person=team.anna, today=later)
    assert "at_stake" not in facts(asked)
    assert "$" not in read(asked)
