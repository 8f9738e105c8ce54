"""Opening the database that the settings name, at the tables that this version needs."""

import datetime as dt

from bot.settings import Settings
from store import migrate, scoring, workspace
from store.database import Database


def open_database(settings: Settings) -> Database:
    """The database, migrated, in the home currency of the environment where one is given there.

    Errors: store.migrate.NewerDatabaseError, sqlalchemy.exc.OperationalError; ValueError for an unknown currency.
    """
    db = Database(settings.database_url)
    migrate.upgrade(db)
    if settings.home_currency is not None:
        _settle(db, settings.home_currency)
    return db


def _settle(db: Database, home_currency: str) -> None:
    with db.reading() as connection:
        before = workspace.settings(connection)
    if before.home_currency == home_currency:
        return
    with db.writing() as connection:
        to = workspace.TeamSettings.model_validate({**before.model_dump(), "home_currency": home_currency})
        if workspace.change(connection, to, by="HOME_CURRENCY", at=dt.datetime.now(dt.UTC)):
            scoring.score(connection)
