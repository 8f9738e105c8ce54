"""What a button carries, as it is written for Slack."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands._carried import carried, written


@pytest.mark.parametrize(
    ("text", "characters"),
    [("friday", 6), ('"a"\n', 7), ("обсудили", 8), ("a&b", 8), ("🚲", 12), ("हिन्दी", 6), ("שלום", 4), ("a\u202eb", 8)],
)
def test_what_a_button_carries_is_measured_as_it_is_sent(text: str, characters: int) -> None:
    assert carried(text) == characters


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_written_reads_as_it_was_and_is_safe_on_the_way(text: str) -> None:
    assert json.loads(written({"rest": text})) == {"rest": text}
    assert not set("&<>") & set(written(text))
    assert all(one.isprintable() for one in written(text))
    assert carried(text) >= len(text.encode("utf-16-le")) // 2
