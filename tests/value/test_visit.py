from decimal import Decimal

import pytest

from value.assumptions import VisitCost
from value.visit import visit_return


def test_a_visit_costs_its_hours_the_fare_and_the_tart() -> None:
    assert VisitCost().total == Decimal(142)


def test_the_return_of_a_visit_is_the_profit_until_the_next_one_against_its_cost() -> None:
    assert visit_return(Decimal(25_993), Decimal(100)) == Decimal("64.9825")
    assert visit_return(Decimal(1_200), Decimal(100), cadence_months=1) == 1


@pytest.mark.parametrize(("cost", "months"), [(Decimal(0), 3), (Decimal(-1), 3), (Decimal(1), 0)])
def test_a_visit_that_costs_nothing_has_no_return(cost: Decimal, months: int) -> None:
    with pytest.raises(ValueError, match="costs something"):
        visit_return(Decimal(100), cost, months)
