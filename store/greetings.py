"""Whose birthday or anniversary is near, and whom it would please to be thought of.

Never congratulated: who is gone; and anybody at a customer that is an exit, or whose complaint is still open, since
good wishes in place of an answer make a complaint worse.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.care import may_be_greeted
from store.contacts import Contact, contact_of
from store.customers import Owner
from store.tables import contacts, customers, reps
from store.who import Who, is_theirs
from value.anniversaries import YearlyDay, months_and_days

What = Literal["birthday", "anniversary"]


@dataclass(frozen=True, slots=True)
class Greeting:
    """Somebody's day. `years` is the age or the number of years, where it is known."""

    on: dt.date
    what: What
    contact: Contact
    customer: str
    owner: Owner | None
    years: int | None


def within(
    connection: Connection,
    from_on: dt.date,
    to_on: dt.date,
    who: Who | None = None,
    *,
    owner_rep_ids: Sequence[int] = (),
) -> list[Greeting]:
    """The days from `from_on` to `to_on` on which somebody is congratulated, the earliest first; at the customers of
    this rep, or of these, where any are given.
    """
    days = months_and_days(from_on, to_on)
    is_near = _is_one_of(contacts.c.birthday_month, contacts.c.birthday_day, days)
    is_near |= _is_one_of(contacts.c.anniversary_month, contacts.c.anniversary_day, days)
    theirs = sa.true() if who is None else is_theirs(reps.c.id, reps.c.slack_user_id, who)
    owned = customers.c.owner_rep_id.in_(owner_rep_ids) if owner_rep_ids else sa.true()
    rows = connection.execute(
        sa.select(
            contacts,
            customers.c.name.label("customer"),
            *(reps.c.id.label("rep_id"), reps.c.name.label("rep_name"), reps.c.slack_user_id),
            reps.c.is_invented.label("rep_is_invented"),
        )
        .join_from(contacts, customers, customers.c.id == contacts.c.customer_id)
        .outerjoin(reps, reps.c.id == customers.c.owner_rep_id)
        .where(is_near, theirs, owned, contacts.c.gone_on.is_(None), may_be_greeted())
    )
    found = [greeting for row in rows for greeting in _greetings(row, from_on, to_on)]
    return sorted(found, key=lambda one: (one.on, one.customer.casefold(), one.contact.id, one.what))


def _greetings(row: sa.Row[Any], from_on: dt.date, to_on: dt.date) -> Iterator[Greeting]:
    """The days of one contact."""
    contact = contact_of(row)
    owner = None
    if row.rep_id is not None:
        owner = Owner(row.rep_id, row.rep_name, row.slack_user_id, row.rep_is_invented)
    days: dict[What, YearlyDay | None] = {
        "birthday": contact.about.birthday,
        "anniversary": contact.about.anniversary,
    }
    for what, yearly in days.items():
        for on in yearly.within(from_on, to_on) if yearly else ():
            yield Greeting(on, what, contact, row.customer, owner, yearly.years_on(on) if yearly else None)


def _is_one_of(
    month: sa.ColumnElement[int], day: sa.ColumnElement[int], days: Iterable[tuple[int, int]]
) -> sa.ColumnElement[bool]:
    """The condition that the columns are one of these days, by month, so that an index serves."""
    by_month = defaultdict(list)
    for of_month, of_day in sorted(days):
        by_month[of_month].append(of_day)
    return sa.or_(sa.false(), *(((month == one) & day.in_(found)) for one, found in by_month.items()))
