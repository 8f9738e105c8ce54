"""/promises: what is to be kept, overdue first; what becomes of each; and what is said when a reminder is due."""

import datetime as dt
import itertools

import pytest

from bot.wording import plain
from commands import _promise_list as promise_list
from commands._reply import Invalid, Item, NothingToSay, Person, Place, Reply, Role
from store import promises, tables
from store.database import Database
from store.promises import Doing, NewPromise, Promise
from store.who import Who
from tests.commands.asking import facts, read
from tests.commands.promised import FRIDAY, MONDAY, SATURDAY, Team, button
from tests.ledger import NOW, Ledger


@pytest.fixture
def team(sqlite_db: Database) -> Team:
    return Team(sqlite_db)


def the_one(team: Team) -> Promise:
    with team.db.reading() as connection:
        found = promises.get(connection, 1)
    assert found is not None
    return found


def entries(reply: Reply) -> list[str]:
    return [plain(part.title) for part in reply.parts if isinstance(part, Item)]


def listed(team: Team, line: str = "", who: Person | None = None, today: dt.date = MONDAY) -> Reply:
    return team.types(f"/promises {line}", who, today)


# --- the list -------------------------------------------------------------------------------------------------------


def test_overdue_ones_stand_first_with_how_late_whose_and_what_is_at_stake(team: Team) -> None:
    team.promised("zephyr cycles 12 june call them")
    team.promised("acme tuesday send the plan")
    reply = listed(team, today=FRIDAY)
    assert entries(reply) == ["Acme  ·  send the plan", "Zephyr Cycles  ·  call them"]
    words = read(reply)
    assert words.startswith("1 of your 2 promises is overdue  ·  0 of 1 kept on time in 90 days")
    assert "3 days late" in words
    assert "due Friday Jun 12, 2026" in words
    assert "at stake" in words


def test_the_headline_has_how_many_were_kept_on_time(team: Team) -> None:
    for line in ("acme friday one thing", "acme friday two things", "acme friday three things"):
        team.promised(line)
    team.presses(button(listed(team), "Done"))
    team.presses(button(listed(team, today=SATURDAY), "Done"), today=SATURDAY)
    reply = listed(team, today=SATURDAY)
    assert plain(reply.headline) == "Your one promise is overdue  ·  1 of 3 kept on time in 90 days"
    assert plain((facts(reply)["promises_kept_on_time"].value,)) == "1 promise"


def test_mine_the_teams_and_a_reps(team: Team) -> None:
    team.promised()
    team.promised("zephyr cycles friday call them", team.ben)
    assert entries(listed(team)) == ["Acme  ·  send the quote"]
    assert entries(listed(team, who=team.ben)) == ["Zephyr Cycles  ·  call them"]
    assert len(entries(listed(team, "team"))) == 2
    assert "Ben" in read(listed(team, "team"))
    for name in ("@anna", "Anna Botha", "<@U1>", "botha"):
        assert entries(listed(team, name, team.ben)) == ["Acme  ·  send the quote"], name
    assert len(entries(listed(team, who=Person(role=Role.ADMIN)))) == 2, "at a terminal it is the team's"


def test_the_same_list_is_asked_for_again_by_its_own_values(team: Team) -> None:
    team.promised()
    for line in ("", "team", "@anna", "mine done"):
        reply = listed(team, line)
        assert reply.again is not None
        assert entries(team.presses(reply.again)) == entries(reply)


def test_a_page_begins_after_the_entry_that_it_follows_whatever_was_done_meanwhile(team: Team) -> None:
    for number in range(4):
        team.promised(f"acme friday thing number {number}")
    reply = listed(team)
    keys = [part.key for part in reply.parts if isinstance(part, Item)]
    team.presses(button(reply, "Done", 0))
    page = team.types("/promises", values={"scope": "mine", "after": keys[1]})
    assert entries(page) == [f"Acme  ·  thing number {number}" for number in (2, 3)]


@pytest.mark.parametrize(
    "values", [{"after": "x"}, {"after": "2026-02-30-1"}, {"list": "done", "after": "x"}, {"scope": "rep 404"}]
)
def test_a_page_that_is_not_there_is_refused(team: Team, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        team.types("/promises", values={"scope": "team", **values})


@pytest.mark.parametrize("name", ["@nobody", "<@U404>x", "@"])
def test_somebody_who_is_not_known_is_said(team: Team, name: str) -> None:
    with pytest.raises(Invalid, match="Nobody is called"):
        listed(team, name)


def test_with_nothing_to_keep_it_says_how_to_promise(team: Team) -> None:
    reply = listed(team)
    assert "You have no promise to keep" in read(reply)
    assert "/promise acme friday send the quote" in read(reply)
    assert "The team has no promise" in read(listed(team, "team"))


def test_what_is_done_is_listed_with_how_late(team: Team) -> None:
    for line in ("acme friday one thing", "acme tuesday two things", "acme friday three things"):
        team.promised(line)
    late, on_time, dropped = ("two things", "one thing", "three things")
    for text, do in ((late, "Done"), (on_time, "Done"), (dropped, "Drop")):
        reply = listed(team, today=FRIDAY)
        at = entries(reply).index(f"Acme  ·  {text}")
        pressed = team.presses(button(reply, do, at), today=FRIDAY)
        if pressed.form:
            team.submits(pressed, today=FRIDAY, reason="they no longer want it")
    words = read(listed(team, "mine done", today=FRIDAY))
    assert "kept today, 3 days late" in words
    assert "dropped today" in words
    assert words.startswith("Done: 1 of 2 kept on time")


def test_promises_of_somebody_elses_have_no_buttons(team: Team) -> None:
    team.promised()
    (item,) = (part for part in listed(team, "team", team.ben).parts if isinstance(part, Item))
    assert not item.actions
    (item,) = (part for part in listed(team, "team", team.mara).parts if isinstance(part, Item))
    assert [one.label for one in item.actions] == ["Done", "Snooze…", "Hand over…", "Drop…"]


# --- what becomes of it ---------------------------------------------------------------------------------------------


def test_done_says_whether_it_was_on_time_and_can_be_undone(team: Team) -> None:
    team.promised()
    done = team.presses(button(listed(team), "Done"))
    assert plain(done.headline) == "Done: send the quote, for Acme"
    assert "Kept on time; Anna Botha: 1 of 1 kept on time in 90 days." in read(done)
    back = team.presses(button(done, "Undo"))
    assert "Taken back: send the quote" in plain(back.headline)
    assert the_one(team).state == "open"
    assert "Taken back" in plain(team.presses(button(done, "Undo")).headline), "pressed twice"


def test_a_stale_button_says_that_it_is_done_already(team: Team) -> None:
    team.promised()
    old = listed(team)
    team.presses(button(old, "Done"))
    for label in ("Done", "Snooze", "Hand over", "Drop"):
        reply = team.presses(button(old, label), today=FRIDAY)
        assert "Done already: send the quote" in plain(reply.headline)
        assert reply.form is None


def test_the_same_press_delivered_twice_answers_as_it_did_first(team: Team) -> None:
    team.promised()
    press = button(listed(team), "Done")
    first, second = (team.presses(press, receipt="trigger 1") for _ in range(2))
    assert first == second


def test_snoozed_it_is_due_on_the_other_day_with_the_reason_kept(team: Team) -> None:
    team.promised()
    form = team.presses(button(listed(team), "Snooze"))
    with pytest.raises(Invalid) as wrong:
        team.submits(form, until="2026-05-31", reason="away")
    assert "until" in wrong.value.errors
    with pytest.raises(Invalid, match="Say why"):
        team.submits(form, until="2026-06-09", reason="")
    for _ in range(2):
        moved = team.submits(form, until="2026-06-09", reason="they are away", receipt="view 1")
        assert plain(moved.headline) == "Now due Tuesday Jun 9, 2026: send the quote"
    assert "Reminder on Tuesday Jun 9, 2026, 08:30." in read(moved)
    assert "promised for Friday Jun 5, 2026" in read(listed(team))
    team.presses(button(moved, "Undo"))
    assert the_one(team).due_on == FRIDAY


def test_snoozed_after_it_was_due_it_is_said_to_be_late(team: Team) -> None:
    team.promised()
    form = team.presses(button(listed(team, today=SATURDAY), "Snooze"), today=SATURDAY)
    assert form.form is not None
    assert form.form.fields[0].initial == "2026-06-08", "the next weekday"
    assert "It was overdue, so it counts as late." in read(team.submits(form, today=SATURDAY, reason="no answer"))


def test_what_was_moved_too_late_and_then_kept_by_its_new_day_is_told_so(team: Team) -> None:
    team.promised()
    form = team.presses(button(listed(team, today=SATURDAY), "Snooze"), today=SATURDAY)
    team.submits(form, today=SATURDAY, reason="no answer")
    team.presses(button(listed(team, today=SATURDAY), "Done"), today=SATURDAY)
    words = read(listed(team, "mine done", today=SATURDAY))
    assert "kept today, after it was moved too late" in words
    assert words.startswith("Done: 0 of 1 kept on time")


def test_what_was_kept_where_the_next_day_has_begun_was_not_kept_tomorrow(team: Team) -> None:
    team.promised()
    team.presses(button(listed(team, today=FRIDAY), "Done"), today=FRIDAY)
    assert "kept today" in read(listed(team, "mine done", today=FRIDAY - dt.timedelta(days=1)))


def test_handed_over_it_is_the_colleagues_who_is_told(team: Team) -> None:
    team.promised()
    form = team.presses(button(listed(team), "Hand over"))
    for person, sentence in (
        ("U4", "is a guest"),
        ("U404", "does not know"),
        ("", "Choose a person"),
        ("U1", "already"),
    ):
        with pytest.raises(Invalid, match=sentence):
            team.submits(form, person=person)
    handed = team.submits(form, person="U2", reason="you know them")
    assert "Ben is told by direct message." in read(handed)
    assert entries(listed(team)) == []
    assert entries(listed(team, who=team.ben)) == ["Acme  ·  send the quote"]
    team.presses(button(handed, "Undo"))
    assert entries(listed(team)) == ["Acme  ·  send the quote"]


@pytest.mark.parametrize("do", ["keep", "snooze", "hand", "drop", "undo"])
def test_only_whoever_keeps_it_whoever_made_it_and_managers_change_it(team: Team, do: str) -> None:
    team.promised()
    values = {"promise": "1", "do": do, "change": "0", "reason": "because", "until": "2026-06-09", "person": "U3"}
    with pytest.raises(Invalid, match="ask one of them"):
        team.types("/promises", team.ben, values=values, origin="form")
    assert the_one(team).state == "open"
    team.types("/promises", team.mara, values=values, origin="form")
    assert the_one(team) != "open"


def test_whoever_handed_it_over_may_take_that_back_though_it_is_not_theirs_any_more(team: Team) -> None:
    team.promised(who=team.mara)
    with team.db.writing() as connection:
        connection.execute(tables.promises.update().values(made_by="U3", slack_user_id="U1", rep_id=team.anna_id))
    handed = team.submits(team.presses(button(listed(team), "Hand over")), person="U2")
    team.presses(button(handed, "Undo"))
    assert the_one(team).who.slack_user_id == "U1"


def test_ids_that_somebody_tampered_with_are_refused(team: Team) -> None:
    team.promised()
    for do, promise in itertools.product(["keep", "snooze", "undo"], ["", "²", "1 or 1", "9" * 30, "404"]):
        with pytest.raises(Invalid):
            team.types("/promises", values={"do": do, "promise": promise, "change": "0"}, origin="button")
        assert the_one(team).state == "open"


@pytest.mark.parametrize("do", ["steal", "remind", "handed", "passed"])
def test_what_no_button_asks_is_refused(team: Team, do: str) -> None:
    team.promised()
    with pytest.raises(Invalid, match="older message"):
        team.types("/promises", values={"do": do, "promise": "1", "count": "3"}, origin="button")


def test_whoever_leaves_hands_the_promises_to_the_successor_and_that_is_said(team: Team) -> None:
    heir = Ledger(team.db, title="Other books").rep("Carl")
    team.promised()
    values = {"do": "leave", "rep": str(team.anna_id), "to": str(heir), "seen": "2", "person": "U1"}
    reply = team.types("/melktert people", team.mara, values=values, origin="form")
    assert "1 open promise too." in read(reply)
    assert entries(listed(team, "@carl")) == ["Acme  ·  send the quote"]


# --- what is said when it is due ------------------------------------------------------------------------------------


def due(team: Team, who: Person | None = None, today: dt.date = FRIDAY, **values: str) -> Reply:
    values = {"do": "remind", "promise": "1", **values}
    return team.types("/promises", who, today, values=values, origin="delivery")


def test_a_reminder_is_the_promise_and_four_buttons(team: Team) -> None:
    team.promised()
    reply = due(team)
    assert plain(reply.headline) == "Today: send the quote"
    assert "You promised it to Acme" in read(reply)
    assert [one.label for one in reply.actions] == ["Done", "Snooze…", "Hand over…", "The customer"]
    assert [one.style for one in reply.actions].count("primary") == 1
    with team.db.writing() as connection:
        connection.execute(tables.deliveries.update().values(state="sent"))
    assert plain(due(team, today=dt.date(2026, 6, 8)).headline) == "3 days late: send the quote"
    assert "last reminder" in read(due(team, today=dt.date(2026, 6, 8)))


def test_a_reminder_in_time_that_comes_too_late_leaves_it_to_the_last_one(team: Team) -> None:
    team.promised()
    with pytest.raises(NothingToSay, match="about to come"):
        due(team, today=dt.date(2026, 6, 8))


def test_a_reminder_before_a_weekend_says_why_it_comes_early(team: Team) -> None:
    team.promised("acme sunday call them")
    reply = due(team)
    assert plain(reply.headline) == "By Sunday Jun 7, 2026: call them"
    assert "Sunday is no working day of yours" in read(reply)


def test_a_reminder_of_what_is_done_or_somebody_elses_or_gone_says_nothing(team: Team) -> None:
    team.promised()
    with pytest.raises(NothingToSay, match="Somebody else"):
        due(team, team.ben)
    with pytest.raises(NothingToSay, match="not in the database"):
        due(team, promise="404")
    team.presses(button(listed(team), "Done"))
    with pytest.raises(NothingToSay, match="kept or dropped"):
        due(team)


def test_a_colleague_is_told_by_whom_for_whom_until_when_and_why(team: Team) -> None:
    team.promised()
    handed = team.submits(team.presses(button(listed(team), "Hand over")), person="U2", reason="you know them")
    change = button(handed, "Undo").values["change"]
    words = read(due(team, team.ben, MONDAY, do="handed", change=change))
    assert words.startswith("Anna hands you a promise: send the quote")
    assert "Acme" in words
    assert "“you know them”" in words
    with pytest.raises(NothingToSay):
        due(team, team.ben, MONDAY, do="returned", change=change)
    team.presses(button(handed, "Undo"))
    with pytest.raises(NothingToSay):
        due(team, team.ben, MONDAY, do="handed", change=change)
    words = read(due(team, team.ben, MONDAY, do="returned", change=change))
    assert "You need not keep it after all" in words
    assert "Anna Botha does, for Acme." in words


def test_whoever_is_to_keep_what_a_colleague_promised_is_told(team: Team) -> None:
    form = team.types("/promise", values={"customer": str(team.acme)}, origin="button")
    made = team.submits(form, text="send the quote", due="2026-06-05", person="U2")
    assert read(due(team, team.ben, MONDAY, do="handed", change="0")).startswith(
        "Anna promised for you: send the quote"
    )
    team.presses(button(made, "Undo"))
    with pytest.raises(NothingToSay):
        due(team, team.ben, MONDAY, do="handed", change="0")
    assert "taken back by whoever had promised it" in read(due(team, team.ben, MONDAY, do="returned", change="0"))


def test_a_successor_is_told_of_all_promises_at_once(team: Team) -> None:
    values = {"do": "passed", "from": "Carl", "count": "3"}
    words = read(team.types("/promises", values=values, origin="delivery"))
    assert words.startswith("3 promises of Carl, who has left, are yours to keep now")


@pytest.mark.parametrize("line", ["", "done"])
def test_a_terminal_goes_on_to_the_next_page_and_a_message_after_what_it_could_show(team: Team, line: str) -> None:
    with team.db.writing() as connection:
        for number in range(promise_list.PAGE_MOST + 2):
            new = NewPromise(team.acme, f"promise {number}", FRIDAY, Who(slack_user_id="U1"), "U1", NOW)
            made = promises.make(connection, new)
            if line:
                promises.keep(connection, made.id, Doing("U1", NOW, MONDAY))
    first = listed(team, line)
    assert len(entries(first)) == promise_list.PAGE_MOST
    second = team.presses(button(first, "The next 100"))
    assert len(entries(second)) == 2
    assert set(entries(second)).isdisjoint(entries(first))
    assert not [one for one in second.actions if one.label.startswith("The next")]
    in_slack = team.types(f"/promises {line}", place=Place("dm", "D1"))
    assert not [one for one in in_slack.actions if one.label.startswith("The next")]
    assert "next page" not in read(in_slack)
