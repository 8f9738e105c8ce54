"""Forms as modals that Slack accepts, and what was filled in as a command and its values."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import forms, limits
from commands._reply import Action, Column, Field, Form, Invalid, Item, Note, Option, Reply, Table, Text
from tests.bot.cards import FORM
from tests.bot.cards import forms as some_forms
from tests.bot.hostile import replies, words
from tests.bot.slack_accepts import texts
from tests.slack.block_kit import check_view
from tests.slack.filling import starting_state


def shown(view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack sends it back when nobody has touched it."""
    assert check_view(view, "modal") == []
    copy = json.loads(json.dumps(view))
    return {**copy, "id": "V01", "state": {"values": starting_state(copy["blocks"])}}


def put(view: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The view with these values in its fields."""
    for name, value in given.items():
        view["state"]["values"][name][forms.FIELD] |= value
    return view


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


# --- drawing --------------------------------------------------------------------------------------------------------


def test_every_kind_of_field_is_drawn_with_what_it_begins_with() -> None:
    view = forms.view(FORM)
    assert check_view(view, "modal") == []
    assert [view[name]["text"] for name in ("title", "submit", "close")] == ["Log a visit to Acme", "Save", "Cancel"]
    assert [(name, block["element"]["type"], block.get("optional", False)) for name, block in inputs(view).items()] == [
        ("subject", "plain_text_input", False),
        ("note", "plain_text_input", True),
        ("hours", "plain_text_input", False),
        ("zone", "static_select", False),
        ("by", "users_select", False),
        ("customer", "external_select", False),
        ("day", "datepicker", False),
    ]
    fields = inputs(view)
    assert fields["subject"]["hint"]["text"] == "A few words"
    assert fields["zone"]["element"]["options"][0]["description"]["text"] == "UTC+2"
    assert fields["customer"]["element"]["initial_option"]["text"]["text"] == "Acme"


def test_a_form_begins_with_what_it_is_about() -> None:
    assert list(texts(forms.view(FORM)["blocks"]))[:2] == [
        "Only what you saw yourself.",
        ":warning:  Two visits are already logged.",
    ]


def test_the_same_form_is_the_same_view_so_that_what_was_filled_in_stays_when_it_is_drawn_again() -> None:
    assert forms.view(FORM) == forms.view(FORM)
    assert {block["element"]["action_id"] for block in inputs(forms.view(FORM)).values()} == {forms.FIELD}


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("Change the projection", "Change the projection"),
        ("Change the assumptions of Metropolitan", "Change the assumptions…"),
        ("x" * 30, "x" * 23 + "…"),
        ("Donaudampfschifffahrtsgesellschaft AG", "Donaudampfschifffahrtsg…"),
        ("An Donaudampfschifffahrtsgesellschaft", "An Donaudampfschifffahr…"),
        ("\u05d0" * 30, "\u2068" + "\u05d0" * 21 + "…\u2069"),
        ("👍🏽" * 30, "👍🏽" * 5 + "…"),
        ("", "Melktert"),
        ("\u202e\x00", "Melktert"),
    ],
)
def test_a_title_is_cut_after_a_word(title: str, drawn: str) -> None:
    assert forms.view(Form("x", title, (Field("a", "A"),)))["title"]["text"] == drawn


def test_several_people_go_out_and_come_back_as_their_ids() -> None:
    form = forms.view(Form("x", "X", (Field("there", "Who?", "people", initial="U012AB3CD nobody U012AB3CE"),)))
    (block,) = form["blocks"]
    assert block["element"]["initial_users"] == ["U012AB3CD", "U012AB3CE"]
    chosen = {"type": "multi_users_select", "selected_users": ["U1", "U2"]}
    filled = {**form, "state": {"values": {"there": {forms.FIELD: chosen}}}}
    assert forms.submitted(filled).values["there"] == "U1 U2"
    assert forms.again(filled, {})["blocks"][0]["element"]["initial_users"] == ["U1", "U2"]


def test_a_date_or_person_that_is_none_is_left_empty() -> None:
    view = forms.view(
        Form("x", "X", (Field("a", "A", "date", initial="soon"), Field("b", "B", "person", initial="Al")))
    )
    assert check_view(view, "modal") == []
    assert "initial_date" not in inputs(view)["a"]["element"]
    assert "initial_user" not in inputs(view)["b"]["element"]


def test_a_customer_without_a_known_name_is_kept_under_its_number() -> None:
    view = forms.view(Form("x", "X", (Field("customer", "Customer", "customer", initial="31"),)))
    assert forms.submitted(shown(view)).values == {"customer": "31"}


@pytest.mark.parametrize("value", ["", " ", "\x00", "a\u202eb", "x" * 151])
def test_a_customer_of_whom_slack_cannot_carry_the_number_is_left_empty(value: str) -> None:
    view = forms.view(Form("x", "X", (Field("customer", "Customer", "customer", initial=value),)))
    assert forms.submitted(shown(view)).values == {"customer": ""}


def test_a_hundred_and_one_options_are_a_menu_in_groups() -> None:
    many = tuple(Option(str(n), f"Rep {n}") for n in range(101))
    view = shown(forms.view(Form("x", "X", (Field("rep", "Rep", "choice", initial="100", options=many),))))
    groups = inputs(view)["rep"]["element"]["option_groups"]
    assert [(group["label"]["text"], len(group["options"])) for group in groups] == [
        ("1 to 100", 100),
        ("101 to 101", 1),
    ]
    assert forms.submitted(view).values == {"rep": "100"}


def test_a_form_that_carries_more_than_slack_keeps_is_refused_when_it_is_drawn() -> None:
    with pytest.raises(ValueError, match="of 3,000"):
        forms.view(Form("x", "X", (Field("a", "A"),), values={"text": "x" * limits.METADATA}))


def test_a_menu_of_nothing_is_refused_when_it_is_drawn() -> None:
    with pytest.raises(ValueError, match="rep has 0 options"):
        forms.view(Form("x", "X", (Field("rep", "Rep", "choice"),)))


def test_a_form_of_too_many_fields_is_refused_when_it_is_drawn() -> None:
    with pytest.raises(ValueError, match="101 blocks"):
        forms.view(Form("x", "X", tuple(Field(f"f{n}", "F") for n in range(101))))


def test_a_modal_that_waits_has_nothing_to_submit() -> None:
    view = forms.loading("Change the projection")
    assert check_view(view, "modal") == []
    assert "submit" not in view
    assert list(texts(view["blocks"])) == ["One moment …"]


def test_a_reply_in_a_modal_has_its_headline_its_parts_and_its_buttons() -> None:
    table = Table((Column("a"), Column("b", "right")), ((Text("x"), Text("1")),))
    reply = Reply(("Growth 5 % → 6 %",), parts=(Note(("701 customers scored anew.",)), table, Note(("x",), "quiet")))
    view = forms.told(Reply(reply.headline, parts=reply.parts, actions=(Action("settings", "All settings"),)))
    assert check_view(view, "modal") == []
    assert view["close"]["text"] == "Done"
    drawn = list(texts(view["blocks"]))
    assert drawn[:2] == ["Growth 5 % → 6 %", "701 customers scored anew."]
    assert "All settings" in drawn
    assert "only you can see this" not in str(view)


def test_a_list_in_a_modal_may_be_longer_than_in_a_message() -> None:
    view = forms.told(Reply(("x",), parts=tuple(Item((f"Customer {n}",)) for n in range(300))))
    assert check_view(view, "modal") == []
    assert 90 < len(view["blocks"]) <= limits.VIEW_BLOCKS


# --- reading --------------------------------------------------------------------------------------------------------


def test_what_is_submitted_is_the_forms_values_and_every_field_as_text() -> None:
    press = forms.submitted(shown(forms.view(FORM)))
    assert press.command == "visit"
    assert press.values == {
        "visit": "7",
        "subject": "Prices",
        "note": "First line\nsecond line",
        "hours": "1.5",
        "zone": "nl",
        "by": "U01ALICE",
        "customer": "31",
        "day": "2026-11-22",
    }


def test_a_field_that_was_left_empty_is_an_empty_text() -> None:
    view = shown(forms.view(FORM))
    put(view, note={"value": None}, zone={"selected_option": None}, by={"selected_user": None})
    values = forms.submitted(put(view, day={"selected_date": None})).values
    assert [values[name] for name in ("note", "zone", "by", "day")] == ["", "", "", ""]


def test_what_was_filled_in_wins_over_what_somebody_wrote_into_the_forms_own_values() -> None:
    view = shown(forms.view(FORM))
    view["private_metadata"] = json.dumps({"command": "visit", "values": {"hours": "900", "by": "U666"}})
    assert forms.submitted(view).values["hours"] == "1.5"
    del view["state"]["values"]["by"]
    assert forms.submitted(view).values["by"] == ""


@pytest.mark.parametrize(
    "metadata",
    [
        *(None, 7, {}, "", "x", "[]", "{}", "[" * 5_000),
        '{"command":"clv"}',
        '{"command":"","values":{}}',
        '{"command":"a b","values":{}}',
        '{"command":["clv"],"values":{}}',
        '{"command":"clv","values":[]}',
    ],
)
def test_a_form_that_is_not_ours_is_refused_with_what_to_do(metadata: Any) -> None:
    with pytest.raises(Invalid, match="Close it and open it again"):
        forms.submitted({"private_metadata": metadata, "blocks": [], "state": {"values": {}}})


things = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.sampled_from(["value", "values"]), inner),
    max_leaves=8,
)
pieces = dict.fromkeys(("state", "blocks"), things)


@given(
    st.fixed_dictionaries({}, optional={**pieces, "private_metadata": things | st.just('{"command":"x","values":{}}')})
)
@settings(deadline=None)
def test_whatever_comes_back_it_is_read_or_refused(view: dict[str, Any]) -> None:
    try:
        values = forms.submitted(view).values
    except Invalid:
        return
    assert all(isinstance(value, str) for value in values.values())
    assert set(forms.errors({"a": "Say how many."}, view).values()) <= {"Say how many."}


# --- what is wrong ---------------------------------------------------------------------------------------------------


def test_what_is_wrong_stands_beside_its_field() -> None:
    wrong = {"hours": "Say how many hours, such as 1.5.", "day": "Say a day that has been."}
    assert forms.errors(wrong, shown(forms.view(FORM))) == wrong


def test_what_is_wrong_with_no_field_of_the_form_stands_at_the_first() -> None:
    wrong = {"visit": "That visit is gone.", "subject": "Say what about.", "place": "Say where."}
    assert forms.errors(wrong, shown(forms.view(FORM))) == {"subject": "That visit is gone. Say what about. Say where."}


def test_a_form_without_fields_has_no_place_for_what_is_wrong() -> None:
    assert forms.errors({"a": "x"}, shown(forms.view(Form("x", "Sure?", ())))) == {}


def test_a_form_may_be_drawn_with_what_is_wrong_above_it() -> None:
    view = forms.view(FORM, errors={"hours": "Say how many hours, such as 1.5."})
    assert check_view(view, "modal") == []
    assert next(texts(view["blocks"])) == ":warning:  Say how many hours, such as 1.5."


def test_a_form_drawn_again_keeps_what_was_filled_in_and_says_what_is_wrong_once() -> None:
    view = put(shown(forms.view(FORM)), hours={"value": "lots"}, note={"value": None})
    put(view, zone={"selected_option": inputs(view)["zone"]["element"]["options"][0]})
    first = forms.again(view, {"hours": "Say how many hours."})
    second = forms.again(shown(first), {"hours": "Still no number."})
    assert list(texts(second["blocks"]))[:2] == [":warning:  Still no number.", "Only what you saw yourself."]
    press = forms.submitted(shown(second))
    assert press.command == "visit"
    assert (press.values["hours"], press.values["note"], press.values["zone"]) == ("lots", "", "za")
    assert press.values["visit"] == "7"


# --- suggestions -----------------------------------------------------------------------------------------------------


def test_somebody_types_into_a_field_that_suggests() -> None:
    view = shown(forms.view(FORM))
    asked = forms.asked({"view": view, "block_id": "customer", "action_id": forms.FIELD, "value": "acm"})
    assert (asked.command, asked.field, asked.typed, asked.values) == ("visit", "customer", "acm", {"visit": "7"})


@pytest.mark.parametrize(
    "payload", [{}, {"view": None}, {"view": {}, "block_id": "a", "value": "b"}, {"view": {"x": 1}}]
)
def test_typing_into_something_else_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        forms.asked(payload)


def test_suggestions_are_at_most_a_hundred_and_none_that_slack_cannot_carry() -> None:
    found = [
        Option("x" * 151, "long"),
        Option("", "none"),
        *(Option(str(n), f"Acme {n}", "Berlin") for n in range(150)),
    ]
    drawn = forms.options(found)
    assert len(drawn) == limits.SELECT_OPTIONS
    assert drawn[0] == {
        "text": {"type": "plain_text", "text": "Acme 0", "emoji": False},
        "value": "0",
        "description": {"type": "plain_text", "text": "Berlin", "emoji": False},
    }


# --- whatever they hold ----------------------------------------------------------------------------------------------


@given(some_forms, st.dictionaries(words, words, max_size=3))
@settings(max_examples=60, deadline=None)
def test_slack_accepts_every_form(form: Form, wrong: dict[str, str]) -> None:
    for view in (
        forms.view(form, errors=wrong),
        forms.again(shown(forms.view(form)), wrong),
        forms.loading(form.title),
    ):
        json.dumps(view, ensure_ascii=False).encode()
        assert check_view(view, "modal") == []


@given(replies)
@settings(max_examples=60, deadline=None)
def test_slack_accepts_every_reply_in_a_modal(reply: Reply) -> None:
    assert check_view(forms.told(reply), "modal") == []
