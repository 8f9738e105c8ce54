"""Whose customers a digest covers that is limited to some reps: theirs, and their successors'."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import reps


@dataclass(frozen=True, slots=True)
class Left:
    """A rep who has left, and who has the customers now; None where nobody does who is still there."""

    name: str
    successor: str | None


@dataclass(frozen=True, slots=True)
class Covering:
    """The reps whose customers count: those who were named and whoever came after them. `present_ids` are those of them
    who are still there. No `rep_ids` at all mean everybody's customers.
    """

    rep_ids: tuple[int, ...] = ()
    present_ids: tuple[int, ...] = ()
    left: tuple[Left, ...] = ()


def covering(connection: Connection, rep_ids: Sequence[int]) -> Covering:
    """Whom these reps stand for by now. A successor who left stands for whoever came next."""
    if not rep_ids:
        return Covering()
    rows = connection.execute(sa.select(reps.c.id, reps.c.name, reps.c.left_at, reps.c.successor_rep_id))
    known = {row.id: row for row in rows}
    present, left = set[int](), []
    for rep_id in sorted(set(rep_ids) & set(known)):
        now = rep_id
        passed: set[int] = set()
        # It ends even if somebody had made a circle of successors by hand.
        while known[now].left_at is not None and now not in passed and known[now].successor_rep_id in known:
            passed.add(now)
            now = known[now].successor_rep_id
        is_there = known[now].left_at is None
        if is_there:
            present.add(now)
        if now != rep_id or not is_there:
            left.append(Left(known[rep_id].name, known[now].name if is_there else None))
    return Covering(tuple(sorted({*rep_ids, *present})), tuple(sorted(present)), tuple(left))
