"""What two people do at once on PostgreSQL: each is done, neither is refused, and the figures are those of both.

The order of locks is that of docs/decisions/0016-one-order-of-locks.md. SQLite has one writer at a time.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from store import care, changes, due_days, events, newcomers, scoring, snoozes, standings, succession, tables, touches
from store.audit import RefusedError
from store.database import Database
from store.events import NewEvent
from store.newcomers import Newcomer
from store.touches import NewTouch
from store.who import Who
from tests.ledger import NOW, Ledger, Line
from tests.store.at_once import at_once
from tests.store.imports.ledgers import imported

ON = dt.date(2026, 5, 1)
# What is computed for all customers waits here for whoever computes some, and then keeps them out.
TABLE_LOCK = "LOCK TABLE customer_standings IN SHARE ROW EXCLUSIVE"
Work = Callable[[], Any]


@pytest.fixture
def team(postgresql_db: Database) -> SimpleNamespace:
    """Two reps, and four customers of Anna's, so alike that all of them are of one class; scored."""
    ledger = Ledger(postgresql_db)
    anna, ben = ledger.rep("Anna Botha"), ledger.rep("Ben Dlamini")
    shops = [ledger.customer(f"Shop {number}", owner=anna) for number in range(4)]
    for shop in shops:
        for day in (dt.date(2024, 3, 1), dt.date(2026, 3, 1)):
            ledger.invoice(shop, day, Line("1000", "900"))
    ledger.done()
    return SimpleNamespace(db=postgresql_db, anna=anna, ben=ben, shops=shops)


def log(db: Database, customer_id: int, on: dt.date = ON) -> int:
    with db.writing() as connection:
        return touches.log(connection, NewTouch(customer_id, "visit", on, "U1", NOW)).id


def settle(db: Database, **fields: int) -> None:
    with db.writing() as connection:
        changes.settle(connection, fields, by="U9", at=NOW)


def mark_exit(db: Database, customer_id: int) -> None:
    with db.writing() as connection:
        care.mark_exit(connection, customer_id, "never pays", on=ON, by="U8", at=NOW)


def add(db: Database, name: str) -> int:
    with db.writing() as connection:
        return newcomers.add(connection, Newcomer(name), on=ON, by="U1", at=NOW)


def take_back(db: Database, customer_id: int) -> bool:
    with db.writing() as connection:
        return newcomers.remove(connection, customer_id, by="U1", at=NOW)


def score(db: Database) -> int:
    with db.writing() as connection:
        return scoring.score(connection)


def give(db: Database, customer_id: int, to_rep_id: int) -> None:
    with db.writing() as connection:
        succession.give(connection, [customer_id], to_rep_id, by="U9", at=NOW)


def standing(db: Database, customer_id: int) -> standings.Standing:
    with db.reading() as connection:
        return standings.get(connection, customer_id)


def kept(db: Database) -> list[Any]:
    """All that is kept of where customers stand, and of how many are due on each day."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(tables.customer_standings).order_by("customer_id")).all()
        days = (
            connection.execute(sa.select(table).where(table.c.customers != 0).order_by(*table.primary_key)).all()
            for table in (tables.due_days, tables.owner_due_days)
        )
        return [tuple(row) for some in (rows, *days) for row in some]


def is_as_computed_anew(db: Database) -> bool:
    before = kept(db)
    with db.writing() as connection:
        standings.refresh(connection)
        due_days.count_anew(connection)
    return kept(db) == before


def test_a_visit_that_is_logged_while_an_import_scores_waits_for_nothing(
    postgresql_db: Database, tmp_path: Path
) -> None:
    db = postgresql_db
    imported(db, tmp_path, ["1;01.01.2025;7;Acme;NL;r1;P;1;5;", "2;01.01.2025;8;Blue;NL;r1;P;1;5;"])
    with db.reading() as connection:
        acme = connection.scalar(sa.select(tables.customers.c.id).where(tables.customers.c.name == "Acme"))
    # The import gives Acme to another rep, and calls it by another name.
    rows = ["3;02.02.2025;7;Acme Ltd;NL;r2;P;1;5;"]
    outcome = at_once(db, lambda: imported(db, tmp_path, rows), lambda: log(db, acme), before=TABLE_LOCK)
    assert outcome.first.rows_new == 1
    assert isinstance(outcome.second, int)
    assert not outcome.second_waited
    found = standing(db, acme)
    assert found.last_touch_on == ON
    with db.reading() as connection:
        reps = tables.reps.c
        assert connection.scalar(sa.select(reps.name).where(reps.id == found.owner_rep_id)) == "Rep r2"
    assert is_as_computed_anew(db)


def test_an_exit_is_marked_while_an_import_scores_that_brings_the_customers_rep_another_order(
    postgresql_db: Database, tmp_path: Path
) -> None:
    db = postgresql_db
    imported(db, tmp_path, ["1;01.01.2025;7;Acme;NL;r1;P;1;5;"])
    with db.reading() as connection:
        acme = connection.scalar(sa.select(tables.customers.c.id))
    rows = ["2;02.02.2025;7;Acme;NL;r1;P;1;5;"]
    outcome = at_once(db, lambda: imported(db, tmp_path, rows), lambda: mark_exit(db, acme), before=TABLE_LOCK)
    assert outcome.first.rows_new == 1
    assert outcome.second is None
    assert not outcome.second_waited
    assert standing(db, acme).due_on is None
    assert is_as_computed_anew(db)


def test_a_newcomer_that_is_taken_back_while_all_are_scored_waits_and_goes(team: SimpleNamespace) -> None:
    nova = add(team.db, "Nova")
    outcome = at_once(
        team.db, lambda: score(team.db), lambda: take_back(team.db, nova), before="DELETE FROM customer_values"
    )
    assert (outcome.first, outcome.second) == (5, True)
    assert outcome.second_waited
    with team.db.reading() as connection, pytest.raises(LookupError):
        standings.get(connection, nova)
    assert is_as_computed_anew(team.db)


def test_a_visit_that_is_logged_while_a_cadence_changes_is_due_by_the_new_one(team: SimpleNamespace) -> None:
    shop = team.shops[0]
    log(team.db, shop)
    outcome = at_once(
        team.db,
        lambda: settle(team.db, cadence_retain_days=10),
        lambda: log(team.db, shop, dt.date(2026, 5, 2)),
        before="DELETE FROM due_days",
    )
    assert outcome.first is None
    assert isinstance(outcome.second, int)
    assert standing(team.db, shop).due_on == dt.date(2026, 5, 12)
    assert is_as_computed_anew(team.db)


@pytest.mark.parametrize("let_go", [mark_exit, take_back], ids=["an exit", "a newcomer that is taken back"])
def test_a_customer_that_goes_while_a_cadence_changes_is_gone(
    team: SimpleNamespace, let_go: Callable[[Database, int], Any]
) -> None:
    nova = add(team.db, "Nova")
    for shop in team.shops:
        log(team.db, shop)
    # So many change that all are written anew, which asks whether each of the customers is there.
    outcome = at_once(
        team.db,
        lambda: settle(team.db, cadence_retain_days=10),
        lambda: let_go(team.db, nova),
        before="DELETE FROM customer_standings",
    )
    assert outcome.first is None
    assert outcome.second in (None, True)
    with team.db.reading() as connection:
        there = connection.execute(
            sa.select(tables.customer_standings.c.due_on).where(tables.customer_standings.c.customer_id == nova)
        ).all()
    assert [row.due_on for row in there] == ([None] if let_go is mark_exit else [])
    assert is_as_computed_anew(team.db)


def test_of_two_customers_that_change_days_with_one_another_both_are_counted(team: SimpleNamespace) -> None:
    early, late = dt.date(2026, 5, 1), dt.date(2026, 5, 9)
    one, other = team.shops[:2]
    log(team.db, one, early)
    log(team.db, other, early)
    newest = log(team.db, other, late)

    def undo() -> None:
        with team.db.writing() as connection:
            touches.delete(connection, newest, by="U1", at=NOW)

    outcome = at_once(team.db, lambda: log(team.db, one, late), undo, before="INSERT INTO due_days", times=2)
    assert isinstance(outcome.first, int)
    assert outcome.second is None
    assert standing(team.db, one).last_touch_on == late
    assert standing(team.db, other).last_touch_on == early
    assert is_as_computed_anew(team.db)


def test_days_are_counted_in_one_statement_in_their_order_however_many_customers_there_are(
    team: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "AT_ONCE", 1)
    for number, shop in enumerate(team.shops):
        log(team.db, shop, dt.date(2026, 5, 20 - number))
    with team.db.writing() as connection:
        rows = [
            {"customer_id": shop, "kind": "call", "happened_on": dt.date(2026, 5, 20 + number), "author": "U1"}
            for number, shop in enumerate(team.shops)
        ]
        connection.execute(tables.touches.insert(), [{**row, "logged_at": NOW} for row in rows])
        counted: list[list[dt.date]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            if statement.startswith("INSERT INTO due_days"):
                counted.append([row["due_on"] for row in parameters])

        sa.event.listen(connection, "before_cursor_execute", note)
        standings.refresh(connection, reversed(team.shops))
    # 20 May had one and has one, 17 to 19 May lose one each, 21 to 23 May gain one each.
    assert counted == [[dt.date(2026, 5, day) + dt.timedelta(days=91) for day in (17, 18, 19, 21, 22, 23)]]
    assert is_as_computed_anew(team.db)


def test_a_snooze_that_is_delivered_to_two_processes_at_once_is_one(team: SimpleNamespace) -> None:
    def snooze() -> int:
        with team.db.writing() as connection:
            made = snoozes.snooze(
                connection, team.shops[0], dt.date(2026, 7, 1), None, by="U1", at=NOW, receipt="view 1"
            )
            return made.id

    outcome = at_once(team.db, snooze, snooze, before="LOCK TABLE customer_standings")
    assert outcome.second_waited
    assert isinstance(outcome.first, int)
    assert outcome.second == outcome.first


def test_a_visit_that_is_logged_while_its_customer_changes_hands_leaves_it_with_the_new_rep(
    team: SimpleNamespace,
) -> None:
    shop = team.shops[0]
    outcome = at_once(
        team.db, lambda: give(team.db, shop, team.ben), lambda: log(team.db, shop), before="UPDATE customer_standings"
    )
    assert outcome.first is None
    assert isinstance(outcome.second, int)
    assert standing(team.db, shop).owner_rep_id == team.ben
    assert is_as_computed_anew(team.db)


def test_a_customer_that_changes_hands_while_a_visit_is_logged_is_the_new_reps(team: SimpleNamespace) -> None:
    shop = team.shops[0]
    outcome = at_once(
        team.db,
        lambda: log(team.db, shop),
        lambda: give(team.db, shop, team.ben),
        before="INSERT INTO customer_standings",
    )
    assert isinstance(outcome.first, int)
    assert outcome.second is None
    assert standing(team.db, shop).owner_rep_id == team.ben
    assert is_as_computed_anew(team.db)


def test_an_invitation_is_edited_while_it_is_taken_back(team: SimpleNamespace) -> None:
    shop = team.shops[0]
    with team.db.writing() as connection:
        event = events.make(connection, NewEvent("Open day", dt.date(2026, 6, 20)), by="U1", at=NOW).id
        events.invite(connection, event, shop, who=Who(), on=ON, by="U1", at=NOW)
        invitation = connection.scalar(sa.select(tables.touches.c.id).where(tables.touches.c.kind == "invitation"))

    def take_back() -> bool:
        with team.db.writing() as connection:
            return events.take_back(connection, event, shop, by="U1", at=NOW)

    def edit() -> None:
        with team.db.writing() as connection:
            touches.edit(connection, invitation, {"happened_on": dt.date(2026, 5, 21)}, by="U2", at=NOW)

    outcome = at_once(team.db, take_back, edit, before="UPDATE touches")
    assert outcome.first is True
    assert outcome.second_waited
    assert isinstance(outcome.second, RefusedError)
    assert "was deleted" in str(outcome.second)
    assert is_as_computed_anew(team.db)
