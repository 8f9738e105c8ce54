"""/neglected [n] [mine|team|@rep] [days N]: the most valuable customers past their cadence, most money first."""

import datetime as dt

from sqlalchemy.engine import Connection

from commands import _naming
from commands._figures import acting
from commands._neglected_asked import NAME, read
from commands._neglected_list import listed
from commands._reply import (
    Action,
    Code,
    Command,
    Date,
    Field,
    Form,
    Invalid,
    Note,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
)
from commands._typed import clean
from store import snoozes, standings
from store.audit import RefusedError
from store.database import Database
from store.snoozes import Snooze

BUTTON_IS_OLD = "That button is from an older message; ask /neglected for a fresh list."
# What the form begins with: two weeks.
SNOOZE_DAYS = 14
REASON_LEAST, REASON_MOST = 3, 500


def run(request: Request, db: Database) -> Reply:
    """The list; the form that snoozes a customer; or what became of it."""
    match request.values.get("do", ""):
        case "":
            with db.reading() as connection:
                return listed(connection, request, read(request, connection))
        case "snooze" if request.origin != "form":
            with db.reading() as connection:
                return _form(connection, request)
        case "snooze":
            return _snooze(request, db)
        case "wake":
            return _wake(request, db)
    raise Invalid(button=BUTTON_IS_OLD)


def _form(connection: Connection, request: Request) -> Reply:
    customer = _naming.of_button(connection, request.values.get("customer", ""))
    until = request.today + dt.timedelta(days=SNOOZE_DAYS)
    fields = (
        Field("until", "Show it again on", "date", initial=until.isoformat()),
        Field("reason", "Why", hint="Such as: the buyer is on leave."),
    )
    values = {"do": "snooze", "customer": str(customer.id)}
    intro: Sentence = (customer.name, " is left out of the neglected until then, and counted.")
    return Reply(
        headline=("Snooze ", customer.name),
        summary=("Snooze ", customer.name, "."),
        form=Form(NAME, "Snooze a customer", fields, values, submit="Snooze", intro=(Note(intro),)),
    )


def _snooze(request: Request, db: Database) -> Reply:
    customer_id = _naming.id_of_button(request.values.get("customer", ""))
    until, reason = _typed(request)
    try:
        with db.writing() as connection:
            made = snoozes.snooze(
                connection, customer_id, until, reason, by=acting(request), at=request.now, receipt=request.receipt
            )
    except RefusedError as refused:
        raise Invalid(until=str(refused)) from None
    return _snoozed(made)


def _typed(request: Request) -> tuple[dt.date, str]:
    """Errors: Invalid with a sentence for each field that is wrong."""
    wrong = {}
    reason = clean(request.values.get("reason", ""))
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        wrong["reason"] = "Say why in a few words, such as: the buyer is on leave."
    until = request.today
    try:
        until = dt.date.fromisoformat(request.values.get("until", "").strip())
    except ValueError:
        wrong["until"] = "Choose the day on which it is shown again."
    else:
        most = request.today + dt.timedelta(days=snoozes.MOST_DAYS)
        if not request.today < until <= most:
            wrong["until"] = "Choose a day from tomorrow on, within a year; whoever is let go for good is an exit."
    if wrong:
        raise Invalid(**wrong)
    return until, reason


def _snoozed(made: Snooze) -> Reply:
    headline: Sentence = (Strong(made.customer), " is snoozed until ", Date(made.until_on))
    undo = Action(NAME, "Undo", {"do": "wake", "snooze": str(made.id)})
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note((f"Why: {made.reason}",), "quiet"),) if made.reason else (),
        actions=(undo, Action(NAME, "The neglected", {"scope": ""})),
    )


def _wake(request: Request, db: Database) -> Reply:
    snooze_id = request.values.get("snooze", "")
    if not (snooze_id.isascii() and snooze_id.isdigit() and len(snooze_id) < 19):
        raise Invalid(button=BUTTON_IS_OLD)
    try:
        with db.writing() as connection:
            made = snoozes.take_back(connection, int(snooze_id), request.now)
            still_until = standings.get(connection, made.customer_id).snoozed_until_on
    except RefusedError as refused:
        raise Invalid(button=str(refused)) from None
    headline: Sentence = (Strong(made.customer), " is shown again")
    then: Sentence = ("Until a touch is logged, ", Code(f"/{NAME}"), " lists it when its cadence has passed.")
    if still_until is not None and still_until > request.today:
        headline = (Strong(made.customer), " stays snoozed until ", Date(still_until))
        then = ("This snooze is taken back; another one, which somebody made too, still holds.",)
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note(then, "quiet"),),
        actions=(Action(NAME, "The neglected", {"scope": ""}),),
    )


COMMAND = Command(
    name=NAME,
    summary="The most valuable customers that nobody has seen within their cadence, most money first.",
    usage="[N] [mine|team|@rep] [days N] | upcoming",
    examples=("/neglected", "/neglected 10 team", "/neglected mine days 60", "/neglected upcoming"),
    policy=Policy.CUSTOMER,
    run=run,
)
