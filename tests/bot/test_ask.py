"""python -m bot ask: what other programs may rely on."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import commands
from bot.__main__ import app
from commands._reply import Command, Policy, Reply, Request
from store.database import Database

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, books: Database) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", books.url.render_as_string())


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ask", *arguments])


def refused(*arguments: str) -> str:
    """The one sentence of a question that has no answer."""
    result = ask(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr


def test_text_is_the_card_as_a_terminal_shows_it() -> None:
    result = ask("/clv metropolitan bicycle")
    assert result.exit_code == 0
    assert result.stdout.startswith("Metropolitan Bicycle Supply · $")
    assert "[1] Why these figures?" in result.stdout
    assert result.stderr == ""


def test_json_is_the_reply_as_data_with_exact_figures() -> None:
    result = ask("/clv metropolitan bicycle", "--format", "json")
    facts = json.loads(result.stdout, parse_float=Decimal)["facts"]
    assert facts["revenue"]["value"] == Decimal("482282.01")
    assert facts["revenue"]["currency"] == "USD"
    assert '"value": 482282.01' in result.stdout
    assert facts["gross_profit"]["value"] == Decimal("48228.10")
    assert facts["units"] | {"label": ""} == {
        "label": "",
        "value": 1154,
        "unit": "units",
        "currency": None,
        "low": None,
        "high": None,
        "basis": "",
    }
    assert facts["customer"]["value"] == "Metropolitan Bicycle Supply"
    assert facts["period_end"]["value"] == "2026-05-31"


def test_json_says_what_is_not_known() -> None:
    facts = json.loads(ask('/clv "A Bike Store"', "--format", "json").stdout)["facts"]
    assert facts["projected_value"]["value"] is None
    assert facts["projected_value"]["unknown"]


def test_slack_is_the_exact_payload() -> None:
    payload = json.loads(ask("/clv metropolitan bicycle", "--format", "slack").stdout)
    assert set(payload) == {"text", "blocks", "response_type"}
    assert payload["response_type"] == "ephemeral"


def test_a_button_can_be_pressed_from_the_command_line_too() -> None:
    assert ask("/clv metropolitan bicycle", "--press", "1").stdout.startswith("Why these figures?")
    assert ask("/clv metropolitan bicycle", "--press", "1", "--press", "1").stdout.startswith("Metropolitan")


def test_an_answer_is_not_withheld_since_a_button_is_missing() -> None:
    result = run("/clv metropolitan bicycle", "--press", "7")
    assert (result.returncode, result.stderr) == (1, "There is no button 7; the answer has 2.\n")
    assert result.stdout.startswith("Metropolitan Bicycle Supply")


def test_the_day_can_be_set() -> None:
    fresh = ask("/clv metropolitan bicycle", "--today", "2026-06-01").stdout
    old = ask("/clv metropolitan bicycle", "--today", "2027-06-01").stdout
    assert "Old data" not in fresh
    assert "Old data" in old


def test_a_placeholder_for_a_token_of_slack_keeps_nobody_from_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-…")
    assert ask("/clv metropolitan bicycle").exit_code == 0


def test_who_asks_can_be_said() -> None:
    assert ask("/clv metropolitan bicycle", "--as", "U01STRANGER").exit_code == 0


@pytest.mark.parametrize("line", ["/clv nobody of this name", "/clv twin wheels"])
def test_a_question_that_was_understood_is_answered(line: str) -> None:
    result = ask(line)
    assert result.exit_code == 0
    assert result.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["/clc acme"], "There is no command “clc”; did you mean /clv acme?\n"),
        ([""], "Say a command; /melktert lists what you can ask.\n"),
        (["/top", "--today", "2026-02-30"], "--today is a day such as 2026-05-31, not “2026-02-30”.\n"),
        (["/top", "--today", "tomorrow"], "--today is a day such as 2026-05-31, not “tomorrow”.\n"),
        (["/top", "--today", "9999-12-31"], "--today is a day from 1970 to 2199, not 9999.\n"),
        (["/clv"], "Say which customer, such as /clv acme; /top lists the best.\n"),
        (["/top banana"], "Say how many of the best, from 1 to 30, such as /top 10.\n"),
        (["/top", "--format", "xml"], "--format is one of text, slack, json, not “xml”.\n"),
    ],
)
def test_what_was_not_understood_is_one_sentence_and_exit_1(arguments: list[str], sentence: str) -> None:
    assert refused(*arguments) == sentence


@pytest.mark.parametrize("format_", ["text", "json", "slack"])
def test_an_unknown_command_is_refused_in_every_format(format_: str) -> None:
    assert refused("/nonsense", "--format", format_).startswith("There is no command “nonsense”")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///nowhere.sqlite3", "There is no database nowhere.sqlite3;"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/nothing", "The database cannot be reached."),
        ("mysql://nobody@127.0.0.1/nothing", "DATABASE_URL names no database that Melktert can use;"),
        ("not a url", "DATABASE_URL names no database that Melktert can use;"),
    ],
)
def test_a_database_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, url: str, sentence: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert refused("/top").startswith(sentence)
    assert not Path("nowhere.sqlite3").exists()


@pytest.mark.parametrize("currency", ["dollars", "QQQ"])
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, currency: str) -> None:
    monkeypatch.setenv("HOME_CURRENCY", currency)
    assert refused("/top").startswith("The setting HOME_CURRENCY takes the ISO 4217 code")


def test_an_unforeseen_error_is_one_sentence_with_the_id_that_the_log_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_request: Request, _db: Database) -> Reply:
        raise ZeroDivisionError

    probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
    monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))
    sentence = refused("/probe")
    written = json.loads(Path("melktert.log").read_text())
    assert written["reference"] in sentence
    assert "ZeroDivisionError" in written["exception"]


def test_a_card_that_cannot_be_drawn_is_an_unforeseen_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_request: Request, _db: Database) -> Reply:
        return Reply(headline=(object(),))  # type: ignore[arg-type]

    probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
    monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))
    assert "noted in melktert.log" in refused("/probe", "--format", "json")


def run(*arguments: str, shell: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bot", "ask", *arguments]
    return subprocess.run(
        ["bash", "-c", f'"$@" {shell}', "-", *command] if shell else command,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_program_of_its_own_it_writes_plain_text_into_a_pipe() -> None:
    result = run("/clv metropolitan bicycle")
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_a_reader_that_leaves_early_is_no_error() -> None:
    result = run("/top 2", shell="| :; exit ${PIPESTATUS[0]}")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_terminal_without_unicode_gets_the_nearest_letters() -> None:
    result = run("/clv metropolitan bicycle", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Metropolitan Bicycle Supply - $" in result.stdout
    assert result.stdout.isascii()


def test_a_question_does_not_wait_for_the_libraries_of_an_import() -> None:
    heavy = ("pandas", "matplotlib", "slackblocks", "structlog", "prompt_toolkit")
    loaded = f"import sys, bot.ask; print([module for module in {heavy} if module in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    shown = subprocess.run([sys.executable, "-c", loaded], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_help_names_every_room() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(room in shown for room in ("ask", "demo", "import"))


def test_no_room_of_that_name_is_a_mistake_in_the_command_line() -> None:
    result = CliRunner().invoke(app, ["aks"])
    assert result.exit_code == 2
    assert "aks" in result.output
