"""A team whose channel receives a digest, asked and answered as its members do."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from commands import digest
from commands._reply import Person, Place, Reply, Request, Role
from store import (
    digest_schedules,
    people,
    promises,
    touches,
)
from store.database import Database
from store.digest_schedules import Schedule
from store.promises import NewPromise
from store.tables import invoices, payments, reps
from store.touches import NewTouch
from store.who import Who
from tests.commands.asking import read
from tests.commands.conftest import RECENT
from tests.ledger import NOW

TODAY = dt.date(2026, 6, 1)  # a Monday
CHANNEL = Place("channel", "C1")
MANAGER = Person("U1", "T1", role=Role.MANAGER, zone="Africa/Johannesburg")
MONDAYS = Schedule(zone="Africa/Johannesburg")


def asked(db: Database, do: str = "", **about: Any) -> Reply:
    values = {**({"do": do} if do else {}), **about.pop("values", {})}
    return digest.run(
        Request(**{"now": NOW, "today": TODAY, "person": MANAGER, "place": CHANNEL, "values": values, **about}), db
    )


def touched(db: Database, customer: int, days_ago: int, **about: Any) -> None:
    new = NewTouch(customer, "visit", TODAY - dt.timedelta(days=days_ago), "U9", NOW, **about)
    with db.writing() as connection:
        touches.log(connection, new)


def promised(db: Database, customer: int, due_on: dt.date, who: Who) -> int:
    with db.writing() as connection:
        return promises.make(connection, NewPromise(customer, "send the quote", due_on, who, "U9", NOW)).id


def owes(books: SimpleNamespace, customer: int) -> None:
    """Somebody else has paid, and the customer has not since April."""
    late = invoices.c.customer_id == customer
    with books.db.writing() as connection:
        connection.execute(invoices.update().where(late).values(due_on=dt.date(2026, 4, 10)))
        other = connection.scalar(sa.select(invoices.c.id).where(invoices.c.customer_id == books.best).limit(1))
        source, paid = books.ledger.source_id, {"paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
        row = {"source_id": source, "number": "P1", "customer_id": books.best, "invoice_id": other, **paid}
        connection.execute(payments.insert().values(row))


def with_digest(books: SimpleNamespace) -> SimpleNamespace:
    """The small portfolio, with a channel that receives a digest and a rep who is in Slack."""
    with books.db.writing() as connection:
        people.remember(connection, [people.Person("U2", "T1", "Thandi", zone="Africa/Johannesburg")], NOW)
        linked = {"slack_user_id": "U2", "linked_at": NOW - dt.timedelta(days=100)}
        connection.execute(reps.update().where(reps.c.name == "Thandi Nkosi").values(linked))
        books.rep_id = connection.scalar(reps.select().where(reps.c.name == "Thandi Nkosi"))
        books.kept = digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=NOW - dt.timedelta(days=1))
    return books


def posted(books: SimpleNamespace, slot_on: dt.date = TODAY, now: dt.datetime = NOW) -> Reply:
    """The digest as the clock has it composed."""
    values = {"reader": books.kept.reader, "slot": slot_on.isoformat()}
    return asked(books.db, "post", values=values, origin="delivery", person=Person(), now=now, today=slot_on)


def line_of(reply: Reply, name: str) -> dict[str, str]:
    """The values of the buttons of the line about a customer."""
    for part in reply.parts:
        for action in getattr(part, "actions", ()):
            if action.label == "Not relevant" and name in read(Reply((), parts=(part,))):
                return dict(action.values)
    raise AssertionError(f"no line about {name}")
