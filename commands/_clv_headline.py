"""The headline of a customer's card and of its brief: what the customer is worth, said once for both."""

from commands._clv_subject import Subject
from commands._figures import Figures
from commands._reply import Sentence
from value.lifetime import NoProjection


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
