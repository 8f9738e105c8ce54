"""What somebody typed, out of the way Slack writes it: names, links and & < > come in Slack's own notation."""

import re
from collections.abc import Mapping

from bot.buttons import storable

_LINK = re.compile(r"<(?![@#!])([^<>|]*)(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<([@#]|!(?:subteam\^|date\^)?)([^<>|]*)(?:\|([^<>]*))?>")
_CODE = "`"
SOMEBODY, SOME_CHANNEL, SOME_GROUP = "@somebody", "#a-channel", "@a-group"


def typed(text: str) -> str:
    """The letters that somebody typed. A link that Slack made of a name such as acme.com is that name again; mentions
    of people and channels stay as Slack writes them, <@U012AB3CD>, since nobody can type those.
    """
    text = _LINK.sub(lambda link: link[2] or link[1].removeprefix("mailto:"), text)
    return storable(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")).strip()


def named(text: str, names: Mapping[str, str]) -> str:
    """A message with names for Slack's ids: the one that stands beside the id, else that of `names` by user id. Slack
    is asked for none, since somebody waits for the form.
    """
    return _MENTION.sub(lambda mention: _name(mention, names), text)


def _name(mention: re.Match[str], names: Mapping[str, str]) -> str:
    kind, what, label = mention[1], mention[2], mention[3] or ""
    if kind == "!date^":
        return label
    if kind == "#":
        return f"#{label.removeprefix('#')}" if label else SOME_CHANNEL
    if kind == "!":
        return f"@{what}"
    name = (label or (names.get(what, "") if kind == "@" else "")).removeprefix("@")
    return f"@{name}" if name else SOMEBODY if kind == "@" else SOME_GROUP


def without_mention(text: str, user_id: str) -> str:
    """A message to the bot without the bot's name before, after or within it."""
    return " ".join(re.sub(rf"<@{re.escape(user_id)}(?:\|[^<>]*)?>", " ", text).split())


def without_code_marks(text: str) -> str:
    """`/clv acme` as it is copied from a text, with the marks that make it look like code."""
    return text.strip().strip(_CODE).strip()
