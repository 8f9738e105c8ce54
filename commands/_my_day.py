"""A day's care on one page: promises that are due, the neglected, birthdays of the week, and who is next."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands import _neglected_list, _promise_words
from commands._customer_words import somebody
from commands._reply import Count, Date, Inline, Item, Money, Note, Part, Request, Sentence, Strong
from store import greetings, neglect, neglect_totals, promises
from store.greetings import Greeting
from store.neglect import Asked, Entry
from store.neglect_totals import Totals
from store.promises import Promise
from store.standing_rows import SINCE_EVER
from store.who import Who
from store.workspace import TeamSettings

# Of each kind: what fits a screen of a phone. The lists themselves have all of them.
SHOWN = 3
GREETINGS_SHOWN = 5
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Day:
    """What there is to do today for one rep, or for the team where `who` is None."""

    who: Who | None
    due: list[Promise]
    promised: promises.Count
    totals: Totals
    neglected: list[Entry]
    greeted: list[Greeting]
    following: list[Entry]


def read(connection: Connection, today: dt.date, who: Who | None) -> Day:
    """The day of somebody, or of everybody. So many queries, however many customers there are."""
    asked = Asked(today, who.rep_id if who else None)
    # Somebody who is no rep of the ledger has promises, but no customers.
    has_customers = who is None or who.rep_id is not None
    totals = neglect_totals.totals(connection, asked) if has_customers else Totals(0, 0, None, None, 0, 0)
    week_end = today + dt.timedelta(days=WEEK_DAYS - 1)
    next_ones = neglect.upcoming(connection, asked, SHOWN) if has_customers else []
    return Day(
        who=who,
        due=promises.of(connection, who, most=SHOWN, due_by=today),
        promised=promises.counted(connection, who, today=today),
        totals=totals,
        neglected=neglect.neglected(connection, asked, totals.currency, SHOWN) if totals.neglected else [],
        # A team may have hundreds in a week, and each is a rep's own to think of.
        greeted=greetings.within(connection, today, week_end if who else today, who) if has_customers else [],
        following=[one for one in next_ones if (one.standing.due_on or SINCE_EVER) <= week_end],
    )


def parts(day: Day, request: Request, settings: TeamSettings) -> tuple[Part, ...]:
    """The day as it is drawn; where there is nothing to do, it says so."""
    title = "My day" if day.who else "The team's day"
    opening: list[Inline] = [Strong(title), "  ·  ", *_in_short(day)]
    names_owner = day.who is None
    return (
        Note(tuple(opening)),
        *(_promise(one, request, names=names_owner) for one in day.due),
        *(_neglected_list.item(one, request.today, settings, names_owner=names_owner) for one in day.neglected),
        *_greetings(day.greeted, request.today),
        *_following(day.following, request.today),
    )


def _in_short(day: Day) -> Sentence:
    words: list[Inline] = []
    if day.promised.overdue:
        words += [Count(day.promised.overdue, "promise"), " overdue  ·  "]
    elif day.promised.due_today:
        words += [Count(day.promised.due_today, "promise"), " due today  ·  "]
    if day.totals.neglected:
        words += [f"{day.totals.neglected:,} of ", Count(day.totals.customers, "customer"), " past the cadence"]
        if day.totals.at_stake and day.totals.currency:
            words += [", ", Money(day.totals.at_stake, day.totals.currency, "short"), " at stake"]
        return tuple(words)
    if day.totals.customers:
        return (*words, "every customer seen in time")
    return (*words, "no customers to look after") if words else ("nothing is due",)


def _promise(promise: Promise, request: Request, *, names: bool) -> Item:
    who: Sentence = ("  ·  ", somebody(promise.who)) if names else ()
    actions = _promise_words.three(promise) if _promise_words.may_change(request, promise) else ()
    return Item(
        title=_promise_words.title(promise),
        reason=("promise  ·  ", *_promise_words.due(promise, request.today), *who),
        actions=actions,
    )


def _greetings(found: list[Greeting], today: dt.date) -> tuple[Note, ...]:
    if not found:
        return ()
    more = len(found) - GREETINGS_SHOWN
    return (
        Note((Strong("To be congratulated"),)),
        *(Note(_greeting(one, today)) for one in found[:GREETINGS_SHOWN]),
        *([Note((f"{more:,} more.",))] if more > 0 else []),
    )


def _greeting(greeting: Greeting, today: dt.date) -> Sentence:
    when: Inline = "today" if greeting.on == today else Date(greeting.on)
    years = f" ({greeting.years})" if greeting.years else ""
    return (when, f": {greeting.what} of ", Strong(greeting.contact.name), f"{years}, {greeting.customer}")


def _following(found: list[Entry], today: dt.date) -> tuple[Note, ...]:
    if not found:
        return ()
    words: list[Inline] = []
    for entry in found:
        due_on = entry.standing.due_on or today
        words += [*([", "] if words else []), entry.name, " by ", "today" if due_on == today else Date(due_on)]
    return (Note((Strong("Next visits: "), *words, ".")),)
