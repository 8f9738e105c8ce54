"""/promise: something promised to a customer by a day, in a line, by a button, or in a form."""

import datetime as dt

import pytest
import sqlalchemy as sa

from bot.forms import view
from bot.wording import plain
from commands._reply import Invalid, Item, Person, Role
from store import care, customer_channels, people, promises, reps, succession, tables
from store.database import Database
from store.promises import Promise
from tests.commands.asking import ask, read
from tests.commands.promised import FRIDAY, MONDAY, Team, button
from tests.ledger import NOW


@pytest.fixture
def team(sqlite_db: Database) -> Team:
    return Team(sqlite_db)


def made(team: Team) -> list[Promise]:
    with team.db.reading() as connection:
        return promises.of(connection)


# --- in a line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text", "due_on"),
    [
        ("acme friday send the quote", "send the quote", FRIDAY),
        ("acme send the quote by friday", "send the quote", FRIDAY),
        ("acme friday: to send the quote", "send the quote", FRIDAY),
        ("acme by friday to send the quote", "send the quote", FRIDAY),
        ("acme tomorrow call the buyer back", "call the buyer back", dt.date(2026, 6, 2)),
        ("acme send the plan by end of the month", "send the plan", dt.date(2026, 6, 30)),
        ('"Acme" 12 June visit the warehouse', "visit the warehouse", dt.date(2026, 6, 12)),
        ("acme today call", "call", MONDAY),
        ("friday acme send the quote", "send the quote", FRIDAY),
        ("by friday to acme: send the quote", "send the quote", FRIDAY),
        ("acme friday next week send the quote", "send the quote", dt.date(2026, 6, 12)),
        ("acme send the quote friday the 12th", "send the quote", dt.date(2026, 6, 12)),
    ],
)
def test_a_line_is_a_customer_a_day_and_what_is_promised(team: Team, line: str, text: str, due_on: dt.date) -> None:
    reply = team.promised(line)
    (promise,) = made(team)
    assert (promise.customer_id, promise.text, promise.due_on) == (team.acme, text, due_on)
    assert (promise.who.slack_user_id, promise.made_by) == ("U1", "U1")
    assert plain(reply.headline).startswith("Promised to Acme by ")


def test_the_answer_says_when_the_reminder_comes_and_takes_it_back(team: Team) -> None:
    assert "Reminder on Friday Jun 5, 2026, 08:30." in read(team.promised())
    sunday = team.promised("acme sunday call the buyer")
    assert "Friday Jun 5, 2026, 08:30: the last working morning before it is due" in read(sunday)
    for _ in range(2):
        taken_back = team.presses(button(sunday, "Undo"))
        assert plain(taken_back.headline) == "Taken back: call the buyer"
        assert "Still promised to Acme: send the quote, due Friday Jun 5, 2026." in read(taken_back)
    assert [one.text for one in made(team)] == ["send the quote"]


def test_where_no_working_morning_is_left_the_reminder_is_that_of_what_is_overdue(team: Team) -> None:
    evening = NOW + dt.timedelta(hours=12)
    said = read(team.types("/promise acme today send the quote", now=evening))
    assert "Reminder on Tuesday Jun 2, 2026, 08:30, when it is overdue: no working morning is left before." in said


def test_undo_says_that_nothing_is_promised_only_where_that_is_so(team: Team) -> None:
    first = team.promised()
    again = team.presses(button(team.promised(), "Promise it again"))
    team.promised("acme tomorrow call the buyer")
    taken_back = team.presses(button(first, "Undo"))
    assert "Still promised to Acme: send the quote, due Friday Jun 5, 2026 and 1 other promise." in read(taken_back)
    team.presses(button(again, "Undo"))
    team.presses(button(team.promised("acme tomorrow call the buyer"), "Undo"))
    assert made(team) == []
    assert "nothing is promised to Acme" in plain(team.presses(button(first, "Undo")).headline)


def test_the_same_line_typed_again_is_answered_with_the_first_promise(team: Team) -> None:
    team.promised()
    twin = team.promised("acme send the quote by friday")
    assert plain(twin.headline) == "Already promised just now: send the quote"
    assert len(made(team)) == 1
    for _ in range(2):
        team.presses(button(twin, "Promise it again"))
    assert len(made(team)) == 2, "who says that it is another one makes one more, however often the button is pressed"


def test_another_person_day_or_word_or_a_later_hour_is_another_promise(team: Team) -> None:
    team.promised()
    team.promised(who=team.ben)
    team.promised("acme saturday send the quote")
    team.promised("acme friday send the quotes")
    assert len(made(team)) == 4
    with team.db.writing() as connection:
        connection.execute(sa.update(tables.promises).values(made_at=NOW - dt.timedelta(minutes=11)))
    team.promised()
    assert len(made(team)) == 5


def test_who_takes_a_promise_back_may_make_it_anew_at_once(team: Team) -> None:
    team.presses(button(team.promised(), "Undo"))
    assert plain(team.promised().headline).startswith("Promised to Acme")
    assert len(made(team)) == 1


def test_a_button_pressed_twice_at_a_terminal_is_one_promise(team: Team) -> None:
    """There a press has no receipt of its own, so the words tell."""
    days = ask(team.db, "/promise acme send the quote", today=MONDAY)
    for _ in range(2):
        reply = ask(team.db, "/promise", today=MONDAY, values=dict(days.actions[1].values))
    assert plain(reply.headline).startswith("Already promised")
    assert len(made(team)) == 1


def test_what_says_too_little_is_asked_for(team: Team) -> None:
    reply = team.promised("acme friday a")
    assert "“a” says too little" in read(reply)
    assert made(team) == []


def test_at_a_terminal_a_button_that_would_open_a_form_says_the_line_to_type(team: Team) -> None:
    """There are no forms; the line that it says makes the promise."""
    card = ask(team.db, "/promise acme friday", today=MONDAY)
    shown = ask(team.db, "/promise", today=MONDAY, values=dict(button(card, "Write it down").values))
    assert '/promise "Acme" 2026-06-05 send the quote' in read(shown)
    assert shown.actions == ()
    days = ask(team.db, "/promise acme call the buyer", today=MONDAY)
    values = dict(button(days, "Another day").values)
    # As the terminal presses a button: what it carries as text is the text, too.
    assert '/promise "Acme" tomorrow call the buyer' in read(ask(team.db, "/promise call the buyer", values=values))
    ask(team.db, '/promise "Acme" tomorrow call the buyer', today=MONDAY)
    assert [one.customer_id for one in made(team)] == [team.acme]
    assert [one.label for one in ask(team.db, "/promise").actions] == ["Promises"]


def test_a_line_that_is_delivered_twice_is_one_promise(team: Team) -> None:
    first, second = (team.types("/promise acme friday send the quote", receipt="trigger 1") for _ in range(2))
    assert first == second
    assert len(made(team)) == 1


def test_without_a_day_it_asks_by_when_and_whichever_button_is_pressed_makes_one_promise(team: Team) -> None:
    asked = team.promised("acme send the quote")
    assert [one.label for one in asked.actions] == ["Tomorrow", "Friday 5 Jun", "Monday 8 Jun", "Another day…"]
    assert made(team) == []
    team.presses(asked.actions[1])
    assert "by Friday" in plain(team.presses(asked.actions[0]).headline), "the first choice stands"
    assert [(one.text, one.due_on) for one in made(team)] == [("send the quote", FRIDAY)]
    form = team.presses(button(asked, "Another day"))
    assert form.form is not None
    assert {one.name: one.initial for one in form.form.fields}["text"] == "send the quote"


def test_without_a_word_of_what_it_opens_a_form_with_what_is_known(team: Team) -> None:
    form = team.presses(button(team.promised("acme friday"), "Write it down"))
    assert form.form is not None
    begins = {one.name: one.initial for one in form.form.fields}
    assert begins == {"customer": str(team.acme), "text": "", "due": "2026-06-05", "person": "U1"}


def test_who_may_be_meant_is_offered_and_the_line_goes_on_from_there_once(team: Team) -> None:
    offered = team.promised("amce friday send the quote")
    (item,) = (part for part in offered.parts if isinstance(part, Item))
    assert made(team) == []
    for _ in range(2):
        assert "Promised to Acme" in plain(team.presses(item.actions[0]).headline)
    assert [(one.text, one.due_on) for one in made(team)] == [("send the quote", FRIDAY)]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("acme yesterday send it", "is over"),
        ("acme 5/12 send it", "write the month's name|is over|may be"),
        ("acme next friday send it", "may be"),
        ("acme friday or saturday send it", "more than one day"),
        ("acme call back after friday", "not one day"),
        ("acme monday the 5th send it", "5 June is a Friday, not a Monday"),
        ("acme 12 june brochures friday", "are two days"),
        ("saturday or friday acme send it", "more than one day"),
        (f"acme friday {'x' * 600}", "the first words|in a few words"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_promised(team: Team, line: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        team.types(f"/promise {line}", Person("U1", "T1", team.anna_id, locale="xx"))
    assert made(team) == []


def test_at_a_terminal_the_customers_rep_keeps_it_and_that_is_said(team: Team) -> None:
    reply = team.promised(who=Person(role=Role.ADMIN))
    assert "Anna Botha is to keep it, as the customer's rep." in read(reply)
    (promise,) = made(team)
    assert (promise.who.rep_id, promise.made_by) == (team.anna_id, "the terminal")


def test_before_the_first_ledger_it_says_so(sqlite_db: Database) -> None:
    assert "No ledger" in read(ask(sqlite_db, "/promise acme friday send it"))


def test_alone_it_says_how_and_opens_a_form(team: Team) -> None:
    how = team.types("/promise")
    form = team.presses(button(how, "Make a promise"))
    assert form.form is not None
    assert [one.name for one in form.form.fields] == ["customer", "text", "due", "person"]


# --- in a form ------------------------------------------------------------------------------------------------------


def test_a_form_that_is_submitted_twice_is_one_promise(team: Team) -> None:
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    given = {"text": "send the\nquote", "due": "2026-06-05"}
    first, second = (team.submits(form, **given) for _ in range(2))
    assert first == second
    (promise,) = made(team)
    assert promise.text == "send the quote"


def test_every_field_that_is_wrong_is_told_at_once(team: Team) -> None:
    form = team.types("/promise", origin="shortcut")
    with pytest.raises(Invalid) as wrong:
        team.submits(form, customer="404", text="  ", due="2026-05-31", person="U4")
    assert set(wrong.value.errors) == {"customer", "text", "due", "person"}
    assert "Gus is a guest" in wrong.value.errors["person"]
    with pytest.raises(Invalid, match="does not know that person"):
        team.submits(form, customer=str(team.acme), text="send it", due="2026-06-05", person="U404")
    with pytest.raises(Invalid, match="too far away"):
        team.submits(form, customer=str(team.acme), text="send it", due="2096-06-05")


def test_a_colleague_may_be_the_one_to_keep_it(team: Team) -> None:
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    reply = team.submits(form, text="send the quote", due="2026-06-05", person="U2")
    assert "Ben is to keep it, and is told." in read(reply)
    (promise,) = made(team)
    assert (promise.who.slack_user_id, promise.made_by) == ("U2", "U1")


def test_from_a_message_the_form_begins_with_its_words_and_its_channels_customer(team: Team) -> None:
    with team.db.writing() as connection:
        customer_channels.tie(connection, "C1", team.zephyr, by="U1", at=NOW)
    link = "https://example.slack.com/archives/C1/p1700000000000100"
    message = {"said": "I will send\nthe quote on Friday", "permalink": link, "channel": "C1"}
    form = team.types("/promise", values=message, origin="shortcut")
    assert form.form is not None
    begins = {one.name: one.initial for one in form.form.fields}
    assert begins["customer"] == str(team.zephyr)
    assert begins["text"] == "I will send the quote on Friday"
    team.submits(form, due="2026-06-05")
    assert made(team)[0].permalink == link
    again = team.types("/promise", values=message, origin="shortcut")
    assert again.form is not None
    assert "there is a promise already" in plain(again.form.intro[0].text)


def test_a_form_carries_nothing_that_slack_would_not_open_it_with(team: Team) -> None:
    message = {"said": "Acme", "permalink": "https://elsewhere.test/" + "x" * 5_000, "touch": "1" * 5_000}
    reply = team.types("/promise", values=message, origin="shortcut")
    assert reply.form is not None
    assert view(reply.form)["private_metadata"]
    team.submits(reply, due="2026-06-05")
    assert (made(team)[0].permalink, made(team)[0].touch_id) == (None, None)


def test_a_message_that_names_one_customer_fills_it_in_and_one_that_names_two_asks(team: Team) -> None:
    for said, begins in (("Zephyr Cycles want a new quote", str(team.zephyr)), ("Acme or Zephyr Cycles?", "")):
        form = team.types("/promise", values={"said": said}, origin="shortcut")
        assert form.form is not None
        assert form.form.fields[0].initial == begins
    assert "choose the customer" in plain(form.form.intro[0].text)


@pytest.mark.parametrize(
    "tampered",
    [{"touch": "404"}, {"contact": "404"}, {"touch": "²"}, {"customer": "1 or 1"}, {"due": "friday"}],
)
def test_what_somebody_tampered_with_is_refused(team: Team, tampered: dict[str, str]) -> None:
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    with pytest.raises(Invalid):
        team.submits(form, **{"text": "send the quote", "due": "2026-06-05", **tampered})
    assert made(team) == []


def test_a_link_that_is_none_of_slacks_is_not_kept(team: Team) -> None:
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    team.submits(form, text="send it", due="2026-06-05", permalink="https://evil.example/x")
    assert made(team)[0].permalink is None


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        # Clocks go forward in Auckland on 27 September 2026, in Los Angeles on 8 March, in Johannesburg never.
        ("Pacific/Auckland", "2026-09-26T11:30", dt.date(2026, 9, 26)),
        ("Pacific/Auckland", "2026-09-26T12:30", dt.date(2026, 9, 27)),
        ("America/Los_Angeles", "2026-03-08T07:30", dt.date(2026, 3, 7)),
        ("America/Los_Angeles", "2026-03-08T08:30", dt.date(2026, 3, 8)),
        ("Africa/Johannesburg", "2026-03-08T21:30", dt.date(2026, 3, 8)),
    ],
)
def test_tomorrow_is_that_of_whoever_promises(team: Team, zone: str, now: str, today: dt.date) -> None:
    """The edge gives today by the person's zone; what is promised then is a day later on the same calendar."""
    from zoneinfo import ZoneInfo

    at = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert at.astimezone(ZoneInfo(zone)).date() == today
    team.types("/promise acme tomorrow send it", Person("U1", "T1", team.anna_id, zone=zone), today)
    assert made(team)[0].due_on == today + dt.timedelta(days=1)


def test_names_complete_as_they_are_typed(team: Team) -> None:
    from commands._naming import suggest
    from commands._reply import Request

    request = Request(now=NOW, today=MONDAY)
    assert [one.value for one in suggest(request, team.db, "name", "zeph")] == ["Zephyr Cycles"]
    assert [one.value for one in suggest(request, team.db, "customer", "zeph")] == [str(team.zephyr)]
    assert not suggest(request, team.db, "text", "zeph")


def test_a_day_that_is_over_where_whoever_is_to_keep_it_is_cannot_be_chosen(team: Team) -> None:
    evening = NOW.replace(hour=20)  # of Monday in Johannesburg, and Tuesday morning in Auckland
    with team.db.writing() as connection:
        people.remember(connection, [people.Person("U2", "T1", "Ben", zone="Pacific/Auckland")], NOW)
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    filled_in = {"text": "call them", "person": "U2"}
    with pytest.raises(Invalid, match="For Ben that day is over"):
        team.submits(form, due=MONDAY.isoformat(), now=evening, **filled_in)
    team.submits(form, due="2026-06-02", now=evening, **filled_in)


def test_a_line_may_be_as_long_as_a_promise(team: Team) -> None:
    text = ("send the new quote with the discount " * 20)[:480].strip()
    team.types(f"/promise acme friday {text}")
    assert [one.text for one in made(team)] == [text]
    for too_long in (text + " and more" * 5, text * 3):
        with pytest.raises(Invalid, match="500"):
            team.types(f"/promise acme friday {too_long}")


def test_a_promise_to_an_exit_says_that_it_is_one(team: Team) -> None:
    assert "is an exit" not in read(team.promised())
    with team.db.writing() as connection:
        care.mark_exit(connection, team.acme, "never pays", on=MONDAY, by="U3", at=NOW)
    assert "Acme is an exit: a manager has let them go." in read(team.promised("acme tuesday fetch the display"))


def test_nobody_who_has_left_is_to_keep_a_promise(team: Team) -> None:
    with team.db.writing() as connection:
        insert = tables.reps.insert().returning(tables.reps.c.id)
        ben, carl = (connection.execute(insert.values(name=name)).scalar_one() for name in ("Ben", "Carl"))
        reps.link(connection, ben, "U2", by="U3", at=NOW)
        succession.leave(connection, ben, team.anna_id, by="U3", at=NOW)
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    with pytest.raises(Invalid, match="Ben has left"):
        team.submits(form, text="call them", due=FRIDAY.isoformat(), person="U2")
    with team.db.writing() as connection:
        reps.link(connection, carl, "U2", by="U3", at=NOW)
    team.submits(form, text="call them", due=FRIDAY.isoformat(), person="U2")
    assert [one.text for one in made(team)] == ["call them"]
