"""What is said of a promise in several places, and who may do what with one."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from commands._figures import acting
from commands._reply import (
    Action,
    Count,
    Date,
    Inline,
    Invalid,
    Mention,
    Money,
    Note,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from commands._typed import clean
from store import people, promises, reminders, rep_hours
from store.promises import Doing, Promise
from store.who import Who

COMMAND = "promises"
REASON_LEAST, REASON_MOST = 3, 500
HEADLINE_LETTERS = 100
# The window of the rate that stands on every list.
RATE_DAYS = 90
BACK = Action(COMMAND, "Promises", {"scope": ""})
BUTTON_IS_OLD = "That button is from an older message; ask /promises for a fresh list."


def asker(request: Request) -> Who:
    """Whoever asks, as those who keep promises are known; at a terminal nobody."""
    return Who(request.person.rep_id, request.person.slack_user_id)


def doing(request: Request) -> Doing:
    """A change that is asked for."""
    return Doing(acting(request), request.now, request.today, request.receipt)


def of_values(connection: Connection, values: Mapping[str, str]) -> Promise:
    """The promise of a button or form. Errors: Invalid for what is no id; RefusedError where there is none."""
    return promises.existing(connection, number(values.get("promise", "")))


def number(text: str) -> int:
    """An id that came back from a button. Errors: Invalid for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(promise=BUTTON_IS_OLD)
    return int(text)


def may_change(request: Request, promise: Promise) -> bool:
    """Whoever is to keep a promise, whoever made it, and managers."""
    is_maker = request.person.slack_user_id is not None and promise.made_by == request.person.slack_user_id
    return is_maker or asker(request).is_same_as(promise.who) or request.person.role.includes(Role.MANAGER)


def refuse_whoever_may_not(request: Request, promise: Promise) -> None:
    """Errors: Invalid for a promise that is somebody else's."""
    if not may_change(request, promise):
        name = promise.who.name or "whoever is to keep it"
        raise Invalid(promise=f"Only {name}, whoever made the promise, or a manager can change it; ask one of them.")


def reason_of(request: Request, example: str) -> str:
    """Why, as it was filled in. Errors: Invalid where that is nothing, or a novel."""
    reason = clean(request.values.get("reason", ""))
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        raise Invalid(reason=f"Say why in a few words, {REASON_MOST} letters at most, such as: {example}.")
    return reason


# --- words ----------------------------------------------------------------------------------------------------------


def by_name(connection: Connection, slack_user_id: str) -> Inline:
    """Whoever did something."""
    known = people.get(connection, slack_user_id)
    return Mention(known.name, known.slack_user_id) if known else slack_user_id


def day(on: dt.date, today: dt.date) -> Sentence:
    """A day as it is spoken of: today, tomorrow, Friday 5 Jun 2026."""
    away = (on - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away)
    return (near,) if near else (f"{on:%A} ", Date(on))


def due(promise: Promise, today: dt.date) -> Sentence:
    """When it is due, or for how long it has been overdue."""
    late = promise.days_late(today)
    return (Strong(Count(late, "day")), " late") if late else ("due ", *day(promise.due_on, today))


def worth(promise: Promise) -> Sentence:
    """What the customer is worth, where that is known."""
    if promise.at_stake is None or promise.currency is None:
        return ()
    return ("  ·  ", Money(promise.at_stake, promise.currency, "short"), " at stake")


def title(promise: Promise) -> Sentence:
    """What is promised to whom."""
    return (Strong(promise.customer_name), f"  ·  {promise.text}")


def kept_rate(kept: promises.Kept) -> Sentence:
    """The share that was kept on time, as two numbers that can be counted."""
    if not kept.of:
        return ("no promise came due in the last ", Count(RATE_DAYS, "day"))
    return (f"{kept.on_time:,} of {kept.of:,} kept on time in ", Count(RATE_DAYS, "day"))


def rate(connection: Connection, who: Who | None, today: dt.date) -> promises.Kept:
    """How many were kept on time, of one person or of all."""
    since_on = today - dt.timedelta(days=RATE_DAYS)
    return promises.kept_on_time(connection, who, since_on=since_on, today=today)


def reminded(connection: Connection, promise: Promise) -> Sentence:
    """When whoever is to keep it is reminded of it, or why nobody is."""
    user = promise.who.slack_user_id
    if user is None:
        return (f"Nobody in Slack is {promise.who.name} of the ledger yet, so nobody is reminded.",)
    at = reminders.first(connection, promise)
    if at is None:
        return ("There is no working morning left to remind anybody of it; /melktert hours shows which there are.",)
    here = at.astimezone(ZoneInfo(rep_hours.on_their_clock(connection, user).zone))
    words: Sentence = ("Reminder on ", f"{here:%A} ", Date(here.date()), f", {here:%H:%M}")
    if here.date() < promise.due_on:
        return (*words, ": the last working morning before it is due.")
    if here.date() > promise.due_on:
        return (*words, ", when it is overdue: no working morning is left before.")
    return (*words, ".")


# --- buttons --------------------------------------------------------------------------------------------------------


def button(label: str, do: str, promise: Promise, *, primary: bool = False) -> Action:
    """A button that changes the promise at once."""
    values = {"do": do, "promise": str(promise.id)}
    return Action(COMMAND, label, values, style="primary" if primary else "plain")


def opening(label: str, do: str, promise: Promise) -> Action:
    """A button that opens a form about the promise."""
    return Action(COMMAND, label, {"do": do, "promise": str(promise.id)}, opens_form=True)


def three(promise: Promise) -> tuple[Action, ...]:
    """What is mostly done with a promise."""
    return (
        button("Done", "keep", promise, primary=True),
        opening("Snooze…", "snooze", promise),
        opening("Hand over…", "hand", promise),
    )


def undo(promise: Promise, change_id: int) -> Action:
    """Takes a change back."""
    return Action(COMMAND, "Undo", {"do": "undo", "promise": str(promise.id), "change": str(change_id)})


def one_line(headline: Sentence, *notes: Sentence, actions: tuple[Action, ...]) -> Reply:
    """What became of something: a line that says it, perhaps another, and the buttons."""
    is_question = str(headline[-1]).endswith("?")
    summary = headline if is_question else (*headline, ".")
    return Reply(headline, summary, tuple(Note(note) for note in notes if note), actions)


def shown(text: str) -> str:
    """The promise in a headline, which Slack cuts at 150 letters."""
    return text if len(text) <= HEADLINE_LETTERS else text[: HEADLINE_LETTERS - 1] + "…"


def in_full(promise: Promise) -> tuple[Note, ...]:
    """The promise word for word, where a headline has only its beginning."""
    return () if shown(promise.text) == promise.text else (Note((promise.text,)),)
