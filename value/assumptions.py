"""What the projected value assumes about the years to come. Always printed beside the figure that rests on it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Yearly rates as shares (0.05 is 5 %), the horizon in whole years, and when in a year the cash comes.

    `margin_improvement_annual` is relative: a margin of 20 % that improves by 5 % is 21 % a year later.
    Errors: ValueError for a discount rate of -100 % or below, rates below -100 %, or a horizon outside 1 to 100 years.
    """

    sales_growth_annual: Decimal = Decimal("0.05")
    margin_improvement_annual: Decimal = Decimal("0.05")
    discount_rate_annual: Decimal = Decimal("0.03")
    horizon_years: int = 20
    cash_at_mid_year: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.horizon_years <= 100:
            raise ValueError("the horizon must be between 1 and 100 years")
        if self.discount_rate_annual <= -1:
            raise ValueError("the discount rate must be above -100 %")
        if min(self.sales_growth_annual, self.margin_improvement_annual) < -1:
            raise ValueError("growth and margin improvement cannot be below -100 %")


@dataclass(frozen=True, slots=True)
class VisitCost:
    """What one visit costs us: hours (travel included) at a rep's hourly cost, the fare, and the tart taken along."""

    hours: Decimal = Decimal(2)
    rep_cost_per_hour: Decimal = Decimal(60)
    travel: Decimal = Decimal(20)
    gift: Decimal = Decimal(2)
    currency: str = "USD"

    @property
    def total(self) -> Decimal:
        """Cost of one visit, in `currency`."""
        return self.hours * self.rep_cost_per_hour + self.travel + self.gift
