"""The list of the neglected, and of those who are due next."""

import datetime as dt

from sqlalchemy.engine import Connection

from commands import _naming
from commands._care_words import how_long, mention, next_step, order_late
from commands._customer_words import ahead
from commands._figures import owned_by
from commands._neglected_asked import NAME, TEAM, UPCOMING, Wanted, key
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
    Request,
    Sentence,
    Strong,
)
from store import neglect, neglect_totals, snoozes, sources, workspace
from store.neglect import Asked, Entry
from store.neglect_totals import Totals
from store.standing_rows import SINCE_EVER
from store.standings import cadence_days
from store.workspace import TeamSettings

# How many of those who are due next are named where nobody is neglected.
NEXT_SHOWN = 3
# How many of those who are snoozed are named; the brief of each says by whom and why, and ends it.
SNOOZED_NAMED = 3
NEVER = "never touched"


def listed(connection: Connection, request: Request, wanted: Wanted, said: Note | None = None) -> Reply:
    """The list; `said` is what has just been done to one of its entries."""
    asked = wanted.asked(request.today)
    totals = neglect_totals.totals(connection, asked)
    if not totals.customers:
        return _nobody_at_all(connection, wanted)
    settings = workspace.settings(connection)
    if wanted.is_upcoming:
        return _upcoming(connection, request, wanted, settings)
    if not totals.neglected:
        return _all_seen(connection, request, wanted, totals, settings)
    found = neglect.neglected(connection, asked, totals.currency, wanted.count, wanted.after)
    items = tuple(item(one, request.today, settings, names_owner=wanted.rep is None) for one in found)
    summary: Sentence = (_how_many(totals, wanted),)
    if found:
        summary = (*summary, f"; first {found[0].name}")
    return Reply(
        headline=("Nobody has been to see them",),
        summary=(*summary, "."),
        parts=(
            *((said,) if said else ()),
            Note(_header(totals, wanted), "quiet"),
            *items,
            *_foot(found, totals, wanted, _put_aside(connection, asked, totals)),
        ),
        actions=_actions(found, totals, wanted),
        facts=facts(totals),
        again=Action(NAME, "Neglected", {**wanted.values, **_after(request)}),
    )


def item(entry: Entry, today: dt.date, settings: TeamSettings, *, names_owner: bool) -> Item:
    """One customer: what is at stake, how long nobody has been there, and what can be done about it."""
    standing = entry.standing
    owner: Sentence = ("  ·  ", *owned_by(entry.owner)) if names_owner and entry.owner else ()
    late = order_late(entry.next_due_on, entry.observation_end_on, today)
    return Item(
        title=(Strong(entry.name), *_stake(entry)),
        reason=(
            *_since(entry, today, settings),
            *(("  ·  ", *late) if late else ()),
            "  ·  ",
            next_step(standing),
            *owner,
        ),
        actions=actions_of(standing.customer_id),
        key=key(neglect.place_of(entry)),
    )


def actions_of(customer_id: int) -> tuple[Action, ...]:
    """What can be done about a neglected customer."""
    customer = {"customer": str(customer_id)}
    return (
        Action("visit", "Log a visit", customer, opens_form=True),
        Action("promise", "Make a promise", customer, opens_form=True),
        Action("event", "Invite", {"invite": str(customer_id)}, opens_form=True),
        Action(NAME, "Snooze", {"do": "snooze", **customer}, opens_form=True),
    )


def facts(totals: Totals) -> tuple[Fact, ...]:
    """The totals for programs."""
    stake: tuple[Fact, ...] = ()
    if totals.at_stake is not None and totals.currency is not None:
        stake = (Fact("at_stake", "at stake", Money(totals.at_stake, totals.currency)),)
    return (
        Fact("neglected", "past their cadence", Count(totals.neglected, "customer")),
        Fact("customers", "to look after", Count(totals.customers, "customer")),
        *stake,
    )


# --- one entry ------------------------------------------------------------------------------------------------------


def _stake(entry: Entry) -> Sentence:
    standing = entry.standing
    if standing.at_stake is None or standing.currency is None:
        return (f"  ·  value not known: {entry.value_unknown}" if entry.value_unknown else "  ·  no profit to expect",)
    return ("  ·  ", Money(standing.at_stake, standing.currency))


def _since(entry: Entry, today: dt.date, settings: TeamSettings) -> Sentence:
    standing = entry.standing
    cadence = cadence_days(settings, standing.care_class)
    every: Sentence = (f", due every {cadence} days",)
    days = standing.days_since_last_touch(today)
    if days is None:
        # Of which some may be of nothing, and are no purchase.
        bought: Sentence = ("  ·  ", Count(entry.invoices, "invoice")) if entry.has_bought else ()
        return (Strong(NEVER), *every, *bought)
    by = mention(entry.touched_by)
    how: tuple[Inline, ...] = (entry.kind or "touch", *((", ", by) if by else ()))
    invented = (", invented",) if entry.is_invented else ()
    return (Strong(Count(days, "day")), " since the last touch (", *how, *invented, ")", *every)


# --- around the list ------------------------------------------------------------------------------------------------


def _how_many(totals: Totals, wanted: Wanted) -> str:
    whose = "your" if wanted.is_mine else f"{wanted.rep.name}'s" if wanted.rep else "the team's"
    noun = "customer" if totals.customers == 1 else "customers"
    verb = "is" if totals.neglected == 1 else "are"
    what = "past their cadence"
    if wanted.days is not None:
        what = f"without a touch for {wanted.days:,} {'day' if wanted.days == 1 else 'days'} or more"
    return f"{totals.neglected:,} of {whose} {totals.customers:,} {noun} {verb} {what}"


def _header(totals: Totals, wanted: Wanted) -> Sentence:
    stake: Sentence = ()
    if totals.at_stake and totals.currency:
        stake = ("  ·  ", Strong(Money(totals.at_stake, totals.currency, "short")), " at stake")
    return (_how_many(totals, wanted), *stake, "  ·  most money first")


def _put_aside(connection: Connection, asked: Asked, totals: Totals) -> Sentence:
    """How many are snoozed, and who: of those with the most money, until when."""
    if not totals.snoozed:
        return ()
    words: list[Inline] = [f"{totals.snoozed:,} snoozed: "]
    named = snoozes.of_neglected(connection, asked, SNOOZED_NAMED)
    for at, (name, until_on) in enumerate(named):
        words += [", " if at else "", f"{name} until ", Date(until_on)]
    more = totals.snoozed - len(named)
    return (*words, f" and {more:,} more" if more > 0 else "")


def _foot(found: list[Entry], totals: Totals, wanted: Wanted, put_aside: Sentence) -> tuple[Part, ...]:
    parts: list[Part] = []
    if totals.elsewhere:
        many = Count(totals.elsewhere, "customer")
        how = (many, " with figures in other currencies cannot be ranked with these; a home currency in ")
        parts.append(Note((*how, Code("/melktert settings"), " brings them together."), "warning"))
    rest = totals.neglected - len(found)
    words: list[Inline] = []
    if rest > 0 and wanted.after is None:
        words += [f"{rest:,} more: ", Code(wanted.typed(min(totals.neglected, 2 * wanted.count, 30))), "  ·  "]
    if put_aside:
        words += [*put_aside, "  ·  "]
    words += ["who is next: " if words else "Who is next: ", Code(wanted.typed(view=UPCOMING))]
    parts.append(Note(tuple(words), "quiet"))
    parts.append(
        Note(("At stake is what they are worth from now on; ", Code("/clv NAME why"), " adds it up."), "quiet")
    )
    return tuple(parts)


def _actions(found: list[Entry], totals: Totals, wanted: Wanted) -> tuple[Action, ...]:
    actions: list[Action] = []
    is_more = totals.neglected > len(found) if wanted.after is None else len(found) == wanted.count
    if found and is_more:
        values = {**wanted.values, "after": key(neglect.place_of(found[-1]))}
        actions.append(Action(NAME, f"The next {wanted.count}", values))
    actions.append(Action(NAME, "Who is next", {**wanted.values, "view": UPCOMING}))
    if wanted.rep is not None:
        actions.append(Action(NAME, "The team's", {**wanted.values, "scope": TEAM}))
    return tuple(actions)


def _after(request: Request) -> dict[str, str]:
    return {"after": request.values["after"]} if request.values.get("after") else {}


# --- nobody is neglected, or nobody is there ------------------------------------------------------------------------


def _upcoming(connection: Connection, request: Request, wanted: Wanted, settings: TeamSettings) -> Reply:
    found = neglect.upcoming(connection, wanted.asked(request.today), wanted.count, wanted.after)
    if not found:
        every = Code(wanted.typed())
        nothing: Sentence = ("Nobody is within the cadence, so nobody is next; ", every, " lists them all.")
        return Reply(
            headline=("Nobody is next",),
            summary=("Nobody is next: all customers are past their cadence.",),
            parts=(Note(nothing),),
            actions=(_back(wanted),),
        )
    values = {**wanted.values, "after": key(neglect.place_of(found[-1]))}
    more = (Action(NAME, f"The next {wanted.count}", values),) if len(found) == wanted.count else ()
    return Reply(
        headline=("Who is next",),
        summary=("Who is next: ", found[0].name, ", due by ", Date(found[0].standing.due_on or SINCE_EVER), "."),
        parts=(
            Note(("The last day within the cadence, the soonest first.",), "quiet"),
            *(_next(one, request.today, settings, wanted) for one in found),
        ),
        actions=(*more, _back(wanted)),
        again=Action(NAME, "Who is next", {**wanted.values, **_after(request)}),
    )


def _back(wanted: Wanted) -> Action:
    return Action(NAME, "The neglected", {name: value for name, value in wanted.values.items() if name != "view"})


def _next(entry: Entry, today: dt.date, settings: TeamSettings, wanted: Wanted) -> Item:
    due_on = entry.standing.due_on or SINCE_EVER
    left = (due_on - today).days
    soon: Sentence = (f"due {ahead(due_on, today)}",) if left <= 1 else ("due in ", how_long(left))
    drawn = item(entry, today, settings, names_owner=wanted.rep is None)
    return Item(drawn.title, (*soon, ", ", Date(due_on), "  ·  ", *drawn.reason), (), drawn.actions, drawn.key)


def _all_seen(
    connection: Connection, request: Request, wanted: Wanted, totals: Totals, settings: TeamSettings
) -> Reply:
    everybody = "Everybody has been seen in time"
    whose = "your" if wanted.is_mine else f"{wanted.rep.name}'s" if wanted.rep else "the team's"
    put_aside = _put_aside(connection, wanted.asked(request.today), totals)
    snoozed: Sentence = ("; ", *put_aside) if put_aside else ()
    found = neglect.upcoming(connection, wanted.asked(request.today), NEXT_SHOWN)
    following = (Note((Strong("Who is next"),)),) if found else ()
    return Reply(
        headline=(everybody,),
        summary=(everybody, f": none of {whose} ", Count(totals.customers, "customer"), " is past the cadence."),
        parts=(
            Note(
                (f"None of {whose} ", Count(totals.customers, "customer"), " is past the cadence", *snoozed, "."),
                "good",
            ),
            *following,
            *(_next(one, request.today, settings, wanted) for one in found),
        ),
        actions=(Action(NAME, "The team's", {"scope": TEAM}),) if wanted.rep is not None else (),
        facts=facts(totals),
    )


def _nobody_at_all(connection: Connection, wanted: Wanted) -> Reply:
    if wanted.rep is None and sources.coverage(connection) is None:
        return _naming.no_ledger()
    whose = "You have" if wanted.is_mine else f"{wanted.rep.name} has" if wanted.rep else "The team has"
    headline: Sentence = (f"{whose} no customer to look after",)
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note((Code(f"/{NAME} {TEAM}"), " shows everybody's.")),) if wanted.rep else (),
        actions=(Action(NAME, "The team's", {"scope": TEAM}),) if wanted.rep else (),
    )
