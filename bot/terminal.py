"""Drawing a Reply in a terminal: cards of at most 80 columns, and plain text where there is no terminal.

A card is a list of lines, none wider than the screen. Every string passes `bot.legible` on its way into a line, and
nothing stands to the right of a name but white space or a figure of our own: whatever a customer calls itself, the card
holds. Colour is rich's business; it knows NO_COLOR, TERM=dumb and a pipe.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from rich.console import Console
from rich.text import Text

from bot import layout
from bot.large import enlarge
from bot.legible import legible
from bot.wording import spell, spell_fact
from commands._reply import (
    Action,
    Code,
    Fact,
    Inline,
    Item,
    Mention,
    Money,
    Note,
    Panel,
    Part,
    Reply,
    Sentence,
    Strong,
    Table,
    Unknown,
)

WIDTH_MOST = 80
WIDTH_LEAST = 20
# Two columns of panels, each as wide as a line on a phone.
TWO_COLUMNS_FROM = 72
HEADLINE_BESIDE_FIGURE_LEAST = 26
HEADLINE_LINES_MOST = 3
GAP = "  "

CUSTARD = "bold #d7962e"
LOSS = "bold red"
QUIET = "dim"
TONES = {"plain": "", "quiet": QUIET, "good": "green", "warning": ""}
MARKS = {"warning": Text("▲ ", "bold #d7962e"), "good": Text("● ", "green")}
BUTTONS = {"plain": "", "primary": "bold", "danger": "red"}


@dataclass(frozen=True, slots=True)
class Screen:
    """What a card is drawn on: its width in columns, whether figures are drawn large, and the reader's locale."""

    width: int = WIDTH_MOST
    large: bool = False
    locale: str = "en_US"


def numbered(reply: Reply) -> tuple[Action, ...]:
    """The buttons of a card in the order of their numbers: those of its items, then its own."""
    items = [action for part in reply.parts if isinstance(part, Item) for action in part.actions]
    return (*items, *reply.actions)


def card(reply: Reply, screen: Screen) -> list[Text]:
    """The lines of the card, none wider than the screen."""
    width = max(screen.width, WIDTH_LEAST)
    screen = Screen(width, screen.large, screen.locale)
    leading = 0
    while leading < len(reply.parts) and _is_quiet(reply.parts[leading]):
        leading += 1
    lines = _head(reply.headline, reply.parts[:leading], screen)
    numbers = _Numbers(reply)
    body = [_block(list(parts), numbers, screen) for _, parts in groupby(reply.parts[leading:], key=_kind)]
    buttons = _buttons(reply, numbers, screen)
    if buttons:
        # The last line of a card is its small print; the buttons stand before it.
        quiet_last = bool(body) and _kind(reply.parts[-1]) == "quiet"
        body.insert(len(body) - quiet_last, buttons)
    if any(not isinstance(part, Note) for part in reply.parts):
        lines.append(Text("─" * width, QUIET))
        lines += body.pop(0) if body else []
    for block in body:
        lines += [Text(), *block]
    return lines


def draw(reply: Reply, console: Console, locale: str = "en_US") -> tuple[Action, ...]:
    """Write the card on the console; the buttons that it shows, in the order of their numbers."""
    large = console.is_terminal and not console.is_dumb_terminal and console.encoding.startswith("utf")
    for line in card(reply, Screen(console.width, large, locale)):
        console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)
    return numbered(reply)


def as_text(reply: Reply, width: int = WIDTH_MOST, locale: str = "en_US") -> str:
    """The card without colours, as a pipe gets it."""
    file = io.StringIO()
    draw(reply, Console(file=file, width=width, color_system=None, force_terminal=False), locale)
    return file.getvalue()


# --- the parts of a card --------------------------------------------------------------------------------------------


class _Numbers:
    """Hands out the numbers of items and of buttons, the latter in the order of `numbered`.

    Where every item has one button, and all of them say the same ("Open the card"), an item is itself the button and
    wears its number; what the buttons say then stands once, below.
    """

    def __init__(self, reply: Reply) -> None:
        items = [part for part in reply.parts if isinstance(part, Item)]
        labels = {tuple(action.label for action in item.actions) for item in items}
        self.shared = items[0].actions[0] if len(labels) == 1 and len(labels.pop()) == 1 else None
        self.items_total = len(items)
        self.width = len(str(len(items)))
        self._items = self._buttons = 0

    def item(self) -> str:
        self._items += 1
        return str(self._items)

    def button(self) -> str:
        self._buttons += 1
        return f"[{self._buttons}]"


def _kind(part: Part) -> str:
    return "quiet" if _is_quiet(part) else type(part).__name__


def _is_quiet(part: Part) -> bool:
    return isinstance(part, Note) and part.tone == "quiet"


def _head(headline: Sentence, notes: Sequence[Part], screen: Screen) -> list[Text]:
    quiet = [write(note.text, screen.locale, QUIET) for note in notes if isinstance(note, Note)]
    money = _figure_alone(headline)
    if money is not None:
        style = LOSS if money.amount < 0 else CUSTARD
        large = enlarge(spell(money, screen.locale)) if screen.large else None
        if large and len(large[0]) + len(GAP) + HEADLINE_BESIDE_FIGURE_LEAST <= screen.width:
            return _beside_figure(headline[:-1], quiet, [Text(line, style) for line in large], screen)
        title = write(headline[:-1], screen.locale, "bold")
        title.append_text(Text(legible(spell(money, screen.locale)), style))
    else:
        title = write(headline, screen.locale, "bold")
    lines = layout.first(layout.wrap(title, screen.width), HEADLINE_LINES_MOST)
    return lines + [line for note in quiet for line in layout.wrap(note, screen.width)]


def _figure_alone(headline: Sentence) -> Money | None:
    """The amount that ends the headline behind a dot, "Acme · $3.05M"; not one within a phrase, "has cost us $220"."""
    if len(headline) < 2:
        return None
    before, last = headline[-2:]
    money = last.part if isinstance(last, Strong) else last
    return money if isinstance(money, Money) and isinstance(before, str) and before.rstrip().endswith("·") else None


def _beside_figure(name: Sentence, quiet: list[Text], figure: list[Text], screen: Screen) -> list[Text]:
    width = screen.width - figure[0].cell_len - len(GAP)
    title = write(name, screen.locale, "bold")
    title.right_crop(len(title.plain) - len(title.plain.rstrip(" ·")))
    beside = layout.first(layout.wrap(title, width), HEADLINE_LINES_MOST)
    for note in quiet:
        beside += layout.around(note, width, len(figure) - len(beside), screen.width)
    pairs = zip_longest(beside, figure, fillvalue=Text())
    return [layout.side_by_side(left, right, width + len(GAP)) for left, right in pairs]


def _block(parts: list[Part], numbers: _Numbers, screen: Screen) -> list[Text]:
    panels = [part for part in parts if isinstance(part, Panel)]
    if panels:
        return _panels(panels, screen)
    blocks = [_part(part, numbers, screen) for part in parts]
    apart = isinstance(parts[0], Table) or (isinstance(parts[0], Item) and any(len(block) > 2 for block in blocks))
    lines = blocks[0]
    for block in blocks[1:]:
        lines += [Text(), *block] if apart else block
    return lines


def _part(part: Part, numbers: _Numbers, screen: Screen) -> list[Text]:
    match part:
        case Panel():
            return _panel(part, screen.width, screen)
        case Note():
            return _note(part, screen)
        case Table():
            return _table(part, screen)
        case Item():
            return _item(part, numbers, screen)


def _note(note: Note, screen: Screen) -> list[Text]:
    mark = MARKS.get(note.tone, Text())
    text = write(note.text, screen.locale, TONES[note.tone])
    return layout.hang(mark, layout.wrap(text, screen.width - mark.cell_len))


def _panels(panels: list[Panel], screen: Screen) -> list[Text]:
    if screen.width < TWO_COLUMNS_FROM:
        columns = [_panel(panel, screen.width, screen) for panel in panels]
        return [line for at, column in enumerate(columns) for line in ([Text()] if at else []) + column]
    half = (screen.width - len(GAP)) // 2
    lines: list[Text] = []
    for at in range(0, len(panels), 2):
        columns = [_panel(panel, half, screen) for panel in panels[at : at + 2]]
        if at:
            lines.append(Text())
        pairs = zip_longest(*columns, fillvalue=Text())
        lines += [layout.side_by_side(*pair, half + len(GAP)) if len(pair) == 2 else pair[0] for pair in pairs]
    return lines


def _panel(panel: Panel, width: int, screen: Screen) -> list[Text]:
    lines = layout.wrap(Text(legible(panel.title), "bold"), width)
    for row in panel.rows:
        cells = [_fact(cell, screen) if isinstance(cell, Fact) else write(cell, screen.locale) for cell in row]
        lines += layout.wrap(Text(" · ").join(cells), width)
    return lines


def _item(item: Item, numbers: _Numbers, screen: Screen) -> list[Text]:
    number = numbers.item()
    mark = numbers.button() if numbers.shared else number
    prefix = Text(mark.rjust(numbers.width + 2 * bool(numbers.shared)) + " ", CUSTARD if numbers.shared else QUIET)
    width = screen.width - prefix.cell_len
    title = write(item.title, screen.locale)
    if title.plain.startswith(f"{number} "):  # a ranking says its number itself, for where nothing else does
        title = title[len(number) + 1 :]
    lines = layout.first(layout.wrap(title, width), HEADLINE_LINES_MOST)
    if item.reason:
        lines += layout.wrap(write(item.reason, screen.locale, QUIET), width)
    if item.facts:
        lines += layout.wrap(Text(" · ").join(_fact(fact, screen) for fact in item.facts), width)
    if item.actions and not numbers.shared:
        lines += layout.flow([_button(numbers.button(), action) for action in item.actions], width)
    return layout.hang(prefix, lines)


def _buttons(reply: Reply, numbers: _Numbers, screen: Screen) -> list[Text]:
    chips = []
    if numbers.shared:
        chips.append(_button(f"[1–{numbers.items_total}]" if numbers.items_total > 1 else "[1]", numbers.shared))
    chips += [_button(numbers.button(), action) for action in reply.actions]
    return layout.flow(chips, screen.width)


def _button(number: str, action: Action) -> Text:
    return Text.assemble((number, CUSTARD), " ", (legible(action.label), BUTTONS[action.style]))


def _table(table: Table, screen: Screen) -> list[Text]:
    header = [Text(legible(column.label), QUIET) for column in table.columns]
    rows = [[_inline(cell, screen.locale) for cell in row] for row in table.rows]
    for row, cells in zip(table.rows, rows, strict=True):
        if any(isinstance(cell, Strong) for cell in row):
            for cell in cells:
                cell.stylize("bold")
    caption = layout.wrap(Text(legible(table.caption), "bold"), screen.width) if table.caption else []
    return caption + layout.table(header, rows, [column.align for column in table.columns], screen.width)


# --- words ----------------------------------------------------------------------------------------------------------


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


def _fact(fact: Fact, screen: Screen) -> Text:
    return Text(legible(spell_fact(fact, screen.locale)), "italic" if isinstance(fact.value, Unknown) else "")
