"""A small grammar for what Slack accepts: each rule checks a piece of JSON and says what is wrong, and where.

Lengths are counted in UTF-16 units, which is never less than characters: Slack does not say which it counts, and the
stand-in must not accept what Slack may refuse.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Problem:
    """Why a payload is refused. `pointer` is a JSON pointer; `error` is set where Slack names it apart."""

    message: str
    pointer: str
    error: str | None = None

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer or '/'}]"


Problems = Iterator[Problem]


class Rule(Protocol):
    """Anything that can check a value at a pointer."""

    def check(self, value: Any, at: str) -> Problems: ...


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Text:
    """A string."""

    most: int | None = None
    least: int = 0
    one_of: tuple[str, ...] = ()
    pattern: str | None = None

    def check(self, value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif self.most is not None and size(value) > self.most:
            yield Problem(f"must be less than {self.most + 1} characters", at)
        elif len(value) < self.least:
            yield Problem(f"must be more than {self.least - 1} characters", at)
        elif self.one_of and value not in self.one_of:
            yield Problem(f"unsupported value: {value}", at)
        elif self.pattern is not None and not re.fullmatch(self.pattern, value):
            yield Problem(f"`{value}` is not of the expected format", at)


@dataclass(frozen=True)
class Number:
    """A number, whole unless `is_whole` is False."""

    least: float | None = None
    most: float | None = None
    above: float | None = None
    is_whole: bool = True

    def check(self, value: Any, at: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int if self.is_whole else int | float):
            yield Problem("must provide a number", at)
        elif self.least is not None and value < self.least:
            yield Problem(f"must be at least {self.least}", at)
        elif self.most is not None and value > self.most:
            yield Problem(f"must be at most {self.most}", at)
        elif self.above is not None and value <= self.above:
            yield Problem(f"must be greater than {self.above}", at)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: Any, at: str) -> Problems:
        if not isinstance(value, bool):
            yield Problem("must provide a boolean", at)


@dataclass(frozen=True)
class Items:
    """A list."""

    item: Rule
    least: int = 0
    most: int | None = None

    def check(self, value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield Problem("must provide an array", at)
            return
        if self.most is not None and len(value) > self.most:
            yield Problem(f"no more than {self.most} items allowed", at)
        if len(value) < self.least:
            yield Problem(f"no fewer than {self.least} items allowed", at)
        for number, one in enumerate(value):
            yield from self.item.check(one, f"{at}/{number}")


Extra = Callable[[Mapping[str, Any], str], Problems]


@dataclass(frozen=True)
class Shape:
    """An object with just these fields. `doc` is the page of Slack's that says so."""

    doc: str
    must: Mapping[str, Rule]
    may: Mapping[str, Rule] = field(default_factory=dict)
    also: tuple[Extra, ...] = ()

    def check(self, value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        yield from (Problem(f"missing required field: {name}", at) for name in self.must if name not in value)
        for name, one in value.items():
            rule = self.must.get(name) or self.may.get(name)
            if rule is None:
                yield Problem(f"invalid additional property: {name}", at)
            else:
                yield from rule.check(one, f"{at}/{name}")
        for extra in self.also:
            yield from extra(value, at)


@dataclass(frozen=True)
class Kinds:
    """An object whose `type` says which shape it has; `only` narrows the kinds that may stand here."""

    shapes: Mapping[str, Shape]
    only: frozenset[str] | None = None

    def check(self, value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        kind = value.get("type")
        allowed = self.shapes.keys() if self.only is None else self.only
        if kind is None:
            yield Problem("missing required field: type", at)
        elif not isinstance(kind, str) or kind not in allowed:
            yield Problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from self.shapes[kind].check(value, at)


@dataclass(frozen=True)
class Later:
    """A rule that is named before it is written: shapes that contain each other."""

    find: Callable[[], Rule]

    def check(self, value: Any, at: str) -> Problems:
        yield from self.find().check(value, at)


@dataclass(frozen=True)
class Anything:
    """Whatever JSON can say: what is checked elsewhere."""

    def check(self, _value: Any, _at: str) -> Problems:
        yield from ()


def kind(name: str) -> Text:
    """The `type` of a shape."""
    return Text(one_of=(name,))


def one_of_fields(*names: str) -> Extra:
    """Just one of the fields must be there."""

    def check(value: Mapping[str, Any], at: str) -> Problems:
        given = [name for name in names if name in value]
        if not given:
            yield Problem(f"missing required field: {names[0]}", at)
        elif len(given) > 1:
            yield Problem(f"only one of {', '.join(names)} is allowed", at)

    return check


def some_of_fields(*names: str) -> Extra:
    """At least one of the fields must be there."""

    def check(value: Mapping[str, Any], at: str) -> Problems:
        if not any(name in value for name in names):
            yield Problem(f"one of {', '.join(names)} must be provided", at)

    return check


def same(one: Any, other: Any) -> bool:
    """Whether two pieces of JSON say the same."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
