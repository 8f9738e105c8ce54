"""Cards to draw: one of each kind that a command answers with, and any card at all."""

import datetime as dt
import re
from decimal import Decimal
from io import StringIO
from typing import Any

from hypothesis import strategies as st
from rich.console import Console

from bot.ink import Screen
from bot.terminal import card
from commands._reply import (
    Action,
    Code,
    Column,
    Count,
    Date,
    Fact,
    Field,
    Form,
    Item,
    Mention,
    Money,
    Note,
    Option,
    Panel,
    Ratio,
    Reply,
    Strong,
    Table,
    Text,
    Unknown,
)


def usd(amount: str, style: Any = "whole") -> Money:
    return Money(Decimal(amount), "USD", style)


CLV = Reply(
    headline=("Metropolitan Bicycle Supply", "  ·  ", usd("1193689.35", "short")),
    summary=("Metropolitan Bicycle Supply: ", usd("1193689.35", "short")),
    parts=(
        Note(
            (
                "London, England  ·  owner ",
                Mention("Nomsa Khumalo"),
                " (invented name)  ·  customer since ",
                Date(dt.date(2025, 3, 21)),
                "  ·  lifetime value = ",
                usd("48228.10", "short"),
                " profit so far + ",
                usd("1145461.25", "short"),
                " over ",
                Count(20, "year"),
            ),
            "quiet",
        ),
        Panel(
            "So far",
            (
                (Fact("revenue", "revenue", usd("482282.01")),),
                (Fact("gross_profit", "gross profit", usd("48228.10")),),
                (Fact("units", "", Count(1154, "unit")), Fact("invoices", "", Count(7, "invoice"))),
            ),
        ),
        Panel(
            "If we do it right, 20 years",
            (
                (Fact("projected_value", "present value", usd("1145461.25")),),
                (
                    (
                        Ratio(Decimal("0.05")),
                        " growth · ",
                        Ratio(Decimal("0.05")),
                        " better margin · ",
                        Ratio(Decimal("0.03")),
                        " discount",
                    ),
                ),
            ),
        ),
        Panel("Last 12 months", ((Fact("revenue_12_months", "revenue", usd("273726.08")),),)),
        Panel(
            "Worth an hour",
            (
                (Fact("value_per_working_hour", "", usd("27.54", "exact"), per="working hour"),),
                (("a visit a quarter returns ", Ratio(Decimal(46), "times")),),
                (Fact("probability_alive", "likely still buying", Unknown("no model was fitted")),),
            ),
        ),
        Note(
            (
                Strong("A frown here costs "),
                Strong(usd("1145461.25", "short")),
                Strong("."),
                " That is ",
                usd("500"),
                " of profit a week walking out of the door, and what it would grow to in 20 years.",
            ),
            "warning",
        ),
        Note((Strong("Last purchase"), "  ", Date(dt.date(2026, 9, 21)))),
        Note(("AdventureWorks, Dec 23, 2023 to Nov 22, 2026",), "quiet"),
    ),
    actions=(
        Action("clv", "Why these figures?", {"customer": "31", "view": "why"}),
        Action("top", "The ten best"),
    ),
)

TOP = Reply(
    headline=("Your 3 best customers", "  ·  ", usd("4193129.00", "short")),
    parts=(
        Note(("8.2 % of what 221 customers come to",), "quiet"),
        *(
            Item(
                (f"{number}  ", Strong(name)),
                ("owner ", Mention("Anna van der Merwe")),
                (
                    Fact("projected_value", "present value", usd(worth)),
                    Fact("value_per_working_hour", "", usd("35.22", "exact"), per="working hour"),
                    Fact("visit_return", "visit return", Ratio(Decimal(59), "times")),
                ),
                (Action("clv", "Show", {"customer": str(number)}),),
            )
            for number, (name, worth) in enumerate(
                (("Field Trip Store", "1465117"), ("Top Sports Supply", "1396291"), ("漢字自転車", "1331721")), 1
            )
        ),
        Note(("The rest: ", Code("/top 20"), "."), "quiet"),
    ),
    actions=(Action("top", "Twenty", {"count": "20"}),),
)

CANDIDATES = Reply(
    headline=("Which “twin” do you mean?",),
    parts=tuple(
        Item((Strong("Twin Wheels"),), (place,), actions=(Action("clv", "Show", {"customer": str(at)}),))
        for at, place in enumerate(("Boston, Massachusetts", "Austin, Texas"))
    ),
)

NEGLECTED = Reply(
    headline=("Nobody has been to see them",),
    parts=tuple(
        Item(
            (Strong(name), "  ·  ", usd(worth)),
            ("71 days since the last touch, due every 30 days",),
            actions=(Action("visit", "Log a visit", style="primary"), Action("snooze", "Snooze", style="danger")),
        )
        for name, worth in (("Brakes and Gears", "131000"), ("Vigorous Exercise Company", "188500"))
    ),
)

WHY = Reply(
    headline=("Why these figures? ", "Metropolitan Bicycle Supply"),
    parts=(
        Table(
            (Column("what"), Column("how many", "right"), Column("amount", "right")),
            (
                (Text("goods invoiced"), Count(257, "line"), usd("482382.01", "exact")),
                (Text("goods credited, each with the invoice that it takes back"), Count(1, "line"), usd("-100")),
                (Strong("revenue"), Text(""), Strong(usd("482282.01", "exact"))),
            ),
            caption="Revenue, USD",
        ),
    ),
    actions=(Action("clv", "The card", {"customer": "31"}),),
)

# A field of every kind.
FORM = Form(
    command="visit",
    title="Log a visit to Acme",
    fields=(
        Field("subject", "What about", initial="Prices", hint="A few words"),
        Field("note", "Note", "long", initial="First line\nsecond line", required=False),
        Field("hours", "Hours", "number", initial="1.5"),
        Field(
            *("zone", "Where", "choice"),
            initial="nl",
            options=(Option("za", "Johannesburg", "UTC+2"), Option("nl", "Amsterdam")),
        ),
        Field("by", "Who went", "person", initial="U01ALICE"),
        Field("customer", "Customer", "customer", initial="31", options=(Option("31", "Acme"),)),
        Field("day", "Day", "date", initial="2026-11-22"),
    ),
    values={"visit": "7"},
    intro=(Note(("Only what you saw yourself.",)), Note(("Two visits are already logged.",), "warning")),
)
VISIT = Reply(headline=("A visit to Acme",), form=FORM, parts=(Note(("Acme, to Nov 22, 2026",), "quiet"),))


def lines(reply: Reply, width: int = 80, *, large: bool = False) -> list[str]:
    """The card as plain lines."""
    return [line.plain for line in card(reply, Screen(width, large))]


def written(reply: Reply, **console: Any) -> str:
    """What `draw` writes on a console."""
    from bot.terminal import draw

    file = StringIO()
    draw(reply, Console(file=file, **console))
    return file.getvalue()


COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# What a terminal obeys, or what changes how a line is read or measured.
NASTY = (
    "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "a\rb\nc\td\x0be\x0cf\x85g\u2028h\u2029i",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "\u200b\u200e\u200f\ufeff\u00ad",
    "Z\u0337\u0322\u031b\u0321\u0353\u032b\u0324",
    "\u0301first",
    "漢字" * 40,
    "👨\u200d👩\u200d👧 👍🏽 ❤\ufe0f 🇿🇦",
    "\ud800 \udfff",
    "می\u200cخواهم नमस्ते का",
    "[bold red]markup[/] :smile: <!channel> *x* `y`",
    "\ue000\uffff\U000e0041\U0010ffff",
    "x" * 10_000,
    "- " * 5_000,
    "",
    " ",
    "·",
)
words = st.one_of(st.sampled_from(NASTY), st.text(st.characters(), max_size=60))
numbers = st.decimals(-(10**15), 10**15, places=2)
values = st.one_of(
    st.builds(
        Money, numbers, st.sampled_from(("USD", "ZAR", "JPY", "KWD")), st.sampled_from(("short", "whole", "exact"))
    ),
    st.builds(Count, st.one_of(st.integers(0, 10**9), numbers), words, words),
    st.builds(Ratio, numbers, st.sampled_from(("percent", "times"))),
    st.builds(Date, st.dates()),
    st.builds(Text, words),
    st.builds(Unknown, words),
)
inlines = st.one_of(
    words, values, st.builds(Strong, st.one_of(words, values)), st.builds(Code, words), st.builds(Mention, words)
)
sentences = st.lists(inlines, max_size=5).map(tuple)
facts = st.builds(Fact, words, words, values, st.none() | values, st.none() | values, words, words)
actions = st.builds(
    Action,
    words,
    words,
    st.dictionaries(words, words, max_size=2),
    st.sampled_from(("plain", "primary", "danger")),
    words,
)
panels = st.builds(
    Panel, words, st.lists(st.lists(st.one_of(facts, sentences), max_size=3).map(tuple), max_size=4).map(tuple)
)
notes = st.builds(Note, sentences, st.sampled_from(("plain", "quiet", "good", "warning")))
items = st.builds(
    Item, sentences, sentences, st.lists(facts, max_size=3).map(tuple), st.lists(actions, max_size=3).map(tuple)
)
cells = st.one_of(values, st.builds(Strong, st.one_of(words, values)))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.builds(Column, words, st.sampled_from(("left", "right"))), max_size=4))
    rows = draw(st.lists(st.tuples(*(cells for _ in columns)), max_size=4))
    return Table(tuple(columns), tuple(rows), draw(words))


form_fields = st.builds(
    Field,
    st.integers(0, 99).map("f{}".format),
    words,
    st.sampled_from(("text", "long", "number", "choice", "person", "customer", "date")),
    st.booleans(),
    words,
    st.lists(st.builds(Option, st.integers().map(str), words, words), min_size=1, max_size=3).map(tuple),
    words,
)
forms = st.builds(
    Form,
    st.just("visit"),
    words,
    st.lists(form_fields, max_size=5, unique_by=lambda field: field.name).map(tuple),
    st.dictionaries(st.just("visit"), st.integers().map(str)),
    words,
    st.lists(notes, max_size=2).map(tuple),
)
replies = st.builds(
    Reply,
    headline=sentences,
    summary=sentences,
    parts=st.lists(st.one_of(panels, notes, items, tables()), max_size=6).map(tuple),
    actions=st.lists(actions, max_size=4).map(tuple),
    facts=st.lists(facts, max_size=3).map(tuple),
    form=st.none() | forms,
)
