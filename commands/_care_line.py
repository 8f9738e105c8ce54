"""A line that begins with a customer and goes on: "acme yesterday 45m spoke to the buyer"."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands._naming import MOST_CANDIDATES, QUOTES, offered, short
from commands._reply import Action, Code, Invalid, Note, Reply, Request, Sentence
from store import customers, names
from store.customers import Customer
from store.names import Found, Match

NAME_WORDS_MOST = 7
# Without a day or minutes after it, a misspelt name is looked for in so many words.
MISSPELT_WORDS_MOST = 3
# What a button can carry beside the rest of its values.
LONGEST_REST = 1_000
TWICE_WITHIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line begins with: the words of the name, whom they find, and the words that are left."""

    name: str
    found: Found
    rest: str

    @property
    def certain(self) -> Match | None:
        """The one customer who is meant, None where nobody is, or several may be."""
        return self.found.certain


def read(connection: Connection, text: str, *, ends_before: Sequence[int] = ()) -> Line:
    """The customer at the beginning of the text: by the longest words that are one's name, number or beginning.

    Nobody is certain where more words begin the names of others: "acme call" is no call to Acme where there is an Acme
    Callcentre. `ends_before` says before which words a name may end that is misspelt.
    """
    text = text.translate(QUOTES).strip()
    quoted = re.fullmatch(r'"([^"]+)"\s*(.*)', text, re.DOTALL)
    if quoted:
        return Line(quoted[1].strip(), names.find(connection, quoted[1], MOST_CANDIDATES + 1), quoted[2].strip())
    words = text.split()
    counts = range(min(NAME_WORDS_MOST, len(words)), 0, -1)
    by_count = {
        count: names.find(connection, " ".join(words[:count]), MOST_CANDIDATES + 1, misspelt=False) for count in counts
    }
    found = {count: one for count, one in by_count.items() if one.candidates}
    if not found:
        return _misspelt(connection, words, ends_before)
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


def _line(words: Sequence[str], count: int, found: Found) -> Line:
    return Line(" ".join(words[:count]), found, " ".join(words[count:]))


def offer(connection: Connection, line: Line, request: Request, choose: Action) -> Reply:
    """Those who may be meant, each with a button that goes on with the rest of the line as if it had been named; only
    once, however often it is pressed.

    Errors: Invalid where the rest is too long for a button.
    """
    if line.found.candidates and len(line.rest) > LONGEST_REST:
        meant = ", ".join(match.name for match in line.found.candidates[:3])
        raise Invalid(name=f"“{short(line.name)}” may be {meant}; write the whole name in quotes, such as “Acme Ltd”.")
    values: Mapping[str, str] = {**choose.values, "rest": line.rest, "once": request.receipt or ""}
    return offered(connection, line.name, line.found, Action(choose.command, choose.label, values))


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
