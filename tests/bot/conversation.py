"""Slack as a worker that posts meets it, without a network: it takes a post, or loses its answer, or is not there.

It stands for slack_sdk's WebClient in tests that try thousands of orders of events. The stand-in of tests/slack is the
one that the bot itself is run against.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.client import RemoteDisconnected
from typing import Any, Literal
from urllib.error import URLError

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

# What may happen to one post: taken; taken, and the answer is lost (the connection breaks, or a 500); taken only after
# the client has given up; not taken, which the client does or does not learn.
Mishap = Literal["lost answer", "500 after", "late", "broken before", "500 before", "refused connection", "429", "gone"]
MISHAPS: tuple[Mishap, ...] = (
    "lost answer",
    "500 after",
    "late",
    "broken before",
    "500 before",
    "refused connection",
    "429",
    "gone",
)
RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True)
class Post:
    """A message that stands in Slack, or will."""

    channel: str
    run_id: str
    ts: str
    at_seconds: float
    thread_ts: str | None


class Conversation:
    """All conversations. `elapsed` gives seconds that only run forward; `late_seconds` is how late a late post is
    taken, and `mishaps` are what will happen to the next posts; after them all goes well.
    """

    def __init__(self, elapsed: Callable[[], float], late_seconds: float) -> None:
        self.elapsed = elapsed
        self.late_seconds = late_seconds
        self.posts: list[Post] = []
        self.mishaps: deque[Mishap] = deque()
        self.is_readable = True
        self.is_reachable = True

    def of(self, run_id: str) -> list[Post]:
        """The messages with this run_id, those that are still on their way included."""
        return [post for post in self.posts if post.run_id == run_id]

    # --- what a WebClient has ---------------------------------------------------------------------------------------

    def users_info(self, *, user: str, **_: Any) -> dict[str, Any]:
        self._reach()
        return {"user": {"id": user, "team_id": "T1", "name": user.lower(), "tz": "Europe/Berlin"}}

    def conversations_open(self, *, users: str) -> dict[str, Any]:
        self._reach()
        return {"channel": {"id": f"D{users}"}}

    def conversations_info(self, *, channel: str, **_: Any) -> dict[str, Any]:
        self._reach()
        return {"channel": {"id": channel, "is_member": True, "num_members": 3}}

    def chat_postMessage(  # noqa: N802 - slack_sdk's name
        self, *, channel: str, metadata: dict[str, Any], thread_ts: str | None = None, **_: Any
    ) -> dict[str, Any]:
        self._reach()
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap == "429":
            raise refusal("ratelimited", 429, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        if mishap == "gone":
            raise refusal("channel_not_found")
        if mishap == "refused connection":
            raise URLError(ConnectionRefusedError())
        if mishap == "broken before":
            raise RemoteDisconnected("broken")
        if mishap == "500 before":
            raise refusal("Received a response in a non-JSON format: <html>", 500)
        late_seconds = self.late_seconds if mishap == "late" else 0
        ts = f"{1_700_000_000 + len(self.posts)}.000100"
        at = self.elapsed() + late_seconds
        self.posts.append(Post(channel, metadata["event_payload"]["run"], ts, at, thread_ts))
        if mishap == "500 after":
            raise refusal("internal_error", 200)
        if mishap is not None:
            raise TimeoutError("the read operation timed out")
        return {"ts": ts, "channel": channel}

    def conversations_history(self, *, channel: str, **_: Any) -> dict[str, Any]:
        return self._told([post for post in self.posts if post.channel == channel and post.thread_ts is None])

    def conversations_replies(self, *, channel: str, ts: str, **_: Any) -> dict[str, Any]:
        return self._told([post for post in self.posts if post.channel == channel and post.thread_ts == ts])

    def _told(self, posts: list[Post]) -> dict[str, Any]:
        self._reach()
        if not self.is_readable:
            raise refusal("missing_scope")
        here = [post for post in posts if post.at_seconds <= self.elapsed()]
        return {
            "messages": [
                {
                    "ts": post.ts,
                    "metadata": {"event_type": "melktert_delivery", "event_payload": {"run": post.run_id}},
                }
                for post in reversed(here)
            ]
        }

    def _reach(self) -> None:
        if not self.is_reachable:
            raise TimeoutError("timed out")


def refusal(error: str, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    """What slack_sdk raises where Slack answers with an error."""
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("The request to the Slack API failed.", response)
