"""Which lines a digest has: what is overdue and the most money first, every section heard, nothing twice, and nobody
nagged for ever.

A digest that repeats itself is not read. So a line that was shown `SHOWN_MOST` times, and for which nobody did a thing,
is not shown again: the last time it is offered for dropping, and after that it is counted as a reminder that changed
nothing. What somebody did changes the line's subject, and with it the count begins anew.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Section = Literal["stopped", "visit", "follow_up", "invite", "conversation"]

# Whoever stopped buying or paying is spoken to about that, and about nothing else: so this section chooses first. A
# promise gives way to a line that is there, though, and is not lost behind one for which there is no room.
SECTIONS: tuple[Section, ...] = ("stopped", "follow_up", "visit", "conversation", "invite")
SHOWN_MOST = 3
LINES_MOST = 10
# Ten promises to one customer are no reason to hear of nobody else.
OF_CUSTOMER_MOST = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could stand in a digest. `subject` names what is not to be repeated, and changes with what was
    done ("visit 31 since 2026-03-01"). `at_stake` is in the reader's currency, None where it is not known. What is
    urgent, such as a promise that is overdue, comes first, whatever the money; where the money is the same, what is due
    first (`due_on`).
    """

    section: Section
    subject: str
    customer_id: int | None
    at_stake: float | None
    is_urgent: bool = False
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of the digest, with how often it has been shown, this time included."""

    candidate: Candidate
    times_shown: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The lines in the order of their sections, how many more each section had, how many were given up on, and how many
    somebody has put off.
    """

    lines: tuple[Chosen, ...]
    left_out: Mapping[Section, int]
    changed_nothing: int
    put_off: int


def choose(
    candidates: Sequence[Candidate],
    *,
    shown: Mapping[str, int],
    dismissed: Collection[str] = (),
    lines_most: int = LINES_MOST,
) -> Choice:
    """Choose at most `lines_most` lines.

    `shown` says how often each subject was shown before, `dismissed` which subjects somebody called not relevant or
    snoozed: what is not to be shown any more takes no room, and its customer may stand in another section. A customer
    stands in one section only, the first of SECTIONS that has them (of promises, that shows them), with
    `OF_CUSTOMER_MOST` lines at most. Every section that has something has a line, as far as there are lines; the others
    go to what is urgent, then to the most money, wherever it is.
    """
    open_ = [one for one in candidates if one.subject not in dismissed]
    offered = [one for one in open_ if shown.get(one.subject, 0) < SHOWN_MOST]
    giving_way = _customers(offered, "stopped") & _customers(offered, "follow_up")
    while True:
        waiting = _once(offered, giving_way)
        chosen = _picked(waiting, lines_most)
        hidden = giving_way - _customers(chosen, "stopped")
        if not hidden:
            break
        giving_way -= hidden
    lines = tuple(Chosen(one, shown.get(one.subject, 0) + 1) for section in SECTIONS for one in _of(chosen, section))
    rest = Counter(one.section for one in waiting if one not in chosen)
    left_out = {section: rest[section] for section in SECTIONS if rest[section]}
    given_up = {one.subject for one in open_ if shown.get(one.subject, 0) >= SHOWN_MOST}
    put_off = {one.subject for one in candidates if one.subject in dismissed}
    return Choice(lines, left_out, changed_nothing=len(given_up), put_off=len(put_off))


def _picked(waiting: Sequence[Candidate], lines_most: int) -> list[Candidate]:
    """The first of each section, as far as there are lines, then what is urgent and the most money."""
    allowed = _few_of_each(waiting)
    firsts = [of_section[0] for section in SECTIONS if (of_section := _of(allowed, section))]
    others = sorted((one for one in allowed if one not in firsts), key=_rank)
    # In the same order among the first lines of sections, should there be fewer lines than sections.
    return [*sorted(firsts, key=_rank), *others][:lines_most]


def _customers(candidates: Sequence[Candidate], section: Section) -> set[int]:
    return {one.customer_id for one in candidates if one.section == section and one.customer_id is not None}


def _of(candidates: Sequence[Candidate], section: Section) -> list[Candidate]:
    return sorted((one for one in candidates if one.section == section), key=_rank)


def _once(candidates: Sequence[Candidate], giving_way: Collection[int]) -> list[Candidate]:
    """Each subject once, and each customer in the first section that has them; a promise is before all others, unless
    its customer is one of those of whom it is `giving_way`.
    """
    found: dict[str, Candidate] = {}
    section_of: dict[int, Section] = {}

    def place(one: Candidate) -> int:
        return -1 if one.section == "follow_up" and one.customer_id not in giving_way else SECTIONS.index(one.section)

    for one in sorted(candidates, key=lambda one: (place(one), _rank(one))):
        if one.customer_id is not None and section_of.setdefault(one.customer_id, one.section) != one.section:
            continue
        found.setdefault(one.subject, one)
    return list(found.values())


def _few_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of each customer the first few."""
    found, of_customer = [], Counter[int]()
    for one in sorted(candidates, key=_rank):
        if one.customer_id is not None:
            of_customer[one.customer_id] += 1
        if one.customer_id is None or of_customer[one.customer_id] <= OF_CUSTOMER_MOST:
            found.append(one)
    return found


def _rank(one: Candidate) -> tuple[bool, bool, float, dt.date, str]:
    """What comes first: the urgent, the most money, what is due first."""
    return (not one.is_urgent, one.at_stake is None, -(one.at_stake or 0.0), one.due_on or dt.date.max, one.subject)
