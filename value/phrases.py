"""Days as reps write them: yesterday, last friday, 12 May, 5/12, in 2 weeks, end of the month.

Pure: today is the day of whoever writes. What could mean two days is refused with both, never guessed; a visit is never
in the future and a promise never in the past, so a weekday or a day without a year means the nearest on that side.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from rapidfuzz.distance import OSA

from value import minutes, weekdays
from value.dates import Dates, Side
from value.minutes import WORDS_MOST, UnclearError
from value.weekdays import ALSO_A_WORD, WEEKDAY

__all__ = ["Reader", "Side", "UnclearError", "misspelt", "reads_day_first"]

# What is so short is another word rather than one of these misspelt; a long one may have two slips ("yestrdy").
_MISSPELT_LEAST, _TWO_SLIPS_FROM = 5, 7
_SPELT = ("yesterday", "today", "tomorrow", *weekdays.NAMES)
# Before a day they make it another one, or several: "call back after friday".
_ANOTHER_DAY = {"after", "before", "from", "since", "every", "each", "not", "except", "between", "than"}


@dataclass(frozen=True, slots=True)
class Reader(Dates):
    """Reads the days in what somebody writes: alone, or at the beginning or the end of a line."""

    def day(self, text: str) -> dt.date:
        """The day that the whole text means. Errors: UnclearError."""
        found = self.at_start(text.split(), ends=True)
        if found is None:
            shown = " ".join(text.split())[:40]
            example = "yesterday, last friday or 12 May" if self.side == "past" else "friday, in 2 weeks or 12 May"
            raise UnclearError(f"“{shown}” is not a day that I can read; write {example}.")
        return found[0]

    def at_start(self, words: Sequence[str], *, ends: bool = False) -> tuple[dt.date, int] | None:
        """The day at the beginning of these words, by as many of them as can be; None where there is none. Of a text
        that `ends` with it all words are the day. Errors: UnclearError, also for a promise that ends with another day.
        """
        most = min(WORDS_MOST, len(words))
        for count in range(most, (len(words) if ends else 1) - 1, -1):
            phrase = _phrase(words[:count])
            goes_on = count < len(words) and minutes.at_start(words[count:]) is None
            is_sentence = goes_on and (phrase in ALSO_A_WORD or weekdays.is_a_verb(phrase.split()))
            day = None if is_sentence else self.read(phrase)
            if day is not None:
                read = self.on_its_side(day)
                self._refuse_another(words, count, read)
                return read, count
        return None

    def at_end(self, words: Sequence[str]) -> tuple[dt.date, int] | None:
        """The day at the end of these words, as in "send the quote by friday". Errors: UnclearError."""
        for count in range(min(WORDS_MOST, len(words)), 0, -1):
            words_then = [*words[-count:-1], words[-1].rstrip("!?")]
            found = self.at_start(words_then, ends=True)
            if found is None:
                found = self.at_start([*words_then[:-1], words_then[-1].rstrip(".")], ends=True)
            if found is not None:
                self._refuse_qualified(words, count)
                return found
        return None

    def within(self, words: Sequence[str]) -> tuple[str, dt.date | None] | None:
        """The first words that name another day than today that it may have been, and that day; None for the day where
        it may be one of two.
        """
        for at in range(len(words)):
            try:
                found = self.at_start(words[at:])
            except UnclearError:
                if _phrase(words[at : at + 1]) in WEEKDAY.keys() - ALSO_A_WORD:
                    return words[at].rstrip(",.:;"), None
                continue
            if found is not None and found[0] != self.today:
                return " ".join(words[at : at + found[1]]).rstrip(",.:;"), found[0]
        return None

    def _refuse_another(self, words: Sequence[str], count: int, read: dt.date) -> None:
        """Errors: UnclearError for a promise that begins with one day and ends with another: "2 may … friday"."""
        rest = words[count:]
        # What is "for monday" is to be done before it.
        if self.side == "past" or "for" in map(str.casefold, rest[-4:]):
            return
        try:
            end = self.at_end(rest)
        except UnclearError:
            end = (read, 1) if rest and _phrase(rest[-1:]).rstrip(".!?") in WEEKDAY else None
            if end is None:
                return
        else:
            if end is None or end[0] == read:
                return
        either = f"“{' '.join(words[:count])}” and “{' '.join(rest[-end[1] :])}”"
        raise UnclearError(f"{either} are two days; write only the one by which it is due.")

    def _refuse_qualified(self, words: Sequence[str], count: int) -> None:
        """Errors: UnclearError for a day at the end that is not the one meant: "call back after friday"."""
        before = _phrase(words[-count - 1 : -count])
        if before in _ANOTHER_DAY:
            shown = " ".join(words[-count - 1 :])
            raise UnclearError(f"“{shown}” is not one day; write the day by which it is due, such as by 12 May.")


def misspelt(word: str) -> str | None:
    """The day word that this one is a slip of the finger away from: yesterday for "yesterdy"; None for any other word,
    and for one that is spelt well.
    """
    typed = word.casefold().rstrip(",:;.–—-")
    if len(typed) < _MISSPELT_LEAST or not typed.isalpha() or typed.removesuffix("s") in _SPELT:
        return None
    slips = {one: OSA.distance(typed, one) for one in _SPELT}
    nearest = min(slips, key=lambda one: slips[one])
    return nearest if slips[nearest] <= (2 if len(nearest) >= _TWO_SLIPS_FROM else 1) else None


def reads_day_first(locale: str) -> bool | None:
    """Whether who reads in this locale takes 5/12 for 5 December; None where that is not known: where the year is
    written first, the rest may stand in either order without it.
    """
    try:
        pattern = str(Locale.parse(locale.replace("-", "_")).date_formats["short"].pattern)
    except (UnknownLocaleError, ValueError):
        return None
    return None if pattern.startswith("y") else pattern.index("d") < pattern.index("M")


def _phrase(words: Sequence[str]) -> str:
    return " ".join(words).casefold().rstrip(",:;–—-").strip()
