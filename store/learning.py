"""Learning anew from the ledger, when it is time to, and everything that follows from it in one transaction.

The ledger is read in one snapshot, the choice is made without holding anything, and then the model, what it expects of
every customer and the month's values are written together. What an import changes meanwhile is seen, since customers
are read again when they are written.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.engine import Connection

from store import entries, forecasting, history, models, purchases, scoring, standings
from store.database import Database, lock_figures
from store.models import Model
from store.purchases import Book
from store.sources import Coverage, coverage
from store.tables import customer_expectations, customer_values, invoices
from value.chosen import Choice
from value.engine import choose
from value.likelihood import NotFittedError
from value.worth import Margins, margins

Progress = Callable[[str, int, int], None]
# The past has grown by so much before it is asked again what it says.
GROWN_BY = relativedelta(months=1)
HORIZON_WEEKS = forecasting.HORIZONS_WEEKS[0]


def _unwatched(_what: str, _done: int, _total: int) -> None:
    """The progress of learning that nobody watches."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The model that holds, None before the first import; `is_new` where it was learned just now."""

    model: Model | None
    is_new: bool
    customers: int


@dataclass(frozen=True, slots=True)
class _Past:
    """What there is to learn from: the customers that share the observation end with the most invoices."""

    book: Book
    customers: int
    known_since: dict[int, int]
    end_day: int


def learn(
    db: Database, *, now: dt.datetime, refit: bool = False, rescore: bool = False, progress: Progress = _unwatched
) -> Learned:
    """Learn from the past where that is due, or asked for by `refit`; and write the month's values.

    `rescore` computes the values of all customers anew as well, as an import does.
    """
    with db.reading() as connection:
        past = _past(connection, progress) if refit or is_due(connection) else None
    progress("Trying models on the past", 0, 0)
    made, share = _chosen(past) if past is not None else (None, None)
    progress("Writing what is expected", 0, 0)
    with db.writing() as connection:
        lock_figures(connection)
        if past is not None and made is not None:
            models.save(connection, made, currency=past.book.currency, customers=past.customers, margins=share, at=now)
        model, covered = models.newest(connection), coverage(connection)
        scored = scoring.score(connection) if rescore else 0
        if made is not None and covered is not None and not rescore:
            _forecast(connection, model, covered)
            standings.refresh(connection)
        history.keep(connection, model)
    return Learned(model, made is not None, scored)


def is_due(connection: Connection) -> bool:
    """Whether there is a past to learn from that no model, or none of this version or money, has seen a month of."""
    currency = purchases.commonest_currency(connection)
    end_on = _end_on(connection, currency)
    if currency is None or end_on is None:
        return False
    model = models.newest(connection)
    if model is None or model.gate or model.currency != currency or model.choice() is None:
        return True
    start_on = connection.scalar(sa.select(sa.func.min(invoices.c.issued_on)))
    return end_on >= model.end_on + GROWN_BY or bool(start_on and start_on + GROWN_BY <= model.start_on)


def _end_on(connection: Connection, currency: str | None) -> dt.date | None:
    """The observation end that the most invoices are seen up to, of customers whose money is in `currency`."""
    values = customer_values.c
    counted = (
        sa.select(values.observation_end_on)
        .where(values.currency == currency, values.invoices > 0)
        .group_by(values.observation_end_on)
        .order_by(sa.func.sum(values.invoices).desc(), values.observation_end_on.desc())
        .limit(1)
    )
    found: dt.date | None = connection.scalar(counted)
    return found


def _past(connection: Connection, progress: Progress) -> _Past | None:
    progress("Reading the past", 0, 0)
    covered, currency = coverage(connection), purchases.commonest_currency(connection)
    end_on = _end_on(connection, currency)
    if covered is None or currency is None or end_on is None:
        return None
    only = customer_values.c.observation_end_on == end_on
    who = purchases.standings(connection, only)
    with entries.reading_all(connection):
        book = purchases.read(connection, covered, currency, entries.per_invoice(), only)
    return _Past(book, len(np.unique(book.customer)), who.known_since, end_on.toordinal())


def _chosen(past: _Past) -> tuple[Choice, Margins | None]:
    made = choose(past.book.log(past.known_since), end_day=past.end_day, horizon_weeks=HORIZON_WEEKS)
    book = past.book
    if made.gate:
        return made, None
    try:
        return made, margins(book.customer, book.day, book.profit, book.amount, past.end_day)
    except NotFittedError:
        return made, None


def _forecast(connection: Connection, model: Model | None, covered: Coverage) -> None:
    if model is None or not forecasting.is_usable(connection, model):
        connection.execute(customer_expectations.delete())
        return
    with entries.reading_all(connection):
        ledger = entries.read(connection, entries.per_invoice())
        asked = forecasting.question(connection, model, covered, ledger, purchases.standings(connection))
    if asked is not None:
        asked.keep(connection, asked.answer())
