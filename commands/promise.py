"""/promise NAME DAY WHAT: promise something to a customer by a day, by words or by a form; somebody is reminded."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from commands import _care_line, _care_named, _naming
from commands import _promise_words as words
from commands._customer_words import somebody
from commands._figures import acting
from commands._promise_changes import day_of
from commands._promise_form import NAME, TEXT_LEAST, TEXT_MOST, Asked, checked, filled, form, keeper, link_of
from commands._reply import Action, Code, Command, Invalid, Note, Policy, Reply, Request, Sentence, Shortcut, Strong
from commands._typed import clean
from store import customers, promises, sources
from store.audit import RefusedError
from store.customers import Customer
from store.database import Database, take_turns
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
        if request.origin == "command" and "rest" not in request.values and request.values.get("customer"):
            with db.reading() as connection:
                return _line_to_type(connection, request)
        if request.origin == "shortcut" or (request.origin == "button" and "rest" not in request.values):
            with db.reading() as connection:
                return form(connection, request)
        if not request.text.strip() and "rest" not in request.values:
            return _how(request)
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
    text = _whole_line(request)
    leads = _care_line.day_leads(reader)
    line = _care_line.read(connection, text, ends_before=_days_begin(text, reader), leads=leads, figures=leads)
    if _naming.asks_how(text, line.found):
        return _how(request)
    if line.certain is None:
        if not line.found.candidates and sources.coverage(connection) is None:
            return _naming.no_ledger()
        return _care_line.offer(connection, line, request, Action(NAME, "Promise"))
    found = customers.get(connection, line.certain.customer_id)
    assert found is not None, "whoever is found by name is there"
    return _of_rest(connection, found, line.rest, request, reader)


def _whole_line(request: Request) -> str:
    """What was typed: a name, a day, and a promise that may be longer than any name. Errors: Invalid."""
    text = request.text.strip()
    if len(text) <= _naming.LONGEST_TEXT:
        return _naming.typed(request, EXAMPLE)
    if len(text) > _naming.LONGEST_TEXT + TEXT_MOST:
        raise Invalid(text=f"That is {len(text):,} letters; a promise has {TEXT_MOST} at most.")
    return text


def _of_rest(connection: Connection, customer: Customer, rest: str, request: Request, reader: Reader) -> Reply:
    try:
        due_on, text = _apart(rest, reader)
    except UnclearError as unclear:
        raise Invalid(due=str(unclear)) from None
    text = clean(text)
    if len(text) > TEXT_MOST:
        checked(text)
    if due_on is None or len(text) < TEXT_LEAST:
        return _asking(customer, due_on, text, request)
    who = keeper(request, customer)
    return _make_once(connection, Asked(customer, checked(text), due_on, who), request)


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
    return [at for at in range(1, min(len(said), _care_named.NAME_WORDS_MOST + 1)) if _is_a_day(said[at:], reader)]


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
        short = f"“{text}” says too little to whoever is to keep it. " if text else ""
        how: Sentence = (short, "Such as ", Code(EXAMPLE), ".")
        return words.one_line(("What do you promise ", customer.name, "?"), how, actions=(opening,))
    once = {**carried, "once": _care_line.once_of(request)}
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


def _line_to_type(connection: Connection, request: Request) -> Reply:
    """What a button that opens a form is answered where there are no forms: the line that does the same."""
    customer = _naming.of_button(connection, request.values["customer"])
    day, text = clean(request.values.get("day", "")), clean(request.values.get("text", ""))
    what = text if len(text) >= TEXT_LEAST else "send the quote"
    line = f"/promise {_care_line.spelt(connection, customer)} {day or 'tomorrow'} {what}"
    return _care_line.to_type(("Promise something to ", customer.name), line)


def _how(request: Request) -> Reply:
    headline: Sentence = ("What do you promise, to whom, by when?",)
    if not _care_line.has_forms(request):
        return Reply(headline, headline, (Note(("Such as ", Code(EXAMPLE), ".")),), (words.BACK,))
    note = Note(("Such as ", Code(EXAMPLE), ", or fill in a form."))
    opening = Action(NAME, "Make a promise…", style="primary", opens_form=True)
    return Reply(headline, headline, (note,), (opening, words.BACK))


# --- by a button -----------------------------------------------------------------------------------------------------


def _chosen(connection: Connection, request: Request) -> Reply:
    """A day that was chosen for what had been typed without one."""
    customer = _naming.of_button(connection, request.values["customer"])
    text = checked(request.values.get("text", ""))
    asked = Asked(customer, text, day_of(request, "due"), keeper(request, customer))
    return _make_once(connection, asked, request)


# --- making ---------------------------------------------------------------------------------------------------------


def _make_once(connection: Connection, asked: Asked, request: Request) -> Reply:
    """As `_make`, but what the same person promised just now is not promised twice, unless somebody says so."""
    receipt = _care_line.receipt_of(request, asked.customer.id)
    is_told = request.values.get("again") or promises.of_receipt(connection, receipt) is not None
    take_turns(connection, f"{acting(request)} and customer {asked.customer.id}")
    for one in () if is_told else promises.of_customer(connection, asked.customer.id):
        is_same = (one.text, one.due_on, one.made_by) == (asked.text, asked.due_on, acting(request))
        if is_same and _care_line.is_recent(one.made_at, request):
            return _already(one, request)
    return _make(connection, asked, request, receipt=receipt)


def _already(before: Promise, request: Request) -> Reply:
    """That it is promised, and a button for whoever means another one."""
    again = {"text": before.text, "due": before.due_on.isoformat(), "customer": str(before.customer_id)}
    return words.one_line(
        ("Already promised ", _care_line.ago(before.made_at, request), ": ", words.shown(before.text)),
        ("To ", before.customer_name, ", ", *words.due(before, request.today), ". It is kept as one promise."),
        actions=(
            words.undo(before, MADE),
            Action(NAME, "Promise it again", {**again, **_care_line.again(request)}),
            words.BACK,
        ),
    )


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
        whose = (somebody(made.who), " is to keep it, as the customer's rep. ")
    elif not made.who.is_same_as(words.asker(request)):
        whose = (somebody(made.who), " is to keep it, and is told. ")
        if made.who.slack_user_id is None:
            whose = (somebody(made.who), " is to keep it. ")
    customer = customers.get(connection, made.customer_id)
    let_go: Sentence = ()
    if customer is not None and customer.status == "exit":
        let_go = (Strong(made.customer_name), " is an exit: a manager has let them go.")
    reminded: Sentence = (*whose, *words.reminded(connection, made))
    return words.one_line(headline, reminded, let_go, actions=(words.undo(made, MADE), words.BACK))


COMMAND = Command(
    name=NAME,
    summary="Promise something to a customer by a day; whoever is to keep it is reminded that morning.",
    usage="NAME DAY WHAT",
    examples=(EXAMPLE, "/promise acme send the quote by Friday"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=_naming.suggest,
    message_shortcut=Shortcut("Make a promise", "Promise what this message asks for, by a day."),
)
