"""What became of a call to Slack: refused for good, refused for now, or not known, told apart by what Slack answered.

slack_sdk raises one kind of error for all of them. Whether a message may have been posted hangs on the difference.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from bot.send import TROUBLE

# Slack says so although it may have done what it was asked (docs.slack.dev/reference/methods/chat.postMessage#errors).
_MAYBE_DONE = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
_BUSY = {"ratelimited", "rate_limited"}
_WAIT_SECONDS_UNSAID = 30
_NOT_REACHED_SECONDS = 15
_WORD = re.compile(r"[a-z][a-z0-9_]*")

# What an admin reads of a refusal: what is the matter, and what to do.
_MEANINGS = {
    "channel_not_found": "Slack does not know the conversation any more, or Melktert may not see it.",
    "not_in_channel": "Melktert is not in the channel; /invite it there.",
    "is_archived": "The channel is archived.",
    "account_inactive": "The account is not active any more.",
    "user_not_found": "Slack does not know this person any more.",
    "user_disabled": "The person has left Slack.",
    "user_not_visible": "Slack does not show Melktert this person.",
    "cannot_dm_bot": "It would go to an app, not to a person.",
    "messages_tab_disabled": "The app does not take direct messages; compare its manifest with manifest.yml.",
    "restricted_action": "The workspace does not let Melktert post there.",
    "missing_scope": "The app lacks a scope; compare its manifest with manifest.yml and install it again.",
    "invalid_auth": "Slack does not accept the bot token; python -m bot doctor says more.",
    "token_revoked": "The bot token was revoked; python -m bot doctor says more.",
}


class Refused(Exception):  # noqa: N818 - it says what became of the call, as Unanswered does
    """Slack has not done it and will not. `word` is what Slack said."""

    def __init__(self, word: str) -> None:
        super().__init__(_MEANINGS.get(word, f"Slack answered {word}."))
        self.word = word


class NotNow(Exception):  # noqa: N818
    """Slack has certainly not done it, but may when it is asked again after so many seconds."""

    def __init__(self, why: str, after_seconds: float) -> None:
        super().__init__(why)
        self.after_seconds = after_seconds


class NotKnown(Exception):  # noqa: N818
    """Slack may have done it or not."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn what slack_sdk raises into Refused, NotNow or NotKnown."""
    try:
        yield
    except SlackApiError as error:
        raise _of_answer(error) from error
    except TROUBLE as error:
        raise _of_connection(error) from error


def _of_answer(error: SlackApiError) -> Exception:
    response = error.response
    status, word = getattr(response, "status_code", 200), str(response.get("error") or "")
    if status == 429 or word in _BUSY:
        seconds = _retry_after(getattr(response, "headers", {}))
        return NotNow(f"Slack asked to wait {seconds} seconds.", seconds)
    if status >= 500 or word in _MAYBE_DONE or not _WORD.fullmatch(word):
        return NotKnown(f"Slack answered {status} {word[:100]}")
    return Refused(word)


def _retry_after(headers: object) -> int:
    found = {str(name).lower(): value for name, value in dict(headers).items()} if isinstance(headers, dict) else {}
    said = str(found.get("retry-after", ""))
    return int(said) if said.isascii() and said.isdigit() else _WAIT_SECONDS_UNSAID


def _of_connection(error: BaseException) -> Exception:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        # There was nobody to take it.
        return NotNow("Slack could not be reached.", _NOT_REACHED_SECONDS)
    return NotKnown(f"The connection to Slack broke: {error}")
