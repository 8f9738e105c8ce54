"""The card of /clv: the lifetime figure first, then what it is made of, then the sentence that a rep remembers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from sqlalchemy.engine import Connection

from commands._figures import (
    Figures,
    assumed,
    basis,
    every_cadence,
    figures,
    horizon,
    named,
    owned_by,
    rests_on,
)
from commands._reply import (
    Action,
    Count,
    Date,
    Fact,
    Inline,
    Money,
    Note,
    Panel,
    Part,
    Ratio,
    Reply,
    Sentence,
    Strong,
)
from store import assumptions, invoices, sources, values
from store.customers import Customer
from store.scoring import twelve_months_before
from value.lifetime import NoProjection, break_even_price_rise
from value.projection import WEEKS_A_YEAR, project


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer of a card, its figures, what the data covers, and the last change of its own assumptions."""

    customer: Customer
    figures: Figures
    coverage: sources.Coverage
    own: assumptions.Version | None


def subject(connection: Connection, customer: Customer) -> Subject:
    """Everything that a card of this customer rests on."""
    coverage = sources.coverage(connection, customer.id)
    value = values.get(connection, customer.id)
    assert coverage is not None, "a card is asked for only once a ledger is imported"
    assert value is not None, "every import scores every customer"
    own = assumptions.newest(connection, customer.id)
    return Subject(customer, figures(value, basis(connection, value), own.own if own else None), coverage, own)


def reply(connection: Connection, of: Subject, today: dt.date, deal: Decimal | None = None) -> Reply:
    """The card, with `deal` set beside the lifetime figure where one is given."""
    found, facts = of.figures, of.figures.facts()
    headline, remember = _headline(of), _remember(connection, of)
    panels = _panels(found, facts)
    drawn = {cell.key for panel in panels for row in panel.rows for cell in row if isinstance(cell, Fact)}
    parts: list[Part] = [Note(_who(of), "quiet")]
    deal_facts: tuple[Fact, ...] = ()
    if deal is not None and found.value.currency is None:
        parts.append(Note(("The deal cannot be set beside a lifetime: ", found.unknown.reason, "."), "warning"))
    elif deal is not None and found.value.currency is not None:
        deal_facts = (Fact("deal", "deal", Money(deal, found.value.currency)),)
        parts.append(Note(_beside_the_deal(found, deal)))
    return Reply(
        headline=headline,
        summary=(*headline, ". ", *remember[0].text),
        parts=(*parts, *panels, *remember, *_last_lines(connection, of, today)),
        actions=(
            Action("clv", "Why these figures?", {"customer": str(of.customer.id), "view": "why"}),
            Action("top", "The ten best"),
        ),
        facts=(named(of.customer.name), *deal_facts, *(fact for key, fact in facts.items() if key not in drawn)),
        again=again(of, {} if deal is None else {"deal": f"{deal:f}"}),
    )


def again(of: Subject, values: Mapping[str, str]) -> Action:
    """Asks for this customer once more, in the same way."""
    return Action("clv", "", {"customer": str(of.customer.id), **values})


def _headline(of: Subject) -> Sentence:
    found, name = of.figures, of.customer.name
    profit = found.value.gross_profit
    if found.lifetime is not None and found.lifetime > 0:
        return (name, "  ·  ", found.money(found.lifetime, "short"))
    if found.no_projection is NoProjection.NEVER_BOUGHT:
        return (name, "  ·  has not bought yet")
    if profit is None:
        return (name, "  ·  lifetime value not known")
    if profit < 0:
        return (name, "  ·  has cost us ", found.money(-profit))
    return (name, "  ·  ", found.money(profit, "short"), " so far")


def _who(of: Subject) -> Sentence:
    customer, found = of.customer, of.figures
    words: list[Inline] = []
    if customer.place or customer.country:
        words += [", ".join(word for word in (customer.place, customer.country) if word), "  ·  "]
    if customer.owner is not None:
        words += [*owned_by(customer.owner), "  ·  "]
    if customer.customer_since_on is not None:
        words += ["customer since ", Date(customer.customer_since_on), "  ·  "]
    elif found.value.first_purchase_on is not None:
        # They may have bought before the ledger begins: what is on record is not what they remember.
        words += ["first purchase on record ", Date(found.value.first_purchase_on), "  ·  "]
    if found.lifetime is not None:
        words += ["lifetime value = ", found.money(found.value.gross_profit, "short"), " profit so far + "]
        words += [found.money(found.value.projected_value, "short"), " over ", horizon(found.assumptions)]
    else:
        words += ["lifetime value not known: ", found.unknown.reason]
    return tuple(words)


def _beside_the_deal(found: Figures, deal: Decimal) -> Sentence:
    """M9: the lifetime on the forehead, not the deal. A deal is revenue, so its profit is what is compared."""
    value = found.value
    offered = found.money(deal)
    if found.lifetime is None or not value.revenue_12_months or value.gross_profit_12_months is None:
        return ("A deal of ", offered, "; what this customer is worth over a lifetime is not known.")
    if found.lifetime <= 0:
        return ("A deal of ", offered, "; so far this customer has cost us more than it is projected to earn.")
    margin = value.gross_profit_12_months / value.revenue_12_months
    earned = deal * margin
    words: Sentence = (
        Strong(found.money(found.lifetime, "short")),
        " is who you are talking to; today's deal is ",
        offered,
        ". At the margin of their last 12 months (",
        Ratio(margin.quantize(Decimal("0.001"))),
        ") the deal earns ",
        found.money(earned.quantize(Decimal(1)), "whole"),
    )
    if earned >= 1 and found.lifetime > earned:
        words = (*words, ", the lifetime ", Ratio(found.lifetime / earned, "times"), " as much")
    return (*words, ".")


def _panels(found: Figures, facts: dict[str, Fact]) -> tuple[Panel, ...]:
    so_far = Panel(
        "So far",
        ((facts["revenue"],), (facts["gross_profit"],), (facts["units"], facts["invoices"])),
    )
    if found.value.projected_value is None:
        return () if found.no_projection is NoProjection.NEVER_BOUGHT else (so_far,)
    value = found.value
    last_year = Panel(
        "Last 12 months",
        (
            (Fact("revenue_12_months", "revenue", found.money(value.revenue_12_months)),),
            (Fact("gross_profit_12_months", "profit", found.money(value.gross_profit_12_months)),),
        ),
    )
    years = found.assumptions.horizon_years
    projected = Panel(
        f"If we do it right, {years} years",
        ((facts["projected_value"],), (assumed(found.assumptions),), *_cap(value.cap_from_year)),
    )
    hours = Panel(
        "Worth an hour",
        (
            (_hour(found, facts["value_per_working_hour"]),),
            (_hour(found, facts["value_per_calendar_hour"]),),
            ((f"{every_cadence(found.settings.cadence_retain_days)} returns ", facts["visit_return"].value),),
        ),
    )
    return so_far, projected, last_year, hours


def _hour(found: Figures, fact: Fact) -> Fact | Sentence:
    """A value of less than a minor unit an hour is small, but no zero."""
    if not isinstance(fact.value, Money) or fact.value.amount:
        return fact
    least = Decimal(1).scaleb(fact.value.amount.as_tuple().exponent)  # type: ignore[arg-type]
    return ("less than ", found.money(least, "exact"), f" a {fact.per}")


def _cap(year: int | None) -> tuple[tuple[Sentence], ...]:
    return ((("margin held at 100 % from year ", Count(year)),),) if year else ()


def _remember(connection: Connection, of: Subject) -> tuple[Note, ...]:
    """M10: the one sentence that stays with a rep; for a customer that earns nothing, what would turn it."""
    found = of.figures
    if found.value.unknown_reason:
        return (Note(("The money is not known: ", found.value.unknown_reason, "."), "warning"),)
    if found.no_projection is None and found.value.gross_profit_12_months is not None:
        return (Note(_frown(found, found.value.gross_profit_12_months), "warning"), *_cost_so_far(found))
    return (Note(_instead(connection, of), "warning"),)


def _frown(found: Figures, profit_12_months: Decimal) -> Sentence:
    weekly = profit_12_months / WEEKS_A_YEAR
    return (
        Strong("A frown here costs "),
        Strong(found.money(found.value.projected_value, "short")),
        Strong("."),
        " That is ",
        found.money(weekly if weekly < 100 else weekly.quantize(Decimal(1))),
        " of profit a week walking out of the door, and what it would grow to in ",
        horizon(found.assumptions),
        ".",
    )


def _instead(connection: Connection, of: Subject) -> Sentence:
    """What to say and do where there is no profit to project."""
    match of.figures.no_projection:
        case NoProjection.LOSS_IN_12_MONTHS:
            return _turn_the_loss(of.figures)
        case NoProjection.NOTHING_IN_12_MONTHS:
            return _win_back(connection, of)
        case NoProjection.SHORT_PERIOD:
            return ("The data covers less than 12 months, so nothing is projected from it yet.",)
        case NoProjection.COST_UNKNOWN:
            return (
                "No cost is recorded for some of what they bought, so what they earn us is not known; ",
                "a margin assumption in the mapping would tell.",
            )
        case _:
            return ("Nothing bought in the period covered: what have we not offered them?",)


def _cost_so_far(found: Figures) -> tuple[Note, ...]:
    profit = found.value.gross_profit
    if profit is None or profit >= 0:
        return ()
    return (Note(("All years together they have cost us ", found.money(-profit), "; the last 12 months earn.")),)


def _turn_the_loss(found: Figures) -> Sentence:
    revenue, profit = found.value.revenue_12_months, found.value.gross_profit_12_months
    assert revenue is not None
    assert profit is not None
    if revenue <= 0:
        return (
            Strong("No revenue in the last 12 months"),
            ", after credit notes; they cost us ",
            found.money(-profit),
            ". Ask what we did wrong.",
        )
    if not profit:
        return (Strong("The last 12 months earned exactly nothing."), " Any better price or cheaper delivery would.")
    rise = break_even_price_rise(revenue, profit)
    return (
        Strong("The last 12 months cost us "),
        Strong(found.money(-profit)),
        Strong("."),
        " What would turn it: prices at least ",
        Ratio(rise),
        " higher on the same ",
        found.money(revenue),
        ", or as much off what it costs us to supply.",
    )


def _win_back(connection: Connection, of: Subject) -> Sentence:
    found, value = of.figures, of.figures.value
    last = value.last_purchase_on
    if last is None:
        return ("Nothing was bought in the last 12 months of the data.",)
    opening: Sentence = (Strong("They stopped buying."), " The last purchase was on ", Date(last), ". ")
    year = invoices.turnover(connection, of.customer.id, twelve_months_before(last), last)
    if year is None or year.currency != value.currency:
        return (*opening, "Go and ask: what did we do wrong?")
    then: Sentence = (*opening, "The 12 months to that day ")
    if year.gross_profit <= 0:
        lost = (*then, "cost us ", found.money(-year.gross_profit)) if year.gross_profit else (*then, "earned nothing")
        if year.revenue <= 0 or not year.gross_profit:
            return (*lost, ": agree on other terms before winning them back.")
        rise = break_even_price_rise(year.revenue, year.gross_profit)
        return (*lost, ": win them back at prices at least ", Ratio(rise), " higher.")
    projection = project(np.array([float(year.gross_profit)]), np.array([float(year.revenue)]), found.assumptions)
    again = Decimal(round(float(projection.present_value[0])))
    return (
        *then,
        "earned ",
        found.money(year.gross_profit),
        "; won back at that pace they would be worth ",
        Strong(found.money(again, "short")),
        " over ",
        horizon(found.assumptions),
        ". Ask what we did wrong.",
    )


def _held(held: list[invoices.Held]) -> list[Note]:
    """What an import rejected: what is missing from the figures, and what they hold in an earlier version."""
    missing = [invoice.number for invoice in held if not invoice.is_stored]
    outdated = [invoice.number for invoice in held if invoice.is_stored]
    notes = []
    if missing:
        said: Sentence = (
            Strong("Not complete. "),
            Count(len(missing), "invoice"),
            f" ({_some(missing)}) rejected at import {'is' if len(missing) == 1 else 'are'} in none of these figures.",
        )
        notes.append(Note(said, "warning"))
    if outdated:
        said = (
            "A later version of ",
            Count(len(outdated), "invoice"),
            f" ({_some(outdated)}) was rejected at import; the figures hold the earlier one.",
        )
        notes.append(Note(said, "warning"))
    return notes


def _some(numbers: list[str]) -> str:
    return ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")


def _last_lines(connection: Connection, of: Subject, today: dt.date) -> tuple[Note, ...]:
    value, coverage = of.figures.value, of.coverage
    notes: list[Note] = []
    if value.last_purchase_on is not None:
        days = (coverage.observation_end_on - value.last_purchase_on).days
        ago: Sentence = (", ", Count(days, "day"), " before the data ends") if days else (", the day the data ends",)
        notes.append(Note((Strong("Last purchase"), "  ", Date(value.last_purchase_on), *ago)))
    notes += _held(invoices.held(connection, of.customer.id))
    age_days = (today - coverage.observation_end_on).days
    if age_days > of.figures.settings.stale_after_days:
        notes.append(Note((Strong("Old data: "), "it ends ", Count(age_days, "day"), " before today."), "warning"))
    covered: list[Inline] = [coverage.titles, ", ", Date(coverage.period_start_on), " to "]
    covered.append(Date(coverage.observation_end_on))
    if coverage.refreshed_at is not None:
        covered += ["  ·  imported ", Date(coverage.refreshed_at.date())]
    return (*notes, *rests_on(coverage, [of.figures]), Note(tuple(covered), "quiet"))
