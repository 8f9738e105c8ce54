"""Opening the database that the settings name, at the tables that this version needs."""

import datetime as dt

from sqlalchemy.engine import Connection

from bot.settings import Settings
from store import changes, migrate, standings, workspace
from store.database import Database, lock_figures

# Who changed a setting, where the environment did.
BY = "HOME_CURRENCY"


def open_database(settings: Settings) -> Database:
    """The database, migrated, in the home currency of the environment where one is given there.

    Errors: store.migrate.NewerDatabaseError, sqlalchemy.exc.OperationalError; ValueError for an unknown currency.
    """
    db = Database(settings.database_url)
    try:
        if migrate.upgrade(db):
            with db.writing() as connection:
                standings.refresh(connection)  # of customers who were here before standings were kept
        if settings.home_currency is not None:
            _settle(db, settings.home_currency)
    except BaseException:
        db.close()
        raise
    return db


def _settle(db: Database, home_currency: str) -> None:
    with db.reading() as connection:
        if _was_heeded(connection, home_currency):
            return
    with db.writing() as connection:
        lock_figures(connection)
        # Read again: what somebody else has settled meanwhile must hold.
        if not _was_heeded(connection, home_currency):
            changes.settle(connection, {"home_currency": home_currency}, by=BY, at=dt.datetime.now(dt.UTC))


def _was_heeded(connection: Connection, home_currency: str) -> bool:
    """Whether it holds, or held until an admin settled on another: the same environment then changes nothing again."""
    given = workspace.newest_by(connection, BY)
    return home_currency in (workspace.settings(connection).home_currency, given and given.settings.home_currency)
