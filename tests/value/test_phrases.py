"""Days as reps write them. In the examples today is Wednesday, 3 June 2026."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from value.phrases import Reader, Side, UnclearError, misspelt, reads_day_first

WEDNESDAY = dt.date(2026, 6, 3)
VISIT = Reader(WEDNESDAY, "past", day_first=True)
PROMISE = Reader(WEDNESDAY, "future", day_first=True)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        *(("today", "06-03"), ("this morning", "06-03"), ("yesterday", "06-02"), ("last night", "06-02")),
        *(("sunday night", "05-31"), ("yday", "06-02"), ("y’day", "06-02"), ("yest.", "06-02")),
        *(("Yesterday afternoon", "06-02"), ("the day before yesterday", "06-01")),
        *(("friday", "05-29"), ("on Friday", "05-29"), ("fri", "05-29"), ("Mon.", "06-01"), ("on thurs", "05-28")),
        *(("last friday", "05-29"), ("this monday", "06-01"), ("past tuesday", "06-02"), ("friday morning", "05-29")),
        *(("3 days ago", "05-31"), ("a week ago", "05-27"), ("two weeks ago", "05-20"), ("a month ago", "05-03")),
        *(("12 May", "05-12"), ("May 12", "05-12"), ("12th of may", "05-12"), ("on the 12th of May", "05-12")),
        *(("may 12th, 2026", "05-12"), ("Tue 12 May", "05-12"), ("tuesday, 12 may 2026", "05-12")),
        *(("12.5.", "05-12"), ("12.5.2026", "05-12"), ("12.05.26", "05-12"), ("12. 5. 2026", "05-12")),
        *(("2026-05-12", "05-12"), ("12/5", "05-12"), ("12/5/26", "05-12"), ("5/13", "05-13"), ("5/5", "05-05")),
    ],
)
def test_the_day_of_a_visit(phrase: str, meant: str) -> None:
    assert VISIT.day(phrase) == day(meant)


def test_a_number_apart_from_a_day_in_figures_is_no_year() -> None:
    assert VISIT.at_start(["12.5.", "25", "min"]) == (day("05-12"), 1)
    assert PROMISE.at_start(["20.7.", "30", "crates"]) == (day("07-20"), 1)
    assert VISIT.at_start(["12.", "5.", "2026", "lunch"]) == (day("05-12"), 3)


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        *(("today", "06-03"), ("tomorrow", "06-04"), ("tomorrow morning", "06-04"), ("day after tomorrow", "06-05")),
        *(("friday", "06-05"), ("by friday", "06-05"), ("due fri", "06-05"), ("this friday", "06-05")),
        *(("monday", "06-08"), ("next monday", "06-08"), ("next tuesday", "06-09"), ("coming monday", "06-08")),
        *(("in 2 weeks", "06-17"), ("in a fortnight", "06-17"), ("in a month", "07-03"), ("3 days from now", "06-06")),
        *(("end of the month", "06-30"), ("end of month", "06-30"), ("by the end of the month", "06-30")),
        *(
            ("month end", "06-30"),
            ("end of next month", "07-31"),
            ("end of july", "07-31"),
            ("end of the year", "12-31"),
        ),
        *(("end of the week", "06-05"), ("12 June", "06-12"), ("12.6.", "06-12"), ("12/6", "06-12")),
    ],
)
def test_the_day_of_a_promise(phrase: str, meant: str) -> None:
    assert PROMISE.day(phrase) == day(meant)


@pytest.mark.parametrize(
    ("reader", "phrase", "said"),
    [
        (VISIT, "last monday", "may be 25 May or 1 June; write which"),
        (PROMISE, "next friday", "may be 5 June or 12 June; write which"),
        (VISIT, "wednesday", "Today is Wednesday: write today, or 27 May"),
        (PROMISE, "on wednesday", "Today is Wednesday: write today, or 10 June"),
        (VISIT, "last week", "is not one day; write the day, such as last tuesday"),
        (PROMISE, "next week", "is not one day; write the day, such as next tuesday"),
        (Reader(WEDNESDAY, "past"), "5/4", "may be 5 April or 4 May; write the month's name"),
        (VISIT, "tomorrow", "4 June 2026 is still to come"),
        (VISIT, "this friday", "5 June 2026 is still to come"),
        (VISIT, "4 June", "is 4 June 2025, more than half a year away; write the year too"),
        (VISIT, "12 June 2027", "12 June 2027 is still to come"),
        (PROMISE, "yesterday", "2 June 2026 is over"),
        (PROMISE, "2 June", "is 2 June 2027, more than half a year away; write the year too"),
        (PROMISE, "2026-01-01", "1 January 2026 is over"),
        (PROMISE, "end of last month", "31 May 2026 is over"),
        (VISIT, "friday 12 may", "12 May is a Tuesday, not a Friday"),
        (VISIT, "30 february", "There is no 30 february"),
        (VISIT, "29 february", "There is no 29 february"),
        (Reader(dt.date(2026, 3, 1), "future"), "29 february", "There is no 29 february"),
        (Reader(dt.date(2027, 3, 1), "past"), "29 february", "in none of the years around"),
        (VISIT, "31/31", "There is no 31/31"),
        (VISIT, "2026-13-01", "There is no 2026-13-01"),
        (VISIT, "1.1.1926", "1 January 1926 is too far away; check the year"),
        (PROMISE, "in 900 years", "is too far away"),
        (PROMISE, "in 999 months", "is too far away; check the year"),
        (VISIT, "1000 days ago", "is too far away; write the day as 2026-05-12"),
        (PROMISE, f"in {'9' * 5_000} weeks", "is too far away"),
        (VISIT, "soon", "is not a day that I can read; write yesterday, last friday or 12 May"),
        (PROMISE, "", "is not a day that I can read; write friday, in 2 weeks or 12 May"),
        (VISIT, "maybe 12", "is not a day"),
    ],
)
def test_what_is_not_one_day_is_refused_with_what_to_write_instead(reader: Reader, phrase: str, said: str) -> None:
    with pytest.raises(UnclearError) as refused:
        reader.day(phrase)
    assert said in str(refused.value)


def test_a_day_without_a_year_is_the_nearest_on_its_side() -> None:
    january = dt.date(2027, 1, 4)
    assert Reader(january, "past").day("28 december") == dt.date(2026, 12, 28)
    assert Reader(dt.date(2026, 12, 28), "future").day("4 jan") == january
    assert Reader(dt.date(2026, 12, 28), "future").day("end of january") == dt.date(2027, 1, 31)


def test_the_29_of_february_is_found_in_the_year_that_has_one() -> None:
    assert Reader(dt.date(2028, 3, 1), "past").day("29 feb") == dt.date(2028, 2, 29)
    assert Reader(dt.date(2027, 12, 24), "future").day("29 feb") == dt.date(2028, 2, 29)


def test_figures_are_read_in_the_order_of_the_reader() -> None:
    assert Reader(WEDNESDAY, "past", day_first=False).day("5/4") == day("05-04")
    assert Reader(WEDNESDAY, "past", day_first=True).day("5/4") == day("04-05")


@pytest.mark.parametrize(
    ("locale", "is_day_first"),
    [("en_US", False), ("en_GB", True), ("de-DE", True), ("en-ZA", None), ("xx_XX", None)],
)
def test_the_order_of_day_and_month_follows_from_the_locale(locale: str, is_day_first: bool | None) -> None:
    assert reads_day_first(locale) is is_day_first


# --- in a line that goes on -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("yesterday spoke to the buyer", 1),
        ("yesterday, 45m spoke to the buyer", 1),
        ("12 May 45m spoke", 2),
        ("3 days ago: they moved", 3),
        ("12 may 2026 signed", 3),
        ("sat 45m lunch", 1),
        ("sat", 1),
    ],
)
def test_a_day_at_the_beginning_of_a_line_takes_as_many_words_as_it_has(line: str, words: int) -> None:
    found = VISIT.at_start(line.split())
    assert found is not None
    assert found[1] == words


@pytest.mark.parametrize(
    "line",
    [
        *(
            "spoke to them yesterday",
            "sat with the buyer",
            "sun was out",
            "may I come again",
            "this was good",
            "on site",
        ),
        *("march to the top", "12 crates", "5.5 percent", "1h30 lunch", "end of contract", ""),
    ],
)
def test_an_ordinary_sentence_is_no_day(line: str) -> None:
    assert VISIT.at_start(line.split()) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("send the quote by friday", 2),
        ("call back in 2 weeks.", 3),
        ("visit on 12.6.", 2),
        ("pay end of the month!", 4),
    ],
)
def test_a_day_at_the_end_of_a_line(line: str, words: int) -> None:
    found = PROMISE.at_end(line.split())
    assert found is not None
    assert found[1] == words


def test_a_line_may_end_without_a_day() -> None:
    assert PROMISE.at_end(["send", "the", "quote"]) is None


# --- a weekday and what qualifies it: today is Monday, 23 November 2026 -----------------------------------------------

MONDAY = dt.date(2026, 11, 23)
VISITED, PROMISED = Reader(MONDAY, "past"), Reader(MONDAY, "future")
IN_DECEMBER = dt.date(2026, 12, 4)


@pytest.mark.parametrize(
    "phrase",
    [
        *("friday next week", "next week friday", "friday of next week", "next week on friday", "friday week"),
        *("friday the 4th", "friday 4th", "on friday, the 4th", "friday the 4th of december", "4 dec, friday"),
        *("by friday 2026-12-04", "friday 4.12."),
    ],
)
def test_what_qualifies_a_weekday_is_part_of_the_day(phrase: str) -> None:
    words = [*phrase.split(), "send", "it"]
    assert PROMISED.at_start(words) == (IN_DECEMBER, len(words) - 2)
    assert PROMISED.at_end(["send", "it", *phrase.split()]) == (IN_DECEMBER, len(words) - 2)


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        *(("thursday the 12th", "11-12"), ("fri the 13th", "11-13"), ("friday last week", "11-20")),
        *(("last week, friday", "11-20"), ("monday the 23rd", "11-23"), ("yesterday, sunday", "11-22")),
    ],
)
def test_what_qualifies_the_weekday_of_a_visit(phrase: str, meant: str) -> None:
    assert VISITED.at_start([*phrase.split(), "30m", "lunch"]) == (day(meant), len(phrase.split()))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("monday the 4th send it", "4 December is a Friday, not a Monday; write which"),
        ("4 december, monday send it", "4 December is a Friday, not a Monday; write which"),
        ("tomorrow friday send it", "24 November is a Tuesday, not a Friday; write which"),
        ("friday the 45th", "There is no 45th"),
        ("friday or monday send it", "is more than one day; write one of them"),
        ("tomorrow and friday call", "is more than one day; write one of them"),
        ("friday after next send it", "is not one day"),
        ("in 2 weeks on friday send it", "is not one day"),
        ("sunday next week call", "may be 29 November or 6 December; write which"),
        ("2 may brochures friday", "“2 may” and “friday” are two days"),
        ("friday call before monday", "“friday” and “monday” are two days"),
    ],
)
def test_a_promise_that_begins_with_what_is_not_one_day_is_refused(line: str, said: str) -> None:
    with pytest.raises(UnclearError) as refused:
        PROMISED.at_start(line.split())
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("call back after friday", "“after friday” is not one day"),
        ("do not call before friday", "“before friday” is not one day"),
        ("send the report every friday", "“every friday” is not one day"),
        ("call a week from friday", "is not one day"),
        ("call friday or monday", "is more than one day"),
        ("call mon-fri", "is not one day"),
    ],
)
def test_a_promise_that_ends_with_what_is_not_one_day_is_refused(line: str, said: str) -> None:
    with pytest.raises(UnclearError) as refused:
        PROMISED.at_end(line.split())
    assert said in str(refused.value)


def test_figures_beside_a_weekday_are_read_in_the_order_of_the_reader_and_have_to_agree() -> None:
    words = ["friday", "4/12", "send", "it"]
    assert Reader(MONDAY, "future", day_first=True).at_start(words) == (IN_DECEMBER, 2)
    with pytest.raises(UnclearError, match="12 April is a Monday, not a Friday"):
        Reader(MONDAY, "future", day_first=False).at_start(words)
    with pytest.raises(UnclearError, match="write the month's name"):
        Reader(MONDAY, "future").at_start(words)


def test_today_is_a_week_away_from_two_days() -> None:
    with pytest.raises(UnclearError, match="may be 30 November or 7 December"):
        PROMISED.day("monday week")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *(("friday send the agenda for monday", 1), ("friday to send it", 1), ("friday and call Bob", 1)),
        *(("friday 12 crates", 1), ("friday ship 2/3", 1), ("friday send the plan for next week", 1)),
    ],
)
def test_what_is_promised_may_tell_of_another_day(line: str, words: int) -> None:
    found = PROMISED.at_start(line.split())
    assert found is not None
    assert found[1] == words


def test_a_day_within_a_note_is_found() -> None:
    friday = MONDAY - dt.timedelta(days=3)
    assert VISITED.within(["meeting", "on", "friday", "1h", "about", "renewal"]) == ("on friday", friday)
    assert VISITED.within(["call", "them", "back", "tomorrow"]) is None
    assert VISITED.within(["saw", "Bob", "monday"]) == ("monday", None)
    assert VISITED.within(["sat", "with", "Bob,", "the", "sun", "was", "out"]) is None


# --- laws ------------------------------------------------------------------------------------------------------------

TODAYS = st.dates(dt.date(2001, 1, 1), dt.date(2090, 12, 31))
WRITTEN: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda one: one.isoformat(),
    "month's name": lambda one: f"{one.day} {one:%B} {one.year}",
    "american": lambda one: f"{one:%b} {one.day}, {one.year}",
    "with the weekday": lambda one: f"{one:%A} {one.day} {one:%B} {one.year}",
    "german": lambda one: f"{one.day}.{one.month}.{one.year}",
    "slashes": lambda one: f"{one.day}/{one.month}/{one.year}",
}


@given(TODAYS, st.sampled_from(["past", "future"]), st.integers(0, 3000), st.sampled_from(sorted(WRITTEN)))
def test_every_day_that_is_written_with_its_year_is_read_back(today: dt.date, side: Side, away: int, how: str) -> None:
    meant = today + dt.timedelta(days=-away if side == "past" else away)
    assert Reader(today, side, day_first=True).day(WRITTEN[how](meant)) == meant


@given(TODAYS, st.sampled_from(["past", "future"]), st.integers(0, 999))
def test_every_number_of_days_is_read_back(today: dt.date, side: Side, away: int) -> None:
    phrase, sign = (f"{away} days ago", -1) if side == "past" else (f"in {away} days", 1)
    assert Reader(today, side).day(phrase) == today + dt.timedelta(days=sign * away)


@given(TODAYS, st.integers(1, 6))
def test_a_weekday_is_the_nearest_of_its_name_on_its_side(today: dt.date, away: int) -> None:
    before, after = today - dt.timedelta(days=away), today + dt.timedelta(days=away)
    assert Reader(today, "past").day(f"{before:%A}") == before
    assert Reader(today, "future").day(f"by {after:%a}") == after


@given(TODAYS, st.integers(-180, 180), st.sampled_from(["{0.day} {0:%B}", "{0.day}.{0.month}.", "{0.day}/{0.month}"]))
def test_a_day_within_half_a_year_needs_no_year(today: dt.date, away: int, how: str) -> None:
    meant = today + dt.timedelta(days=away)
    side: Side = "past" if away < 0 else "future"
    assert Reader(today, side, day_first=True).day(how.format(meant)) == meant


@given(TODAYS, st.sampled_from(["past", "future"]), st.integers(0, 13), st.sampled_from(["first", "last"]))
def test_a_weekday_beside_a_date_is_that_date_or_refused(today: dt.date, side: Side, away: int, order: str) -> None:
    meant = today + dt.timedelta(days=-away if side == "past" else away)
    reader = Reader(today, side, day_first=True)
    for later in range(7):
        name = f"{meant + dt.timedelta(days=later):%A}"
        phrase = f"{name} the {meant.day}th" if order == "first" else f"{meant.day} {meant:%B} {meant.year}, {name}"
        if later == 0:
            assert reader.day(phrase) == meant
        else:
            with pytest.raises(UnclearError, match="write which"):
                reader.day(phrase)


@given(TODAYS, st.integers(0, 6))
def test_a_weekday_of_next_week_is_one_to_two_weeks_away_or_asked_for(today: dt.date, weekday: int) -> None:
    name = f"{today + dt.timedelta(days=weekday):%A}"
    read = None
    with suppress(UnclearError):
        read = Reader(today, "future").day(f"{name} next week")
    assert read is not None or "Sunday" in (name, f"{today:%A}")
    if read is not None:
        assert f"{read:%A}" == name
        assert 1 <= (read - today).days <= 13
        assert read == Reader(today, "future").day(f"next week {name}")


@given(
    TODAYS,
    st.sampled_from(["past", "future"]),
    st.lists(
        st.sampled_from(
            (
                "friday",
                "mon",
                "or",
                "and",
                "next",
                "last",
                "week",
                "the",
                "4th",
                "4/12",
                "12 may",
                "after",
                "before",
                "send",
            )
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_a_line_of_days_is_read_on_its_side_or_refused_with_a_sentence(
    today: dt.date, side: Side, words: list[str]
) -> None:
    said = " ".join(words).split()
    for read_line in (Reader(today, side).at_start, Reader(today, side).at_end):
        with suppress(UnclearError):
            found = read_line(said)
            assert found is None or ((found[0] <= today) if side == "past" else (found[0] >= today))


SNIPPETS = (
    *("last", "next", "this", "end", "of", "the", "on", "by", "in", "a", "3", "99", "ago", "friday", "mon", "may"),
    *("31", "30", "2026", "week", "month", "year", "12.5.", "5/12", "years", "from", "now", "day", "half", "an"),
)
PHRASES = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "last",
                "next",
                "this",
                "end",
                "of",
                "the",
                "on",
                "by",
                "in",
                "a",
                "3",
                "99",
                "ago",
                "friday",
                "mon",
                "may",
                "31",
                "30",
                "2026",
                "week",
                "month",
                "year",
                "12.5.",
                "5/12",
            ]
        ),
        max_size=5,
    ).map(" ".join),
)


@given(TODAYS, st.sampled_from(["past", "future"]), PHRASES)
def test_whatever_is_written_is_a_day_on_its_side_or_a_sentence(today: dt.date, side: Side, phrase: str) -> None:
    read = None
    with suppress(UnclearError):
        read = Reader(today, side).day(phrase)
    assert read is None or ((read <= today) if side == "past" else (read >= today))


# --- where today is --------------------------------------------------------------------------------------------------

ZONES = ("Pacific/Auckland", "Africa/Johannesburg", "America/Los_Angeles")
# Days on which the clocks change in Auckland or in Los Angeles, and the hours around midnight everywhere.
CHANGES = [dt.datetime(2026, *day, tzinfo=dt.UTC) for day in ((4, 4), (9, 26), (3, 8), (11, 1))]
MOMENTS = st.builds(
    lambda day, minutes: day + dt.timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(0, 2880)
)


@given(MOMENTS, st.sampled_from(ZONES))
def test_yesterday_is_the_day_before_the_writers_own_whatever_the_clocks_do(moment: dt.datetime, zone: str) -> None:
    today = moment.astimezone(ZoneInfo(zone)).date()
    reader = Reader(today, "past")
    assert (today - reader.day("yesterday")).days == 1
    assert reader.day(f"{reader.day('yesterday'):%A}") == reader.day("yesterday")


def test_one_moment_is_three_different_yesterdays() -> None:
    moment = dt.datetime(2026, 4, 5, 11, 30, tzinfo=dt.UTC)
    todays = [moment.astimezone(ZoneInfo(zone)).date() for zone in ZONES]
    assert todays == [dt.date(2026, 4, 5)] * 3
    moment += dt.timedelta(hours=11)
    yesterdays = [Reader(moment.astimezone(ZoneInfo(zone)).date(), "past").day("yesterday") for zone in ZONES]
    assert yesterdays == [dt.date(2026, 4, 5), dt.date(2026, 4, 5), dt.date(2026, 4, 4)]


@given(TODAYS)
def test_a_month_from_now_is_the_same_day_or_the_months_last(today: dt.date) -> None:
    read = Reader(today, "future").day("in a month")
    assume(today.day <= 28)
    assert (read.day, read.month) == (today.day, today.month % 12 + 1)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(("tomorow", "tomorrow"), ("yesterdy", "yesterday"), ("Yestrdy,", "yesterday"), ("toady", "today")),
        *(("fridy", "friday"), ("wensday", "wednesday"), ("tusday:", "tuesday"), ("saterday", "saturday")),
    ],
)
def test_a_slip_of_the_finger_is_known_for_the_day_that_it_nearly_is(word: str, meant: str) -> None:
    assert misspelt(word) == meant


@pytest.mark.parametrize(
    "word",
    [
        *("yesterday", "Friday", "mondays", "tuesday's", "money", "holiday", "someday", "birthday", "midday"),
        *("payday", "sun", "fri", "toda", "spoke", "lunch", "2026-05-12", "Mandy", ""),
    ],
)
def test_another_word_is_no_misspelt_day(word: str) -> None:
    assert misspelt(word) is None
