"""Posting a delivery once, or telling an admin (docs/decisions/0011); what it says, bot/drafting.py finds out.

`steps` and `look` stop after each step, so that a test can let a worker die there, or another overtake it. No
transaction is open while Slack is asked.

Whether a message may have been posted by somebody who died is decided by clocks that only run forward: a worker posts
within a quarter of `wait_seconds` after it has said that it will, or not at all, and hears from Slack within another
half; whoever has seen it at that for all of `wait_seconds` may look, and finds the message, or that there is none.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from sqlalchemy.engine import Connection

from bot import history
from bot.directory import Directory
from bot.drafting import TROUBLES, CannotBe, Draft, Drafting, NotTheirHour
from bot.log import Log
from bot.outcomes import NotKnown, NotNow, Refused, told_apart
from commands._reply import Invalid, NothingToSay
from store import deliveries, people
from store.database import Database
from store.deliveries import Delivery

# An admin is told of a message that could not be composed, or its reader asked after, as often as this.
ATTEMPTS_MOST = 8
FIRST_PAUSE_SECONDS, PAUSE_SECONDS_MOST = 30, 900
LOOKS_MOST = 4
REPORT = {"command": "deliveries"}
# What Slack says to blocks that it cannot draw; the words alone it will take.
_OF_BLOCKS = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long")


@dataclass(slots=True)
class _Doubt:
    """Since when, by a clock that only runs forward, we have known that a message may or may not have been posted."""

    since_seconds: float
    looks: int = 0


class Deliverer:
    """What one worker does. `client` asks once and never again by itself; `clock` gives the moment in UTC, and may be
    put forward or back; `elapsed` gives seconds that only run forward.
    """

    def __init__(
        self,
        db: Database,
        directory: Directory,
        client: WebClient,
        log: Log,
        *,
        clock: Callable[[], dt.datetime],
        wait_seconds: float,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.db = db
        self.directory = directory
        self.client = client
        self.log = log
        self.drafting = Drafting(db, directory, client, log, clock=clock, elapsed=elapsed)
        self.clock = clock
        self.wait_seconds = wait_seconds
        self.elapsed = elapsed
        self.doubts: dict[tuple[int, int], _Doubt] = {}
        # What Slack took, where the database did not take that it did.
        self.unwritten: dict[int, tuple[Delivery, str]] = {}

    # --- posting ----------------------------------------------------------------------------------------------------

    def steps(self, one: Delivery) -> Iterator[str]:
        """Post one that is claimed, step by step; each step is named after what has been reached."""
        try:
            draft = self.drafting.draft(one)
        except TROUBLES as trouble:
            self._conclude(one, trouble)
            return
        yield "composed"
        begun_seconds = self.elapsed()
        with self.db.writing() as connection:
            at = self.clock()
            if not deliveries.begin(connection, one, channel_id=draft.channel_id, below=draft.below, at=at):
                return
        yield "sending"
        try:
            ts = self._post(one, draft, begun_seconds)
        except (Refused, NotNow) as trouble:
            self._conclude(one, trouble)
            return
        except NotKnown as trouble:
            # It stays as it is: whoever looks into the conversation will know.
            self.log.note("Slack may have taken a message or not", trouble, delivery=one.key)
            return
        self.unwritten[one.id] = one, ts
        yield "posted"
        self.write_sent(one, ts)
        yield "sent"

    def write_sent(self, one: Delivery, ts: str) -> None:
        """Keep that it stands in Slack. Errors: sqlalchemy.exc.OperationalError, after which it is to be done again."""
        with self.db.writing() as connection:
            deliveries.sent(connection, one, ts, at=self.clock())
        self.unwritten.pop(one.id, None)

    def _post(self, one: Delivery, draft: Draft, begun_seconds: float) -> str:
        """Slack's timestamp of the message. Errors: Refused, NotNow, NotKnown."""
        about: dict[str, Any] = {"blocks": draft.blocks} if draft.blocks else {}
        try:
            if self.elapsed() - begun_seconds > self.wait_seconds / 4:
                raise NotNow("It took too long to be safe.", 0)
            with told_apart():
                answer = self.client.chat_postMessage(
                    channel=draft.channel_id,
                    text=draft.text,
                    thread_ts=one.thread_ts,
                    metadata=history.metadata(one.run_id),
                    unfurl_links=False,
                    unfurl_media=False,
                    **about,
                )
        except Refused as refused:
            if refused.word not in _OF_BLOCKS or not draft.blocks:
                raise
            # A drawing at fault is a defect of ours, and must not cost the message.
            self.log.failure(refused, delivering=one.key)
            return self._post(one, Draft(draft.channel_id, draft.text, None), begun_seconds)
        return str(answer["ts"])

    # --- finding out what became of it ------------------------------------------------------------------------------

    def doubtful(self) -> list[Delivery]:
        """Those of which it is time to find out whether they were posted."""
        with self.db.reading() as connection:
            found = deliveries.in_sending(connection)
        now = self.elapsed()
        self.doubts = {mark: self.doubts.get(mark) or _Doubt(now) for mark in map(_mark, found)}
        return [one for one in found if self._is_time(self.doubts[_mark(one)], now)]

    def look(self, one: Delivery) -> Iterator[str]:
        """Find out whether a doubtful one stands in its conversation, and act on it, step by step."""
        doubt = self.doubts.get(_mark(one))
        if doubt is None:
            return  # it has become known meanwhile
        doubt.looks += 1
        assert one.channel_id is not None, "it is kept before anything is posted"
        try:
            with told_apart():
                ts = history.find(
                    self.client, one.channel_id, one.run_id, thread_ts=one.thread_ts, since=one.posting_at
                )
        except (NotNow, NotKnown) as trouble:
            if doubt.looks < LOOKS_MOST:
                return
            self._hold(one, f"It may have been posted or not: {trouble}")
            return
        except (Refused, history.UnreadableError) as trouble:
            self._hold(one, f"It may have been posted or not, and the conversation cannot be read: {trouble}")
            return
        yield "looked"
        with self.db.writing() as connection:
            if ts is None:
                deliveries.release(connection, one, "Slack had not taken it; it is posted again.", until=self.clock())
            else:
                deliveries.sent(connection, one, ts, at=self.clock())
        yield "known"

    def _is_time(self, doubt: _Doubt, now_seconds: float) -> bool:
        """The first look after the wait; where Slack could not be asked, the next ones later and later."""
        return bool(now_seconds - doubt.since_seconds >= self.wait_seconds * 2**doubt.looks)

    # --- what becomes of it otherwise -------------------------------------------------------------------------------

    def _conclude(self, one: Delivery, trouble: Exception) -> None:
        """What becomes of one that was certainly not posted."""
        if isinstance(trouble, NothingToSay):
            with self.db.writing() as connection:
                why = str(trouble) or "It had become pointless."
                deliveries.drop(connection, one, why, report=REPORT, at=self.clock())
        elif isinstance(trouble, NotTheirHour):
            with self.db.writing() as connection:
                deliveries.postpone(connection, one, until=trouble.until)
        elif isinstance(trouble, CannotBe | Refused | Invalid):
            self._hold(one, str(trouble))
        else:
            self._try_later(one, trouble)

    def _try_later(self, one: Delivery, trouble: Exception) -> None:
        """As soon as Slack wants it; where something is amiss, later and later, and in the end an admin decides."""
        if isinstance(trouble, NotNow):
            seconds = trouble.after_seconds
        elif one.attempts >= ATTEMPTS_MOST:
            self._hold(one, str(trouble))
            return
        else:
            seconds = min(FIRST_PAUSE_SECONDS * 2 ** (one.attempts - 1), PAUSE_SECONDS_MOST)
        pause = min(dt.timedelta(seconds=seconds), deliveries.PAUSE_MOST)
        with self.db.writing() as connection:
            deliveries.release(connection, one, str(trouble), until=self.clock() + pause)

    def _hold(self, one: Delivery, trouble: str) -> None:
        with self.db.writing() as connection:
            tell = self._admins_of(connection)
            held = deliveries.hold(connection, one, trouble, report=REPORT, tell=tell, at=self.clock())
        if held and not tell:
            self.log.note("a message is held, and there is no admin to be told", CannotBe(trouble), delivery=one.key)

    def _admins_of(self, connection: Connection) -> list[str]:
        """The Slack users who are admins, by the database or by the settings."""
        first = self.directory.first_admin
        found = {one.slack_user_id for one in people.with_role(connection, "admin") if one.kind == "member"}
        if "@" in first:
            found |= {one.slack_user_id for one in people.by_email(connection, [first]) if one.kind == "member"}
        elif first:
            found.add(first.upper())
        return sorted(found)


def _mark(one: Delivery) -> tuple[int, int]:
    """One attempt at one message."""
    return one.id, one.attempts
