"""How what people do reaches the app: through its WebSockets, or by HTTP where it has a Request URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from tests.slack.complaints import Complaint
from tests.slack.world import Json

if TYPE_CHECKING:
    from tests.slack.slack import Slack

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Parcel:
    """One thing to deliver. `retry` is the number of the attempt after the first, and why."""

    kind: Kind
    payload: Mapping[str, Any]
    takes_answer: bool
    retry: tuple[int, str] | None = None


@dataclass(frozen=True)
class Ack:
    """The app's acknowledgement: what it carried, and after how many seconds it came."""

    payload: Any = None
    seconds: float = 0.0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class NotAcknowledged(Exception):  # noqa: N818
    """Slack has no acknowledgement. `reason` is what a person reads; `retry_reason` what a retry says."""

    def __init__(self, reason: str, retry_reason: str, *, may_retry: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_reason = retry_reason
        self.may_retry = may_retry


class Courier:
    """Delivers, twice where a fault asks for it, and again where Slack would."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack

    @property
    def is_connected(self) -> bool:
        """Whether anybody would receive what is sent now."""
        return self._slack.http.request_url is not None or self._slack.sockets.count > 0

    def deliver(self, parcel: Parcel) -> Ack:
        """Send and wait for the acknowledgement. Errors: NotAcknowledged."""
        twice = self._slack.faults.take_twice()
        ack = self._attempt(parcel)
        if twice is not None:
            self._attempt(self._again(parcel, twice))
        return ack

    def deliver_event(self, parcel: Parcel) -> Ack | None:
        """Send an event; once more where it is not acknowledged, and then complain.

        Slack tries three times more: almost at once, after a minute and after five (docs.slack.dev/apis/events-api,
        "Retries"). The two later ones come when a test calls `Slack.retry_events`.
        """
        try:
            return self.deliver(parcel)
        except NotAcknowledged as first:
            if first.may_retry:
                return self.retry_event(parcel, first.retry_reason)
            self._complain(first)
            return None

    def retry_event(self, parcel: Parcel, reason: str) -> Ack | None:
        number = parcel.retry[0] + 1 if parcel.retry else 1
        again = replace(parcel, retry=(number, reason))
        try:
            return self._attempt(again)
        except NotAcknowledged as last:
            if last.may_retry and number < 3:
                self._slack.unacknowledged.append((again, last.retry_reason))
            self._complain(last)
            return None

    def _attempt(self, parcel: Parcel) -> Ack:
        sender = self._slack.http if self._slack.http.request_url is not None else self._slack.sockets
        return sender.send(parcel, self._slack.ack_limit_seconds)

    def _complain(self, missed: NotAcknowledged) -> None:
        self._slack.complaints.add(Complaint("ack", missed.reason, "an event was not acknowledged"))

    def _again(self, parcel: Parcel, as_another: bool) -> Parcel:
        payload: Json = dict(parcel.payload)
        if parcel.kind == "events_api":
            if as_another:
                payload["event_id"] = self._slack.world.new_id("Ev")
                return replace(parcel, payload=payload)
            return replace(parcel, retry=(1, "http_timeout"))
        return replace(parcel, payload=payload)
