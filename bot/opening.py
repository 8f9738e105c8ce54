"""Opening the database that the settings name, at the tables that this version needs."""

from bot.settings import Settings
from store import migrate
from store.database import Database


def open_database(settings: Settings) -> Database:
    """The database, migrated. Errors: store.migrate.NewerDatabaseError, sqlalchemy.exc.OperationalError."""
    db = Database(settings.database_url)
    migrate.upgrade(db)
    return db
