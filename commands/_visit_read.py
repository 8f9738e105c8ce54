"""What came back from the form of a touch, checked field by field; what is wrong stands beside the field."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from rapidfuzz import fuzz
from sqlalchemy.engine import Connection

from commands import _naming, _visit_line
from commands._amount import amount, signs
from commands._figures import acting
from commands._reply import Invalid, Request
from commands._typed import clean
from store import contacts, people, who, workspace
from store.contacts import About
from store.customers import Customer
from store.money import MINOR_MOST, to_minor
from store.touches import KINDS, OUTCOMES, Kind, Outcome
from store.who import Who
from value import minutes
from value.phrases import Reader, UnclearError, reads_day_first

T = TypeVar("T")

PROMISE_MOST = 500
NAME_MOST = 100
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


def read(connection: Connection, request: Request) -> Filled:
    """The form, whole. Errors: Invalid, with a sentence for every field that is wrong."""
    fields = _Fields(connection, request)
    customer = fields.take(fields.customer)
    kind, day, note = fields.take(fields.kind), fields.take(fields.day), fields.take(fields.note)
    lasted, outcome, there = fields.take(fields.minutes), fields.take(fields.outcome), fields.take(fields.there)
    learned, cost, promise = fields.take(fields.learned), fields.take(fields.cost), fields.take(fields.promise)
    contact = fields.take(lambda: fields.contact(customer)) if customer else None
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


def add_contact(connection: Connection, filled: Filled, request: Request, receipt: str | None) -> int | None:
    """The contact of the form, added to the people of the customer where nobody of that name is there yet."""
    if filled.new_contact is None:
        return filled.contact_id
    of_contact = None if receipt is None else f"{receipt} contact"
    about = About(filled.new_contact)
    added = contacts.add(connection, filled.customer.id, about, by=acting(request), at=request.now, receipt=of_contact)
    return added.id


class _Fields:
    """The fields one by one; `wrong` gathers what is said beside them."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self.connection = connection
        self.request = request
        self.values: Mapping[str, str] = request.values
        self.wrong: dict[str, str] = {}

    def take(self, read: Callable[[], T]) -> T | None:
        """What a field says, None where it is wrong."""
        try:
            return read()
        except Invalid as invalid:
            self.wrong |= invalid.errors
            return None

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
        """Who of ours was there: members of the team, or whoever fills in the form."""
        chosen = list(dict.fromkeys(self.text("there").split()))[:PEOPLE_MOST]
        me = self.request.person
        others = [one for one in chosen if one != me.slack_user_id]
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
        return tuple(who.complete(self.connection, asked)) if asked else ()

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
        if not currency.isalpha():
            raise Invalid(cost=f"{beside} may be several currencies. {COST_HINT}")
        if to_minor(spent, currency) > MINOR_MOST:
            raise Invalid(cost=f"That is more than anything costs. {COST_HINT}")
        return spent, currency

    def contact(self, customer: Customer) -> tuple[int | None, str | None]:
        """With whom: somebody who is known at the customer, or a name to add."""
        name = clean(self.text("contact"))
        if not name:
            return None, None
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
