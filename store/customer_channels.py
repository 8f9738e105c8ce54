"""Which channel in Slack belongs to which customer: what is said there is about them."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit
from store.tables import customer_channels


def customer_of(connection: Connection, channel_id: str | None) -> int | None:
    """The customer whom the channel belongs to, None where it belongs to none."""
    if channel_id is None:
        return None
    tied = sa.select(customer_channels.c.customer_id).where(customer_channels.c.channel_id == channel_id)
    return connection.scalar(tied)


def channels_of(connection: Connection, customer_id: int) -> tuple[str, ...]:
    """The channels that belong to the customer."""
    theirs = customer_channels.c.customer_id == customer_id
    ordered = sa.select(customer_channels.c.channel_id).where(theirs).order_by(customer_channels.c.channel_id)
    return tuple(connection.scalars(ordered))


def tie(
    connection: Connection, channel_id: str, customer_id: int, *, by: str, at: dt.datetime, receipt: str | None = None
) -> int | None:
    """Let the channel belong to the customer; the customer whom it belonged to before, None where there was none.

    The second time with one receipt it changes nothing and says the same as the first time.
    """
    known = audit.done(connection, receipt, "channel.tie")
    if known is not None:
        was: int | None = known["was"]
        return was
    before = customer_of(connection, channel_id)
    _recorded(connection, channel_id, before, customer_id, by=by, at=at, receipt=receipt)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    tied = {"customer_id": customer_id, "tied_at": at, "tied_by": by}
    row = insert(customer_channels).values(channel_id=channel_id, **tied)
    connection.execute(row.on_conflict_do_update(index_elements=[customer_channels.c.channel_id], set_=tied))
    return before


def untie(connection: Connection, channel_id: str, customer_id: int, *, by: str, at: dt.datetime) -> bool:
    """Let the channel belong to nobody; False where it did not belong to this customer any more."""
    theirs = (customer_channels.c.channel_id == channel_id) & (customer_channels.c.customer_id == customer_id)
    if not connection.execute(customer_channels.delete().where(theirs)).rowcount:
        return False
    _recorded(connection, channel_id, customer_id, None, by=by, at=at, receipt=None)
    return True


def _recorded(
    connection: Connection,
    channel_id: str,
    was: int | None,
    became: int | None,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None,
) -> None:
    details = {"was": was, "became": became}
    audit.record(connection, at, by, "channel.tie", f"channel {channel_id}", details=details, receipt=receipt)
