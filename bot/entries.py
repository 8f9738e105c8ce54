"""The entries of a list, and the buttons of a card, drawn for a terminal with the numbers that press them."""

from collections.abc import Sequence

from rich.text import Text

from bot import layout
from bot.ink import CUSTARD, QUIET, Screen, write, write_fact
from bot.legible import cells, legible
from commands._reply import Action, Fact, Item, Reply, Sentence

TITLE_LINES_MOST = 3
BUTTONS = {"plain": "", "primary": "bold", "danger": "red"}


def numbered(reply: Reply) -> tuple[Action, ...]:
    """The buttons of a card in the order of their numbers: those of its items, then its own."""
    items = [action for part in reply.parts if isinstance(part, Item) for action in part.actions]
    return (*items, *reply.actions)


class Numbers:
    """Hands out the numbers of buttons, in the order of `numbered`.

    Where every item has one button, and all of them say the same ("Show"), an item is itself the button and wears its
    number; what the buttons say then stands once, below. No other number stands before an item, or it would be taken
    for a button.
    """

    def __init__(self, reply: Reply) -> None:
        items = [part for part in reply.parts if isinstance(part, Item)]
        labels = {tuple(action.label for action in item.actions) for item in items}
        self.shared = items[0].actions[0] if len(labels) == 1 and len(labels.pop()) == 1 else None
        self.items_total = len(items)
        self._last = 0

    def button(self) -> str:
        """The next button."""
        self._last += 1
        return f"[{self._last}]"

    def mark(self) -> Text:
        """What stands before the next item."""
        return Text(self.button().rjust(len(f"[{self.items_total}]")) + " ", CUSTARD) if self.shared else Text()


def draw_items(items: list[Item], numbers: Numbers, screen: Screen) -> list[list[Text]]:
    """A list. Where every entry fits, what comes after the name stands beside it, one below the other."""
    marks = [numbers.mark() for _ in items]
    indent = cells(marks[0].plain) or layout.GAP
    width = screen.width - indent
    titles = [_title(item, mark, screen) for item, mark in zip(items, marks, strict=True)]
    beside = [
        write_fact(item.facts[0], screen.locale) if item.facts else write(item.reason, screen.locale, QUIET)
        for item in items
    ]
    column = max(cells(title.plain) for title in titles) + layout.GAP
    if column + max(cells(text.plain) for text in beside) > width:
        column = 0
    blocks = []
    for item, mark, title, text in zip(items, marks, titles, beside, strict=True):
        facts = item.facts
        if not column:
            lines = layout.first(layout.wrap(title, width), TITLE_LINES_MOST)
        else:
            lines = [layout.side_by_side(title, text, width - cells(text.plain) if facts else column)]
            facts = facts[1:]
        if item.facts or not column:
            lines += _small_print(item.reason, facts, width, screen)
        if item.actions and not numbers.shared:
            lines += layout.flow([_button(numbers.button(), action) for action in item.actions], width)
        blocks.append(layout.hang(mark, lines, indent))
    return blocks


def _small_print(reason: Sentence, facts: Sequence[Fact], width: int, screen: Screen) -> list[Text]:
    said = [write(reason, screen.locale), *(write_fact(fact, screen.locale) for fact in facts)]
    text = Text(" · ").join(part for part in said if part.plain)
    text.stylize(QUIET)
    return layout.wrap(text, width) if text.plain else []


def _title(item: Item, mark: Text, screen: Screen) -> Text:
    title = write(item.title, screen.locale)
    # A ranking says its number itself, for where nothing else does.
    number = mark.plain.strip(" []") + " "
    return title[len(number) :] if mark.plain and title.plain.startswith(number) else title


def draw_buttons(reply: Reply, numbers: Numbers, screen: Screen) -> list[Text]:
    chips = []
    if numbers.shared:
        chips.append(_button(f"[1–{numbers.items_total}]" if numbers.items_total > 1 else "[1]", numbers.shared))
    chips += [_button(numbers.button(), action) for action in reply.actions]
    return layout.flow(chips, screen.width)


def _button(number: str, action: Action) -> Text:
    return Text.assemble((number, CUSTARD), " ", (legible(action.label), BUTTONS[action.style]))
