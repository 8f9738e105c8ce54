"""Bringing files into the ledger: read, staged, settled, compared, and then promoted in one transaction.

A file replaces whole invoices. What cannot be read exactly is rejected together with its whole invoice; the rest goes
in. Killed at any moment, an import leaves the database as it was.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from store.database import WRITES, Database, lock_figures
from store.imports import comparing, dates, joins, notices, payments, promotion, rejected, staging
from store.imports.entities import PARTS, Entities
from store.imports.errors import BusyError, ImportRefusedError
from store.imports.files import choose
from store.imports.gathering import Gathering
from store.imports.lines import LineReader
from store.imports.mapping import Mapping
from store.imports.mapping_rules import ledger_file, payments_file
from store.imports.meaning import Interpreter
from store.imports.reading import Table
from store.imports.report import FileRead, Rejection, Report
from store.imports.settling import HELD, Settled, settle
from store.imports.stage_rows import Content, stage_all

__all__ = ["ImportRefusedError", "Report", "import_files"]

Progress = Callable[[str, int, int], None]

# The furthest that any place on Earth is ahead of UTC: there, tomorrow has begun.
AHEAD = dt.timedelta(hours=14)
DAYS_A_WEEK = 7


def _unwatched(_what: str, _done: int, _total: int) -> None:
    """The progress of an import that nobody watches."""


def import_files(
    db: Database,
    files: Sequence[Path],
    mapping: Mapping,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    shift_weeks: int = 0,
    progress: Progress = _unwatched,
    rejected_to: Path | None = None,
) -> Report:
    """Import the files, as if one after the other, in one transaction; with `dry_run` only say what it would do.

    `now` is aware; `shift_weeks` is added to every date. `progress` is told what is being done, how far it is, and how
    far it goes (0 where that is not known). Rejected rows are written to `rejected_to`, a file or a folder.
    Errors: ImportRefusedError, with nothing imported.
    """
    started = time.perf_counter()
    shift_days = DAYS_A_WEEK * shift_weeks
    interpreter = Interpreter(mapping.format, dates.day_number((now + AHEAD).date()), shift_days)
    _refuse_a_period_to_come(mapping, interpreter)
    one = _Import(mapping, interpreter, progress)
    one.open(files)
    one.read_joined_files()
    with _own_connection(db) as connection:
        one.read_ledger(connection)
        settled = one.settle(connection)
        one.report.is_dry_run = dry_run
        one.report.rejected_files = one.write_rejected(settled, rejected_to)
        if dry_run:
            with connection.begin():
                one.compare(connection)
        else:
            one.promote(connection, now)
    one.report.notices += one.found
    one.report.seconds = time.perf_counter() - started
    return one.report


def _refuse_a_period_to_come(mapping: Mapping, interpreter: Interpreter) -> None:
    """Every figure is as of the end of the period, which only ever grows: a year too far could not be taken back."""
    end = mapping.period.end
    if end is not None and dates.day_number(end) + interpreter.shift_days > interpreter.latest:
        raise ImportRefusedError(
            f"period.end in the mapping is {end}, which is still to come; write the last date that the export covers, "
            "or leave it out."
        )


@contextmanager
def _own_connection(db: Database) -> Iterator[Connection]:
    """A connection for this import alone, closed for good at its end, and its temporary tables with it."""
    with db.engine.connect() as connection:
        try:
            yield connection
        finally:
            connection.invalidate()


class _Import:
    """One import on its way from files to a report."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter, progress: Progress) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self.progress = progress
        self.report = Report()
        self.ledger = ledger_file(mapping)
        self.tables: list[Table] = []
        self.lookups: dict[str, joins.Lookup] = {}
        self.gathered = Gathering()
        self.reader = LineReader(mapping, interpreter)
        self.payments = payments.Payments()
        self.found: list[str] = []

    def open(self, paths: Sequence[Path]) -> None:
        """Find the files of the mapping among those given."""
        payments_only = {name for name in [payments_file(self.mapping)] if name}
        self.given = choose(paths, self.mapping, [set(self.mapping.files) - payments_only, payments_only])
        self.report.not_used = self.given.not_used
        self.report.notices += self.given.notices
        self.tables = self.given.tables[self.ledger]

    def read_joined_files(self) -> None:
        """Read what the ledger's rows refer to, and the payments."""
        for file, tables in self.given.tables.items():
            if not tables or file == self.ledger:
                continue
            watch = self.watched(f"Reading {tables[0].name}")
            if file == payments_file(self.mapping):
                self.payments = payments.read(tables, self.mapping, self.interpreter, watch)
            else:
                self.lookups[file] = joins.load(file, tables, self.mapping, self.interpreter, watch)
        self.entities = Entities(self.mapping, self.interpreter, self.lookups)

    def read_ledger(self, connection: Connection) -> None:
        """Read and check every row of the ledger, and stage the good ones."""
        wanted = joins.wanted_columns(self.mapping, self.ledger)
        for table in self.tables:
            table.locate(wanted)
        with connection.begin():
            staging.create(connection)
            for place, table in enumerate(self.tables):
                before = self.gathered.rows_read
                self.gathered.begin_file(place)
                for block in table.blocks(wanted, self.watched(f"Reading {table.name}")):
                    joined = joins.Joined(block, self.ledger, self.lookups, self.mapping)
                    lines = self.reader.read(joined)
                    codes = self.entities.add(joined)
                    variants = [codes[part][1] for part in PARTS]
                    latest = self.interpreter.latest
                    staged = self.gathered.take(lines, codes["customer"][0], codes["rep"][0], variants, latest)
                    self.gathered.hash_lines(staged, self.reader.products.hashes(), self.reader.prices.hashes())
                    staging.add_lines(connection, staged)
                rows = self.gathered.rows_read - before
                self.report.files.append(FileRead(table.name, self.given.digests[table.path], rows))

    def settle(self, connection: Connection) -> Settled:
        """Decide about every invoice, and stage what goes in."""
        self.progress("Checking invoices", 0, 0)
        gathered, report = self.gathered, self.report
        settled = settle(gathered, self.mapping.invoice.credit_numbers, self.reader.currencies.texts)
        content = Content(self.mapping, gathered, settled, self.reader, self.entities)
        with connection.begin():
            stage_all(connection, content)
            self.payments.bad += payments.stage(connection, self.payments, self.mapping.source)
        report.rows_read = gathered.rows_read
        report.rows_rejected = settled.rows_rejected
        report.rows_superseded = settled.rows_superseded
        report.rows_without_customer = settled.rows_without_customer
        report.without_customer = settled.without_customer
        report.invoices_held = int((settled.fate == HELD).sum())
        bad_rows = [bad for rows in self.bad_rows().values() for bad in rows]
        report.other_rows_rejected = len(bad_rows)
        settled.kinds.update(reason.kind for bad in bad_rows for reason in bad.reasons)
        report.rejections = [Rejection(kind, rows) for kind, rows in settled.kinds.most_common()]
        report.notices += notices.of_tables(table for tables in self.given.tables.values() for table in tables)
        report.notices += notices.of_content(content, self.lookups)
        return settled

    def write_rejected(self, settled: Settled, to: Path | None) -> list[Path]:
        """Write the rejected rows, before anything is stored: what is not taken must not be lost."""
        try:
            return rejected.write(self.rejected_rows(settled), self.mapping, to, self.given.digests)
        except OSError as error:
            raise ImportRefusedError(
                f"The rejected rows cannot be written to {to} ({error.strerror}); say another place for them."
            ) from None

    def bad_rows(self) -> dict[str, list[joins.BadRow]]:
        """The rejected rows of the files other than the ledger, by the kind of file."""
        found = {name: lookup.bad_rows for name, lookup in self.lookups.items()}
        paid = payments_file(self.mapping)
        return found | ({paid: self.payments.bad} if paid else {})

    def rejected_rows(self, settled: Settled) -> rejected.Rejected:
        """For each kind of file the rows to write again: by file, line and reason."""
        found = {self.ledger: [(self.tables[file], lines) for file, lines in sorted(settled.reasons.items())]}
        for name, rows in self.bad_rows().items():
            by_table: dict[Path, tuple[Table, dict[int, str]]] = {}
            for bad in rows:
                _, lines = by_table.setdefault(bad.table.path, (bad.table, {}))
                lines[bad.line] = "; ".join(map(str, bad.reasons))
            found[name] = list(by_table.values())
        return found

    def promote(self, connection: Connection, now: dt.datetime) -> None:
        """Compare with what is stored, then write; compare anew where another import came in between."""
        self.progress("Comparing with what is stored", 0, 0)
        with connection.begin():
            difference = self.compare(connection)
        connection.execution_options(**{WRITES: True})
        self.progress("Storing", 0, 0)
        try:
            transaction = connection.begin()
        except OperationalError as error:
            raise BusyError(
                "The database is in use by another import or program; try again when it is done."
            ) from error
        with transaction:
            lock_figures(connection)
            locked = time.perf_counter()
            if comparing.last_import(connection) != difference.last_import_id:
                self.compare(connection)
            promotion.promote(connection, self.source(), self.knowledge(), self.report, now)
        self.report.longest_write_lock_seconds = time.perf_counter() - locked

    def compare(self, connection: Connection) -> comparing.Difference:
        """Compare what is staged with what is stored, and put what is found into the report."""
        report, source = self.report, self.mapping.source
        difference = comparing.compare(connection, source)
        report.rows_new, report.rows_changed = difference.rows_new, difference.rows_changed
        report.rows_unchanged, report.rows_removed = difference.rows_unchanged, difference.rows_removed
        report.invoices_new, report.invoices_changed = difference.invoices_new, difference.invoices_changed
        counts = payments.resolve(connection, source)
        report.payments_new, report.payments_changed, report.payments_unchanged = counts
        self.found = list(notices.of_difference(difference))
        return difference

    def source(self) -> promotion.Source:
        """The source with the period that it now covers."""
        shift = dt.timedelta(days=self.interpreter.shift_days)
        stated = self.mapping.period
        first, last = self.gathered.first_day, self.gathered.last_day
        starts = [*([stated.start + shift] if stated.start else []), *(_days(first))]
        ends = [*([stated.end + shift] if stated.end else []), *(_days(last))]
        return promotion.Source(
            self.mapping.source,
            self.mapping.title,
            min(starts, default=None),
            max(ends, default=None),
            self.mapping.margin_assumption,
        )

    def knowledge(self) -> promotion.Knowledge:
        """What the mapping tells of customers, products and reps."""
        attributes = self.entities.attributes
        return promotion.Knowledge(
            customer={*attributes["customer"], "currency"},
            product=attributes["product"],
            rep=attributes["rep"],
            customers_in_file=self.entities.file["customer"] is not None,
            has_reps=self.mapping.invoice.rep is not None,
        )

    def watched(self, what: str) -> Callable[[int, int], None]:
        """Progress under a name."""
        return lambda done, total: self.progress(what, done, total)


def _days(number: int | None) -> list[dt.date]:
    return [] if number is None else [dates.from_day_number(number)]
