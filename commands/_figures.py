"""The figures of a customer that several commands show, each said in one way."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from sqlalchemy.engine import Connection

from commands import _outlook
from commands._reply import (
    Count,
    Date,
    Fact,
    Inline,
    Mention,
    Money,
    Note,
    Ratio,
    Request,
    Sentence,
    Strong,
    Text,
    Unknown,
    Value,
)
from store import workspace
from store.assumptions import OwnAssumptions
from store.audit import TERMINAL
from store.customers import Owner
from store.expectations import Expectation
from store.money import minor_digits
from store.scoring import covers_12_months, twelve_months_before
from store.sources import Coverage
from store.values import CustomerValue
from store.workspace import Author, TeamSettings, VisitTotal
from value.assumptions import Assumptions
from value.lifetime import NoProjection, why_no_projection
from value.projection import CALENDAR_HOURS_A_YEAR, is_plausible
from value.visit import visit_return

QUARTER_DAYS = 91
# How exactly less than a minor unit is told to programs; people are told that it is less.
SMALL = Context(prec=3)
NO_COST_TO_SERVE = "gross profit, since cost to serve is not recorded yet"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a customer is worth. An amount is None where it is not known, and `unknown` then says why.

    `assumptions` are those of this customer, which may be its own; `no_projection` is the reason why there is no
    projected value, where the money itself is known. `told` is what the models expect, None where none holds, and
    `not_told` then says why; a list of customers reads neither.
    """

    value: CustomerValue
    settings: TeamSettings
    assumptions: Assumptions
    visit: VisitTotal | None
    no_projection: NoProjection | None
    told: Expectation | None = None
    not_told: str | None = None

    @property
    def has_own_assumptions(self) -> bool:
        """Whether the projection rests on other assumptions than the team's."""
        return self.assumptions != self.settings.assumptions

    @property
    def lifetime(self) -> Decimal | None:
        """Profit so far plus what is ahead, both in the customer's currency."""
        if self.ahead is None or self.value.gross_profit is None:
            return None
        return self.value.gross_profit + self.ahead

    @property
    def rests_on_model(self) -> bool:
        """Whether the headline rests on a model that back-tests have earned it, not on stated assumptions."""
        told = self.told
        is_known = told is not None and told.residual_value is not None and told.currency == self.value.currency
        return is_known and told is not None and told.is_earned

    @property
    def ahead(self) -> Decimal | None:
        """Residual lifetime value, where a model has earned it, else projected value (DESIGN §4)."""
        if self.rests_on_model and self.told is not None:
            return self.told.residual_value
        return self.value.projected_value

    @property
    def ahead_is(self) -> str:
        """What the part of the lifetime that is ahead is called."""
        return "residual lifetime value" if self.rests_on_model else "projected value"

    @property
    def _not_told(self) -> str | None:
        gate = self.not_told
        return self.value.unknown_reason or (gate and gate[0].lower() + gate[1:].rstrip("."))

    @property
    def unknown(self) -> Unknown:
        """Why the projected value, and what follows from it, is not known."""
        if self.value.unknown_reason:
            return Unknown(self.value.unknown_reason)
        return Unknown((self.no_projection or NoProjection.COST_UNKNOWN).value)

    def money(self, amount: Decimal | None, style: str = "whole") -> Value:
        """The amount in the customer's currency, or why there is none."""
        if amount is None or self.value.currency is None:
            return self.unknown
        if style == "short":
            return Money(amount, self.value.currency, "short")
        return Money(amount, self.value.currency, "exact" if style == "exact" else "whole")

    def per_hour(self, hours_a_year: int) -> Decimal | None:
        """Projected value for each hour from now to the horizon."""
        if self.value.projected_value is None or self.value.currency is None:
            return None
        hourly = self.value.projected_value / (self.assumptions.horizon_years * hours_a_year)
        unit = Decimal(1).scaleb(-minor_digits(self.value.currency))
        # Less than a minor unit is small, but no zero.
        return hourly.quantize(unit, ROUND_HALF_UP) if hourly >= unit else SMALL.plus(hourly)

    def facts(self) -> dict[str, Fact]:
        """Every figure by its key for programs (DESIGN §9)."""
        value = self.value
        found = [
            Fact("revenue", "revenue", self.money(value.revenue)),
            Fact("gross_profit", "gross profit", self._profit(), basis=self.cost_basis),
            Fact("profit", "profit", self._profit(), basis=NO_COST_TO_SERVE),
            Fact("units", "", Count(plain_number(value.units), "unit")),
            Fact("invoices", "", Count(value.invoices, "invoice")),
            Fact("projected_value", "present value", self.money(value.projected_value), basis=self._projection_basis),
            self._hourly("value_per_working_hour", "working hour", self.settings.working_hours_a_year),
            self._hourly("value_per_calendar_hour", "calendar hour", CALENDAR_HOURS_A_YEAR),
            Fact(
                "lifetime_value", "lifetime value", self.money(self.lifetime), basis=f"profit so far + {self.ahead_is}"
            ),
            Fact("horizon_months", "horizon", Count(self.assumptions.horizon_years * 12, "month")),
            Fact("visit_return", "visit return", self._visit_return()),
            *_outlook.facts(self.told, value.currency, self._not_told),
        ]
        if value.period_start_on and value.observation_end_on:
            found += [
                Fact("period_start", "first day covered", Date(value.period_start_on)),
                Fact("period_end", "last day covered", Date(value.observation_end_on)),
            ]
        return {fact.key: fact for fact in found}

    @property
    def cost_basis(self) -> str:
        """How much of the profit rests on the margin assumption, empty where none of it does."""
        value = self.value
        if not value.assumed_cost_revenue or not value.revenue:
            return ""
        if value.assumed_cost_revenue == value.revenue:
            return "at an assumed margin"
        return "partly at an assumed margin"

    @property
    def _projection_basis(self) -> str:
        return "on assumptions of its own" if self.has_own_assumptions else ""

    def _profit(self) -> Value:
        if self.value.gross_profit is None and not self.value.unknown_reason:
            return Unknown(NoProjection.COST_UNKNOWN.value)
        return self.money(self.value.gross_profit)

    def _hourly(self, key: str, hour: str, hours_a_year: int) -> Fact:
        return Fact(key, "", self.money(self.per_hour(hours_a_year), "exact"), per=hour)

    def _visit_return(self) -> Value:
        profit = self.value.gross_profit_12_months
        if self.value.unknown_reason or profit is None or self.no_projection is not None:
            return self.unknown
        if self.visit is None:
            return Unknown("there is no exchange rate for the assumed cost of a visit")
        if not self.visit.total:
            return Unknown("a visit is taken to cost nothing")
        return Ratio(visit_return(profit, self.visit.total, self.settings.cadence_retain_days), "times")


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of every customer in one currency rest on; read once for a whole list."""

    settings: TeamSettings
    visit: VisitTotal | None


def basis(connection: Connection, value: CustomerValue) -> Basis:
    """The team's settings, with the cost of a visit in the currency of this value."""
    return basis_in(workspace.settings(connection), value)


def basis_in(settings: TeamSettings, value: CustomerValue) -> Basis:
    """These settings, with the cost of a visit in the currency of this value."""
    visit = None
    if value.currency and value.observation_end_on:
        visit = workspace.visit_total(settings.visit_cost, value.currency, value.observation_end_on)
    return Basis(settings, visit)


def figures(value: CustomerValue, rests_on: Basis, own: OwnAssumptions | None = None) -> Figures:
    """The customer's figures; `own` are its own assumptions, where it has any."""
    start, end = value.period_start_on, value.observation_end_on
    reason = why_no_projection(
        documents=value.invoices + value.credits,
        profit_12_months=value.gross_profit_12_months,
        revenue_12_months=value.revenue_12_months or Decimal(0),
        covers_12_months=bool(start and end and covers_12_months(start, end)),
        bought_in_12_months=bool(end and value.last_purchase_on and value.last_purchase_on > twelve_months_before(end)),
    )
    team = rests_on.settings.assumptions
    assumptions = own.over(team) if own else team
    if reason is None and value.projected_value is None:
        reason = NoProjection.TOO_LARGE if is_plausible(assumptions) else NoProjection.IMPLAUSIBLE
    return Figures(value, rests_on.settings, assumptions, rests_on.visit, reason)


def rests_on(coverage: Coverage, found: Sequence[Figures]) -> tuple[Note, ...]:
    """The small print of every list and card: what the profit in it is, and what part of it is assumed."""
    words: list[Inline] = ["Profit is before cost to serve, which is not recorded yet"]
    margins = sorted({source.margin_assumption for source in coverage.sources if source.margin_assumption is not None})
    if margins and any(one.value.assumed_cost_revenue for one in found):
        words.append("; where no cost is recorded, a margin of ")
        for at, margin in enumerate(margins):
            words += [*([" or "] if at else []), Ratio(margin)]
        words.append(" is assumed, and everything here rests on it")
    return (Note((*words, "."), "quiet"),)


def old_data(coverage: Coverage, settings: TeamSettings, today: dt.date) -> tuple[Note, ...]:
    """That the data ends longer ago than the team lets pass, where it does."""
    age_days = (today - coverage.observation_end_on).days
    if age_days <= settings.stale_after_days:
        return ()
    return (Note((Strong("Old data: "), "it ends ", Count(age_days, "day"), " before today."), "warning"),)


def assumed(assumptions: Assumptions, between: str = " · ") -> Sentence:
    """Three of the four assumptions, as they stand beside every projected value."""
    return (
        Ratio(assumptions.sales_growth_annual),
        f" growth{between}",
        Ratio(assumptions.margin_improvement_annual),
        f" better margin{between}",
        Ratio(assumptions.discount_rate_annual),
        " discount",
    )


def horizon(assumptions: Assumptions) -> Count:
    """The fourth of them: 20 years."""
    return Count(assumptions.horizon_years, "year")


def years(assumptions: Assumptions) -> str:
    """The horizon where a title or a label has it."""
    return "1 year" if assumptions.horizon_years == 1 else f"{assumptions.horizon_years} years"


def visit_assumed(found: Figures) -> Sentence:
    """What the visit return takes a visit to cost."""
    visit, currency = found.visit, found.value.currency
    if visit is None or currency is None:
        return ("the cost of a visit is not known",)
    cost = visit.cost
    converted: Sentence = ()
    if visit.rate_on is not None:
        rate = f"{visit.rate:.4f}" if visit.rate >= Decimal("0.1") else f"{visit.rate:.8f}"
        converted = (f", at the rate of {rate} {currency} for 1 {cost.currency} on ", Date(visit.rate_on))
    return (
        "a visit is taken to cost ",
        Money(visit.total, currency, "exact"),
        ": ",
        Count(plain_number(cost.hours), "hour"),
        " at ",
        Money(cost.rep_cost_per_hour, cost.currency),
        ", ",
        Money(cost.travel, cost.currency),
        " of travel, ",
        Money(cost.gift, cost.currency),
        " for the tart",
        *converted,
    )


def every_cadence(days: int) -> str:
    """How often a visit is made: a visit a quarter, a visit every 8 weeks."""
    if days == QUARTER_DAYS:
        return "a visit a quarter"
    if days % 7:
        return f"a visit every {days} days"
    return "a visit a week" if days == 7 else f"a visit every {days // 7} weeks"


def owned_by(owner: Owner) -> Sentence:
    """Whose customer it is."""
    invented = (" (invented)",) if owner.is_invented else ()
    return ("owner ", Mention(owner.name, owner.slack_user_id), *invented)


def author(by: Author) -> Inline:
    """Who changed something: a colleague, or what else did it, such as HOME_CURRENCY."""
    is_person = by.name is not None or re.fullmatch(r"[UW][A-Z0-9]{2,}", by.id, re.ASCII)
    return Mention(by.name or by.id, by.id) if is_person else by.id


def acting(request: Request) -> str:
    """Who makes the change that is asked for, as it is kept."""
    return request.person.slack_user_id or TERMINAL


def named(name: str) -> Fact:
    """The customer, as a fact for programs."""
    return Fact("customer", "customer", Text(name))


def plain_number(number: Decimal) -> Decimal | int:
    """2 for 2.0, so that nobody reads decimals that say nothing."""
    return int(number) if number == number.to_integral_value() else number
