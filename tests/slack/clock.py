"""The time in the workspace: it runs with the computer's, and a test can move it or stop it, so that nothing sleeps."""

import threading
import time
from datetime import datetime, timedelta


class Clock:
    """What Slack's servers take the time to be, in seconds since 1970 (UTC)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead_seconds = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        with self._lock:
            if self._stopped_at is not None:
                return self._stopped_at
            return time.time() + self._ahead_seconds

    def advance(self, **by: float) -> None:
        """Move the time on: advance(minutes=31). Takes what timedelta takes."""
        seconds = timedelta(**by).total_seconds()
        with self._lock:
            if self._stopped_at is None:
                self._ahead_seconds += seconds
            else:
                self._stopped_at += seconds

    def stop(self, at: datetime | None = None) -> None:
        """Let it be this moment until `advance` or `run`."""
        moment = self.now() if at is None else at.timestamp()
        with self._lock:
            self._stopped_at = moment

    def run(self) -> None:
        """Let time pass again, from where it stands."""
        moment = self.now()
        with self._lock:
            self._stopped_at = None
            self._ahead_seconds = moment - time.time()
