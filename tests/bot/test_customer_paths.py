"""People, customers by hand and events through the real bot and the stand-in."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.app import Melktert
from store import contacts, customer_channels, tables
from store.database import Database
from tests.bot.bots import running
from tests.bot.dialogues import filled
from tests.bot.test_slack_paths import locked
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.screen import Modal
from tests.slack.slack import Slack
from tests.slack.world import Channel


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi", "anna@example.com")
    for name in ("Acme", "Zephyr"):
        customer = ledger.customer(name, owner=rep)
        ledger.invoice(customer, dt.date(2026, 5, 20), Line("4000", "1000"))
    ledger.done()
    with running(slack, sqlite_db, "socket", first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", zone="Africa/Johannesburg")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


def form_of(anna: Person, line: str, label: str) -> Modal:
    anna.presses(label, on=anna.types(line).answer())
    return filled(anna)


def done(anna: Person, words: str) -> Modal:
    return filled(anna, words)


def count(db: Database, table: sa.Table) -> int:
    with db.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_somebody_is_added_with_what_is_wrong_beside_its_field(anna: Person, sqlite_db: Database) -> None:
    form = form_of(anna, "/melktert contact acme", "Add somebody…")
    filled_in = form.fill({"Name": "Carla Costa", "Birthday": "5/6"})
    assert "could be two days" in filled_in.submit().errors["Birthday"]
    submitted = form.fill({"Birthday": "5 June"}).submit()
    assert "Carla Costa is now among the people of Acme." in done(anna, "Carla Costa").words
    submitted.again()
    with sqlite_db.reading() as connection:
        (carla,) = contacts.of_customer(connection, 1)
    assert carla.name == "Carla Costa"
    assert "birthday tomorrow" in anna.types("/customer acme").answer().words


def test_a_form_that_meets_a_locked_database_is_saved_once_all_the_same(anna: Person, sqlite_db: Database) -> None:
    form = form_of(anna, "/melktert contact acme", "Add somebody…").fill({"Name": "Carla Costa"})
    thread = locked(sqlite_db, 3)
    form.submit()
    done(anna, "Carla Costa is now")
    thread.join()
    assert count(sqlite_db, tables.contacts) == 1


def test_a_customer_is_added_by_hand_and_then_found(anna: Person, sqlite_db: Database) -> None:
    form = form_of(anna, "/customer new Kanga Cycles", "Fill in…")
    assert form.fields["Name of the company"] == "Kanga Cycles"
    submitted = form.submit()
    done(anna, "is a customer now")
    submitted.again()
    assert count(sqlite_db, tables.customers) == 3
    assert "has not bought yet" in anna.types("/clv kanga").answer().words


def test_a_customer_is_invited_by_live_search_and_comes(anna: Person, sqlite_db: Database) -> None:
    form_of(anna, "/event new Race day", "Fill in…").fill({"Which day?": "2026-06-12"}).submit()
    done(anna, "Race day is on")
    form = form_of(anna, "/event race day", "Invite somebody…")
    form.type_into("Which customer?", "zep")
    form.fill({"Which customer?": "Zephyr"}).submit().again()
    assert "Zephyr is invited to Race day" in done(anna, "is invited").words
    assert count(sqlite_db, tables.event_guests) == count(sqlite_db, tables.touches) == 1


def test_an_exit_is_for_managers_whatever_a_form_says(anna: Person, slack: Slack, sqlite_db: Database) -> None:
    ben = slack.member("Ben")
    form = form_of(ben, "/customer new Kanga", "Fill in…")
    tampered = {"private_metadata": '{"command":"customer","values":{"do":"exit","customer":"1"}}'}
    assert "Only a manager can mark an exit" in str(form.submit(tampered=tampered).errors)
    with sqlite_db.reading() as connection:
        assert connection.scalar(sa.select(tables.customers.c.status).limit(1)) == "active"


def test_a_channel_is_tied_from_within(anna: Person, sales: Channel, sqlite_db: Database) -> None:
    assert "This channel is about Acme now" in anna.types("/customer acme here", at=sales).answer().words
    with sqlite_db.reading() as connection:
        assert customer_channels.customer_of(connection, sales.id) == 1
    assert "Acme" in anna.types("/customer here", at=sales).answer().words
