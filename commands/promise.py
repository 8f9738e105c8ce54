"""/promise NAME DAY WHAT: promise something to a customer by a day, by words or by a form; somebody is reminded."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from commands import _care_line, _naming
from commands import _promise_words as words
from commands._figures import acting
from commands._promise_changes import day_of
from commands._promise_form import NAME, TEXT_LEAST, Asked, checked, filled, form, keeper, link_of
from commands._reply import Action, Code, Command, Invalid, Note, Option, Policy, Reply, Request, Sentence, Shortcut
from commands._typed import clean
from store import customers, promises, sources
from store.audit import RefusedError
from store.customers import Customer
from store.database import Database
from store.promises import MADE, NewPromise, Promise
from value.phrases import Reader, UnclearError, reads_day_first

EXAMPLE = "/promise acme friday send the quote"


def run(request: Request, db: Database) -> Reply:
    """The promise that was made, a question for what is missing, or a form."""
    try:
        if request.origin == "form":
            with db.writing() as connection:
                receipt = request.values.get("once") or request.receipt
                return _make(connection, filled(connection, request), request, receipt=receipt)
        if request.values.get("due") and "customer" in request.values:
            with db.writing() as connection:
                return _chosen(connection, request)
        if request.origin == "shortcut" or (request.origin == "button" and "rest" not in request.values):
            with db.reading() as connection:
                return form(connection, request)
        if not request.text.strip() and "rest" not in request.values:
            return _how()
        with db.writing() as connection:
            return _typed(connection, request)
    except RefusedError as refused:
        raise Invalid(customer=str(refused)) from None


# --- by words -------------------------------------------------------------------------------------------------------


def _typed(connection: Connection, request: Request) -> Reply:
    """From "acme friday send the quote", or the rest of it once the customer was chosen. Errors: Invalid."""
    reader = _reader(request)
    if "rest" in request.values:
        customer = _naming.of_button(connection, request.values.get("customer", ""))
        return _of_rest(connection, customer, request.values["rest"], request, reader)
    text = _naming.typed(request, EXAMPLE)
    line = _care_line.read(connection, text, ends_before=_days_begin(text, reader))
    if line.certain is None:
        if not line.found.candidates and sources.coverage(connection) is None:
            return _naming.no_ledger()
        return _care_line.offer(connection, line, request, Action(NAME, "Promise"))
    found = customers.get(connection, line.certain.customer_id)
    assert found is not None, "whoever is found by name is there"
    return _of_rest(connection, found, line.rest, request, reader)


def _of_rest(connection: Connection, customer: Customer, rest: str, request: Request, reader: Reader) -> Reply:
    try:
        due_on, text = _apart(rest, reader)
    except UnclearError as unclear:
        raise Invalid(due=str(unclear)) from None
    text = clean(text)
    if due_on is None or len(text) < TEXT_LEAST:
        return _asking(customer, due_on, text, request)
    who = keeper(request, customer)
    receipt = _care_line.receipt_of(request, customer.id)
    return _make(connection, Asked(customer, checked(text), due_on, who), request, receipt=receipt)


def _apart(rest: str, reader: Reader) -> tuple[dt.date | None, str]:
    """The day, at the beginning or the end of what follows the name, and what is promised. Errors: UnclearError."""
    said = rest.split()
    at_start = reader.at_start(said)
    if at_start is not None:
        day, count = at_start
        return day, re.sub(r"^(?:[-–—:,]\s*|to\s+)", "", " ".join(said[count:]))
    at_end = reader.at_end(said)
    if at_end is not None:
        day, count = at_end
        return day, " ".join(said[:-count]).rstrip(",:;–— -")
    return None, rest


def _days_begin(text: str, reader: Reader) -> list[int]:
    """Before which words of the line a day begins, so that a misspelt name may end there."""
    said = text.split()
    return [at for at in range(1, min(len(said), _care_line.NAME_WORDS_MOST + 1)) if _is_a_day(said[at:], reader)]


def _is_a_day(said: Sequence[str], reader: Reader) -> bool:
    try:
        return reader.at_start(said) is not None
    except UnclearError:
        return True


def _reader(request: Request) -> Reader:
    return Reader(request.today, "future", reads_day_first(request.person.locale))


def _asking(customer: Customer, due_on: dt.date | None, text: str, request: Request) -> Reply:
    """What is missing of a promise: the day, as buttons; or what is promised, in a form."""
    carried = {"customer": str(customer.id), "text": text}
    if due_on is not None or len(text) < TEXT_LEAST:
        values = {**carried, **({"day": due_on.isoformat()} if due_on else {})}
        opening = Action(NAME, "Write it down…", values, style="primary", opens_form=True)
        return words.one_line(
            ("What do you promise ", customer.name, "?"), ("Such as ", Code(EXAMPLE), "."), actions=(opening,)
        )
    once = {**carried, "once": request.values.get("once") or request.receipt or ""}
    days = [(day, Action(NAME, _label(day, request.today), {**once, "due": day.isoformat()})) for day in _near(request)]
    other = Action(NAME, "Another day…", carried, opens_form=True)
    return words.one_line(
        ("By when? ", words.shown(text), ", for ", customer.name),
        ("The day may stand in the line too: ", Code(EXAMPLE), "."),
        actions=(*(action for _, action in days), other),
    )


def _near(request: Request) -> list[dt.date]:
    """The days that are mostly meant: tomorrow, this week's or next week's Friday, a week from now."""
    today = request.today
    friday = today + dt.timedelta(days=(4 - today.weekday()) % 7 or 7)
    return sorted({today + dt.timedelta(days=1), friday, today + dt.timedelta(days=7)})[:3]


def _label(day: dt.date, today: dt.date) -> str:
    return "Tomorrow" if (day - today).days == 1 else f"{day:%A} {day.day} {day:%b}"


def _how() -> Reply:
    headline: Sentence = ("What do you promise, to whom, by when?",)
    note = Note(("Such as ", Code(EXAMPLE), ", or fill in a form."))
    opening = Action(NAME, "Make a promise…", style="primary", opens_form=True)
    return Reply(headline, headline, (note,), (opening, words.BACK))


# --- by a button -----------------------------------------------------------------------------------------------------


def _chosen(connection: Connection, request: Request) -> Reply:
    """A day that was chosen for what had been typed without one."""
    customer = _naming.of_button(connection, request.values["customer"])
    text = checked(request.values.get("text", ""))
    asked = Asked(customer, text, day_of(request, "due"), keeper(request, customer))
    return _make(connection, asked, request, receipt=_care_line.receipt_of(request, customer.id))


# --- making ---------------------------------------------------------------------------------------------------------


def _make(connection: Connection, asked: Asked, request: Request, *, receipt: str | None = None) -> Reply:
    new = NewPromise(
        asked.customer.id,
        asked.text,
        asked.due_on,
        asked.who,
        by=acting(request),
        at=request.now,
        contact_id=_id(request.values, "contact"),
        touch_id=_id(request.values, "touch"),
        permalink=link_of(request.values),
    )
    made = promises.make(connection, new, receipt=receipt or request.receipt)
    return _made(connection, made, request)


def _id(values: Mapping[str, str], name: str) -> int | None:
    return words.number(values[name]) if values.get(name) else None


def _made(connection: Connection, made: Promise, request: Request) -> Reply:
    headline: Sentence = (
        "Promised to ",
        made.customer_name,
        " by ",
        *words.day(made.due_on, request.today),
        ": ",
        words.shown(made.text),
    )
    whose: Sentence = ()
    if not words.asker(request).is_known:
        whose = (words.somebody(made.who), " is to keep it, as the customer's rep. ")
    elif not made.who.is_same_as(words.asker(request)):
        whose = (words.somebody(made.who), " is to keep it, and is told. ")
        if made.who.slack_user_id is None:
            whose = (words.somebody(made.who), " is to keep it. ")
    return words.one_line(
        headline, (*whose, *words.reminded(connection, made)), actions=(words.undo(made, MADE), words.BACK)
    )


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers whose names go on from what was typed: by name, or in the form by their id."""
    match field:
        case "name":
            return _naming.completed(db, typed)
        case "customer":
            return _naming.completed(db, typed, by_id=True)
    return ()


COMMAND = Command(
    name=NAME,
    summary="Promise something to a customer by a day; whoever is to keep it is reminded that morning.",
    usage="NAME DAY WHAT",
    examples=(EXAMPLE, "/promise acme send the quote by 12 june"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=suggest,
    message_shortcut=Shortcut("Make a promise", "Promise what this message asks for, by a day."),
)
