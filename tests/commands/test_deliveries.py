"""/melktert deliveries: what an admin reads of messages that could not be posted, and decides."""

import datetime as dt

import pytest
import sqlalchemy as sa

from commands._reply import Invalid, NothingToSay, Person, Role
from store import deliveries, tables
from store.database import Database
from tests.commands.asking import ask, read
from tests.ledger import NOW

ADMIN = Person("U9", role=Role.ADMIN)


def held(
    db: Database, key: str = "digest 1 2026-06-01", *, kind: str = "team_digest", channel: str | None = "C1"
) -> int:
    """A digest, or another message, that the bot could not post; its id."""
    with db.writing() as connection:
        values = {"command": "digest"}
        to = {"to_channel": channel} if channel else {"to_user": "U1"}
        deliveries.put(connection, key, kind, **to, values=values, due_at=NOW, at=NOW)
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


def test_a_reminder_that_is_posted_again_keeps_to_its_readers_hours(sqlite_db: Database) -> None:
    delivery_id = held(sqlite_db, "promise 12 due", kind="promise_due", channel=None)
    reply = ask(sqlite_db, "/melktert deliveries", values={"do": "again", "id": str(delivery_id)}, person=ADMIN)
    assert read(reply).startswith("It will be posted in its reader's working hours")


def test_what_an_admin_waits_for_in_vain_is_told_to_them_once(sqlite_db: Database) -> None:
    delivery_id = held(sqlite_db)
    ask(sqlite_db, "/melktert deliveries", values={"do": "again", "id": str(delivery_id)}, person=ADMIN)
    with sqlite_db.writing() as connection:
        one = next(one for one in deliveries.claim(connection, NOW, 9) if one.id == delivery_id)
        for is_ours in (True, False):
            report = {"command": "deliveries"}
            assert deliveries.drop(connection, one, "It is paused.", report=report, at=NOW) is is_ours
        (told,) = [one for one in deliveries.waiting_for(connection, ["U9"], deliveries.REPORT) if "dropped" in one.key]
    reply = ask(sqlite_db, "/melktert deliveries", values=dict(told.values), person=ADMIN, origin="delivery")
    assert read(reply).splitlines()[:2] == ["The team's digest was not posted", "It is paused."]


@pytest.mark.parametrize("decided_by", [None, Person(None, role=Role.ADMIN)])
def test_nobody_is_told_of_what_became_pointless_by_itself_or_was_asked_for_in_a_terminal(
    sqlite_db: Database, decided_by: Person | None
) -> None:
    delivery_id = held(sqlite_db)
    if decided_by is not None:
        ask(sqlite_db, "/melktert deliveries", values={"do": "again", "id": str(delivery_id)}, person=decided_by)
    else:
        with sqlite_db.writing() as connection:
            deliveries.post_again(connection, delivery_id, NOW)
    with sqlite_db.writing() as connection:
        one = next(one for one in deliveries.claim(connection, NOW, 9) if one.id == delivery_id)
        deliveries.drop(connection, one, "It is paused.", report={"command": "deliveries"}, at=NOW)
        waiting = sa.select(tables.deliveries.c.key).where(tables.deliveries.c.key.contains("dropped"))
        assert connection.scalars(waiting).all() == []


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
