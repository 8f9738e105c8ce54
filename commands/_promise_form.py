"""The form of a promise to make: what is known is filled in, and what comes back is read, all that is wrong at once."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands import _naming
from commands import _promise_words as words
from commands._promise_changes import colleague, day_of, refuse_what_is_over
from commands._reply import Field, Form, Invalid, Note, Option, Reply, Request
from commands._typed import clean
from store import customer_channels, customers, promises, recognition
from store.customers import Customer
from store.who import Who

NAME = "promise"
TEXT_LEAST, TEXT_MOST = 3, 500
# What a form keeps of where it was opened.
CARRIED = ("permalink", "contact", "touch")
# No link to a message is longer, and no id; a form that carries more would not be opened.
CARRIED_MOST = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A promise as somebody wants to make it."""

    customer: Customer
    text: str
    due_on: dt.date
    who: Who


def form(connection: Connection, request: Request) -> Reply:
    """The form, beginning with the customer of the button, of the message or of its channel. Errors: Invalid."""
    given = request.values
    customer, notes = _whom(connection, given)
    named = (Option(str(customer.id), customer.name),) if customer else ()
    text = clean(given.get("text") or given.get("said", ""))
    fields = (
        Field("customer", "Customer", "customer", initial=str(customer.id) if customer else "", options=named),
        Field("text", "What is promised?", "long", initial=text[:TEXT_MOST]),
        Field("due", "By when?", "date", initial=given.get("day", "")),
        Field("person", "Who is to keep it?", "person", required=False, initial=request.person.slack_user_id or ""),
    )
    values = {name: given[name] for name in CARRIED if 0 < len(given.get(name, "")) <= CARRIED_MOST}
    if request.receipt:
        # However often this form is submitted, it is one promise.
        values["once"] = f"promise form {request.receipt}"
    link = link_of(given)
    for before in promises.of_message(connection, link)[:1] if link else ():
        already = (f"Of this message there is a promise already: {before.text}, for ", before.customer_name, ".")
        notes = (*notes, Note(already, "warning"))
    reminded = Note(("Whoever is to keep it is reminded in the morning of that day.",), "quiet")
    drawn = Form(NAME, "Make a promise", fields, values, "Promise", (*notes, reminded))
    return Reply(("Make a promise",), ("Make a promise: a form to fill in.",), form=drawn)


def _whom(connection: Connection, given: Mapping[str, str]) -> tuple[Customer | None, tuple[Note, ...]]:
    """The customer to begin with, and what is said where several may be meant. Never a guess between two."""
    if given.get("customer"):
        return _naming.of_button(connection, given["customer"]), ()
    said = given.get("said", "")
    seen = recognition.recognise(connection, said) if said else recognition.NOTHING
    if seen.customer is not None:
        return customers.get(connection, seen.customer.customer_id), ()
    if seen.named:
        either = " or ".join(match.name for match in seen.named[:3])
        return None, (Note((f"The message may mean {either}; choose the customer.",)),)
    tied = customer_channels.customer_of(connection, given.get("channel") or None)
    return (customers.get(connection, tied) if tied is not None else None), ()


def filled(connection: Connection, request: Request) -> Asked:
    """What was filled in. Errors: Invalid with a sentence for each field that is wrong."""
    wrong: dict[str, str] = {}
    customer = text = due_on = who = None
    try:
        customer = _naming.of_button(connection, request.values.get("customer", ""))
    except Invalid:
        wrong["customer"] = "Choose a customer from the list: type the first letters of the name."
    try:
        text = checked(request.values.get("text", ""))
    except Invalid as invalid:
        wrong |= invalid.errors
    try:
        due_on = day_of(request, "due")
    except Invalid as invalid:
        wrong |= invalid.errors
    try:
        if request.values.get("person", "").strip():
            who = colleague(connection, request, "person")
        elif customer is not None:
            who = keeper(request, customer)
    except Invalid as invalid:
        wrong |= invalid.errors
    if due_on is not None and who is not None:
        try:
            refuse_what_is_over(connection, due_on, who, request)
        except Invalid as invalid:
            wrong |= invalid.errors
    if wrong or customer is None or text is None or due_on is None or who is None:
        raise Invalid(**wrong)
    return Asked(customer, text, due_on, who)


def checked(text: str) -> str:
    """What is promised, on one line. Errors: Invalid for nothing, or a novel."""
    text = clean(text)
    if not TEXT_LEAST <= len(text) <= TEXT_MOST:
        raise Invalid(
            text=f"Say what is promised in a few words, {TEXT_MOST} letters at most, such as: send the quote."
        )
    return text


def keeper(request: Request, customer: Customer) -> Who:
    """Whoever asks; at a terminal the customer's owner. Errors: Invalid where there is neither."""
    me = words.asker(request)
    if me.is_known:
        return me
    if customer.owner is None:
        raise Invalid(
            person=f"At a terminal you are nobody, and {customer.name} has no rep; ask with --as, or in Slack."
        )
    return Who(customer.owner.rep_id, customer.owner.slack_user_id, customer.owner.name)


def link_of(values: Mapping[str, str]) -> str | None:
    """The Slack message that it is made from; nothing else that somebody may have put there."""
    link = values.get("permalink", "")
    return link if re.fullmatch(r"https://[\w.-]+\.slack\.com/\S{1,300}", link, re.ASCII) else None
