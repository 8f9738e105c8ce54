"""The forms of /melktert people, and the reps that can be chosen in them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.engine import Connection

from commands._reply import Action, Count, Field, Form, Invalid, Note, Option, Reply, Sentence
from store import reps
from store.people import ROLES
from store.reps import Rep

COMMAND = "people"
NOBODY = "nobody"
GIVE_BACK = "give back"
# A menu of Slack's has no more; beyond, the rep's name is typed.
CHOICES_MOST = 100
ROLE_LABELS = {
    "rep": "rep: sees customers",
    "manager": "manager: looks after reps; marks exits, corrects what others logged",
    "admin": "admin: loads data, settles who is who",
}


def link(rep: Rep) -> Reply:
    """Who in Slack is this rep?"""
    field = Field("person", f"Who is {rep.name} in Slack?", "person")
    return _form("Link a rep", (field,), {"do": "link", "rep": str(rep.id)}, submit="Link")


def leave(connection: Connection, rep: Rep) -> Reply:
    """Who gets the customers of somebody who left?"""
    later = f"hatever imports bring for {rep.name} later"
    intro: Sentence = (f"W{later} goes to the rep whom you choose.",)
    if rep.customers:
        intro = (Count(rep.customers, "customer"), f", and w{later}, go to the rep whom you choose.")
    field = taker(connection, "Who gets the customers?", but=rep)
    values = {"do": "leave", "rep": str(rep.id), "seen": str(rep.customers), "person": rep.slack_user_id or ""}
    return _form("A rep has left", (field,), values, submit="Has left", intro=intro)


def give(connection: Connection, rep: Rep | None) -> Reply:
    """Who gets all customers of this rep, or those of nobody?"""
    count = rep.customers if rep else reps.count_unowned(connection)
    intro = (
        Count(count, "customer"),
        f" of {rep.name}" if rep else " without a rep",
        " goes to the rep whom you choose. Imports leave it there."
        if count == 1
        else " go to the rep whom you choose. Imports leave them there.",
        f" What {rep.name} has promised stays with {rep.name}." if rep else "",
    )
    field = taker(connection, "Who gets them?", but=rep)
    values = {"do": "give", "rep": str(rep.id) if rep else NOBODY, "seen": str(count)}
    return _form("Give customers", (field,), values, submit="Give", intro=intro)


def give_one(connection: Connection) -> Reply:
    """Which customer goes to whom?"""
    fields = (Field("customer", "Which customer?", "customer"), taker(connection, "Who gets it?"))
    intro = ("The customer goes to the rep whom you choose. Imports leave it there.",)
    return _form("Give one customer", fields, {"do": "give one"}, submit="Give", intro=intro)


def role() -> Reply:
    """Who is what?"""
    fields = (
        Field("person", "Who?", "person"),
        Field("role", "What may they do?", "choice", options=tuple(Option(one, ROLE_LABELS[one]) for one in ROLES)),
    )
    return _form("Change a role", fields, {"do": "role"})


def taker(connection: Connection, label: str, but: Rep | None = None) -> Field:
    """The field for the rep who gets customers. Errors: Invalid where there is nobody to choose."""
    able = able_reps(connection, but)
    if not able:
        raise Invalid(to="There is no other rep in the ledger who could have them.")
    if len(able) > CHOICES_MOST:
        return Field("to_name", label, hint="The rep's name, as the ledger has it.")
    options = tuple(Option(str(rep.id), rep.name, customers(rep.customers)) for rep in able)
    return Field("to", label, "choice", options=options)


def able_reps(connection: Connection, but: Rep | None = None) -> list[Rep]:
    """The reps who can have customers: those who are still there."""
    every = reps.every(connection)
    return [rep for rep in every if rep.left_at is None and not rep.has_left_slack and (not but or rep.id != but.id)]


def chosen_taker(connection: Connection, values: Mapping[str, str]) -> int:
    """The id of the rep who was chosen or typed. Errors: Invalid where that means none, or several."""
    if "to_name" not in values:
        return number(values.get("to", ""), "to", "Choose the rep who gets them.")
    name = " ".join(values["to_name"].split())
    found = [rep for rep in able_reps(connection) if name.casefold() in (rep.name.casefold(), f"#{rep.id}")]
    if not found:
        raise Invalid(to_name=f"No rep is called “{name[:60]}”; /melktert people shows how the ledger writes the name.")
    if len(found) > 1:
        either = " or ".join(f"#{rep.id} ({customers(rep.customers)})" for rep in found[:5])
        raise Invalid(to_name=f"{len(found)} reps are called so; write {either} instead of the name.")
    return found[0].id


def number(text: str, field: str, sentence: str) -> int:
    """An id that came back from a form or a button. Errors: Invalid with this sentence where it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(**{field: sentence})
    return int(text)


def give_back(label: str, entry_id: int, question: str = "") -> Action:
    """The button that takes back the change of this entry, by which customers changed hands; asked before, if so."""
    return Action(COMMAND, label, {"do": GIVE_BACK, "entry": str(entry_id)}, confirm=question)


def customers(count: int) -> str:
    """So many customers, in words for a label."""
    return "1 customer" if count == 1 else f"{count:,} customers"


def _form(
    title: str, fields: Sequence[Field], values: dict[str, str], *, submit: str = "Save", intro: Sentence = ()
) -> Reply:
    notes = (Note(intro),) if intro else ()
    return Reply(
        headline=(title,),
        summary=(title,),
        form=Form(COMMAND, title, tuple(fields), values, submit=submit, intro=notes),
    )
