"""Whose birthday or anniversary is near, and whom it would please to be thought of.

Never congratulated: who is gone; and anybody at a customer that is an exit, or whose complaint is still open, since
good wishes in place of an answer make a complaint worse.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.care import may_be_greeted
from store.contacts import Contact, contact_of
from store.customers import Owner
from store.one_of import one_of_ids
from store.tables import contacts, customers, reps
from store.who import Who, is_whose
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
    spans = _spans(months_and_days(from_on, to_on))
    values: dict[str, Any] = {"owners": list(owner_rep_ids)}
    if who is not None:
        values |= {"rep": who.rep_id, "slack_user": who.slack_user_id}
    for at, (month, first, last) in enumerate(spans):
        values |= {f"month_{at}": month, f"first_{at}": first, f"last_{at}": last}
    rows = connection.execute(_near(len(spans), who is not None, bool(owner_rep_ids)), values)
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


# Built once for each shape of the question, which takes longer than to ask it.
@cache
def _near(spans: int, of_somebody: bool, of_owners: bool) -> sa.Select[Any]:
    """The contacts with a day in one of so many spans, at the customers of :rep or :slack_user, or of :owners."""
    is_near = _is_within(contacts.c.birthday_month, contacts.c.birthday_day, spans)
    is_near |= _is_within(contacts.c.anniversary_month, contacts.c.anniversary_day, spans)
    chosen = [is_near, contacts.c.gone_on.is_(None), may_be_greeted()]
    if of_somebody:
        mine = reps.alias("mine")
        # Of the customer, not of the rep joined below: it sorts out most before the costly conditions are looked at.
        chosen.append(
            customers.c.owner_rep_id.in_(sa.select(mine.c.id).where(is_whose(mine.c.id, mine.c.slack_user_id)))
        )
    if of_owners:
        chosen.append(one_of_ids(customers.c.owner_rep_id, "owners"))
    return (
        sa.select(
            contacts,
            customers.c.name.label("customer"),
            *(reps.c.id.label("rep_id"), reps.c.name.label("rep_name"), reps.c.slack_user_id),
            reps.c.is_invented.label("rep_is_invented"),
        )
        .join_from(contacts, customers, customers.c.id == contacts.c.customer_id)
        .outerjoin(reps, reps.c.id == customers.c.owner_rep_id)
        .where(*chosen)
    )


def _is_within(month: sa.ColumnElement[int], day: sa.ColumnElement[int], spans: int) -> sa.ColumnElement[bool]:
    """The condition that the columns are a day in one of the spans, each within one month, so that an index serves."""

    def number(name: str, at: int) -> sa.BindParameter[int]:
        return sa.bindparam(f"{name}_{at}", type_=sa.Integer())

    return sa.or_(
        sa.false(),
        *((month == number("month", at)) & day.between(number("first", at), number("last", at)) for at in range(spans)),
    )


def _spans(days: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Days of the year as stretches within a month: (month, first day, last day)."""
    spans: list[tuple[int, int, int]] = []
    for month, day in sorted(days):
        if spans and spans[-1][0] == month and spans[-1][2] == day - 1:
            spans[-1] = (month, spans[-1][1], day)
        else:
            spans.append((month, day, day))
    return spans
