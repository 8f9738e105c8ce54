"""What the doctor finds in the database. It looks only: it makes no database and migrates none."""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.findings import Finding, ok, warning, wrong
from store import condition, migrate, people, sources, workspace
from store.database import CONNECTIONS_MOST, Database

CONNECT_SECONDS = 5
MEGABYTE = 10**6
IMPORT = "Import one: python -m bot import FILE --mapping NAME; docs/import.md shows how."


@contextmanager
def reachable(url: str) -> Iterator[tuple[Database | None, Finding]]:
    """The database, where it is there and answers, and what is found about that."""
    parts = _impatient(sa.make_url(url))
    name = _name_of(parts)
    if (missing := _missing_file(parts)) is not None:
        yield None, missing
        return
    db = Database(parts.render_as_string(hide_password=False))
    try:
        migrate.current(db)
    except SQLAlchemyError as error:
        yield None, _unreachable(parts, name, str(getattr(error, "orig", None) or error))
    else:
        yield db, ok("Database", f"{name} can be read.")
    finally:
        db.close()


def migrations(db: Database) -> Finding:
    """Whether the tables are those that this version needs."""
    at, head = migrate.current(db), migrate.head()
    if at == head:
        return ok("Migrations", f"The tables are at revision {at}, as this version needs them.")
    if at is None:
        return warning("Migrations", "The database has no tables yet.", "python -m bot import or run makes them.")
    if at > head:
        says = f"The database is at revision {at}; this version of Melktert knows no later one than {head}."
        return wrong("Migrations", says, "Start the version that was used last, or a later one.")
    return warning(
        "Migrations",
        f"The tables are at revision {at}; this version needs {head}.",
        "Make a copy of the database; then python -m bot run, import or ask brings the tables up to date by itself.",
    )


def writable(db: Database) -> Finding:
    """Whether something can be written; it is taken back."""
    try:
        condition.try_to_write(db)
    except SQLAlchemyError as error:
        if "locked" in str(error):
            says, remedy = "Somebody else has been writing all the time.", "Run the doctor again when that is done."
        else:
            says = "Nothing can be written to the database."
            remedy = "Let the user who runs Melktert write to it, and to its folder; look whether the disk is full."
        return wrong("Writing", says, remedy)
    return ok("Writing", "The database can be written to.")


def disk(url: str) -> Iterator[Finding]:
    """Whether an import, or a copy, has room where a SQLite file lies: either may need as much as it has."""
    parts = sa.make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        return
    assert parts.database is not None
    path = Path(parts.database)
    if not path.is_file():
        return
    takes, free = path.stat().st_size, shutil.disk_usage(path.absolute().parent).free
    if free < takes:
        says = f"{free // MEGABYTE:,} MB are left, and the database has {takes // MEGABYTE:,} MB."
        yield warning("Free on the disk", says, "Make room: an import, or a copy, may need as much again.")


def room(connection: Connection, processes: int) -> Iterator[Finding]:
    """Whether PostgreSQL lets in as many connections as so many processes may hold, and an import beside them."""
    let_in, needed = condition.connections_let_in(connection), (processes + 1) * CONNECTIONS_MOST
    if let_in is None:
        return
    says = f"PostgreSQL lets in {let_in:,}; Melktert may hold {needed:,} at its busiest."
    if let_in >= needed:
        yield ok("Connections", says)
    else:
        remedy = f"Raise max_connections to {needed + 10} or more, or lower HTTP_PROCESSES, now {processes}."
        yield warning("Connections", says, remedy)


def ledgers(connection: Connection, now: dt.datetime) -> Iterator[Finding]:
    """What has been imported, how old that is, and whether it has been valued."""
    stale_after_days = workspace.settings(connection).stale_after_days
    found = sources.every(connection)
    for source in found:
        yield from _ledger(connection, source, now, stale_after_days)
    if not found:
        yield warning("Ledger", "Nothing has been imported yet.", IMPORT)
        return
    every, scored = condition.customers_in_all(connection), condition.customers_scored(connection)
    if scored < every:
        says = f"{every - scored:,} of {every:,} customers have not been valued."
        yield wrong("Values", says, "Import any of the ledgers again; that values everybody.")
    else:
        yield ok("Values", f"All {every:,} customers are valued." if every != 1 else "The one customer is valued.")


def admins(connection: Connection) -> int:
    """How many people are admins by what the database says."""
    return sum(person.kind == "member" for person in people.with_role(connection, "admin"))


def _ledger(
    connection: Connection, source: sources.Source, now: dt.datetime, stale_after_days: int
) -> Iterator[Finding]:
    about = f"Ledger {source.title}"
    last = condition.last_import(connection, source.id)
    if last is None or source.period_end_on is None:
        yield warning(about, "It is known, but nothing of it has been imported.", IMPORT)
        return
    says = f"Imported on {last.finished_at:%Y-%m-%d %H:%M} UTC, with data until {source.period_end_on}."
    age_days = (now.date() - source.period_end_on).days
    if age_days > stale_after_days:
        says += f" That is {age_days:,} days ago, and more than {stale_after_days} are too many."
        yield warning(about, says, "Import a newer one.")
    else:
        yield ok(about, says)
    if last.rows_rejected or last.invoices_held:
        rows = f"{last.rows_rejected:,} row{'s' * (last.rows_rejected != 1)} rejected by its last import"
        held = f"{last.invoices_held:,} invoice{'s' * (last.invoices_held != 1)} held back"
        remedy = "Correct them in the file of rejected rows that the import left, and import that file."
        yield warning(about, f"{rows}, {held}.", remedy)


def _missing_file(url: sa.URL) -> Finding | None:
    """The finding where DATABASE_URL names a file that is not there; connecting would make it."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    assert url.database is not None
    path = Path(url.database)
    if path.is_file():
        return None
    folder = path.absolute().parent
    if path.exists() or not folder.is_dir() or not os.access(folder, os.W_OK):
        says = f"{path} is not a file, and none can be made there."
        return wrong("Database", says, "Let DATABASE_URL name a file in a folder that Melktert may write to.")
    return warning("Database", f"There is no {path} yet.", "python -m bot import or run makes it.")


def _unreachable(url: sa.URL, name: str, error: str) -> Finding:
    """Why the database does not answer, as far as it says so itself."""
    if url.get_backend_name() == "sqlite":
        if "unable to open" in error or "readonly" in error:
            remedy = "Let the user who runs Melktert read and write it, and its folder."
            return wrong("Database", f"{name} is there, but cannot be opened.", remedy)
        if "disk" in error:
            # A disk without room looks like a damaged file, and a copy put back would lose what is younger.
            remedy = (
                "Look first whether the disk is full, and make room: then the database is as it was. "
                "Only where it fails with room to spare, put a copy back (docs/slack.md)."
            )
            return wrong("Database", f"{name} cannot be read: {error}.", remedy)
        remedy = "Put a copy of the database back (docs/slack.md), or let DATABASE_URL name another file."
        return wrong("Database", f"{name} is no database, or a damaged one: {error}.", remedy)
    _, refused, why = error.rpartition("FATAL:")
    if refused:
        remedy = "Correct the user, the password or the database in DATABASE_URL, or have the server let them in."
        return wrong("Database", f"{name} answers, and refuses: {why.split(chr(10))[0].strip()}.", remedy)
    remedy = "Check that it is there, that it is running, and that DATABASE_URL names it."
    return wrong("Database", f"{name} cannot be reached.", remedy)


def _name_of(url: sa.URL) -> str:
    """The database by name, without user and password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "The database in memory"
    return f"{url.database or 'The database'} at {url.host or 'this computer'}"


def _impatient(url: sa.URL) -> sa.URL:
    """With a limit to the time that a PostgreSQL may take to answer, unless the operator has set one."""
    if url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query:
        return url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
    return url
