"""Where customers stand: computed from what is known of them, one by one and all at once alike."""

import datetime as dt
import threading
from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from store import changes, due_days, neglect, neglect_totals, standings, succession, tables
from store.database import Database
from tests.ledger import NOW, Ledger, Line
from value.classes import CareClass

RECENT = dt.date(2026, 3, 1)


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """One customer of Anna's that earns 100 a year; scored."""
    ledger = Ledger(db)
    anna = ledger.rep("Anna Botha")
    acme = ledger.customer("Acme", owner=anna)
    ledger.invoice(acme, dt.date(2024, 3, 1), Line("1000", "900"))
    ledger.invoice(acme, RECENT, Line("1000", "900"))
    ledger.done()
    return SimpleNamespace(db=db, ledger=ledger, anna=anna, acme=acme)


def touch(db: Database, customer_id: int, on: dt.date, **about: Any) -> int:
    row = {"customer_id": customer_id, "kind": "visit", "happened_on": on, "author": "U1", "logged_at": NOW, **about}
    with db.writing() as connection:
        touch_id = connection.execute(tables.touches.insert().values(row).returning(tables.touches.c.id)).scalar_one()
        standings.refresh(connection, [customer_id])
    return int(touch_id)


def standing(db: Database, customer_id: int) -> standings.Standing:
    with db.reading() as connection:
        return standings.get(connection, customer_id)


def refreshed(db: Database, customer_id: int) -> standings.Standing:
    with db.writing() as connection:
        standings.refresh(connection, [customer_id])
    return standing(db, customer_id)


def test_a_customer_nobody_has_touched_is_due_since_it_first_bought(team: SimpleNamespace) -> None:
    found = refreshed(team.db, team.acme)
    assert found.last_touch_on is None
    assert found.due_on == dt.date(2024, 3, 1)
    assert (found.at_stake, found.currency) == (Decimal("4406.76"), "USD")
    assert found.owner_rep_id == team.anna


def test_a_touch_sets_the_clock_and_the_cadence_of_the_class_says_until_when(team: SimpleNamespace) -> None:
    touch_id = touch(team.db, team.acme, dt.date(2026, 5, 1))
    found = standing(team.db, team.acme)
    assert (found.care_class, found.class_rule) == (CareClass.RETAIN, "steady")
    assert (found.last_touch_id, found.last_touch_on) == (touch_id, dt.date(2026, 5, 1))
    assert found.due_on == dt.date(2026, 5, 1) + dt.timedelta(days=91)
    assert found.days_since_last_touch(dt.date(2026, 5, 3)) == 2
    assert found.days_since_last_touch(dt.date(2026, 4, 30)) == 0


def test_the_latest_day_counts_not_the_latest_entry_and_a_deleted_touch_not_at_all(team: SimpleNamespace) -> None:
    late = touch(team.db, team.acme, dt.date(2026, 5, 1))
    touch(team.db, team.acme, dt.date(2026, 4, 1))
    assert standing(team.db, team.acme).last_touch_id == late
    touch(team.db, team.acme, dt.date(2026, 5, 9), deleted_at=NOW)
    assert standing(team.db, team.acme).last_touch_on == dt.date(2026, 5, 1)


def test_a_complaint_is_open_until_a_later_touch_settles_it(team: SimpleNamespace) -> None:
    touch(team.db, team.acme, dt.date(2026, 5, 1), outcome="complaint")
    assert standing(team.db, team.acme).has_complaint
    touch(team.db, team.acme, dt.date(2026, 5, 2), outcome="good")
    touch(team.db, team.acme, dt.date(2026, 4, 30), outcome="settled")
    assert standing(team.db, team.acme).has_complaint
    touch(team.db, team.acme, dt.date(2026, 5, 3), outcome="settled")
    assert not standing(team.db, team.acme).has_complaint


def test_an_exit_is_due_never(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.customers.update().values(status="exit"))
    found = refreshed(team.db, team.acme)
    assert (found.care_class, found.due_on) == (CareClass.EXIT, None)


def test_a_customer_without_any_figure_is_new(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        insert = tables.customers.insert().values(name="By hand").returning(tables.customers.c.id)
        by_hand = connection.execute(insert).scalar_one()
        connection.execute(
            tables.customer_care.insert().values(customer_id=by_hand, added_by="U1", added_on=dt.date(2026, 6, 1))
        )
    found = refreshed(team.db, by_hand)
    assert (found.care_class, found.class_rule) == (CareClass.NEW, "no_purchase")
    assert (found.at_stake, found.due_on) == (None, dt.date(2026, 6, 1))


def test_all_at_once_comes_to_the_same_as_one_by_one(team: SimpleNamespace) -> None:
    ids = [team.acme, *(team.ledger.customer(f"Shop {n}") for n in range(5))]
    team.ledger.invoice(ids[1], RECENT, Line("100"))
    team.ledger.invoice(ids[2], dt.date(2024, 5, 1), Line("100", "40"))
    team.ledger.invoice(ids[3], dt.date(2026, 5, 1), Line("100", "140"))
    team.ledger.done()
    touch(team.db, ids[2], dt.date(2026, 5, 1), outcome="complaint")
    with team.db.writing() as connection:
        standings.refresh(connection, ids)
        one_by_one = connection.execute(sa.select(tables.customer_standings).order_by("customer_id")).all()
        standings.refresh(connection)
        all_at_once = connection.execute(sa.select(tables.customer_standings).order_by("customer_id")).all()
    assert one_by_one == all_at_once
    assert len(all_at_once) == 6


def test_standings_follow_scoring_cadences_and_owners(team: SimpleNamespace) -> None:
    touch(team.db, team.acme, dt.date(2026, 5, 1))
    assert standing(team.db, team.acme).at_stake == Decimal("4406.76")
    team.ledger.invoice(team.acme, RECENT, Line("1000", "900"))
    team.ledger.done()
    assert standing(team.db, team.acme).at_stake == Decimal("8813.53")
    with team.db.writing() as connection:
        changes.settle(connection, {"cadence_ramp_up_days": 10}, by="U9", at=NOW)
    assert standing(team.db, team.acme).due_on == dt.date(2026, 5, 11)
    ben = team.ledger.rep("Ben")
    with team.db.writing() as connection:
        succession.give(connection, [team.acme], ben, by="U9", at=NOW)
    assert standing(team.db, team.acme).owner_rep_id == ben
    with team.db.writing() as connection:
        succession.leave(connection, ben, team.anna, by="U9", at=NOW)
    assert standing(team.db, team.acme).owner_rep_id == team.anna


def counted(db: Database) -> list[Any]:
    """What is kept of how many are due on each day."""
    with db.reading() as connection:
        days = tables.due_days
        rows = connection.execute(sa.select(days).where(days.c.customers != 0).order_by("due_on", "currency"))
        return [tuple(row) for row in rows]


def of_owners(db: Database) -> list[Any]:
    """The same for each rep's own."""
    with db.reading() as connection:
        days = tables.owner_due_days
        rows = connection.execute(sa.select(days).where(days.c.customers != 0).order_by(*days.primary_key))
        return [tuple(row) for row in rows]


def customers_of(db: Database) -> Counter[int]:
    """How many are counted as each rep's own."""
    return sum((Counter({owner: customers}) for owner, _, _, customers, *_ in of_owners(db)), Counter())


def test_what_is_due_of_each_reps_own_stays_true_when_customers_change_hands(team: SimpleNamespace) -> None:
    ben = team.ledger.rep("Ben")
    shops = [team.ledger.customer(f"Shop {number}", owner=team.anna if number else None) for number in range(4)]
    for number, shop in enumerate(shops):
        team.ledger.invoice(shop, RECENT, Line(str(9_000_000_000 * (number + 1)), "5"))
    team.ledger.done()
    assert customers_of(team.db) == {team.anna: 4}
    touch(team.db, shops[1], dt.date(2026, 5, 1))
    with team.db.writing() as connection:
        # One of Anna's, and the one that was nobody's.
        succession.give(connection, [shops[0], shops[1]], ben, by="U9", at=NOW)
    given = of_owners(team.db)
    assert customers_of(team.db) == {team.anna: 3, ben: 2}
    with team.db.writing() as connection:
        standings.refresh(connection)
        due_days.count_anew(connection)
    assert of_owners(team.db) == given
    today = dt.date(2026, 6, 4)
    for owner in (team.anna, ben):
        with team.db.reading() as connection:
            totals = neglect_totals.totals(connection, neglect.Asked(today, owner))
            listed = neglect.neglected(connection, neglect.Asked(today, owner), "USD", 10)
        assert totals.neglected == len(listed)
        assert totals.at_stake == sum(one.standing.at_stake or 0 for one in listed)
    with team.db.writing() as connection:
        succession.leave(connection, team.anna, ben, by="U9", at=NOW)
    assert customers_of(team.db) == {ben: 5}


def test_how_many_are_due_on_each_day_stays_true_change_by_change(team: SimpleNamespace) -> None:
    shops = [team.ledger.customer(f"Shop {number}") for number in range(6)]
    for number, shop in enumerate(shops):
        team.ledger.invoice(shop, RECENT, Line(str(9_000_000_000 * (number + 1)), "5"))
    team.ledger.done()
    touch(team.db, team.acme, dt.date(2026, 5, 1))
    touch(team.db, shops[0], dt.date(2026, 5, 1))
    touch(team.db, shops[0], dt.date(2026, 5, 4), kind="call")
    with team.db.writing() as connection:
        connection.execute(tables.customers.update().where(tables.customers.c.id == shops[1]).values(status="exit"))
        standings.refresh(connection, shops)
        standings.forget(connection, [shops[2]])
    assert sum(row[2] for row in counted(team.db)) == 5
    with team.db.writing() as connection:
        standings.refresh(connection, shops)
    one_by_one = counted(team.db)
    with team.db.writing() as connection:
        standings.refresh(connection)
        due_days.count_anew(connection)
    whole = counted(team.db)
    assert whole == one_by_one
    assert sum(row[2] for row in whole) == 6
    with team.db.writing() as connection:
        standings.refresh(connection, [team.acme, *shops])
    assert counted(team.db) == whole


def test_where_few_of_many_customers_change_the_days_are_counted_all_the_same(team: SimpleNamespace) -> None:
    shops = [team.ledger.customer(f"Shop {number}", owner=team.anna) for number in range(30)]
    for shop in shops:
        team.ledger.invoice(shop, RECENT, Line("5000", "5"))
    team.ledger.done()
    before = of_owners(team.db)
    customers, values = tables.customers, tables.customer_values
    with team.db.writing() as connection:
        connection.execute(customers.update().where(customers.c.id == shops[1]).values(status="exit"))
        poorer = values.update().where(values.c.customer_id == shops[2])
        connection.execute(poorer.values(projected_value_minor=values.c.projected_value_minor - 1_000))
        standings.refresh(connection)
    changed = counted(team.db), of_owners(team.db)
    assert changed[1] != before
    assert customers_of(team.db) == {team.anna: 30}
    with team.db.writing() as connection:
        due_days.count_anew(connection)
    assert (counted(team.db), of_owners(team.db)) == changed


def test_two_who_log_a_touch_of_one_customer_at_once_both_count(team: SimpleNamespace) -> None:
    began = threading.Barrier(2)

    def log(day: int) -> None:
        began.wait()
        touch(team.db, team.acme, dt.date(2026, 5, day))

    threads = [threading.Thread(target=log, args=(day,)) for day in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert standing(team.db, team.acme).last_touch_on == dt.date(2026, 5, 4)
    assert sum(row[2] for row in counted(team.db)) == 1
