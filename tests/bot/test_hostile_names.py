"""Fifty thousand hostile names on the cards that the commands make, on every way to a person's eyes."""

import itertools
from pathlib import Path

import pytest

from bot import forms
from bot.answer import answer
from bot.log import Log
from commands._reply import Action, Option, Reply
from store.database import Database
from tests.bot.hostile_cards import (
    assert_harmless,
    assert_harmless_elsewhere,
    assert_slack_shows,
    cards,
    places,
    portfolio,
    request,
)
from tests.bot.hostile_names import filled, hostile_names

COUNT = 50_000
# These go the whole way, through the database.
WHOLE_WAY = 60
MANY_NAMES = 10
NAMES = hostile_names(COUNT)


def test_the_names_differ_and_hold_what_does_harm() -> None:
    assert len(set(NAMES)) == COUNT
    for harmful in (
        "\x1b",
        "\x9b",
        "\u202e",
        "\u2066",
        "<!channel>",
        "<@U0HOSTILE>",
        "\ud800",
        "\u200b",
        "\n",
        "%s",
        "{0}",
    ):
        assert sum(harmful in name for name in NAMES) > 100
    assert sum(len(name) >= 10_000 for name in NAMES) >= 7


@pytest.fixture
def templates(sqlite_db: Database) -> list[Reply]:
    return cards(sqlite_db)


def test_every_card_holds_names_and_none_is_an_apology(templates: list[Reply]) -> None:
    assert [reply.summary for reply in templates if not places(reply)] == []
    assert not any("Something went wrong" in str(reply) for reply in templates)


def test_fifty_thousand_hostile_names_do_no_harm(templates: list[Reply]) -> None:
    """Each name takes its turn on one card; cards of few names, which are most of the work, are dealt to less often."""
    held = [(template, places(template)) for template in templates]
    many = [one for one in held if one[1] >= MANY_NAMES]
    few = [one for one in held if one[1] < MANY_NAMES]
    left, turn = COUNT, itertools.cycle(NAMES)
    for number, (template, names_held) in enumerate(itertools.cycle([*many, *many, *many, *few])):
        if left <= 0:
            break
        reply = filled(template, turn)
        assert_harmless(reply)
        if number % 8 == 0:
            assert_harmless_elsewhere(reply, number // 8 + number // 32)
        left -= names_held


def test_fifty_thousand_hostile_names_can_be_suggested() -> None:
    for at in range(0, COUNT, 100):
        options = [Option(str(number), name) for number, name in enumerate(NAMES[at : at + 100])]
        menu = {"type": "static_select", "action_id": "a", "options": forms.options(options)}
        label = {"type": "plain_text", "text": "Customer", "emoji": False}
        block = {"type": "input", "block_id": "b", "label": label, "element": menu}
        assert_slack_shows({**forms.loading("x"), "submit": {**label, "text": "Save"}, "blocks": [block]})


def test_hostile_names_do_no_harm_on_their_way_through_the_database(sqlite_db: Database, tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    names = [name for name in NAMES if (name.strip() and len(name) < 300 and name.isprintable()) or "\x1b" in name]
    names = [name for name in names if name.encode("utf-8", "ignore").decode() == name][:WHOLE_WAY]
    portfolio(sqlite_db, names).done()
    for number, name in enumerate(names, start=1):
        for asked in (
            Action("clv", "", {"customer": str(number)}),
            Action("clv", "", {"customer": str(number), "view": "why"}),
            f"/clv {name}",
            f"/melktert {name}",
            name,
        ):
            assert_harmless(answer(sqlite_db, asked, request(), log))
    for line in ("/top 30", "/melktert people", "/melktert home", "/melktert me"):
        assert_harmless(answer(sqlite_db, line, request(), log))
    assert not (tmp_path / "log").exists()
