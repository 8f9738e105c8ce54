"""When a channel receives its digest: the form, pausing, sending now, and what became of the last ones."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from commands._digest_draw import NAME
from commands._digest_read import when
from commands._digest_words import day
from commands._figures import acting
from commands._reply import (
    Action,
    Code,
    Count,
    Field,
    Form,
    Invalid,
    Item,
    Note,
    Option,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from store import deliveries, digest_due, digest_reps, digest_schedules, digests, reps, workspace
from store.audit import RefusedError
from store.digest_schedules import Kept, Schedule
from store.digests import Issue
from store.rep_hours import WEEKDAYS

EVERYBODY = "everybody"
HISTORY = 6
WHICH_REPS = "/melktert people lists them; everybody covers all."
_SENTENCES = {
    "at": "Type a time of day such as 08:00.",
    "zone": "Type a time zone such as Africa/Johannesburg.",
    "currency": "Type a currency code such as USD, or nothing for the currency of the figures.",
    "lines_most": "Type a whole number from 3 to 20.",
    "weekday": "Choose a day of the week.",
}


def schedule(request: Request, connection: Connection) -> Reply:
    """When it comes now, the form that changes it, and what became of that."""
    _manager(request)
    channel = _channel(request)
    kept = digest_schedules.of_channel(connection, channel)
    if request.origin == "button":
        return Reply(headline=("Schedule the digest",), form=_form(request, connection, channel, kept))
    if request.origin != "form":
        # Slack opens a form for a button only.
        return _standing(connection, kept, request) if kept else _none(channel)
    values = request.values
    currency = values.get("currency", "").strip().upper() or None
    asked = {
        "weekday": values.get("weekday", ""),
        "at": _time(values.get("at", "")),
        "zone": values.get("zone", "").strip(),
        "currency": currency,
        "rep_ids": _reps(connection, values.get("reps", "")),
        "lines_most": values.get("lines_most", "").strip(),
    }
    try:
        wanted = Schedule.model_validate(asked)
    except ValidationError as refused:
        wrong = {str(error["loc"][0]) for error in refused.errors()}
        raise Invalid(**{name: _SENTENCES.get(name, "That cannot be.") for name in wrong}) from None
    try:
        saved = digest_schedules.save(
            connection,
            channel,
            wanted,
            by=acting(request),
            at=request.now,
            receipt=request.receipt,
            seen=values.get("seen"),
        )
    except RefusedError as refused:
        raise Invalid(schedule=str(refused)) from None
    return _standing(connection, saved, request)


def pause(request: Request, connection: Connection) -> Reply:
    """Send nothing until somebody resumes it."""
    kept = _kept(request, connection)
    digest_schedules.pause(connection, kept, by=acting(request), at=request.now)
    return _standing(connection, _again(connection, kept), request)


def resume(request: Request, connection: Connection) -> Reply:
    """Send it again, from the next slot on."""
    kept = _kept(request, connection)
    digest_schedules.resume(connection, kept, by=acting(request), at=request.now)
    return _standing(connection, _again(connection, kept), request)


def send(request: Request, connection: Connection) -> Reply:
    """Send the digest of the slot that is due, or the next one's at once: it is the slot's own, so it cannot double."""
    kept = _kept(request, connection)
    if kept.is_paused:
        raise Invalid(channel="The digest of this channel is paused; resume it first with /digest resume.")
    asked = digest_due.send_now(connection, kept, request.now)
    if asked.outcome == "on_its_way":
        raise Invalid(channel="The digest of this channel is on its way already.")
    if asked.outcome == "held":
        raise Invalid(channel="It is held back, and may stand here already; /melktert deliveries lets an admin decide.")
    upcoming = digest_due.next_slot(connection, kept, request.now)
    if asked.slot is None:
        last = digest_due.last_sent_at(connection, kept.reader)
        when_sent = f" on {day(last.date())}" if last else ""
        raise Invalid(
            channel=f"The last digest was sent{when_sent} already; the next one comes on {day(upcoming.day)}."
        )
    headline: Sentence = ("The digest of ", day(asked.slot.day), " is on its way")
    words: Sentence = ("The next one: ", day(upcoming.day), ".")
    if asked.slot.at > request.now:
        words = ("It takes the place of the one that would have come then. ", *words)
    return Reply(headline=headline, summary=(*headline, "."), parts=(Note(words, "quiet"),))


def history(request: Request, connection: Connection) -> Reply:
    """The last digests of this channel, and what each led to."""
    channel = _channel(request)
    kept = digest_schedules.of_channel(connection, channel)
    if kept is None:
        return _none(channel)
    found = digests.last(connection, kept.reader, HISTORY)
    items = tuple(_item(connection, kept, issue) for issue in found)
    missed = digest_due.missed(connection, kept.reader)
    headline: Sentence = (f"The last {len(found)} digests" if len(found) > 1 else "The digests of this channel",)
    waiting = digest_due.on_its_way(connection, kept.reader)
    notes = [Note(("One is on its way.",))] if waiting else [] if found else [Note(("None has been sent yet.",))]
    if missed:
        notes.append(Note((Count(missed, "digest"), " could not be sent in time."), "warning"))
    return Reply(
        headline=headline,
        summary=(*headline, f": {when(kept)}."),
        parts=(*items, *notes, Note((when(kept),), "quiet")),
    )


def _item(connection: Connection, kept: Kept, issue: Issue) -> Item:
    sent = deliveries.get(connection, digest_due.key_of(kept.reader, issue.slot_on))
    state = sent.state if sent else "composed"
    taken = sum(line.taken_by is not None for line in issue.lines)
    words: Sentence = (Count(len(issue.lines), "line"), f", {taken} taken  ·  {state}")
    return Item((Strong(day(issue.slot_on)),), words)


def _form(request: Request, connection: Connection, channel: str, kept: Kept | None) -> Form:
    first = workspace.settings(connection).first_weekday
    known = kept.schedule if kept else Schedule(zone=request.person.zone, weekday=first)
    names = {rep.id: rep.name for rep in reps.every(connection)}
    present = digest_reps.covering(connection, known.rep_ids).present_ids
    chosen = ", ".join(names[one] for one in present) or EVERYBODY
    days = tuple(Option(one, one.capitalize()) for one in WEEKDAYS)
    return Form(
        command=NAME,
        title="Weekly digest",
        values={"do": "schedule", "channel": channel, "seen": digest_schedules.version(kept)},
        intro=(Note(("Everybody who reads this channel will see the customers and the figures in it.",)),),
        fields=(
            Field("weekday", "Day", "choice", initial=known.weekday, options=days),
            Field("at", "Time", initial=known.at, hint="Such as 08:00."),
            Field("zone", "Time zone", initial=known.zone, hint="Such as Africa/Johannesburg."),
            Field("reps", "Whose customers", initial=chosen, hint="Names of reps with commas, or everybody."),
            Field(
                "currency", "Currency", required=False, initial=known.currency or "", hint="Empty: the figures' own."
            ),
            Field("lines_most", "Lines at most", "number", initial=str(known.lines_most), hint="From 3 to 20."),
        ),
    )


def _time(text: str) -> str:
    """8:00 as 08:00."""
    text = text.strip().replace(".", ":")
    return f"0{text}" if len(text) == len("8:00") else text


def _reps(connection: Connection, text: str) -> tuple[int, ...]:
    """Errors: Invalid for a name that no rep has, or that several have."""
    wanted = [name.strip().casefold() for name in text.split(",") if name.strip()]
    if not wanted or wanted == [EVERYBODY]:
        return ()
    everyone = {rep.id: _plain(rep.name) for rep in reps.every(connection) if rep.left_at is None}
    found = []
    while wanted:
        count, rep_id = _first_rep(wanted, everyone)
        found.append(rep_id)
        wanted = wanted[count:]
    return tuple(sorted(set(found)))


def _first_rep(wanted: Sequence[str], everyone: Mapping[int, str]) -> tuple[int, int]:
    """Of how many of these names the first rep's is made, and the rep: a name such as “Nkosi, Ben” has a comma itself.
    Errors: Invalid.
    """
    counts = range(len(wanted), 0, -1)
    for is_called in (str.__eq__, str.startswith):
        for count in counts:
            typed = ", ".join(wanted[:count])
            close = [rep_id for rep_id, name in everyone.items() if is_called(name, typed)]
            if len(close) == 1:
                return count, close[0]
            if close:
                raise Invalid(reps=f"Several reps are called so: {typed}. {WHICH_REPS}")
    raise Invalid(reps=f"No rep of the ledger is called so: {wanted[0]}. {WHICH_REPS}")


def _plain(name: str) -> str:
    """A rep's name as it is compared: whatever its capitals, and the spaces beside its commas."""
    return ", ".join(part.strip() for part in name.casefold().split(",") if part.strip())


def _standing(connection: Connection, kept: Kept, request: Request) -> Reply:
    said = "is paused" if kept.is_paused else f"comes {when(kept)}"
    headline: Sentence = (f"The digest of this channel {said}",)
    switch = Action(NAME, "Resume", {"do": "resume", "channel": kept.channel_id})
    if not kept.is_paused:
        switch = Action(NAME, "Pause", {"do": "pause", "channel": kept.channel_id})
    notes: Sequence[Note] = [Note((kept.paused_because,), "warning")] if kept.paused_because else []
    if kept.paused_because:
        again = ("Once that is put right, resume it; ", Code("/digest send"), " then sends this week's.")
        notes = [*notes, Note(again)]
    if not kept.is_paused:
        upcoming = digest_due.next_slot(connection, kept, request.now)
        notes = [*notes, Note(("The next one: ", day(upcoming.day), "."))]
    change = Action(NAME, "Change…", {"do": "schedule", "channel": kept.channel_id}, opens_form=True)
    return Reply(headline=headline, summary=(*headline, "."), parts=tuple(notes), actions=(switch, change))


def _none(channel: str) -> Reply:
    headline: Sentence = ("This channel receives no digest",)
    return Reply(
        headline=headline,
        summary=(*headline, "; ", Code("/digest schedule"), " settles when it does."),
        parts=(Note((Code("/digest"), " shows you what it would say now.")),),
        actions=(Action(NAME, "Schedule…", {"do": "schedule", "channel": channel}, opens_form=True),),
    )


def _kept(request: Request, connection: Connection) -> Kept:
    """Errors: Invalid."""
    _manager(request)
    kept = digest_schedules.of_channel(connection, _channel(request))
    if kept is None:
        raise Invalid(channel="This channel receives no digest yet; /digest schedule settles when it does.")
    return kept


def _again(connection: Connection, kept: Kept) -> Kept:
    found = digest_schedules.get(connection, kept.id)
    assert found is not None, "schedules are paused, never deleted"
    return found


def _channel(request: Request) -> str:
    """The channel that it is about: where it is asked, or whose form this is. Errors: Invalid."""
    if request.place.kind == "channel" and request.place.channel_id:
        return request.place.channel_id
    if request.place.kind == "home" and request.values.get("channel"):
        return request.values["channel"]
    if request.place.kind in ("shared", "closed"):
        raise Invalid(channel="A digest shows customers' figures, so it goes into channels of your own team only.")
    raise Invalid(channel="Ask this in the channel that the digest is for; invite Melktert there first.")


def _manager(request: Request) -> None:
    if not request.person.role.includes(Role.MANAGER):
        raise Invalid(role="A manager or an admin settles when a channel receives its digest; ask one of them.")
