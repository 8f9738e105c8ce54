"""The form of a touch: what it asks, in the order in which a rep on a phone knows the answers."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from commands._reply import Field, Form, Note, Option, Reply
from commands._visit_said import KINDS, OUTCOMES
from store import contacts, touches
from store.customers import Customer
from store.touches import Touch

# So many names of contacts fit the hint.
CONTACTS_SHOWN = 4
KIND_OPTIONS = tuple(Option(kind, label) for kind, label in KINDS.items())
# The fields of what may be left out.
FURTHER = ("minutes", "contact", "outcome", "there", "learned", "cost")
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


def edit(connection: Connection, touch: Touch, customer: Customer, *notes: Note) -> Reply:
    """The form of a touch that was logged. It knows how often the touch had been edited when it was opened, and as what
    it showed what may be called otherwise when it is saved.
    """
    begins = begin(touch)
    fields = (
        _customer(customer),
        Field("kind", "What was it?", "choice", initial=begins["kind"], options=KIND_OPTIONS),
        Field("day", "When?", "date", initial=begins["day"]),
        Field("note", "What was said and done?", "long", required=False, initial=begins["note"]),
        *_further(connection, customer, **{name: begins[name] for name in FURTHER}),
    )
    values = {
        "do": "save",
        "touch": str(touch.id),
        "edits": str(touches.edits(connection, touch.id)),
        "there_was": begins["there"],
        "contact_was": begins["contact"],
    }
    form = Form("touch", "Edit a touch", fields, values, intro=notes)
    return Reply(headline=("Edit a touch",), summary=("Edit a touch.",), form=form)


def begin(touch: Touch) -> dict[str, str]:
    """What the fields of the form of this touch begin with."""
    return {
        "customer": str(touch.customer_id),
        "kind": touch.kind,
        "day": touch.happened_on.isoformat(),
        "note": touch.note or "",
        "minutes": "" if touch.minutes is None else str(touch.minutes),
        "contact": touch.contact or "",
        "outcome": touch.outcome or "",
        "there": " ".join(one.slack_user_id for one in touch.people if one.slack_user_id),
        "learned": touch.learned or "",
        "cost": "" if touch.cost is None else f"{touch.cost:f} {touch.currency}",
    }


def again(form: Reply, typed: Mapping[str, str], customer: Customer, names: Collection[str]) -> Reply:
    """The form once more, with what somebody has typed into these of its fields, and the customer whom they chose."""
    assert form.form is not None
    fields = [replace(one, initial=typed.get(one.name, "")) if one.name in names else one for one in form.form.fields]
    if "customer" in names:
        fields = [_customer(customer) if one.name == "customer" else one for one in fields]
    return replace(form, form=replace(form.form, fields=tuple(fields)))


def _customer(customer: Customer | None) -> Field:
    options = (Option(str(customer.id), customer.name),) if customer else ()
    initial = str(customer.id) if customer else ""
    return Field("customer", "Customer", "customer", initial=initial, options=options)


def _further(connection: Connection, customer: Customer | None, **begins: str) -> tuple[Field, ...]:
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
        Field("there", "Who of us was there?", "people", required=False, initial=begins.get("there", "")),
        Field(
            "learned", "What did you learn that is of value?", "long", required=False, initial=begins.get("learned", "")
        ),
        Field("cost", "What did it cost beside the time?", required=False, initial=begins.get("cost", "")),
    )
