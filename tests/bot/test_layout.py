"""Lines on a screen of a given width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from bot import layout
from bot.large import LINES, enlarge
from bot.legible import cells, legible
from tests.bot.cards import words


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


@given(words, st.integers(2, 60))
def test_wrapping_loses_no_word_and_no_line_is_too_wide(text: str, width: int) -> None:
    clean = legible(text)
    lines = plain(layout.wrap(Text(clean), width))
    assert all(cells(line) <= width for line in lines)
    letters = clean.replace(" ", "").replace("·", "")
    assert "".join(lines).replace(" ", "").replace("·", "") == letters


def test_phrases_between_dots_stay_together_and_drop_the_dot_at_the_end() -> None:
    assert plain(layout.wrap(Text("5 % growth · 5 % better margin · 3 % discount"), 39)) == [
        "5 % growth · 5 % better margin",
        "3 % discount",
    ]


def test_a_dot_that_ends_the_text_needs_room_as_well() -> None:
    assert plain(layout.wrap(Text("x 31 not known: ·"), 16)) == ["x 31 not", "known: ·"]


def test_a_percent_sign_stays_with_its_number() -> None:
    assert plain(layout.wrap(Text("a share of 5 % and no more than that"), 12))[0] == "a share of"


def test_a_word_wider_than_the_line_is_broken() -> None:
    assert plain(layout.wrap(Text("abcdefghij"), 4)) == ["abcd", "efgh", "ij"]


def test_wide_letters_take_two_columns() -> None:
    assert plain(layout.wrap(Text("漢字漢字"), 5)) == ["漢字", "漢字"]


def test_styles_survive_wrapping() -> None:
    lines = layout.wrap(Text.assemble("one ", ("two three", "bold")), 8)
    assert [[line.plain[span.start : span.end] for span in line.spans] for line in lines] == [["two"], ["three"]]


@given(words, st.integers(4, 30), st.integers(0, 4), st.integers(30, 60))
def test_text_flows_around_a_figure(text: str, narrow: int, high: int, wide: int) -> None:
    clean = legible(text)
    lines = plain(layout.around(Text(clean), narrow, high, wide))
    assert all(cells(line) <= (narrow if at < high else wide) for at, line in enumerate(lines))
    assert "".join(lines).replace(" ", "").replace("·", "") == clean.replace(" ", "").replace("·", "")


TABLE = [Text("what"), Text("how many"), Text("amount")], ["left", "right", "right"]
ROW = [Text("goods invoiced"), Text("257 lines"), Text("$482,382.01")]


def test_a_table_is_as_wide_as_it_has_to_be() -> None:
    assert plain(layout.table(TABLE[0], [ROW], TABLE[1], 80)) == [
        "what             how many       amount",
        "goods invoiced  257 lines  $482,382.01",
    ]


def test_a_label_gives_way_before_a_figure() -> None:
    assert plain(layout.table(TABLE[0], [ROW], TABLE[1], 34)) == [
        "what         how many       amount",
        "goods       257 lines  $482,382.01",
        "invoiced",
    ]


def test_a_table_too_narrow_for_its_figures_stands_on_end() -> None:
    assert plain(layout.table(TABLE[0], [ROW], TABLE[1], 24)) == [
        "goods invoiced",
        "  how many 257 lines",
        "  amount $482,382.01",
    ]


@given(st.integers(20, 80))
def test_no_width_breaks_a_figure(width: int) -> None:
    assert "$482,382.01" in "\n".join(plain(layout.table(TABLE[0], [ROW], TABLE[1], width)))


def test_columns_without_a_name_have_no_header() -> None:
    assert plain(layout.table([Text(), Text()], [[Text("a"), Text("1")]], ["left", "right"], 20)) == ["a  1"]


def test_too_many_lines_end_in_an_ellipsis() -> None:
    lines = layout.first(layout.wrap(Text("one two three four"), 5), 2)
    assert plain(lines) == ["one", "two…"]


def test_chips_flow_onto_as_few_lines_as_they_need() -> None:
    chips = [Text("[1] Why?"), Text("[2] The ten best"), Text("[3] More")]
    assert plain(layout.flow(chips, 28)) == ["[1] Why?   [2] The ten best", "[3] More"]


@pytest.mark.parametrize(
    "figure", ["$1.15M", "-$482K", "€926K", "£70.89M", "R12,345", "¥608.7B", "ZAR1.15M", "CHF1.15M"]
)
def test_a_large_figure_is_three_lines_of_one_width(figure: str) -> None:
    lines = enlarge(figure)
    assert lines is not None
    assert len(lines) == LINES
    assert len({len(line) for line in lines}) == 1


def test_no_two_figures_look_alike_when_large() -> None:
    signs = "0123456789.,-KMBTR$€£¥"
    assert len({tuple(enlarge(sign) or ()) for sign in signs}) == len(signs)


def test_what_has_no_large_form_stays_small() -> None:
    assert enlarge("฿5") is None
    assert enlarge("") is None
