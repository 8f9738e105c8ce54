"""The reps of the ledger: how many customers each has, and who in Slack they are.

A rep is linked to one person and a person to one rep, by the same e-mail address and a confirmation, or by an admin.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, people, reminders
from store.audit import RefusedError
from store.database import lock_figures
from store.people import NOT_OF_THE_TEAM, Person
from store.tables import audit_entries, customers, reps
from store.who import Who

DECLINED = "rep.decline"


@dataclass(frozen=True, slots=True)
class Rep:
    """A salesperson of the ledger. `person` is who `slack_user_id` is, None where Slack has not told of them.

    `successor` is the name of whoever got the customers of one who left.
    """

    id: int
    name: str
    email: str | None
    is_invented: bool
    customers: int
    slack_user_id: str | None
    person: Person | None
    left_at: dt.datetime | None
    successor: str | None

    @property
    def has_left_slack(self) -> bool:
        """Whether the person whom the rep is linked to is there no more."""
        return self.person is not None and self.person.kind == "left"


class ListChangedError(RefusedError):
    """What is to be confirmed together is no longer what was shown."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rep and a person with the same e-mail who are not linked yet; `is_declined` where the person said no."""

    rep_id: int
    person: Person
    is_declined: bool


def every(connection: Connection) -> list[Rep]:
    """All reps, by name."""
    return sorted(_read(connection), key=lambda rep: (rep.name.casefold(), rep.id))


def get(connection: Connection, rep_id: int) -> Rep | None:
    """The rep, None where the ledger has none of this id."""
    return next(iter(_read(connection, rep_id)), None)


def of_list(connection: Connection, rep_id: int) -> tuple[Who | None, bool]:
    """Whose list of customers that is, None where the ledger has no such rep; and whether any customer is theirs."""
    row = connection.execute(_OF_LIST, {"rep": rep_id}).one_or_none()
    return (None, False) if row is None else (Who(row.id, row.slack_user_id, row.name), bool(row.has_customers))


def count_unowned(connection: Connection) -> int:
    """How many customers have no rep."""
    unowned = sa.select(sa.func.count()).select_from(customers).where(customers.c.owner_rep_id.is_(None))
    return connection.scalar(unowned) or 0


def suggestions(connection: Connection, slack_user_id: str | None = None) -> list[Suggestion]:
    """Who may be whom by e-mail, whatever its capitals; of one person where one is given. In the order of the reps."""
    waiting = (reps.c.slack_user_id.is_(None)) & reps.c.left_at.is_(None) & reps.c.email.is_not(None)
    rows = connection.execute(sa.select(reps.c.id, reps.c.email).where(waiting).order_by(reps.c.id))
    # Not lower() in SQL, since SQLite's knows the letters of English only.
    emails = {row.id: row.email.strip().lower() for row in rows}
    found = _unlinked_members(connection, sorted(set(emails.values())), slack_user_id)
    said_no = _declined(connection) if found else set()
    return [
        Suggestion(rep_id, found[email], (_subject(rep_id), found[email].slack_user_id) in said_no)
        for rep_id, email in emails.items()
        if email in found
    ]


def link(
    connection: Connection, rep_id: int, slack_user_id: str, *, by: str, at: dt.datetime, receipt: str | None = None
) -> audit.Details:
    """Say that the rep is this person. Errors: RefusedError where one of them is somebody else already."""
    lock_figures(connection)
    known = audit.done(connection, receipt, "rep.link")
    if known is not None:
        return known
    rep, person = existing(connection, rep_id), people.get(connection, slack_user_id)
    if person is None:
        raise RefusedError(
            "Melktert does not know that person yet; ask them to open Melktert in Slack, then try again."
        )
    details = {"rep": rep.name, "person": person.name, "was": rep.slack_user_id, "became": slack_user_id}
    if rep.slack_user_id == slack_user_id:
        return details
    if person.kind != "member":
        raise RefusedError(f"{person.name} {NOT_OF_THE_TEAM[person.kind]}")
    if rep.left_at is not None:
        raise RefusedError(f"{rep.name} has left; say first that they are back.")
    if rep.slack_user_id is not None:
        linked = rep.person.name if rep.person else "somebody else"
        raise RefusedError(f"{rep.name} of the ledger is linked to {linked} already; unlink them first.")
    other = connection.scalar(sa.select(reps.c.name).where(reps.c.slack_user_id == slack_user_id))
    if other is not None:
        raise RefusedError(f"{person.name} is linked to {other} of the ledger already; unlink them there first.")
    audit.record(connection, at, by, "rep.link", _subject(rep_id), details=details, receipt=receipt)
    linking = {"slack_user_id": slack_user_id, "linked_at": at, "linked_by": by}
    connection.execute(reps.update().where(reps.c.id == rep_id).values(linking))
    reminders.move(connection, Who(rep_id, slack_user_id), at)
    return details


def link_suggested(
    connection: Connection, shown: str, *, by: str, at: dt.datetime, receipt: str | None = None
) -> audit.Details:
    """Confirm every suggestion that means one person and one rep; `shown` is the digest of those that whoever asks was
    shown.

    Errors: ListChangedError where they are others by now.
    """
    lock_figures(connection)
    known = audit.done(connection, receipt, "rep.link_suggested")
    if known is not None:
        return known
    chosen = unambiguous(suggestions(connection))
    if not chosen or digest(chosen) != shown:
        raise ListChangedError("The list has changed since it was shown, so nobody was linked. This is how it is now.")
    for one in chosen:
        link(connection, one.rep_id, one.person.slack_user_id, by=by, at=at)
    details = {
        "count": len(chosen),
        "was": None,
        "became": {str(one.rep_id): one.person.slack_user_id for one in chosen},
    }
    audit.record(connection, at, by, "rep.link_suggested", "reps", details=details, receipt=receipt)
    return details


def unambiguous(found: Sequence[Suggestion]) -> list[Suggestion]:
    """Those that can be confirmed together: nobody said no, and the person is suggested for one rep alone."""
    times = Counter(one.person.slack_user_id for one in found)
    return [one for one in found if not one.is_declined and times[one.person.slack_user_id] == 1]


def digest(found: Sequence[Suggestion]) -> str:
    """Tells one list of reps and persons from another, so that what is confirmed is what was shown."""
    pairs = sorted(f"{one.rep_id} {one.person.slack_user_id}" for one in found)
    return hashlib.sha256("\n".join(pairs).encode()).hexdigest()[:32]


def unlink(
    connection: Connection, rep_id: int, slack_user_id: str, *, by: str, at: dt.datetime, receipt: str | None = None
) -> audit.Details:
    """Take back the link of the rep to this person. Errors: RefusedError where there is none, or one to another."""
    lock_figures(connection)
    known = audit.done(connection, receipt, "rep.unlink")
    if known is not None:
        return known
    rep = existing(connection, rep_id)
    if rep.slack_user_id is None:
        raise RefusedError(f"{rep.name} is linked to nobody.")
    same_link(rep, slack_user_id)
    name = rep.person.name if rep.person else rep.slack_user_id
    details = {"rep": rep.name, "person": name, "was": rep.slack_user_id, "became": None}
    audit.record(connection, at, by, "rep.unlink", _subject(rep_id), details=details, receipt=receipt)
    connection.execute(reps.update().where(reps.c.id == rep_id).values(UNLINKED))
    return details


def same_link(rep: Rep, slack_user_id: str | None) -> None:
    """Errors: RefusedError where the rep is no longer linked to whom somebody was shown when they decided."""
    if rep.slack_user_id == slack_user_id:
        return
    name = rep.person.name if rep.person else rep.slack_user_id
    now = f"linked to {name}" if name else "linked to nobody"
    raise RefusedError(f"{rep.name} is {now} by now, and nothing was changed; ask /melktert people anew.")


def decline(connection: Connection, suggestion: Suggestion, *, at: dt.datetime, receipt: str | None = None) -> None:
    """Note that the person is not that rep, so that they are not asked again."""
    if not suggestion.is_declined:
        by, details = suggestion.person.slack_user_id, {"was": None, "became": None}
        audit.record(connection, at, by, DECLINED, _subject(suggestion.rep_id), details=details, receipt=receipt)


def existing(connection: Connection, rep_id: int) -> Rep:
    """The rep. Errors: RefusedError where the ledger has none of this id."""
    rep = get(connection, rep_id)
    if rep is None:
        raise RefusedError("That rep is not in the ledger; /melktert people lists those who are.")
    return rep


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


UNLINKED = {"slack_user_id": None, "linked_at": None, "linked_by": None}


def _subject(rep_id: int) -> str:
    return f"rep {rep_id}"


_successor = reps.alias("successor")
_ID = sa.bindparam("rep", type_=sa.BigInteger())
_REPS = sa.select(reps, _successor.c.name.label("successor_name")).outerjoin(
    _successor, _successor.c.id == reps.c.successor_rep_id
)
_OWNED = sa.select(customers.c.owner_rep_id, sa.func.count().label("customers")).group_by(customers.c.owner_rep_id)
_REP, _OWNED_BY = _REPS.where(reps.c.id == _ID), _OWNED.where(customers.c.owner_rep_id == _ID)


def _read(connection: Connection, rep_id: int | None = None) -> list[Rep]:
    if rep_id is None:
        found, owned = connection.execute(_REPS), connection.execute(_OWNED)
    else:
        found, owned = (connection.execute(query, {"rep": rep_id}) for query in (_REP, _OWNED_BY))
    counted = {row.owner_rep_id: row.customers for row in owned}
    rows = found.all()
    known = people.some(connection, [row.slack_user_id for row in rows if row.slack_user_id])
    return [
        Rep(
            id=row.id,
            name=row.name,
            email=row.email,
            is_invented=row.is_invented,
            customers=counted.get(row.id, 0),
            slack_user_id=row.slack_user_id,
            person=known.get(row.slack_user_id),
            left_at=row.left_at,
            successor=row.successor_name,
        )
        for row in rows
    ]


def _unlinked_members(connection: Connection, emails: list[str], slack_user_id: str | None) -> dict[str, Person]:
    """Active members who are no rep yet, by their e-mail."""
    linked = set(connection.scalars(sa.select(reps.c.slack_user_id).where(reps.c.slack_user_id.is_not(None))))
    found: dict[str, Person] = {}
    for person in people.by_email(connection, emails):
        is_free = person.kind == "member" and person.slack_user_id not in linked
        if is_free and person.email and slack_user_id in (None, person.slack_user_id):
            found.setdefault(person.email, person)
    return found


def _declined(connection: Connection) -> set[tuple[str, str]]:
    """The reps and persons of whom the person said no, as (subject, Slack user id)."""
    said_no = sa.select(audit_entries.c.subject, audit_entries.c.by).where(audit_entries.c.action == DECLINED)
    return {(row.subject, row.by) for row in connection.execute(said_no)}


_OF_LIST = sa.select(
    *(reps.c.id, reps.c.name, reps.c.slack_user_id),
    sa.exists().where(customers.c.owner_rep_id == reps.c.id).label("has_customers"),
).where(reps.c.id == _ID)
