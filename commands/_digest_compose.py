"""What a digest says: its lines with their reasons, and the figures on top, for one reader and one day."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.engine import Connection

from commands._digest_words import due_words, event_words, owes_words, stopped_words, talk_words, visit_words
from store import (
    currencies,
    digest_candidates,
    digest_figures,
    digest_reps,
    digests,
    greetings,
    promises,
    sources,
    workspace,
)
from store.digest_candidates import Coming, Covered, Person
from store.digest_reps import Left
from store.digest_schedules import Kept
from store.digests import Issue, Line
from store.greetings import Greeting
from store.overdue import Debt
from store.promises import Promise
from store.sources import Coverage
from store.who import Who
from value.digest_choice import SECTIONS, SHOWN_MOST, Candidate, Section, choose

WEEK = dt.timedelta(days=7)
# Whose day is within so many days is told.
GREETING_DAYS = 10
# A rep has one value conversation a week to offer, and is offered the next few behind it.
TALKS = 1


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is for: a channel with those reps whose customers it covers, or one rep. `key` names it in
    store/digests.py; `who` is whose promises are told of, None everybody's; `left` are the reps who were to be covered,
    and have left.
    """

    key: str
    rep_ids: tuple[int, ...]
    who: Sequence[Who] | None
    lines_most: int
    is_team: bool
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures on top. Amounts are in the digest's currency; None is not known."""

    top_within: Decimal | None
    top_all: Decimal | None
    value_at_risk: Decimal | None
    kept_on_time: int
    kept_of: int
    touches: int
    currency: str | None

    def document(self) -> dict[str, Any]:
        """As it is kept beside the digest."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(one) if isinstance(one, Decimal) else one for name, one in plain.items()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Figures":
        """The figures of an earlier digest."""
        amounts = ("top_within", "top_all", "value_at_risk")
        known = {name: Decimal(document[name]) if document[name] is not None else None for name in amounts}
        return cls(**{**document, **known})


@dataclass(frozen=True, slots=True)
class Digest:
    """All that a digest says. `left_out` counts what each section had beyond its lines; `to_visit` the customers past
    their cadence, be they shown or not; `changed_nothing` the reminders that were given up on; `put_off` what
    somebody snoozed or called not relevant; and `acted_on` the lines of the last one (`before`) of which something was
    done.
    """

    reader: Reader
    slot_on: dt.date
    today: dt.date
    lines: tuple[Line, ...]
    left_out: Mapping[Section, int]
    to_visit: int
    changed_nothing: int
    put_off: int
    acted_on: int
    figures: Figures
    before: Issue | None
    greetings: Sequence[Greeting]
    coverage: Coverage | None
    stale_after_days: int
    issue_id: int | None = None

    @property
    def figures_before(self) -> Figures | None:
        """Those of the digest before, where there was one."""
        return Figures.of(self.before.figures) if self.before else None


@dataclass(frozen=True, slots=True)
class _Offers:
    """Every line that there could be; how many more each list has than were read; how many customers are past their
    cadence; and when what was promised is due, by the line's subject.
    """

    lines: list[Line]
    beyond: Mapping[Section, int]
    to_visit: int
    due_on: Mapping[str, dt.date]


def of_schedule(connection: Connection, kept: Kept) -> Reader:
    """The readers of a channel."""
    covering = digest_reps.covering(connection, kept.schedule.rep_ids)
    whose = [Who(rep_id) for rep_id in covering.rep_ids] if covering.rep_ids else None
    return Reader(kept.reader, covering.rep_ids, whose, kept.schedule.lines_most, is_team=True, left=covering.left)


def compose(connection: Connection, reader: Reader, *, slot_on: dt.date, today: dt.date) -> Digest:
    """The digest of this reader as it would be now. Nothing is kept of it."""
    covered = Covered(reader.rep_ids, currencies.of_most_customers(connection))
    before = digests.before(connection, reader.key, slot_on)
    shown = digests.times_shown(connection, reader.key, slot_on)
    dismissed = digests.dismissed(connection, reader.key, today)
    silenced = dismissed | {subject for subject, times in shown.items() if times >= SHOWN_MOST}
    offers = _offers(connection, reader, covered, today, silenced)
    by_subject = {line.subject: line for line in reversed(offers.lines)}
    chosen = choose(
        [_candidate(line, offers.due_on.get(line.subject), today) for line in offers.lines],
        shown=shown,
        dismissed=dismissed,
        lines_most=reader.lines_most,
    )
    taken = digests.holders(connection, reader.key, slot_on)
    lines = tuple(
        _again(by_subject[one.candidate.subject], one.times_shown, taken.get(one.candidate.subject))
        for one in chosen.lines
    )
    left_out = {section: chosen.left_out.get(section, 0) + offers.beyond.get(section, 0) for section in SECTIONS}
    return Digest(
        reader=reader,
        slot_on=slot_on,
        today=today,
        lines=lines,
        left_out={section: count for section, count in left_out.items() if count},
        to_visit=offers.to_visit,
        changed_nothing=chosen.changed_nothing,
        put_off=chosen.put_off,
        acted_on=digest_figures.changed_since(connection, before) if before else 0,
        figures=_figures(connection, reader, covered, today),
        before=before,
        greetings=_greetings(connection, reader, today),
        coverage=sources.coverage(connection),
        stale_after_days=workspace.settings(connection).stale_after_days,
    )


def _offers(
    connection: Connection, reader: Reader, covered: Covered, today: dt.date, silenced: Collection[str]
) -> _Offers:
    """What is silenced, dismissed or shown often enough, is offered too, to be counted; so each list is read so much
    further, and what is behind it is reached.
    """
    gone = digest_candidates.stopped(connection, covered, today, _of_kind("stopped", silenced))
    debts = digest_candidates.debtors(connection, covered, today, _of_kind("debt", silenced))
    visits = digest_candidates.to_visit(connection, covered, today, _of_kind("visit", silenced))
    counts = digest_candidates.counts(connection, covered, today)
    # Of debts no cadence tells when to ask again; whoever still owes is told of in the digest after the next.
    owed = [_of_debtor(one, debt) for one, debt in debts if not _was_seen(one, since=today - WEEK)]
    told = _customers(line for line in owed if line.subject not in silenced)
    lines = [*owed, *(_of_stopped(one, today) for one in gone if one.customer_id not in told)]
    lines += [_of_person("visit", one, visit_words(one, today), one.last_touch_on) for one in visits]
    due = promises.of(connection, reader.who, due_by=today + WEEK - dt.timedelta(days=1))
    lines += [_of_promise(one, today, covered.currency) for one in due]
    owing = {one.customer_id for one, _ in debts}
    if reader.is_team:
        lines += [_of_event(one) for one in digest_candidates.coming(connection, covered, today, owing)]
    else:
        # Whoever is to be visited anyway is asked then; a talk about value is for somebody else.
        busy = owing | _customers(line for line in lines if line.subject not in silenced)
        people = digest_candidates.to_talk_to(connection, covered, today, _of_kind("conversation", silenced))
        talks = [_of_person("conversation", one, talk_words(), None) for one in people if one.customer_id not in busy]
        lines += [line for line in talks if line.subject in silenced]
        lines += [line for line in talks if line.subject not in silenced][:TALKS]
    beyond: dict[Section, int] = {"stopped": counts.stopped - len(gone), "visit": counts.to_visit - len(visits)}
    return _Offers(lines, beyond, counts.to_visit, {_promised(one): one.due_on for one in due})


def _of_kind(kind: str, subjects: Iterable[str]) -> int:
    """How many of these subjects are of this kind."""
    return sum(subject.startswith(f"{kind} ") for subject in subjects)


def _customers(lines: Iterable[Line]) -> set[int]:
    return {line.customer_id for line in lines if line.customer_id is not None}


def _of_person(section: Section, one: Person, reason: str, since_on: dt.date | None) -> Line:
    since = f" since {since_on.isoformat()}" if since_on else ""
    return Line(
        section=section,
        subject=f"{section} {one.customer_id}{since}",
        reason=reason,
        times_shown=0,
        customer_id=one.customer_id,
        customer=one.customer,
        owner_rep_id=one.owner_rep_id,
        at_stake=one.at_stake,
        currency=one.currency,
    )


def _of_stopped(one: Person, today: dt.date) -> Line:
    """Whoever stopped buying; a touch since the order was due makes it another line."""
    line = _of_person("stopped", one, stopped_words(one, today), one.last_purchase_on)
    return replace(line, subject=line.subject + _touched(one, one.next_due_on or one.last_purchase_on))


def _of_debtor(one: Person, debt: Debt) -> Line:
    """Whoever stopped paying; a payment makes it another debt, and so does a touch."""
    assert one.observation_end_on is not None, "an invoice is due by the books"
    oldest_on = one.observation_end_on - dt.timedelta(days=debt.days)
    line = _of_person("stopped", one, owes_words(debt), oldest_on)
    return replace(line, subject=f"debt {line.subject}{_touched(one, oldest_on)}")


def _touched(one: Person, since_on: dt.date | None) -> str:
    """What a touch after that day adds to a subject; nothing where there was none."""
    is_new = since_on is not None and _was_seen(one, since=since_on + dt.timedelta(days=1))
    return f" touched {one.last_touch_on}" if is_new else ""


def _was_seen(one: Person, since: dt.date) -> bool:
    return one.last_touch_on is not None and one.last_touch_on >= since


def _of_promise(one: Promise, today: dt.date, currency: str | None) -> Line:
    known = one.at_stake is not None and one.currency == currency
    return Line(
        section="follow_up",
        subject=_promised(one),
        reason=due_words(one, today),
        times_shown=0,
        customer_id=one.customer_id,
        customer=one.customer_name,
        promise_id=one.id,
        owner_rep_id=one.who.rep_id,
        at_stake=one.at_stake if known else None,
        currency=currency if known else None,
    )


def _promised(one: Promise) -> str:
    """What is not to be repeated of a promise; a new day makes it another."""
    return f"promise {one.id} due {one.due_on.isoformat()}"


def _of_event(one: Coming) -> Line:
    """Every invitation makes it another one: somebody is at it."""
    asked = f" with {one.asked} invited" if one.asked else ""
    return Line(
        section="invite",
        subject=f"event {one.event_id}{asked}",
        reason=event_words(one),
        times_shown=0,
        event_id=one.event_id,
        at_stake=one.at_stake,
        currency=one.currency,
    )


def _candidate(line: Line, due_on: dt.date | None, today: dt.date) -> Candidate:
    at_stake = None if line.at_stake is None else float(line.at_stake)
    is_late = due_on is not None and due_on < today
    return Candidate(line.section, line.subject, line.customer_id, at_stake, is_late, due_on)


def _again(line: Line, times_shown: int, taken_by: str | None) -> Line:
    return replace(line, times_shown=times_shown, taken_by=taken_by)


def _figures(connection: Connection, reader: Reader, covered: Covered, today: dt.date) -> Figures:
    top = digest_figures.top_in_cadence(connection, covered, today)
    # Seven whole days: today counts in the next digest, which comes after it.
    week = (today - WEEK, today - dt.timedelta(days=1))
    kept = promises.kept_on_time(connection, reader.who, since_on=week[0], until_on=week[1], today=today)
    return Figures(
        top_within=top[0] if top else None,
        top_all=top[1] if top else None,
        value_at_risk=digest_figures.value_at_risk(connection, covered),
        kept_on_time=kept.on_time,
        kept_of=kept.of,
        touches=digest_figures.touches_made(connection, covered, *week),
        currency=covered.currency,
    )


def _greetings(connection: Connection, reader: Reader, today: dt.date) -> list[Greeting]:
    until = today + dt.timedelta(days=GREETING_DAYS - 1)
    return greetings.within(connection, today, until, owner_rep_ids=reader.rep_ids)
