"""A Reply as data for other programs."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.json_reply import as_data, as_json, dump
from commands._reply import Action, Count, Date, Fact, Money, Panel, Ratio, Reply, Text, Unknown, Value
from tests.bot.cards import CLV, TOP, VISIT, WHY, replies, usd


def fact(value: Value, **more: object) -> dict[str, object]:
    data = as_data(Reply(headline=(), facts=(Fact("key", "label", value, **more),)))["facts"]["key"]
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("value", "number", "unit", "currency"),
    [
        (usd("482282.01"), Decimal("482282.01"), "money", "USD"),
        (Count(1154, "unit"), 1154, "units", None),
        (Count(Decimal("1.5"), "company", "companies"), Decimal("1.5"), "companies", None),
        (Count(7), 7, "count", None),
        (Ratio(Decimal("0.05")), Decimal("0.05"), "ratio", None),
        (Ratio(Decimal(46), "times"), Decimal(46), "times", None),
        (Date(dt.date(2026, 5, 31)), "2026-05-31", "date", None),
        (Text("Acme <& Co"), "Acme <& Co", "text", None),
    ],
)
def test_a_figure_has_its_value_unit_and_currency(
    value: Value, number: object, unit: str, currency: str | None
) -> None:
    data = fact(value)
    assert (data["value"], data["unit"], data["currency"]) == (number, unit, currency)
    assert "unknown" not in data


def test_an_unknown_figure_is_null_with_its_reason_and_never_a_zero() -> None:
    data = fact(Unknown("nothing was bought"), per="working hour")
    assert data["value"] is None
    assert data["unit"] is None
    assert data["unknown"] == "nothing was bought"


def test_a_figure_per_hour_says_so_in_its_unit() -> None:
    assert fact(usd("27.54"), per="working hour")["unit"] == "money/working hour"


def test_an_interval_and_its_basis_are_numbers_and_words() -> None:
    data = fact(usd("214000"), low=usd("150000"), high=usd("290000.50"), basis="80 %")
    assert (data["low"], data["high"], data["basis"]) == (Decimal(150000), Decimal("290000.50"), "80 %")


def test_a_panels_facts_and_the_replys_own_are_found_by_key() -> None:
    data = as_data(CLV)
    assert data["facts"]["revenue"]["value"] == Decimal("482282.01")
    assert data["facts"]["units"]["value"] == 1154
    assert data["headline"] == "Metropolitan Bicycle Supply  ·  $1.19M"


def test_items_tables_notes_and_actions_are_all_there() -> None:
    assert [item["facts"]["projected_value"]["value"] for item in as_data(TOP)["items"]] == [1465117, 1396291, 1331721]
    assert as_data(TOP)["items"][0]["actions"][0]["values"] == {"customer": "1"}
    assert as_data(WHY)["tables"][0]["rows"][0][2]["value"] == Decimal("482382.01")
    assert as_data(CLV)["notes"][1]["tone"] == "warning"
    assert [action["label"] for action in as_data(CLV)["actions"]] == ["Why these figures?", "The ten best"]
    assert as_data(CLV)["panels"][0] == {
        "title": "So far",
        "rows": [["revenue"], ["gross_profit"], ["units", "invoices"]],
    }


def test_a_form_is_there_with_its_fields_and_what_stands_in_them() -> None:
    form = as_data(VISIT)["form"]
    assert [(field["name"], field["kind"], field["initial"]) for field in form["fields"]][2:4] == [
        ("hours", "number", "1.5"),
        ("zone", "choice", "nl"),
    ]
    assert form["fields"][3]["options"][0] == {"value": "za", "label": "Johannesburg", "hint": "UTC+2"}
    assert (form["command"], form["values"]) == ("visit", {"visit": "7"})
    assert as_data(CLV)["form"] is None


def test_an_action_says_whether_it_opens_a_form_and_a_reply_how_it_is_asked_for_again() -> None:
    reply = Reply(
        (), actions=(Action("visit", "Log a visit…", opens_form=True),), again=Action("top", "", {"count": "5"})
    )
    assert as_data(reply)["actions"][0]["opens_form"] is True
    assert as_data(reply)["again"]["values"] == {"count": "5"}


def test_a_decimal_is_written_to_its_last_digit() -> None:
    assert '"value": 482282.01,' in as_json(CLV)
    assert dump(Decimal("1E+3")) == "1000"
    assert dump(Decimal("0.10")) == "0.10"
    assert dump(Decimal("12345678901234567890.01")) == "12345678901234567890.01"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_read_back_is_the_same_number(number: Decimal) -> None:
    assert json.loads(dump(number), parse_float=Decimal, parse_int=Decimal) == number


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_what_is_no_number_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|compliant"):
        dump(number)


@settings(max_examples=100, deadline=None)
@given(replies)
def test_any_reply_is_json_that_says_the_same_again(reply: Reply) -> None:
    text = as_json(reply)
    assert text.isascii()
    assert json.loads(text, parse_float=Decimal) == as_data(reply)


def test_the_first_of_two_figures_of_one_key_counts() -> None:
    panel = Panel("p", ((Fact("k", "", Money(Decimal(1), "USD")),),))
    assert as_data(Reply(headline=(), parts=(panel,), facts=(Fact("k", "", Count(2)),)))["facts"]["k"]["value"] == 1


def test_nothing_is_still_data() -> None:
    assert json.loads(as_json(Reply(headline=())))["facts"] == {}
