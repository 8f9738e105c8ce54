"""What an admin has still to do before a team can use Melktert, step by step; nothing once all is done."""

from collections.abc import Sequence

from sqlalchemy.engine import Connection

from commands._reply import Action, Code, Count, Date, Inline, Item, Note, Part, Request, Sentence, Strong
from store import people, reps
from store.sources import Coverage
from store.values import Ranked

Step = Note | Item
LONGEST_NAME_TYPED = 40


def checklist(
    request: Request, connection: Connection, coverage: Coverage | None, best: Sequence[Ranked]
) -> tuple[Part, ...]:
    """The steps in their order, each done or with what comes next; none where all are done."""
    connected = _done("Melktert is connected", ".")
    steps = (connected, _ledger(coverage), _links(connection, coverage), _first_answer(request, connection, best))
    if all(isinstance(step, Note) for step in steps):
        return ()
    done = sum(isinstance(step, Note) for step in steps)
    return (Note((Strong("Setting up"), f"  ·  {done} of {len(steps)} done")), *steps)


def asking_for(customer: Ranked) -> str:
    """How to ask for the card of this customer, or of any where the name is too long to type."""
    return f"/clv {customer.name}" if len(customer.name) <= LONGEST_NAME_TYPED else "/clv NAME"


def _done(what: str, *more: Inline) -> Note:
    return Note((Strong(what), *more), "good")


def _next(what: str, why: Sentence, *actions: Action) -> Item:
    return Item(title=(Strong(what),), reason=why, actions=actions)


def _ledger(coverage: Coverage | None) -> Step:
    if coverage is not None:
        return _done("A ledger is imported", f": {coverage.titles}, until ", Date(coverage.observation_end_on), ".")
    return _next(
        "Import a ledger",
        ("Where Melktert runs, type ", Code("python -m bot import FILE --mapping NAME"), "; docs/import.md shows how."),
    )


def _links(connection: Connection, coverage: Coverage | None) -> Step:
    """Done once somebody is linked and nothing waits for an answer: not every rep of a ledger is in Slack."""
    every = reps.every(connection)
    there = [rep for rep in every if rep.left_at is None]
    linked = sum(rep.slack_user_id is not None for rep in there)
    waiting = sum(not one.is_declined for one in reps.suggestions(connection))
    gone = sum(rep.has_left_slack and rep.customers > 0 for rep in there)
    many: Sentence = (Count(linked), " of ", Count(len(there), "rep"))
    if not there:
        return _nobody_to_link(coverage, has_reps=bool(every))
    if linked and not waiting and not gone:
        return _done("People are linked", ": ", *many, ".")
    why: list[Inline] = [*many, " linked"]
    if waiting:
        why += ["; ", Count(waiting, "more has", "more have"), " the same e-mail address as somebody in Slack"]
    if gone:
        why += ["; ", Count(gone, "rep with customers has", "reps with customers have"), " left Slack"]
    return _next("Link people", (*why, "."), Action("people", "People", style="primary"))


def _nobody_to_link(coverage: Coverage | None, *, has_reps: bool) -> Step:
    if coverage is None:
        return _next("Link people", ("Once a ledger is imported, its reps are linked to the people in Slack.",))
    if has_reps:
        return _done("There is nobody to link", ": every rep of the ledger has left.")
    return _done(
        "There is nobody to link",
        ": the ledger names no rep. Where your books have a column for them, say so in the mapping (",
        Code("[invoice] rep"),
        "; docs/import.md shows how) and import once more.",
    )


def _first_answer(request: Request, connection: Connection, best: Sequence[Ranked]) -> Step:
    slack_user_id = request.person.slack_user_id
    person = people.get(connection, slack_user_id) if slack_user_id is not None else None
    if person is not None and person.first_answer_at is not None:
        return _done("You have asked for a customer", ".")
    ask: Sentence = ("Type ", Code("/clv"), " and a customer's name")
    if not best:
        return _next("Ask for a first customer", (*ask, ", once there is a ledger."))
    first = best[0]
    show = Action("clv", "Show the best", {"customer": str(first.value.customer_id)})
    return _next("Ask for a first customer", (*ask, ", such as ", Code(asking_for(first)), "."), show)
