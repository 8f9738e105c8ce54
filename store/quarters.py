"""What one customer spent quarter by quarter, and what the models expect of the quarters ahead, for a chart.

A quarter here is 13 weeks, counted back from the customer's observation end, so that none of them is cut short.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from sqlalchemy.engine import Connection

from store import models, purchases
from store.entries import per_invoice
from store.sources import coverage
from store.tables import customer_values

QUARTER_DAYS = 91
PAST, AHEAD = 12, 4


@dataclass(frozen=True, slots=True)
class Quarter:
    """Revenue net of credits up to `end_on`; of a quarter ahead what is expected, and the ends of its likely range."""

    end_on: dt.date
    revenue: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Quarters:
    """The past from its oldest quarter on, and the quarters ahead; none where no model can tell."""

    past: tuple[Quarter, ...]
    ahead: tuple[Quarter, ...]


def of(connection: Connection, customer_id: int, currency: str, period: tuple[dt.date, dt.date]) -> Quarters:
    """Of a customer whose money is in `currency`, over its `period`."""
    covered = coverage(connection, customer_id)
    assert covered is not None, "a customer with money has a ledger"
    only = customer_values.c.customer_id == customer_id
    book = purchases.read(connection, covered, currency, per_invoice(customer_id), only)
    start_on, end_on = period
    whole = ((end_on - start_on).days + 1) // QUARTER_DAYS
    back = (end_on.toordinal() - book.day) // QUARTER_DAYS
    revenue = np.bincount(np.clip(back, 0, PAST), book.amount, PAST + 1)[: min(max(whole, 1), PAST)]
    past = tuple(
        Quarter(end_on - dt.timedelta(days=QUARTER_DAYS * number), amount)
        for number, amount in reversed(list(enumerate(revenue.tolist())))
    )
    return Quarters(past, _ahead(connection, customer_id, book, end_on))


def _ahead(connection: Connection, customer_id: int, book: purchases.Book, end_on: dt.date) -> tuple[Quarter, ...]:
    """The range is the first quarter's, which the models tell; the others' is as wide, in proportion."""
    model = models.newest(connection)
    made = model.choice() if model and not model.gate and model.currency == book.currency else None
    if made is None:
        return ()
    # Loaded here: what fits models is needed for a chart only where there is one.
    from value.expectations import expect  # noqa: PLC0415
    from value.order_log import summarised  # noqa: PLC0415

    who = purchases.standings(connection, customer_values.c.customer_id == customer_id)
    s = summarised(book.log(who.known_since), end_on.toordinal(), made.horizon_days, made.start_day)
    if not len(s):
        return ()
    weeks = [QUARTER_DAYS / 7 * number for number in range(1, AHEAD + 1)]
    told = expect(made, s, horizons_weeks=weeks)
    each = np.maximum(np.diff(told.expected_spend[0], prepend=0.0), 0.0)
    first, low, high = float(each[0]), float(told.low_spend[0]), float(told.high_spend[0])
    return tuple(
        Quarter(
            end_on + dt.timedelta(days=QUARTER_DAYS * number),
            amount,
            low * amount / first if first > 0 else 0.0,
            high * amount / first if first > 0 else 0.0,
        )
        for number, amount in enumerate(each.tolist(), 1)
    )
