"""The demo: a real ledger dated as if it ended this week, and a session on it."""

import datetime as dt
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console

import commands
from bot.answer import Unanswered, answer, attempt
from bot.demo import building
from bot.demo.building import Ledger, build
from bot.log import Log
from commands._reply import Person, Place, Request, Role
from store import sources, tables
from store.database import Database
from tests.commands.asking import read

CHECKOUT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC)  # a Thursday
LEDGER = Ledger.bundled()
DEMO = "import sys; from pathlib import Path; from bot.demo import run; run(Path(sys.argv[1]))"


def quiet() -> Console:
    return Console(file=StringIO())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo was built on NOW, and is built for today too."""
    folder = tmp_path_factory.mktemp("demo")
    # To learn takes longer than all the rest: one of them is enough.
    build(LEDGER, NOW, quiet(), folder, learns=False).close()
    build(LEDGER, dt.datetime.now(dt.UTC), quiet(), folder).close()
    return folder


@pytest.fixture(scope="module")
def db(folder: Path) -> Iterator[Database]:
    db = build(LEDGER, NOW, quiet(), folder)
    yield db
    db.close()


def rows(db: Database, statement: sa.Select[tuple[object, ...]]) -> list[sa.Row[tuple[object, ...]]]:
    with db.reading() as connection:
        return list(connection.execute(statement))


# --- the database ---------------------------------------------------------------------------------------------------


def test_the_ledger_ends_this_week_and_moved_by_whole_weeks(db: Database) -> None:
    with db.reading() as connection:
        coverage = sources.coverage(connection)
    assert coverage is not None
    assert 0 <= (NOW.date() - coverage.observation_end_on).days < 7
    assert coverage.observation_end_on == LEDGER.last_day + dt.timedelta(weeks=LEDGER.shift_weeks(NOW.date()))
    assert (coverage.observation_end_on - coverage.period_start_on) == LEDGER.last_day - dt.date(2017, 7, 1)


@pytest.mark.parametrize("days", range(8))
def test_no_day_of_the_ledger_is_still_to_come(days: int) -> None:
    today = NOW.date() + dt.timedelta(days=days)
    assert 0 <= (today - LEDGER.last_day).days - 7 * LEDGER.shift_weeks(today) < 7


def test_the_whole_ledger_is_in_it(db: Database) -> None:
    lines, invoices, customers = tables.invoice_lines, tables.invoices, tables.customers
    count = sa.func.count()
    [row] = rows(db, sa.select(count, sa.func.sum(lines.c.amount_minor)).select_from(lines))
    assert tuple(row) == (57_851, 7_754_857_020)
    assert tuple(rows(db, sa.select(count).select_from(invoices))[0]) == (3_616,)
    assert tuple(rows(db, sa.select(count).select_from(customers))[0]) == (701,)


def test_every_rep_has_an_invented_name_of_its_own_and_is_marked(db: Database) -> None:
    found = rows(db, sa.select(tables.reps.c.name, tables.reps.c.is_invented))
    assert len(found) == 17
    assert {row.name for row in found} <= set(LEDGER.reps)
    assert len({row.name for row in found}) == 17
    assert all(row.is_invented for row in found)


# What each command says of what there is, on the demo; those left out show settings and people, not customers.
SHOWN = {
    "/clv vigorous exercise": "Vigorous Exercise Company",
    "/top": "Your 10 best customers",
    "/neglected": "Nobody has been to see them",
    "/neglected upcoming": "owner",
    "/customer vigorous exercise": "invented for the demo",
    "/event": "Race day",
    "/event race day": "is coming",
    "/event never": "Never invited to anything",
    "/melktert contact vigorous exercise": "birthday",
    "/promises": "kept on time",
    "/melktert home": "best customers",
}


@pytest.mark.parametrize(("line", "words"), SHOWN.items())
def test_every_command_has_something_to_show(db: Database, line: str, words: str) -> None:
    request = Request(now=NOW, today=NOW.date(), person=Person(role=Role.ADMIN))
    assert words in read(answer(db, line, request, Log()))


EXAMPLES = [example for command in commands.ALL for example in command.examples]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_help_works(db: Database, tmp_path: Path, example: str) -> None:
    """For an admin who is a rep, in a channel, with a customer in the place of acme."""
    shutil.copy(str(db.engine.url.database), tmp_path / "copy.sqlite3")
    copy = Database(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    anna = Person("U1", "T1", rep_id=1, role=Role.ADMIN)
    request = Request(now=NOW, today=NOW.date(), person=anna, place=Place("channel", "C1"), receipt="once")
    try:
        # Whatever cannot be done raises.
        said = read(attempt(copy, example.replace("acme", "vigorous exercise"), request, Log()))
    finally:
        copy.close()
    for nobody in ("No customer is called", "Did you mean", "There is no command", "linked to no rep"):
        assert nobody not in said


def test_what_was_made_up_takes_no_time_and_is_not_one_row_a_screen(db: Database) -> None:
    with db.reading() as connection:
        counted = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (tables.touches, tables.contacts, tables.promises, tables.events)
        }
        due = connection.scalars(sa.select(tables.customer_standings.c.due_on)).all()
    assert counted["touches"] > 1_500
    assert counted["contacts"] > 1_000
    assert counted["promises"] > 100
    assert counted["events"] == 2
    past = sum(day is not None and day < NOW.date() for day in due)
    assert 100 < past < len(due) - 100


def test_it_is_built_once_a_week(folder: Path) -> None:
    said = StringIO()
    before = sorted(folder.glob("week-*.sqlite3"))
    build(LEDGER, NOW + dt.timedelta(days=1), Console(file=said), folder).close()
    assert sorted(folder.glob("week-*.sqlite3")) == before
    assert said.getvalue() == ""


def test_another_version_of_melktert_builds_it_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = building.fingerprint(LEDGER)
    for room in ("store", "value"):
        shutil.copytree(CHECKOUT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(building, "CHECKOUT", tmp_path)
    assert building.fingerprint(LEDGER) == now
    (tmp_path / "value" / "__init__.py").write_text("changed = True\n")
    assert building.fingerprint(LEDGER) != now


@pytest.mark.parametrize("watched", [True, False])
def test_a_build_says_that_it_goes_on(tmp_path: Path, watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    said = StringIO()
    build(LEDGER, NOW, Console(file=said, force_terminal=watched, width=80), tmp_path, learns=False).close()
    assert "Building the demo" in said.getvalue()


def test_what_is_weeks_old_or_was_killed_is_taken_away(tmp_path: Path) -> None:
    week = LEDGER.shift_weeks(NOW.date())
    old, last, killed = (
        tmp_path / f"week-{name}"
        for name in (f"{week - 2}-0.sqlite3", f"{week - 1}-0.sqlite3", f"{week}-0.building-wal")
    )
    for path in (old, last, killed):
        path.touch()
    building.clear_away(tmp_path, week)
    assert [path for path in (old, last, killed) if path.exists()] == [last]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unanswered, match=r"cannot be written: Not a directory\."):
        build(LEDGER, NOW, quiet(), tmp_path / "file" / "demo")


# --- as a program of its own ----------------------------------------------------------------------------------------


def start(folder: Path, **more: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", DEMO, str(folder)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        **more,  # type: ignore[call-overload]
    )


def say(folder: Path, typed: bytes) -> str:
    """What the demo writes where standard input is no terminal."""
    with start(folder) as demo:
        shown, errors = demo.communicate(typed, timeout=120)
    assert demo.returncode == 0, errors
    assert b"Traceback" not in shown + errors
    return shown.decode()


def test_commands_on_standard_input_are_answered(folder: Path) -> None:
    asked = ["/clv Metropolitan", "", '/clv "A Bike Store"', "/top 10", "/clv metropoltan bicyle", "1", "/clv zzzzqq"]
    shown = say(folder, "\n".join([*asked, "/nonsense", "quit"]).encode())
    assert shown.count("\n> ") == 8
    assert "Which “Metropolitan” do you mean?" in shown
    assert "A Bike Store · has cost us $219.99" in shown
    assert "Your 10 best customers" in shown
    assert "Did you mean:" in shown
    assert "Metropolitan Bicycle Supply · $" in shown
    assert "expected over 20 years" in shown
    assert "No customer is called “zzzzqq”" in shown
    assert "There is no command “nonsense”" in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_anything_on_standard_input_ends_in_exit_0(folder: Path) -> None:
    shown = say(folder, b"\n\xff\xfe\n" + b"x" * 1_000_000 + b"\n/clv " + b"y" * 1_000_000 + b"\n\x1b[2J\x00\n/top 1")
    assert "Your best customer" in shown
    assert "\x1b" not in shown
    assert len(shown) < 10_000


def test_nothing_on_standard_input_is_a_greeting_of_three_lines(folder: Path) -> None:
    lines = say(folder, b"").strip().splitlines()
    assert len(lines) == 3
    assert LEDGER.title in lines[0]
    assert "dates are shifted" in lines[1]
    assert "invented" in lines[1]
    assert [line in lines[2] for line in LEDGER.tries] == [True] * 3


def test_what_the_greeting_suggests_works(folder: Path) -> None:
    shown = say(folder, "\n".join(LEDGER.tries).encode())
    assert "expected over 20 years" in shown
    assert "There is no command" not in shown
    assert "No customer is called" not in shown


def test_a_build_that_is_killed_is_built_again(tmp_path: Path) -> None:
    with start(tmp_path) as demo:
        while not list(tmp_path.glob("week-*")):
            assert demo.poll() is None
            time.sleep(0.01)
        demo.send_signal(signal.SIGKILL)
        demo.communicate()
    assert not list(tmp_path.glob("*.sqlite3"))
    assert "Your best customer" in say(tmp_path, b"top 1\n")
    assert not list(tmp_path.glob("*.building*"))


def test_two_that_start_at_the_same_moment_build_once_and_both_answer(tmp_path: Path) -> None:
    with start(tmp_path) as one, start(tmp_path) as other:
        answers = [demo.communicate(b"top 1\n", timeout=120) for demo in (one, other)]
    assert [demo.returncode for demo in (one, other)] == [0, 0]
    assert all(b"Your best customer" in shown for shown, _ in answers)
    assert sum(b"Building the demo" in errors for _, errors in answers) == 1
    assert len(list(tmp_path.glob("*.sqlite3"))) == 1


def test_at_a_terminal_it_is_a_conversation_with_large_figures(folder: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color"}
    command = [sys.executable, "-c", DEMO, str(folder)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as demo:
        os.close(theirs)
        try:
            shown = _until(ours, "> ")
            for typed, answered in (
                ("clv metropolitan bicycle\r", "█▀"),  # digits of several lines
                ("1\r", "Why these figures? Metropolitan"),
                ("1\r", "Last purchase"),
                ("\x04", None),
            ):
                os.write(ours, typed.encode())
                if answered:
                    shown += _until(ours, answered) + _until(ours, "> ")
            assert demo.wait(timeout=30) == 0
        finally:
            demo.kill()  # or a failure would wait for it without end
    os.close(ours)
    assert "Traceback" not in shown
    assert (folder / "history").read_text().count("clv metropolitan bicycle") == 1


def _until(terminal: int, wanted: str, seconds: float = 60) -> str:
    """Everything that the terminal shows up to what is wanted."""
    shown = b""
    end = time.monotonic() + seconds
    while wanted not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode(errors="replace")):
        ready, _, _ = select.select([terminal], [], [], 1)
        if ready:
            part = os.read(terminal, 65_536)
            if b"\x1b[6n" in part:
                os.write(terminal, b"\x1b[1;1R")  # where is the cursor? a terminal answers
            shown += part
        assert time.monotonic() < end, shown[-2_000:]
    return shown.decode(errors="replace")
