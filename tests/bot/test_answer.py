"""One thing asked, one Reply, whatever happens."""

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

import commands
from bot.answer import LIKENESS_LEAST, Unanswered, answer, attempt, guarded, split, unknown
from bot.log import Log
from bot.wording import plain
from commands._reply import Action, Command, Invalid, Note, Policy, Reply, Request
from store import database
from store.database import Database
from tests.bot.cards import words

REQUEST = Request(now=dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC), today=dt.date(2026, 6, 4))


def say(reply: Reply) -> str:
    return plain(reply.headline)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Request, Database], Reply]], None]:
    """Puts /probe, which does what the test says, among the commands."""

    def declare(run: Callable[[Request, Database], Reply]) -> None:
        probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
        monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))

    return declare


@pytest.mark.parametrize(
    "line", ["/clv metropolitan bicycle", "clv metropolitan bicycle", "  /CLV  Metropolitan Bicycle "]
)
def test_a_command_line_is_answered_with_or_without_its_slash(books: Database, log: Log, line: str) -> None:
    assert say(answer(books, line, REQUEST, log)).startswith("Metropolitan Bicycle Supply")


def test_a_button_asks_its_command_with_its_values(books: Database, log: Log) -> None:
    card = answer(books, "/clv metropolitan bicycle", REQUEST, log)
    assert say(answer(books, card.actions[0], REQUEST, log)).startswith("Why these figures?")


def test_a_button_of_another_command_works_too(books: Database, log: Log) -> None:
    assert say(answer(books, Action("top", "The best", {"count": "1"}), REQUEST, log)).startswith("Your best customer")


def test_what_a_command_does_not_take_is_said_and_it_answers_all_the_same(books: Database, log: Log) -> None:
    alone = answer(books, "/melktert home", REQUEST, log)
    with_more = answer(books, "/melktert home growth 7", REQUEST, log)
    first, *rest = with_more.parts
    assert isinstance(first, Note)
    assert plain(first.text) == "“growth 7” was not used: /melktert home takes nothing after it."
    assert tuple(rest) == alone.parts


def test_a_long_name_serves_as_well_as_a_short_one(books: Database, log: Log) -> None:
    assert answer(books, "/melktert top 2", REQUEST, log) == answer(books, "/top 2", REQUEST, log)


@pytest.mark.parametrize(
    ("typed", "meant"), [("/clc acme", "/clv acme"), ("tpo 5", "/top 5"), ("melktart", "/melktert")]
)
def test_a_slip_is_offered_as_a_button_that_keeps_what_was_typed(
    books: Database, log: Log, typed: str, meant: str
) -> None:
    with pytest.raises(Unanswered) as caught:
        attempt(books, typed, REQUEST, log)
    assert meant in str(caught.value)
    button = caught.value.reply.actions[0]
    assert button.label == meant
    assert answer(books, button, REQUEST, log) == answer(books, meant, REQUEST, log)


def test_a_name_alone_is_offered_as_that_customer(books: Database, log: Log) -> None:
    reply = answer(books, "Metropolitan Bicycle", REQUEST, log)
    assert reply.actions[0].label == "/clv Metropolitan Bicycle"
    assert say(answer(books, reply.actions[0], REQUEST, log)).startswith("Metropolitan Bicycle Supply")


def test_help_is_always_one_press_away() -> None:
    assert unknown("zzz", "").actions[-1].command == "melktert"
    assert unknown("", "").actions[-1].command == "melktert"


def test_likeness_is_more_than_one_letter() -> None:
    assert LIKENESS_LEAST > 50
    assert [action.label for action in unknown("cv", "acme").actions] == ["/clv acme", "Help"]


def test_what_cannot_be_done_is_said_in_the_words_of_the_command(books: Database, log: Log) -> None:
    assert say(answer(books, "/top banana", REQUEST, log)) == "Say how many of the best, from 1 to 30, such as /top 10."


def test_several_mistakes_are_all_said(books: Database, log: Log, command: Callable[..., None]) -> None:
    def run(_request: Request, _db: Database) -> Reply:
        raise Invalid(day="Say a day.", hours="Say how many hours.")

    command(run)
    reply = answer(books, "/probe", REQUEST, log)
    assert plain(reply.summary) == "Say a day. Say how many hours."
    assert len(reply.parts) == 1


def test_an_unforeseen_error_is_an_apology_and_a_traceback_in_the_log_under_one_id(
    books: Database, log: Log, command: Callable[..., None]
) -> None:
    def run(_request: Request, _db: Database) -> Reply:
        raise ZeroDivisionError("secret")

    command(run)
    reply = answer(books, "/probe acme", REQUEST, log)
    said = plain(reply.summary)
    assert log.path is not None
    written = json.loads(log.path.read_text())
    assert written["reference"] in said
    assert "ZeroDivisionError: secret" in written["exception"]
    assert written["asked"] == "/probe acme"
    assert "secret" not in said
    assert "Traceback" not in said


def test_a_log_that_cannot_be_written_does_not_make_it_worse(
    books: Database, log: Log, command: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """What the id stands for is said in one line where the bot's own notes go."""

    def run(_request: Request, _db: Database) -> Reply:
        raise ZeroDivisionError("by nothing\nat all")

    command(run)
    assert log.path is not None
    nowhere = replace(log, path=log.path / "no" / "such" / "folder")
    reply = answer(books, "/probe", REQUEST, nowhere)
    assert say(reply) == "Something went wrong here, not in what you asked"
    (reference,) = re.findall("under ([0-9a-f]{8})", plain(reply.summary))
    assert caplog.messages == [f"folder cannot be written; {reference} is ZeroDivisionError: by nothing"]


def test_without_a_file_the_log_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    reference = Log().failure(ZeroDivisionError("away"), asked="/probe")
    assert json.loads(capsys.readouterr().err)["reference"] == reference


def test_a_locked_database_says_to_ask_again(
    books: Database, log: Log, command: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_request: Request, db: Database) -> Reply:
        with db.writing():
            return Reply(headline=("written",))

    command(run)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    other = Database(books.url.render_as_string())
    with books.writing():
        reply = answer(other, "/probe", REQUEST, log)
    assert plain(reply.summary) == "The database is busy with another change. Ask again in a moment."
    assert say(answer(other, "/probe", REQUEST, log)) == "written"
    other.close()
    assert log.path is not None
    assert not log.path.exists()


def test_a_lock_in_postgresql_says_the_same(postgresql_db: Database, log: Log, command: Callable[..., None]) -> None:
    def run(_request: Request, db: Database) -> Reply:
        with db.writing() as connection:
            connection.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
            connection.execute(sa.text("LOCK TABLE customers"))
        return Reply(headline=("written",))

    command(run)
    with postgresql_db.writing() as connection:
        connection.execute(sa.text("LOCK TABLE customers"))
        reply = answer(postgresql_db, "/probe", REQUEST, log)
    assert say(reply) == "The database is busy with another change"


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:9/nothing", "sqlite:////no/such/folder/file.sqlite3"])
def test_a_database_that_is_away_is_said_to_be(log: Log, url: str) -> None:
    db = Database(url)
    assert say(answer(db, "/clv acme", REQUEST, log)) == "The database cannot be reached"
    db.close()
    assert log.path is not None
    assert not log.path.exists()


DAMAGED = "The database is damaged, or it is no database. Whoever runs Melktert has to put a backup in its place."
FULL = (
    "The disk of the database is full, or it fails. "
    "Whoever runs Melktert has to make room on it, or to mend it; then ask again."
)
READ_ONLY = (
    "The database can be read, but not written to. Whoever runs Melktert has to let it write there; then ask again."
)


def noted(reply: Reply, log: Log) -> str:
    """What is said but for the id, under which the log has the traceback."""
    assert log.path is not None
    reference = json.loads(log.path.read_text().splitlines()[-1])["reference"]
    said, _, where = plain(reply.summary).partition(" It is noted in ")
    assert where == f"log.jsonl under {reference}."
    return said


@pytest.mark.parametrize("keeps", [0, 60_000])
def test_a_damaged_database_is_said_to_be_and_what_to_do(books: Database, log: Log, keeps: int) -> None:
    path = Path(str(books.url.database))
    with books.writing() as connection:
        connection.execute(sa.text("DELETE FROM receipts"))
    books.close()
    path.write_bytes(path.read_bytes()[:keeps] or b"This is no database." * 100)
    assert noted(answer(books, "/clv metropolitan bicycle", REQUEST, log), log) == DAMAGED


@pytest.mark.parametrize(
    ("pragma", "sentence"), [("max_page_count = 1", FULL), ("query_only = ON", READ_ONLY)], ids=["full", "read-only"]
)
def test_a_database_that_takes_nothing_more_says_who_can_mend_it(
    books: Database, log: Log, command: Callable[..., None], pragma: str, sentence: str
) -> None:
    def run(_request: Request, db: Database) -> Reply:
        with db.writing() as connection:
            connection.execute(sa.text(f"PRAGMA {pragma}"))
            connection.execute(sa.text("CREATE TABLE more AS SELECT zeroblob(1000000) AS filler"))
        return Reply(headline=("written",))

    command(run)
    assert noted(answer(books, "/probe", REQUEST, log), log) == sentence


def test_a_database_whose_disk_has_no_room_to_read_it_says_so(log: Log, command: Callable[..., None]) -> None:
    """SQLite's own words on a file system without a free block, where nothing may be mounted to provoke them."""

    def run(_request: Request, _db: Database) -> Reply:
        raise sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))

    command(run)
    assert noted(answer(Database("sqlite://"), "/probe", REQUEST, log), log) == FULL


def test_a_postgresql_that_is_only_read_from_says_the_same(
    postgresql_db: Database, log: Log, command: Callable[..., None]
) -> None:
    """As the one that was a standby is after a failover."""

    def run(_request: Request, db: Database) -> Reply:
        with db.writing() as connection:
            connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            connection.execute(sa.text("DELETE FROM receipts"))
        return Reply(headline=("written",))

    command(run)
    assert noted(answer(postgresql_db, "/probe", REQUEST, log), log) == READ_ONLY


def test_a_database_that_lacks_a_table_is_not_said_to_be_away(tmp_path: object, log: Log) -> None:
    db = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    assert say(answer(db, "/clv acme", REQUEST, log)) == "Something went wrong here, not in what you asked"
    db.close()


def test_a_reader_that_has_gone_is_not_an_error_of_ours(log: Log) -> None:
    with pytest.raises(BrokenPipeError), guarded(log):
        raise BrokenPipeError


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("/clv acme inc", ("clv", "acme inc")),
        (" / clv acme", ("clv", "acme")),
        ("clv\tacme", ("clv", "acme")),
        ("", ("", "")),
        ("/", ("", "")),
    ],
)
def test_a_line_is_a_command_and_the_rest(line: str, parts: tuple[str, str]) -> None:
    assert split(line) == parts


@pytest.fixture(scope="module")
def shared_books(sqlite_template: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    import shutil

    from tests.bot.conftest import fill

    path = tmp_path_factory.mktemp("books") / "books.sqlite3"
    shutil.copy(str(sqlite_template), path)
    db = Database(f"sqlite:///{path}")
    fill(db)
    yield db
    db.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words)
def test_anything_at_all_gets_an_answer(shared_books: Database, log: Log, line: str) -> None:
    for asked in (line, f"/clv {line}", f"/top {line}", f"/melktert {line}"):
        assert isinstance(answer(shared_books, asked, REQUEST, log), Reply)
    assert log.path is not None
    assert not log.path.exists(), log.path.read_text()[-2000:]
