from decimal import Decimal

import pytest

from value.assumptions import VisitCost
from value.visit import visit_return


def test_a_visit_costs_its_hours_the_fare_and_the_tart() -> None:
    assert VisitCost().total == Decimal(142)


def test_the_return_of_a_visit_is_the_profit_until_the_next_one_against_its_cost() -> None:
    assert visit_return(Decimal(25_993), Decimal(100)) == Decimal("64.9825")
    assert visit_return(Decimal(5_200), Decimal(100), cadence_days=7) == 1


def test_thirteen_weeks_are_exactly_a_quarter_of_the_year() -> None:
    profit = Decimal("25993.26")
    assert visit_return(profit, Decimal(142), cadence_days=91) == profit * 3 / 12 / 142


@pytest.mark.parametrize(("cost", "days"), [(Decimal(0), 91), (Decimal(-1), 91), (Decimal(1), 0)])
def test_a_visit_that_costs_nothing_has_no_return(cost: Decimal, days: int) -> None:
    with pytest.raises(ValueError, match="costs something"):
        visit_return(Decimal(100), cost, days)
