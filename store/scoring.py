"""From the ledger to one row of values for each customer: store/sums.py adds up, value/ projects, rows are written."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import assumptions, bulk, models, standings, workspace
from store.assumptions import OwnAssumptions
from store.database import lock_figures
from store.money import MINOR_MOST
from store.sources import Coverage, coverage, customer_periods
from store.sums import Sums, add_up, invoice_totals, twelve_months_before
from store.tables import customer_expectations, customer_values, customers
from value.assumptions import Assumptions
from value.lifetime import NoProjection
from value.projection import Floats, Projection, is_plausible, project

__all__ = ["covers_12_months", "project_anew", "score", "twelve_months_before"]

Period = tuple[dt.date, dt.date]

NOTHING = Sums()
# The columns of customer_values that the ledger's sums fill; the period and the projection are added to them.
SUMMED = (
    "customer_id",
    "currency",
    "unknown_reason",
    "invoices",
    "credits",
    "units_thousandths",
    "first_purchase_on",
    "last_purchase_on",
    "revenue_minor",
    "gross_profit_minor",
    "assumed_cost_revenue_minor",
    "revenue_12_months_minor",
    "gross_profit_12_months_minor",
)


def score(connection: Connection, touched: sa.CompoundSelect[Any] | None = None) -> int:
    """Recompute customer_values for every customer, in the caller's transaction; the number of customers.

    And what the models that hold expect, of all or only of the customers in `touched`: those whose ledger has changed.
    """
    lock_figures(connection)
    scored = _score_and_forecast(connection, touched)
    standings.refresh(connection)
    return scored


def _score_and_forecast(connection: Connection, touched: sa.CompoundSelect[Any] | None) -> int:
    covered = coverage(connection)
    if covered is None:
        return _score(connection, None, None)
    model = models.newest(connection)
    if model is None or model.gate:
        return _score(connection, covered, None)
    # Loaded here, since a card needs nothing of what fits models.
    from store import forecasting  # noqa: PLC0415

    with invoice_totals(connection) as totals:
        scored = _score(connection, covered, totals)
        if forecasting.is_usable(connection, model):
            forecasting.forecast(connection, model, covered, totals, touched)
        else:
            connection.execute(customer_expectations.delete())
    return scored


def _score(connection: Connection, covered: Coverage | None, totals: sa.FromClause | None) -> int:
    home = workspace.home_currency(connection)
    sums = add_up(connection, covered, home, totals) if covered else {}
    ids = connection.execute(sa.select(customers.c.id).order_by(customers.c.id)).scalars().all()
    connection.execute(customer_values.delete())
    if ids:
        rows = (_row(customer_id, sums.get(customer_id, NOTHING), home) for customer_id in ids)
        summed = dict(zip(SUMMED, zip(*rows, strict=True), strict=True))
        projected = _period_and_projection(connection, summed, covered)
        bulk.insert(connection, customer_values, {**summed, **projected})
    return len(ids)


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
        [period],
        workspace.assumptions(connection),
        {own: [0] for own in assumptions.every(connection, [customer_id]).values()},
    )
    projected = customer_values.update().where(of_customer)
    connection.execute(projected.values(projected_value_minor=present, cap_from_year=cap))
    standings.refresh(connection, [customer_id])


def covers_12_months(period_start_on: dt.date, observation_end_on: dt.date) -> bool:
    """Whether the 12 months that end at the observation end lie wholly in the period."""
    return period_start_on <= twelve_months_before(observation_end_on) + dt.timedelta(days=1)


def _row(customer_id: int, sums: Sums, home: str | None) -> tuple[object, ...]:
    """The values of one customer, in the order of SUMMED."""
    currency = home if home or len(sums.currencies) != 1 else sums.currencies[0]
    reason = None
    if sums.without_rate:
        reason = f"there is no exchange rate from {_listed(sums.without_rate)} to {home} for some of the invoices"
    elif currency is None and sums.currencies:
        reason = f"the invoices are in {_listed(sums.currencies)} and no home currency is set"
    elif any(abs(amount) > MINOR_MOST for amount in _amounts(sums)):
        reason = NoProjection.TOO_LARGE.value
    known = reason is None and currency is not None
    return (
        customer_id,
        currency if known else None,
        reason,
        sums.invoices,
        sums.credits,
        sums.units_thousandths,
        sums.first_purchase_on,
        sums.last_purchase_on,
        sums.revenue if known else None,
        sums.gross_profit if known else None,
        sums.assumed_cost_revenue if known else None,
        sums.revenue_12_months if known else None,
        sums.gross_profit_12_months if known else None,
    )


def _amounts(sums: Sums) -> Iterable[int]:
    profits = (sums.gross_profit, sums.gross_profit_12_months)
    yield from (sums.revenue, sums.revenue_12_months, sums.assumed_cost_revenue)
    yield from (profit for profit in profits if profit is not None)


def _listed(currencies: Iterable[str]) -> str:
    return " and ".join(sorted(currencies))


def _period_and_projection(
    connection: Connection, columns: Mapping[str, Sequence[Any]], covered: Coverage | None
) -> dict[str, Sequence[Any]]:
    """The remaining columns."""
    ids = columns["customer_id"]
    periods = _periods(connection, ids, covered)
    # None becomes NaN, which value/ takes for what is not known.
    profits = np.array(columns["gross_profit_12_months_minor"], dtype=np.float64)
    revenues = np.array(columns["revenue_12_months_minor"], dtype=np.float64)
    present, caps = _projections(
        profits, revenues, periods, workspace.assumptions(connection), _own_by_place(connection, ids)
    )
    return {
        "period_start_on": [period and period[0] for period in periods],
        "observation_end_on": [period and period[1] for period in periods],
        "projected_value_minor": present,
        "cap_from_year": caps,
    }


def _own_by_place(connection: Connection, ids: Sequence[int]) -> dict[OwnAssumptions, list[int]]:
    """Each set of assumptions that customers have of their own, with the places of those customers in `ids`."""
    every = assumptions.every(connection)
    places = defaultdict(list)
    if every:
        for place, customer_id in enumerate(ids):
            if customer_id in every:
                places[every[customer_id]].append(place)
    return places


def _projections(
    profits: Floats,
    revenues: Floats,
    periods: Sequence[Period | None],
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
    whole_years = {period: period is not None and covers_12_months(*period) for period in set(periods)}
    values = projection.present_value.tolist()
    present = [
        _minor(value) if whole_years[period] and not math.isnan(value) else None
        for value, period in zip(values, periods, strict=True)
    ]
    caps = projection.cap_from_year.tolist()
    return present, [None if value is None else cap or None for value, cap in zip(present, caps, strict=True)]


def _plausible(profits: Floats, revenues: Floats, assumptions: Assumptions) -> Projection:
    """The projection; of nobody where settings of long ago are beyond what is accepted now."""
    projection = project(profits, revenues, assumptions)
    if not is_plausible(assumptions):
        projection.present_value[:] = np.nan
    return projection


def _minor(value: float) -> int | None:
    """In whole minor units: at least one, since whoever earns us something is worth more than nothing."""
    return max(1, round(value)) if value <= MINOR_MOST else None


def _periods(connection: Connection, ids: Sequence[int], covered: Coverage | None) -> list[Period | None]:
    """The period of each customer: of the sources that refer to it, of all where none does."""
    if covered is None:
        return [None] * len(ids)
    union = (covered.period_start_on, covered.observation_end_on)
    if len(covered.sources) == 1:
        return [union] * len(ids)
    rows = connection.execute(customer_periods()).all()
    known = {row.customer_id: (row.start_on, row.end_on) for row in rows}
    return [known.get(customer_id, union) for customer_id in ids]
