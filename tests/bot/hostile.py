"""Replies that no command would make, for properties that hold for every reply."""

from hypothesis import strategies as st

from commands._reply import (
    Action,
    Code,
    Column,
    Count,
    Date,
    Fact,
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
runs = st.builds(lambda part, times: [part] * times, parts, st.sampled_from([1, 1, 1, 1, 1, 2, 12, 60]))
replies = st.builds(
    Reply,
    sentences,
    sentences,
    st.lists(runs, max_size=5).map(lambda found: tuple(part for run in found for part in run)),
    st.lists(actions, max_size=12).map(tuple),
    audience=st.sampled_from(["asker", "channel"]),
)
