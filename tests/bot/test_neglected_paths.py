"""The neglected through the real bot and the stand-in: the list, a snooze from it, and a Home that follows."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.app import Melktert
from store import tables
from store.database import Database
from tests.bot.bots import running
from tests.bot.dialogues import filled
from tests.bot.test_slack_paths import locked
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.slack import Slack
from tests.slack.world import Channel


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi")
    for name, amount in (("Acme", "5000"), ("Zephyr Bikes Ltd", "9000")):
        ledger.invoice(ledger.customer(name, owner=rep), dt.date(2026, 5, 20), Line(amount, "1000"))
    ledger.done()
    with running(slack, sqlite_db, "socket", first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", zone="Africa/Johannesburg")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


def snoozed(db: Database) -> int:
    with db.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.snoozes)) or 0


def test_the_list_has_four_things_to_do_about_each_in_a_menu(anna: Person, sales: Channel) -> None:
    card = anna.types("/neglected", at=sales).answer()
    assert card.is_ephemeral
    assert "2 of the team's 2 customers are past their cadence" in card.words
    assert card.words.index("Zephyr Bikes Ltd") < card.words.index("Acme")
    assert card.options == ["Log a visit", "Make a promise", "Invite", "Snooze"] * 2


def test_a_customer_is_snoozed_from_the_list_once_however_often_it_is_delivered(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database
) -> None:
    card = anna.types("/neglected", at=sales).answer()
    anna.presses("Snooze", on=card)
    form = filled(anna)
    assert "Zephyr Bikes Ltd" in form.words
    assert "Say why in a few words" in form.fill({"Why": "?"}).submit().errors["Why"]
    sent = form.fill({"Why": "The buyer is on leave"}).submit()
    slack.wait_for(lambda: anna.modal is not None and "is snoozed until" in anna.modal.words)
    sent.again()
    assert snoozed(sqlite_db) == 1
    after = anna.types("/neglected", at=sales).answer(until=lambda seen: seen.ts != card.ts)
    assert "1 of the team's 2 customers is past their cadence" in after.words
    assert "1 snoozed" in after.words
    filled(anna).press("Undo")
    slack.wait_for(lambda: anna.modal is not None and "is shown again" in anna.modal.words)


def test_home_has_the_day_and_follows_what_is_done_on_it(anna: Person, slack: Slack) -> None:
    anna.opens_home()
    home = slack.wait_for(lambda: anna.home)
    assert home is not None
    assert "The team's day" in home.words
    assert "2 of 2 customers past the cadence" in home.words
    anna.presses("Snooze", on=home)
    filled(anna).fill({"Why": "The buyer is on leave"}).submit()
    slack.wait_for(lambda: anna.home is not None and "1 of 2 customers past the cadence" in anna.home.words)


def test_a_snooze_waits_for_a_database_that_is_locked_for_a_moment(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database
) -> None:
    card = anna.types("/neglected", at=sales).answer()
    anna.presses("Snooze", on=card)
    form = filled(anna).fill({"Why": "The buyer is on leave"})
    thread = locked(sqlite_db, 1.5)
    form.submit()
    slack.wait_for(lambda: anna.modal is not None and "is snoozed until" in anna.modal.words)
    thread.join()
    assert snoozed(sqlite_db) == 1
