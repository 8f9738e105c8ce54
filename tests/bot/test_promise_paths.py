"""Promises through the real bot and the stand-in for Slack: made, reminded once on the right morning, done, handed
over; submitted twice, opened too late, and with the database locked.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.app import Melktert
from store import people, promises, tables
from store.database import Database
from store.promises import Promise
from tests.bot.bots import NOW, running
from tests.bot.dialogues import filled
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.screen import Modal, Seen
from tests.slack.slack import Slack
from tests.slack.world import Channel

# NOW is a Thursday, 11:00 in Johannesburg.
FRIDAY = dt.date(2026, 6, 5)


@pytest.fixture
def clock() -> SimpleNamespace:
    """The bot's clock, which a test puts forward."""
    return SimpleNamespace(now=NOW)


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database, clock: SimpleNamespace) -> Iterator[Melktert]:
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi")
    for name, amount in (("Acme", "5000"), ("Zephyr", "2000")):
        customer = ledger.customer(name, owner=rep)
        ledger.invoice(customer, dt.date(2024, 6, 1), Line("100", "50"))
        ledger.invoice(customer, dt.date(2026, 5, 20), Line(amount, "1000"))
    ledger.done()
    with running(slack, sqlite_db, "http", clock=lambda: clock.now) as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return known(slack, bot, "Anna", "Africa/Johannesburg")


@pytest.fixture
def ben(slack: Slack, bot: Melktert) -> Person:
    return known(slack, bot, "Ben", "America/Los_Angeles")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


def known(slack: Slack, bot: Melktert, name: str, zone: str) -> Person:
    """A member of whom the bot has heard, as it has of all within an hour."""
    one = slack.member(name, zone=zone)
    with bot.db.writing() as connection:
        people.remember(connection, [people.Person(one.id, one.user.team.id, name, zone=zone)], NOW)
    return one


def made(db: Database) -> list[Promise]:
    with db.reading() as connection:
        return promises.of(connection)


def promise_form(anna: Person, sales: Channel) -> Modal:
    """The form of a promise to Acme, filled in."""
    anna.presses("Make a promise…", on=anna.types("/promise", at=sales).answer())
    form = filled(anna)
    form.type_into("Customer", "acm")
    return form.fill({"Customer": "Acme", "What is promised?": "send the quote", "By when?": FRIDAY})


def told(person: Person) -> list[Seen]:
    """What Melktert has written to this person by itself."""
    return [seen for seen in person.sees(person.dm) if seen.message.user == person.slack.app.bot.id]


def post_what_is_due(bot: Melktert, clock: SimpleNamespace, at: str) -> None:
    clock.now = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
    bot.rounds.round()


# --- made -----------------------------------------------------------------------------------------------------------


def test_a_promise_in_a_line_is_made_and_undone(anna: Person, sales: Channel, slack: Slack, bot: Melktert) -> None:
    asked = anna.types("/promise acme friday send the quote", at=sales)
    card = asked.answer()
    assert "send the quote" in card.words
    asked.again()
    anna.presses("Undo", on=card).answer(until=lambda seen: "nothing is promised" in seen.words)
    assert made(bot.db) == []


def test_a_form_that_is_submitted_twice_is_one_promise(anna: Person, sales: Channel, bot: Melktert) -> None:
    submitted = promise_form(anna, sales).submit()
    filled(anna, "Promised to Acme")
    submitted.again()
    assert [(one.customer_name, one.text, one.due_on) for one in made(bot.db)] == [("Acme", "send the quote", FRIDAY)]


def test_what_is_wrong_stands_beside_its_field(anna: Person, sales: Channel, bot: Melktert) -> None:
    form = promise_form(anna, sales).fill({"By when?": dt.date(2026, 6, 1)})
    assert "is over" in form.submit().errors["By when?"]
    form.fill({"By when?": FRIDAY}).submit()
    filled(anna, "Promised to Acme")
    assert len(made(bot.db)) == 1


def test_a_promise_is_made_from_a_message_that_names_a_customer(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert
) -> None:
    message = slack.posts(anna, sales, "Zephyr want the quote")
    seen = next(one for one in anna.sees(sales) if one.ts == message.ts)
    anna.runs_shortcut("promise-message", on=seen)
    filled(anna).fill({"By when?": FRIDAY}).submit()
    filled(anna, "Promised to Zephyr")
    (promise,) = made(bot.db)
    assert promise.text == "Zephyr want the quote"
    assert promise.permalink is not None
    assert message.ts.replace(".", "") in promise.permalink


def test_a_form_that_slack_does_not_open_in_time_is_told(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert
) -> None:
    card = anna.types("/promise", at=sales).answer()
    slack.faults.arrive_late("views.open", 4)
    answer = anna.presses("Make a promise…", on=card).answer()
    slack.expect_complaint("expired_trigger_id")
    assert "Press the button once more" in answer.words
    anna.presses("Make a promise…", on=card)
    assert filled(anna).title == "Make a promise"


@pytest.mark.parametrize("seconds", [2, 4])
def test_a_database_that_is_locked_for_seconds_costs_no_promise(
    anna: Person, sales: Channel, bot: Melktert, seconds: int
) -> None:
    form = promise_form(anna, sales)
    has_begun = threading.Event()

    def hold() -> None:
        with bot.db.writing():
            has_begun.set()
            threading.Event().wait(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    has_begun.wait()
    assert form.submit().error is None
    thread.join()
    filled(anna, "Promised to Acme")
    assert [one.text for one in made(bot.db)] == ["send the quote"]


def test_a_customer_who_is_gone_when_the_form_comes_is_said_and_nothing_is_lost(
    anna: Person, sales: Channel, bot: Melktert
) -> None:
    form = promise_form(anna, sales)
    with bot.db.writing() as connection:
        for table in (tables.customer_references, tables.invoices):
            connection.execute(sa.delete(table).where(table.c.customer_id == 1))
        connection.execute(sa.delete(tables.customers).where(tables.customers.c.id == 1))
    assert "Choose a customer" in form.submit().errors["Customer"]
    assert anna.modal is not None
    assert anna.modal.fields["What is promised?"] == "send the quote"


# --- reminded -------------------------------------------------------------------------------------------------------


def test_it_is_reminded_once_in_the_morning_and_done_from_there(
    anna: Person, sales: Channel, bot: Melktert, clock: SimpleNamespace
) -> None:
    anna.types("/promise acme friday send the quote", at=sales).answer()
    post_what_is_due(bot, clock, "2026-06-05T06:29:00")
    assert told(anna) == []
    for _ in range(2):
        post_what_is_due(bot, clock, "2026-06-05T06:30:00")
    (reminder,) = told(anna)
    assert "Today: send the quote" in reminder.words
    anna.presses("Done", on=reminder).answer(until=lambda seen: "Kept on time" in seen.words)
    assert "Done already" in anna.presses("Done", on=reminder).answer().words
    post_what_is_due(bot, clock, "2026-06-08T06:30:00")
    assert not [seen for seen in told(anna) if "late: send the quote" in seen.words]


def test_it_is_reminded_once_more_when_it_is_overdue_and_then_no_more(
    anna: Person, sales: Channel, bot: Melktert, clock: SimpleNamespace
) -> None:
    anna.types("/promise acme friday send the quote", at=sales).answer()
    for day in range(5, 13):
        post_what_is_due(bot, clock, f"2026-06-{day:02}T06:30:00")
    first, second = told(anna)
    assert "Today: send the quote" in first.words
    assert "3 days late: send the quote" in second.words


def test_handed_over_the_colleague_is_told_and_reminded_by_their_own_clock(
    anna: Person, ben: Person, sales: Channel, bot: Melktert, clock: SimpleNamespace
) -> None:
    anna.types("/promise acme friday send the quote", at=sales).answer()
    anna.presses("Hand over…", on=anna.types("/promises", at=sales).answer())
    filled(anna).fill({"Who is to keep it?": ben, "Anything they need to know?": "you know them"}).submit()
    filled(anna, "is told by direct message")
    post_what_is_due(bot, clock, "2026-06-04T15:30:00")
    (word,) = told(ben)
    assert "hands you a promise" in word.words
    assert "you know them" in word.words
    post_what_is_due(bot, clock, "2026-06-05T15:30:00")
    assert "Today: send the quote" in told(ben)[-1].words
    assert told(anna) == []


def test_a_promise_that_was_kept_meanwhile_is_not_reminded(
    anna: Person, sales: Channel, bot: Melktert, clock: SimpleNamespace
) -> None:
    anna.types("/promise acme friday send the quote", at=sales).answer()
    with bot.db.writing() as connection:
        connection.execute(tables.promises.update().values(state="kept", closed_on=FRIDAY))
    post_what_is_due(bot, clock, "2026-06-05T06:30:00")
    assert told(anna) == []
    with bot.db.reading() as connection:
        states = connection.scalars(sa.select(tables.deliveries.c.state).order_by(tables.deliveries.c.due_at))
        assert list(states) == ["dropped", "waiting"]
