"""/customer NAME: the visit brief; /customer new NAME adds one by hand; /customer NAME here ties the channel to one."""

from sqlalchemy.engine import Connection

from commands import _customer_brief, _customer_changes, _customer_views, _naming
from commands._customer_brief import NAME
from commands._customer_changes import BUTTON_IS_OLD, CHANGES, FORMS
from commands._figures import acting
from commands._people_forms import CHOICES_MOST, able_reps
from commands._reply import (
    Action,
    Code,
    Command,
    Field,
    Form,
    Invalid,
    Note,
    Option,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from commands._typed import clean
from store import assortment, brief, customer_channels, customers, names, newcomers
from store.audit import RefusedError
from store.brief import Brief
from store.customers import Customer
from store.database import Database
from store.newcomers import Newcomer

NEW, HERE = "new", "here"
NAME_MOST, PLACE_MOST = 200, 120
TIED_SINCE = "The channel has been tied to another customer since; /customer here shows which."
NOT_IN_A_CHANNEL = "Type it in the channel that is to be about the customer, such as /customer acme here."


def run(request: Request, db: Database) -> Reply:
    """The brief, what stands under its buttons, a form, or what became of a form or button."""
    do = request.values.get("do", "")
    try:
        if do in CHANGES and (request.origin == "form" or do not in FORMS):
            with db.writing() as connection:
                customer = _naming.of_button(connection, request.values.get("customer", ""))
                return _customer_changes.change(connection, customer, request)
        if do in _WRITES and (request.origin == "form" or do != "add"):
            with db.writing() as connection:
                return _WRITES[do](connection, request)
        with db.reading() as connection:
            reply = _read(do, connection, request)
        if reply is not None:
            return reply
        with db.writing() as connection:
            return _tie(connection, request)
    except RefusedError as refused:
        raise Invalid(**{_FIELDS.get(do, "name"): str(refused)}) from None


# The field of a form that a refusal stands beside.
_FIELDS = {"exit": "reason", "asked": "answer", "answered": "answer"}


def _read(do: str, connection: Connection, request: Request) -> Reply | None:
    """What changes nothing; None where the channel is to be tied."""
    if do == "add":
        return _new_form(connection, request.values.get("name", ""))
    if do in FORMS:
        customer = _naming.of_button(connection, request.values.get("customer", ""))
        return _customer_changes.form(connection, customer, request)
    if do:
        raise Invalid(button=BUTTON_IS_OLD)
    if "customer" in request.values:
        return _view(connection, _naming.id_of_button(request.values["customer"]), request)
    return _by_name(connection, request)


def _view(connection: Connection, customer_id: int, request: Request) -> Reply:
    of = brief.of_customer(connection, customer_id)
    if of is None:
        raise Invalid(customer=_naming.GONE)
    match request.values.get("view", ""):
        case "buys":
            return _customer_views.buys(
                of.dossier.customer, _bought(connection, of), _bought(connection, of, by_product=True)
            )
        case "ask":
            return _customer_views.ask(of, request)
        case "touches":
            return _customer_views.touched_so_far(connection, of.dossier.customer, request)
        case "":
            return _customer_brief.reply(of, _bought(connection, of), request)
    raise Invalid(button=BUTTON_IS_OLD)


def _bought(connection: Connection, of: Brief, *, by_product: bool = False) -> assortment.Assortment | None:
    value = of.dossier.value
    if value.period_start_on is None or value.observation_end_on is None:
        return None
    period = (value.period_start_on, value.observation_end_on)
    return assortment.of_customer(connection, of.dossier.customer.id, period, by_product=by_product)


def _by_name(connection: Connection, request: Request) -> Reply | None:
    if request.text.strip().casefold() == HERE:
        return _here(connection, request)
    text = _naming.typed(request, "/customer acme").translate(_naming.QUOTES)
    first, _, rest = text.partition(" ")
    head, _, last = text.rpartition(" ")
    name = text.strip(' "')
    ties = bool(head) and last.casefold() == HERE
    # A customer may be called "New Balance" or "Start Here".
    readings = [name, head.strip(' "')] if ties else [name]
    at, found = _naming.meant(connection, readings)
    if first.casefold() == NEW and found.certain is None:
        return _offer_new(clean(rest.strip(' "')))
    if found.certain is None:
        return _not_found(connection, readings[at], found, ties=bool(at))
    return None if at else _view(connection, found.certain.customer_id, request)


def _not_found(connection: Connection, name: str, found: names.Found, *, ties: bool) -> Reply:
    choose = Action(NAME, "Tie", {"do": "tie"}) if ties else Action(NAME, "Show")
    offered = _naming.offered(connection, name, found, choose)
    if found.candidates:
        return offered
    add = Action(NAME, "Add this customer…", {"do": "add", "name": name[:NAME_MOST]}, opens_form=True)
    return Reply(offered.headline, offered.summary, offered.parts, (add,))


# --- a channel ------------------------------------------------------------------------------------------------------


def _here(connection: Connection, request: Request) -> Reply:
    customer_id = customer_channels.customer_of(connection, request.place.channel_id)
    if customer_id is not None:
        return _view(connection, customer_id, request)
    how: Sentence = ("This channel belongs to no customer yet; ", Code("/customer acme here"), " ties it to one.")
    return Reply(("No customer belongs to this channel",), how, (Note(how),))


def _tie(connection: Connection, request: Request) -> Reply:
    """Tie the channel that this was asked in to the customer; to undo another tie, only while that one holds.

    Errors: Invalid.
    """
    if "customer" in request.values:
        customer = _naming.of_button(connection, request.values["customer"])
    else:
        head = request.text.translate(_naming.QUOTES).strip().rpartition(" ")[0].strip(' "')
        found = names.find(connection, head, misspelt=False)
        if found.certain is None:
            raise Invalid(name=_naming.GONE)
        customer = _naming.of_button(connection, str(found.certain.customer_id))
    channel_id = _channel(request)
    if "instead_of" in request.values:
        expected = (_naming.id_of_button(request.values["instead_of"]), customer.id)
        if customer_channels.customer_of(connection, channel_id) not in expected:
            raise Invalid(channel=TIED_SINCE)
    was = customer_channels.tie(
        connection, channel_id, customer.id, by=acting(request), at=request.now, receipt=request.receipt
    )
    former = customers.get(connection, was) if was is not None and was != customer.id else None
    return _customer_views.tied(customer, former)


def _untie(connection: Connection, request: Request) -> Reply:
    customer = _naming.of_button(connection, request.values.get("customer", ""))
    customer_channels.untie(connection, _channel(request), customer.id, by=acting(request), at=request.now)
    said: Sentence = ("This channel does not belong to ", customer.name, " any more")
    return Reply(said, (*said, "."), actions=(_brief_of(customer),))


def _channel(request: Request) -> str:
    if request.place.kind != "channel" or request.place.channel_id is None:
        raise Invalid(channel=NOT_IN_A_CHANNEL)
    return request.place.channel_id


# --- a new customer -------------------------------------------------------------------------------------------------


def _offer_new(name: str) -> Reply:
    """A form has to be opened by a button; here it is."""
    headline: Sentence = ("Add ", name or "a customer", " by hand")
    how = "It has no figures until a ledger brings some, but people, visits and promises at once."
    add = Action(NAME, "Fill in…", {"do": "add", "name": name[:NAME_MOST]}, style="primary", opens_form=True)
    return Reply(headline, (*headline, "."), (Note((how,)),), (add,))


def _new_form(connection: Connection, name: str) -> Reply:
    reps = able_reps(connection)[:CHOICES_MOST]
    owner: tuple[Field, ...] = ()
    if reps:
        owner = (
            Field(
                "owner",
                "Whose customer?",
                "choice",
                required=False,
                options=tuple(Option(str(r.id), r.name) for r in reps),
            ),
        )
    fields = (
        Field("name", "Name of the company", initial=clean(name)),
        Field("place", "Town", required=False, hint="Tells two companies of one name apart."),
        Field("country", "Country", required=False),
        *owner,
    )
    title = "Add a customer"
    return Reply((title,), (title, ": a form to fill in."), form=Form(NAME, title, fields, {"do": "add"}, submit="Add"))


def _add(connection: Connection, request: Request) -> Reply:
    texts = {name: clean(request.values.get(name, "")) for name in ("name", "place", "country")}
    wrong = {}
    if not texts["name"]:
        wrong["name"] = "Write what the company is called."
    for name, most in (("name", NAME_MOST), ("place", PLACE_MOST), ("country", PLACE_MOST)):
        if len(texts[name]) > most:
            wrong[name] = f"That is {len(texts[name]):,} letters; {most} are the most."
    chosen = request.values.get("owner", "")
    owner = next((rep for rep in able_reps(connection) if str(rep.id) == chosen), None)
    if chosen and owner is None:
        wrong["owner"] = "Choose a rep from the list, or leave it empty."
    if wrong:
        raise Invalid(**wrong)
    new = Newcomer(texts["name"], texts["place"] or None, texts["country"] or None, owner.id if owner else None)
    customer_id = newcomers.add(
        connection, new, on=request.today, by=acting(request), at=request.now, receipt=request.receipt
    )
    the_customer = {"customer": str(customer_id)}
    headline: Sentence = (Strong(new.name), " is a customer now")
    further = "Its class is New. When a ledger brings the same company, it comes as a customer of its own."
    actions = (
        _brief_of_id(customer_id),
        Action("contact", "Add somebody…", {**the_customer, "do": "add"}, opens_form=True),
        Action(NAME, "Undo", {**the_customer, "do": "remove"}),
    )
    return Reply(headline, (*headline, "."), (Note((further,)),), actions)


def _remove(connection: Connection, request: Request) -> Reply:
    customer = customers.get(connection, _naming.id_of_button(request.values.get("customer", "")))
    name = customer.name if customer else "That customer"
    if customer is not None:
        newcomers.remove(connection, customer.id, by=acting(request), at=request.now)
    said: Sentence = (name, " is not in the database any more")
    return Reply(said, (*said, "."))


def _brief_of(customer: Customer) -> Action:
    return _brief_of_id(customer.id)


def _brief_of_id(customer_id: int) -> Action:
    return Action(NAME, "The brief", {"customer": str(customer_id)})


_WRITES = {"add": _add, "remove": _remove, "tie": _tie, "untie": _untie}


COMMAND = Command(
    name=NAME,
    summary="The brief before a visit: worth, people, touches, promises, what they buy, and what to ask.",
    usage="NAME | new NAME | NAME here",
    examples=("/customer acme", "/customer new Acme Ltd", "/customer acme here"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=_naming.suggest,
)
