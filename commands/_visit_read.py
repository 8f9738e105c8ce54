"""What came back from the form of a touch, checked field by field; what is wrong stands beside the field."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from rapidfuzz import fuzz
from sqlalchemy.engine import Connection

from commands import _naming, _visit_form, _visit_line
from commands._amount import amount, signs
from commands._figures import acting
from commands._reply import Invalid, Request
from commands._typed import clean
from store import contacts, people, who, workspace
from store.contacts import About
from store.customers import Customer
from store.money import MINOR_MOST, from_minor, is_currency, minor_digits, to_minor
from store.touches import KINDS, OUTCOMES, Kind, Outcome, Touch
from store.who import Who
from value import minutes
from value.phrases import Reader, UnclearError, reads_day_first

T = TypeVar("T")

PROMISE_MOST = 500
NAME_MOST = contacts.NAME_MOST
PEOPLE_MOST = 20
# A name this like a known one is more likely that one misspelt than somebody new.
LIKENESS_LEAST = 80
COST_HINT = "Write it as 250 or 250 ZAR."


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that can be kept. `new_contact` is a name to add to the people of the customer."""

    customer: Customer
    kind: Kind
    day: dt.date
    there: tuple[Who, ...]
    note: str | None
    minutes: int | None
    contact_id: int | None
    new_contact: str | None
    outcome: Outcome | None
    learned: str | None
    cost: Decimal | None
    currency: str | None
    promise: str | None
    promise_due: dt.date | None


def reader(request: Request) -> Reader:
    """Reads the days of touches as whoever asks writes them."""
    return Reader(request.today, "past", reads_day_first(request.person.locale))


def read(connection: Connection, request: Request, before: Touch | None = None) -> Filled:
    """The form, whole; of a touch that is edited, `before` is how the form showed it: what was left alone in the form
    is as it was, whatever else would be said of it. Errors: Invalid, with a sentence for every field that is wrong.
    """
    fields = _Fields(connection, request, before)
    customer = fields.take("customer", fields.customer)
    kind = fields.take("kind", fields.kind, lambda touch: touch.kind)
    day = fields.take("day", fields.day, lambda touch: touch.happened_on)
    note = fields.take("note", fields.note, lambda touch: touch.note)
    lasted = fields.take("minutes", fields.minutes, lambda touch: touch.minutes)
    outcome = fields.take("outcome", fields.outcome, lambda touch: touch.outcome)
    there = fields.take("there", fields.there, lambda touch: touch.people)
    learned = fields.take("learned", fields.learned, lambda touch: touch.learned)
    cost = fields.take("cost", fields.cost, _cost_of)
    promise = fields.take("promise", fields.promise)
    contact = fields.take("contact", lambda: fields.contact(customer)) if customer else None
    if fields.wrong or customer is None or kind is None or day is None or there is None:
        raise Invalid(**fields.wrong)
    contact_id, new_contact = contact or (None, None)
    spent, currency = cost or (None, None)
    text, due = promise or (None, None)
    return Filled(
        customer=customer,
        kind=kind,
        day=day,
        there=there,
        note=note,
        minutes=lasted,
        contact_id=contact_id,
        new_contact=new_contact,
        outcome=outcome,
        learned=learned,
        cost=spent,
        currency=currency,
        promise=text,
        promise_due=due,
    )


def changed(before: Touch, values: Mapping[str, str]) -> list[str]:
    """The fields in which somebody has typed something else than the form of this touch began with."""
    began = _began(before, values)
    return [name for name in began if _lines(values.get(name, "")) != _lines(began[name])]


def add_contact(connection: Connection, filled: Filled, request: Request, receipt: str | None) -> int | None:
    """The contact of the form, added to the people of the customer where nobody of that name is there yet."""
    if filled.new_contact is None:
        return filled.contact_id
    # Another form may have added them since this one was read.
    known = contacts.called(connection, filled.customer.id, filled.new_contact)
    if known:
        return known[0].id
    of_contact, about = added_receipt(receipt), About(filled.new_contact)
    added = contacts.add(connection, filled.customer.id, about, by=acting(request), at=request.now, receipt=of_contact)
    return added.id


def added_receipt(receipt: str | None) -> str | None:
    """Under which receipt the form of this receipt adds a contact."""
    return None if receipt is None else f"{receipt} contact"


def _cost_of(touch: Touch) -> tuple[Decimal, str] | None:
    return None if touch.cost is None or touch.currency is None else (touch.cost, touch.currency)


def _began(before: Touch, values: Mapping[str, str]) -> dict[str, str]:
    """What the form of the touch began with: people and contacts may be called otherwise by now."""
    began = _visit_form.begin(before)
    carried = {name: values[f"{name}_was"] for name in ("there", "contact") if f"{name}_was" in values}
    return began | carried


def _lines(text: str) -> list[str]:
    """The words of a field; a form gives lines back without what is not seen."""
    return [line for line in map(clean, text.splitlines()) if line]


class _Fields:
    """The fields one by one; `wrong` gathers what is said beside them."""

    def __init__(self, connection: Connection, request: Request, before: Touch | None) -> None:
        self.connection = connection
        self.request = request
        self.before = before
        self.values: Mapping[str, str] = request.values
        self.began = _began(before, request.values) if before else {}
        self.wrong: dict[str, str] = {}

    def take(self, name: str, read: Callable[[], T], kept: Callable[[Touch], T] | None = None) -> T | None:
        """What a field says, what it was where it was left alone, None where it is wrong."""
        if self.before is not None and kept is not None and self.is_left_alone(name):
            return kept(self.before)
        try:
            return read()
        except Invalid as invalid:
            self.wrong |= invalid.errors
            return None

    def is_left_alone(self, name: str) -> bool:
        """Whether the field says what it began with."""
        return self.before is not None and name not in changed(self.before, self.values)

    def text(self, name: str) -> str:
        """What stands in the field."""
        return self.values.get(name, "").strip()

    def customer(self) -> Customer:
        """Whom it is about."""
        if not self.text("customer"):
            raise Invalid(customer="Choose the customer: type the first letters of the name.")
        return _naming.of_button(self.connection, self.text("customer"))

    def kind(self) -> Kind:
        """What it was."""
        found = next((kind for kind in KINDS if kind == self.text("kind")), None)
        if found is None:
            raise Invalid(kind="Choose what it was, such as a visit.")
        return found

    def day(self) -> dt.date:
        """When it was, which is not in the future."""
        try:
            return reader(self.request).day(self.text("day"))
        except UnclearError as unclear:
            raise Invalid(day=str(unclear)) from None

    def note(self) -> str | None:
        """What was said and done."""
        return _visit_line.note(self.text("note"))

    def learned(self) -> str | None:
        """What came to light."""
        try:
            return _visit_line.note(self.text("learned"))
        except Invalid as invalid:
            raise Invalid(learned=str(invalid)) from None

    def minutes(self) -> int | None:
        """How long it took."""
        try:
            return minutes.of_text(self.text("minutes")) if self.text("minutes") else None
        except UnclearError as unclear:
            raise Invalid(minutes=str(unclear)) from None

    def outcome(self) -> Outcome | None:
        """How it went."""
        if not self.text("outcome"):
            return None
        found = next((outcome for outcome in OUTCOMES if outcome == self.text("outcome")), None)
        if found is None:
            raise Invalid(outcome="Choose how it went, or nothing.")
        return found

    def there(self) -> tuple[Who, ...]:
        """Who of ours was there: members of the team, whoever fills in the form, and whoever was known to be there."""
        chosen = list(dict.fromkeys(self.text("there").split()))
        if len(chosen) > PEOPLE_MOST:
            raise Invalid(there=f"Those are {len(chosen):,} people; {PEOPLE_MOST} are the most.")
        me = self.request.person
        others = [one for one in chosen if one not in (me.slack_user_id, *self.began.get("there", "").split())]
        known = people.some(self.connection, others)
        for one in others:
            person = known.get(one)
            if person is None:
                raise Invalid(
                    there="One of them is not known yet; ask them to open Melktert in Slack, or leave them out."
                )
            if person.kind != "member":
                raise Invalid(there=f"{person.name} {people.NOT_OF_THE_TEAM[person.kind]}")
        asked = [Who(me.rep_id if one == me.slack_user_id else None, one) for one in chosen]
        # Reps who are nobody in Slack cannot be chosen there, nor taken away.
        nobody = tuple(one for one in self.before.people if one.slack_user_id is None) if self.before else ()
        return (*nobody, *(who.complete(self.connection, asked) if asked else ()))

    def cost(self) -> tuple[Decimal, str] | None:
        """What it cost, in the currency that is written beside it, else the one in which visits are reckoned."""
        typed = self.text("cost")
        if not typed:
            return None
        read, usual = amount(typed), workspace.settings(self.connection).visit_currency
        if read is None:
            raise Invalid(cost=f"“{_naming.short(typed)}” is not an amount that means one thing. {COST_HINT}")
        spent, beside = read
        currency = usual if not beside or beside in signs(usual) else beside
        if not is_currency(currency):
            raise Invalid(cost=f"{beside} may be several currencies. {COST_HINT}")
        if to_minor(spent, currency) > MINOR_MOST:
            raise Invalid(cost=f"That is more than anything costs. {COST_HINT}")
        if from_minor(to_minor(spent, currency), currency) != spent:
            digits = minor_digits(currency)
            finest = f"has {digits} digits after the point at the most" if digits else "is counted in whole ones"
            raise Invalid(cost=f"“{_naming.short(typed)}” is not an amount that is paid: {currency} {finest}.")
        return spent, currency

    def contact(self, customer: Customer) -> tuple[int | None, str | None]:
        """With whom: somebody who is known at the customer, or a name to add."""
        name = clean(self.text("contact"))
        if not name:
            return None, None
        if self.before is not None and self.before.customer_id == customer.id and self.is_left_alone("contact"):
            return self.before.contact_id, None
        if len(name) > NAME_MOST:
            raise Invalid(contact=f"That is {len(name):,} characters; write the name alone, and the rest in the note.")
        there = contacts.of_customer(self.connection, customer.id)
        same = [one for one in there if one.about.name.casefold() == name.casefold()]
        begun = [one for one in there if f" {one.about.name.casefold()} ".find(f" {name.casefold()} ") >= 0]
        meant = same or begun
        if len(meant) == 1:
            return meant[0].id, None
        alike = meant or [
            one for one in there if fuzz.ratio(one.about.name.casefold(), name.casefold()) >= LIKENESS_LEAST
        ]
        if alike:
            either = " or ".join(one.about.name for one in alike[:3])
            raise Invalid(contact=f"Did you mean {either}? Write the name as it is there, or more of it.")
        return None, name

    def promise(self) -> tuple[str, dt.date] | None:
        """What was promised by when: both, or neither."""
        text, due = clean(self.text("promise")), self.text("promise_due")
        if not text and not due:
            return None
        if not text:
            raise Invalid(promise="What did you promise for that day? Write it, or take the day away.")
        if len(text) > PROMISE_MOST:
            raise Invalid(promise=f"That is {len(text):,} characters; a promise takes {PROMISE_MOST}.")
        if not due:
            raise Invalid(promise_due="By when? Choose a day.")
        try:
            return text, Reader(self.request.today, "future").day(due)
        except UnclearError as unclear:
            raise Invalid(promise_due=str(unclear)) from None
