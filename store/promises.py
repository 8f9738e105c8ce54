"""Promises: what somebody is to do for a customer by a day, and whether it was kept on time.

A promise is somebody's, whoever's customer it is, so it survives a change of the owner; those of a rep who leaves go to
the successor. store/promise_reading.py reads promises, store/promise_changes.py changes them.
"""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import reminders
from store.audit import RefusedError
from store.promise_changes import (
    MADE,
    UNDO_MINUTES,
    Change,
    Changed,
    ClosedError,
    Doing,
    drop,
    hand_over,
    history,
    keep,
    last_change,
    pass_on,
    put_back,
    snooze,
    today_of,
    undo,
)
from store.promise_reading import (
    Count,
    Kept,
    Promise,
    closed,
    counted,
    existing,
    get,
    kept_on_time,
    of,
    of_customer,
    of_message,
    of_receipt,
    taken_back_with,
)
from store.tables import contacts, customers, promises, touches
from store.who import Who, complete

__all__ = [
    "MADE",
    "UNDO_MINUTES",
    "Change",
    "Changed",
    "ClosedError",
    "Count",
    "Doing",
    "Kept",
    "NewPromise",
    "Promise",
    "closed",
    "counted",
    "drop",
    "existing",
    "get",
    "hand_over",
    "history",
    "keep",
    "kept_on_time",
    "last_change",
    "make",
    "of",
    "of_customer",
    "of_message",
    "of_receipt",
    "pass_on",
    "put_back",
    "snooze",
    "taken_back_with",
    "today_of",
    "undo",
]


@dataclass(frozen=True, slots=True)
class NewPromise:
    """A promise to make. `who` is to keep it, and `due_on` is a day of theirs; `by` is the Slack user who makes it, or
    what else does; `touch_id` the touch during which it was made.
    """

    customer_id: int
    text: str
    due_on: dt.date
    who: Who
    by: str
    at: dt.datetime
    contact_id: int | None = None
    touch_id: int | None = None
    permalink: str | None = None
    is_invented: bool = False


def make(connection: Connection, new: NewPromise, *, receipt: str | None = None) -> Promise:
    """Keep a promise, with its reminders, and word to a colleague who is to keep it; of the same receipt there is one,
    however often it comes.

    Errors: RefusedError where the customer is not there any more, the contact or touch is another customer's, or
    nobody is to keep the promise.
    """
    known = of_receipt(connection, receipt)
    if known is not None:
        return known
    _refuse_strangers(connection, new)
    (who,) = complete(connection, [new.who])
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "customer_id": new.customer_id,
        "contact_id": new.contact_id,
        "touch_id": new.touch_id,
        "text": new.text,
        "due_on": new.due_on,
        "first_due_on": new.due_on,
        "rep_id": who.rep_id,
        "slack_user_id": who.slack_user_id,
        "permalink": new.permalink,
        "made_at": new.at,
        "made_by": new.by,
        "is_invented": new.is_invented,
        "receipt": receipt,
    }
    added = insert(promises).values(row).on_conflict_do_nothing(index_elements=[promises.c.receipt])
    promise_id = connection.execute(added.returning(promises.c.id)).scalar_one_or_none()
    if promise_id is None:
        made_meanwhile = of_receipt(connection, receipt)
        assert made_meanwhile is not None, "another transaction brought the same receipt, and has committed"
        return made_meanwhile
    promise = existing(connection, promise_id)
    reminders.arrange(connection, promise, new.at)
    reminders.tell_of_hand_over(connection, promise, MADE, by=new.by, at=new.at)
    return promise


def _refuse_strangers(connection: Connection, new: NewPromise) -> None:
    if not new.who.is_known:
        raise RefusedError("Say who is to keep the promise.")
    if connection.scalar(sa.select(customers.c.id).where(customers.c.id == new.customer_id)) is None:
        raise RefusedError("That customer is no longer in the database; choose it anew.")
    for what, table, one in (("contact", contacts, new.contact_id), ("touch", touches, new.touch_id)):
        theirs = sa.select(table.c.customer_id).where(table.c.id == one)
        if one is not None and connection.scalar(theirs) != new.customer_id:
            raise RefusedError(f"That {what} is not of this customer; choose the customer that it is of.")
