"""The groups of the visit brief: the last touches, what they buy, the people, what is promised, what is overdue."""

import datetime as dt

from commands._customer_words import ago, person, somebody, touched
from commands._reply import Count, Date, Inline, Money, Panel, Ratio, Sentence, Strong
from store import standings
from store.assortment import Assortment, Bought
from store.brief import Brief

PEOPLE_SHOWN, PROMISES_SHOWN, KINDS_SHOWN = 4, 3, 4
PROMISE_LETTERS, NOTE_LETTERS = 90, 90
# More than three times as much as the year before is not said in percent.
MANIFOLD = 2


def panels(of: Brief, bought: Assortment | None, today: dt.date) -> list[Panel]:
    """Each group where there is something to say; of touches, people and money that there is nothing is said too."""
    is_made_up = made_up(of)
    found = [_touches(of, today, marks=not is_made_up), _buys(bought), _people(of, today)]
    found += [_promises(of, today), _overdue(of)]
    return [panel for panel in found if panel is not None]


def made_up(of: Brief) -> bool:
    """Whether all that is told of touches, people and promises was invented, so that it is said once for all."""
    told = [one.is_invented for one in of.touches] + [one.is_invented for one in of.people]
    told += [one.is_invented for one in of.promises]
    return bool(told) and all(told)


def trend(kind: Bought) -> Sentence:
    """Against the year before: (+12 %), (4× the year before), (new); nothing where that year is not in the data."""
    change = kind.trend
    if kind.is_new:
        return (" (new)",)
    if change is None or kind.revenue_before is None:
        return ()
    if change > MANIFOLD:
        return (" (", Ratio(kind.revenue / kind.revenue_before, "times"), " the year before)")
    return (" (", "+" if change > 0 else "", Ratio(change), ")")


def _touches(of: Brief, today: dt.date, *, marks: bool) -> Panel:
    cadence = standings.cadence_days(of.dossier.settings, of.standing.care_class)
    due = "" if cadence is None else f", due every {cadence} days"
    if not of.touches:
        return Panel(f"Never touched{due}", ((("nobody has touched them, on record",),),))
    rows = tuple((touched(touch, NOTE_LETTERS, marks=marks),) for touch in of.touches)
    return Panel(f"Last touch {ago(of.touches[0].happened_on, today)}{due}", rows)


def _people(of: Brief, today: dt.date) -> Panel:
    if not of.people:
        return Panel("People", ((("nobody is known there yet",),),))
    rows: list[tuple[Sentence]] = [(person(contact, today),) for contact in of.people[:PEOPLE_SHOWN]]
    rest = len(of.people) - PEOPLE_SHOWN
    if rest > 0:
        rows.append(((f"and {rest} more",),))
    return Panel("People", tuple(rows))


def _promises(of: Brief, today: dt.date) -> Panel | None:
    rows: list[tuple[Sentence]] = []
    for promise in of.promises[:PROMISES_SHOWN]:
        late = promise.days_late(today)
        text = promise.text if len(promise.text) <= PROMISE_LETTERS else promise.text[: PROMISE_LETTERS - 1] + "…"
        words: list[Inline] = [f"{text}, by ", Date(promise.due_on)]
        if late:
            words += [" (", Strong(f"{late} {'day' if late == 1 else 'days'} late"), ")"]
        if promise.who.is_known:
            words += [", ", somebody(promise.who)]
        rows.append((tuple(words),))
    rest = len(of.promises) - PROMISES_SHOWN
    if rest > 0:
        rows.append(((f"and {rest} more",),))
    return Panel("Promised", tuple(rows)) if rows else None


def _overdue(of: Brief) -> Panel:
    owed = of.overdue
    if owed.unknown:
        return Panel("Overdue", ((("not known: ", owed.unknown),),))
    rows: list[tuple[Sentence]] = [
        ((Money(debt.amount, debt.currency), ", the oldest for ", Count(debt.days, "day")),) for debt in owed.debts
    ]
    if not rows:
        rows.append((("nothing",),))
    if owed.as_of_on is not None:
        rows.append((("when the books ended, ", Date(owed.as_of_on)),))
    return Panel("Overdue", tuple(rows))


def _buys(bought: Assortment | None) -> Panel | None:
    if bought is None:
        return None
    rows: list[tuple[Sentence]] = [
        ((f"{kind.name} ", Money(kind.revenue, bought.currency, "short"), *trend(kind)),)
        for kind in bought.bought[:KINDS_SHOWN]
    ]
    if not rows:
        rows.append((("nothing in the last 12 months of the data" if bought.has_year else "nothing in the data",),))
    if bought.stopped:
        rows.append(((Strong("no longer"), f" {bought.stopped[0].name}"),))
    if bought.others:
        rows.append(((f"beside what was invoiced in {' and '.join(bought.others)}",),))
    return Panel("They buy, 12 months" if bought.has_year else "They buy, in the data", tuple(rows))
