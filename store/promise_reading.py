"""Promises as they are read: with the customer's name, what it is worth, and whoever is to keep them by name."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.audit import RefusedError
from store.money import from_minor
from store.tables import audit_entries, customer_standings, customers, promises, reps
from store.who import Who, complete, is_theirs, is_whose

State = Literal["open", "kept", "dropped"]
UNMAKE = "promise.unmake"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that somebody is to do for a customer by a day. `who` is to keep it; `at_stake` is what the customer is
    ranked by, None where that is not known. `is_late` says that it was kept, moved or dropped after it was due.
    """

    id: int
    customer_id: int
    customer_name: str
    at_stake: Decimal | None
    currency: str | None
    contact_id: int | None
    touch_id: int | None
    text: str
    due_on: dt.date
    first_due_on: dt.date
    who: Who
    state: State
    closed_on: dt.date | None
    is_late: bool
    permalink: str | None
    made_at: dt.datetime
    made_by: str
    is_invented: bool

    @property
    def is_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.state == "open"

    def days_late(self, today: dt.date) -> int:
        """For how many days it has been overdue, or was when it was closed; 0 for one in time."""
        return max(0, ((self.closed_on or today) - self.due_on).days)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the promises that came to an end, or should have, so many were kept on time."""

    on_time: int
    of: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many promises are open, and how many of these are overdue, or due today."""

    open: int
    overdue: int
    due_today: int = 0


_PROMISE = (
    sa.select(
        promises,
        customers.c.name.label("customer_name"),
        customer_standings.c.at_stake_minor,
        customer_standings.c.currency,
    )
    .join(customers, customers.c.id == promises.c.customer_id)
    .outerjoin(customer_standings, customer_standings.c.customer_id == promises.c.customer_id)
)
_IN_ORDER = (promises.c.due_on, promises.c.id)


def get(connection: Connection, promise_id: int) -> Promise | None:
    """The promise, None where there is none of this id."""
    return _one(connection, promises.c.id == promise_id)


def of_receipt(connection: Connection, receipt: str | None) -> Promise | None:
    """The promise that this request made, None where it made none."""
    return _one(connection, promises.c.receipt == receipt) if receipt is not None else None


def of_message(connection: Connection, permalink: str) -> list[Promise]:
    """What was promised from this message and not dropped since."""
    chosen = (promises.c.permalink == permalink) & (promises.c.state != "dropped")
    return _read(connection, _PROMISE.where(chosen).order_by(promises.c.id))


def existing(connection: Connection, promise_id: int) -> Promise:
    """The promise. Errors: RefusedError where there is none of this id."""
    found = get(connection, promise_id)
    if found is None:
        raise RefusedError("That promise is not in the database any more; /promises lists those that are.")
    return found


def of(
    connection: Connection,
    who: Who | Sequence[Who] | None = None,
    *,
    most: int | None = None,
    due_by: dt.date | None = None,
    after: tuple[dt.date, int] | None = None,
) -> list[Promise]:
    """The open promises of somebody, of some, or of everybody, those due first at the top: the overdue before all.

    `after` is the day and id of the promise that they come after in this order.
    """
    chosen = _theirs(who) & (promises.c.state == "open")
    if due_by is not None:
        chosen &= promises.c.due_on <= due_by
    if after is not None:
        due_on, promise_id = after
        chosen &= (promises.c.due_on > due_on) | ((promises.c.due_on == due_on) & (promises.c.id > promise_id))
    return _read(connection, _PROMISE.where(chosen).order_by(*_IN_ORDER).limit(most))


def taken_back_with(connection: Connection, touch_id: int, at: dt.datetime) -> list[Promise]:
    """What was promised during a touch, and taken back with it at this moment and left so since."""
    chosen = (promises.c.touch_id == touch_id) & _was_taken_back(at)
    return _read(connection, _PROMISE.where(chosen).order_by(promises.c.id))


def of_customer(connection: Connection, customer_id: int, *, most: int | None = None) -> list[Promise]:
    """The open promises to one customer, those due first at the top."""
    chosen = (promises.c.customer_id == customer_id) & (promises.c.state == "open")
    return _read(connection, _PROMISE.where(chosen).order_by(*_IN_ORDER).limit(most))


def told_to(connection: Connection, slack_user_ids: Sequence[str]) -> list[Promise]:
    """The open promises that these members of the workspace are to keep, as members or as reps of the ledger."""
    as_reps = promises.c.rep_id.in_(sa.select(reps.c.id).where(reps.c.slack_user_id.in_(slack_user_ids)))
    chosen = (promises.c.state == "open") & (promises.c.slack_user_id.in_(slack_user_ids) | as_reps)
    return _read(connection, _PROMISE.where(chosen).order_by(*_IN_ORDER))


def closed(
    connection: Connection, who: Who | None, *, since_on: dt.date, most: int, passing_over: int = 0
) -> list[Promise]:
    """What somebody, or everybody, kept or dropped since that day, the latest first, but for what was taken back."""
    chosen = _theirs(who) & (promises.c.closed_on >= since_on) & ~_was_taken_back()
    latest = (promises.c.closed_on.desc(), promises.c.id.desc())
    return _read(connection, _PROMISE.where(chosen).order_by(*latest).limit(most).offset(passing_over))


def counted(connection: Connection, who: Who | None, *, today: dt.date) -> Count:
    """How many promises somebody, or everybody, has open."""
    values = {"today": today, "rep": who and who.rep_id, "slack_user": who and who.slack_user_id}
    row = connection.execute(_counted(who is not None), values).one()
    return Count(row.open, row.overdue, row.due_today)


# Built once for each shape of the question, which takes longer than to ask it.
@cache
def _counted(of_somebody: bool) -> sa.Select[int, int, int]:
    today = sa.bindparam("today", type_=sa.Date())
    is_asked = is_whose(promises.c.rep_id, promises.c.slack_user_id) if of_somebody else sa.true()
    return sa.select(
        sa.func.count().label("open"),
        sa.func.count(sa.case((promises.c.due_on < today, 1))).label("overdue"),
        sa.func.count(sa.case((promises.c.due_on == today, 1))).label("due_today"),
    ).where(is_asked, promises.c.state == "open")


def kept_on_time(
    connection: Connection,
    who: Who | Sequence[Who] | None,
    *,
    since_on: dt.date,
    today: dt.date,
    until_on: dt.date | None = None,
) -> Kept:
    """How many promises somebody, some, or everybody kept on time, of all that were closed since then or are overdue;
    what was closed after `until_on` does not count yet.

    One that was moved after it was due is not on time any more, so it counts while it is still open, too. One that was
    dropped before it was due counts for nothing: it was neither kept nor broken.
    """
    is_late = promises.c.is_late
    # Where whoever keeps it is, the next day may have begun.
    is_closed = promises.c.closed_on.between(since_on, until_on or today + dt.timedelta(days=1)) & (
        (promises.c.state == "kept") | is_late
    )
    is_waited_for = (promises.c.state == "open") & (is_late | (promises.c.due_on < today))
    on_time = sa.func.count(sa.case(((promises.c.state == "kept") & ~is_late, 1)))
    row = connection.execute(
        sa.select(on_time.label("on_time"), sa.func.count().label("of")).where(_theirs(who), is_closed | is_waited_for)
    ).one()
    return Kept(row.on_time, row.of)


def _theirs(who: Who | Sequence[Who] | None) -> sa.ColumnElement[bool]:
    if who is None:
        return sa.true()
    some = [who] if isinstance(who, Who) else who
    return sa.or_(sa.false(), *(is_theirs(promises.c.rep_id, promises.c.slack_user_id, one) for one in some))


def _was_taken_back(at: dt.datetime | None = None) -> sa.ColumnElement[bool]:
    """Whether the last that became of it is that it was never made; at this moment, where one is given."""
    last, later = audit_entries.alias(), audit_entries.alias()
    subject = sa.literal("promise ") + sa.cast(promises.c.id, sa.Text)
    is_last = ~sa.exists().where(later.c.subject == last.c.subject, later.c.id > last.c.id)
    then = last.c.at == at if at is not None else sa.true()
    return sa.exists().where(last.c.subject == subject, last.c.action == UNMAKE, is_last, then)


def _one(connection: Connection, chosen: sa.ColumnElement[bool]) -> Promise | None:
    return next(iter(_read(connection, _PROMISE.where(chosen))), None)


def _read(connection: Connection, chosen: sa.Select[Any]) -> list[Promise]:
    found = [_promise_of(row) for row in connection.execute(chosen)]
    return [replace(one, who=who) for one, who in zip(found, _known(connection, found), strict=True)]


def _known(connection: Connection, found: Iterable[Promise]) -> list[Who]:
    """Whoever is to keep them, as they are known now. One whose rep was unlinked from Slack is still told there."""
    kept = [one.who for one in found]
    now = complete(connection, kept) if kept else []
    return [
        replace(one, slack_user_id=one.slack_user_id or was.slack_user_id) for one, was in zip(now, kept, strict=True)
    ]


def _promise_of(row: sa.Row[Any]) -> Promise:
    known = row.at_stake_minor is not None and row.currency is not None
    return Promise(
        id=row.id,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        at_stake=from_minor(row.at_stake_minor, row.currency) if known else None,
        currency=row.currency,
        contact_id=row.contact_id,
        touch_id=row.touch_id,
        text=row.text,
        due_on=row.due_on,
        first_due_on=row.first_due_on,
        who=Who(row.rep_id, row.slack_user_id),
        state=row.state,
        closed_on=row.closed_on,
        is_late=row.is_late,
        permalink=row.permalink,
        made_at=row.made_at,
        made_by=row.made_by,
        is_invented=row.is_invented,
    )
