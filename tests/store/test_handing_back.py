"""Customers that changed hands by mistake go back to whoever had them, and nothing that was settled since is undone."""

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from store import handing_back, succession, tables
from store.audit import RefusedError
from store.database import Database
from tests.ledger import NOW, Ledger
from tests.store.test_succession import owners
from tests.store.test_succession import team as team  # noqa: PLC0414 - the fixture

LATER = NOW + dt.timedelta(hours=1)


def give_all(db: Database, giver: int | None, taker: int, at: dt.datetime = NOW) -> int:
    """Give, as the form does; the entry by which it is taken back."""
    with db.writing() as connection:
        succession.give_all(connection, giver, taker, by="U9", at=at)
        return handing_back.newest_entry(connection, None)


def give(db: Database, customer_id: int, taker: int, at: dt.datetime = NOW) -> int:
    with db.writing() as connection:
        succession.give(connection, [customer_id], taker, by="U9", at=at)
        return handing_back.newest_entry(connection, None)


def give_back(db: Database, entry_id: int, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        details = handing_back.give_back(connection, entry_id, by="U9", at=LATER, receipt=receipt)
        return {name: details[name] for name in ("from", "to", "customers", "changed", "gone")}


def leave(db: Database, rep_id: int, successor_id: int, at: dt.datetime = NOW) -> None:
    with db.writing() as connection:
        succession.leave(connection, rep_id, successor_id, by="U9", at=at)


def come_back(db: Database, rep_id: int) -> None:
    with db.writing() as connection:
        succession.come_back(connection, rep_id, by="U9", at=LATER)


def standings(db: Database) -> dict[int, int | None]:
    with db.reading() as connection:
        c = tables.customer_standings.c
        return {row[0]: row[1] for row in connection.execute(sa.select(c.customer_id, c.owner_rep_id))}


def test_all_that_were_given_go_back_and_imports_may_move_them_again(team: SimpleNamespace) -> None:
    before = owners(team.db)
    entry = give_all(team.db, team.anna, team.ben)
    told = give_back(team.db, entry)
    assert told == {"from": "Ben", "to": "Anna", "customers": 3, "changed": 0, "gone": {}}
    assert owners(team.db) == before  # without the star of those whom imports leave alone


def test_what_follows_from_the_owner_goes_back_too(team: SimpleNamespace) -> None:
    team.ledger.done()
    entry = give_all(team.db, team.anna, team.ben)
    give_back(team.db, entry)
    assert [standings(team.db)[customer] for customer in team.of_anna] == [team.anna] * 3


def test_a_customer_that_somebody_had_given_before_is_one_again(team: SimpleNamespace) -> None:
    give(team.db, team.of_anna[0], team.cleo)
    entry = give_all(team.db, team.cleo, team.ben, LATER)
    assert owners(team.db)["A*"] == "Ben"
    give_back(team.db, entry)
    assert owners(team.db)["A*"] == "Cleo"


def test_those_of_nobody_are_of_nobody_again(team: SimpleNamespace) -> None:
    assert give_back(team.db, give_all(team.db, None, team.ben))["to"] is None
    assert owners(team.db)["E"] is None


def test_what_has_changed_hands_since_stays_as_it_is(team: SimpleNamespace) -> None:
    entry = give_all(team.db, team.anna, team.ben)
    give(team.db, team.of_anna[0], team.cleo, LATER)
    # Away and back to the same rep is somebody's decision too.
    give(team.db, team.of_anna[1], team.cleo, LATER)
    give(team.db, team.of_anna[1], team.ben, LATER)
    told = give_back(team.db, entry)
    assert (told["customers"], told["changed"]) == (1, 2)
    assert owners(team.db) == {"A*": "Cleo", "B*": "Ben", "C": "Anna", "D": "Ben", "E": None}


def test_where_all_have_changed_hands_since_nothing_is_changed(team: SimpleNamespace) -> None:
    entry = give_all(team.db, team.anna, team.ben)
    give_all(team.db, team.ben, team.cleo, LATER)
    before = owners(team.db)
    with pytest.raises(RefusedError, match="have changed hands again since"):
        give_back(team.db, entry)
    assert owners(team.db) == before


@pytest.mark.parametrize("receipt", [None, "V1"])
def test_twice_is_once_and_is_answered_as_the_first_time(team: SimpleNamespace, receipt: str | None) -> None:
    entry = give_all(team.db, team.anna, team.ben)
    first = give_back(team.db, entry, receipt)
    give_all(team.db, team.anna, team.cleo, LATER)
    assert give_back(team.db, entry, receipt) == first
    assert owners(team.db)["A*"] == "Cleo"


def test_nothing_goes_back_to_who_has_left(team: SimpleNamespace) -> None:
    give(team.db, team.of_ben, team.cleo)
    with team.db.writing() as connection:
        succession.give(connection, [team.of_ben, *team.of_anna], team.cleo, by="U9", at=LATER)
        entry = handing_back.newest_entry(connection, None)
    leave(team.db, team.anna, team.ben)
    told = give_back(team.db, entry)
    assert told["gone"] == {"Anna": 3}
    assert owners(team.db)["A*"] == "Cleo"
    assert owners(team.db)["D*"] == "Cleo"


def test_where_all_had_left_it_says_so(team: SimpleNamespace) -> None:
    entry = give_all(team.db, team.anna, team.ben)
    leave(team.db, team.anna, team.ben)
    with pytest.raises(RefusedError, match="Anna has left, so nothing was given back"):
        give_back(team.db, entry)


def of_rep(db: Database, rep_id: int) -> tuple[int, int] | None:
    with db.reading() as connection:
        return handing_back.of_rep(connection, rep_id)


def test_what_a_rep_lost_last_can_be_found_until_it_is_given_back(team: SimpleNamespace) -> None:
    assert of_rep(team.db, team.anna) is None
    entry = give_all(team.db, team.anna, team.ben)
    assert of_rep(team.db, team.anna) == (entry, 3)
    give(team.db, team.of_anna[0], team.cleo, LATER)
    assert of_rep(team.db, team.anna) == (entry, 2)
    give_back(team.db, entry)
    assert of_rep(team.db, team.anna) is None


def test_who_had_not_left_at_all_gets_the_customers_back(team: SimpleNamespace) -> None:
    give(team.db, team.of_nobody, team.anna)
    before = owners(team.db)
    assert of_rep(team.db, team.anna) is None
    leave(team.db, team.anna, team.ben, LATER)
    come_back(team.db, team.anna)
    give(team.db, team.of_anna[2], team.cleo, LATER + dt.timedelta(minutes=1))
    entry, count = of_rep(team.db, team.anna) or (0, 0)
    assert count == 3
    told = give_back(team.db, entry)
    assert (told["to"], told["customers"], told["changed"]) == ("Anna", 3, 1)
    assert owners(team.db) == {name: rep for name, rep in before.items() if name != "C"} | {"C*": "Cleo"}
    assert of_rep(team.db, team.anna) is None


def test_what_was_given_back_is_offered_no_second_time_though_an_import_moves_it_again(team: SimpleNamespace) -> None:
    leave(team.db, team.anna, team.ben)
    come_back(team.db, team.anna)
    entry, _ = of_rep(team.db, team.anna) or (0, 0)
    give_back(team.db, entry)
    with team.db.writing() as connection:
        as_the_file_says = tables.customers.c.id == team.of_anna[0]
        connection.execute(tables.customers.update().where(as_the_file_says).values(owner_rep_id=team.ben))
    assert of_rep(team.db, team.anna) is None


@pytest.mark.parametrize("which", [lambda entry: entry + 1, lambda _entry: 404])
def test_only_a_change_by_which_customers_changed_hands_is_taken_back(
    team: SimpleNamespace, which: Callable[[int], int]
) -> None:
    entry = give_all(team.db, team.anna, team.ben)
    give_back(team.db, entry)
    with pytest.raises(RefusedError, match="That change is not known"):
        give_back(team.db, which(entry))


def test_thousands_go_back_at_once(db: Database) -> None:
    ledger = Ledger(db)
    anna, ben = ledger.rep("Anna"), ledger.rep("Ben")
    with db.writing() as connection:
        rows = [{"name": f"C{number}", "owner_rep_id": anna} for number in range(3_000)]
        connection.execute(tables.customers.insert(), rows)
    assert give_back(db, give_all(db, anna, ben))["customers"] == 3_000
    assert set(owners(db).values()) == {"Anna"}
