"""What is settled about a customer: an exit, difficult or not, a reference; each by a form or button, with an undo."""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from commands._customer_brief import NAME
from commands._customer_words import ago
from commands._figures import acting
from commands._reply import Action, Field, Form, Invalid, Note, Option, Reply, Request, Role, Sentence
from commands._typed import clean
from store import care
from store.care import Changed
from store.customers import Customer

REASON_LEAST, REASON_MOST = 3, 500
ONLY_A_MANAGER = "Only a manager can mark an exit, or take one back; ask yours. /melktert me says what you are."
BUTTON_IS_OLD = "That button is from an older card; ask /customer with the customer's name."
_ANSWERED = {"yes": True, "no": False, "none": None}


def refuse_whoever_may_not(request: Request, kind: str) -> None:
    """Errors: Invalid for an exit, where whoever asks is no manager."""
    if kind in ("exit", "back") and not request.person.role.includes(Role.MANAGER):
        raise Invalid(reason=ONLY_A_MANAGER)


# --- forms ----------------------------------------------------------------------------------------------------------


def form(connection: Connection, customer: Customer, request: Request) -> Reply:
    """The form of what is to be settled. Errors: Invalid."""
    do = request.values["do"]
    refuse_whoever_may_not(request, do)
    values = {"customer": str(customer.id), "do": do}
    settled = care.get(connection, customer.id)
    if do == "exit":
        hint = "Whoever asks why nobody visits them any more will read this."
        fields: tuple[Field, ...] = (Field("reason", "Why do we let them go?", "long", hint=hint),)
        title, submit = "Mark as an exit", "Mark"
        said: Sentence = (f"{customer.name} leaves every list: no visits, no invitations, no good wishes.",)
    else:
        answers = [Option("none", "No answer yet")] if do == "asked" else []
        options = (Option("yes", "Yes, they may be named"), Option("no", "No, rather not"), *answers)
        fields = (Field("answer", "What did they say?", "choice", initial="none" if answers else "", options=options),)
        title, submit = "Reference", "Save"
        said = (f"May {customer.name} be named to others as a happy customer? Nobody is asked twice within a year.",)
        asked_on = settled.reference_asked_on
        if asked_on is not None:
            said = (*said, f" They were asked {ago(asked_on, request.today)}.")
    return Reply(
        (title,), (title, ": a form to fill in."), form=Form(NAME, title, fields, values, submit, (Note(said),))
    )


# --- changes --------------------------------------------------------------------------------------------------------


def change(connection: Connection, customer: Customer, request: Request) -> Reply:
    """What became of a form or button. Errors: Invalid, RefusedError."""
    do = request.values["do"]
    refuse_whoever_may_not(request, do)
    if do == "undo":
        return _undone(connection, customer, request)
    said, changed = _CHANGES[do](connection, customer, request)
    return _told(customer, said, changed)


def _exit(connection: Connection, customer: Customer, request: Request) -> tuple[str, Changed]:
    reason = clean(request.values.get("reason", ""))
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        raise Invalid(
            reason=f"Say why in a few words, {REASON_MOST} letters at most, such as: they shout at our drivers."
        )
    changed = care.mark_exit(
        connection,
        customer.id,
        reason,
        on=request.today,
        by=acting(request),
        at=request.now,
        receipt=request.receipt,
    )
    return f"{customer.name} is an exit: out of every list, no invitations, no good wishes", changed


def _back(connection: Connection, customer: Customer, request: Request) -> tuple[str, Changed]:
    changed = care.take_back_exit(connection, customer.id, by=acting(request), at=request.now, receipt=request.receipt)
    return f"{customer.name} is no exit any more", changed


def _difficult(connection: Connection, customer: Customer, request: Request) -> tuple[str, Changed]:
    is_difficult = request.values["do"] == "difficult"
    changed = care.mark_difficult(
        connection,
        customer.id,
        is_difficult=is_difficult,
        by=acting(request),
        at=request.now,
        receipt=request.receipt,
    )
    said = "counts as difficult: the brief says what helps" if is_difficult else "does not count as difficult any more"
    return f"{customer.name} {said}", changed


def _asked(connection: Connection, customer: Customer, request: Request) -> tuple[str, Changed]:
    answer = _answer(request)
    changed = care.ask_reference(
        connection,
        customer.id,
        answer,
        on=request.today,
        by=acting(request),
        at=request.now,
        receipt=request.receipt,
    )
    return f"{customer.name} {_meaning(answer)}; not to be asked again for a year", changed


def _answered(connection: Connection, customer: Customer, request: Request) -> tuple[str, Changed]:
    answer = _answer(request)
    if answer is None:
        raise Invalid(answer="Choose what they said.")
    changed = care.answer_reference(
        connection,
        customer.id,
        is_referenceable=answer,
        by=acting(request),
        at=request.now,
        receipt=request.receipt,
    )
    return f"{customer.name} {_meaning(answer)}", changed


def _answer(request: Request) -> bool | None:
    answer = request.values.get("answer", "")
    if answer not in _ANSWERED:
        raise Invalid(answer="Choose what they said.")
    return _ANSWERED[answer]


def _meaning(answer: bool | None) -> str:
    if answer is None:
        return "was asked for a reference, and has not answered yet"
    return "may be named as a reference" if answer else "would rather not be named as a reference"


def _undone(connection: Connection, customer: Customer, request: Request) -> Reply:
    text = request.values.get("entry", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(button=BUTTON_IS_OLD)
    refuse_whoever_may_not(request, care.kind_of(connection, customer.id, int(text)) or "")
    care.undo(connection, customer.id, int(text), by=acting(request), at=request.now, receipt=request.receipt)
    return _told(customer, f"Undone: {customer.name} is as before", None)


def _told(customer: Customer, said: str, changed: Changed | None) -> Reply:
    the_customer = {"customer": str(customer.id)}
    actions = [Action(NAME, "The brief", the_customer)]
    if changed is not None and changed.entry_id is not None:
        entry = {"do": "undo", "entry": str(changed.entry_id)}
        actions.insert(0, Action(NAME, "Undo", {**the_customer, **entry}))
    return Reply((said,), (said, "."), actions=tuple(actions))


_CHANGES: dict[str, Callable[[Connection, Customer, Request], tuple[str, Changed]]] = {
    "exit": _exit,
    "back": _back,
    "difficult": _difficult,
    "not difficult": _difficult,
    "asked": _asked,
    "answered": _answered,
}
FORMS = ("exit", "asked", "answered")
CHANGES = (*_CHANGES, "undo")
