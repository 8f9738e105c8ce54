"""What does not fit in one message is cut from the longest list, and every cut is said."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.buttons import Press, pressed
from bot.render import payload
from commands._reply import (
    Action,
    Fact,
    Item,
    Money,
    Note,
    Panel,
    Reply,
    Strong,
)
from tests.bot.slack_accepts import faults, spaced, texts


def usd(amount: str, style: Any = "whole") -> Money:
    return Money(Decimal(amount), "USD", style)


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


def shown_of(drawn: dict[str, Any]) -> list[str]:
    """The numbers of the entries that are drawn."""
    entries = [block for block in drawn["blocks"] if block["block_id"].startswith("entry-")]
    return [pressed(block["accessory"]).values["customer"] for block in entries]


def page_of(drawn: dict[str, Any]) -> Press | None:
    """What the button beside "… and 12 more" asks for."""
    (more,) = [block for block in drawn["blocks"] if block["block_id"].startswith("more-")]
    return pressed(more["accessory"]) if "accessory" in more else None


def test_a_list_that_can_be_asked_for_again_is_paged_until_its_end() -> None:
    whole, pages, after = ranking(100), [], 0
    while True:
        asked = {"count": "100"} | ({"after": str(after)} if after else {})
        drawn = payload(replace(whole, parts=whole.parts[after:], again=Action("top", "Again", asked)))
        assert faults(drawn) == []
        pages.append(shown_of(drawn))
        if not any(block["block_id"].startswith("more-") for block in drawn["blocks"]):
            break
        press = page_of(drawn)
        assert press is not None
        assert (press.command, press.values["count"]) == ("top", "100")
        assert int(press.values["after"]) > after
        after = int(press.values["after"])
    assert [number for page in pages for number in page] == [str(n) for n in range(1, 101)]
    assert len(pages) > 2


def test_a_list_whose_order_changes_goes_on_after_the_key_of_the_last_entry_drawn() -> None:
    entries = tuple(replace(part, key=f"key {at}") for at, part in enumerate(ranking(60).parts[:60], start=1))
    again = Action("people", "Again", {"after": "key 0"})
    drawn = payload(Reply(("x",), parts=(Item(("",)), *entries), again=again))
    press = page_of(drawn)
    assert press is not None
    assert press.values["after"] == f"key {shown_of(drawn)[-1]}"


def test_a_list_that_cannot_be_asked_for_again_says_only_how_many_are_not_shown() -> None:
    assert page_of(payload(ranking(60))) is None


def test_a_page_begins_at_the_start_where_somebody_made_nonsense_of_where_it_begins() -> None:
    for nonsense in ("", "-3", "٣", "1e3", "9" * 40):
        drawn = payload(replace(ranking(60), again=Action("top", "Again", {"after": nonsense})))
        press = page_of(drawn)
        assert press is not None
        assert press.values["after"] == str(len(shown_of(drawn)))


def test_of_two_lists_that_are_cut_the_page_of_the_first_brings_the_second_along() -> None:
    first, second = ranking(60).parts[:60], ranking(60).parts[:60]
    drawn = payload(Reply(("x",), parts=(*first, Note(("between",)), *second), again=Action("top", "Again")))
    marks = [block for block in drawn["blocks"] if block["block_id"].startswith("more-")]
    assert ["accessory" in mark for mark in marks] == [True, False]


def test_the_longest_list_is_cut_first() -> None:
    short = Reply(("x",), parts=(*(Item((f"first {n}",)) for n in range(3)), Note(("between",)), *ranking(80).parts))
    drawn = str(payload(short))
    assert all(f"first {n}" in drawn for n in range(3))


def test_a_list_keeps_an_entry_while_there_is_something_else_to_cut() -> None:
    items = tuple(Item((f"entry {n}",)) for n in range(1, 4))
    notes = tuple(Note(("long " * 280,), "warning") for _ in range(12))
    found = list(texts(payload(Reply(("x",), parts=(*items, *notes)))["blocks"]))
    assert found[1:3] == ["*entry 1*", "… and 2 more"]


def test_whatever_else_does_not_fit_is_said_to_be_missing() -> None:
    drawn = payload(Reply(("x",), parts=tuple(Note((f"{n} " + "long " * 280,), "warning") for n in range(40))))
    assert drawn["blocks"][-1]["elements"][0]["text"] == "… and more, which does not fit here"
    assert faults(drawn) == []


def test_ten_panels_stand_in_a_section_and_the_eleventh_in_the_next() -> None:
    drawn = payload(Reply(("x",), parts=tuple(Panel(f"Panel {n}", ((("row",),),)) for n in range(11))))
    assert [len(block["fields"]) for block in drawn["blocks"][1:]] == [10, 1]


def test_a_panel_too_long_says_how_many_rows_are_missing() -> None:
    (_, section) = payload(Reply(("x",), parts=(Panel("Rows", tuple(((f"row {n}",),) for n in range(40))),)))["blocks"]
    lines = section["text"]["text"].splitlines()
    assert lines[-1] == f"… and {40 - (len(lines) - 2)} more"
    wordy = payload(Reply(("x",), parts=(Panel("Rows", tuple((("long " * 39,),) for _ in range(12))),)))
    lines = wordy["blocks"][1]["text"]["text"].splitlines()
    assert lines[-1] == f"… and {12 - (len(lines) - 2)} more"
    assert faults(wordy) == []


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
