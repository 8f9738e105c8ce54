"""When a channel receives its digest: settled, changed, sent at once, paused and resumed."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from commands._reply import Invalid, NothingToSay, Person, Place, Role
from store import deliveries, digest_due, digest_schedules, succession, tables, workspace
from tests.commands.asking import ask, read
from tests.commands.digesting import MANAGER, MONDAYS, TODAY, asked, posted, with_digest
from tests.ledger import NOW


@pytest.fixture
def team(books: SimpleNamespace) -> SimpleNamespace:
    return with_digest(books)


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


def sent(team: SimpleNamespace, slot_on: dt.date, at: dt.datetime) -> None:
    with team.db.writing() as connection:
        one = deliveries.get(connection, digest_due.key_of(team.kept.reader, slot_on))
        assert one is not None
        assert deliveries.sent(connection, one, "1.1", at=at)


def test_send_now_takes_the_slots_own_row_and_cannot_double(team: SimpleNamespace) -> None:
    assert "The digest of 1 June 2026 is on its way" in read(asked(team.db, text="send"))
    with pytest.raises(Invalid, match="on its way already"):
        asked(team.db, text="send")
    sent(team, TODAY, NOW)
    with pytest.raises(Invalid, match="sent on 1 June 2026 already; the next one comes on 8 June 2026"):
        asked(team.db, text="send", now=NOW + dt.timedelta(hours=3))
    with team.db.writing() as connection:
        assert digest_due.plan(connection, NOW + dt.timedelta(weeks=1)) == 2  # the rep's own among them


def test_days_after_one_was_sent_the_next_one_comes_early_and_not_twice(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
    sent(team, TODAY, NOW)
    friday = NOW + dt.timedelta(days=4)
    early = read(asked(team.db, text="send", now=friday))
    assert "The digest of 8 June 2026 is on its way" in early
    assert "takes the place of the one that would have come then. The next one: 15 June 2026." in early
    sent(team, TODAY + dt.timedelta(weeks=1), friday)
    with pytest.raises(Invalid, match="already"):
        asked(team.db, text="send", now=friday + dt.timedelta(days=2))
    with team.db.writing() as connection:
        assert digest_due.plan(connection, NOW + dt.timedelta(weeks=1)) == 1  # the rep's own


@pytest.mark.parametrize("state", ["held", "dropped"])
def test_what_could_not_be_posted_is_sent_once_somebody_asks_for_it(team: SimpleNamespace, state: str) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
        connection.execute(tables.deliveries.update().values(state=state, expires_at=NOW, is_missed=state == "dropped"))
    tuesday = NOW + dt.timedelta(days=1)
    assert "The digest of 1 June 2026 is on its way" in read(asked(team.db, text="send", now=tuesday))
    with team.db.writing() as connection:
        (one,) = [one for one in deliveries.claim(connection, tuesday, 9) if one.kind == digest_due.TEAM]
    assert (one.key, one.is_missed) == (digest_due.key_of(team.kept.reader, TODAY), False)


def test_what_may_have_been_posted_is_not_sent_by_whoever_does_not_know(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_due.plan(connection, NOW)
        connection.execute(tables.deliveries.update().values(state="held", posting_at=NOW))
    with pytest.raises(Invalid, match="/melktert deliveries lets an admin decide"):
        asked(team.db, text="send", now=NOW + dt.timedelta(days=1))


def test_a_digest_that_was_due_before_its_schedule_is_not_late(team: SimpleNamespace) -> None:
    later = NOW + dt.timedelta(hours=2)
    with team.db.writing() as connection:
        digest_schedules.save(connection, "C1", MONDAYS, by="U1", at=later)
    assert "comes late" not in read(posted(team, now=later + dt.timedelta(minutes=5)))


def test_what_melktert_paused_comes_again_once_an_admin_has_it_posted(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        digest_schedules.pause(connection, team.kept, by="melktert", at=NOW, because="The channel is archived.")
    assert "/digest send then sends this week's" in read(asked(team.db, text="schedule"))
    assert "Metropolitan" in read(posted(team))
    assert "comes every Monday" in read(asked(team.db, text="schedule"))


def test_a_form_that_was_opened_before_a_colleague_changed_it_reverts_nothing(team: SimpleNamespace) -> None:
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    typed = {**form.values, **{one.name: one.initial for one in form.fields}}
    asked(team.db, values={**typed, "weekday": "thursday"}, origin="form", receipt="R1")
    for late in ({**typed, "lines_most": "7"}, typed):
        with pytest.raises(Invalid, match="Somebody has changed the digest of this channel"):
            asked(team.db, values=late, origin="form", receipt="R2")
    again = asked(team.db, values={**typed, "weekday": "thursday"}, origin="form", receipt="R1")
    assert "comes every Thursday" in read(again)


def test_a_form_that_was_opened_before_it_was_paused_does_not_resume_it(team: SimpleNamespace) -> None:
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    typed = {**form.values, **{one.name: one.initial for one in form.fields}, "weekday": "friday"}
    asked(team.db, text="pause")
    with pytest.raises(Invalid, match="Somebody has changed"):
        asked(team.db, values=typed, origin="form", receipt="R1")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Nkosi, Ben", {"Nkosi, Ben"}),
        ("nkosi,ben, thandi", {"Nkosi, Ben", "Thandi Nkosi"}),
        ("thandi nkosi, Nkosi, Ben", {"Nkosi, Ben", "Thandi Nkosi"}),
        ("thandi, nkosi", {"Nkosi, Ben", "Thandi Nkosi"}),
    ],
)
def test_a_reps_name_may_have_a_comma(team: SimpleNamespace, typed: str, names: set[str]) -> None:
    with team.db.writing() as connection:
        connection.execute(tables.reps.insert().values(name="Nkosi, Ben"))
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    values = {**form.values, **{one.name: one.initial for one in form.fields}, "reps": typed}
    asked(team.db, values=values, origin="form", receipt="R1")
    with team.db.reading() as connection:
        kept = digest_schedules.of_channel(connection, "C1")
        assert kept is not None
        chosen = sa.select(tables.reps.c.name).where(tables.reps.c.id.in_(kept.schedule.rep_ids))
        assert set(connection.scalars(chosen)) == names


def test_the_form_names_the_successor_of_a_rep_who_left(team: SimpleNamespace) -> None:
    narrow = MONDAYS.model_copy(update={"rep_ids": (team.rep_id,)})
    with team.db.writing() as connection:
        heir = connection.scalar(tables.reps.insert().values(name="Ben").returning(tables.reps.c.id))
        digest_schedules.save(connection, "C1", narrow, by="U1", at=NOW)
        succession.leave(connection, team.rep_id, heir, seen=succession.Seen(1, "U2"), by="U1", at=NOW)
    form = asked(team.db, "schedule", origin="button").form
    assert form is not None
    assert next(field.initial for field in form.fields if field.name == "reps") == "Ben"


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
