"""What is kept of the words that a person types for others to read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands._typed import clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("their  market\n\tshrinks ", "their market shrinks"),
        ("they\u00a0move\u2028on", "they move on"),
        ("they\u202e move\u200b\ufeff", "they move"),
        ("they\0 move\x1b[31m", "they move[31m"),
        ("they\ud83d move", "they move"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Café 😀 · 3 %", "Café 😀 · 3 %"),
    ],
)
def test_words_are_kept_on_one_line_without_what_is_not_seen(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "unseen",
    ["", "   ", "\u202e" * 3, "\u200b\u200c\u200d", "\0\0\0", "\ud800\udfff\ud800", "\u3164" * 3, "\ufe0f" * 3],
)
def test_where_nothing_can_be_read_nothing_is_left(unseen: str) -> None:
    assert clean(unseen) == ""


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_whatever_is_typed_a_database_can_keep_what_is_left(typed: str) -> None:
    kept = clean(typed)
    assert "\0" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert clean(kept) == kept
    assert not {unicodedata.category(character) for character in kept} & {"Cc", "Cs"}
