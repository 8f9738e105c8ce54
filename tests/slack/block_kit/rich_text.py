"""Rich text: sections, lists, quotes and preformatted text, and what stands in them.

Everything is on docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from tests.slack.block_kit.objects import DOCS, ID
from tests.slack.block_kit.rules import Flag, Items, Kinds, Number, Rule, Shape, Text, kind

PAGE = f"{DOCS}/blocks/rich-text-block"

STYLE = Shape(
    PAGE,
    must={},
    may={name: Flag() for name in ("bold", "italic", "strike", "code", "underline", "highlight", "unlink")},
)
BORDER = Number(least=0, most=1)


def _piece(name: str, must: dict[str, Rule], may: dict[str, Rule] | None = None) -> Shape:
    return Shape(PAGE, must={"type": kind(name), **must}, may={"style": STYLE, **(may or {})})


PIECES = {
    "text": _piece("text", {"text": Text(least=1)}),
    "link": _piece("link", {"url": Text(least=1)}, {"text": Text(), "unsafe": Flag()}),
    "emoji": _piece("emoji", {"name": Text(least=1)}, {"unicode": Text(), "url": Text(), "skin_tone": Number()}),
    "user": _piece("user", {"user_id": Text(least=1)}),
    "usergroup": _piece("usergroup", {"usergroup_id": Text(least=1)}),
    "team": _piece("team", {"team_id": Text(least=1)}),
    "channel": _piece("channel", {"channel_id": Text(least=1)}),
    "broadcast": _piece("broadcast", {"range": Text(one_of=("here", "channel", "everyone"))}),
    "color": _piece("color", {"value": Text(least=1)}),
    "date": _piece("date", {"timestamp": Number(), "format": Text(least=1)}, {"url": Text(), "fallback": Text()}),
}
ANY_PIECE = Items(Kinds(PIECES))

SECTION = Shape(PAGE, must={"type": kind("rich_text_section"), "elements": ANY_PIECE})
PARTS = {
    "rich_text_section": SECTION,
    "rich_text_list": Shape(
        PAGE,
        must={
            "type": kind("rich_text_list"),
            "style": Text(one_of=("bullet", "ordered")),
            "elements": Items(Kinds({"rich_text_section": SECTION})),
        },
        may={"indent": Number(least=0, most=8), "offset": Number(least=0), "border": BORDER},
    ),
    "rich_text_preformatted": Shape(
        PAGE,
        must={
            "type": kind("rich_text_preformatted"),
            "elements": Items(Kinds(PIECES, frozenset({"text", "link"}))),
        },
        may={"border": BORDER, "language": Text()},
    ),
    "rich_text_quote": Shape(
        PAGE, must={"type": kind("rich_text_quote"), "elements": ANY_PIECE}, may={"border": BORDER}
    ),
}

RICH_TEXT = Shape(PAGE, must={"type": kind("rich_text"), "elements": Items(Kinds(PARTS))}, may={"block_id": ID})
