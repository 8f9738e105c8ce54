"""The App Home: what is to be set up, who you are, your customers, the ten best."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Item, Note, Person, Reply, Role
from store import people, reps, standings, tables
from store.database import Database
from store.people import Person as Known
from tests.commands.asking import TODAY, ask, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line

ADMIN = Person("U9", "T1", role=Role.ADMIN)
SAM = Known("U9", "T1", "Sam", "sam@example.com")
ANNA = Known("U1", "T1", "anna", "anna@example.com")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna owns seven customers with 100, 200 … 700 of profit, Ben one that is worth more than any."""
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna Botha", "anna@example.com"), ledger.rep("Ben")
    for number in range(1, 8):
        ledger.invoice(ledger.customer(f"Shop {number}", owner=anna), RECENT, Line(f"{number}000", f"{900 * number}"))
    best = ledger.customer("Best", owner=ben)
    ledger.invoice(best, RECENT, Line("90000", "81000"))
    ledger.done()
    with db.writing() as connection:
        people.remember(connection, [SAM, ANNA], NOW)
    return SimpleNamespace(db=db, ledger=ledger, anna=anna, ben=ben, best=best)


def home(db: Database, person: Person = ADMIN, today: dt.date = TODAY) -> Reply:
    return ask(db, "/home", person=person, today=today, origin="home")


def steps(reply: Reply) -> dict[str, bool]:
    """The steps of the set-up by their first words, and whether each is done."""
    if "Setting up" not in read(reply):
        return {}
    at = next(n for n, part in enumerate(reply.parts) if isinstance(part, Note) and "Setting up" in plain(part.text))
    found = {}
    for part in reply.parts[at + 1 : at + 5]:
        assert isinstance(part, Note | Item)
        words = plain(part.text) if isinstance(part, Note) else plain(part.title)
        found[words.partition(":")[0].rstrip(".")] = isinstance(part, Note)
    return found


def titles(reply: Reply) -> list[str]:
    return [plain(part.title) for part in reply.parts if isinstance(part, Item)]


def link(db: Database, rep_id: int, slack_user_id: str) -> None:
    with db.writing() as connection:
        reps.link(connection, rep_id, slack_user_id, by="U9", at=NOW)


def test_an_admin_is_walked_through_the_empty_start(db: Database) -> None:
    reply = home(db)
    assert steps(reply) == {
        "Melktert is connected": True,
        "Import a ledger": False,
        "Link people": False,
        "Ask for a first customer": False,
    }
    words = read(reply)
    assert "Setting up  ·  1 of 4 done" in words
    assert "python -m bot import FILE --mapping NAME; docs/import.md shows how." in words
    assert "No ledger has been imported yet, so there are no customers to show." in words


def test_each_step_says_how_far_it_is_and_leads_to_the_next(team: SimpleNamespace) -> None:
    reply = home(team.db)
    assert list(steps(reply).values()) == [True, True, False, False]
    words = read(reply)
    assert "A ledger is imported: The books, until May 31, 2026." in words
    assert "0 of 2 reps linked; 1 more has the same e-mail address as somebody in Slack." in words
    buttons = {one.label: one for part in reply.parts if isinstance(part, Item) for one in part.actions}
    assert buttons["People"].command == "people"
    assert dict(buttons["Show the best"].values) == {"customer": str(team.best)}
    assert "such as /clv Best." in words


def test_the_first_steps_go_away_once_all_is_done(team: SimpleNamespace) -> None:
    link(team.db, team.anna, "U1")
    assert steps(home(team.db))["People are linked"]
    with team.db.writing() as connection:
        people.answered(connection, "U9", NOW)
    assert steps(home(team.db)) == {}


def test_a_ledger_that_names_no_rep_leaves_nothing_to_link(db: Database) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("Shop"), RECENT, Line("1000", "900"))
    ledger.done()
    reply = home(db)
    assert steps(reply)["There is nobody to link"]
    assert (
        "the ledger names no rep. Where your books have a column for them, say so in the mapping ([invoice] rep;"
        in (read(reply))
    )
    with db.writing() as connection:
        people.remember(connection, [SAM], NOW)
        people.answered(connection, "U9", NOW)
    assert steps(home(db)) == {}


def test_where_every_rep_has_left_there_is_nobody_to_link(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.reps.update().values(left_at=NOW))
    assert "There is nobody to link: every rep of the ledger has left." in read(home(team.db))


def test_a_linked_person_who_left_slack_opens_the_step_again(team: SimpleNamespace) -> None:
    link(team.db, team.anna, "U1")
    with team.db.writing() as connection:
        people.remember(connection, [replace(ANNA, kind="left")], NOW)
    reply = home(team.db)
    assert not steps(reply)["Link people"]
    assert "1 rep with customers has left Slack." in read(reply)


def test_who_is_no_admin_is_not_asked_to_set_anything_up(team: SimpleNamespace) -> None:
    reply = home(team.db, Person("U1", "T1"))
    assert steps(reply) == {}
    assert {one.command for one in reply.actions} == {"top", "neglected", "promises", "me", "melktert"}


def test_a_rep_sees_the_five_most_valuable_of_their_own_customers_then_the_best_of_all(team: SimpleNamespace) -> None:
    link(team.db, team.anna, "U1")
    reply = home(team.db, Person("U1", "T1", team.anna))
    ranked = [title for title in titles(reply) if title[0].isdigit()]
    mine, best = ranked[:5], ranked[5:]
    assert mine == ["1  Shop 7", "2  Shop 6", "3  Shop 5", "4  Shop 4", "5  Shop 3"]
    assert best[:2] == ["1  Best", "2  Shop 7"]
    assert len(best) == 8
    words = read(reply)
    assert "in the ledger you are Anna Botha, with 7 customers." in words
    assert words.startswith("Your 5 best customers  ·  $110K")
    assert "owner Anna Botha" not in words[: words.index("The 8 best customers")]
    assert "a working hour" in words
    assert "Projected value over 20 years" in words


def test_a_rep_whose_customers_earn_nothing_is_told_so(team: SimpleNamespace) -> None:
    cleo = team.ledger.rep("Cleo")
    reply = home(team.db, Person("U1", "T1", cleo))
    assert "My customers  ·  none has a projected value yet" in read(reply)


def test_whoever_may_be_a_rep_is_led_to_the_question_until_they_answer(team: SimpleNamespace) -> None:
    reply = home(team.db, Person("U1", "T1"))
    assert "Are you Anna Botha of the ledger?" in titles(reply)
    with team.db.writing() as connection:
        (suggestion,) = reps.suggestions(connection, "U1")
        reps.decline(connection, suggestion, at=NOW)
    assert "Are you Anna Botha of the ledger?" not in titles(home(team.db, Person("U1", "T1")))


@pytest.mark.parametrize(("days", "is_old"), [(35, False), (36, True)])
def test_old_data_is_said_to_be_old(team: SimpleNamespace, days: int, is_old: bool) -> None:
    words = read(home(team.db, today=dt.date(2026, 5, 31) + dt.timedelta(days=days)))
    assert ("Old data: it ends 36 days before today." in words) == is_old


def test_where_nobody_earns_it_says_so(db: Database) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("A"), RECENT, Line("100", "160"))
    ledger.done()
    assert "No customer earned a profit in the 12 months to May 31, 2026" in read(home(db))


def test_a_customer_with_an_endless_name_is_not_offered_for_typing(db: Database) -> None:
    ledger = Ledger(db)
    ledger.invoice(ledger.customer("A" * 1_000), RECENT, Line("100", "60"))
    ledger.done()
    assert "such as /clv NAME." in read(home(db))


# --- the day --------------------------------------------------------------------------------------------------------


def promised(team: SimpleNamespace, text: str, due_on: dt.date, rep_id: int) -> None:
    with team.db.writing() as connection:
        row = {"customer_id": team.best, "text": text, "due_on": due_on, "first_due_on": due_on, "rep_id": rep_id}
        connection.execute(tables.promises.insert().values(**row, made_at=NOW, made_by="U1"))


def test_a_rep_begins_with_what_is_due_and_whom_nobody_has_seen(team: SimpleNamespace) -> None:
    link(team.db, team.anna, "U1")
    promised(team, "send the quote", TODAY, team.anna)
    promised(team, "call about the frames", TODAY - dt.timedelta(days=2), team.anna)
    promised(team, "next month", TODAY + dt.timedelta(days=30), team.anna)
    promised(team, "what Ben promised", TODAY, team.ben)
    reply = home(team.db, Person("U1", "T1", team.anna))
    words = read(reply)
    assert "My day  ·  1 promise overdue  ·  7 of 7 customers past the cadence" in words
    assert titles(reply)[:3] == ["Best  ·  call about the frames", "Best  ·  send the quote", "Shop 7  ·  $30,847"]
    assert "Ben promised" not in words
    assert "next month" not in words
    assert "The team's day" not in words


def test_whoever_looks_after_reps_sees_the_teams_day_with_names(team: SimpleNamespace) -> None:
    promised(team, "what Ben promised", TODAY, team.ben)
    words = read(home(team.db, Person("U8", "T1", role=Role.MANAGER)))
    assert "The team's day  ·  1 promise due today  ·  8 of 8 customers past the cadence" in words
    assert "what Ben promised" in words
    assert "owner Anna Botha" in words


def test_more_promises_are_counted_than_are_shown(team: SimpleNamespace) -> None:
    for number in range(5):
        promised(team, f"what Ben promised, {number}", TODAY, team.ben)
    promised(team, "tomorrow", TODAY + dt.timedelta(days=1), team.ben)
    reply = home(team.db, Person("U8", "T1", role=Role.MANAGER))
    assert "The team's day  ·  5 promises due today  ·  " in read(reply)
    assert len([one for one in titles(reply) if "what Ben promised" in one]) == 3


def test_the_birthdays_of_the_week_and_the_next_visits_are_named(team: SimpleNamespace) -> None:
    link(team.db, team.anna, "U1")
    with team.db.writing() as connection:
        shop = connection.scalar(sa.select(tables.customers.c.id).where(tables.customers.c.name == "Shop 7"))
        row = {"customer_id": shop, "name": "Zola Maseko", "birthday_month": 6, "birthday_day": 6}
        connection.execute(tables.contacts.insert().values(**row, added_at=NOW, added_by="U1"))
        touched = {"customer_id": shop, "kind": "visit", "happened_on": TODAY - dt.timedelta(days=40)}
        connection.execute(tables.touches.insert().values(**touched, author="U1", logged_at=NOW))
        standings.refresh(connection, [shop])
    words = read(home(team.db, Person("U1", "T1", team.anna)))
    assert "To be congratulated\nJun 6, 2026: birthday of Zola Maseko, Shop 7" in words
    assert "Next visits: Shop 7 by Jun 6, 2026." in words


def test_a_day_without_anything_to_do_says_so(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.customers.update().values(status="exit"))
        standings.refresh(connection)
    assert "The team's day  ·  nothing is due" in read(home(team.db))
