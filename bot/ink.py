"""Words on a terminal: each part of a sentence in its style, and legible whatever it holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from bot.legible import legible
from bot.wording import spell, spell_fact
from commands._reply import Code, Fact, Inline, Mention, Strong, Unknown

# The one colour of our own: the custard of a milk tart, which reads on a dark screen and on a light one.
CUSTARD = "bold #d7962e"
LOSS = "bold red"
QUIET = "dim"

WIDTH_MOST = 80
WIDTH_LEAST = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """What a card is drawn on: its width in columns, whether figures are drawn large, its height in lines where the
    card shall be seen as a whole, and the reader's locale.
    """

    width: int = WIDTH_MOST
    large: bool = False
    height: int | None = None
    locale: str = "en_US"


def write(sentence: Iterable[Inline], locale: str = "en_US", style: str = "") -> Text:
    """The sentence as one run of text, each of its parts made legible."""
    text = Text(style=style)
    for part in sentence:
        text.append_text(_inline(part, locale))
    return text


def _inline(part: Inline, locale: str) -> Text:
    match part:
        case str():
            return Text(legible(part))
        case Strong(inner):
            return Text(legible(inner if isinstance(inner, str) else spell(inner, locale)), "bold")
        case Code(code):
            return Text(legible(code), "cyan")
        case Mention(name):
            return Text(legible(name))
        case Unknown():
            return Text(legible(spell(part, locale)), "italic")
        case _:
            return Text(legible(spell(part, locale)))


def write_fact(fact: Fact, locale: str = "en_US") -> Text:
    """A figure with its label, in slanted letters where it is not known."""
    return Text(legible(spell_fact(fact, locale)), "italic" if isinstance(fact.value, Unknown) else "")
