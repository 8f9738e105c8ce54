"""Which events stand in a digest, and how many customers it proposes to invite."""

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from store import (
    digest_candidates,
)
from store.tables import customer_standings, customer_values, event_guests, events, invoices, payments
from tests.commands.asking import read
from tests.commands.conftest import RECENT
from tests.commands.digesting import (
    TODAY,
    posted,
    touched,
    with_digest,
)
from tests.ledger import NOW


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    return with_digest(books)


def test_an_event_stands_there_with_the_customers_never_invited(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        event = {"title": "Race day", "held_on": dt.date(2026, 6, 12), "seats": 6, "made_at": NOW, "made_by": "U1"}
        connection.execute(events.insert().values(event))
        loyal = customer_values.c.customer_id == team.best
        connection.execute(customer_values.update().where(loyal).values(invoices=4))
    touched(team.db, team.best, 1)
    said = read(posted(team))
    assert "Race day, 12 June 2026: 1 loyal customer who was never invited to anything" in said


def test_an_invitation_is_not_the_first_thing_to_do_however_much_is_at_stake(race_day: SimpleNamespace) -> None:
    with race_day.db.writing() as connection:
        dear = customer_standings.c.customer_id.in_([race_day.best, race_day.turned])
        connection.execute(customer_standings.update().where(dear).values(due_on=TODAY + dt.timedelta(days=30)))
        connection.execute(customer_standings.update().where(dear).values(at_stake_minor=5_000_000))
    said = read(posted(race_day))
    assert "Race day, 20 July 2026: 3 loyal customers" in said
    assert "First, line 1, the most at stake with one customer: visit Route 66" in said


@pytest.fixture
def race_day(team: SimpleNamespace) -> SimpleNamespace:
    """An event in seven weeks, and three loyal customers: two of Thandi's, one of nobody's."""
    with team.db.writing() as connection:
        held_on = TODAY + dt.timedelta(weeks=7)
        connection.execute(events.insert().values(title="Race day", held_on=held_on, made_at=NOW, made_by="U1"))
        loyal = {"invoices": 4, "first_purchase_on": dt.date(2024, 3, 1), "last_purchase_on": RECENT}
        connection.execute(customer_values.update().values(loyal))
        ids = [team.best, team.second, team.turned]
        worth = {"at_stake_minor": 1000, "currency": "USD", "class_rule": "steady", "care_class": "retain"}
        connection.execute(customer_standings.update().values(at_stake_minor=None, currency=None))
        connection.execute(customer_standings.update().where(customer_standings.c.customer_id.in_(ids)).values(worth))
        theirs = customer_standings.c.customer_id.in_([team.best, team.turned])
        connection.execute(customer_standings.update().where(theirs).values(owner_rep_id=team.rep_id))
    return team


def guests_of(books: SimpleNamespace, rep_ids: tuple[int, ...] = (), but_for: tuple[int, ...] = ()) -> list[int]:
    with books.db.reading() as connection:
        covered = digest_candidates.Covered(rep_ids, "USD")
        return [one.guests for one in digest_candidates.coming(connection, covered, TODAY, but_for)]


def test_guests_are_counted_among_the_customers_whom_the_digest_covers(race_day: SimpleNamespace) -> None:
    assert guests_of(race_day) == [3]
    assert guests_of(race_day, (race_day.rep_id,)) == [2]
    with race_day.db.writing() as connection:
        connection.execute(events.update().values(seats=1))
    assert guests_of(race_day) == [1]


def test_who_stopped_buying_or_paying_is_no_guest(race_day: SimpleNamespace) -> None:
    assert guests_of(race_day, but_for=(race_day.best,)) == [2]
    with race_day.db.writing() as connection:
        gone = customer_standings.c.customer_id == race_day.second
        connection.execute(customer_standings.update().where(gone).values(class_rule="gone"))
    assert guests_of(race_day) == [2]


def test_a_debtor_is_not_counted_among_the_guests_of_the_same_digest(race_day: SimpleNamespace) -> None:
    with race_day.db.writing() as connection:
        late = invoices.c.customer_id == race_day.best
        connection.execute(invoices.update().where(late).values(due_on=dt.date(2026, 4, 10)))
        other = connection.scalar(sa.select(invoices.c.id).where(invoices.c.customer_id == race_day.second).limit(1))
        source, paid = race_day.ledger.source_id, {"paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
        row = {"source_id": source, "number": "P1", "customer_id": race_day.second, "invoice_id": other, **paid}
        connection.execute(payments.insert().values(row))
    said = read(posted(race_day))
    assert "days past due when the books ended" in said
    assert "2 loyal customers who were never invited" in said


def test_an_event_stays_in_the_digest_while_people_are_invited_to_it(race_day: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    invited = [race_day.second, race_day.turned]
    for number in range(5):
        at = NOW + number * week
        assert "Race day" in read(posted(race_day, TODAY + number * week, at)), number
        if number in (1, 3):
            row = {"event_id": 1, "customer_id": invited.pop(), "state": "invited", "changed_at": at}
            with race_day.db.writing() as connection:
                connection.execute(event_guests.insert().values(**row, changed_by="U1"))
