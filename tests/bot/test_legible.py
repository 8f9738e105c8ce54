"""What is made of a string before it reaches a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from bot.legible import CHARACTERS_MOST, MARKS_MOST, cells, cut, harmless, legible
from tests.bot.cards import words


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("Metropolitan Bicycle Supply", "Metropolitan Bicycle Supply"),
        ("Žluťoučký kůň, spol. s r.o.", "Žluťoučký kůň, spol. s r.o."),
        ("漢字自転車 한국 กรุงเทพ", "漢字自転車 한국 กรุงเทพ"),
        ("two\r\nlines\tand  more", "two lines and more"),
        ("\x1b[31mred\x07", "�[31mred�"),
        ("\x9b2Jgone", "�2Jgone"),
        ("\u202egnp.exe", "gnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud800", "half �"),
        ("👨\u200d👩 👍🏽 ❤\ufe0f", "👨👩 👍 ❤"),
        ("\u0301acute first", "◌\u0301acute first"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ac\u200cme", "acme"),
        ("[bold]as it is[/bold] :smile:", "[bold]as it is[/bold] :smile:"),
    ],
)
def test_a_string_reads_as(raw: str, read: str) -> None:
    assert legible(raw) == read


@given(words)
def test_a_sentence_that_quotes_it_is_obeyed_by_no_terminal_and_loses_no_letter(text: str) -> None:
    said = harmless(f"  7  {text} is no date  ")
    assert all(unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") for sign in said)
    assert all(unicodedata.category(sign) != "Cf" or sign == "\u200c" for sign in said)
    assert [sign for sign in said if sign.isalnum()] == [
        sign for sign in f"7{text}isnodate" if sign.isalnum() and harmless(sign) == sign
    ]
    assert said.startswith("  7  ")
    assert said.endswith(" is no date  ")


@given(words)
def test_what_is_legible_stays_as_it_is(text: str) -> None:
    assert legible(legible(text)) == legible(text)


@given(words)
def test_no_terminal_needs_more_columns_than_are_counted(text: str) -> None:
    clean = legible(text)
    assert 0 <= wcswidth(clean) <= cells(clean)


@pytest.mark.parametrize(("flags", "columns"), [("🇿", 2), ("🇿🇦", 2), ("🇿🇦🇿", 4), ("x🇿x", 4)])
def test_half_a_flag_takes_as_much_as_a_whole_one(flags: str, columns: int) -> None:
    assert cells(flags) == columns == wcswidth(flags)


@given(words, words)
def test_columns_add_up(one: str, other: str) -> None:
    assert cells(legible(one)) + cells(legible(other)) >= wcswidth(legible(one) + legible(other))


@given(st.text(st.characters(categories=["Mn", "Me"]), min_size=10))
def test_marks_do_not_tower(marks: str) -> None:
    shown = legible("a" + marks)
    assert sum(unicodedata.category(mark) in {"Mn", "Me"} for mark in shown) <= MARKS_MOST


def test_a_name_without_end_is_cut_and_says_so() -> None:
    shown = legible("x" * 10_000)
    assert len(shown) == CHARACTERS_MOST + 1
    assert shown.endswith("…")


@given(words, st.integers(1, 60))
def test_what_is_cut_fits_and_says_so(text: str, most: int) -> None:
    clean = legible(text)
    short = cut(clean, most)
    assert cells(short) <= most
    assert short == clean or short.endswith("…")
