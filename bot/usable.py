"""The operator's settings, or the sentence that says which of them cannot be used. For every command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, ProgrammingError

from bot.answer import Unanswered
from bot.opening import open_database
from bot.settings import Settings, unread_in
from store.database import Database
from store.migrate import NewerDatabaseError

NO_DATABASE = (
    "DATABASE_URL names no database that Melktert can use; "
    "write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
)
# What the terminal needs. The empty name is the file .env itself, which may be the one that names the database.
OF_THE_TERMINAL = frozenset({"", "database_url", "home_currency"})


def usable_settings() -> Settings:
    """The settings, of which DATABASE_URL names a database of a known kind. Errors: Unanswered."""
    return _without(lambda _name: True)


def terminal_settings() -> Settings:
    """The same for whoever does not use Slack: a placeholder for a token must not keep them from their figures.

    What cannot be used and is not needed is at its default. Errors: Unanswered.
    """
    return _without(OF_THE_TERMINAL.__contains__)


def _without(is_needed: Callable[[str], bool]) -> Settings:
    settings, problems = usable_parts()
    if sentences := [sentence for name, sentence in problems.items() if is_needed(name)]:
        raise Unanswered.because(*sentences)
    return settings


def usable_parts() -> tuple[Settings, dict[str, str]]:
    """The settings, those that cannot be used at their defaults, and a sentence for each of these by name.

    Where the file .env cannot be read at all, the name is empty. No sentence says what a setting holds.
    """
    try:
        settings, problems = _parts()
        unread = unread_in(Path(".env"))
    except (OSError, UnicodeError):
        settings, problems = _parts(_env_file=None)
        problems[""] = "The file .env cannot be read; it is plain text in UTF-8, readable to the user of Melktert."
        unread = {}
    for name, line in unread.items():
        if name not in settings.model_fields_set:
            what = f"Line {line} of .env cannot be read, so {name.upper()} is not set"
            problems[name] = f"{what}; write {name.upper()}=VALUE, with a quotation mark at both ends or at none."
    try:
        Database(settings.database_url).close()
        url = make_url(settings.database_url)
        is_kept = url.get_backend_name() != "sqlite" or url.database not in (None, "", ":memory:")
    except (ArgumentError, ValueError, ImportError):
        is_kept = False
    if not is_kept:
        # In SQLite's memory an import would be gone when it ends.
        problems.setdefault("database_url", NO_DATABASE)
    return settings, problems


def opened(settings: Settings) -> Database:
    """The database, migrated. Errors: Unanswered; sqlalchemy.exc.OperationalError where it cannot be reached."""
    try:
        return open_database(settings)
    except NewerDatabaseError as error:
        raise Unanswered.because(str(error)) from error
    except ProgrammingError as error:
        # psycopg's own word for what comes after the question mark of the URL.
        if "invalid connection option" not in str(error.orig):
            raise
        raise Unanswered.because(NO_DATABASE, "What follows a ? in it is for PostgreSQL's own libpq.") from error
    except ValueError as error:
        raise Unanswered.because(Settings.sentence("home_currency")) from error


def _parts(**options: Any) -> tuple[Settings, dict[str, str]]:
    try:
        return Settings(**options), {}
    except ValidationError as error:
        problems = _sentences(error)
        defaults = {name: Settings.model_fields[name].get_default(call_default_factory=True) for name in problems}
        return Settings(**defaults, **options), problems


def _sentences(error: ValidationError) -> dict[str, str]:
    """What each setting that cannot be used takes; never what it holds, for it may be a secret."""
    found = {}
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0])
        own = problem["type"] == "value_error"
        found[name] = str(problem["ctx"]["error"]) if own else Settings.sentence(name)
    return found
