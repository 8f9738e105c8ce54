"""python -m bot doctor: what is in order, what is not, and what to do about it.

It changes nothing. Exit 0 where nothing is wrong, else 1; it never shows a token.
"""

import datetime as dt
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from bot import check_database, check_deliveries, check_digests, check_slack
from bot.answer import Unanswered, guarded
from bot.console import columns, for_a_reader_that_may_leave, open_console
from bot.findings import Finding, Level, ok, wrong
from bot.legible import legible
from bot.log import Log
from bot.settings import Settings
from bot.usable import usable_parts
from store.database import Database

LOG = Log(Path("melktert.log"))
STYLES: dict[Level, str] = {"ok": "green", "warning": "yellow", "wrong": "bold red"}
MARGIN = max(map(len, STYLES)) + 2

Section = Callable[[], Iterator[Finding]]


def doctor() -> None:
    """Look at settings, database and Slack, and say what to do about what is wrong."""
    console = open_console()
    found: list[Finding] = []
    with for_a_reader_that_may_leave():
        for finding in examine(lambda: dt.datetime.now(dt.UTC)):
            found.append(finding)
            _write(finding, console)
        console.print(_conclusion(found))
    if any(finding.level == "wrong" for finding in found):
        raise typer.Exit(1)


def examine(clock: Callable[[], dt.datetime]) -> Iterator[Finding]:
    """All that is found, as it is found. What cannot be looked at does not keep the rest from being looked at."""
    settings, problems = usable_parts()
    for name, sentence in problems.items():
        yield wrong("Settings", sentence, "Correct it in .env, or in the environment." if name else "")
    if not problems:
        yield ok("Settings", "They can be used.")
    admins: list[int] = []
    if "database_url" not in problems:
        yield from _surviving("Database", lambda: _of_database(settings, clock(), admins))
    unset = frozenset(problems)
    yield from _surviving("Slack", lambda: check_slack.findings(settings, unset, clock, sum(admins)))


def _of_database(settings: Settings, now: dt.datetime, admins: list[int]) -> Iterator[Finding]:
    with check_database.reachable(settings.database_url) as (db, finding):
        yield finding
        yield from check_database.disk(settings.database_url)
        if db is None:
            return
        tables = check_database.migrations(db)
        yield tables
        if tables.level == "ok":
            # Socket Mode has one process, and needs no signing secret.
            processes = settings.http_processes if settings.slack_signing_secret else 1
            yield from _of_tables(db, now, admins, processes)


def _of_tables(db: Database, now: dt.datetime, admins: list[int], processes: int) -> Iterator[Finding]:
    yield check_database.writable(db)
    with db.reading() as connection:
        yield from check_database.room(connection, processes)
        yield from check_database.ledgers(connection, now)
        yield from check_deliveries.findings(connection, now)
        yield from check_digests.digests(connection, now)
        admins.append(check_database.admins(connection))


def _surviving(about: str, section: Section) -> Iterator[Finding]:
    """The section's findings; an error that nobody foresaw is one of them, and its traceback is in the log."""
    try:
        with guarded(LOG, examining=about):
            yield from section()
    except Unanswered as unanswered:
        yield wrong(about, str(unanswered), "")


def _write(finding: Finding, console: Console) -> None:
    words = legible(" ".join(filter(None, [f"{finding.about}:", finding.says, finding.remedy])))
    lines = textwrap.wrap(words, max(columns(console) - MARGIN, 20), break_on_hyphens=False)
    for number, line in enumerate(lines):
        label = finding.level if number == 0 else ""
        console.print(Text(label.ljust(MARGIN), STYLES[finding.level]) + Text(line), soft_wrap=True)


def _conclusion(found: list[Finding]) -> str:
    counts = {level: sum(finding.level == level for finding in found) for level in STYLES}
    warnings = f", {counts['warning']} to look at" if counts["warning"] else ""
    if counts["wrong"]:
        return f"{counts['wrong']} wrong{warnings}."
    return f"Nothing is wrong{warnings}."
