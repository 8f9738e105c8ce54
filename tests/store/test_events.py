"""Days out: an invitation is a touch, whoever came is another one, and each counts once."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy.engine import Connection

from store import care, events, standings, touches
from store.audit import RefusedError
from store.database import Database
from store.events import NewEvent, State
from store.touches import NewTouch
from store.who import Who
from tests.ledger import NOW, Ledger

TODAY = dt.date(2026, 6, 4)
HELD_ON = dt.date(2026, 6, 12)
DAY = dt.timedelta(days=1)


@pytest.fixture
def race(db: Database) -> Iterator[SimpleNamespace]:
    """A race day, and two customers."""
    ledger = Ledger(db)
    thandi = ledger.rep("Thandi Nkosi")
    acme, zephyr = ledger.customer("Acme", owner=thandi), ledger.customer("Zephyr")
    ledger.done()
    with db.writing() as connection:
        new = NewEvent("Race day", HELD_ON, "Kyalami", 2)
        event = events.make(connection, new, by="U1", at=NOW, receipt="view 1")
        yield SimpleNamespace(
            connection=connection, id=event.id, new=new, acme=acme, zephyr=zephyr, thandi=Who(thandi), db=db
        )


def invite(race: SimpleNamespace, customer_id: int, on: dt.date = TODAY) -> events.Guest:
    return events.invite(race.connection, race.id, customer_id, who=race.thandi, on=on, by="U1", at=NOW)


def say(race: SimpleNamespace, state: State, today: dt.date = HELD_ON) -> State:
    _, was = events.set_state(race.connection, race.id, race.acme, state, who=race.thandi, today=today, by="U1", at=NOW)
    return was


def touched(race: SimpleNamespace) -> list[tuple[str, dt.date]]:
    return [(one.kind, one.happened_on) for one in touches.last(race.connection, race.acme, 9)]


def test_a_form_submitted_twice_makes_one_event(race: SimpleNamespace) -> None:
    again = events.make(race.connection, race.new, by="U1", at=NOW, receipt="view 1")
    assert again.id == race.id
    assert (again.title, again.held_on, again.place, again.seats) == ("Race day", HELD_ON, "Kyalami", 2)
    assert [one.id for one in events.coming(race.connection, TODAY)] == [race.id]
    assert [one.id for one in events.past(race.connection, HELD_ON + DAY)] == [race.id]
    assert events.coming(race.connection, HELD_ON + DAY) == []


def test_an_invitation_is_one_touch_of_whoever_invites(race: SimpleNamespace) -> None:
    assert invite(race, race.acme) == invite(race, race.acme)
    assert touched(race) == [("invitation", TODAY)]
    touch = touches.last(race.connection, race.acme)[0]
    assert (touch.event_id, touch.note, [who.name for who in touch.people]) == (
        race.id,
        "Invited to Race day",
        ["Thandi Nkosi"],
    )
    assert standings.get(race.connection, race.acme).last_touch_on == TODAY


def test_an_invitation_that_is_taken_back_has_never_been(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    assert events.take_back(race.connection, race.id, race.acme, by="U1", at=NOW)
    assert not events.take_back(race.connection, race.id, race.acme, by="U1", at=NOW)
    assert touched(race) == []
    assert standings.get(race.connection, race.acme).last_touch_on is None
    invite(race, race.acme)
    assert touched(race) == [("invitation", TODAY)]


def test_whoever_came_is_a_touch_on_the_day_of_the_event_until_it_turns_out_that_they_did_not(
    race: SimpleNamespace,
) -> None:
    invite(race, race.acme)
    assert say(race, "coming", TODAY) == "invited"
    assert touched(race) == [("invitation", TODAY)]
    assert say(race, "came") == "coming"
    assert say(race, "came") == "came"
    assert touched(race) == [("visit", HELD_ON), ("invitation", TODAY)]
    assert say(race, "missed") == "came"
    assert touched(race) == [("invitation", TODAY)]
    say(race, "came")
    assert touched(race) == [("visit", HELD_ON), ("invitation", TODAY)]


def test_who_came_is_not_known_before_the_day(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    with pytest.raises(RefusedError, match="still to come"):
        say(race, "came", HELD_ON - DAY)
    with pytest.raises(RefusedError, match="not invited any more"):
        events.set_state(race.connection, race.id, race.zephyr, "coming", who=Who(), today=TODAY, by="U1", at=NOW)


def test_an_exit_and_an_open_complaint_are_not_invited(race: SimpleNamespace) -> None:
    care.mark_exit(race.connection, race.zephyr, "never pays", on=TODAY, by="U1", at=NOW)
    touches.log(race.connection, NewTouch(race.acme, "call", TODAY, "U1", NOW, outcome="complaint"))
    for customer_id in (race.acme, race.zephyr):
        with pytest.raises(RefusedError, match="settle that first"):
            invite(race, customer_id)


def test_a_guest_who_complained_since_is_marked(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    assert [guest.is_welcome for guest in events.guests(race.connection, race.id)] == [True]
    touches.log(race.connection, NewTouch(race.acme, "call", TODAY, "U1", NOW, outcome="complaint"))
    assert [guest.is_welcome for guest in events.guests(race.connection, race.id)] == [False]


def test_nobody_is_invited_to_what_is_over_or_off(race: SimpleNamespace) -> None:
    with pytest.raises(RefusedError, match="over"):
        invite(race, race.acme, HELD_ON + DAY)
    events.set_cancelled(race.connection, race.id, is_cancelled=True, by="U1", at=NOW)
    events.set_cancelled(race.connection, race.id, is_cancelled=True, by="U1", at=NOW)
    with pytest.raises(RefusedError, match="off"):
        invite(race, race.acme)
    assert events.coming(race.connection, TODAY) == []
    events.set_cancelled(race.connection, race.id, is_cancelled=False, by="U1", at=NOW)
    assert len(events.coming(race.connection, TODAY)) == 1


def test_guests_are_counted_by_what_they_said(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    invite(race, race.zephyr)
    say(race, "coming", TODAY)
    event = events.existing(race.connection, race.id)
    assert (event.invited, event.coming) == (2, 1)
    assert [(guest.customer, guest.state) for guest in events.guests(race.connection, race.id)] == [
        ("Acme", "coming"),
        ("Zephyr", "invited"),
    ]


def test_events_are_found_by_their_titles(race: SimpleNamespace) -> None:
    other = events.make(race.connection, NewEvent("Race day dinner", HELD_ON), by="U1", at=NOW)
    assert [one.id for one in events.called(race.connection, "race DAY")] == [race.id]
    assert {one.id for one in events.called(race.connection, "race")} == {race.id, other.id}
    with pytest.raises(RefusedError, match="not there any more"):
        events.existing(race.connection, 99)
    assert isinstance(race.connection, Connection)


@pytest.mark.parametrize("said", ["coming", "declined", "came"])
def test_an_invitation_that_was_answered_since_is_not_taken_back(race: SimpleNamespace, said: State) -> None:
    invite(race, race.acme)
    say(race, said)
    before = touched(race)
    with pytest.raises(RefusedError, match="invitation stays"):
        events.take_back(race.connection, race.id, race.acme, by="U1", at=NOW)
    assert touched(race) == before
    assert [guest.state for guest in events.guests(race.connection, race.id)] == [said]


def test_whoever_invites_anew_on_another_day_has_touched_them_on_that_day(race: SimpleNamespace) -> None:
    ben = Who(slack_user_id="U2")
    invite(race, race.acme)
    events.take_back(race.connection, race.id, race.acme, by="U1", at=NOW)
    events.invite(race.connection, race.id, race.acme, who=ben, on=TODAY + DAY, by="U2", at=NOW)
    (touch,) = touches.last(race.connection, race.acme, 9)
    assert (touch.happened_on, touch.author, touch.people[0].slack_user_id) == (TODAY + DAY, "U2", "U2")
    assert standings.get(race.connection, race.acme).last_touch_on == TODAY + DAY


def test_the_same_invitation_once_more_is_the_same_touch(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    (first,) = touches.last(race.connection, race.acme, 9)
    events.take_back(race.connection, race.id, race.acme, by="U1", at=NOW)
    invite(race, race.acme)
    assert [one.id for one in touches.last(race.connection, race.acme, 9)] == [first.id]


def test_nobody_came_to_what_was_called_off(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    events.set_cancelled(race.connection, race.id, is_cancelled=True, by="U1", at=NOW)
    for state in events.AFTERWARDS:
        with pytest.raises(RefusedError, match="called off"):
            say(race, state)
    assert touched(race) == [("invitation", TODAY)]
    events.set_cancelled(race.connection, race.id, is_cancelled=False, by="U1", at=NOW)
    assert say(race, "came") == "invited"


def test_whose_visit_was_deleted_has_not_come_until_it_is_put_back(race: SimpleNamespace) -> None:
    invite(race, race.acme)
    say(race, "came")
    visit = touches.last(race.connection, race.acme)[0]

    def state() -> tuple[str, int]:
        (guest,) = events.guests(race.connection, race.id)
        return guest.state, events.existing(race.connection, race.id).guests["came"]

    assert state() == ("came", 1)
    touches.delete(race.connection, visit.id, by="U1", at=NOW)
    assert state() == ("invited", 0)
    touches.restore(race.connection, visit.id, by="U1", at=NOW)
    assert state() == ("came", 1)
    touches.edit(race.connection, visit.id, {"customer_id": race.zephyr}, by="U1", at=NOW)
    assert state() == ("invited", 0)
    assert say(race, "came") == "invited"
    assert touched(race) == [("visit", HELD_ON), ("invitation", TODAY)]
