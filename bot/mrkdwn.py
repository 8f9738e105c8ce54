"""Sentences as Slack's mrkdwn and plain_text, so that data is read letter by letter and never obeyed.

Slack documents an escape for three characters (& < >) and none for * _ ~ ` or :code:. What is done about those:

- In mrkdwn they are replaced by look-alikes (∗ ˍ ∼ ˋ ∶) wherever Slack could take them for markup: a customer named
  *x* is read as ∗x∗, and there is nothing left to parse. An underscore within a word stays, as Slack leaves it alone.
- Invisible separators were considered and refused: Slack takes a zero-width space for the edge of a word, so that
  people put it around * to make bold work, the very opposite. An invalid <!date> with the character as its fallback
  text reads exactly, but nobody promises that it will not show 1 January 1970 one day. A copied look-alike is
  at worst a misspelt name, for which /clv offers the customer.
- What must be copied exactly (`/clv …`) is a Code: in a code span only the backtick is replaced.
- plain_text (headline, buttons) is neither escaped nor replaced: Slack shows it as it is when `emoji` is false.

Control characters, lone surrogates, direction controls and other invisible characters never pass; right-to-left text
is isolated, so that it cannot rearrange the figures beside it. Too long is cut between graphemes and ends in "…".
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from bot.limits import size
from bot.wording import plain, spell
from commands._reply import Code, Inline, Mention, Sentence, Strong

ELLIPSIS = "…"
LONGEST = 5_000  # nothing in a message has room for more, so that a name of a million letters costs no more either
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# Where the characters are that are written from right to left, among others: each letter is looked up only where there
# are any, since a look-up of each letter of a sentence takes longer than all else that is done to it.
_MAY_BE_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\u200f\ufb1d-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_EDGE = "\u200b"  # a zero-width space: the edge of a word, to Slack

_SPACES = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# Most text is printable ASCII without a mark: to see that takes a tenth of the time that cleaning it does.
_READABLE = re.compile(r"[ -~]*")
_INERT = re.compile(r"[ -$&-)+-^a-}]*")  # without * ~ ` and without _ and %, which are inert only beside some others
_BROKEN = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_SLACK_USER_ID = re.compile(r"[UW][A-Z0-9]{1,30}", re.ASCII)
_LOOK_ALIKES = str.maketrans("*＊~～`｀＿", "∗∗∼∼ˋˋˍ")
_LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# A line may end after a dot, not before it, nor between a number and its sign.
_DOT = re.compile(r" +·( ?) *")
_SIGN = re.compile(r"(?<=[0-9]) (?=%)")
_EMOJI_CODE = re.compile(r":(?=:*[^\s:]+:)")
_QUOTE = re.compile(rf"[\s{_ISOLATE}]*(?:&gt;|＞)+")
_PUNCTUATION = frozenset(" \u00a0\u202f.,;:!?()[]{}'\"-–—/·…‘’“”")

# The most that a cut adds to the text kept: two marks, two edges, an ellipsis, the end of an isolate.
_SPARE = 8
_SHORTEST = 24  # of a name that is cut so that the rest of its sentence stays


class _Span(NamedTuple):
    """A stretch of one kind, cleaned, not yet escaped; a mention's text is the Slack user id."""

    text: str
    kind: Literal["text", "strong", "code", "mention"] = "text"


def clean(text: str) -> str:
    """The text without what nobody can read: controls, direction marks, invisible and broken characters."""
    text = _short(text)
    if _READABLE.fullmatch(text):
        return text
    return _BROKEN.sub("\ufffd", _INVISIBLE.sub("", _SPACES.sub(" ", text)))


def mrkdwn(sentence: Sentence, room: int, locale: str = "en_US", *, strong: bool = False) -> str:
    """One line of mrkdwn of at most `room` characters, empty where nothing is to be read; `strong` makes it bold."""
    return _line(tuple(sentence), room, locale, strong)


# Half of the lines of a card are the same on the next one: its titles, the assumptions, the small print.
@functools.lru_cache(1_024)
def _line(sentence: Sentence, room: int, locale: str, strong: bool) -> str:
    spans = [_marked(part, locale) for part in sentence]
    if strong:
        spans = [_Span(span.text, "strong") if span.kind == "text" else span for span in spans]
    return _fit(_merged(_without_emoji_codes(spans)), room, _write, escape)


def is_slack_user_id(text: str) -> bool:
    """Whether this has the form of a Slack user's id."""
    return _SLACK_USER_ID.fullmatch(text) is not None


@functools.lru_cache(1_024)
def plain_text(sentence: Sentence, room: int, locale: str = "en_US") -> str:
    """One line for a plain_text object of at most `room` characters; neither escaped nor marked."""
    spans = [_Span(_isolated(clean(plain((part,), locale)))) for part in sentence]
    return _fit([span for span in spans if span.text], room, _plainly, str)


def clusters(text: str) -> Iterator[str]:
    """The text in graphemes: what a reader takes for one character, so that no emoji or accent is ever cut."""
    current = ""
    for char in text:
        if current and _joins(current, char):
            current += char
        else:
            if current:
                yield current
            current = char
    if current:
        yield current


def cut(text: str, room: int, weigh: Callable[[str], str] = str) -> str:
    """The text, or as many graphemes as fit with an ellipsis after them. `weigh` is what a grapheme will become."""
    kept: list[str] = []
    total = end = 0
    for cluster in clusters(text):
        total += size(weigh(cluster))
        if total > room:
            return "".join(kept[:end]).rstrip() + ELLIPSIS
        kept.append(cluster)
        if total <= room - size(ELLIPSIS):
            end = len(kept)
    return text


def _joins(current: str, char: str) -> bool:
    if current.endswith("\u200d") or char in "\u200c\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if _is_regional(char):  # two of them are one flag
        return len(current) == 1 and _is_regional(current)
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb":  # vowels and finals of a Hangul syllable
        return True
    return unicodedata.category(char) in {"Mn", "Me", "Mc"} or "\U000e0020" <= char <= "\U000e007f"


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _marked(part: Inline, locale: str) -> _Span:
    match part:
        case str():
            return _Span(_inert(part))
        case Mention(_, str(slack_user_id)) if is_slack_user_id(slack_user_id):
            return _Span(slack_user_id, "mention")
        case Mention(name):
            return _Span(_inert(name))
        case Code(text):
            return _Span(_isolated(clean(text).translate({ord("`"): "ˋ"}).strip()), "code")
        case Strong(inner):
            return _Span(_inert(inner if isinstance(inner, str) else spell(inner, locale)), "strong")
        case _:
            return _Span(_inert(spell(part, locale)))


def _inert(text: str) -> str:
    """Text in which Slack finds no markup; as long as the cleaned text, so that it can still be cut anywhere."""
    if len(text) <= LONGEST and _INERT.fullmatch(text):
        return text
    return _made_inert(_short(text))


@functools.lru_cache(1_024)  # the words between the figures are the same on every card
def _made_inert(text: str) -> str:
    text = _LOOSE_UNDERSCORE.sub("ˍ", clean(text)).translate(_LOOK_ALIKES)
    return _isolated(_SIGN.sub("\u00a0", _DOT.sub("\u00a0·\\1", text)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + ELLIPSIS


def _isolated(text: str) -> str:
    if _MAY_BE_RIGHT_TO_LEFT.search(text) is None or not any(
        unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text
    ):
        return text
    body = text.strip()
    return text.replace(body, f"{_ISOLATE}{body}{_END_ISOLATE}", 1)


def escape(text: str) -> str:
    """The text with the three characters that Slack documents an escape for escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_emoji_codes(spans: list[_Span]) -> list[_Span]:
    """The first colon of every :code: replaced, also where the code begins in one span and ends in another."""
    line = "".join(span.text for span in spans)
    if line.count(":") < 2:
        return spans
    line = _EMOJI_CODE.sub("∶", line)
    found, start = [], 0
    for span in spans:
        end = start + len(span.text)
        found.append(span if span.kind == "code" else _Span(line[start:end], span.kind))
        start = end
    return found


def _merged(spans: list[_Span]) -> list[_Span]:
    """Bold stretches that touch as one, since they would close each other."""
    merged: list[_Span] = []
    for span in spans:
        if not span.text:
            continue
        if merged and merged[-1].kind == span.kind == "strong":
            merged[-1] = _Span(merged[-1].text + span.text, "strong")
        else:
            merged.append(span)
    return merged


def _plainly(spans: list[_Span]) -> str:
    return "".join(span.text for span in spans).strip()


def _write(spans: list[_Span]) -> str:
    """The spans as mrkdwn. Marks take effect only at the edge of a word, so an edge is put where there is none."""
    line, after_mark = "", False
    for span in spans:
        if span.kind == "text" and not after_mark:
            line += escape(span.text)
            continue
        before, drawn, after, is_marked = _drawn(span)
        text = before + drawn + after
        touches = line and text and (after_mark or (is_marked and not before))
        if touches and (line[-1] if not after_mark else text[0]) not in _PUNCTUATION:
            line += _EDGE
        line += text
        after_mark = is_marked and not after
    line = line.strip()
    quote = _QUOTE.match(line)
    return line if quote is None else re.sub("&gt;|＞", "›", quote.group()) + line[quote.end() :]


def _drawn(span: _Span) -> tuple[str, str, str, bool]:
    """White space before, the text with its marks, white space after, and whether it bears marks."""
    if span.kind == "mention":
        return "", f"<@{span.text}>", "", False
    text = escape(span.text)
    body = text.strip()
    if span.kind == "text" or not body:
        return "", text, "", False
    start = text.index(body)
    mark = "*" if span.kind == "strong" else "`"
    return text[:start], f"{mark}{body}{mark}", text[start + len(body) :], True


def _fit(spans: list[_Span], room: int, write: Callable[[list[_Span]], str], weigh: Callable[[str], str]) -> str:
    """The sentence within its room. The longest stretch is shortened first: it is a name, and what follows matters."""
    line = write(spans)
    if size(line) <= room:
        return line
    longest = max(range(len(spans)), key=lambda index: size(weigh(spans[index].text)))
    others = size(write([*spans[:longest], _Span("x"), *spans[longest + 1 :]]))
    if room - others - _SPARE >= _SHORTEST and spans[longest].kind != "mention":
        return write(
            [*spans[:longest], _shortened(spans[longest], room - others - _SPARE, weigh), *spans[longest + 1 :]]
        )
    kept: list[_Span] = []
    for span in spans:
        if size(write([*kept, span])) > room - _SPARE:
            left = room - size(write(kept)) - _SPARE
            kept.append(_Span(ELLIPSIS) if span.kind == "mention" else _shortened(span, max(left, 1), weigh))
            break
        kept.append(span)
    return write(kept)


def _shortened(span: _Span, room: int, weigh: Callable[[str], str]) -> _Span:
    text = cut(span.text, room, weigh)
    open_isolates = text.count(_ISOLATE) - text.count(_END_ISOLATE)
    return _Span(text + _END_ISOLATE * open_isolates, span.kind)
