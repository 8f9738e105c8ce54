"""Every path through the real bot and the stand-in for Slack, by Socket Mode and by HTTP."""

import datetime as dt
import json
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import commands
from bot import app
from bot.app import Melktert
from bot.submitting import SUBMISSION_SECONDS
from store import people
from store.database import Database
from tests.bot.bots import NOW, running
from tests.bot.dialogues import filled
from tests.ledger import Ledger, Line
from tests.slack.interactions import Interaction
from tests.slack.people import Person
from tests.slack.screen import Modal, Seen
from tests.slack.slack import Slack
from tests.slack.world import Channel

REFERENCE = r"under ([0-9a-f]{8})"


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest, slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    """The bot with a small ledger; Anna is its first admin."""
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi", "anna@example.com")
    for name, amount in (("Acme", "5000"), ("Acme Tools", "4000"), ("Route 66", "3000"), ("Zephyr", "2000")):
        customer = ledger.customer(name, owner=rep)
        ledger.invoice(customer, dt.date(2024, 6, 1), Line("100", "50"))
        ledger.invoice(customer, dt.date(2026, 5, 20), Line(amount, "1000"))
    ledger.done()
    with running(slack, sqlite_db, request.param, first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", locale="de-DE", zone="Africa/Johannesburg")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


def logged(slack: Slack, words: str, capture: pytest.CaptureFixture[str]) -> str:
    """The log's entry under the id that the person was told."""
    found = json.loads(next(line for line in capture.readouterr().err.splitlines() if line.startswith("{")))
    assert found["reference"] in words
    return str(found["exception"])


# --- asking -------------------------------------------------------------------------------------------------------


def test_a_slash_command_is_answered_to_the_asker_alone(anna: Person, sales: Channel, slack: Slack) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    assert card.is_ephemeral
    assert "Route 66" in card.words
    assert "only you can see this" in card.words
    assert card.text.startswith("Route 66")
    assert not slack.messages(sales)


def test_a_name_with_slacks_own_words_in_it_is_only_a_name(anna: Person, sales: Channel) -> None:
    assert "payload" in anna.types("/clv payload command=type", at=sales).answer().words


def test_figures_and_dates_are_written_as_the_asker_reads_them(anna: Person, sales: Channel) -> None:
    assert "3.100\xa0$ revenue" in anna.types("/clv route 66", at=sales).answer().words


def test_a_direct_message_is_a_command_without_its_slash(anna: Person, slack: Slack) -> None:
    assert "Route 66" in anna.says("clv route 66").answer().words
    assert "Route 66" in anna.says("`/clv route 66`").answer().words
    assert "only you can see this" not in anna.latest().words


def test_a_mention_is_answered_to_the_asker_alone_in_the_thread(anna: Person, sales: Channel, slack: Slack) -> None:
    question = slack.posts(anna, sales, "What are they worth?")
    answer = anna.says(f"{slack.bot.mention} clv route 66", to=sales, thread=question).answer()
    assert answer.is_ephemeral
    assert answer.message.thread_ts == question.ts
    assert "Route 66" in answer.words


def test_a_mention_without_a_word_is_helped(anna: Person, sales: Channel, slack: Slack) -> None:
    assert "/clv" in anna.says(slack.bot.mention, to=sales).answer().words


def test_what_others_say_in_a_channel_is_not_answered(anna: Person, sales: Channel, slack: Slack) -> None:
    anna.says("clv route 66", to=sales)
    anna.types("/melktert", at=sales).answer()
    assert len(slack.ephemerals(anna)) == 1


@pytest.mark.parametrize("command", commands.ALL, ids=lambda one: one.name)
def test_every_command_answers_and_every_button_can_be_pressed_twice(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert, command: commands.Command
) -> None:
    for example in command.examples:
        line = example if command.has_own_name or example.startswith("/melktert") else f"/melktert {example[1:]}"
        card = anna.types(line, at=sales).answer()
        assert "Something went wrong" not in card.words
        assert card.text
        for label in card.buttons:
            for _ in range(2):
                pressed = anna.presses(label, on=card)
                assert pressed.error is None
                assert "Something went wrong" not in slack.wait_for(lambda p=pressed: what_came_of(p))


def what_came_of(pressed: Interaction) -> str:
    """The words of the dialogue that a press opened, once it is filled, or of the message that it brought."""
    opened, seen = pressed._opened(), pressed._seen(None)
    words = Modal(pressed.person, opened).words if opened else seen.words if seen else ""
    return "" if "One moment" in words else words


# --- forms --------------------------------------------------------------------------------------------------------


def settings_form(anna: Person, sales: Channel) -> object:
    card = anna.types("/melktert settings", at=sales).answer()
    opened = anna.presses("Change the projection…", on=card)
    anna.slack.wait_for(lambda: anna.modal is not None and "One moment" not in anna.modal.words)
    assert opened.error is None
    return anna.modal


def test_a_form_says_beside_its_fields_what_is_wrong_and_then_what_became_of_it(anna: Person, sales: Channel) -> None:
    form = settings_form(anna, sales)
    label = next(one for one in form.fields if "growth" in one.lower())
    errors = form.fill({label: "a lot"}).submit().errors
    assert list(errors) == [label]
    form.fill({label: "6 %"}).submit()
    anna.slack.wait_for(lambda: anna.modal is not None and "scored anew" in anna.modal.words)
    card = anna.types("/clv route 66", at=sales).answer()
    assert "6 % growth" in card.words.replace("\xa0", " ")


def test_a_form_submitted_twice_is_one_change(anna: Person, sales: Channel, sqlite_db: Database) -> None:
    form = settings_form(anna, sales)
    label = next(one for one in form.fields if "growth" in one.lower())
    submitted = form.fill({label: "6 %"}).submit()
    anna.slack.wait_for(lambda: anna.modal is not None and "scored anew" in anna.modal.words)
    submitted.again()
    with sqlite_db.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM team_settings")) == 1


def test_a_tampered_form_is_refused_with_a_sentence(anna: Person, sales: Channel) -> None:
    form = settings_form(anna, sales)
    form.submit(tampered={"private_metadata": "{"})
    anna.slack.wait_for(lambda: anna.modal is not None and "older version" in anna.modal.words)


def test_a_dialogue_that_slack_does_not_open_in_time_is_told(
    anna: Person, sales: Channel, slack: Slack, capfd: pytest.CaptureFixture[str]
) -> None:
    card = anna.types("/melktert settings", at=sales).answer()
    slack.faults.arrive_late("views.open", 4)
    told = anna.presses("Change the projection…", on=card).answer()
    assert "Press the button once more" in told.words
    slack.expect_complaint("expired_trigger_id")
    assert "expired_trigger_id" in logged(slack, told.words, capfd)
    assert anna.modal is None


def test_an_answer_to_a_dialogue_that_was_closed_meanwhile_comes_as_a_message(
    anna: Person, sales: Channel, slack: Slack
) -> None:
    card = anna.types("/melktert settings", at=sales).answer()
    slack.faults.refuse("views.update", "not_found")
    told = anna.presses("Change the projection…", on=card).answer(until=lambda seen: seen.ts != card.ts)
    assert "Slack did not take this answer at first" in told.words


def test_a_customer_is_looked_up_from_the_menu_of_shortcuts_by_a_live_search(anna: Person, slack: Slack) -> None:
    asked = anna.runs_shortcut("clv")
    form = filled(anna)
    assert form.type_into("Customer", "acm") == ["Acme", "Acme Tools"]
    assert form.type_into("Customer", "zz") == []
    form.type_into("Customer", "rou")
    form.fill({"Customer": "Route 66", "Deal to set beside the lifetime": "1.500"})
    assert asked.again().error is None  # delivered twice, it opens nothing more
    assert "1.500" in form.submit().errors["Deal to set beside the lifetime"]
    form.fill({"Deal to set beside the lifetime": "1500"}).submit()
    slack.wait_for(
        lambda: anna.modal is not None and "Route 66" in anna.modal.words and "today's deal" in anna.modal.words
    )


def test_a_live_search_shows_nothing_to_who_may_not_see_it(anna: Person, bot: Melktert) -> None:
    anna.runs_shortcut("clv")
    form = filled(anna)
    anna.user.is_restricted = True
    bot.work.directory.profiles.known.clear()
    assert form.type_into("Customer", "acm") == []


def test_one_form_after_another_in_one_dialogue_each_submission_counts(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database
) -> None:
    anna.opens_home()
    home = slack.wait_for(lambda: anna.home)
    anna.presses("Settings", on=home)
    for value in ("6 %", "7 %", "8 %", "9 %"):
        dialogue = filled(anna)
        dialogue.press("Change the projection…")
        slack.wait_for(lambda: anna.modal is not None and "Sales growth" in anna.modal.fields)
        filled(anna).fill({"Sales growth": value}).submit()
        slack.wait_for(lambda: anna.modal is not None and "scored anew" in anna.modal.words)
        assert value.replace(" ", "\xa0") in filled(anna).words
        filled(anna).press("The settings")
        slack.wait_for(lambda: anna.modal is not None and "The settings of the team" in anna.modal.words)
    with sqlite_db.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM team_settings")) == 4


def test_two_people_with_a_dialogue_each_see_their_own(anna: Person, slack: Slack) -> None:
    ben = slack.member("Ben")
    anna.runs_shortcut("clv")
    first = filled(anna)
    ben.runs_shortcut("clv")
    assert filled(ben).title == first.title == "Look up a customer"
    assert anna.modal is not None
    assert anna.modal.view.id != filled(ben).view.id


# --- delivered twice ----------------------------------------------------------------------------------------------


def count_of_answers(anna: Person, slack: Slack, at: Channel | None = None) -> int:
    anna.types("/melktert").answer()  # whatever was in the way is through by then
    return len([seen for seen in anna.sees(at) if seen.message.user == slack.app.bot.id])


def test_a_command_delivered_twice_is_answered_once(anna: Person, sales: Channel, slack: Slack) -> None:
    asked = anna.types("/clv route 66", at=sales)
    asked.answer()
    asked.again()
    assert count_of_answers(anna, slack, sales) == 1


@pytest.mark.parametrize("as_another", [False, True], ids=["the same event", "under another id"])
def test_an_event_delivered_twice_is_answered_once(
    anna: Person, sales: Channel, slack: Slack, *, as_another: bool
) -> None:
    asked = anna.says(f"{slack.bot.mention} clv route 66", to=sales)
    asked.answer()
    asked.again(as_another=as_another)
    assert count_of_answers(anna, slack, sales) == 1


def test_an_event_that_is_a_retry_of_one_never_seen_is_answered(anna: Person, slack: Slack, bot: Melktert) -> None:
    bot.pools.workers.submit(lambda: None).result()
    slack.complaints.allow("ack", "late_acknowledgement")
    slack.ack_limit_seconds = 0.0001
    asked = anna.says("clv route 66", wait=False)
    assert asked.ack is None
    slack.ack_limit_seconds = 3.0
    slack.expect_complaint("operation_timeout")
    slack.retry_events()
    assert "Route 66" in asked.answer().words


def test_two_presses_of_one_delivery_are_one(anna: Person, sales: Channel, slack: Slack) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    pressed = anna.presses("Why these figures?", on=card)
    pressed.answer()
    pressed.again()
    assert count_of_answers(anna, slack, sales) == 2


# --- sharing ------------------------------------------------------------------------------------------------------


def shared(slack: Slack, sales: Channel) -> list[Seen]:
    return [seen for seen in slack.messages(sales) if not seen.is_ephemeral]


def test_a_card_is_shared_with_the_name_of_who_shared_it_and_once(anna: Person, sales: Channel, slack: Slack) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    anna.presses("Share here", on=card).answer(until=lambda seen: not seen.is_ephemeral)
    assert anna.mention in shared(slack, sales)[0].words
    assert "only you can see this" not in shared(slack, sales)[0].words
    assert "shared here already" in anna.presses("Share here", on=card).answer().words
    assert len(shared(slack, sales)) == 1


def test_sharing_asks_first_where_many_would_read_it(anna: Person, slack: Slack) -> None:
    hall = slack.channel("hall", [anna, *(slack.member(f"Member {n}") for n in range(21))])
    card = anna.types("/clv route 66", at=hall).answer()
    question = anna.presses("Share here", on=card).answer()
    assert "Shall 23 members of this channel see these figures?" in question.words
    assert "Guests" not in question.words
    assert not shared(slack, hall)
    for _ in range(2):
        anna.presses("Share it", on=question).answer()
    assert len(shared(slack, hall)) == 1


def test_sharing_asks_first_where_a_guest_would_read_it(anna: Person, slack: Slack) -> None:
    mixed = slack.channel("mixed", [anna, slack.guest("Gus")])
    card = anna.types("/clv route 66", at=mixed).answer()
    said = "Guests are among the 3 members of this channel. Shall they see these figures?"
    assert said in anna.presses("Share here", on=card).answer().words
    assert not shared(slack, mixed)


def test_a_card_is_not_shared_in_a_channel_that_became_shared_with_another_company(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert
) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    sales.is_ext_shared = True
    assert "People of another company" in anna.presses("Share here", on=card).answer().words
    assert not shared(slack, sales)


def test_sharing_asks_first_where_slack_does_not_show_all_members_at_once(anna: Person, slack: Slack) -> None:
    slack.page_size = 2
    mixed = slack.channel("mixed", [anna, slack.member("Ben"), slack.member("Carl"), slack.guest("Gus")])
    card = anna.types("/clv route 66", at=mixed).answer()
    question = anna.presses("Share here", on=card).answer()
    assert "Shall 5 members of this channel see these figures? Guests may be among them." in question.words
    assert not shared(slack, mixed)


def test_a_card_from_a_thread_is_shared_in_the_thread(anna: Person, sales: Channel, slack: Slack) -> None:
    question = slack.posts(anna, sales, "What are they worth?")
    card = anna.says(f"{slack.bot.mention} clv route 66", to=sales, thread=question).answer()
    anna.presses("Share here", on=card).answer(until=lambda seen: not seen.is_ephemeral)
    (found,) = [seen for seen in shared(slack, sales) if seen.message.user == slack.app.bot.id]
    assert found.message.thread_ts == question.ts


def test_sharing_that_slack_does_not_take_is_told_and_can_be_tried_again(
    anna: Person, sales: Channel, slack: Slack, capfd: pytest.CaptureFixture[str]
) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    slack.faults.fail("response_url")
    told = anna.presses("Share here", on=card).answer()
    assert "press the button again" in told.words
    assert "NotTakenError" in logged(slack, told.words, capfd)
    anna.presses("Share here", on=card).answer(until=lambda seen: not seen.is_ephemeral)
    assert len(shared(slack, sales)) == 1


@pytest.mark.parametrize(
    "value", ['{"command":"settings","values":"{}"}', '{"command":"clv"}', '{"command":"x","values":"["}', "{"]
)
def test_what_may_not_be_shared_is_not(anna: Person, sales: Channel, slack: Slack, value: str) -> None:
    card = anna.types("/clv route 66", at=sales).answer()
    assert anna.presses("Share here", on=card, value=value).answer().is_ephemeral
    assert not shared(slack, sales)


# --- what goes wrong ----------------------------------------------------------------------------------------------


def test_slack_that_is_busy_is_waited_for(anna: Person, sales: Channel, slack: Slack) -> None:
    slack.faults.limit("response_url", retry_after_seconds=1)
    assert "Route 66" in anna.types("/clv route 66", at=sales).answer().words
    slack.faults.limit("chat.postMessage", retry_after_seconds=1)
    assert "Route 66" in anna.says("clv route 66").answer().words


@pytest.mark.parametrize("way", ["response_url", "chat.postEphemeral"])
@pytest.mark.parametrize("fault", ["500", "dropped", "dropped after it was taken", "429 for ever"])
def test_an_answer_that_slack_does_not_take_comes_another_way(
    anna: Person, sales: Channel, slack: Slack, capfd: pytest.CaptureFixture[str], *, way: str, fault: str
) -> None:
    match fault:
        case "500":
            slack.faults.fail(way)
        case "429 for ever":
            slack.faults.limit(way, retry_after_seconds=0, times=3)
        case _:
            slack.faults.drop(way, accepted=fault != "dropped")
    line = "clv route 66"
    asked = (
        anna.types(f"/{line}", at=sales)
        if way == "response_url"
        else anna.says(f"{slack.bot.mention} {line}", to=sales)
    )
    answer = asked.answer(until=lambda seen: "Slack did not take this answer at first" in seen.words)
    assert "Route 66" in answer.words
    assert logged(slack, answer.words, capfd)


def test_an_answer_whose_response_url_has_expired_comes_another_way(anna: Person, sales: Channel, slack: Slack) -> None:
    slack.faults.arrive_late("response_url", 31 * 60)
    answer = anna.types("/clv route 66", at=sales).answer()
    slack.expect_complaint("expired_url")
    assert "Route 66" in answer.words


def test_a_drawing_that_slack_refuses_comes_as_words(
    anna: Person, sales: Channel, slack: Slack, capfd: pytest.CaptureFixture[str]
) -> None:
    slack.faults.refuse("chat.postEphemeral", "invalid_blocks")
    answer = anna.says(f"{slack.bot.mention} clv route 66", to=sales).answer()
    assert "Route 66" in answer.words
    assert "Why these figures?" not in answer.buttons
    assert logged(slack, answer.words, capfd)


def test_an_unforeseen_error_is_an_apology_with_an_id_and_its_traceback_is_in_the_log(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    with sqlite_db.writing() as connection:
        connection.execute(sa.text("ALTER TABLE customer_values RENAME TO elsewhere"))
    answer = anna.types("/clv route 66", at=sales).answer()
    assert "Something went wrong here, not in what you asked" in answer.words
    assert "Traceback" not in answer.words
    assert "no such table" in logged(slack, answer.words, capfd)


def locked(db: Database, seconds: float) -> threading.Thread:
    """Somebody else writes for so long, from now on."""
    has_begun = threading.Event()

    def hold() -> None:
        with db.writing():
            has_begun.set()
            threading.Event().wait(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    has_begun.wait()
    return thread


@pytest.mark.parametrize("seconds", [2, 4])
def test_a_database_that_is_locked_for_seconds_costs_nothing_but_time(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database, seconds: int
) -> None:
    form = settings_form(anna, sales)
    label = next(one for one in form.fields if "growth" in one.lower())
    thread = locked(sqlite_db, seconds)
    asked = anna.says("clv route 66")
    assert "Route 66" in anna.types("/clv route 66", at=sales).answer().words  # a reader waits for nobody
    submitted = form.fill({label: "6 %"}).submit()
    assert submitted.error is None
    assert anna.modal is not None
    if seconds > SUBMISSION_SECONDS + 1:
        assert "One moment" in anna.modal.words
    thread.join()
    assert "Route 66" in asked.answer(until=lambda seen: not seen.is_ephemeral).words
    slack.wait_for(lambda: anna.modal is not None and "scored anew" in anna.modal.words)


def test_a_form_that_is_wrong_is_given_back_filled_in_though_the_database_was_locked(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert
) -> None:
    form = settings_form(anna, sales)
    label = next(one for one in form.fields if "growth" in one.lower())
    bot.work.directory.profiles.known.clear()
    slack.faults.delay("users.info", SUBMISSION_SECONDS + 0.4, times=2)  # one may be the Home tab's
    form.fill({label: "a lot"}).submit()
    slack.wait_for(lambda: anna.modal is not None and "One moment" not in anna.modal.words)
    assert anna.modal is not None
    assert anna.modal.fields[label] == "a lot"
    assert ":warning:" in anna.modal.words


@pytest.mark.parametrize("count", [7, 30])
def test_slow_commands_cost_no_other_command_its_acknowledgement(
    anna: Person, slack: Slack, bot: Melktert, count: int
) -> None:
    slow = [slack.member(f"Slow {n}") for n in range(count)]
    slack.faults.delay("users.info", 2.0, times=count)
    asked = [one.types("/clv route 66", wait=False) for one in slow]
    acks = [one.ack for one in asked]
    quick = anna.types("/melktert")
    for ack in [*acks, quick.ack]:
        assert ack is not None
        assert ack.seconds < 1.5
    for one in asked:
        assert "Route 66" in one.answer(timeout_seconds=15).words
    assert "/clv" in quick.answer(timeout_seconds=15).words


def test_a_slack_that_opens_no_dialogue_costs_no_acknowledgement(anna: Person, sales: Channel, slack: Slack) -> None:
    card = anna.types("/melktert settings", at=sales).answer()
    slack.faults.limit("views.open", retry_after_seconds=30, times=20)
    pressed = [anna.presses("Change the projection…", on=card, wait=False) for _ in range(20)]
    assert anna.types("/melktert").error is None
    for one in pressed:
        assert one.error is None
    assert pressed[-1].answer(until=lambda seen: "Press the button once more" in seen.words)


def test_a_flood_of_letters_costs_no_command_its_acknowledgement(anna: Person, slack: Slack, bot: Melktert) -> None:
    anna.runs_shortcut("clv")
    form = filled(anna)
    held = threading.Event()
    for _ in range(12):
        bot.pools.workers.submit(held.wait, 5)
    typing = [threading.Thread(target=form.type_into, args=("Customer", "acm")) for _ in range(40)]
    for one in typing:
        one.start()
    command = anna.types("/melktert")
    assert command.error is None
    assert command.ack is not None
    assert command.ack.seconds < 1.5
    held.set()
    for one in typing:
        one.join()
    assert form.type_into("Customer", "acm") == ["Acme", "Acme Tools"]


def test_what_was_begun_is_finished_when_the_bot_is_told_to_stop(
    anna: Person, sales: Channel, slack: Slack, bot: Melktert, sqlite_db: Database
) -> None:
    form = settings_form(anna, sales)
    label = next(one for one in form.fields if "growth" in one.lower())
    thread = locked(sqlite_db, 3)
    form.fill({label: "6 %"}).submit()
    asked = slack.member("Ben").types("/clv route 66", at=sales)
    bot.finish()
    thread.join()
    assert "Route 66" in asked.answer().words
    assert anna.modal is not None
    assert "scored anew" in anna.modal.words


def test_who_is_in_the_workspace_is_learnt_from_a_busy_slack_too(
    anna: Person, slack: Slack, bot: Melktert, sqlite_db: Database
) -> None:
    slack.faults.limit("users.list", retry_after_seconds=1)
    bot.start_housekeeping()
    slack.wait_for(lambda: known(sqlite_db, anna) is not None)


def test_an_hour_in_which_slack_did_not_tell_is_not_lost(
    anna: Person, slack: Slack, bot: Melktert, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "HOUSEKEEPING_AGAIN_SECONDS", 0.05)
    slack.faults.fail("users.list", status=500, times=2)
    bot.start_housekeeping()
    slack.wait_for(lambda: known(sqlite_db, anna) is not None)
    assert not slack.faults.pending


# --- people, Home ---------------------------------------------------------------------------------------------------


def test_the_home_tab_is_published_when_it_is_opened(anna: Person, slack: Slack) -> None:
    anna.opens_home()
    slack.wait_for(lambda: anna.home is not None)
    assert anna.home is not None
    assert "Melktert is connected" in anna.home.words
    count = len(slack.calls_of("views.publish"))
    anna.opens_home(tab="messages")
    anna.types("/melktert").answer()
    assert len(slack.calls_of("views.publish")) == count


def test_a_button_of_the_home_tab_answers_in_a_dialogue_and_twice_is_fine(anna: Person, slack: Slack) -> None:
    anna.opens_home()
    home = slack.wait_for(lambda: anna.home)
    for label in home.buttons:
        for _ in range(2):
            if label not in home.buttons:
                continue  # what was to be done is done, and the Home tab has followed
            pressed = anna.presses(label, on=home)
            assert pressed.error is None
            assert slack.wait_for(lambda p=pressed: what_came_of(p))


def test_whom_slack_tells_of_is_remembered(anna: Person, slack: Slack, sqlite_db: Database) -> None:
    ben = slack.member("Ben", email="Ben@Example.com")
    slack.sends_event("team_join", {"type": "team_join", "user": slack_user(ben)}, by=ben)
    slack.wait_for(lambda: known(sqlite_db, ben))
    assert known(sqlite_db, ben).email == "ben@example.com"
    ben.user.deleted = True
    slack.sends_event("user_change", {"type": "user_change", "user": slack_user(ben)}, by=ben)
    slack.wait_for(lambda: known(sqlite_db, ben).kind == "left")


def slack_user(one: Person) -> dict[str, object]:
    return {
        "id": one.id,
        "team_id": one.user.team.id,
        "deleted": one.user.deleted,
        "real_name": one.name,
        "profile": {"email": one.user.email},
        "tz": "Europe/Paris",
    }


def known(db: Database, one: Person) -> people.Person | None:
    with db.reading() as connection:
        return people.get(connection, one.id)


def test_the_hourly_round_learns_who_is_in_the_workspace(
    anna: Person, slack: Slack, bot: Melktert, sqlite_db: Database
) -> None:
    slack.page_size = 1
    guest = slack.guest("Gus")
    bot.start_housekeeping()
    slack.wait_for(lambda: known(sqlite_db, anna) and known(sqlite_db, guest))
    assert known(sqlite_db, anna).zone == "Africa/Johannesburg"
    assert known(sqlite_db, guest).kind == "guest"


def test_who_has_seen_a_customer_is_remembered(anna: Person, sqlite_db: Database, slack: Slack) -> None:
    anna.types("/clv route 66").answer()
    seen = slack.wait_for(lambda: (found := known(sqlite_db, anna)) and found.first_answer_at)
    assert seen == NOW
