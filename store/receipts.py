"""What Slack delivered, so that a thing delivered twice is done once, whichever process meets it first."""

import datetime as dt

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.tables import receipts


def claim(connection: Connection, key: str, at: dt.datetime) -> bool:
    """True for the first who comes with this key, and never again until it is forgotten."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    claimed = insert(receipts).values(key=key, received_at=at).on_conflict_do_nothing().returning(receipts.c.key)
    return connection.execute(claimed).first() is not None


def forget(connection: Connection, before: dt.datetime) -> int:
    """Drop the keys that came before this moment; how many there were."""
    return connection.execute(receipts.delete().where(receipts.c.received_at < before)).rowcount


def release(connection: Connection, key: str) -> None:
    """Give a claim back, since what it was for did not come about."""
    connection.execute(receipts.delete().where(receipts.c.key == key))
