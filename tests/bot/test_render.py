"""A Reply as Slack's payload: what stands where, and that Slack accepts it whatever it holds."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings

from bot.render import home, payload
from commands._reply import (
    Action,
    Code,
    Column,
    Count,
    Date,
    Fact,
    Form,
    Item,
    Mention,
    Money,
    Note,
    Panel,
    Reply,
    Strong,
    Table,
    Text,
    Unknown,
)
from tests.bot.hostile import replies
from tests.bot.slack_accepts import faults, spaced, texts
from tests.slack.block_kit import check_view

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
    assert spaced(small_print["elements"][0]["text"]) == "Complete to today · only you can see this"
    assert drawn["text"] == "Metropolitan Bicycle Supply: lifetime value $3.05M."
    assert faults(drawn) == []


def test_the_asker_alone_sees_an_answer_unless_it_is_meant_for_the_channel() -> None:
    assert payload(CARD)["response_type"] == "ephemeral"
    assert payload(Reply(("x",), audience="channel"))["response_type"] == "in_channel"


def small_print(**how: Any) -> str:
    return spaced(payload(CARD, **how)["blocks"][-1]["elements"][0]["text"])


def test_the_small_print_ends_in_who_can_see_the_answer() -> None:
    assert small_print() == "Complete to today · only you can see this"
    assert small_print(seen_by="dm") == "Complete to today"
    assert small_print(seen_by="channel") == "Complete to today"
    assert small_print(seen_by="channel", shared_by="U02ANNA") == "Complete to today\nshared by <@U02ANNA>"


def test_a_channel_and_a_conversation_with_melktert_keep_the_message() -> None:
    assert payload(CARD, seen_by="asker")["response_type"] == "ephemeral"
    assert payload(CARD, seen_by="dm")["response_type"] == "in_channel"
    assert payload(CARD, seen_by="channel")["response_type"] == "in_channel"


def test_who_shared_an_answer_is_said_where_it_has_no_small_print_too() -> None:
    drawn = payload(Reply(("x",)), seen_by="channel", shared_by="U02ANNA")
    assert drawn["blocks"][-1]["elements"][0]["text"] == "shared by <@U02ANNA>"
    assert faults(drawn) == []


def test_a_home_tab_holds_more_than_a_message_and_slack_accepts_it() -> None:
    table = Table((Column("what"), Column("how much", "right")), ((Text("goods"), usd("1")),))
    items = tuple(Item((f"Customer {n}",), actions=(Action("clv", "Show", {"customer": str(n)}),)) for n in range(70))
    view = home(Reply(("Your day",), parts=(*items, table)))
    assert check_view(view, "home") == []
    assert sum(block["block_id"].startswith("entry-") for block in view["blocks"]) == 70
    assert (
        view["blocks"][1]["accessory"]["action_id"]
        == payload(Reply(("x",), parts=items))["blocks"][1]["accessory"]["action_id"]
    )


def test_a_form_in_a_message_is_told_by_its_title() -> None:
    assert payload(Reply((), form=Form("settings", "Change the rates", ())))["text"] == "Change the rates"


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


@given(replies)
@example(Reply((), ("Acme " * 700,)))
@settings(max_examples=100, deadline=None)
def test_slack_accepts_every_reply_and_obeys_nothing_in_it(reply: Reply) -> None:
    drawn = payload(reply)
    assert faults(drawn) == []
    assert json.dumps(payload(reply)) == json.dumps(drawn)
