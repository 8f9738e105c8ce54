"""What the team as a whole has settled: its home currency, and what the figures assume."""

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import exchange
from store.money import from_minor, to_minor
from store.tables import invoices, workspace
from value.assumptions import Assumptions, VisitCost


def home_currency(connection: Connection) -> str | None:
    """The currency of the team's figures: the one set, else the ledger's own where it has only one, else None."""
    settled: str | None = connection.execute(sa.select(workspace.c.home_currency)).scalar()
    if settled:
        return settled
    found = connection.execute(sa.select(invoices.c.currency).distinct().limit(2)).scalars().all()
    return str(found[0]) if len(found) == 1 else None


def settle_home_currency(connection: Connection, currency: str) -> bool:
    """Set the home currency; True where that changes it, and every customer has to be scored anew."""
    settled = connection.execute(sa.select(workspace.c.home_currency)).scalar()
    if settled == currency:
        return False
    connection.execute(workspace.delete())
    connection.execute(workspace.insert().values(id=1, home_currency=currency))
    return True


def assumptions(_connection: Connection) -> Assumptions:
    """The four assumptions of the projected value."""
    return Assumptions()


def visit_cost(connection: Connection, currency: str, on: dt.date) -> tuple[VisitCost, Decimal] | None:
    """What a visit is assumed to cost, and its total in `currency` at the rate of `on`; None where there is no rate."""
    cost = VisitCost()
    if cost.currency == currency:
        return cost, cost.total
    pair = (cost.currency, currency, on)
    rate = exchange.rates(connection, [pair], keep=False).get(pair)
    return (cost, from_minor(to_minor(cost.total * rate, currency), currency)) if rate else None
