"""From the ledger to one row of values for each customer: store/sums.py adds up, value/ projects, rows are written."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import assumptions, bulk, entries, models, purchases, sources, standings, workspace
from store.assumptions import OwnAssumptions
from store.database import lock_figures
from store.entries import Entries
from store.money import MINOR_MOST
from store.purchases import Standings
from store.sources import Coverage, coverage, customer_periods
from store.sums import NEVER, Sums, add_up, twelve_months_before
from store.tables import customer_expectations, customer_values, customers
from value.assumptions import Assumptions
from value.histories import Ints
from value.lifetime import NoProjection
from value.projection import Floats, Projection, is_plausible, project

if TYPE_CHECKING:
    from store.forecasting import Question

__all__ = ["covers_12_months", "project_anew", "score", "twelve_months_before"]

Period = tuple[dt.date, dt.date]
Columns = dict[str, Sequence[Any]]
Flags = npt.NDArray[np.bool_]


def score(connection: Connection, touched: sa.CompoundSelect[Any] | None = None) -> int:
    """Recompute customer_values for every customer, in the caller's transaction; the number of customers.

    And what the models that hold expect, of all or only of the customers in `touched`: those whose ledger has changed.
    """
    lock_figures(connection)
    with entries.reading_all(connection):
        scored = _score_and_forecast(connection, touched)
        standings.refresh(connection)
    return scored


def _score_and_forecast(connection: Connection, touched: sa.CompoundSelect[Any] | None) -> int:
    covered = coverage(connection)
    ledger = entries.read(connection, entries.per_invoice())
    columns, who = _values(connection, covered, ledger)
    connection.execute(customer_values.delete())
    if not len(who.customer):
        return 0
    asked = _question(connection, covered, ledger, columns, who, touched)
    del ledger  # no longer of use, and the most that is held
    with bulk.inserting(connection, customer_values, columns):
        answer = asked.answer() if asked else {}
    if asked:
        asked.keep(connection, answer)
    return len(who.customer)


def _values(connection: Connection, covered: Coverage | None, ledger: Entries) -> tuple[Columns, Standings]:
    """The columns of customer_values, and what is known by them of each customer."""
    home = workspace.home_currency(connection)
    every = connection.execute(sa.select(customers.c.id).order_by(customers.c.id)).scalars().all()
    ids = np.array(every, dtype=np.int64)
    periods = _periods(connection, ids, covered)
    since_day = periods.since_day[np.searchsorted(ids, ledger.customer)]
    margins = {source.id: source.margin_assumption for source in sources.every(connection)}
    summed = _summed(ids, add_up(connection, ledger, margins, home, since_day), ledger.currencies, home)
    columns = {"customer_id": every, **summed, **_period_and_projection(connection, ids, periods, summed)}
    reasons = summed["unknown_reason"]
    return columns, purchases.standings_of(connection, ids, summed["currency"], reasons, periods.end_day)


def _question(  # noqa: PLR0917
    connection: Connection,
    covered: Coverage | None,
    ledger: Entries,
    columns: Columns,
    who: Standings,
    touched: sa.CompoundSelect[Any] | None,
) -> "Question | None":
    """What the model that holds has to be asked; None where none does, or none that speaks of the money of now."""
    model = models.newest(connection)
    if covered is None or model is None or model.gate:
        return None
    if model.currency != purchases.commonest(columns["currency"], columns["invoices"]):
        connection.execute(customer_expectations.delete())
        return None
    # Loaded here, since a card needs nothing of what fits models.
    from store import forecasting  # noqa: PLC0415

    return forecasting.question(connection, model, covered, ledger, who, touched=touched)


def project_anew(connection: Connection, customer_id: int) -> None:
    """Recompute what follows from this customer's assumptions alone, in the caller's transaction."""
    lock_figures(connection)
    of_customer = customer_values.c.customer_id == customer_id
    row = connection.execute(sa.select(customer_values).where(of_customer)).one_or_none()
    if row is None:
        return
    period = (row.period_start_on, row.observation_end_on) if row.period_start_on and row.observation_end_on else None
    (present,), (cap,) = _projections(
        np.array([row.gross_profit_12_months_minor], dtype=np.float64),
        np.array([row.revenue_12_months_minor], dtype=np.float64),
        np.array([period is not None and covers_12_months(*period)]),
        workspace.assumptions(connection),
        {own: [0] for own in assumptions.every(connection, [customer_id]).values()},
    )
    projected = customer_values.update().where(of_customer)
    connection.execute(projected.values(projected_value_minor=present, cap_from_year=cap))
    standings.refresh(connection, [customer_id])


def covers_12_months(period_start_on: dt.date, observation_end_on: dt.date) -> bool:
    """Whether the 12 months that end at the observation end lie wholly in the period."""
    return period_start_on <= twelve_months_before(observation_end_on) + dt.timedelta(days=1)


def _summed(ids: Ints, sums: Sums, currencies: Sequence[str], home: str | None) -> Columns:
    """The columns of customer_values that the ledger's sums fill."""
    at = np.searchsorted(ids, sums.customer)

    def every(of_buyers: npt.NDArray[Any], of_others: int = 0) -> npt.NDArray[Any]:
        spread = np.full(len(ids), of_others, dtype=of_buyers.dtype)
        spread[at] = of_buyers
        return spread

    currency = np.full(len(ids), home, dtype=object)
    if home is None:
        currency[at] = np.array(currencies, dtype=object)[sums.currency]
    reason = np.full(len(ids), None, dtype=object)
    profit, recent = sums.has_profit, sums.has_profit_12_months
    amounts = (sums.revenue, sums.revenue_12_months, sums.assumed, sums.profit * profit, sums.profit_12_months * recent)
    is_too_large = np.abs(np.stack(amounts)).max(axis=0, initial=0) > MINOR_MOST
    reason[at[is_too_large]] = NoProjection.TOO_LARGE.value
    if home is None:
        for place, several in sums.several.items():
            reason[at[place]] = f"the invoices are in {' and '.join(several)} and no home currency is set"
    for place, unrated in sums.without_rate.items():
        missing = " and ".join(unrated)
        reason[at[place]] = f"there is no exchange rate from {missing} to {home} for some of the invoices"
    known = np.array(
        [why is None and one is not None for why, one in zip(reason, currency, strict=True)], dtype=np.bool_
    )
    return {
        "currency": _where(known, currency),
        "unknown_reason": reason.tolist(),
        "invoices": every(sums.invoices).tolist(),
        "credits": every(sums.credits).tolist(),
        "units_thousandths": every(sums.units).tolist(),
        "first_purchase_on": bulk.dates(np.where(every(sums.first_day, NEVER) == NEVER, 0, every(sums.first_day))),
        "last_purchase_on": bulk.dates(every(sums.last_day)),
        "revenue_minor": _where(known, every(sums.revenue)),
        "gross_profit_minor": _where(known & every(profit, 1), every(sums.profit)),
        "assumed_cost_revenue_minor": _where(known, every(sums.assumed)),
        "revenue_12_months_minor": _where(known, every(sums.revenue_12_months)),
        "gross_profit_12_months_minor": _where(known & every(recent, 1), every(sums.profit_12_months)),
    }


def _where(known: Flags, column: npt.NDArray[Any]) -> list[Any]:
    """The values where they are known, and None elsewhere."""
    values = column.astype(object)
    values[~known] = None
    told: list[Any] = values.tolist()
    return told


@dataclass(frozen=True, slots=True)
class _Periods:
    """The period of each customer, as a place among those that there are."""

    distinct: list[Period | None]
    place: Ints

    def each(self, of_period: Sequence[Any], dtype: npt.DTypeLike = object) -> npt.NDArray[Any]:
        """What there is of each period, of each customer."""
        return np.array(of_period, dtype=dtype)[self.place]

    @property
    def end_day(self) -> Ints:
        """Observation ends, as ordinals; 0 where nothing is covered."""
        return self.each([period[1].toordinal() if period else 0 for period in self.distinct], np.int64)

    @property
    def since_day(self) -> Ints:
        """The days after which the last 12 months begin: never, where nothing is covered."""
        told = [twelve_months_before(period[1]).toordinal() if period else NEVER for period in self.distinct]
        return self.each(told, np.int64)


def _periods(connection: Connection, ids: Ints, covered: Coverage | None) -> _Periods:
    """The period of each customer: of the sources that refer to it, of all where none does."""
    union = (covered.period_start_on, covered.observation_end_on) if covered else None
    place = np.zeros(len(ids), dtype=np.int64)
    number: dict[Period | None, int] = {union: 0}
    if covered and len(covered.sources) > 1:
        for row in connection.execute(customer_periods()):
            place[np.searchsorted(ids, row.customer_id)] = number.setdefault((row.start_on, row.end_on), len(number))
    return _Periods(list(number), place)


def _period_and_projection(connection: Connection, ids: Ints, periods: _Periods, columns: Columns) -> Columns:
    """The remaining columns."""
    whole_years = [period is not None and covers_12_months(*period) for period in periods.distinct]
    # None becomes NaN, which value/ takes for what is not known.
    present, caps = _projections(
        np.array(columns["gross_profit_12_months_minor"], dtype=np.float64),
        np.array(columns["revenue_12_months_minor"], dtype=np.float64),
        periods.each(whole_years, np.bool_),
        workspace.assumptions(connection),
        _own_by_place(connection, ids),
    )
    return {
        "period_start_on": periods.each([period and period[0] for period in periods.distinct]).tolist(),
        "observation_end_on": periods.each([period and period[1] for period in periods.distinct]).tolist(),
        "projected_value_minor": present,
        "cap_from_year": caps,
    }


def _own_by_place(connection: Connection, ids: Ints) -> dict[OwnAssumptions, list[int]]:
    """Each set of assumptions that customers have of their own, with the places of those customers in `ids`."""
    places = defaultdict(list)
    for customer_id, own in assumptions.every(connection).items():
        places[own].append(int(np.searchsorted(ids, customer_id)))
    return places


def _projections(
    profits: Floats,
    revenues: Floats,
    has_12_months: Flags,
    team: Assumptions,
    own_by_place: Mapping[OwnAssumptions, list[int]],
) -> tuple[list[int | None], list[int | None]]:
    """Projected value in minor units, and the first year of the margin cap; none where the customer's sources cover
    less than 12 months, or where the value is beyond all measure.
    """
    projection = _plausible(profits, revenues, team)
    for own, places in own_by_place.items():
        its = _plausible(profits[places], revenues[places], own.over(team))
        projection.present_value[places] = its.present_value
        projection.cap_from_year[places] = its.cap_from_year
    value, cap = projection.present_value, projection.cap_from_year
    known = has_12_months & (value <= MINOR_MOST)
    # At least one minor unit, since whoever earns us something is worth more than nothing.
    minor = np.maximum(np.rint(np.where(known, value, 0.0)).astype(np.int64), 1)
    return _where(known, minor), _where(known & (cap > 0), cap)


def _plausible(profits: Floats, revenues: Floats, assumptions: Assumptions) -> Projection:
    """The projection; of nobody where settings of long ago are beyond what is accepted now."""
    projection = project(profits, revenues, assumptions)
    if not is_plausible(assumptions):
        projection.present_value[:] = np.nan
    return projection
