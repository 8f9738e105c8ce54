from decimal import Decimal

import pytest

from value.lifetime import NoProjection, break_even_price_rise, why_no_projection


@pytest.mark.parametrize(
    ("documents", "profit", "revenue", "whole_year", "reason"),
    [
        (3, Decimal(10), Decimal(100), True, None),
        (0, Decimal(0), Decimal(0), True, NoProjection.NEVER_BOUGHT),
        (3, None, Decimal(100), True, NoProjection.COST_UNKNOWN),
        (3, Decimal(10), Decimal(100), False, NoProjection.SHORT_PERIOD),
        (3, Decimal(0), Decimal(0), True, NoProjection.NOTHING_IN_12_MONTHS),
        (3, Decimal(-1), Decimal(100), True, NoProjection.LOSS_IN_12_MONTHS),
        (3, Decimal(0), Decimal(100), True, NoProjection.LOSS_IN_12_MONTHS),
        (3, Decimal(-5), Decimal(-5), True, NoProjection.LOSS_IN_12_MONTHS),
    ],
)
def test_what_cannot_be_projected_says_why(
    documents: int, profit: Decimal | None, revenue: Decimal, whole_year: bool, reason: NoProjection | None
) -> None:
    found = why_no_projection(
        documents=documents, profit_12_months=profit, revenue_12_months=revenue, covers_12_months=whole_year
    )
    assert found is reason


def test_a_loss_vanishes_at_the_break_even_price() -> None:
    rise = break_even_price_rise(Decimal(2_000), Decimal(-50))
    assert rise == Decimal("0.025")
    assert Decimal(2_000) * (1 + rise) - Decimal(2_050) == 0


def test_a_rise_is_rounded_up_to_what_is_said() -> None:
    assert break_even_price_rise(Decimal("241694.32"), Decimal("-13868.36")) == Decimal("0.058")
    assert break_even_price_rise(Decimal(10_000), Decimal("-0.01")) == Decimal("0.001")


def test_what_was_bought_and_credited_in_full_is_no_silence() -> None:
    found = why_no_projection(
        documents=2,
        profit_12_months=Decimal(0),
        revenue_12_months=Decimal(0),
        covers_12_months=True,
        bought_in_12_months=True,
    )
    assert found is NoProjection.LOSS_IN_12_MONTHS


@pytest.mark.parametrize(("revenue", "profit"), [(Decimal(0), Decimal(-1)), (Decimal(100), Decimal(0))])
def test_no_price_turns_what_is_no_loss_or_has_no_revenue(revenue: Decimal, profit: Decimal) -> None:
    with pytest.raises(ValueError, match="only a loss"):
        break_even_price_rise(revenue, profit)
