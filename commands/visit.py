"""/visit NAME [KIND] [DAY] [MINUTES] [NOTE]: log that somebody was in touch with a customer, by words or by a form."""

import functools
import re

from sqlalchemy.engine import Connection

from commands import _care_line, _naming, _visit_form, _visit_line, _visit_read, _visit_said, _visit_slip, _visit_twice
from commands._figures import acting
from commands._reply import (
    Action,
    Code,
    Command,
    Invalid,
    Note,
    Policy,
    Reply,
    Request,
    Sentence,
    Shortcut,
    Strong,
)
from commands._visit_form import Begins
from commands._visit_line import LONGEST_NOTE
from store import customer_channels, customers, promises, recognition, sources, touches
from store.audit import RefusedError
from store.customers import Customer
from store.database import Database
from store.promises import NewPromise
from store.touches import NewTouch
from store.who import Who

NAME = "visit"
EXAMPLE = "/visit acme yesterday 45m spoke to the buyer about the renewal"
PERMALINK_MOST = 300
# A note, and before it the longest name, a day and the minutes.
LINE_MOST = LONGEST_NOTE + 1_000


def run(request: Request, db: Database) -> Reply:
    """The touch that was logged, the customers who may be meant, or a form to fill in."""
    try:
        if request.origin == "form":
            with db.writing() as connection:
                return _submitted(connection, request)
        if "rest" in request.values:
            with db.writing() as connection:
                return _chosen(connection, request)
        if request.origin in ("shortcut", "button"):
            with db.reading() as connection:
                return _form(connection, request)
        if request.values.get("customer"):
            with db.reading() as connection:
                return _line_to_type(connection, request)
        if not request.text.strip():
            return _how(request)
        with db.writing() as connection:
            return _typed(connection, request)
    except RefusedError as refused:
        raise Invalid(customer=str(refused)) from None


# --- by words -------------------------------------------------------------------------------------------------------


def _typed(connection: Connection, request: Request) -> Reply:
    reader, text = _visit_read.reader(request), request.text.strip()
    _refuse_a_novel(text)
    ends_before = _visit_line.ends_before(text.split(), reader)
    leads, figures = (functools.partial(one, reader=reader) for one in (_visit_line.leads, _visit_line.figures))
    line = _care_line.read(connection, text, ends_before=ends_before, leads=leads, figures=figures)
    if _naming.asks_how(text, line.found):
        return _how(request)
    if line.certain is None:
        if not line.found.candidates and sources.coverage(connection) is None:
            return _naming.no_ledger()
        return _care_line.offer(connection, line, request, Action(NAME, "Log it"))
    customer = customers.get(connection, line.certain.customer_id)
    assert customer is not None, "whoever is found by name is there"
    return _log_line(connection, request, customer, line.rest)


def _refuse_a_novel(text: str) -> None:
    """A line that no name and day could make a note of; to look for them in it would take seconds.

    Errors: Invalid.
    """
    if len(text) > LINE_MOST:
        raise Invalid(note=f"That is {len(text):,} characters; the note takes {LONGEST_NOTE:,}.")


def _chosen(connection: Connection, request: Request) -> Reply:
    """The line goes on once its customer was chosen."""
    customer = _naming.of_button(connection, request.values.get("customer", ""))
    return _log_line(connection, request, customer, request.values["rest"])


def _log_line(connection: Connection, request: Request, customer: Customer, rest: str) -> Reply:
    told = _visit_line.read(rest, _visit_read.reader(request))
    if told.slip is not None and not request.values.get("as_note"):
        return _visit_slip.ask(customer, told.slip, request)
    there = _whoever_asks(request, customer)
    new = NewTouch(
        customer_id=customer.id,
        kind=told.kind,
        happened_on=told.day or request.today,
        author=acting(request),
        at=request.now,
        people=(there,) if there.is_known else (),
        minutes=told.minutes,
        note=told.note,
    )
    receipt = _care_line.receipt_of(request, customer.id)
    before = None if request.values.get("again") else _visit_twice.logged_before(connection, new, request, receipt)
    if before is not None:
        return _visit_twice.already(before, new, rest, request)
    touch = touches.log(connection, new, receipt=receipt)
    unsure = ((sentence,) for sentence in told.unsure)
    return _visit_said.logged(connection, touch, request, None, *_said_of(request, customer), *unsure)


def _whoever_asks(request: Request, customer: Customer) -> Who:
    """Who was there unless somebody else is named: whoever asks, at a terminal the owner of the customer."""
    person = request.person
    if person.slack_user_id is None and person.rep_id is None and customer.owner is not None:
        return Who(customer.owner.rep_id, customer.owner.slack_user_id, customer.owner.name)
    return Who(person.rep_id, person.slack_user_id)


def _said_of(request: Request, customer: Customer) -> tuple[Sentence, ...]:
    if request.person.slack_user_id is not None or customer.owner is None:
        return ()
    return (("At a terminal you are no rep, so it is logged as ", Strong(customer.owner.name), "'s, the owner's."),)


def _line_to_type(connection: Connection, request: Request) -> Reply:
    """What a button that opens a form is answered where there are no forms: the line that does the same."""
    customer = _naming.of_button(connection, request.values["customer"])
    line = f"/visit {_care_line.spelt(connection, customer)} yesterday 45m spoke to the buyer"
    return _care_line.to_type(("Log a visit to ", customer.name), line)


def _how(request: Request) -> Reply:
    headline: Sentence = ("Whom did you see?",)
    has_forms = _care_line.has_forms(request)
    form = Action(NAME, "Log a visit…", style="primary", opens_form=True)
    return Reply(
        headline=headline,
        summary=(*headline, " Type ", Code(EXAMPLE), "."),
        parts=(
            Note(("Type ", Code(EXAMPLE), *([", or fill in a form."] if has_forms else ["."]))),
            Note(
                (
                    "Day and minutes may be left out: then it was today. ",
                    "After the name, call, message, gift, invitation or conversation says what else it was.",
                ),
                "quiet",
            ),
        ),
        actions=(form,) if has_forms else (),
    )


# --- by a form ------------------------------------------------------------------------------------------------------


def _form(connection: Connection, request: Request) -> Reply:
    """The form, with what is known already: the customer of the button, of the message or of its channel."""
    said, permalink = request.values.get("said", ""), _checked(request.values.get("permalink", ""))
    customer, note = _whom(connection, request, said)
    once = f"visit form {request.receipt}" if request.receipt else ""
    values = {"once": once, **_visit_twice.of_message(connection, permalink)}
    begins = Begins(customer, request.today, request.person.slack_user_id or "", said)
    notes = [note] if note else []
    for before in touches.of_message(connection, permalink)[:1] if permalink else ():
        already: Sentence = ("This message is logged already, for ", Strong(before.customer), ", by ")
        notes.append(Note((*already, _visit_said.by(connection, before.author), "."), "warning"))
    return _visit_form.new(connection, begins, values, *notes)


def _whom(connection: Connection, request: Request, said: str) -> tuple[Customer | None, Note | None]:
    """The customer to begin with, and what is said of how it was found. Never a guess between two."""
    if request.values.get("customer"):
        return _naming.of_button(connection, request.values["customer"]), None
    seen = recognition.recognise(connection, said) if said else recognition.NOTHING
    if seen.customer is not None:
        return customers.get(connection, seen.customer.customer_id), None
    if seen.named:
        either = " or ".join(match.name for match in seen.named[:3])
        return None, Note((f"The message may mean {either}; choose the customer.",))
    tied = customer_channels.customer_of(connection, request.values.get("channel") or None)
    return (customers.get(connection, tied) if tied is not None else None), None


def _submitted(connection: Connection, request: Request) -> Reply:
    receipt = request.values.get("once") or request.receipt
    known = touches.of_receipt(connection, receipt)
    if known is not None:
        return _visit_said.logged(connection, known, request, promises.of_receipt(connection, f"{receipt} promise"))
    filled, permalink = _visit_read.read(connection, request), _checked(request.values.get("permalink", ""))
    meanwhile = _visit_twice.logged_meanwhile(connection, permalink, request)
    if meanwhile is not None:
        return _visit_twice.once_more(connection, meanwhile, filled, permalink, request)
    there = filled.there or (_whoever_asks(request, filled.customer),)
    touch = touches.log(
        connection,
        NewTouch(
            customer_id=filled.customer.id,
            kind=filled.kind,
            happened_on=filled.day,
            author=acting(request),
            at=request.now,
            people=there,
            contact_id=_visit_read.add_contact(connection, filled, request, receipt),
            minutes=filled.minutes,
            cost=filled.cost,
            currency=filled.currency,
            outcome=filled.outcome,
            note=filled.note,
            learned=filled.learned,
            permalink=permalink or None,
        ),
        receipt=receipt,
    )
    promise = None
    if filled.promise is not None and filled.promise_due is not None:
        keeper = _whoever_asks(request, filled.customer)
        made = NewPromise(
            customer_id=filled.customer.id,
            text=filled.promise,
            due_on=filled.promise_due,
            who=keeper,
            by=acting(request),
            at=request.now,
            contact_id=touch.contact_id,
            touch_id=touch.id,
            permalink=touch.permalink,
        )
        try:
            promise = promises.make(connection, made, receipt=None if receipt is None else f"{receipt} promise")
        except RefusedError as refused:
            raise Invalid(promise=str(refused)) from None
    added: tuple[Sentence, ...] = ()
    if filled.new_contact:
        added = ((Strong(filled.new_contact), f" is added to the people of {filled.customer.name}."),)
    return _visit_said.logged(connection, touch, request, promise, *added)


def _checked(permalink: str) -> str:
    """A link that came back from a form, empty where it is no link to a message in Slack."""
    is_link = re.fullmatch(
        r"https://[a-z0-9-]+\.slack\.com/archives/[A-Z0-9]+/p\d+(?:\?[\w.=&]*)?", permalink, re.ASCII
    )
    return permalink if is_link and len(permalink) <= PERMALINK_MOST else ""


COMMAND = Command(
    name=NAME,
    summary="Log a visit, call, message or gift in a line, and see when the next visit is due.",
    usage="NAME [call|message|gift|…] [DAY] [MINUTES] [NOTE]",
    examples=("/visit acme", "/visit acme yesterday 45m spoke to the buyer", "/visit acme call 3 days ago 20m"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=_naming.suggest,
    shortcut=Shortcut("Log a visit", "Keep whom you saw, what was said, and what you promised."),
    message_shortcut=Shortcut("Log a visit", "Log a visit with this message as its note."),
)
