"""Opening the database that the settings name, at the tables that this version needs."""

import datetime as dt

from bot.settings import Settings
from store import changes, migrate, workspace
from store.database import Database


def open_database(settings: Settings) -> Database:
    """The database, migrated, in the home currency of the environment where one is given there.

    Errors: store.migrate.NewerDatabaseError, sqlalchemy.exc.OperationalError; ValueError for an unknown currency.
    """
    db = Database(settings.database_url)
    try:
        migrate.upgrade(db)
        if settings.home_currency is not None:
            _settle(db, settings.home_currency)
    except BaseException:
        db.close()
        raise
    return db


def _settle(db: Database, home_currency: str) -> None:
    with db.reading() as connection:
        if workspace.settings(connection).home_currency == home_currency:
            return
    with db.writing() as connection:
        changes.settle(connection, {"home_currency": home_currency}, by="HOME_CURRENCY", at=dt.datetime.now(dt.UTC))
