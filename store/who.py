"""Who was there, or is to keep a promise: a rep of the ledger, a member of the workspace, or both in one.

Somebody may be known as a rep before they are linked to a Slack user, and a manager in Slack may be no rep at all. So
what is kept has both columns, and what is theirs is found by either.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.one_of import one_of_ids, one_of_texts
from store.tables import people, reps


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody; `name` is the rep's in the ledger, else what Slack calls them, else empty."""

    rep_id: int | None = None
    slack_user_id: str | None = None
    name: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anybody at all: whoever sits at a terminal is nobody of the team."""
        return self.rep_id is not None or self.slack_user_id is not None

    def is_same_as(self, other: "Who") -> bool:
        """Whether both are one person."""
        same_rep = self.rep_id is not None and self.rep_id == other.rep_id
        return same_rep or (self.slack_user_id is not None and self.slack_user_id == other.slack_user_id)


_REPS = sa.select(reps.c.id, reps.c.name, reps.c.slack_user_id).where(
    one_of_ids(reps.c.id, "rep_ids") | one_of_texts(reps.c.slack_user_id, "user_ids")
)
_CALLED = sa.select(people.c.slack_user_id, people.c.name).where(one_of_texts(people.c.slack_user_id, "user_ids"))


def complete(connection: Connection, known: Iterable[Who]) -> list[Who]:
    """The same people in the same order with all that is known of them now: rep, Slack user and name, with two queries.

    Of a rep who was linked to another Slack user since, the rep counts.
    """
    asked = list(known)
    rep_ids = {one.rep_id for one in asked if one.rep_id is not None}
    user_ids = {one.slack_user_id for one in asked if one.slack_user_id is not None}
    rows = connection.execute(_REPS, {"rep_ids": sorted(rep_ids), "user_ids": sorted(user_ids)}).all()
    by_rep = {row.id: Who(row.id, row.slack_user_id, row.name) for row in rows}
    by_user = {row.slack_user_id: by_rep[row.id] for row in rows if row.slack_user_id is not None}
    unlinked = user_ids - set(by_user)
    called = connection.execute(_CALLED, {"user_ids": sorted(unlinked)}).all() if unlinked else []
    names = {row.slack_user_id: row.name for row in called}
    return [
        by_rep.get(one.rep_id or 0)
        or by_user.get(one.slack_user_id or "")
        or Who(None, one.slack_user_id, names.get(one.slack_user_id or "", one.name))
        for one in asked
    ]


def is_theirs(rep_id: sa.ColumnElement[int], slack_user_id: sa.ColumnElement[str], who: Who) -> sa.ColumnElement[bool]:
    """The condition that a row with these columns is somebody's."""
    either: list[sa.ColumnElement[bool]] = []
    if who.rep_id is not None:
        either.append(rep_id == who.rep_id)
    if who.slack_user_id is not None:
        either.append(slack_user_id == who.slack_user_id)
    return sa.or_(sa.false(), *either)


def is_whose(rep_id: sa.ColumnElement[int], slack_user_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The same of whoever is given as the parameters `rep` and `slack_user`, for a statement that is built once."""
    rep = sa.bindparam("rep", type_=sa.BigInteger())
    return (rep_id == rep) | (slack_user_id == sa.bindparam("slack_user", type_=sa.Text()))
