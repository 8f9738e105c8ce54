"""/clv NAME [DEAL] [why]: what a customer is worth, over a lifetime."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _clv_card, _clv_why
from commands._amount import amount, looks_like_an_amount, signs
from commands._reply import (
    Action,
    Code,
    Command,
    Invalid,
    Item,
    Note,
    Option,
    Policy,
    Reply,
    Request,
    Strong,
)
from store import customers, names, sources
from store.database import Database

LONGEST_NAME_SHOWN = 60
MOST_CANDIDATES = 8
LONGEST_TEXT = 300
WHY = "why"
# A phone's keyboard makes its own quotes.
_QUOTES = str.maketrans("“”„«»", '"' * 5)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the text after /clv means: a name, perhaps a deal to set beside it, perhaps the reasons."""

    name: str
    deal: Decimal | None = None
    deal_currency: str = ""
    why: bool = False


def run(request: Request, db: Database) -> Reply:
    """The card of one customer, or the customers that may be meant."""
    with db.reading() as connection:
        if sources.coverage(connection) is None:
            return _no_ledger()
        if "customer" in request.values:
            return _pressed(request, connection)
        text = request.text.strip()
        if not text:
            raise Invalid(name="Say which customer, such as /clv acme; /top lists the best.")
        if len(text) > LONGEST_TEXT:
            raise Invalid(name=f"That is {len(text):,} characters; the first words of the customer's name are enough.")
        return _by_name(text, request, connection)


def _pressed(request: Request, connection: Connection) -> Reply:
    raw = request.values["customer"]
    known = raw.isascii() and raw.isdigit() and len(raw) < 19
    customer = customers.get(connection, int(raw)) if known else None
    if customer is None:
        raise Invalid(customer="That customer is no longer in the database; ask /clv with its name.")
    deal, typed = amount(request.values.get("deal", "")) or (None, "")
    asked = Asked(customer.name, deal, typed, why=request.values.get("view") == WHY)
    return _answer(asked, customer, request, connection)


def _by_name(text: str, request: Request, connection: Connection) -> Reply:
    tried = []
    for asked in readings(text):
        found = names.find(connection, asked.name, MOST_CANDIDATES + 1)
        if found.certain is not None:
            customer = customers.get(connection, found.certain.customer_id)
            assert customer is not None
            return _answer(replace(asked, name=customer.name), customer, request, connection)
        tried.append((asked, found))
    # Nobody is meant beyond doubt: the reading under which somebody is called so, else the one with the shortest name.
    _refuse_a_strange_amount(connection, text)
    called_so = (one for one in tried if one[1].candidates and one[1].how != "misspelt")
    return _candidates(connection, *next(called_so, tried[-1]))


def _refuse_a_strange_amount(connection: Connection, text: str) -> None:
    """Errors: Invalid where the last word was meant as a deal but could mean two things, such as 1.500."""
    name, _, last = text.strip().rpartition(" ")
    if name and looks_like_an_amount(last) and names.find(connection, name).certain is not None:
        raise Invalid(deal=f"“{_short(last)}” is not an amount that means one thing; write 1500, 1,500 or 1.5k.")


def readings(text: str) -> list[Asked]:
    """What "route 66 500 why" may mean, the longest name first: a customer may be called "Route 66", "Route 66 500" or
    "Tell Me Why". A name in quotes ends at its quote.

    Errors: Invalid where what follows a quoted name is neither an amount nor "why".
    """
    text = text.translate(_QUOTES).strip()
    quoted = re.fullmatch(r'"([^"]+)"\s*(.*)', text, re.DOTALL)
    if quoted:
        return [_after_the_quote(quoted[1].strip(), quoted[2].split())]
    found, words = [Asked(text)], text.split()
    why = len(words) > 1 and words[-1].casefold() == WHY
    if why:
        words.pop()
        found.append(Asked(" ".join(words), why=True))
    # "USD 15 000 000" has four words.
    for start in range(len(words) - 1, max(0, len(words) - 5), -1):
        deal = amount(" ".join(words[start:]))
        if deal is not None:
            found.append(Asked(" ".join(words[:start]), *deal, why))
    return found


def _after_the_quote(name: str, words: list[str]) -> Asked:
    why = bool(words) and words[-1].casefold() == WHY
    rest = " ".join(words[:-1] if why else words)
    if not rest:
        return Asked(name, why=why)
    deal = amount(rest)
    if deal is None:
        raise Invalid(deal=f"“{_short(rest)}” is not an amount; write it as 15000, 15,000 or 15k.")
    return Asked(name, *deal, why)


def _answer(asked: Asked, customer: customers.Customer, request: Request, connection: Connection) -> Reply:
    subject = _clv_card.subject(connection, customer)
    if asked.why:
        return _clv_why.reply(connection, subject, request.person.role)
    deal = None
    if asked.deal is not None:
        deal = _deal(asked.deal, asked.deal_currency, subject.figures.value.currency)
    return _clv_card.reply(connection, subject, request.today, deal)


def _deal(deal: Decimal, typed: str, currency: str | None) -> Decimal:
    """Errors: Invalid for no amount, or one in another currency than the customer's."""
    if not deal:
        raise Invalid(deal="A deal of nothing cannot be set beside a lifetime; write it as 15000, 15,000 or 15k.")
    if typed and currency and typed not in (currency, *signs(currency)):
        raise Invalid(deal=f"This customer's figures are in {currency}; write the deal in {currency} too.")
    return deal


def _candidates(connection: Connection, asked: Asked, found: names.Found) -> Reply:
    shown = f"“{_short(asked.name)}”"
    if not found.candidates:
        return Reply(
            headline=(f"No customer is called {shown}, nor anything like it",),
            summary=(f"No customer is called {shown}.",),
            parts=(
                Note(
                    (
                        "Try one word of the name, or the customer's number in your books. ",
                        Code("/top 20"),
                        " lists the best.",
                    )
                ),
            ),
        )
    if found.how == "misspelt":
        headline = f"No customer is called {shown}. Did you mean:"
    else:
        headline = "Did you mean:" if len(found.candidates) == 1 else f"Which {shown} do you mean?"
    values = {}
    if asked.deal is not None:
        values["deal"] = f"{asked.deal_currency} {asked.deal:f}".strip()
    if asked.why:
        values["view"] = WHY
    offered = found.candidates[:MOST_CANDIDATES]
    alike = Counter((match.name, match.place, match.country) for match in offered)
    items = [
        _candidate(connection, match, values, is_unique=alike[match.name, match.place, match.country] == 1)
        for match in offered
    ]
    more = (Note(("And more; type more of the name.",)),) if len(found.candidates) > MOST_CANDIDATES else ()
    return Reply(
        headline=(headline,),
        summary=(headline, " ", ", ".join(match.name for match in offered[:3])),
        parts=(*items, *more),
    )


def _candidate(connection: Connection, match: names.Match, values: dict[str, str], *, is_unique: bool) -> Item:
    told = [", ".join(word for word in (match.place, match.country) if word)]
    if match.via and match.via != match.name:
        told.append(f"found as {match.via}")
    if not is_unique:
        # Two ledgers may know the same company, or two companies share a name and a town.
        customer = customers.get(connection, match.customer_id)
        references = customer.references if customer else ()
        told += [f"number {reference.number} in {reference.source_title}" for reference in references]
    return Item(
        title=(Strong(match.name),),
        reason=(" · ".join(words for words in told if words),),
        actions=(Action("clv", "Show", {"customer": str(match.customer_id), **values}),),
    )


def _no_ledger() -> Reply:
    return Reply(
        headline=("No ledger has been imported yet",),
        summary=("No ledger has been imported yet.",),
        parts=(
            Note(
                (
                    "Whoever runs Melktert imports one with ",
                    Code("python -m bot import FILE --mapping NAME"),
                    "; docs/import.md shows how.",
                )
            ),
        ),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_NAME_SHOWN else text[: LONGEST_NAME_SHOWN - 1] + "…"


def suggest(_request: Request, db: Database, field: str, typed: str) -> Sequence[Option]:
    """Customers whose names go on from what was typed, the most valuable first."""
    if field != "name":
        return ()
    with db.reading() as connection:
        return [
            Option(match.name, match.name, ", ".join(word for word in (match.place, match.country) if word))
            for match in names.suggest(connection, typed)
        ]


COMMAND = Command(
    name="clv",
    summary="What a customer is worth to you over a lifetime, and what you stand to lose.",
    usage="NAME [DEAL] [why]",
    examples=("/clv acme", '/clv "A Bike Store" 15000', "/clv acme why"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=suggest,
)
