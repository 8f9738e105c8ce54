"""/melktert assume NAME: what this customer's projection assumes otherwise than the team's, and forms to change it."""

from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _naming, _setting
from commands._figures import acting, author
from commands._reply import (
    Action,
    Column,
    Command,
    Date,
    Field,
    Form,
    Inline,
    Invalid,
    Money,
    Note,
    Part,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
    Table,
    Text,
    Value,
)
from commands._setting import ASSUMPTIONS, Mistyped, Setting
from commands._typed import clean
from store import assumptions, changes, customers, sources, values, workspace
from store.assumptions import ImplausibleError, OwnAssumptions
from store.audit import RefusedError
from store.changes import SupersededError
from store.customers import Customer
from store.database import Database
from store.workspace import TeamSettings

NAME = "assume"
CHANGE, TAKE_BACK = "change", "back"
REASON_LEAST, REASON_MOST = 3, 500


def run(request: Request, db: Database) -> Reply:
    """The customer's assumptions beside the team's; a form; or what became of a form."""
    with db.reading() as connection:
        if sources.coverage(connection) is None:
            return _naming.no_ledger()
        if "customer" not in request.values:
            return _by_name(_naming.typed(request, "/melktert assume acme"), connection)
        customer = _naming.of_button(connection, request.values["customer"])
        doing = request.values.get("do")
        if request.origin != "form":
            return _form(connection, customer, doing) if doing in (CHANGE, TAKE_BACK) else _shown(connection, customer)
    return _save(customer, request, db)


def _by_name(text: str, connection: Connection) -> Reply:
    name = text.translate(_naming.QUOTES).strip(' "')
    _, found = _naming.meant(connection, [name])
    if found.certain is None:
        return _naming.offered(connection, name, found, Action(NAME, "Show"))
    customer = customers.get(connection, found.certain.customer_id)
    assert customer is not None
    return _shown(connection, customer)


# --- showing --------------------------------------------------------------------------------------------------------


def _shown(connection: Connection, customer: Customer) -> Reply:
    newest = assumptions.newest(connection, customer.id)
    team = workspace.settings(connection)
    own = newest.own if newest else OwnAssumptions()
    rows = tuple(_row(setting, own, team) for setting in ASSUMPTIONS)
    columns = (Column("assumption"), Column("this customer", "right"), Column("the team", "right"))
    parts: list[Part] = [Table(columns, rows), *_why(newest)]
    the_customer = {"customer": str(customer.id)}
    actions = [Action(NAME, "Change…", {**the_customer, "do": CHANGE}, opens_form=True)]
    if own.differing:
        actions.append(Action(NAME, "Take back…", {**the_customer, "do": TAKE_BACK}, opens_form=True))
    headline: Sentence = (
        ("What we assume of ", customer.name)
        if own.differing
        else (customer.name, " is projected as every customer is")
    )
    return Reply(headline, headline, tuple(parts), (*actions, Action("clv", "The card", the_customer)))


def _row(setting: Setting, own: OwnAssumptions, team: TeamSettings) -> tuple[Value | Strong, ...]:
    teams = _setting.shown(setting, team)
    its = getattr(own, setting.name)
    return (Text(setting.label), teams if its is None else Strong(_value(setting, its)), teams)


def _value(setting: Setting, value: Decimal | int) -> Value:
    return _setting.shown_value(setting, value, "")


def _why(newest: assumptions.Version | None) -> tuple[Note, ...]:
    if newest is None:
        return ()
    done = "Changed by " if newest.own.differing else "It had assumptions of its own, taken back by "
    return (Note((done, author(newest.by), " on ", Date(newest.at.date()), ": ", newest.reason)),)


# --- changing -------------------------------------------------------------------------------------------------------


def _form(connection: Connection, customer: Customer, doing: str | None) -> Reply:
    newest = assumptions.newest(connection, customer.id)
    own = newest.own if newest else OwnAssumptions()
    carried = {"customer": str(customer.id), "do": doing or CHANGE, "seen": str(newest.id if newest else 0)}
    reason = Field("reason", "Why?", "long", hint="Whoever asks why this customer's figures are so will read this.")
    if doing == TAKE_BACK:
        intro = Note((Strong(customer.name), " will be projected from the team's assumptions again."))
        form = Form(NAME, "Take back", (reason,), carried, submit="Take back", intro=(intro,))
    else:
        team = workspace.settings(connection)
        fields = tuple(_field(setting, own, team) for setting in ASSUMPTIONS)
        intro = Note(("What the projection of ", Strong(customer.name), " assumes."))
        form = Form(NAME, "Assumptions", (*fields, reason), carried, intro=(intro,))
    headline: Sentence = ("What we assume of ", customer.name)
    return Reply(headline, (*headline, ": a form to fill in."), form=form)


def _field(setting: Setting, own: OwnAssumptions, team: TeamSettings) -> Field:
    teams = _setting.as_typed(setting, getattr(team, setting.name))
    unit = " %" if setting.kind == "rate" else ""
    hint = f"Empty is the team's, {teams}{unit}."
    return _setting.field(setting, getattr(own, setting.name), hint=hint, required=False)


def _save(customer: Customer, request: Request, db: Database) -> Reply:
    own, reason = _typed(request)
    try:
        with db.writing() as connection:
            assumed = changes.assume(
                connection,
                customer.id,
                own,
                by=acting(request),
                at=request.now,
                reason=reason,
                seen=_setting.seen(request),
                receipt=request.receipt,
            )
            team = workspace.settings(connection)
            value = values.get(connection, customer.id)
    except SupersededError as other:
        raise Invalid(assumptions=_setting.superseded(other, request, "these assumptions")) from None
    except ImplausibleError as refused:
        raise _setting.implausible(refused) from None
    except RefusedError as refused:
        raise Invalid(assumptions=str(refused)) from None
    the_customer = {"customer": str(customer.id)}
    actions = (Action("clv", "The card", the_customer), Action(NAME, "The assumptions", the_customer))
    what = _changed(assumed, team)
    if not what:
        nothing: Sentence = ("Nothing was changed: ", customer.name, " is projected as before.")
        return Reply(("Nothing was changed",), nothing, (Note(nothing),), actions)
    headline: Sentence = (
        (customer.name, " now has assumptions of its own")
        if assumed.after.differing
        else (customer.name, " is projected from the team's assumptions again")
    )
    notes = [Note((*one, ".")) for one in what]
    if value is not None and value.projected_value is not None and value.currency is not None:
        notes.append(Note(("Present value now: ", Strong(Money(value.projected_value, value.currency)), ".")))
    return Reply(headline, (*headline, "."), tuple(notes), actions)


def _changed(assumed: changes.Assumed, team: TeamSettings) -> list[Sentence]:
    """What changed, the team's assumptions named as such where they hold."""

    def said(setting: Setting, own: OwnAssumptions) -> tuple[Inline, ...]:
        its = getattr(own, setting.name)
        if its is not None:
            return (_value(setting, its),)
        return ("the team's ", _setting.shown(setting, team))

    return [
        (f"{one.label} ", *said(one, assumed.before), " → ", *said(one, assumed.after))
        for one in ASSUMPTIONS
        if getattr(assumed.before, one.name) != getattr(assumed.after, one.name)
    ]


def _typed(request: Request) -> tuple[OwnAssumptions, str]:
    """The assumptions and the reason. Errors: Invalid with a sentence for each field that is wrong, all at once."""
    own: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for one in ASSUMPTIONS if request.values.get("do") != TAKE_BACK else ():
        text = request.values.get(one.name, "").strip()
        try:
            if text:
                own[one.name] = _setting.read(one, text)
        except Mistyped as mistyped:
            wrong[one.name] = str(mistyped)
    wrong |= _setting.refusals(OwnAssumptions, own, ASSUMPTIONS)
    reason = clean(request.values.get("reason", ""))
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        wrong["reason"] = (
            f"Say why in a few words, {REASON_MOST} letters at most, such as: their contract ends in 2030."
        )
    if wrong:
        raise Invalid(**wrong)
    return OwnAssumptions.model_validate(own), reason


COMMAND = Command(
    name=NAME,
    summary="What the projection of one customer assumes otherwise than the team's, and why.",
    usage="NAME",
    examples=("/melktert assume acme",),
    policy=Policy.ADMIN,
    run=run,
    suggest=lambda _request, db, field, typed: _naming.completed(db, typed) if field == "name" else (),
    has_own_name=False,
)
