"""How many are due on each day, kept change by change: whatever happens, it is what counting all of them would give."""

import datetime as dt
import random
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import care, changes, handing_back, newcomers, scoring, snoozes, standings, succession, tables, touches
from store.assumptions import OwnAssumptions
from store.audit import RefusedError
from store.database import Database
from store.newcomers import Newcomer
from store.touches import NewTouch
from tests.ledger import NOW, Ledger, Line

TODAY = dt.date(2026, 6, 4)
STEPS = 120
BY = {"by": "U9", "at": NOW}


class Walk:
    """A team to which anything may happen, in any order; what is refused changes nothing."""

    def __init__(self, team: SimpleNamespace, seed: int) -> None:
        self.any = random.Random(seed)
        self.team = team
        self.number = 0

    def step(self, connection: Connection) -> str:
        happens: list[Callable[[Connection], object]] = [
            *(self.touched, self.edited, self.deleted, self.restored, self.exited, self.returned, self.snoozed),
            *(self.awoken, self.added, self.removed, self.given, self.all_given, self.left, self.back, self.given_back),
            *(self.cadence, self.scored, self.assumed),
        ]
        chosen = self.any.choice(happens)
        self.number += 1
        chosen(connection)
        return chosen.__name__

    def at(self) -> dt.datetime:
        return NOW + dt.timedelta(minutes=self.number)

    def one(self, connection: Connection, table: sa.Table) -> int:
        return self.any.choice([*connection.scalars(sa.select(table.c.id)), 999])

    def day(self) -> dt.date:
        return TODAY + dt.timedelta(days=self.any.randint(-300, 60))

    def touched(self, connection: Connection) -> None:
        touches.log(connection, NewTouch(self.one(connection, tables.customers), "visit", self.day(), "U1", NOW))

    def edited(self, connection: Connection) -> None:
        changed: Any = {"happened_on": self.day(), "customer_id": self.one(connection, tables.customers)}
        touches.edit(connection, self.one(connection, tables.touches), changed, **BY)

    def deleted(self, connection: Connection) -> None:
        touches.delete(connection, self.one(connection, tables.touches), **BY)

    def restored(self, connection: Connection) -> None:
        touches.restore(connection, self.one(connection, tables.touches), **BY)

    def exited(self, connection: Connection) -> None:
        care.mark_exit(connection, self.one(connection, tables.customers), "They moved away", on=TODAY, **BY)

    def returned(self, connection: Connection) -> None:
        care.take_back_exit(connection, self.one(connection, tables.customers), **BY)

    def snoozed(self, connection: Connection) -> None:
        snoozes.snooze(connection, self.one(connection, tables.customers), self.day(), None, **BY)

    def awoken(self, connection: Connection) -> None:
        snoozes.take_back(connection, self.one(connection, tables.snoozes), NOW)

    def added(self, connection: Connection) -> None:
        owner = self.any.choice([None, *self.team.reps])
        newcomers.add(connection, Newcomer(f"New {self.number}", owner_rep_id=owner), on=TODAY, **BY)

    def removed(self, connection: Connection) -> None:
        newcomers.remove(connection, self.one(connection, tables.customers), **BY)

    def given(self, connection: Connection) -> None:
        customer, to = self.one(connection, tables.customers), self.any.choice(self.team.reps)
        succession.give(connection, [customer], to, by="U9", at=self.at())

    def all_given(self, connection: Connection) -> None:
        giver, taker = self.any.choice([None, *self.team.reps]), self.any.choice(self.team.reps)
        succession.give_all(connection, giver, taker, by="U9", at=self.at())

    def left(self, connection: Connection) -> None:
        succession.leave(connection, *self.any.sample(self.team.reps, 2), by="U9", at=self.at())

    def back(self, connection: Connection) -> None:
        succession.come_back(connection, self.any.choice(self.team.reps), by="U9", at=self.at())

    def given_back(self, connection: Connection) -> None:
        entries = sa.select(tables.audit_entries.c.id).where(
            tables.audit_entries.c.action.in_((succession.GIVEN, succession.LEFT))
        )
        entry = self.any.choice([*connection.scalars(entries), 999])
        handing_back.give_back(connection, entry, by="U9", at=self.at())

    def cadence(self, connection: Connection) -> None:
        changes.settle(connection, {"cadence_retain_days": self.any.randint(20, 200)}, **BY)

    def scored(self, connection: Connection) -> None:
        scoring.score(connection)

    def assumed(self, connection: Connection) -> None:
        own = OwnAssumptions(sales_growth_annual=Decimal(self.any.randint(0, 9)) / 100)
        customer = self.any.choice([*connection.scalars(sa.select(tables.customers.c.id))])
        changes.assume(connection, customer, own, **BY, reason="They said so")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Three reps, and seven customers in two currencies, of which one is nobody's."""
    ledger = Ledger(db)
    reps = [ledger.rep(name) for name in ("Anna", "Ben", "Cleo")]
    for number in range(7):
        customer = ledger.customer(f"Shop {number}", owner=[None, *reps, *reps][number])
        for bought_on in (dt.date(2024, 2, 1), dt.date(2026, 3, 1)):
            line = Line(str(10_000_000_000 * (number + 1)), "5")
            ledger.invoice(customer, bought_on, line, currency="USD" if number % 3 else "EUR")
    ledger.done()
    return SimpleNamespace(db=db, reps=reps)


def kept(connection: Connection) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for table in (tables.due_days, tables.owner_due_days)
        for row in connection.execute(sa.select(table).order_by(*table.primary_key))
        if any(row[-3:])
    ]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_days_are_what_counting_everybody_gives(team: SimpleNamespace, seed: int) -> None:
    walk = Walk(team, seed)
    for _ in range(STEPS):
        what = "nothing"
        with suppress(RefusedError, LookupError), team.db.writing() as connection:
            what = walk.step(connection)
        with team.db.writing() as connection:
            before = kept(connection)
            standings.refresh(connection)
            assert kept(connection) == before, what
