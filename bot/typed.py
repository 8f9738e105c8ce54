"""What somebody typed, out of the way Slack writes it: names, links and & < > come in Slack's own notation."""

import re

from bot.buttons import storable

_LINK = re.compile(r"<(?![@#!])([^<>|]*)(?:\|([^<>]*))?>")
_CODE = "`"


def typed(text: str) -> str:
    """The letters that somebody typed. A link that Slack made of a name such as acme.com is that name again; mentions
    of people and channels stay as Slack writes them, <@U012AB3CD>, since nobody can type those.
    """
    text = _LINK.sub(lambda link: link[2] or link[1].removeprefix("mailto:"), text)
    return storable(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")).strip()


def without_mention(text: str, user_id: str) -> str:
    """A message to the bot without the bot's name before, after or within it."""
    return " ".join(re.sub(rf"<@{re.escape(user_id)}(?:\|[^<>]*)?>", " ", text).split())


def without_code_marks(text: str) -> str:
    """`/clv acme` as it is copied from a text, with the marks that make it look like code."""
    return text.strip().strip(_CODE).strip()
