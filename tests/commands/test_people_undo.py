"""What /melktert people moved by mistake: the buttons that give customers back."""

import datetime as dt
from types import SimpleNamespace

import pytest

from bot.wording import plain
from commands._reply import Invalid
from store import promises
from store.promises import NewPromise
from store.who import Who
from tests.commands.asking import ask, read
from tests.commands.people_pressed import ADMIN, action, audited, form_of, items, listed, owners, press, submit
from tests.commands.people_pressed import team as team  # noqa: PLC0414 - the fixture
from tests.ledger import NOW


def test_all_customers_of_a_rep_that_were_given_are_given_back(team: SimpleNamespace) -> None:
    before = owners(team.db)
    form = form_of(team, "Give customers to…", "Ben")
    given = submit(team.db, form, receipt="V1", to=str(team.ids["Dan"]))
    assert submit(team.db, form, receipt="V1", to=str(team.ids["Dan"])) == given
    undo = action(given, "Undo")
    assert not undo.opens_form
    back = press(team.db, undo, receipt="T1")
    assert plain(back.headline) == "1 customer given back to Ben"
    assert "For imports too it is as it was before." in read(back)
    assert owners(team.db) == before
    entries = audited(team.db)
    for receipt in ("T1", "T2"):
        assert press(team.db, undo, receipt=receipt) == back
    assert audited(team.db) == entries


def test_customers_of_nobody_and_a_single_one_are_given_back(team: SimpleNamespace) -> None:
    before = owners(team.db)
    of_nobody = submit(team.db, form_of(team, "Give to…", "Customers without a rep"), to=str(team.ids["Eve"]))
    one = submit(
        team.db, form_of(team, "Give one customer…"), customer=str(team.customers["Anna"]), to=str(team.ids["Eve"])
    )
    assert plain(press(team.db, action(of_nobody, "Undo")).headline) == "1 customer without a rep again"
    assert plain(press(team.db, action(one, "Undo")).headline) == "1 customer given back to Anna"
    assert owners(team.db) == before


def test_it_says_how_many_were_left_as_they_are(team: SimpleNamespace) -> None:
    team.ledger.customer("Ben's other", owner=team.ids["Ben"])
    given = submit(team.db, form_of(team, "Give customers to…", "Ben"), to=str(team.ids["Dan"]))
    again = form_of(team, "Give one customer…")
    submit(team.db, again, customer=str(team.customers["Ben"]), to=str(team.ids["Eve"]))
    said = press(team.db, action(given, "Undo"))
    assert plain(said.headline) == "1 customer given back to Ben"
    assert "1 customer has changed hands since and stays as it is." in read(said)
    assert owners(team.db)["Ben's"] == "Eve"


def test_where_nothing_can_be_given_back_it_says_why(team: SimpleNamespace) -> None:
    given = submit(team.db, form_of(team, "Give customers to…", "Ben"), to=str(team.ids["Dan"]))
    submit(team.db, form_of(team, "Has left…", "Dan"), to=str(team.ids["Eve"]))
    with pytest.raises(Invalid) as refused:
        press(team.db, action(given, "Undo"))
    assert refused.value.errors["button"].startswith("The customers have changed hands again since")
    assert owners(team.db)["Ben's"] == "Eve"


def test_whoever_had_not_left_gets_the_customers_back(team: SimpleNamespace) -> None:
    before = owners(team.db)
    submit(team.db, form_of(team, "Has left…", "Cleo"), to=str(team.ids["Eve"]))
    back = press(team.db, items(listed(team.db))["Cleo"].actions[0])
    said = press(team.db, action(back, "Give 1 customer back"))
    assert plain(said.headline) == "1 customer given back to Cleo"
    assert "promise" not in read(said)
    assert owners(team.db) == before


@pytest.mark.parametrize("entry", ["", "x", "-1", "²", "404", "9" * 30])
def test_a_button_that_was_tampered_with_gives_nothing_back(team: SimpleNamespace, entry: str) -> None:
    entries = audited(team.db)
    with pytest.raises(Invalid):
        ask(team.db, "/people", person=ADMIN, values={"do": "give back", "entry": entry}, origin="button")
    assert audited(team.db) == entries


def test_the_promises_of_whoever_had_not_left_are_said_to_stay_where_they_went(team: SimpleNamespace) -> None:
    with team.db.writing() as connection:
        cleo = Who(team.ids["Cleo"], "U3", "Cleo")
        due_on = NOW.date() + dt.timedelta(days=3)
        new = NewPromise(team.customers["Cleo"], "send the quote", due_on, cleo, by="U9", at=NOW)
        promises.make(connection, new)
    submit(team.db, form_of(team, "Has left…", "Cleo"), to=str(team.ids["Eve"]))
    back = press(team.db, items(listed(team.db))["Cleo"].actions[0])
    said = press(team.db, action(back, "Give 1 customer back"))
    assert "The promises that went to Eve with them stay there." in read(said)


def test_whoever_sees_the_mistake_later_finds_the_button_on_the_reps_own_page(team: SimpleNamespace) -> None:
    before = owners(team.db)
    submit(team.db, form_of(team, "Give customers to…", "Ben"), to=str(team.ids["Dan"]))
    own = listed(team.db, "/melktert people ben")
    have_back = action(own, "Have 1 customer back")
    assert have_back.confirm == "Shall 1 customer that went from Ben to somebody else all at once go back?"
    said = press(team.db, have_back)
    assert plain(said.headline) == "1 customer given back to Ben"
    assert owners(team.db) == before
    assert "Have" not in "".join(one.label for one in listed(team.db, "/melktert people ben").actions)
