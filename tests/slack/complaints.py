"""What Slack had to refuse, and what the app failed to do: a test must have asked for each, or it fails."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Complaint:
    """Something that a correct app does not make happen.

    `where` is a Web API method, or "response_url", "upload", "socket", "ack", "stand-in".
    """

    where: str
    error: str
    detail: str = ""
    request: Any = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.where}: {self.error}" + (f" ({self.detail})" if self.detail else "")


class Complaints:
    """The complaints that no test has taken yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: list[Complaint] = []
        # An answer that an app cannot know beforehand is no mistake of the app.
        self._allowed = {("users.lookupByEmail", "users_not_found")}

    def __iter__(self) -> Any:
        with self._changed:
            return iter(list(self._open))

    def __len__(self) -> int:
        return len(self._open)

    def add(self, complaint: Complaint) -> None:
        with self._changed:
            if (complaint.where, complaint.error) not in self._allowed:
                self._open.append(complaint)
                self._changed.notify_all()

    def allow(self, where: str, error: str) -> None:
        """Let this be an answer like any other: in this test it says nothing against the app."""
        with self._changed:
            self._allowed.add((where, error))
            self._open = [one for one in self._open if (one.where, one.error) != (where, error)]

    def take(self, error: str, where: str | None = None, timeout_seconds: float = 15) -> Complaint:
        """Wait for a complaint and take it away, so that it no longer fails the test.

        Errors: AssertionError where none comes.
        """

        def fits(one: Complaint) -> bool:
            return one.error == error and where in (None, one.where)

        with self._changed:
            found = _wait(self._changed, lambda: next(filter(fits, self._open), None), timeout_seconds)
            if found is None:
                others = "; ".join(map(str, self._open)) or "nothing"
                raise AssertionError(f"Slack did not complain of {error}, but of {others}.")
            self._open.remove(found)
            return found

    def check(self) -> None:
        """Errors: AssertionError that lists the complaints which no test has taken."""
        if self._open:
            raise AssertionError(
                "Slack complained of what no test expected:\n" + "\n".join(f"- {one}" for one in self._open)
            )


def _wait(
    changed: threading.Condition, find: Callable[[], Complaint | None], timeout_seconds: float
) -> Complaint | None:
    end = time.monotonic() + timeout_seconds
    while (found := find()) is None:
        left = end - time.monotonic()
        if left <= 0 or not changed.wait(left):
            return find()
    return found
