"""What a command is asked (Request) and what it answers (Reply): data, drawn elsewhere.

bot/render.py draws a Reply as Slack's Block Kit, bot/terminal.py draws the same Reply in a terminal, and
`python -m bot ask --format json` hands it over as it is. So nothing here, and nothing in a command, knows of mrkdwn,
ANSI or escaping: a string is what a person shall read, letter by letter, whatever it contains.
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from store.database import Database

# --- values ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency; `style` is how much of it is drawn: $3.05M, $3,049,220 or $3,049,220.17."""

    amount: Decimal
    currency: str
    style: Literal["short", "whole", "exact"] = "whole"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things: Count(2113, "unit"), Count(2, "company", "companies")."""

    number: Decimal | int
    noun: str = ""
    plural: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share (0.05, drawn as 5 %) or a multiple (41, drawn as 41×)."""

    number: Decimal
    style: Literal["percent", "times"] = "percent"


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day."""

    day: dt.date


@dataclass(frozen=True, slots=True)
class Text:
    """Words, such as a name."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A figure that is not known, with the reason as a phrase. Never a zero."""

    reason: str


Value = Money | Count | Ratio | Date | Text | Unknown

# --- sentences ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strong:
    """The part of a sentence that the eye shall find first."""

    part: "str | Value"


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type, such as `/clv acme why`."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A colleague: a mention in Slack where the Slack user is known, otherwise the name."""

    name: str
    slack_user_id: str | None = None


Inline = str | Value | Strong | Code | Mention
Sentence = tuple[Inline, ...]

# --- parts of a reply -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. `key` is its name for programs (DESIGN §9), `label` the words that follow it on a card ("revenue").

    `low` and `high` are the ends of its interval; `basis` says, in a phrase, what it rests on; `per` is the unit that
    it is divided by ("working hour"); `before` is what it was the last time.
    """

    key: str
    label: str
    value: Value
    low: Value | None = None
    high: Value | None = None
    basis: str = ""
    per: str = ""
    before: Value | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled group of a card. Each row is one line: its facts and sentences are drawn side by side."""

    title: str
    rows: tuple[tuple[Fact | Sentence, ...], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence on a line of its own. `quiet` is for the small print: what the data covers, who can see this."""

    text: Sentence
    tone: Literal["plain", "quiet", "good", "warning"] = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures stand on the right."""

    label: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that are read down a column, such as a reconciliation. At most three columns fit a phone."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value | Strong, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. Pressing it is a new Request to `command` with `values`, authorised afresh.

    `opens_form` says beforehand that the answer has a form: Slack has to open it before anything is read.
    """

    command: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    style: Literal["plain", "primary", "danger"] = "plain"
    confirm: str = ""
    opens_form: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: what it is, why it is there, its figures, and what can be done about it.

    `key` is its place in a list whose order changes while it is paged through: the next page begins after the key, as
    `after` in the values, instead of after so many entries.
    """

    title: Sentence
    reason: Sentence = ()
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()
    key: str = ""


Part = Panel | Note | Table | Item


# --- pictures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, of the time up to `until`; of what is expected with the ends of its likely range."""

    until: dt.date
    value: Decimal
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of what was, and of what is expected. `of` is whose they are, `unit` a currency, `alt` says what it shows to
    who cannot see it, and `name` is the file's.
    """

    of: str
    title: str
    unit: str
    past: tuple[Bar, ...]
    ahead: tuple[Bar, ...]
    alt: str
    name: str


# --- forms ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """A suggestion while somebody types: `value` is put in, `hint` tells two alike apart."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for. What comes back is text, whatever the kind, empty where nothing was given.

    `text` is one line, `long` several, `number` a decimal number as typed, `choice` the value of one of `options`,
    `person` a Slack user id, `people` several with a space between, `customer` a customer's id, found by name while
    typing, `date` a day as YYYY-MM-DD.
    """

    name: str
    label: str
    kind: Literal["text", "long", "number", "choice", "person", "people", "customer", "date"] = "text"
    required: bool = True
    initial: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Things to fill in. Submitting it is a new Request to `command` with `values` and the fields, authorised afresh,
    of the origin "form"; an Invalid that it raises stands beside the fields that it names.
    """

    command: str
    title: str
    fields: tuple[Field, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    submit: str = "Save"
    intro: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `headline` is the one line a person reads first; `summary` says the whole in one sentence, for a
    phone's notification and for a screen reader. `facts` are figures for programs that the parts do not draw.

    `again` asks for this same answer once more: to share it, and to page through it. `form` is what is to be filled in.
    `chart` is a picture that comes beside it: a file in Slack, to the asker alone, and in a terminal.
    `thread` is, of a reply that is delivered (Request.origin), what composes the messages below it, in order.
    """

    headline: Sentence
    summary: Sentence = ()
    parts: tuple[Part, ...] = ()
    actions: tuple[Action, ...] = ()
    facts: tuple[Fact, ...] = ()
    audience: Literal["asker", "channel"] = "asker"
    again: Action | None = None
    form: Form | None = None
    thread: tuple[Action, ...] = ()
    chart: Chart | None = None

    def all_facts(self) -> Iterator[Fact]:
        """Every figure of the reply about its subject, those of list items excepted."""
        for part in self.parts:
            if isinstance(part, Panel):
                for row in part.rows:
                    yield from (cell for cell in row if isinstance(cell, Fact))
        yield from self.facts


# --- requests -------------------------------------------------------------------------------------------------------


class Role(enum.Enum):
    """What a person may do, each including the ones before."""

    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do what the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. Only a member of the team itself is shown its customers; of `nobody`, Slack could not be asked."""

    slack_user_id: str | None = None
    team_id: str | None = None
    rep_id: int | None = None
    role: Role = Role.REP
    zone: str = "UTC"
    locale: str = "en_US"
    kind: Literal["member", "guest", "stranger", "bot", "left", "nobody"] = "member"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the answer will be read. A shared channel has members of other companies; of a closed one nothing is known,
    since Melktert is not in it. `members` and `has_guests` are None where that is not known.
    """

    kind: Literal["dm", "channel", "shared", "closed", "home", "terminal"] = "terminal"
    channel_id: str | None = None
    members: int | None = None
    has_guests: bool | None = None


def _ignore_progress(_text: str) -> None:
    """The sink of a request that nobody watches."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked, by text ("acme 15000") or by a button's or form's values.

    `now` is UTC and read once, at the edge; `today` is the asking person's day. `receipt` is Slack's own id of the
    request and unique, so that a request delivered twice is one change. Of the origin "delivery" nobody asks: a message
    that was put into store/deliveries.py is due, for this person or, where nobody is named, for this channel.
    """

    now: dt.datetime
    today: dt.date
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    person: Person = Person()
    place: Place = Place()
    origin: Literal["command", "message", "button", "form", "shortcut", "home", "delivery"] = "command"
    receipt: str | None = None
    progress: Callable[[str], None] = _ignore_progress


class Invalid(Exception):  # noqa: N818 - "raise Invalid(...)" is how a command reads
    """What was asked cannot be done. `errors` has a sentence for each field, saying what to do next."""

    def __init__(self, **errors: str) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class NothingToSay(Exception):  # noqa: N818 - "raise NothingToSay(...)" is how a command reads
    """A message that is due has become pointless, such as the reminder of a promise that was kept. It says why."""


# --- commands -------------------------------------------------------------------------------------------------------


class Policy(enum.Enum):
    """Who may use a command, and what it shows; bot/access.py enforces it."""

    OPEN = "shows no customer data"
    CUSTOMER = "shows figures of customers to members of the team"
    ADMIN = "changes how figures are made"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An entry in Slack's menu of shortcuts, wherever somebody is, or in the menu of each message: it opens a form.

    Of a message the Request's values have its text as `said`, its `permalink`, and its `channel`.
    """

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Command:
    """A thing that a person can ask or do, declared once: help, completion and manifest.yml follow from it.

    `usage` is what may follow the name; `examples` are whole commands. `suggest(request, db, field, typed)` completes.
    One that is not `has_own_name` has no slash command of its own: it is asked as `/melktert NAME`, or by buttons.
    """

    name: str
    summary: str
    usage: str
    examples: tuple[str, ...]
    policy: Policy
    run: Callable[[Request, Database], Reply]
    suggest: Callable[[Request, Database, str, str], Sequence[Option]] | None = None
    has_own_name: bool = True
    shortcut: Shortcut | None = None
    message_shortcut: Shortcut | None = None
