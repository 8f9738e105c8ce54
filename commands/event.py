"""/event: days out for customers: make one, see whom to invite and why, and keep who is coming and who came."""

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection

from commands import _event_card, _event_forms, _naming
from commands._event_card import LABELS, NAME, PROPOSED, SAID
from commands._figures import acting
from commands._reply import Action, Command, Date, Invalid, Note, Option, Policy, Reply, Request, Sentence, Strong
from commands._typed import clean
from store import events, guests
from store.audit import RefusedError
from store.customers import Customer
from store.database import Database
from store.events import STATES, Event
from store.who import Who

NEW, NEVER = "new", "never"
BUTTON_IS_OLD = "That button is from an older list; ask /event for a fresh one."
PAGES_MOST = 10_000


def run(request: Request, db: Database) -> Reply:
    """The list, one event, whom to invite, a form, or what became of a form or button."""
    do = request.values.get("do", "")
    try:
        if do in _CHANGES and (do != "make" or request.origin == "form"):
            with db.writing() as connection:
                return _CHANGES[do](connection, request)
        if do == "make":
            return _event_forms.make(clean(request.values.get("title", "")))
        with db.reading() as connection:
            if do == "choose" or "invite" in request.values:
                return _event_forms.invite(connection, request)
            if do:
                raise Invalid(button=BUTTON_IS_OLD)
            return _shown(connection, request)
    except RefusedError as refused:
        field = "customer" if "event" in request.values and do == "invite" else "event"
        raise Invalid(**{field: str(refused)}) from None


def _shown(connection: Connection, request: Request) -> Reply:
    after = _after(request)
    match request.values.get("view", ""):
        case "guests":
            event = _event_forms.of_values(connection, request)
            found = guests.propose(connection, event.id, PROPOSED + 1, passing_over=after)
            return _event_card.proposals(event, found, after)
        case "never":
            return _never(connection)
    if "event" in request.values:
        event = _event_forms.of_values(connection, request)
        return _card(connection, event, request, after)
    return _by_title(connection, request, request.values.get("called", request.text).strip(), after)


def _by_title(connection: Connection, request: Request, text: str, after: int) -> Reply:
    first, _, rest = text.partition(" ")
    is_a_word = text.casefold() in (NEW, NEVER)
    found = events.called(connection, text) if text and not is_a_word else []
    if len(found) == 1:
        return _card(connection, found[0], request)
    if not text:
        return _list(connection, request, after)
    if first.casefold() == NEW and not found:
        headline: Sentence = ("Make an event",)
        values = {"do": "make", "title": clean(rest)[: _event_forms.TITLE_MOST]}
        fill_in = Action(NAME, "Fill in…", values, style="primary", opens_form=True)
        return Reply(headline, (*headline, "."), actions=(fill_in,))
    if text.casefold() == NEVER:
        return _never(connection)
    if not found:
        raise Invalid(event=f"No event is called “{_naming.short(text)}”; /event lists those that are.")
    coming = [event for event in found if event.held_on >= request.today]
    past = [event for event in found if event.held_on < request.today]
    return _event_card.listed(
        coming, past, guests.never_invited(connection), request.today, passing_over=after, called=text
    )


def _card(connection: Connection, event: Event, request: Request, after: int = 0) -> Reply:
    invited = events.guests(connection, event.id)
    owing = guests.owing(connection, [guest.customer_id for guest in invited])
    return _event_card.card(event, invited, owing, request.today, after)


def _list(connection: Connection, request: Request, after: int) -> Reply:
    coming = events.coming(connection, request.today)
    past = events.past(connection, request.today)
    return _event_card.listed(coming, past, guests.never_invited(connection), request.today, passing_over=after)


def _never(connection: Connection) -> Reply:
    found = guests.propose(connection, None, PROPOSED, only_never=True)
    return _event_card.never_list(found, guests.never_invited(connection))


def _after(request: Request) -> int:
    text = request.values.get("after", "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > PAGES_MOST:
        raise Invalid(after="That part of the list is not there; ask /event again.")
    return int(text)


# --- changes --------------------------------------------------------------------------------------------------------


def _make(connection: Connection, request: Request) -> Reply:
    new = _event_forms.new_event(request)
    event = events.make(connection, new, by=acting(request), at=request.now, receipt=request.receipt)
    headline: Sentence = (event.title, " is on ", Date(event.held_on))
    of = {"event": str(event.id)}
    actions = (
        Action(NAME, "Whom to invite", {**of, "view": "guests"}, style="primary"),
        Action(NAME, "The event", of),
        Action(NAME, "Undo", {**of, "do": "off"}),
    )
    return Reply(headline, (*headline, "."), actions=actions)


def _invite(connection: Connection, request: Request) -> Reply:
    event, customer = _event_forms.of_values(connection, request), _customer(connection, request)
    guest = events.invite(
        connection,
        event.id,
        customer.id,
        who=_who(request, customer),
        contact_id=_event_forms.contact_of(request),
        on=request.today,
        by=acting(request),
        at=request.now,
    )
    if guest.state == "invited":
        headline: Sentence = (guest.customer, f" is invited to {event.title}")
    else:
        headline = (guest.customer, f": {SAID[guest.state]} ({event.title})")
    of = {"event": str(event.id)}
    undo = Action(NAME, "Undo", {**of, "customer": str(customer.id), "do": "take back"})
    more = Action(NAME, "Whom to invite", {**of, "view": "guests"})
    effect = Note((f"The invitation is a touch, so the clock starts anew{_for_whom(request, customer)}.",))
    debt = guests.owing(connection, [customer.id]).get(customer.id)
    owes = (Note((Strong(guest.customer), " ", *_event_card.owes(debt), "."), "warning"),) if debt else ()
    return Reply(headline, (*headline, "."), (effect, *owes), (undo, more, Action(NAME, "The event", of)))


def _take_back(connection: Connection, request: Request) -> Reply:
    event, customer = _event_forms.of_values(connection, request), _customer(connection, request)
    events.take_back(connection, event.id, customer.id, by=acting(request), at=request.now)
    headline: Sentence = (customer.name, f" is not invited to {event.title} any more")
    of = {"event": str(event.id)}
    again = Action(NAME, "Undo", {**of, "customer": str(customer.id), "do": "invite"})
    return Reply(headline, (*headline, "."), actions=(again, Action(NAME, "The event", of)))


def _state(connection: Connection, request: Request) -> Reply:
    event, customer = _event_forms.of_values(connection, request), _customer(connection, request)
    state = next((one for one in STATES if one == request.values.get("state")), None)
    if state is None:
        raise Invalid(button=BUTTON_IS_OLD)
    guest, was = events.set_state(
        connection,
        event.id,
        customer.id,
        state,
        who=_who(request, customer),
        today=request.today,
        by=acting(request),
        at=request.now,
    )
    headline: Sentence = (guest.customer, f": {SAID[guest.state]} ({event.title})")
    parts: tuple[Note, ...] = ()
    if state == "came":
        effect = ("That is a touch on ", Date(event.held_on), f"{_for_whom(request, customer)}.")
        parts = (Note(effect),)
    of = {"event": str(event.id), "customer": str(customer.id), "do": "state"}
    undo = () if was == state else (Action(NAME, f"Undo: {LABELS[was].lower()}", {**of, "state": was}),)
    return Reply(headline, (*headline, "."), parts, (*undo, Action(NAME, "The event", {"event": str(event.id)})))


def _off_or_on(connection: Connection, request: Request) -> Reply:
    is_off = request.values["do"] == "off"
    event = _event_forms.of_values(connection, request)
    events.set_cancelled(
        connection, event.id, is_cancelled=is_off, by=acting(request), at=request.now, receipt=request.receipt
    )
    of = {"event": str(event.id)}
    headline: Sentence = (f"{event.title} is off" if is_off else f"{event.title} takes place",)
    undo = Action(NAME, "Undo", {**of, "do": "on" if is_off else "off"})
    told: tuple[Note, ...] = ()
    if is_off and event.invited:
        told = (Note((f"{event.invited} invited customers have to be told; the event still lists them.",), "warning"),)
    return Reply(headline, (*headline, "."), told, (undo, Action(NAME, "The event", of)))


def _customer(connection: Connection, request: Request) -> Customer:
    text = request.values.get("customer", "")
    if not text:
        raise Invalid(customer="Choose a customer from the list.")
    return _naming.of_button(connection, text)


def _who(request: Request, customer: Customer) -> Who:
    """Who invited or was there: whoever says so; at a terminal, where there is nobody, the customer's owner."""
    person = Who(request.person.rep_id, request.person.slack_user_id)
    if person.is_known or customer.owner is None:
        return person
    return Who(customer.owner.rep_id, customer.owner.slack_user_id, customer.owner.name)


def _for_whom(request: Request, customer: Customer) -> str:
    if request.person.slack_user_id is not None or request.person.rep_id is not None or customer.owner is None:
        return ""
    return f", logged for {customer.owner.name}, whose customer it is"


_CHANGES: dict[str, Callable[[Connection, Request], Reply]] = {
    "make": _make,
    "invite": _invite,
    "take back": _take_back,
    "state": _state,
    "off": _off_or_on,
    "on": _off_or_on,
}


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers for the form that invites one."""
    return _naming.completed(db, typed, by_id=True) if field == "customer" else ()


COMMAND = Command(
    name=NAME,
    summary="Days out for customers: whom to invite and why, who is coming, and who was never invited.",
    usage="[TITLE | new TITLE | never]",
    examples=("/event", "/event new Race day", "/event never"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=suggest,
)
