"""/melktert people: who in Slack is which rep of the ledger, who has left, and what each may do."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy.engine import Connection

from commands import _people_forms as forms
from commands._figures import acting
from commands._people_forms import NOBODY, chosen_taker, number
from commands._people_list import BUTTON_IS_OLD, listed
from commands._reply import (
    Action,
    Code,
    Command,
    Count,
    Inline,
    Invalid,
    Mention,
    Note,
    Option,
    Policy,
    Reply,
    Request,
    Sentence,
)
from store import handing_back, names, people, reps, succession
from store.audit import Details, RefusedError
from store.database import Database
from store.reps import ListChangedError
from store.succession import Seen

FORM_IS_OLD = "This form cannot be read; close it and open it again."


class _Noted(TypedDict):
    """Who makes a change, when, and the request that asked for it."""

    by: str
    at: dt.datetime
    receipt: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change as it is asked for by a button or a form."""

    connection: Connection
    values: Mapping[str, str]
    noted: _Noted

    @property
    def rep_id(self) -> int:
        """The rep whom it is about."""
        return number(self.values.get("rep", ""), "rep", BUTTON_IS_OLD)

    @property
    def person(self) -> str:
        """The person who was chosen."""
        chosen = self.values.get("person", "").strip()
        if not chosen:
            raise Invalid(person="Choose a person.")
        return chosen

    @property
    def customers_seen(self) -> int:
        """How many customers the form said would change hands."""
        return number(self.values.get("seen", ""), "form", FORM_IS_OLD)


def run(request: Request, db: Database) -> Reply:
    """The list; a form; or what became of a form or a button."""
    do = request.values.get("do", "")
    try:
        if do in _FORMS and request.origin != "form":
            with db.reading() as connection:
                return _FORMS[do](connection, request.values)
        if do in _CHANGES:
            with db.writing() as connection:
                return _change(request, connection, do)
    except ListChangedError as changed:
        with db.reading() as connection:
            return listed(request, connection, Note((str(changed),), "warning"))
    except RefusedError as refused:
        raise Invalid(**{_field(request.values, do): str(refused)}) from None
    if do:
        raise Invalid(button=BUTTON_IS_OLD)
    with db.reading() as connection:
        return listed(request, connection)


def _change(request: Request, connection: Connection, do: str) -> Reply:
    noted = _Noted(by=acting(request), at=request.now, receipt=request.receipt)
    said, more, *actions = _CHANGES[do](_Asked(connection, request.values, noted))
    if do in ("confirm", "confirm all"):
        # One of many: the list stays, so that the next one can follow.
        return listed(request, connection, Note((*said, "."), "good"))
    return Reply(
        headline=said,
        summary=(*said, "."),
        parts=(Note(more),) if more else (),
        actions=(*actions, Action(forms.COMMAND, "All people")),
    )


def _field(values: Mapping[str, str], do: str) -> str:
    """The field of the form that a refusal stands beside."""
    if do == forms.GIVE_BACK:
        return "button"
    if do in ("link", "role"):
        return "person"
    if do in ("leave", "give", "give one"):
        return "to_name" if "to_name" in values else "to"
    return "rep"


# --- the forms ------------------------------------------------------------------------------------------------------


def _rep(connection: Connection, values: Mapping[str, str]) -> reps.Rep:
    return reps.existing(connection, number(values.get("rep", ""), "rep", BUTTON_IS_OLD))


def _give_form(connection: Connection, values: Mapping[str, str]) -> Reply:
    return forms.give(connection, None if values.get("rep") == NOBODY else _rep(connection, values))


_FORMS: dict[str, Callable[[Connection, Mapping[str, str]], Reply]] = {
    "link": lambda connection, values: forms.link(_rep(connection, values)),
    "leave": lambda connection, values: forms.leave(connection, _rep(connection, values)),
    "give": _give_form,
    "give one": lambda connection, _values: forms.give_one(connection),
    "role": lambda _connection, _values: forms.role(),
}

# --- the changes: what is said of each, a sentence more, and the buttons that only it has ---------------------------

Said = tuple[Sentence, Sentence, *tuple[Action, ...]]


def _link(asked: _Asked) -> Said:
    details = reps.link(asked.connection, asked.rep_id, asked.person, **asked.noted)
    return (f"{details['rep']} is now linked to ", Mention(details["person"], details["became"])), ()


def _link_suggested(asked: _Asked) -> Said:
    shown = asked.values.get("shown")
    if not shown:
        raise Invalid(button=BUTTON_IS_OLD)
    details = reps.link_suggested(asked.connection, shown, **asked.noted)
    return (Count(details["count"], "rep"), " linked"), ()


def _unlink(asked: _Asked) -> Said:
    seen = asked.values.get("person")
    if not seen:
        raise Invalid(button=BUTTON_IS_OLD)
    details = reps.unlink(asked.connection, asked.rep_id, seen, **asked.noted)
    return (f"{details['rep']} is no longer linked to ", Mention(details["person"], details["was"])), ()


def _leave(asked: _Asked) -> Said:
    to = chosen_taker(asked.connection, asked.values)
    seen = Seen(asked.customers_seen, asked.values.get("person") or None)
    details = succession.leave(asked.connection, asked.rep_id, to, seen=seen, **asked.noted)
    kept = (Count(details["promises"], "open promise"), " too. ")
    return _handed_over(details, f"{details['from']} has left; "), (
        *(kept if details.get("promises") else ()),
        f"What imports bring for {details['from']} later goes to {details['to']} too. ",
        f"If {details['from']} is back one day, the list has a button to say so.",
    )


def _come_back(asked: _Asked) -> Said:
    try:
        left_at = dt.datetime.fromisoformat(asked.values.get("left", ""))
    except ValueError:
        raise Invalid(button=BUTTON_IS_OLD) from None
    details = succession.come_back(asked.connection, asked.rep_id, left_at=left_at, **asked.noted)
    rep = details["rep"]
    back = handing_back.of_rep(asked.connection, asked.rep_id)
    more = (
        f"What imports bring for {rep} from now on is {rep}'s again, but for customers whom somebody gave to another "
        "rep. Until then the customers stay where they are. ",
        f"{rep} is linked to nobody in Slack, since whoever leaves is unlinked; Link… in the list links them again.",
    )
    if back is None:
        return (f"{rep} is back",), more
    entry_id, count = back
    return (f"{rep} is back",), more, forms.give_back(f"Give {forms.customers(count)} back", entry_id)


def _give(asked: _Asked) -> Said:
    giver = None if asked.values.get("rep") == NOBODY else asked.rep_id
    to = chosen_taker(asked.connection, asked.values)
    details = succession.give_all(asked.connection, giver, to, seen=asked.customers_seen, **asked.noted)
    kept = f" What {details['from']} has promised stays with {details['from']}." if details["from"] else ""
    them = "it" if details["customers"] == 1 else "them"
    return _handed_over(details), (f"Imports leave {them} there.{kept}",), _undo_of_giving(asked)


def _give_one(asked: _Asked) -> Said:
    customer = number(asked.values.get("customer", ""), "customer", "Choose a customer from the list.")
    to = chosen_taker(asked.connection, asked.values)
    details = succession.give(asked.connection, [customer], to, **asked.noted)
    return _handed_over(details), ("Imports leave it there.",), _undo_of_giving(asked)


def _give_back(asked: _Asked) -> Said:
    entry_id = number(asked.values.get("entry", ""), "button", BUTTON_IS_OLD)
    details = handing_back.give_back(asked.connection, entry_id, **asked.noted)
    count = Count(details["customers"], "customer")
    if details["to"]:
        said: Sentence = (count, f" given back to {details['to']}")
    elif set(details["became"]["owners"].values()) == {None}:
        said = (count, " without a rep again")
    else:
        said = (count, " given back to whoever had them")
    more: list[Inline] = ["For imports too it is as it was before."]
    if changed := details["changed"]:
        stays = (
            "has changed hands since and stays as it is."
            if changed == 1
            else ("have changed hands since and stay as they are.")
        )
        more += [" ", Count(changed, "customer"), f" {stays}"]
    for name, left in sorted(details["gone"].items()):
        more += [" ", Count(left, "customer"), f" of {name}, who has left, stayed with {details['from']}."]
    if details["promises"]:
        more.append(f" The promises that went to {details['from']} with them stay there.")
    return said, tuple(more)


def _undo_of_giving(asked: _Asked) -> Action:
    """The Undo of the giving that was made just now, or with the same receipt before."""
    return forms.give_back("Undo", handing_back.newest_entry(asked.connection, asked.noted["receipt"]))


def _role(asked: _Asked) -> Said:
    role = asked.values.get("role", "")
    if role not in people.ROLES:
        raise Invalid(role="Choose rep, manager or admin.")
    details = people.set_role(asked.connection, asked.person, role, **asked.noted)
    who = Mention(details["person"], details["slack_user_id"])
    more: Sentence = (f"Before: {details['was']}.",) if details["was"] != details["became"] else ()
    if asked.noted["by"] == asked.person and "admin" not in (details["was"], details["became"]):
        # Nobody else who is no admin by this list could ask.
        more = (*more, *((" ",) if more else ()), "You stay an admin, by the setting ", Code("FIRST_ADMIN"), ".")
    if details["was"] == details["became"]:
        return (who, f" is {_a(details['became'])} already"), more
    return (who, f" is now {_a(details['became'])}"), more


def _handed_over(details: Details, opening: str = "") -> Sentence:
    verb = "goes" if details["customers"] == 1 else "go"
    return (opening, Count(details["customers"], "customer"), f" {verb} to {details['to']}")


def _a(role: str) -> str:
    return f"an {role}" if role == "admin" else f"a {role}"


_CHANGES: dict[str, Callable[[_Asked], Said]] = {
    "confirm": _link,
    "confirm all": _link_suggested,
    "link": _link,
    "unlink": _unlink,
    "leave": _leave,
    "back": _come_back,
    "give": _give,
    "give one": _give_one,
    forms.GIVE_BACK: _give_back,
    "role": _role,
}


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers for the form that gives one, the most valuable first."""
    if field != "customer":
        return ()
    with db.reading() as connection:
        return [
            Option(str(match.customer_id), match.name, ", ".join(word for word in (match.place, match.country) if word))
            for match in names.suggest(connection, typed)
        ]


COMMAND = Command(
    name=forms.COMMAND,
    summary="Who in Slack is which rep, who has left, and who may do what.",
    usage="[NAME]",
    examples=("/melktert people", "/melktert people anna"),
    policy=Policy.ADMIN,
    run=run,
    suggest=suggest,
    has_own_name=False,
)
