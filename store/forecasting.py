"""What the models that hold expect of each customer, written in the transaction that scores: one vectorised pass.

A customer whose money is not known, or that never bought, gets a row too, with the reason: an unknown is never a zero.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import bulk, purchases, workspace
from store.entries import Entries
from store.models import Model
from store.money import MINOR_MOST, minor_digits
from store.one_of import one_of_ids
from store.purchases import Book, Standings
from store.sources import Coverage
from store.tables import customer_expectations
from value.chosen import Choice
from value.expectations import expect
from value.histories import Floats, Ints
from value.lifetime import NoProjection
from value.order_log import Summaries, summarised
from value.risk import lost_within
from value.worth import YEAR_DAYS, Margins, worth

# Years of 52 weeks: what models are compared over, three of them, and five.
HORIZONS_WEEKS = (52.0, 156.0, 260.0)
CUSTOMERS_AT_ONCE = 20_000
NUMBERS = (
    "probability_alive",
    "lost_12_months",
    "purchases_12_months",
    "purchases_36_months",
    "purchases_60_months",
)
MONEY = (
    "profit_12_months_minor",
    "profit_12_months_low_minor",
    "profit_12_months_high_minor",
    "profit_36_months_minor",
    "profit_60_months_minor",
    "residual_value_minor",
    "value_at_risk_minor",
)
Columns = dict[str, Floats]
Flags = npt.NDArray[np.bool_]


def is_usable(connection: Connection, model: Model | None) -> bool:
    """Whether a model holds that speaks of the money that figures are in now."""
    return model is not None and not model.gate and model.currency == purchases.commonest_currency(connection)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be expected of these customers, with all that the answer follows from."""

    model: Model
    made: Choice
    margins: Margins | None
    who: Standings
    book: Book
    discount_rate_annual: float

    def answer(self) -> Columns:
        """The figures; without the database."""
        return expected(self.made, self.margins, self.who, self.book, self.discount_rate_annual)

    def keep(self, connection: Connection, answer: Columns) -> None:
        """Write the answer, in the caller's transaction."""
        bulk.insert(connection, customer_expectations, _rows(self.model, self.who, answer))


def question(
    connection: Connection,
    model: Model,
    covered: Coverage,
    ledger: Entries,
    who: Standings,
    *,
    touched: sa.CompoundSelect[Any] | None = None,
) -> Question | None:
    """Forget what was expected of the customers in `touched`, of all by default, and of those who are now seen up to
    another day than they were; ask about those of whom nothing is.

    None where there is nobody to ask about. Follows from what store/scoring.py has read, and has found of everybody.
    """
    kept = _kept(connection, model, who, touched)
    made = model.choice()
    if made is None or model.currency is None:
        return None
    who = who.take(~np.isin(who.customer, kept))
    if not len(who.customer):
        return None
    book = purchases.book_of(connection, covered, model.currency, ledger, who.customer[who.in_currency(model.currency)])
    discount = float(workspace.assumptions(connection).discount_rate_annual)
    margins = None
    if model.company_margin is not None and model.credibility_revenue is not None:
        margins = Margins(model.company_margin, model.credibility_revenue)
    return Question(model, made, margins, who, book, discount)


def _kept(connection: Connection, model: Model, who: Standings, touched: sa.CompoundSelect[Any] | None) -> Ints:
    """The customers of whom what is expected still holds; of all others it is deleted.

    All who share an observation end are compared at once: there are no more of these than sources, mostly one.
    """
    table = customer_expectations
    ends = {end: dt.date.fromordinal(end) for end in np.unique(who.end_day).tolist()}
    outdated = sa.true() if touched is None else table.c.customer_id.in_(touched)
    of_another_day = table.c.as_of_on.not_in(ends.values())
    connection.execute(table.delete().where(sa.or_(outdated, table.c.model_id != model.id, of_another_day)))
    kept = [np.zeros(0, dtype=np.int64)]
    for end, day in ends.items():
        asked = connection.execute(sa.select(table.c.customer_id).where(table.c.as_of_on == day)).scalars().all()
        told = np.array(asked, dtype=np.int64)
        holds = np.isin(told, who.customer[who.end_day == end])
        if not holds.all():
            connection.execute(
                table.delete().where(one_of_ids(table.c.customer_id, "ids")), {"ids": told[~holds].tolist()}
            )
        kept.append(told[holds])
    return np.concatenate(kept)


def expected(made: Choice, margins: Margins | None, who: Standings, book: Book, discount_rate_annual: float) -> Columns:
    """The figures of each customer, NaN where they are not known; money in units of the book's currency."""
    columns = {name: np.full(len(who.customer), np.nan) for name in (*NUMBERS, *MONEY, "margin", "sd", "gap", "due")}
    mine = who.in_currency(book.currency)
    for end in np.unique(who.end_day[mine]).tolist():
        seen = mine[who.end_day[mine] == end]
        part = book if len(seen) == len(mine) else book.of(who.customer[seen])
        s = _summaries(part, who.known_since, end, made)
        if not len(s):
            continue
        of = np.searchsorted(who.customer, s.customer)
        told = expect(made, s, horizons_weeks=HORIZONS_WEEKS, discount_rate_annual=discount_rate_annual)
        lost = lost_within(made.learned, made.carrier, s, YEAR_DAYS)
        columns["probability_alive"][of] = np.clip(told.probability_alive, 0, 1)
        columns["lost_12_months"][of] = lost
        for place, name in enumerate(NUMBERS[2:]):
            columns[name][of] = told.expected_purchases[:, place]
        has_rhythm = told.typical_gap_days > 0
        columns["gap"][of[has_rhythm]] = told.typical_gap_days[has_rhythm]
        columns["due"][of[has_rhythm]] = told.next_due_day[has_rhythm]
        if margins is None:
            continue
        margin = _margins_of(margins, part, s.customer)
        worths = worth(told, lost, margin)
        columns["margin"][of], columns["sd"][of] = margin, worths.sd
        money = (worths.profit[:, 0], worths.low, worths.high, worths.profit[:, 1], worths.profit[:, 2])
        for name, amounts in zip(MONEY, (*money, worths.residual, worths.at_risk), strict=True):
            columns[name][of] = amounts
    return columns


def _summaries(book: Book, known_since: dict[int, int], end_day: int, made: Choice) -> Summaries:
    """What the book says of each customer, some customers at a time: to summarise takes more room than the book."""
    said = partial(summarised, end_day=end_day, horizon_days=made.horizon_days, start_day=made.start_day)
    parts = [said(some.log(known_since)) for some in book.by_customers(CUSTOMERS_AT_ONCE)] or [
        said(book.log(known_since))
    ]
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Summaries)
        if isinstance(getattr(parts[0], field.name), np.ndarray)
    }
    return replace(parts[0], start_day=min(part.start_day for part in parts), **joined)


def _margins_of(margins: Margins, book: Book, customers: Ints) -> Floats:
    """Of these customers, NaN where a profit of theirs is not known."""
    place = np.searchsorted(customers, book.customer)
    kept = customers[np.minimum(place, len(customers) - 1)] == book.customer
    profit = np.bincount(place[kept], book.profit[kept], len(customers)).astype(np.float64)
    revenue = np.bincount(place[kept], book.amount[kept], len(customers)).astype(np.float64)
    return np.where(np.isfinite(profit), margins.of(profit, revenue), np.nan)


def _rows(model: Model, who: Standings, found: Columns) -> dict[str, Sequence[Any]]:
    """The columns of the table, with None for what is not known."""
    assert model.currency is not None
    unit = 10.0 ** minor_digits(model.currency)
    money = np.vstack([found[name] for name in (*MONEY, "sd")]) * unit
    too_large = np.asarray((np.abs(np.nan_to_num(money)) > MINOR_MOST).any(axis=0))
    money[:, too_large] = np.nan
    is_known = np.asarray(np.isfinite(money).all(axis=0))
    money[:, ~is_known] = np.nan
    reasons = _reasons(model, who, found, is_known, too_large)
    days = {int(end): dt.date.fromordinal(int(end)) for end in np.unique(who.end_day)}
    return {
        "customer_id": who.customer.tolist(),
        "model_id": [model.id] * len(who.customer),
        "as_of_on": [days[end] for end in who.end_day.tolist()],
        "currency": [model.currency if known else None for known in is_known.tolist()],
        "unknown_reason": reasons,
        "margin": _floats(np.where(is_known, found["margin"], np.nan)),
        **{name: _floats(found[name]) for name in NUMBERS},
        **{name: _whole(row) for name, row in zip(MONEY, money[:-1], strict=True)},
        "profit_12_months_sd_minor": _floats(money[-1]),
        "rhythm_days": _floats(found["gap"]),
        "next_due_on": [None if day is None else dt.date.fromordinal(day) for day in _whole(found["due"])],
    }


def _reasons(model: Model, who: Standings, found: Columns, is_known: Flags, too_large: Flags) -> list[str | None]:
    reasons: list[str | None] = [None] * len(who.customer)
    has_bought = np.isfinite(found["probability_alive"])
    for place in np.flatnonzero(~is_known).tolist():
        currency = who.currency[place]
        if who.unknown_reason[place]:
            reasons[place] = who.unknown_reason[place]
        elif currency is not None and currency != model.currency:
            reasons[place] = (
                f"the figures are in {currency}, and the models learned from {model.currency}; "
                "a home currency brings them together"
            )
        elif not has_bought[place]:
            reasons[place] = NoProjection.NEVER_BOUGHT.value
        else:
            reasons[place] = (NoProjection.TOO_LARGE if too_large[place] else NoProjection.COST_UNKNOWN).value
    return reasons


def _floats(column: Floats) -> list[float | None]:
    return _without(column, np.nan_to_num(column).tolist())


def _whole(column: Floats) -> list[int | None]:
    return _without(column, np.rint(np.nan_to_num(column)).astype(np.int64).tolist())


def _without(column: Floats, values: list[Any]) -> list[Any]:
    """The values with None where the column has no number."""
    for place in np.flatnonzero(~np.isfinite(column)).tolist():
        values[place] = None
    return values
