"""When a delivery that is due is composed at all: in the hours of whoever reads it, whatever kept it until now."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bot.app import Melktert
from bot.drafting import BELIEVED_SECONDS
from bot.outcomes import Refused
from store import deliveries, people, promises, rep_hours, reps
from store.database import Database
from store.deliveries import Delivery
from store.promises import Doing, NewPromise
from store.rep_hours import RepHours
from store.who import Who
from tests.bot.bots import NOW, running
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.slack import Slack

# NOW is a Thursday, 11:00 in Johannesburg, where everybody is.
FRIDAY = dt.date(2026, 6, 5)


class Stage:
    """A bot that makes a round when it is told to; Acme, and Anna, who is its rep."""

    def __init__(self, slack: Slack, bot: Melktert, clock: SimpleNamespace, acme: int, rep: int) -> None:
        self.db, self.bot, self.clock, self.acme, self.slack = bot.db, bot, clock, acme, slack
        self.anna, self.ben = (self.known(name) for name in ("Anna", "Ben"))
        with self.db.writing() as connection:
            reps.link(connection, rep, self.anna.id, by="U9", at=NOW)

    def known(self, name: str) -> Person:
        one = self.slack.member(name, zone="Africa/Johannesburg")
        told = people.Person(one.id, one.user.team.id, name, zone="Africa/Johannesburg")
        with self.db.writing() as connection:
            people.remember(connection, [told], NOW)
        return one

    def promises(self, due_on: dt.date = FRIDAY) -> int:
        """Anna promises something to Acme."""
        new = NewPromise(self.acme, "send the quote", due_on, Who(slack_user_id=self.anna.id), self.anna.id, NOW)
        with self.db.writing() as connection:
            return promises.make(connection, new).id

    def settles(self, person: Person, at: str, **hours: object) -> None:
        """Somebody's hours are these, without what `/melktert hours` moves."""
        with self.db.writing() as connection:
            rep_hours.settle(connection, person.id, RepHours.model_validate(hours), at=moment(at))

    def round(self, at: str) -> None:
        self.clock.now = moment(at)
        self.bot.rounds.plans_due_seconds = float("-inf")
        self.bot.rounds.round()

    def told(self, person: Person) -> list[str]:
        """What Melktert has written to this person by itself."""
        return [one.words for one in person.sees(person.dm) if one.message.user == self.slack.app.bot.id]

    def row(self, key: str) -> Delivery:
        with self.db.reading() as connection:
            found = deliveries.get(connection, key)
        assert found is not None
        return found


def moment(at: str) -> dt.datetime:
    return dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)


@pytest.fixture
def stage(slack: Slack, sqlite_db: Database) -> Iterator[Stage]:
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Anna Botha")
    acme = ledger.customer("Acme", owner=rep)
    ledger.invoice(acme, dt.date(2026, 5, 20), Line("4000", "1000"))
    ledger.done()
    clock = SimpleNamespace(now=NOW)
    with running(slack, sqlite_db, "socket", clock=lambda: clock.now) as bot:
        yield Stage(slack, bot, clock, acme, rep)


@pytest.mark.parametrize("back", ["2026-06-05T21:00:00", "2026-06-07T01:00:00", "2026-06-08T05:10:00"])
def test_after_an_outage_a_reminder_waits_for_the_next_working_morning_and_is_the_only_one(
    stage: Stage, back: str
) -> None:
    stage.promises()
    stage.round(back)  # late on Friday evening, in the night to Sunday, on Monday before the time of reminders
    assert stage.told(stage.anna) == []
    stage.round("2026-06-08T06:30:30")
    (reminded,) = [words for words in stage.told(stage.anna) if "send the quote" in words and "/promises" in words]
    assert "3 days late" in reminded
    assert "This is the last reminder" in reminded
    stage.round("2026-06-09T06:30:30")
    assert len([words for words in stage.told(stage.anna) if "the last reminder" in words]) == 1


def test_what_stands_below_a_message_asks_of_its_channel_again_after_a_minute(stage: Stage, slack: Slack) -> None:
    channel = slack.channel("sales", [stage.anna])
    with stage.db.writing() as connection:
        values = {"command": "melktert"}
        deliveries.put(connection, "below", "digest_taken", to_channel=channel.id, values=values, due_at=NOW, at=NOW)
    drafting, passed = stage.bot.rounds.deliverer.drafting, SimpleNamespace(seconds=0.0)
    drafting.elapsed = lambda: passed.seconds
    below = replace(stage.row("below"), thread_ts="1.1")
    drafting.draft(below)
    channel.is_archived = True
    passed.seconds = BELIEVED_SECONDS - 1
    assert drafting.draft(below).channel_id == channel.id
    passed.seconds = BELIEVED_SECONDS
    with pytest.raises(Refused) as refused:
        drafting.draft(below)
    assert refused.value.word == "is_archived"


def test_what_waits_for_the_morning_is_the_same_row_and_was_never_about_to_be_posted(stage: Stage) -> None:
    stage.promises()
    key = f"promise 1 overdue 2026-06-05 to {stage.anna.id}"
    before = stage.row(key)
    stage.round("2026-06-08T20:00:00")
    one = stage.row(key)
    assert (one.id, one.run_id, one.state, one.posting_at) == (before.id, before.run_id, "waiting", None)
    assert one.due_at == moment("2026-06-09T06:30:00")
    stage.round("2026-06-09T06:30:30")
    stage.round("2026-06-09T06:31:30")
    assert len([words for words in stage.told(stage.anna) if "the last reminder" in words]) == 1


def test_word_of_a_promise_handed_over_waits_for_the_end_of_a_leave_that_was_set_since(stage: Stage) -> None:
    promise_id = stage.promises(dt.date(2026, 6, 12))
    evening = moment("2026-06-04T18:00:00")
    with stage.db.writing() as connection:
        doing = Doing(stage.anna.id, evening, evening.date())
        promises.hand_over(connection, promise_id, Who(slack_user_id=stage.ben.id), doing)
    stage.settles(stage.ben, "2026-06-04T18:05:00", leave_from_on="2026-06-05", leave_until_on="2026-06-10")
    stage.round("2026-06-05T06:30:30")
    assert stage.told(stage.ben) == []
    stage.round("2026-06-11T06:30:30")
    (word,) = [words for words in stage.told(stage.ben) if "hands you" in words]
    assert "send the quote" in word


def test_what_is_due_follows_whoever_slack_says_is_elsewhere_now(stage: Stage) -> None:
    stage.promises()
    stage.anna.user.zone = "America/Los_Angeles"
    stage.round("2026-06-05T06:30:30")  # half past eleven in the evening there
    assert stage.told(stage.anna) == []
    stage.round("2026-06-05T15:30:30")
    assert "Today" in "".join(stage.told(stage.anna))


def test_a_reps_own_digest_is_not_sent_on_a_leave_that_began_since(stage: Stage) -> None:
    stage.settles(stage.anna, "2026-06-05T10:00:00", leave_from_on="2026-06-09", leave_until_on="2026-06-20")
    stage.round("2026-06-09T00:30:30")
    stage.round("2026-06-10T09:00:00")
    assert stage.told(stage.anna) == []


def test_a_report_to_an_admin_waits_for_nobody(stage: Stage) -> None:
    with stage.db.writing() as connection:
        put = {"values": {"command": "melktert"}, "due_at": NOW, "at": NOW}
        deliveries.put(connection, "help", deliveries.REPORT, to_user=stage.anna.id, **put)
    stage.round("2026-06-07T01:00:00")
    assert len(stage.told(stage.anna)) == 1
