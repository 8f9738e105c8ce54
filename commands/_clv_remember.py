"""The sentence of a card that stays with a rep (M10): what a frown costs, or what would turn a customer."""

from decimal import Decimal

import numpy as np
from sqlalchemy.engine import Connection

from commands._clv_subject import Subject
from commands._figures import Figures, horizon
from commands._reply import Count, Date, Note, Ratio, Sentence, Strong
from store import invoices
from store.scoring import twelve_months_before
from value.classes import CareClass
from value.lifetime import LIFETIME_YEARS, NoProjection, break_even_price_rise
from value.projection import WEEKS_A_YEAR, is_plausible, project

# Why there is no projection by assumptions, where a model that has earned the headline can tell all the same.
_MODEL_KNOWS_BETTER = (None, NoProjection.SHORT_PERIOD, NoProjection.IMPLAUSIBLE, NoProjection.TOO_LARGE)


def remembered(connection: Connection, of: Subject) -> tuple[Note, ...]:
    """The one sentence; for a customer that earns nothing, what would turn it; for an exit, that it is one."""
    found = of.figures
    if of.standing.care_class is CareClass.EXIT:
        return (Note((Strong("A manager has let them go"), ", so no frown here costs us anything.")),)
    if found.value.unknown_reason:
        return (Note(("The money is not known: ", found.value.unknown_reason, "."), "warning"),)
    if found.rests_on_model and found.no_projection in _MODEL_KNOWS_BETTER:
        return (Note(_frown_expected(found), "warning"), *_cost_so_far(found))
    if found.no_projection is None and found.value.gross_profit_12_months is not None:
        return (Note(_frown(found, found.value.gross_profit_12_months), "warning"), *_cost_so_far(found))
    return (Note(_instead(connection, of), "warning"),)


def _frown_expected(found: Figures) -> Sentence:
    """The loss as the model sees it, where the headline rests on it: one figure, not two."""
    told = found.told
    assert told is not None
    assert told.residual_value is not None
    if told.residual_value < 1:
        return _nothing_to_lose(found)
    words: Sentence = (Strong("A frown here costs "), Strong(found.money(told.residual_value, "short")), Strong("."))
    weekly = (told.profit_12_months or Decimal(0)) / WEEKS_A_YEAR
    if weekly <= 0:
        return (*words, f" That is all the profit that is expected of the next {LIFETIME_YEARS} years.")
    return (
        *words,
        " That is ",
        found.money(weekly if weekly < 100 else weekly.quantize(Decimal(1))),
        " of profit a week walking out of the door over the next 12 months, and all that is expected of ",
        Count(LIFETIME_YEARS, "year"),
        ".",
    )


def _nothing_to_lose(found: Figures) -> Sentence:
    """Of a customer that is expected to earn nothing more, or only cents, whatever it earned of late."""
    profit = found.value.gross_profit_12_months
    lately: Sentence = ()
    if profit is not None and profit > 0:
        lately = ("The last 12 months earned ", found.money(profit), ". ")
    if found.told is not None and (found.told.residual_value or 0) <= -1:
        what: Sentence = (Strong("What they buy next is expected to cost us money."), " ")
        return (*what, *lately, "Better prices, or a cheaper delivery, would turn it.")
    return (Strong("No more profit is expected of them."), " ", *lately, "Ask what we did wrong.")


def _frown(found: Figures, profit_12_months: Decimal) -> Sentence:
    weekly = profit_12_months / WEEKS_A_YEAR
    return (
        Strong("A frown here costs "),
        Strong(found.money(found.value.projected_value, "short")),
        Strong("."),
        " That is ",
        found.money(weekly if weekly < 100 else weekly.quantize(Decimal(1))),
        f" of profit a week walking out of the door, and what it would {_become(found)} in ",
        horizon(found.assumptions),
        ".",
    )


def _become(found: Figures) -> str:
    """A customer that is expected to shrink does not grow to anything."""
    grown = (1 + found.assumptions.sales_growth_annual) * (1 + found.assumptions.margin_improvement_annual)
    return "grow to" if grown > 1 else "come to"


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
        case NoProjection.IMPLAUSIBLE | NoProjection.TOO_LARGE:
            return ("Nothing is projected: ", of.figures.unknown.reason, ".")
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
        cost: Sentence = ("; they cost us ", found.money(-profit)) if profit < 0 else ()
        return (Strong("No revenue in the last 12 months"), ", after credit notes", *cost, ". Ask what we did wrong.")
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
    if year.revenue <= 0:
        # What was taken back had cost more than what was sold: a profit without a sale is no pace to go on at.
        return (*then, "brought no revenue, after credit notes. Ask what we did wrong.")
    return (*then, "earned ", found.money(year.gross_profit), *_won_back(found, year), ". Ask what we did wrong.")


def _won_back(found: Figures, year: invoices.Turnover) -> Sentence:
    """What a year of profit and revenue like this one, again and again, would be worth."""
    if not is_plausible(found.assumptions):
        return ()
    projection = project(np.array([float(year.gross_profit)]), np.array([float(year.revenue)]), found.assumptions)
    worth = float(projection.present_value[0])
    again = Decimal(round(worth) if worth >= 1 else worth)
    return (
        "; won back at that pace they would be worth ",
        Strong(found.money(again, "short")),
        " over ",
        horizon(found.assumptions),
    )
