"""What the models expect of a customer, as cards say it: figures, and words for how sure they are."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from commands._care_words import days_late, how_long
from commands._reply import Count, Date, Fact, Money, Note, Panel, Ratio, Sentence, Strong, Unknown, Value
from store.expectations import Expectation
from value.rhythm import whole_days

NOT_LEARNED = "no model has learned from this ledger yet"
# From what probability on a customer is said to be there, in words.
STILL_THERE = (
    (0.9, "almost surely still a customer"),
    (0.7, "probably still a customer"),
    (0.4, "may have left"),
    (0.1, "has probably left"),
    (0.0, "has almost surely left"),
)
MAY_HAVE_LEFT = 0.7


def facts(told: Expectation | None, currency: str | None, why_unknown: str | None) -> list[Fact]:
    """The figures by their keys for programs (DESIGN §9)."""
    unknown = Unknown(why_unknown or (told and told.unknown_reason) or NOT_LEARNED)

    def money(amount: Decimal | None) -> Value:
        return unknown if amount is None or currency is None else Money(amount, currency)

    alive = told.probability_alive if told else None
    low, high = (money(told.low if told else None), money(told.high if told else None))
    is_known = told is not None and told.profit_12_months is not None
    return [
        Fact(
            "expected_value",
            "profit expected",
            money(told.profit_12_months if told else None),
            low=low if is_known else None,
            high=high if is_known else None,
        ),
        Fact("expected_value_low", "one in ten earns less", low),
        Fact("expected_value_high", "one in ten earns more", high),
        Fact("probability_alive", "probability alive", unknown if alive is None else Ratio(_exactly(alive))),
        Fact("value_at_risk", "at risk", money(told.value_at_risk if told else None)),
    ]


def panel(told: Expectation | None, by_key: Callable[[str], Fact], *, has_stopped: bool) -> tuple[Panel, ...]:
    """What the next 12 months will bring, and whether there will be any; nothing where no model can tell.

    A model may be sure of a customer who `has_stopped`, whose order is long overdue by its own rhythm: both are said
    in one line, or the card would contradict the digest, which asks somebody to go and see.
    """
    if told is None or told.probability_alive is None:
        return ()
    rows: list[tuple[Fact | Sentence, ...]] = []
    chance = share(told.probability_alive)
    if told.profit_12_months is not None:
        is_nothing = abs(told.profit_12_months) < 1 and (told.high or 0) < 1
        rows.append((("no profit expected",),) if is_nothing else (by_key("expected_value"),))
    said = _there(told.probability_alive)
    # Today, since the share that is lost within the 12 months stands below.
    there: Sentence = (said, " (", chance, " still there)")
    if told.probability_alive >= MAY_HAVE_LEFT:
        there = ("long overdue, yet ", said, " (", chance, ")") if has_stopped else (said, " today (", chance, ")")
    rows.append((there,))
    if told.value_at_risk is not None and told.value_at_risk >= 1:
        lost: Sentence = ("lost within 12 months",)
        if told.lost_12_months is not None:
            lost = ("lost within 12 months: ", share(told.lost_12_months))
        rows.append((by_key("value_at_risk"), lost))
    return (Panel("Next 12 months", tuple(rows)),)


def rhythm(told: Expectation | None, known_until_on: dt.date | None, today: dt.date) -> tuple[Note, ...]:
    """How often they order, and when the next order is due; nothing of a customer without a rhythm."""
    if told is None or told.rhythm_days is None or told.next_due_on is None:
        return ()
    due, days = told.next_due_on, int(whole_days(told.rhythm_days))
    words: Sentence = (Strong("Orders about every "), Strong(Count(days, "day")) if days > 1 else "day")
    late = days_late(due, known_until_on or told.as_of_on, today)
    if late > 0:
        return (Note((*words, "; the next was due ", Date(due), ", ", how_long(late), " before the data ends.")),)
    verb = "is" if due >= today else "was"
    return (Note((*words, f"; the next {verb} due ", Date(due), ".")),)


def _exactly(probability: float) -> Decimal:
    return Decimal(str(round(probability, 4)))


def _there(probability: float) -> str:
    return next(words for least, words in STILL_THERE if probability >= least)


def share(probability: float, places: int = 2) -> Ratio:
    """In whole per cents, or with so many more places; what is not certain is not said to be."""
    return Ratio(min(max(Decimal(str(round(probability, places))), Decimal("0.01")), Decimal("0.99")))
