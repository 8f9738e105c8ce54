"""What the team as a whole has settled: its home currency, and what the figures assume. Every change is kept."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.engine import Connection

from store import exchange
from store.money import from_minor, is_currency, to_minor
from store.tables import invoices, team_settings
from value.assumptions import Assumptions, VisitCost


def _currency(code: str) -> str:
    if not is_currency(code):
        raise ValueError(f"{code} is not an ISO 4217 currency code, such as USD")
    return code


Currency = Annotated[str, AfterValidator(_currency)]
Rate = Annotated[Decimal, Field(ge=Decimal("-0.5"), le=Decimal("0.5"))]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(1_000_000))]


class TeamSettings(BaseModel):
    """The team's settings with their defaults. Rates are shares: 0.05 is 5 %."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home_currency: Currency | None = None
    sales_growth_annual: Rate = Decimal("0.05")
    margin_improvement_annual: Rate = Decimal("0.05")
    discount_rate_annual: Rate = Decimal("0.03")
    horizon_years: Annotated[int, Field(ge=1, le=50)] = 20
    visit_hours: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(2)
    rep_cost_per_hour: Amount = Decimal(60)
    visit_travel: Amount = Decimal(20)
    visit_gift: Amount = Decimal(2)
    visit_currency: Currency = "USD"

    @property
    def assumptions(self) -> Assumptions:
        """The four assumptions of the projected value."""
        return Assumptions(
            sales_growth_annual=self.sales_growth_annual,
            margin_improvement_annual=self.margin_improvement_annual,
            discount_rate_annual=self.discount_rate_annual,
            horizon_years=self.horizon_years,
        )

    @property
    def visit_cost(self) -> VisitCost:
        """What one visit is taken to cost."""
        return VisitCost(
            hours=self.visit_hours,
            rep_cost_per_hour=self.rep_cost_per_hour,
            travel=self.visit_travel,
            gift=self.visit_gift,
            currency=self.visit_currency,
        )


def settings(connection: Connection) -> TeamSettings:
    """The settings as they stand now."""
    newest = sa.select(team_settings.c.document).order_by(team_settings.c.id.desc()).limit(1)
    document = connection.execute(newest).scalar()
    return TeamSettings.model_validate(document or {})


def change(connection: Connection, to: TeamSettings, *, by: str, at: dt.datetime, reason: str | None = None) -> bool:
    """Settle on `to`; True where that changes anything, and every customer has to be scored anew."""
    if to == settings(connection):
        return False
    document = to.model_dump(mode="json", exclude_defaults=True)
    connection.execute(team_settings.insert().values(document=document, changed_at=at, changed_by=by, reason=reason))
    return True


def home_currency(connection: Connection) -> str | None:
    """The currency of the team's figures: the one set, else the ledger's own where it has only one, else None."""
    settled = settings(connection).home_currency
    if settled:
        return settled
    found = connection.execute(sa.select(invoices.c.currency).distinct().limit(2)).scalars().all()
    return str(found[0]) if len(found) == 1 else None


def assumptions(connection: Connection) -> Assumptions:
    """The four assumptions of the projected value."""
    return settings(connection).assumptions


def visit_cost(connection: Connection, currency: str, on: dt.date) -> tuple[VisitCost, Decimal] | None:
    """What a visit is assumed to cost, and its total in `currency` at the last rate published by `on`.

    None where none was.
    """
    cost = settings(connection).visit_cost
    if cost.currency == currency:
        return cost, cost.total
    rate = exchange.latest(cost.currency, currency, on)
    return (cost, from_minor(to_minor(cost.total * rate, currency), currency)) if rate else None
