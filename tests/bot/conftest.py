"""A small portfolio to ask about."""

from datetime import date
from pathlib import Path

import pytest

from bot.log import Log
from store.database import Database
from tests.ledger import Ledger, Line

RECENT = date(2026, 3, 1)


def fill(db: Database) -> None:
    """Customers that earn, that cost us money, and two of one name."""
    ledger = Ledger(db)
    rep = ledger.rep("Thandi Nkosi")
    best = ledger.customer("Metropolitan Bicycle Supply", number="502", place="London, England", owner=rep)
    ledger.invoice(best, RECENT, Line("482282.01", "434053.91", quantity="1154"))
    second = ledger.customer("Field Trip Store", place="Austin, Texas", owner=rep)
    ledger.invoice(second, RECENT, Line("20000", "15000", quantity="10"))
    costly = ledger.customer("A Bike Store")
    ledger.invoice(costly, date(2024, 5, 1), Line("85177.04", "85397.03", quantity="200"))
    for place in ("Boston", "Austin"):
        ledger.customer("Twin Wheels", place=place)
    ledger.customer("\x1b[31mRed\x1b[0m \u202eEvil\nCorp")
    ledger.done()


@pytest.fixture
def books(sqlite_db: Database) -> Database:
    """The portfolio on SQLite."""
    fill(sqlite_db)
    return sqlite_db


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log of this test's own."""
    return Log(tmp_path / "log.jsonl")
