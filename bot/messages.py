"""What a command is told of the message whose shortcut somebody chose."""

from collections.abc import Mapping
from typing import Any

from bot.message_text import said as said_in
from bot.typed import named, typed

# Follows the command's name in the callback_id of the shortcut of a message: the bare name is that of the global one.
OF_MESSAGE = "-message"
# A form carries it back and forth, within what Slack allows a field.
SAID_MOST = 2_500


def values_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The message's text as people read it, where it is, and the channel that it is in."""
    message, channel = body.get("message") or {}, body.get("channel") or {}
    user = body.get("user") or {}
    said = typed(named(said_in(message), {str(user.get("id", "")): str(user.get("name") or "")}))
    return {
        "said": said if len(said) <= SAID_MOST else said[: SAID_MOST - 1] + "…",
        "permalink": _permalink(body, str(channel.get("id", "")), message),
        "channel": str(channel.get("id", "")),
    }


def _permalink(body: Mapping[str, Any], channel_id: str, message: Mapping[str, Any]) -> str:
    """Where the message is, as chat.getPermalink would say: Slack need not be asked for it."""
    domain, ts = (body.get("team") or {}).get("domain"), str(message.get("ts") or body.get("message_ts") or "")
    if not (domain and channel_id and ts):
        return ""
    thread = message.get("thread_ts")
    within = f"?thread_ts={thread}&cid={channel_id}" if thread and thread != ts else ""
    return f"https://{domain}.slack.com/archives/{channel_id}/p{ts.replace('.', '')}{within}"
