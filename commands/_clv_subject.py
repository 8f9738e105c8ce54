"""The customer of a card, with everything that is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands._figures import Figures, basis, figures
from commands._reply import Action
from store import assumptions, sources, values
from store.customers import Customer


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer of a card, its figures, what the data covers, and the last change of its own assumptions."""

    customer: Customer
    figures: Figures
    coverage: sources.Coverage
    own: assumptions.Version | None


def subject(connection: Connection, customer: Customer) -> Subject:
    """Everything that a card of this customer rests on."""
    coverage = sources.coverage(connection, customer.id)
    value = values.get(connection, customer.id)
    assert coverage is not None, "a card is asked for only once a ledger is imported"
    assert value is not None, "every import scores every customer"
    own = assumptions.newest(connection, customer.id)
    return Subject(customer, figures(value, basis(connection, value), own.own if own else None), coverage, own)


def again(of: Subject, values: Mapping[str, str]) -> Action:
    """Asks for this customer once more, in the same way."""
    return Action("clv", "", {"customer": str(of.customer.id), **values})
