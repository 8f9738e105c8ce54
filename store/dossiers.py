"""Everything that a card of one customer rests on, read at once: each query takes longer to ask than to answer."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import assumptions, expectations, invoices, models, sources, standings, values, workspace
from store.customers import CUSTOMER_COLUMNS, Customer, customer_of
from store.tables import (
    customer_assumptions,
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    fitted_models,
    reps,
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of a customer. `coverage` is None before the first import, `own` where its assumptions were never
    changed, `expectation` where no model holds, and `gate` then says why, if any was tried.
    """

    customer: Customer
    value: values.CustomerValue
    settings: workspace.TeamSettings
    own: assumptions.Version | None
    coverage: sources.Coverage | None
    has_held_invoices: bool
    expectation: expectations.Expectation | None
    gate: str | None
    standing: standings.Standing


# Built once: SQLAlchemy takes longer to build and to recognise a statement than SQLite takes to answer it.
_DOSSIER: sa.Select[Any] = (
    sa.select(
        *CUSTOMER_COLUMNS,
        customer_values,
        workspace.NEWEST_DOCUMENT.scalar_subquery().label("settings"),
        sa.exists().where(customer_assumptions.c.customer_id == customers.c.id).label("has_own"),
        invoices.is_held(customers.c.id).label("has_held"),
        models.GATE.scalar_subquery().label("gate"),
        *expectations.COLUMNS,
        *standings.LABELLED,
    )
    .join_from(customers, customer_values, customer_values.c.customer_id == customers.c.id)
    .outerjoin(customer_expectations, customer_expectations.c.customer_id == customers.c.id)
    .outerjoin(fitted_models, fitted_models.c.id == customer_expectations.c.model_id)
    .join(customer_standings, customer_standings.c.customer_id == customers.c.id)
    .outerjoin(reps, reps.c.id == customers.c.owner_rep_id)
    .where(customers.c.id == sa.bindparam("customer", type_=sa.BigInteger()))
)


def get(connection: Connection, customer_id: int) -> Dossier | None:
    """The customer with all that, or None where there is none of this id."""
    row = connection.execute(_DOSSIER, {"customer": customer_id}).one_or_none()
    if row is None:
        return None
    return Dossier(
        customer=customer_of(row),
        value=values.value_of(row),
        settings=workspace.settings_in(row.settings),
        own=assumptions.newest(connection, customer_id) if row.has_own else None,
        coverage=sources.coverage(connection, customer_id),
        has_held_invoices=bool(row.has_held),
        expectation=expectations.expectation_of(row),
        gate=row.gate,
        standing=standings.standing_of(row, standings.PREFIX),
    )
