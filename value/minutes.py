"""Minutes as reps write them: 45m, 1h30, 2 hours, half an hour."""

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
_HOURS = r"(?:h|hr|hrs|hour|hours)"
_MINUTES = r"(?:m|min|mins|minute|minutes|')"
_LASTING = re.compile(
    rf"(?:for |about |~ ?)?(?:(?P<half>half an hour|half hour)"
    rf"|(?P<one>an? hour)(?P<plus> and a half)?"
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
        phrase = " ".join(words[:count]).casefold().rstrip(",:;–—-").strip()
        lasting = _LASTING.fullmatch(phrase)
        if lasting is not None:
            return _possible(_minutes(lasting), phrase), count
    return None


def bare(word: str) -> int | None:
    """A number alone that may be minutes, such as the 45 of "acme yesterday 45"; None for any other word."""
    if not re.fullmatch(r"\d{1,3}", word, re.ASCII):
        return None
    return int(word) if BARE_LEAST <= int(word) <= BARE_MOST else None


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
        if before in _NOT_HOW_LONG or phrase.endswith("'") or lasting["half"] or lasting["one"]:
            return None
        lasted = _minutes(lasting)
        is_for_us = count == 1 and re.search(r"[a-z]\d|h$|hrs?$|mins?$", phrase) is not None
        return (lasted, count if is_for_us else 0) if BARE_LEAST <= lasted <= BARE_MOST else None
    return None


def _minutes(lasting: re.Match[str]) -> int:
    if lasting["half"]:
        return 30
    if lasting["one"]:
        return 90 if lasting["plus"] else 60
    if lasting["minutes"]:
        return int(lasting["minutes"])
    hours = Decimal(lasting["hours"].replace(",", "."))
    return int(hours * 60) + int(lasting["rest"] or 0)


def _possible(minutes: int, text: str) -> int:
    if not 1 <= minutes <= MINUTES_MOST:
        raise UnclearError(f"“{text.strip()[:40]}” is not between a minute and a day; write 45m, 1h30 or 2 hours.")
    return minutes
