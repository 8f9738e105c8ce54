"""Keeping a message or view within what Slack accepts: what does not fit is cut from the end of the longest list first.

Every cut is said, by a block in the place of what was left out.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot import limits
from bot.shapes import Json

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# A count in words grows by a few characters while more is cut.
_GROWTH = 20


@dataclass(frozen=True, slots=True)
class Surface:
    """Where blocks stand: how many, of how many characters of JSON in all, and whether tables may be among them."""

    blocks: int
    characters: int
    has_tables: bool = True


MESSAGE = Surface(limits.MESSAGE_BLOCKS, limits.MESSAGE_CHARACTERS)
HOME = Surface(limits.VIEW_BLOCKS, limits.VIEW_CHARACTERS)
MODAL = Surface(limits.VIEW_BLOCKS, limits.VIEW_CHARACTERS, has_tables=False)


@dataclass(slots=True)
class Group:
    """What is cut from its end, a piece at a time: the entries of a list, or the pieces of a part of another kind.

    A piece is blocks that stay or go together. `left_out` counts what is not drawn of the group; `place` is its own
    among the groups. `keys` are those of a list's entries, empty where an entry has none.
    """

    place: str
    pieces: list[Sequence[Json]] = field(default_factory=list)
    is_list: bool = False
    left_out: int = 0
    keys: Sequence[str] = ()

    @property
    def is_marked(self) -> bool:
        """Whether a list is shown in part, so that its cut is said in its own place."""
        return self.is_list and self.left_out > 0 and bool(self.pieces)


def fit(
    groups: Sequence[Group],
    fixed: Sequence[Json],
    more: Callable[[Group], Json],
    rest: Json,
    surface: Surface = MESSAGE,
) -> list[Json]:
    """The blocks of the groups that fit on the surface beside the fixed ones.

    `more` says the cut of a list in its place; `rest`, after all groups, that something else was left out.
    """
    room = _Room(surface.blocks, surface.characters)
    room.take([*fixed, rest, *(block for group in groups for piece in group.pieces for block in piece)])
    for group in groups:
        if group.is_marked:
            room.take_mark(more(group))
    while room.is_short and any(group.pieces for group in groups):
        group = _longest(groups)
        mark = more(group) if group.is_list else rest
        if group.is_marked:
            room.give_mark(mark)
        room.give(group.pieces.pop())
        group.left_out += 1
        if group.is_marked:
            room.take_mark(mark)
    blocks = [block for group in groups for block in _with_mark(group, more)]
    if any(group.left_out and not group.is_marked for group in groups):
        blocks.append(rest)
    return blocks


class _Room:
    """What is left of a surface, in blocks and in characters of JSON."""

    def __init__(self, blocks: int, characters: int) -> None:
        self._blocks, self._characters = blocks, characters

    @property
    def is_short(self) -> bool:
        return self._blocks < 0 or self._characters < 0

    def take(self, blocks: Sequence[Json]) -> None:
        self._blocks -= len(blocks)
        self._characters -= _cost(blocks)

    def give(self, blocks: Sequence[Json]) -> None:
        self._blocks += len(blocks)
        self._characters += _cost(blocks)

    def take_mark(self, mark: Json) -> None:
        self.take([mark])
        self._characters -= _GROWTH

    def give_mark(self, mark: Json) -> None:
        self.give([mark])
        self._characters += _GROWTH


def _cost(blocks: Sequence[Json]) -> int:
    """The characters of the blocks, each with a comma; written at once, since to begin takes the most time."""
    return limits.size(_COMPACT.encode(blocks)) - 1


def _longest(groups: Sequence[Group]) -> Group:
    """The longest list with something to spare, else the last group of all."""
    left = [group for group in groups if group.pieces]
    lists = [group for group in left if group.is_list and len(group.pieces) > 1]
    return max(lists, key=lambda group: len(group.pieces), default=left[-1])


def _with_mark(group: Group, more: Callable[[Group], Json]) -> list[Json]:
    blocks = [block for piece in group.pieces for block in piece]
    return [*blocks, more(group)] if group.is_marked else blocks
