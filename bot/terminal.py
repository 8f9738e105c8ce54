"""Drawing a Reply in a terminal: cards of at most 80 columns, and plain text where there is no terminal.

A card is a list of lines, none wider than the screen. Every string passes `bot.legible` on its way into a line, and
nothing stands to the right of a name but white space or a figure of our own: whatever a customer calls itself, the card
holds. Colour is rich's business; it knows NO_COLOR, TERM=dumb and a pipe.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from rich.console import Console
from rich.text import Text

from bot import layout
from bot.console import columns
from bot.entries import Numbers, draw_buttons, draw_items, numbered
from bot.form_lines import draw_form
from bot.ink import CUSTARD, LOSS, QUIET, WIDTH_LEAST, Screen, write, write_fact
from bot.large import enlarge
from bot.legible import cells, legible
from bot.wording import spell
from commands._reply import (
    Action,
    Fact,
    Item,
    Money,
    Note,
    Panel,
    Part,
    Reply,
    Sentence,
    Strong,
    Table,
)

# Two columns of panels, each as wide as a line on a phone.
TWO_COLUMNS_FROM = 72
HEADLINE_BESIDE_FIGURE_LEAST = 26
HEADLINE_LINES_MOST = 3
GUTTER = 4
# What stands below a card: an empty line, and the prompt.
PROMPT_LINES = 2

TONES = {"plain": "", "quiet": QUIET, "good": "green", "warning": ""}
MARKS = {"warning": Text("▲ ", "bold #d7962e"), "good": Text("● ", "green")}


def card(reply: Reply, screen: Screen) -> list[Text]:
    """The lines of the card, none wider than the screen."""
    width = max(screen.width, WIDTH_LEAST)
    screen = replace(screen, width=width)
    leading = 0
    while leading < len(reply.parts) and _is_quiet(reply.parts[leading]):
        leading += 1
    lines = _head(reply.headline, reply.parts[:leading], screen)
    numbers = Numbers(reply)
    body = [_block(list(parts), numbers, screen) for _, parts in groupby(reply.parts[leading:], key=_kind)]
    # The last line of a card is its small print; a form and the buttons stand before it.
    small_print = body.pop() if body and _is_quiet(reply.parts[-1]) else []
    if reply.form is not None:
        intro = [line for note in reply.form.intro for line in _note(note, screen)]
        body.append(draw_form(reply.form, intro, screen))
    buttons = draw_buttons(reply, numbers, screen)
    if buttons or small_print:
        body.append(buttons + small_print)
    if any(not isinstance(part, Note) for part in reply.parts):
        lines.append(Text("─" * width, QUIET))
        lines += body.pop(0) if body else []
    for block in body:
        lines += [Text(), *block]
    return lines if screen.height is None else _whole(lines, screen.height)


def draw(reply: Reply, console: Console, locale: str = "en_US") -> tuple[Action, ...]:
    """Write the card on the console; the buttons that it shows, in the order of their numbers."""
    large = console.is_terminal and not console.is_dumb_terminal and console.encoding.startswith("utf")
    height = console.height - PROMPT_LINES if large else None
    for line in card(reply, Screen(columns(console), large, height, locale)):
        console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)
    if reply.chart is not None:
        # Loaded here: to draw takes libraries that most cards do not need.
        from bot import pictures  # noqa: PLC0415

        path = pictures.keep(reply.chart, locale)
        console.print(str(path), soft_wrap=True, markup=False, highlight=False, emoji=False)
    return numbered(reply)


def _whole(lines: list[Text], height: int) -> list[Text]:
    """The card without its empty lines, the last ones first, as far as that brings its headline onto the screen."""
    empty = [at for at, line in enumerate(lines) if not line.plain]
    too_many = len(lines) - height
    if not 0 < too_many <= len(empty):
        return lines
    dropped = set(empty[-too_many:])
    return [line for at, line in enumerate(lines) if at not in dropped]


# --- the parts of a card --------------------------------------------------------------------------------------------


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
        if large and len(large[0]) + layout.GAP + HEADLINE_BESIDE_FIGURE_LEAST <= screen.width:
            return _beside_figure(headline[:-1], quiet, [Text(line, style) for line in large], screen)
        title = layout.shorten(write(headline[:-1], screen.locale, "bold"), 3 * screen.width // 2, " · ")
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
    width = screen.width - cells(figure[0].plain) - layout.GAP
    title = write(name, screen.locale, "bold")
    title.right_crop(len(title.plain) - len(title.plain.rstrip(" ·")))
    beside = layout.first(layout.wrap(title, width), HEADLINE_LINES_MOST)
    for note in quiet:
        beside += layout.around(note, width, len(figure) - len(beside), screen.width)
    pairs = zip_longest(beside, figure, fillvalue=Text())
    return [layout.side_by_side(left, right, width + layout.GAP) for left, right in pairs]


def _block(parts: list[Part], numbers: Numbers, screen: Screen) -> list[Text]:
    panels = [part for part in parts if isinstance(part, Panel)]
    if panels:
        return _panels(panels, screen)
    items = [part for part in parts if isinstance(part, Item)]
    blocks = draw_items(items, numbers, screen) if items else [_part(part, screen) for part in parts]
    apart = isinstance(parts[0], Table) or (bool(items) and any(len(block) > 2 for block in blocks))
    lines = blocks[0]
    for block in blocks[1:]:
        lines += [Text(), *block] if apart else block
    return lines


def _part(part: Part, screen: Screen) -> list[Text]:
    match part:
        case Note():
            return _note(part, screen)
        case Table():
            return _table(part, screen)
    raise AssertionError(f"{type(part).__name__} is drawn with its neighbours")


def _note(note: Note, screen: Screen) -> list[Text]:
    mark = MARKS.get(note.tone, Text())
    text = write(note.text, screen.locale, TONES[note.tone])
    return layout.hang(mark, layout.wrap(text, screen.width - cells(mark.plain)))


def _panels(panels: list[Panel], screen: Screen) -> list[Text]:
    if screen.width < TWO_COLUMNS_FROM or len(panels) == 1:
        columns = [_panel(panel, screen.width, screen) for panel in panels]
        return [line for at, column in enumerate(columns) for line in ([Text()] if at else []) + column]
    left, right = _columns(panels, screen)
    lines: list[Text] = []
    for at in range(0, len(panels), 2):
        columns = [
            _panel(panel, width, screen) for panel, width in zip(panels[at : at + 2], (left, right), strict=False)
        ]
        if at:
            lines.append(Text())
        rows = zip_longest(*columns, fillvalue=Text())
        lines += [layout.side_by_side(*row, screen.width - right) if len(row) == 2 else row[0] for row in rows]
    return lines


def _columns(panels: list[Panel], screen: Screen) -> tuple[int, int]:
    """The widths of the two columns: halves, unless the left needs less and the right more."""
    half = (screen.width - layout.GAP) // 2
    left, right = (
        max((cells(line.plain) for panel in side for line in _panel(panel, screen.width, screen)), default=0)
        for side in (panels[::2], panels[1::2])
    )
    if right > half and left + GUTTER + right <= screen.width:
        return screen.width - right - GUTTER, right
    return half, half


def _panel(panel: Panel, width: int, screen: Screen) -> list[Text]:
    lines = layout.wrap(Text(legible(panel.title), "bold"), width)
    for row in panel.rows:
        shown = [
            write_fact(cell, screen.locale) if isinstance(cell, Fact) else write(cell, screen.locale) for cell in row
        ]
        lines += layout.wrap(Text(" · ").join(shown), width)
    return lines


def _table(table: Table, screen: Screen) -> list[Text]:
    header = [Text(legible(column.label), QUIET) for column in table.columns]
    rows = [[write((cell,), screen.locale) for cell in row] for row in table.rows]
    for row, drawn in zip(table.rows, rows, strict=True):
        if any(isinstance(cell, Strong) for cell in row):
            for cell in drawn:
                cell.stylize("bold")
    caption = layout.wrap(Text(legible(table.caption), "bold"), screen.width) if table.caption else []
    return caption + layout.table(header, rows, [column.align for column in table.columns], screen.width)
