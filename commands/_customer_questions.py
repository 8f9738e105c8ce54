"""What to ask and how to behave: the five ways to create value (M20), and a difficult customer (M21)."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a supplier is worth having, and the question that opens the talk about it."""

    name: str
    question: str
    further: str


WAYS = (
    Way(
        "Save time",
        "Which part of working with us takes your people longer than it should?",
        "Who spends that time, how often, and what would they do with it instead?",
    ),
    Way(
        "Save money",
        "Where do you pay, with us or around us, for something that you do not need?",
        "Freight, stock that waits, returns, rush orders: what does the largest come to in a year?",
    ),
    Way(
        "Solve a problem",
        "What went wrong this quarter that should not have, whoever's fault it was?",
        "What has been tried, what is it worth to be rid of it, and who decides?",
    ),
    Way(
        "Feel good",
        "When did somebody here last enjoy dealing with us, and why?",
        "Who would be pleased by a word of thanks, and who is never thanked?",
    ),
    Way(
        "Peace of mind",
        "What about our deliveries, or about next year, would you rather not have to think of?",
        "What would you have to know, and how often, to stop checking on it?",
    ),
)
AFTER_TROUBLE = "What did we do wrong, and what would put it right?"
DIFFICULT = (
    ("Be clear", "Know before you go in what you can offer, what you cannot, and by when."),
    (
        "Be prepared",
        "Have the last touches, the open promises and the invoices at hand; nothing of theirs surprises you.",
    ),
    ("Listen first", "Let them finish. Write down what they say, in their words."),
    ("Say it back", "Repeat what you understood until they say that it is so; only then answer."),
    ("Offer two ways out", "Let them choose between things that you can keep, and put the day beside each."),
    ("Blame nobody", "Neither them, nor a colleague, nor the system; and hand it to nobody else. It is yours now."),
)


def of_the_week(customer_id: int, today: dt.date) -> Way:
    """One of the five, another one each week, and not the same for every customer."""
    return WAYS[(customer_id + today.toordinal() // 7) % len(WAYS)]
