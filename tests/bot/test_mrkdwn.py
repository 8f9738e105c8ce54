"""Sentences as Slack reads them: every name is read as it is, and none is obeyed."""

import sys
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.mrkdwn import clean, clusters, cut, mrkdwn, plain_text
from commands._reply import Code, Mention, Money, Sentence, Strong, Text
from tests.bot.slack_accepts import INVISIBLE, faults, read, units

LOOK_ALIKES = str.maketrans("∗∼ˋˍ∶›", "*~`_:>")
TWINS = str.maketrans("＊～｀＿＞", "*~`_>")

hostile = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.text(st.sampled_from("*_~`:<>&@#!|＊＿｀～＞ \n\tab1.\u200b\u202e\u2066א٣é👍🏽\u200d🇿🇦\ud800\x1b"), max_size=40),
    st.sampled_from(
        [
            "<!channel>",
            "<@U1>",
            "*bold*",
            "_x_",
            "~x~",
            "`x`",
            "```x```",
            ":smile:",
            "> x",
            ">>> x",
            "＞x",
            "&amp;",
            "&lt;",
        ]
    ),
)


def flat(mrkdwn_text: str) -> str:
    return "".join(text for _, text in read(mrkdwn_text))


def as_read(text: str) -> str:
    """What a person takes the text for: look-alikes for the real ones, and however wide the blanks are."""
    return " ".join(text.translate(LOOK_ALIKES).translate(TWINS).replace("·", " · ").split())


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("Smith & Sons <Ltd>", "Smith &amp; Sons &lt;Ltd&gt;"),
        ("&amp;", "&amp;amp;"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("*x*", "∗x∗"),
        ("_x_", "ˍxˍ"),
        ("snake_case_ltd", "snake_case_ltd"),
        ("~x~", "∼x∼"),
        ("`x`", "ˋxˋ"),
        ("＊x＊", "∗x∗"),
        (":smile: 10:30", "∶smile: 10:30"),
        (":a::b:", "∶a∶∶b:"),
        ("> x", "› x"),
        ("Two\nlines\r\n\ttabbed", "Two lines tabbed"),
        ("\u202eevil\u202c\x1b[31m", "evil[31m"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("www.acme.com", "www.acme.com"),
    ],
)
def test_a_name_is_read_letter_by_letter(name: str, sent: str) -> None:
    assert mrkdwn((name,), 200) == sent


def test_a_sign_in_the_middle_of_a_line_is_no_quote() -> None:
    assert mrkdwn(("margin ", "> x"), 200) == "margin &gt; x"


def test_an_emoji_code_is_found_across_two_parts_of_a_sentence() -> None:
    assert mrkdwn((":smi", "le:"), 200) == "∶smile:"


def test_right_to_left_text_cannot_rearrange_the_figures_beside_it() -> None:
    assert mrkdwn(("שלום", ", $3"), 200) == "\u2068שלום\u2069, $3"


def test_no_line_begins_with_a_dot_or_a_percent_sign() -> None:
    assert mrkdwn(("Acme", "  ·  5 % growth · 100%"), 200) == "Acme\u00a0· 5\u00a0% growth\u00a0· 100%"
    assert mrkdwn((Code("/clv 5 % · x"),), 200) == "`/clv 5 % · x`"


def test_strong_is_bold_wherever_it_stands() -> None:
    assert mrkdwn((Strong("Last touch"), "  visit"), 200) == "*Last touch*  visit"
    assert mrkdwn(("a ", Strong(" padded "), " b"), 200) == "a  *padded*  b"
    assert mrkdwn(("x", Strong("y"), "z"), 200) == "x\u200b*y*\u200bz"
    assert mrkdwn((Strong("one "), Strong("stretch"), Strong("")), 200) == "*one stretch*"
    assert mrkdwn(("(", Strong(Money(Decimal(1_500), "USD")), ")"), 200) == "(*$1,500*)"


def test_what_is_to_be_typed_is_kept_letter_by_letter() -> None:
    assert mrkdwn(("type ", Code("/clv *x* & _y_ :z: why")), 200) == "type `/clv *x* &amp; _y_ :z: why`"
    assert mrkdwn((Code("a`b"),), 200) == "`aˋb`"


@pytest.mark.parametrize(
    ("slack_user_id", "sent"),
    [
        ("U01ALICE", "<@U01ALICE>"),
        ("W012", "<@W012>"),
        (None, "A &amp; B"),
        ("", "A &amp; B"),
        ("U1><!here", "A &amp; B"),
    ],
)
def test_a_colleague_is_mentioned_only_by_a_slack_user_id(slack_user_id: str | None, sent: str) -> None:
    assert mrkdwn((Mention("A & B", slack_user_id),), 200) == sent


def test_a_long_name_is_shortened_so_that_the_figure_after_it_stays() -> None:
    sentence: Sentence = (Text("Bicycle " * 2_000), "  ·  ", Money(Decimal(3_049_220), "USD", "short"))
    for line in (mrkdwn(sentence, 150), plain_text(sentence, 150)):
        assert line.startswith("Bicycle Bicycle")
        assert " ".join(line.split()).endswith("… · $3.05M")
        assert 130 <= len(line) <= 150


def test_a_name_of_a_million_letters_is_seen_to_be_cut_even_where_the_rest_is_invisible() -> None:
    assert mrkdwn(("\u200b" * 1_000_000 + "Acme",), 200) == "…"
    assert plain_text(("x" * 1_000_000,), 150).endswith("x…")


def test_plain_text_is_neither_escaped_nor_marked() -> None:
    assert plain_text((Strong("<*x*> & :smile:"),), 150) == "<*x*> & :smile:"


@given(hostile, st.integers(1, 80))
@example("e\u0301" * 40, 20)
@example("👩\u200d👩\u200d👧\u200d👦" * 9, 30)
@example("🇿🇦" * 20, 11)
def test_a_cut_falls_between_graphemes_and_is_seen(text: str, room: int) -> None:
    kept = cut(text, room)
    whole = list(clusters(text))
    assert "".join(whole) == text
    if kept != text:
        assert units(kept) <= room
        assert kept.endswith("…")
        prefix = kept[:-1]
        starts = {"".join(whole[:at]).rstrip() for at in range(len(whole))}
        assert prefix in starts


def test_flags_families_and_accents_are_each_one_grapheme() -> None:
    assert list(clusters("a🇿🇦🇳🇱é👩\u200d👧👍🏽각")) == ["a", "🇿🇦", "🇳🇱", "é", "👩\u200d👧", "👍🏽", "각"]
    assert [unicodedata.normalize("NFC", cluster) for cluster in clusters("\u1100\u1161\u11a8e\u0301x")] == [
        "각",
        "é",
        "x",
    ]


@given(hostile)
def test_a_cleaned_text_has_nothing_that_nobody_can_read(text: str) -> None:
    assert not INVISIBLE.search(clean(text))
    assert clean(clean(text)) == clean(text)


@given(hostile, st.integers(40, 300))
@settings(max_examples=300, deadline=None)
def test_no_name_is_obeyed_and_every_name_is_read(text: str, room: int) -> None:
    line = mrkdwn((text,), room)
    assert {kind for kind, _ in read(line)} <= {""}
    assert units(line) <= room
    if not line.rstrip("\u2069").endswith("…"):
        assert as_read(flat(line)) == as_read(clean(text))


@given(hostile)
@settings(deadline=None)
def test_a_strong_name_is_bold_as_a_whole_and_nothing_else(text: str) -> None:
    line = mrkdwn(("a ", Strong(text), " b"), 500)
    seen = clean(text)
    assert as_read(flat(line)) == as_read(f"a {seen} b")
    kinds = [kind for kind, _ in read(line)]
    assert kinds == (["", "bold", ""] if seen.strip() else [""])


@given(st.lists(st.one_of(hostile, hostile.map(Strong), hostile.map(Code), hostile.map(lambda n: Mention(n, "U0A1")))))
@settings(max_examples=300, deadline=None)
def test_a_sentence_of_hostile_parts_keeps_its_room_and_its_escapes(parts: list[object]) -> None:
    sentence: Sentence = tuple(parts)  # type: ignore[arg-type]
    for room in (60, 300):
        line = mrkdwn(sentence, room)
        context = {"type": "context", "block_id": "b", "elements": [{"type": "mrkdwn", "text": line, "verbatim": True}]}
        found = faults({"text": "x", "blocks": [context], "response_type": "ephemeral"})
        assert units(line) <= room
        assert found == [] or not line
        assert {kind for kind, _ in read(line)} <= {"", "bold", "code", "mention"}
        assert units(plain_text(sentence, room)) <= room


def test_ascii_is_read_as_it_is_beside_an_accent() -> None:
    # An accent takes text the long way; the short one is for text that has nothing to take care of.
    printable = [chr(point) for point in range(32, 127)]
    for text in (f"7{one}{other}7" for one in printable for other in printable):
        assert mrkdwn((f"{text} é",), 100) == f"{mrkdwn((text,), 100)} é"


def test_every_letter_that_is_written_from_right_to_left_is_isolated() -> None:
    everything = map(chr, range(sys.maxunicode + 1))
    from_right_to_left = [char for char in everything if unicodedata.bidirectional(char) in {"R", "AL", "AN"}]
    for char in filter(clean, from_right_to_left):
        assert plain_text((f"7{char}7",), 20) == f"\u20687{char}7\u2069"
