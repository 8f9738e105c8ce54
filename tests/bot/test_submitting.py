"""Forms when Slack itself is in trouble: each is opened or says what to do, and what somebody typed is not lost."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from slack_bolt import BoltRequest

from bot.app import Melktert
from bot.posting import BRIEF_SECONDS
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


# --- a dialogue that Slack does not fill ----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["500", "429", "429 for longer than somebody waits", "dropped", "internal_error"])
def test_a_form_that_slack_does_not_take_at_once_is_there_a_moment_later(
    anna: Person, slack: Slack, fault: str
) -> None:
    match fault:
        case "500":
            slack.faults.fail("views.update", times=2)
        case "429":
            slack.faults.limit("views.update", retry_after_seconds=1)
        case "429 for longer than somebody waits":
            slack.faults.limit("views.update", retry_after_seconds=BRIEF_SECONDS + 1)
        case "internal_error":
            slack.faults.refuse("views.update", "internal_error")
        case _:
            slack.faults.drop("views.update")
    anna.runs_shortcut("visit")
    assert "Customer" in filled(anna).fields
    assert told(anna) == []


def test_a_form_of_which_only_slacks_word_was_lost_stays_as_it_is(anna: Person, slack: Slack, bot: Melktert) -> None:
    slack.faults.drop("views.update", accepted=True)
    anna.runs_shortcut("visit")
    form = filled(anna)
    slack.expect_complaint("hash_conflict")
    bot.pools.patient.shutdown()
    assert filled(anna).view.id == form.view.id
    assert told(anna) == []


def test_of_a_form_that_slack_never_takes_somebody_is_told_what_to_do(anna: Person, slack: Slack) -> None:
    slack.faults.fail("views.update", times=None)
    anna.runs_shortcut("visit")
    (words,) = slack.wait_for(lambda: told(anna))
    assert "Slack did not fill the dialogue “Log a visit”" in words
    assert "Close it, and press the button once more" in words


def test_a_drawing_that_slack_refuses_is_told_in_the_dialogue(anna: Person, slack: Slack) -> None:
    slack.faults.refuse("views.update", "invalid_blocks")
    anna.runs_shortcut("visit")
    assert "Slack did not fill the dialogue" in filled(anna).words


@pytest.mark.parametrize("times", [1, None])
def test_what_was_typed_comes_back_where_what_is_wrong_is_found_too_late_to_stand_beside_it(
    anna: Person, slack: Slack, bot: Melktert, times: int | None
) -> None:
    story = f"{STORY}\n{'and more ' * 300}end"
    form = form_of(anna).fill({"How long?": "many", "What was said and done?": story})
    bot.work.directory.profiles.known.clear()
    slack.faults.delay("users.info", SUBMISSION_SECONDS + 0.4, times=2)
    slack.faults.fail("views.update", times=times)
    form.submit()
    if times is None:
        (words,) = slack.wait_for(lambda: told(anna))
        assert "Close it, and press the button once more" in words
    else:
        again = filled(anna)
        words = f"{again.words} {again.fields['What was said and done?']}"
        assert again.fields["How long?"] == "many"
        assert told(anna) == []
    assert "write 45m, 1h30 or 2 hours" in words
    assert STORY in words
    assert "and more end" in words


def test_what_became_of_a_form_is_said_though_slack_does_not_fill_the_dialogue_at_once(
    anna: Person, slack: Slack, bot: Melktert, sqlite_db: Database
) -> None:
    form = form_of(anna)
    bot.work.directory.profiles.known.clear()
    slack.faults.delay("users.info", SUBMISSION_SECONDS + 0.4, times=2)
    slack.faults.fail("views.update")
    form.submit()
    assert "Visit logged" in filled(anna).words
    assert notes(sqlite_db) == [STORY]


# --- what is not as Slack sends it ----------------------------------------------------------------------------------


def test_a_form_whose_blocks_are_not_as_slack_sends_them_is_an_apology_with_an_id(
    anna: Person, bot: Melktert, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not "One moment …" for ever."""
    form_of(anna).submit(tampered={"blocks": [{"type": "input", "block_id": "customer"}], "state": {"values": {}}})
    said = filled(anna, "Something went wrong here").words
    found = re.search("under ([0-9a-f]{8})", said)
    assert found is not None
    assert found[1] in capfd.readouterr().err


def test_a_field_that_slack_says_nothing_of_is_empty(anna: Person, bot: Melktert) -> None:
    submitted = form_of(anna).submit(tampered={"state": {"values": {"customer": {"field": None}, "day": 5}}})
    assert submitted.ack is not None
    assert submitted.ack.payload["response_action"] == "errors"
    assert "customer" in submitted.ack.payload["errors"]


def test_an_error_that_nothing_has_caught_is_in_the_log(
    bot: Melktert, slack: Slack, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise KeyError("unheard of")

    for pool in (bot.pools.receivers, bot.pools.openers, bot.pools.workers, bot.pools.patient):
        assert pool.submit(fail).exception() is not None
    bot.pools.finish()
    assert capfd.readouterr().err.count("KeyError: 'unheard of'") == 4


def test_what_slack_has_never_sent_before_is_told_to_whoever_did_it_with_the_id_in_the_log(
    anna: Person, bot: Melktert, slack: Slack, capfd: pytest.CaptureFixture[str]
) -> None:
    body = {"type": "block_actions", "user": {"id": anna.id}, "team": {"id": "T1"}, "actions": [{"action_id": "clv:1"}]}
    assert bot.bolt.dispatch(BoltRequest(body=body, mode="socket_mode")).status == 500
    (said,) = slack.wait_for(lambda: told(anna) or None)
    assert "Something went wrong here, not in what you asked" in said
    found = re.search("under ([0-9a-f]{8})", said)
    assert found is not None
    assert found[1] in capfd.readouterr().err
