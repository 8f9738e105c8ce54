"""Recognising the customer in a message, measured: what is filled in has to be right."""

import tomllib
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import names, tables
from store.database import Database
from store.recognition import NOTHING, recognise
from tests.ledger import Ledger

MESSAGES = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))
PRECISION_LEAST = 0.95
RECALL_LEAST = 0.9


@pytest.fixture
def team(db: Database) -> Database:
    """The customers and the reps of messages.toml."""
    ledger = Ledger(db)
    for name in MESSAGES["reps"]:
        ledger.rep(name)
    for name in MESSAGES["customers"]:
        ledger.customer(name)
    for twins in MESSAGES["twins"]:
        for place in twins["places"]:
            ledger.customer(twins["name"], place=place)
    ledger.done()
    return db


def filled_in(db: Database, text: str) -> str:
    """The customer that the form would begin with; of two of one name with the place."""
    with db.reading() as connection:
        match = recognise(connection, text).customer
    return ", ".join(word for word in (match.name, match.place) if word) if match else ""


def named(db: Database, text: str) -> set[str]:
    with db.reading() as connection:
        return {match.name for match in recognise(connection, text).named}


def test_what_is_filled_in_is_right_and_most_of_what_could_be_is_filled_in(
    team: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(MESSAGES["message"]) == 50
    found = [(one["text"], one["means"], filled_in(team, one["text"])) for one in MESSAGES["message"]]
    filled = [(text, means, read) for text, means, read in found if read]
    wrong = [one for one in filled if one[1] != one[2]]
    missed = [one for one in found if one[1] and not one[2]]
    precision, recall = 1 - len(wrong) / len(filled), 1 - len(missed) / sum(1 for one in found if one[1])
    with capsys.disabled():
        print(f"\n{len(filled)} of {len(found)} filled in: precision {precision:.1%}, recall {recall:.1%}")
    assert precision >= PRECISION_LEAST, wrong
    assert recall >= RECALL_LEAST, missed


def test_it_is_never_a_guess_between_two(team: Database) -> None:
    assert named(team, "Acme and Zephyr both asked") == {"Acme", "Zephyr Bikes Ltd"}
    assert named(team, "Twin Wheels called") == {"Twin Wheels"}
    assert filled_in(team, "Twin Wheels called") == ""
    assert {"Acme", "Acme Tools Ltd"} <= named(team, "Met Acme Tool at the fair")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Saw Meadow Walk today", ""),
        ("Saw Meadow Walk Inc today", "Meadow Walk Inc"),
        ("Saw Meadow Walk Store today", "Meadow Walk Store"),
        ("Saw Acme today", "Acme"),
        ("Saw Zephyr Bikes today", "Zephyr Bikes Ltd"),
    ],
)
def test_a_name_without_its_legal_form_is_nobodys_alone_where_anothers_goes_on_from_it(
    team: Database, text: str, means: str
) -> None:
    ledger = Ledger(team, title="Other books")
    ledger.customer("Meadow Walk Inc")
    ledger.customer("Meadow Walk Store")
    ledger.done()
    assert filled_in(team, text) == means
    if not means:
        assert named(team, text) == {"Meadow Walk Inc", "Meadow Walk Store"}


def test_one_customer_named_twice_is_one(team: Database) -> None:
    assert filled_in(team, "Zephyr called. Zephyr Bikes want more.") == "Zephyr Bikes Ltd"


def test_a_longer_name_is_not_also_the_shorter_one_within_it(team: Database) -> None:
    assert named(team, "Acme Tools want a demo") == {"Acme Tools Ltd"}


def test_a_name_does_not_go_on_over_the_end_of_a_sentence_or_a_line(team: Database) -> None:
    assert filled_in(team, "We saw Acme. Tools were shown.") == "Acme"
    assert filled_in(team, "We saw Acme\nTools were shown") == "Acme"


def test_a_customer_is_recognised_by_what_it_is_also_called(team: Database) -> None:
    with team.writing() as connection:
        zephyr = connection.scalar(
            sa.select(tables.customers.c.id).where(tables.customers.c.name == "Zephyr Bikes Ltd")
        )
        names.add_alias(connection, zephyr, "The Wind People")
    assert filled_in(team, "The Wind People called") == "Zephyr Bikes Ltd"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Met Mark's Cycles and the buyer", "Mark's Cycles"),
        ("Mark’s Cycles want a demo.", "Mark's Cycles"),
        ("Acme's buyer called", "Acme"),
        ("Mark's laptop broke", ""),
    ],
)
def test_the_s_of_an_owner_is_part_of_a_name_where_the_name_has_it(team: Database, text: str, means: str) -> None:
    ledger = Ledger(team, title="Other books")
    ledger.customer("Mark's Cycles")
    ledger.done()
    assert filled_in(team, text) == means


def test_a_message_is_read_with_a_fixed_number_of_queries(team: Database) -> None:
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_about: object) -> None:
        asked.append(statement)

    text = "Visited Zephyr Bikes and Metropolitain Bicycle, " + "saw Acme again, and Stellenbosh too. " * 30
    with team.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", count)
        recognise(connection, text)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 6


@pytest.mark.parametrize("text", ["", " ", "🎉", "<@U012AB3CD>", "\0", "a" * 50_000, "Acme " * 20_000, "%_%", "'; --"])
def test_a_message_without_a_name_or_without_end_is_read_all_the_same(team: Database, text: str) -> None:
    filled_in(team, text)


def test_nobody_is_recognised_where_there_is_nobody(db: Database) -> None:
    with db.reading() as connection:
        assert recognise(connection, "Visited Acme") == NOTHING
