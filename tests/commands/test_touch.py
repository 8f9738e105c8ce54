"""/melktert touch: one touch with its history, edited and deleted by its author or a manager."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.wording import plain
from commands._reply import Action, Invalid, Person, Reply
from store import contacts, people, promises, tables, touches
from store.contacts import About
from store.database import Database
from store.people import Person as Known
from store.touches import Changes, Touch
from tests.commands.asking import read
from tests.commands.promised import MONDAY, Team, button
from tests.ledger import NOW

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def team(sqlite_db: Database) -> Team:
    return Team(sqlite_db)


@pytest.fixture
def logged(team: Team) -> Reply:
    """Anna's visit to Acme."""
    return team.types("/visit acme yesterday 45m spoke to the buyer")


def touch(team: Team) -> Touch:
    with team.db.reading() as connection:
        return touches.existing(connection, 1)


def shown(team: Team, who: Person | None = None) -> Reply:
    return team.types("/melktert touch 1", who)


def test_it_is_shown_with_who_logged_it_and_what_was_changed(team: Team, logged: Reply) -> None:
    team.submits(team.presses(button(logged, "Edit…")), minutes="1h", note="Another note", there="U2")
    said = read(shown(team))
    assert "yesterday, May 31, 2026 · 1 h · Ben · “Another note”" in said
    assert "Logged by Anna on Jun 1, 2026." in said
    assert "Edited by Anna on Jun 1, 2026: who was there, the minutes (45 → 60), the note." in said


def test_the_days_of_its_history_are_those_of_whoever_reads(team: Team, logged: Reply) -> None:
    team.presses(button(logged, "Undo"))
    assert "Deleted by Anna on Jun 1, 2026." in read(shown(team))
    assert "Deleted by Anna on May 31, 2026." in read(shown(team, Person("U2", "T1", zone="America/Los_Angeles")))


def test_undo_takes_it_back_and_can_be_taken_back(team: Team, logged: Reply) -> None:
    undone = team.presses(button(logged, "Undo"))
    assert plain(undone.headline) == "Visit taken back: nobody has been in touch with the customer"
    assert "counts for nothing" in read(shown(team))
    back = team.presses(button(undone, "Put it back"))
    assert plain(back.headline).startswith("Visit logged: clock reset")


def test_a_button_pressed_twice_does_it_once(team: Team, logged: Reply) -> None:
    for receipt in ("press 1", "press 1", "press 2"):
        assert "taken back" in plain(team.presses(button(logged, "Undo"), receipt=receipt).headline)
    with team.db.reading() as connection:
        assert len(touches.history(connection, 1)) == 1


def test_an_edit_says_what_it_did_to_the_clock_and_can_be_taken_back(team: Team, logged: Reply) -> None:
    changed = team.submits(team.presses(button(logged, "Edit…")), day="2026-05-12", kind="call")
    assert plain(changed.headline).startswith("Call changed: clock reset; next visit due")
    undone = team.presses(button(changed, "Undo"))
    assert plain(undone.headline).startswith("Visit changed: ")
    assert touch(team).happened_on.isoformat() == "2026-05-31"


def test_the_form_of_an_edit_begins_with_what_is_known_and_changes_only_what_was_changed(
    team: Team, logged: Reply
) -> None:
    before = touch(team)
    team.submits(team.presses(button(logged, "Edit…")))
    assert touch(team) == before
    with team.db.reading() as connection:
        assert touches.history(connection, 1) == []


def test_an_edit_that_changes_nothing_offers_nothing_to_take_back(team: Team, logged: Reply) -> None:
    team.submits(team.presses(button(logged, "Edit…")), note="As Anna says")
    unchanged = team.submits(team.presses(button(logged, "Edit…")))
    assert [action.label for action in unchanged.actions] == ["History"]


# --- two at once ----------------------------------------------------------------------------------------------------


def test_what_somebody_else_saves_while_the_form_is_open_stays_as_they_saved_it(team: Team, logged: Reply) -> None:
    opened = team.presses(button(logged, "Edit…"))
    team.submits(team.presses(button(logged, "Edit…")), team.mara, note="They complained", outcome="complaint")
    team.submits(opened, minutes="1h", there="U1 U2")
    now = touch(team)
    assert (now.note, now.outcome, now.minutes) == ("They complained", "complaint", 60)
    assert [one.slack_user_id for one in now.people] == ["U1", "U2"]


def test_what_both_change_is_shown_and_written_over_only_by_saving_once_more(team: Team, logged: Reply) -> None:
    opened = team.presses(button(logged, "Edit…"))
    team.submits(team.presses(button(logged, "Edit…")), team.mara, note="As Mara heard it", outcome="complaint")
    typed = {"note": "As Anna heard it", "minutes": "1h", "contact": "Zola Maseko"}
    again = team.submits(opened, **typed)
    assert touch(team).note == "As Mara heard it"
    assert again.form is not None
    warning, now = (plain(note.text) for note in again.form.intro)
    assert warning.startswith("Mara changed the note meanwhile")
    assert "“As Mara heard it”" in now
    begins = {one.name: one.initial for one in again.form.fields}
    assert typed.items() <= begins.items()
    assert begins["outcome"] == "complaint"
    team.submits(again)
    saved = touch(team)
    assert (saved.note, saved.minutes, saved.contact) == ("As Anna heard it", 60, "Zola Maseko")
    assert saved.outcome == "complaint"


def test_a_customer_that_both_change_is_named_in_the_form(team: Team, logged: Reply) -> None:
    with team.db.writing() as connection:
        third = connection.scalar(tables.customers.insert().values(name="Bikes").returning(tables.customers.c.id))
    opened = team.presses(button(logged, "Edit…"))
    team.submits(team.presses(button(logged, "Edit…")), team.mara, customer=str(team.zephyr))
    again = team.submits(opened, customer=str(third))
    assert again.form is not None
    (field,) = (one for one in again.form.fields if one.name == "customer")
    assert (field.initial, [one.label for one in field.options]) == (str(third), ["Bikes"])


def test_an_edit_is_not_taken_back_over_a_later_one(team: Team, logged: Reply) -> None:
    changed = team.submits(team.presses(button(logged, "Edit…")), note="As Anna heard it")
    team.submits(team.presses(button(logged, "Edit…")), team.mara, note="As Mara heard it")
    with pytest.raises(Invalid, match="has changed that since, so it cannot be undone; /melktert touch 1 shows"):
        team.presses(button(changed, "Undo"))
    assert touch(team).note == "As Mara heard it"


def people_of(team: Team) -> list[str]:
    with team.db.reading() as connection:
        return [one.name for one in contacts.of_customer(connection, team.acme)]


def test_whom_an_edit_adds_goes_with_it_when_it_is_taken_back(team: Team, logged: Reply) -> None:
    changed = team.submits(team.presses(button(logged, "Edit…")), contact="Bob Nobody")
    assert "Bob Nobody is added to the people of Acme." in read(changed)
    undone = team.presses(button(changed, "Undo"))
    assert "Bob Nobody is not among the people there any more" in read(undone)
    assert [action.label for action in undone.actions] == ["Edit…", "History"]
    assert (people_of(team), touch(team).contact) == ([], None)
    assert "changed" in plain(team.presses(button(changed, "Undo")).headline)


def test_whom_an_edit_added_stays_where_more_is_known_of_them(team: Team, logged: Reply) -> None:
    changed = team.submits(team.presses(button(logged, "Edit…")), contact="Bob Nobody")
    team.submits(team.presses(Action("visit", "", {"customer": str(team.acme)}, opens_form=True)), contact="Bob Nobody")
    undone = team.presses(button(changed, "Undo"))
    assert (people_of(team), touch(team).contact) == (["Bob Nobody"], None)
    team.presses(button(undone, "Undo"))
    assert touch(team).contact == "Bob Nobody"


@pytest.fixture
def with_bob(team: Team) -> Reply:
    """Anna's visit to Bob at Acme, whom its form added, with a promise to him."""
    opened = team.presses(Action("visit", "", {"customer": str(team.acme)}, opens_form=True))
    return team.submits(opened, contact="Bob Nobody", promise="Send the quote", promise_due="2026-06-05")


def promised_to(team: Team) -> int | None:
    with team.db.reading() as connection:
        return connection.scalar(sa.select(tables.promises.c.contact_id))


def test_whom_the_form_of_a_visit_added_goes_with_it_and_comes_back_with_it(team: Team, with_bob: Reply) -> None:
    undone = team.presses(button(with_bob, "Undo"))
    assert "So is the promise: Send the quote" in read(undone)
    assert "Bob Nobody is not among the people of Acme any more." in read(undone)
    assert people_of(team) == []
    assert "Bob Nobody" not in read(team.presses(button(with_bob, "Undo"))).replace("with Bob Nobody", "")
    back = team.presses(button(undone, "Put it back"))
    assert "Bob Nobody is among the people of Acme again." in read(back)
    assert (people_of(team), touch(team).contact) == (["Bob Nobody"], "Bob Nobody")
    assert promised_to(team) == 1
    team.presses(button(undone, "Put it back"))
    assert people_of(team) == ["Bob Nobody"]
    team.presses(button(back, "Undo"), now=LATER)
    assert people_of(team) == []


def test_whom_the_form_of_a_visit_added_stays_where_more_came_of_them(team: Team, with_bob: Reply) -> None:
    opened = team.presses(Action("visit", "", {"customer": str(team.acme)}, opens_form=True))
    team.submits(opened, contact="Bob Nobody", note="Another visit")
    undone = team.presses(button(with_bob, "Undo"))
    assert "any more" not in read(undone)
    assert people_of(team) == ["Bob Nobody"]
    team.presses(button(undone, "Put it back"))
    assert touch(team).contact == "Bob Nobody"


def test_a_visit_that_is_put_back_is_with_whoever_was_added_anew_meanwhile(team: Team, with_bob: Reply) -> None:
    undone = team.presses(button(with_bob, "Undo"))
    with team.db.writing() as connection:
        contacts.add(connection, team.acme, About("bob nobody", "buyer"), by="U1", at=NOW)
    team.presses(button(undone, "Put it back"))
    assert (people_of(team), touch(team).contact) == (["bob nobody"], "bob nobody")


def test_a_visit_is_put_back_though_somebody_else_was_added_meanwhile(team: Team, with_bob: Reply) -> None:
    undone = team.presses(button(with_bob, "Undo"))
    with team.db.writing() as connection:
        zola = contacts.add(connection, team.zephyr, About("Zola"), by="U1", at=NOW)
    back = team.presses(button(undone, "Put it back"))
    assert "Bob Nobody is among the people of Acme again." in read(back)
    assert (people_of(team), touch(team).contact) == (["Bob Nobody"], "Bob Nobody")
    with team.db.reading() as connection:
        assert contacts.existing(connection, zola.id) == zola


def test_whom_a_visit_is_not_with_any_more_stays_when_it_is_taken_back(team: Team, with_bob: Reply) -> None:
    with team.db.writing() as connection:
        anna = contacts.add(connection, team.acme, About("Anna Smit"), by="U1", at=NOW)
    team.submits(team.presses(button(with_bob, "Edit…")), contact=anna.about.name)
    undone = team.presses(button(with_bob, "Undo"))
    assert "Bob Nobody" not in read(undone)
    team.presses(button(undone, "Put it back"))
    assert (people_of(team), touch(team).contact) == (["Bob Nobody", "Anna Smit"], "Anna Smit")


def test_somebody_known_before_the_visit_stays_when_it_is_taken_back(team: Team) -> None:
    with team.db.writing() as connection:
        contacts.add(connection, team.acme, About("Bob Nobody"), by="U1", at=NOW)
    opened = team.presses(Action("visit", "", {"customer": str(team.acme)}, opens_form=True))
    team.presses(button(team.submits(opened, contact="Bob Nobody"), "Undo"))
    assert people_of(team) == ["Bob Nobody"]


# --- what the form shows is no mistake of whoever edits ---------------------------------------------------------------


def edited(team: Team, logged: Reply, meanwhile: Callable[[Connection], object], **given: str) -> Touch:
    """The touch after an edit of its note, with something else happening while the form was open."""
    opened = team.presses(button(logged, "Edit…"))
    with team.db.writing() as connection:
        meanwhile(connection)
    team.submits(opened, note="Corrected", **given)
    assert touch(team).note == "Corrected"
    return touch(team)


def has_left(connection: Connection) -> None:
    people.remember(connection, [Known("U2", "T1", "Ben", kind="left")], LATER)


def test_somebody_who_was_there_may_have_left_since(team: Team, logged: Reply) -> None:
    team.submits(team.presses(button(logged, "Edit…")), there="U1 U2")
    assert len(edited(team, logged, has_left).people) == 2
    now = edited(team, logged, has_left, there="U3 U2")
    assert [one.slack_user_id for one in now.people] == ["U3", "U2"]
    with pytest.raises(Invalid, match="left"):
        edited(team, team.types("/visit zephyr today"), has_left, touch="2", there="U2")


@pytest.mark.parametrize("name", ["Anna Smith", "Mr " + "x" * 110])
def test_a_contact_that_was_named_stays_the_one_it_was(team: Team, logged: Reply, name: str) -> None:
    with team.db.writing() as connection:
        first, _ = [contacts.add(connection, team.acme, About(name), by="U1", at=NOW) for _ in range(2)]
        touches.edit(connection, 1, Changes(contact_id=first.id), by="U1", at=NOW)
    assert edited(team, logged, lambda _: None).contact_id == first.id

    def renamed(connection: Connection) -> None:
        contacts.edit(connection, first.id, About("Mrs Silva"), by="U1", at=NOW)

    assert edited(team, logged, renamed).contact == "Mrs Silva"
    with team.db.reading() as connection:
        assert len(contacts.of_customer(connection, team.acme)) == 2


def test_a_cost_in_a_currency_of_three_digits_stays_what_it_was(team: Team, logged: Reply) -> None:
    with team.db.writing() as connection:
        changes = Changes(cost=Decimal("1.250"), currency="KWD")
        touches.edit(connection, 1, changes, by="U1", at=NOW)
    assert edited(team, logged, lambda _: None).cost == Decimal("1.250")


def test_a_day_that_is_still_to_come_where_somebody_edits_stays_what_it_was(team: Team, logged: Reply) -> None:
    with team.db.writing() as connection:
        touches.edit(connection, 1, Changes(happened_on=MONDAY + dt.timedelta(days=1)), by="U1", at=NOW)
    assert edited(team, logged, lambda _: None).happened_on == MONDAY + dt.timedelta(days=1)


def test_a_touch_moves_to_another_customer(team: Team, logged: Reply) -> None:
    moved = team.submits(team.presses(button(logged, "Edit…")), customer=str(team.zephyr))
    assert "Zephyr Cycles" in read(moved)
    assert touch(team).customer == "Zephyr Cycles"


def test_only_the_author_or_a_manager_may_change_it(team: Team, logged: Reply) -> None:
    edit = button(logged, "Edit…")
    opened = team.presses(edit)
    for refused in (
        lambda: team.presses(edit, team.ben),
        lambda: team.presses(button(logged, "Undo"), team.ben),
        lambda: team.submits(opened, team.ben, note="Mine now"),
        lambda: team.presses(Action("touch", "", {"do": "restore", "touch": "1"}), team.ben),
    ):
        with pytest.raises(Invalid, match="Only whoever logged a touch, or a manager"):
            refused()
    assert shown(team, team.ben).actions == ()
    assert touch(team).note == "spoke to the buyer"
    assert "changed" in plain(team.submits(opened, team.mara, note="As Mara heard it").headline)
    assert touch(team).author == "U1"


def test_a_promise_made_with_it_is_taken_back_with_it_unless_it_was_changed(team: Team) -> None:
    for at, words in enumerate(("So is the promise: Send the quote", "The promise made with it stays")):
        opened = team.presses(Action("visit", "Log a visit", {"customer": str(team.acme)}, opens_form=True))
        said = team.submits(opened, promise="Send the quote", promise_due="2026-06-12")
        if at:
            listed = team.types("/promises")
            team.submits(team.presses(button(listed, "Snooze")), day="2026-06-15", reason="They asked for it")
        assert words in read(team.presses(button(said, "Undo")))
    with team.db.reading() as connection:
        assert len(promises.of(connection)) == 1


@pytest.mark.parametrize("number", ["404", "x", "-1", "9" * 30, "1; --"])
def test_a_touch_that_there_is_not_is_said_so(team: Team, logged: Reply, number: str) -> None:
    with pytest.raises(Invalid, match="not there any more"):
        team.types(f"/melktert touch {number}")


@pytest.mark.parametrize("values", [{"do": "explode"}, {"do": "undo"}, {"do": "undo", "entry": "x"}])
def test_a_tampered_button_does_nothing(team: Team, logged: Reply, values: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="from an older message"):
        team.presses(Action("touch", "", {"touch": "1", **values}))
    with pytest.raises(Invalid, match="not known; edit the touch instead"):
        team.presses(Action("touch", "", {"touch": "1", "do": "undo", "entry": "99"}))
    assert touch(team).deleted_at is None


def test_a_touch_that_was_taken_back_is_not_edited(team: Team, logged: Reply) -> None:
    opened = team.presses(button(logged, "Edit…"))
    team.presses(button(logged, "Undo"))
    with pytest.raises(Invalid, match="put it back first"):
        team.presses(button(logged, "Edit…"))
    with pytest.raises(Invalid, match="restore it first"):
        team.submits(opened, note="Later")


def test_without_a_number_it_says_what_to_type(team: Team) -> None:
    with pytest.raises(Invalid, match="such as /melktert touch 12"):
        team.types("/melktert touch")


def promised(team: Team) -> list[str]:
    with team.db.reading() as connection:
        return [one.text for one in promises.of(connection)]


def test_a_visit_that_is_put_back_brings_the_promise_with_it(team: Team) -> None:
    form = team.types("/visit", values={"customer": str(team.acme)}, origin="button")
    logged = team.submits(form, promise="send the quote", promise_due="2026-06-05")
    assert promised(team) == ["send the quote"]
    undone = team.presses(button(logged, "Undo"))
    assert (promised(team), "So is the promise: send the quote" in read(undone)) == ([], True)
    back = team.presses(button(undone, "Put it back"))
    assert promised(team) == ["send the quote"]
    assert "Promised for Jun 5, 2026: send the quote" in read(back)
    # And so forth: the Undo of what was put back takes the promise along again.
    again = team.presses(button(back, "Undo"))
    assert promised(team) == []
    for _ in range(2):
        team.presses(button(again, "Put it back"))
    assert promised(team) == ["send the quote"]


def test_a_promise_that_was_dropped_for_itself_stays_so_when_the_visit_is_put_back(team: Team) -> None:
    form = team.types("/visit", values={"customer": str(team.acme)}, origin="button")
    logged = team.submits(form, promise="send the quote", promise_due="2026-06-05")
    with team.db.writing() as connection:
        promises.drop(connection, 1, "no longer wanted", promises.Doing("U1", NOW, NOW.date()))
    back = team.presses(button(team.presses(button(logged, "Undo")), "Put it back"))
    assert (promised(team), "Promised for" in read(back)) == ([], False)
