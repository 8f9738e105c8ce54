"""The reps: whom a customer belongs to."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import reps


def invent_names(connection: Connection, names: Sequence[str]) -> int:
    """Give every rep one of these names and mark it as invented; how many there are.

    For a demo whose ledger knows its reps by number only. Errors: ValueError where there are more reps than names.
    """
    ids = connection.execute(sa.select(reps.c.id).order_by(reps.c.id)).scalars().all()
    if len(ids) > len(names):
        raise ValueError(f"the ledger has {len(ids)} reps, and there are only {len(names)} invented names")
    for rep_id, name in zip(ids, names, strict=False):
        connection.execute(sa.update(reps).where(reps.c.id == rep_id).values(name=name, is_invented=True))
    return len(ids)
