"""Submitted forms when Slack itself is in trouble: what somebody typed into a form is not lost."""

import datetime as dt
from collections.abc import Iterator

import pytest

from bot.app import Melktert
from bot.submitting import SUBMISSION_SECONDS
from store import touches
from store.database import Database
from tests.bot.bots import running
from tests.bot.dialogues import filled
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.screen import Modal
from tests.slack.slack import Slack

STORY = "A long report of two hours"


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    ledger = Ledger(sqlite_db)
    customer = ledger.customer("Zephyr Bikes Ltd", owner=ledger.rep("Thandi Nkosi", "anna@example.com"))
    ledger.invoice(customer, dt.date(2026, 5, 20), Line("4000", "1000"))
    ledger.done()
    with running(slack, sqlite_db, "socket", first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", zone="Africa/Johannesburg")


def told(anna: Person) -> list[str]:
    """What the bot has said to Anna in direct messages."""
    return [seen.words for seen in anna.sees(anna.dm) if seen.message.user == anna.slack.app.bot.id]


def form_of(anna: Person) -> Modal:
    anna.runs_shortcut("visit")
    form = filled(anna)
    form.type_into("Customer", "zeph")
    return form.fill({"Customer": "Zephyr Bikes Ltd", "What was said and done?": STORY})


def notes(db: Database) -> list[str | None]:
    with db.reading() as connection:
        return [one.note for one in touches.last(connection, 1)]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_form_stays_filled_in_where_slack_does_not_tell_who_somebody_is(
    anna: Person, slack: Slack, bot: Melktert, sqlite_db: Database, *, is_late: bool
) -> None:
    form = form_of(anna)
    bot.work.directory.profiles.known.clear()  # a minute has passed
    if is_late:
        slack.faults.delay("users.info", SUBMISSION_SECONDS + 1.5, times=2)  # one may be the Home tab's
    else:
        slack.faults.limit("users.info", retry_after_seconds=5, times=2)
    form.submit()
    again = filled(anna, "Nothing was saved")
    assert "Slack does not tell me just now who you are" in again.words
    assert again.fields["What was said and done?"] == STORY
    assert notes(sqlite_db) == []
    slack.faults.clear()
    again.submit()
    filled(anna, "logged:")
    assert notes(sqlite_db) == [STORY]
