"""/visit: a touch logged in a line, by a button, or in a form."""

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Action, Code, Form, Invalid, Item, Person, Reply
from store import customer_channels, promises, standings, tables, touches
from store.database import Database
from store.touches import Touch
from tests.commands.asking import ask, read
from tests.commands.promised import FRIDAY, MONDAY, Team, button
from tests.ledger import NOW, Ledger
from tests.store.at_once import at_once

YESTERDAY = MONDAY - dt.timedelta(days=1)


@pytest.fixture
def team(sqlite_db: Database) -> Team:
    return Team(sqlite_db)


def logged(team: Team) -> list[Touch]:
    with team.db.reading() as connection:
        ids = connection.scalars(sa.select(tables.touches.c.id).order_by(tables.touches.c.id)).all()
        return [touches.existing(connection, touch_id) for touch_id in ids]


def form(reply: Reply) -> Form:
    assert reply.form is not None
    return reply.form


def test_a_line_that_is_sent_twice_at_once_is_one_visit_and_one_promise(postgresql_db: Database) -> None:
    team = Team(postgresql_db)
    for line, table in (
        ("/visit acme yesterday 20m saw the buyer", tables.touches),
        ("/promise acme friday send the quote", tables.promises),
    ):

        def say(line: str = line) -> str:
            return plain(team.types(line).headline)

        come = at_once(team.db, say, say, before=f"INSERT INTO {table.name}")
        assert come.second_waited
        assert "lready" in str(come.second)
        with team.db.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 1


def begins(reply: Reply) -> dict[str, str]:
    """What stands in the fields of a form."""
    return {field.name: field.initial for field in form(reply).fields}


def submits(team: Team, opened: Reply, receipt: str = "view V1 h1", who: Person | None = None, **filled: str) -> Reply:
    """The form submitted as it was opened, but for what was filled in."""
    values = {**form(opened).values, **begins(opened), **filled}
    return ask(team.db, "/visit", today=MONDAY, values=values, origin="form", receipt=receipt, person=who or team.anna)


def opens(team: Team, who: Person | None = None, receipt: str = "trigger 1", **values: str) -> Reply:
    person = who or team.anna
    return ask(team.db, "/visit", today=MONDAY, values=values, origin="shortcut", receipt=receipt, person=person)


# --- in a line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind", "day", "minutes", "note"),
    [
        ("acme", "visit", MONDAY, None, None),
        ("acme yesterday 45m spoke to the buyer", "visit", YESTERDAY, 45, "spoke to the buyer"),
        ("acme 45m yesterday: spoke to the buyer", "visit", YESTERDAY, 45, "spoke to the buyer"),
        ("acme call 3 days ago 20 min about the quote", "call", dt.date(2026, 5, 29), 20, "about the quote"),
        ("acme 12 May gift a melktert", "gift", dt.date(2026, 5, 12), None, "a melktert"),
        ("acme conversation 1h30 what saves them time", "conversation", MONDAY, 90, "what saves them time"),
        ("acme spoke to the buyer yesterday", "visit", MONDAY, None, "spoke to the buyer yesterday"),
        ("acme sat with the buyer", "visit", MONDAY, None, "sat with the buyer"),
        ("acme visit call them back", "visit", MONDAY, None, "call them back"),
        ('"Acme" 45 crates sold', "visit", MONDAY, None, "45 crates sold"),
        ("zephyr 12.5. lunch", "visit", dt.date(2026, 5, 12), None, "lunch"),
        ("acme 45", "visit", MONDAY, 45, None),
        ("acme call yesterday 45", "call", YESTERDAY, 45, None),
        ("acme 2026", "visit", MONDAY, None, "2026"),
        ("acme spoke to the buyer 60min", "visit", MONDAY, 60, "spoke to the buyer"),
        ("acme yesterday lunch, 1h30", "visit", YESTERDAY, 90, "lunch"),
        ("acme we spoke for 45 minutes", "visit", MONDAY, 45, "we spoke for 45 minutes"),
        ("acme call back in 2 hours", "call", MONDAY, None, "back in 2 hours"),
        ("acme mondays they are closed", "visit", MONDAY, None, "mondays they are closed"),
        ("acme yesterday fridy is fine", "visit", YESTERDAY, None, "fridy is fine"),
        ("yesterday acme spoke to the buyer", "visit", YESTERDAY, None, "spoke to the buyer"),
        ("45m acme spoke to the buyer", "visit", MONDAY, 45, "spoke to the buyer"),
        ("call zephyr yesterday 20m quote", "call", YESTERDAY, 20, "quote"),
        ("20 min call acme yesterday", "call", YESTERDAY, 20, None),
        ("today 30 min with Acme talked to Bob", "visit", MONDAY, 30, "talked to Bob"),
        ("1h acme 30 crates", "visit", MONDAY, 60, "30 crates"),
        ("10 am acme saw grant", "visit", MONDAY, None, "10 am, saw grant"),
        ("acme friday the 29th 30m lunch", "visit", dt.date(2026, 5, 29), 30, "lunch"),
        ("acme one hour", "visit", MONDAY, 60, None),
        ("acme quarter of an hour, lunch", "visit", MONDAY, 15, "lunch"),
        ("acme called yesterday", "call", YESTERDAY, None, None),
        ("acme phoned Bob", "call", MONDAY, None, "phoned Bob"),
        ("acme email sent quote", "message", MONDAY, None, "email sent quote"),
        ("acme emailed yesterday: sent quote", "message", YESTERDAY, None, "sent quote"),
        ("acme 3 hours drive, then lunch", "visit", MONDAY, None, "3 hours drive, then lunch"),
    ],
)
def test_a_line_is_a_customer_and_what_is_known_of_the_touch(
    team: Team, line: str, kind: str, day: dt.date, *, minutes: int | None, note: str | None
) -> None:
    team.types(f"/visit {line}")
    (touch,) = logged(team)
    assert (touch.kind, touch.happened_on, touch.minutes, touch.note) == (kind, day, minutes, note)
    assert (touch.author, [one.name for one in touch.people]) == ("U1", ["Anna Botha"])


def test_the_answer_is_one_line_with_the_effect_and_echoes_what_was_read(team: Team) -> None:
    reply = team.types("/visit acme yesterday 45m spoke to the buyer")
    with team.db.reading() as connection:
        due_on = standings.get(connection, team.acme).due_on
    assert due_on is not None
    assert plain(reply.headline).startswith(f"Visit logged: clock reset; next visit due {due_on:%b} {due_on.day}")
    assert "Acme · yesterday, May 31, 2026 · 45 minutes · Anna Botha · “spoke to the buyer”" in read(reply)
    assert [action.label for action in reply.actions] == ["Undo", "Edit…", "Make a promise…"]


def test_an_older_touch_leaves_the_clock_as_it_is_and_says_so(team: Team) -> None:
    team.types("/visit acme yesterday")
    reply = team.types("/visit acme 12 May")
    assert plain(reply.headline) == "Visit logged: the clock runs from the later touch on May 31, 2026"


def test_a_visit_so_old_that_the_next_one_is_due_says_since_when(team: Team) -> None:
    reply = team.types("/visit acme 2025-01-06")
    assert "the next visit has been due since" in plain(reply.headline)


def test_a_day_that_may_be_two_is_asked_for_and_nothing_logged(team: Team) -> None:
    with pytest.raises(Invalid, match="Today is Monday: write today, or 25 May"):
        team.types("/visit acme monday lunch")
    with pytest.raises(Invalid, match="is still to come"):
        team.types("/visit acme tomorrow lunch")
    assert logged(team) == []


def test_a_number_or_a_time_that_may_be_meant_otherwise_is_said(team: Team) -> None:
    assert "The 45 stands in the note; were it minutes, write 45m." in read(team.types("/visit acme 45 crates sold"))
    assert "The time is read from the end of the note" in read(team.types("/visit acme the line was down 3 hours"))


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (
            "meeting on friday 1h about renewal",
            "“on friday” and “1h” stand in the note; Edit… changes the day and minutes",
        ),
        ("over lunch yesterday, 1h, Bob wants 20 bikes", "“yesterday” and “1h” stand in the note"),
        ("spoke to Bob yesterday", "“yesterday” stands in the note; Edit… changes the day."),
        ("today at 9 30m x3", "“30m” stands in the note; Edit… changes the minutes."),
        ("3 hours drive, then 1h with Bob", "“1h” stands in the note"),
        ("45m lunch, then 1h with Bob", "“1h” stands in the note"),
    ],
)
def test_a_day_or_minutes_that_stay_in_the_note_are_said(team: Team, note: str, said: str) -> None:
    assert said in read(team.types(f"/visit acme {note}"))
    assert [one.happened_on for one in logged(team)] == [MONDAY]


@pytest.mark.parametrize(
    "note", ["yesterday 45m saw Bob", "today saw Bob", "call back tomorrow", "saw Bob, the sun was out"]
)
def test_nothing_is_said_of_a_note_that_tells_of_no_other_day_and_no_time(team: Team, note: str) -> None:
    assert "in the note" not in read(team.types(f"/visit acme {note}"))


def test_a_number_before_other_words_is_no_customer_for_certain(team: Team) -> None:
    ledger = Ledger(team.db, title="Other books")
    ledger.customer("Central Discount Store", number="20")
    ledger.done()
    asked = team.types("/visit 20 crates to zephyr cycles yesterday", receipt="trigger 1")
    items = [part for part in asked.parts if isinstance(part, Item)]
    assert [plain(item.title) for item in items] == ["Central Discount Store", "Zephyr Cycles"]
    assert "A number that begins a line may be a customer's" in read(asked)
    assert logged(team) == []
    team.presses(items[1].actions[0])
    team.types("/visit 20 min acme yesterday")
    team.types("/visit 20 yesterday 45m")
    team.types("/visit 20")
    assert [(one.customer, one.happened_on, one.minutes, one.note) for one in logged(team)] == [
        ("Zephyr Cycles", YESTERDAY, None, "20 crates to zephyr cycles"),
        ("Acme", YESTERDAY, 20, None),
        ("Central Discount Store", YESTERDAY, 45, None),
        ("Central Discount Store", MONDAY, None, None),
    ]


def test_a_day_before_a_misspelt_name_is_kept_by_its_button(team: Team) -> None:
    (item,) = (part for part in team.types("/visit yesterday zehpyr cycles lunch").parts if isinstance(part, Item))
    team.presses(item.actions[0])
    assert [(one.customer, one.happened_on, one.note) for one in logged(team)] == [
        ("Zephyr Cycles", YESTERDAY, "lunch")
    ]


def test_a_day_before_the_name_that_may_be_two_is_asked_for(team: Team) -> None:
    with pytest.raises(Invalid, match="Today is Monday: write today, or 25 May"):
        team.types("/visit monday zephyr lunch")
    with pytest.raises(Invalid, match="is more than one day"):
        team.types("/visit acme friday and sunday lunch")
    assert logged(team) == []


@pytest.mark.parametrize("piece", ["1.1.", "\x1b[31m", "acme ", "friday "])
def test_a_novel_is_refused_at_once(team: Team, piece: str) -> None:
    """Slack takes 40,000 characters in a message; to look for days and names in them took five seconds."""
    begun = time.perf_counter()
    with pytest.raises(Invalid, match="characters; the note takes 3,000"):
        team.types(f"/visit {piece * (39_000 // len(piece))}")
    assert time.perf_counter() - begun < 1
    assert logged(team) == []


@pytest.mark.parametrize("words", ["-3 days ago", "-5m", "20261101", "1:30", "99999h", "½h", "45m 30m"])
def test_a_figure_that_is_neither_a_day_nor_a_time_stays_whole_and_is_said(team: Team, words: str) -> None:
    said = read(team.types(f"/visit acme {words} spoke to them"))
    kept = words.rpartition("45m ")[2]
    assert f"{kept} spoke to them”" in said
    assert f"“{kept.split()[0]}” stands in the note, read neither as a day nor as a time" in said


@pytest.mark.parametrize(
    ("label", "day", "minutes", "note"),
    [
        ("Yesterday", YESTERDAY, 30, "lunch"),
        ("Today", MONDAY, 30, "lunch"),
        ("It is part of the note", MONDAY, None, "yesterdy 30m lunch"),
    ],
)
def test_a_misspelt_day_is_asked_for_and_the_line_goes_on_whichever_is_meant(
    team: Team, label: str, day: dt.date, *, minutes: int | None, note: str
) -> None:
    asked = team.types("/visit acme call yesterdy 30m lunch")
    assert plain(asked.headline) == "Did you mean yesterday?"
    assert "“yesterdy” is no day that I know, so nothing is logged for Acme yet." in read(asked)
    assert [one.label for one in asked.actions] == ["Yesterday", "Today", "It is part of the note"]
    assert logged(team) == []
    for action in (button(asked, label), *asked.actions):
        team.presses(action)
    (touch,) = logged(team)
    assert (touch.kind, touch.happened_on, touch.minutes, touch.note) == ("call", day, minutes, note)


def test_a_misspelt_day_on_which_no_visit_was_yet_says_so(team: Team) -> None:
    asked = team.types("/visit acme tomorow lunch")
    assert plain(asked.headline) == "Did you mean tomorrow?"
    assert "is still to come" in read(asked)
    assert [one.label for one in asked.actions] == ["Today", "It is part of the note"]
    assert team.types("/visit acme fridy lunch").actions[0].label == "Friday 29 May"
    assert logged(team) == []


def test_a_misspelt_day_before_a_book_is_asked_for_in_words(team: Team) -> None:
    with pytest.raises(Invalid, match="Did you mean yesterday by “yesterdy”"):
        team.types(f"/visit acme yesterdy {'long ' * 400}")


def test_a_misspelt_name_and_day_are_asked_for_one_after_the_other(team: Team) -> None:
    (item,) = (part for part in team.types("/visit zehpyr cycles yesterdy").parts if isinstance(part, Item))
    team.presses(button(team.presses(item.actions[0]), "Yesterday"))
    assert [(one.customer, one.happened_on) for one in logged(team)] == [("Zephyr Cycles", YESTERDAY)]


def test_the_same_line_typed_again_is_answered_with_the_first_touch(team: Team) -> None:
    team.types("/visit acme yesterday lunch")
    twin = team.types("/visit acme yesterday 45m lunch")
    assert plain(twin.headline) == "Visit already logged just now"
    assert "Its minutes are as they were; Edit… changes them." in read(twin)
    assert len(logged(team)) == 1
    for _ in range(2):
        team.presses(button(twin, "Log it again"))
    assert [one.minutes for one in logged(team)] == [None, 45], "one more, however often the button is pressed"


def test_another_person_kind_day_or_note_or_a_later_hour_is_another_touch(team: Team) -> None:
    team.types("/visit acme lunch")
    for line in ("acme call lunch", "acme yesterday lunch", "acme dinner", "zephyr lunch"):
        team.types(f"/visit {line}")
    team.types("/visit acme lunch", who=team.ben)
    assert len(logged(team)) == 6
    with team.db.writing() as connection:
        connection.execute(sa.update(tables.touches).values(logged_at=NOW - dt.timedelta(minutes=11)))
    team.types("/visit acme lunch")
    assert len(logged(team)) == 7


def test_undo_says_from_which_touch_the_clock_runs_now(team: Team) -> None:
    first = team.types("/visit acme yesterday lunch")
    again = team.presses(button(team.types("/visit acme yesterday lunch"), "Log it again"))
    undone = team.presses(button(first, "Undo"))
    assert "the clock runs from another visit on the same day, May 31, 2026" in plain(undone.headline)
    team.types("/visit acme call 12 May")
    assert "the clock runs from the call on May 12, 2026" in plain(team.presses(button(again, "Undo")).headline)


def test_at_a_terminal_a_button_that_would_open_a_form_says_the_line_to_type(team: Team) -> None:
    """There are no forms. The line that it says logs the visit, whatever the customer is called."""
    ledger = Ledger(team.db, title="Other books")
    names = ("Acme Callcentre", 'The "Corner" Shop', "Twin Wheels", "Twin Wheels")
    ids = [team.acme, *(ledger.customer(name, number=f"80{at}") for at, name in enumerate(names))]
    ledger.done()
    for customer_id in ids:
        shown = ask(team.db, "/visit", values={"customer": str(customer_id)})
        assert shown.actions == ()
        (line,) = (word.text for word in shown.summary if isinstance(word, Code))
        ask(team.db, line)
    assert [touch.customer_id for touch in logged(team)] == ids
    assert ask(team.db, "/visit").actions == (), "a button that leads back to the same question helps nobody"


def test_a_line_delivered_twice_is_one_touch(team: Team) -> None:
    first = team.types("/visit acme", receipt="trigger 1")
    assert team.types("/visit acme", receipt="trigger 1") == first
    assert len(logged(team)) == 1


def test_a_misspelt_name_is_offered_and_its_button_goes_on_with_the_line(team: Team) -> None:
    reply = team.types("/visit zehpyr cycles yesterday lunch", receipt="trigger 1")
    assert logged(team) == []
    (item,) = (part for part in reply.parts if isinstance(part, Item))
    for receipt in ("press 1", "press 2"):
        team.presses(item.actions[0], receipt=receipt)
    (touch,) = logged(team)
    assert (touch.customer, touch.happened_on, touch.note) == ("Zephyr Cycles", YESTERDAY, "lunch")


def test_a_rest_too_long_for_a_button_asks_for_the_whole_name(team: Team) -> None:
    with pytest.raises(Invalid, match="begin with the whole name in quotes"):
        team.types(f"/visit zehpyr cycles yesterday {'long ' * 400}")


def test_at_a_terminal_it_is_logged_as_the_owners(team: Team) -> None:
    reply = ask(team.db, "/visit acme")
    assert "it is logged as Anna Botha's" in read(reply)
    (touch,) = logged(team)
    assert (touch.author, [one.name for one in touch.people]) == ("the terminal", ["Anna Botha"])


def test_without_a_word_it_says_how_and_offers_the_form(team: Team) -> None:
    reply = team.types("/visit")
    assert "/visit acme yesterday 45m" in read(reply)
    assert [action.opens_form for action in reply.actions] == [True]


def test_before_there_is_a_ledger_it_says_so(sqlite_db: Database) -> None:
    assert "No ledger" in read(ask(sqlite_db, "/visit acme"))


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Auckland", "04-05"), ("Africa/Johannesburg", "04-05"), ("America/Los_Angeles", "04-04")],
)
def test_yesterday_is_the_reps_own_on_the_night_that_the_clocks_change(team: Team, zone: str, day: str) -> None:
    moment = dt.datetime(2026, 4, 5, 22, 30, tzinfo=dt.UTC)  # in Auckland the clocks went back seven hours ago
    today = moment.astimezone(ZoneInfo(zone)).date()
    ask(team.db, "/visit acme yesterday", today=today, person=Person("U1", "T1", zone=zone))
    (touch,) = logged(team)
    assert touch.happened_on == dt.date.fromisoformat(f"2026-{day}")


# --- in a form ------------------------------------------------------------------------------------------------------


def test_the_form_begins_with_what_the_message_says(team: Team) -> None:
    link = "https://example.slack.com/archives/C1/p1700000000000100"
    opened = opens(team, said="Zephyr want 40 more", permalink=link, channel="C1")
    assert begins(opened) | {"learned": ""} == {
        **dict.fromkeys([field.name for field in form(opened).fields], ""),
        "customer": str(team.zephyr),
        "kind": "visit",
        "day": MONDAY.isoformat(),
        "note": "Zephyr want 40 more",
        "there": "U1",
    }
    submits(team, opened)
    (touch,) = logged(team)
    assert (touch.customer, touch.note, touch.permalink) == ("Zephyr Cycles", "Zephyr want 40 more", link)


def test_a_message_that_somebody_else_logs_meanwhile_is_logged_again_only_by_who_means_it(team: Team) -> None:
    link = {"permalink": "https://example.slack.com/archives/C1/p1700000000000100"}
    first, second = (opens(team, receipt=one, said="Zephyr want 40 more", **link) for one in ("press 1", "press 2"))
    submits(team, first)
    typed = {"note": "They want 40 more", "kind": "call", "contact": "Zola", "promise": "Call", "there": "U1 U2"}
    typed |= {"promise_due": FRIDAY.isoformat(), "customer": str(team.acme)}
    again = submits(team, second, **typed)
    assert len(logged(team)) == 1
    warning, *_ = (plain(note.text) for note in form(again).intro)
    assert warning.startswith("This message was logged meanwhile, for Zephyr Cycles, by Anna.")
    assert typed.items() <= begins(again).items()
    submits(team, again)
    assert [touch.note for touch in logged(team)] == ["Zephyr want 40 more", "They want 40 more"]
    submits(team, opens(team, receipt="press 3", **link), customer=str(team.acme))
    assert len(logged(team)) == 3  # who was told when the form was opened is not told again


def test_few_fields_are_required_and_they_stand_first(team: Team) -> None:
    required = [field.required for field in form(opens(team)).fields]
    assert required == sorted(required, reverse=True)
    assert sum(required) == 3


def test_a_button_that_knows_the_customer_opens_the_form_with_it(team: Team) -> None:
    known = Action("visit", "Log a visit", {"customer": str(team.acme)}, opens_form=True)
    assert begins(team.presses(known))["customer"] == str(team.acme)
    with pytest.raises(Invalid, match="no longer in the database"):
        team.presses(Action("visit", "Log a visit", {"customer": "404"}, opens_form=True))


def test_a_name_in_the_message_counts_before_the_customer_of_the_channel(team: Team) -> None:
    with team.db.writing() as connection:
        customer_channels.tie(connection, "C1", team.acme, by="U1", at=NOW)
    assert begins(opens(team, said="they were happy", channel="C1"))["customer"] == str(team.acme)
    assert begins(opens(team, said="Zephyr called", channel="C1"))["customer"] == str(team.zephyr)
    assert begins(opens(team, said="Acme and Zephyr called", channel="C1"))["customer"] == ""


def test_a_form_submitted_again_changes_nothing_and_answers_as_before(team: Team) -> None:
    opened = opens(team, said="Acme called")
    filled = {"promise": "Send the quote", "promise_due": "2026-06-12", "contact": "Ben"}
    first = submits(team, opened, **filled)
    again = submits(team, opened, receipt="view V1 h2", **{**filled, "note": "Other words"})
    assert again.headline == first.headline
    assert submits(team, opened, receipt="view V1 h3", day="not a day any more").headline == first.headline
    assert [touch.note for touch in logged(team)] == ["Acme called"]
    with team.db.reading() as connection:
        assert len(promises.of(connection)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.contacts)) == 1


def test_a_promise_is_made_in_the_same_go_by_whoever_logs(team: Team) -> None:
    reply = submits(team, opens(team, said="Acme called"), promise=" Send the quote ", promise_due="2026-06-12")
    with team.db.reading() as connection:
        (promise,) = promises.of(connection)
    assert (promise.text, promise.due_on, promise.made_by) == ("Send the quote", dt.date(2026, 6, 12), "U1")
    assert (promise.touch_id, promise.who.slack_user_id) == (logged(team)[0].id, "U1")
    assert "Promised for Jun 12, 2026: Send the quote" in read(reply)


def test_a_colleagues_visit_is_theirs_and_its_author_is_kept(team: Team) -> None:
    submits(team, opens(team, said="Acme called"), there="U2 U3")
    (touch,) = logged(team)
    assert ([one.name for one in touch.people], touch.author) == (["Ben", "Mara"], "U1")


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"customer": ""}, "customer", "Choose the customer"),
        ({"customer": "404"}, "customer", "no longer in the database"),
        ({"kind": "party"}, "kind", "Choose what it was"),
        ({"day": ""}, "day", "not a day"),
        ({"day": "2026-06-02"}, "day", "still to come"),
        ({"note": "x" * 3_001}, "note", "the note takes 3,000"),
        ({"learned": "x" * 3_001}, "learned", "takes 3,000"),
        ({"minutes": "long"}, "minutes", "write 45m, 1h30 or 2 hours"),
        ({"outcome": "bad"}, "outcome", "Choose how it went"),
        ({"there": "U9"}, "there", "not known yet"),
        ({"there": "U4"}, "there", "Gus is a guest"),
        ({"there": " ".join(f"U{n}" for n in range(21))}, "there", "21 people; 20 are the most"),
        ({"cost": "a lot"}, "cost", "not an amount"),
        ({"cost": "1.500"}, "cost", "not an amount that means one thing"),
        ({"cost": "¥5"}, "cost", "may be several currencies"),
        ({"cost": "R5"}, "cost", "may be several currencies"),
        ({"cost": "12.50 JPY"}, "cost", "JPY is counted in whole ones"),
        ({"cost": "12.5678 ZAR"}, "cost", "ZAR has 2 digits after the point at the most"),
        ({"cost": "900000000000000M"}, "cost", "more than anything costs"),
        ({"promise": "Call"}, "promise_due", "By when?"),
        ({"promise_due": "2026-06-12"}, "promise", "What did you promise"),
        ({"promise": "Call", "promise_due": "2026-05-12"}, "promise_due", "is over"),
        ({"promise": "x" * 501, "promise_due": "2026-06-12"}, "promise", "a promise takes 500"),
        ({"contact": "x" * 121}, "contact", "write the name alone"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    team: Team, filled: dict[str, str], field: str, said: str
) -> None:
    opened = opens(team, said="Acme called")
    with pytest.raises(Invalid) as refused:
        submits(team, opened, **filled)
    assert list(refused.value.errors) == [field]
    assert said in refused.value.errors[field]
    assert logged(team) == []


def test_everything_that_is_wrong_is_said_at_once(team: Team) -> None:
    with pytest.raises(Invalid) as refused:
        submits(team, opens(team, said="Acme called"), day="2026-06-02", minutes="long", cost="much")
    assert sorted(refused.value.errors) == ["cost", "day", "minutes"]


def test_a_contact_is_known_by_name_or_added_but_never_twice_for_a_slip(team: Team) -> None:
    submits(team, opens(team, receipt="t1", said="Acme called"), contact="Ben Cele")
    for at, name in enumerate(("ben cele", "Ben", "Cele")):
        submits(team, opens(team, receipt=f"again {at}", said="Acme called"), contact=name)
    assert {touch.contact for touch in logged(team)} == {"Ben Cele"}
    with pytest.raises(Invalid, match="Did you mean Ben Cele"):
        submits(team, opens(team, receipt="t9", said="Acme called"), contact="Ben Celle")
    reply = submits(team, opens(team, receipt="t8", said="Acme called"), contact="Zola")
    assert "Zola is added to the people of Acme" in read(reply)


@pytest.mark.parametrize(
    ("typed", "cost"), [("12.50", "12.50 USD"), ("$12.50", "12.50 USD"), ("250 ZAR", "250.00 ZAR"), ("€9", "9.00 EUR")]
)
def test_a_cost_is_in_the_currency_written_beside_it_or_in_that_of_visits(team: Team, typed: str, cost: str) -> None:
    if typed.startswith("€"):
        with pytest.raises(Invalid, match="may be several currencies"):
            submits(team, opens(team, said="Acme called"), cost=typed)
        return
    submits(team, opens(team, said="Acme called"), cost=typed)
    (touch,) = logged(team)
    assert f"{touch.cost} {touch.currency}" == cost


def test_a_complaint_says_that_it_stays_open(team: Team) -> None:
    reply = submits(team, opens(team, said="Acme called"), outcome="complaint")
    assert "stays open until a touch has settled it" in read(reply)
    with team.db.reading() as connection:
        assert standings.get(connection, team.acme).has_complaint


def test_the_live_search_finds_customers_by_their_id_in_the_form(team: Team) -> None:
    from commands._naming import suggest
    from commands._reply import Request

    request = Request(now=NOW, today=MONDAY, person=team.anna)
    assert [(one.value, one.label) for one in suggest(request, team.db, "customer", "zeph")] == [
        (str(team.zephyr), "Zephyr Cycles")
    ]
    assert suggest(request, team.db, "note", "zeph") == ()


def test_who_is_no_rep_can_log_all_the_same(team: Team) -> None:
    team.types("/visit acme", who=team.ben)
    assert [one.name for one in logged(team)[0].people] == ["Ben"]


def test_a_customer_of_two_ledgers_with_one_name_is_asked_for(team: Team) -> None:
    ledger = Ledger(team.db, title="Other books")
    for place in ("Boston", "Austin"):
        ledger.customer("Twin Wheels", place=place)
    ledger.done()
    reply = team.types("/visit twin wheels yesterday")
    assert "Which “twin wheels” do you mean?" in plain(reply.headline)
    assert logged(team) == []
