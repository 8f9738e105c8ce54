"""Minutes as reps write them: 45m, 1h30, 2 hours, one hour, half an hour, a quarter of an hour."""

import re
from collections.abc import Sequence
from decimal import Decimal

# No phrase of a day or of minutes is longer.
WORDS_MOST = 6
MINUTES_MOST = 24 * 60
# A number without a unit, or a time at the end of a sentence, is how long somebody was there only within these.
BARE_LEAST, BARE_MOST = 5, 600
# "back in 45 min" and "within 2 hours" tell of something else.
_NOT_HOW_LONG = {
    *("in", "within", "every", "after", "before", "by", "per", "next", "last", "to", "than", "until", "at", "only"),
    *("under", "over", "another", "of", "late", "a", "an", "the", "and", "or", "from", "-", "–"),
}
# "3 hours drive", "20 minutes late" and "an hour ago" do as well, wherever they stand.
_NOT_HOW_LONG_BEFORE = {"ago", "late", "later", "early", "earlier", "away", "drive", "behind", "delay"}
# Before a time within a sentence they make it another one: "back in 45 min".
_ANOTHER_TIME = {"in", "within", "every", "per", "next", "last", "than", "until", "of", "by"}
_SPELT_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELT_MINUTES = {"five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45}
_HOURS = r"(?:h|hr|hrs|hour|hours)"
_MINUTES = r"(?:m|min|mins|minute|minutes|')"
_LASTING = re.compile(
    rf"(?:for |about |~ ?)?(?:(?P<half>half an hour|half hour)"
    rf"|(?P<quarters>three quarters|(?:an? |one )?quarter) of an hour"
    rf"|(?P<one>an? hour)(?P<plus> and a half)?"
    rf"|(?P<spelt>{'|'.join(_SPELT_HOURS)})(?P<and_half> and a half)? hours?"
    rf"|(?P<spelt_minutes>{'|'.join(_SPELT_MINUTES)}) (?:minutes|mins?)"
    rf"|(?P<hours>\d{{1,2}}(?:[.,]\d{{1,2}})?) ?{_HOURS}\.?(?:(?: and)? ?(?P<rest>\d{{1,2}}) ?{_MINUTES}?\.?)?"
    rf"|(?P<minutes>\d{{1,4}}) ?{_MINUTES}\.?)",
    re.ASCII,
)


class UnclearError(Exception):
    """What was written means no day, several days, or one on the wrong side of today. The text is a sentence for
    whoever wrote it, which says what to write instead.
    """


def of_text(text: str) -> int:
    """How many minutes the whole text means; a number alone is minutes. Errors: UnclearError."""
    words = text.split()
    if len(words) == 1 and re.fullmatch(r"\d{1,5}", words[0], re.ASCII):
        return _possible(int(words[0]), text)
    lasting = _LASTING.fullmatch(" ".join(words).casefold())
    if lasting is None:
        raise UnclearError(f"“{' '.join(words)[:40]}” is no time that I can read; write 45m, 1h30 or 2 hours.")
    return _possible(_minutes(lasting), text)


def at_start(words: Sequence[str]) -> tuple[int, int] | None:
    """How long it took, by the first of these words, and how many they were; None where they say nothing of it.

    Errors: UnclearError.
    """
    for count in range(min(WORDS_MOST, len(words)), 0, -1):
        phrase = _phrase(words[:count])
        lasting = _LASTING.fullmatch(phrase)
        if lasting is not None and _phrase(words[count : count + 1]) in _NOT_HOW_LONG_BEFORE:
            return None
        if lasting is not None:
            return _possible(_minutes(lasting), phrase), count
    return None


def bare(word: str) -> int | None:
    """A number alone that may be minutes, such as the 45 of "acme yesterday 45"; None for any other word."""
    if not re.fullmatch(r"\d{1,3}", word, re.ASCII):
        return None
    return int(word) if BARE_LEAST <= int(word) <= BARE_MOST else None


def within(words: Sequence[str]) -> str | None:
    """The first of these words that may tell how long it took, None where none do: 1h of "lunch, 1h, with Bob"."""
    for at in range(len(words)):
        before = words[at - 1].casefold() if at else ""
        try:
            found = at_start(words[at:])
        except UnclearError:
            continue
        is_a_rate = before[-1:].isdigit() and not words[at][0].isdigit()
        if found is None or before in _ANOTHER_TIME or is_a_rate:
            continue
        if _phrase(words[at + found[1] :][:1]) != "of":
            return " ".join(words[at : at + found[1]]).rstrip(",:;.!–—-")
    return None


def at_end(words: Sequence[str]) -> tuple[int, int] | None:
    """How long it took, by the last of these words, and how many of them say nothing but that; None where they do not
    tell. "lunch 45min" is written for us, so it says nothing else; "the line was down 2 hours", or 20m of cable, may
    tell of something else, so those words stay where they are.
    """
    for count in range(min(WORDS_MOST, len(words)), 0, -1):
        phrase = " ".join(words[-count:]).casefold().rstrip(",:;.!–—-").strip()
        before = words[-count - 1].casefold() if count < len(words) else ""
        lasting = _LASTING.fullmatch(phrase)
        if lasting is None:
            continue
        if before in _NOT_HOW_LONG or phrase.endswith("'") or not (lasting["hours"] or lasting["minutes"]):
            return None
        lasted = _minutes(lasting)
        is_for_us = count == 1 and re.search(r"[a-z]\d|h$|hrs?$|mins?$", phrase) is not None
        return (lasted, count if is_for_us else 0) if BARE_LEAST <= lasted <= BARE_MOST else None
    return None


def _minutes(lasting: re.Match[str]) -> int:
    if lasting["minutes"] or lasting["spelt_minutes"]:
        return int(lasting["minutes"] or _SPELT_MINUTES[lasting["spelt_minutes"]])
    if lasting["half"] or lasting["quarters"]:
        quarters = 2 if lasting["half"] else 3 if lasting["quarters"].startswith("three") else 1
        return 15 * quarters
    if lasting["one"] or lasting["spelt"]:
        hours_spelt = 1 if lasting["one"] else _SPELT_HOURS.index(lasting["spelt"]) + 1
        return 60 * hours_spelt + (30 if lasting["plus"] or lasting["and_half"] else 0)
    hours = Decimal(lasting["hours"].replace(",", "."))
    return int(hours * 60) + int(lasting["rest"] or 0)


def _phrase(words: Sequence[str]) -> str:
    return " ".join(words).casefold().rstrip(",:;–—-").strip()


def _possible(minutes: int, text: str) -> int:
    if not 1 <= minutes <= MINUTES_MOST:
        raise UnclearError(f"“{text.strip()[:40]}” is not between a minute and a day; write 45m, 1h30 or 2 hours.")
    return minutes
