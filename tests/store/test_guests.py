"""Whom to invite: the loyal who were never invited first, the most valuable before the others."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from store import care, events, guests, touches
from store.database import Database
from store.events import NewEvent
from store.tables import customer_standings, invoices, payments, sources
from store.touches import NewTouch
from store.who import Who
from tests.ledger import NOW, Ledger, Line

TODAY = dt.date(2026, 6, 4)
LONG_AGO = dt.date(2024, 3, 1)


@pytest.fixture
def books(db: Database) -> SimpleNamespace:
    """Customers by what they are; each buys still, but for the lapsed one."""
    ledger = Ledger(db)
    ids = {}
    for name, purchases, first_on, profit in (
        ("loyal", 4, LONG_AGO, "100"),
        ("loyal and rich", 6, LONG_AGO, "900"),
        ("almost", 3, LONG_AGO, "5000"),
        ("recent", 9, dt.date(2025, 1, 1), "9000"),
        ("costly", 5, LONG_AGO, "-10"),
    ):
        ids[name] = ledger.customer(name)
        ledger.invoice(ids[name], first_on, Line("1", "1"))
        for number in range(purchases - 1):
            profit_of_line = str(1000 - int(profit))
            ledger.invoice(ids[name], dt.date(2026, 5, 1) + dt.timedelta(days=number), Line("1000", profit_of_line))
    ids["lapsed"] = ledger.customer("lapsed")
    for number in range(6):
        ledger.invoice(ids["lapsed"], LONG_AGO + dt.timedelta(days=number), Line("1000", "1"))
    ledger.done()
    with db.writing() as connection:
        event = events.make(connection, NewEvent("Race day", dt.date(2026, 6, 12)), by="U1", at=NOW)
    return SimpleNamespace(db=db, event=event.id, **{name.replace(" ", "_"): one for name, one in ids.items()})


def proposed(books: SimpleNamespace, **how: int | bool) -> list[str]:
    with books.db.reading() as connection:
        return [one.name for one in guests.propose(connection, books.event, 10, **how)]  # type: ignore[arg-type]


def invite(books: SimpleNamespace, customer_id: int, event_id: int | None = None) -> None:
    with books.db.writing() as connection:
        event = event_id or books.event
        events.invite(connection, event, customer_id, who=Who(None, "U1"), on=TODAY, by="U1", at=NOW)


def test_the_loyal_come_first_by_value_then_whoever_buys(books: SimpleNamespace) -> None:
    assert proposed(books) == ["loyal and rich", "loyal", "recent", "almost"]


def test_the_list_can_be_paged(books: SimpleNamespace) -> None:
    assert proposed(books, passing_over=2) == ["recent", "almost"]


def test_the_reason_is_in_the_proposal(books: SimpleNamespace) -> None:
    with books.db.reading() as connection:
        first = guests.propose(connection, books.event, 1)[0]
    assert (first.is_loyal, first.purchases, first.first_purchase_on, first.last_event) == (True, 6, LONG_AGO, None)


def test_who_is_invited_is_not_proposed_again_and_comes_later_for_the_next_event(books: SimpleNamespace) -> None:
    invite(books, books.loyal_and_rich)
    invite(books, books.recent)
    assert proposed(books) == ["loyal", "almost"]
    with books.db.writing() as connection:
        books.event = events.make(connection, NewEvent("Dinner", dt.date(2026, 7, 1)), by="U1", at=NOW).id
    assert proposed(books) == ["loyal", "loyal and rich", "almost"]
    with books.db.reading() as connection:
        second = guests.propose(connection, books.event, 2)[1]
        assert (second.last_event, second.last_state) == ("Race day", "invited")
        never = guests.never_invited(connection)
        assert [one.name for one in guests.propose(connection, None, 9, only_never=True)] == ["loyal", "almost"]
    assert (never.never, never.buying) == (3, 5)


def test_exits_and_open_complaints_are_not_proposed(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        care.mark_exit(connection, books.loyal, "never pays", on=TODAY, by="U1", at=NOW)
        touches.log(connection, NewTouch(books.recent, "call", TODAY, "U1", NOW, outcome="complaint"))
    assert proposed(books) == ["loyal and rich", "almost"]


def test_who_has_left_a_habit_of_buying_is_not_proposed(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        gone = customer_standings.c.customer_id == books.loyal_and_rich
        connection.execute(customer_standings.update().where(gone).values(class_rule="late"))
    assert proposed(books) == ["loyal", "recent", "almost"]


def owes(books: SimpleNamespace, customer_id: int, due_on: dt.date) -> None:
    """All that was billed to them was due on that day, and nothing of it is paid; somebody else has paid."""
    with books.db.writing() as connection:
        theirs = invoices.c.customer_id == customer_id
        connection.execute(invoices.update().where(theirs).values(due_on=due_on))
        other = connection.execute(sa.select(invoices).where(~theirs).limit(1)).one()
        paid = {"paid_on": TODAY, "amount_minor": 1, "currency": "USD"}
        row = {"source_id": other.source_id, "number": "P1", "customer_id": other.customer_id, "invoice_id": other.id}
        connection.execute(payments.insert().values(**row, **paid))


def test_who_stopped_paying_is_not_proposed_and_who_is_a_few_days_late_is(books: SimpleNamespace) -> None:
    with books.db.reading() as connection:
        end = connection.scalar(sa.select(sa.func.max(sources.c.period_end_on)))
        assert guests.owing(connection, [books.loyal]) == {}
    owes(books, books.loyal_and_rich, end - dt.timedelta(days=29))
    assert proposed(books) == ["loyal and rich", "loyal", "recent", "almost"]
    owes_long = end - dt.timedelta(days=30)
    with books.db.writing() as connection:
        rich = invoices.c.customer_id == books.loyal_and_rich
        connection.execute(invoices.update().where(rich).values(due_on=owes_long))
    assert proposed(books) == ["loyal", "recent", "almost"]
    assert proposed(books, passing_over=1) == ["recent", "almost"]
    with books.db.reading() as connection:
        assert guests.owing(connection, [books.loyal, books.loyal_and_rich])[books.loyal_and_rich].days == 30


def test_the_loyal_who_were_never_invited_are_counted_with_what_they_have_at_stake(books: SimpleNamespace) -> None:
    with books.db.reading() as connection:
        never = guests.propose(connection, None, 9, only_never=True)
        each = {one.name: one.at_stake for one in never if one.is_loyal}
        both = guests.loyal_never_invited(connection, "USD", None)
        best = guests.loyal_never_invited(connection, "USD", 1)
        other = guests.loyal_never_invited(connection, "USD", None, but_for=[books.loyal_and_rich])
        nobody = guests.loyal_never_invited(connection, "EUR", None)
    assert both == guests.Worth(2, sum(each.values(), Decimal(0)))
    assert best == guests.Worth(1, each["loyal and rich"])
    assert other == guests.Worth(1, each["loyal"])
    assert nobody == guests.Worth(0, Decimal(0))


def test_before_any_ledger_nobody_is_proposed(db: Database) -> None:
    with db.reading() as connection:
        assert guests.propose(connection, None, 9) == []
        assert guests.never_invited(connection) == guests.NeverInvited(0, 0)
        assert guests.loyal_never_invited(connection, "USD", None) == guests.Worth(0, Decimal(0))


def test_who_bought_last_on_a_leap_day_does_not_buy_any_more_when_the_next_february_ends(db: Database) -> None:
    books = Ledger(db, start=dt.date(2018, 1, 1), end=dt.date(2021, 2, 28))
    last_on = {"lapsed": dt.date(2020, 2, 29), "buys": dt.date(2020, 3, 1)}
    for name, day in last_on.items():
        books.invoice(books.customer(name), day, Line("100", "50"))
    books.done()
    with db.reading() as connection:
        assert guests.never_invited(connection).buying == 1
