"""What a message says, wherever Slack keeps it: in its text, else in its blocks; and in what it forwards."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]

# Joined in one line; everything else stands on lines of its own.
_RUNS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
# What a piece of a text points to, as Slack writes it in a message's own text.
_MENTIONS = {
    "user": ("user_id", "<@{}>"),
    "channel": ("channel_id", "<#{}>"),
    "usergroup": ("usergroup_id", "<!subteam^{}>"),
    "broadcast": ("range", "<!{}>"),
    "emoji": ("name", ":{}:"),
}


def said(message: Json) -> str:
    """The text in Slack's notation, empty where there is none. Apps write in blocks and attachments alone, and what is
    forwarded is an attachment; the preview of a link that somebody typed is left out.
    """
    own = str(message.get("text") or "").strip() or _of_all(message.get("blocks"))
    more = [
        _of_attachment(one)
        for one in _objects(message.get("attachments"))
        if not own or one.get("is_msg_unfurl") or one.get("is_share")
    ]
    return _lines([own, *more])


def _of_attachment(attachment: Json) -> str:
    written = [attachment.get(name) for name in ("pretext", "title", "text")]
    written += [one.get(name) for one in _objects(attachment.get("fields")) for name in ("title", "value")]
    quoted = [(one.get("message") or {}).get("blocks") for one in _objects(attachment.get("message_blocks"))]
    found = _lines([str(one or "") for one in written]) or _lines(
        [_of_all(blocks) for blocks in (attachment.get("blocks"), *quoted)]
    )
    return found or str(attachment.get("fallback") or "")


def _of_all(blocks: object) -> str:
    return _lines([_of(one) for one in _objects(blocks)])


def _of(part: Json) -> str:
    """The text of a block, or of a piece of one."""
    kind = part.get("type")
    if kind in _MENTIONS:
        field, written = _MENTIONS[str(kind)]
        return written.format(part.get(field, ""))
    if kind == "link":
        return str(part.get("text") or part.get("url") or "")
    text = part.get("text")
    pieces = [_of(text) if isinstance(text, Mapping) else str(text or "")]
    pieces += [_of(one) for name in ("fields", "elements") for one in _objects(part.get(name))]
    return "".join(pieces) if kind in _RUNS else _lines(pieces)


def _objects(some: object) -> Sequence[Json]:
    return [one for one in some if isinstance(one, Mapping)] if isinstance(some, list) else []


def _lines(pieces: Sequence[str]) -> str:
    return "\n".join(one for one in pieces if one.strip()) if len(pieces) > 1 else "".join(pieces)
