"""/melktert people: what needs doing first, and every button and form of the list."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

import commands
from bot.buttons import Press, pressed
from bot.render import payload
from bot.wording import plain
from commands._reply import Action, Form, Invalid, Item, Note, Person, Policy, Reply, Role
from store import people, reps, tables
from store.database import Database
from store.people import Person as Known
from tests.bot.slack_accepts import faults
from tests.commands.asking import ask, facts, read
from tests.ledger import NOW, Ledger

ADMIN = Person("U9", "T1", role=Role.ADMIN)
SAM = Known("U9", "T1", "Sam", "sam@example.com")


@pytest.fixture
def team(db: Database) -> SimpleNamespace:
    """Anna has the e-mail of somebody in Slack, Ben is linked, Cleo's person left Slack, Dan and Eve are linked to
    nobody; all but Eve have customers, and one customer has no rep.
    """
    ledger = Ledger(db)
    ids = {name: ledger.rep(name, f"{name.lower()}@example.com") for name in ("Anna", "Ben", "Cleo", "Dan", "Eve")}
    customers = {name: ledger.customer(f"{name}'s", owner=ids[name]) for name in ("Anna", "Ben", "Cleo", "Dan")}
    nobodys = ledger.customer("Nobody's")
    ledger.done()
    known = [Known(f"U{at}", "T1", f"{name.lower()} in Slack") for at, name in enumerate(("Anna", "Ben", "Cleo"), 1)]
    known[0] = replace(known[0], email="anna@example.com")
    with db.writing() as connection:
        people.remember(connection, [*known, SAM], NOW)
        for name, slack_user_id in (("Ben", "U2"), ("Cleo", "U3")):
            reps.link(connection, ids[name], slack_user_id, by="U9", at=NOW)
        people.remember(connection, [replace(known[2], kind="left")], NOW)
        people.set_role(connection, "U9", "admin", by="setting", at=NOW)
    return SimpleNamespace(db=db, ledger=ledger, ids=ids, customers=customers, nobodys=nobodys)


def listed(db: Database, line: str = "/melktert people", **values: str) -> Reply:
    return ask(db, line, person=ADMIN, values=values)


def items(reply: Reply) -> dict[str, Item]:
    return {plain(part.title): part for part in reply.parts if isinstance(part, Item)}


def action(reply: Reply, label: str, of: str = "") -> Action:
    actions = items(reply)[of].actions if of else reply.actions
    return next(one for one in actions if one.label.startswith(label))


def press(db: Database, pressed: Action, receipt: str | None = None) -> Reply:
    return ask(db, f"/{pressed.command}", person=ADMIN, values=dict(pressed.values), origin="button", receipt=receipt)


def as_action(one: Press) -> Action:
    return Action(one.command, "", one.values)


def submit(db: Database, form: Form | None, receipt: str | None = None, **filled: str) -> Reply:
    assert form is not None
    values = {**form.values, **filled}
    return ask(db, f"/{form.command}", person=ADMIN, values=values, origin="form", receipt=receipt)


def form_of(team: SimpleNamespace, label: str, of: str = "") -> Form:
    pressed = action(listed(team.db), label, of)
    assert pressed.opens_form
    form = press(team.db, pressed).form
    assert form is not None
    return form


def owners(db: Database) -> dict[str, str]:
    with db.reading() as connection:
        chosen = sa.select(tables.customers.c.name, tables.reps.c.name.label("rep"))
        rows = connection.execute(chosen.outerjoin_from(tables.customers, tables.reps, _OWNED))
        return {row.name: str(row.rep) for row in rows}


_OWNED = tables.reps.c.id == tables.customers.c.owner_rep_id


def audited(db: Database) -> int:
    with db.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.audit_entries)) or 0


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


def test_no_entry_is_passed_over_whatever_is_done_on_the_page_before(team: SimpleNamespace) -> None:
    """Slack shows the first entries and a button to the rest, which is pressed after some were dealt with."""
    for number in range(100):
        team.ledger.customer(f"{number}'s", owner=team.ledger.rep(f"Rep {number:03}"))
    pages = [payload(listed(team.db))]
    submit(team.db, form_of(team, "Link…", "Rep 005"), person="U9")
    submit(team.db, form_of(team, "Has left…", "Rep 007"), to=str(team.ids["Eve"]))
    while rest := next((block for block in pages[-1]["blocks"] if block["block_id"].startswith("more-")), None):
        pages.append(payload(press(team.db, as_action(pressed(rest["accessory"])))))
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


def test_a_suggested_link_is_confirmed_and_the_list_stays(team: SimpleNamespace) -> None:
    confirm = action(listed(team.db), "Confirm", "Anna")
    reply = press(team.db, confirm)
    assert "Anna is now linked to anna in Slack." in read(reply)
    assert "linked to anna in Slack" in plain(items(reply)["Anna"].reason)
    assert "Anna is now linked to anna in Slack." in read(press(team.db, confirm))
    assert next(one for one in reply.parts if isinstance(one, Note)).tone == "good"


def test_all_suggested_links_are_confirmed_together(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        people.remember(connection, [Known("U4", "T1", "dan in Slack", "DAN@example.com")], NOW)
    together = action(listed(team.db), "Confirm all 2")
    assert together.confirm.startswith("Link these 2 reps")
    first = press(team.db, together, receipt="V1")
    assert "2 reps linked." in read(first)
    entries = audited(team.db)
    assert "2 reps linked." in read(press(team.db, together, receipt="V1"))
    assert audited(team.db) == entries


def test_what_is_confirmed_together_is_what_was_shown(team: SimpleNamespace) -> None:
    together = action(listed(team.db), "Confirm the link")
    with team.db.writing() as connection:
        newer = Known("U7", "T1", "another Anna", "anna@example.com")
        people.remember(connection, [newer, Known("U1", "T1", "anna in Slack", "else@example.com")], NOW)
    entries = audited(team.db)
    reply = press(team.db, together, receipt="V2")
    assert audited(team.db) == entries
    assert "The list has changed since it was shown, so nobody was linked. This is how it is now." in read(reply)
    assert next(one for one in reply.parts if isinstance(one, Note)).tone == "warning"
    assert "another Anna has the same e-mail" in read(reply)
    press(team.db, action(reply, "Confirm the link"))
    assert "linked to another Anna" in read(listed(team.db))


def test_a_rep_is_linked_to_whom_the_form_says(team: SimpleNamespace) -> None:
    form = form_of(team, "Link…", "Dan")
    assert [(field.name, field.kind) for field in form.fields] == [("person", "person")]
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, person="U2")
    assert refused.value.errors == {
        "person": "ben in Slack is linked to Ben of the ledger already; unlink them there first."
    }
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, person="")
    assert list(refused.value.errors) == ["person"]
    assert plain(submit(team.db, form, person="U9").headline) == "Dan is now linked to Sam"


def test_a_link_is_taken_back(team: SimpleNamespace) -> None:
    unlink = action(listed(team.db), "Unlink", "Ben")
    assert plain(press(team.db, unlink).headline) == "Ben is no longer linked to ben in Slack"
    with pytest.raises(Invalid, match="Ben is linked to nobody"):
        press(team.db, unlink)


def test_an_old_button_takes_no_newer_link_away(team: SimpleNamespace) -> None:
    unlink = action(listed(team.db), "Unlink", "Ben")
    press(team.db, unlink)
    with team.db.writing() as connection:
        reps.link(connection, team.ids["Ben"], "U9", by="U9", at=NOW)
    with pytest.raises(Invalid, match="Ben is linked to Sam by now, and nothing was changed"):
        press(team.db, unlink)


def test_no_more_customers_are_given_than_the_form_said(team: SimpleNamespace) -> None:
    forms = [form_of(team, label, "Ben") for label in ("Give customers to…", "Has left…")]
    team.ledger.customer("Ben's other", owner=team.ids["Ben"])
    for form in forms:
        with pytest.raises(Invalid) as refused:
            submit(team.db, form, to=str(team.ids["Dan"]))
        assert "The customers are 2 by now, no longer 1, and nothing was changed" in refused.value.errors["to"]
    assert owners(team.db)["Ben's"] == "Ben"


def test_one_customer_goes_and_two_go(team: SimpleNamespace) -> None:
    give, leave = (form_of(team, label, "Ben").intro[0].text for label in ("Give customers to…", "Has left…"))
    assert plain(give) == "1 customer of Ben goes to the rep whom you choose. Imports leave it there."
    later = "hatever imports bring for Ben later"
    assert plain(leave) == f"1 customer, and w{later}, go to the rep whom you choose."
    assert plain(form_of(team, "Has left…", "Eve").intro[0].text).startswith(
        "Whatever imports bring for Eve later goes"
    )
    team.ledger.customer("Ben's other", owner=team.ids["Ben"])
    form = form_of(team, "Give customers to…", "Ben")
    assert plain(form.intro[0].text).startswith("2 customers of Ben go to the rep")
    (field,) = form_of(team, "Give customers to…", "Dan").fields
    assert [option.hint for option in field.options] == ["1 customer", "2 customers", "0 customers"]


def test_who_has_left_hands_all_customers_over_and_may_be_back(team: SimpleNamespace) -> None:
    form = form_of(team, "Has left…", "Cleo")
    (field,) = form.fields
    assert [option.label for option in field.options] == ["Anna", "Ben", "Dan", "Eve"]
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, to=str(team.ids["Cleo"]))
    assert refused.value.errors == {"to": "Cleo has them already; choose another rep."}
    first = submit(team.db, form, receipt="V1", to=str(team.ids["Eve"]))
    assert plain(first.headline) == "Cleo has left; 1 customer goes to Eve"
    assert owners(team.db)["Cleo's"] == "Eve"
    entries = audited(team.db)
    assert submit(team.db, form, receipt="V1", to=str(team.ids["Eve"])) == first
    assert audited(team.db) == entries
    gone = items(listed(team.db))["Cleo"]
    assert plain(gone.reason) == "left on Jun 1, 2026; the customers went to Eve"
    back = press(team.db, gone.actions[0])
    assert plain(back.headline) == "Cleo is back"
    assert "What imports bring for Cleo from now on is Cleo's again" in read(back)
    assert "Until then the customers stay where they are." in read(back)
    assert owners(team.db)["Cleo's"] == "Eve"


def test_who_has_left_cannot_be_left_without_a_successor(team: SimpleNamespace) -> None:
    form = form_of(team, "Has left…", "Cleo")
    with pytest.raises(Invalid) as refused:
        submit(team.db, form)
    assert refused.value.errors == {"to": "Choose the rep who gets them."}
    with team.db.writing() as connection:
        for name in ("Anna", "Ben", "Dan", "Eve"):
            left = {"left_at": NOW, "successor_rep_id": team.ids["Cleo"]}
            connection.execute(tables.reps.update().where(tables.reps.c.name == name).values(left))
    with pytest.raises(Invalid, match="There is no other rep in the ledger"):
        form_of(team, "Has left…", "Cleo")


def test_customers_are_given_to_another_rep_all_of_one_those_of_nobody_or_one(team: SimpleNamespace) -> None:
    submit(team.db, form_of(team, "Give customers to…", "Ben"), to=str(team.ids["Dan"]))
    submit(team.db, form_of(team, "Give to…", "Customers without a rep"), to=str(team.ids["Eve"]))
    one = form_of(team, "Give one customer…")
    said = submit(team.db, one, customer=str(team.customers["Anna"]), to=str(team.ids["Eve"]))
    assert plain(said.headline) == "1 customer goes to Eve"
    assert owners(team.db) == {"Anna's": "Eve", "Ben's": "Dan", "Cleo's": "Cleo", "Dan's": "Dan", "Nobody's": "Eve"}
    with pytest.raises(Invalid) as refused:
        submit(team.db, one, customer="", to=str(team.ids["Eve"]))
    assert list(refused.value.errors) == ["customer"]


def test_the_customer_to_give_is_found_while_typing(team: SimpleNamespace) -> None:
    command = next(one for one in commands.ALL if one.name == "people")
    assert command.suggest is not None
    from commands._reply import Request
    from tests.commands.asking import TODAY

    request = Request(now=NOW, today=TODAY, person=ADMIN)
    (option,) = command.suggest(request, team.db, "customer", "anna")
    assert (option.value, option.label) == (str(team.customers["Anna"]), "Anna's")
    assert command.suggest(request, team.db, "name", "anna") == ()


def test_where_a_menu_is_too_short_for_all_reps_the_name_is_typed(team: SimpleNamespace) -> None:
    for number in range(100):
        team.ledger.rep(f"Rep {number % 99}")
    form = form_of(team, "Has left…", "Cleo")
    (field,) = form.fields
    assert (field.name, field.kind) == ("to_name", "text")
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, to_name="Nobody at all")
    assert refused.value.errors["to_name"].startswith("No rep is called “Nobody at all”")
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, to_name="cleo")
    assert list(refused.value.errors) == ["to_name"]
    with pytest.raises(Invalid, match="2 reps are called so; write #") as twice:
        submit(team.db, form, to_name="rep 0")
    number = str(twice.value).split("write ")[1].split(" ")[0]
    assert plain(submit(team.db, form, to_name=number).headline) == "Cleo has left; 1 customer goes to Rep 0"
    assert plain(submit(team.db, form_of(team, "Has left…", "Dan"), to_name=" EVE ").headline).endswith("goes to Eve")


def test_a_role_is_changed_and_the_last_admin_stays(team: SimpleNamespace) -> None:
    form = form_of(team, "Change a role…")
    assert plain(submit(team.db, form, person="U2", role="manager").headline) == "ben in Slack is now a manager"
    assert plain(submit(team.db, form, person="U2", role="manager").headline) == "ben in Slack is a manager already"
    assert "Managers: ben in Slack" in read(listed(team.db))
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, person="U9", role="rep")
    assert refused.value.errors == {"person": "Sam is the only admin; make somebody else an admin first."}
    with pytest.raises(Invalid) as refused:
        submit(team.db, form, person="U2", role="owner")
    assert list(refused.value.errors) == ["role"]


@pytest.mark.parametrize(
    "values",
    [
        {"do": "drop"},
        {"do": "confirm"},
        {"do": "confirm", "rep": "404", "person": "U2"},
        {"do": "unlink", "rep": "1; drop table reps"},
        {"do": "unlink", "rep": "9" * 30},
        {"do": "unlink", "rep": "²"},
        {"do": "back", "rep": "-1"},
        {"do": "confirm all", "count": "1"},
        {"do": "unlink", "rep": "2"},
        {"do": "back", "rep": "3", "left": "yesterday"},
        {"do": "leave", "rep": "nobody"},
        {"do": "give", "rep": "404"},
    ],
)
def test_what_somebody_tampered_with_is_refused_and_changes_nothing(
    team: SimpleNamespace, values: Mapping[str, str]
) -> None:
    entries = audited(team.db)
    for origin in ("button", "form"):
        with pytest.raises(Invalid):
            ask(team.db, "/people", person=ADMIN, values=dict(values), origin=origin)
    assert audited(team.db) == entries


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "x"}, {"seen": "-1"}])
@pytest.mark.parametrize("do", ["give", "leave"])
def test_a_form_that_does_not_say_how_many_customers_it_showed_changes_nothing(
    team: SimpleNamespace, do: str, seen: Mapping[str, str]
) -> None:
    values = {"do": do, "rep": str(team.ids["Ben"]), "to": str(team.ids["Eve"]), **seen}
    with pytest.raises(Invalid, match="close it and open it again"):
        ask(team.db, "/people", person=ADMIN, values=values, origin="form")
    assert owners(team.db)["Ben's"] == "Ben"


def test_only_admins_may_ask(db: Database) -> None:
    command = next(one for one in commands.ALL if one.name == "people")
    assert command.policy is Policy.ADMIN
    assert not command.has_own_name


def test_who_did_it_is_noted(team: SimpleNamespace) -> None:
    press(team.db, action(listed(team.db), "Unlink", "Ben"))
    with team.db.reading() as connection:
        newest = sa.select(tables.audit_entries).order_by(tables.audit_entries.c.id.desc()).limit(1)
        entry = connection.execute(newest).one()
    assert (entry.by, entry.action, entry.at) == ("U9", "rep.unlink", NOW)
