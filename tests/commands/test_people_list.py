"""The list of /melktert people: what needs doing first, page by page, and one rep alone."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.buttons import pressed
from bot.render import payload
from bot.wording import plain
from commands._reply import Action, Person, Role
from store import people
from store.database import Database
from store.people import Person as Known
from tests.bot.slack_accepts import faults
from tests.commands.asking import ask, facts, read
from tests.commands.people_pressed import action, form_of, items, listed, press, submit
from tests.commands.people_pressed import team as team  # noqa: PLC0414 - the fixture
from tests.ledger import NOW, Ledger


def test_what_needs_doing_stands_first(team: SimpleNamespace) -> None:
    reply = listed(team.db)
    assert list(items(reply)) == ["Anna", "Cleo", "Dan", "Customers without a rep", "Ben", "Eve"]
    words = read(reply)
    assert "People  ·  2 of 5 reps linked to Slack" in words
    assert "anna in Slack has the same e-mail; confirm that it is them\n1 customer" in words
    assert "cleo in Slack has left Slack; 1 customer waits for a new owner" in words
    assert "linked to nobody in Slack (dan@example.com)\n1 customer" in words
    assert "linked to ben in Slack\n1 customer" in words
    assert "Admins: Sam. Managers: none in this list. Everybody else is a rep." in words
    assert str(facts(reply)["customers_without_rep"].value).startswith("Count(number=1,")


def test_a_name_narrows_the_list(team: SimpleNamespace) -> None:
    narrowed = listed(team.db, "/melktert people AN")
    assert list(items(narrowed)) == ["Anna", "Dan"]
    # What is confirmed together is what is shown, and here only a part is.
    assert not any(one.label.startswith("Confirm") for one in narrowed.actions)
    nobody = listed(team.db, "/melktert people zz")
    assert "No rep is called anything like “zz”." in read(nobody)


def test_a_long_list_goes_on_where_the_page_before_ended(team: SimpleNamespace) -> None:
    keys = {name: item.key for name, item in items(listed(team.db)).items()}
    assert list(items(listed(team.db, after=keys["Customers without a rep"]))) == ["Ben", "Eve"]
    again = listed(team.db, find="an", after=keys["Anna"]).again
    assert again is not None
    assert dict(again.values) == {"find": "an", "after": keys["Anna"]}
    assert list(items(press(team.db, again))) == ["Dan"]
    assert "The list ends here" in read(listed(team.db, after=keys["Eve"]))


@pytest.mark.parametrize("after", ["many", "4", "0-", "-1", "0-x", "²-1", "9" * 30, "1-" + "9" * 30])
def test_a_page_that_begins_nowhere_is_the_first(team: SimpleNamespace, after: str) -> None:
    assert len(items(listed(team.db, after=after))) == 6


def as_action(block: dict[str, Any]) -> Action:
    """What the button beside a block asks for."""
    press = pressed(block["accessory"])
    return Action(press.command, "", press.values)


def test_no_entry_is_passed_over_whatever_is_done_on_the_page_before(team: SimpleNamespace) -> None:
    """Slack shows the first entries and a button to the rest, which is pressed after some were dealt with."""
    for number in range(100):
        team.ledger.customer(f"{number}'s", owner=team.ledger.rep(f"Rep {number:03}"))
    pages = [payload(listed(team.db))]
    submit(team.db, form_of(team, "Link…", "Rep 005"), person="U9")
    submit(team.db, form_of(team, "Has left…", "Rep 007"), to=str(team.ids["Eve"]))
    while rest := next((block for block in pages[-1]["blocks"] if block["block_id"].startswith("more-")), None):
        pages.append(payload(press(team.db, as_action(rest))))
    words = str(pages)
    assert len(pages) > 2
    assert [fault for page in pages for fault in faults(page)] == []
    assert [number for number in range(100) if f"Rep {number:03}" not in words] == []


def test_confirming_stays_on_the_page_and_with_the_name_that_was_typed(team: SimpleNamespace) -> None:
    for name in ("Ann B", "Annika"):
        team.ledger.rep(name, f"{name[:4].strip().lower()}@example.com")
    with team.db.writing() as connection:
        told = [Known(f"U5{name}", "T1", name, f"{name}@example.com") for name in ("ann", "anni")]
        people.remember(connection, told, NOW)
    ann = items(listed(team.db, "/melktert people ann"))["Ann B"]
    page = listed(team.db, find="ann", after=ann.key)
    assert list(items(page)) == ["Anna", "Annika"]
    after = press(team.db, action(page, "Confirm", "Anna"))
    assert list(items(after)) == ["Annika", "Anna"]
    assert after.again == page.again


def test_a_suggestion_has_its_button_in_sight_and_all_others_on_the_reps_own_page(team: SimpleNamespace) -> None:
    reply = listed(team.db)
    assert [one.label for one in items(reply)["Anna"].actions] == ["Confirm"]
    assert "/melktert people NAME" in read(reply)
    own = listed(team.db, "/melktert people anna")
    assert items(own)["Anna"].actions == ()
    labels = ["Confirm", "Link…", "Has left…", "Give customers to…", "All people"]
    assert [one.label for one in own.actions] == labels
    (row,) = [block for block in payload(own)["blocks"] if block["type"] == "actions"]
    assert [button["text"]["text"] for button in row["elements"]] == labels
    assert "Anna is now linked to anna in Slack." in read(press(team.db, action(own, "Confirm")))


def test_who_is_called_exactly_as_typed_has_a_page_of_their_own(team: SimpleNamespace) -> None:
    ann = team.ledger.rep("Ann", "ann@example.com")
    with team.db.writing() as connection:
        people.remember(connection, [Known("U5", "T1", "ann in Slack", "ann@example.com")], NOW)
    assert list(items(listed(team.db, "/melktert people ANN"))) == ["Ann"]
    # Of two who are called the same, neither has a page, so that the menu in the list has everything.
    team.ledger.rep("ann")
    twins = items(listed(team.db, "/melktert people ann"))
    assert [one.label for one in twins["Ann"].actions] == ["Confirm", "Link…", "Has left…"]
    assert dict(twins["Ann"].actions[1].values) == {"do": "link", "rep": str(ann)}


def test_many_are_not_confirmed_together_without_a_word_about_the_other_pages(team: SimpleNamespace) -> None:
    for number in range(30):
        team.ledger.rep(f"Rep {number}", f"r{number}@example.com")
    with team.db.writing() as connection:
        told = [Known(f"U5{number}", "T1", f"{number}", f"r{number}@example.com") for number in range(30)]
        people.remember(connection, told, NOW)
    together = action(listed(team.db), "Confirm all 31")
    assert together.confirm.startswith("Link these 31 reps of the ledger, those further down the list too, to")


def test_without_a_ledger_it_says_what_to_do(db: Database) -> None:
    reply = listed(db)
    assert "No ledger has been imported yet" in read(reply)
    assert [one.label for one in reply.actions] == ["Change a role…"]


def test_a_ledger_that_names_no_rep_says_where_to_say_so(db: Database) -> None:
    ledger = Ledger(db)
    ledger.customer("Acme")
    ledger.done()
    assert "The ledger names no rep." in read(listed(db))


def test_who_is_admin_by_a_setting_or_in_a_terminal_is_told_so(db: Database) -> None:
    assert "You are an admin by the setting FIRST_ADMIN." in read(listed(db))
    in_terminal = ask(db, "/people", person=Person(role=Role.ADMIN))
    assert "Whoever runs Melktert in a terminal is an admin." in read(in_terminal)


def test_who_has_become_a_guest_is_said_to_have_lost_what_they_had(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        people.set_role(connection, "U2", "manager", by="U9", at=NOW)
        people.remember(connection, [Known("U2", "T1", "ben in Slack", kind="guest")], NOW)
    reply = listed(team.db)
    said = "linked to ben in Slack, a guest by now, who is shown no customers"
    assert plain(items(reply)["Ben"].reason) == said
    assert "Managers: ben in Slack (a guest by now, who may do nothing of that)." in read(reply)
