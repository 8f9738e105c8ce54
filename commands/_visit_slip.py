"""A day that is misspelt in a line: asked for with a button for each that may be meant, since it is never guessed."""

import datetime as dt

from commands import _care_line, _naming, _visit_read
from commands._carried import carried
from commands._reply import Action, Invalid, Note, Reply, Request, Sentence
from commands._visit_line import Slip
from store.customers import Customer
from value.phrases import UnclearError


def ask(customer: Customer, slip: Slip, request: Request) -> Reply:
    """Which day was meant. Each button goes on with the whole line; together they log one touch. Errors: Invalid."""
    word = _naming.short(slip.word)
    if carried(slip.before + slip.word + slip.after) > _care_line.LONGEST_REST:
        raise Invalid(day=f"Did you mean {slip.meant} by “{word}”? Write {slip.meant}, or today before it.")
    headline: Sentence = (f"Did you mean {slip.meant}?",)
    day, why = _day(slip.meant, request)
    days = [request.today] if day in (None, request.today) else [day, request.today]
    buttons = [_button(_label(one, request.today), one, customer, slip, request) for one in days if one is not None]
    note = _button("It is part of the note", None, customer, slip, request)
    unread: Sentence = (f"“{word}” is no day that I know, so nothing is logged for ", customer.name, " yet. ", why)
    return Reply(
        headline=headline,
        summary=(*headline, " ", *unread),
        parts=(Note(unread), Note(("If the word is part of the note, the visit was today.",), "quiet")),
        actions=(*buttons, note),
    )


def _day(meant: str, request: Request) -> tuple[dt.date | None, str]:
    """The day of the word, or None and why it can be no touch's."""
    try:
        return _visit_read.reader(request).day(meant), ""
    except UnclearError as unclear:
        return None, str(unclear)


def _label(day: dt.date, today: dt.date) -> str:
    near = {0: "Today", 1: "Yesterday"}.get((today - day).days)
    return near or f"{day:%A} {day.day} {day:%b}"


def _button(label: str, day: dt.date | None, customer: Customer, slip: Slip, request: Request) -> Action:
    """Goes on with the line: with this day for the word, or with the word as it is."""
    words = (slip.before, slip.word if day is None else day.isoformat(), slip.after)
    values = {
        "customer": str(customer.id),
        "rest": " ".join(word for word in words if word),
        "once": _care_line.once_of(request),
        **({"as_note": "yes"} if day is None else {}),
    }
    return Action("visit", label, values)
