"""/clv NAME [DEAL] [why | chart]: what a customer is worth, over a lifetime."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _clv_card, _clv_chart, _clv_subject, _clv_why, _naming
from commands._amount import amount, is_below_zero, looks_like_an_amount, signs
from commands._naming import QUOTES, short
from commands._reply import Action, Command, Field, Form, Invalid, Note, Policy, Reply, Request, Shortcut
from store import dossiers, names, sources
from store.database import Database
from store.dossiers import Dossier
from store.money import from_minor

NAME = "clv"
WHY, CHART = "why", "chart"
VIEWS = (WHY, CHART)
# A number before a name is a deal from here on; a smaller one is rather part of the name: "3 sports".
FIRST_DEAL_LEAST = 1_000
# What ends a question or a sentence and is no part of a name, an amount or a view: "acme 15000?".
MARKS = "?!.,;:… "
# How people ask each other.
QUESTION = re.compile(
    r"(?:what(?:['’]?s| is| are)|how much (?:is|are)|who(?:['’]?s| is)|show(?: me)?)\s+(.+?)(?:\s+worth(?:\s+to us)?)?",
    re.IGNORECASE,
)
HOW = "Type a customer's name, and perhaps a deal, why or chart behind it: /clv acme 15000, /clv acme why."
BELOW_ZERO = "A deal must be above zero; write it as 15000, 15,000 or 15k."
# Digits with points and commas that could mean two things: 1.500, €500,50.
AMBIGUOUS = re.compile(r"[$€£¥]?[\d.,']+[kKmM]?[$€£¥]?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the text after /clv means: a name, perhaps a deal to set beside it, perhaps another view than the card."""

    name: str
    deal: Decimal | None = None
    deal_currency: str = ""
    view: str = ""


def run(request: Request, db: Database) -> Reply:
    """The card of one customer, or the customers that may be meant; from the menu of shortcuts, a form to find one."""
    with db.reading() as connection:
        if request.origin == "shortcut":
            return _naming.no_ledger() if sources.coverage(connection) is None else _to_fill_in()
        try:
            if "customer" in request.values:
                return _pressed(request, connection)
            return _by_name(_naming.typed(request, "/clv acme"), request, connection)
        except Invalid:
            # Asked only here, since most that is asked finds a customer, and then there is a ledger.
            if sources.coverage(connection) is None:
                return _naming.no_ledger()
            raise


def _pressed(request: Request, connection: Connection) -> Reply:
    known = dossiers.get(connection, _naming.id_of_button(request.values["customer"]))
    if known is None:
        raise Invalid(customer=_naming.GONE)
    written = request.values.get("deal", "").strip()
    deal, typed = amount(written) or (None, "")
    if written and deal is None:
        raise Invalid(deal=f"“{short(written)}” is not an amount that means one thing; write 1500, 1,500 or 1.5k.")
    asked = Asked(known.customer.name, deal, typed, request.values.get("view", ""))
    return _answer(asked, known, request, connection)


def _by_name(text: str, request: Request, connection: Connection) -> Reply:
    asked_all = readings(text)
    at, found = _naming.meant(connection, [asked.name for asked in asked_all])
    asked = asked_all[at]
    if _naming.asks_how(text, found):
        raise Invalid(name=HOW)
    if found.certain is not None:
        known = dossiers.get(connection, found.certain.customer_id)
        assert known is not None, "every import scores every customer"
        return _answer(replace(asked, name=known.customer.name), known, request, connection)
    if not found.candidates and sources.coverage(connection) is None:
        return _naming.no_ledger()
    _refuse_two_views(connection, text)
    _refuse_a_strange_amount(connection, text)
    values = {}
    if asked.deal is not None:
        values["deal"] = f"{asked.deal_currency} {asked.deal:f}".strip()
    if asked.view:
        values["view"] = asked.view
    return _naming.offered(connection, asked.name, found, Action("clv", "Show", values))


def _refuse_two_views(connection: Connection, text: str) -> None:
    """Errors: Invalid where a card was asked for in two ways at once."""
    words = text.rstrip(MARKS).split()
    if set(VIEWS) <= {word.casefold() for word in words}:
        rest = " ".join(word for word in words if word.casefold() not in VIEWS)
        for asked in readings(rest):
            found = names.find(connection, asked.name, misspelt=False)
            if found.candidates:
                raise _one_view(found.certain.name if found.certain else asked.name)


def _one_view(name: str) -> Invalid:
    return Invalid(view=f"One view at a time: /clv {name} {WHY}, or /clv {name} {CHART}.")


def _refuse_a_strange_amount(connection: Connection, text: str) -> None:
    """Errors: Invalid where the last word was meant as a deal but could mean two things, such as 1.500."""
    name, _, last = text.rstrip(MARKS).rpartition(" ")
    if name and looks_like_an_amount(last) and names.find(connection, name, misspelt=False).certain is not None:
        if is_below_zero(last):
            raise Invalid(deal=BELOW_ZERO)
        if not AMBIGUOUS.fullmatch(last):
            raise Invalid(deal=f"“{short(last)}” is no amount; write 1500, 1,500 or 1.5k.")
        raise Invalid(deal=f"“{short(last)}” is not an amount that means one thing; write 1500, 1,500 or 1.5k.")


def readings(text: str) -> list[Asked]:
    """What "route 66 500 why" may mean, the longest name first: a customer may be called "Route 66", "Route 66 500" or
    "Tell Me Why". The view may stand before the deal, and the deal before the name. A name in quotes ends at its quote.

    Errors: Invalid where what follows a quoted name is neither an amount nor a view.
    """
    text = text.translate(QUOTES).strip()
    bare = text.rstrip(MARKS)
    quoted = re.fullmatch(r'"([^"]+)"\s*(.*)', bare, re.DOTALL)
    if quoted:
        return [_after_the_quote(quoted[1].strip(), quoted[2].lstrip(MARKS).split())]
    found = _told_apart(text)
    if bare and bare != text:
        found += _told_apart(bare)
    if question := QUESTION.fullmatch(bare):
        found += _told_apart(question[1])
    return list(dict.fromkeys(found))


def _told_apart(text: str) -> list[Asked]:
    """The readings of words that have neither quotes nor marks to be taken off."""
    found, words = [Asked(text)], text.split()
    view = words[-1].casefold() if len(words) > 1 and words[-1].casefold() in VIEWS else ""
    if view:
        words.pop()
        found.append(Asked(" ".join(words), view=view))
    # "USD 15 000 000" has four words.
    for start in range(len(words) - 1, max(0, len(words) - 5), -1):
        deal = amount(" ".join(words[start:]))
        if deal is not None:
            before = words[:start]
            found.append(Asked(" ".join(before), *deal, view))
            if len(before) > 1 and not view and before[-1].casefold() in VIEWS:
                found.append(Asked(" ".join(before[:-1]), *deal, before[-1].casefold()))
    if len(words) > 1 and not view and words[0].casefold() in VIEWS:
        first = words[0].casefold()
        found += [replace(one, view=first) for one in _told_apart(" ".join(words[1:])) if one.view in ("", first)]
    return [*found, *_after_the_deal(words, view)]


def _after_the_deal(words: list[str], view: str) -> list[Asked]:
    """What "15000 route 66" may mean: the deal first."""
    for count in range(min(4, len(words) - 1), 0, -1):
        deal = amount(" ".join(words[:count]))
        # In "15000 top sports" the top is no Tongan money.
        if words[count - 1].isalpha() and not words[count - 1].isupper():
            continue
        name = " ".join(words[count:])
        if deal is not None and deal[0] >= FIRST_DEAL_LEAST and amount(name) is None:
            return [Asked(name, *deal, view)]
    return []


def _after_the_quote(name: str, words: list[str]) -> Asked:
    views = {word.casefold() for word in words if word.casefold() in VIEWS}
    if len(views) > 1:
        raise _one_view(f'"{name}"')
    view = "".join(views)
    rest = " ".join(word for word in words if word.casefold() != view)
    if not rest:
        return Asked(name, view=view)
    deal = amount(rest)
    if is_below_zero(rest):
        raise Invalid(deal=BELOW_ZERO)
    if deal is None:
        raise Invalid(deal=f"“{short(rest)}” is not an amount; write it as 15000, 15,000 or 15k.")
    return Asked(name, *deal, view)


def _answer(asked: Asked, known: Dossier, request: Request, connection: Connection) -> Reply:
    if known.coverage is None:
        return _naming.no_ledger()
    subject = _clv_subject.subject(known)
    deal = None
    if asked.deal is not None:
        deal = _deal(asked.deal, asked.deal_currency, subject.figures.value.currency)
    if asked.view == WHY:
        return _without_the_deal(_clv_why.reply(connection, subject, request.person.role), subject, deal)
    if asked.view == CHART:
        return _without_the_deal(_clv_chart.reply(connection, subject, request.place), subject, deal)
    return _clv_card.reply(connection, subject, request.today, deal)


def _without_the_deal(view: Reply, subject: _clv_subject.Subject, deal: Decimal | None) -> Reply:
    """The view, with where the deal stands that was typed with it."""
    if deal is None:
        return view
    card = Action(NAME, "The card with the deal", {"customer": str(subject.customer.id), "deal": f"{deal:f}"})
    note = Note((f"The deal of {deal:,f} stands on the card, beside the lifetime.",))
    return replace(view, parts=(*view.parts, note), actions=(card, *view.actions))


def _deal(deal: Decimal, typed: str, currency: str | None) -> Decimal:
    """Errors: Invalid for an amount that nobody pays, or one in another currency than the customer's."""
    if not deal or (currency and deal < from_minor(1, currency)):
        raise Invalid(deal="A deal of nothing cannot be set beside a lifetime; write it as 15000, 15,000 or 15k.")
    if typed and currency and typed not in (currency, *signs(currency)):
        raise Invalid(deal=f"This customer's figures are in {currency}; write the deal in {currency} too.")
    return deal


def _to_fill_in() -> Reply:
    fields = (
        Field("customer", "Customer", "customer", hint="Type the first letters of the name."),
        Field("deal", "Deal to set beside the lifetime", required=False, hint="Such as 15000, 15,000 or 15k."),
    )
    return Reply(headline=("Look up a customer",), form=Form(NAME, "Look up a customer", fields, submit="Show"))


COMMAND = Command(
    name=NAME,
    summary="What a customer is worth to you over a lifetime, and what you stand to lose.",
    usage="NAME [DEAL] [why | chart]",
    examples=("/clv acme", '/clv "A Bike Store" 15000', "/clv acme why", "/clv acme chart"),
    policy=Policy.CUSTOMER,
    run=run,
    suggest=_naming.suggest,
    shortcut=Shortcut("Look up a customer", "What is this customer worth over a lifetime?"),
)
