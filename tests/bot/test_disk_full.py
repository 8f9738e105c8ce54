"""Where a disk is full: whoever asked is told so, and nobody is told to put an old copy in a whole database's place."""

import datetime as dt
import errno
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import commands
from bot import check_database
from bot.answer import Unanswered, answer, attempt, guarded
from bot.log import Log
from bot.wording import plain
from commands._reply import Command, Policy, Reply, Request
from store import tables
from store.database import Database
from tests.test_layers import ROOT

REQUEST = Request(now=dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC), today=dt.date(2026, 6, 4))
SAID = (
    "The disk of the database is full, or it fails. "
    "Whoever runs Melktert has to make room on it, or to mend it; then ask again."
)


@pytest.fixture
def full(books: Database) -> Database:
    """The portfolio in a file that may not grow by a single page, as on a disk that is full."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    books.engine.dispose()
    sa.event.listen(books.engine, "connect", limit)
    return books


# A few find room in pages that are there already.
VISITS = [f"/visit metropolitan 30m {number} {'they want a new quote ' * 120}" for number in range(9)]


def test_a_visit_for_which_there_is_no_room_is_not_kept_and_whoever_logs_it_is_told(full: Database, log: Log) -> None:
    said = [plain(answer(full, line, REQUEST, log).summary) for line in VISITS]
    assert said[-1].startswith(SAID)
    kept = [one for one in said if not one.startswith(SAID)]
    with full.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.touches)) == len(kept)


def test_what_was_typed_is_not_lost_for_it(full: Database, log: Log) -> None:
    for line in VISITS[:-1]:
        answer(full, line, REQUEST, log)
    with pytest.raises(Unanswered) as caught:
        attempt(full, VISITS[-1], REQUEST, log)
    assert caught.value.is_our_fault


def test_a_postgresql_without_room_says_the_same(
    postgresql_db: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_request: Request, db: Database) -> Reply:
        with db.writing() as connection:
            connection.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"))
        return Reply(headline=("written",))

    probe = Command("probe", "What the test says.", "", (), Policy.OPEN, run)
    monkeypatch.setattr(commands, "ALL", (*commands.ALL, probe))
    assert plain(answer(postgresql_db, "/probe", REQUEST, log).summary).startswith(SAID)


def test_a_file_for_which_there_is_no_room_is_said_to_be_that(log: Log) -> None:
    with pytest.raises(Unanswered, match=r"^The disk is full\."), guarded(log):
        Path("/dev/full").write_text("rejected rows")


def test_another_trouble_with_a_file_is_still_an_apology(log: Log) -> None:
    with pytest.raises(Unanswered, match="Something went wrong here"), guarded(log):
        raise OSError(errno.EIO, "the cable is loose")


def asked(words: list[str], db: Database, folder: Path) -> str:
    """What it prints where no file can be written at all, as on a full disk; it is whole again afterwards."""
    environment = {**os.environ, "DATABASE_URL": db.url.render_as_string(), "PYTHONPATH": str(ROOT)}

    def nothing_is_written() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=nothing_is_written,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_card_that_cannot_be_read_for_it_says_so(books: Database, tmp_path: Path) -> None:
    books.close()
    said = asked(["ask", "/clv metropolitan"], books, tmp_path)
    assert SAID in said


def test_the_doctor_does_not_take_a_whole_database_for_a_damaged_one(books: Database, tmp_path: Path) -> None:
    books.close()
    said = " ".join(asked(["doctor"], books, tmp_path).split())
    assert "cannot be read: disk I/O error. Look first whether the disk is full" in said
    assert "damaged" not in said


def free_of(db: Database) -> list[str]:
    return [
        f"{one.level} {one.about}: {one.says} {one.remedy}" for one in check_database.disk(db.url.render_as_string())
    ]


def test_too_little_room_for_an_import_or_a_copy_is_looked_at_beforehand(books: Database) -> None:
    assert free_of(books) == []
    books.close()
    os.truncate(str(books.url.database), 2**42)  # a file with a hole: it takes no room, and is larger than the disk
    (said,) = free_of(books)
    assert said.startswith("warning Free on the disk: ")
    assert "the database has 4,398,046 MB" in said


def test_of_a_postgresql_the_disk_is_somebody_elses(postgresql_db: Database) -> None:
    assert free_of(postgresql_db) == []
