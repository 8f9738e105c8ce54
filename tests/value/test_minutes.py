"""Minutes as reps write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from value.minutes import MINUTES_MOST, UnclearError, at_end, at_start, bare, of_text, within


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("45", 45), ("45m", 45), ("45 min", 45), ("45min.", 45), ("90 minutes", 90), ("45'", 45), ("about 20m", 20)),
        *(("1h", 60), ("1h30", 90), ("1h30m", 90), ("1 h 30", 90), ("1 hour 30 minutes", 90), ("2 hours", 120)),
        *(("1.5h", 90), ("1,5 h", 90), ("an hour", 60), ("half an hour", 30), ("an hour and a half", 90)),
        *(("1 hour and 15 min", 75), ("one hour", 60), ("two and a half hours", 150), ("twenty minutes", 20)),
        *(("quarter of an hour", 15), ("a quarter of an hour", 15), ("three quarters of an hour", 45)),
    ],
)
def test_what_a_rep_writes_is_minutes(text: str, minutes: int) -> None:
    assert of_text(text) == minutes


@pytest.mark.parametrize("text", ["", "long", "1:30", "-5m", "5 M$", "1h 30 x", "٤٥m"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnclearError, match="write 45m, 1h30 or 2 hours"):
        of_text(text)


@pytest.mark.parametrize("text", ["0m", "0", "25h", "1441", "9999m"])
def test_nothing_takes_less_than_a_minute_or_more_than_a_day(text: str) -> None:
    with pytest.raises(UnclearError, match="between a minute and a day"):
        of_text(text)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("45m spoke to the buyer", (45, 1)),
        ("45 min, spoke to the buyer", (45, 2)),
        ("1 hour 30 minutes lunch", (90, 4)),
        ("for half an hour we spoke", (30, 4)),
        ("2 hours", (120, 2)),
        ("1h 30 crates", (90, 2)),
    ],
)
def test_the_time_at_the_beginning_of_a_line(line: str, found: tuple[int, int]) -> None:
    assert at_start(line.split()) == found


@pytest.mark.parametrize(
    "line",
    [
        *("45 crates sold", "spoke for 45m", "an hourly rate", "hours of talk", "half price", "one hourly visit", ""),
        *("3 hours drive, then lunch", "20 minutes late", "1h 30 minutes late", "an hour ago they called"),
    ],
)
def test_an_ordinary_sentence_says_nothing_of_the_time(line: str) -> None:
    assert at_start(line.split()) is None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("spoke to the buyer 60min", (60, 1)),
        ("lunch, 1h30.", (90, 1)),
        ("lunch 2h", (120, 1)),
        # These words may tell of something else, so they stay in the note.
        ("spoke to the buyer for 45 minutes", (45, 0)),
        ("the line was down 3 hours", (180, 0)),
        ("lunch 45m", (45, 0)),
    ],
)
def test_the_time_at_the_end_of_a_line(line: str, found: tuple[int, int]) -> None:
    assert at_end(line.split()) == found


@pytest.mark.parametrize(
    "line",
    [
        *("call back in 45 min", "they deliver within 2 hours", "they came late by 20 minutes", "a shelf of 20m"),
        *("the door is 6'", "they sell 40 an hour", "they want 9000m", "sold 45", "took 1 min", ""),
    ],
)
def test_an_end_that_tells_of_something_else_is_no_time(line: str) -> None:
    assert at_end(line.split()) is None


@pytest.mark.parametrize(
    ("note", "found"),
    [
        *(("lunch, 1h, Bob wants 20 bikes", "1h"), ("at 9 30m x3", "30m"), ("spent one hour with Bob", "one hour")),
        *(("3 hours drive, then 1h with Bob", "1h"), ("it took a quarter of an hour", "a quarter of an hour")),
        *(("call back in 2 hours", None), ("wants 20m of cable", None), ("they sell 40 an hour", None), ("", None)),
        *(("sold 45", None), ("they want 9000m", None), ("came 20 minutes late", None)),
    ],
)
def test_a_time_within_a_note_is_found(note: str, found: str | None) -> None:
    assert within(note.split()) == found


@pytest.mark.parametrize(("word", "minutes"), [("45", 45), ("5", 5), ("600", 600), ("4", None), ("601", None)])
def test_a_number_alone_is_minutes_where_a_visit_may_last_so_long(word: str, minutes: int | None) -> None:
    assert bare(word) == minutes
    assert bare(f"{word}x") is None


@given(st.integers(1, MINUTES_MOST), st.sampled_from(["{0}", "{0}m", "{0} min", "{1}h{2:02}", "{1} hours {2} minutes"]))
def test_every_time_is_read_back(minutes: int, how: str) -> None:
    assert of_text(how.format(minutes, *divmod(minutes, 60))) == minutes
