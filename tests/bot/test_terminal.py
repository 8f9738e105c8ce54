"""A Reply on a terminal: how a card looks, and that nothing that it holds can disturb the screen."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from bot.entries import numbered
from bot.ink import Screen
from bot.terminal import card
from commands._reply import Action, Item, Note, Reply, Strong
from tests.bot.cards import (
    CANDIDATES,
    CLV,
    COLOUR,
    NEGLECTED,
    TOP,
    VISIT,
    WHY,
    lines,
    replies,
    usd,
    words,
    written,
)

GOLDEN = Path(__file__).parent / "golden"
LOOKS = {
    "clv-large-80": lines(CLV, 80, large=True),
    "clv-80": lines(CLV, 80),
    "clv-40": lines(CLV, 40),
    "top-large-80": lines(TOP, 80, large=True),
    "top-40": lines(TOP, 40),
    "candidates-80": lines(CANDIDATES, 80),
    "neglected-80": lines(NEGLECTED, 80),
    "why-80": lines(WHY, 80),
    "why-40": lines(WHY, 40),
    "visit-80": lines(VISIT, 80),
    "visit-40": lines(VISIT, 40),
}


@pytest.mark.parametrize("look", LOOKS)
def test_a_card_looks_as_it_was_agreed(look: str) -> None:
    """To agree on another look: read the difference, then write what LOOKS has into the file."""
    assert "\n".join(LOOKS[look]) + "\n" == (GOLDEN / f"{look}.txt").read_text(encoding="utf-8")


def test_every_agreed_look_is_drawn() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(LOOKS)


@pytest.mark.parametrize("height", [20, 22, 24, 50])
def test_a_card_gives_up_its_empty_lines_before_its_headline_leaves_the_screen(height: int) -> None:
    shown = written(CLV, force_terminal=True, width=80, height=height, color_system=None).splitlines()
    assert shown[0].startswith("Metropolitan Bicycle Supply")
    assert len(shown) + len(("", "> ")) <= height
    assert [line for line in shown if line] == [line for line in lines(CLV, large=True) if line]


def test_a_list_that_no_screen_holds_keeps_its_empty_lines() -> None:
    shown = written(TOP, force_terminal=True, width=80, height=9, color_system=None).splitlines()
    assert shown == lines(TOP, large=True)


@settings(max_examples=150, deadline=None)
@given(replies, st.integers(20, 90), st.booleans())
def test_no_line_is_wider_than_the_screen(reply: Reply, width: int, large: bool) -> None:
    for line in lines(reply, width, large=large):
        assert -1 < wcswidth(line) <= width, line


@settings(max_examples=150, deadline=None)
@given(replies)
def test_a_terminal_is_sent_colours_and_letters_and_nothing_else_that_it_obeys(reply: Reply) -> None:
    sent = written(reply, force_terminal=True, color_system="truecolor", width=80, legacy_windows=False)
    for character in COLOUR.sub("", sent).replace("\n", ""):
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert category != "Cf" or character == "\u200c"


@settings(max_examples=50, deadline=None)
@given(replies)
def test_the_same_reply_is_drawn_the_same(reply: Reply) -> None:
    assert written(reply, width=80) == written(reply, width=80)


@settings(max_examples=50, deadline=None)
@given(replies)
def test_a_pipe_is_sent_no_colour(reply: Reply) -> None:
    assert "\x1b" not in written(reply, width=80)


@given(words)
def test_the_figure_stands_in_the_headline_whatever_the_customer_is_called(name: str) -> None:
    reply = Reply(headline=(name, "  ·  ", usd("1193689", "short")))
    head = lines(reply)
    assert len(head) <= 3
    assert head[-1].endswith("$1.19M")


def test_the_figure_is_large_on_a_terminal_and_plain_in_a_pipe() -> None:
    assert "██▀█▀██" in written(CLV, force_terminal=True, width=80)
    assert "Supply · $1.19M" in written(CLV, width=80)


def test_a_figure_that_does_not_fit_large_is_plain() -> None:
    assert "Supply · $1.19M" in "\n".join(lines(CLV, 50, large=True))
    assert lines(Reply(headline=("Acme", " · ", usd("12345678901234567"))), large=True) == [
        "Acme · $12,345,678,901,234,567"
    ]


def test_what_a_customer_cost_us_is_not_drawn_like_what_it_is_worth() -> None:
    cost = Reply(headline=("A Bike Store", "  ·  has cost us ", usd("219.99")))
    assert lines(cost, large=True) == ["A Bike Store · has cost us $219.99"]
    loss = card(Reply(headline=("A Bike Store", "  ·  ", usd("-219.99"))), Screen())[0]
    assert "bold red" in {str(span.style) for span in loss.spans}


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1", "TERM": "xterm"}])
def test_a_terminal_without_colour_gets_none(environment: dict[str, str]) -> None:
    sent = written(CLV, force_terminal=True, width=80, _environ=environment)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", sent)


def test_a_dumb_terminal_gets_letters_only() -> None:
    assert "\x1b" not in written(CLV, force_terminal=True, width=80, _environ={"TERM": "dumb"})


@settings(max_examples=50, deadline=None)
@given(replies)
def test_every_button_has_its_number_on_the_card(reply: Reply) -> None:
    shown = "\n".join(lines(reply))
    for number, _ in enumerate(numbered(reply), 1):
        assert f"[{number}]" in shown


def test_an_entry_with_one_button_wears_its_number() -> None:
    assert [action.values["customer"] for action in numbered(CANDIDATES)] == ["0", "1"]
    assert lines(CANDIDATES)[2].startswith("[1] Twin Wheels")
    assert lines(CANDIDATES)[-1] == "[1–2] Show"


def test_an_entry_that_is_no_button_wears_no_number() -> None:
    parts = (Item(("/clv NAME",), ("What a customer is worth.",)), Item(("/top",), ("The best.",)))
    assert lines(Reply(headline=("Help",), parts=parts))[2:] == [
        "/clv NAME  What a customer is worth.",
        "/top       The best.",
    ]


def test_the_number_of_a_ranking_is_the_number_of_its_button() -> None:
    assert lines(TOP, 80)[3].startswith("[1] Field Trip Store")
    ranked = tuple(Item((f"{at}  ", name)) for at, name in enumerate(("A", "B"), 1))
    assert lines(Reply(headline=("Best",), parts=ranked))[2:] == ["1 A", "2 B"]


def test_buttons_of_entries_come_before_those_of_the_card() -> None:
    assert [action.label for action in numbered(NEGLECTED)] == ["Log a visit", "Snooze", "Log a visit", "Snooze"]
    assert [action.label for action in numbered(TOP)][-1] == "Twenty"
    assert "[4] Twenty" in "\n".join(lines(TOP))


def test_entries_with_different_buttons_show_each() -> None:
    parts = tuple(Item((name,), actions=(Action("x", label),)) for name, label in (("A", "Open"), ("B", "Close")))
    shown = lines(Reply(headline=("Two",), parts=parts))
    assert "  [1] Open" in shown
    assert "  [2] Close" in shown


def test_a_sentence_alone_needs_no_rule() -> None:
    assert lines(Reply(headline=("No customer is called “x”",), parts=(Note(("Try one word.",)),))) == [
        "No customer is called “x”",
        "",
        "Try one word.",
    ]


def test_the_tones_of_notes_differ_without_colour_too() -> None:
    parts = (Note(("late",), "warning"), Note(("kept",), "good"), Note(("so",)))
    assert lines(Reply(headline=("Tones",), parts=parts))[2:] == ["▲ late", "● kept", "so"]


def test_markup_in_a_name_is_a_name() -> None:
    sent = written(Reply(headline=(Strong("[red]Acme[/] :smile:"),)), force_terminal=True, width=80)
    assert "[red]Acme[/] :smile:" in COLOUR.sub("", sent)
