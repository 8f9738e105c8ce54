"""Which lines a digest has: the most money first, every section heard, nothing twice, and nobody nagged for ever.

A digest that repeats itself is not read. So a line that was shown `SHOWN_MOST` times, and for which nobody did a thing,
is not shown again: the last time it is offered for dropping, and after that it is counted as a reminder that changed
nothing. What somebody did changes the line's subject, and with it the count begins anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Section = Literal["stopped", "visit", "follow_up", "invite", "conversation"]

# Whoever stopped buying or paying is spoken to about that, and about nothing else: so this section chooses first.
SECTIONS: tuple[Section, ...] = ("stopped", "follow_up", "visit", "conversation", "invite")
SHOWN_MOST = 3
LINES_MOST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could stand in a digest. `subject` names what is not to be repeated, and changes with what was
    done ("visit 31 since 2026-03-01"). `at_stake` is in the reader's currency, None where it is not known. What is
    urgent, such as a promise that is overdue, comes first in its section, whatever the money.
    """

    section: Section
    subject: str
    customer_id: int | None
    at_stake: float | None
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of the digest, with how often it has been shown, this time included."""

    candidate: Candidate
    times_shown: int

    @property
    def is_last_time(self) -> bool:
        """Whether it is offered for dropping, since it will not be shown again."""
        return self.times_shown >= SHOWN_MOST


@dataclass(frozen=True, slots=True)
class Choice:
    """The lines in the order of their sections, how many more each section had, and how many were given up on."""

    lines: tuple[Chosen, ...]
    left_out: Mapping[Section, int]
    changed_nothing: int


def choose(
    candidates: Sequence[Candidate],
    *,
    shown: Mapping[str, int],
    dismissed: Collection[str] = (),
    lines_most: int = LINES_MOST,
) -> Choice:
    """Choose at most `lines_most` lines.

    `shown` says how often each subject was shown before, `dismissed` which subjects somebody called not relevant or
    snoozed. A customer stands in one section only, the first of SECTIONS that has them. Every section that has
    something has a line, as far as there are lines; the others go to the most money, wherever it is.
    """
    once = _once(sorted(candidates, key=_rank))
    open_ = [one for one in once if one.subject not in dismissed]
    waiting = [one for one in open_ if shown.get(one.subject, 0) < SHOWN_MOST]
    firsts = [of_section[0] for section in SECTIONS if (of_section := _of(waiting, section))]
    others = sorted((one for one in waiting if one not in firsts), key=_money)
    # The most money first, also among the first lines of sections, should there be fewer lines than sections.
    chosen = [*sorted(firsts, key=_money), *others][:lines_most]
    lines = tuple(Chosen(one, shown.get(one.subject, 0) + 1) for section in SECTIONS for one in _of(chosen, section))
    rest = [one for one in waiting if one not in chosen]
    left_out = {section: count for section in SECTIONS if (count := sum(one.section == section for one in rest))}
    return Choice(lines, left_out, changed_nothing=len(open_) - len(waiting))


def _of(candidates: Sequence[Candidate], section: Section) -> list[Candidate]:
    return sorted(
        (one for one in candidates if one.section == section), key=lambda one: (not one.is_urgent, _money(one))
    )


def _once(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Each subject once, and each customer in the first section that has them."""
    found: dict[str, Candidate] = {}
    section_of: dict[int, Section] = {}
    for one in ranked:
        if one.customer_id is not None and section_of.setdefault(one.customer_id, one.section) != one.section:
            continue
        found.setdefault(one.subject, one)
    return list(found.values())


def _money(one: Candidate) -> tuple[bool, float, str]:
    return (one.at_stake is None, -(one.at_stake or 0.0), one.subject)


def _rank(one: Candidate) -> tuple[int, bool, float, str]:
    return (SECTIONS.index(one.section), *_money(one))
