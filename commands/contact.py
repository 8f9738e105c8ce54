"""/melktert contact NAME: the people at a customer, their days, what they like, and what they were given."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy.engine import Connection

from commands import _naming, _yearly
from commands._customer_words import days, invented, touched
from commands._figures import acting
from commands._reply import (
    Action,
    Command,
    Count,
    Date,
    Fact,
    Field,
    Form,
    Inline,
    Invalid,
    Item,
    Note,
    Option,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from commands._typed import clean
from store import contacts, customers, touches
from store.audit import RefusedError
from store.contacts import About, Contact
from store.customers import Customer
from store.database import Database

NAME = "contact"
BUTTON_IS_OLD = "That button is from an older card; ask /melktert contact with the customer's name."
LINE_MOST, LONG_MOST = contacts.NAME_MOST, 500
GIFTS_SHOWN = 2


def run(request: Request, db: Database) -> Reply:
    """The people of a customer; a form for one of them; or what became of a form or a button."""
    do = request.values.get("do", "")
    try:
        if do in ("add", "edit") and request.origin == "form":
            with db.writing() as connection:
                return _saved(request, connection)
        if do in ("gone", "back"):
            with db.writing() as connection:
                return _gone(request, connection)
        with db.reading() as connection:
            if do in ("add", "edit"):
                return _form(request, connection)
            if do:
                raise Invalid(button=BUTTON_IS_OLD)
            return _shown(request, connection)
    except RefusedError as refused:
        raise Invalid(name=str(refused)) from None


def _shown(request: Request, connection: Connection) -> Reply:
    if "customer" in request.values:
        return _people(_naming.of_button(connection, request.values["customer"]), request, connection)
    name = _naming.typed(request, "/melktert contact acme").translate(_naming.QUOTES).strip(' "')
    _, found = _naming.meant(connection, [name])
    if found.certain is None:
        return _naming.offered(connection, name, found, Action(NAME, "Show"))
    customer = customers.get(connection, found.certain.customer_id)
    assert customer is not None
    return _people(customer, request, connection)


# --- showing --------------------------------------------------------------------------------------------------------


def _people(customer: Customer, request: Request, connection: Connection, *before: Note) -> Reply:
    everybody = contacts.of_customer(connection, customer.id)
    gifts = touches.last(connection, customer.id, most=200) if everybody else []
    the_customer = {"customer": str(customer.id)}
    there = sum(one.gone_on is None for one in everybody)
    headline: Sentence = (customer.name, "  ·  ", Count(there, "person", "people"))
    begin = _after(request)
    page = [one for one in everybody if begin is None or _place(one) > begin]
    items = [
        _item(one, [gift for gift in gifts if gift.kind == "gift" and gift.contact_id == one.id], request.today)
        for one in page
    ]
    instead: tuple[Note, ...] = ()
    if not everybody:
        instead = (Note(("Nobody is known there yet. Who decides, who uses what they buy, who pays?",)),)
    elif not page:
        instead = (Note(("The list ends here; the button People shows it from the beginning.",)),)
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(*before, *items, *instead),
        actions=(
            Action(NAME, "Add somebody…", {**the_customer, "do": "add"}, style="primary", opens_form=True),
            Action("customer", "The brief", the_customer),
            *([Action(NAME, "People", the_customer)] if begin else []),
        ),
        facts=(Fact("contacts", "", Count(there, "contact")),),
        again=Action(NAME, "", {**the_customer, **({"after": request.values["after"]} if begin else {})}),
    )


def _place(contact: Contact) -> tuple[bool, int]:
    """What the list is ordered by: whoever is not there any more stands last."""
    return contact.gone_on is not None, contact.id


def _key(contact: Contact) -> str:
    is_gone, contact_id = _place(contact)
    return f"{is_gone:d}-{contact_id}"


def _after(request: Request) -> tuple[bool, int] | None:
    """After whom the page begins that a button asks for; None for the first one."""
    found = re.fullmatch(r"([01])-(\d{1,18})", request.values.get("after", ""), re.ASCII)
    return (found[1] == "1", int(found[2])) if found else None


def _item(contact: Contact, gifts: Sequence[touches.Touch], today: dt.date) -> Item:
    about, values = contact.about, {"contact": str(contact.id)}
    lines: list[Sentence] = []
    if contact.gone_on is None:
        lines += days(contact, today)
    else:
        lines.append(("gone since ", Date(contact.gone_on), ", never congratulated"))
    lines += [(word,) for word in (about.email, about.phone) if word]
    lines += [("likes: ", about.preferences)] if about.preferences else []
    lines += [("given: ", *touched(gift)) for gift in gifts[:GIFTS_SHOWN]]
    reason: list[Inline] = []
    for at, line in enumerate(lines):
        reason += [*(["  ·  "] if at else []), *line]
    role = f", {about.role}" if about.role else ""
    edit = Action(NAME, "Edit…", {**values, "do": "edit"}, opens_form=True)
    if contact.gone_on is None:
        actions = (edit, Action(NAME, "Not there any more", {**values, "do": "gone"}))
    else:
        actions = (edit, Action(NAME, "Is there again", {**values, "do": "back"}))
    title: Sentence = (Strong(about.name), role, *invented(is_invented=contact.is_invented))
    return Item(title=title, reason=tuple(reason), actions=actions, key=_key(contact))


# --- the form -------------------------------------------------------------------------------------------------------


def _form(request: Request, connection: Connection) -> Reply:
    if request.values["do"] == "edit":
        contact = _of_button(request, connection)
        edits = str(contacts.edits(connection, contact.id))
        about, title = contact.about, "Edit a contact"
        values = {"do": "edit", "contact": str(contact.id), "edits": edits}
    else:
        customer = _naming.of_button(connection, request.values.get("customer", ""))
        about, title, values = About(""), "Add somebody", {"do": "add", "customer": str(customer.id)}
    fields = (
        Field("name", "Name", initial=about.name),
        Field("role", "What they do there", required=False, initial=about.role or "", hint="Such as buyer."),
        Field("birthday", "Birthday", required=False, initial=_yearly.typed(about.birthday), hint=_yearly.HINT),
        Field(
            "anniversary", "Anniversary", required=False, initial=_yearly.typed(about.anniversary), hint=_yearly.HINT
        ),
        Field(
            "anniversary_of",
            "Anniversary of what?",
            required=False,
            initial=about.anniversary_of or "",
            hint="Such as wedding, or first order.",
        ),
        Field(
            "preferences",
            "What they like, and what not to bring",
            "long",
            required=False,
            initial=about.preferences or "",
        ),
        Field("email", "E-mail", required=False, initial=about.email or ""),
        Field("phone", "Phone", required=False, initial=about.phone or ""),
    )
    return Reply((title,), (title, ": a form to fill in."), form=Form(NAME, title, fields, values))


def _saved(request: Request, connection: Connection) -> Reply:
    about, by = _typed(request), acting(request)
    if request.values["do"] == "add":
        customer = _naming.of_button(connection, request.values.get("customer", ""))
        if contacts.of_receipt(connection, request.receipt) is None:
            _refuse_namesakes(connection, customer, about)
        contact = contacts.add(connection, customer.id, about, by=by, at=request.now, receipt=request.receipt)
        said = f"{contact.name} is now among the people of {customer.name}."
    else:
        before = _of_button(request, connection)
        customer = _naming.of_button(connection, str(before.customer_id))
        if about.name.casefold() != before.name.casefold():
            _refuse_namesakes(connection, customer, about, but=before)
        contact = contacts.edit(
            connection,
            before.id,
            about,
            by=by,
            at=request.now,
            receipt=request.receipt,
            edits_seen=_edits_seen(request),
        )
        said = f"{contact.name} is kept as written."
    return _people(customer, request, connection, Note((said,), "good"))


def _refuse_namesakes(connection: Connection, customer: Customer, about: About, but: Contact | None = None) -> None:
    """Errors: Invalid where somebody there is called so: of two of one name a form could mean neither."""
    for one in contacts.called(connection, customer.id, about.name):
        if but is None or one.id != but.id:
            known = "is" if one.gone_on is None else "was"
            raise Invalid(
                name=f"{one.name} {known} among the people of {customer.name} already; of somebody else with that "
                f"name, write what tells them apart, such as {one.name} (Durban)."
            )


def _edits_seen(request: Request) -> int | None:
    """How often the contact had been changed when the form was opened; None for a form that does not say."""
    text = request.values.get("edits", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _typed(request: Request) -> About:
    """What was filled in. Errors: Invalid with a sentence for each field that is wrong, all at once."""
    wrong: dict[str, str] = {}
    texts: dict[str, str | None] = {}
    for name in ("name", "role", "anniversary_of", "preferences", "email", "phone"):
        text = clean(request.values.get(name, ""))
        most = LONG_MOST if name == "preferences" else LINE_MOST
        if len(text) > most:
            wrong[name] = f"That is {len(text):,} letters; {most} are the most."
        texts[name] = text or None
    if not texts["name"]:
        wrong["name"] = "Write the person's name."
    if texts["email"] and "@" not in texts["email"].strip("@"):
        wrong["email"] = f"“{texts['email'][:40]}” is no e-mail address; leave it empty where it is not known."
    found = {}
    for name in ("birthday", "anniversary"):
        try:
            found[name] = _yearly.read(request.values.get(name, ""), name, request.today)
        except Invalid as invalid:
            wrong |= invalid.errors
    if texts["anniversary_of"] and not request.values.get("anniversary", "").strip():
        wrong["anniversary"] = "Write the day too, or leave out what it is the anniversary of."
    if wrong:
        raise Invalid(**wrong)
    return About(
        name=texts["name"] or "",
        role=texts["role"],
        email=texts["email"],
        phone=texts["phone"],
        anniversary_of=texts["anniversary_of"],
        preferences=texts["preferences"],
        **found,
    )


def _gone(request: Request, connection: Connection) -> Reply:
    is_gone = request.values["do"] == "gone"
    contact = contacts.set_gone(
        connection,
        _of_button(request, connection).id,
        request.today if is_gone else None,
        by=acting(request),
        at=request.now,
        receipt=request.receipt,
    )
    customer = _naming.of_button(connection, str(contact.customer_id))
    values = {"contact": str(contact.id)}
    if is_gone:
        headline: Sentence = (f"{contact.name} is gone from {customer.name}, and will not be congratulated any more",)
        undo = Action(NAME, "Undo", {**values, "do": "back"})
    else:
        headline = (f"{contact.name} is at {customer.name}",)
        undo = Action(NAME, "Not there any more", {**values, "do": "gone"})
    people = Action(NAME, "People", {"customer": str(customer.id)})
    return Reply(headline, (*headline, "."), actions=(undo, people))


def _of_button(request: Request, connection: Connection) -> Contact:
    """The contact of a button or form. Errors: Invalid, RefusedError for whoever is not there."""
    text = request.values.get("contact", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(contact=contacts.NOT_THERE)
    return contacts.existing(connection, int(text))


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers whose names go on from what was typed."""
    return _naming.completed(db, typed) if field == "name" else ()


COMMAND = Command(
    name=NAME,
    summary="The people at a customer: birthdays, what they like, and what they were given.",
    usage="NAME",
    examples=("/melktert contact acme",),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=suggest,
    has_own_name=False,
)
