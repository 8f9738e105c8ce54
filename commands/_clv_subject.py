"""The customer of a card, with everything that is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from commands._figures import Figures, basis_in, figures
from commands._reply import Action
from store import assumptions, sources
from store.customers import Customer
from store.dossiers import Dossier
from store.standings import Standing


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer of a card, its figures, what the data covers, and the last change of its own assumptions."""

    customer: Customer
    figures: Figures
    coverage: sources.Coverage
    own: assumptions.Version | None
    has_held_invoices: bool
    standing: Standing


def subject(known: Dossier) -> Subject:
    """What a card says of the customer. There is one only once a ledger is imported."""
    assert known.coverage is not None
    own = known.own.own if known.own else None
    found = figures(known.value, basis_in(known.settings, known.value), own)
    found = replace(found, told=known.expectation, not_told=known.gate)
    return Subject(known.customer, found, known.coverage, known.own, known.has_held_invoices, known.standing)


def again(of: Subject, values: Mapping[str, str]) -> Action:
    """Asks for this customer once more, in the same way."""
    return Action("clv", "", {"customer": str(of.customer.id), **values})
