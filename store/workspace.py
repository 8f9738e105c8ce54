"""What the team as a whole has settled: its home currency, its calendar, and what the figures assume.

Every change is kept. store/changes.py changes settings and scores whom that touches.
"""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.engine import Connection

from store import exchange
from store.money import is_money
from store.tables import invoices, people, team_settings
from value.assumptions import Assumptions, VisitCost


def _currency(code: str) -> str:
    if not is_money(code):
        raise ValueError(f"{code} is not an ISO 4217 currency code of money that people pay with, such as USD")
    return code


Currency = Annotated[str, AfterValidator(_currency)]
Rate = Annotated[Decimal, Field(ge=Decimal("-0.5"), le=Decimal("0.5"))]
Horizon = Annotated[int, Field(ge=1, le=50)]
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(1_000_000))]
# From a week to two years.
CadenceDays = Annotated[int, Field(ge=7, le=728)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

# What customer_values is computed from. The rest is read where a figure is shown, so it needs no scoring.
SCORED = frozenset(
    {"home_currency", "sales_growth_annual", "margin_improvement_annual", "discount_rate_annual", "horizon_years"}
)


class TeamSettings(BaseModel):
    """The team's settings with their defaults. Rates are shares: 0.05 is 5 %.

    A cadence is the longest time between two touches of a customer of that class.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home_currency: Currency | None = None
    sales_growth_annual: Rate = Decimal("0.05")
    margin_improvement_annual: Rate = Decimal("0.05")
    discount_rate_annual: Rate = Decimal("0.03")
    horizon_years: Horizon = 20
    working_hours_a_year: Annotated[int, Field(ge=1, le=8_766)] = 2_080
    visit_hours: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(2)
    rep_cost_per_hour: Amount = Decimal(60)
    visit_travel: Amount = Decimal(20)
    visit_gift: Amount = Decimal(2)
    visit_currency: Currency = "USD"
    cadence_retain_days: CadenceDays = 91
    cadence_ramp_up_days: CadenceDays = 56
    cadence_restore_days: CadenceDays = 28
    cadence_regain_days: CadenceDays = 56
    cadence_reactivate_days: CadenceDays = 182
    cadence_new_days: CadenceDays = 42
    first_weekday: Weekday = "monday"
    stale_after_days: Annotated[int, Field(ge=1, le=366)] = 35

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


@dataclass(frozen=True, slots=True)
class Author:
    """Who changed something: a Slack user, or what else did it; `name` where Slack has told of that user."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """The settings that held from one change to the next; of the defaults, 0 is the id and nobody the author."""

    id: int
    settings: TeamSettings
    at: dt.datetime | None = None
    by: Author | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the settings."""

    before: TeamSettings
    after: Version


# What `settings_in` reads, also as a column of another query.
NEWEST_DOCUMENT = sa.select(sa.cast(team_settings.c.document, sa.Text)).order_by(team_settings.c.id.desc()).limit(1)


def settings(connection: Connection) -> TeamSettings:
    """The settings as they stand now."""
    return settings_in(connection.scalar(NEWEST_DOCUMENT))


@lru_cache(maxsize=16)
def settings_in(document: str | None) -> TeamSettings:
    """The settings in a document as it is stored, the defaults where there is none. Every answer needs them, and they
    seldom change: so what was read from the same text before is not validated again.
    """
    return _stored(json.loads(document) if document else {})


def newest(connection: Connection) -> Version:
    """The settings as they stand now, with who settled on them."""
    row = connection.execute(_VERSIONS.limit(1)).first()
    return Version(0, TeamSettings()) if row is None else _version(row)


def newest_by(connection: Connection, author_id: str) -> Version | None:
    """What this author last settled on, even where somebody else has changed it since."""
    row = connection.execute(_VERSIONS.where(team_settings.c.changed_by == author_id).limit(1)).first()
    return None if row is None else _version(row)


def history(connection: Connection, most: int) -> list[Change]:
    """The last changes, at most so many, the newest first."""
    versions = [*map(_version, connection.execute(_VERSIONS.limit(most + 1))), Version(0, TeamSettings())]
    return [Change(former.settings, version) for version, former in pairwise(versions)][:most]


def made_by(connection: Connection, receipt: str) -> Change | None:
    """The change that came with this receipt."""
    row = connection.execute(_VERSIONS.where(team_settings.c.receipt == receipt)).first()
    if row is None:
        return None
    former = connection.execute(_VERSIONS.where(team_settings.c.id < row.id).limit(1)).first()
    return Change(TeamSettings() if former is None else _version(former).settings, _version(row))


_VERSIONS = (
    sa.select(team_settings, people.c.name.label("by_name"))
    .outerjoin(people, people.c.slack_user_id == team_settings.c.changed_by)
    .order_by(team_settings.c.id.desc())
)


def _version(row: sa.Row[Any]) -> Version:
    by = Author(row.changed_by, row.by_name)
    return Version(row.id, _stored(row.document), row.changed_at, by, row.reason)


def _stored(document: dict[str, Any]) -> TeamSettings:
    """Settings as they were kept; one that was accepted once and is not any more counts as not set, lest it stop
    every figure and the form that could correct it.
    """
    try:
        return TeamSettings.model_validate(document)
    except ValidationError as refused:
        wrong = {error["loc"][0] for error in refused.errors()}
        return TeamSettings.model_validate({name: value for name, value in document.items() if name not in wrong})


def change(
    connection: Connection,
    to: TeamSettings,
    *,
    by: str,
    at: dt.datetime,
    reason: str | None = None,
    receipt: str | None = None,
) -> bool:
    """Settle on `to`; True where that changes anything. What came with the same receipt before changes nothing.

    Kept is what `to` was given, a default too, since somebody chose it; what it was not given follows the defaults.
    """
    if to == settings(connection) or (receipt is not None and made_by(connection, receipt) is not None):
        return False
    document = to.model_dump(mode="json", exclude_unset=True)
    row = {"document": document, "changed_at": at, "changed_by": by, "reason": reason, "receipt": receipt}
    connection.execute(team_settings.insert().values(row))
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


@dataclass(frozen=True, slots=True)
class VisitTotal:
    """What a visit is assumed to cost in the currency of the figures, to the last digit, since it is divided by;
    `rate_on` is None where nothing was converted.
    """

    cost: VisitCost
    total: Decimal
    rate: Decimal = Decimal(1)
    rate_on: dt.date | None = None


def visit_total(cost: VisitCost, currency: str, on: dt.date) -> VisitTotal | None:
    """The cost of a visit in `currency` at the last rate published by `on`, None where none was."""
    if cost.currency == currency:
        return VisitTotal(cost, cost.total)
    found = exchange.latest(cost.currency, currency, on)
    if found is None:
        return None
    rate_on, rate = found
    return VisitTotal(cost, cost.total * rate, rate, rate_on)
