"""What the models learned, kept: the newest row of fitted_models holds, and says what it was learned from.

A card reads it, and must not wait for the libraries that fit: the rooms of value/ are loaded where they are used.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.money import MINOR_MOST, minor_digits
from store.tables import fitted_models

if TYPE_CHECKING:
    from value.backtest import Errors
    from value.chosen import Choice
    from value.worth import Margins


@dataclass(frozen=True, slots=True)
class BackTest:
    """How wrong the choice would have been in the windows of the past, on average. Money in minor units."""

    windows: int
    purchases_mae: float
    spend_mae_minor: int
    spend_total_error: float


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned. Where `gate` has a sentence nothing was; where `why_not_earned` has a phrase no headline rests
    on it. The margins are None where no profit is known.
    """

    id: int
    fitted_at: dt.datetime
    currency: str | None
    start_on: dt.date
    end_on: dt.date
    horizon_days: int
    customers: int
    gate: str | None
    why_not_earned: str | None
    note: str
    purchases_candidate: str
    spend_candidate: str
    carrier: str
    back_test: BackTest | None
    shock_sd: float | None
    company_margin: float | None
    credibility_revenue: float | None
    document: str

    def choice(self) -> "Choice | None":
        """With every parameter; None where a version of Melktert wrote it that chose otherwise."""
        from value.chosen import Choice  # noqa: PLC0415

        try:
            return Choice.from_json(self.document)
        except ValueError:
            return None


# Of a query that joins the model outside: whether there is one, and it has earned the headline (docs/decisions/0012).
IS_EARNED = fitted_models.c.id.is_not(None) & fitted_models.c.why_not_earned.is_(None)
# Why no model holds, as a column of a query that asks for more.
GATE = sa.select(fitted_models.c.gate).order_by(fitted_models.c.id.desc()).limit(1)


def newest(connection: Connection) -> Model | None:
    """The model that holds, None before the first."""
    row = connection.execute(sa.select(fitted_models).order_by(fitted_models.c.id.desc()).limit(1)).first()
    return None if row is None else _model(row)


def save(
    connection: Connection,
    made: "Choice",
    *,
    currency: str | None,
    customers: int,
    margins: "Margins | None",
    at: dt.datetime,
) -> Model:
    """Keep a choice; from now on it holds."""
    from value.worth import why_not_earned  # noqa: PLC0415

    spend, purchases = _errors(made, spend=True), _errors(made, spend=False)
    minor = 10 ** minor_digits(currency) if currency else 1
    inserted = connection.execute(
        fitted_models.insert().values(
            fitted_at=at,
            currency=currency,
            start_on=dt.date.fromordinal(made.start_day),
            end_on=dt.date.fromordinal(made.end_day),
            horizon_days=made.horizon_days,
            customers=customers,
            gate=made.gate,
            why_not_earned=why_not_earned(made),
            note=made.note,
            purchases_candidate=made.purchases,
            spend_candidate=made.spend,
            carrier=made.carrier,
            windows=len(made.windows),
            purchases_mae=purchases and purchases.mae,
            spend_mae_minor=spend and _bounded(spend.mae * minor),
            spend_rmse_minor=spend and _bounded(spend.rmse * minor),
            spend_total_error=spend and spend.total,
            shock_sd=None if made.gate else made.shock_sd,
            company_margin=margins and margins.company,
            credibility_revenue=margins and margins.credibility,
            document=made.to_json(),
        )
    )
    assert inserted.inserted_primary_key is not None
    kept = newest(connection)
    assert kept is not None
    return kept


def _errors(made: "Choice", *, spend: bool) -> "Errors | None":
    table, name = (made.spend_table, made.spend) if spend else (made.purchase_table, made.purchases)
    return table[name].errors if name in table else None


def _bounded(minor: float) -> int:
    return round(min(minor, float(MINOR_MOST)))


def _model(row: sa.Row[Any]) -> Model:
    back_test = None
    if row.spend_mae_minor is not None and row.purchases_mae is not None:
        back_test = BackTest(row.windows, row.purchases_mae, row.spend_mae_minor, row.spend_total_error)
    return Model(
        id=row.id,
        fitted_at=row.fitted_at,
        currency=row.currency,
        start_on=row.start_on,
        end_on=row.end_on,
        horizon_days=row.horizon_days,
        customers=row.customers,
        gate=row.gate,
        why_not_earned=row.why_not_earned,
        note=row.note,
        purchases_candidate=row.purchases_candidate,
        spend_candidate=row.spend_candidate,
        carrier=row.carrier,
        back_test=back_test,
        shock_sd=row.shock_sd,
        company_margin=row.company_margin,
        credibility_revenue=row.credibility_revenue,
        document=row.document,
    )
