"""The cards of /event: what is to come, one event with its guests, whom to invite, and who never was invited."""

import datetime as dt
from collections.abc import Mapping, Sequence

from commands._customer_words import ago, ahead, invented
from commands._figures import owned_by
from commands._reply import (
    Action,
    Code,
    Count,
    Date,
    Fact,
    Inline,
    Item,
    Money,
    Note,
    Part,
    Reply,
    Sentence,
    Strong,
)
from store.events import AFTERWARDS, Event, Guest, State
from store.guests import LOYAL_PURCHASES, LOYAL_YEARS, NeverInvited, Proposal
from store.overdue import STOPPED_DAYS_LEAST, Debt

NAME = "event"
PROPOSED = 10
# What can be said of a guest before the day, and after it.
BEFORE: tuple[State, ...] = ("coming", "declined")
LABELS: dict[State, str] = {
    "invited": "Has not answered",
    "coming": "Is coming",
    "declined": "Declined",
    "came": "Came",
    "missed": "Did not come",
}
SAID: dict[State, str] = {
    "invited": "invited, no answer yet",
    "coming": "is coming",
    "declined": "declined",
    "came": "came",
    "missed": "did not come",
}


def listed(
    coming: Sequence[Event],
    past: Sequence[Event],
    never: NeverInvited,
    today: dt.date,
    *,
    passing_over: int = 0,
    called: str = "",
) -> Reply:
    """What is to come, what was, and how many customers were never invited to anything; all of it, or what is `called`
    so. Passes over so many events of a list that goes on.
    """
    to_come = sum(not event.is_cancelled for event in coming)
    headline: Sentence = ("Days out  ·  ", Count(to_come, "event"), " to come")
    parts: list[Part] = [_entry(event, today) for event in coming[passing_over:]]
    if not coming:
        parts.append(Note(("No event is to come. Make one, and Melktert says whom to invite.",)))
    parts += [_entry(event, today) for event in past[max(0, passing_over - len(coming)) :]]
    parts += _never(never)
    actions = [Action(NAME, "New event…", {"do": "make"}, style="primary", opens_form=True)]
    if never.never:
        actions.append(Action(NAME, "Never invited", {"view": "never"}))
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=tuple(parts),
        actions=tuple(actions),
        facts=(
            Fact("events", "to come", Count(to_come, "event")),
            Fact("never_invited", "never invited", Count(never.never, "customer")),
        ),
        again=Action(NAME, "", {**({"called": called} if called else {}), **_page(passing_over)}),
    )


def _page(passing_over: int) -> dict[str, str]:
    return {"after": str(passing_over)} if passing_over else {}


def _never(never: NeverInvited) -> list[Part]:
    if not never.buying:
        return []
    words: Sentence = (
        Strong(Count(never.never)),
        " of the ",
        Count(never.buying, "customer"),
        " who bought in the last 12 months of the data were never invited to anything.",
    )
    return [Note(words)]


def _entry(event: Event, today: dt.date) -> Item:
    return Item(
        title=(Strong(event.title), "  ·  ", Date(event.held_on), f" ({_when(event, today)})"),
        reason=(*_off(event), *_where(event), *_counted(event, today), *invented(is_invented=event.is_invented)),
        actions=(Action(NAME, "Show", {"event": str(event.id)}),),
    )


def _when(event: Event, today: dt.date) -> str:
    return ahead(event.held_on, today) if event.held_on >= today else ago(event.held_on, today)


def _off(event: Event) -> Sentence:
    return (Strong("Called off"), "  ·  ") if event.is_cancelled else ()


def _where(event: Event) -> Sentence:
    return (f"{event.place}  ·  ",) if event.place else ()


def _counted(event: Event, today: dt.date) -> Sentence:
    words: list[Inline] = [Count(event.invited), " invited"]
    if event.held_on >= today:
        words += [", ", Count(event.guests["coming"]), " coming"]
    else:
        words += [", ", Count(event.guests["came"]), " came"]
    if event.guests["declined"]:
        words += [", ", Count(event.guests["declined"]), " declined"]
    if event.seats is not None:
        words += ["  ·  ", Count(event.seats, "seat")]
    return tuple(words)


# --- one event ------------------------------------------------------------------------------------------------------


def card(
    event: Event, guests: Sequence[Guest], owing: Mapping[int, Debt], today: dt.date, passing_over: int = 0
) -> Reply:
    """One event with its guests, each with what can be said of them; those of them `owing` stopped paying."""
    is_over = event.held_on < today
    headline: Sentence = (event.title, "  ·  ", Date(event.held_on))
    said: Sentence = (f"{_when(event, today)}  ·  ", *_where(event), *_counted(event, today))
    parts: list[Part] = [Note((*said, *invented(is_invented=event.is_invented)), "quiet")]
    if event.is_cancelled:
        parts.append(Note((Strong("Called off."), " Whoever is invited has to be told."), "warning"))
    elif event.seats is not None and event.coming > event.seats:
        over = Count(event.coming - event.seats, "customer")
        parts.append(Note((over, " more than there are seats."), "warning"))
    if not guests:
        parts.append(Note(("Nobody is invited yet.",)))
    parts += [_guest(event, guest, owing.get(guest.customer_id), today) for guest in guests[passing_over:]]
    return Reply(
        headline=headline,
        summary=(*headline, ": ", *said, "."),
        parts=tuple(parts),
        actions=_card_actions(event, is_over=is_over),
        facts=(
            Fact("invited", "invited", Count(event.invited, "customer")),
            Fact("coming", "coming", Count(event.coming, "customer")),
        ),
        again=Action(NAME, "", {"event": str(event.id), **_page(passing_over)}),
    )


def _card_actions(event: Event, *, is_over: bool) -> tuple[Action, ...]:
    of = {"event": str(event.id)}
    every = Action(NAME, "All events")
    if event.is_cancelled:
        return (Action(NAME, "It takes place after all", {**of, "do": "on"}), every)
    if is_over:
        return (every,)
    sure = "Is it off? Its guests stay in the list, so that somebody can tell them."
    return (
        Action(NAME, "Whom to invite", {**of, "view": "guests"}, style="primary"),
        Action(NAME, "Invite somebody…", {**of, "do": "choose"}, opens_form=True),
        Action(NAME, "Call it off", {**of, "do": "off"}, confirm=sure),
        every,
    )


def _guest(event: Event, guest: Guest, debt: Debt | None, today: dt.date) -> Item:
    of = {"event": str(event.id), "customer": str(guest.customer_id)}
    choices = () if event.is_cancelled else AFTERWARDS if event.held_on <= today else BEFORE
    actions = [
        Action(NAME, LABELS[state], {**of, "do": "state", "state": state}) for state in choices if state != guest.state
    ]
    if guest.state == "invited":
        actions.append(Action(NAME, "Take the invitation back", {**of, "do": "take back"}))
    person = f", {guest.contact}" if guest.contact else ""
    return Item(
        title=(Strong(guest.customer), person),
        reason=(SAID[guest.state], *(_warning(guest, debt) if event.held_on >= today else ())),
        actions=(*actions, Action("customer", "The brief", {"customer": str(guest.customer_id)})),
    )


def _warning(guest: Guest, debt: Debt | None) -> Sentence:
    """Why somebody who is invited would not be proposed any more."""
    unwelcome = () if guest.is_welcome else ("  ·  an exit, or complained since: better call first",)
    return (*unwelcome, *(("  ·  ", *owes(debt)) if debt else ()))


def owes(debt: Debt) -> Sentence:
    """That a guest stopped paying, and what to do first."""
    days = Count(debt.days, "day")
    return (
        "owes ",
        Money(debt.amount, debt.currency, "short"),
        ", ",
        days,
        " past due when the books ended: ask about it first",
    )


# --- whom to invite -------------------------------------------------------------------------------------------------


def proposals(event: Event, found: Sequence[Proposal], passing_over: int) -> Reply:
    """Whom to invite to the event, each with why."""
    of = {"event": str(event.id)}
    headline: Sentence = ("Whom to invite to ", event.title)
    items = [
        _proposed(one, at, Action(NAME, "Invite", {**of, "customer": str(one.customer_id), "do": "invite"}))
        for at, one in enumerate(found[:PROPOSED], passing_over + 1)
    ]
    actions = [Action(NAME, "The event", of)]
    if len(found) > PROPOSED:
        more = {**of, "view": "guests", "after": str(passing_over + PROPOSED)}
        actions.insert(0, Action(NAME, f"The next {PROPOSED}", more))
    nobody = () if items else (Note(("Everybody whom Melktert would propose is invited already.",)),)
    return Reply(
        headline=headline,
        summary=(*headline, ": ", ", ".join(one.name for one in found[:3]), "."),
        parts=(*items, *nobody, Note(_rule(), "quiet")),
        actions=tuple(actions),
        again=Action(NAME, "", {**of, "view": "guests", **_page(passing_over)}),
    )


def never_list(found: Sequence[Proposal], never: NeverInvited) -> Reply:
    """The most valuable customers who were never invited to anything."""
    headline: Sentence = ("Never invited to anything  ·  ", Count(never.never, "customer"))
    items = [
        _proposed(one, at, Action(NAME, "Invite…", {"invite": str(one.customer_id)}, opens_form=True))
        for at, one in enumerate(found[:PROPOSED], 1)
    ]
    return Reply(
        headline=headline,
        summary=(*headline, ": ", ", ".join(one.name for one in found[:3]), "."),
        parts=(*_never(never), *items, Note(_rule(), "quiet")),
        actions=(Action(NAME, "All events"),),
        again=Action(NAME, "", {"view": "never"}),
    )


def _proposed(one: Proposal, number: int, choose: Action) -> Item:
    words: list[Inline] = [*(owned_by(one.owner) if one.owner else ()), *(["  ·  "] if one.owner else [])]
    if one.is_loyal:
        words += ["loyal: ", Count(one.purchases, "purchase"), " since ", Date(one.first_purchase_on)]
    else:
        words += ["buys since ", Date(one.first_purchase_on)]
    if one.last_event is None:
        words.append(", never invited to anything")
    elif one.last_event_on is not None:
        state: str = one.last_state or "invited"
        told = next((said for key, said in SAID.items() if key == state), state)
        words += [f", last to {one.last_event} on ", Date(one.last_event_on), f" ({told})"]
    return Item(
        title=(f"{number}  ", Strong(one.name), "  ·  ", Money(one.at_stake, one.currency, "short")),
        reason=tuple(words),
        actions=(choose,),
    )


def _rule() -> Sentence:
    return (
        "Loyal customers who were never invited come first, the most valuable before the others; loyal is who buys "
        f"still, for {LOYAL_YEARS} years and with {LOYAL_PURCHASES} purchases at least. Left out: exits, whoever "
        f"has a complaint that is still open, and whoever owes what was due {STOPPED_DAYS_LEAST} days ago. ",
        Code("/event never"),
        " lists whom nobody has ever invited.",
    )
