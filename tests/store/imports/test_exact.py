"""Numbers and dates in arrays are what Python's own Decimal and strptime make of each text."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.imports import dates, exact
from store.imports.exact import Exact

_WRITTEN = st.from_regex(r"[+-]?[0-9]{0,25}(\.[0-9]{0,12})?", fullmatch=True, alphabet="+-.0123456789")
_ANYTHING = st.text(alphabet="0123456789.,+- eE'٣\u00a0x", max_size=24)
_INTEGERS = st.integers(-(10**12), 10**12) | st.integers(-(10**30), 10**30)


_MOMENTS = st.datetimes(dt.datetime(1969, 1, 1), dt.datetime(2068, 12, 31))  # noqa: DTZ001 - as files have them


def _decimals(numbers: Exact) -> list[Decimal]:
    with localcontext(prec=200):
        return [Decimal(int(digits)).scaleb(-numbers.scale) for digits in numbers.digits]


def _exact(integers: list[int], scale: int) -> Exact:
    fits = all(abs(integer) < 2**62 for integer in integers)
    return Exact(np.array(integers, dtype=np.int64 if fits else object), scale)


@given(st.lists(_WRITTEN | _ANYTHING, max_size=20))
def test_a_text_is_the_number_that_it_says_or_none(texts: list[str]) -> None:
    parsed = exact.parse(texts)
    *read, empty = _decimals(parsed.numbers)
    assert (empty, parsed.is_number[-1]) == (0, True)
    for text, number, is_number in zip(texts, read, parsed.is_number[:-1], strict=True):
        says = re.fullmatch(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)", text)
        assert is_number == bool(says), text
        assert number == (Decimal(text) if says else 0), text


@given(st.lists(_WRITTEN | _ANYTHING, min_size=1, max_size=20))
def test_reading_all_at_once_is_reading_one_by_one(texts: list[str]) -> None:
    parsed = exact.parse(texts, ",", ".")
    for text, number, is_number in zip(texts, _decimals(parsed.numbers), parsed.is_number, strict=False):
        one = exact.parse_one(text, ",", ".")
        assert is_number == (one is not None)
        if one is not None:
            assert number == exact.to_decimal(*one)


GROUPED = [
    ("1.234.567,5", "1234567.5"),
    ("1234,5", "1234.5"),
    ("-1.234", "-1234"),
    ("1.23", None),
    ("12.34,5", None),
    ("1..234", None),
    (".234", None),
    ("1234.567", None),
]


@pytest.mark.parametrize(("text", "number"), GROUPED)
def test_thousands_stand_in_groups_of_three_or_not_at_all(text: str, number: str | None) -> None:
    parsed = exact.parse([text], ",", ".")
    assert parsed.is_number[0] == (number is not None)
    assert _decimals(parsed.numbers)[0] == Decimal(number or 0)


def test_a_space_between_thousands_may_be_one_that_does_not_break() -> None:
    parsed = exact.parse(["1 234", "1\u00a0234", "1\u202f234"], ",", " ")
    assert _decimals(parsed.numbers)[:-1] == [1234] * 3


@given(st.lists(st.tuples(_INTEGERS, _INTEGERS), min_size=1), st.integers(0, 6), st.integers(0, 6))
def test_products_and_differences_are_exact(pairs: list[tuple[int, int]], left_scale: int, right_scale: int) -> None:
    left = _exact([pair[0] for pair in pairs], left_scale)
    right = _exact([pair[1] for pair in pairs], right_scale)
    with localcontext(prec=200):
        expected = list(zip(_decimals(left), _decimals(right), strict=True))
        assert _decimals(left * right) == [one * other for one, other in expected]
        assert _decimals(left - right) == [one - other for one, other in expected]


@given(st.lists(_INTEGERS, min_size=1), st.integers(0, 6), st.integers(0, 6))
def test_rounding_is_half_up_away_from_zero(integers: list[int], scale: int, to: int) -> None:
    numbers = _exact(integers, scale)
    digits, is_changed = numbers.rounded(to)
    with localcontext(prec=200):
        expected = [number.quantize(Decimal(1).scaleb(-to), ROUND_HALF_UP) for number in _decimals(numbers)]
        assert [Decimal(int(one)).scaleb(-to) for one in digits] == expected
        assert list(is_changed) == [one != number for one, number in zip(expected, _decimals(numbers), strict=True)]


@pytest.mark.parametrize("date_format", ["%d.%m.%Y", "%Y-%m-%d", "%m/%d/%Y %H:%M", "%d %b %Y", "%d.%m.%y"])
@given(moment=_MOMENTS, noise=st.text("0123456789.-/: aN", max_size=3))
def test_a_date_is_what_strptime_says(date_format: str, moment: dt.datetime, noise: str) -> None:
    text = moment.strftime(date_format)
    texts = [text, text + noise, noise + text, text[1:], text.replace("0", "")]
    parsed = dates.parse(texts, [date_format])
    for one, day in zip(texts, parsed.days, strict=False):
        try:
            expected = dt.datetime.strptime(one, date_format).date()  # noqa: DTZ007
        except ValueError:
            assert day == dates.NO_DAY, one
        else:
            assert dates.from_day_number(int(day)) == expected, one


@pytest.mark.parametrize("text", ["now", "today", "NaT", "nan", "", "2020011", "202011", "99999999"])
def test_a_word_or_a_short_number_is_no_date(text: str) -> None:
    parsed = dates.parse([text], ["%Y%m%d"])
    assert list(parsed.days) == [dates.NO_DAY] * 2
    assert list(parsed.is_date) == [False, True]


def test_a_date_with_its_numbers_together_is_read() -> None:
    assert dates.from_day_number(int(dates.parse(["20200131"], ["%Y%m%d"]).days[0])) == dt.date(2020, 1, 31)
