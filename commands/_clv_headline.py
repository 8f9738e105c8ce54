"""The headline of a customer's card and of its brief: what the customer is worth, said once for both."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from commands._clv_subject import Subject
from commands._figures import Figures
from commands._reply import Money, Sentence, Value
from value.lifetime import NoProjection

Style = Literal["short", "whole", "exact"]


def headline(of: Subject) -> Sentence:
    """The name and the lifetime value; where that is no figure to lead with, what the customer has earned or cost."""
    found, name = of.figures, of.customer.name
    profit = found.value.gross_profit
    if found.lifetime is not None and found.lifetime > 0 and not is_hope(found):
        return (name, "  ·  ", found.money(found.lifetime, "short"))
    if found.no_projection is NoProjection.NEVER_BOUGHT:
        return (name, "  ·  has not bought yet")
    if profit is None:
        return (name, "  ·  lifetime value not known")
    if profit < 0:
        return (name, "  ·  has cost us ", found.money(-profit))
    return (name, "  ·  ", found.money(profit, "short"), " so far")


def is_hope(found: Figures) -> bool:
    """A loss is a loss, whatever a margin drawn towards everybody's promises."""
    profit = found.value.gross_profit
    return profit is not None and profit < 0 and found.no_projection is NoProjection.LOSS_IN_12_MONTHS


def style_of_parts(found: Figures) -> Style:
    """How to draw profit so far and what is ahead, so that they add up to the headline."""
    if found.value.gross_profit is None or found.ahead is None:
        return "short"
    return style_that_adds_up(found.value.gross_profit, found.ahead)


def added(amount: Value) -> Sentence:
    """The amount as the second of a sum: + $16, or - $16 where it is a loss."""
    if isinstance(amount, Money) and amount.amount < 0:
        return ("- ", replace(amount, amount=-amount.amount))
    return ("+ ", amount)


def style_that_adds_up(one: Decimal, other: Decimal) -> Style:
    """How to draw two amounts beside their sum, which is drawn short: in thousands where these add up, else finer.

    $39K and $19K are no $57K.
    """
    drawn = _short(one + other)
    if _short(_short(one) + _short(other)) == drawn:
        return "short"
    return "whole" if _short(_whole(one) + _whole(other)) == drawn else "exact"


def _short(amount: Decimal) -> Decimal:
    """What a reader is shown of it: whole ones, thousands from 10,000 on, and three digits or more of millions."""
    digits = amount.adjusted()
    if digits < 4:
        return _whole(amount)
    return amount.quantize(Decimal(1).scaleb(3 if digits < 6 else digits - digits % 3 - 2), ROUND_HALF_UP)


def _whole(amount: Decimal) -> Decimal:
    """Below a thousand cents are shown, too."""
    return amount if amount.adjusted() < 3 else amount.quantize(Decimal(1), ROUND_HALF_UP)
