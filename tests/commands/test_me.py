"""/melktert me: whom Melktert takes you for, and the question whether you are a rep of the ledger."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Action, Invalid, Item, Person, Reply, Role
from store import people, reps, tables
from store.database import Database
from store.people import Person as Known
from tests.commands.asking import ask, facts, read
from tests.ledger import NOW, Ledger

ANNA = Person("U1", "T1", zone="Africa/Johannesburg")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna of the ledger has two customers and the e-mail of U1; Ben has another's."""
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna Botha", "anna@example.com"), ledger.rep("Ben", "ben@example.com")
    for name in "AB":
        ledger.customer(name, owner=anna)
    ledger.done()
    with db.writing() as connection:
        people.remember(connection, [Known("U1", "T1", "anna", "anna@example.com")], NOW)
        people.remember(connection, [Known("U5", "T1", "eve", "eve@example.com")], NOW)
    return SimpleNamespace(db=db, anna=anna, ben=ben)


def me(db: Database, person: Person = ANNA, receipt: str | None = None, **values: str) -> Reply:
    return ask(db, "/melktert me", person=person, values=values, receipt=receipt)


def question(reply: Reply) -> Item:
    (item,) = (part for part in reply.parts if isinstance(part, Item))
    return item


def linked(db: Database, rep_id: int) -> str | None:
    with db.reading() as connection:
        rep = reps.get(connection, rep_id)
    assert rep is not None
    return rep.slack_user_id


def pressed(team: SimpleNamespace, label: str) -> Action:
    return next(one for one in me(team.db).actions if one.label.startswith(label))


def test_it_says_role_zone_and_rep(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        reps.link(connection, team.anna, "U1", by="U9", at=NOW)
    reply = me(team.db, Person("U1", "T1", team.anna, Role.MANAGER, "Africa/Johannesburg"))
    words = read(reply)
    assert "Melktert takes you for a manager" in words
    assert "You are shown customers, as every rep is; you also mark exits" in words
    assert "Your day is counted in the time zone Africa/Johannesburg." in words
    assert "In the ledger you are Anna Botha, with 2 customers." in words
    assert plain((facts(reply)["rep"].value,)) == "Anna Botha"


def test_whoever_has_the_email_of_a_rep_is_asked_and_yes_links_at_once(team: SimpleNamespace) -> None:
    asked = question(me(team.db))
    assert plain(asked.title) == "Are you Anna Botha of the ledger (2 customers)?"
    yes = pressed(team, "Yes")
    for _ in range(2):
        reply = me(team.db, **yes.values)
        assert plain(reply.headline) == "You are Anna Botha of the ledger"
    assert linked(team.db, team.anna) == "U1"
    with team.db.reading() as connection:
        entry = connection.execute(sa.select(tables.audit_entries)).one()
    assert (entry.by, entry.action) == ("U1", "rep.link")


def test_who_says_no_is_not_asked_again_and_may_still_say_yes(team: SimpleNamespace) -> None:
    no = pressed(team, "No")
    for receipt in ("V1", "V2"):
        assert plain(me(team.db, receipt=receipt, **no.values).headline) == "You are not Anna Botha of the ledger"
    assert linked(team.db, team.anna) is None
    again = me(team.db)
    assert "you have said that it is not you" in plain(question(again).reason)
    assert [one.label for one in again.actions] == ["Yes, that is me"]
    me(team.db, **again.actions[0].values)
    assert linked(team.db, team.anna) == "U1"


@pytest.mark.parametrize("email", ["ben@example.com", ""])
def test_nobody_becomes_a_rep_with_another_email_whatever_the_request_says(team: SimpleNamespace, email: str) -> None:
    with pytest.raises(Invalid, match=r"Ben of the ledger does not have your e-mail address\. Ask an admin"):
        me(team.db, do="yes", rep=str(team.ben), email=email)
    with pytest.raises(Invalid, match="does not have your e-mail address"):
        me(team.db, Person("U5", "T1"), do="yes", rep=str(team.anna))
    with pytest.raises(Invalid, match="does not have your e-mail address"):
        me(team.db, Person(), do="yes", rep=str(team.anna))
    assert (linked(team.db, team.anna), linked(team.db, team.ben)) == (None, None)


def test_a_rep_who_is_somebody_else_already_cannot_be_taken(team: SimpleNamespace) -> None:
    yes = pressed(team, "Yes")
    with team.db.writing() as connection:
        reps.link(connection, team.anna, "U5", by="U9", at=NOW)
    with pytest.raises(Invalid, match="Ask an admin"):
        me(team.db, **yes.values)
    assert linked(team.db, team.anna) == "U5"


def test_somebody_elses_no_counts_for_nobody(team: SimpleNamespace) -> None:
    me(team.db, Person("U5", "T1"), do="no", rep=str(team.anna))
    assert [one.label for one in me(team.db).actions] == ["Yes, that is me", "No"]


@pytest.mark.parametrize(
    "values", [{"do": "drop"}, {"do": "yes"}, {"do": "yes", "rep": "²"}, {"do": "no", "rep": "404"}]
)
def test_what_somebody_tampered_with_is_refused(team: SimpleNamespace, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        me(team.db, **values)


def test_who_is_no_rep_is_told_whom_to_ask(team: SimpleNamespace) -> None:
    assert "Ask an admin of Melktert to link you" in read(me(team.db, Person("U5", "T1")))
    assert "/melktert people links you" in read(me(team.db, Person("U5", "T1", role=Role.ADMIN)))
    assert "At a terminal you are no rep" in read(me(team.db, Person(role=Role.ADMIN)))


def test_before_the_first_ledger_there_is_no_rep_to_be(db: Database) -> None:
    assert "There is no rep in the ledger yet" in read(me(db))


def test_a_no_after_a_yes_on_the_same_card_says_that_the_link_stands(team: SimpleNamespace) -> None:
    yes, no = pressed(team, "Yes"), pressed(team, "No")
    me(team.db, **yes.values)
    words = read(me(team.db, **no.values))
    assert words.startswith("You are linked to Anna Botha of the ledger")
    assert "an admin of Melktert can undo it with /melktert people" in words
    assert linked(team.db, team.anna) == "U1"
