"""Who a customer is, apart from the figures."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import customer_references, customers, reps, sources


@dataclass(frozen=True, slots=True)
class Owner:
    """The rep whom the customer belongs to. An invented one is a made-up name in the demo."""

    rep_id: int
    name: str
    slack_user_id: str | None
    is_invented: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """The number that a source knows the customer by."""

    source_title: str
    number: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A company that buys from us. `status` is active or exit; `customer_since_on` is known from outside the ledger."""

    id: int
    name: str
    place: str | None
    country: str | None
    currency: str | None
    owner: Owner | None
    customer_since_on: dt.date | None
    status: str


# What `owner_of` reads, for a query that joins reps by customers.owner_rep_id.
OWNER_COLUMNS = (reps.c.id.label("rep_id"), reps.c.name.label("rep_name"), reps.c.slack_user_id, reps.c.is_invented)


def owner_of(row: sa.Row[Any]) -> Owner | None:
    """The owner in a row that has OWNER_COLUMNS."""
    if row.rep_id is None:
        return None
    return Owner(row.rep_id, row.rep_name, row.slack_user_id, row.is_invented)


# What `customer_of` reads, for a query that joins reps by customers.owner_rep_id.
CUSTOMER_COLUMNS = (
    *(customers.c.id, customers.c.name, customers.c.place, customers.c.country),
    customers.c.currency.label("invoiced_in"),
    *(customers.c.customer_since_on, customers.c.status, *OWNER_COLUMNS),
)


def customer_of(row: sa.Row[Any]) -> Customer:
    """The customer in a row that has CUSTOMER_COLUMNS."""
    return Customer(
        id=row.id,
        name=row.name,
        place=row.place,
        country=row.country,
        currency=row.invoiced_in,
        owner=owner_of(row),
        customer_since_on=row.customer_since_on,
        status=row.status,
    )


# Built once: SQLAlchemy takes longer to build and to recognise a statement than SQLite takes to answer it.
_CUSTOMER = sa.bindparam("customer", type_=sa.BigInteger())
_BY_ID: sa.Select[Any] = (
    sa.select(*CUSTOMER_COLUMNS)
    .outerjoin(reps, reps.c.id == customers.c.owner_rep_id)
    .where(customers.c.id == _CUSTOMER)
)
_REFERENCES = (
    sa.select(sources.c.title, customer_references.c.number)
    .join_from(customer_references, sources, sources.c.id == customer_references.c.source_id)
    .where(customer_references.c.customer_id == _CUSTOMER)
    .order_by(sources.c.title, customer_references.c.number)
)


def get(connection: Connection, customer_id: int) -> Customer | None:
    """The customer, or None where there is none of this id."""
    row = connection.execute(_BY_ID, {"customer": customer_id}).one_or_none()
    return None if row is None else customer_of(row)


def references(connection: Connection, customer_id: int) -> tuple[Reference, ...]:
    """The customer's numbers in every source that knows it."""
    return tuple(Reference(*row) for row in connection.execute(_REFERENCES, {"customer": customer_id}))
