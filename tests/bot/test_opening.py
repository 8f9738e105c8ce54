"""Opening the database in the home currency that the environment gives."""

import threading
import time
from decimal import Decimal

import pytest

from bot.opening import open_database
from bot.settings import Settings
from store import changes, values, workspace
from store.database import Database, lock_figures
from store.workspace import TeamSettings
from tests.commands.conftest import RECENT
from tests.ledger import NOW, Ledger, Line

# Ample for a thread to read the settings, once, and to come to the lock.
SECONDS_TO_THE_LOCK = 0.5


def opened(db: Database, home_currency: str | None) -> None:
    """Open the same database as a process of its own would."""
    url = db.url.render_as_string(hide_password=False)
    open_database(Settings(database_url=url, home_currency=home_currency)).close()


def test_the_home_currency_of_the_environment_is_kept_and_every_value_follows_it(db: Database) -> None:
    books = Ledger(db)
    acme = books.customer("Acme")
    books.invoice(acme, RECENT, Line("100", "20"), currency="EUR")
    books.done()
    opened(db, "USD")
    opened(db, None)
    with db.reading() as connection:
        value = values.get(connection, acme)
        assert workspace.settings(connection).home_currency == "USD"
    assert value is not None
    assert value.currency == "USD"
    assert value.revenue is not None
    assert value.revenue > Decimal(100)


def test_what_an_admin_settles_holds_until_the_environment_gives_another(db: Database) -> None:
    opened(db, "USD")
    with db.writing() as connection:
        changes.settle(connection, {"home_currency": "EUR"}, by="U1", at=NOW)
    opened(db, "USD")
    with db.reading() as connection:
        assert workspace.settings(connection).home_currency == "EUR"
    opened(db, "GBP")
    with db.reading() as connection:
        assert workspace.settings(connection).home_currency == "GBP"


def test_what_somebody_else_settles_meanwhile_is_not_lost(db: Database) -> None:
    opening = threading.Thread(target=opened, args=(db, "USD"))
    with db.writing() as connection:
        lock_figures(connection)
        opening.start()
        time.sleep(SECONDS_TO_THE_LOCK)
        assert workspace.change(connection, TeamSettings(horizon_years=7), by="U1", at=NOW)
    opening.join(timeout=20)
    with db.reading() as connection:
        assert workspace.settings(connection) == TeamSettings(horizon_years=7, home_currency="USD")


def test_an_unknown_home_currency_is_refused_and_changes_nothing(db: Database) -> None:
    with pytest.raises(ValueError, match="XQZ is not an ISO 4217 currency code"):
        opened(db, "XQZ")
    with db.reading() as connection:
        assert workspace.settings(connection) == TeamSettings()
