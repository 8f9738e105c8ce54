"""/melktert deliveries: what an admin reads of messages that could not be posted, and decides."""

import datetime as dt

import pytest

from commands._reply import Invalid, NothingToSay, Person, Role
from store import deliveries
from store.database import Database
from tests.commands.asking import ask, read
from tests.ledger import NOW

ADMIN = Person("U9", role=Role.ADMIN)


def held(db: Database, key: str = "digest 1 2026-06-01") -> int:
    """A digest that the bot could not post; its id."""
    with db.writing() as connection:
        values = {"command": "digest"}
        deliveries.put(connection, key, "team_digest", to_channel="C1", values=values, due_at=NOW, at=NOW)
        (one,) = deliveries.claim(connection, NOW, 1)
        report = {"command": "deliveries"}
        deliveries.hold(connection, one, "The channel is archived.", report=report, tell=["U9"], at=NOW)
    return one.id


def state(db: Database, delivery_id: int) -> str:
    with db.reading() as connection:
        found = deliveries.by_id(connection, delivery_id)
    assert found is not None
    return found.state


def test_where_nothing_is_held_it_says_so(sqlite_db: Database) -> None:
    assert read(ask(sqlite_db, "/melktert deliveries", person=ADMIN)).startswith("Nothing is held back")


def test_each_that_is_held_says_why_and_what_can_be_done(sqlite_db: Database) -> None:
    held(sqlite_db)
    reply = ask(sqlite_db, "/melktert deliveries", person=ADMIN)
    assert "The team's digest to channel C1" in read(reply)
    assert "The channel is archived." in read(reply)


def test_the_message_to_an_admin_has_both_buttons_until_it_is_decided(sqlite_db: Database) -> None:
    delivery_id = held(sqlite_db)
    values = {"id": str(delivery_id)}
    reply = ask(sqlite_db, "/melktert deliveries", person=ADMIN, values=values, origin="delivery")
    assert read(reply).startswith("The team's digest is held back")
    again, let_go = reply.actions
    press = {"person": ADMIN, "origin": "button", "receipt": "T1"}
    for _ in range(2):
        answer = ask(sqlite_db, "/melktert deliveries", values=dict(again.values), **press)
        assert read(answer).startswith("It will be posted within a few seconds")
    assert state(sqlite_db, delivery_id) == "waiting"
    with pytest.raises(NothingToSay):
        ask(sqlite_db, "/melktert deliveries", person=ADMIN, values=values, origin="delivery")
    with pytest.raises(Invalid, match="decided that already"):
        ask(sqlite_db, "/melktert deliveries", values=dict(let_go.values), person=ADMIN, receipt="T2")


def test_what_is_let_go_is_never_posted(sqlite_db: Database) -> None:
    delivery_id = held(sqlite_db)
    ask(sqlite_db, "/melktert deliveries", values={"do": "let_go", "id": str(delivery_id)}, person=ADMIN)
    assert state(sqlite_db, delivery_id) == "dropped"
    with sqlite_db.writing() as connection:
        later = NOW + dt.timedelta(days=1)
        assert [one.kind for one in deliveries.claim(connection, later, 9)] == [deliveries.REPORT]


@pytest.mark.parametrize(
    "values", [{"do": "again"}, {"do": "again", "id": "٣"}, {"do": "x"}, {"do": "again", "id": "7"}]
)
def test_whatever_comes_back_from_a_button_is_checked(sqlite_db: Database, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        ask(sqlite_db, "/melktert deliveries", values=values, person=ADMIN)
