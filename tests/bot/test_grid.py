"""Tables as Slack draws them best."""

from decimal import Decimal
from typing import Any

from bot.render import payload
from commands._reply import (
    Column,
    Count,
    Money,
    Note,
    Reply,
    Strong,
    Table,
    Text,
)
from tests.bot.slack_accepts import faults, texts


def usd(amount: str, style: Any = "whole") -> Money:
    return Money(Decimal(amount), "USD", style)


COLUMNS = (Column("what"), Column("how many", "right"), Column("amount", "right"))


def table(caption: str, rows: int = 1) -> Table:
    lines = tuple((Text(f"goods {n}"), Count(12, "line"), usd("1284300.17", "exact")) for n in range(rows))
    return Table(COLUMNS, (*lines, (Strong("total"), Text(""), Strong(usd("5.17", "exact")))), caption)


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


def test_tables_of_other_columns_that_follow_each_other_are_one_in_two_columns() -> None:
    counted = Table((Column("what"), Column("in all", "right")), ((Text("invoices"), Count(12)),), "Counted")
    how = Table(COLUMNS, ((Strong("sum"), Text("× 44.07"), Strong(usd("5.17", "exact"))),), "How")
    drawn = payload(Reply(("x",), parts=(table("Revenue"), counted, how)))
    assert cells(drawn["blocks"][1]) == [
        ["Revenue", "amount"],
        ["goods 0 · 12 lines", "$1,284,300.17"],
        ["total", "$5.17"],
        ["Counted", "in all"],
        ["invoices", "12"],
        ["How", "amount"],
        ["sum × 44.07", "$5.17"],
    ]
    assert [setting["align"] for setting in drawn["blocks"][1]["column_settings"]] == ["left", "right"]
    assert faults(drawn) == []


def test_a_table_too_long_in_three_columns_is_drawn_in_two() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue", rows=25),)))
    assert cells(drawn["blocks"][1])[25:] == [["goods 24 · 12 lines", "$1,284,300.17"], ["total", "$5.17"]]
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


def test_a_table_too_long_for_slacks_own_is_aligned_monospace_with_every_row() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue", rows=50),)))
    assert drawn["blocks"][1]["text"]["text"].count("goods") == 50


def test_a_table_too_long_says_how_many_rows_are_missing() -> None:
    drawn = payload(Reply(("x",), parts=(table("Revenue", rows=2_000),)))
    text = drawn["blocks"][1]["text"]["text"]
    shown = text.count("goods")
    assert text.endswith(f"… and {2_001 - shown:,} more rows")
    assert shown > 50
    assert faults(drawn) == []
