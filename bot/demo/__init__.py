"""python -m bot demo: a session on the bundled ledger, dated as if it ended this week."""

import datetime as dt
import sys
from contextlib import closing
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from bot.answer import Unanswered, guarded
from bot.console import columns, for_a_reader_that_may_leave, open_console
from bot.demo.building import FOLDER, Ledger, build
from bot.ink import CUSTARD, QUIET
from bot.layout import wrap
from bot.log import Log
from bot.session import Session, converse, read
from store import sources
from store.database import Database


def demo() -> None:
    """Ask /clv and the rest about a bundled ledger, in this terminal."""
    run(FOLDER)


def run(folder: Path) -> None:
    """The demo, with its database, history and log in `folder`. Errors: typer.Exit, after saying why."""
    log = Log(folder / "log.jsonl")
    ledger = Ledger.bundled()
    try:
        with guarded(log):
            db = build(ledger, _now(), open_console(sys.stderr), folder)
    except Unanswered as unanswered:
        open_console(sys.stderr).print(Text(str(unanswered)), soft_wrap=True)
        raise typer.Exit(1) from None
    console = open_console()
    session = Session(db, console, log, _now)
    with for_a_reader_that_may_leave(), closing(db):
        _greet(db, ledger, console)
        if sys.stdin.isatty() and sys.stdout.isatty():
            converse(session, folder / "history")
        else:
            read(session, sys.stdin.buffer)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _greet(db: Database, ledger: Ledger, console: Console) -> None:
    with db.reading() as connection:
        coverage = sources.coverage(connection)
    assert coverage is not None, "a built demo covers its ledger"
    first, last = coverage.period_start_on, coverage.observation_end_on
    tries = Text("   ").join(Text(f"/{line}", "cyan") for line in ledger.tries)
    console.print()
    for line in (
        Text.assemble(("Melktert", CUSTARD), f" on {ledger.title}: {first:%b %Y} to {last:%b %Y}"),
        Text("Its dates are shifted to end this week, and the names of its reps are invented.", QUIET),
        Text.assemble("Try  ", tries, "   ", ("help", "cyan"), "   ", ("quit", "cyan")),
    ):
        for part in wrap(line, columns(console)):
            console.print(part, soft_wrap=True)
    console.print()
