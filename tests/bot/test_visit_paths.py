"""Logging a visit through the real bot and the stand-in: from a message, from the menu of shortcuts, in a line."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.app import Melktert
from store import tables, touches
from store.database import Database
from store.touches import Touch
from tests.bot.bots import running
from tests.bot.dialogues import filled
from tests.bot.test_slack_paths import locked
from tests.ledger import Ledger, Line
from tests.slack.people import Person
from tests.slack.screen import Modal, Seen
from tests.slack.slack import Slack
from tests.slack.world import Channel

TODAY = dt.date(2026, 6, 4)
SAID = "Visited Zephyr Bikes, they want 40 more frames & a new quote"


@pytest.fixture
def bot(slack: Slack, sqlite_db: Database) -> Iterator[Melktert]:
    ledger = Ledger(sqlite_db)
    rep = ledger.rep("Thandi Nkosi", "anna@example.com")
    for name in ("Acme", "Acme Tools", "Zephyr Bikes Ltd"):
        customer = ledger.customer(name, owner=rep)
        ledger.invoice(customer, dt.date(2026, 5, 20), Line("4000", "1000"))
    ledger.done()
    with running(slack, sqlite_db, "socket", first_admin="anna@example.com") as melktert:
        yield melktert


@pytest.fixture
def anna(slack: Slack, bot: Melktert) -> Person:
    return slack.member("Anna", email="anna@example.com", zone="Africa/Johannesburg")


@pytest.fixture
def sales(slack: Slack, anna: Person) -> Channel:
    return slack.channel("sales", [anna])


@pytest.fixture
def message(slack: Slack, anna: Person, sales: Channel) -> Seen:
    return slack.posts(anna, sales, SAID)


def form_of(anna: Person, message: Seen) -> Modal:
    anna.runs_shortcut("visit-message", on=message)
    return filled(anna)


def done(anna: Person, words: str = "logged:") -> Modal:
    """The dialogue once it says what became of the form."""
    return filled(anna, words)


def logged(db: Database) -> list[Touch]:
    with db.reading() as connection:
        ids = connection.scalars(sa.select(tables.touches.c.id).order_by(tables.touches.c.id)).all()
        return [touches.existing(connection, touch_id) for touch_id in ids]


# --- from a message -------------------------------------------------------------------------------------------------


def test_a_message_is_logged_with_two_interactions(anna: Person, message: Seen, sqlite_db: Database) -> None:
    form = form_of(anna, message)
    assert form.fields["Customer"] == "Zephyr Bikes Ltd"
    assert form.fields["What was said and done?"] == SAID
    assert (form.fields["When?"], form.fields["Who of us was there?"]) == ("2026-06-04", [anna.id])
    form.submit()
    assert "Visit logged: clock reset; next visit due" in done(anna).words
    (touch,) = logged(sqlite_db)
    assert (touch.customer, touch.note, touch.happened_on, touch.author) == ("Zephyr Bikes Ltd", SAID, TODAY, anna.id)
    assert touch.permalink == f"https://{anna.slack.app.team.domain}.slack.com/archives/" + (
        f"{message.message.channel.id}/p{message.ts.replace('.', '')}"
    )
    assert [one.slack_user_id for one in touch.people] == [anna.id]


def test_two_customers_in_a_message_are_named_and_neither_is_chosen(anna: Person, sales: Channel, slack: Slack) -> None:
    form = form_of(anna, slack.posts(anna, sales, "Acme and Zephyr both called"))
    assert form.fields["Customer"] is None
    assert "The message may mean" in form.words
    assert form.submit().errors == {"Customer": "Please complete this required field."}


def test_where_a_message_names_nobody_the_customer_of_its_channel_is_meant(
    anna: Person, sales: Channel, slack: Slack, sqlite_db: Database
) -> None:
    with sqlite_db.writing() as connection:
        acme = connection.scalar(sa.select(tables.customers.c.id).where(tables.customers.c.name == "Acme"))
        row = {"channel_id": sales.id, "customer_id": acme, "tied_at": dt.datetime(2026, 6, 1, tzinfo=dt.UTC)}
        connection.execute(tables.customer_channels.insert().values(**row, tied_by=anna.id))
    assert form_of(anna, slack.posts(anna, sales, "they were happy")).fields["Customer"] == "Acme"


def test_a_message_that_is_logged_already_says_so(anna: Person, message: Seen) -> None:
    form_of(anna, message).submit()
    done(anna).close()
    assert "This message is logged already, for *Zephyr Bikes Ltd*, by" in form_of(anna, message).words


def test_a_form_submitted_twice_and_delivered_twice_is_one_touch(
    anna: Person, message: Seen, sqlite_db: Database
) -> None:
    submitted = form_of(anna, message).submit()
    done(anna)
    submitted.again()
    done(anna)
    assert len(logged(sqlite_db)) == 1


def test_everything_in_the_form_is_kept_and_taken_back_with_its_promise(
    anna: Person, message: Seen, slack: Slack, sqlite_db: Database
) -> None:
    ben = slack.member("Ben")
    ben.types("/melktert me").answer()
    slack.wait_for(lambda: known(sqlite_db, ben.id))
    form = form_of(anna, message)
    form.fill(
        {
            "What was it?": "Value conversation",
            "When?": dt.date(2026, 6, 2),
            "Did you promise anything?": "Send the quote",
            "By when?": dt.date(2026, 6, 12),
            "How long?": "1h30",
            "With whom?": "Zola Maseko",
            "How did it go?": "A complaint, not settled yet",
            "Who of us was there?": [ben],
            "What did you learn that is of value?": "They open in Durban",
            "What did it cost beside the time?": "250 ZAR",
        }
    ).submit()
    said = done(anna)
    assert "Send the quote" in said.words
    assert "*Zola Maseko* is added to the people of Zephyr Bikes Ltd" in said.words
    (touch,) = logged(sqlite_db)
    assert (touch.kind, touch.happened_on, touch.minutes) == ("conversation", dt.date(2026, 6, 2), 90)
    assert (touch.contact, touch.outcome, touch.learned) == ("Zola Maseko", "complaint", "They open in Durban")
    assert (str(touch.cost), touch.currency) == ("250.00", "ZAR")
    assert (touch.author, [one.slack_user_id for one in touch.people]) == (anna.id, [ben.id])
    said.press("Undo")
    assert "So is the promise: Send the quote" in done(anna, "taken back").words
    assert logged(sqlite_db)[0].deleted_at is not None
    filled(anna).press("Put it back")
    done(anna)
    assert logged(sqlite_db)[0].deleted_at is None


def known(db: Database, user_id: str) -> bool:
    with db.reading() as connection:
        chosen = sa.select(tables.people.c.kind).where(tables.people.c.slack_user_id == user_id)
        return connection.scalar(chosen) is not None


def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(anna: Person, message: Seen) -> None:
    form = form_of(anna, message)
    wrong = {"When?": dt.date(2026, 6, 5), "How long?": "long", "By when?": dt.date(2026, 6, 12)}
    errors = form.fill({**wrong, "What did it cost beside the time?": "1.500"}).submit().errors
    assert sorted(errors) == sorted(
        ["When?", "How long?", "Did you promise anything?", "What did it cost beside the time?"]
    )
    assert "still to come" in errors["When?"]
    assert form.fields["How long?"] == "long"


# --- from the menu of shortcuts, and in a line ----------------------------------------------------------------------


def test_the_menu_of_shortcuts_opens_it_with_a_live_search(anna: Person, sqlite_db: Database) -> None:
    anna.runs_shortcut("visit")
    form = filled(anna)
    assert form.type_into("Customer", "acm") == ["Acme", "Acme Tools"]
    form.fill({"Customer": "Acme Tools"}).submit()
    done(anna)
    assert [touch.customer for touch in logged(sqlite_db)] == ["Acme Tools"]


def test_a_line_is_logged_and_taken_back(anna: Person, sales: Channel, sqlite_db: Database) -> None:
    card = anna.types("/visit zephyr yesterday 45m spoke to the buyer", at=sales).answer()
    assert card.is_ephemeral
    (touch,) = logged(sqlite_db)
    assert (touch.happened_on, touch.minutes, touch.note) == (dt.date(2026, 6, 3), 45, "spoke to the buyer")
    for _ in range(2):
        assert "Visit taken back" in anna.presses("Undo", on=card).answer().words
    assert len(logged(sqlite_db)) == 1


def test_a_line_that_may_mean_two_is_logged_once_however_often_its_button_is_pressed(
    anna: Person, sqlite_db: Database
) -> None:
    card = anna.types("/visit acme t yesterday").answer()
    assert logged(sqlite_db) == []
    for _ in range(2):
        assert "Visit logged" in anna.presses("Log it", on=card).answer().words
    assert len(logged(sqlite_db)) == 1


def test_a_touch_is_edited_in_a_dialogue_and_the_edit_taken_back(anna: Person, sqlite_db: Database) -> None:
    card = anna.types("/visit zephyr yesterday 45m spoke to the buyer").answer()
    anna.presses("Edit…", on=card)
    filled(anna).fill({"How long?": "2 hours", "What was it?": "Call"}).submit()
    changed = done(anna, "Call changed:")
    assert logged(sqlite_db)[0].minutes == 120
    changed.press("Undo")
    done(anna, "Visit changed:")
    assert (logged(sqlite_db)[0].minutes, logged(sqlite_db)[0].kind) == (45, "visit")


def test_only_the_author_or_a_manager_changes_a_touch(anna: Person, slack: Slack, sqlite_db: Database) -> None:
    ben = slack.member("Ben")
    anna.types("/visit zephyr").answer()
    shown = ben.types("/melktert touch 1").answer()
    assert shown.buttons == []
    bens = ben.types("/visit acme today").answer(until=lambda seen: "logged" in seen.words or "Which" in seen.words)
    for do in ("delete", "restore", "save", "undo", "edit"):
        value = f'{{"do":"{do}","touch":"1","entry":"1"}}'
        answer = ben.presses(bens.buttons[0], on=bens, value=value).answer()
        assert "taken back" not in answer.words
    assert logged(sqlite_db)[0].deleted_at is None


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [2, 4])
def test_a_database_that_is_locked_for_seconds_costs_nothing_but_time(
    anna: Person, message: Seen, sqlite_db: Database, seconds: int
) -> None:
    form = form_of(anna, message)
    thread = locked(sqlite_db, seconds)
    assert form.submit().error is None
    thread.join()
    done(anna)
    assert len(logged(sqlite_db)) == 1


def test_of_a_database_that_stays_locked_the_rep_is_told_and_loses_no_word(
    anna: Person, message: Seen, slack: Slack, sqlite_db: Database
) -> None:
    form = form_of(anna, message)
    form.fill({"What was said and done?": "A long story"})
    sa.event.listen(sqlite_db.engine, "connect", impatient)
    sqlite_db.engine.dispose()
    thread = locked(sqlite_db, 1.5)
    form.submit()
    again = done(anna, "Nothing was saved")
    assert again.fields["What was said and done?"] == "A long story"
    assert again.fields["Customer"] == "Zephyr Bikes Ltd"
    thread.join()
    again.submit()
    done(anna)
    assert [touch.note for touch in logged(sqlite_db)] == ["A long story"]


def impatient(dbapi_connection: object, _record: object) -> None:
    dbapi_connection.execute("PRAGMA busy_timeout = 300")  # type: ignore[attr-defined]


def test_a_dialogue_that_slack_does_not_open_in_time_is_told(anna: Person, message: Seen, slack: Slack) -> None:
    slack.faults.arrive_late("views.open", 4)
    told = anna.runs_shortcut("visit-message", on=message).answer()
    assert "Press the button once more" in told.words
    slack.expect_complaint("expired_trigger_id")


def test_a_customer_deleted_meanwhile_is_said_beside_the_field(
    anna: Person, message: Seen, sqlite_db: Database
) -> None:
    form = form_of(anna, message)
    with sqlite_db.writing() as connection:
        for table in (tables.invoice_lines, tables.invoices, tables.customer_references, tables.customers):
            connection.execute(table.delete())
    assert "no longer in the database" in form.submit().errors["Customer"]


@pytest.mark.parametrize("customer", ["404", "-1", "0 or 1=1", "9" * 30, "Zephyr Bikes Ltd"])
def test_a_tampered_form_logs_nothing(anna: Person, message: Seen, sqlite_db: Database, customer: str) -> None:
    form = form_of(anna, message)
    state = {
        **form.view.state,
        "customer": {"field": {"type": "external_select", "selected_option": {"value": customer}}},
    }
    form.submit(tampered={"state": {"values": state}})
    assert logged(sqlite_db) == []


def test_a_tampered_permalink_is_not_kept(anna: Person, message: Seen, sqlite_db: Database) -> None:
    form = form_of(anna, message)
    metadata = form.view.body["private_metadata"].replace(".slack.com", ".example.com")
    form.submit(tampered={"private_metadata": metadata})
    done(anna)
    assert logged(sqlite_db)[0].permalink is None


def test_a_guest_logs_nothing(anna: Person, sales: Channel, message: Seen, slack: Slack, sqlite_db: Database) -> None:
    gus = slack.guest("Gus")
    sales.members.append(gus.id)
    gus.runs_shortcut("visit-message", on=message)
    slack.wait_for(lambda: gus.modal is not None and "Guests" in gus.modal.words)
    assert logged(sqlite_db) == []
