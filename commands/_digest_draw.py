"""A digest as a reply: the one thing to do first, four figures with last week's beside them, and the lines."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from commands._digest_compose import GREETING_DAYS, Digest
from commands._digest_notes import last_time, left, put_off, rest, stale
from commands._digest_top import top
from commands._digest_words import day
from commands._reply import (
    Action,
    Code,
    Count,
    Fact,
    Inline,
    Item,
    Mention,
    Money,
    Note,
    Part,
    Reply,
    Sentence,
    Strong,
)
from store.customers import Owner
from store.digests import Line
from store.greetings import Greeting
from value.digest_choice import SHOWN_MOST, Section

NAME = "digest"
TITLES: Mapping[Section, str] = {
    "stopped": "The Great and the Horrible: ask what went wrong",
    "follow_up": "Follow up",
    "visit": "Visit",
    "conversation": "Talk about value",
    "invite": "Invite",
}
FIRST: Mapping[Section, str] = {
    "stopped": "go and see",
    "follow_up": "keep the promise to",
    "visit": "visit",
    "conversation": "talk about value with",
    "invite": "invite guests:",
}
GREETINGS_MOST = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """How a digest is shown: whose names stand in it by their rep, and what one unit of its currency is there.

    `schedule` says when it comes, such as "every Monday 08:00"; `late_on` is the slot that a late one was due on.
    `issue_id` is None for a preview, whose lines nobody can take, and `channel_id` a channel to
    schedule it for.
    """

    owners: Mapping[int, Owner]
    currency: str | None
    rate: Decimal = Decimal(1)
    rate_on: dt.date | None = None
    schedule: str = ""
    late_on: dt.date | None = None
    issue_id: int | None = None
    is_preview: bool = False
    channel_id: str | None = None


def draw(digest: Digest, shown: Shown) -> Reply:
    """The main message."""
    numbers = {line.subject: number for number, line in enumerate(digest.lines, 1)}
    parts: list[Part] = [
        *stale(digest),
        *_late(shown),
        *_first(digest, shown),
        top(digest, shown.currency, shown.rate),
        *_effect(digest),
    ]
    for section, title in TITLES.items():
        lines = [line for line in digest.lines if line.section == section]
        if lines:
            parts += [Note((Strong(title),)), *(_item(line, numbers[line.subject], digest, shown) for line in lines)]
    parts += [
        *rest(digest),
        *last_time(digest),
        *put_off(digest),
        *_near(digest, shown),
        *left(digest),
        *_covered(digest, shown),
    ]
    headline = _headline(digest)
    return Reply(
        headline=headline,
        summary=(*headline, ". ", *_first_words(digest, shown)),
        parts=tuple(parts),
        actions=_preview_actions(digest, shown),
        facts=(Fact("lines", "lines", Count(len(digest.lines))),),
        audience="channel" if digest.reader.is_team and not shown.is_preview else "asker",
    )


def details(digest: Digest) -> Reply:
    """What stands in the thread: everybody's day, and how the figures are counted."""
    parts: list[Part] = []
    if digest.greetings:
        parts.append(Note((Strong(f"Birthdays and anniversaries of the next {GREETING_DAYS} days"),)))
        parts += [Note(_greeting(one, digest.today)) for one in digest.greetings]
    parts += [
        Note(
            (
                Strong("The figures"),
                ": top profit is that of the fifth of the customers that earned most in the last 12 months, and within "
                "cadence are those whom somebody touched lately enough for their class. Value at risk is the "
                "probability of losing each customer within 12 months, times what is left of its lifetime. Promises "
                "are those of the last 7 days and the overdue ones. Touches are those of the last 7 days.",
            ),
            "quiet",
        ),
        Note(
            (
                "What is shown ",
                Count(SHOWN_MOST, "time"),
                " without anybody doing a thing is not repeated.",
            ),
            "quiet",
        ),
    ]
    headline: Sentence = ("Behind the digest of ", day(digest.today))
    return Reply(headline=headline, summary=(*headline, "."), parts=tuple(parts), audience="channel")


def _headline(digest: Digest) -> Sentence:
    week = f"Week {digest.today.isocalendar().week}"
    if not digest.lines and (digest.to_visit or digest.left_out or digest.changed_nothing):
        return (f"{week}  ·  nothing new",)
    if not digest.lines:
        return (f"{week}  ·  a quiet week: nothing is waiting for us",)
    whom = "who needs us" if digest.reader.is_team else "who needs you"
    return (f"{week}  ·  {whom}",)


def _first(digest: Digest, shown: Shown) -> tuple[Note, ...]:
    words = _first_words(digest, shown)
    return (Note(words),) if words else ()


def _first_words(digest: Digest, shown: Shown) -> Sentence:
    """The one action to take first: where the most money is at stake."""
    if not digest.lines:
        return ()
    # An invitation waits until somebody has gone to see those who need it.
    number, line = max(
        enumerate(digest.lines, 1), key=lambda one: (one[1].section != "invite", one[1].at_stake or Decimal(-1))
    )
    doing = (": ", FIRST[line.section], " ")
    if line.section == "invite":
        return (Strong(f"First, line {number}"), *doing, line.reason, ".")
    money: Sentence = ("  ·  ", *_money(line, shown)) if line.at_stake is not None else ()
    # An invitation may stand there with more money: of many customers.
    why = ", the most at stake with one customer" if money and len(digest.lines) > 1 else ""
    first = (Strong(f"First, line {number}"), why, *doing)
    end = "" if line.reason.endswith(("?", "!", ".")) else "."
    return (*first, Strong(line.customer or ""), *money, *_owner(line, digest, shown), "  ·  ", line.reason + end)


def _effect(digest: Digest) -> tuple[Note, ...]:
    """What the last digest led to."""
    if digest.before is None or not digest.before.lines:
        return ()
    of = len(digest.before.lines)
    lines = "line" if of == 1 else "lines"
    return (Note((f"Of the {of} {lines} of the last digest, {digest.acted_on} led to a touch.",), "quiet"),)


def _item(line: Line, number: int, digest: Digest, shown: Shown) -> Item:
    title: list[Inline] = [f"{number}  ", Strong(line.customer)] if line.customer else [f"{number}  ", line.reason]
    if line.at_stake is not None:
        title += ["  ·  ", *_money(line, shown)]
    title += _owner(line, digest, shown)
    reason: list[Inline] = [line.reason] if line.customer else []
    if line.taken_by:
        reason += ["  ·  taken by ", Mention("a colleague", line.taken_by)]
    if line.times_shown >= SHOWN_MOST:
        reason += ["  ·  shown for the last time: do it, or say that it is not relevant"]
    return Item(tuple(title), tuple(reason), actions=_actions(line, number, digest, shown))


def _owner(line: Line, digest: Digest, shown: Shown) -> Sentence:
    """Whose customer it is, where the digest is not the rep's own."""
    owner = shown.owners.get(line.owner_rep_id or 0)
    if owner is None or not digest.reader.is_team:
        return ()
    return ("  ·  ", Mention(owner.name, owner.slack_user_id), *((" (invented)",) if owner.is_invented else ()))


def _actions(line: Line, number: int, digest: Digest, shown: Shown) -> tuple[Action, ...]:
    """What can be done about a line, the likeliest first; five at most fit a menu."""
    kept = {"issue": str(shown.issue_id), "line": str(number)}
    is_posted = shown.issue_id is not None
    actions = list(_doing(line))
    if is_posted and digest.reader.is_team:
        actions.insert(0, Action(NAME, "I'll do it", {"do": "take", **kept}, style="primary"))
    elif line.customer_id is not None:
        actions.append(Action("clv", "Show what it is worth", {"customer": str(line.customer_id)}))
    if is_posted and line.promise_id is None:
        actions.append(Action(NAME, "Snooze…", {"do": "snooze", **kept}, opens_form=True))
    if is_posted:
        actions.append(Action(NAME, "Not relevant", {"do": "drop", **kept}))
    return tuple(actions)


def _doing(line: Line) -> tuple[Action, ...]:
    if line.promise_id is not None:
        promise = {"promise": str(line.promise_id)}
        done = Action("promises", "Done", {"do": "keep", **promise})
        return (done, Action("promises", "Snooze…", {"do": "snooze", **promise}, opens_form=True))
    if line.customer_id is None:
        return (Action("event", "Choose the guests", {"event": str(line.event_id), "view": "guests"}),)
    customer = {"customer": str(line.customer_id)}
    talk = Action("visit", "Log a talk", {**customer, "kind": "conversation"}, opens_form=True)
    visit = Action("visit", "Log a visit", customer, opens_form=True)
    promise_it = Action("promise", "Make a promise", customer, opens_form=True)
    return (talk if line.section == "conversation" else visit, promise_it)


def _money(line: Line, shown: Shown) -> Sentence:
    if line.at_stake is None or shown.currency is None:
        return ()
    return (Money((line.at_stake * shown.rate).quantize(Decimal(1)), shown.currency),)


def _near(digest: Digest, shown: Shown) -> tuple[Note, ...]:
    """Whose day is near: the next few of a rep's own, which has no thread; of the team's digest the first."""
    found = digest.greetings
    if not digest.reader.is_team or len(found) < 2:
        more = Count(len(found) - GREETINGS_MOST, "more birthday or anniversary", "more birthdays or anniversaries")
        rest = (Note((more, f" within {GREETING_DAYS} days"), "quiet"),) if more.number > 0 else ()
        return (*(Note(_greeting(one, digest.today)) for one in found[:GREETINGS_MOST]), *rest)
    where = "in the thread of the digest, once it is sent" if shown.is_preview else "in the thread"
    return (Note((*_greeting(found[0], digest.today), f"  ·  {len(found) - 1} more {where}")),)


def _greeting(one: Greeting, today: dt.date) -> Sentence:
    if one.what == "birthday":
        what = "Birthday"
    else:
        named = one.contact.about.anniversary_of
        what = f"{named.capitalize()} anniversary" if named else "Anniversary"
    when = "today" if one.on == today else f"{one.on:%A} {one.on.day} {one.on:%B}"
    years = ""
    if one.years:
        whole = "1 year" if one.years == 1 else f"{one.years} years"
        years = f", turns {one.years}" if one.what == "birthday" else f", {whole}"
    return (f"{what}: ", Strong(one.contact.about.name), f" at {one.customer}, {when}{years}")


def _late(shown: Shown) -> tuple[Note, ...]:
    if shown.late_on is None:
        return ()
    return (Note(("This digest was due on ", day(shown.late_on), " and comes late."), "warning"),)


def _covered(digest: Digest, shown: Shown) -> tuple[Note, ...]:
    words: list[Inline] = []
    if any(line.at_stake is not None for line in digest.lines):
        words.append("Money is what is at stake: what they are worth from now on  ·  ")
    if digest.coverage is not None:
        end = day(digest.coverage.observation_end_on)
        words.append(f"{digest.coverage.titles}, to {end}")
    if shown.rate_on is not None:
        words.append(f"  ·  1 {digest.figures.currency} = {shown.rate:.4f} {shown.currency} on {day(shown.rate_on)}")
    if shown.schedule:
        words += ["  ·  " if words else "", f"{shown.schedule}, ", Code("/digest schedule"), " to change"]
    return (Note(tuple(words), "quiet"),) if words else ()


def _preview_actions(digest: Digest, shown: Shown) -> tuple[Action, ...]:
    if shown.channel_id is None or not digest.reader.is_team:
        return ()
    return (Action(NAME, "Schedule…", {"do": "schedule", "channel": shown.channel_id}, opens_form=True),)
