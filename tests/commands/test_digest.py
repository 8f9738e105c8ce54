"""/digest: whom to visit, follow up or invite; what it counts; what its buttons do; and when it is sent."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from commands import digest
from commands._reply import Invalid, NothingToSay, Person, Place, Reply, Request, Role
from store import (
    contacts,
    deliveries,
    digest_candidates,
    digest_due,
    digest_schedules,
    digests,
    people,
    promises,
    succession,
    touches,
    workspace,
)
from store.contacts import About
from store.database import Database
from store.digest_schedules import Schedule
from store.promises import Doing, NewPromise
from store.tables import customer_standings, customer_values, event_guests, events, invoices, payments, reps
from store.touches import NewTouch
from store.who import Who
from tests.commands.asking import ask, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW
from value.anniversaries import YearlyDay

TODAY = dt.date(2026, 6, 1)  # a Monday
CHANNEL = Place("channel", "C1")
MANAGER = Person("U1", "T1", role=Role.MANAGER, zone="Africa/Johannesburg")
MONDAYS = Schedule(zone="Africa/Johannesburg")


def asked(db: Database, do: str = "", **about: Any) -> Reply:
    values = {**({"do": do} if do else {}), **about.pop("values", {})}
    return digest.run(
        Request(**{"now": NOW, "today": TODAY, "person": MANAGER, "place": CHANNEL, "values": values, **about}), db
    )


def touched(db: Database, customer: int, days_ago: int, **about: Any) -> None:
    new = NewTouch(customer, "visit", TODAY - dt.timedelta(days=days_ago), "U9", NOW, **about)
    with db.writing() as connection:
        touches.log(connection, new)


def promised(db: Database, customer: int, due_on: dt.date, who: Who) -> int:
    with db.writing() as connection:
        return promises.make(connection, NewPromise(customer, "send the quote", due_on, who, "U9", NOW)).id


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    """The small portfolio, with a channel that receives a digest and a rep who is in Slack."""
    with books.db.writing() as connection:
        people.remember(connection, [people.Person("U2", "T1", "Thandi", zone="Africa/Johannesburg")], NOW)
        linked = {"slack_user_id": "U2", "linked_at": NOW - dt.timedelta(days=100)}
        connection.execute(reps.update().where(reps.c.name == "Thandi Nkosi").values(linked))
        books.rep_id = connection.scalar(reps.select().where(reps.c.name == "Thandi Nkosi"))
        books.kept = digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=NOW - dt.timedelta(days=1))
    return books


def posted(books: SimpleNamespace, slot_on: dt.date = TODAY, now: dt.datetime = NOW) -> Reply:
    """The digest as the clock has it composed."""
    values = {"reader": books.kept.reader, "slot": slot_on.isoformat()}
    return asked(books.db, "post", values=values, origin="delivery", person=Person(), now=now, today=slot_on)


def line_of(reply: Reply, name: str) -> dict[str, str]:
    """The values of the buttons of the line about a customer."""
    for part in reply.parts:
        for action in getattr(part, "actions", ()):
            if action.label == "Not relevant" and name in read(Reply((), parts=(part,))):
                return dict(action.values)
    raise AssertionError(f"no line about {name}")


# --- what it says ---------------------------------------------------------------------------------------------------


def test_the_most_valuable_customer_whom_nobody_has_seen_comes_first(team: SimpleNamespace) -> None:
    said = read(posted(team))
    assert "First, line 1, the most at stake with one customer: visit Metropolitan Bicycle Supply" in said
    assert "Metropolitan Bicycle Supply  ·  $1,145,318  ·  Thandi Nkosi  ·  nobody has ever been in touch." in said
    assert "Thandi Nkosi" in said


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
    late = invoices.c.customer_id == team.second
    with team.db.writing() as connection:
        connection.execute(invoices.update().where(late).values(due_on=dt.date(2026, 4, 10)))
        other = connection.scalar(sa.select(invoices.c.id).where(invoices.c.customer_id == team.best).limit(1))
        source, paid = team.ledger.source_id, {"paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
        row = {"source_id": source, "number": "P1", "customer_id": team.best, "invoice_id": other, **paid}
        connection.execute(payments.insert().values(row))
    reply = posted(team)
    said = read(reply)
    assert "owes 1,025 USD, 51 days past due when the books ended: ask first what we did wrong" in said
    assert said.count("Route 66") == 1


def test_an_event_stands_there_with_the_customers_never_invited(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        event = {"title": "Race day", "held_on": dt.date(2026, 6, 12), "seats": 6, "made_at": NOW, "made_by": "U1"}
        connection.execute(events.insert().values(event))
        loyal = customer_values.c.customer_id == team.best
        connection.execute(customer_values.update().where(loyal).values(invoices=4))
    touched(team.db, team.best, 1)
    said = read(posted(team))
    assert "Race day, 12 June 2026: 1 loyal customer who was never invited to anything" in said


@pytest.fixture
def race_day(team: SimpleNamespace) -> SimpleNamespace:
    """An event in seven weeks, and three loyal customers: two of Thandi's, one of nobody's."""
    with team.db.writing() as connection:
        held_on = TODAY + dt.timedelta(weeks=7)
        connection.execute(events.insert().values(title="Race day", held_on=held_on, made_at=NOW, made_by="U1"))
        loyal = {"invoices": 4, "first_purchase_on": dt.date(2024, 3, 1), "last_purchase_on": RECENT}
        connection.execute(customer_values.update().values(loyal))
        ids = [team.best, team.second, team.turned]
        worth = {"at_stake_minor": 1000, "currency": "USD", "class_rule": "steady", "care_class": "retain"}
        connection.execute(customer_standings.update().values(at_stake_minor=None, currency=None))
        connection.execute(customer_standings.update().where(customer_standings.c.customer_id.in_(ids)).values(worth))
        theirs = customer_standings.c.customer_id.in_([team.best, team.turned])
        connection.execute(customer_standings.update().where(theirs).values(owner_rep_id=team.rep_id))
    return team


def guests_of(books: SimpleNamespace, rep_ids: tuple[int, ...] = (), but_for: tuple[int, ...] = ()) -> list[int]:
    with books.db.reading() as connection:
        covered = digest_candidates.Covered(rep_ids, "USD")
        return [one.guests for one in digest_candidates.coming(connection, covered, TODAY, but_for)]


def test_guests_are_counted_among_the_customers_whom_the_digest_covers(race_day: SimpleNamespace) -> None:
    assert guests_of(race_day) == [3]
    assert guests_of(race_day, (race_day.rep_id,)) == [2]
    with race_day.db.writing() as connection:
        connection.execute(events.update().values(seats=1))
    assert guests_of(race_day) == [1]


def test_who_stopped_buying_or_paying_is_no_guest(race_day: SimpleNamespace) -> None:
    assert guests_of(race_day, but_for=(race_day.best,)) == [2]
    with race_day.db.writing() as connection:
        gone = customer_standings.c.customer_id == race_day.second
        connection.execute(customer_standings.update().where(gone).values(class_rule="gone"))
    assert guests_of(race_day) == [2]


def test_a_debtor_is_not_counted_among_the_guests_of_the_same_digest(race_day: SimpleNamespace) -> None:
    with race_day.db.writing() as connection:
        late = invoices.c.customer_id == race_day.best
        connection.execute(invoices.update().where(late).values(due_on=dt.date(2026, 4, 10)))
        other = connection.scalar(sa.select(invoices.c.id).where(invoices.c.customer_id == race_day.second).limit(1))
        source, paid = race_day.ledger.source_id, {"paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
        row = {"source_id": source, "number": "P1", "customer_id": race_day.second, "invoice_id": other, **paid}
        connection.execute(payments.insert().values(row))
    said = read(posted(race_day))
    assert "days past due when the books ended" in said
    assert "2 loyal customers who were never invited" in said


def test_an_event_stays_in_the_digest_while_people_are_invited_to_it(race_day: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    invited = [race_day.second, race_day.turned]
    for number in range(5):
        at = NOW + number * week
        assert "Race day" in read(posted(race_day, TODAY + number * week, at)), number
        if number in (1, 3):
            row = {"event_id": 1, "customer_id": invited.pop(), "state": "invited", "changed_at": at}
            with race_day.db.writing() as connection:
                connection.execute(event_guests.insert().values(**row, changed_by="U1"))


def test_birthdays_of_the_next_ten_days_stand_there_and_all_of_them_in_the_thread(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        for name, day in (("Anna", 4), ("Ben", 10), ("Too late", 11)):
            contacts.add(connection, team.best, About(name, birthday=YearlyDay(6, day)), by="U1", at=NOW)
    reply = posted(team)
    assert "Birthday: Anna at Metropolitan Bicycle Supply, Thursday 4 June  ·  1 more in the thread" in read(reply)
    (below,) = reply.thread
    thread = read(asked(team.db, values=dict(below.values), origin="delivery", person=Person()))
    assert "Ben" in thread
    assert "Too late" not in thread


def test_the_figures_on_top_have_those_of_the_last_digest_beside_them(team: SimpleNamespace) -> None:
    first = read(posted(team))
    assert "0 touches in the last 7 days" in first
    assert "was" not in first.split("Visit")[0].split("First")[0]
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
    told = ["1 of 1" in read(posted(team, TODAY + n * week, NOW + n * week)) for n in range(3)]
    assert told == [False, True, False]
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


# --- the loop closes ------------------------------------------------------------------------------------------------


def test_what_is_shown_three_times_is_offered_for_dropping_and_then_not_repeated(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    said = [read(posted(team, TODAY + week * n, NOW + week * n)) for n in range(4)]
    assert "for the last time" not in said[1]
    assert "shown for the last time" in said[2]
    assert "Metropolitan" not in said[3]
    assert "changed nothing in 3 digests, and" in said[3]


def test_a_touch_begins_the_count_anew(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    for n in range(3):
        posted(team, TODAY + week * n, NOW + week * n)
    touched(team.db, team.best, -15)
    later = 20 * week
    assert "Metropolitan" in read(posted(team, TODAY + later, NOW + later))


def test_what_is_not_relevant_is_not_shown_again_until_that_is_undone(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = line_of(posted(team), "Metropolitan")
    dropped = asked(team.db, values=values, origin="button")
    assert "Not relevant, and not shown again" in read(dropped)
    assert "Metropolitan" not in read(posted(team, TODAY + week, NOW + week))
    asked(team.db, values=dict(dropped.actions[0].values), origin="button")
    assert "Metropolitan" in read(posted(team, TODAY + 2 * week, NOW + 2 * week))


def test_a_snooze_holds_until_its_date(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = {**line_of(posted(team), "Metropolitan"), "do": "snooze"}
    form = asked(team.db, values=values, origin="button").form
    assert form is not None
    until = (TODAY + 2 * week).isoformat()
    asked(team.db, values={**form.values, "until": until}, origin="form", receipt="R1")
    assert "Metropolitan" not in read(posted(team, TODAY + week, NOW + week))
    assert "Metropolitan" in read(posted(team, TODAY + 2 * week, NOW + 2 * week))
    with pytest.raises(Invalid, match="from tomorrow"):
        asked(team.db, values={**form.values, "until": "2020-01-01"}, origin="form", receipt="R2")


def test_a_line_is_taken_once_and_the_others_read_it_below_the_digest(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    assert "Yours: visit Metropolitan Bicycle Supply" in read(asked(team.db, values=values, origin="button"))
    other = Person("U2", "T1", role=Role.REP)
    assert "has taken it already" in read(asked(team.db, values=values, origin="button", person=other))
    with team.db.reading() as connection:
        told = deliveries.get(connection, f"taken {values['issue']}.{values['line']} U1")
    assert told is not None
    said = read(asked(team.db, values=dict(told.values), origin="delivery", person=Person()))
    assert "takes it: visit Metropolitan Bicycle Supply" in said
    asked(team.db, "give_back", values={**values, "do": "give_back"}, origin="button")
    with pytest.raises(NothingToSay):
        asked(team.db, values=dict(told.values), origin="delivery", person=Person())


def test_the_next_digests_say_who_does_it_until_it_is_done_or_given_back(team: SimpleNamespace) -> None:
    week = dt.timedelta(weeks=1)
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    yours = asked(team.db, values=values, origin="button")
    second = posted(team, TODAY + week, NOW + week)
    assert "taken by" in read(second)
    posted(team, TODAY + 2 * week, NOW + 2 * week)
    asked(team.db, values=dict(yours.actions[-1].values), origin="button")
    assert "taken by" not in read(posted(team, TODAY + 2 * week, NOW + 2 * week))
    other = Person("U2", "T1", role=Role.REP)
    again = {**line_of(second, "Metropolitan"), "do": "take"}
    assert "Yours" in read(asked(team.db, values=again, origin="button", person=other))


def test_a_touch_frees_the_line_of_whoever_took_it(team: SimpleNamespace) -> None:
    values = {**line_of(posted(team), "Metropolitan"), "do": "take"}
    asked(team.db, values=values, origin="button")
    touched(team.db, team.best, 0)
    much_later = 20 * dt.timedelta(weeks=1)
    said = read(posted(team, TODAY + much_later, NOW + much_later))
    assert "Metropolitan" in said
    assert "taken by" not in said


def test_a_digest_that_is_composed_twice_has_the_same_lines(team: SimpleNamespace) -> None:
    first = posted(team)
    touched(team.db, team.best, 0)
    assert line_of(posted(team), "Metropolitan") == line_of(first, "Metropolitan")


def test_a_preview_counts_as_shown_to_nobody(team: SimpleNamespace) -> None:
    for _ in range(5):
        assert "Metropolitan" in read(asked(team.db))
    assert "last time" not in read(posted(team))


# --- when it is sent ------------------------------------------------------------------------------------------------


def test_a_manager_schedules_it_in_the_channel_it_is_for(team: SimpleNamespace) -> None:
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    typed = {
        "weekday": "friday",
        "at": "7:30",
        "zone": "Europe/Berlin",
        "reps": "thandi",
        "currency": "eur",
        "lines_most": "5",
    }
    reply = asked(team.db, values={**form.values, **typed}, origin="form", receipt="R1", place=Place("home"))
    assert "comes every Friday 07:30 (Europe/Berlin)" in read(reply)
    assert "The next one: 5 June 2026." in read(reply)
    with team.db.reading() as connection:
        kept = digest_schedules.of_channel(connection, "C1")
    assert kept is not None
    assert (kept.schedule.rep_ids, kept.schedule.currency, kept.schedule.lines_most) == ((1,), "EUR", 5)


def test_a_new_schedule_proposes_the_first_day_of_the_teams_week(team: SimpleNamespace) -> None:
    def proposed(channel: str) -> str | None:
        form = asked(team.db, "schedule", origin="button", place=Place("channel", channel)).form
        assert form is not None
        return next(field.initial for field in form.fields if field.name == "weekday")

    assert proposed("C2") == "monday"
    with team.db.writing() as connection:
        assert workspace.change(connection, workspace.TeamSettings(first_weekday="sunday"), by="U1", at=NOW)
    assert proposed("C2") == "sunday"
    assert proposed("C1") == "monday"  # what is scheduled stays


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("at", "quarter past", "time of day"),
        ("zone", "Joburg", "time zone"),
        ("reps", "Nobody", "No rep of the ledger is called so"),
        ("currency", "ducats", "currency code"),
        ("lines_most", "500", "from 3 to 20"),
        ("weekday", "moonday", "day of the week"),
    ],
)
def test_what_cannot_be_scheduled_is_said_beside_its_field(
    team: SimpleNamespace, field: str, typed: str, sentence: str
) -> None:
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    values = {**form.values, **{one.name: one.initial for one in form.fields}, field: typed}
    with pytest.raises(Invalid) as refused:
        asked(team.db, values=values, origin="form", receipt="R1")
    assert sentence in refused.value.errors[field]


@pytest.mark.parametrize("do", ["schedule", "pause", "resume", "send"])
def test_a_rep_cannot_settle_when_a_channel_receives_it(team: SimpleNamespace, do: str) -> None:
    with pytest.raises(Invalid, match="A manager or an admin"):
        asked(team.db, text=do, person=Person("U2", "T1"))


@pytest.mark.parametrize(("kind", "sentence"), [("dm", "in the channel"), ("shared", "your own team only")])
def test_it_is_scheduled_in_a_channel_of_the_own_team(team: SimpleNamespace, kind: Any, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        asked(team.db, text="schedule", place=Place(kind, "D1"))


def test_send_now_takes_the_slots_own_row_and_cannot_double(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    assert "The digest of 8 June 2026 is on its way" in read(asked(team.db, text="send"))
    with pytest.raises(Invalid, match="were sent already"):
        asked(team.db, text="send")
    with team.db.writing() as connection:
        assert digest_due.plan(connection, NOW + dt.timedelta(weeks=1)) == 1  # the rep's own


def test_a_paused_one_is_not_sent_and_says_so(team: SimpleNamespace) -> None:
    assert "is paused" in read(asked(team.db, text="pause"))
    with team.db.writing() as connection:
        assert digest_due.plan(connection, NOW + dt.timedelta(weeks=1)) == 1
    with pytest.raises(NothingToSay):
        posted(team)
    assert "comes every Monday" in read(asked(team.db, text="resume"))


def test_the_history_says_what_became_of_each(team: SimpleNamespace) -> None:
    posted(team)
    said = read(asked(team.db, text="history"))
    assert "1 June 2026" in said
    assert "0 taken" in said
    assert "every Monday 08:00 (Africa/Johannesburg)" in said


def test_an_admins_home_tells_the_last_and_the_next_run_and_nobody_elses_does(team: SimpleNamespace) -> None:
    admin = Person("U7", "T1", role=Role.ADMIN)
    said = read(ask(team.db, "/melktert home", person=admin))
    assert "Monday 08:00  ·  C1" in said
    assert "not sent yet  ·  next on 8 June 2026" in said
    asked(team.db, text="pause")
    assert "not sent yet  ·  paused" in read(ask(team.db, "/melktert home", person=admin))
    assert "C1" not in read(ask(team.db, "/melktert home", person=MANAGER))


def test_a_late_digest_says_so(team: SimpleNamespace) -> None:
    assert "comes late" not in read(posted(team, now=NOW + dt.timedelta(minutes=30)))
    assert "was due on 1 June 2026 and comes late" in read(posted(team, now=NOW + dt.timedelta(hours=30)))


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
