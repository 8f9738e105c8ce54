"""A small portfolio that has every kind of customer that /clv has to answer for."""

from datetime import date
from types import SimpleNamespace

import pytest

from store.database import Database
from tests.ledger import Ledger, Line

RECENT = date(2026, 3, 1)
LONG_AGO = date(2024, 5, 1)


@pytest.fixture
def books(db: Database) -> SimpleNamespace:
    """The ids of the customers by what they are."""
    ledger = Ledger(db)
    rep = ledger.rep("Thandi Nkosi")
    best = ledger.customer("Metropolitan Bicycle Supply", number="502", place="Seattle", owner=rep)
    ledger.invoice(best, LONG_AGO, Line("30000", "26000", quantity="30"))
    ledger.invoice(best, RECENT, Line("260000", "234000", quantity="300"))
    ledger.invoice(best, RECENT, Line("-100", "-90", quantity="-1"), kind="credit")
    second = ledger.customer("Route 66", number="15000")
    ledger.invoice(second, RECENT, Line("1000", "400", quantity="7"), Line("25", "25", kind="charge"))
    costly = ledger.customer("A Bike Store")
    ledger.invoice(costly, LONG_AGO, Line("85177.04", "85397.03", quantity="200"))
    losing = ledger.customer("Losing Ltd")
    ledger.invoice(losing, RECENT, Line("1000", "1200"))
    lapsed = ledger.customer("Lapsed Cycles")
    ledger.invoice(lapsed, LONG_AGO, Line("10000", "7000", quantity="20"))
    credits_only = ledger.customer("Credits Only")
    ledger.invoice(credits_only, RECENT, Line("-50", "-20", quantity="-1"), kind="credit")
    turned = ledger.customer("Turned Around")
    ledger.invoice(turned, LONG_AGO, Line("1000", "5000"))
    ledger.invoice(turned, RECENT, Line("1000", "900"))
    uncosted = ledger.customer("Uncosted")
    ledger.invoice(uncosted, RECENT, Line("1000"))
    never = ledger.customer("Never Bought")
    twins = [ledger.customer("Twin Wheels", place=place) for place in ("Boston", "Austin")]
    ledger.holds_back("I99", "502", "line 7: “x” is not a date")
    ledger.done()
    return SimpleNamespace(
        db=db,
        ledger=ledger,
        best=best,
        second=second,
        costly=costly,
        losing=losing,
        lapsed=lapsed,
        credits_only=credits_only,
        turned=turned,
        uncosted=uncosted,
        never=never,
        twins=twins,
    )
