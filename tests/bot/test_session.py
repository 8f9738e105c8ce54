"""A conversation: at a prompt, and one command a line."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

import commands
from bot.log import Log
from bot.session import Names, Session, converse, read
from commands._reply import Action, Command, Policy, Reply, Request
from store.database import Database

NOW = dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC)
UP, CTRL_C, CTRL_D, ENTER, TAB, DOWN = "\x1b[A", "\x03", "\x04", "\r", "\t", "\x1b[B"


@pytest.fixture
def session(books: Database, log: Log) -> Session:
    return Session(books, Console(file=StringIO(), width=80), log, lambda: NOW)


def screen(session: Session) -> str:
    file = session.console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe:
        yield pipe


def type_in(session: Session, keys: PipeInput, *typed: str, history: Path | None = None) -> str:
    """Type at the prompt, then Ctrl-D; what stands on the screen."""
    for text in typed:
        keys.send_text(text)
    keys.send_text(CTRL_D)
    converse(session, history, input=keys, output=DummyOutput())
    return screen(session)


def say(session: Session, *lines: str) -> str:
    read(session, [line.encode() + b"\n" for line in lines])
    return screen(session)


# --- at a prompt ----------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_its_button_works_twice(session: Session, keys: PipeInput) -> None:
    shown = type_in(session, keys, "/clv metropolitan bicycle\r", "1\r", "1\r", "1\r")
    assert shown.count("Metropolitan Bicycle Supply · $") == 2
    assert shown.count("Why these figures? Metropolitan Bicycle Supply") == 2


def test_the_slash_may_be_left_out(session: Session, keys: PipeInput) -> None:
    assert "Your 2 best customers" in type_in(session, keys, "top\r")


@pytest.mark.parametrize("goodbye", ["quit\r", "exit\r", "/quit\r", "QUIT\r", CTRL_D])
def test_it_ends_when_told_to(session: Session, keys: PipeInput, goodbye: str) -> None:
    assert "best" not in type_in(session, keys, goodbye, "top\r")


def test_control_c_clears_the_line(session: Session, keys: PipeInput) -> None:
    shown = type_in(session, keys, "top 1" + CTRL_C, "clv metropolitan bicycle\r")
    assert "Metropolitan Bicycle Supply · $" in shown
    assert "best customer" not in shown


def test_the_up_arrow_repeats_also_in_the_next_session(session: Session, tmp_path: Path) -> None:
    history = tmp_path / "history"
    with create_pipe_input() as keys:
        type_in(session, keys, "top 1\r", history=history)
    again = Session(session.db, Console(file=StringIO(), width=80), session.log, session.clock)
    with create_pipe_input() as keys:
        assert "Your best customer" in type_in(again, keys, UP + ENTER, history=history)


def test_a_number_after_a_refusal_presses_no_button_of_an_older_card(session: Session) -> None:
    shown = say(session, "top", "clv", "1")
    assert "Say which customer" in shown
    assert "There is no button 1; there is none." in shown


def test_help_lists_the_commands_and_says_how_buttons_work(session: Session, keys: PipeInput) -> None:
    shown = type_in(session, keys, "help\r")
    assert "/clv NAME" in shown
    assert "A number presses a button" in shown


# --- what a number presses ------------------------------------------------------------------------------------------


def test_a_number_presses_the_button_of_the_last_card_that_had_any(session: Session) -> None:
    shown = say(session, "/clv metropolitan bicycle", "/clv nobody at all", "1")
    assert shown.rstrip().count("Why these figures? Metropolitan Bicycle Supply") == 1


def test_candidates_are_pressed_by_their_number(session: Session) -> None:
    assert "Twin Wheels · has not bought yet" in say(session, "/clv twin wheels", "[2]")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["1"], "There is no button 1; there is none."),
        (["/clv metropolitan bicycle", "9"], "There is no button 9; the last card has 2."),
        (["/clv metropolitan bicycle", "0"], "There is no button 0; the last card has 2."),
    ],
)
def test_a_number_without_a_button_says_so(session: Session, lines: list[str], sentence: str) -> None:
    assert sentence in say(session, *lines)


@pytest.mark.parametrize(("reply", "done"), [("y", True), ("no", False), ("", False)])
def test_a_button_that_asks_is_pressed_only_on_yes(
    session: Session, monkeypatch: pytest.MonkeyPatch, reply: str, done: bool
) -> None:
    button = Action("probe", "Close them", confirm="Really close them?")

    def run(request: Request, _db: Database) -> Reply:
        return Reply(
            headline=("pressed" if request.values else "asked",), actions=(replace(button, values={"x": "1"}),)
        )

    probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
    monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))
    shown = say(session, "/probe", "1", reply)
    assert "Really close them? [y/N]" in shown
    assert ("pressed" in shown) is done
    assert ("Nothing was done." in shown) is not done


def test_a_button_that_asks_is_pressed_only_on_yes_at_the_prompt_too(
    session: Session, keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(request: Request, _db: Database) -> Reply:
        button = Action("probe", "Close", {"x": "1"}, confirm="Really?")
        return Reply(headline=("pressed" if request.values else "asked",), actions=(button,))

    probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
    monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))
    shown = type_in(session, keys, "/probe\r", "1\r", "y\r", "1\r", "n\r")
    assert shown.count("pressed") == 1
    assert shown.count("Nothing was done.") == 1


# --- completion -----------------------------------------------------------------------------------------------------


def complete(session: Session, line: str) -> list[tuple[str, str]]:
    """What a line becomes, and what stands beside it in the menu."""
    document = Document(line)
    found = Names(session).get_completions(document, CompleteEvent())
    return [
        (line[: len(line) + completion.start_position] + completion.text, completion.display_meta_text)
        for completion in found
    ]


def test_commands_complete_with_and_without_the_slash(session: Session) -> None:
    assert [line for line, _ in complete(session, "/cl")] == ["/clv"]
    assert [line for line, _ in complete(session, "top")] == ["top"]
    assert {"clv", "top", "melktert", "help", "quit"} <= {line for line, _ in complete(session, "")}


def test_names_of_customers_complete_and_are_told_apart_by_place(session: Session) -> None:
    assert complete(session, "/clv metro") == [("/clv Metropolitan Bicycle Supply", "London, England")]
    assert complete(session, "clv twin w") == [("clv Twin Wheels", "Boston"), ("clv Twin Wheels", "Austin")]


def test_a_completed_name_is_what_finds_the_customer(session: Session) -> None:
    [(line, _)] = complete(session, "/clv metropolitan b")
    assert "Metropolitan Bicycle Supply · $" in say(session, line)


def test_names_complete_under_the_long_name_too(session: Session) -> None:
    assert [line for line, _ in complete(session, "/melktert clv field t")] == ["/melktert clv Field Trip Store"]


def test_a_hostile_name_completes_to_one_harmless_line(session: Session) -> None:
    lines = [line for line, _ in complete(session, "/clv evil")]
    assert len(lines) == 1
    assert lines[0].isprintable()


def test_what_takes_no_name_completes_nothing(session: Session) -> None:
    assert complete(session, "/top 1") == []
    assert complete(session, "/nonsense x") == []


def test_a_completion_that_fails_is_silent(session: Session, log: Log) -> None:
    session.db = Database("sqlite:////no/such/folder/file.sqlite3")
    assert complete(session, "/clv metro") == []
    session.db.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_whatever_is_typed_completion_goes_on(session: Session, text: str) -> None:
    for line in (text, f"/clv {text}"):
        for _, hint in complete(session, line):
            assert hint.isprintable()


# --- one command a line ---------------------------------------------------------------------------------------------


def test_each_command_is_echoed_before_its_answer(session: Session) -> None:
    shown = say(session, "/clv metropolitan bicycle", "top 1")
    assert shown.index("> /clv metropolitan bicycle\n") < shown.index("Metropolitan Bicycle Supply ·")
    assert shown.index("> top 1\n") < shown.index("Your best customer")


def test_quit_ends_it_before_the_last_line(session: Session) -> None:
    assert "best" not in say(session, "quit", "top 1")


def test_nothing_on_a_line_is_nothing_asked(session: Session) -> None:
    assert say(session, "", "   ", "\t") == ""


def test_a_line_of_a_million_letters_is_answered_in_a_few(session: Session) -> None:
    shown = say(session, "x" * 1_000_000, "/clv " + "x" * 1_000_000)
    assert len(shown) < 2_000
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_bytes_that_are_no_letters_are_answered(session: Session) -> None:
    read(session, [b"\xff\xfe /clv\n", b"/clv metropolitan \xff\n", b"\x00\x1b[2J\n", b"top 1"])
    assert "\x1b" not in screen(session)
    assert "Your best customer" in screen(session)


def test_a_hostile_name_disturbs_nothing(session: Session) -> None:
    shown = say(session, "/clv evil")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Evil Corp" in shown


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40), max_size=4))
def test_no_bytes_end_the_session_early(session: Session, lines: list[bytes]) -> None:
    asked = [line.replace(b"\n", b" ") + b"\n" for line in lines]
    read(session, [*asked, b"quit\n"])
    assert session.log.path is not None
    assert not session.log.path.exists()


def test_the_day_is_the_day_of_the_question(session: Session) -> None:
    days = iter((NOW, NOW + dt.timedelta(days=200)))
    session.clock = lambda: next(days)
    first, second = session.request(), session.request()
    assert (first.today, second.today) == (dt.date(2026, 6, 4), dt.date(2026, 12, 21))
