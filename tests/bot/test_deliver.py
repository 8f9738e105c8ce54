"""Deliveries of the real bot against the stand-in: who is authorised at the last moment, and what Slack answers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import Melktert
from store import deliveries
from store.database import Database
from store.deliveries import Delivery
from tests.bot.bots import NOW, running
from tests.slack.people import Person
from tests.slack.slack import Slack

WAIT_SECONDS = 60


class Time:
    """The time by the bot's clock and the time that passes, which run together."""

    def __init__(self) -> None:
        self.passed_seconds = 0.0

    def now(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=self.passed_seconds)


class Stage:
    """A bot that makes a round when it is told to; Anna, whom it writes to, and Ada, its admin."""

    def __init__(self, slack: Slack, bot: Melktert, time: Time, ada: Person) -> None:
        self.slack = slack
        self.bot = bot
        self.time = time
        self.ada = ada
        self.anna = slack.member("Anna")
        self.numbers = iter(range(1_000))

    def puts(self, **about: Any) -> str:
        """A message that is due: help, to Anna, unless said. Its key."""
        key = f"message {next(self.numbers)}"
        to = {} if "to_channel" in about else {"to_user": self.anna.id}
        about = {"values": {"command": "melktert"}, "due_at": NOW, "at": NOW, **to, **about}
        with self.bot.db.writing() as connection:
            deliveries.put(connection, key, "reminder", **about)
        return key

    def goes_on(self, seconds: float = 0) -> None:
        """So many seconds later, a round."""
        self.time.passed_seconds += seconds
        self.bot.rounds.round()

    def row(self, key: str) -> Delivery:
        with self.bot.db.reading() as connection:
            found = deliveries.get(connection, key)
        assert found is not None
        return found

    def is_held(self, key: str, because: str) -> bool:
        """Whether it is held, for this reason, and Ada told once."""
        one = self.row(key)
        assert because in str(one.trouble), one.trouble
        told = [message for message in self.slack.messages(self.ada.dm) if because in message.words]
        return one.state == "held" and len(told) == 1


@pytest.fixture
def stage(slack: Slack, sqlite_db: Database) -> Iterator[Stage]:
    time = Time()
    ada = slack.member("Ada")
    wait = {"first_admin": ada.id, "ambiguous_wait_seconds": WAIT_SECONDS}
    with running(slack, sqlite_db, "socket", clock=time.now, **wait) as bot:
        bot.rounds.deliverer.elapsed = lambda: time.passed_seconds
        yield Stage(slack, bot, time, ada)


def test_what_is_due_is_posted_once_and_can_be_found_again(stage: Stage) -> None:
    key = stage.puts()
    stage.goes_on()
    stage.goes_on(600)
    (message,) = stage.slack.messages(stage.anna.dm)
    one = stage.row(key)
    assert (one.state, one.ts, one.channel_id) == ("sent", message.message.ts, stage.anna.dm.id)
    assert message.message.metadata == {"event_type": "melktert_delivery", "event_payload": {"run": one.run_id}}
    assert "/clv" in message.words
    assert "only you can see this" not in message.words


def test_what_is_due_in_a_channel_is_posted_there(stage: Stage) -> None:
    sales = stage.slack.channel("sales", [stage.anna])
    key = stage.puts(to_channel=sales.id)
    stage.goes_on()
    assert len(stage.slack.messages(sales)) == 1
    assert stage.row(key).state == "sent"


def test_what_is_not_due_yet_waits(stage: Stage) -> None:
    stage.puts(due_at=NOW + dt.timedelta(seconds=60))
    stage.goes_on(59)
    assert stage.slack.messages(stage.anna.dm) == []
    stage.goes_on(1)
    assert len(stage.slack.messages(stage.anna.dm)) == 1


@pytest.mark.parametrize("kind", ["guest", "left", "bot"])
def test_who_is_not_of_the_team_any_more_is_sent_nothing_and_the_admin_is_told(stage: Stage, kind: str) -> None:
    match kind:
        case "guest":
            somebody = stage.slack.guest("Gus")
        case "left":
            somebody = stage.slack.member("Leo", deleted=True)
        case _:
            somebody = stage.slack.other_bot("Robo")
    key = stage.puts(to_user=somebody.id)
    stage.goes_on()
    stage.goes_on(600)
    assert stage.is_held(key, "Customers are" if kind != "guest" else "Guests of this workspace")
    assert stage.slack.calls_of("conversations.open")[0].args["users"] == stage.ada.id


@pytest.mark.parametrize(
    ("about", "because"),
    [
        ({"shared": "external"}, "People of another company read this channel"),
        ({"shared": "pending"}, "People of another company read this channel"),
        ({"archived": True}, "The channel is archived"),
        ({"bot": False}, "Melktert is not in the channel"),
        ({"bot": False, "private": True}, "Slack does not know the conversation any more"),
    ],
)
def test_a_channel_that_outsiders_read_or_that_is_closed_to_us_gets_nothing(
    stage: Stage, about: dict[str, Any], because: str
) -> None:
    channel = stage.slack.channel("somewhere", [stage.anna], **about)
    key = stage.puts(to_channel=channel.id)
    stage.goes_on()
    stage.goes_on(600)
    assert stage.is_held(key, because)
    assert stage.slack.messages(channel) == []


def test_a_channel_that_is_shared_after_the_message_was_asked_for_gets_nothing(stage: Stage) -> None:
    sales = stage.slack.channel("sales", [stage.anna])
    key = stage.puts(to_channel=sales.id, due_at=NOW + dt.timedelta(hours=1))
    stage.goes_on()
    sales.is_pending_ext_shared = True
    stage.goes_on(3_600)
    assert stage.is_held(key, "People of another company")


def test_the_admin_lets_it_be_posted_after_all(stage: Stage) -> None:
    sales = stage.slack.channel("sales", [stage.anna], archived=True)
    key = stage.puts(to_channel=sales.id)
    stage.goes_on()
    stage.goes_on()
    assert stage.is_held(key, "The channel is archived")
    sales.is_archived = False
    told = stage.ada.latest(stage.ada.dm)
    answer = stage.ada.presses("Post it again", on=told).answer()
    assert "It will be posted within a few seconds" in answer.words
    stage.goes_on(1)
    assert len(stage.slack.messages(sales)) == 1


def test_a_connection_that_breaks_after_slack_took_the_post_shows_at_most_one_message(stage: Stage) -> None:
    key = stage.puts()
    stage.slack.faults.drop("chat.postMessage", accepted=True)
    stage.goes_on()
    assert (stage.row(key).state, len(stage.slack.messages(stage.anna.dm))) == ("sending", 1)
    for _ in range(6):  # the wait begins with the first of these rounds
        stage.goes_on(WAIT_SECONDS / 4)
    assert (stage.row(key).state, len(stage.slack.messages(stage.anna.dm))) == ("sent", 1)


@pytest.mark.parametrize("fault", ["drop", "fail"])
def test_a_connection_that_breaks_before_slack_took_the_post_costs_a_minute(stage: Stage, fault: str) -> None:
    key = stage.puts()
    getattr(stage.slack.faults, fault)("chat.postMessage")
    stage.goes_on()
    stage.goes_on()  # the next round sees it in doubt, and the wait begins
    stage.goes_on(WAIT_SECONDS - 1)
    assert stage.slack.messages(stage.anna.dm) == []
    stage.goes_on(1)
    assert (stage.row(key).state, len(stage.slack.messages(stage.anna.dm))) == ("sent", 1)


def test_what_slack_wants_later_comes_when_slack_wants_it(stage: Stage) -> None:
    key = stage.puts()
    stage.slack.faults.limit("chat.postMessage", retry_after_seconds=45)
    stage.goes_on()
    stage.goes_on(44)
    assert (stage.row(key).state, stage.slack.messages(stage.anna.dm)) == ("waiting", [])
    stage.goes_on(1)
    assert stage.row(key).state == "sent"


def test_a_drawing_that_slack_refuses_costs_only_the_drawing(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    key = stage.puts()
    stage.slack.faults.refuse("chat.postMessage", "invalid_blocks")
    stage.goes_on()
    (message,) = stage.slack.messages(stage.anna.dm)
    assert (stage.row(key).state, message.message.blocks) == ("sent", [])
    assert "invalid_blocks" in capfd.readouterr().err


def test_what_cannot_be_composed_is_tried_again_later_and_in_the_end_an_admin_is_told(stage: Stage) -> None:
    key = stage.puts()
    stage.slack.faults.fail("users.info", times=9)
    for _ in range(8):
        stage.goes_on(900)
    assert stage.row(key).state == "held"
    assert stage.slack.messages(stage.anna.dm) == []


def test_a_message_that_has_become_pointless_is_dropped(stage: Stage) -> None:
    key = stage.puts(to_user=stage.ada.id, values={"command": "deliveries", "id": "99"})
    stage.goes_on()
    assert (stage.row(key).state, stage.row(key).is_missed) == ("dropped", False)


def test_a_message_that_comes_too_late_is_not_posted(stage: Stage) -> None:
    key = stage.puts(expires_at=NOW + dt.timedelta(hours=72))
    stage.goes_on(73 * 3_600)
    assert (stage.row(key).state, stage.row(key).is_missed) == ("dropped", True)
    assert stage.slack.messages(stage.anna.dm) == []


def test_a_planner_that_fails_keeps_nobody_from_being_written_to(stage: Stage) -> None:
    asked: list[dt.datetime] = []

    def plans(db: Database, now: dt.datetime) -> None:
        asked.append(now)

    def fails(db: Database, now: dt.datetime) -> None:
        raise sa.exc.OperationalError("", {}, Exception("database is locked"))

    stage.bot.rounds.planners = (fails, plans)
    stage.bot.rounds.elapsed = lambda: stage.time.passed_seconds
    key = stage.puts()
    for _ in range(4):
        stage.goes_on(30)
    assert (len(asked), stage.row(key).state) == (2, "sent")


def test_what_slack_took_is_kept_later_where_the_database_was_away(stage: Stage, monkeypatch: Any) -> None:
    key = stage.puts()
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "sent", _away)
        stage.goes_on()
    assert stage.row(key).state == "sending"
    stage.goes_on(1)
    assert (stage.row(key).state, len(stage.slack.messages(stage.anna.dm))) == ("sent", 1)


def _away(*_: object, **__: object) -> bool:
    raise sa.exc.OperationalError("", {}, Exception("database is locked"))


def test_a_bot_that_is_told_to_stop_leaves_the_rest_to_the_next(stage: Stage) -> None:
    keys = [stage.puts() for _ in range(3)]
    stage.bot.stopping.set()
    stage.goes_on()
    assert {stage.row(key).state for key in keys} == {"waiting"}
    stage.bot.stopping.clear()
    stage.goes_on()
    assert {stage.row(key).state for key in keys} == {"sent"}
