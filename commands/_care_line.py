"""A line that begins with a customer and goes on: "acme yesterday 45m spoke to the buyer"."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection

from commands._carried import carried
from commands._naming import MOST_CANDIDATES, QUOTES, offered, short
from commands._reply import Action, Code, Invalid, Note, Reply, Request, Sentence
from store import customers, names
from store.customers import Customer
from store.names import Found, Match
from value.phrases import Reader, UnclearError

NAME_WORDS_MOST = 7
# Without a day or minutes after it, a misspelt name is looked for in so many words.
MISSPELT_WORDS_MOST = 3
# What a button can carry beside the rest of its values, in characters as they are sent.
LONGEST_REST = 1_000
TWICE_WITHIN = dt.timedelta(minutes=10)


# What may stand between that and a name: "30 min with acme".
_LEADS_ON = {"to", "with", "at"}
# After how many of the first words a name may begin, since these are a day, minutes or the like. Errors: UnclearError.
Leads = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Line:
    """What a line begins with: the words of the name, whom they find, and the words that are left. `rests` are those
    that are left for a customer who was found by other words of the line than `name`.
    """

    name: str
    found: Found
    rest: str
    rests: Mapping[int, str] = field(default_factory=dict)

    @property
    def certain(self) -> Match | None:
        """The one customer who is meant, None where nobody is, or several may be."""
        return self.found.certain

    @property
    def is_a_number(self) -> bool:
        """Whether the name is a number alone, which may as well be one of minutes or of crates."""
        return self.name.isdecimal()


def no_leads(_words: Sequence[str]) -> Sequence[int]:
    """For a line in which nothing stands before the name."""
    return ()


def day_leads(reader: Reader) -> Leads:
    """For a line in which a day may stand before the name."""

    def after_the_day(words: Sequence[str]) -> Sequence[int]:
        day = reader.at_start(words) if words else None
        return () if day is None else (day[1],)

    return after_the_day


def read(connection: Connection, text: str, *, ends_before: Sequence[int] = (), leads: Leads = no_leads) -> Line:
    """The customer at the beginning of the text: by the longest words that are one's name, number or beginning.

    Nobody is certain where more words begin the names of others: "acme call" is no call to Acme where there is an Acme
    Callcentre. What `leads` reads before a name goes to the rest of the line; a number with other words behind it is
    nobody's for certain. `ends_before` says before which words a name may end that is misspelt.

    Errors: Invalid where nobody is called as the line begins, and it begins with what may be two days.
    """
    text = text.translate(QUOTES).strip()
    quoted = re.fullmatch(r'"([^"]+)"\s*(.*)', text, re.DOTALL)
    if quoted:
        return Line(quoted[1].strip(), names.find(connection, quoted[1], MOST_CANDIDATES + 1), quoted[2].strip())
    words = text.split()
    plain = _named(connection, words)
    if plain is not None and plain.certain and plain.found.how == "exact" and not plain.is_a_number:
        return plain
    try:
        stops, has_no_note = leads(words), plain is not None and _are_all(leads, plain.rest.split())
    except UnclearError as unclear:
        if plain is None or plain.is_a_number:
            raise Invalid(day=str(unclear)) from None
        return plain
    led = _led(connection, words, stops)
    if plain is None:
        return _one_of(led) or _misspelt_after(connection, words, stops, ends_before)
    if plain.is_a_number:
        return _of_number(connection, words, plain, led, has_no_note=has_no_note)
    return _of_name(plain, led, stops, has_no_note=has_no_note)


def _of_number(
    connection: Connection, words: Sequence[str], plain: Line, led: Sequence[Line], *, has_no_note: bool
) -> Line:
    """A line that begins with a number: of minutes where a name follows, the customer's where nothing else can be."""
    if plain.certain and has_no_note:
        return plain
    return _one_of([one for one in led if one.certain]) or _uncertain([plain, *led, *_later(connection, words)])


def _of_name(plain: Line, led: Sequence[Line], stops: Sequence[int], *, has_no_note: bool) -> Line:
    """A line that begins with a name, which may be nothing but a day and the like: there may be a Friday Sports."""
    is_a_lead = bool(stops) and len(plain.name.split()) <= stops[-1]
    if not led or (plain.certain and not plain.rest):
        return _uncertain([plain]) if is_a_lead and not has_no_note else plain
    if plain.certain is None and is_a_lead and any(one.certain for one in led):
        return _one_of(led) or plain
    return _uncertain([plain, *led])


def _are_all(leads: Leads, words: Sequence[str]) -> bool:
    """Whether there is nothing, or nothing but a day, minutes and the like, so that no name stands among them."""
    return not words or list(leads(words))[-1:] == [len(words)]


def _named(connection: Connection, words: Sequence[str]) -> Line | None:
    """The longest words at the beginning that are a name, a number or a beginning; None where none are."""
    counts = range(min(NAME_WORDS_MOST, len(words)), 0, -1)
    by_count = {
        count: names.find(connection, " ".join(words[:count]), MOST_CANDIDATES + 1, misspelt=False) for count in counts
    }
    found = {count: one for count, one in by_count.items() if one.candidates}
    if not found:
        return None
    whole = [count for count, one in found.items() if one.certain and one.how != "prefix"]
    begun = [count for count, one in found.items() if one.certain]
    count = next(iter([*whole, *begun]), max(found))
    chosen, certain = found[count], found[count].certain
    # What more words may mean beside a name, or any words beside the beginning of one, is not decided here.
    rivals = {more: one for more, one in found.items() if more > count and "prefix" in (one.how, chosen.how)}
    if certain is None or not rivals:
        return _line(words, count, chosen)
    matches = [match for one in rivals.values() for match in one.candidates]
    others = [match for match in matches if match.customer_id != certain.customer_id]
    if not others:
        return _line(words, max(rivals), chosen)
    return _line(words, count, Found(None, [certain, *others][: MOST_CANDIDATES + 1], chosen.how))


def _line(words: Sequence[str], count: int, found: Found, lead: Sequence[str] = ()) -> Line:
    return Line(" ".join(words[:count]), found, _joined(lead, " ".join(words[count:])))


def _joined(lead: Sequence[str], rest: str) -> str:
    """What stood before a name, and what behind it: parted, so that "1h" and "30 crates" are not an hour and a half."""
    before = " ".join(lead)
    comma = "," if before[-1:].isalnum() and rest else ""
    return f"{before}{comma} {rest}".strip()


# --- what stands before a name ---------------------------------------------------------------------------------------


def _led(connection: Connection, words: Sequence[str], stops: Sequence[int]) -> list[Line]:
    """Those who are named after so many words, the most first; whom they name for certain before others."""
    found = []
    for stop in sorted(stops, reverse=True):
        leads_on = words[stop : stop + 1] and words[stop].casefold() in _LEADS_ON
        named = [_named(connection, words[start:]) for start in ((stop, stop + 1) if leads_on else (stop,))]
        found += [
            replace(one, rest=_joined(words[:stop], one.rest))
            for one in named
            if one is not None and not one.is_a_number
        ]
    return sorted(found, key=lambda one: one.certain is None)


def _later(connection: Connection, words: Sequence[str]) -> list[Line]:
    """Whoever is named further on in a line that begins with a number: "3 bikes to acme by friday"."""
    for start in range(1, min(NAME_WORDS_MOST, len(words))):
        one = _named(connection, words[start:])
        is_named = one is not None and one.certain and (one.found.how == "exact" or " " in one.name)
        if one is not None and is_named and not one.is_a_number:
            return [replace(one, rest=_joined(words[:start], one.rest))]
    return []


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
    return Line(lines[0].name, Found(None, matches[: MOST_CANDIDATES + 1], lines[0].found.how), lines[0].rest, rests)


# --- a misspelt name -------------------------------------------------------------------------------------------------


def _misspelt_after(
    connection: Connection, words: Sequence[str], stops: Sequence[int], ends_before: Sequence[int]
) -> Line:
    """A misspelt name behind what may stand before one, or at the beginning; nothing before it is lost."""
    if stops and stops[-1] == len(words):
        return Line(" ".join(words), Found(None, [], "none"), "")
    starts = [*sorted(stops, reverse=True)[:1], *([1] if not stops and len(words) > 1 and words[0].isdecimal() else [])]
    for start in [one for one in starts if one < len(words)]:
        found = _misspelt(connection, words[start:], [end - start for end in ends_before])
        if found.found.candidates:
            return replace(found, rest=_joined(words[:start], found.rest))
    return _misspelt(connection, words, [end for end in ends_before if end not in stops])


def _misspelt(connection: Connection, words: Sequence[str], ends_before: Sequence[int]) -> Line:
    """The words under which the likeliest misspelt name is found: those before a day, where these are like a name."""
    for count in [end for end in ends_before if 0 < end <= NAME_WORDS_MOST][:1]:
        found = names.find_misspelt(connection, " ".join(words[:count]), MOST_CANDIDATES + 1)
        if found.candidates:
            return _line(words, count, found)
    # The fewest first: where nobody is found, only that much is taken for a name.
    counts = range(1, min(MISSPELT_WORDS_MOST, len(words)) + 1)
    tried = [(count, names.find_misspelt(connection, " ".join(words[:count]), MOST_CANDIDATES + 1)) for count in counts]
    count, found = max(tried, key=lambda one: one[1].candidates[0].score if one[1].candidates else 0.0)
    return _line(words, count, found)


def offer(connection: Connection, line: Line, request: Request, choose: Action) -> Reply:
    """Those who may be meant, each with a button that goes on with the rest of the line as if it had been named; only
    once, however often it is pressed.

    Errors: Invalid where the rest is too long for a button.
    """
    longest = max((carried(rest) for rest in (line.rest, *line.rests.values())), default=0)
    if line.found.candidates and longest > LONGEST_REST:
        meant = ", ".join(match.name for match in line.found.candidates[:3])
        raise Invalid(name=f"“{short(line.name)}” may be {meant}; write the whole name in quotes, such as “Acme Ltd”.")
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
