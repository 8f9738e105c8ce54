"""What several cards of care say in one way: a touch, somebody of ours, a contact with their days, how long ago."""

import datetime as dt

from commands._reply import Date, Inline, Mention, Money, Sentence, Strong
from store.contacts import Contact
from store.touches import Touch
from store.who import Who
from value.anniversaries import YearlyDay

KINDS = {
    "visit": "visit",
    "call": "call",
    "message": "message",
    "gift": "gift",
    "invitation": "invitation",
    "conversation": "value conversation",
}
# A birthday within so many days is said with how soon it is.
SOON_DAYS = 30
NOTE_LETTERS = 160


def ago(day: dt.date, today: dt.date) -> str:
    """How long ago that day is, as whoever asks counts it."""
    days = max(0, (today - day).days)
    return "today" if not days else "yesterday" if days == 1 else f"{days:,} days ago"


def ahead(day: dt.date, today: dt.date) -> str:
    """How soon that day is."""
    days = (day - today).days
    return "today" if not days else "tomorrow" if days == 1 else f"in {days:,} days"


def somebody(who: Who) -> Inline:
    """Somebody of ours."""
    return Mention(who.name or "a colleague", who.slack_user_id)


def invented(*, is_invented: bool) -> Sentence:
    """That something is made up for the demo."""
    return (" (invented for the demo)",) if is_invented else ()


def touched(touch: Touch, letters: int = NOTE_LETTERS, *, marks: bool = True) -> Sentence:
    """A touch on one line: when, how, who, with whom, and the beginning of what was said; `marks` what is made up."""
    words: list[Inline] = [Date(touch.happened_on), "  ", Strong(KINDS[touch.kind])]
    if touch.people:
        words += [", "]
        for at, who in enumerate(touch.people):
            words += [*([" and "] if at else []), somebody(who)]
    if touch.contact:
        words.append(f" with {touch.contact}" if touch.kind != "gift" else f" for {touch.contact}")
    if touch.cost is not None and touch.currency is not None:
        words += [", ", Money(touch.cost, touch.currency)]
    if touch.outcome in ("complaint", "settled"):
        words.append(f", {touch.outcome}")
    said = touch.note or touch.learned
    if said:
        words.append(f": {said if len(said) <= letters else said[: letters - 1] + '…'}")
    return (*words, *invented(is_invented=marks and touch.is_invented))


def person(contact: Contact, today: dt.date) -> Sentence:
    """A contact by name, with what they do and whichever of their days is near."""
    words: list[Inline] = [contact.name]
    told: list[str] = [contact.about.role] if contact.about.role else []
    if contact.gone_on is None:
        told += [f"{what} {soon}" for what, soon in _near(contact, today)]
    else:
        told.append("gone")
    return (*words, f" ({', '.join(told)})" if told else "")


def days(contact: Contact, today: dt.date) -> list[Sentence]:
    """The days of a contact, each with when it comes next."""
    found: list[Sentence] = []
    for what, day in _days(contact):
        next_on = day.next_on(today)
        years = day.years_on(next_on)
        turns = "" if years is None else f", {_ordinal(years)}" if what != "birthday" else f", {years} years old"
        found.append((f"{what} ", Date(next_on), f" ({ahead(next_on, today)}{turns})"))
    return found


def _days(contact: Contact) -> list[tuple[str, YearlyDay]]:
    about = contact.about
    of = f"{about.anniversary_of} anniversary" if about.anniversary_of else "anniversary"
    both = (("birthday", about.birthday), (of, about.anniversary))
    return [(what, day) for what, day in both if day is not None]


def _near(contact: Contact, today: dt.date) -> list[tuple[str, str]]:
    nexts = [(what, day.next_on(today)) for what, day in _days(contact)]
    return [(what, ahead(on, today)) for what, on in nexts if (on - today).days <= SOON_DAYS]


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"the {number}{ending}"
