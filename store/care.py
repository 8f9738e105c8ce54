"""What is settled about one customer beside the ledger: that we let them go, that they are difficult, that they may be
named as a reference. Every change is kept in audit_entries, and the last one of each kind can be taken back.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store import audit, standings
from store.audit import RefusedError
from store.tables import audit_entries, customer_care, customers
from store.touches import has_open_complaint

# Nobody is asked to be a reference twice within a year.
REFERENCE_REST_DAYS = 365
Kind = Literal["exit", "difficult", "reference"]
# The columns that each kind of change is about.
_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "exit": ("exit_reason", "exit_on", "exit_by"),
    "difficult": ("is_difficult",),
    "reference": ("is_referenceable", "reference_asked_on"),
}
_DAYS = ("exit_on", "reference_asked_on", "added_on")
CHANGED_SINCE = "Somebody has changed that since, so it cannot be undone; ask /customer for how it stands."
NO_CUSTOMER = "That customer is no longer in the database; find it by its name."


@dataclass(frozen=True, slots=True)
class Care:
    """What is settled about a customer. `exit_*` are None unless a manager marked an exit; `is_referenceable` is None
    where nobody has answered yet; `added_by` is who added the customer by hand.
    """

    is_difficult: bool = False
    is_referenceable: bool | None = None
    reference_asked_on: dt.date | None = None
    exit_reason: str | None = None
    exit_on: dt.date | None = None
    exit_by: str | None = None
    added_by: str | None = None
    added_on: dt.date | None = None

    @property
    def may_be_asked_from_on(self) -> dt.date | None:
        """The first day on which they may be asked again; None where they were never asked."""
        asked_on = self.reference_asked_on
        return None if asked_on is None else asked_on + dt.timedelta(days=REFERENCE_REST_DAYS)


@dataclass(frozen=True, slots=True)
class Changed:
    """A change: the entry by which it can be undone, None where nothing was changed."""

    entry_id: int | None
    was: Care
    became: Care


def get(connection: Connection, customer_id: int) -> Care:
    """What is settled about the customer."""
    found = sa.select(customer_care).where(customer_care.c.customer_id == customer_id)
    row = connection.execute(found).one_or_none()
    if row is None:
        return Care()
    told = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    return Care(**{name: told[name] for name in Care.__dataclass_fields__})


def has_complaint(connection: Connection, customer_id: int) -> bool:
    """Whether a complaint of the customer is still open."""
    asked = sa.select(has_open_complaint(customers.c.id)).where(customers.c.id == customer_id)
    return bool(connection.scalar(asked))


def may_be_greeted() -> sa.ColumnElement[bool]:
    """The condition, in a query of customers, that nothing forbids good wishes and invitations: an exit does, and so
    does a complaint that is still open.
    """
    return (customers.c.status == "active") & ~has_open_complaint(customers.c.id)


# --- changes --------------------------------------------------------------------------------------------------------


def mark_exit(
    connection: Connection,
    customer_id: int,
    reason: str,
    *,
    on: dt.date,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Changed:
    """Let a customer go, for a reason; whoever calls makes sure that a manager does. Nothing where it is one already.

    Errors: RefusedError.
    """
    was = _locked(connection, customer_id)
    if was.exit_on is not None and audit.done(connection, receipt, _action("exit")) is None:
        return Changed(None, was, was)
    to = {"exit_reason": reason, "exit_on": on, "exit_by": by}
    return _change(connection, customer_id, "exit", was, to, by=by, at=at, reason=reason, receipt=receipt)


def take_back_exit(
    connection: Connection, customer_id: int, *, by: str, at: dt.datetime, receipt: str | None = None
) -> Changed:
    """Look after the customer again; nothing where it is no exit. Errors: RefusedError."""
    to = {"exit_reason": None, "exit_on": None, "exit_by": None}
    return _change(connection, customer_id, "exit", _locked(connection, customer_id), to, by=by, at=at, receipt=receipt)


def mark_difficult(
    connection: Connection,
    customer_id: int,
    *,
    is_difficult: bool,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Changed:
    """Say whether the customer is difficult, so that the brief helps. Errors: RefusedError."""
    to = {"is_difficult": is_difficult}
    was = _locked(connection, customer_id)
    return _change(connection, customer_id, "difficult", was, to, by=by, at=at, receipt=receipt)


def ask_reference(
    connection: Connection,
    customer_id: int,
    answer: bool | None,
    *,
    on: dt.date,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Changed:
    """Note that the customer was asked to be a reference on that day, and what they said, None for no answer yet.

    Errors: RefusedError where they were asked less than a year before.
    """
    was = _locked(connection, customer_id)
    again_on = was.may_be_asked_from_on
    if again_on is not None and on < again_on and audit.done(connection, receipt, _action("reference")) is None:
        raise RefusedError(
            f"They were last asked on {_day(was.reference_asked_on)}, and nobody is asked twice within a year; "
            f"ask again from {_day(again_on)}."
        )
    to = {"is_referenceable": answer, "reference_asked_on": on}
    return _change(connection, customer_id, "reference", was, to, by=by, at=at, receipt=receipt)


def answer_reference(
    connection: Connection,
    customer_id: int,
    *,
    is_referenceable: bool,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> Changed:
    """Note what the customer said, without counting it as having been asked again. Errors: RefusedError."""
    was = _locked(connection, customer_id)
    to = {"is_referenceable": is_referenceable}
    return _change(connection, customer_id, "reference", was, to, by=by, at=at, receipt=receipt)


def undo(
    connection: Connection,
    customer_id: int,
    entry_id: int,
    *,
    by: str,
    at: dt.datetime,
    receipt: str | None = None,
) -> tuple[Kind, Changed]:
    """Put back what it was before this change; nothing where that was done already.

    Errors: RefusedError where there is no such change of this customer, or it was changed since.
    """
    now = _locked(connection, customer_id)
    found = sa.select(audit_entries).where(
        audit_entries.c.id == entry_id, audit_entries.c.subject == _subject(customer_id)
    )
    entry = connection.execute(found).one_or_none()
    kind: Kind | None = next((kind for kind in _COLUMNS if entry is not None and entry.action == _action(kind)), None)
    if entry is None or kind is None:
        raise RefusedError(CHANGED_SINCE)
    if audit.done(connection, receipt, _action(kind)) is None:
        if _as_kept(now, kind) == entry.details["was"]:
            return kind, Changed(None, now, now)
        if _as_kept(now, kind) != entry.details["became"]:
            raise RefusedError(CHANGED_SINCE)
    to = {name: _read_back(name, value) for name, value in entry.details["was"].items()}
    return kind, _change(connection, customer_id, kind, now, to, by=by, at=at, receipt=receipt)


def kind_of(connection: Connection, customer_id: int, entry_id: int) -> Kind | None:
    """What the change of this entry was about, None where it is none of this customer."""
    subject = audit_entries.c.subject == _subject(customer_id)
    action = connection.scalar(sa.select(audit_entries.c.action).where(audit_entries.c.id == entry_id, subject))
    return next((kind for kind in _COLUMNS if action == _action(kind)), None)


# --- keeping --------------------------------------------------------------------------------------------------------


def _change(
    connection: Connection,
    customer_id: int,
    kind: Kind,
    was: Care,
    to: Mapping[str, Any],
    *,
    by: str,
    at: dt.datetime,
    reason: str | None = None,
    receipt: str | None = None,
) -> Changed:
    known = audit.done(connection, receipt, _action(kind))
    if known is not None or all(getattr(was, name) == value for name, value in to.items()):
        return Changed(None if known is None else _entry_of(connection, receipt), was, was)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(customer_care).values(customer_id=customer_id, **to)
    connection.execute(row.on_conflict_do_update(index_elements=[customer_care.c.customer_id], set_=dict(to)))
    became = get(connection, customer_id)
    details = {"was": _as_kept(was, kind), "became": _as_kept(became, kind)}
    subject = _subject(customer_id)
    audit.record(connection, at, by, _action(kind), subject, details=details, reason=reason, receipt=receipt)
    if kind == "exit":
        status = "active" if became.exit_on is None else "exit"
        connection.execute(customers.update().where(customers.c.id == customer_id).values(status=status))
        standings.refresh(connection, [customer_id])
    return Changed(_newest_entry(connection, customer_id, kind), was, became)


def _locked(connection: Connection, customer_id: int) -> Care:
    """What is settled, which nobody else changes before this transaction ends. Errors: RefusedError."""
    # A row that refers to the customer may be written meanwhile, as its standing is when all of them are.
    locked = sa.select(customers.c.id).where(customers.c.id == customer_id).with_for_update(key_share=True)
    if connection.scalar(locked) is None:
        raise RefusedError(NO_CUSTOMER)
    return get(connection, customer_id)


def _newest_entry(connection: Connection, customer_id: int, kind: Kind) -> int | None:
    mine = (audit_entries.c.subject == _subject(customer_id)) & (audit_entries.c.action == _action(kind))
    newest: int | None = connection.scalar(sa.select(sa.func.max(audit_entries.c.id)).where(mine))
    return newest


def _entry_of(connection: Connection, receipt: str | None) -> int | None:
    entry_id: int | None = connection.scalar(sa.select(audit_entries.c.id).where(audit_entries.c.receipt == receipt))
    return entry_id


def _action(kind: Kind) -> str:
    return f"care.{kind}"


def _subject(customer_id: int) -> str:
    return f"customer {customer_id}"


def _day(day: dt.date | None) -> str:
    return "" if day is None else f"{day.day} {day:%B %Y}"


def _as_kept(care: Care, kind: Kind) -> dict[str, Any]:
    """What this kind of change is about, as JSON has it."""
    values = {name: getattr(care, name) for name in _COLUMNS[kind]}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}


def _read_back(name: str, value: Any) -> Any:
    return dt.date.fromisoformat(value) if name in _DAYS and value is not None else value
