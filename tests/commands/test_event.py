"""/event: making one, whom to invite and why, and what became of it."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from bot.wording import plain
from commands._reply import Action, Invalid, Item, Person, Reply
from store import contacts, events, standings, touches
from store.contacts import About
from store.tables import invoices, payments
from tests.commands.asking import TODAY, ask, facts, read
from tests.commands.conftest import RECENT
from tests.ledger import NOW

REP = Person("U1", "T1")
DAY = dt.timedelta(days=1)
HELD_ON = TODAY + 8 * DAY


def press(books: SimpleNamespace, today: dt.date = TODAY, /, **values: str) -> Reply:
    return ask(books.db, "/event", values=values, today=today, person=REP, origin="button")


def submit(books: SimpleNamespace, /, **values: str) -> Reply:
    return ask(books.db, "/event", values=values, person=REP, origin="form", receipt="view 1")


def action(reply: Reply, label: str) -> Action:
    items = [part for part in reply.parts if isinstance(part, Item)]
    everywhere = [*reply.actions, *(one for item in items for one in item.actions)]
    return next(one for one in everywhere if one.label == label)


@pytest.fixture
def race(books: SimpleNamespace) -> SimpleNamespace:
    made = submit(books, do="make", title="Race day", held_on=HELD_ON.isoformat(), place="Kyalami", seats="40")
    books.event = action(made, "The event").values["event"]
    return books


def test_an_event_is_made_from_what_was_typed(books: SimpleNamespace) -> None:
    assert "No event is to come" in read(ask(books.db, "/event"))
    opened = press(books, **action(ask(books.db, "/event new Race day"), "Fill in…").values)
    assert opened.form is not None
    assert opened.form.fields[0].initial == "Race day"
    filled = {"title": "Race day", "held_on": HELD_ON.isoformat(), "place": "Kyalami", "seats": "1,000"}
    told = submit(books, **opened.form.values, **filled)
    assert submit(books, **opened.form.values, **filled) == told
    words = read(ask(books.db, "/event"))
    assert "1 event to come" in words
    assert "Race day  ·  Jun 12, 2026 (in 8 days)" in words
    assert "Kyalami  ·  0 invited, 0 coming  ·  1,000 seats" in words
    assert "Nobody is invited yet" in read(ask(books.db, "/event race"))


def test_who_buys_and_was_never_invited_is_counted_and_listed(race: SimpleNamespace) -> None:
    words = read(ask(race.db, "/event"))
    assert "of the 5 customers who bought in the last 12 months of the data were never invited to anything" in words
    assert facts(ask(race.db, "/event"))["never_invited"].value.number == 5  # type: ignore[union-attr]
    assert "Metropolitan Bicycle Supply" in read(ask(race.db, "/event never"))


def test_each_proposal_says_why_and_is_invited_with_one_press(race: SimpleNamespace) -> None:
    found = press(race, event=race.event, view="guests")
    assert "buys since May 1, 2024, never invited to anything" in read(found)
    told = press(race, **action(found, "Invite").values)
    assert "Metropolitan Bicycle Supply is invited to Race day" in read(told)
    assert "Metropolitan" not in read(press(race, event=race.event, view="guests"))
    card = press(race, event=race.event)
    assert "invited, no answer yet" in read(card)
    assert "1 invited, 0 coming" in read(card)
    press(race, **action(told, "Undo").values)
    assert "Nobody is invited yet" in read(press(race, event=race.event))
    with race.db.reading() as connection:
        assert touches.last(connection, race.best) == []


@pytest.fixture
def owing(race: SimpleNamespace) -> SimpleNamespace:
    """The best customer owes what was due long ago; the second has paid something."""
    with race.db.writing() as connection:
        late = invoices.c.customer_id == race.best
        connection.execute(invoices.update().where(late).values(due_on=dt.date(2026, 4, 10)))
        other = connection.scalar(sa.select(invoices.c.id).where(invoices.c.customer_id == race.second).limit(1))
        paid = {"number": "P1", "paid_on": RECENT, "amount_minor": 100, "currency": "USD"}
        of = {"source_id": race.ledger.source_id, "customer_id": race.second, "invoice_id": other}
        connection.execute(payments.insert().values(**of, **paid))
    return race


def test_who_stopped_paying_is_not_proposed_as_in_the_digest_and_the_list_says_so(owing: SimpleNamespace) -> None:
    for asked in (press(owing, event=owing.event, view="guests"), ask(owing.db, "/event never")):
        assert "Metropolitan Bicycle Supply" not in read(asked)
        assert "whoever owes what was due 30 days ago" in read(asked)


def test_who_is_invited_and_stopped_paying_is_marked_until_the_day(owing: SimpleNamespace) -> None:
    told = press(owing, event=owing.event, customer=str(owing.best), do="invite")
    assert re.search(
        r"Metropolitan Bicycle Supply owes \$\d+K, \d+ days past due when the books ended: ask about it", read(told)
    )
    card = press(owing, event=owing.event)
    assert re.search(r"no answer yet  ·  owes \$\d+K, \d+ days past due when the books ended", read(card))
    assert "owes" not in read(press(owing, HELD_ON + DAY, event=owing.event))
    press(owing, event=owing.event, customer=str(owing.second), do="invite")
    assert read(press(owing, event=owing.event)).count("owes") == 1


def test_an_invitation_from_a_list_asks_for_the_event_and_the_person(race: SimpleNamespace) -> None:
    with race.db.writing() as connection:
        anna = contacts.add(connection, race.best, About("Anna"), by="U1", at=NOW)
    form = press(race, invite=str(race.best)).form
    assert form is not None
    assert [field.name for field in form.fields] == ["event", "contact"]
    submit(race, **form.values, event=race.event, contact=str(anna.id))
    assert "Metropolitan Bicycle Supply, Anna" in read(press(race, event=race.event))


def test_without_an_event_to_come_one_is_made_first(books: SimpleNamespace) -> None:
    assert action(press(books, invite=str(books.best)), "New event…").opens_form


def test_what_a_guest_said_and_whether_they_came(race: SimpleNamespace) -> None:
    press(race, event=race.event, customer=str(race.best), do="invite")
    card = press(race, event=race.event)
    coming = press(race, **action(card, "Is coming").values)
    assert "is coming (Race day)" in read(coming)
    press(race, **action(coming, "Undo: has not answered").values)
    later = press(race, HELD_ON, event=race.event)
    assert "That is a touch on Jun 12, 2026." in read(press(race, HELD_ON, **action(later, "Came").values))
    with race.db.reading() as connection:
        assert standings.get(connection, race.best).last_touch_on == HELD_ON
    with pytest.raises(Invalid, match="still to come"):
        press(race, event=race.event, customer=str(race.best), do="state", state="missed")


def test_at_a_terminal_the_owner_is_taken_and_that_is_said(race: SimpleNamespace) -> None:
    values = {"event": race.event, "customer": str(race.best), "do": "invite"}
    told = ask(race.db, "/event", values=values, origin="button")
    assert "logged for Thandi Nkosi, whose customer it is" in read(told)


def test_what_is_called_off_says_who_has_to_be_told(race: SimpleNamespace) -> None:
    press(race, event=race.event, customer=str(race.best), do="invite")
    told = press(race, event=race.event, do="off")
    assert "1 invited" in read(told)
    assert "Called off." in read(press(race, event=race.event))
    press(race, **action(told, "Undo").values)
    assert "Called off." not in read(press(race, event=race.event))


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"title": ""}, "title"),
        ({"held_on": "2026-06-03"}, "held_on"),
        ({"held_on": "soon"}, "held_on"),
        ({"held_on": "2036-06-03"}, "held_on"),
        ({"seats": "many"}, "seats"),
        ({"seats": "0"}, "seats"),
        ({"place": "x" * 121}, "place"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(books: SimpleNamespace, filled: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        submit(books, **{"do": "make", "title": "Race day", "held_on": HELD_ON.isoformat(), **filled})
    assert list(wrong.value.errors) == [field]


@pytest.mark.parametrize(
    "values",
    [
        {"event": "x"},
        {"event": "99"},
        {"do": "x"},
        {"do": "invite", "customer": "1"},
        {"do": "invite", "event": "1"},
        {"do": "invite", "event": "1", "customer": "999"},
        {"do": "invite", "event": "1", "customer": "1", "contact": "x"},
        {"do": "invite", "event": "1", "customer": "1", "contact": "99"},
        {"do": "state", "event": "1", "customer": "1", "state": "x"},
        {"do": "state", "event": "1", "customer": "1", "state": "coming"},
        {"event": "1", "view": "guests", "after": "-1"},
        {"invite": "999"},
    ],
)
def test_values_that_were_tampered_with_are_refused(race: SimpleNamespace, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        press(race, **values)


def test_an_event_whose_title_begins_so_hides_neither_the_form_nor_the_list(books: SimpleNamespace) -> None:
    for number, title in enumerate(("New Year lunch", "Never too late", "The never-ending braai")):
        with books.db.writing() as connection:
            events.make(connection, events.NewEvent(title, HELD_ON), by="U1", at=NOW, receipt=f"view {number}")
    assert read(ask(books.db, "/event new")) == "Make an event"
    assert read(ask(books.db, "/event never")).startswith("Never invited to anything")
    assert read(ask(books.db, "/event new year")).startswith("New Year lunch")
    assert read(ask(books.db, "/event never too")).startswith("Never too late")


def test_an_unknown_title_says_what_to_do(race: SimpleNamespace) -> None:
    with pytest.raises(Invalid, match="/event lists those that are"):
        ask(race.db, "/event ballet")


def test_a_stale_button_takes_nobody_off_who_came_meanwhile(race: SimpleNamespace) -> None:
    invited = press(race, do="invite", event=race.event, customer=str(race.best))
    after = HELD_ON + DAY
    press(race, after, do="state", event=race.event, customer=str(race.best), state="came")
    with pytest.raises(Invalid, match="invitation stays"):
        press(race, after, **action(invited, "Undo").values)
    assert "1 came" in read(press(race, after, event=race.event))


def test_what_was_called_off_is_marked_in_a_list_and_asks_nobody_who_came(race: SimpleNamespace) -> None:
    press(race, do="invite", event=race.event, customer=str(race.best))
    submit_other = ask(
        race.db,
        "/event",
        values={"do": "make", "title": "Race day dinner", "held_on": HELD_ON.isoformat()},
        person=REP,
        origin="form",
        receipt="view 2",
    )
    press(race, do="off", event=race.event)
    words = read(ask(race.db, "/event race d", person=REP))
    assert "1 event to come" in words
    assert words.count("Called off") == 1
    assert "Called off" not in read(press(race, event=action(submit_other, "The event").values["event"]))
    card = press(race, HELD_ON + DAY, event=race.event)
    assert {one.label for part in card.parts if isinstance(part, Item) for one in part.actions}.isdisjoint({"Came"})


def test_the_rest_of_a_long_list_goes_on_where_the_first_page_ended(race: SimpleNamespace) -> None:
    with race.db.writing() as connection:
        for number in range(30):
            new = events.NewEvent(f"Tasting {number}", HELD_ON + (number + 1) * DAY)
            events.make(connection, new, by="U1", at=NOW)

    def titles(reply: Reply) -> list[str]:
        return [plain(part.title).split("  ")[0] for part in reply.parts if isinstance(part, Item)]

    assert titles(press(race))[:3] == ["Race day", "Tasting 0", "Tasting 1"]
    second = press(race, after="20")
    assert titles(second)[:2] == ["Tasting 19", "Tasting 20"]
    assert second.again is not None
    assert second.again.values == {"after": "20"}
    called = ask(race.db, "/event tasting", person=REP)
    assert called.again is not None
    assert titles(press(race, **called.again.values, after="25")) == titles(called)[25:]
