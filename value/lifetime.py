"""Lifetime value: profit so far plus what is projected; and, where nothing can be projected, why (DESIGN §4)."""

import enum
from decimal import ROUND_CEILING, Decimal

# How far residual lifetime value looks ahead; value/expectations.py says it in weeks.
LIFETIME_YEARS = 20


class NoProjection(enum.Enum):
    """Why a customer has no projected value."""

    NEVER_BOUGHT = "nothing has been bought in the period covered"
    COST_UNKNOWN = "no cost is recorded for some of what was bought"
    SHORT_PERIOD = "the data covers less than 12 months"
    NOTHING_IN_12_MONTHS = "nothing was bought in the last 12 months of the data"
    LOSS_IN_12_MONTHS = "the last 12 months of the data earned no profit"
    IMPLAUSIBLE = "the assumptions make more than 1,000 times of a year's profit; an admin can lower them"
    TOO_LARGE = "the amounts in the ledger are larger than any customer's"


def why_no_projection(
    *,
    documents: int,
    profit_12_months: Decimal | None,
    revenue_12_months: Decimal,
    covers_12_months: bool,
    bought_in_12_months: bool = False,
) -> NoProjection | None:
    """The first reason that applies, None where there is a profit to project. `documents` are invoices and credits."""
    if not documents:
        return NoProjection.NEVER_BOUGHT
    if profit_12_months is None:
        return NoProjection.COST_UNKNOWN
    if not covers_12_months:
        return NoProjection.SHORT_PERIOD
    if not profit_12_months and not revenue_12_months and not bought_in_12_months:
        return NoProjection.NOTHING_IN_12_MONTHS
    if profit_12_months <= 0 or revenue_12_months <= 0:
        return NoProjection.LOSS_IN_12_MONTHS
    return None


def break_even_price_rise(revenue: Decimal, profit: Decimal) -> Decimal:
    """By what share prices have to be higher at least, on the same business, for a loss to vanish: 0.012 is 1.2 %.

    Errors: ValueError where there is no revenue to raise, or no loss.
    """
    if revenue <= 0 or profit >= 0:
        raise ValueError("only a loss on a positive revenue has a price rise that turns it")
    # Rounded up to a tenth of a percent, as it is said: at a rise rounded down they would still cost us money.
    return (-profit / revenue).quantize(Decimal("0.001"), ROUND_CEILING)
