"""Which customer is meant, by a name typed or a button pressed: certain, or offered, never guessed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from commands._reply import Action, Code, Invalid, Item, Note, Option, Reply, Request, Strong
from commands._typed import clean
from store import customers, names
from store.customers import Customer
from store.database import Database

LONGEST_NAME_SHOWN = 60
MOST_CANDIDATES = 8
LONGEST_TEXT = 300
GONE = "That customer is no longer in the database; ask /clv with its name."
A_NUMBER = "A number that begins a line may be a customer's, or one of minutes or crates; the name first is certain."
# A phone's keyboard makes its own quotes.
QUOTES = str.maketrans("“”„«»", '"' * 5)
# What people type after any command to learn how it is used.
HELP = ("help", "?", "--help", "-h")


def typed(request: Request, example: str) -> str:
    """The text that names a customer. Errors: Invalid where there is none, or far too much."""
    text = request.text.strip()
    if not clean(text):
        raise Invalid(name=f"Say which customer, such as {example}; /top lists the best.")
    if len(text) > LONGEST_TEXT:
        raise Invalid(name=f"That is {len(text):,} characters; the first words of the customer's name are enough.")
    return text


def asks_how(text: str, found: names.Found) -> bool:
    """Whether the text asks how the command is used; not where that is a customer's whole name."""
    return text.strip().casefold() in HELP and found.how != "exact"


def of_button(connection: Connection, customer_id: str) -> Customer:
    """The customer of a button. Errors: Invalid for whoever is not there, whatever came back from Slack."""
    customer = customers.get(connection, id_of_button(customer_id))
    if customer is None:
        raise Invalid(customer=GONE)
    return customer


def id_of_button(customer_id: str) -> int:
    """The id that a button carries, whoever has it. Errors: Invalid for what is no id."""
    if not (customer_id.isascii() and customer_id.isdigit() and len(customer_id) < 19):
        raise Invalid(customer=GONE)
    return int(customer_id)


def meant(connection: Connection, readings: Sequence[str]) -> tuple[int, names.Found]:
    """Which of these readings of one text, the longest name first, and whom it finds.

    Where nobody is meant beyond doubt: the reading under which somebody is called so, else the one with the shortest
    name, and only that one as a misspelt name, since those take the longest to find.
    """
    found = []
    for at, name in enumerate(readings):
        one = names.find(connection, name, MOST_CANDIDATES + 1, misspelt=False)
        if one.certain is not None:
            return at, one
        found.append(one)
    for at, one in enumerate(found):
        if one.candidates:
            return at, one
    last = len(readings) - 1
    return last, names.find_misspelt(connection, readings[last], MOST_CANDIDATES + 1)


def offered(
    connection: Connection,
    name: str,
    found: names.Found,
    choose: Action,
    own: Mapping[int, Mapping[str, str]] | None = None,
) -> Reply:
    """Those who may be meant by `name`, each with the button `choose` for itself; `own` are values by customer. Without
    a name they are called otherwise each.
    """
    shown = f"“{short(name)}”"
    if not found.candidates:
        return _nobody(shown)
    if found.how == "misspelt":
        headline = f"No customer is called {shown}. Did you mean:"
    else:
        which = f"Which {shown} do you mean?" if name else "Which customer do you mean?"
        headline = "Did you mean:" if len(found.candidates) == 1 else which
    shortlist = found.candidates[:MOST_CANDIDATES]
    alike = Counter((match.name, match.place, match.country) for match in shortlist)
    items = [
        _candidate(
            connection,
            match,
            replace(choose, values={**choose.values, **(own or {}).get(match.customer_id, {})}),
            is_unique=alike[match.name, match.place, match.country] == 1,
        )
        for match in shortlist
    ]
    more = [Note(("And more; type more of the name.",))] if len(found.candidates) > MOST_CANDIDATES else []
    if name.isdecimal() and own:
        more.append(Note((A_NUMBER,), "quiet"))
    return Reply(
        headline=(headline,),
        summary=(headline, " ", ", ".join(match.name for match in shortlist[:3])),
        parts=(*items, *more),
    )


def no_ledger() -> Reply:
    """What every question about a customer is answered before there are any."""
    how = Code("python -m bot import FILE --mapping NAME")
    return Reply(
        headline=("No ledger has been imported yet",),
        summary=("No ledger has been imported yet.",),
        parts=(Note(("Whoever runs Melktert imports one with ", how, "; docs/import.md shows how.")),),
    )


def completed(db: Database, start: str, *, by_id: bool = False) -> list[Option]:
    """Customers whose names go on from what was typed, the most valuable first; their name is put in, or their id."""
    with db.reading() as connection:
        return [
            Option(
                str(match.customer_id) if by_id else match.name,
                match.name,
                ", ".join(word for word in (match.place, match.country) if word),
            )
            for match in names.suggest(connection, start)
        ]


def short(text: str) -> str:
    """The text, cut where nobody needs to read on."""
    return text if len(text) <= LONGEST_NAME_SHOWN else text[: LONGEST_NAME_SHOWN - 1] + "…"


def _nobody(shown: str) -> Reply:
    advice = ("Try one word of the name, or the customer's number in your books. ", Code("/top 20"), " lists the best.")
    return Reply(
        headline=(f"No customer is called {shown}, nor anything like it",),
        summary=(f"No customer is called {shown}.",),
        parts=(Note(advice),),
    )


def _candidate(connection: Connection, match: names.Match, choose: Action, *, is_unique: bool) -> Item:
    told = [", ".join(word for word in (match.place, match.country) if word)]
    if match.via and match.via != match.name:
        told.append(f"found as {match.via}")
    if not is_unique:
        # Two ledgers may know the same company, or two companies share a name and a town; or somebody has added by hand
        # what a ledger has brought since.
        references = customers.references(connection, match.customer_id)
        told += [f"number {reference.number} in {reference.source_title}" for reference in references]
        if not references:
            told.append("added by hand")
    values = {"customer": str(match.customer_id), **choose.values}
    return Item(
        title=(Strong(match.name),),
        reason=(" · ".join(words for words in told if words),),
        actions=(Action(choose.command, choose.label, values),),
    )


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers whose names go on from what was typed: by name, or in a form by their id."""
    match field:
        case "name":
            return completed(db, typed)
        case "customer":
            return completed(db, typed, by_id=True)
    return ()
