"""/melktert hours: when somebody works, is away, and wants to hear nothing."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Invalid, Person, Reply, Role
from store import rep_hours, tables
from store.database import Database
from store.rep_hours import RepHours
from tests.commands.asking import read
from tests.commands.promised import Team, button


@pytest.fixture
def team(sqlite_db: Database) -> Team:
    return Team(sqlite_db)


def the_form(team: Team) -> Reply:
    return team.presses(button(team.types("/melktert hours"), "Change"))


def hours_of(team: Team, user: str = "U1") -> RepHours:
    with team.db.reading() as connection:
        return rep_hours.get(connection, user)


def test_it_says_what_holds_until_somebody_changes_it(team: Team) -> None:
    words = read(team.types("/melktert hours"))
    assert words.startswith("You are reminded at 08:30, Mon–Fri")
    assert "19:00 to 07:00" in words
    assert "by the clock in Africa/Johannesburg" in words


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"days": "Sun–Thu"}, {"working_days": ("monday", "tuesday", "wednesday", "thursday", "sunday")}),
        ({"days": "mon, wed and fri"}, {"working_days": ("monday", "wednesday", "friday")}),
        ({"days": "Monday to Saturday"}, {"working_days": rep_hours.WEEKDAYS[:6]}),
        ({"days": "weekdays"}, {}),
        ({"days": "Tue"}, {"working_days": ("tuesday",)}),
        ({"remind_at": "7.15"}, {"remind_at": dt.time(7, 15)}),
        ({"remind_at": "9 am"}, {"remind_at": dt.time(9)}),
        ({"quiet": "9pm to 6:30"}, {"quiet_from": dt.time(21), "quiet_until": dt.time(6, 30)}),
        ({"quiet": "none"}, {"quiet_from": None, "quiet_until": None}),
        ({"own_digest": "no"}, {"own_digest": False}),
        (
            {"leave_from_on": "2026-06-10", "leave_until_on": "2026-06-12"},
            {"leave_from_on": dt.date(2026, 6, 10), "leave_until_on": dt.date(2026, 6, 12)},
        ),
    ],
)
def test_hours_are_set_as_people_write_them(team: Team, given: dict[str, str], expected: dict[str, Any]) -> None:
    team.submits(the_form(team), **given)
    assert hours_of(team) == RepHours(**expected)
    form = the_form(team)
    team.submits(form)
    assert hours_of(team) == RepHours(**expected), "what the form begins with is what was set"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"days": "someday"}, "days"),
    ({"days": "t"}, "days"),
    ({"days": ","}, "days"),
    ({"remind_at": "noon"}, "remind_at"),
    ({"remind_at": "25:00"}, "remind_at"),
    ({"remind_at": "13 pm"}, "remind_at"),
    ({"remind_at": "6:00"}, "remind_at"),
    ({"quiet": "19:00"}, "quiet"),
    ({"quiet": "9-9"}, "quiet"),
    ({"leave_from_on": "2026-06-10"}, "leave_until_on"),
    ({"leave_until_on": "2026-06-10"}, "leave_from_on"),
    ({"leave_from_on": "2026-06-10", "leave_until_on": "2026-06-09"}, "leave_until_on"),
    ({"leave_from_on": "2026-06-10", "leave_until_on": "2028-06-09"}, "leave_until_on"),
    ({"leave_from_on": "soon"}, "leave_from_on"),
]


def test_what_is_wrong_is_said_beside_its_field(team: Team) -> None:
    form = the_form(team)
    for given, field in WRONG:
        with pytest.raises(Invalid) as wrong:
            team.submits(form, **given)
        assert list(wrong.value.errors) == [field], given
    assert hours_of(team) == RepHours()


def test_changed_hours_move_the_reminders_that_wait_and_a_second_submission_does_nothing(team: Team) -> None:
    team.promised()
    form = the_form(team)
    for _ in range(2):
        reply = team.submits(form, remind_at="10:00", receipt="view 1")
        assert plain(reply.headline) == "Your hours are set; reminders that wait keep to them"
    assert team.submits(form, remind_at="10:00").headline == reply.headline
    with team.db.reading() as connection:
        due = connection.scalars(sa.select(tables.deliveries.c.due_at).order_by(tables.deliveries.c.due_at)).all()
    assert [at.strftime("%d %H:%M") for at in due] == ["05 08:00", "08 08:00"]


def test_nobody_sets_the_hours_of_somebody_else(team: Team) -> None:
    team.submits(the_form(team), team.ben, remind_at="10:00", person="U1", slack_user_id="U1")
    assert hours_of(team) == RepHours()
    assert hours_of(team, "U2").remind_at == dt.time(10)


def test_at_a_terminal_there_is_nobody_whose_hours_they_could_be(team: Team) -> None:
    with pytest.raises(Invalid, match="at a terminal you are nobody"):
        team.types("/melktert hours", Person(role=Role.ADMIN))
