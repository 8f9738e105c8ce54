"""Faults on demand: what goes wrong between an app and Slack, once, several times, or until it is taken back.

A place is a method of the Web API ("chat.postMessage"), "response_url", "upload", "link" (the opening of a WebSocket),
or "*" for any method of the Web API.
"""

import threading
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["before", "after"]


@dataclass
class Fault:
    """One thing to go wrong. `times` counts down; None is for good."""

    place: str
    kind: Literal["drop", "status", "refuse", "delay", "late"]
    stage: Stage = "before"
    times: int | None = 1
    status: int = 200
    seconds: float = 0
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    happened: int = 0


class Faults:
    """What has been asked for and has not happened yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._twice: list[bool] = []

    def drop(self, place: str, *, accepted: bool = False, times: int | None = 1) -> Fault:
        """Break the connection: before Slack takes the call, or after (`accepted`), so that its answer is lost."""
        return self._add(Fault(place, "drop", "after" if accepted else "before", times))

    def limit(self, place: str, *, retry_after_seconds: int = 1, times: int | None = 1) -> Fault:
        """Answer 429, ratelimited, with Retry-After."""
        headers = {"Retry-After": str(retry_after_seconds)}
        return self._add(Fault(place, "status", times=times, status=429, error="ratelimited", headers=headers))

    def fail(self, place: str, *, status: int = 500, times: int | None = 1) -> Fault:
        """Answer with a status of the 500s and no JSON."""
        return self._add(Fault(place, "status", times=times, status=status))

    def refuse(self, place: str, error: str, *, times: int | None = 1) -> Fault:
        """Answer {"ok": false} with this error."""
        return self._add(Fault(place, "refuse", times=times, error=error))

    def delay(self, place: str, seconds: float, *, accepted: bool = False, times: int | None = 1) -> Fault:
        """Keep the app waiting for so many real seconds, before the call is taken or with its answer."""
        return self._add(Fault(place, "delay", "after" if accepted else "before", times, seconds=seconds))

    def arrive_late(self, place: str, seconds: float, *, times: int | None = 1) -> Fault:
        """Let Slack's clock stand so much later when the call arrives, without anybody waiting."""
        return self._add(Fault(place, "late", times=times, seconds=seconds))

    def deliver_twice(self, times: int = 1, *, as_another: bool = False) -> None:
        """Send the next deliveries to the app twice; `as_another` gives a second event an event_id of its own."""
        with self._lock:
            self._twice += [as_another] * times

    def clear(self) -> None:
        """Nothing more goes wrong."""
        with self._lock:
            self._faults.clear()
            self._twice.clear()

    @property
    def pending(self) -> list[Fault]:
        """What has not happened as often as it was asked for; what goes on for good is not pending."""
        with self._lock:
            return [fault for fault in self._faults if fault.times]

    def take(self, place: str, stage: Stage) -> list[Fault]:
        """What goes wrong with this call."""
        names = {place, "*"} if place not in ("response_url", "upload", "link") else {place}
        with self._lock:
            hit = [fault for fault in self._faults if fault.place in names and fault.stage == stage]
            first = next((fault for fault in hit if fault.kind in ("drop", "status", "refuse")), None)
            taken = [fault for fault in hit if fault.kind in ("delay", "late") or fault is first]
            for fault in taken:
                fault.happened += 1
                fault.times = None if fault.times is None else fault.times - 1
            self._faults = [fault for fault in self._faults if fault.times is None or fault.times > 0]
            return taken

    def take_twice(self) -> bool | None:
        """Whether the next delivery goes out twice, and then whether as another; None where it goes once."""
        with self._lock:
            return self._twice.pop(0) if self._twice else None

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault
