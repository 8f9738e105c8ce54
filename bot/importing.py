"""python -m bot import: bring a company's own ledger in, and say in sentences what became of every line.

Exit 0 where all was taken, 1 where some rows were rejected, 2 where nothing was imported.
"""

import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.text import Text

from bot.answer import Unanswered, guarded
from bot.console import for_a_reader_that_may_leave, open_console
from bot.legible import harmless
from bot.log import Log
from bot.score import after_import
from bot.usable import opened, terminal_settings
from store.database import Database
from store.imports import importer
from store.imports import mapping as mappings
from store.imports.errors import ImportRefusedError
from store.imports.report import Report
from store.money import from_minor

LOG = Log(Path("melktert.log"))
SOME_REJECTED, NOTHING_IMPORTED = 1, 2
REASONS_SHOWN = 12


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, folders, or a pattern in quotes.")],
    mapping: Annotated[str, typer.Option(metavar="NAME|FILE.toml", help="What the columns mean: docs/import.md.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and store nothing.")] = False,
    rejected: Annotated[
        Path, typer.Option(metavar="FILE", help="Where rejected rows go; NAME.rejected.csv, unless said.")
    ] = Path(),
) -> None:
    """Import a ledger: python -m bot import ledger.csv --mapping mapping.toml."""
    try:
        with guarded(LOG, asked=f"import {' '.join(map(str, files))} --mapping {mapping}"):
            report = _import(files, mapping, dry_run=dry_run, rejected=rejected)
    except Unanswered as unanswered:
        open_console(sys.stderr).print(Text(harmless(str(unanswered))), soft_wrap=True)
        raise typer.Exit(NOTHING_IMPORTED) from None
    with for_a_reader_that_may_leave():
        console = open_console()
        for sentence in sentences(report):
            console.print(Text(harmless(sentence)))
        if report.took_any and not report.is_dry_run:
            _learn(console)
    if report.rejected_any:
        raise typer.Exit(SOME_REJECTED if report.took_any else NOTHING_IMPORTED)


def _learn(console: Console) -> None:
    """What was imported stands, whatever becomes of learning from it: the transaction of the import has ended."""
    try:
        with guarded(LOG, asked="learn from an import"), closing(opened(terminal_settings())) as db:
            for sentence in after_import(db, open_console(sys.stderr)):
                console.print(Text(harmless(sentence)))
    except Unanswered as unanswered:
        open_console(sys.stderr).print(Text(harmless(str(unanswered))), soft_wrap=True)


def sentences(report: Report) -> Iterator[str]:
    """The report as a person reads it."""
    counts = [f"{report.rows_new:,} new", f"{report.rows_changed:,} changed", f"{report.rows_unchanged:,} unchanged"]
    others = {"removed": report.rows_removed, "superseded": report.rows_superseded, "rejected": report.rows_rejected}
    counts += [f"{rows:,} {what}" for what, rows in others.items() if rows]
    yield f"Read {_lines(report.rows_read)} in {report.seconds:.1f} s: {', '.join(counts)}."
    if payments := report.payments_new + report.payments_changed + report.payments_unchanged:
        counts = [f"{report.payments_new:,} new", f"{report.payments_changed:,} changed"]
        what = "payment" if payments == 1 else "payments"
        yield f"{payments:,} {what}: {', '.join(counts)}, {report.payments_unchanged:,} unchanged."
    if report.rows_without_customer:
        amounts = ", ".join(
            f"{currency} {from_minor(minor, currency):,}" for currency, minor in sorted(report.without_customer.items())
        )
        come_to = f" ({amounts})" if amounts else ""
        is_ = "is" if report.rows_without_customer == 1 else "are"
        yield f"{_lines(report.rows_without_customer)} without a customer{come_to} {is_} not in any customer's figures."
    yield from _of_rejections(report)
    yield from report.notices
    if report.not_used:
        yield f"Not used, since the mapping does not name them: {', '.join(report.not_used)}."
    if report.is_dry_run:
        yield "This was a dry run: nothing was stored."
    else:
        yield f"Other writers had to wait for at most {report.longest_write_lock_seconds:.2f} s."


def _of_rejections(report: Report) -> Iterator[str]:
    if not report.rejected_any:
        return
    rows = report.rows_rejected + report.other_rows_rejected
    held = ""
    if report.invoices_held:
        invoices = "invoice" if report.invoices_held == 1 else "invoices"
        held = f", and {report.invoices_held:,} {invoices} held back whole"
    yield f"{_lines(rows)} rejected{held}:"
    for rejection in report.rejections[:REASONS_SHOWN]:
        yield f"  {rejection.rows:>7,}  {rejection.reason}"
    if len(report.rejections) > REASONS_SHOWN:
        yield f"  and {len(report.rejections) - REASONS_SHOWN} reasons more."
    if report.rejected_files:
        names = " and ".join(str(path) for path in report.rejected_files)
        yield f"They are in {names} with their reasons; correct them there and import that file."


def _lines(count: int) -> str:
    return f"{count:,} line" if count == 1 else f"{count:,} lines"


def _import(files: list[Path], name: str, *, dry_run: bool, rejected: Path) -> Report:
    try:
        mapping = mappings.load(name)
        with _database(dry_run=dry_run) as db, _progress(open_console(sys.stderr)) as progress:
            return importer.import_files(
                db,
                files,
                mapping,
                now=dt.datetime.now(dt.UTC),
                dry_run=dry_run,
                progress=progress,
                rejected_to=rejected,
            )
    except (mappings.MappingError, ImportRefusedError) as refused:
        raise Unanswered.because(str(refused)) from refused


@contextmanager
def _database(*, dry_run: bool) -> Iterator[Database]:
    """The database of the settings; a dry run makes none, and where there is none it compares with an empty one."""
    settings = terminal_settings()
    url = sa.make_url(settings.database_url)
    with ExitStack() as stack:
        if dry_run and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="melktert-"))
            settings = settings.model_copy(update={"database_url": f"sqlite:///{folder}/dry-run.sqlite3"})
        db = opened(settings)
        stack.callback(db.close)
        yield db


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal; nothing where nobody watches."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield lambda _what, _done, _total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(24), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total or None)
