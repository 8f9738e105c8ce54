"""python -m bot import: sentences for a person, an exit code for a script."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from tests.store.imports.ledgers import FLAT, GOOD, ledger

DOCS = Path(__file__).parents[2] / "docs" / "import.md"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in a folder of its own, with a database of its own."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'melktert.sqlite3'}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(FLAT, "utf-8")
    return lambda *arguments: CliRunner().invoke(app, ["import", *map(str, arguments)])


def _flowing(text: str) -> str:
    return " ".join(text.split())


def test_all_taken_is_exit_0_and_says_what_became_of_every_line(run: Callable[..., Result], tmp_path: Path) -> None:
    path = ledger(tmp_path, [*GOOD, "9;01.01.2025;;;;;P;2;1234,5;"])
    result = run(path, "--mapping", "shop.toml")
    assert result.exit_code == 0, result.output
    said = re.sub(r"\d+\.\d+ s", "N s", _flowing(result.stdout))
    assert said == (
        "Read 5 lines in N s: 4 new, 0 changed, 0 unchanged. "
        "1 line without a customer (EUR 2,469.00) is not in any customer's figures. "
        "1 customer has several countries; the latest line's counts. "
        "Other writers had to wait for at most N s. "
        "The cards rest on the stated assumptions. Only 1 customer has bought so far; a model needs 30."
    )
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stderr == ""


def test_a_placeholder_for_a_token_of_slack_keeps_nobody_from_importing(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "your token")
    assert run(ledger(tmp_path, GOOD), "--mapping", "shop.toml").exit_code == 0


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (("DATABASE_URL", "nonsense"), "DATABASE_URL names no database that Melktert can use; write sqlite:///FILE"),
        (("DATABASE_URL", "mysql://x/y"), "DATABASE_URL names no database that Melktert can use; write sqlite:///FILE"),
        (("HOME_CURRENCY", "usd"), "The setting HOME_CURRENCY takes the ISO 4217 code of the currency"),
        (("HOME_CURRENCY", "QQQ"), "The setting HOME_CURRENCY takes the ISO 4217 code of the currency"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    run: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: tuple[str, str],
    sentence: str,
) -> None:
    path = ledger(tmp_path, GOOD)
    monkeypatch.setenv(*setting)
    result = run(path, "--mapping", "shop.toml")
    assert result.exit_code == 2
    assert _flowing(result.stderr).startswith(sentence)


def test_some_rejected_is_exit_1_with_reasons_and_where_the_rows_are(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    path = ledger(tmp_path, [GOOD[0], GOOD[1].replace(";5;", ";x;"), *GOOD[2:]])
    result = run(path, "--mapping", "shop.toml")
    assert result.exit_code == 1
    said = _flowing(result.stdout)
    assert "2 new, 0 changed, 0 unchanged, 2 rejected." in said
    assert "2 lines rejected, and 1 invoice held back whole:" in said
    assert '1 Price is not a number written with the decimal sign ","' in said
    assert "They are in ledger.rejected.csv with their reasons; correct them there and import that file." in said
    assert (tmp_path / "ledger.rejected.csv").exists()

    fixed = (tmp_path / "ledger.rejected.csv").read_text("utf-8-sig").replace(";x;", ";5;")
    (tmp_path / "ledger.rejected.csv").write_text(fixed, "utf-8")
    again = run("ledger.rejected.csv", "--mapping", "shop.toml")
    assert again.exit_code == 0
    assert "2 new, 0 changed, 0 unchanged." in again.stdout


REFUSED = {
    "no such mapping": (["ledger.csv", "--mapping", "shopp"], 'There is no mapping "shopp"; give one of '),
    "no such file": (["none.csv", "--mapping", "shop.toml"], "There is no file none.csv."),
    "a wrong column": (["other.csv", "--mapping", "shop.toml"], 'other.csv has no column "Invoice" (invoice.number);'),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_imported_is_exit_2_and_one_sentence(what: str, run: Callable[..., Result], tmp_path: Path) -> None:
    arguments, sentence = REFUSED[what]
    ledger(tmp_path, [], "other.csv", header="a;b;c")
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(sentence)
    assert "Traceback" not in result.stderr


def test_a_heading_that_a_terminal_would_obey_is_quoted_harmlessly(run: Callable[..., Result], tmp_path: Path) -> None:
    path = ledger(tmp_path, GOOD, header="Invoice;\x1b[2J\x1b]0;title\x07Date\u202e;Customer\0")
    result = run(path, "--mapping", "shop.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith('ledger.csv has no column "Date"')
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.output)


def test_every_row_rejected_is_exit_2(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run(ledger(tmp_path, [GOOD[2].replace("3,333", "x")]), "--mapping", "shop.toml")
    assert result.exit_code == 2
    assert "1 line rejected, and 1 invoice held back whole:" in _flowing(result.stdout)


def test_a_dry_run_makes_not_even_a_database(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run(ledger(tmp_path, GOOD), "--mapping", "shop.toml", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "4 new" in result.stdout
    assert "This was a dry run: nothing was stored." in result.stdout
    assert not (tmp_path / "melktert.sqlite3").exists()


def test_the_example_of_the_docs_can_be_imported_as_it_stands(run: Callable[..., Result], tmp_path: Path) -> None:
    blocks = re.findall(r"```(\w*)\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    (ledger_text,) = (text for _, text in blocks if text.startswith("Rechnung;"))
    (tmp_path / "rechnungen.csv").write_bytes(ledger_text.encode("cp1252"))
    mapping_text = next(text for kind, text in blocks if kind == "toml")
    (tmp_path / "rechnungen.toml").write_text(mapping_text, "utf-8")
    result = run("rechnungen.csv", "--mapping", "rechnungen.toml")
    assert result.exit_code == 0, result.output
    assert "Read 3 lines" in result.stdout
    assert "3 new" in result.stdout
    with sqlite3.connect(tmp_path / "melktert.sqlite3") as connection:
        assert connection.execute("SELECT name FROM reps").fetchall() == [("Petra Vogel",)]


def test_the_docs_explain_every_key_and_no_other() -> None:
    from store.imports.mapping_keys import Mapping

    text = DOCS.read_text("utf-8")
    for name, field in Mapping.model_fields.items():
        keys = getattr(field.annotation, "model_fields", None)
        if keys is None or name in {"files"}:
            assert f"`{name}`" in text or f"[{name}" in text, name
            continue
        for key in keys:
            assert f"`{key}`" in text or f"`{name}.{key}`" in text or f"`{key} = " in text, f"{name}.{key}"
