"""The messages about promises that wait to be sent: reminders to whoever is to keep one, and word to colleagues.

Each is put in the transaction of the change that causes it and withdrawn in that of the change that makes it
pointless. What they say is composed by /promises at the moment of sending.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from store import deliveries, promise_reading, rep_hours
from store.promise_reading import Promise
from store.who import Who
from value import reminders
from value.reminders import ONE_DAY

COMMAND, WORD = "promises", "hand_over"
# Looked up with one statement.
AT_ONCE = 500
# A bot that was away for longer than this leaves what is overdue to the digest.
OVERDUE_TOLD_WITHIN = dt.timedelta(days=7)
# Of what has been overdue for longer, the reminder was sent, though its row may be forgotten (bot/app.DELIVERIES_KEPT);
# no leave is as long.
OVERDUE_MOVED_WITHIN = dt.timedelta(days=380)
WORD_TOLD_WITHIN = dt.timedelta(days=14)


def arrange(connection: Connection, promise: Promise, at: dt.datetime, *, before: Promise | None = None) -> None:
    """Let the reminders of a promise that was made or changed be those that it needs now; `before` is how it was."""
    for was in (before, promise):
        if was is not None:
            for key in _keys(was):
                deliveries.withdraw(connection, key)
    user = promise.who.slack_user_id
    if user is None or not promise.is_open:
        return
    found = reminders.reminders(promise.due_on, at, rep_hours.on_their_clock(connection, user))
    in_time, overdue = _keys(promise)
    values = {"command": COMMAND, "do": "remind", "promise": str(promise.id)}
    if found.in_time is not None:
        expires_at = found.overdue or found.in_time + ONE_DAY
        deliveries.put(
            connection,
            in_time,
            "promise_due",
            to_user=user,
            values=values,
            due_at=found.in_time,
            expires_at=expires_at,
            at=at,
        )
    is_long_ago = before is None and at.date() - promise.due_on > OVERDUE_MOVED_WITHIN
    if found.overdue is not None and not is_long_ago:
        deliveries.put(
            connection,
            overdue,
            "promise_overdue",
            to_user=user,
            values=values,
            due_at=found.overdue,
            expires_at=found.overdue + OVERDUE_TOLD_WITHIN,
            at=at,
        )


def first(connection: Connection, promise: Promise) -> dt.datetime | None:
    """When the first of the reminders that wait will come; None where none does."""
    waiting = (deliveries.get(connection, key) for key in _keys(promise))
    return min((one.due_at for one in waiting if one is not None and one.state == "waiting"), default=None)


def move(connection: Connection, who: Who, at: dt.datetime) -> None:
    """Let all reminders and all word that wait for somebody come at the hours that are theirs now."""
    for promise in promise_reading.of(connection, who):
        arrange(connection, promise, at)
    if who.slack_user_id is not None:
        _move_words(connection, [who.slack_user_id], at)


def follow(connection: Connection, slack_user_ids: Sequence[str], at: dt.datetime) -> None:
    """Let the reminders and the word for these people come by the clocks of where they are now."""
    for start in range(0, len(slack_user_ids), AT_ONCE):
        some = slack_user_ids[start : start + AT_ONCE]
        for promise in promise_reading.told_to(connection, some):
            arrange(connection, promise, at)
        _move_words(connection, some, at)


def _move_words(connection: Connection, slack_user_ids: Sequence[str], at: dt.datetime) -> None:
    for one in deliveries.waiting_for(connection, slack_user_ids, WORD):
        assert one.slack_user_id is not None, "it was asked for by that"
        due_at, expires_at = _when(connection, one.slack_user_id, at)
        deliveries.move(connection, one, due_at=due_at, expires_at=expires_at)


def tell_of_hand_over(connection: Connection, promise: Promise, change_id: int, *, by: str, at: dt.datetime) -> None:
    """Word to the colleague who is to keep the promise now, in their hours, unless they took it themselves; with MADE,
    to whoever is to keep what somebody else promised.
    """
    _tell(connection, promise, "handed", change_id, by=by, at=at)


def take_back_hand_over(connection: Connection, handed: Promise, change_id: int, *, by: str, at: dt.datetime) -> None:
    """The colleague need not keep it after all: the word to them is withdrawn, or another follows it."""
    was_told = deliveries.get(connection, _word("handed", handed, change_id)) is not None
    if was_told and not deliveries.withdraw(connection, _word("handed", handed, change_id)):
        _tell(connection, handed, "returned", change_id, by=by, at=at)


def tell_of_leaver(connection: Connection, leaver_name: str, heir: Who, count: int, at: dt.datetime) -> None:
    """Word to the successor of somebody who left, of all that they are to keep now."""
    user = heir.slack_user_id
    if user is None or not count:
        return
    values = {"command": COMMAND, "do": "passed", "from": leaver_name, "count": str(count)}
    key = f"promises passed on at {at.isoformat()} to {user}"
    _put_word(connection, key, user, values, at)


def _tell(connection: Connection, promise: Promise, do: str, change_id: int, *, by: str, at: dt.datetime) -> None:
    user = promise.who.slack_user_id
    if user is None or user == by or promise.is_invented:
        return
    values = {"command": COMMAND, "do": do, "promise": str(promise.id), "change": str(change_id)}
    _put_word(connection, _word(do, promise, change_id), user, values, at)


def _put_word(connection: Connection, key: str, user: str, values: dict[str, str], at: dt.datetime) -> None:
    due_at, expires_at = _when(connection, user, at)
    deliveries.put(
        connection,
        key,
        WORD,
        to_user=user,
        values=values,
        due_at=due_at,
        expires_at=expires_at,
        at=at,
    )


def _when(connection: Connection, user: str, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """When word comes to somebody, and until when it is worth it."""
    due_at = reminders.free_moment(at, rep_hours.on_their_clock(connection, user)) or at
    return due_at, due_at + WORD_TOLD_WITHIN


def _keys(promise: Promise) -> tuple[str, str]:
    """What the reminders of a promise are called: the one in time, and the one once it is overdue."""
    of = f"{promise.due_on.isoformat()} to {promise.who.slack_user_id}"
    return f"promise {promise.id} due {of}", f"promise {promise.id} overdue {of}"


def _word(do: str, promise: Promise, change_id: int) -> str:
    return f"promise {promise.id} {do} {change_id} to {promise.who.slack_user_id}"
