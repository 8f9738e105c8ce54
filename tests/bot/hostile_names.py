"""Names that a customer, a rep or a colleague might have in order to do harm: fifty thousand, the same at each run."""

import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import product
from typing import Any

# Whom a name would notify, if Slack obeyed it.
VICTIMS = ("U0HOSTILE", "C0HOSTILE", "S0HOSTILE")
_SLACK = (
    *("<!channel>", "<!here>", "<!everyone>", "@channel", "<@U0HOSTILE>", "<#C0HOSTILE|general>"),
    *("<!subteam^S0HOSTILE>", "<https://example.test|click>", "https://example.test", "<mailto:a@example.test|x>"),
    *("<!date^0^{date}|x>", "&lt;!channel&gt;", "&amp;lt;", "&#60;", "*b*", "_i_", "~s~", "`c`", "```c```", "> q"),
    *("&gt; q", "＞ q", ":tada:", "::", "*", "_", "~", "`", "<", ">", "&", "|", "• ", "1. ", "---", "[x](y)"),
)
_TERMINAL = (
    *(
        "\x1b[31m",
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x1b]8;;https://example.test\x1b\\x\x1b]8;;\x1b\\",
        "\x1bc",
        "\x9b31m",
    ),
    *("\x90q\x9c", "\x00", "\x07", "\x08" * 5, "\r", "\n", "\r\n", "\t", "\x0b", "\x0c", "\x7f", "\x85", "\x1b[6n"),
)
_UNICODE = (
    *(
        "\u202egnp.exe",
        "\u202d",
        "\u2066x",
        "\u2067",
        "\u2069",
        "\u202c",
        "\u200e",
        "\u200f",
        "\u061c",
        "\u2028",
        "\u2029",
    ),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u115f", "\u3164", "\u2800", "\u180e"),
    *("\ud800", "\udfff", "\ud83d", "\ufffe", "\uffff", "\ue000", "\U0010ffff", "\u0301" * 40, "Z\u0337\u0322\u031b"),
    *("👨\u200d👩\u200d👧", "👍🏽", "🇿🇦", "🇿", "❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f", "\u20dd", "ﷺ", "ß", "İ"),
    *("שלום", "مرحبا ٣", "می\u200cخواهم", "漢字", "नमस्ते", "한글", "ᄀ" * 9, "Ａｃｍｅ", "𝔄𝔠𝔪𝔢", "\u00a0", "\u3000"),
)
_PROGRAMS = (
    *("%s", "%n%d", "{0}", "{}", "{name}", "${x}", "$(id)", "`id`", "; rm -rf", "\\", "\\n", "\\u0000", "\\x1b[31m"),
    *("'", '"', "''", "'; DROP TABLE customers; --", '" OR 1=1 --', '{"type":"section"}', '"}]}', "[]", "null", "NaN"),
    *("[bold red]", "[/]", "[link=x]", "<script>alert(1)</script>", "../../etc/passwd", "C:\\", "=1+1", "-1", "#N/A"),
)
_ORDINARY = (
    "Acme",
    "A Bike Store",
    "Smith & Sons",
    "O'Brien",
    "Müller",
    "why",
    "15000",
    "USD 5",
    "·",
    "-",
    ".",
    " ",
    "…",
)
FRAGMENTS = (*_SLACK, *_TERMINAL, *_UNICODE, *_PROGRAMS, *_ORDINARY)
LONG = ("x" * 10_000, "Acme " * 2_000, "<" * 10_000, "&" * 10_000, "👍🏽" * 2_000, "\u0301" * 10_000, "漢" * 10_000)


def hostile_names(count: int) -> list[str]:
    """That many different names: each character that is no letter, each pair of fragments, then any mixture."""
    found = dict.fromkeys(_systematic())
    dice = random.Random(20_261_122)
    while len(found) < count:
        name = "".join(dice.choice((*FRAGMENTS, "", " ")) for _ in range(dice.randint(3, 6)))
        found[name if dice.random() > 0.01 else name * dice.randint(50, 400)] = None
    names = list(found)[:count]
    dice.shuffle(names)
    return names


def _systematic() -> Iterator[str]:
    yield from LONG
    yield from FRAGMENTS
    for point in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(point))
        if category in ("Cc", "Cf", "Zs", "Zl", "Zp") or (category == "Cs" and point % 8 == 0):
            yield f"A{chr(point)}cme"
    yield from (f"{one}{other}" for one, other in product(FRAGMENTS, repeat=2))


# A name that stands in a template for one of these, with what makes it a name of its own.
STANDS_FOR_ONE = re.compile(r"Qqq\w*")


def filled(value: Any, names: Iterator[str]) -> Any:
    """The reply, or any piece of it, with another name in each place where one stands."""

    def fill(piece: Any) -> Any:
        if isinstance(piece, str) and "Qqq" in piece:
            return STANDS_FOR_ONE.sub(lambda _: next(names), piece)
        return piece

    return changed(value, fill)


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """The reply, or any piece of it, with each piece changed, the outer ones first."""
    new = change(value)
    if new is not value or isinstance(value, str):
        return new
    if isinstance(value, tuple):
        found = [changed(inner, change) for inner in value]
        return tuple(found) if any(one is not other for one, other in zip(found, value, strict=True)) else value
    if isinstance(value, dict):
        return {name: changed(inner, change) for name, inner in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        parts = {}
        for one in fields(value):
            before = getattr(value, one.name)
            after = changed(before, change)
            if after is not before:
                parts[one.name] = after
        return replace(value, **parts) if parts else value
    return value
