"""People at a customer: what they do there, what they like, and the days on which one thinks of them.

Whoever is not there any more stays in the list, with since when, and is never congratulated. What was changed stands in
audit_entries, with who, when, and what it was before. store/greetings.py says whose day is near.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit
from store.audit import RefusedError
from store.tables import audit_entries, contacts, customers, event_guests, promises, touches
from value.anniversaries import YearlyDay

NAME_MOST = 120
EDITED, GONE = "contact.edit", "contact.gone"
TAKEN_BACK, PUT_BACK = "contact.take_back", "contact.put_back"
NOT_THERE = "That contact is not there any more; /customer shows the people of a customer."
NO_CUSTOMER = "That customer is no longer in the database; find it by its name."


@dataclass(frozen=True, slots=True)
class About:
    """What is known of somebody; what is not known is None."""

    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    birthday: YearlyDay | None = None
    anniversary: YearlyDay | None = None
    anniversary_of: str | None = None
    preferences: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer. `gone_on` is since when they are not there any more."""

    id: int
    customer_id: int
    about: About
    gone_on: dt.date | None
    is_invented: bool

    @property
    def name(self) -> str:
        """How they are called."""
        return self.about.name


def add(
    connection: Connection, customer_id: int, about: About, *, by: str, at: dt.datetime, receipt: str | None = None
) -> Contact:
    """Keep somebody new; of the same receipt there is one, however often it comes.

    Errors: RefusedError where the customer is not there any more.
    """
    known = of_receipt(connection, receipt)
    if known is not None:
        return known
    if connection.scalar(sa.select(customers.c.id).where(customers.c.id == customer_id)) is None:
        raise RefusedError(NO_CUSTOMER)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"customer_id": customer_id, **_columns(about), "added_at": at, "added_by": by, "receipt": receipt}
    added = insert(contacts).values(row).on_conflict_do_nothing(index_elements=[contacts.c.receipt])
    contact_id = connection.scalar(added.returning(contacts.c.id))
    if contact_id is None:  # the same submission, in another process, was quicker
        known = of_receipt(connection, receipt)
        assert known is not None
        return known
    return existing(connection, contact_id)


def edit(
    connection: Connection,
    contact_id: int,
    about: About,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
    edits_seen: int | None = None,
) -> Contact:
    """Change what is known of somebody, and keep what it was; nothing where it is so already. Errors: RefusedError.

    `edits_seen` is what `edits` was when a form was opened: what others have changed since then, and was left alone in
    the form, stays as they have changed it.
    """
    if audit.done(connection, receipt, EDITED) is not None:
        return existing(connection, contact_id)
    before = _locked(connection, contact_id)
    if edits_seen is not None:
        about = _beside_later_edits(connection, before, about, edits_seen)
    if before.about == about:
        return before
    was, became = asdict(before.about), asdict(about)
    differing = [name for name in became if was[name] != became[name]]
    details = {"was": {name: was[name] for name in differing}, "became": {name: became[name] for name in differing}}
    audit.record(connection, at, by, EDITED, _subject(contact_id), details=details, receipt=receipt)
    connection.execute(contacts.update().where(contacts.c.id == contact_id).values(_columns(about)))
    return existing(connection, contact_id)


def edits(connection: Connection, contact_id: int) -> int:
    """How often what is known of somebody has been changed."""
    counted = sa.select(sa.func.count()).select_from(audit_entries).where(_is_edit_of(contact_id))
    return connection.scalar(counted) or 0


def set_gone(
    connection: Connection,
    contact_id: int,
    gone_on: dt.date | None,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Contact:
    """Say since when somebody is not there any more, or with None that they are. Errors: RefusedError."""
    if audit.done(connection, receipt, GONE) is not None:
        return existing(connection, contact_id)
    before = _locked(connection, contact_id)
    if (before.gone_on is None) == (gone_on is None):
        return before
    details = {"was": before.gone_on and before.gone_on.isoformat(), "became": gone_on and gone_on.isoformat()}
    audit.record(connection, at, by, GONE, _subject(contact_id), details=details, receipt=receipt)
    connection.execute(contacts.update().where(contacts.c.id == contact_id).values(gone_on=gone_on))
    return existing(connection, contact_id)


def get(connection: Connection, contact_id: int) -> Contact | None:
    """The contact, None where there is none of this id."""
    row = connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one_or_none()
    return None if row is None else contact_of(row)


def existing(connection: Connection, contact_id: int) -> Contact:
    """The contact. Errors: RefusedError where there is none of this id."""
    contact = get(connection, contact_id)
    if contact is None:
        raise RefusedError(NOT_THERE)
    return contact


def of_customer(connection: Connection, customer_id: int, *, with_gone: bool = True) -> list[Contact]:
    """The people of a customer: those who are there first, in the order in which they became known."""
    wanted = contacts.c.customer_id == customer_id
    if not with_gone:
        wanted &= contacts.c.gone_on.is_(None)
    ordered = sa.select(contacts).where(wanted).order_by(contacts.c.gone_on.is_not(None), contacts.c.id)
    return [contact_of(row) for row in connection.execute(ordered)]


def of_receipt(connection: Connection, receipt: str | None) -> Contact | None:
    """Whom this request has added."""
    if receipt is None:
        return None
    row = connection.execute(sa.select(contacts).where(contacts.c.receipt == receipt)).one_or_none()
    return None if row is None else contact_of(row)


def called(connection: Connection, customer_id: int, name: str) -> list[Contact]:
    """Who at the customer is called so. Whoever asks this next waits until this transaction ends, so that two who add
    somebody at once know of each other.
    """
    locked = sa.select(customers.c.id).where(customers.c.id == customer_id).with_for_update(key_share=True)
    connection.execute(locked)
    return [one for one in of_customer(connection, customer_id) if one.name.casefold() == name.casefold()]


def take_back(
    connection: Connection,
    receipt: str,
    *,
    by: str,
    at: dt.datetime,
    touch_id: int | None = None,
    promise_ids: Sequence[int] = (),
) -> Contact | None:
    """Forget whom this request has added; None where it added nobody, or where something has come of them since. The
    touch and the promises with which they go are no such thing: `put_back` lets these have them again.
    """
    added = of_receipt(connection, receipt)
    if added is None or _is_used(connection, added.id, touch_id, promise_ids):
        return None
    of = _subject(added.id) if touch_id is None else _of_touch(touch_id)
    was = {"name": added.name} if touch_id is None else _columns(added.about)
    details = {"was": was, "contact": added.id, "customer": added.customer_id, "promises": list(promise_ids)}
    audit.record(connection, at, by, TAKEN_BACK, of, details={**details, "receipt": receipt})
    connection.execute(contacts.delete().where(contacts.c.id == added.id))
    return added


def put_back(
    connection: Connection, touch_id: int, taken_back_at: dt.datetime, *, by: str, at: dt.datetime
) -> Contact | None:
    """Whoever went with this touch at that moment is there again, and the touch and its promises are with them; where
    somebody of the name was added meanwhile, with those. None where nobody went with it, or they are back already.
    """
    mine = touches.c.id == touch_id
    lonely = sa.select(touches.c.id).where(mine, touches.c.contact_id.is_(None)).with_for_update()
    went = (
        sa.select(audit_entries.c.details)
        .where(audit_entries.c.subject == _of_touch(touch_id), audit_entries.c.action == TAKEN_BACK)
        .where(audit_entries.c.at == taken_back_at)
        .order_by(audit_entries.c.id.desc())
    )
    details = connection.scalars(went).first()
    if details is None:
        return None
    was, customer_id = details["was"], details["customer"]
    # The customer before the touch, as whoever edits the touch and adds somebody locks them.
    known = called(connection, customer_id, was["name"])
    if connection.scalar(lonely) is None:
        return None
    if known:
        contact_id = known[0].id
    else:
        # SQLite gives the number of whoever was taken back to the next one who is added.
        number = {} if get(connection, details["contact"]) else {"id": details["contact"]}
        row = {**number, "customer_id": customer_id, **was, "added_at": at, "added_by": by}
        again = contacts.insert().values(**row, receipt=details["receipt"])
        contact_id = connection.execute(again.returning(contacts.c.id)).scalar_one()
    with_them = {"contact_id": contact_id}
    connection.execute(touches.update().where(mine).values(with_them))
    connection.execute(promises.update().where(promises.c.id.in_(details["promises"])).values(with_them))
    audit.record(connection, at, by, PUT_BACK, _subject(contact_id), details={"touch": touch_id})
    return existing(connection, contact_id)


def contact_of(row: sa.Row[Any]) -> Contact:
    """The contact in a row that has the columns of `contacts`."""
    about = About(
        name=row.name,
        role=row.role,
        email=row.email,
        phone=row.phone,
        birthday=_yearly(row.birthday_month, row.birthday_day, row.birthday_year),
        anniversary=_yearly(row.anniversary_month, row.anniversary_day, row.anniversary_year),
        anniversary_of=row.anniversary_of,
        preferences=row.preferences,
    )
    return Contact(row.id, row.customer_id, about, row.gone_on, row.is_invented)


def _columns(about: About) -> dict[str, Any]:
    birthday, anniversary = about.birthday, about.anniversary
    return {
        "name": about.name,
        "role": about.role,
        "email": about.email,
        "phone": about.phone,
        "birthday_month": birthday and birthday.month,
        "birthday_day": birthday and birthday.day,
        "birthday_year": birthday and birthday.year,
        "anniversary_month": anniversary and anniversary.month,
        "anniversary_day": anniversary and anniversary.day,
        "anniversary_year": anniversary and anniversary.year,
        "anniversary_of": about.anniversary_of,
        "preferences": about.preferences,
    }


def _yearly(month: int | None, day: int | None, year: int | None) -> YearlyDay | None:
    return None if month is None or day is None else YearlyDay(month, day, year)


def _is_used(connection: Connection, contact_id: int, touch_id: int | None, promise_ids: Sequence[int]) -> bool:
    """Whether anything but their own row, this touch and these promises names them, be it taken back itself."""
    is_change = audit_entries.c.action.in_((EDITED, GONE))
    changed = sa.exists().where(audit_entries.c.subject == _subject(contact_id), is_change)
    named = [
        sa.exists().where(touches.c.contact_id == contact_id, touches.c.id.is_distinct_from(touch_id)),
        sa.exists().where(promises.c.contact_id == contact_id, promises.c.id.not_in(promise_ids)),
        sa.exists().where(event_guests.c.contact_id == contact_id),
    ]
    return bool(connection.scalar(sa.select(sa.or_(changed, *named))))


def _locked(connection: Connection, contact_id: int) -> Contact:
    """The contact, whom nobody else changes before this transaction ends. Errors: RefusedError."""
    connection.execute(sa.select(contacts.c.id).where(contacts.c.id == contact_id).with_for_update())
    return existing(connection, contact_id)


def _beside_later_edits(connection: Connection, now: Contact, about: About, edits_seen: int) -> About:
    later = sa.select(audit_entries.c.details).where(_is_edit_of(now.id)).order_by(audit_entries.c.id)
    shown: dict[str, Any] = {}
    for details in connection.scalars(later.offset(edits_seen)):
        shown = {**details["was"], **shown}
    filled = asdict(about)
    return replace(about, **{name: getattr(now.about, name) for name in shown if filled[name] == shown[name]})


def _is_edit_of(contact_id: int) -> sa.ColumnElement[bool]:
    return (audit_entries.c.subject == _subject(contact_id)) & (audit_entries.c.action == EDITED)


def _of_touch(touch_id: int) -> str:
    return f"contact of touch {touch_id}"


def _subject(contact_id: int) -> str:
    return f"contact {contact_id}"
