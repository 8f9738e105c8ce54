"""The reps of the ledger, and who in Slack they are."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from store import people, reps, tables
from store.audit import RefusedError
from store.database import Database
from store.people import Person
from store.reps import Rep, invent_names
from tests.ledger import NOW, Ledger

ANNA = Person("U1", "T1", "Anna in Slack", "anna@example.com")
BEN = Person("U2", "T1", "Ben in Slack", "ben@example.com")


def remember(db: Database, *found: Person, at: dt.datetime = NOW) -> None:
    with db.writing() as connection:
        people.remember(connection, found, at)


def link(db: Database, rep_id: int, slack_user_id: str, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(reps.link(connection, rep_id, slack_user_id, by="U9", at=NOW, receipt=receipt))


def unlink(db: Database, rep_id: int, slack_user_id: str, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(reps.unlink(connection, rep_id, slack_user_id, by="U9", at=NOW, receipt=receipt))


def rep(db: Database, rep_id: int) -> Rep:
    with db.reading() as connection:
        found = reps.get(connection, rep_id)
    assert found is not None
    return found


def suggested(db: Database, slack_user_id: str | None = None) -> list[tuple[int, str]]:
    with db.reading() as connection:
        found = reps.suggestions(connection, slack_user_id)
    return [(one.rep_id, one.person.slack_user_id) for one in found]


def actions(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as connection:
        rows = connection.execute(sa.select(tables.audit_entries).order_by(tables.audit_entries.c.id))
        return [(row.by, row.action, row.subject) for row in rows]


def test_each_rep_says_how_many_customers_it_has_and_whom_it_is_linked_to(db: Database) -> None:
    ledger = Ledger(db)
    zola, anna = ledger.rep("zola"), ledger.rep("Anna Botha", "anna@example.com")
    for name, owner in (("A", anna), ("B", anna), ("C", None)):
        ledger.customer(name, owner=owner)
    remember(db, ANNA)
    link(db, anna, "U1")
    with db.reading() as connection:
        found = reps.every(connection)
        assert reps.count_unowned(connection) == 1
        assert reps.get(connection, 404) is None
        assert people.standing(connection, "U1") == ("rep", anna)
        assert people.standing(connection, "U2") == ("rep", None)
    assert [one.name for one in found] == ["Anna Botha", "zola"]
    assert [one.customers for one in found] == [2, 0]
    assert (found[0].person, found[1].person) == (ANNA, None)
    assert found[0] == rep(db, anna)
    assert found[1] == rep(db, zola)


def test_a_rep_and_a_member_with_the_same_email_are_suggested_whatever_its_capitals(db: Database) -> None:
    ledger = Ledger(db)
    anna = ledger.rep("Anna", " Änna@Example.COM ")
    ledger.rep("Ben", "somebody@example.com")
    ledger.rep("Nobody")
    remember(db, replace(ANNA, email="ÄNNA@example.com"), BEN)
    assert suggested(db) == [(anna, "U1")]
    assert suggested(db, "U1") == [(anna, "U1")]
    assert suggested(db, "U2") == []


def test_who_is_linked_already_or_is_not_of_the_team_is_not_suggested(db: Database) -> None:
    ledger = Ledger(db)
    anna, other = ledger.rep("Anna", "anna@example.com"), ledger.rep("Other")
    ledger.rep("Ben", "ben@example.com")
    remember(db, ANNA, replace(BEN, kind="guest"))
    assert suggested(db) == [(anna, "U1")]
    link(db, other, "U1")
    assert suggested(db) == []


def test_a_person_who_said_no_is_still_known_to_have_the_same_email(db: Database) -> None:
    Ledger(db).rep("Anna", "anna@example.com")
    remember(db, ANNA)
    with db.writing() as connection:
        (one,) = reps.suggestions(connection)
        assert not one.is_declined
        reps.decline(connection, one, at=NOW, receipt="V1")
        (one,) = reps.suggestions(connection)
        assert one.is_declined
        reps.decline(connection, one, at=NOW, receipt="V2")
    assert actions(db) == [("U1", "rep.decline", f"rep {one.rep_id}")]


def test_a_link_is_kept_with_who_made_it_and_when(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA)
    assert link(db, anna, "U1") == {"rep": "Anna", "person": "Anna in Slack", "was": None, "became": "U1"}
    with db.reading() as connection:
        row = connection.execute(sa.select(tables.reps)).one()
    assert (row.slack_user_id, row.linked_at, row.linked_by) == ("U1", NOW, "U9")
    assert actions(db) == [("U9", "rep.link", f"rep {anna}")]


def test_a_link_that_is_there_already_is_no_change(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA)
    link(db, anna, "U1")
    assert link(db, anna, "U1")["person"] == "Anna in Slack"
    assert len(actions(db)) == 1


def test_a_rep_is_one_person_and_a_person_one_rep(db: Database) -> None:
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna"), ledger.rep("Ben")
    remember(db, ANNA, BEN)
    link(db, anna, "U1")
    with pytest.raises(RefusedError, match="Anna of the ledger is linked to Anna in Slack already; unlink them first"):
        link(db, anna, "U2")
    with pytest.raises(RefusedError, match="Anna in Slack is linked to Anna of the ledger already"):
        link(db, ben, "U1")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("guest", "is a guest"), ("stranger", "of another workspace"), ("bot", "is an app"), ("left", "has left Slack")],
)
def test_only_a_member_of_the_team_is_linked(sqlite_db: Database, kind: people.Kind, words: str) -> None:
    anna = Ledger(sqlite_db).rep("Anna")
    remember(sqlite_db, replace(ANNA, kind=kind))
    with pytest.raises(RefusedError, match=words):
        link(sqlite_db, anna, "U1")


def test_a_stranger_to_the_directory_or_the_ledger_is_not_linked(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA)
    with pytest.raises(RefusedError, match="does not know that person yet"):
        link(db, anna, "U404")
    with pytest.raises(RefusedError, match="not in the ledger"):
        link(db, 404, "U1")


def test_a_link_taken_back_is_free_again(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA, BEN)
    link(db, anna, "U1")
    assert unlink(db, anna, "U1")["was"] == "U1"
    with pytest.raises(RefusedError, match="Anna is linked to nobody"):
        unlink(db, anna, "U1")
    link(db, anna, "U2")
    assert rep(db, anna).person == BEN


def test_an_old_wish_to_unlink_takes_no_newer_link_away(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA, BEN)
    link(db, anna, "U1")
    unlink(db, anna, "U1")
    link(db, anna, "U2")
    with pytest.raises(RefusedError, match="Anna is linked to Ben in Slack by now, and nothing was changed"):
        unlink(db, anna, "U1")
    assert rep(db, anna).person == BEN


def test_the_same_request_twice_is_one_change_and_one_answer(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA, BEN)
    linked = link(db, anna, "U1", receipt="V1")
    unlinked = unlink(db, anna, "U1", receipt="V2")
    link(db, anna, "U2", receipt="V3")
    assert link(db, anna, "U1", receipt="V1") == linked
    assert unlink(db, anna, "U1", receipt="V2") == unlinked
    assert rep(db, anna).person == BEN
    assert len(actions(db)) == 3


def test_all_suggestions_are_confirmed_at_once_but_those_that_need_a_decision(db: Database) -> None:
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna", "anna@example.com"), ledger.rep("Ben", "ben@example.com")
    ledger.rep("Twin", "BEN@example.com")
    cleo = ledger.rep("Cleo", "cleo@example.com")
    remember(db, ANNA, BEN, Person("U3", "T1", "Cleo in Slack", "cleo@example.com"))
    with db.writing() as connection:
        declined = next(one for one in reps.suggestions(connection) if one.rep_id == cleo)
        reps.decline(connection, declined, at=NOW)
        shown = reps.digest(reps.unambiguous(reps.suggestions(connection)))
        first = reps.link_suggested(connection, shown, by="U9", at=NOW, receipt="V1")
        assert reps.link_suggested(connection, shown, by="U9", at=NOW, receipt="V1") == first
    assert first["count"] == 1
    assert [rep(db, one).slack_user_id for one in (anna, ben, cleo)] == ["U1", None, None]
    assert actions(db)[1:] == [("U9", "rep.link", f"rep {anna}"), ("U9", "rep.link_suggested", "reps")]


def test_only_the_pairs_that_were_shown_are_confirmed_however_many_there_are_now(db: Database) -> None:
    anna = Ledger(db).rep("Anna", "anna@example.com")
    remember(db, ANNA)
    with db.reading() as connection:
        shown = reps.digest(reps.suggestions(connection))
    # The address is somebody else's by now: still one pair, but another one.
    remember(db, replace(ANNA, email="other@example.com"), replace(BEN, email="anna@example.com"))
    with db.writing() as connection, pytest.raises(reps.ListChangedError):
        reps.link_suggested(connection, shown, by="U9", at=NOW)
    remember(db, replace(BEN, email="ben@example.com"))
    for nothing in (shown, reps.digest([])):
        with db.writing() as connection, pytest.raises(reps.ListChangedError):
            reps.link_suggested(connection, nothing, by="U9", at=NOW)
    assert rep(db, anna).slack_user_id is None


def test_a_rep_whose_person_was_deactivated_has_left_slack(db: Database) -> None:
    anna = Ledger(db).rep("Anna")
    remember(db, ANNA)
    link(db, anna, "U1")
    assert not rep(db, anna).has_left_slack
    remember(db, replace(ANNA, kind="left"))
    assert rep(db, anna).has_left_slack


def named(db: Database) -> list[tuple[str, bool]]:
    with db.reading() as connection:
        rows = connection.execute(sa.select(tables.reps.c.name, tables.reps.c.is_invented).order_by(tables.reps.c.id))
        return [(row.name, row.is_invented) for row in rows]


def test_every_rep_gets_a_name_of_its_own_and_is_marked(db: Database) -> None:
    ledger = Ledger(db)
    for number in ("281", "282"):
        ledger.rep(number)
    with db.writing() as connection:
        assert invent_names(connection, ["Thandi", "Pieter", "Anna"]) == 2
    assert named(db) == [("Thandi", True), ("Pieter", True)]


def test_too_few_names_change_nothing(db: Database) -> None:
    ledger = Ledger(db)
    for number in ("281", "282"):
        ledger.rep(number)
    with pytest.raises(ValueError, match="2 reps, and there are only 1"), db.writing() as connection:
        invent_names(connection, ["Thandi"])
    assert named(db) == [("281", False), ("282", False)]
