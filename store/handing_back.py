"""Customers that changed hands by mistake are given back, each to whoever had it before. How they changed hands, by a
giving or when a rep left, is store/succession.py.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, standings
from store.audit import RefusedError
from store.database import lock_figures
from store.one_of import one_of_ids
from store.succession import GIVEN, LEFT
from store.tables import audit_entries, customers, reps

BACK = "customers.give_back"


@dataclass(slots=True)
class _Returning:
    """What becomes of the customers of a change: `rows` are given back, as columns of `customers` to be written;
    `changed` is how many have changed hands since; `gone` are the owners before who have left since, by the name, with
    how many customers each had.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    changed: int = 0
    gone: dict[str, int] = field(default_factory=dict)


def newest_entry(connection: Connection, receipt: str | None) -> int:
    """The entry of the giving with this receipt; without one, of the latest. To be asked in its own transaction."""
    mine = audit_entries.c.action == GIVEN
    if receipt is not None:
        mine &= audit_entries.c.receipt == receipt
    newest: int = connection.scalars(sa.select(sa.func.max(audit_entries.c.id)).where(mine)).one()
    return newest


def of_rep(connection: Connection, rep_id: int) -> tuple[int, int] | None:
    """The entry by which this rep's customers last went to somebody else, all at once, and how many of them can be
    given back; None where there are none.
    """
    went = audit_entries.c.action.in_((GIVEN, LEFT)) & (audit_entries.c.subject == f"rep {rep_id}")
    entry_id = connection.scalar(sa.select(sa.func.max(audit_entries.c.id)).where(went))
    if entry_id is None or _given_back(connection, entry_id) is not None:
        return None
    count = len(_returning(connection, _existing(connection, entry_id)).rows)
    return (entry_id, count) if count else None


def give_back(
    connection: Connection, entry_id: int, *, by: str, at: dt.datetime, receipt: str | None = None
) -> audit.Details:
    """Give the customers that one giving, or one leaving, moved back to whoever had them. Those that have changed hands
    since stay as they are, and so do those of a rep who has left since. To give them back again changes nothing, and is
    answered as the first time. What imports say of their owners counts as it did before.

    Errors: RefusedError where there was no such change, or none of its customers can be given back.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, BACK) or _given_back(connection, entry_id)
    if known is not None:
        return known
    entry = _existing(connection, entry_id)
    returning = _returning(connection, entry)
    if not returning.rows:
        raise RefusedError(_why_none(returning))
    owners = {str(row["customer"]): row["owner"] for row in returning.rows}
    details = {
        "from": entry.details["to"],
        "to": _name(connection, set(owners.values())),
        "customers": len(owners),
        "changed": returning.changed,
        "gone": returning.gone,
        "promises": entry.details.get("promises", 0),
        "was": {"owner": entry.details["became"]["owner"]},
        "became": {"owners": owners},
    }
    audit.record(connection, at, by, BACK, _subject(entry_id), details=details, receipt=receipt)
    to: dict[str, Any] = {"owner_rep_id": sa.bindparam("owner"), "owner_settled_at": sa.bindparam("settled_at")}
    connection.execute(customers.update().where(customers.c.id == sa.bindparam("customer")).values(to), returning.rows)
    standings.follow_owners(connection)
    return details


def _returning(connection: Connection, entry: sa.Row[Any]) -> _Returning:
    """What can be given back of that change now. Who is in the database no more is left out."""
    was, became = entry.details["was"], entry.details["became"]
    is_giving = entry.action == GIVEN
    settled = {customer: dt.datetime.fromisoformat(at) for customer, at in was.get("settled", {}).items()}
    left = _left(connection)
    found = _Returning()
    columns = (customers.c.id, customers.c.owner_rep_id, customers.c.owner_settled_at)
    chosen = sa.select(*columns).where(one_of_ids(customers.c.id, "ids")).order_by(customers.c.id)
    for row in connection.execute(chosen, {"ids": [int(customer) for customer in was["owners"]]}):
        owner, now = was["owners"][str(row.id)], row.owner_settled_at
        # A giving marks the customers with its moment; a leaving leaves the marks as they are.
        is_as_left = now == entry.at if is_giving else now is None or now <= entry.at
        if row.owner_rep_id != became["owner"] or not is_as_left:
            found.changed += 1
        elif owner in left:
            found.gone[left[owner]] = found.gone.get(left[owner], 0) + 1
        else:
            before = settled.get(str(row.id)) if is_giving else now
            found.rows.append({"customer": row.id, "owner": owner, "settled_at": before})
    return found


def _why_none(returning: _Returning) -> str:
    if returning.gone:
        who = " and ".join(sorted(returning.gone))
        return f"{who} {'has' if len(returning.gone) == 1 else 'have'} left, so nothing was given back."
    return (
        "The customers have changed hands again since, or are not there any more, so nothing was given back; "
        "/melktert people shows who has how many."
    )


def _existing(connection: Connection, entry_id: int) -> sa.Row[Any]:
    """The change. Errors: RefusedError where there was none of this number by which customers changed hands."""
    is_one = (audit_entries.c.id == entry_id) & audit_entries.c.action.in_((GIVEN, LEFT))
    entry = connection.execute(sa.select(audit_entries).where(is_one)).one_or_none()
    if entry is None:
        raise RefusedError("That change is not known, so nothing was given back; ask /melktert people anew.")
    return entry


def _given_back(connection: Connection, entry_id: int) -> audit.Details | None:
    """What became of giving back that change before, None where nobody has."""
    before = (audit_entries.c.subject == _subject(entry_id)) & (audit_entries.c.action == BACK)
    details: audit.Details | None = connection.scalar(sa.select(audit_entries.c.details).where(before))
    return details


def _left(connection: Connection) -> dict[int | None, str]:
    """The names of the reps who have left."""
    rows = connection.execute(sa.select(reps.c.id, reps.c.name).where(reps.c.left_at.is_not(None)))
    return {row.id: row.name for row in rows}


def _name(connection: Connection, owners: set[int | None]) -> str | None:
    """The name of the one rep among these, None of nobody and of several."""
    if len(owners) != 1:
        return None
    name: str | None = connection.scalar(sa.select(reps.c.name).where(reps.c.id == owners.pop()))
    return name


def _subject(entry_id: int) -> str:
    return f"entry {entry_id}"
