"""Building the demo's database: the bundled ledger through the ordinary import, once a week."""

import datetime as dt
import fcntl
import hashlib
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.answer import Unanswered
from store import invented, migrate, reps
from store.database import Database

HOME = Path(__file__).parent
CHECKOUT = HOME.parents[1]
FOLDER = CHECKOUT / ".demo"
# Whoever left a session open over the weekend keeps the database it was begun on.
WEEKS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger to show Melktert on: its files, its mapping, and the names that its reps are given."""

    title: str
    mapping: str
    files: tuple[Path, ...]
    last_day: dt.date
    tries: tuple[str, ...]
    reps: tuple[str, ...]

    @classmethod
    def bundled(cls) -> "Ledger":
        """The ledger that demo.toml names."""
        told = tomllib.loads((HOME / "demo.toml").read_text(encoding="utf-8"))
        return cls(
            title=told["title"],
            mapping=told["mapping"],
            files=tuple(HOME / "ledger" / name for name in told["files"]),
            last_day=told["last_day"],
            tries=tuple(told["try"]),
            reps=tuple(told["reps"]),
        )

    def shift_weeks(self, today: dt.date) -> int:
        """By how many weeks every date moves, so that the last one is at most six days ago and none is to come."""
        return (today - self.last_day).days // 7


def build(
    ledger: Ledger, now: dt.datetime, console: Console, folder: Path = FOLDER, *, learns: bool = True
) -> Database:
    """The database of this week, made where there is none yet; progress goes to the console.

    Made under another name and renamed when it is done, so that a build that is killed is a build that never was. Of
    two at the same moment the second waits for the first. Without `learns` it rests on assumptions alone.
    Errors: Unanswered where the folder cannot be written.
    """
    weeks = ledger.shift_weeks(now.date())
    database = folder / f"week-{weeks}-{fingerprint(ledger)}.sqlite3"
    try:
        folder.mkdir(exist_ok=True)
        with _alone(folder / "lock", lambda: _say(console, "Another session is building the demo; waiting for it …")):
            if not database.exists():
                clear_away(folder, weeks)
                _make(ledger, now, weeks, database, console, learns=learns)
    except OSError as error:
        reason = f"The demo keeps its database in {folder.name}/ in the checkout, which cannot be written:"
        raise Unanswered.because(f"{reason} {error.strerror}.") from error
    return Database(f"sqlite:///{database}")


def _make(ledger: Ledger, now: dt.datetime, weeks: int, database: Path, console: Console, *, learns: bool) -> None:
    # Loaded here, since a demo that is already built needs no import.
    from store import learning  # noqa: PLC0415
    from store.imports import mapping  # noqa: PLC0415
    from store.imports.importer import import_files  # noqa: PLC0415

    unfinished = database.with_suffix(".building")
    db = Database(f"sqlite:///{unfinished}")
    try:
        with _progress(console) as progress:
            migrate.upgrade(db)
            import_files(db, ledger.files, mapping.load(ledger.mapping), now=now, shift_weeks=weeks, progress=progress)
            with db.writing() as connection:
                reps.invent_names(connection, ledger.reps)
            if learns:
                learning.learn(db, now=now, progress=progress)
            with db.writing() as connection:
                invented.invent(connection, today=now.date(), at=now)
    finally:
        db.close()  # the last connection folds SQLite's write-ahead log back into the file
    unfinished.rename(database)


def fingerprint(ledger: Ledger) -> str:
    """Of everything that the database follows from: a new version of Melktert must not show last version's figures."""
    sources = sorted(path for room in ("store", "value") for path in (CHECKOUT / room).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in (*sources, HOME / "demo.toml", *ledger.files):
        if path.suffix in {".py", ".toml", ".gz"}:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def clear_away(folder: Path, weeks: int) -> None:
    """Take away what a killed build left, and databases that are weeks old."""
    for path in folder.glob("week-*"):
        week = path.name.split("-")[1]
        if ".building" in path.name or (week.isdigit() and int(week) <= weeks - WEEKS_KEPT):
            path.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that the system takes back from a process that dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """One line that says how far the build is; where nobody watches, one line that says that it is."""
    if not console.is_terminal or console.is_dumb_terminal:
        _say(console, "Building the demo's database, once a week …")
        yield lambda _stage, _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    with Progress(
        TextColumn("Building the demo: {task.description}"), BarColumn(24), console=console, transient=True
    ) as bar:
        task = bar.add_task("the ledger", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total or None)


def _say(console: Console, sentence: str) -> None:
    console.print(Text(sentence, "dim"), soft_wrap=True)
