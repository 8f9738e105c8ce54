"""Customers that somebody has put aside until a day: they are left out of the neglected, and counted."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import neglect, standings
from store.audit import ANOTHER_CHANGE, RefusedError
from store.neglect import Asked
from store.tables import customer_standings, customers, snoozes

# Beyond a year it would be an exit in disguise.
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Snooze:
    """A customer is not shown among the neglected before `until_on`."""

    id: int
    customer_id: int
    customer: str
    until_on: dt.date
    reason: str | None
    made_by: str
    is_ended: bool


def get(connection: Connection, snooze_id: int) -> Snooze | None:
    """The snooze, ended or not; None where there is none of this id."""
    return _one(connection, snoozes.c.id == snooze_id)


def of_customer(connection: Connection, customer_id: int) -> Snooze | None:
    """The last one that was not ended, which holds until its day; None where there is none."""
    theirs = (snoozes.c.customer_id == customer_id) & snoozes.c.ended_at.is_(None)
    return _one(connection, theirs)


def of_neglected(connection: Connection, asked: Asked, most: int) -> list[tuple[str, dt.date]]:
    """Whom the list of the neglected leaves out since somebody has snoozed them, by name, and until when each; the most
    money first.
    """
    standing = customer_standings.c
    is_asked, values = neglect.past(asked)
    rows = connection.execute(
        sa.select(customers.c.name, standing.snoozed_until_on)
        .join_from(customer_standings, customers, customers.c.id == standing.customer_id)
        .where(standing.snoozed_until_on > asked.today, *is_asked)
        .order_by(standing.at_stake_minor.is_(None), standing.at_stake_minor.desc(), standing.customer_id)
        .limit(most),
        values,
    )
    return [(row.name, row.snoozed_until_on) for row in rows]


def snooze(
    connection: Connection,
    customer_id: int,
    until_on: dt.date,
    reason: str | None,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Snooze:
    """Put the customer aside until that day; what came with the same receipt before changes nothing.

    Errors: RefusedError where the customer is not there any more.
    """
    is_there = sa.select(customers.c.id).where(customers.c.id == customer_id)
    if connection.scalar(is_there.with_for_update(read=True, key_share=True)) is None:
        raise RefusedError("That customer is no longer in the database; ask /neglected anew.")
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"customer_id": customer_id, "until_on": until_on, "reason": reason, "made_at": at, "made_by": by}
    added = insert(snoozes).values(**row, receipt=receipt).on_conflict_do_nothing(index_elements=[snoozes.c.receipt])
    snooze_id = connection.scalar(added.returning(snoozes.c.id))
    if snooze_id is None:  # the same request came before, or in another process just now
        known = _one(connection, snoozes.c.receipt == receipt)
        assert known is not None
        if known.customer_id != customer_id:
            raise RefusedError(ANOTHER_CHANGE)
        return known
    standings.refresh(connection, [customer_id])
    made = get(connection, snooze_id)
    assert made is not None
    return made


def take_back(connection: Connection, snooze_id: int, at: dt.datetime) -> Snooze:
    """Show the customer again, as it was shown before; a second time changes nothing. Errors: RefusedError."""
    made = get(connection, snooze_id)
    if made is None:
        raise RefusedError("That snooze is not there any more; ask /neglected anew.")
    is_it = (snoozes.c.id == snooze_id) & snoozes.c.ended_at.is_(None)
    if connection.execute(snoozes.update().where(is_it).values(ended_at=at)).rowcount:
        standings.refresh(connection, [made.customer_id])
    return made


def _one(connection: Connection, chosen: sa.ColumnElement[Any]) -> Snooze | None:
    found = (
        sa.select(snoozes, customers.c.name)
        .join(customers, customers.c.id == snoozes.c.customer_id)
        .where(chosen)
        .order_by(snoozes.c.id.desc())
        .limit(1)
    )
    row = connection.execute(found).first()
    if row is None:
        return None
    is_ended = row.ended_at is not None
    return Snooze(row.id, row.customer_id, row.name, row.until_on, row.reason, row.made_by, is_ended)
