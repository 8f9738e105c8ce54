"""What becomes of a touch after it was logged: edited, deleted, restored, each kept with what it was before."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, standings
from store.audit import RefusedError
from store.money import to_minor
from store.tables import audit_entries, contacts, customers, touch_people, touches
from store.touch_reading import Kind, Outcome, Touch, existing
from store.who import Who

NO_CUSTOMER = "That customer is no longer in the database; find it by its name."
NOT_THEIR_CONTACT = "That contact is not at this customer; choose another, or none."
CHANGED_SINCE = "Somebody has changed that since, so it cannot be undone; /melktert touch {} shows how it stands."
CLASHES = "Somebody else has changed the same of that touch meanwhile."
# What says one thing only together.
_TOGETHER = {"cost": ("cost", "currency"), "currency": ("cost", "currency")}
EDITED, DELETED, RESTORED = "touch.edit", "touch.delete", "touch.restore"


class Changes(TypedDict, total=False):
    """What is to be changed of a touch; what is not named stays."""

    customer_id: int
    kind: Kind
    happened_on: dt.date
    people: tuple[Who, ...]
    contact_id: int | None
    minutes: int | None
    cost: Decimal | None
    currency: str | None
    outcome: Outcome | None
    note: str | None
    learned: str | None


class ClashError(RefusedError):
    """An edit would write over what somebody else has changed since its form was opened; `names` says of what."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(CLASHES)
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a touch's history: `what` is edited, deleted or restored; `receipt` that of whoever asked for it."""

    id: int
    at: dt.datetime
    by: str
    what: str
    details: audit.Details
    reason: str | None
    receipt: str | None


def edit(
    connection: Connection,
    touch_id: int,
    changes: Changes,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
    edits_seen: int | None = None,
) -> Touch:
    """Change what is said of a touch, and keep what it was; nothing where it is so already.

    `edits_seen` is what `edits` was when a form was opened: what others have changed since then, and was left alone in
    the form, stays as they have changed it.

    Errors: RefusedError where the touch, its customer or the contact is not there, or where it was deleted; ClashError
    where others have changed the same since then.
    """
    if audit.done(connection, receipt, EDITED) is not None:
        return existing(connection, touch_id)
    touch = _locked(connection, touch_id)
    if touch.deleted_at is not None:
        raise RefusedError("That touch was deleted; restore it first.")
    if edits_seen is not None:
        changes = _beside_later_edits(connection, touch, changes, edits_seen)
    differing: dict[str, Any] = {name: value for name, value in changes.items() if _is_other(touch, name, value)}
    if not differing:
        return touch
    if "customer_id" in differing or differing.get("contact_id") is not None:
        contact_id = differing.get("contact_id", None if "customer_id" in differing else touch.contact_id)
        differing["contact_id"] = contact_id
        refuse_strangers(connection, differing.get("customer_id", touch.customer_id), contact_id)
    details = {
        "was": {name: _plain(getattr(touch, name)) for name in differing},
        "became": {name: _plain(value) for name, value in differing.items()},
    }
    audit.record(connection, at, by, EDITED, _subject(touch_id), details=details, receipt=receipt)
    _write(connection, touch, differing)
    standings.refresh(connection, sorted({touch.customer_id, differing.get("customer_id", touch.customer_id)}))
    return existing(connection, touch_id)


def undo_edit(
    connection: Connection, touch_id: int, entry_id: int, *, by: str, at: dt.datetime, receipt: str | None = None
) -> Touch:
    """Put back what an edit changed, which is an edit too; nothing where that was done already.

    Errors: RefusedError as of `edit`, where there is no such edit of this touch, and where it was changed since.
    """
    if audit.done(connection, receipt, EDITED) is not None:
        return existing(connection, touch_id)
    touch = _locked(connection, touch_id)
    entry = next((one for one in _edited(connection, touch_id) if one.id == entry_id), None)
    if entry is None:
        raise RefusedError("That change of the touch is not known; edit the touch instead.")
    was, became = _read_back(entry.details["was"]), _read_back(entry.details["became"])
    if _are_others(touch, dict(was)) and _are_others(touch, dict(became)):
        raise RefusedError(CHANGED_SINCE.format(touch_id))
    return edit(connection, touch_id, was, by=by, at=at, receipt=receipt)


def delete(
    connection: Connection,
    touch_id: int,
    *,
    by: str,
    at: dt.datetime,
    reason: str | None = None,
    receipt: str | None = None,
) -> Touch:
    """Let a touch count for nothing from now on; nothing where it is deleted already. Errors: RefusedError."""
    return _mark(connection, touch_id, DELETED, at, by=by, at=at, reason=reason, receipt=receipt)


def restore(connection: Connection, touch_id: int, *, by: str, at: dt.datetime, receipt: str | None = None) -> Touch:
    """Let a deleted touch count again; nothing where it does. Errors: RefusedError."""
    return _mark(connection, touch_id, RESTORED, None, by=by, at=at, reason=None, receipt=receipt)


def history(connection: Connection, touch_id: int) -> list[Entry]:
    """What became of a touch since it was logged, oldest first."""
    told = {EDITED: "edited", DELETED: "deleted", RESTORED: "restored"}
    query = (
        sa.select(audit_entries)
        .where(audit_entries.c.subject == _subject(touch_id), audit_entries.c.action.in_(told))
        .order_by(audit_entries.c.id)
    )
    rows = connection.execute(query)
    return [Entry(row.id, row.at, row.by, told[row.action], row.details, row.reason, row.receipt) for row in rows]


def edits(connection: Connection, touch_id: int) -> int:
    """How often a touch has been edited."""
    return len(_edited(connection, touch_id))


def before_later_edits(connection: Connection, touch: Touch, edits_seen: int) -> Touch:
    """The touch as it was when it had been edited so often; the name of its contact is that of now."""
    shown: dict[str, Any] = dict(_changed_since(connection, touch.id, edits_seen))
    return replace(touch, **shown)


# --- later edits of others ------------------------------------------------------------------------------------------


def _edited(connection: Connection, touch_id: int) -> list[Entry]:
    return [one for one in history(connection, touch_id) if one.what == "edited"]


def _changed_since(connection: Connection, touch_id: int, edits_seen: int) -> Changes:
    """What others have changed since then, as it was before."""
    shown: dict[str, Any] = {}
    for entry in _edited(connection, touch_id)[max(edits_seen, 0) :]:
        shown = {**entry.details["was"], **shown}
    return _read_back(shown)


def _beside_later_edits(connection: Connection, now: Touch, changes: Changes, edits_seen: int) -> Changes:
    """The changes without what was left alone in the form and others have changed since. Errors: ClashError."""
    was = _changed_since(connection, now.id, edits_seen)
    before = before_later_edits(connection, now, edits_seen)
    kept: dict[str, Any] = dict(changes)
    clashing: list[str] = []
    for names in dict.fromkeys(_TOGETHER.get(name, (name,)) for name in was):
        mine = {name: value for name, value in changes.items() if name in names}
        if not _are_others(before, mine):
            kept = {name: value for name, value in kept.items() if name not in names}
        elif _are_others(now, mine) and _are_others(now, {name: getattr(before, name) for name in names}):
            clashing += mine
    if clashing:
        raise ClashError(clashing)
    found: Changes = kept  # type: ignore[assignment]
    return found


def _are_others(touch: Touch, values: Mapping[str, Any]) -> bool:
    return any(_is_other(touch, name, value) for name, value in values.items())


def _is_other(touch: Touch, name: str, value: Any) -> bool:
    """Whether the touch has something else there than this value."""
    has = getattr(touch, name)
    return not _same_people(has, value) if name == "people" else bool(has != value)


# --- writing --------------------------------------------------------------------------------------------------------


def _mark(
    connection: Connection,
    touch_id: int,
    action: str,
    deleted_at: dt.datetime | None,
    *,
    by: str,
    at: dt.datetime,
    reason: str | None,
    receipt: str | None,
) -> Touch:
    if audit.done(connection, receipt, action) is not None:
        return existing(connection, touch_id)
    touch = _locked(connection, touch_id)
    if (touch.deleted_at is None) == (deleted_at is None):
        return touch
    details = {"customer_id": touch.customer_id}
    audit.record(connection, at, by, action, _subject(touch_id), details=details, reason=reason, receipt=receipt)
    connection.execute(touches.update().where(touches.c.id == touch_id).values(deleted_at=deleted_at))
    standings.refresh(connection, [touch.customer_id])
    return existing(connection, touch_id)


def _locked(connection: Connection, touch_id: int) -> Touch:
    """The touch, which nobody else changes before this transaction ends. Errors: RefusedError."""
    connection.execute(sa.select(touches.c.id).where(touches.c.id == touch_id).with_for_update())
    return existing(connection, touch_id)


def _write(connection: Connection, touch: Touch, differing: Mapping[str, Any]) -> None:
    columns = {name: value for name, value in differing.items() if name not in ("people", "cost", "currency")}
    if "cost" in differing or "currency" in differing:
        columns |= cost_columns(differing.get("cost", touch.cost), differing.get("currency", touch.currency))
    if columns:
        connection.execute(touches.update().where(touches.c.id == touch.id).values(columns))
    if "people" in differing:
        put_people(connection, touch.id, differing["people"])


def refuse_strangers(connection: Connection, customer_id: int, contact_id: int | None) -> None:
    """Errors: RefusedError where there is no such customer, or the contact is not at this customer."""
    if connection.scalar(sa.select(customers.c.id).where(customers.c.id == customer_id)) is None:
        raise RefusedError(NO_CUSTOMER)
    if contact_id is not None:
        at = sa.select(contacts.c.customer_id).where(contacts.c.id == contact_id)
        if connection.scalar(at) != customer_id:
            raise RefusedError(NOT_THEIR_CONTACT)


def cost_columns(cost: Decimal | None, currency: str | None) -> dict[str, Any]:
    """The cost as it is kept: minor units beside their currency, or neither."""
    if cost is None or currency is None:
        return {"cost_minor": None, "currency": None}
    return {"cost_minor": to_minor(cost, currency), "currency": currency}


def put_people(connection: Connection, touch_id: int, who: Iterable[Who]) -> None:
    """Keep who was there, each once, in this order."""
    connection.execute(touch_people.delete().where(touch_people.c.touch_id == touch_id))
    there: list[Who] = []
    for one in who:
        if one.is_known and not any(one.is_same_as(other) for other in there):
            there.append(one)
    rows = [
        {"touch_id": touch_id, "ordinal": ordinal, "rep_id": one.rep_id, "slack_user_id": one.slack_user_id}
        for ordinal, one in enumerate(there, 1)
    ]
    if rows:
        connection.execute(touch_people.insert(), rows)


def _subject(touch_id: int) -> str:
    return f"touch {touch_id}"


# --- what was, as the audit keeps it --------------------------------------------------------------------------------


def _same_people(some: Iterable[Who], others: Iterable[Who]) -> bool:
    some, others = list(some), list(others)
    return len(some) == len(others) and all(one.is_same_as(two) for one, two in zip(some, others, strict=True))


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, tuple):
        return [{"rep_id": one.rep_id, "slack_user_id": one.slack_user_id} for one in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _read_back(kept: Mapping[str, Any]) -> Changes:
    """What `_plain` made of changes, as changes."""
    changes: dict[str, Any] = dict(kept)
    if "people" in changes:
        changes["people"] = tuple(Who(one["rep_id"], one["slack_user_id"]) for one in changes["people"])
    if "happened_on" in changes:
        changes["happened_on"] = dt.date.fromisoformat(changes["happened_on"])
    if changes.get("cost") is not None:
        changes["cost"] = Decimal(changes["cost"])
    found: Changes = changes  # type: ignore[assignment]
    return found
