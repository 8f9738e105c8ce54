"""Opening the database that the settings name, at the tables that this version needs."""

import datetime as dt

from bot.settings import Settings
from store import migrate, scoring, workspace
from store.database import Database, lock_figures


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
        lock_figures(connection)
        # Read again: what somebody else has settled meanwhile must hold.
        before = workspace.settings(connection)
        to = workspace.TeamSettings.model_validate({**before.model_dump(), "home_currency": home_currency})
        if workspace.change(connection, to, by="HOME_CURRENCY", at=dt.datetime.now(dt.UTC)):
            scoring.score(connection)
