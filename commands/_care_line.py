"""A line that begins with a customer and goes on: "acme yesterday 45m spoke to the buyer"."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from commands._care_misspelt import is_spelt_like, misspelt_after, with_a_slip
from commands._care_named import (
    LEADS_ON,
    PAUSES,
    Leads,
    Line,
    at_beginning,
    further_on,
    joined,
    with_others,
)
from commands._carried import carried
from commands._naming import MOST_CANDIDATES, QUOTES, offered, short
from commands._reply import Action, Code, Invalid, Note, Reply, Request, Sentence
from store import customers, names
from store.customers import Customer
from store.name_keys import fold
from store.names import Found, Match
from store.ordinary_words import ORDINARY
from value.phrases import Reader, UnclearError

# What a button can carry beside the rest of its values, in characters as they are sent.
LONGEST_REST = 1_000
TWICE_WITHIN = dt.timedelta(minutes=10)
# Beside those who are named further on, so many whose names are like the first words.
MISSPELT_BESIDE = 3


def no_leads(_words: Sequence[str]) -> Sequence[int]:
    """For a line in which nothing stands before the name."""
    return ()


def day_leads(reader: Reader) -> Leads:
    """For a line in which a day may stand before the name."""

    def after_the_day(words: Sequence[str]) -> Sequence[int]:
        day = reader.at_start(words) if words else None
        return () if day is None else (day[1],)

    return after_the_day


def read(
    connection: Connection,
    text: str,
    *,
    ends_before: Sequence[int] = (),
    leads: Leads = no_leads,
    figures: Leads = no_leads,
) -> Line:
    """The customer at the beginning of the text: by the longest words that are one's name, number or beginning.

    Nobody is certain where more words begin the names of others: "acme call" is no call to Acme where there is an Acme
    Callcentre. Nor is anybody by a name without its legal form from which another's goes on: "field trip" is Field Trip
    Inc, and may be Field Trip Store. What `leads` reads before a name goes to the rest of the line; a number with other
    words behind it is nobody's for certain. Where a line begins by telling ("sat with acme"), whoever is named further
    on is offered, and `figures` reads what stands behind that name. `ends_before` says before which words a name may
    end that is misspelt.

    Errors: Invalid where nobody is called as the line begins, and it begins with what may be two days.
    """
    text = text.translate(QUOTES).strip()
    quoted = re.fullmatch(r'"([^"]+)"\s*(.*)', text, re.DOTALL)
    if quoted:
        found = names.find(connection, quoted[1], MOST_CANDIDATES + 1)
        return _unless_it_goes_on(connection, Line(quoted[1].strip(), found, quoted[2].lstrip(PAUSES)))
    words = text.split()
    plain = at_beginning(connection, words)
    line = with_a_slip(connection, words, plain, ends_before)
    line = _unless_it_goes_on(connection, line or _of_words(connection, words, plain, ends_before, leads, figures))
    together = with_others(connection, words, line, figures)
    return _uncertain(together) if len(together) > 1 else line


def _unless_it_goes_on(connection: Connection, line: Line) -> Line:
    """The line, whose customer is not certain where they are called so but for the legal form, and somebody else is
    called so and more: something is written down here, and for the wrong one it would be lost.
    """
    one = line.certain
    if one is None or line.found.how != "exact" or fold(one.via or one.name) == fold(line.name):
        return line
    begun = f"{fold(line.name)} "
    others = [
        match
        for match in names.suggest(connection, line.name)
        if match.customer_id != one.customer_id and fold(match.name).startswith(begun)
    ]
    return replace(line, found=Found(None, [one, *others], "exact")) if others else line


def _of_words(  # noqa: PLR0917
    connection: Connection,
    words: Sequence[str],
    plain: Line | None,
    ends_before: Sequence[int],
    leads: Leads,
    figures: Leads,
) -> Line:
    if plain is not None and plain.certain and plain.found.how == "exact" and not plain.is_a_number:
        return _of_told(plain, further_on(connection, words, 0, figures), figures) if plain.is_everyday else plain
    try:
        stops, has_no_note = leads(words), plain is not None and _are_all(leads, plain.rest.split())
    except UnclearError as unclear:
        if plain is None or plain.is_a_number or plain.is_cut_short:
            raise Invalid(day=str(unclear)) from None
        return plain
    led = _led(connection, words, stops)
    if plain is not None and plain.is_a_number:
        return _of_number(connection, words, plain, led, figures, has_no_note=has_no_note)
    begun = _one_of(led) if plain is None else _of_name(plain, led, stops, has_no_note=has_no_note)
    is_sure = begun is not None and (has_no_note or not (begun.is_everyday or begun.is_cut_short))
    named = [] if is_sure else further_on(connection, words, stops[-1] if stops else 0, figures)
    if begun is not None:
        return begun if is_sure else _of_told(begun, named, figures)
    if named and fold(words[0]) in ORDINARY:
        return _uncertain(named)
    return _beside(named, misspelt_after(connection, words, stops, ends_before))


def _beside(named: Sequence[Line], misspelt: Line) -> Line:
    """Those who are named further on, and some of those whose names are like the first words; these alone where nobody
    is named but by the words of such a name.
    """
    likeliest = next(iter(misspelt.found.candidates), None)
    is_one_name = likeliest is not None and is_spelt_like(misspelt.name, likeliest.name)
    is_said = is_one_name and all(f" {fold(one.name)} " in f" {fold(misspelt.name)} " for one in named)
    if is_said or not named:
        return misspelt
    alike = Found(None, misspelt.found.candidates[:MISSPELT_BESIDE], "misspelt")
    return _uncertain([*named, replace(misspelt, found=alike)])


def _of_told(begun: Line, named: Sequence[Line], figures: Leads) -> Line:
    """A line whose first words may name `begun`, or tell of those who are `named` further on: never decided here."""
    is_begun = begun.found.how != "exact"
    if not named:
        tells = begun.is_everyday and is_begun and (begun.is_cut_short or not _begins(figures, begun.rest))
        return _uncertain([begun]) if begun.certain and tells else begun
    if not (begun.is_everyday and is_begun):
        return _uncertain([begun, *named])
    return _uncertain([*named, begun] if begun.certain else named)


def _begins(figures: Leads, rest: str) -> bool:
    """Whether a day, minutes or the like follow a name."""
    try:
        return bool(rest) and bool(figures(rest.split()))
    except UnclearError:
        return True


def _of_number(
    connection: Connection,
    words: Sequence[str],
    plain: Line,
    led: Sequence[Line],
    figures: Leads,
    *,
    has_no_note: bool,
) -> Line:
    """A line that begins with a number: of minutes where a name follows, the customer's where nothing else can be."""
    if plain.certain and has_no_note:
        return plain
    known = _one_of([one for one in led if one.certain])
    if known is not None:
        return known
    later = [one for one in further_on(connection, words, 0, figures) if one.certain]
    return _uncertain([plain, *led, *later])


def _of_name(plain: Line, led: Sequence[Line], stops: Sequence[int], *, has_no_note: bool) -> Line:
    """A line that begins with a name, which may be nothing but a day and the like: there may be a Friday Sports."""
    is_a_lead = bool(stops) and len(plain.name.split()) <= stops[-1]
    if is_a_lead and plain.is_cut_short:
        # Letters of a name which are a whole day are that day.
        return _one_of(led) or _uncertain([plain])
    if not led or (plain.certain and not plain.rest):
        return _uncertain([plain]) if is_a_lead and not has_no_note else plain
    if plain.certain is None and is_a_lead and any(one.certain for one in led):
        return _one_of(led) or plain
    return _uncertain([plain, *led])


def _are_all(leads: Leads, words: Sequence[str]) -> bool:
    """Whether there is nothing, or nothing but a day, minutes and the like, so that no name stands among them."""
    return not words or list(leads(words))[-1:] == [len(words)]


# --- what stands before a name ---------------------------------------------------------------------------------------


def _led(connection: Connection, words: Sequence[str], stops: Sequence[int]) -> list[Line]:
    """Those who are named after so many words, the most first; whom they name for certain before others."""
    found = []
    for stop in sorted(stops, reverse=True):
        leads_on = words[stop : stop + 1] and words[stop].casefold() in LEADS_ON
        named = [at_beginning(connection, words[start:]) for start in ((stop, stop + 1) if leads_on else (stop,))]
        found += [
            replace(one, rest=joined(words[:stop], one.rest))
            for one in named
            if one is not None and not one.is_a_number and not _is_a_joint(one)
        ]
    return sorted(found, key=lambda one: one.certain is None)


def _is_a_joint(line: Line) -> bool:
    """Whether it is nothing but the "at" of "an hour at acme", though a name begins with its letters."""
    return line.is_cut_short and line.name.casefold() in LEADS_ON


def _one_of(lines: Sequence[Line]) -> Line | None:
    """The reading that is certain, where no other one is of somebody else; else all of them to choose from."""
    certain = [one for one in lines if one.certain]
    if len({one.certain.customer_id for one in certain if one.certain}) == 1:
        return certain[0]
    return _uncertain(certain or lines) if lines else None


def _uncertain(lines: Sequence[Line]) -> Line:
    """Several readings of one line: each customer with the rest that its own reading leaves, the first first."""
    rests: dict[int, str] = {}
    matches: list[Match] = []
    for one in lines:
        for match in one.found.candidates:
            if match.customer_id not in rests:
                rests[match.customer_id] = one.rest
                matches.append(match)
    first = lines[0]
    # Of names that differ none is asked about by itself; but of a number something is said.
    name = first.name if first.is_a_number or len({one.name for one in lines}) == 1 else ""
    return Line(name, Found(None, matches[: MOST_CANDIDATES + 1], first.found.how), first.rest, rests)


def offer(connection: Connection, line: Line, request: Request, choose: Action) -> Reply:
    """Those who may be meant, each with a button that goes on with the rest of the line as if it had been named; only
    once, however often it is pressed.

    Errors: Invalid where the rest is too long for a button.
    """
    longest = max((carried(rest) for rest in (line.rest, *line.rests.values())), default=0)
    if line.found.candidates and longest > LONGEST_REST:
        meant = ", ".join(match.name for match in line.found.candidates[:3])
        shown = f"“{short(line.name)}”" if line.name else "The line"
        raise Invalid(name=f"{shown} may be {meant}; begin with the whole name in quotes, such as “Acme Ltd”.")
    values: Mapping[str, str] = {**choose.values, "rest": line.rest, "once": request.receipt or ""}
    own = {customer_id: {"rest": rest} for customer_id, rest in line.rests.items()}
    return offered(connection, line.name, line.found, Action(choose.command, choose.label, values), own)


def receipt_of(request: Request, customer_id: int) -> str | None:
    """What makes a choice among those offered one change: that of the line, and who was chosen."""
    once = request.values.get("once", "")
    return f"{once} customer {customer_id}" if once and request.origin == "button" else request.receipt


def once_of(request: Request) -> str:
    """What the buttons of an answer carry, so that whichever is pressed, and however often, it is one change."""
    return request.values.get("once") or request.receipt or ""


# --- the same line twice ---------------------------------------------------------------------------------------------


def is_recent(at: dt.datetime, request: Request) -> bool:
    """Whether the same words now are rather a second try than a second visit or promise."""
    return abs(request.now - at) <= TWICE_WITHIN


def ago(at: dt.datetime, request: Request) -> str:
    """Just now, a minute ago, 5 minutes ago."""
    minutes = int((request.now - at).total_seconds() // 60)
    return "just now" if minutes < 1 else "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


def again(request: Request) -> dict[str, str]:
    """What a button carries that does it all the same, once however often it is pressed."""
    once = once_of(request)
    return {"again": "yes", "once": f"{once} again" if once else ""}


# --- where there are no forms ---------------------------------------------------------------------------------------


def has_forms(request: Request) -> bool:
    """Whether whoever asks can fill in a form: at a terminal nobody can."""
    return request.place.kind != "terminal" or request.person.slack_user_id is not None


def to_type(headline: Sentence, line: str) -> Reply:
    """The line that does what a form would."""
    how: Sentence = ("Type ", Code(line), ", with your own words.")
    return Reply(headline, (*headline, ". ", *how), (Note(how),))


def spelt(connection: Connection, customer: Customer) -> str:
    """The customer as it is found by that alone at the beginning of a line: its name in quotes, else its number."""
    numbers = [reference.number for reference in customers.references(connection, customer.id)]
    for one in [customer.name.translate(QUOTES).replace('"', " "), *numbers]:
        found = names.find(connection, one, MOST_CANDIDATES, misspelt=False).certain
        if found is not None and found.customer_id == customer.id:
            return f'"{one}"'
    return f'"{customer.name}"'
