"""/digest: whom to visit, follow up or invite, what it counts, and what a rep's own says."""

import datetime as dt
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from commands._reply import Invalid, Person, Place
from store import (
    contacts,
    digest_candidates,
    digest_schedules,
    digests,
    promises,
    succession,
    touches,
)
from store.contacts import About
from store.database import Database
from store.digest_candidates import STOPPED_RULES
from store.promises import Doing
from store.tables import customer_standings, reps
from store.touches import NewTouch
from store.who import Who
from tests.commands.asking import read
from tests.commands.digesting import (
    MONDAYS,
    TODAY,
    asked,
    line_of,
    owes,
    posted,
    promised,
    touched,
    with_digest,
)
from tests.ledger import NOW
from value.anniversaries import YearlyDay


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    return with_digest(books)


# --- what it says ---------------------------------------------------------------------------------------------------


def test_the_most_valuable_customer_whom_nobody_has_seen_comes_first(team: SimpleNamespace) -> None:
    said = read(posted(team))
    assert "First, line 1, the most at stake with one customer: visit Metropolitan Bicycle Supply" in said
    assert "Metropolitan Bicycle Supply  ·  $1,145,318  ·  Thandi Nkosi  ·  nobody has ever been in touch." in said
    assert "Thandi Nkosi" in said


def test_the_only_line_is_the_first_without_being_the_most(team: SimpleNamespace) -> None:
    others = customer_standings.c.customer_id != team.best
    with team.db.writing() as connection:
        later = {"due_on": TODAY + dt.timedelta(days=30), "class_rule": "steady"}
        connection.execute(customer_standings.update().where(others).values(later))
    assert "First, line 1: visit Metropolitan Bicycle Supply" in read(posted(team))


def test_whoever_may_schedule_it_is_offered_to(team: SimpleNamespace) -> None:
    rep = Person("U2", "T1", zone="Africa/Johannesburg")
    assert [one.label for one in asked(team.db).actions] == ["Schedule…"]
    assert asked(team.db, person=rep).actions == ()


def test_a_customer_who_was_touched_leaves_the_digest(team: SimpleNamespace) -> None:
    touched(team.db, team.best, 3)
    said = read(posted(team))
    assert "Metropolitan" not in said
    assert "First, line 1, the most at stake with one customer: visit Route 66" in said


def test_a_line_says_how_long_it_has_been_and_that_a_complaint_is_open(team: SimpleNamespace) -> None:
    touched(team.db, team.best, 200)
    touched(team.db, team.second, 150, outcome="complaint")
    said = read(posted(team))
    assert "200 days since the last visit" in said
    assert "150 days since the last visit, and a complaint is open" in said


def test_a_promise_stands_under_follow_up_and_its_customer_nowhere_else(team: SimpleNamespace) -> None:
    promised(team.db, team.best, TODAY - dt.timedelta(days=2), Who(None, "U2"))
    said = read(posted(team))
    assert "send the quote  ·  promised for 30 May 2026, 2 days late" in said
    assert said.count("Metropolitan Bicycle Supply") == 2  # once as the first action, once as a line


def test_who_stopped_paying_is_asked_what_we_did_wrong_and_stands_nowhere_else(team: SimpleNamespace) -> None:
    owes(team, team.second)
    reply = posted(team)
    said = read(reply)
    assert "owes 1,025 USD, 51 days past due when the books ended: ask first what we did wrong" in said
    assert said.count("Route 66") == 1


def test_birthdays_of_the_next_ten_days_stand_there_and_all_of_them_in_the_thread(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        for name, day in (("Anna", 4), ("Ben", 10), ("Too late", 11)):
            contacts.add(connection, team.best, About(name, birthday=YearlyDay(6, day)), by="U1", at=NOW)
    reply = posted(team)
    assert "Birthday: Anna at Metropolitan Bicycle Supply, Thursday 4 June  ·  1 more in the thread" in read(reply)
    assert "1 more in the thread of the digest, once it is sent" in read(asked(team.db))  # which has no thread yet
    (below,) = reply.thread
    thread = read(asked(team.db, values=dict(below.values), origin="delivery", person=Person()))
    assert "Ben" in thread
    assert "Too late" not in thread


def test_the_figures_on_top_have_those_of_the_last_digest_beside_them(team: SimpleNamespace) -> None:
    first = read(posted(team))
    assert "0 touches in the last 7 days" in first
    assert ", was" not in first
    week = dt.timedelta(weeks=1)
    touched(team.db, team.best, -2)
    second = read(posted(team, TODAY + week, NOW + week))
    assert "1 touch in the last 7 days, was 0" in second
    assert "100 % of the best customers' profit seen in time, was 0 %" in second
    assert "led to a touch" in second


def test_promises_kept_are_those_of_seven_days_and_each_counts_once(team: SimpleNamespace) -> None:
    kept = promised(team.db, team.best, TODAY, Who(None, "U2"))
    with team.db.writing() as connection:
        promises.keep(connection, kept, Doing("U2", NOW, TODAY))
    week = dt.timedelta(weeks=1)
    told = [read(posted(team, TODAY + n * week, NOW + n * week)) for n in range(3)]
    assert ["1 of 1 promises kept on time in 7 days" in said for said in told] == [False, True, False]
    with team.db.reading() as connection:
        issues = digests.last(connection, team.kept.reader, 3)
    assert [one.figures["kept_of"] for one in issues] == [0, 1, 0]


def test_what_was_done_before_the_digest_was_composed_did_not_follow_from_it(team: SimpleNamespace) -> None:
    promised(team.db, team.best, TODAY, Who(None, "U2"))
    with team.db.writing() as connection:
        new = NewTouch(team.best, "visit", TODAY, "U9", NOW - dt.timedelta(hours=5))
        touches.log(connection, new)
    week = dt.timedelta(weeks=1)
    assert "Metropolitan" in read(posted(team))
    assert "0 led to a touch" in read(posted(team, TODAY + week, NOW + week))


def test_behind_those_who_are_not_shown_any_more_the_next_ones_come(
    team: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_candidates, "MOST", 2)
    for number in range(3):
        at = dt.timedelta(days=number)
        reply = posted(team, TODAY + at, NOW + at)
        names = ("Metropolitan", "Route 66", "Turned Around", "A Bike Store", "Losing", "Uncosted", "Lapsed", "Twin")
        shown = [name for name in names if name in read(reply)]
        assert shown, number
        asked(team.db, values=line_of(reply, shown[0]), origin="button")


def test_a_week_is_not_called_quiet_while_somebody_is_past_the_cadence(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        for customer_id in connection.scalars(sa.select(customer_standings.c.customer_id)).all():
            digests.dismiss(connection, team.kept.reader, f"visit {customer_id}", by="U1", at=NOW)
    said = read(posted(team))
    assert "quiet week" not in said
    assert "nothing new" in said
    assert "customers past the cadence, told of before: /neglected team" in said


def test_a_promise_that_is_not_shown_any_more_leaves_its_customer_to_the_visits(team: SimpleNamespace) -> None:
    promised(team.db, team.best, TODAY, Who(None, "U2"))
    asked(team.db, values=line_of(posted(team), "Metropolitan"), origin="button")
    week = dt.timedelta(weeks=1)
    assert "visit Metropolitan Bicycle Supply" in read(posted(team, TODAY + week, NOW + week))


def test_of_promises_to_one_customer_the_one_due_today_comes_before_fridays(team: SimpleNamespace) -> None:
    for days in (4, 0, 2):
        promised(team.db, team.best, TODAY + dt.timedelta(days=days), Who(None, "U2"))
    said = read(posted(team))
    assert said.index("due today") < said.index("promised for 3 June")
    assert "promised for 5 June" not in said
    assert "1 more to follow up this week: /promises team" in said


def test_what_is_promised_for_six_days_from_now_is_of_this_week_and_for_seven_of_the_next(
    team: SimpleNamespace,
) -> None:
    promised(team.db, team.best, TODAY + dt.timedelta(days=6), Who(None, "U2"))
    promised(team.db, team.second, TODAY + dt.timedelta(days=7), Who(None, "U2"))
    said = read(posted(team))
    assert "promised for 7 June 2026" in said
    assert "promised for 8 June 2026" not in said


def test_who_stopped_paying_and_buying_stands_there_once(team: SimpleNamespace) -> None:
    owes(team, team.second)
    with team.db.writing() as connection:
        theirs = customer_standings.c.customer_id == team.second
        connection.execute(customer_standings.update().where(theirs).values(class_rule=STOPPED_RULES[0]))
    said = read(posted(team))
    assert "owes 1,025 USD" in said
    assert said.count("Route 66") == 1


def test_the_customers_of_somebody_who_left_are_covered_with_their_successors(team: SimpleNamespace) -> None:
    narrow = MONDAYS.model_copy(update={"rep_ids": (team.rep_id,)})
    with team.db.writing() as connection:
        heirs = [connection.scalar(reps.insert().values(name=name).returning(reps.c.id)) for name in ("Ben", "Carla")]
        digest_schedules.save(connection, "C1", narrow, by="U1", at=NOW - dt.timedelta(days=1))
        succession.leave(connection, team.rep_id, heirs[0], seen=succession.Seen(1, "U2"), by="U1", at=NOW)
        succession.leave(connection, heirs[0], heirs[1], seen=succession.Seen(1, None), by="U1", at=NOW)
    said = read(posted(team))
    assert "Metropolitan Bicycle Supply" in said
    assert "Thandi Nkosi has left; Carla's customers are covered instead." in said
    assert "Route 66" not in said


def test_of_reps_who_left_without_a_successor_the_digest_says_so(team: SimpleNamespace) -> None:
    narrow = MONDAYS.model_copy(update={"rep_ids": (team.rep_id,)})
    with team.db.writing() as connection:
        digest_schedules.save(connection, "C1", narrow, by="U1", at=NOW - dt.timedelta(days=1))
        connection.execute(reps.update().values(left_at=NOW))
    said = read(posted(team))
    assert "Thandi Nkosi has left, and nobody has the customers: /digest schedule settles" in said
    assert "Route 66" not in said


def test_the_cap_holds_and_the_rest_is_counted(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        narrow = MONDAYS.model_copy(update={"lines_most": 3})
        digest_schedules.save(connection, "C1", narrow, by="U1", at=NOW)
    reply = posted(team)
    assert next(fact.value.number for fact in reply.facts if fact.key == "lines") == 3
    assert "more to visit: /neglected team" in read(reply)


def test_a_quiet_week_says_so_in_one_line(db: Database) -> None:
    said = read(asked(db))
    assert "a quiet week: nothing is waiting for us" in said
    assert "No ledger has been imported" in said


def test_stale_data_is_said_on_top(team: SimpleNamespace) -> None:
    later = NOW + dt.timedelta(days=60)
    reply = posted(team, TODAY + dt.timedelta(days=56), later)
    assert "Old data: " in read(reply).split("\n")[1]


def test_money_is_shown_in_the_currency_that_was_asked_for_with_its_rate(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_schedules.save(connection, "C1", MONDAYS.model_copy(update={"currency": "EUR"}), by="U1", at=NOW)
    assert " EUR on " in read(posted(team))


# --- a rep's own ----------------------------------------------------------------------------------------------------


def test_a_reps_own_digest_has_their_customers_promises_and_one_talk(team: SimpleNamespace) -> None:
    promised(team.db, team.second, TODAY, Who(None, "U2"))
    touched(team.db, team.best, 5)
    thandi = Person("U2", "T1", rep_id=1, zone="Africa/Johannesburg")
    values = {"reader": "rep U2", "slot": TODAY.isoformat()}
    said = read(asked(team.db, "post", values=values, origin="delivery", person=thandi, place=Place("dm", "D2")))
    assert "who needs you" in said
    assert "Talk about value" in said
    assert "send the quote  ·  due today" in said
    assert "Lapsed" not in said


def test_who_is_to_be_visited_anyway_is_offered_no_talk_and_of_the_others_one_is(team: SimpleNamespace) -> None:
    ids = [team.best, team.second, team.turned]
    with team.db.writing() as connection:
        theirs = customer_standings.c.customer_id.in_(ids)
        well = {"care_class": "retain", "class_rule": "steady", "owner_rep_id": team.rep_id}
        connection.execute(customer_standings.update().values(due_on=TODAY + dt.timedelta(days=30), care_class="new"))
        connection.execute(customer_standings.update().where(theirs).values(well))
        past = customer_standings.c.customer_id == team.best
        connection.execute(customer_standings.update().where(past).values(due_on=TODAY - dt.timedelta(days=1)))
    thandi = Person("U2", "T1", rep_id=team.rep_id, zone="Africa/Johannesburg")
    said = read(asked(team.db, text="mine", person=thandi, place=Place("dm", "D2")))
    assert "Metropolitan" in said.split("Visit\n")[1].split("Talk about value")[0]
    assert "Metropolitan" not in said.split("Talk about value")[1]
    assert said.count("no talk about value in half a year") == 1


def test_the_first_thing_to_do_ends_as_a_question_where_it_is_one(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        well = {"care_class": "retain", "class_rule": "steady", "owner_rep_id": team.rep_id}
        connection.execute(customer_standings.update().values(due_on=TODAY + dt.timedelta(days=30), **well))
    thandi = Person("U2", "T1", rep_id=team.rep_id, zone="Africa/Johannesburg")
    said = read(asked(team.db, text="mine", person=thandi, place=Place("dm", "D2")))
    assert "or solve a problem?\n" in said.split("How we look after")[0]


def test_of_many_birthdays_a_reps_own_digest_counts_the_rest(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        for day in range(1, 8):
            contacts.add(connection, team.best, About(f"Anna {day}", birthday=YearlyDay(6, day)), by="U1", at=NOW)
    thandi = Person("U2", "T1", rep_id=1, zone="Africa/Johannesburg")
    said = read(asked(team.db, text="mine", person=thandi, place=Place("dm", "D2")))
    assert said.count("Birthday: ") == 5
    assert "2 more birthdays or anniversaries within 10 days" in said


def test_nobody_reads_the_lines_of_a_colleagues_digest(team: SimpleNamespace) -> None:
    thandi = Person("U2", "T1", rep_id=1)
    values = {"reader": "rep U2", "slot": TODAY.isoformat()}
    reply = asked(team.db, "post", values=values, origin="delivery", person=thandi, place=Place("dm", "D2"))
    dropping = line_of(reply, "Metropolitan")
    with pytest.raises(Invalid, match="colleague"):
        asked(team.db, values=dropping, origin="button")
    assert "Not relevant" in read(asked(team.db, values=dropping, origin="button", person=thandi))


def test_who_is_no_rep_is_told_so(team: SimpleNamespace) -> None:
    assert "linked to no rep" in read(asked(team.db, text="mine"))


@pytest.mark.parametrize("do", ["post", "details"])
def test_nobody_but_the_clock_posts_a_digest(team: SimpleNamespace, do: str) -> None:
    values = {"reader": team.kept.reader, "slot": TODAY.isoformat()}
    with pytest.raises(Invalid, match="posted when it is due"):
        asked(team.db, do, values=values, origin="button")


def test_what_cannot_be_asked_says_what_can(team: SimpleNamespace) -> None:
    with pytest.raises(
        Invalid, match="“everything” is nothing that /digest does; after it may follow mine, schedule, send"
    ):
        asked(team.db, text="everything")
    with pytest.raises(Invalid, match="older message"):
        asked(team.db, "explode")
    for tampered in ({"issue": "x", "line": "1"}, {"issue": "1", "line": "99"}, {"issue": "9" * 30, "line": "1"}):
        with pytest.raises(Invalid, match="not kept any more"):
            asked(team.db, "drop", values=tampered, origin="button")


def test_digests_kept_are_those_posted(team: SimpleNamespace) -> None:
    posted(team)
    with team.db.reading() as connection:
        (issue,) = digests.last(connection, team.kept.reader, 5)
    assert issue.slot_on == TODAY
