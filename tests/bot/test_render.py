"""A Reply as Slack's payload: what stands where, and that Slack accepts it whatever it holds."""

import datetime as dt
import html
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import limits
from bot.buttons import pressed
from bot.render import payload
from commands._reply import (
    Action,
    Code,
    Column,
    Count,
    Date,
    Fact,
    Invalid,
    Item,
    Mention,
    Money,
    Note,
    Panel,
    Ratio,
    Reply,
    Strong,
    Table,
    Text,
    Unknown,
)
from tests.bot.slack_accepts import elements, faults, texts

WHO = Mention("Thandi Nkosi", "U01ALICE")


def usd(amount: str, style: Any = "whole") -> Money:
    return Money(Decimal(amount), "USD", style)


CARD = Reply(
    headline=("Metropolitan Bicycle Supply", "  ·  ", usd("3049220", "short")),
    summary=("Metropolitan Bicycle Supply: lifetime value ", usd("3049220", "short"), "."),
    parts=(
        Note((Strong("Retain"), "  ·  owner ", WHO), "quiet"),
        Panel(
            "So far",
            (
                (Fact("revenue", "revenue", usd("1284300")),),
                (Fact("units", "", Count(2113, "unit")), Fact("invoices", "", Count(12, "invoice"))),
            ),
        ),
        Panel("Worth an hour", ((("about ", usd("7000")),),)),
        Note((Strong("A frown here costs $2.9M."), " Go and see them."), "warning"),
        Note((Strong("Last purchase"), "  ", Date(dt.date(2026, 5, 4)))),
        Note((Strong("Open"), "  promised by ", WHO)),
        Note(("Complete to today",), "quiet"),
    ),
    actions=(
        Action("clv", "Why these figures?", {"customer": "31", "view": "why"}, "primary"),
        Action("top", "The ten best"),
        Action("forget", "Forget", {"customer": "31"}, "danger", confirm="Forget this customer?"),
    ),
)


def test_a_card_reads_from_the_headline_to_the_small_print() -> None:
    drawn = payload(CARD)
    assert [block["type"] for block in drawn["blocks"]] == [
        "header",
        "context",
        "section",
        "section",
        "section",
        "actions",
        "context",
    ]
    header, who, panels, frown, lines, actions, small_print = drawn["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "Metropolitan Bicycle Supply  ·  $3.05M", "emoji": False}
    assert [spaced(element["text"]) for element in who["elements"]] == ["*Retain* · owner <@U01ALICE>"]
    assert [spaced(field["text"]) for field in panels["fields"]] == [
        "*So far*\n$1,284,300 revenue\n2,113 units · 12 invoices",
        "*Worth an hour*\nabout $7,000",
    ]
    assert frown["text"]["text"] == ":warning:  *A frown here costs $2.9M.* Go and see them."
    assert lines["text"]["text"] == "*Last purchase*  May 4, 2026\n*Open*  promised by <@U01ALICE>"
    assert [button["text"]["text"] for button in actions["elements"]] == [
        "Why these figures?",
        "The ten best",
        "Forget",
    ]
    assert [button.get("style") for button in actions["elements"]] == ["primary", None, "danger"]
    assert actions["elements"][2]["confirm"]["text"]["text"] == "Forget this customer?"
    assert small_print["elements"][0]["text"] == "Complete to today"
    assert drawn["text"] == "Metropolitan Bicycle Supply: lifetime value $3.05M."
    assert faults(drawn) == []


def test_the_asker_alone_sees_an_answer_unless_it_is_meant_for_the_channel() -> None:
    assert payload(CARD)["response_type"] == "ephemeral"
    assert payload(Reply(("x",), audience="channel"))["response_type"] == "in_channel"


def test_the_figures_are_written_in_the_readers_own_way() -> None:
    assert "1.284.300" in str(payload(CARD, "de_DE"))


def test_a_reply_with_nothing_in_it_says_so() -> None:
    drawn = payload(Reply(("",)))
    assert drawn["text"] == "There is nothing to show."
    assert list(texts(drawn["blocks"])) == ["There is nothing to show."]
    assert faults(drawn) == []


def test_without_a_summary_a_notification_says_the_headline() -> None:
    assert payload(Reply(("No customer is called “<Ax>”",)))["text"] == "No customer is called “&lt;Ax&gt;”"


@pytest.mark.parametrize("name", ["<!channel>", "<@U1>", "*x*", "> x", ":tada:", "`x`", "a\u202eb\nc", "x" * 10_000])
def test_a_hostile_name_is_harmless_wherever_it_stands(name: str) -> None:
    drawn = payload(
        Reply(
            headline=(name, "  ·  ", usd("7000")),
            summary=(name,),
            parts=(
                Note((name,), "quiet"),
                Panel(name, ((Fact("x", name, Text(name)),), ((Strong(name),),))),
                Note((name,), "warning"),
                Item((name,), (name,), (Fact("x", name, Unknown(name)),), (Action("clv", name, {"name": name}),)),
                Table((Column(name), Column(name, "right")), ((Text(name), Strong(name)),), name),
                Note((Mention(name), " ", Code(name)), "quiet"),
            ),
            actions=(Action("clv", name, {"name": name}, confirm=name),),
        )
    )
    assert faults(drawn) == []
    assert drawn["blocks"][0]["text"]["text"].endswith("·  $7,000")


# --- lists ----------------------------------------------------------------------------------------------------------


def ranking(length: int) -> Reply:
    items = tuple(
        Item(
            (f"{n}  ", Strong(f"Customer {n}"), "  ·  ", usd("1000000")),
            ("$28 a working hour  ·  a visit a quarter returns 41×",),
            actions=(Action("clv", "Show", {"customer": str(n)}),),
        )
        for n in range(1, length + 1)
    )
    return Reply(("The best",), parts=(*items, Note(("That is half of all.",)), Note(("only you",), "quiet")))


def test_an_entry_of_a_list_has_its_button_beside_it() -> None:
    entry = payload(ranking(2))["blocks"][1]
    assert spaced(entry["text"]["text"]) == (
        "1  *Customer 1* · $1,000,000\n$28 a working hour · a visit a quarter returns 41×"
    )
    assert entry["accessory"]["text"]["text"] == "Show"


def test_a_title_without_a_strong_part_is_bold_as_a_whole() -> None:
    drawn = payload(Reply(("x",), parts=(Item(("Acme",), ("Berlin",), (Fact("a", "revenue", usd("5000")),)),)))
    assert drawn["blocks"][1]["text"]["text"] == "*Acme*\n$5,000 revenue\nBerlin"


def test_a_list_too_long_for_one_message_is_cut_in_its_place_and_says_by_how_many() -> None:
    drawn = payload(ranking(3_000))
    entries = [block for block in drawn["blocks"] if "accessory" in block]
    after = drawn["blocks"][1 + len(entries) :]
    assert len(entries) >= 25
    assert [block["type"] for block in after] == ["context", "section", "context"]
    assert after[0]["elements"][0]["text"] == f"… and {3_000 - len(entries):,} more"
    assert after[1]["text"]["text"] == "That is half of all."
    assert faults(drawn) == []


def test_thirty_customers_fit_in_one_message() -> None:
    assert "more" not in str(payload(ranking(30)))


def test_the_rest_of_a_list_can_have_a_button() -> None:
    drawn = payload(ranking(60), rest=lambda shown: Action("top", "Next", {"from": str(shown)}))
    more = next(block for block in drawn["blocks"] if block["block_id"].startswith("more"))
    shown = sum("Show" in str(block) for block in drawn["blocks"])
    assert more["text"]["text"] == f"… and {60 - shown} more"
    assert pressed(more["accessory"]).values == {"from": str(shown)}
    assert faults(drawn) == []


def test_the_longest_list_is_cut_first() -> None:
    short = Reply(("x",), parts=(*(Item((f"first {n}",)) for n in range(3)), Note(("between",)), *ranking(80).parts))
    drawn = str(payload(short))
    assert all(f"first {n}" in drawn for n in range(3))


def test_whatever_else_does_not_fit_is_said_to_be_missing() -> None:
    drawn = payload(Reply(("x",), parts=tuple(Note((f"{n} " + "long " * 280,), "warning") for n in range(40))))
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and more, which does not fit in one message"
    assert faults(drawn) == []


def test_ten_panels_stand_in_a_section_and_the_eleventh_in_the_next() -> None:
    drawn = payload(Reply(("x",), parts=tuple(Panel(f"Panel {n}", ((("row",),),)) for n in range(11))))
    assert [len(block["fields"]) for block in drawn["blocks"][1:]] == [10, 1]


def test_a_panel_too_long_says_how_many_rows_are_missing() -> None:
    (_, section) = payload(Reply(("x",), parts=(Panel("Rows", tuple(((f"row {n}",),) for n in range(40))),)))["blocks"]
    lines = section["fields"][0]["text"].splitlines()
    assert lines[-1] == f"… and {40 - (len(lines) - 2)} more"


# --- buttons --------------------------------------------------------------------------------------------------------


def clicks(drawn: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What Slack would send for each thing that can be clicked, with & < > of a value escaped, as it does for some."""
    for element in elements(json.loads(json.dumps(drawn))):
        for option in element.pop("options", [None]):
            if option is None:
                yield {**element, "value": html.escape(element["value"], quote=False)}
            else:
                chosen = {**option, "value": html.escape(option["value"], quote=False)}
                yield {**element, "selected_option": chosen}


def test_several_actions_of_an_entry_are_a_menu() -> None:
    actions = (
        Action("visit", "Log a visit", {"customer": "31"}),
        Action("promise", "Make a promise", {"customer": "31"}),
    )
    menu = payload(Reply(("x",), parts=(Item(("Acme",), actions=actions),)))["blocks"][1]["accessory"]
    assert menu["type"] == "overflow"
    assert [option["text"]["text"] for option in menu["options"]] == ["Log a visit", "Make a promise"]


@pytest.mark.parametrize(
    "second",
    [
        Action("drop", "Drop", confirm="Really?"),
        Action("drop", "Drop", {"note": "x" * 200}),
        Action("visit", "Visit again", {"customer": "31"}),
    ],
    ids=["a confirmation of its own", "values too long for a menu", "the same values twice"],
)
def test_what_a_menu_cannot_hold_becomes_a_row_of_buttons(second: Action) -> None:
    actions = (Action("visit", "Visit", {"customer": "31"}), second)
    drawn = payload(Reply(("x",), parts=(Item(("Acme",), actions=actions),)))
    assert [element["text"]["text"] for element in drawn["blocks"][2]["elements"]] == [a.label for a in actions]
    assert faults(drawn) == []


def test_of_many_actions_four_are_buttons_five_a_menu_and_the_others_are_counted() -> None:
    drawn = payload(Reply(("x",), actions=tuple(Action("clv", f"Show {n}", {"n": str(n)}) for n in range(12))))
    assert len(list(clicks(drawn))) == 9
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and 3 more actions"


def test_an_action_that_slack_cannot_carry_is_left_out_and_counted() -> None:
    drawn = payload(Reply(("x",), actions=(Action("clv", "Show", {"name": "x" * 3_000}), Action("top", "Best"))))
    assert [pressed(click).command for click in clicks(drawn)] == ["top"]
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and 1 more action"


def test_only_one_button_is_the_primary_one() -> None:
    actions = tuple(Action("clv", f"Show {n}", style="primary") for n in range(3))
    item = Item(("Acme",), actions=(Action("clv", "Open", style="primary"),))
    assert [element.get("style") for element in elements(payload(Reply(("x",), parts=(item,), actions=actions)))] == [
        None,
        "primary",
        None,
        None,
    ]


@pytest.mark.parametrize(
    "element",
    [
        {"type": "button", "action_id": "clv", "value": "{}"},
        {"type": "button", "action_id": "clv:card.1", "value": "c_31"},
        {"type": "button", "action_id": "clv:card.1", "value": "[]"},
        {"type": "button", "action_id": "clv:card.1"},
        {"type": "overflow", "action_id": "menu:1", "selected_option": {"value": "v"}},
        {"type": "overflow", "action_id": "menu:1", "selected_option": None},
        {"type": "datepicker"},
        {},
    ],
)
def test_a_button_that_is_not_ours_is_refused_with_what_to_do(element: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Type the command again"):
        pressed(element)


# --- tables ---------------------------------------------------------------------------------------------------------

COLUMNS = (Column("what"), Column("how many", "right"), Column("amount", "right"))


def table(caption: str, rows: int = 1) -> Table:
    lines = tuple((Text(f"goods {n}"), Count(12, "line"), usd("1284300.17", "exact")) for n in range(rows))
    return Table(COLUMNS, (*lines, (Strong("total"), Text(""), Strong(usd("5.17", "exact")))), caption)


def spaced(text: str) -> str:
    """The text with ordinary blanks, where only the line breaks differ."""
    return text.replace("\u00a0", " ")


def cells(block: dict[str, Any]) -> list[list[str]]:
    return [["".join(texts(cell)) for cell in row] for row in block["rows"]]


def test_tables_that_follow_each_other_are_one_of_slacks() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue"), table("Profit"))))
    assert cells(drawn["blocks"][1]) == [
        ["Revenue", "how many", "amount"],
        ["goods 0", "12 lines", "$1,284,300.17"],
        ["total", " ", "$5.17"],
        ["Profit", "how many", "amount"],
        ["goods 0", "12 lines", "$1,284,300.17"],
        ["total", " ", "$5.17"],
    ]
    assert [setting["align"] for setting in drawn["blocks"][1]["column_settings"]] == ["left", "right", "right"]
    assert faults(drawn) == []


def test_a_name_in_a_table_is_plain_text() -> None:
    drawn = payload(Reply(("x",), parts=(Table((Column("who"),), ((Text("<*Acme*> & :tada:"),),)),)))
    assert cells(drawn["blocks"][1]) == [["who"], ["<*Acme*> & :tada:"]]


def test_tables_that_stand_apart_are_aligned_monospace_since_slack_takes_only_one() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue"), Note(("between",)), table("Profit & <loss>"))))
    assert [block["type"] for block in drawn["blocks"]] == ["header", "section", "section", "section"]
    assert drawn["blocks"][3]["text"]["text"] == (
        "*Profit &amp; &lt;loss&gt;*\n"
        "```\n"
        "what     how many         amount\n"
        "goods 0  12 lines  $1,284,300.17\n"
        "total                      $5.17\n"
        "```"
    )
    assert faults(drawn) == []


def test_a_table_too_long_says_how_many_rows_are_missing() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue", rows=2_000),)))
    text = drawn["blocks"][1]["text"]["text"]
    shown = text.count("goods")
    assert text.endswith(f"… and {2_001 - shown:,} more rows")
    assert shown > 50
    assert faults(drawn) == []


# --- whatever it holds ----------------------------------------------------------------------------------------------

words = st.one_of(
    st.text(st.characters(codec=None), max_size=30),
    st.text(st.sampled_from("*_~`:<>&@#!| \n\u202e\u2066\u200bא👍🏽🇿🇦\ud800\x00\"\\'"), max_size=20),
    st.sampled_from(["<!channel>", "<@U01ALICE>", "> x", "&amp;", ":tada:", "```", "*b* _i_ ~s~ `c`", "\u0301" * 300]),
    st.builds(
        lambda text, times: text * times,
        st.sampled_from(["Acme ", "<", "&", "*", "é", "🇿🇦", "\\"]),
        st.integers(1, 5_000),
    ),
)
numbers = st.decimals(-(10**15), 10**15, places=2)
values = st.one_of(
    st.builds(
        Money, numbers, st.sampled_from(["USD", "EUR", "JPY", "ZAR"]), st.sampled_from(["short", "whole", "exact"])
    ),
    st.builds(Count, st.integers(-(10**12), 10**12), words),
    st.builds(Ratio, numbers, st.sampled_from(["percent", "times"])),
    st.dates().map(Date),
    words.map(Text),
    words.map(Unknown),
)
inlines = st.one_of(
    words, values, words.map(Strong), values.map(Strong), words.map(Code), st.builds(Mention, words, st.none() | words)
)
sentences = st.lists(inlines, max_size=4).map(tuple)
facts = st.builds(Fact, words, words, values, st.none() | values, st.none() | values, words, words)
actions = st.builds(
    Action,
    st.sampled_from(["clv", "top"]) | words,
    words,
    st.dictionaries(words, words, max_size=2),
    st.sampled_from(["plain", "primary", "danger"]),
    st.just("") | words,
)
parts = st.one_of(
    st.builds(Panel, words, st.lists(st.lists(facts | sentences, max_size=3).map(tuple), max_size=4).map(tuple)),
    st.builds(Note, sentences, st.sampled_from(["plain", "quiet", "good", "warning"])),
    st.builds(
        Table,
        st.lists(st.builds(Column, words, st.sampled_from(["left", "right"])), max_size=4).map(tuple),
        st.lists(st.lists(values | words.map(Strong), max_size=4).map(tuple), max_size=4).map(tuple),
        words,
    ),
    st.builds(
        Item, sentences, sentences, st.lists(facts, max_size=2).map(tuple), st.lists(actions, max_size=7).map(tuple)
    ),
)
runs = st.builds(lambda part, times: [part] * times, parts, st.sampled_from([1, 1, 1, 2, 12, 60]))
replies = st.builds(
    Reply,
    sentences,
    sentences,
    st.lists(runs, max_size=5).map(lambda found: tuple(part for run in found for part in run)),
    st.lists(actions, max_size=12).map(tuple),
    audience=st.sampled_from(["asker", "channel"]),
)


@given(replies)
@example(Reply((), ("Acme " * 700,)))
@settings(max_examples=200, deadline=None)
def test_slack_accepts_every_reply_and_obeys_nothing_in_it(reply: Reply) -> None:
    drawn = payload(reply)
    assert faults(drawn) == []
    assert json.dumps(payload(reply)) == json.dumps(drawn)


@given(st.lists(actions, max_size=12).map(tuple))
@settings(deadline=None)
def test_what_is_pressed_comes_back_as_the_action_that_was_drawn(some: tuple[Action, ...]) -> None:
    drawn = payload(Reply(("x",), parts=(Item(("x",), actions=some[:5]),), actions=some))
    presses = [(press.command, dict(press.values)) for press in map(pressed, clicks(drawn))]
    possible = [(action.command, dict(action.values)) for action in some]
    assert all(press in possible for press in presses)
    left_out = sum(
        int("".join(filter(str.isdigit, text))) for text in texts(drawn["blocks"]) if text.startswith("… and ")
    )
    assert len(presses) + left_out == len(some[:5]) + len(some)


@given(st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_every_entry_is_drawn_or_counted(first: int, second: int) -> None:
    one = [Item((f"entry {n}",)) for n in range(first)]
    other = [Item((f"entry {n}",)) for n in range(second)]
    drawn = payload(Reply(("x",), parts=(*one, Note(("between",)), *other)))
    found = list(texts(drawn["blocks"]))
    counted = sum(int(text.split()[2]) for text in found if text.startswith("… and "))
    assert sum(text.startswith("*entry") for text in found) + counted == first + second
    assert len(drawn["blocks"]) <= limits.MESSAGE_BLOCKS
