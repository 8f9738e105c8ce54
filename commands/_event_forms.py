"""The forms of /event: a new one, and whom to invite to which."""

import datetime as dt

from sqlalchemy.engine import Connection

from commands import _naming
from commands._event_card import NAME
from commands._reply import Action, Field, Form, Invalid, Note, Option, Reply, Request
from commands._typed import clean
from store import contacts, events
from store.events import Event, NewEvent

TITLE_MOST, PLACE_MOST, SEATS_MOST = 120, 120, 100_000
AHEAD_DAYS_MOST = 1_096


def make(title: str) -> Reply:
    """A new event."""
    fields = (
        Field("title", "What is it?", initial=title, hint="Such as Race day."),
        Field("held_on", "Which day?", "date"),
        Field("place", "Where?", required=False),
        Field("seats", "For how many customers is there room?", "number", required=False),
    )
    return _form("New event", Form(NAME, "New event", fields, {"do": "make"}, submit="Make"))


def new_event(request: Request) -> NewEvent:
    """What was filled in. Errors: Invalid with a sentence for each field that is wrong, all at once."""
    title, place = clean(request.values.get("title", "")), clean(request.values.get("place", ""))
    wrong: dict[str, str] = {}
    if not 1 <= len(title) <= TITLE_MOST:
        wrong["title"] = f"Say what it is in {TITLE_MOST} letters at most, such as Race day."
    if len(place) > PLACE_MOST:
        wrong["place"] = f"That is {len(place):,} letters; {PLACE_MOST} are the most."
    held_on = request.today
    try:
        held_on = dt.date.fromisoformat(request.values.get("held_on", ""))
        if not 0 <= (held_on - request.today).days <= AHEAD_DAYS_MOST:
            wrong["held_on"] = "Choose a day from today on, within three years."
    except ValueError:
        wrong["held_on"] = "Choose the day."
    typed = request.values.get("seats", "").replace(",", "").strip()
    seats = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0
    if typed and not 1 <= seats <= SEATS_MOST:
        wrong["seats"] = f"Write a whole number from 1 to {SEATS_MOST:,}, or leave it empty."
    if wrong:
        raise Invalid(**wrong)
    return NewEvent(title, held_on, place or None, seats if typed else None)


def invite(connection: Connection, request: Request) -> Reply:
    """Whom to invite to which event; either of them may be settled already, the other is asked for."""
    values = request.values
    title = "Invite a customer"
    if "invite" in values:
        customer = _naming.of_button(connection, values["invite"])
        coming = events.coming(connection, request.today)
        if not coming:
            said = "There is no event to invite to yet."
            make_one = Action(NAME, "New event…", {"do": "make"}, style="primary", opens_form=True)
            return Reply((said,), (said,), actions=(make_one,))
        options = tuple(
            Option(str(one.id), f"{one.title}, {one.held_on.day} {one.held_on:%b %Y}") for one in coming[:100]
        )
        first = options[0].value if len(options) == 1 else ""
        fields = [Field("event", "To which event?", "choice", initial=first, options=options)]
        people = contacts.of_customer(connection, customer.id, with_gone=False)[:100]
        if people:
            whom = tuple(Option(str(one.id), one.name, one.about.role or "") for one in people)
            fields.append(Field("contact", "Whom there?", "choice", required=False, options=whom))
        carried = {"do": "invite", "customer": str(customer.id)}
        intro = (Note((f"An invitation to {customer.name} is a touch: it resets the clock.",)),)
        return _form(title, Form(NAME, title, tuple(fields), carried, submit="Invite", intro=intro))
    event = of_values(connection, request)
    fields = [Field("customer", "Which customer?", "customer", hint="Type the first letters of the name.")]
    carried = {"do": "invite", "event": str(event.id)}
    return _form(title, Form(NAME, title, tuple(fields), carried, submit="Invite"))


def of_values(connection: Connection, request: Request) -> Event:
    """The event of a button or form. Errors: Invalid, RefusedError for one that is not there."""
    text = request.values.get("event", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(event=events.NOT_THERE if text else "Choose the event.")
    return events.existing(connection, int(text))


def contact_of(request: Request) -> int | None:
    """The contact that was chosen, None for none. Errors: Invalid for what is no id."""
    text = request.values.get("contact", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(contact="Choose somebody from the list, or nobody.")
    return int(text) if text else None


def _form(title: str, form: Form) -> Reply:
    return Reply((title,), (title, ": a form to fill in."), form=form)
