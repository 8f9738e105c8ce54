"""The one reason why a line stands in a digest, as a phrase that goes on from the customer's name."""

import datetime as dt

from commands._care_words import days_late, how_long
from commands._reply import Count
from store.digest_candidates import Coming, Person
from store.overdue import Debt
from store.promises import Promise

# Said after so many days; before, an order is simply not in yet.
LATE_DAYS = 7


def visit_words(one: Person, today: dt.date) -> str:
    """71 days since the last visit, and the order is 3 weeks late."""
    if one.last_touch_on is None:
        said = "nobody has ever been in touch"
    else:
        days = max(0, (today - one.last_touch_on).days)
        said = f"{_days(days)} since the last {one.last_touch_kind or 'touch'}"
    if one.has_complaint:
        return f"{said}, and a complaint is open"
    late = _late(one, today)
    return f"{said}, and the order is {late} late" if late else said


def stopped_words(one: Person, today: dt.date) -> str:
    """Nothing bought since 3 March 2026: ask first what we did wrong, and take a melktert."""
    said = f"nothing bought since {day(one.last_purchase_on)}" if one.last_purchase_on else "has stopped buying"
    late = _late(one, today)
    habit = f", {late} past their rhythm" if late else ""
    return f"{said}{habit}: ask first what we did wrong, and take a melktert"


def owes_words(debt: Debt) -> str:
    """Owes 38,200 USD, 51 days past due when the books ended: ask first what we did wrong, and take a melktert."""
    owed = f"owes {debt.amount:,.0f} {debt.currency}, {_days(debt.days)} past due when the books ended"
    return f"{owed}: ask first what we did wrong, and take a melktert"


def due_words(one: Promise, today: dt.date) -> str:
    """Send the quote: promised for 4 June 2026, 3 days late."""
    late = one.days_late(today)
    when = "due today" if one.due_on == today else f"promised for {day(one.due_on)}"
    return f"{one.text}  ·  {when}{f', {_days(late)} late' if late else ''}"


def talk_words() -> str:
    """Why somebody is offered for a value conversation."""
    return "no talk about value in half a year: what would save them time or money, or solve a problem?"


def event_words(one: Coming) -> str:
    """Race day, 12 June 2026: 6 loyal customers who were never invited to anything."""
    whom = "1 loyal customer who was" if one.guests == 1 else f"{one.guests} loyal customers who were"
    return f"{one.title}, {day(one.held_on)}: {whom} never invited to anything"


def day(on: dt.date) -> str:
    """12 June 2026."""
    return f"{on.day} {on:%B} {on.year}"


def _late(one: Person, today: dt.date) -> str:
    """How late the next order is as far as is known, empty where it is not."""
    if one.next_due_on is None or one.observation_end_on is None:
        return ""
    days = days_late(one.next_due_on, one.observation_end_on, today)
    return "" if days < LATE_DAYS else _counted(how_long(days))


def _days(days: int) -> str:
    return _counted(Count(days, "day"))


def _counted(count: Count) -> str:
    return f"{count.number} {count.noun}" if count.number == 1 else f"{count.number} {count.noun}s"
