"""Two transactions at once, always in the same way: the first is held just before a statement of its own, until the
second has ended or waits for a lock.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store.database import Database

PATIENCE_SECONDS = 20
LOOKS_EVERY_SECONDS = 0.01
_WAITING = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@dataclass(frozen=True)
class Outcome:
    """What came of the two: what each gave back or raised, and whether the second had to wait for the first."""

    first: Any
    second: Any
    second_waited: bool


def at_once(
    db: Database, first: Callable[[], Any], second: Callable[[], Any], *, before: str, times: int = 1
) -> Outcome:
    """Hold `first` just before it says what begins with `before`, for the so-manieth time, and run `second` meanwhile.
    Where it never says that, the second follows the first.
    """
    is_held, may_go_on = threading.Event(), threading.Event()
    said: list[str] = []

    def hold(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if threading.current_thread().name.startswith("first") and statement.startswith(before):
            said.append(statement)
            if len(said) == times:
                is_held.set()
                may_go_on.wait(PATIENCE_SECONDS)

    sa.event.listen(db.engine, "before_cursor_execute", hold)
    try:
        with ThreadPoolExecutor(1, "first") as one, ThreadPoolExecutor(1, "second") as other:
            its = one.submit(first)
            its.add_done_callback(lambda _: is_held.set())
            assert is_held.wait(PATIENCE_SECONDS)
            others = other.submit(second)
            try:
                second_waited = _waits(db, others)
            finally:
                may_go_on.set()
            return Outcome(_come_of(its), _come_of(others), second_waited)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", hold)


def _waits(db: Database, work: Future[Any]) -> bool:
    """Whether the work comes to wait for a lock, instead of to its end."""
    until = time.monotonic() + PATIENCE_SECONDS
    with db.reading() as connection:
        while not work.done():
            if connection.scalar(_WAITING):
                return True
            assert time.monotonic() < until, "it neither ends nor waits for a lock"
            time.sleep(LOOKS_EVERY_SECONDS)
    return False


def _come_of(work: Future[Any]) -> Any:
    return work.exception(PATIENCE_SECONDS) or work.result()
