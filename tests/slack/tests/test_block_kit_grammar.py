"""Every rule that the stand-in states about a block, element, object or view is enforced, and not by a character more.

The cases are made from the rules themselves; that the rules say what Slack's pages say is in test_block_kit_limits.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.slack.block_kit.blocks import BLOCKS, ON_SURFACE
from tests.slack.block_kit.payloads import VIEWS
from tests.slack.block_kit.rules import Flag, Items, Kinds, Later, Number, Rule, Shape, Text

PATTERNS = {
    r"\d{4}-\d\d-\d\d": "2026-11-22",
    r"([01]\d|2[0-3]):[0-5]\d": "09:30",
    r"https://.+": "https://example.com",
}


def shapes_in(rule: Any, name: str, seen: dict[int, tuple[str, Shape]]) -> None:
    """Every shape that a rule leads to, by the way to it."""
    if isinstance(rule, Later):
        shapes_in(rule.find(), name, seen)
    if isinstance(rule, Items):
        shapes_in(rule.item, name, seen)
    if isinstance(rule, Kinds):
        for kind, shape in rule.shapes.items():
            shapes_in(shape, f"{name}.{kind}", seen)
    if isinstance(rule, Shape) and id(rule) not in seen:
        seen[id(rule)] = (name, rule)
        for field, one in {**rule.must, **rule.may}.items():
            shapes_in(one, f"{name}.{field}", seen)


def every_shape() -> list[tuple[str, Shape]]:
    seen: dict[int, tuple[str, Shape]] = {}
    for name, shape in {**BLOCKS, **VIEWS}.items():
        shapes_in(shape, name, seen)
    return list(seen.values())


def example(rule: Any) -> Any:
    """The smallest value that a rule accepts."""
    if isinstance(rule, Later):
        rule = rule.find()
    if isinstance(rule, Text):
        return rule.one_of[0] if rule.one_of else PATTERNS.get(rule.pattern or "", "1" * max(rule.least, 1))
    if isinstance(rule, Number):
        return rule.least if rule.least is not None else 1
    if isinstance(rule, Flag):
        return False
    if isinstance(rule, Items):
        return [example(rule.item) for _ in range(max(rule.least, 1))]
    if isinstance(rule, Kinds):
        kinds = rule.only or rule.shapes.keys()
        return example(rule.shapes["section" if "section" in kinds else sorted(kinds)[0]])
    return example_of_shape(rule) if isinstance(rule, Shape) else []


def example_of_shape(shape: Shape, field: str | None = None) -> dict[str, Any]:
    """A value with the required fields, `field`, and what they ask for beside them."""
    value = {name: example(rule) for name, rule in shape.must.items()}
    if field is not None:
        value[field] = example({**shape.must, **shape.may}[field])
    if not is_fine(shape, value):
        for other, rule in shape.may.items():
            longer = {other: example(rule), **value}
            if is_fine(shape, longer):
                return longer
        for name in ("initial_option", "initial_options"):
            if name in value:
                return example_of_shape(shape, "options") | {name: value[name]}
    return value


def is_fine(shape: Shape, value: Mapping[str, Any]) -> bool:
    return not list(shape.check(value, ""))


def too_much(rule: Any) -> Iterator[Any]:
    """Values that a rule must refuse."""
    match rule.find() if isinstance(rule, Later) else rule:
        case Text() as text:
            yield 7
            yield from [] if text.most is None else ["1" * (text.most + 1), "😀" * (text.most // 2 + 1)]
            yield from ["1" * (text.least - 1)] if text.least else []
            yield from ["nonsense"] if text.one_of or text.pattern else []
        case Number() as number:
            yield from ("7", True)
            limits = (number.least, -1), (number.most, 1), (number.above, 0)
            yield from [limit + step for limit, step in limits if limit is not None]
        case Flag():
            yield "true"
        case Items() as items:
            yield "x"
            beyond = [items.least - 1] if items.least else []
            beyond += [items.most + 1] if items.most is not None else []
            yield from [[example(items.item) for _ in range(count)] for count in beyond]
            yield from ([bad] for bad in too_much(items.item))
        case Kinds():
            yield from ({"type": "nonsense"}, {"text": "no type"}, "x")
        case Shape() as shape:
            yield from ("x", {**example_of_shape(shape), "nonsense": 1})


def just_enough(rule: Rule) -> Iterator[Any]:
    """Values at the very limit, which a rule must accept."""
    if isinstance(rule, Text) and rule.most is not None:
        yield "1" * rule.most
        yield "😀" * (rule.most // 2)
    if isinstance(rule, Number) and rule.most is not None:
        yield rule.most
    if isinstance(rule, Items) and rule.most is not None:
        yield [example(rule.item) for _ in range(rule.most)]


SHAPES = every_shape()
each_shape = pytest.mark.parametrize("shape", [one for _, one in SHAPES], ids=[name for name, _ in SHAPES])


def fields_of(shape: Shape) -> Iterator[tuple[str, Rule, dict[str, Any]]]:
    """Each field with its rule and an example that holds it."""
    for field, rule in {**shape.must, **shape.may}.items():
        fine = example_of_shape(shape, field)
        assert is_fine(shape, fine), (field, fine, list(shape.check(fine, "")))
        yield field, rule, fine


@each_shape
def test_every_shape_names_its_page_and_takes_just_its_fields(shape: Shape) -> None:
    assert shape.doc.startswith("https://docs.slack.dev/reference/")
    problems = [str(one) for one in shape.check({**example_of_shape(shape), "nonsense": 1}, "/here")]
    assert problems == ["[ERROR] invalid additional property: nonsense [json-pointer:/here]"]
    assert [str(one) for one in shape.check("x", "/here")] == ["[ERROR] must provide an object [json-pointer:/here]"]


@each_shape
def test_a_required_field_may_not_be_missing_and_another_may(shape: Shape) -> None:
    for field, _, fine in fields_of(shape):
        without = {name: value for name, value in fine.items() if name != field}
        if field in shape.must:
            messages = [one.message for one in shape.check(without, "")]
            assert f"missing required field: {field}" in messages
        elif not shape.also:
            assert is_fine(shape, without)


@each_shape
def test_a_field_beyond_its_limit_is_refused_where_it_stands(shape: Shape) -> None:
    for field, rule, fine in fields_of(shape):
        for value in too_much(rule):
            problems = list(shape.check({**fine, field: value}, "/here"))
            assert any(one.pointer.startswith(f"/here/{field}") for one in problems), (field, value, problems)


@each_shape
def test_a_field_at_its_limit_is_accepted(shape: Shape) -> None:
    # What the fields of a shape ask of each other is a rule of its own: test_block_kit_limits.
    apart = Shape(shape.doc, shape.must, shape.may)
    for field, rule, fine in fields_of(shape):
        for value in just_enough(rule):
            assert is_fine(apart, {**fine, field: value}), (field, value)


def test_every_block_stands_on_some_surface() -> None:
    assert set(BLOCKS) == set.union(*map(set, ON_SURFACE.values()))
