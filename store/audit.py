"""Who changed what, and when: the entries are only ever added.

An entry may carry the receipt of the request that asked for the change, which is unique: a request that is delivered
twice is one entry, and so one change.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.tables import audit_entries

# What a change was and what it became, as it is kept.
Details = Mapping[str, Any]

# Who makes a change in a terminal, as it is kept: nobody of Slack's.
TERMINAL = "the terminal"
ANOTHER_CHANGE = "This form has made another change before, and nothing was changed now; open it anew."


class RefusedError(Exception):
    """A change that cannot be made. The text is a sentence for whoever asked, which says what to do next."""


def record(
    connection: Connection,
    at: dt.datetime,
    by: str,
    action: str,
    subject: str,
    *,
    details: Details,
    reason: str | None = None,
    receipt: str | None = None,
) -> bool:
    """Add an entry; False where the receipt is known already, and then the caller changes nothing.

    Where two transactions bring one receipt at once, the second waits for the first to end.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    entry = {"at": at, "by": by, "action": action, "subject": subject}
    added = connection.execute(
        insert(audit_entries)
        .values(**entry, details=dict(details), reason=reason, receipt=receipt)
        .on_conflict_do_nothing(index_elements=[audit_entries.c.receipt])
        .returning(audit_entries.c.id)
    )
    return added.first() is not None


def done(connection: Connection, receipt: str | None, action: str) -> Details | None:
    """What the change of this receipt was and became, None where there was none: to answer as the first time.

    Errors: RefusedError where the change of this receipt was of another kind.
    """
    if receipt is None:
        return None
    known = sa.select(audit_entries.c.action, audit_entries.c.details).where(audit_entries.c.receipt == receipt)
    row = connection.execute(known).first()
    if row is None:
        return None
    if row.action != action:
        raise RefusedError(ANOTHER_CHANGE)
    details: Details = row.details
    return details
