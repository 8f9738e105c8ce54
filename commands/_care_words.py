"""What is said of a customer's place in our care: its class, the rule that gave it, and the last touch."""

import datetime as dt

from commands._reply import Count, Mention, Sentence
from store.who import Who
from value.classes import CareClass

# What each class asks of us.
NEXT = {
    CareClass.RETAIN: "keep the visits regular",
    CareClass.RAMP_UP: "ask what else they need",
    CareClass.RESTORE: "ask what has changed",
    CareClass.REGAIN: "ask what we did wrong",
    CareClass.REACTIVATE: "a call may be enough",
    CareClass.NEW: "ask whether all is well",
    CareClass.EXIT: "no visit is due",
}
# Beyond it, a lateness is said in weeks.
DAYS_MOST = 13


def next_step(care_class: CareClass) -> str:
    """The class with what it asks of us: "Restore: ask what has changed"."""
    return f"{care_class.label}: {NEXT[care_class]}"


def mention(who: Who | None) -> Mention | None:
    """Somebody as a colleague, None where nothing is known that could be said."""
    if who is None or not (who.name or who.slack_user_id):
        return None
    return Mention(who.name or str(who.slack_user_id), who.slack_user_id)


def how_long(days: int) -> Count:
    """9 days, 3 weeks."""
    return Count(days, "day") if days <= DAYS_MOST else Count(days // 7, "week")


def order_late(next_due_on: dt.date | None, known_until_on: dt.date | None, today: dt.date) -> Sentence:
    """That an order is so long late, by the rhythm and as far as is known; nothing where it is not."""
    if next_due_on is None or known_until_on is None:
        return ()
    days = (min(today, known_until_on) - next_due_on).days
    return ("order ", how_long(days), " late") if days > 0 else ()
