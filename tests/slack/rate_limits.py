"""Rate limits, where a test asks for them: docs.slack.dev/apis/web-api/rate-limits.

A method of tier 1, 2, 3 or 4 may be called 1, 20, 50 or 100 times a minute; one message may be posted a second and
channel, with short bursts. Who goes beyond is told ratelimited, with status 429 and the seconds to wait in Retry-After.
"""

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from tests.slack.clock import Clock
from tests.slack.web_api.call import Method

CALLS_A_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
MINUTE_SECONDS = 60.0


class RateLimits:
    """Counts calls; it limits nothing until `enforce`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_on = False
        self._burst = 1
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def enforce(self, burst: int = 1) -> None:
        """Limit from now on; `burst` messages in a row may go into one channel before one a second counts."""
        self._is_on, self._burst = True, burst
        self._calls.clear()

    def relax(self) -> None:
        self._is_on = False

    def wait_seconds(self, method: Method, args: Mapping[str, Any]) -> int:
        """0 where the call may pass, and is counted; else the whole seconds to wait."""
        if not self._is_on:
            return 0
        if method.tier == "special":
            if method.name != "chat.postMessage":
                return 0
            return self._count(f"{method.name} {args.get('channel')}", self._burst, float(self._burst))
        return self._count(method.name, CALLS_A_MINUTE[method.tier], MINUTE_SECONDS)

    def _count(self, key: str, most: int, within_seconds: float) -> int:
        calls, now = self._calls[key], self._clock.now()
        while calls and calls[0] <= now - within_seconds:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + within_seconds - now))
        calls.append(now)
        return 0
