"""Customers that somebody added by hand, before any ledger knows them: no figures yet, but people, touches, promises.

They have no number in a source. When a ledger brings the same company, it comes as a customer of its own.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, name_index, standings, workspace
from store.audit import RefusedError
from store.database import lock_figures
from store.name_keys import key_of
from store.sources import coverage
from store.tables import (
    audit_entries,
    contacts,
    customer_care,
    customer_names,
    customer_values,
    customers,
    event_guests,
    invoices,
    promises,
    touches,
)

ADDED, REMOVED = "customer.add", "customer.remove"
# Whom an entry of the audit is about, before the number.
SUBJECT = "customer "
_MONEY = (
    "revenue_minor",
    "gross_profit_minor",
    "assumed_cost_revenue_minor",
    "revenue_12_months_minor",
    "gross_profit_12_months_minor",
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A customer to add: what tells it from others, and whose it is."""

    name: str
    place: str | None = None
    country: str | None = None
    owner_rep_id: int | None = None
    customer_since_on: dt.date | None = None


def add(
    connection: Connection, new: Newcomer, *, on: dt.date, by: str, at: dt.datetime, receipt: str | None = None
) -> int:
    """Add the customer, so that it is found by its name; its id. Of the same receipt there is one.

    Errors: RefusedError where there is a customer of this name in this place, or the name has no letter.
    """
    lock_figures(connection)  # an import that is under way may bring the same name
    known = audit.done(connection, receipt, ADDED)
    if known is not None:
        return int(known["customer_id"])
    _refuse_a_namesake(connection, new)
    customer_id: int = connection.execute(
        customers.insert()
        .values(
            **_unused_id(connection),
            name=new.name,
            place=new.place,
            country=new.country,
            owner_rep_id=new.owner_rep_id,
            owner_settled_at=None if new.owner_rep_id is None else at,
            customer_since_on=new.customer_since_on,
        )
        .returning(customers.c.id)
    ).scalar_one()
    connection.execute(customer_care.insert().values(customer_id=customer_id, added_by=by, added_on=on))
    details = {"customer_id": customer_id, "name": new.name}
    audit.record(connection, at, by, ADDED, f"{SUBJECT}{customer_id}", details=details, receipt=receipt)
    name_index.index_missing(connection)
    _value_nothing(connection, customer_id)
    standings.refresh(connection, [customer_id])
    return customer_id


def remove(connection: Connection, customer_id: int, *, by: str, at: dt.datetime) -> bool:
    """Take back a customer that was added by hand; False where it is not there any more.

    Errors: RefusedError where it is of a ledger, or something was logged for it since.
    """
    lock_figures(connection)  # whoever scores has a list of all customers, and writes a row for each of them
    row = connection.execute(
        sa.select(customers.c.name, customer_care.c.added_by)
        .outerjoin(customer_care, customer_care.c.customer_id == customers.c.id)
        .where(customers.c.id == customer_id)
        .with_for_update(of=customers)
    ).one_or_none()
    if row is None:
        return False
    if row.added_by is None:
        raise RefusedError("That customer is of a ledger; it cannot be taken back.")
    for table in (invoices, touches, promises, contacts, event_guests):
        theirs = sa.select(sa.literal(1)).where(table.c.customer_id == customer_id).limit(1)
        if connection.scalar(theirs):
            raise RefusedError(
                f"Something is logged for {row.name} by now, so it stays; a manager can mark it as an exit."
            )
    details = {"customer_id": customer_id, "name": row.name}
    audit.record(connection, at, by, REMOVED, f"{SUBJECT}{customer_id}", details=details)
    standings.forget(connection, [customer_id])
    connection.execute(customers.delete().where(customers.c.id == customer_id))
    return True


def last_id(connection: Connection) -> int:
    """The highest number that a customer has, or had that was taken back; 0 where there was none."""
    number = sa.cast(sa.func.substr(audit_entries.c.subject, len(SUBJECT) + 1), sa.BigInteger)
    removed = sa.select(sa.func.max(number)).where(
        audit_entries.c.action == REMOVED, audit_entries.c.subject.startswith(SUBJECT)
    )
    known = (connection.scalar(sa.select(sa.func.max(customers.c.id))), connection.scalar(removed))
    return max(one or 0 for one in known)


def _unused_id(connection: Connection) -> dict[str, int]:
    """SQLite gives the number of whoever was taken back to the next one, and an old button would mean somebody else."""
    return {} if connection.dialect.name != "sqlite" else {"id": 1 + last_id(connection)}


def _value_nothing(connection: Connection, customer_id: int) -> None:
    """The row of values that scoring gives whoever has bought nothing."""
    covered, home = coverage(connection), workspace.home_currency(connection)
    nothing = None if home is None else 0
    connection.execute(
        customer_values.insert().values(
            customer_id=customer_id,
            currency=home,
            period_start_on=covered and covered.period_start_on,
            observation_end_on=covered and covered.observation_end_on,
            **dict.fromkeys(("invoices", "credits", "units_thousandths"), 0),
            **dict.fromkeys(_MONEY, nothing),
        )
    )


def _refuse_a_namesake(connection: Connection, new: Newcomer) -> None:
    key = key_of(new.name)
    if not any(letter.isalnum() for letter in key):
        raise RefusedError("A name needs at least one letter; write what the company is called.")
    called_so = (
        sa.select(customers.c.name, customers.c.place)
        .join_from(customer_names, customers, customers.c.id == customer_names.c.customer_id)
        .where(customer_names.c.key == key)
    )
    for row in connection.execute(called_so):
        if not new.place or not row.place or key_of(row.place) == key_of(new.place):
            where = f" in {row.place}" if row.place else ""
            raise RefusedError(
                f"{row.name}{where} is there already; if this is another company, tell them apart by name or place."
            )
