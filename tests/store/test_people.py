"""The directory of the workspace, and the roles in it."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from store import people, tables
from store.audit import RefusedError
from store.database import Database
from store.people import Person
from tests.ledger import NOW

LATER = NOW + dt.timedelta(hours=1)
ANNA = Person("U1", "T1", "Anna Botha", "Anna.Botha@Example.com", "Africa/Johannesburg", "en_GB")
BEN = Person("U2", "T1", "Ben", "ben@example.com")


def remember(db: Database, *found: Person, at: dt.datetime = NOW) -> None:
    with db.writing() as connection:
        people.remember(connection, found, at)


def known(db: Database, slack_user_id: str = "U1") -> Person:
    with db.reading() as connection:
        found = people.get(connection, slack_user_id)
    assert found is not None
    return found


def set_role(db: Database, who: str, role: people.Role, receipt: str | None = None) -> dict[str, object]:
    with db.writing() as connection:
        return dict(people.set_role(connection, who, role, by="U9", at=NOW, receipt=receipt))


def entries(db: Database) -> list[sa.Row[tuple[object, ...]]]:
    with db.reading() as connection:
        return list(connection.execute(sa.select(tables.audit_entries).order_by(tables.audit_entries.c.id)))


def test_what_slack_tells_of_a_person_is_kept_with_the_email_in_small_letters(db: Database) -> None:
    remember(db, ANNA, BEN)
    assert known(db) == replace(ANNA, email="anna.botha@example.com")
    with db.reading() as connection:
        assert people.get(connection, "U404") is None


def test_news_of_a_person_leaves_the_role_and_the_first_answer(db: Database) -> None:
    remember(db, ANNA)
    set_role(db, "U1", "manager")
    with db.writing() as connection:
        people.answered(connection, "U1", NOW)
        people.answered(connection, "U1", LATER)
    remember(db, replace(ANNA, name="Anna Smit", email=None, zone="UTC", kind="left"), at=LATER)
    assert known(db) == Person("U1", "T1", "Anna Smit", None, "UTC", "en_GB", "left", "manager", NOW)


def test_old_news_does_not_undo_newer_ones(db: Database) -> None:
    remember(db, replace(ANNA, kind="left"), at=LATER)
    remember(db, ANNA, at=NOW)
    assert known(db).kind == "left"


def test_ten_thousand_people_are_remembered_at_once(db: Database) -> None:
    many = [replace(ANNA, slack_user_id=f"U{number:05}") for number in range(10_000)]
    remember(db, *many)
    remember(db, *(replace(one, name="New") for one in many), at=LATER)
    with db.reading() as connection:
        names = connection.scalars(sa.select(tables.people.c.name).distinct()).all()
        count = connection.scalar(sa.select(sa.func.count()).select_from(tables.people))
        assert (count, names) == (10_000, ["New"])


def test_nobody_to_remember_is_fine(db: Database) -> None:
    remember(db)


def test_a_role_is_given_and_noted(db: Database) -> None:
    remember(db, ANNA)
    assert set_role(db, "U1", "admin")["became"] == "admin"
    assert known(db).role == "admin"
    with db.reading() as connection:
        assert [one.slack_user_id for one in people.with_role(connection, "admin", "manager")] == ["U1"]
    (entry,) = entries(db)
    assert (entry.at, entry.by, entry.action, entry.subject) == (NOW, "U9", "person.role", "person U1")
    assert entry.details == {"person": "Anna Botha", "slack_user_id": "U1", "was": "rep", "became": "admin"}


def test_the_same_request_twice_is_one_change_and_one_answer(db: Database) -> None:
    remember(db, ANNA)
    first = set_role(db, "U1", "manager", receipt="V1")
    set_role(db, "U1", "rep")
    assert set_role(db, "U1", "manager", receipt="V1") == first
    assert known(db).role == "rep"
    assert len(entries(db)) == 2


def test_the_role_that_somebody_has_already_is_no_change(db: Database) -> None:
    remember(db, ANNA)
    assert set_role(db, "U1", "rep")["was"] == "rep"
    assert entries(db) == []


def test_the_last_admin_stays_one(db: Database) -> None:
    remember(db, ANNA, BEN)
    set_role(db, "U1", "admin")
    # Whoever is an admin by the setting FIRST_ADMIN, or in a terminal, may not be so tomorrow.
    said = "Anna Botha is the only admin in the list of /melktert people; make somebody else an admin first"
    with pytest.raises(RefusedError, match=said):
        set_role(db, "U1", "manager")
    set_role(db, "U2", "admin")
    set_role(db, "U1", "manager")
    with pytest.raises(RefusedError, match="Ben is the only admin"):
        set_role(db, "U2", "rep")


def test_an_admin_who_left_slack_does_not_count_as_one(db: Database) -> None:
    remember(db, ANNA, BEN)
    set_role(db, "U1", "admin")
    set_role(db, "U2", "admin")
    remember(db, replace(BEN, kind="left"), at=LATER)
    with pytest.raises(RefusedError, match="Anna Botha is the only admin"):
        set_role(db, "U1", "rep")
    assert set_role(db, "U2", "rep")["was"] == "admin"


def test_two_admins_who_take_the_role_from_each_other_leave_one(db: Database) -> None:
    remember(db, ANNA, BEN)
    set_role(db, "U1", "admin")
    set_role(db, "U2", "admin")
    refused: list[str] = []

    def take_from_ben() -> None:
        try:
            set_role(db, "U2", "rep")
        except RefusedError as error:
            refused.append(str(error))

    second = threading.Thread(target=take_from_ben)
    with db.writing() as connection:
        people.set_role(connection, "U1", "rep", by="U2", at=NOW)
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive(), "the second one waits for the first"
    second.join()
    assert len(refused) == 1
    with db.reading() as connection:
        assert len(people.with_role(connection, "admin")) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [("guest", "is a guest"), ("stranger", "of another workspace"), ("bot", "is an app"), ("left", "has left Slack")],
)
def test_only_a_member_of_the_team_becomes_manager_or_admin(sqlite_db: Database, kind: people.Kind, words: str) -> None:
    remember(sqlite_db, replace(ANNA, kind=kind))
    with pytest.raises(RefusedError, match=words):
        set_role(sqlite_db, "U1", "manager")


def test_somebody_of_whom_slack_has_not_told_gets_no_role(db: Database) -> None:
    with pytest.raises(RefusedError, match="does not know that person yet"):
        set_role(db, "U404", "admin")
