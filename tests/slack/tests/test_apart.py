"""The stand-in knows nothing of the house that it tests, and says where each of its rules comes from."""

import ast
from pathlib import Path

import pytest

from tests.slack.web_api import METHODS

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for path in ROOT.rglob("*.py"))
HOUSE = {"bot", "commands", "store", "value", "slackblocks", "slack_bolt"}


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_nothing_of_the_house_nor_of_what_the_house_draws_with(path: Path) -> None:
    assert not imports_of(path) & HOUSE


@pytest.mark.parametrize("path", [p for p in SOURCES if "tests" not in p.relative_to(ROOT).parts], ids=lambda p: p.name)
def test_it_does_not_lean_on_slacks_own_code_either(path: Path) -> None:
    assert "slack_sdk" not in imports_of(path)


def test_every_file_with_rules_names_the_pages_they_come_from() -> None:
    plain = {
        "__init__.py",
        "__main__.py",
        "complaints.py",
        "clock.py",
        "fixtures.py",
        "people.py",
        "screen.py",
        "server.py",
    }
    plain |= {"faults.py", "refusal.py", "slack.py", "gateway.py", "rules.py", "world.py", "modals.py", "courier.py"}
    silent = [
        path.name
        for path in SOURCES
        if "tests" not in path.relative_to(ROOT).parts
        and path.name not in plain
        and "docs.slack.dev" not in path.read_text()
        and "web_api" not in path.parts
    ]
    assert silent == []


def test_every_method_names_its_page() -> None:
    assert all(method.doc == f"https://docs.slack.dev/reference/methods/{name}" for name, method in METHODS.items())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_token_looks_like_a_real_one(path: Path) -> None:
    parts = path.read_text().split("xox" + "b-")[1:] + path.read_text().split("xap" + "p-")[1:]
    assert all(part.startswith(("test", "other", "…", ",", " ", '"')) for part in parts)
