"""Visit return: what accrues to us between two visits, against what a visit costs (DESIGN §4)."""

from decimal import Decimal

DEFAULT_CADENCE_DAYS = 91
# A year of care is 52 weeks, so that 13 weeks are a quarter of its profit, to the cent.
DAYS_A_YEAR = 364


def visit_return(profit_12_months: Decimal, visit_cost: Decimal, cadence_days: int = DEFAULT_CADENCE_DAYS) -> Decimal:
    """Profit of one cadence divided by the cost of one visit: 41 means that each 1.00 of visit meets 41.00 of profit.

    Both amounts in one currency. Errors: ValueError where the cost or the cadence is not above zero.
    """
    if visit_cost <= 0 or cadence_days <= 0:
        raise ValueError("a visit costs something, and a cadence lasts at least a day")
    return profit_12_months * cadence_days / DAYS_A_YEAR / visit_cost
