"""The operator's settings, or the sentence that says which of them cannot be used. For every command line."""

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError

from bot.answer import Unanswered
from bot.opening import open_database
from bot.settings import Settings
from store.database import Database
from store.migrate import NewerDatabaseError


def usable_settings() -> Settings:
    """The settings, of which DATABASE_URL names a database of a known kind. Errors: Unanswered."""
    try:
        settings = Settings()
        Database(settings.database_url).close()
    except ValidationError as error:
        raise _unusable(", ".join(str(problem["loc"][0]).upper() for problem in error.errors())) from error
    except (ArgumentError, ValueError, ImportError) as error:
        raise Unanswered.because(
            "DATABASE_URL names no database that Melktert can use; "
            "write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        ) from error
    return settings


def opened(settings: Settings) -> Database:
    """The database, migrated. Errors: Unanswered; sqlalchemy.exc.OperationalError where it cannot be reached."""
    try:
        return open_database(settings)
    except NewerDatabaseError as error:
        raise Unanswered.because(str(error)) from error
    except ValueError as error:
        raise _unusable("HOME_CURRENCY") from error


def _unusable(setting: str) -> Unanswered:
    return Unanswered.because(f"The setting {setting} cannot be used; .env.example says what it takes.")
