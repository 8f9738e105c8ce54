"""Touches: every time that somebody of ours was in contact with a customer, with who was there and what came of it.

A touch keeps its true author whoever else was there, and is only ever marked as deleted. store/touch_reading.py reads
touches, store/touch_changes.py edits, deletes and restores them.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import standings
from store.tables import touches
from store.touch_changes import (
    Changes,
    ClashError,
    Entry,
    before_later_edits,
    cost_columns,
    delete,
    edit,
    edits,
    history,
    put_people,
    refuse_strangers,
    restore,
    undo_edit,
)
from store.touch_reading import (
    Kind,
    Outcome,
    Touch,
    existing,
    get,
    has_open_complaint,
    last,
    of,
    of_message,
    of_message_alone,
    of_receipt,
    receipt_of,
)
from store.who import Who

__all__ = [
    "KINDS",
    "OUTCOMES",
    "Changes",
    "ClashError",
    "Entry",
    "Kind",
    "NewTouch",
    "Outcome",
    "Touch",
    "before_later_edits",
    "delete",
    "edit",
    "edits",
    "existing",
    "get",
    "has_open_complaint",
    "history",
    "last",
    "log",
    "of",
    "of_message",
    "of_message_alone",
    "of_receipt",
    "receipt_of",
    "restore",
    "undo_edit",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class NewTouch:
    """A touch to log. `happened_on` is the day where it happened, `author` the Slack user who logs it or what else
    does, `people` who of ours was there; `cost` is what it cost beside the time.
    """

    customer_id: int
    kind: Kind
    happened_on: dt.date
    author: str
    at: dt.datetime
    people: tuple[Who, ...] = ()
    contact_id: int | None = None
    event_id: int | None = None
    minutes: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    outcome: Outcome | None = None
    note: str | None = None
    learned: str | None = None
    permalink: str | None = None
    is_invented: bool = False


def log(connection: Connection, new: NewTouch, *, receipt: str | None = None) -> Touch:
    """Keep a touch, and reset its customer's clock; of the same receipt there is one, however often it comes.

    Errors: RefusedError where the customer is not there any more, or the contact is somebody else's.
    """
    known = of_receipt(connection, receipt)
    if known is not None:
        return known
    refuse_strangers(connection, new.customer_id, new.contact_id)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "customer_id": new.customer_id,
        "kind": new.kind,
        "happened_on": new.happened_on,
        "contact_id": new.contact_id,
        "event_id": new.event_id,
        "minutes": new.minutes,
        **cost_columns(new.cost, new.currency),
        "outcome": new.outcome,
        "note": new.note,
        "learned": new.learned,
        "permalink": new.permalink,
        "author": new.author,
        "logged_at": new.at,
        "is_invented": new.is_invented,
        "receipt": receipt,
    }
    added = insert(touches).values(row).on_conflict_do_nothing(index_elements=[touches.c.receipt])
    touch_id = connection.scalar(added.returning(touches.c.id))
    if touch_id is None:  # the same submission, in another process, was quicker
        known = of_receipt(connection, receipt)
        assert known is not None
        return known
    put_people(connection, touch_id, new.people)
    standings.refresh(connection, [new.customer_id])
    return existing(connection, touch_id)
