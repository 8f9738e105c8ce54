"""Customers in the order of their projected value, as several commands list them."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from commands._figures import Figures, assumed, basis, figures, horizon, owned_by, visit_assumed
from commands._reply import Action, Code, Count, Date, Item, Note, Sentence, Strong
from store import assumptions
from store.scoring import covers_12_months
from store.sources import Coverage
from store.values import Ranked


def figures_of(connection: Connection, ranked: Sequence[Ranked]) -> list[Figures]:
    """The figures of each, all in one currency."""
    if not ranked:
        return []
    basis_of_all = basis(connection, ranked[0].value)
    own = assumptions.every(connection, [customer.value.customer_id for customer in ranked])
    return [figures(customer.value, basis_of_all, own.get(customer.value.customer_id)) for customer in ranked]


def entry(number: int, customer: Ranked, found: Figures, *, names_owner: bool = True) -> Item:
    """One customer, with what an hour and a visit are worth, and a button to the card."""
    facts = found.facts()
    reason: Sentence = owned_by(customer.owner) if customer.owner and names_owner else ()
    if found.has_own_assumptions:
        own: Sentence = ("its own: ", *assumed(found.assumptions, ", "), ", ", horizon(found.assumptions))
        reason = (*reason, "  ·  ", *own) if reason else own
    return Item(
        title=(f"{number}  ", Strong(customer.name)),
        reason=reason,
        facts=tuple(facts[key] for key in ("projected_value", "value_per_working_hour", "visit_return")),
        actions=(Action("clv", "Show", {"customer": str(customer.value.customer_id)}),),
    )


def nobody(coverage: Coverage) -> Sentence:
    """Why there is nobody to rank."""
    end = Date(coverage.observation_end_on)
    if not covers_12_months(coverage.period_start_on, coverage.observation_end_on):
        start = Date(coverage.period_start_on)
        return ("The data covers less than 12 months, ", start, " to ", end, ", so nothing is projected from it yet.")
    return ("No customer earned a profit in the 12 months to ", end, " that is known.")


def meaning(found: Sequence[Figures]) -> tuple[Note, ...]:
    """The small print: what the projected value is, with the team's assumptions, and whose rests on others."""
    team = found[0].settings.assumptions
    what: Sentence = (
        Strong("Projected value"),
        " over ",
        horizon(team),
        ": the profit of the last 12 months, ",
        *assumed(team, ", "),
        "; ",
        *visit_assumed(found[0]),
        ".",
    )
    return (Note(what, "quiet"), *_own(found))


def _own(found: Sequence[Figures]) -> tuple[Note, ...]:
    """Whose projected value rests on other assumptions than the ones printed for all."""
    own = sum(of.has_own_assumptions for of in found)
    if not own:
        return ()
    rest = "rests" if own == 1 else "rest"
    words = (
        Count(own, "of these customers", "of these customers"),
        f" {rest} on assumptions of ",
        "its own; " if own == 1 else "their own; ",
    )
    return (Note((*words, Code("/clv NAME why"), " says which and why."), "quiet"),)
