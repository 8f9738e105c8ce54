"""Customers that change hands: nobody who has left has any, and none lies with nobody."""

import datetime as dt
import random
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from store import people, reps, succession, tables
from store.audit import RefusedError
from store.database import Database
from store.people import Person
from tests.ledger import NOW, Ledger

ANNA = Person("U1", "T1", "Anna in Slack", "anna@example.com")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna has three customers, Ben one, Cleo none; one belongs to nobody."""
    ledger = Ledger(db)
    anna, ben, cleo = ledger.rep("Anna"), ledger.rep("Ben"), ledger.rep("Cleo")
    of_anna = [ledger.customer(name, owner=anna) for name in "ABC"]
    of_ben, of_nobody = ledger.customer("D", owner=ben), ledger.customer("E")
    return SimpleNamespace(
        db=db, ledger=ledger, anna=anna, ben=ben, cleo=cleo, of_anna=of_anna, of_ben=of_ben, of_nobody=of_nobody
    )


def owners(db: Database) -> dict[str, str | None]:
    """The owner of each customer by their names; those that somebody settled have a star."""
    c, r = tables.customers.c, tables.reps.c
    with db.reading() as connection:
        rows = connection.execute(
            sa.select(c.name, r.name.label("rep"), c.owner_settled_at)
            .select_from(tables.customers)
            .outerjoin(tables.reps, r.id == c.owner_rep_id)
        )
        return {row.name + ("*" if row.owner_settled_at else ""): row.rep for row in rows}


def leave(db: Database, rep_id: int, successor_id: int, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(succession.leave(connection, rep_id, successor_id, by="U9", at=NOW, receipt=receipt))


def give_all(db: Database, giver: int | None, taker: int, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(succession.give_all(connection, giver, taker, by="U9", at=NOW, receipt=receipt))


def give(db: Database, customer_ids: list[int], taker: int, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(succession.give(connection, customer_ids, taker, by="U9", at=NOW, receipt=receipt))


def come_back(db: Database, rep_id: int) -> None:
    with db.writing() as connection:
        succession.come_back(connection, rep_id, by="U9", at=NOW)


def test_all_customers_of_a_rep_who_left_are_the_successors(team: SimpleNamespace) -> None:
    details = leave(team.db, team.anna, team.ben)
    assert owners(team.db) == {"A": "Ben", "B": "Ben", "C": "Ben", "D": "Ben", "E": None}
    assert (details["from"], details["to"], details["customers"]) == ("Anna", "Ben", 3)
    with team.db.reading() as connection:
        anna = reps.get(connection, team.anna)
        entry = connection.execute(sa.select(tables.audit_entries)).one()
    assert anna is not None
    assert (anna.left_at, anna.successor, anna.customers) == (NOW, "Ben", 0)
    assert (entry.by, entry.action, entry.subject) == ("U9", "rep.leave", f"rep {team.anna}")
    assert entry.details["was"]["owners"] == {str(customer): team.anna for customer in team.of_anna}


def test_who_left_is_linked_to_nobody_any_more(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        people.remember(connection, [ANNA], NOW)
        reps.link(connection, team.anna, "U1", by="U9", at=NOW)
    details = leave(team.db, team.anna, team.ben)
    assert isinstance(details["was"], dict)
    assert details["was"]["slack_user_id"] == "U1"
    with team.db.writing() as connection:
        reps.link(connection, team.cleo, "U1", by="U9", at=NOW)
        with pytest.raises(RefusedError, match="Anna has left; say first that they are back"):
            reps.link(connection, team.anna, "U1", by="U9", at=NOW)


def test_a_successor_who_leaves_passes_on_what_was_passed_on(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    assert leave(team.db, team.ben, team.cleo)["customers"] == 4
    assert set(owners(team.db).values()) == {"Cleo", None}


def test_what_falls_to_a_leaver_later_goes_down_the_whole_chain(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    leave(team.db, team.ben, team.cleo)
    team.ledger.customer("F", owner=team.anna)
    team.ledger.customer("G", owner=team.ben)
    with team.db.writing() as connection:
        succession.pass_on(connection)
    assert owners(team.db) == {**dict.fromkeys("ABCDFG", "Cleo"), "E": None}


def test_nobody_who_has_left_becomes_a_successor_so_there_is_no_circle(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    with pytest.raises(RefusedError, match="Anna has left too"):
        leave(team.db, team.ben, team.anna)
    with pytest.raises(RefusedError, match="Ben has them already; choose another rep"):
        leave(team.db, team.ben, team.ben)
    with pytest.raises(RefusedError, match="Anna has left already; Ben has the customers"):
        leave(team.db, team.anna, team.cleo)
    with pytest.raises(RefusedError, match="not in the ledger"):
        leave(team.db, team.ben, 404)


def test_a_circle_made_by_hand_ends_too(team: SimpleNamespace) -> None:
    for rep_id, successor in ((team.anna, team.ben), (team.ben, team.anna)):
        with team.db.writing() as connection:
            left = {"left_at": NOW, "successor_rep_id": successor}
            connection.execute(tables.reps.update().where(tables.reps.c.id == rep_id).values(left))
    with team.db.writing() as connection:
        succession.pass_on(connection)
    assert set(owners(team.db).values()) == {None}


def test_somebody_who_left_slack_gets_no_customers(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        people.remember(connection, [ANNA], NOW)
        reps.link(connection, team.cleo, "U1", by="U9", at=NOW)
        people.remember(connection, [replace(ANNA, kind="left")], NOW)
    with pytest.raises(RefusedError, match="Cleo has left Slack"):
        give_all(team.db, team.anna, team.cleo)


def test_the_same_leaving_twice_is_one_and_answers_as_the_first_did(team: SimpleNamespace) -> None:
    first = leave(team.db, team.anna, team.ben, receipt="V1")
    assert leave(team.db, team.anna, team.ben, receipt="V1") == first
    assert first["customers"] == 3


def test_who_is_back_may_have_customers_again_and_the_others_stay(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    come_back(team.db, team.anna)
    assert owners(team.db)["A"] == "Ben"
    assert give(team.db, team.of_anna[:1], team.anna)["customers"] == 1
    leave(team.db, team.ben, team.anna)
    assert set(owners(team.db).values()) == {"Anna", None}
    with pytest.raises(RefusedError, match="Anna has not left"):
        come_back(team.db, team.anna)


def test_all_customers_of_one_rep_are_given_to_another_and_settled(team: SimpleNamespace) -> None:
    assert give_all(team.db, team.anna, team.cleo, receipt="V1")["customers"] == 3
    assert owners(team.db) == {"A*": "Cleo", "B*": "Cleo", "C*": "Cleo", "D": "Ben", "E": None}
    assert give_all(team.db, team.anna, team.cleo, receipt="V1")["customers"] == 3
    with pytest.raises(RefusedError, match="Anna has no customers"):
        give_all(team.db, team.anna, team.cleo)


def test_no_more_and_no_fewer_customers_change_hands_than_were_seen(team: SimpleNamespace) -> None:
    seen = succession.Seen(customers=3, slack_user_id=None)
    team.ledger.customer("F", owner=team.anna)
    team.ledger.customer("G")
    now = "The customers are {} by now, no longer {}, and nothing was changed"
    with team.db.writing() as connection:
        with pytest.raises(RefusedError, match=now.format(4, 3)):
            succession.leave(connection, team.anna, team.ben, by="U9", at=NOW, seen=seen)
        with pytest.raises(RefusedError, match=now.format(4, 5)):
            succession.give_all(connection, team.anna, team.ben, by="U9", at=NOW, seen=5)
        with pytest.raises(RefusedError, match=now.format(2, 1)):
            succession.give_all(connection, None, team.ben, by="U9", at=NOW, seen=1)
    assert owners(team.db) == {**dict.fromkeys("ABCF", "Anna"), "D": "Ben", "E": None, "G": None}


def test_who_was_linked_to_somebody_else_meanwhile_does_not_leave(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        people.remember(connection, [ANNA], NOW)
        reps.link(connection, team.anna, "U1", by="U9", at=NOW)
        for linked_to in (None, "U2"):
            seen = succession.Seen(3, linked_to)
            with pytest.raises(RefusedError, match="Anna is linked to Anna in Slack by now"):
                succession.leave(connection, team.anna, team.ben, by="U9", at=NOW, seen=seen)


def test_who_has_left_once_more_is_not_brought_back_by_an_old_wish(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    with team.db.writing() as connection:
        succession.come_back(connection, team.anna, by="U9", at=NOW, left_at=NOW)
        later = NOW + dt.timedelta(days=1)
        succession.leave(connection, team.anna, team.ben, by="U9", at=later)
        with pytest.raises(RefusedError, match="Anna has left again since"):
            succession.come_back(connection, team.anna, by="U9", at=later, left_at=NOW)


def test_customers_of_nobody_are_given_to_a_rep(team: SimpleNamespace) -> None:
    assert give_all(team.db, None, team.cleo)["from"] is None
    assert owners(team.db)["E*"] == "Cleo"
    with pytest.raises(RefusedError, match="Every customer has a rep"):
        give_all(team.db, None, team.cleo)


def test_single_customers_are_given_whoever_has_them(team: SimpleNamespace) -> None:
    details = give(team.db, [team.of_ben, team.of_nobody], team.cleo)
    assert details["was"]["owners"] == {str(team.of_ben): team.ben, str(team.of_nobody): None}
    assert {name: rep for name, rep in owners(team.db).items() if rep == "Cleo"} == {"D*": "Cleo", "E*": "Cleo"}
    with pytest.raises(RefusedError, match="no longer in the database"):
        give(team.db, [team.of_ben, 404], team.anna)
    with pytest.raises(RefusedError, match="no longer in the database"):
        give(team.db, [], team.anna)


def test_a_settled_customer_of_a_leaver_goes_to_the_successor_and_stays_settled(team: SimpleNamespace) -> None:
    give(team.db, [team.of_ben], team.anna)
    leave(team.db, team.anna, team.cleo)
    assert owners(team.db)["D*"] == "Cleo"


def test_thousands_of_customers_change_hands_at_once(db: Database) -> None:
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna"), ledger.rep("Ben")
    with db.writing() as connection:
        rows = [{"name": f"C{number}", "owner_rep_id": anna} for number in range(3_000)]
        connection.execute(tables.customers.insert(), rows)
    assert give_all(db, anna, ben)["customers"] == 3_000
    assert set(owners(db).values()) == {"Ben"}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_in_whatever_order_every_customer_is_with_somebody_who_is_there(
    db: Database, seed: int
) -> None:
    chance = random.Random(seed)
    ledger = Ledger(db)
    ids = [ledger.rep(f"R{number}") for number in range(6)]
    expected = {ledger.customer(f"C{number}", owner=ids[number % 6]): ids[number % 6] for number in range(18)}
    heirs: dict[int, int] = {}

    def last_heir(rep_id: int) -> int:
        return last_heir(heirs[rep_id]) if rep_id in heirs else rep_id

    for _ in range(60):
        one, other = chance.sample(ids, 2)
        there = [rep_id for rep_id in ids if rep_id not in heirs]
        some = chance.sample(sorted(expected), 3)
        match chance.choice(("leave", "leave", "leave", "give", "give all", "order", "order", "order", "back")):
            case "leave" if {one, other} <= set(there):
                leave(db, one, other)
                heirs[one] = other
                expected = {customer: other if owner == one else owner for customer, owner in expected.items()}
            case "give" if other in there and any(expected[customer] != other for customer in some):
                give(db, some, other)
                expected |= dict.fromkeys(some, other)
            case "give all" if other in there and one in expected.values():
                give_all(db, one, other)
                expected = {customer: other if owner == one else owner for customer, owner in expected.items()}
            case "order":
                one = chance.choice(sorted(heirs) or ids)
                # What an import does: the ledger says who sold, whether that one is there or not.
                with db.writing() as connection:
                    mine = tables.customers.c.id == some[0]
                    connection.execute(tables.customers.update().where(mine).values(owner_rep_id=one))
                    succession.pass_on(connection)
                expected[some[0]] = last_heir(one)
            case "back" if one in heirs:
                come_back(db, one)
                del heirs[one]
        with db.reading() as connection:
            rows = connection.execute(sa.select(tables.customers.c.id, tables.customers.c.owner_rep_id))
            assert {row.id: row.owner_rep_id for row in rows} == expected
        assert not set(expected.values()) & set(heirs)


def test_of_two_who_leave_to_each_other_at_once_only_one_does(team: SimpleNamespace) -> None:
    refused: list[str] = []

    def ben_leaves() -> None:
        try:
            leave(team.db, team.ben, team.anna)
        except RefusedError as error:
            refused.append(str(error))

    second = threading.Thread(target=ben_leaves)
    with team.db.writing() as connection:
        succession.leave(connection, team.anna, team.ben, by="U9", at=NOW)
        second.start()
        second.join(timeout=0.3)
    second.join()
    assert refused == ["Anna has left too; choose a rep who is still there."]
    assert set(owners(team.db).values()) == {"Ben", None}


def test_one_form_cannot_make_two_changes_of_different_kinds(team: SimpleNamespace) -> None:
    give_all(team.db, team.anna, team.ben, receipt="V1")
    before = owners(team.db)
    with pytest.raises(RefusedError, match="has made another change before"):
        leave(team.db, team.ben, team.cleo, receipt="V1")
    with team.db.writing() as connection:
        people.remember(connection, [ANNA], NOW)
        with pytest.raises(RefusedError, match="has made another change before"):
            people.set_role(connection, "U1", "admin", by="U9", at=NOW, receipt="V1")
    assert owners(team.db) == before


def test_a_rep_is_not_given_what_they_have(team: SimpleNamespace) -> None:
    with pytest.raises(RefusedError, match="Ben has it already; choose another rep"):
        give(team.db, [team.of_ben], team.ben)
    with pytest.raises(RefusedError, match="Anna has them already; choose another rep"):
        give(team.db, team.of_anna, team.anna)
    assert not any(name.endswith("*") for name in owners(team.db))
    give(team.db, [team.of_ben, *team.of_anna], team.anna)
    assert owners(team.db)["D*"] == "Anna"
