"""Digests through the real bot and the stand-in for Slack: scheduled in a channel, posted once, acted upon."""

import datetime as dt
from collections.abc import Iterator

import pytest

from bot.app import Melktert
from store import digest_schedules, rep_hours, reps
from store.database import Database
from tests.bot.bots import NOW, running
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.screen import Seen
from tests.slack.slack import Slack
from tests.slack.world import Channel

MONDAY = dt.datetime(2026, 6, 8, 6, 0, 30, tzinfo=dt.UTC)  # 8:00:30 in Johannesburg


class Clock:
    """The bot's clock, which a test puts forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest, slack: Slack, sqlite_db: Database, clock: Clock) -> Iterator[Melktert]:
    """The bot with a small ledger; Anna is its first admin."""
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi")
    for name, amount in (("Acme", "5000"), ("Route 66", "3000"), ("Zephyr", "2000")):
        customer = ledger.customer(name, owner=rep)
        ledger.invoice(customer, dt.date(2024, 6, 1), Line("100", "50"))
        ledger.invoice(customer, dt.date(2026, 5, 20), Line(amount, "1000"))
    ledger.done()
    with running(slack, sqlite_db, request.param, clock=clock, first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", zone="Africa/Johannesburg")


@pytest.fixture
def sales(slack: Slack, anna: Person, bot: Melktert) -> Channel:
    """A channel whose digest comes every Monday at eight."""
    channel = slack.channel("sales", [anna])
    anna.presses("Schedule…", on=anna.types("/digest schedule", at=channel).answer())
    slack.wait_for(lambda: anna.modal is not None and "Everybody who reads" in anna.modal.words)
    assert anna.modal is not None
    anna.modal.submit()
    slack.wait_for(lambda: anna.modal is not None and "comes every Monday 08:00" in anna.modal.words)
    return channel


def due(bot: Melktert, clock: Clock, at: dt.datetime = MONDAY) -> None:
    """The clock's round at that moment."""
    clock.now = at
    bot.rounds.plans_due_seconds = float("-inf")
    bot.rounds.round()


def posted(slack: Slack, channel: Channel) -> list[Seen]:
    return [one for one in slack.messages(channel) if "who needs us" in one.words]


def test_it_is_posted_once_with_its_details_below(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    due(bot, clock)
    due(bot, clock, MONDAY + dt.timedelta(minutes=5))
    (digest,) = posted(slack, sales)
    assert "First, line 1, the most at stake with one customer: visit Acme" in digest.words.replace("*", "")
    below = [one for one in slack.messages(sales) if one.message.thread_ts == digest.message.ts]
    assert any("Behind the digest" in one.words for one in below)
    due(bot, clock, MONDAY + dt.timedelta(weeks=1))
    assert len(posted(slack, sales)) == 2


def test_nothing_is_posted_before_its_time(bot: Melktert, clock: Clock, slack: Slack, sales: Channel) -> None:
    due(bot, clock, MONDAY - dt.timedelta(minutes=2))
    assert not posted(slack, sales)


def test_somebody_takes_a_line_and_the_others_read_it_below(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    due(bot, clock)
    (digest,) = posted(slack, sales)
    for _ in range(2):
        answer = anna.presses("I'll do it", on=digest).answer()
        assert "Yours: " in answer.words
        assert answer.is_ephemeral
    due(bot, clock, clock.now + dt.timedelta(seconds=5))
    below = [one for one in slack.messages(sales) if "takes it" in one.words]
    assert [one.message.thread_ts for one in below] == [digest.message.ts]


def test_a_channel_that_is_archived_is_told_to_the_admin_once_and_paused(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    sales.is_archived = True
    for minutes in (0, 2, 4):
        due(bot, clock, MONDAY + dt.timedelta(minutes=minutes))
    assert not posted(slack, sales)
    told = [one for one in slack.messages(anna.dm) if "archived" in one.words]
    assert len(told) == 1
    with bot.db.reading() as connection:
        (kept,) = digest_schedules.every(connection)
    assert kept.is_paused
    assert kept.paused_because == "The channel is archived."


def test_what_was_held_is_posted_once_the_channel_is_back_and_it_comes_every_week_again(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    sales.is_archived = True
    for minutes in (0, 2):
        due(bot, clock, MONDAY + dt.timedelta(minutes=minutes))
    sales.is_archived = False
    (held,) = [one for one in slack.messages(anna.dm) if "held back" in one.words]
    anna.presses("Post it again", on=held).answer()
    due(bot, clock, MONDAY + dt.timedelta(minutes=3))
    assert len(posted(slack, sales)) == 1
    due(bot, clock, MONDAY + dt.timedelta(weeks=1))
    assert len(posted(slack, sales)) == 2


def test_what_was_held_of_a_digest_that_somebody_paused_stays_held_until_it_is_resumed(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    held = held_back(bot, clock, slack, anna, sales)
    for word in ("resume", "pause"):
        anna.types(f"/digest {word}", at=sales).answer()
    answer = anna.presses("Post it again", on=held).answer()
    assert "Somebody has paused the digest of this channel since" in answer.words
    due(bot, clock, MONDAY + dt.timedelta(minutes=3))
    assert not posted(slack, sales)
    anna.types("/digest resume", at=sales).answer()
    assert "within a few seconds" in anna.presses("Post it again", on=held).answer().words
    due(bot, clock, MONDAY + dt.timedelta(minutes=4))
    assert len(posted(slack, sales)) == 1


def test_whoever_has_one_posted_again_is_told_where_somebody_pauses_it_before_it_is(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    held = held_back(bot, clock, slack, anna, sales)
    anna.types("/digest resume", at=sales).answer()
    anna.presses("Post it again", on=held).answer()
    anna.types("/digest pause", at=sales).answer()
    for minutes in (3, 4, 5):
        due(bot, clock, MONDAY + dt.timedelta(minutes=minutes))
    assert not posted(slack, sales)
    (told,) = [one for one in slack.messages(anna.dm) if "was not posted" in one.words]
    assert "The digest of this channel is paused." in told.words
    assert "You had it posted again" in told.words


def held_back(bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel) -> Seen:
    """The message about a digest that could not be posted, since the channel was archived for a while."""
    sales.is_archived = True
    for minutes in (0, 2):
        due(bot, clock, MONDAY + dt.timedelta(minutes=minutes))
    sales.is_archived = False
    (held,) = [one for one in slack.messages(anna.dm) if "held back" in one.words]
    return held


def test_what_was_held_is_sent_after_resuming_too(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    sales.is_archived = True
    for minutes in (0, 2):
        due(bot, clock, MONDAY + dt.timedelta(minutes=minutes))
    sales.is_archived = False
    anna.types("/digest resume", at=sales).answer()
    assert "The digest of 8 June 2026 is on its way" in anna.types("/digest send", at=sales).answer().words
    due(bot, clock, MONDAY + dt.timedelta(minutes=5))
    (digest,) = posted(slack, sales)
    below = [one for one in slack.messages(sales) if one.message.thread_ts == digest.message.ts]
    assert any("Behind the digest" in one.words for one in below)


def test_a_channel_that_is_shared_by_now_gets_no_figure(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    sales.is_ext_shared = True
    due(bot, clock)
    assert not posted(slack, sales)


def test_a_rep_has_their_own_by_direct_message_and_can_leave_it(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    with bot.db.writing() as connection:
        (rep,) = reps.every(connection)
        reps.link(connection, rep.id, anna.id, by=anna.id, at=NOW)
    due(bot, clock, dt.datetime(2026, 6, 8, 6, 31, tzinfo=dt.UTC))
    (mine,) = [one for one in slack.messages(anna.dm) if "who needs you" in one.words]
    assert "Acme" in mine.words
    with bot.db.writing() as connection:
        rep_hours.settle(connection, anna.id, rep_hours.RepHours(own_digest=False), at=clock.now)
    due(bot, clock, dt.datetime(2026, 6, 15, 6, 31, tzinfo=dt.UTC))
    assert len([one for one in slack.messages(anna.dm) if "who needs you" in one.words]) == 1


def test_a_post_that_slack_took_without_a_reply_stands_there_once(
    bot: Melktert, clock: Clock, slack: Slack, anna: Person, sales: Channel
) -> None:
    slack.faults.drop("chat.postMessage", accepted=True)
    due(bot, clock)
    assert len(posted(slack, sales)) == 1
