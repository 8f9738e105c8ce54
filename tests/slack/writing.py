"""How Slack writes what people type: docs.slack.dev/messaging/formatting-message-text, "Escaping text"."""

import re

from tests.slack.world import World

_MARKS = re.compile(r"<(?:[@#]\w+(?:\|[^>]*)?|![^>]+)>")


def escaped(text: str) -> str:
    """& < > as Slack sends them, but for <@U…>, <#C…> and <!…>."""
    parts, end = [], 0
    for mark in _MARKS.finditer(text):
        parts += [_entities(text[end : mark.start()]), mark[0]]
        end = mark.end()
    return "".join([*parts, _entities(text[end:])])


def with_ids(text: str, world: World) -> str:
    """@anna and #sales as <@U…|anna> and <#C…|sales>, which is what a command with `should_escape` asks for."""
    handles = {f"@{one.handle}": f"<@{one.id}|{one.handle}>" for one in world.users.values()}
    names = {f"#{one.name}": f"<#{one.id}|{one.name}>" for one in world.channels.values() if one.name}
    known = handles | names
    return re.sub(r"[@#][\w.-]+", lambda found: known.get(found[0], found[0]), text)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
