"""Whether a message stands in a conversation already: looked for by the run_id that its metadata carries."""

import datetime as dt
from typing import Any

from slack_sdk import WebClient

EVENT_TYPE = "melktert_delivery"
PAGE = 200
PAGES_MOST = 5
# So far the computer's clock and Slack's may differ. The first page is read to its end whatever the clocks say.
CLOCKS_DIFFER = dt.timedelta(days=1)


class UnreadableError(Exception):
    """The conversation is too long to say that the message is not there."""


def metadata(run_id: str) -> dict[str, Any]:
    """What a message carries, invisibly, so that it can be found."""
    return {"event_type": EVENT_TYPE, "event_payload": {"run": run_id}}


def find(
    client: WebClient, channel_id: str, run_id: str, *, thread_ts: str | None, since: dt.datetime | None
) -> str | None:
    """Slack's timestamp of the message, None where it is not there. `since` is when it was posted, if it was.

    Errors: UnreadableError; bot.send.TROUBLE.
    """
    earliest = (since - CLOCKS_DIFFER).timestamp() if since is not None else 0.0
    cursor = ""
    for _ in range(PAGES_MOST):
        asked: dict[str, Any] = {"channel": channel_id, "limit": PAGE, "include_all_metadata": True}
        if cursor:
            asked["cursor"] = cursor
        if thread_ts is None:
            page = client.conversations_history(**asked)
        else:
            page = client.conversations_replies(ts=thread_ts, **asked)
        messages = page["messages"]
        found = next((one["ts"] for one in messages if _run_of(one) == run_id), None)
        if found is not None:
            return str(found)
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        # A thread is told from its beginning, a conversation from its end.
        is_past_it = thread_ts is None and any(float(one["ts"]) < earliest for one in messages)
        if not cursor or is_past_it:
            return None
    raise UnreadableError("The conversation has too many messages since then.")


def _run_of(message: Any) -> str | None:
    found = message.get("metadata") or {}
    return (found.get("event_payload") or {}).get("run") if found.get("event_type") == EVENT_TYPE else None
