"""/melktert people: every button and form of the list, and what each refuses."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

import commands
from bot.wording import plain
from commands._reply import Invalid, Note, Policy
from store import people, reps, tables
from store.database import Database
from store.people import Person as Known
from tests.commands.asking import ask, read
from tests.commands.people_pressed import ADMIN, action, audited, form_of, items, listed, owners, press, submit
from tests.commands.people_pressed import team as team  # noqa: PLC0414 - the fixture
from tests.ledger import NOW


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
    opening = "1 customer of Ben goes to the rep whom you choose. Imports leave it there."
    assert plain(give) == f"{opening} What Ben has promised stays with Ben."
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
    assert "Cleo is linked to nobody in Slack, since whoever leaves is unlinked" in read(back)
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
    of_a_rep = submit(team.db, form_of(team, "Give customers to…", "Ben"), to=str(team.ids["Dan"]))
    assert "Imports leave it there. What Ben has promised stays with Ben." in read(of_a_rep)
    of_nobody = submit(team.db, form_of(team, "Give to…", "Customers without a rep"), to=str(team.ids["Eve"]))
    assert "promised" not in read(of_nobody)
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


def test_who_is_an_admin_by_the_setting_is_told_that_the_role_changes_nothing_of_that(team: SimpleNamespace) -> None:
    form = form_of(team, "Change a role…")
    values = {**form.values, "person": "U2", "role": "manager"}
    ben = replace(ADMIN, slack_user_id="U2")
    for _ in range(2):
        said = read(ask(team.db, "/people", person=ben, values=values, origin="form"))
        assert "You stay an admin, by the setting FIRST_ADMIN." in said
    assert "FIRST_ADMIN" not in read(submit(team.db, form, person="U2", role="rep"))


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
