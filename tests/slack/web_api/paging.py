"""Cursors: docs.slack.dev/apis/web-api/pagination. Slack may give fewer than `limit`; a test can make it do so."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from tests.slack.refusal import Refusal
from tests.slack.web_api.call import Call
from tests.slack.world import Json

One = TypeVar("One")


def page(call: Call, every: Sequence[One], default: int = 100, most: int = 1000) -> tuple[list[One], Json]:
    """The items that `cursor` and `limit` ask for, and the response_metadata that leads to the next."""
    limit = call.whole("limit", default, "invalid_limit")
    if not 0 < limit <= most:
        raise Refusal("invalid_limit")
    start = _start(call)
    if start > len(every):
        raise Refusal("invalid_cursor")
    end = start + min(limit, call.slack.page_size or limit)
    cursor = base64.b64encode(f"{call.method}:{end}".encode()).decode() if end < len(every) else ""
    return list(every[start:end]), {"next_cursor": cursor}


def _start(call: Call) -> int:
    cursor = call.text("cursor")
    if not cursor:
        return 0
    try:
        name, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if name != call.method:
            raise Refusal("invalid_cursor")
        return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refusal("invalid_cursor") from None
