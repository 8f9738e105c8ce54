"""What becomes of a promise: kept, moved, handed over, dropped; and each taken back for a while.

Every change is an entry of audit_entries with what was and what became, from which it is taken back. The reminders
that wait follow in the same transaction.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import audit, reminders
from store.audit import RefusedError
from store.promise_reading import UNMAKE, Promise, existing
from store.tables import audit_entries, people, promises
from store.who import Who, complete, is_theirs

KEEP, SNOOZE, HAND_OVER, DROP = "promise.keep", "promise.snooze", "promise.hand_over", "promise.drop"
PASS_ON, UNDO, PUT_BACK = "promise.pass_on", "promise.undo", "promise.put_back"
# For so long a change is taken back by whoever made it.
UNDO_MINUTES = 60
# Stands where a change has an entry of its own: a promise that was only made has none.
MADE = 0


@dataclass(frozen=True, slots=True)
class Doing:
    """Who changes something, when, on which day of theirs, and the request that asked for it.

    The day counts where nobody in Slack is to keep the promise; else it is the one where whoever is to keep it is.
    """

    by: str
    at: dt.datetime
    on: dt.date
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of a promise's history, with the columns that changed as JSON has them."""

    id: int
    action: str
    by: str
    at: dt.datetime
    reason: str | None
    was: Mapping[str, Any]
    became: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """The promise as it is now, and the change that made it so."""

    promise: Promise
    change: Change


class ClosedError(RefusedError):
    """The promise is kept or dropped already. `promise` is the one."""

    def __init__(self, promise: Promise) -> None:
        done = "done" if promise.state == "kept" else "dropped"
        super().__init__(f"That promise is {done} already, and nothing was changed.")
        self.promise = promise


def keep(connection: Connection, promise_id: int, doing: Doing) -> Changed:
    """The promise is kept. Errors: ClosedError where it is closed already."""

    def kept(promise: Promise) -> dict[str, Any]:
        on = today_of(connection, promise.who, doing.at, doing.on)
        return {"state": "kept", "closed_on": on, "is_late": promise.is_late or on > promise.due_on}

    return _change(connection, promise_id, KEEP, kept, doing)


def snooze(connection: Connection, promise_id: int, until_on: dt.date, reason: str, doing: Doing) -> Changed:
    """The promise is due on another day. Moved after it was due, it is not on time any more, whenever it is kept.

    Errors: RefusedError for a day in the past, or the day that it is due on; ClosedError where it is closed.
    """

    def moved(promise: Promise) -> dict[str, Any]:
        on = today_of(connection, promise.who, doing.at, doing.on)
        if until_on < on:
            raise RefusedError("That day is in the past; choose today or a later day.")
        if until_on == promise.due_on:
            raise RefusedError("It is due on that day already; choose another day.")
        return {"due_on": until_on, "is_late": promise.is_late or on > promise.due_on}

    return _change(connection, promise_id, SNOOZE, moved, doing, reason=reason)


def hand_over(connection: Connection, promise_id: int, to: Who, doing: Doing, reason: str | None = None) -> Changed:
    """A colleague is to keep the promise, and is told so.

    Errors: RefusedError where they are to keep it already; ClosedError where it is closed.
    """
    (taker,) = complete(connection, [to])

    def handed(promise: Promise) -> dict[str, Any]:
        if taker.is_same_as(promise.who):
            raise RefusedError(f"{taker.name or 'They'} is to keep it already; choose somebody else.")
        return {"rep_id": taker.rep_id, "slack_user_id": taker.slack_user_id}

    return _change(connection, promise_id, HAND_OVER, handed, doing, reason=reason)


def drop(connection: Connection, promise_id: int, reason: str, doing: Doing) -> Changed:
    """The promise is not to be kept any more. After it was due, that counts as one not kept.

    Errors: ClosedError where it is closed already.
    """

    def dropped(promise: Promise) -> dict[str, Any]:
        on = today_of(connection, promise.who, doing.at, doing.on)
        return {"state": "dropped", "closed_on": on, "is_late": promise.is_late or on > promise.due_on}

    return _change(connection, promise_id, DROP, dropped, doing, reason=reason)


def undo(connection: Connection, promise_id: int, change_id: int, doing: Doing) -> Changed:
    """Take the latest change back, or, with MADE, the promise itself; a second time it is as after the first.

    Errors: RefusedError where something was changed since, or it is too long ago.
    """
    promise = _locked(connection, promise_id)
    latest = last_change(connection, promise_id)
    if latest is not None and latest.action in (UNDO, UNMAKE) and latest.was.get("change") == change_id:
        return Changed(promise, latest)
    latest_id = latest.id if latest else MADE
    is_as_made = latest is None or latest.action == PUT_BACK
    if (MADE if is_as_made else latest_id) != change_id:
        raise RefusedError("The promise was changed since, so that cannot be taken back; /promises shows it as it is.")
    if doing.at - (latest.at if latest else promise.made_at) > dt.timedelta(minutes=UNDO_MINUTES):
        raise RefusedError(f"That was more than {UNDO_MINUTES} minutes ago; change the promise as it is now instead.")
    if latest is None or is_as_made:
        reminders.take_back_hand_over(connection, promise, latest_id, by=doing.by, at=doing.at)
        on = today_of(connection, promise.who, doing.at, doing.on)
        taken_back: dict[str, Any] = {"state": "dropped", "closed_on": on, "is_late": False}
        return _record(connection, promise, UNMAKE, taken_back, doing, undone=MADE)
    if latest.action == HAND_OVER:
        reminders.take_back_hand_over(connection, promise, latest.id, by=doing.by, at=doing.at)
    return _record(connection, promise, UNDO, _columns(latest.was), doing, undone=latest.id)


def put_back(connection: Connection, promise_id: int, doing: Doing) -> Changed:
    """A promise that was taken back as if it had never been made is to be kept after all, and is reminded of as then.

    Errors: RefusedError where it was not taken back, or was changed since.
    """
    promise = _locked(connection, promise_id)
    latest = last_change(connection, promise_id)
    if latest is None or latest.action != UNMAKE:
        raise RefusedError("That promise is not one that was taken back; /promises shows it as it is.")
    changed = _record(connection, promise, PUT_BACK, _columns(latest.was), doing, undone=latest.id)
    reminders.tell_of_hand_over(connection, changed.promise, changed.change.id, by=doing.by, at=doing.at)
    return changed


def pass_on(connection: Connection, leaver: Who, heir: Who, doing: Doing) -> int:
    """The open promises of somebody who left are their successor's, who is told of them; how many there were."""
    chosen = is_theirs(promises.c.rep_id, promises.c.slack_user_id, leaver) & (promises.c.state == "open")
    (taker,) = complete(connection, [heir])
    # The receipt is that of the rep's leaving, which has an entry of its own.
    doing = replace(doing, receipt=None)
    ids = connection.scalars(sa.select(promises.c.id).where(chosen).order_by(promises.c.id)).all()
    for promise_id in ids:
        passed = {"rep_id": taker.rep_id, "slack_user_id": taker.slack_user_id}
        _record(connection, existing(connection, promise_id), PASS_ON, passed, doing)
    reminders.tell_of_leaver(connection, leaver.name, taker, len(ids), doing.at)
    return len(ids)


def last_change(connection: Connection, promise_id: int) -> Change | None:
    """The latest change of a promise, None where it was only made."""
    return next(iter(history(connection, promise_id, most=1)), None)


def history(connection: Connection, promise_id: int, *, most: int) -> list[Change]:
    """The changes of a promise, the latest first."""
    entries = sa.select(audit_entries).where(audit_entries.c.subject == _subject(promise_id))
    rows = connection.execute(entries.order_by(audit_entries.c.id.desc()).limit(most))
    return [_change_of(row) for row in rows]


def _change(
    connection: Connection,
    promise_id: int,
    action: str,
    decide: Callable[[Promise], dict[str, Any]],
    doing: Doing,
    *,
    reason: str | None = None,
) -> Changed:
    """Change an open promise as `decide` says; what came with the same receipt before is answered as it was then."""
    promise = _locked(connection, promise_id)
    if audit.done(connection, doing.receipt, action) is not None:
        entry = sa.select(audit_entries).where(audit_entries.c.receipt == doing.receipt)
        return Changed(promise, _change_of(connection.execute(entry).one()))
    if not promise.is_open:
        raise ClosedError(promise)
    return _record(connection, promise, action, decide(promise), doing, reason=reason)


def _record(
    connection: Connection,
    promise: Promise,
    action: str,
    became: dict[str, Any],
    doing: Doing,
    *,
    reason: str | None = None,
    undone: int | None = None,
) -> Changed:
    before = {
        "state": promise.state,
        "closed_on": promise.closed_on,
        "is_late": promise.is_late,
        "due_on": promise.due_on,
        "rep_id": promise.who.rep_id,
        "slack_user_id": promise.who.slack_user_id,
    }
    was = {name: before[name] for name in became}
    details = {"was": _as_json(was), "became": _as_json(became)}
    if undone is not None:
        details["was"]["change"] = undone
    subject = _subject(promise.id)
    audit.record(connection, doing.at, doing.by, action, subject, details=details, reason=reason, receipt=doing.receipt)
    connection.execute(promises.update().where(promises.c.id == promise.id).values(became))
    change, now = last_change(connection, promise.id), existing(connection, promise.id)
    assert change is not None, "it was recorded just now"
    reminders.arrange(connection, now, doing.at, before=promise)
    if action == HAND_OVER:
        reminders.tell_of_hand_over(connection, now, change.id, by=doing.by, at=doing.at)
    return Changed(now, change)


def today_of(connection: Connection, who: Who, at: dt.datetime, otherwise: dt.date) -> dt.date:
    """The day that it is then where somebody is, by Slack; `otherwise` where Slack does not know them."""
    found = sa.select(people.c.zone).where(people.c.slack_user_id == who.slack_user_id)
    zone = connection.scalar(found) if who.slack_user_id is not None else None
    return otherwise if zone is None else at.astimezone(ZoneInfo(zone)).date()


def _locked(connection: Connection, promise_id: int) -> Promise:
    """The promise, which nobody else changes before this transaction ends."""
    connection.execute(sa.select(promises.c.id).where(promises.c.id == promise_id).with_for_update())
    return existing(connection, promise_id)


def _subject(promise_id: int) -> str:
    return f"promise {promise_id}"


def _as_json(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, dt.date) else one for name, one in columns.items()}


def _columns(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they were, from what the history has of them."""
    days = ("due_on", "closed_on")
    return {
        name: dt.date.fromisoformat(one) if name in days and one is not None else one
        for name, one in kept.items()
        if name != "change"
    }


def _change_of(row: sa.Row[Any]) -> Change:
    return Change(row.id, row.action, row.by, row.at, row.reason, row.details["was"], row.details["became"])
