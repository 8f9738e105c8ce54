"""One person under two names: a rep of the ledger, and a member of the workspace."""

import datetime as dt

import sqlalchemy as sa

from store import people
from store.database import Database
from store.people import Person
from store.tables import reps
from store.who import Who, complete, is_theirs

NOW = dt.datetime(2026, 6, 4, 9, 0, tzinfo=dt.UTC)


def team(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(
            reps.insert(),
            [
                {"id": 7, "name": "Anna Botha", "slack_user_id": "U1"},
                {"id": 8, "name": "Ben Cele", "slack_user_id": None},
            ],
        )
        people.remember(connection, [Person("U2", "T1", "Cara the manager")], NOW)


def test_somebody_is_completed_from_either_side_in_the_order_asked(db: Database) -> None:
    team(db)
    with db.reading() as connection:
        found = complete(connection, [Who(8), Who(None, "U2"), Who(None, "U1"), Who(7), Who(None, "U9")])
    anna = Who(7, "U1", "Anna Botha")
    assert found == [Who(8, None, "Ben Cele"), Who(None, "U2", "Cara the manager"), anna, anna, Who(None, "U9")]


def test_what_was_kept_under_either_name_is_theirs(db: Database) -> None:
    team(db)
    kept = [(7, None), (None, "U1"), (8, None), (None, "U2")]
    rows = sa.union_all(*(_row(rep_id, user_id) for rep_id, user_id in kept)).subquery()
    with db.reading() as connection:
        mine = sa.select(sa.func.count()).where(is_theirs(rows.c.rep_id, rows.c.user_id, Who(7, "U1")))
        nobodys = sa.select(sa.func.count()).where(is_theirs(rows.c.rep_id, rows.c.user_id, Who()))
        assert connection.scalar(mine) == 2
        assert connection.scalar(nobodys) == 0


def test_two_names_are_one_person_where_one_of_them_agrees() -> None:
    assert Who(7, None).is_same_as(Who(7, "U1"))
    assert not Who(None, None).is_same_as(Who(None, None))
    assert not Who(8, "U1").is_same_as(Who(7, "U2"))


def _row(rep_id: int | None, user_id: str | None) -> sa.Select[tuple[int, str]]:
    return sa.select(
        sa.cast(sa.literal(rep_id), sa.BigInteger).label("rep_id"),
        sa.cast(sa.literal(user_id), sa.Text).label("user_id"),
    )
