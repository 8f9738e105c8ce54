"""What is said of a customer's place in our care: its class, the rule that gave it, and the last touch."""

import datetime as dt

from commands._reply import Count, Mention, Sentence
from store.digest_candidates import STOPPED_RULES
from store.standings import Standing
from store.who import Who
from value.classes import CareClass

AFTER_TROUBLE = "ask what we did wrong"
# What each class asks of us.
NEXT = {
    CareClass.RETAIN: "keep the visits regular",
    CareClass.RAMP_UP: "ask what else they need",
    CareClass.RESTORE: "ask what has changed",
    CareClass.REGAIN: AFTER_TROUBLE,
    CareClass.REACTIVATE: "a call may be enough",
    CareClass.NEW: "ask whether all is well",
    CareClass.EXIT: "no visit is due",
}
# Up to how many days a delay is told in days, weeks and months; beyond in years.
DELAYS = ((13, 1, "day"), (59, 7, "week"), (729, 30.4, "month"))
DAYS_A_YEAR = 365.25


def next_step(standing: Standing) -> str:
    """The class with what it asks of us: "Restore: ask what has changed". Whoever has left a habit of buying is asked
    what we did wrong, here as in a digest.
    """
    label = standing.care_class.label
    return f"{label}: {AFTER_TROUBLE if has_stopped(standing) else NEXT[standing.care_class]}"


def has_stopped(standing: Standing) -> bool:
    """Whether a habit of buying has been left, so that the first question is what we did wrong."""
    return standing.class_rule in STOPPED_RULES


def mention(who: Who | None) -> Mention | None:
    """Somebody as a colleague, None where nothing is known that could be said."""
    if who is None or not (who.name or who.slack_user_id):
        return None
    return Mention(who.name or str(who.slack_user_id), who.slack_user_id)


def how_long(days: int) -> Count:
    """9 days, 3 weeks: so many days in a unit that a person counts in, to the nearest; the one rule of all answers."""
    for most, unit, noun in DELAYS:
        if days <= most:
            return Count(max(1, round(days / unit)), noun)
    return Count(max(2, round(days / DAYS_A_YEAR)), "year")


def days_late(next_due_on: dt.date, known_until_on: dt.date, today: dt.date) -> int:
    """How many days an order was late when the data ended, or is today where the data goes on; below 1, it is not."""
    return (min(today, known_until_on) - next_due_on).days


def order_late(next_due_on: dt.date | None, known_until_on: dt.date | None, today: dt.date) -> Sentence:
    """That an order is so long late, by the rhythm and as far as is known; nothing where it is not."""
    if next_due_on is None or known_until_on is None:
        return ()
    days = days_late(next_due_on, known_until_on, today)
    return ("order ", how_long(days), " late") if days > 0 else ()
