"""What stands under the brief's buttons: every touch, what they buy, and what to ask."""

import datetime as dt
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _customer_questions as questions
from commands._customer_brief import NAME, reference, settling
from commands._customer_panels import trend
from commands._customer_words import touched
from commands._figures import named
from commands._pages import passed_over
from commands._reply import (
    Action,
    Code,
    Count,
    Date,
    Item,
    Money,
    Note,
    Part,
    Reply,
    Request,
    Sentence,
    Strong,
)
from store import touches
from store.assortment import Assortment, Bought
from store.brief import Brief
from store.customers import Customer
from store.touches import Touch

KINDS_SHOWN, STOPPED_SHOWN = 8, 5
TOUCHES_SHOWN = 20


def touched_so_far(connection: Connection, customer: Customer, request: Request) -> Reply:
    """The touches of the customer, the last ones first, each with its number and a button to change it by."""
    the_customer = {"customer": str(customer.id), "view": "touches"}
    passed = passed_over(request.values.get("after", ""), "/customer")
    found = touches.last(connection, customer.id, TOUCHES_SHOWN + 1, passing_over=passed)
    shown = found[:TOUCHES_SHOWN]
    headline: Sentence = ("Touches of ", customer.name)
    opening = () if shown else (Note(("There are no earlier ones on record.",)),)
    how: Sentence = ("Whoever logged one, or a manager, can change it: ", Code("/melktert touch NUMBER"), ".")
    earlier = Action(NAME, "Earlier ones", {**the_customer, "after": str(passed + TOUCHES_SHOWN)})
    back = Action(NAME, "The brief", {"customer": str(customer.id)})
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(
            *opening,
            *(Item((*touched(one), f"  ·  number {one.id}"), actions=(_open(one),)) for one in shown),
            Note(how, "quiet"),
        ),
        actions=(earlier, back) if len(found) > TOUCHES_SHOWN else (back,),
        facts=(named(customer.name),),
    )


def _open(touch: Touch) -> Action:
    return Action("touch", "Open", {"touch": str(touch.id)})


def buys(customer: Customer, kinds: Assortment | None, products: Assortment | None) -> Reply:
    """What the customer bought in the last 12 months of the data, with its trend, and what it buys no longer."""
    the_customer = {"customer": str(customer.id)}
    headline: Sentence = ("What ", customer.name, " buys")
    parts: list[Part] = []
    if kinds is None:
        parts.append(Note(("Nothing in the last two years of the data.",)))
    else:
        parts.append(Note(_compared(kinds)))
        parts += [_line(kinds, at) for at in range(min(KINDS_SHOWN, len(kinds.bought)))]
        if products is not None and kinds.by != products.by and products.bought:
            best = products.bought[: KINDS_SHOWN // 2]
            words = [word for at, one in enumerate(best) for word in (" · " if at else "", f"{one.name}", *trend(one))]
            parts.append(Note((Strong("Most of all"), "  ", *words)))
        parts += _stopped(kinds)
        if kinds.others:
            others = " and ".join(kinds.others)
            parts.append(Note((f"What was invoiced in {others} is not in these lines.",), "warning"))
        covered: Sentence = (
            Date(kinds.from_on),
            " to ",
            Date(kinds.until_on),
            ", net of credit notes, without charges",
        )
        parts.append(Note(covered, "quiet"))
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=tuple(parts),
        actions=(Action(NAME, "The brief", the_customer), Action("clv", "What they are worth", the_customer)),
        facts=(named(customer.name),),
        again=Action(NAME, "", {**the_customer, "view": "buys"}),
    )


def _compared(kinds: Assortment) -> Sentence:
    """Which months the lines are of, and what they are compared with."""
    if not kinds.has_year:
        return (Strong("All that the data has"), ", which is less than 12 months")
    if not kinds.has_year_before:
        return (Strong("Last 12 months"), "; the 12 before are not in the data, or not all of them")
    return (Strong("Last 12 months"), " against the 12 before")


def _line(kinds: Assortment, at: int) -> Note:
    kind = kinds.bought[at]
    units = int(kind.units) if kind.units == kind.units.to_integral_value() else kind.units
    return Note((f"{kind.name}  ", Money(kind.revenue, kinds.currency), *trend(kind), ", ", Count(units, "unit")))


def _stopped(kinds: Assortment) -> list[Note]:
    if not kinds.stopped:
        return []
    words: list[Sentence] = [
        (" · " if at else "", f"{one.name} (", _before(one, kinds), " the year before)")
        for at, one in enumerate(kinds.stopped[:STOPPED_SHOWN])
    ]
    return [Note((Strong("No longer"), "  ", *(part for sentence in words for part in sentence)), "warning")]


def _before(kind: Bought, kinds: Assortment) -> Money:
    return Money(kind.revenue_before or Decimal(0), kinds.currency, "short")


def ask(of: Brief, request: Request, *before: Note) -> Reply:
    """The five questions of a value conversation, what helps with a difficult customer, and what can be settled."""
    customer = of.dossier.customer
    the_customer = {"customer": str(customer.id)}
    headline: Sentence = ("What to ask ", customer.name)
    parts: list[Part] = [*before]
    if of.care.is_difficult or of.has_complaint:
        parts += _difficult(of)
    parts += [
        Note((Strong(way.name), f"  {way.question} {way.further}")) for way in _this_week_first(of, request.today)
    ]
    parts.append(
        Item(
            title=(Strong("Settle"), f"  reference: {reference(of, request.today)}"),
            actions=settling(of, request),
        )
    )
    log = {**the_customer, "kind": "conversation"}
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=tuple(parts),
        actions=(
            Action("visit", "Log the conversation", log, style="primary", opens_form=True),
            Action(NAME, "The brief", the_customer),
        ),
        again=Action(NAME, "", {**the_customer, "view": "ask"}),
    )


def _this_week_first(of: Brief, today: dt.date) -> list[questions.Way]:
    """The question of the week before the others."""
    first = questions.of_the_week(of.dossier.customer.id, today)
    return [first, *(way for way in questions.WAYS if way is not first)]


def _difficult(of: Brief) -> list[Note]:
    stake: Sentence = ()
    if of.standing.at_stake is not None and of.standing.currency is not None:
        stake = (" At stake: ", Strong(Money(of.standing.at_stake, of.standing.currency, "short")), ".")
    first = Note((Strong("Ask first: "), questions.AFTER_TROUBLE, *stake), "warning")
    return [first, *(Note((Strong(what), f"  {how}")) for what, how in questions.DIFFICULT)]


def tied(customer: Customer, former: Customer | None) -> Reply:
    """That the channel belongs to the customer from now on; to undo that gives it back to the former one."""
    headline: Sentence = ("This channel is about ", customer.name, " now")
    before: Sentence = ("Before it was about ", former.name, ". ") if former else ()
    undo = {"customer": str(customer.id), "do": "untie"}
    if former is not None:
        undo = {"customer": str(former.id), "do": "tie", "instead_of": str(customer.id)}
    meaning: Sentence = (*before, "Whoever logs a visit from a message here finds the customer filled in. ")
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        parts=(Note((*meaning, Code("/customer here"), " shows the brief.")),),
        actions=(Action(NAME, "Undo", undo),),
    )
