"""What /clv says of a customer's class: the rule that gave it, what would change it, and how long nobody was there."""

import datetime as dt
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands._care_words import next_step
from commands._clv_subject import Subject
from commands._figures import Figures
from commands._reply import Count, Fact, Inline, Note, Ratio, Sentence, Strong, Text, Unknown, Value
from store import standings
from store.money import from_minor
from store.standings import cadence_days
from value.classes import BY_NAME, LEAST_MINOR, Flip, Measure, flips

NEVER = "nobody has been to see them"


def facts(of: Subject, today: dt.date) -> tuple[Fact, ...]:
    """The class and the days since the last touch, for programs."""
    days = of.standing.days_since_last_touch(today)
    since: Value = Unknown(NEVER) if days is None else Count(days, "day")
    return (
        Fact("customer_class", "class", Text(of.standing.care_class.label)),
        Fact("days_since_last_touch", "since the last touch", since),
    )


def line(of: Subject, today: dt.date) -> Sentence:
    """What the customer needs of us, and when somebody was last there."""
    days, cadence = of.standing.days_since_last_touch(today), cadence_days(of.figures.settings, of.standing.care_class)
    since: tuple[Inline, ...] = ("never touched",)
    if days is not None:
        since = (Count(days, "day"), " since the last touch")
    due = () if cadence is None else (f", due every {cadence} days",)
    return (next_step(of.standing), "  ·  ", *since, *due)


def why(connection: Connection, of: Subject) -> tuple[Note, ...]:
    """The rule that gave the class, and the figures at which it would be another one."""
    rule = BY_NAME.get(of.standing.class_rule)
    signals = standings.signals(connection, of.customer.id)
    if rule is None or signals is None:
        return ()
    words: list[Inline] = [Strong(f"Class {of.standing.care_class.label}: "), f"{rule.why}. "]
    changes = [one for flip in flips(signals) if (one := _flip(flip, of.figures))]
    for at, change in enumerate(changes):
        words += ["It becomes " if at == 0 else "; ", *change]
    return (Note((*words, "."), "quiet") if changes else Note((*words,), "quiet"),)


def _flip(flip: Flip, found: Figures) -> Sentence:
    """`Regain after 364 days without an order`."""
    label = flip.becomes.label
    match flip.measure:
        case Measure.DAYS_SINCE_FIRST:
            return (f"{label} ", Count(int(flip.at), "day"), " after the first purchase")
        case Measure.DAYS_SINCE_LAST if flip.rises:
            return (f"{label} after ", Count(int(flip.at), "day"), " without an order")
        case Measure.DAYS_SINCE_LAST:
            return (f"{label} with an order",)
        case Measure.PROBABILITY_ALIVE:
            return (f"{label} {_side(flip)} ", Ratio(Decimal(str(flip.at))), " probability to be alive")
        case Measure.EARNED_12_MONTHS:
            return _money(flip, found)


def _money(flip: Flip, found: Figures) -> Sentence:
    value = found.value
    if value.currency is None:
        return ()
    profit = "revenue" if None in (value.gross_profit, value.gross_profit_12_months) else "profit"
    if flip.at == LEAST_MINOR:
        return (f"{flip.becomes.label} {'with any' if flip.rises else 'without'} {profit} in 12 months",)
    amount = found.money(from_minor(int(flip.at), value.currency))
    return (f"{flip.becomes.label} {_side(flip)} ", amount, f" of {profit} in 12 months")


def _side(flip: Flip) -> str:
    return "from" if flip.rises else "below"
