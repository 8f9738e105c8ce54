"""Customers that change hands: those of a rep who leaves, and those that somebody gives to another rep.

Nobody who has left has customers, or promises to keep. Whoever leaves names a successor, who gets all of them at once,
and also the customers that an import later brings; a successor who leaves passes on what was passed on.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, people, promises, reps, standings
from store.audit import RefusedError
from store.database import lock_figures
from store.promises import Doing
from store.reps import Rep
from store.tables import audit_entries, customers
from store.tables import reps as reps_table
from store.who import Who

# Looked up with one statement.
AT_ONCE = 500
# The changes by which customers change hands; store/handing_back.py takes them back.
GIVEN, LEFT = "customers.give", "rep.leave"


@dataclass(frozen=True, slots=True)
class Seen:
    """What whoever decides on a change was shown: how many customers the rep has, and to whom the rep is linked."""

    customers: int
    slack_user_id: str | None


def leave(
    connection: Connection,
    rep_id: int,
    successor_id: int,
    *,
    by: str,
    at: dt.datetime,
    seen: Seen | None = None,
    receipt: str | None = None,
) -> audit.Details:
    """The rep has left, is linked to nobody any more, and the successor gets all customers, and the promises that are
    still to be kept.

    Errors: RefusedError where the successor cannot have them, the rep has left before, or is not as it was seen.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, LEFT)
    if known is not None:
        return known
    rep = reps.existing(connection, rep_id)
    if rep.left_at is not None:
        raise RefusedError(f"{rep.name} has left already; {rep.successor} has the customers.")
    successor = _able(connection, successor_id, rep)
    was = _owners(connection, customers.c.owner_rep_id == rep_id)
    if seen is not None:
        reps.same_link(rep, seen.slack_user_id)
        _same_count(len(was), seen.customers)
    leaver, heir = Who(rep_id, rep.slack_user_id, rep.name), Who(successor_id)
    details = {
        "from": rep.name,
        "to": successor.name,
        "customers": len(was),
        "promises": promises.pass_on(connection, leaver, heir, Doing(by, at, at.date())),
        "was": {"owners": was, "slack_user_id": rep.slack_user_id},
        "became": {"owner": successor_id, "slack_user_id": None},
    }
    audit.record(connection, at, by, LEFT, f"rep {rep_id}", details=details, receipt=receipt)
    gone = {"left_at": at, "successor_rep_id": successor_id, **reps.UNLINKED}
    connection.execute(reps_table.update().where(reps_table.c.id == rep_id).values(gone))
    pass_on(connection)
    standings.follow_owners(connection)
    return details


def has_left(connection: Connection, slack_user_id: str) -> bool:
    """Whether this person was a rep who has left, and has become nothing else since: no other rep, and no manager."""
    role, rep_id = people.standing(connection, slack_user_id)
    if rep_id is not None or role != "rep":
        return False
    gone = sa.select(sa.literal("rep ") + sa.cast(reps_table.c.id, sa.Text)).where(reps_table.c.left_at.is_not(None))
    left = sa.select(audit_entries.c.subject, audit_entries.c.details).where(
        audit_entries.c.action == LEFT, audit_entries.c.subject.in_(gone)
    )
    # Of a rep who left more than once, whoever it was at last.
    last = {row.subject: row.details for row in connection.execute(left.order_by(audit_entries.c.id))}
    return any(details["was"].get("slack_user_id") == slack_user_id for details in last.values())


def come_back(
    connection: Connection,
    rep_id: int,
    *,
    by: str,
    at: dt.datetime,
    left_at: dt.datetime | None = None,
    receipt: str | None = None,
) -> audit.Details:
    """The rep is back, or had never left. The customers stay with whoever has them, until an import says otherwise.

    Errors: RefusedError where the rep is there, or has left once more than at `left_at`, where that is given.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, "rep.come_back")
    if known is not None:
        return known
    rep = reps.existing(connection, rep_id)
    if rep.left_at is None:
        raise RefusedError(f"{rep.name} has not left.")
    if left_at not in (None, rep.left_at):
        raise RefusedError(f"{rep.name} has left again since; ask /melktert people anew.")
    details = {"rep": rep.name, "was": {"left_at": rep.left_at.isoformat(), "successor": rep.successor}, "became": None}
    audit.record(connection, at, by, "rep.come_back", f"rep {rep_id}", details=details, receipt=receipt)
    back = {"left_at": None, "successor_rep_id": None}
    connection.execute(reps_table.update().where(reps_table.c.id == rep_id).values(back))
    return details


def give_all(
    connection: Connection,
    from_rep_id: int | None,
    to_rep_id: int,
    *,
    by: str,
    at: dt.datetime,
    seen: int | None = None,
    receipt: str | None = None,
) -> audit.Details:
    """Give all customers of one rep to another, or those of nobody. Imports leave them there from then on.

    Errors: RefusedError where there are none, not as many as were `seen`, or the other rep cannot have them.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, GIVEN)
    if known is not None:
        return known
    giver = reps.existing(connection, from_rep_id) if from_rep_id is not None else None
    taker = _able(connection, to_rep_id, giver)
    was = _owners(connection, customers.c.owner_rep_id.is_not_distinct_from(from_rep_id))
    if not was:
        raise RefusedError(f"{giver.name} has no customers." if giver else "Every customer has a rep.")
    if seen is not None:
        _same_count(len(was), seen)
    return _give(connection, was, giver, taker, (by, at, receipt))


def give(
    connection: Connection,
    customer_ids: Sequence[int],
    to_rep_id: int,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> audit.Details:
    """Give these customers to a rep. Imports leave them there from then on.

    Errors: RefusedError where one of them is not known, or the rep cannot have them or has all of them.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, GIVEN)
    if known is not None:
        return known
    taker = _able(connection, to_rep_id, None)
    was: dict[str, int | None] = {}
    for start in range(0, len(customer_ids), AT_ONCE):
        was |= _owners(connection, customers.c.id.in_(customer_ids[start : start + AT_ONCE]))
    if not was or len(was) < len(set(customer_ids)):
        raise RefusedError("That customer is no longer in the database; choose it anew.")
    if set(was.values()) == {taker.id}:
        raise RefusedError(f"{taker.name} has {'it' if len(was) == 1 else 'them'} already; choose another rep.")
    return _give(connection, was, None, taker, (by, at, receipt))


def pass_on(connection: Connection) -> None:
    """Give what reps who have left own to those who come after them, however many have left since. The standings of
    these customers are the caller's to compute anew.
    """
    left = sa.select(reps_table.c.id.label("leaver_id"), reps_table.c.successor_rep_id.label("heir_id"))
    chain = left.where(reps_table.c.left_at.is_not(None)).cte("chain", recursive=True)
    following = sa.select(chain.c.leaver_id, reps_table.c.successor_rep_id).join(
        reps_table, (reps_table.c.id == chain.c.heir_id) & reps_table.c.left_at.is_not(None)
    )
    # A union of distinct rows ends, even if somebody had made a circle of successors by hand.
    chain = chain.union(following)
    last = (
        sa.select(chain.c.heir_id)
        .join(reps_table, (reps_table.c.id == chain.c.heir_id) & reps_table.c.left_at.is_(None))
        .where(chain.c.leaver_id == customers.c.owner_rep_id)
    )
    has_left = customers.c.owner_rep_id.in_(sa.select(reps_table.c.id).where(reps_table.c.left_at.is_not(None)))
    connection.execute(customers.update().where(has_left).values(owner_rep_id=last.scalar_subquery()))


def _able(connection: Connection, rep_id: int, giver: Rep | None) -> Rep:
    """The rep who is to have customers. Errors: RefusedError where they would lie with nobody there."""
    rep = reps.existing(connection, rep_id)
    if giver is not None and rep.id == giver.id:
        raise RefusedError(f"{rep.name} has them already; choose another rep.")
    if rep.left_at is not None:
        raise RefusedError(f"{rep.name} has left too; choose a rep who is still there.")
    if rep.has_left_slack:
        raise RefusedError(f"{rep.name} has left Slack; choose a rep who is still there.")
    return rep


def _same_count(customers_now: int, seen: int) -> None:
    """Errors: RefusedError where more or fewer customers would change hands than whoever decided was shown."""
    if customers_now != seen:
        raise RefusedError(
            f"The customers are {customers_now:,} by now, no longer {seen:,}, and nothing was changed; "
            "ask /melktert people anew."
        )


def _owners(connection: Connection, chosen: sa.ColumnElement[bool]) -> dict[str, int | None]:
    """The owners of these customers, by the customer's id as JSON has it."""
    rows = connection.execute(
        sa.select(customers.c.id, customers.c.owner_rep_id).where(chosen).order_by(customers.c.id)
    )
    return {str(row.id): row.owner_rep_id for row in rows}


def _settled(connection: Connection, customer_ids: Sequence[int]) -> dict[str, str]:
    """Since when those of these customers whom somebody had given to a rep are there, as JSON has it."""
    settled: dict[str, str] = {}
    for start in range(0, len(customer_ids), AT_ONCE):
        chosen = customers.c.id.in_(customer_ids[start : start + AT_ONCE]) & customers.c.owner_settled_at.is_not(None)
        rows = connection.execute(sa.select(customers.c.id, customers.c.owner_settled_at).where(chosen))
        settled |= {str(row.id): row.owner_settled_at.isoformat() for row in rows}
    return settled


def _give(
    connection: Connection,
    was: dict[str, int | None],
    giver: Rep | None,
    taker: Rep,
    noted: tuple[str, dt.datetime, str | None],
) -> audit.Details:
    by, at, receipt = noted
    ids = [int(customer_id) for customer_id in was]
    subject = f"rep {giver.id}" if giver else f"customer {ids[0]}" if len(ids) == 1 else "customers"
    details = {
        "from": giver.name if giver else None,
        "to": taker.name,
        "customers": len(ids),
        "was": {"owners": was, "settled": _settled(connection, ids)},
        "became": {"owner": taker.id},
    }
    audit.record(connection, at, by, GIVEN, subject, details=details, receipt=receipt)
    settled = {"owner_rep_id": taker.id, "owner_settled_at": at}
    for start in range(0, len(ids), AT_ONCE):
        chosen = customers.c.id.in_(ids[start : start + AT_ONCE])
        connection.execute(customers.update().where(chosen).values(settled))
    standings.follow_owners(connection)
    return details
