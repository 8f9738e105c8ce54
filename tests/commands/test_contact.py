"""/melktert contact: the people at a customer."""

import datetime as dt
import json
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.buttons import pressed
from bot.render import payload
from commands import _yearly
from commands._reply import Action, Invalid, Item, Reply
from commands.contact import NAME
from store import contacts, touches
from store.contacts import About
from store.touches import NewTouch
from tests.commands.asking import TODAY, ask, read
from tests.ledger import NOW
from value.anniversaries import YearlyDay

ANNA = {
    "name": "Anna Smit",
    "role": "buyer",
    "birthday": "29 feb 1968",
    "anniversary": "June 12",
    "anniversary_of": "wedding",
    "preferences": "Rooibos, no chocolate",
    "email": "anna@acme.example",
}


def press(books: SimpleNamespace, **values: str) -> Reply:
    return ask(books.db, "/contact", values=values, origin="button")


def submit(books: SimpleNamespace, receipt: str = "view 1", **values: str) -> Reply:
    return ask(books.db, "/contact", values=values, origin="form", receipt=receipt)


def action(reply: Reply, label: str) -> Action:
    everywhere = [*reply.actions, *(one for part in reply.parts if isinstance(part, Item) for one in part.actions)]
    return next(one for one in everywhere if one.label == label)


def test_somebody_is_added_once_and_shown_with_their_days(books: SimpleNamespace) -> None:
    empty = ask(books.db, "/melktert contact metropolitan")
    assert "Nobody is known there yet" in read(empty)
    form = press(books, **action(empty, "Add somebody…").values).form
    assert form is not None
    for _ in range(2):
        told = submit(books, **form.values, **ANNA)
    words = read(told)
    assert "Anna Smit is now among the people of Metropolitan Bicycle Supply." in words
    assert "1 person" in words
    assert "birthday Feb 28, 2027 (in 269 days, 59 years old)" in words
    assert "wedding anniversary Jun 12, 2026 (in 8 days)" in words
    assert "likes: Rooibos, no chocolate" in words


def test_an_edit_begins_with_what_is_known(books: SimpleNamespace) -> None:
    told = submit(books, do="add", customer=str(books.best), **ANNA)
    form = press(books, **action(told, "Edit…").values).form
    assert form is not None
    initial = {field.name: field.initial for field in form.fields}
    assert (initial["birthday"], initial["anniversary"]) == ("29 February 1968", "12 June")
    after = submit(books, "view 2", **form.values, **{**initial, "role": "director"})
    assert "Anna Smit, director" in read(after)


def test_two_forms_open_at_once_keep_what_each_changed(books: SimpleNamespace) -> None:
    told = submit(books, do="add", customer=str(books.best), **ANNA)
    form = press(books, **action(told, "Edit…").values).form
    assert form is not None
    initial = {field.name: field.initial for field in form.fields}
    submit(books, "view 2", **form.values, **{**initial, "phone": "555 0200"})
    words = read(submit(books, "view 3", **form.values, **{**initial, "role": "director"}))
    assert "Anna Smit, director" in words
    assert "555 0200" in words


def test_two_of_one_name_are_told_apart(books: SimpleNamespace) -> None:
    values = {"do": "add", "customer": str(books.best)}
    for receipt in ("view 1", "view 1"):
        shown = submit(books, receipt, **values, name="Carla Costa")
    with pytest.raises(Invalid, match=r"already; of somebody else .* such as Carla Costa \(Durban\)"):
        submit(books, "view 2", **values, name="carla costa")
    submit(books, "view 3", **values, name="Carla Costa (Durban)")
    edit = action(shown, "Edit…").values
    with pytest.raises(Invalid, match="is among the people of"):
        submit(books, "view 4", **edit, name="Carla Costa (Durban)")
    assert "kept as written" in read(submit(books, "view 5", **edit, name="Carla COSTA"))


def test_who_is_gone_is_said_to_be_and_may_come_back(books: SimpleNamespace) -> None:
    told = submit(books, do="add", customer=str(books.best), **ANNA)
    gone = press(books, **action(told, "Not there any more").values)
    assert "will not be congratulated any more" in read(gone)
    assert "gone since Jun 4, 2026" in read(press(books, customer=str(books.best)))
    press(books, **action(gone, "Undo").values)
    assert "gone" not in read(press(books, customer=str(books.best)))


def names_of(books: SimpleNamespace, reply: Reply) -> tuple[list[str], Action | None]:
    """Who is drawn in a message, and the button to the others."""
    drawn = payload(reply)["blocks"]
    names = [found[0] for block in drawn for found in [re.findall(r"Person \d+", json.dumps(block))] if found]
    rest = [pressed(one) for block in drawn for one in [block.get("accessory", {})] if "Show the rest" in str(one)]
    return names, Action(NAME, "", rest[0].values) if rest else None


@pytest.mark.parametrize("words", [6, 100])
def test_every_one_of_many_people_is_on_a_page(books: SimpleNamespace, words: int) -> None:
    with books.db.writing() as connection:
        known = [
            contacts.add(
                connection, books.best, About(f"Person {n}", preferences="milk tart " * words), by="U1", at=NOW
            )
            for n in range(70)
        ]
    page: Action | None = Action(NAME, "", {"customer": str(books.best)})
    seen: list[str] = []
    while page is not None:
        shown = press(books, **page.values)
        names, page = names_of(books, shown)
        seen += names
        if len(seen) == len(names):  # whoever goes while somebody pages through moves to the end, and hides nobody
            with books.db.writing() as connection:
                contacts.set_gone(connection, known[0].id, TODAY, by="U1", at=NOW)
    assert seen == [*(one.name for one in known), known[0].name]
    end = press(books, customer=str(books.best), after=f"1-{known[0].id}")
    assert "The list ends here" in read(end)
    assert action(end, "People").values == {"customer": str(books.best)}


def test_what_they_were_given_stands_beside_them(books: SimpleNamespace) -> None:
    with books.db.writing() as connection:
        anna = contacts.add(connection, books.best, About("Anna"), by="U1", at=NOW)
        gift = NewTouch(
            books.best, "gift", TODAY, "U1", NOW, contact_id=anna.id, cost=Decimal(2), currency="USD", note="a melktert"
        )
        touches.log(connection, gift)
    assert "given: Jun 4, 2026  gift for Anna, $2: a melktert" in read(press(books, customer=str(books.best)))


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"name": " "}, "name", "Write the person's name"),
        ({"name": "A", "birthday": "5/12"}, "birthday", "could be two days"),
        ({"name": "A", "birthday": "31 June"}, "birthday", "There is no 31 June"),
        ({"name": "A", "birthday": "29 February 1967"}, "birthday", "There is no 29 February in 1967"),
        ({"name": "A", "birthday": "12 June 2066"}, "birthday", "cannot be the year"),
        ({"name": "A", "birthday": "soon"}, "birthday", "is no day"),
        ({"name": "A", "anniversary_of": "wedding"}, "anniversary", "Write the day too"),
        ({"name": "A", "email": "anna"}, "email", "no e-mail address"),
        ({"name": "x" * 121}, "name", "letters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    books: SimpleNamespace, filled: dict[str, str], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        submit(books, do="add", customer=str(books.best), **filled)
    assert said in wrong.value.errors[field]


@pytest.mark.parametrize(
    "values", [{"do": "edit", "contact": "x"}, {"do": "gone", "contact": "77"}, {"do": "x"}, {"do": "add"}]
)
def test_values_that_were_tampered_with_are_refused(books: SimpleNamespace, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        press(books, **values)


@pytest.mark.parametrize(
    "typed",
    ["12 June", "June 12", "12. June", "12 jun", "12th of June", "June 12th", "12.6.", "6/12/1966", "12/6/1966"],
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    if "/" in typed:
        with pytest.raises(Invalid, match="two days"):
            _yearly.read(typed, "birthday", TODAY)
        return
    assert _yearly.read(typed, "birthday", TODAY) == YearlyDay(6, 12)


@pytest.mark.parametrize("typed", ["25 December 1966", "1966-12-25", "25.12.1966", "12/25/1966", "25/12/1966"])
def test_a_year_is_kept_where_it_is_known(typed: str) -> None:
    assert _yearly.read(typed, "birthday", TODAY) == YearlyDay(12, 25, 1966)


def test_every_day_is_read_back_as_it_is_shown() -> None:
    for number in range(366):
        day = dt.date(2000, 1, 1) + dt.timedelta(days=number)
        for year in (None, 2000):
            yearly = YearlyDay(day.month, day.day, year)
            assert _yearly.read(_yearly.typed(yearly), "birthday", TODAY) == yearly
