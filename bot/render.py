"""Drawing a Reply for Slack: the exact blocks, the same for the same Reply, that Slack accepts whatever they hold.

The headline is a header; quiet notes are context; panels stand in two columns, which a phone stacks; an entry of a list
has its button or menu at its right; the reply's own buttons stand last but for the small print.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, takewhile
from typing import Any, Literal

from bot import buttons, grid, limits, shapes
from bot.fitting import HOME, MESSAGE, Group, Surface, fit
from bot.mrkdwn import ELLIPSIS, mrkdwn, plain_text
from bot.shapes import Json
from bot.wording import plain, spell, spell_fact
from commands._reply import Count, Fact, Item, Mention, Note, Panel, Part, Reply, Sentence, Strong, Table

# What one thing may take of the message: a name of 10,000 letters is cut here, long before Slack refuses it.
TITLE_TEXT = 300
LINE_TEXT = 200
REASON_TEXT = 600
NOTE_TEXT = 1_500
PANEL_TEXT = 1_000
PANEL_ROWS = 12
PANELS_TEXT = 3_000
ITEM_FACTS = 8
SMALL_PRINT_TEXT = 2_000
BUTTONS_CHARACTERS = 5_000

DOT = "\u00a0· "
SIGNS = {"good": ":white_check_mark:  ", "warning": ":warning:  "}
NOTHING = "There is nothing to show."
ASKER_ALONE = "only you can see this"
THE_REST = "Show the rest"


SeenBy = Literal["asker", "channel", "dm"]


def payload(
    reply: Reply, locale: str = "en_US", *, seen_by: SeenBy | None = None, shared_by: str | None = None
) -> dict[str, Any]:
    """What Slack is sent: `text`, `blocks` and `response_type`.

    `seen_by` is the reply's own audience unless said; "dm" is a conversation with Melktert itself, where a message may
    stay. `shared_by` is the Slack user who shows a channel what was for the asker alone.
    """
    seen_by = seen_by or reply.audience
    words: list[Sentence] = [("shared by ", Mention("a colleague", shared_by))] if shared_by else []
    return {
        "text": _fallback(reply, locale),
        "blocks": blocks(reply, locale, last_words=(ASKER_ALONE,) if seen_by == "asker" else (), last_line=words),
        "response_type": "ephemeral" if seen_by == "asker" else "in_channel",
    }


def home(reply: Reply, locale: str = "en_US") -> Json:
    """The reply as a person's Home tab."""
    return {"type": "home", "blocks": blocks(reply, locale, HOME)}


def blocks(
    reply: Reply,
    locale: str = "en_US",
    surface: Surface = MESSAGE,
    *,
    last_words: Sentence = (),
    last_line: Sequence[Sentence] = (),
) -> list[Json]:
    """The reply as blocks; never none. `last_words` end the small print where there is any, `last_line` in any case."""
    body, small_print = _apart(reply.parts, locale)
    if small_print and last_words:
        small_print[-1] += DOT + mrkdwn(last_words, LINE_TEXT, locale)
    small_print += [mrkdwn(line, LINE_TEXT, locale) for line in last_line]
    runs = [list(run) for _, run in groupby(body, key=_kind)]
    has_grid = surface.has_tables and sum(isinstance(run[0], Table) for run in runs) == 1
    drawing = (group for at, run in enumerate(runs) for group in _groups(run, str(at + 1), has_grid, locale, surface))
    groups = list(islice(drawing, surface.blocks))
    if next(drawing, None) is not None:
        groups.append(Group("beyond", left_out=1))

    def more(group: Group) -> Json:
        return _more(group, groups, reply, locale)

    head, tail = _head(reply, locale), _tail(reply, small_print, locale)
    beyond = shapes.context("beyond", f"{ELLIPSIS} and more, which does not fit here")
    found = [*head, *fit(groups, head + tail, more, beyond, surface), *tail]
    return found or [shapes.section("nothing", _fallback(reply, locale))]


def notes(some: Sequence[Note], place: str, locale: str) -> list[Json]:
    """Sentences alone as blocks, such as those above the fields of a form; `place` is their own on their surface."""
    runs = [list(run) for _, run in groupby(some, key=_kind)]
    groups = (group for at, run in enumerate(runs, start=1) for group in _notes(run, f"{at}", locale, place))
    return [block for group in groups for piece in group.pieces for block in piece]


# --- the fixed parts: headline, buttons, small print ----------------------------------------------------------------


def _apart(parts: Sequence[Part], locale: str) -> tuple[Sequence[Part], list[str]]:
    """The parts, and the quiet notes at their end as lines of small print, which stand below the buttons."""
    lines: list[str] = []
    room, end = SMALL_PRINT_TEXT, len(parts)
    while end and _kind(parts[end - 1]) == "quiet":
        note = parts[end - 1]
        line = mrkdwn(note.text, NOTE_TEXT, locale) if isinstance(note, Note) else ""
        room -= limits.size(line) + 1
        if room < 0:
            break
        lines = [line, *lines] if line else lines
        end -= 1
    return parts[:end], lines


def _head(reply: Reply, locale: str) -> list[Json]:
    headline = plain_text(reply.headline, limits.HEADER_TEXT, locale)
    return [shapes.header("headline", headline)] if headline else []


def _tail(reply: Reply, small_print: Sequence[str], locale: str) -> list[Json]:
    row = buttons.row(reply.actions, "card", is_primary_free=True, room=BUTTONS_CHARACTERS)
    blocks = [row.block] if row.block else []
    if row.left_out:
        blocks.append(shapes.context("actions-left-out", _and_more(row.left_out, "action", locale)))
    return [*blocks, shapes.context("small-print", "\n".join(small_print))] if small_print else blocks


def _fallback(reply: Reply, locale: str) -> str:
    """What a notification and a screen reader say. It is mrkdwn too, so that <!channel> in it would be obeyed."""
    room = min(limits.FALLBACK_TEXT, limits.SECTION_TEXT)  # it is a section too, where nothing else is drawn
    for sentence in (reply.summary, reply.headline, (reply.form.title if reply.form else "",)):
        text = mrkdwn((plain(sentence, locale),), room, locale)
        if text:
            return text
    return NOTHING


# --- the parts between ----------------------------------------------------------------------------------------------


def _kind(part: Part) -> str:
    return part.tone if isinstance(part, Note) else type(part).__name__


def _groups(run: Sequence[Part], place: str, has_grid: bool, locale: str, surface: Surface) -> Iterator[Group]:
    """The parts of one kind that follow each other, drawn."""
    match run[0]:
        case Panel():
            yield from _panels([part for part in run if isinstance(part, Panel)], place, locale)
        case Table():
            yield from _tables([part for part in run if isinstance(part, Table)], place, has_grid, locale)
        case Item():
            items = [part for part in run if isinstance(part, Item)]
            # More cannot fit, so more is not drawn.
            some = items[: surface.blocks]
            drawing = ((_entry(item, f"{place}.{n}", locale), item.key) for n, item in enumerate(some, start=1))
            entries = [(entry, key) for entry, key in drawing if entry]
            keys = [key for _, key in entries]
            yield Group(place, [entry for entry, _ in entries], True, len(items) - len(some), keys)
        case Note():
            yield from _notes([part for part in run if isinstance(part, Note)], place, locale)


def _panels(panels: Sequence[Panel], place: str, locale: str) -> Iterator[Group]:
    fields = [text for text in (_panel(panel, locale) for panel in panels) if text]
    if len(fields) == 1:
        # A field is half a line wide, which one alone need not be.
        yield Group(place, [[shapes.section(f"panels-{place}.1", fields[0])]])
        return
    for n, chunk in enumerate(_chunks(fields, PANELS_TEXT, limits.SECTION_FIELDS), start=1):
        yield Group(place, [[shapes.fields(f"panels-{place}.{n}", chunk)]])


def _panel(panel: Panel, locale: str) -> str:
    title = mrkdwn((Strong(panel.title),), LINE_TEXT, locale)
    rows = [mrkdwn(_joined(row, locale), LINE_TEXT, locale) for row in panel.rows[:PANEL_ROWS]]
    lines = [line for line in (title, *rows) if line]
    left_out = len(panel.rows) - len(rows)
    while limits.size("\n".join(lines)) > PANEL_TEXT:
        lines.pop()
        left_out += 1
    return "\n".join([*lines, _and_more(left_out, "", locale)] if left_out else lines)


def _notes(some: Sequence[Note], place: str, locale: str, named: str = "") -> Iterator[Group]:
    tone = some[0].tone
    lines = [line for line in (mrkdwn(note.text, NOTE_TEXT, locale) for note in some) if line]
    # A sign stands before one sentence; plain notes are lines of one paragraph.
    most = 1 if tone in SIGNS else len(lines)
    for n, chunk in enumerate(_chunks(lines, limits.SECTION_TEXT, most), start=1):
        draw, block_id = shapes.context if tone == "quiet" else shapes.section, f"{named or tone}-{place}.{n}"
        yield Group(place, [[draw(block_id, SIGNS.get(tone, "") + "\n".join(chunk))]])


def _entry(item: Item, place: str, locale: str) -> list[Json]:
    is_plain = not any(isinstance(part, Strong) for part in item.title)
    facts = [mrkdwn((spell_fact(fact, locale),), LINE_TEXT, locale) for fact in item.facts[:ITEM_FACTS]]
    if len(item.facts) > ITEM_FACTS:
        facts.append(_and_more(len(item.facts) - ITEM_FACTS, "", locale))
    lines = (
        mrkdwn(item.title, TITLE_TEXT, locale, strong=is_plain),
        DOT.join(fact for fact in facts if fact),
        mrkdwn(item.reason, REASON_TEXT, locale),
    )
    text = "\n".join(line for line in lines if line)
    beside = buttons.accessory(item.actions, place) if text else None
    blocks = [shapes.section(f"entry-{place}", text, beside)] if text else []
    if beside is None and item.actions:
        row = buttons.row(item.actions, place, is_primary_free=False, room=BUTTONS_CHARACTERS)
        blocks += [row.block] if row.block else []
        if row.left_out:
            blocks.append(shapes.context(f"left-out-{place}", _and_more(row.left_out, "action", locale)))
    return blocks


def _tables(tables: Sequence[Table], place: str, has_grid: bool, locale: str) -> Iterator[Group]:
    together = grid.native(tables, f"table-{place}", locale) if has_grid else None
    if together is not None:
        yield Group(place, [[together]])
        return
    for n, table in enumerate(tables, start=1):
        caption = mrkdwn((Strong(table.caption),), LINE_TEXT, locale)
        aligned = grid.monospace(table, limits.SECTION_TEXT - 2 * LINE_TEXT, locale)
        more = _and_more(aligned.rows_left_out, "row", locale) if aligned.rows_left_out else ""
        text = "\n".join(line for line in (caption, aligned.text, more) if line)
        if text:
            yield Group(place, [[shapes.section(f"table-{place}.{n}", text)]])


# --- small things ---------------------------------------------------------------------------------------------------


def _joined(row: Sequence[Fact | Sentence], locale: str) -> Sentence:
    """The cells of a panel's row as one sentence."""
    cells = [(spell_fact(cell, locale),) if isinstance(cell, Fact) else cell for cell in row]
    return tuple(part for cell in cells if cell for part in (DOT, *cell))[1:]


def _chunks(texts: Sequence[str], room: int, most: int) -> Iterator[list[str]]:
    """The texts in order, as many together as have room."""
    chunk: list[str] = []
    for text in texts:
        if chunk and (len(chunk) >= most or limits.size("\n".join([*chunk, text])) > room):
            yield chunk
            chunk = []
        chunk.append(text)
    if chunk:
        yield chunk


def _and_more(count: int, noun: str, locale: str) -> str:
    words = f"{ELLIPSIS} and {spell(Count(count), locale)} more"
    return f"{words} {noun if count == 1 else noun + 's'}" if noun else words


def _more(group: Group, groups: Sequence[Group], reply: Reply, locale: str) -> Json:
    """Says how many entries of a list are not drawn, with a button to them where the reply can be asked for again.

    The page that the button asks for begins after the last entry drawn here: after its key, where it has one, else
    after so many entries. A second list of the same reply that is cut too has no button: the page of the first one
    brings it along.
    """
    text = _and_more(group.left_out, "", locale)
    before = list(takewhile(lambda other: other is not group, groups))
    button = None
    if reply.again is not None and not any(other.is_marked for other in before):
        skipped = reply.again.values.get("after", "")
        shown = sum(len(other.pieces) for other in [*before, group] if other.is_list)
        key = group.keys[len(group.pieces) - 1] if group.keys else ""
        after = key or str(shown + (int(skipped) if is_page(skipped) else 0))
        page = replace(reply.again, label=THE_REST, values={**reply.again.values, "after": after})
        button = buttons.accessory([page], f"after-{group.place}")
    if button is None:
        return shapes.context(f"more-{group.place}", text)
    return shapes.section(f"more-{group.place}", text, button)


def is_page(after: str) -> bool:
    """Whether this says after which entry of a list a page begins."""
    return after.isascii() and after.isdigit() and len(after) < 10
