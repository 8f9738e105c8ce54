"""A conversation with Melktert in a terminal: a prompt with completion, history and numbered buttons; or, where
standard input is no terminal, one command a line.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.styles import Style
from rich.console import Console
from rich.text import Text

import commands
from bot.answer import Unanswered, attempt, guarded, split
from bot.console import columns
from bot.ink import CUSTARD
from bot.layout import wrap
from bot.legible import cut, legible
from bot.log import Log
from bot.terminal import draw
from commands._reply import Action, Command, Person, Request, Role
from store.database import Database

PROMPT = "> "
LEAVE = {"quit", "exit", "q", ":q"}
HELP = {"help", "?"}
YES = {"y", "yes"}
# The field that completes what is typed after a command.
NAME_FIELD = "name"

_BUTTON = re.compile(r"\[?(\d{1,4})\]?", re.ASCII)
_STYLE = Style.from_dict(
    {
        "prompt": "bold #d7962e",
        "placeholder": "#888888",
        "completion-menu.completion": "bg:#333333 #dddddd",
        "completion-menu.completion.current": "bg:#d7962e #000000 noreverse",
        "completion-menu.meta.completion": "bg:#444444 #bbbbbb",
        "completion-menu.meta.completion.current": "bg:#b87c1f #000000 noreverse",
    }
)
_PLACEHOLDER = "clv NAME, top, a number, or help"


class Session:
    """What goes on between one greeting and one goodbye: the buttons on the screen belong to the last card that had
    any, and a refusal takes them away. `clock` gives the moment in UTC, `confirm` puts a question before a button that
    asks for it.
    """

    def __init__(self, db: Database, console: Console, log: Log, clock: Callable[[], dt.datetime]) -> None:
        self.db = db
        self.console = console
        self.log = log
        self.clock = clock
        self.buttons: tuple[Action, ...] = ()
        self.confirm: Callable[[str], bool] = lambda _question: False

    def respond(self, line: str) -> bool:
        """Answer one line; False where it says goodbye."""
        line = line.strip()
        word = line.removeprefix("/").casefold()
        if not line:
            return True
        if word in LEAVE:
            return False
        button = _BUTTON.fullmatch(line)
        if button:
            self._press(int(button[1]))
        elif word in HELP:
            self._answer("/melktert")
            self.console.print()
            self._say("A number presses a button of the card above. Tab completes, the up arrow repeats, quit ends.")
        else:
            self._answer(line)
        return True

    def request(self) -> Request:
        """A request at this moment."""
        now = self.clock()
        return Request(now=now, today=now.date(), person=Person(role=Role.ADMIN))

    def _answer(self, asked: str | Action) -> None:
        try:
            with guarded(self.log, asked=str(asked)):
                try:
                    reply, older = attempt(self.db, asked, self.request(), self.log), self.buttons
                except Unanswered as unanswered:
                    # A number typed next is meant for what was just refused, never for an older card.
                    reply, older = unanswered.reply, ()
                self.buttons = ()
                self.buttons = draw(reply, self.console) or older
        except Unanswered as unanswered:
            self._say(str(unanswered))

    def _press(self, number: int) -> None:
        if not 1 <= number <= len(self.buttons):
            count = len(self.buttons)
            last = f"the last card has {count}" if count > 1 else "the last card has one" if count else "there is none"
            self._say(f"There is no button {number}; {last}.")
            return
        action = self.buttons[number - 1]
        if action.confirm and not self.confirm(legible(action.confirm)):
            self._say("Nothing was done.")
            return
        self._answer(action)

    def _say(self, sentence: str) -> None:
        for line in wrap(Text(legible(sentence)), columns(self.console)):
            self.console.print(line, soft_wrap=True)


def converse(session: Session, history: Path | None = None, **streams: Any) -> None:
    """Ask and answer at a prompt until quit or Ctrl-D. Ctrl-C clears the line, or stops waiting for an answer.

    `streams` are prompt_toolkit's own input and output, for a caller that has no terminal.
    """
    keys = KeyBindings()
    keys.add("c-c")(lambda event: event.current_buffer.reset())
    prompt: PromptSession[str] = PromptSession(
        key_bindings=keys,
        history=FileHistory(str(history)) if history else None,
        completer=Names(session),
        complete_in_thread=True,
        # Room for the menu is kept only while there is a word to complete: it would push the card's headline off.
        complete_while_typing=Condition(lambda: bool(prompt.default_buffer.text.strip("[]0123456789"))),
        auto_suggest=AutoSuggestFromHistory(),
        style=_STYLE,
        reserve_space_for_menu=6,
        **streams,
    )
    asking: PromptSession[str] = PromptSession(style=_STYLE, **streams)
    session.confirm = lambda question: asking.prompt(f"{question} [y/N] ").strip().casefold() in YES
    while True:
        try:
            line = prompt.prompt(
                FormattedText([("class:prompt", PROMPT)]),
                placeholder=FormattedText([("class:placeholder", _PLACEHOLDER)]),
            )
            session.console.print()
            if not session.respond(line):
                return
            session.console.print()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def read(session: Session, lines: Iterable[bytes]) -> None:
    """Answer one command a line, each behind an echo of itself, until quit or the end. Bytes that are not UTF-8 are
    read as � and do no harm.
    """
    remaining: Iterator[bytes] = iter(lines)
    session.confirm = lambda question: _confirmed(session, question, remaining)
    for raw in remaining:
        line = raw.decode("utf-8", errors="replace").strip()
        if not line:
            continue
        _echo(session, line)
        if not session.respond(line):
            return
        session.console.print()


def _confirmed(session: Session, question: str, lines: Iterator[bytes]) -> bool:
    reply = next(lines, b"").decode("utf-8", errors="replace").strip()
    session.console.print(Text(f"{question} [y/N] {cut(legible(reply), 20)}"), soft_wrap=True)
    return reply.casefold() in YES


def _echo(session: Session, line: str) -> None:
    shown = cut(legible(line), columns(session.console) - len(PROMPT))
    session.console.print(Text.assemble((PROMPT, CUSTARD), (shown, "bold")), soft_wrap=True)


class Names(Completer):
    """Commands first, then what the command itself suggests, such as names of customers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
        """What the line before the cursor may become."""
        line = document.text_before_cursor.lstrip().removeprefix("/").lstrip()
        if " " not in line:
            yield from _commands(line)
            return
        routed = commands.route(*split(line))
        if routed is None:
            return
        command, typed = routed
        if typed and line.endswith(" "):
            typed += " "
        yield from self._suggested(command, typed)

    def _suggested(self, command: Command, typed: str) -> Iterator[Completion]:
        if command.suggest is None:
            return
        try:
            with guarded(self.session.log, completing=typed):
                options = command.suggest(self.session.request(), self.session.db, NAME_FIELD, typed)
        except Unanswered:
            return  # a completion that fails says nothing; the command itself will
        for option in options:
            yield Completion(
                legible(option.value), -len(typed), display=legible(option.label), display_meta=legible(option.hint)
            )


def _commands(typed: str) -> Iterator[Completion]:
    words = {command.name: command.summary for command in commands.ALL}
    words |= {"help": "What you can ask.", "quit": "Leave."}
    for word, meaning in words.items():
        if word.startswith(typed.casefold()):
            yield Completion(word, -len(typed), display_meta=meaning)
