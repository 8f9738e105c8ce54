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
    except ValidationError as error:
        raise Unanswered.because(*_sentences(error)) from error
    except (OSError, UnicodeError) as error:
        raise Unanswered.because(
            "The file .env cannot be read; it is plain text in UTF-8, readable to the user who runs Melktert."
        ) from error
    try:
        Database(settings.database_url).close()
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
        raise Unanswered.because(Settings.sentence("home_currency")) from error


def _sentences(error: ValidationError) -> list[str]:
    """What each setting that cannot be used takes; never what it holds, for it may be a secret."""
    return [
        str(problem["ctx"]["error"]) if problem["type"] == "value_error" else Settings.sentence(str(problem["loc"][0]))
        for problem in error.errors(include_input=False, include_url=False)
    ]
