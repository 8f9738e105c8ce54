"""What a person sees: a message or a view, read as a person reads it."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tests.slack.block_kit import all_blocks, elements_of
from tests.slack.filling import VALUES, filled, options_of, plain, what_slack_asks
from tests.slack.world import Json, Message, View

if TYPE_CHECKING:
    from tests.slack.interactions import Interaction
    from tests.slack.people import Person
    from tests.slack.slack import Slack

PRESSED = ("button", "workflow_button", "icon_button")
MENUS = ("overflow", "static_select", "radio_buttons", "checkboxes", "multi_static_select")
# What Slack makes of mrkdwn that would reach people: docs.slack.dev/messaging/formatting-message-text
CALLS = re.compile(r"<(!(?:channel|here|everyone|subteam\^\w+)|@\w+)(?:\|[^>]*)?>")


class Screen:
    """Blocks, and how to find one's way in them."""

    def __init__(self, blocks: Sequence[Json]) -> None:
        self._blocks = blocks

    @property
    def blocks(self) -> Sequence[Json]:
        return self._blocks

    @property
    def words(self) -> str:
        """Everything that stands there to read, line by line."""
        return "\n".join(_words(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """The labels of all buttons, in order."""
        return [plain(one["text"]) for _, one in self.elements() if one["type"] in PRESSED]

    @property
    def options(self) -> list[str]:
        """The labels in all menus, in order."""
        return [plain(option["text"]) for _, one in self.elements() for option in options_of(one)]

    @property
    def calls(self) -> list[str]:
        """Whom it would notify: !channel, !here, @U00000001."""
        return [one for text in self._formatted() for one in CALLS.findall(text)]

    def elements(self) -> Iterator[tuple[Json, Json]]:
        """Each block with each of its elements."""
        for _, block in all_blocks(self.blocks, ""):
            for _, element in elements_of(block):
                yield block, element

    def find(self, label: str) -> tuple[Json, Json, Json]:
        """The block, the element and what it sends, of the button or option with this label.

        Errors: AssertionError that lists what there is.
        """
        for block, element in self.elements():
            if element["type"] in PRESSED and label in (plain(element["text"]), element["action_id"]):
                return block, element, {}
            for option in options_of(element) if element["type"] in MENUS else []:
                if plain(option["text"]) == label:
                    key = "selected_option" if element["type"] == "overflow" else VALUES[element["type"]][0]
                    given = [option] if key == "selected_options" else option
                    return block, element, {key: given}
        raise AssertionError(f"There is no {label!r} to press, but {self.buttons + self.options}.")

    def _formatted(self) -> Iterator[str]:
        yield from _mrkdwn(self.blocks)


class Seen(Screen):
    """A message on somebody's screen; it stays what the message is now."""

    def __init__(self, message: Message, slack: "Slack") -> None:
        super().__init__(message.blocks)
        self.message = message
        self._slack = slack

    @property
    def blocks(self) -> Sequence[Json]:
        nested = [block for one in self.message.attachments for block in one.get("blocks", ())]
        return [*self.message.blocks, *nested]

    @property
    def text(self) -> str:
        """What a notification says, and the message where it has no blocks."""
        return plain(self.message.text)

    @property
    def words(self) -> str:
        return super().words if self.blocks else self.text

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def is_ephemeral(self) -> bool:
        return self.message.is_ephemeral

    @property
    def is_deleted(self) -> bool:
        return self.message.deleted

    def _formatted(self) -> Iterator[str]:
        yield self.message.text
        yield from super()._formatted()

    def __repr__(self) -> str:
        return f"<{'ephemeral ' if self.is_ephemeral else ''}message: {self.words[:200]!r}>"


class Home(Screen):
    """A person's Home tab."""

    def __init__(self, view: View) -> None:
        super().__init__(view.body["blocks"])
        self.view = view

    @property
    def blocks(self) -> Sequence[Json]:
        return list(self.view.body["blocks"])


class Modal(Screen):
    """A modal before somebody: fill it in, press in it, submit or close it."""

    def __init__(self, person: "Person", view: View) -> None:
        super().__init__(view.body["blocks"])
        self.person = person
        self.view = view
        self._offered: dict[str, list[Json]] = {}

    @property
    def blocks(self) -> Sequence[Json]:
        return list(self.view.body["blocks"])

    @property
    def title(self) -> str:
        return plain(self.view.body["title"])

    @property
    def is_open(self) -> bool:
        return self.view.is_open

    @property
    def fields(self) -> dict[str, Any]:
        """What stands in each field, by its label."""
        values = {}
        for block in self.blocks:
            if block["type"] == "input":
                element = block["element"]
                value = self.view.state[block["block_id"]][element["action_id"]]
                values[plain(block["label"])] = _read(value.get(VALUES[element["type"]][0]))
        return values

    def field(self, label: str) -> tuple[Json, Json]:
        """The block and element of a field. Errors: AssertionError that lists the fields."""
        for block in self.blocks:
            if block["type"] == "input" and label in (plain(block["label"]), block["block_id"]):
                return block, block["element"]
        for block, element in self.elements():
            if label in (element.get("action_id"), block["block_id"]) and element["type"] in VALUES:
                return block, element
        raise AssertionError(f"There is no field {label!r}, but {list(self.fields)}.")

    def fill(self, values: dict[str, Any] | None = None, **more: Any) -> "Modal":
        """Put something into fields: words, the label of an option, a date, a person, a channel, or a list of them."""
        assert self.is_open, f"The modal {self.title!r} is closed."
        for label, what in {**(values or {}), **more}.items():
            block, element = self.field(label)
            value = filled(element, what, self._offered.get(element["action_id"], []))
            with self.person.slack.world.changing():
                self.view.state[block["block_id"]][element["action_id"]] = value
            if block.get("dispatch_action") or block["type"] != "input":
                self.person.act(self.view, block, element, {k: v for k, v in value.items() if k != "type"})
        return self

    def type_into(self, label: str, typed: str) -> list[str]:
        """Type into a menu that the app fills, and read what it suggests. Then `fill` chooses one of them."""
        block, element = self.field(label)
        if len(typed) < element.get("min_query_length", 3):
            return []
        asked = self.person.ask(self.view, block["block_id"], element["action_id"], typed)
        self._offered[element["action_id"]] = asked.options
        return [plain(option["text"]) for option in asked.options]

    def press(self, label: str, **how: Any) -> "Interaction":
        """Press a button, or choose an option of a menu, in the modal."""
        return self.person.presses(label, on=self, **how)

    def submit(self, *, tampered: Json | None = None, wait: bool = True) -> "Interaction":
        """Submit; Slack itself asks for what is missing. `tampered` is what an attacker puts into the view instead."""
        assert self.is_open, f"The modal {self.title!r} is closed."
        assert "submit" in self.view.body, f"The modal {self.title!r} has nothing to submit."
        asked = what_slack_asks(self.blocks, self.view.state)
        return self.person.submit(self.view, asked, tampered or {}, wait=wait)

    def close(self, *, all_of_them: bool = False) -> "Interaction | None":
        """Close this modal, or the whole stack; the app hears of it where the view asks for it."""
        return self.person.close(self.view, all_of_them=all_of_them)

    def __repr__(self) -> str:
        return f"<modal {self.title!r}: {self.words[:200]!r}>"


# --- reading ---------------------------------------------------------------------------------------------------------


def _words(piece: Any) -> Iterator[str]:
    if isinstance(piece, dict):
        if isinstance(piece.get("text"), str):
            yield plain(piece)
        elif piece.get("type") == "image":
            yield plain(piece.get("alt_text", ""))
        for name, one in piece.items():
            if name not in ("confirm", "placeholder", "initial_option", "initial_options") and not isinstance(one, str):
                yield from _words(one)
    elif isinstance(piece, Sequence) and not isinstance(piece, str):
        for one in piece:
            yield from _words(one)


def _mrkdwn(piece: Any) -> Iterator[str]:
    if isinstance(piece, dict):
        if piece.get("type") in ("mrkdwn", "markdown"):
            yield piece["text"]
        if piece.get("type") == "broadcast":
            yield f"<!{piece['range']}>"
        if piece.get("type") == "user" and "user_id" in piece:
            yield f"<@{piece['user_id']}>"
        piece = list(piece.values())
    if isinstance(piece, Sequence) and not isinstance(piece, str):
        for one in piece:
            yield from _mrkdwn(one)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(one) for one in value]
    return plain(value["text"]) if isinstance(value, dict) and "text" in value else value
