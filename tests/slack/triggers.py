"""Triggers: each interaction carries one, which opens one modal, within three seconds.

docs.slack.dev/interactivity/handling-user-interaction and docs.slack.dev/reference/methods/views.open state the rules:
expired_trigger_id after three seconds, exchanged_trigger_id the second time, invalid_trigger_id otherwise.
"""

import itertools
import threading
from dataclasses import dataclass

from tests.slack.clock import Clock

TRIGGER_SECONDS = 3.0


@dataclass
class Trigger:
    """What one interaction may open. `view_id` is the modal that it came from, `channel_id` the conversation."""

    id: str
    user_id: str
    made_at: float
    view_id: str | None
    channel_id: str | None
    is_used: bool = False


class Triggers:
    """The triggers that Slack has handed out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._given: dict[str, Trigger] = {}

    def give(self, user_id: str, view_id: str | None = None, channel_id: str | None = None) -> str:
        with self._lock:
            number = next(self._numbers)
            name = f"{number}.{1000 + number}.{user_id.lower()}{number:08x}"
            self._given[name] = Trigger(name, user_id, self._clock.now(), view_id, channel_id)
            return name

    def exchange(self, name: str) -> tuple[Trigger | None, str]:
        """The trigger, once; or None and the name of Slack's error."""
        with self._lock:
            trigger = self._given.get(name)
            if trigger is None:
                return None, "invalid_trigger_id"
            if trigger.is_used:
                return None, "exchanged_trigger_id"
            if self._clock.now() - trigger.made_at > TRIGGER_SECONDS:
                return None, "expired_trigger_id"
            trigger.is_used = True
            return trigger, ""
