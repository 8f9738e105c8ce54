"""The form of a touch: what it asks, in the order in which a rep on a phone knows the answers."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands._reply import Field, Form, Note, Option, Reply
from commands._visit_said import KINDS, OUTCOMES
from store import contacts
from store.customers import Customer
from store.touches import Touch

# So many names of contacts fit the hint.
CONTACTS_SHOWN = 4
KIND_OPTIONS = tuple(Option(kind, label) for kind, label in KINDS.items())
OUTCOME_OPTIONS = tuple(Option(outcome, label[0].upper() + label[1:]) for outcome, label in OUTCOMES.items())


@dataclass(frozen=True, slots=True)
class Begins:
    """What the form of a new touch begins with."""

    customer: Customer | None
    day: dt.date
    there: str = ""
    note: str = ""
    kind: str = "visit"


def new(connection: Connection, begins: Begins, values: dict[str, str], *notes: Note) -> Reply:
    """The form of a touch to log, with a promise in the same go."""
    fields = (
        _customer(begins.customer),
        Field("kind", "What was it?", "choice", initial=begins.kind, options=KIND_OPTIONS),
        Field("day", "When?", "date", initial=begins.day.isoformat()),
        Field("note", "What was said and done?", "long", required=False, initial=begins.note),
        Field("promise", "Did you promise anything?", required=False, hint="Such as: send the quote."),
        Field("promise_due", "By when?", "date", required=False),
        *_further(connection, begins.customer, there=begins.there),
    )
    title = f"Log a {KINDS['visit'].lower()}"
    form = Form("visit", title, fields, {**values, "do": "submit"}, submit="Log it", intro=notes)
    return Reply(headline=(title,), summary=(f"{title}.",), form=form)


def edit(connection: Connection, touch: Touch, customer: Customer) -> Reply:
    """The form of a touch that was logged."""
    minutes = "" if touch.minutes is None else str(touch.minutes)
    cost = "" if touch.cost is None else f"{touch.cost:f} {touch.currency}"
    there = " ".join(one.slack_user_id for one in touch.people if one.slack_user_id)
    fields = (
        _customer(customer),
        Field("kind", "What was it?", "choice", initial=touch.kind, options=KIND_OPTIONS),
        Field("day", "When?", "date", initial=touch.happened_on.isoformat()),
        Field("note", "What was said and done?", "long", required=False, initial=touch.note or ""),
        *_further(
            connection,
            customer,
            there=there,
            minutes=minutes,
            contact=touch.contact or "",
            outcome=touch.outcome or "",
            learned=touch.learned or "",
            cost=cost,
        ),
    )
    form = Form("touch", "Edit a touch", fields, {"do": "save", "touch": str(touch.id), "there_was": there})
    return Reply(headline=("Edit a touch",), summary=("Edit a touch.",), form=form)


def _customer(customer: Customer | None) -> Field:
    options = (Option(str(customer.id), customer.name),) if customer else ()
    initial = str(customer.id) if customer else ""
    return Field("customer", "Customer", "customer", initial=initial, options=options)


def _further(connection: Connection, customer: Customer | None, *, there: str, **begins: str) -> tuple[Field, ...]:
    """What may be left out."""
    with_whom = "Their name; somebody new is added to the people of the customer."
    known = contacts.of_customer(connection, customer.id, with_gone=False) if customer else []
    if known:
        with_whom = f"{', '.join(one.about.name for one in known[:CONTACTS_SHOWN])}, or somebody new."
    return (
        Field("minutes", "How long?", required=False, initial=begins.get("minutes", ""), hint="Such as 45m or 1h30."),
        Field("contact", "With whom?", required=False, initial=begins.get("contact", ""), hint=with_whom),
        Field(
            "outcome",
            "How did it go?",
            "choice",
            required=False,
            initial=begins.get("outcome", ""),
            options=OUTCOME_OPTIONS,
        ),
        Field("there", "Who of us was there?", "people", required=False, initial=there),
        Field(
            "learned", "What did you learn that is of value?", "long", required=False, initial=begins.get("learned", "")
        ),
        Field("cost", "What did it cost beside the time?", required=False, initial=begins.get("cost", "")),
    )
