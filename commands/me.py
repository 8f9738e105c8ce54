"""/melktert me: whom Melktert takes you for."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from commands._reply import (
    Action,
    Code,
    Command,
    Count,
    Fact,
    Invalid,
    Item,
    Note,
    Policy,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
    Text,
)
from store import reps
from store.audit import RefusedError
from store.database import Database
from store.reps import Rep, Suggestion

NAME = "me"
# What a role means to whoever has it.
MEANING = {
    Role.REP: "You are shown customers, and what they are worth.",
    Role.MANAGER: "You are shown customers, as every rep is; you also mark exits, and correct what others have logged.",
    Role.ADMIN: "You are shown customers, and do what a manager does; you also settle who is who, and what the figures "
    "rest on.",
}
ASK_AN_ADMIN = "Ask an admin of Melktert to link you; they do it with /melktert people."


def run(request: Request, db: Database) -> Reply:
    """Role, zone and rep; or what became of the answer to "Are you Anna Botha?"."""
    match request.values.get("do"):
        case None | "":
            with db.reading() as connection:
                return _card(request, connection)
        case "yes":
            with db.writing() as connection:
                return _yes(request, connection)
        case "no":
            with db.writing() as connection:
                return _no(request, connection)
    raise Invalid(button="That button is from an older message; ask /melktert me.")


def _card(request: Request, connection: Connection) -> Reply:
    person = request.person
    headline: Sentence = ("Melktert takes you for ", _a(person.role))
    notes = [Note((MEANING[person.role],)), Note(("Your day is counted in the time zone ", Strong(person.zone), "."))]
    rep = reps.get(connection, person.rep_id) if person.rep_id is not None else None
    suggested = None if rep else _suggested(request, connection)
    question: tuple[Item, ...] = ()
    choices: tuple[Action, ...] = ()
    if rep is not None:
        notes.append(
            Note(("In the ledger you are ", Strong(rep.name), ", with ", Count(rep.customers, "customer"), "."))
        )
    elif suggested is not None:
        question, choices = (_question(connection, suggested),), _choices(suggested)
    else:
        notes.append(Note(_nobody(request, connection)))
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(*notes, *question),
        actions=choices,
        facts=(
            Fact("role", "role", Text(person.role.value)),
            Fact("zone", "time zone", Text(person.zone)),
            *([Fact("rep", "rep of the ledger", Text(rep.name))] if rep else []),
        ),
    )


def _a(role: Role) -> Strong:
    return Strong(f"an {role.value}" if role is Role.ADMIN else f"a {role.value}")


def _suggested(request: Request, connection: Connection) -> Suggestion | None:
    """The rep with the person's own e-mail, as Slack tells it; nothing of the request but who asks counts."""
    return next(iter(sorted(_all_suggested(request, connection), key=lambda one: one.is_declined)), None)


def _question(connection: Connection, suggested: Suggestion) -> Item:
    rep = reps.existing(connection, suggested.rep_id)
    email = f"Your e-mail address {suggested.person.email} is also theirs"
    said_no = "; you have said that it is not you." if suggested.is_declined else "."
    return Item(
        title=("Are you ", Strong(rep.name), " of the ledger (", Count(rep.customers, "customer"), ")?"),
        reason=(email, said_no),
    )


def _choices(suggested: Suggestion) -> tuple[Action, ...]:
    rep_id = str(suggested.rep_id)
    yes = Action(NAME, "Yes, that is me", {"do": "yes", "rep": rep_id}, style="primary")
    return (yes,) if suggested.is_declined else (yes, Action(NAME, "No", {"do": "no", "rep": rep_id}))


def _nobody(request: Request, connection: Connection) -> Sentence:
    if not reps.every(connection):
        return ("There is no rep in the ledger yet whom you could be.",)
    if request.person.slack_user_id is None:
        return ("At a terminal you are no rep of the ledger.",)
    if request.person.role.includes(Role.ADMIN):
        return ("You are linked to no rep of the ledger; ", Code("/melktert people"), " links you.")
    return ("You are linked to no rep of the ledger. ", ASK_AN_ADMIN)


# --- the answer to the question -------------------------------------------------------------------------------------


def _yes(request: Request, connection: Connection) -> Reply:
    """Errors: Invalid unless the rep has the person's own e-mail, or is the person already."""
    rep, person_id = _rep(request.values, connection), request.person.slack_user_id
    is_asked = any(one.rep_id == rep.id for one in _all_suggested(request, connection))
    if person_id is None or not (is_asked or rep.slack_user_id == person_id):
        raise Invalid(rep=f"{rep.name} of the ledger does not have your e-mail address. {ASK_AN_ADMIN}")
    try:
        reps.link(connection, rep.id, person_id, by=person_id, at=request.now, receipt=request.receipt)
    except RefusedError as refused:
        raise Invalid(rep=f"{refused} {ASK_AN_ADMIN}") from None
    headline: Sentence = ("You are ", Strong(rep.name), " of the ledger")
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note((Count(rep.customers, "customer"), " of yours; your Home shows the most valuable.")),),
        actions=(Action("home", "My customers"),),
    )


def _no(request: Request, connection: Connection) -> Reply:
    rep = _rep(request.values, connection)
    if rep.slack_user_id is not None and rep.slack_user_id == request.person.slack_user_id:
        return _linked_all_the_same(rep)
    for one in _all_suggested(request, connection):
        if one.rep_id == rep.id:
            reps.decline(connection, one, at=request.now, receipt=request.receipt)
    headline: Sentence = ("You are not ", Strong(rep.name), " of the ledger")
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note(("You will not be asked again. If you are another rep: ", ASK_AN_ADMIN)),),
    )


def _linked_all_the_same(rep: Rep) -> Reply:
    """What somebody is told who says no after a yes: a link that stands is taken back by an admin alone."""
    headline: Sentence = ("You are linked to ", Strong(rep.name), " of the ledger")
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note(("If that is not you, an admin of Melktert can undo it with ", Code("/melktert people"), ".")),),
    )


def _all_suggested(request: Request, connection: Connection) -> list[Suggestion]:
    person_id = request.person.slack_user_id
    return reps.suggestions(connection, person_id) if person_id is not None else []


def _rep(values: Mapping[str, str], connection: Connection) -> Rep:
    text = values.get("rep", "")
    rep = reps.get(connection, int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if rep is None:
        raise Invalid(rep="That rep is no longer in the ledger; ask /melktert me.")
    return rep


COMMAND = Command(
    name=NAME,
    summary="Whom Melktert takes you for: your role, your time zone, and the rep of the ledger that you are.",
    usage="",
    examples=("/melktert me",),
    policy=Policy.CUSTOMER,
    run=run,
    has_own_name=False,
)
