"""The house rules that a machine can hold."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "commands", "store", "value")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in SOURCES]
LEDGERS = sorted(path.stem for path in (ROOT / "store/imports/mappings").glob("*.toml"))


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_imports_run_one_way() -> None:
    lint = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout


@pytest.mark.parametrize("path", [p for p in SOURCES if p.is_relative_to(ROOT / "value")], ids=str)
def test_value_knows_no_database_no_slack_and_no_clock(path: Path) -> None:
    assert not imports_of(path) & {
        "sqlalchemy",
        "slack_sdk",
        "slack_bolt",
        "slackblocks",
        "os",
        "time",
        "pydantic_settings",
    }


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    reads = re.search(r"\bos\.environ\b|\bgetenv\b", path.read_text())
    assert not reads or path.name == "settings.py"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_no_python_names_a_ledger(path: Path) -> None:
    text = path.read_text().casefold()
    assert LEDGERS
    assert not [ledger for ledger in LEDGERS if ledger in text or ledger.replace("-", " ") in text]


@pytest.mark.parametrize("path", [p for p in SOURCES if not p.is_relative_to(ROOT / "store")], ids=str)
def test_sql_stays_in_the_store(path: Path) -> None:
    tree = ast.parse(path.read_text())
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"execute", "exec_driver_sql", "executemany"}


def test_the_rooms_of_the_commands_stay_apart_in_the_contract() -> None:
    """A new command file must be in import-linter's contract, or nothing would hold it to its own room."""
    declared = (ROOT / "pyproject.toml").read_text()
    for path in (ROOT / "commands").glob("[a-z]*.py"):
        assert f'"commands.{path.stem}"' in declared, path.name
