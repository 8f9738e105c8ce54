"""/melktert: help from the declarations, and every command under one name."""

from types import SimpleNamespace

import pytest

from commands import ALL, route
from store.database import Database
from tests.commands.asking import ask, read


def test_help_has_every_command_with_its_usage_summary_and_examples(db: Database) -> None:
    words = read(ask(db, "/melktert"))
    for command in ALL[:-1]:
        name = command.name if command.has_own_name else f"melktert {command.name}"
        assert f"/{name} {command.usage}".strip() in words
        assert command.summary in words
        assert all(example in words for example in command.examples)


def test_help_says_that_acme_is_nobody_in_particular(db: Database) -> None:
    assert "acme stands for a customer of yours" in read(ask(db, "/melktert"))


def test_every_command_answers_under_the_one_name(books: SimpleNamespace) -> None:
    assert read(ask(books.db, "/melktert top 1")) == read(ask(books.db, "/top 1"))
    assert read(ask(books.db, "/melktert CLV route 66 500")) == read(ask(books.db, "/clv route 66 500"))


def test_a_word_that_is_no_command_is_named(db: Database) -> None:
    assert "There is no command “tpo”." in read(ask(db, "/melktert tpo"))
    assert "There is no command" not in read(ask(db, "/melktert help"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("peopel anna", "/melktert people"), ("Setings", "/melktert settings"), ("tpo", "/top"), ("acme", None)],
)
def test_a_command_that_is_spelt_much_like_it_is_offered(db: Database, typed: str, meant: str | None) -> None:
    line = read(ask(db, f"/melktert {typed}")).splitlines()[1]
    said = f" Did you mean {meant}?" if meant else ""
    assert line == f"There is no command “{typed}”.{said} These there are:"


def test_whatever_is_typed_the_answer_stays_short(db: Database) -> None:
    assert len(read(ask(db, "/melktert " + "x" * 3_000)).splitlines()[1]) < 200


def test_a_name_that_is_no_command_is_not_routed() -> None:
    assert route("salesforce", "acme") is None


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)
def test_a_declaration_is_complete(command: object) -> None:
    from commands._reply import Command

    assert isinstance(command, Command)
    assert command.name.isidentifier()
    assert command.name.islower()
    assert command.summary.endswith(".")
    assert command.examples
    name = command.name if command.has_own_name else f"melktert {command.name}"
    assert all(example.startswith(f"/{name}") for example in command.examples)
    # Slack shows at most these many characters.
    assert len(command.summary) <= 2_000
    assert len(command.usage) <= 1_000
