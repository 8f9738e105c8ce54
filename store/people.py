"""The people of the workspace, as Slack told of them, and what each may do."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit, reminders
from store.audit import RefusedError
from store.database import lock_figures
from store.tables import people, reps

Kind = Literal["member", "guest", "stranger", "bot", "left"]
Role = Literal["rep", "manager", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
# Why somebody of this kind can be neither a rep of the ledger nor a manager or admin.
NOT_OF_THE_TEAM = {
    "guest": "is a guest of this workspace; only full members can be chosen.",
    "stranger": "is of another workspace; only members of this one can be chosen.",
    "bot": "is an app, not a person; choose a person.",
    "left": "has left Slack; choose somebody who is still there.",
}
# Looked up with one statement.
AT_ONCE = 500
_TOLD = ("team_id", "name", "email", "zone", "locale", "kind")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack. `email` is in small letters; the role, and when they were first shown a customer, are ours."""

    slack_user_id: str
    team_id: str
    name: str
    email: str | None = None
    zone: str = "UTC"
    locale: str = "en_US"
    kind: Kind = "member"
    role: Role = "rep"
    first_answer_at: dt.datetime | None = None


def remember(connection: Connection, found: Iterable[Person], at: dt.datetime) -> None:
    """Keep what Slack told of these people at that moment, unless it told something newer. Their role and first answer
    stay as they are; a new person is a rep. Reminders follow whoever has moved to another time zone.
    """
    rows = [
        {
            "slack_user_id": one.slack_user_id,
            "team_id": one.team_id,
            "name": one.name,
            "email": (one.email or "").strip().lower() or None,
            "zone": one.zone,
            "locale": one.locale,
            "kind": one.kind,
            "seen_at": at,
        }
        # Two processes that remember the same people take them in one order, so that neither waits for the other.
        for one in sorted(found, key=lambda one: one.slack_user_id)
    ]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(people)
    told = {name: insert.excluded[name] for name in (*_TOLD, "seen_at")}
    is_news = people.c.seen_at <= insert.excluded.seen_at
    users = [str(row["slack_user_id"]) for row in rows]
    before = _zones(connection, users)
    connection.execute(
        insert.on_conflict_do_update(index_elements=[people.c.slack_user_id], set_=told, where=is_news), rows
    )
    after = _zones(connection, users)
    reminders.follow(connection, [user for user in users if before.get(user) != after.get(user)], at)


def _zones(connection: Connection, slack_user_ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(slack_user_ids), AT_ONCE):
        chosen = people.c.slack_user_id.in_(slack_user_ids[start : start + AT_ONCE])
        rows = connection.execute(sa.select(people.c.slack_user_id, people.c.zone).where(chosen))
        found |= {row.slack_user_id: row.zone for row in rows}
    return found


def get(connection: Connection, slack_user_id: str) -> Person | None:
    """The person, None where Slack has not told of them."""
    row = connection.execute(sa.select(people).where(people.c.slack_user_id == slack_user_id)).one_or_none()
    return None if row is None else person_of(row)


def some(connection: Connection, slack_user_ids: Sequence[str]) -> dict[str, Person]:
    """Those of these ids of whom Slack has told, by their id."""
    found: dict[str, Person] = {}
    for start in range(0, len(slack_user_ids), AT_ONCE):
        chosen = people.c.slack_user_id.in_(slack_user_ids[start : start + AT_ONCE])
        found |= {row.slack_user_id: person_of(row) for row in connection.execute(sa.select(people).where(chosen))}
    return found


def by_email(connection: Connection, emails: Sequence[str]) -> list[Person]:
    """Those with one of these e-mails, which are in small letters."""
    found: list[Person] = []
    for start in range(0, len(emails), AT_ONCE):
        chosen = people.c.email.in_(emails[start : start + AT_ONCE])
        rows = connection.execute(sa.select(people).where(chosen).order_by(people.c.slack_user_id))
        found += map(person_of, rows)
    return found


_USER = sa.bindparam("user", type_=sa.Text())
_STANDING = sa.select(
    sa.select(people.c.role).where(people.c.slack_user_id == _USER).scalar_subquery().label("role"),
    sa.select(reps.c.id).where(reps.c.slack_user_id == _USER).scalar_subquery().label("rep_id"),
)


def standing(connection: Connection, slack_user_id: str) -> tuple[Role, int | None]:
    """What somebody may do, and the rep of the ledger that they are; a rep's role where nothing else was given."""
    row = connection.execute(_STANDING, {"user": slack_user_id}).one()
    return row.role or "rep", row.rep_id


def with_role(connection: Connection, *roles: Role) -> list[Person]:
    """Those who have one of these roles, by name."""
    found = connection.execute(sa.select(people).where(people.c.role.in_(roles)))
    return sorted(map(person_of, found), key=lambda one: (one.name.casefold(), one.slack_user_id))


def set_role(
    connection: Connection, slack_user_id: str, role: Role, *, by: str, at: dt.datetime, receipt: str | None = None
) -> audit.Details:
    """Give the person this role; what it was and what it became, the second time with one receipt as the first time.

    Errors: RefusedError for somebody who is not of the team, and where nobody would be an admin any more.
    """
    # Two admins who take the role from each other at once must not both succeed.
    lock_figures(connection)
    known = audit.done(connection, receipt, "person.role")
    if known is not None:
        return known
    admins = connection.execute(sa.select(people).where(people.c.role == "admin")).all()
    person = get(connection, slack_user_id)
    if person is None:
        raise RefusedError(
            "Melktert does not know that person yet; ask them to open Melktert in Slack, then try again."
        )
    if role != "rep" and person.kind != "member":
        raise RefusedError(f"{person.name} {NOT_OF_THE_TEAM[person.kind]}")
    acting = {row.slack_user_id for row in admins if row.kind == "member"}
    if role != "admin" and acting == {slack_user_id}:
        # Of whom the setting FIRST_ADMIN names, nothing is kept here.
        only = "the only admin" if by == slack_user_id else "the only admin in the list of /melktert people"
        raise RefusedError(f"{person.name} is {only}; make somebody else an admin first.")
    details = {"person": person.name, "slack_user_id": slack_user_id, "was": person.role, "became": role}
    if role != person.role:
        subject = f"person {slack_user_id}"
        audit.record(connection, at, by, "person.role", subject, details=details, receipt=receipt)
        connection.execute(people.update().where(people.c.slack_user_id == slack_user_id).values(role=role))
    return details


def answered(connection: Connection, slack_user_id: str, at: dt.datetime) -> None:
    """Note that the person was shown a customer, if it is the first time."""
    first = (people.c.slack_user_id == slack_user_id) & people.c.first_answer_at.is_(None)
    connection.execute(people.update().where(first).values(first_answer_at=at))


def person_of(row: sa.Row[tuple[object, ...]]) -> Person:
    """The person in a row that has the columns of `people`."""
    told = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    names = ("slack_user_id", *_TOLD, "role", "first_answer_at")
    return Person(**{name: told[name] for name in names})
