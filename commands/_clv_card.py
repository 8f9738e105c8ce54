"""The card of /clv: the lifetime figure first, then what it is made of, then the sentence that a rep remembers."""

import datetime as dt
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _clv_class, _outlook
from commands._care_words import has_stopped
from commands._clv_expected import percent
from commands._clv_headline import added, headline, is_hope, style_of_parts
from commands._clv_remember import remembered
from commands._clv_subject import Subject, again
from commands._figures import Figures, assumed, every_cadence, horizon, named, old_data, owned_by, rests_on, years
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
from store import invoices
from value.lifetime import LIFETIME_YEARS, NoProjection


def reply(connection: Connection, of: Subject, today: dt.date, deal: Decimal | None = None) -> Reply:
    """The card, with `deal` set beside the lifetime figure where one is given."""
    found, facts = of.figures, of.figures.facts()
    opening, remember = headline(of), remembered(connection, of)
    panels = _panels(found, facts, has_stopped=has_stopped(of.standing))
    drawn = {cell.key for panel in panels for row in panel.rows for cell in row if isinstance(cell, Fact)}
    parts: list[Part] = [Note(_who(of), "quiet"), Note(_clv_class.line(of, today), "quiet")]
    deal_facts: tuple[Fact, ...] = ()
    if deal is not None and found.value.currency is None:
        parts.append(Note(("The deal cannot be set beside a lifetime: ", found.unknown.reason, "."), "warning"))
    elif deal is not None and found.value.currency is not None:
        deal_facts = (Fact("deal", "deal", Money(deal, found.value.currency)),)
        parts.append(Note(_beside_the_deal(found, deal)))
    return Reply(
        headline=opening,
        summary=(*opening, ". ", *remember[0].text),
        parts=(*parts, *panels, *remember, *_last_lines(connection, of, today)),
        actions=(
            Action("clv", "Why these figures?", {"customer": str(of.customer.id), "view": "why"}),
            Action("top", "The ten best"),
        ),
        facts=(
            named(of.customer.name),
            *_clv_class.facts(of, today),
            *deal_facts,
            *(fact for key, fact in facts.items() if key not in drawn),
        ),
        again=again(of, {} if deal is None else {"deal": f"{deal:f}"}),
    )


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
        style = style_of_parts(found)
        words += ["lifetime value = ", found.money(found.value.gross_profit, style), " profit so far "]
        words += [*added(found.money(found.ahead, style)), *_ahead(found)]
    else:
        words += ["lifetime value not known: ", found.unknown.reason]
    return tuple(words)


def _ahead(found: Figures) -> Sentence:
    """Whether what is ahead is what a model expects, or what assumptions promise."""
    if found.rests_on_model:
        return (f" expected over {LIFETIME_YEARS} years",)
    return (" over ", horizon(found.assumptions))


def _beside_the_deal(found: Figures, deal: Decimal) -> Sentence:
    """M9: the lifetime on the forehead, not the deal. A deal is revenue, so its profit is what is compared."""
    offered = found.money(deal)
    counted_on = _margin(found)
    if found.lifetime is None or counted_on is None:
        return ("A deal of ", offered, "; what this customer is worth over a lifetime is not known.")
    if is_hope(found):
        return ("A deal of ", offered, "; so far this customer has cost us money, and the last 12 months did too.")
    if found.lifetime <= 0:
        return ("A deal of ", offered, "; so far this customer has cost us more than it is projected to earn.")
    margin, whose = counted_on
    earned = deal * margin
    words: Sentence = (
        Strong(found.money(found.lifetime, "short")),
        " is who you are talking to; today's deal is ",
        offered,
        ". At ",
        *whose,
        " the deal earns " if earned >= 0 else " the deal costs us ",
        found.money(abs(earned) if abs(earned) < 1 else abs(earned).quantize(Decimal(1))),
    )
    if earned >= 1 and found.lifetime > earned:
        words = (*words, ", the lifetime ", Ratio(found.lifetime / earned, "times"), " as much")
    return (*words, ".")


def _margin(found: Figures) -> tuple[Decimal, Sentence] | None:
    """The margin that the lifetime figure counts on, and in words whose it is; None where none is known."""
    value, lately = found.value, None
    if value.revenue_12_months and value.gross_profit_12_months is not None:
        lately = value.gross_profit_12_months / value.revenue_12_months
    if found.rests_on_model and found.told is not None and found.told.margin is not None:
        margin = Decimal(str(found.told.margin))
        beside: Sentence = ("; their last 12 months had ", percent(lately)) if lately is not None else ()
        return margin, ("the margin counted on (", percent(margin), ", drawn towards the company's", *beside, ")")
    return None if lately is None else (lately, ("the margin of their last 12 months (", percent(lately), ")"))


def _panels(found: Figures, facts: dict[str, Fact], *, has_stopped: bool) -> tuple[Panel, ...]:
    so_far = Panel(
        "So far",
        ((facts["revenue"],), (facts["gross_profit"],), (facts["units"], facts["invoices"])),
    )
    ahead = _outlook.panel(found.told, facts.__getitem__, has_stopped=has_stopped)
    if found.value.projected_value is None:
        return () if found.no_projection is NoProjection.NEVER_BOUGHT else (so_far, *ahead)
    value = found.value
    last_year = Panel(
        "Last 12 months",
        (
            (Fact("revenue_12_months", "revenue", found.money(value.revenue_12_months)),),
            (Fact("gross_profit_12_months", "profit", found.money(value.gross_profit_12_months)),),
        ),
    )
    projected = Panel(
        f"If we do it right, {years(found.assumptions)}",
        ((facts["projected_value"],), (_whose(found),), *_cap(value.cap_from_year)),
    )
    hours = Panel(
        "Worth an hour, by your assumptions" if found.rests_on_model else "Worth an hour",
        (
            (facts["value_per_working_hour"],),
            (facts["value_per_calendar_hour"],),
            ((f"{every_cadence(found.settings.cadence_retain_days)} returns ", facts["visit_return"].value),),
        ),
    )
    return so_far, projected, last_year, *ahead, hours


def _whose(found: Figures) -> Sentence:
    """The assumptions; beside a headline that does not rest on them it is said that this does."""
    own = assumed(found.assumptions)
    return ("by your assumptions: ", *own) if found.rests_on_model else own


def _cap(year: int | None) -> tuple[tuple[Sentence], ...]:
    return ((("margin held at 100 % from year ", Count(year)),),) if year else ()


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
    notes += _outlook.rhythm(of.figures.told, value.observation_end_on, today)
    if of.has_held_invoices:
        notes += _held(invoices.held(connection, of.customer.id))
    notes += old_data(coverage, of.figures.settings, today)
    covered: list[Inline] = [coverage.titles, ", ", Date(coverage.period_start_on), " to "]
    covered.append(Date(coverage.observation_end_on))
    if coverage.refreshed_at is not None:
        covered += ["  ·  imported ", Date(coverage.refreshed_at.date())]
    return (*notes, *rests_on(coverage, [of.figures]), Note(tuple(covered), "quiet"))
